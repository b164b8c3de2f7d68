// nn.init and nn.utils; expected numbers are PyTorch's.
const torsh = require('torsh');
const { values } = require('../support/numbers');

const { nn } = torsh;
const { init, utils } = nn;
const near = (got, want) => want.forEach((w, i) => expect(got[i]).toBeCloseTo(w, 6));
const seeded = (seed, f) => {
  torsh.manualSeed(seed);
  return values(f());
};

test('calculateGain', () => {
  expect(['linear', 'conv2d', 'sigmoid', 'conv_transpose3d', 'convTranspose3d'].map((n) => init.calculateGain(n))).toEqual([1, 1, 1, 1, 1]);
  expect([init.calculateGain('tanh'), init.calculateGain('relu'), init.calculateGain('selu')]).toEqual([5 / 3, Math.SQRT2, 0.75]);
  expect(init.calculateGain('leaky_relu')).toBe(Math.sqrt(2 / (1 + 1e-4)));
  expect(init.calculateGain('leakyRelu', 1)).toBe(1);
  expect(() => init.calculateGain('softsign')).toThrow('Unsupported nonlinearity softsign');
});

test('constants', () => {
  const t = torsh.empty(2, 3);
  expect(init.constant_(t, 0.5)).toBe(t);
  expect(values(t)).toEqual(new Array(6).fill(0.5));
  expect(values(init.ones_(t))).toEqual(new Array(6).fill(1));
  expect(values(init.zeros_(t))).toEqual(new Array(6).fill(0));
  expect(init.eye_(t).tolist()).toEqual([[1, 0, 0], [0, 1, 0]]);
  expect(init.dirac_(torsh.empty(4, 2, 3), { groups: 2 }).tolist()).toEqual([
    [[0, 1, 0], [0, 0, 0]], [[0, 0, 0], [0, 1, 0]], [[0, 1, 0], [0, 0, 0]], [[0, 0, 0], [0, 1, 0]]]);
  const images = torsh.rand(1, 2, 4, 4);
  expect(values(nn.functional.conv2d(images, init.dirac_(torsh.empty(2, 2, 3, 3)), { padding: 1 }))).toEqual(values(images));
});

test('random ones draw what PyTorch draws', () => {
  near(seeded(3, () => init.sparse_(torsh.empty(4, 3), 0.3)), [0, 0, 0, -0.006137180142104626, 0.00046182452933862805, -0.0136825917288661,
    0.003374950960278511, 0, 0, 0, 0.005220499355345964, 0.012379166670143604]);
  near(seeded(3, () => init.truncNormal_(torsh.empty(5), 1, 2, 0, 3)),
    [0.012883961200714111, 0.3086082935333252, 0.8033468127250671, 0.08078658580789566, 1.3010109663009644]);
  near(seeded(3, () => init.kaimingNormal_(torsh.empty(3, 2, 2), { mode: 'fan_out', nonlinearity: 'relu' })),
    [0.46377167105674744, 0.10094010829925537, 0.05137152597308159]);
  expect(seeded(3, () => init.uniform_(torsh.empty(4), 2, 3)).every((x) => x >= 2 && x < 3)).toBe(true);
});

test('parameters are filled outside the graph', () => {
  const p = new nn.Parameter(torsh.empty(3, 3));
  init.xavierUniform_(p);
  expect([p.isLeaf, p.requiresGrad]).toEqual([true, true]);
  const none = torsh.empty(0, 3);
  expect(init.kaimingUniform_(none)).toBe(none);
  expect(String(new nn.Linear(0, 2).bias)).toContain('tensor([0., 0.]');
});

test('what cannot be filled is refused', () => {
  expect(() => init.xavierNormal_(torsh.empty(3))).toThrow('Fan in and fan out can not be computed for tensor with fewer than 2 dimensions');
  expect(() => init.eye_(torsh.empty(3))).toThrow('Only tensors with 2 dimensions are supported');
  expect(() => init.dirac_(torsh.empty(3, 3))).toThrow('Only tensors with 3, 4, or 5 dimensions are supported');
  expect(() => init.dirac_(torsh.empty(3, 3, 1), 2)).toThrow('dim 0 must be divisible by groups');
  expect(() => init.kaimingUniform_(torsh.empty(3, 3), { mode: 'fan' })).toThrow("Mode fan not supported, please use one of 'fan_in', 'fan_out'");
  expect(() => init.normal_([1, 2])).toThrow("argument 'tensor' must be a Tensor");
  expect(() => init.normal_(torsh.empty(2), { sd: 1 })).toThrow("unexpected option 'sd'");
});

test('constructors refuse nonsense', () => {
  expect(() => new nn.Linear(-1, 2)).toThrow('inFeatures must be an integer of at least 0, but got -1');
  expect(() => new nn.Linear(2)).toThrow("missing required argument 'outFeatures'");
  expect(() => new nn.Linear(2, 2, { bia: true })).toThrow("unexpected option 'bia'");
  expect(() => new nn.Linear(2, 2, { device: 'cuda' })).toThrow("device must be 'cpu'");
  expect(() => new nn.Conv2d(3, 4, 3, { groups: 2 })).toThrow('in_channels must be divisible by groups');
  expect(() => new nn.Conv2d(2, 3, 3, { groups: 2 })).toThrow('out_channels must be divisible by groups');
  expect(() => new nn.Conv2d(2, 3, [3])).toThrow('kernelSize must be a number or 2 of them');
  expect(() => new nn.Conv2d(2, 3, 0)).toThrow('kernelSize must be an integer of at least 1');
  expect(() => new nn.Conv1d(2, 3, 3, { padding: 'some' })).toThrow("Invalid padding string 'some'");
  expect(() => new nn.Conv1d(2, 3, 3, { padding: 'same', stride: 2 })).toThrow("padding='same' is not supported for strided convolutions");
  expect(() => new nn.Conv1d(2, 3, 3, { paddingMode: 'mirror' })).toThrow("padding_mode must be one of 'zeros', 'reflect', 'replicate', 'circular'");
  expect(() => new nn.Dropout(1.5)).toThrow('dropout probability has to be between 0 and 1, but got 1.5');
  expect(() => new nn.Embedding(3, 2, { paddingIdx: 3 })).toThrow('Padding_idx must be within num_embeddings');
  expect(() => new nn.GroupNorm(2, 3)).toThrow('num_channels must be divisible by num_groups');
  expect(() => new nn.MSELoss({ reduction: 'average' })).toThrow('average is not a valid value for reduction');
  expect(() => new nn.BatchNorm2d(2)(torsh.ones(2, 2))).toThrow('BatchNorm2d: expected 4D input (got 2D input)');
  expect(() => new nn.BatchNorm1d(2)(torsh.ones(1, 2))).toThrow('Expected more than 1 value per channel when training');
});

test('Embedding: padding, given tables, rows held to a norm', () => {
  const e = new nn.Embedding(4, 2, { paddingIdx: -1 });
  expect(e.weight.tolist()[3]).toEqual([0, 0]);
  e(torsh.tensor([[3n, 0n], [0n, 3n]])).sum().backward();
  expect(e.weight.grad.tolist()).toEqual([[2, 2], [0, 0], [0, 0], [0, 0]]);
  const table = torsh.tensor([[3, 4], [0.3, 0.4]]);
  const given = nn.Embedding.fromPretrained(table, { maxNorm: 1 });
  expect(given.weight.requiresGrad).toBe(false);
  near(values(given(torsh.tensor([0, 1]))), [0.6, 0.8, 0.3, 0.4]);
  near(values(table), [0.6, 0.8, 0.3, 0.4]);
  expect(nn.Embedding.fromPretrained(table, false).weight.requiresGrad).toBe(true);
});

test('BatchNorm: running statistics, plain averages, evaluation', () => {
  const bn = new nn.BatchNorm1d(1, { momentum: null });
  bn(torsh.tensor([[1], [3]]));
  bn(torsh.tensor([[3], [5]]));
  near(values(bn.running_mean), [3]);
  near(values(bn.running_var), [2]);
  expect(bn.num_batches_tracked.item()).toBe(2);
  bn.eval();
  near(values(bn(torsh.tensor([[3]]))), [0]);
  expect(bn.num_batches_tracked.item()).toBe(2);
  bn.resetRunningStats();
  near([...values(bn.running_mean), ...values(bn.running_var)], [0, 1]);
  const plain = new nn.BatchNorm1d(1, { trackRunningStats: false, eps: 0 }).eval();
  near(values(plain(torsh.tensor([[1], [3]]))), [-1, 1]);
});

test('padding of convolutions', () => {
  const x = torsh.arange(16).float().reshape(1, 1, 4, 4);
  for (const paddingMode of ['reflect', 'replicate', 'circular']) {
    const conv = new nn.Conv2d(1, 1, 3, { padding: 'same', paddingMode });
    const padded = nn.functional.pad(x, [1, 1, 1, 1], paddingMode);
    expect(values(conv(x))).toEqual(values(nn.functional.conv2d(padded, conv.weight, conv.bias)));
  }
  expect(nn.functional.pad(x, [1, 2]).shape).toEqual([1, 1, 4, 7]);
  expect(nn.functional.pad(torsh.tensor([1, 2, 3]), [2, -1], { value: 7 }).tolist()).toEqual([7, 7, 1, 2]);
  expect(() => nn.functional.pad(x, [4, 0, 0, 0], 'reflect')).toThrow('Padding size should be less than the corresponding input dimension');
  expect(() => nn.functional.pad(x, [1])).toThrow('Padding length must be divisible by 2');
  expect(() => nn.functional.pad(x, [-3, -3])).toThrow('resulted in a negative output size');
  expect(() => nn.functional.pad(x, [1, 1], 'mirror')).toThrow('Unrecognised padding mode mirror');
});

test('clipGradNorm_ and clipGradValue_', () => {
  const params = () => [[[1, 1], [3, -4]], [[1, 1, 1], [0, 12, 0]]].map(([p, g]) => {
    const parameter = new nn.Parameter(torsh.tensor(p));
    parameter.grad = torsh.tensor(g);
    return parameter;
  });
  for (const [normType, total, grads] of [
    [2, 13, [0.4615384340286255, -0.615384578704834, 0, 1.846153736114502, 0]],
    [1, 19, [0.31578943133354187, -0.42105257511138916, 0, 1.2631577253341675, 0]],
    [Infinity, 12, [0.4999999701976776, -0.6666666269302368, 0, 1.9999998807907104, 0]],
    [3, 12.207056999206543, [0.49151891469955444, -0.6553585529327393, 0, 1.9660756587982178, 0]],
  ]) {
    const list = params();
    expect(utils.clipGradNorm_(list, 2, { normType }).item()).toBeCloseTo(total, 5);
    near(list.flatMap((p) => values(p.grad)), grads);
  }
  const list = params();
  utils.clipGradNorm_(list.values(), 100);
  expect(list.flatMap((p) => values(p.grad))).toEqual([3, -4, 0, 12, 0]);
  expect(utils.clipGradNorm_([new nn.Parameter(torsh.ones(1))], 1).item()).toBe(0);
  list[0].grad = torsh.tensor([NaN, 1]);
  expect(() => utils.clipGradNorm_(list, 1, { errorIfNonfinite: true })).toThrow('is non-finite, so it cannot be clipped');
  expect(values(list[1].grad)).toEqual([0, 12, 0]);
  utils.clipGradValue_(list[1], 5);
  expect(values(list[1].grad)).toEqual([0, 5, 0]);
});

test('parametersToVector and back', () => {
  const model = new nn.Linear(2, 2);
  const vector = utils.parametersToVector(model.parameters());
  expect(vector.shape).toEqual([6]);
  expect(vector.requiresGrad).toBe(true);
  utils.vectorToParameters(torsh.arange(6).float(), model.parameters());
  expect([model.weight.tolist(), model.bias.tolist()]).toEqual([[[0, 1], [2, 3]], [4, 5]]);
  expect(model.weight.isLeaf).toBe(true);
  expect(() => utils.vectorToParameters(torsh.ones(3), model.parameters())).toThrow('a vector of at least 6 values is needed');
  expect(() => utils.vectorToParameters([1], model.parameters())).toThrow('expected a Tensor');
});

test('orthogonal_ gives PyTorch\'s matrices', () => {
  torsh.manualSeed(0);
  const wide = nn.init.orthogonal_(torsh.empty(3, 5), 2);
  near(values(wide), [1.0444615, -0.1988812, -1.476747, 0.3852732, -0.7350712, -1.0729589, 0.4211249, -0.2857884, -0.7175371, -1.4404439, -0.8818329, 0.1325212, -0.0913102, 1.7795056, -0.1727158]);
  near(values(wide.mm(wide.t())), [4, 0, 0, 0, 4, 0, 0, 0, 4]);
  torsh.manualSeed(0);
  near(values(nn.init.orthogonal(torsh.empty(4, 2, 1))), [0.5297844, -0.184702, -0.7490535, 0.348867, -0.3728517, -0.7869307, 0.138668, 0.4742541]);
  expect(() => nn.init.orthogonal_(torsh.empty(3))).toThrow('Only tensors with 2 or more dimensions are supported');
});
