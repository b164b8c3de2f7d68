// Distillation: values of PyTorch's terms, both kinds of target, reductions, gradients.
const torsh = require('torsh');
const { values } = require('../support/numbers');

const { nn } = torsh;
const F = nn.functional;
const student = (dtype = 'float32') => torsh.arange(12, { dtype }).mul(0.7).sin().reshape(3, 4).requiresGrad_();
const teacher = (dtype = 'float32') => torsh.arange(12, { dtype }).mul(1.3).cos().mul(2).reshape(3, 4);
const labels = torsh.tensor([2n, 0n, 3n]);

test('values and gradients of PyTorch', () => {
  const s = student(), t = teacher().requiresGrad_();
  const loss = new nn.DistillationLoss({ temperature: 4, alpha: 0.7 })(s, t, labels);
  expect(loss.item()).toBeCloseTo(0.9689500620909968, 5);
  expect(F.distillationLoss(student('float64'), teacher('float64'), labels, 4, 0.7).item()).toBeCloseTo(0.9689500620909968, 7);
  loss.backward();
  const want = [-0.1604196, -0.0002934, 0.0410925, 0.1196205, -0.0286532, -0.0722564, 0.0124983, 0.0884112, 0.0411222, -0.0448073, -0.030958, 0.034643];
  values(s.grad).forEach((v, i) => expect(v).toBeCloseTo(want[i], 6));
  expect(t.grad).toBe(null);
  expect(F.distillationLoss(student(), teacher()).item()).toBeCloseTo(0.9252882599830627, 6);
  expect(F.distillationLoss(teacher(), teacher()).item()).toBeCloseTo(0, 6);
  expect(F.distillationLoss(s, t, labels, 4, 0).item()).toBeCloseTo(F.crossEntropy(s, labels).item(), 6);
});

test('reductions, probabilities, ignored places, places of a picture, one sample', () => {
  const s = student(), t = teacher();
  const each = F.distillationLoss(s, t, labels, { reduction: 'none' });
  expect(each.shape).toEqual([3]);
  expect(F.distillationLoss(s, t, labels, { reduction: 'sum' }).item()).toBeCloseTo(each.sum().item(), 5);
  expect(F.distillationLoss(s, t, labels).item()).toBeCloseTo(each.mean().item(), 6);
  const oneHot = F.oneHot(labels, 4).float();
  expect(F.distillationLoss(s, t, { target: oneHot }).item()).toBeCloseTo(each.mean().item(), 6);
  const some = torsh.tensor([2n, -100n, 3n]);
  expect(F.distillationLoss(s, t, some).item()).toBeCloseTo(each.at([0, 2]).mean().item(), 6);
  expect(values(F.distillationLoss(s, t, some, { reduction: 'none' }))[1]).toBe(0);
  const rows = (x) => x.t().reshape(1, 4, 3);
  expect(F.distillationLoss(rows(s), rows(t), labels.reshape(1, 3)).item()).toBeCloseTo(each.mean().item(), 6);
  expect(F.distillationLoss(s.select(0, 0), t.select(0, 0), labels.select(0, 0)).item()).toBeCloseTo(values(each)[0], 6);
  const weight = torsh.tensor([1, 2, 3, 4]);
  expect(new nn.DistillationLoss(1, 0, weight)(s, t, labels).item()).toBeCloseTo(F.crossEntropy(s, labels, { weight }).item(), 6);
  // A class that the teacher excludes costs nothing.
  const masked = t.clone().fill_(0);
  masked.setAt([0, 1], -Infinity);
  expect(Number.isFinite(F.distillationLoss(s, masked, labels).item())).toBe(true);
});

test('gradcheck, other dtypes, errors, printing', () => {
  const s = student().detach().double().requiresGrad_(), t = teacher().double();
  expect(torsh.autograd.gradcheck((x) => F.distillationLoss(x, t, labels, { temperature: 3 }), [s])).toBe(true);
  expect(torsh.autograd.gradgradcheck((x) => F.distillationLoss(x, t, labels, { temperature: 3 }), [s])).toBe(true);
  expect(F.distillationLoss(student().bfloat16(), teacher().bfloat16(), labels).dtype).toBe('bfloat16');
  expect(() => F.distillationLoss(student(), teacher().t())).toThrow('distillationLoss: input and teacher must have one shape, (C) or (N, C, ...), but got [3, 4] and [4, 3]');
  expect(() => F.distillationLoss(student(), 3)).toThrow('teacher must be a Tensor');
  expect(() => new nn.DistillationLoss({ temperature: 0 })).toThrow('DistillationLoss: temperature must be a positive number, but got 0');
  expect(() => new nn.DistillationLoss({ alpha: 2 })).toThrow('alpha must be between 0 and 1');
  expect(() => new nn.DistillationLoss({ reduction: 'all' })).toThrow('all is not a valid value for reduction');
  expect(String(new nn.DistillationLoss())).toBe('DistillationLoss(temperature=2, alpha=0.5)');
  expect(new nn.DistillationLoss()({ input: student(), teacher: teacher(), target: labels }).item()).toBeGreaterThan(0);
});
