// torsh.func, vmap, functionalCall, checkpointing.
const torsh = require('torsh');
const { refusal, scopedTest: scoped } = require('../support/scoped');

const { func, vmap, nn } = torsh;
const { checkpoint, checkpointSequential } = torsh.utils.checkpoint;
const double = (numbers) => torsh.tensor(numbers, { dtype: 'float64' });
const message = (f) => refusal(f).message;

describe('derivatives', () => {
  scoped('grad, nested', () => {
    const f = (x) => x.pow(4).sum();
    const x = double(2);
    const first = func.grad(f)(x);
    expect([first.item(), first.requiresGrad, x.requiresGrad]).toEqual([32, false, false]);
    expect(func.grad(func.grad(f))(x).item()).toBe(48);
    expect(func.grad(func.grad(func.grad(f)))(x).item()).toBe(48);
    // The outer variable is constant for the inner one: d/dy (y * d/dx (x y)) = 2 y.
    expect(func.grad((y) => func.grad((z) => z.mul(y))(double(3)).mul(y))(double(5)).item()).toBe(10);
  });

  scoped('argnums, aux, trees of arguments, values', () => {
    const f = (a, b) => [a.mul(b).sum(), a];
    const [grads, aux] = func.grad(f, { argnums: [0, 1], hasAux: true })(double([1, 2]), double([3, 4]));
    expect([grads.map((g) => g.tolist()), aux.tolist()]).toEqual([[[3, 4], [1, 2]], [1, 2]]);
    const { w, b } = func.grad((p, x) => p.w.mul(x).add(p.b).sum())({ w: double([1, 1]), b: double(0) }, double([5, 6]));
    expect([w.tolist(), b.tolist()]).toEqual([[5, 6], 2]);
    expect(func.gradAndValue((x) => x.mul(x))(double(3)).map((t) => t.item())).toEqual([6, 9]);
    expect(func.valueAndGrad((x) => x.mul(x))(double(3)).map((t) => t.item())).toEqual([9, 6]);
    expect(message(() => func.grad((x) => x)(double([1, 2])))).toMatch(/0-d tensor, got shape \[2\]/);
    expect(message(() => func.grad((x) => x, 1)(double(1)))).toMatch(/argnums 1 is out of range/);
  });

  scoped('gradients flow through them into arguments that require grad', () => {
    const x = double(3).requiresGrad_(true);
    func.grad((t) => t.pow(3))(x).backward();
    expect(x.grad.item()).toBe(18);
  });

  scoped('vjp and jvp', () => {
    const [y, pull] = func.vjp((a, b) => a.mul(b), double([1, 2]), double([3, 4]));
    expect(y.tolist()).toEqual([3, 8]);
    expect(pull(double([1, 10])).map((t) => t.tolist())).toEqual([[3, 40], [1, 20]]);
    expect(pull(double([1, 0])).map((t) => t.tolist())).toEqual([[3, 0], [1, 0]]);
    const [value, tangent] = func.jvp((a) => a.pow(2), [double([1, 2])], [double([10, 1])]);
    expect([value.tolist(), tangent.tolist()]).toEqual([[1, 4], [20, 4]]);
  });

  scoped('jacrev, jacfwd and hessian agree', () => {
    const f = (x) => torsh.stack([x.prod(), x.pow(2).sum(), x.sin().sum()]);
    const x = double([[1, 2], [0.5, -1]]);
    const a = func.jacrev(f)(x), b = func.jacfwd(f)(x);
    expect(a.shape).toEqual([3, 2, 2]);
    expect(torsh.allclose(a, b)).toBe(true);
    expect(torsh.allclose(a, torsh.autograd.functional.jacobian(f, x))).toBe(true);
    const g = (t) => t.pow(3).sum().add(t.prod());
    expect(torsh.allclose(func.hessian(g)(x), torsh.autograd.functional.hessian(g, x))).toBe(true);
    const pair = func.jacrev((p, q) => p.mul(q), [0, 1])(double([1, 2]), double([3, 4]));
    expect(pair.map((t) => t.tolist())).toEqual([[[3, 0], [0, 4]], [[1, 0], [0, 2]]]);
  });
});

describe('vmap', () => {
  scoped('slices and stacks as told', () => {
    const x = double([[1, 2, 3], [4, 5, 6]]);
    expect(vmap((row) => row.sum())(x).tolist()).toEqual([6, 15]);
    expect(vmap((column) => column.sum(), 1)(x).tolist()).toEqual([5, 7, 9]);
    expect(vmap((row, k) => row.mul(k), { inDims: [0, null], outDims: 1 })(x, double(2)).tolist()).toEqual([[2, 8], [4, 10], [6, 12]]);
    expect(vmap(vmap((v) => v.mul(v)))(x).tolist()).toEqual([[1, 4, 9], [16, 25, 36]]);
    const two = vmap((row) => [row.sum(), { max: row.max() }])(x);
    expect([two[0].tolist(), two[1].max.tolist()]).toEqual([[6, 15], [3, 6]]);
  });

  scoped('gradients for each sample', () => {
    const w = double([1, -1]);
    const x = double([[1, 2], [3, 4], [5, 6]]);
    const each = vmap(func.grad((weights, sample) => weights.dot(sample).pow(2)), [null, 0])(w, x);
    expect(each.tolist()).toEqual([[-2, -4], [-6, -8], [-10, -12]]);
    const leaf = double([1, 2]).requiresGrad_(true);
    vmap((v) => v.mul(v))(leaf).sum().backward();
    expect(leaf.grad.tolist()).toEqual([2, 4]);
  });

  scoped('random numbers only as allowed', () => {
    const draw = (x) => x.add(torsh.rand([]));
    const x = torsh.zeros(3);
    expect(message(() => vmap(draw)(x))).toMatch(/random operation/);
    const same = vmap(draw, { randomness: 'same' })(x).tolist();
    expect(new Set(same).size).toBe(1);
    expect(new Set(vmap(draw, { randomness: 'different' })(x).tolist()).size).toBe(3);
  });

  scoped('refuses what cannot be mapped', () => {
    expect(message(() => vmap((a, b) => a.add(b))(torsh.ones(2), torsh.ones(3)))).toMatch(/same size in the mapped dimension, got sizes \[2,3\]/);
    expect(message(() => vmap((a) => a, 3)(torsh.ones(2)))).toMatch(/in_dim=3/);
    expect(message(() => vmap((a) => a, null)(torsh.ones(2)))).toMatch(/at least one/);
  });
});

scoped('functionalCall', () => {
  const model = new nn.Sequential(new nn.Linear(2, 3), new nn.ReLU(), new nn.Linear(3, 1)).to('float64');
  const own = Object.fromEntries([...model.namedParameters()]);
  const zero = Object.fromEntries(Object.entries(own).map(([name, p]) => [name, torsh.zerosLike(p.detach())]));
  const x = torsh.rand(4, 2, { dtype: 'float64' });
  expect(func.functionalCall(model, zero, x).tolist()).toEqual([[0], [0], [0], [0]]);
  expect([...model.namedParameters()].every(([name, p]) => own[name] === p)).toBe(true);
  const grads = func.grad((params) => func.functionalCall(model, params, [x]).sum())(Object.fromEntries(Object.entries(own).map(([n, p]) => [n, p.detach()])));
  model(x).sum().backward();
  for (const [name, p] of model.namedParameters()) expect(torsh.allclose(grads[name], p.grad)).toBe(true);
  expect(message(() => func.functionalCall(model, { 'x.y': x }, x))).toMatch(/no parameter or buffer 'x.y'/);
  expect(model[0].weight).toBe(own['0.weight']);
});

describe('checkpoint', () => {
  scoped('gives the same gradients, dropout included', () => {
    const model = new nn.Sequential(new nn.Linear(4, 8), new nn.Dropout(0.5), new nn.Tanh(), new nn.Linear(8, 2));
    const x = torsh.rand(3, 4);
    const run = (f) => {
      model.zeroGrad();
      torsh.manualSeed(1);
      const input = x.clone().requiresGrad_(true);
      const out = f(input);
      out.sum().backward();
      return [out, input.grad, ...[...model.parameters()].map((p) => p.grad.clone())];
    };
    const plain = run((t) => model(t));
    for (const [i, t] of run((t) => checkpoint(model, t)).entries()) expect(torsh.equal(t, plain[i])).toBe(true);
    for (const [i, t] of run((t) => checkpointSequential(model, 2, t)).entries()) expect(torsh.equal(t, plain[i])).toBe(true);
    model.zeroGrad();
    torsh.manualSeed(1);
    checkpoint(model, x).sum().backward(); // no argument requires grad, parameters do
    expect(torsh.equal(model[0].weight.grad, plain[2])).toBe(true);
  });

  scoped('computes again instead of keeping', () => {
    let calls = 0;
    const f = (t) => { calls++; return t.exp().exp(); };
    const x = double([0.1]).requiresGrad_(true);
    const y = checkpoint(f, x);
    expect(calls).toBe(1);
    y.sum().backward();
    expect(calls).toBe(2);
    expect(message(() => checkpointSequential([f], 2, x))).toMatch(/1 to 1 segments/);
  });
});
