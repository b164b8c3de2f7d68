// Decompositions beyond the rows' samples: matrices that are large (LAPACK does those natively), deficient, graded or not
// finite; gradients of what does not depend on the signs and phases of vectors; old names; random projections.
const torsh = require('torsh');
const { gradcheck, gradgradcheck } = require('./support/gradcheck');
const { values } = require('./support/numbers');
const { scoped } = require('./support/scoped');

const { linalg } = torsh;
const random = (seed, ...shape) => {
  torsh.manualSeed(seed);
  return torsh.randn(shape, { dtype: 'float64' });
};
const adjoint = (x) => x.mT.conj();
const far = (x) => (x.numel() === 0 ? 0 : x.abs().max().item());
const close = (x, y, allowed = 1e-12) => expect(far(x.sub(y))).toBeLessThanOrEqual(allowed);
const orthonormal = (q, allowed) => close(adjoint(q).matmul(q), torsh.eye(q.shape.at(-1), { dtype: 'float64' }), allowed);

const kinds = {
  square: () => random(1, 6, 6), tall: () => random(2, 2, 9, 4), wide: () => random(3, 3, 8), 'of LAPACK size': () => random(4, 90, 70),
  'of LAPACK size, wide': () => random(5, 2, 60, 130), deficient: () => random(6, 8, 2).matmul(random(7, 2, 6)), zero: () => torsh.zeros(4, 3, { dtype: 'float64' }),
  transposed: () => random(8, 5, 7).mT, strided: () => random(9, 8, 10).at('::2', '::2'), 'without rows': () => random(1, 0, 3), 'without columns': () => random(1, 2, 3, 0),
  complex: () => torsh.complex(random(10, 5, 4), random(11, 5, 4)), 'complex of LAPACK size': () => torsh.complex(random(12, 60, 60), random(13, 60, 60)),
};

describe.each(Object.entries(kinds))('of a matrix that is %s', (_, make) => {
  test('QR', scoped(() => {
    const A = make();
    for (const mode of ['reduced', 'complete']) {
      const { Q, R } = linalg.qr(A, mode);
      close(Q.matmul(R), A);
      orthonormal(Q);
      close(R, R.triu(), 0);
      close(linalg.qr(A, { mode: 'r' }).R, linalg.qr(A).R, 0);
    }
    const { a, tau } = torsh.geqrf(A);
    const k = Math.min(...A.shape.slice(-2));
    close(torsh.orgqr(a.narrow(-1, 0, k), tau), linalg.qr(A).Q);
    close(torsh.ormqr(a.narrow(-1, 0, k), tau, A, true, true).narrow(-2, 0, k), linalg.qr(A).R);
  }));

  test('SVD', scoped(() => {
    const A = make();
    const k = Math.min(...A.shape.slice(-2));
    for (const fullMatrices of [true, false]) {
      const { U, S, Vh } = linalg.svd(A, fullMatrices);
      close(U.narrow(-1, 0, k).mul(S.unsqueeze(-2)).matmul(Vh.narrow(-2, 0, k)), A, 1e-11);
      orthonormal(U);
      orthonormal(adjoint(Vh));
      close(S, linalg.svdvals(A));
    }
  }));

  test('pseudo-inverse', scoped(() => {
    const A = make();
    const P = linalg.pinv(A);
    close(A.matmul(P).matmul(A), A, 1e-11);
    close(P.matmul(A).matmul(P), P, 1e-10);
    close(adjoint(A.matmul(P)), A.matmul(P), 1e-11);
  }));

  test('least squares', scoped(() => {
    const A = make();
    const B = A.matmul(torsh.ones(A.shape.at(-1), 2, { dtype: 'float64' }).to(A.dtype));
    for (const driver of ['gelsy', 'gelsd', 'gelss']) {
      const { solution, rank } = linalg.lstsq(A, B, { driver });
      close(A.matmul(solution), B, 1e-11);
      close(solution, linalg.pinv(A).matmul(B), 1e-10);
      expect(values(rank)).toEqual(values(linalg.matrixRank(A)));
    }
  }));
});

describe.each([['small', 7], ['of LAPACK size', 75]])('square matrices, %s', (_, n) => {
  test.each(['real', 'complex'])('eigenvalues, %s', (field) => torsh.tidy(() => {
    const A = field === 'real' ? random(20, 2, n, n) : torsh.complex(random(21, 2, n, n), random(22, 2, n, n));
    const H = A.add(adjoint(A));
    for (const UPLO of ['L', 'U']) {
      const { eigenvalues, eigenvectors } = linalg.eigh(UPLO === 'L' ? H.tril() : H.triu(), UPLO);
      close(H.matmul(eigenvectors), eigenvectors.mul(eigenvalues.unsqueeze(-2)), 1e-11);
      orthonormal(eigenvectors);
      close(linalg.eigvalsh(H, UPLO), eigenvalues, 1e-11);
    }
    const { eigenvalues, eigenvectors } = linalg.eig(A);
    close(A.to('complex128').matmul(eigenvectors), eigenvectors.mul(eigenvalues.unsqueeze(-2)), 1e-11);
    close(linalg.vectorNorm(eigenvectors, 2, -2), torsh.ones(2, n, { dtype: 'float64' }));
  }));

  test('norms and condition numbers', scoped(() => {
    const A = random(23, n, n);
    const S = linalg.svdvals(A);
    const top = S.at(0).item();
    expect(linalg.matrixNorm(A, 2).item()).toBeCloseTo(top, 10);
    expect(linalg.norm(A, -2).item()).toBeCloseTo(S.at(-1).item(), 10);
    expect(linalg.norm(A, 'nuc').item()).toBeCloseTo(S.sum().item(), 9);
    expect(linalg.matrixNorm(A, Infinity).item()).toBeCloseTo(A.abs().sum(1).max().item(), 10);
    expect(linalg.matrixNorm(A, -Infinity).item()).toBeCloseTo(A.abs().sum(1).min().item(), 10);
    expect(linalg.cond(A).item() / (top / S.at(-1).item())).toBeCloseTo(1, 9);
    const inverse = linalg.inv(A);
    expect(linalg.cond(A, Infinity).item() / (linalg.norm(A, Infinity).item() * linalg.norm(inverse, Infinity).item())).toBeCloseTo(1, 9);
  }));
});

describe('what is not finite', () => {
  const spoilt = (x, n = 3) => {
    const A = torsh.eye(n);
    A.setAt([1, 0], x);
    return A;
  };
  const message = 'The algorithm failed to converge because the input matrix contained non-finite values.';

  test.each([3, 60])('NaN of size %i', (n) => torsh.tidy(() => {
    for (const name of ['svd', 'svdvals', 'pinv', 'matrixRank', 'cond']) {
      expect(() => linalg[name](spoilt(NaN, n))).toThrow(expect.objectContaining({ code: 'ERR_NUMERIC', message: `linalg.${name}: ${message}` }));
    }
    for (const name of ['eig', 'eigvals']) expect(() => linalg[name](spoilt(NaN, n))).toThrow(expect.objectContaining({ code: 'ERR_NUMERIC' }));
    const batch = torsh.stack([torsh.eye(n), spoilt(NaN, n)]);
    expect(() => linalg.svd(batch)).toThrow(`linalg.svd: (Batch element 1): ${message}`);
    const { eigenvalues, eigenvectors } = linalg.eigh(batch);
    expect(eigenvalues.at(0).isfinite().all().item()).toBe(true);
    expect(eigenvalues.at(1).isnan().all().item() && eigenvectors.at(1).isnan().all().item()).toBe(true);
    expect(linalg.eigvalsh(spoilt(NaN, n), 'U').isfinite().all().item()).toBe(true);
    expect(linalg.qr(spoilt(NaN, n)).R.isnan().any().item()).toBe(true);
    expect(linalg.lstsq(spoilt(NaN, n), torsh.ones(n, 1)).solution.isnan().all().item()).toBe(true);
  }));

  test.each([3, 60])('infinities of size %i', (n) => torsh.tidy(() => {
    expect(linalg.svdvals(spoilt(Infinity, n)).isnan().all().item()).toBe(true);
    expect(linalg.eigvalsh(spoilt(Infinity, n)).isnan().all().item()).toBe(true);
    expect(() => linalg.eig(spoilt(Infinity, n))).toThrow(torsh.TorshError);
  }));
});

describe('gradients', () => {
  const both = (f, ...inputs) => {
    expect(gradcheck(torsh, f, inputs)).toBe(null);
    expect(gradgradcheck(torsh, f, inputs)).toBe(null);
  };
  const pair = (x) => torsh.complex(x.at(0), x.at(1));
  const parts = (x) => [torsh.real(x), torsh.imag(x)];
  const projector = (v) => v.matmul(adjoint(v));

  test('singular vectors of complex matrices, as far as they are fixed', scoped(() => {
    both(([x]) => {
      const { U, S, Vh } = linalg.svd(pair(x), false);
      return [S, ...parts(U.matmul(Vh)), U.abs()];
    }, random(30, 2, 3, 2));
  }));

  test('eigenvectors of Hermitian matrices', scoped(() => {
    both(([x]) => {
      const A = pair(x);
      const { eigenvalues, eigenvectors } = linalg.eigh(A.add(adjoint(A)));
      return [eigenvalues, ...parts(projector(eigenvectors.narrow(-1, 0, 1))), eigenvectors.abs()];
    }, random(31, 2, 3, 3));
  }));

  test('eigenvectors of any matrix', scoped(() => {
    const spread = torsh.tensor([[1, 0, 0], [0, 3, 0], [0, 0, 6]], { dtype: 'float64' });
    both(([x]) => {
      const { eigenvalues, eigenvectors } = linalg.eig(x.add(spread));
      return [...parts(eigenvalues), eigenvectors.abs()];
    }, random(32, 3, 3));
    both(([x]) => {
      const { eigenvalues, eigenvectors } = linalg.eig(pair(x).add(spread));
      return [...parts(eigenvalues), eigenvectors.abs()];
    }, random(33, 2, 3, 3));
  }));

  test('a loss that depends on phases is refused', scoped(() => {
    const A = torsh.complex(random(34, 3, 3), random(35, 3, 3)).requiresGrad_(true);
    expect(() => torsh.real(linalg.svd(A).U).sum().backward()).toThrow(/ill-defined/);
    expect(() => torsh.imag(linalg.eig(A).eigenvectors).sum().backward()).toThrow(/ill-defined/);
  }));

  test('QR without Q has none', scoped(() => {
    const A = random(36, 4, 2).requiresGrad_(true);
    expect(() => linalg.qr(A, 'r').R.sum().backward()).toThrow("Please use linalg.qr(A, mode='reduced')");
    expect(() => linalg.qr(A, 'complete').R.sum().backward()).toThrow('not differentiable when mode=\'complete\' and nrows > ncols');
  }));

  test('residuals of least squares', scoped(() => {
    both(([A, B]) => [linalg.lstsq(A, B, { driver: 'gels' }).residuals], random(37, 5, 2), random(38, 5, 2));
  }));
});

test('svdLowrank and pcaLowrank find a matrix of low rank', scoped(() => {
  const A = random(40, 30, 3).matmul(random(41, 3, 20));
  torsh.manualSeed(0);
  const { U, S, V } = torsh.svdLowrank(A, 5);
  close(U.mul(S).matmul(V.mT), A, 1e-10);
  const { S: own } = torsh.pcaLowrank(A, { q: 4 });
  close(own, linalg.svdvals(A.sub(A.mean(0))).narrow(0, 0, 4), 1e-10);
}));
