// torsh.autograd.functional, gradcheck as a public function, anomaly detection.
const torsh = require('torsh');
const { refusal, scopedTest: scoped } = require('../support/scoped');

const { functional, gradcheck, gradgradcheck } = torsh.autograd;
const double = (numbers, requiresGrad = false) => torsh.tensor(numbers, { dtype: 'float64', requiresGrad });
const message = (f) => refusal(f).message;

scoped('jacobian', () => {
  const x = double([[1, 2], [3, 4]]);
  const j = functional.jacobian((t) => t.mul(t).sum(1), x);
  expect(j.shape).toEqual([2, 2, 2]);
  expect(j.tolist()).toEqual([[[2, 4], [0, 0]], [[0, 0], [6, 8]]]);
  expect(j.requiresGrad).toBe(false);
  const two = functional.jacobian((a, b) => [a.mul(b), a.sum()], [double([1, 2]), double([3, 4])]);
  expect(two.map((row) => row.map((t) => t.tolist()))).toEqual([[[[3, 0], [0, 4]], [[1, 0], [0, 2]]], [[1, 1], [0, 0]]]);
  expect(message(() => functional.jacobian((a) => a.mul(1), [x, x], { strict: true }))).toMatch(/independent of an input/);
  const y = double([2], true);
  functional.jacobian((t) => t.pow(3), y, { createGraph: true }).sum().backward();
  expect(y.grad.tolist()).toEqual([12]);
});

scoped('hessian and its products', () => {
  const x = double([1, 2]);
  const f = (t) => t.pow(3).sum().add(t.prod());
  expect(functional.hessian(f, x).tolist()).toEqual([[6, 1], [1, 12]]);
  const v = double([1, -1]);
  const [value, vh] = functional.vhp(f, x, v);
  expect([value.item(), vh.tolist()]).toEqual([11, [5, -11]]);
  expect(functional.hvp(f, x, v)[1].tolist()).toEqual([5, -11]);
  const nested = functional.hessian((a, b) => a.mul(b).sum(), [double([1]), double([2])]);
  expect(nested.map((row) => row.map((t) => t.tolist()))).toEqual([[[[0]], [[1]]], [[[1]], [[0]]]]);
});

scoped('vjp and jvp', () => {
  const f = (a, b) => [a.mul(b), b.exp()];
  const inputs = [double([1, 2]), double([0, 0])];
  const [outputs, products] = functional.vjp(f, inputs, [double([1, 1]), double([1, 2])]);
  expect(outputs.map((t) => t.tolist())).toEqual([[0, 0], [1, 1]]);
  expect(products.map((t) => t.tolist())).toEqual([[0, 0], [2, 4]]);
  const [, tangents] = functional.jvp(f, inputs, [double([5, 5]), double([1, 10])]);
  expect(tangents.map((t) => t.tolist())).toEqual([[1, 20], [1, 10]]);
  expect(message(() => functional.vjp((t) => t, double([1, 2])))).toMatch(/can only be null/);
});

scoped('gradcheck tells right from wrong', () => {
  const x = double([[0.3, -0.7], [1.2, 2]], true);
  expect(gradcheck((t) => t.sin().mul(t), x)).toBe(true);
  expect(gradgradcheck((t) => t.sin().mul(t), x)).toBe(true);
  class Wrong extends torsh.autograd.Function {
    static forward(ctx, t) { ctx.saveForBackward(t); return t.sin(); }
    static backward(ctx, g) { return g.mul(ctx.savedTensors[0].sin()); }
  }
  expect(message(() => gradcheck((t) => Wrong.apply(t), x))).toMatch(/Jacobian mismatch for output 0 with respect to input 0/);
  expect(gradcheck((t) => Wrong.apply(t), x, { raiseException: false })).toBe(false);
  expect(message(() => gradcheck((t) => t.sin(), torsh.ones(2, { requiresGrad: true })))).toMatch(/float32/);
  expect(message(() => gradcheck((t) => t, double([1])))).toMatch(/at least one input/);
});

scoped('anomaly detection names the op and where it was called', () => {
  const faulty = () => {
    const x = double([-1, 4], true);
    return function whereItWasCalled() { return x.sqrt(); }().sum();
  };
  const text = message(() => torsh.autograd.detectAnomaly(() => faulty().backward()));
  expect(text).toMatch(/Function 'SqrtBackward0' returned nan values in its 0th output/);
  expect(text).toMatch(/whereItWasCalled/);
  expect(torsh.autograd.isAnomalyEnabled()).toBe(false);
  faulty().backward();
  torsh.autograd.detectAnomaly(() => faulty().backward(), { checkNan: false });
});
