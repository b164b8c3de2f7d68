// Factorizations of matrices large enough for panels, strips and (natively) LAPACK: what is put together again is the
// matrix, what is solved solves. Samples of the rows are small; these are not.
const torsh = require('torsh');

const { linalg } = torsh;
const n = 230;

/** Norm of a - b over that of b. */
const apart = (a, b) => linalg.norm(a.sub(b).abs()).item() / linalg.norm(b.abs()).item();

describe.each([['float32', 2e-5], ['float64', 1e-13], ['complex64', 2e-5], ['complex128', 1e-13]])('%s', (dtype, allowed) => {
  const scoped = (f) => () => torsh.tidy(() => {
    torsh.manualSeed(3);
    const eye = torsh.eye(n, { dtype });
    const A = torsh.randn([n, n], { dtype }).div(Math.sqrt(n)).add(eye.mul(2));
    f({ A, B: torsh.randn([n, 70], { dtype }), eye, S: A.matmul(A.mH).add(eye) });
  });

  test('LU, also of wide and tall matrices', scoped(({ A }) => {
    for (const M of [A, A.narrow(0, 0, 190), A.narrow(1, 0, 190).mT.contiguous().mT]) {
      const { P, L, U } = linalg.lu(M);
      expect(apart(P.matmul(L).matmul(U), M)).toBeLessThan(allowed);
    }
  }));

  test('solve from both sides, inverse, determinant', scoped(({ A, B, eye }) => {
    expect(apart(A.matmul(linalg.solve(A, B)), B)).toBeLessThan(allowed);
    expect(apart(linalg.solve(A, B.mT, { left: false }).matmul(A), B.mT)).toBeLessThan(allowed);
    const inverse = linalg.inv(A);
    expect(apart(A.matmul(inverse), eye)).toBeLessThan(allowed * 10);
    expect(Math.abs(torsh.slogdet(A).logabsdet.item() + torsh.slogdet(inverse).logabsdet.item())).toBeLessThan(allowed * n);
  }));

  test('adjoint and right-hand solves from LU', scoped(({ A, B }) => {
    const [LU, pivots] = linalg.luFactor(A);
    expect(apart(A.mH.matmul(linalg.luSolve(LU, pivots, B, { adjoint: true })), B)).toBeLessThan(allowed);
    expect(apart(linalg.luSolve(LU, pivots, B.mT, { left: false, adjoint: true }).matmul(A.mH), B.mT)).toBeLessThan(allowed);
  }));

  test('Cholesky, lower and upper, and what is solved with it', scoped(({ B, S, eye }) => {
    const [L, U] = [linalg.cholesky(S), linalg.cholesky(S, { upper: true })];
    expect(apart(L.matmul(L.mH), S)).toBeLessThan(allowed);
    expect(apart(U.mH.matmul(U), S)).toBeLessThan(allowed);
    expect(apart(S.matmul(torsh.choleskySolve(B, U, true)), B)).toBeLessThan(allowed * 10);
    expect(apart(S.matmul(torsh.choleskyInverse(L)), eye)).toBeLessThan(allowed * 10);
  }));

  test('Bunch-Kaufman of an indefinite matrix', scoped(({ A, B, eye }) => {
    const H = A.add(A.mH).sub(eye.mul(4));
    const [LD, pivots] = linalg.ldlFactor(H, { hermitian: true });
    const X = linalg.ldlSolve(LD, pivots, B, { hermitian: true });
    expect(linalg.norm(H.matmul(X).sub(B).abs()).item()).toBeLessThan(allowed * linalg.norm(X.abs()).item() * 10);
  }));

  test('the place of a zero pivot or minor', scoped(({ A, S }) => {
    const column = A.clone();
    column.narrow(1, 200, 1).zero_();
    expect(linalg.luFactorEx(column).info.item()).toBe(201);
    expect(() => linalg.solve(column, column)).toThrow('linalg.solve: The diagonal element 201 is zero, the solve could not be completed because the input matrix is singular.');
    S.at(200, 200).fill_(-1);
    expect(() => linalg.cholesky(S)).toThrow('the leading minor of order 201 is not positive-definite');
  }));
});
