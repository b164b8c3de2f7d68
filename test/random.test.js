// After manualSeed the numbers are PyTorch's (goldens: "random" in training.json). What torsh lacks yet is not called.
const torsh = require('torsh');
const { loadTraining } = require('./support/goldenset');
const { values } = require('./support/numbers');

const { nn } = torsh;
const F = nn.functional;
const parameters = (module) => [...module.parameters()];
const init = (name) => () => nn.init[name](torsh.empty(8, 6));
const weights = () => torsh.tensor([0.1, 0.2, 0.3, 0.4]);

/** [what must exist, the call] by the name it has among the goldens. */
const calls = {
  'rand(5)': [torsh.rand, () => torsh.rand(5)],
  'rand(1000)': [torsh.rand, () => torsh.rand(1000)],
  'rand(33,float64)': [torsh.rand, () => torsh.rand(33, { dtype: 'float64' })],
  'rand(3);rand(3)': [torsh.rand, () => [torsh.rand(3), torsh.rand(3)]],
  'randn(7)': [torsh.randn, () => torsh.randn(7)],
  'randn(16)': [torsh.randn, () => torsh.randn(16)],
  'randn(100)': [torsh.randn, () => torsh.randn(100)],
  'randn(1003)': [torsh.randn, () => torsh.randn(1003)],
  'randn(20,float64)': [torsh.randn, () => torsh.randn(20, { dtype: 'float64' })],
  'randn(5,float64)': [torsh.randn, () => torsh.randn(5, { dtype: 'float64' })],
  'randn(3);randn(4);rand(2)': [torsh.randn, () => [torsh.randn(3), torsh.randn(4), torsh.rand(2)]],
  'randint(10,(50,))': [torsh.randint, () => torsh.randint(10, [50])],
  'randint(-5,5,(20,),int32)': [torsh.randint, () => torsh.randint(-5, 5, [20], { dtype: 'int32' })],
  'randint(0,2**40,(10,))': [torsh.randint, () => torsh.randint(0, 2 ** 40, [10])],
  'randperm(10)': [torsh.randperm, () => torsh.randperm(10)],
  'randperm(1000)': [torsh.randperm, () => torsh.randperm(1000)],
  'bernoulli(full(50,0.3))': [torsh.bernoulli, () => torsh.bernoulli(torsh.full([50], 0.3))],
  'empty(40).bernoulli_(0.7)': [torsh.Tensor.prototype.bernoulli_, () => torsh.empty(40).bernoulli_(0.7)],
  'empty(40).uniform_(-2,3)': [torsh.Tensor.prototype.uniform_, () => torsh.empty(40).uniform_(-2, 3)],
  'empty(40).normal_(1,2)': [torsh.Tensor.prototype.normal_, () => torsh.empty(40).normal_(1, 2)],
  'empty(20).exponential_(1.5)': [torsh.Tensor.prototype.exponential_, () => torsh.empty(20).exponential_(1.5)],
  'multinomial([.1,.2,.3,.4],20,True)': [torsh.multinomial, () => torsh.multinomial(weights(), 20, true)],
  'multinomial([.1,.2,.3,.4],3)': [torsh.multinomial, () => torsh.multinomial(weights(), 3)],
  'F.dropout(ones(100),0.4)': [F.dropout, () => F.dropout(torsh.ones(100), 0.4)],
  'Linear(10,5)': [nn.Linear, () => parameters(new nn.Linear(10, 5))],
  'Conv2d(3,8,3)': [nn.Conv2d, () => parameters(new nn.Conv2d(3, 8, 3))],
  'LSTM(4,6)': [nn.LSTM, () => parameters(new nn.LSTM(4, 6))],
  'Embedding(10,4)': [nn.Embedding, () => parameters(new nn.Embedding(10, 4))],
  'init.kaiming_uniform_(8x6)': [nn.init.kaimingUniform_, init('kaimingUniform_')],
  'init.kaiming_normal_(8x6)': [nn.init.kaimingNormal_, init('kaimingNormal_')],
  'init.xavier_uniform_(8x6)': [nn.init.xavierUniform_, init('xavierUniform_')],
  'init.xavier_normal_(8x6)': [nn.init.xavierNormal_, init('xavierNormal_')],
  'init.trunc_normal_(8x6)': [nn.init.truncNormal_, init('truncNormal_')],
  'init.orthogonal_(8x6)': [nn.init.orthogonal_, init('orthogonal_')],
  'init.normal_(8x6)': [nn.init.normal_, init('normal_')],
  'MultiheadAttention(8,2)': [nn.MultiheadAttention, () => parameters(new nn.MultiheadAttention(8, 2))],
  'TransformerEncoderLayer(8,2,16)': [nn.TransformerEncoderLayer, () => parameters(new nn.TransformerEncoderLayer(8, 2, 16))],
  'RandomSampler(20)': [torsh.utils.data.RandomSampler, () => torsh.tensor(BigInt64Array.from([...new torsh.utils.data.RandomSampler(new Array(20))].map(BigInt)))],
  'DataLoader(range(20),4,shuffle)': [torsh.utils.data.DataLoader, () => {
    const range = Array.from({ length: 20 }, (_, i) => BigInt(i));
    return [...new torsh.utils.data.DataLoader(range, { batchSize: 4, shuffle: true })];
  }],
};

/** What is in the table of this release; the others are called as soon as they exist. */
const required = Object.keys(calls).filter((name) => !/init\./.test(name));

const { random } = loadTraining();

test('the goldens are the calls of this file', () => {
  for (const seed of Object.keys(random)) expect(Object.keys(random[seed]).sort()).toEqual(Object.keys(calls).sort());
});

for (const [seed, goldens] of Object.entries(random)) {
  for (const [name, wanted] of Object.entries(goldens)) {
    const [needs, call] = calls[name];
    if (!needs && !required.includes(name)) continue;
    test(`seed ${seed}: ${name}`, () => torsh.tidy(() => {
      torsh.manualSeed(Number(seed));
      const got = [call()].flat();
      expect(got.length).toBe(wanted.length);
      got.forEach((tensor, i) => {
        const want = wanted[i];
        expect([tensor.dtype, Array.from(tensor.shape)]).toEqual([want.dtype, want.shape]);
        const numbers = values(tensor).map(Number);
        const near = (x, y) => Math.abs(x - y) <= Math.max(2e-6, 2e-5 * Math.abs(y));
        const off = (list, target) => list.findIndex((x, k) => !near(x, target[k]));
        expect(off(numbers.slice(0, 64), want.head)).toBe(-1);
        expect(off(numbers.slice(-8), want.tail)).toBe(-1);
        const sum = numbers.reduce((a, b) => a + b, 0);
        const magnitude = numbers.reduce((a, b) => a + Math.abs(b), 0);
        expect(Math.abs(sum - want.sum)).toBeLessThanOrEqual(Math.max(2e-6, 2e-5 * magnitude));
      });
    }));
  }
}

test('the stream can be saved and restored', () => torsh.tidy(() => {
  torsh.manualSeed(3);
  torsh.randn(5);
  const state = torsh.getRngState();
  const first = values(torsh.randn(40));
  torsh.setRngState(state);
  expect(values(torsh.randn(40))).toEqual(first);
  expect(() => torsh.setRngState(state.narrow(0, 0, 100))).toThrow(torsh.TorshError);
  expect(torsh.initialSeed()).toBe(3);
}));

// Numbers of PyTorch 1.13 for seed 7.
test('samplers that reject', () => torsh.tidy(() => {
  const drawn = (f) => { torsh.manualSeed(7); return values(f()).map(Number); };
  expect(drawn(() => torsh.poisson(torsh.tensor([0, 0.5, 3, 20, 1000])))).toEqual([0, 0, 5, 21, 1025]);
  expect(drawn(() => torsh.binomial(torsh.tensor([10, 10, 200, 200, 0]), torsh.tensor([0.1, 0.9, 0.4, 0.6, 0.5])))).toEqual([0, 10, 89, 108, 0]);
  expect(drawn(() => torsh.multinomial(torsh.tensor([0.1, 0.2, 0.3, 0.4]), 1, true))).toEqual([1]);
  const near = (got, want) => got.forEach((x, i) => expect(x).toBeCloseTo(want[i], 12));
  const concentrations = () => torsh.tensor([0.5, 1, 4], { dtype: 'float64' });
  near(drawn(() => torsh._standardGamma(concentrations())), [0.4548684681226752, 3.91174095916957, 4.588140135057415]);
  near(drawn(() => torsh._sampleDirichlet(concentrations())), [0.05079633606228078, 0.4368342109327687, 0.5123694530049504]);
}));

test('gamma numbers move with their concentrations', () => torsh.tidy(() => {
  const base = [0.4, 2, 7, 30];
  const drawn = (list) => { torsh.manualSeed(5); return torsh._standardGamma(list); };
  const leaf = torsh.tensor(base, { dtype: 'float64' }).requiresGrad_(true);
  drawn(leaf).sum().backward();
  const slope = values(leaf.grad);
  expect(slope.every((v) => v > 0 && v < 3)).toBe(true);
  expect(slope[3]).toBeCloseTo(values(drawn(leaf))[3] / 30, 0);
}));

test('normal takes means and deviations as tensors or numbers', () => torsh.tidy(() => {
  const mean = torsh.tensor([[0], [10]]), std = torsh.tensor([1, 2, 0]);
  torsh.manualSeed(3);
  const noise = torsh.randn(2, 3);
  torsh.manualSeed(3);
  expect(values(torsh.normal(mean, std))).toEqual(values(mean.add(noise.mul(std))));
  torsh.manualSeed(3);
  expect(values(torsh.normal(torsh.zeros(2, 3), 2))).toEqual(values(noise.mul(2)));
  torsh.manualSeed(3);
  expect(values(torsh.normal(0, 2, [2, 3]))).toEqual(values(noise.mul(2)));
  expect(() => torsh.normal(mean, std.neg())).toThrow('normal expects all elements of std >= 0.0');
}));

test('seeds have 64 bits', () => torsh.tidy(() => {
  const drawn = (seed) => { torsh.manualSeed(seed); return values(torsh.rand(3)); };
  expect(drawn(2n ** 60n + 1n)).not.toEqual(drawn(2n ** 60n));
  expect(drawn(-1)).toEqual(drawn(2n ** 64n - 1n));
  expect(torsh.initialSeed()).toBe(2n ** 64n - 1n);
  expect(() => torsh.manualSeed(2n ** 64n)).toThrow('64 bits');
  torsh.manualSeed(5);
  const before = values(torsh.rand(2));
  torsh.manualSeed(5);
  expect(torsh.forkRng(() => values(torsh.rand(2)))).toEqual(before);
  expect(values(torsh.rand(2))).toEqual(before);
}));
