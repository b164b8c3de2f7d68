// Complex numbers: how they are made, read and printed, how they mix with real ones, views of their parts, products.
const torsh = require('torsh');
const { gradcheck } = require('./support/gradcheck');
const { scoped } = require('./support/scoped');

const z = () => torsh.tensor([{ re: 1, im: 2 }, { re: -3, im: 0.5 }]);
const numbers = (t) => Array.from(t.toTypedArray());

describe('values', () => {
  test('come from { re, im }, typed arrays of pairs, bytes and parts', scoped(() => {
    expect(z().dtype).toBe('complex64');
    expect(z().tolist()).toEqual([{ re: 1, im: 2 }, { re: -3, im: 0.5 }]);
    expect(torsh.tensor([1, { re: 0, im: 1 }]).tolist()).toEqual([{ re: 1, im: 0 }, { re: 0, im: 1 }]);
    expect(torsh.tensor({ re: 1, im: 2 }, { dtype: 'complex128' }).item()).toEqual({ re: 1, im: 2 });
    expect(torsh.tensor(new Float64Array([1, 2, 3, 4]), { dtype: torsh.complex128 }).shape).toEqual([2]);
    expect(numbers(torsh.frombuffer(new Float32Array([1, 2]), { dtype: 'complex64' }))).toEqual([1, 2]);
    expect(numbers(torsh.complex(torsh.tensor([1, 2]), torsh.tensor(3)))).toEqual([1, 3, 2, 3]);
    expect(numbers(torsh.full([2], { re: 1, im: -1 }))).toEqual([1, -1, 1, -1]);
    expect(numbers(torsh.eye(2, { dtype: 'complex64' }))).toEqual([1, 0, 0, 0, 0, 0, 1, 0]);
    const again = torsh.tensor(z().toTypedArray(), { dtype: 'complex64' });
    expect(torsh.equal(again, z())).toBe(true);
  }));

  test('that do not fit are refused in words', scoped(() => {
    expect(() => torsh.tensor([{ re: 1, im: 2 }], { dtype: 'float32' })).toThrow('tensor: a complex number cannot be converted to float32');
    expect(() => torsh.tensor(new Float32Array(3), { dtype: 'complex64' })).toThrow('holds pairs of real and imaginary parts, but has 3 elements');
    expect(() => torsh.ones(2).add_(z())).toThrow("add_: result type complex64 can't be cast to the desired output type float32");
    expect(() => z().abs_()).toThrow('abs_: In-place abs is not supported for complex tensors.');
    expect(() => z().lt(1)).toThrow('lt: not implemented for complex64');
  }));

  test('print as in PyTorch', scoped(() => {
    expect(String(z())).toBe('tensor([ 1.+2.0000j, -3.+0.5000j])');
    expect(String(z().to('complex128'))).toBe('tensor([ 1.+2.0000j, -3.+0.5000j], dtype=torch.complex128)');
    expect(String(torsh.zeros(0, { dtype: 'complex64' }))).toBe('tensor([], dtype=torch.complex64)');
  }));
});

describe('promotion', () => {
  test('a complex number turns real and integer tensors complex', scoped(() => {
    expect(torsh.arange(3).mul({ re: 0, im: 1 }).dtype).toBe('complex64');
    expect(torsh.ones(2, { dtype: 'float64' }).mul({ re: 0, im: 1 }).dtype).toBe('complex128');
    expect(z().add(torsh.ones(2, { dtype: 'float64' })).dtype).toBe('complex128');
    expect(z().add(torsh.ones([], { dtype: 'float64' })).dtype).toBe('complex64');
    expect(numbers(z().add({ re: 1, im: 1 }, { alpha: 2 }))).toEqual([3, 4, -1, 2.5]);
    expect(numbers(torsh.pow({ re: 0, im: 1 }, torsh.tensor(2)).real)[0]).toBeCloseTo(-1, 6);
  }));

  test('casting to a real dtype keeps the real part, to bool asks for zero', scoped(() => {
    expect(z().to('float32').tolist()).toEqual([1, -3]);
    expect(z().to('int64').tolist()).toEqual([1, -3]);
    expect(torsh.tensor([{ re: 0, im: 1 }, { re: 0, im: 0 }]).bool().tolist()).toEqual([true, false]);
    expect(torsh.tensor([true, false]).to('complex64').tolist()).toEqual([{ re: 1, im: 0 }, { re: 0, im: 0 }]);
  }));
});

describe('parts', () => {
  test('are views', scoped(() => {
    const x = z();
    x.real.fill_(7);
    x.imag.at(0).add_(1);
    expect(numbers(x)).toEqual([7, 3, 7, 0.5]);
    torsh.viewAsReal(x).zero_();
    expect(numbers(x)).toEqual([0, 0, 0, 0]);
    const pairs = torsh.tensor([[1, 2], [3, 4]]);
    torsh.viewAsComplex(pairs).mul_({ re: 0, im: 1 });
    expect(pairs.tolist()).toEqual([[-2, 1], [-4, 3]]);
    expect(torsh.ones(2).real.tolist()).toEqual([1, 1]);
  }));

  test('carry gradients through in-place changes', scoped(() => {
    torsh.manualSeed(0);
    const x = torsh.randn(3, 2, { dtype: 'complex128' });
    const w = torsh.randn(3, 2, { dtype: 'float64' });
    expect(gradcheck(torsh, ([a]) => { const y = a.mul({ re: 2, im: 1 }); y.real.mul_(y.imag.clone()); return [y.square()]; }, [x])).toBe(null);
    expect(gradcheck(torsh, ([a]) => { const y = a.mul(2); const v = y.at(1).imag; v.mul_(3); return [y.square(), v.mul(2)]; }, [x])).toBe(null);
    expect(gradcheck(torsh, ([a]) => { const y = a.mul(2); const v = torsh.viewAsComplex(y.at(1)); v.mul_({ re: 1, im: 3 }); return [y.square(), v.mul(v)]; }, [w])).toBe(null);
    expect(gradcheck(torsh, ([a, b]) => { const y = a.clone(); y.real.copy_(b); y.imag.at(1).fill_(2); return [y.square()]; }, [x, w])).toBe(null);
  }));

  test('of a gradient for a real input the real one counts', scoped(() => {
    const x = torsh.tensor([1, 2], { requiresGrad: true });
    x.mul(z()).abs().sum().backward();
    expect(x.grad.dtype).toBe('float32');
    expect(x.grad.tolist()[0]).toBeCloseTo(Math.sqrt(5), 5);
    x.grad = null;
  }));
});

test.each([[1, 1, 1], [3, 40, 5], [70, 33, 90], [130, 200, 64]])('products of (%i, %i) by %i columns are those of the parts', (m, k, n) => torsh.tidy(() => {
  torsh.manualSeed(1);
  for (const [dtype, tolerance] of [['complex64', 1e-4], ['complex128', 1e-11]]) {
    for (const turned of [false, true]) {
      const a = turned ? torsh.randn(k, m, { dtype }).t() : torsh.randn(m, k, { dtype });
      const b = turned ? torsh.randn(n, k, { dtype }).t() : torsh.randn(k, n, { dtype });
      const want = torsh.complex(a.real.mm(b.real).sub(a.imag.mm(b.imag)), a.real.mm(b.imag).add(a.imag.mm(b.real)));
      expect(torsh.mm(a, b).sub(want).abs().max().item()).toBeLessThan(tolerance);
    }
  }
}));

test('optimizers train complex parameters as pairs of real ones', scoped(() => {
  for (const Optimizer of [torsh.optim.SGD, torsh.optim.Adam]) {
    const p = z().requiresGrad_();
    const q = torsh.viewAsReal(z()).clone().requiresGrad_();
    const optimizers = [new Optimizer([p], { lr: 0.1 }), new Optimizer([q], { lr: 0.1 })];
    for (let step = 0; step < 3; step++) {
      optimizers.forEach((o) => o.zeroGrad());
      p.sub({ re: 1, im: 1 }).abs().square().sum().backward();
      torsh.viewAsComplex(q).sub({ re: 1, im: 1 }).abs().square().sum().backward();
      optimizers.forEach((o) => o.step());
    }
    expect(numbers(p)).toEqual(numbers(q));
    for (const o of optimizers) o.zeroGrad();
  }
}));

test('what is random follows the stream of PyTorch', scoped(() => {
  torsh.manualSeed(0);
  expect(String(torsh.randn(3, { dtype: 'complex64' }))).toBe('tensor([ 1.0896-0.2075j, -1.5406+0.4019j, -0.7669-0.9890j])');
}));
