// The graph and its engine: accumulation, modes, hooks, in-place changes, higher derivatives, errors.
const torsh = require('torsh');
const { values } = require('../support/numbers');
const { refusal, scopedTest: scoped } = require('../support/scoped');

const leaf = (numbers) => torsh.tensor(numbers, { dtype: 'float64', requiresGrad: true });
const message = (f) => {
  const { code, message: text } = refusal(f);
  return `${code} ${text}`;
};

describe('backward', () => {
  scoped('gradients accumulate into leaves until they are cleared', () => {
    const x = leaf([1, 2, 3]);
    x.mul(x).sum().backward();
    x.mul(2).sum().backward();
    expect(values(x.grad)).toEqual([4, 6, 8]);
    x.grad = null;
    expect(x.grad).toBe(null);
    x.sum().backward();
    expect(values(x.grad)).toEqual([1, 1, 1]);
  });

  scoped('a tensor used many times gets the sum of its gradients', () => {
    const x = leaf([2]);
    const y = x.mul(x);
    y.add(y).mul(y).add(x).sum().backward(); // 2x^4 + x
    expect(values(x.grad)).toEqual([65]);
  });

  scoped('broadcast dimensions are summed', () => {
    const a = leaf([[1], [2]]);
    const b = leaf([10, 20, 30]);
    a.mul(b).sum().backward();
    expect(values(a.grad)).toEqual([60, 60]);
    expect(Array.from(a.grad.shape)).toEqual([2, 1]);
    expect(values(b.grad)).toEqual([3, 3, 3]);
  });

  scoped('twice needs retainGraph', () => {
    const x = leaf([3]);
    const y = x.mul(x).sum();
    y.backward({ retainGraph: true });
    y.backward();
    expect(values(x.grad)).toEqual([12]);
    expect(message(() => y.backward())).toMatch(/ERR_AUTOGRAD .*backward through the graph a second time/i);
    expect(values(x.grad)).toEqual([12]);
  });

  scoped('twice, where nothing but sizes was saved', () => {
    const x = leaf([3]);
    const wide = x.expand(2).reshape(2, 1).add(1); // as a distribution keeps its parameters
    for (let i = 0; i < 2; i++) wide.mul(2).sum().backward();
    expect(values(x.grad)).toEqual([8]);
  });

  scoped('a non-scalar needs a gradient of its own', () => {
    const x = leaf([1, 2]);
    const y = x.mul(3);
    expect(message(() => y.backward())).toMatch(/ERR_AUTOGRAD .*scalar/);
    expect(message(() => y.backward(torsh.ones([3], { dtype: 'float64' })))).toMatch(/shape/i);
    y.backward(torsh.tensor([1, 10], { dtype: 'float64' }));
    expect(values(x.grad)).toEqual([3, 30]);
  });

  scoped('what requires no gradient cannot go backward', () => {
    expect(message(() => torsh.ones(2).sum().backward())).toMatch(/ERR_AUTOGRAD .*does not require grad/);
    expect(message(() => torsh.ones([2], { dtype: 'int64' }).requiresGrad_(true))).toMatch(/floating/);
  });

  scoped('a chain of 100,000 nodes neither recurses nor leaks', () => {
    const x = leaf([1]);
    let y = x;
    for (let i = 0; i < 100000; i++) {
      const next = y.add(1);
      if (y !== x) y.dispose();
      y = next;
    }
    y.sum().backward();
    expect(values(x.grad)).toEqual([1]);
  });
});

describe('modes', () => {
  scoped('noGrad, enableGrad, inferenceMode', () => {
    const x = leaf([1]);
    expect(torsh.noGrad(() => x.mul(2).requiresGrad)).toBe(false);
    expect(torsh.noGrad(() => torsh.enableGrad(() => x.mul(2).requiresGrad))).toBe(true);
    expect(torsh.isGradEnabled()).toBe(true);
    const y = torsh.inferenceMode(() => x.mul(2));
    expect(y.requiresGrad).toBe(false);
    expect(() => torsh.noGrad(() => { throw new Error('mine'); })).toThrow('mine');
    expect(torsh.isGradEnabled()).toBe(true);
  });

  scoped('scoped functions refuse a promise', () => {
    for (const f of [torsh.noGrad, torsh.enableGrad, torsh.inferenceMode, torsh.tidy]) {
      expect(message(() => f(async () => 1))).toMatch(/Promise/i);
    }
    expect(torsh.isGradEnabled()).toBe(true);
  });

  scoped('detach, isLeaf, gradFn, requiresGrad_', () => {
    const x = leaf([1, 2]);
    const y = x.mul(2);
    expect([x.isLeaf, y.isLeaf, y.detach().isLeaf, y.detach().requiresGrad]).toEqual([true, false, true, false]);
    expect(x.gradFn).toBe(null);
    expect(String(y.gradFn)).toMatch(/MulBackward0/);
    expect(message(() => y.requiresGrad_(false))).toMatch(/leaf|leaves/);
    y.detach().fill_(7);
    expect(values(y)).toEqual([7, 7]);
  });

  scoped('retainGrad keeps the gradient of what is no leaf', () => {
    const x = leaf([3]);
    const y = x.mul(x);
    y.retainGrad();
    y.mul(2).sum().backward();
    expect(values(y.grad)).toEqual([2]);
    expect(values(x.grad)).toEqual([12]);
  });
});

describe('hooks', () => {
  scoped('see and change gradients, and can be removed', () => {
    const x = leaf([1, 2]);
    const seen = [];
    const y = x.mul(3);
    const handle = y.registerHook((g) => {
      seen.push(values(g));
      return g.mul(10);
    });
    y.sum().backward({ retainGraph: true });
    expect(seen).toEqual([[1, 1]]);
    expect(values(x.grad)).toEqual([30, 30]);
    handle.remove();
    x.grad = null;
    y.sum().backward();
    expect(values(x.grad)).toEqual([3, 3]);
    expect(seen.length).toBe(1);
  });

  scoped('what a hook throws reaches the caller, and the next backward works', () => {
    const x = leaf([1]);
    const y = x.mul(2);
    const handle = y.registerHook(() => { throw new RangeError('from the hook'); });
    expect(() => y.sum().backward({ retainGraph: true })).toThrow(new RangeError('from the hook'));
    handle.remove();
    x.grad = null;
    y.sum().backward();
    expect(values(x.grad)).toEqual([2]);
  });

  scoped('on a leaf', () => {
    const x = leaf([1]);
    x.registerHook((g) => g.neg());
    x.mul(2).sum().backward();
    expect(values(x.grad)).toEqual([-2]);
  });
});

describe('in-place changes', () => {
  scoped('of a value that the gradient needs are refused', () => {
    const x = leaf([1, 2]);
    const y = x.exp();
    const z = y.mul(y);
    y.add_(1);
    expect(message(() => z.sum().backward())).toMatch(/ERR_AUTOGRAD .*modified by an inplace operation/);
    expect(x.grad).toBe(null);
  });

  scoped('of a leaf that requires a gradient are refused, under noGrad they are fine', () => {
    const x = leaf([1, 2]);
    expect(message(() => x.add_(1))).toMatch(/ERR_AUTOGRAD .*leaf/);
    expect(values(x)).toEqual([1, 2]);
    torsh.noGrad(() => x.add_(1));
    expect(values(x)).toEqual([2, 3]);
  });

  scoped('are part of the graph, through views too', () => {
    const x = leaf([1, 2, 3, 4]);
    const y = x.clone();
    y.narrow(0, 1, 2).mul_(10);
    y.mul(y).sum().backward();
    expect(values(x.grad)).toEqual([2, 400, 600, 8]);
  });

  scoped('on one row of a matrix with setAt', () => {
    const x = leaf([[1, 2], [3, 4]]);
    const v = leaf([5, 6]);
    const y = x.clone();
    y.setAt([0], v);
    y.mul(y).sum().backward();
    expect(values(x.grad)).toEqual([0, 0, 6, 8]);
    expect(values(v.grad)).toEqual([10, 12]);
  });
});

describe('higher derivatives', () => {
  scoped('createGraph: x^4 four times', () => {
    const x = leaf([2]);
    let y = x.pow(4).sum();
    const got = [];
    for (let i = 0; i < 4; i++) {
      const [g] = torsh.autograd.grad(y, x, { createGraph: true });
      got.push(g.item());
      y = g.sum();
    }
    expect(got).toEqual([32, 48, 48, 24]);
    expect(x.grad).toBe(null);
  });

  scoped('a gradient penalty through a layer', () => {
    torsh.manualSeed(0);
    const layer = new torsh.nn.Linear(3, 1).to('float64');
    const x = leaf([[1, 2, 3], [4, 5, 6]]);
    const [g] = torsh.autograd.grad(layer(x).sigmoid().sum(), x, { createGraph: true });
    g.mul(g).sum().backward();
    expect(values(layer.weight.grad).every(Number.isFinite)).toBe(true);
    expect(values(layer.weight.grad).some((v) => v !== 0)).toBe(true);
  });

  scoped('grad: unused inputs', () => {
    const x = leaf([1]);
    const unused = leaf([1]);
    const y = x.mul(2).sum();
    expect(message(() => torsh.autograd.grad(y, [x, unused], { retainGraph: true }))).toMatch(/ERR_AUTOGRAD .*(unused|not have been used|appears to not)/i);
    const [g, none] = torsh.autograd.grad(y, [x, unused], { allowUnused: true });
    expect(values(g)).toEqual([2]);
    expect(none).toBe(null);
  });
});

describe('kinks and special values are as in PyTorch', () => {
  scoped('relu and abs at 0, max with ties', () => {
    const x = leaf([0, -0, 1]);
    x.relu().sum().backward();
    expect(values(x.grad)).toEqual([0, 0, 1]);
    const y = leaf([0]);
    y.abs().sum().backward();
    expect(values(y.grad)).toEqual([0]);
    const z = leaf([3, 3, 1]);
    z.max().backward();
    expect(values(z.grad)).toEqual([0.5, 0.5, 0]);
  });

  scoped('NaN stays NaN', () => {
    expect(values(torsh.tensor([NaN, -1, 1]).relu())).toEqual([NaN, 0, 1]);
    expect(torsh.tensor([1, NaN, 3]).max().item()).toBe(NaN);
  });
});
