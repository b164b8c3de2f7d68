// autograd.Function: forward and backward in JavaScript.
const torsh = require('torsh');
const { values } = require('../support/numbers');

const { Function, gradcheck, gradgradcheck } = torsh.autograd;
const leaf = (numbers) => torsh.tensor(numbers, { dtype: 'float64', requiresGrad: true });
const message = (f) => {
  try {
    f();
  } catch (error) {
    return `${error.name} ${error.message}`;
  }
  throw new Error('nothing was thrown');
};

class Exp extends Function {
  static forward(ctx, x) {
    const y = x.exp();
    ctx.saveForBackward(y);
    return y;
  }
  static backward(ctx, grad) {
    const [y] = ctx.savedTensors;
    return grad.mul(y);
  }
}

class Scaled extends Function {
  static forward(ctx, x, factor, y) {
    ctx.saveForBackward(x, y);
    ctx.factor = factor;
    return [x.mul(y).mul(factor), x.add(y)];
  }
  static backward(ctx, product, sum) {
    const [x, y] = ctx.savedTensors;
    return [product.mul(y).mul(ctx.factor).add(sum), null, product.mul(x).mul(ctx.factor).add(sum)];
  }
}

test('gradients of the first and second order agree with differences', () => torsh.tidy(() => {
  expect(gradcheck(Exp.apply.bind(Exp), [leaf([[0.1, -0.5], [1, 2]])])).toBe(true);
  expect(gradgradcheck((x) => Exp.apply(x), [leaf([0.1, -0.5])])).toBe(true);
  const f = (x, y) => Scaled.apply(x, 3, y);
  expect(gradcheck(f, [leaf([1, 2]), leaf([3, 4])])).toBe(true);
  expect(gradgradcheck(f, [leaf([1, 2]), leaf([3, 4])])).toBe(true);
}));

test('is named after its class, and runs without recording where nothing wants a gradient', () => torsh.tidy(() => {
  const y = Exp.apply(leaf([1]));
  expect(y.gradFn.name).toBe('ExpBackward');
  expect(Exp.apply(torsh.ones(2)).requiresGrad).toBe(false);
  torsh.noGrad(() => { expect(Exp.apply(leaf([1])).requiresGrad).toBe(false); });
}));

test('needsInputGrad, null gradients, and zeros or null for outputs that were not used', () => torsh.tidy(() => {
  const seen = [];
  const make = (materialize) => class extends Function {
    static forward(ctx, x, y) {
      ctx.setMaterializeGrads(materialize);
      return [x.clone(), y.clone()];
    }
    static backward(ctx, a, b) {
      seen.push([ctx.needsInputGrad, a && a.tolist(), b && b.tolist()]);
      return [a, null];
    }
  };
  const x = leaf([1]);
  make(true).apply(x, torsh.ones(1, { dtype: 'float64' }))[0].sum().backward();
  make(false).apply(x, torsh.ones(1, { dtype: 'float64' }))[0].sum().backward();
  expect(seen).toEqual([[[true, false], [1], [0]], [[true, false], [1], null]]);
  expect(values(x.grad)).toEqual([2]);
}));

test('setupContext in a function of its own', () => torsh.tidy(() => {
  class Square extends Function {
    static forward(x) { return x.mul(x); }
    static setupContext(ctx, [x], output) {
      ctx.saveForBackward(x);
      ctx.size = output.numel();
    }
    static backward(ctx, grad) { return grad.mul(ctx.savedTensors[0]).mul(2); }
  }
  expect(gradgradcheck((x) => Square.apply(x), [leaf([1, -3])])).toBe(true);
}));

test('an input that is returned unchanged is an output of its own', () => torsh.tidy(() => {
  class Reverse extends Function {
    static forward(_ctx, x) { return x; }
    static backward(_ctx, grad) { return grad.neg(); }
  }
  const x = leaf([1, 2]);
  const y = Reverse.apply(x);
  expect(y).not.toBe(x);
  y.mul(3).sum().backward();
  expect(values(x.grad)).toEqual([-3, -3]);
}));

test('inputs changed in place', () => torsh.tidy(() => {
  class Double extends Function {
    static forward(ctx, x) {
      x.mul_(2);
      ctx.markDirty(x);
      return x;
    }
    static backward(_ctx, grad) { return grad.mul(2); }
  }
  const x = leaf([1, 2]);
  const y = x.mul(5);
  expect(Double.apply(y)).toBe(y);
  y.sum().backward();
  expect(values(x.grad)).toEqual([10, 10]);
  const z = leaf([[1, 2], [3, 4]]);
  const whole = z.mul(1);
  Double.apply(whole.at(0));
  whole.sum().backward();
  expect(values(z.grad)).toEqual([2, 2, 1, 1]);
  expect(message(() => Double.apply(leaf([1])))).toMatch(/leaf Variable that requires grad has been used in an in-place operation/);
}));

test('outputs without a gradient', () => torsh.tidy(() => {
  class Sorted extends Function {
    static forward(ctx, x) {
      const order = x.gt(0);
      const kept = x.clone();
      const rest = x.neg();
      ctx.markNonDifferentiable(rest);
      return [kept, order, rest];
    }
    static backward(_ctx, grad) { return grad; }
  }
  const [kept, order, rest] = Sorted.apply(leaf([1, -1]));
  expect([kept.requiresGrad, order.requiresGrad, rest.requiresGrad]).toEqual([true, false, false]);
}));

test('what goes wrong is said, what backward throws comes out as it is', () => torsh.tidy(() => {
  const withBackward = (backward) => class Odd extends Function {
    static forward(_ctx, x) { return x.clone(); }
    static backward(...args) { return backward(...args); }
  };
  const run = (backward) => message(() => withBackward(backward).apply(leaf([1, 2])).sum().backward());
  expect(run(() => { throw new RangeError('mine'); })).toBe('RangeError mine');
  expect(run(() => [])).toMatch(/Odd: backward returned an incorrect number of gradients \(expected 1, got 0\)/);
  expect(run((_ctx, g) => [g, g])).toMatch(/incorrect number of gradients \(expected 1, got 2\)/);
  expect(run(() => 3)).toMatch(/expected a Tensor or null/);
  expect(run(() => torsh.ones(7, { dtype: 'float64' }))).toMatch(/invalid gradient at index 0/);
  expect(message(() => class extends Function { static forward() { return 1; } }.apply(leaf([1])))).toMatch(/must return a Tensor/);
  const saved = leaf([1]).mul(1);
  const y = Exp.apply(saved);
  y.add_(1);
  expect(message(() => y.sum().backward())).toMatch(/modified by an inplace operation/);
  const twice = Exp.apply(leaf([1])).sum();
  twice.backward();
  expect(message(() => twice.backward())).toMatch(/second time/);
}));

test('onceDifferentiable', () => torsh.tidy(() => {
  class Once extends Function {
    static onceDifferentiable = true;
    static forward(ctx, x) { ctx.saveForBackward(x); return x.mul(x); }
    static backward(ctx, grad) { return grad.mul(ctx.savedTensors[0]).mul(2); }
  }
  const x = leaf([3]);
  const [g] = torsh.autograd.grad(Once.apply(x).mul(x).sum(), [x], { createGraph: true });
  expect(g.item()).toBe(27);
  expect(message(() => g.sum().backward())).toMatch(/differentiate twice a function that was marked with onceDifferentiable/);
}));

test('the graph lets go of what a function saved', async () => {
  const { collectUntil } = require('../support/collect');
  const before = torsh.memory().handles;
  (() => { for (let i = 0; i < 50; i++) Exp.apply(leaf([1, 2])).sum().backward(); })();
  (() => { for (let i = 0; i < 50; i++) Exp.apply(leaf([1, 2])); })();
  expect(await collectUntil(torsh, () => torsh.memory().handles <= before)).toBe(true);
});

// The last of this file: the newest copy of the library is the one that the core calls.
test('copies of the library that share a core do not drop the functions of one another', () => {
  let other;
  jest.isolateModules(() => { other = require('torsh'); });
  class Triple extends other.autograd.Function {
    static forward(ctx, x) { return x.mul(3); }
    static backward(ctx, grad) { return grad.mul(3); }
  }
  other.tidy(() => {
    const x = other.ones(1).requiresGrad_(true);
    const live = Array.from({ length: 500 }, () => Triple.apply(x));
    torsh.tidy(() => { for (let i = 0; i < 5; i++) Exp.apply(leaf([1])); });
    live.push(Triple.apply(x)); // forgets functions whose graphs are gone
    other.stack(live).sum().backward();
    expect(x.grad.item()).toBe(1503);
  });
});
