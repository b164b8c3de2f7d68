// Many small models that learn as in PyTorch, loss by loss within 2 %, from the same first weights: twins of those in fixtures/training-models.py.
const torsh = require('torsh');
const { readDigits } = require('./support/digits');
const runs = require('./fixtures/training-models.json');

const { nn, optim } = torsh;
const { DataLoader, TensorDataset, WeightedRandomSampler, randomSplit } = torsh.utils.data;
const F = nn.functional;
const S = (...modules) => new nn.Sequential(...modules);

const digits = readDigits();
const X = torsh.keep(torsh.tensor(digits.pixels).reshape(-1, 64));
const Y = torsh.keep(torsh.tensor(BigInt64Array.from(digits.labels, BigInt)));
const LINES = torsh.keep(X.reshape(-1, 8, 8));
const IMAGES = torsh.keep(X.reshape(-1, 1, 8, 8));
const batch = (t, n = 32) => Array.from({ length: n }, (_, i) => (t * n + i) % 1500);
const learn = (x, loss = F.crossEntropy) => (m, t) => loss(m(x.at(batch(t))), Y.at(batch(t)));
const letters = (n, k, t) => torsh.tensor(Array.from({ length: n }, (_, i) => BigInt((i * (t % 7 + 2) + i * i) % k)));
const range = (n, f) => torsh.tensor(Array.from({ length: n }, (_, i) => BigInt(f(i))));

class Names extends nn.Module {
  emb = new nn.Embedding(28, 16, { paddingIdx: 0 });
  rnn = new nn.LSTM(16, 24, 2, { dropout: 0.2 });
  out = new nn.Linear(24, 18);
  forward(x) { return this.out(this.rnn(this.emb(x))[0].at(-1)); }
}

class Gru extends nn.Module {
  rnn = new nn.GRU(8, 20, 2, { batchFirst: true, bidirectional: true, dropout: 0.3 });
  out = new nn.Linear(40, 10);
  forward(x) { return this.out(this.rnn(x)[0].mean(1)); }
}

class Packed extends nn.Module {
  rnn = new nn.LSTM(8, 16, { batchFirst: true, bidirectional: true, projSize: 6 });
  out = new nn.Linear(12, 10);
  forward(x) {
    const packed = nn.utils.rnn.packPaddedSequence(x, Array.from({ length: 32 }, (_, i) => 3 + (i * 5) % 6), true, false);
    const [o, [h]] = this.rnn(packed);
    return this.out(nn.utils.rnn.padPackedSequence(o, true)[0].sum(1).add(h.permute(1, 0, 2).reshape(32, -1)));
  }
}

class Cells extends nn.Module {
  a = new nn.LSTMCell(8, 16);
  b = new nn.GRUCell(16, 16);
  c = new nn.RNNCell(16, 16);
  out = new nn.Linear(16, 10);
  forward(x) {
    let [state, g, r] = [null, null, null];
    for (let i = 0; i < 8; i++) {
      state = this.a(x.at(':', i), state);
      g = this.b(state[0], g);
      r = this.c(g, r);
    }
    return this.out(r);
  }
}

class Encoder extends nn.Module {
  proj = new nn.Linear(8, 16);
  encoder = new nn.TransformerEncoder(new nn.TransformerEncoderLayer(16, 4, 32, 0.2, { activation: 'gelu', normFirst: true, batchFirst: true }), 2, new nn.LayerNorm(16));
  out = new nn.Linear(16, 10);
  forward(x) { return this.out(this.encoder(this.proj(x), nn.Transformer.generateSquareSubsequentMask(8)).mean(1)); }
}

class Translator extends nn.Module {
  emb = new nn.Embedding(12, 16);
  net = new nn.Transformer(16, 2, 1, 1, 32, 0.1);
  out = new nn.Linear(16, 12);
  forward(a, b) { return this.out(this.net(this.emb(a), this.emb(b), { tgtMask: this.net.generateSquareSubsequentMask(b.shape[0]) })); }
}

class Attention extends nn.Module {
  proj = new nn.Linear(8, 16);
  attention = new nn.MultiheadAttention(16, 4, { dropout: 0.2, addBiasKv: true, batchFirst: true });
  out = new nn.Linear(16, 10);
  forward(x) {
    const q = this.proj(x);
    return this.out(q.add(this.attention(q, q, q)[0]).amax(1));
  }
}

class Bag extends nn.Module {
  bag = new nn.EmbeddingBag(50, 16, { mode: 'mean' });
  net = S(new nn.Linear(16, 16), new nn.ReLU(), new nn.Dropout(0.4), new nn.Linear(16, 5));
  forward(x, offsets) { return this.net(this.bag(x, offsets)); }
}

class Vae extends nn.Module {
  enc = new nn.Linear(64, 32);
  mean = new nn.Linear(32, 4);
  spread = new nn.Linear(32, 4);
  dec = S(new nn.Linear(4, 32), new nn.ReLU(), new nn.Linear(32, 64), new nn.Sigmoid());
  forward(x) {
    const h = this.enc(x).tanh();
    const [mean, spread] = [this.mean(h), this.spread(h)];
    return [this.dec(mean.add(torsh.randnLike(mean).mul(spread.mul(0.5).exp()))), mean, spread];
  }
}

class Adaptive extends nn.Module {
  proj = new nn.Linear(64, 16);
  out = new nn.AdaptiveLogSoftmaxWithLoss(16, 10, [4, 7]);
  forward(x, y) { return this.out(this.proj(x), y).loss; }
}

class Tagger extends nn.Module {
  rnn = new nn.LSTM(8, 24, { bidirectional: true });
  out = new nn.Linear(48, 6);
  forward(x) { return this.out(this.rnn(x)[0]).logSoftmax(2); }
}

function initialised() {
  const { init } = nn;
  const layers = Array.from({ length: 10 }, (_, i) => new nn.Linear(i === 0 ? 64 : 32, i === 9 ? 10 : 32));
  const w = layers.map((layer) => layer.weight);
  init.xavierUniform_(w[0]);
  init.xavierNormal_(w[1], 1.3);
  init.kaimingUniform_(w[2], { nonlinearity: 'relu' });
  init.kaimingNormal_(w[3], { mode: 'fan_out' });
  init.orthogonal_(w[4], 1.1);
  init.sparse_(w[5], 0.5, 0.3);
  init.truncNormal_(w[6], { std: 0.2 });
  init.normal_(w[7], 0, 0.2);
  init.uniform_(w[8], -0.2, 0.2);
  init.eye_(w[9]);
  for (const layer of layers) init.constant_(layer.bias, 0.01);
  return S(...layers.flatMap((layer) => [layer, new nn.LeakyReLU(0.2)]).slice(0, -1));
}

function lazy() {
  const model = S(new nn.LazyConv2d(8, 3), new nn.LazyBatchNorm2d(), new nn.ReLU(), new nn.LazyConvTranspose2d(4, 2, 2), new nn.Flatten(), new nn.LazyLinear(10));
  model(IMAGES.at(':2'));
  return model;
}

const adam = (lr) => (p) => new optim.Adam(p, { lr });

/** How to build each model, its loss at step t, its optimizer. */
const models = {
  names: [() => new Names(), (m, t) => F.crossEntropy(m(letters(192, 28, t).reshape(12, 16)), range(16, (i) => i * (t % 5 + 1) % 18)), adam(0.01)],
  gru: [() => new Gru(), learn(LINES), adam(0.005)],
  packed: [() => new Packed(), learn(LINES), adam(0.01)],
  cells: [() => new Cells(), learn(LINES), adam(0.01)],
  encoder: [() => new Encoder(), learn(LINES), (p) => new optim.AdamW(p, { lr: 0.003 })],
  translator: [() => new Translator(), (m, t) => {
    const a = letters(96, 12, t).reshape(6, 16), b = a.flip(0);
    return F.crossEntropy(m(a, b.at(':-1')).reshape(-1, 12), b.at('1:').reshape(-1));
  }, adam(0.003)],
  attention: [() => new Attention(), learn(LINES), (p) => new optim.RAdam(p, { lr: 0.005 })],
  bag: [() => new Bag(), (m, t) => F.crossEntropy(m(letters(60, 50, t), torsh.arange(0, 60, 4)), range(15, (i) => i * 7 % 5)), (p) => new optim.Adagrad(p, { lr: 0.1 })],
  autoencoder: [
    () => S(new nn.Conv2d(1, 8, 3, 2, 1), new nn.ELU(), new nn.Conv2d(8, 4, 3, 2, 1), new nn.SiLU(), new nn.ConvTranspose2d(4, 8, 3, 2, 1, 1), new nn.LeakyReLU(0.1), new nn.ConvTranspose2d(8, 1, 3, 2, 1, 1), new nn.Sigmoid()),
    (m, t) => F.binaryCrossEntropy(m(IMAGES.at(batch(t))), IMAGES.at(batch(t))), adam(0.01)],
  vae: [() => new Vae(), (m, t) => {
    const x = X.at(batch(t)), [made, mean, spread] = m(x);
    return F.binaryCrossEntropy(made, x, { reduction: 'sum' }).sub(spread.add(1).sub(mean.square()).sub(spread.exp()).sum().mul(0.5)).div(32);
  }, adam(0.005)],
  norms: [
    () => S(new nn.Conv2d(1, 8, 3, { padding: 1, bias: false }), new nn.GroupNorm(2, 8), new nn.GELU(), new nn.Conv2d(8, 8, 3, { padding: 1, groups: 4, bias: false }),
      new nn.InstanceNorm2d(8, { affine: true, trackRunningStats: true }), new nn.Mish(), new nn.AvgPool2d(2), new nn.Dropout2d(0.2), new nn.Conv2d(8, 16, 1), new nn.LocalResponseNorm(3), new nn.Hardswish(),
      new nn.AdaptiveAvgPool2d(1), new nn.Flatten(), new nn.Linear(16, 10)),
    learn(IMAGES), (p) => new optim.Adamax(p, { lr: 0.01 })],
  vectors: [
    () => S(new nn.Linear(64, 32, { bias: false }), new nn.BatchNorm1d(32), new nn.PReLU(), new nn.AlphaDropout(0.1), new nn.Linear(32, 32), new nn.LayerNorm(32), new nn.RReLU(), new nn.Linear(32, 10), new nn.LogSoftmax(1)),
    learn(X, F.nllLoss), (p) => new optim.NAdam(p, { lr: 0.005 })],
  lines: [
    () => S(new nn.Conv1d(8, 16, 3, { padding: 1, paddingMode: 'circular' }), new nn.Softplus(), new nn.MaxPool1d(2), new nn.Dropout1d(0.2), new nn.Conv1d(16, 16, 2, { dilation: 2 }), new nn.GLU(1), new nn.LPPool1d(2, 2),
      new nn.Flatten(), new nn.Linear(8, 10)),
    learn(LINES, (y, target) => F.crossEntropy(y, target, { labelSmoothing: 0.1 })), (p) => new optim.RMSprop(p, { lr: 0.003, momentum: 0.5 })],
  initialised: [initialised, learn(X), (p) => new optim.SGD(p, { lr: 0.02, momentum: 0.9, nesterov: true })],
  lazy: [lazy, learn(IMAGES), (p) => new optim.Adadelta(p, { lr: 0.5 })],
  metric: [() => S(nn.utils.weightNorm(new nn.Linear(64, 16)), new nn.Sigmoid(), nn.utils.parametrizations.spectralNorm(new nn.Linear(16, 8))), (m, t) => {
    const at = (k) => m(X.at(batch(t).map((i) => (i + k) % 1500)));
    return new nn.TripletMarginLoss({ margin: 0.5, swap: true })(at(0), at(100), at(201)).add(new nn.CosineEmbeddingLoss()(at(0), at(3), torsh.ones(32)));
  }, adam(0.003)],
  tagger: [() => new Tagger(), (m, t) => new nn.CTCLoss()(m(LINES.at(batch(t, 16)).transpose(0, 1)), letters(48, 5, t).add(1).reshape(16, 3), torsh.full([16], 8n), torsh.full([16], 3n)), adam(0.005)],
  adaptive: [() => new Adaptive(), (m, t) => m(X.at(batch(t)), Y.at(batch(t))), (p) => new optim.ASGD(p, { lr: 0.2 })],
};

function compare(losses, want) {
  expect(losses.length).toBe(want.length);
  expect(losses.flatMap((got, t) => (Math.abs(got - want[t]) <= 0.02 * Math.abs(want[t]) ? [] : [`step ${t}: ${got} instead of ${want[t]}`]))).toEqual([]);
}

for (const [name, [build, lossOf, optimizer]] of Object.entries(models)) {
  test(name, () => torsh.tidy(() => {
    const run = runs[name];
    torsh.manualSeed(run.seed);
    const model = build();
    expect(model.parameters().map((p) => p.detach().double().sum().item())).toEqual(run.first.map((x) => expect.closeTo(x, 3)));
    const step = optimizer(model.parameters());
    compare(run.losses.map((_, t) => torsh.tidy(() => {
      const loss = lossOf(model, t);
      step.zeroGrad();
      loss.backward();
      step.step();
      return loss.item();
    })), run.losses);
  }));
}

test('batches of loaders, splits and samplers', () => torsh.tidy(() => {
  const run = runs.loaded;
  torsh.manualSeed(run.seed);
  const data = new TensorDataset(X.at(':400'), Y.at(':400'));
  const [part, check] = randomSplit(data, [320, 80]);
  const model = S(new nn.Linear(64, 32), new nn.ReLU(), new nn.Dropout(0.3), new nn.Linear(32, 10));
  const step = new optim.SGD(model.parameters(), { lr: 0.2, momentum: 0.9 });
  const schedule = new optim.lrScheduler.StepLR(step, 2, 0.5);
  const losses = [];
  const epoch = (loader) => {
    model.train();
    for (const [x, y] of loader) {
      const loss = F.crossEntropy(model(x), y);
      step.zeroGrad();
      loss.backward();
      nn.utils.clipGradNorm_(model.parameters(), 1);
      step.step();
      losses.push(loss.item());
    }
    schedule.step();
  };
  const shuffled = new DataLoader(part, { batchSize: 32, shuffle: true });
  for (let i = 0; i < 3; i++) {
    epoch(shuffled);
    model.eval();
    torsh.noGrad(() => losses.push([...new DataLoader(check, { batchSize: 50 })].reduce((sum, [x, y]) => sum + F.crossEntropy(model(x), y, { reduction: 'sum' }).item(), 0) / 80));
  }
  const own = new torsh.Generator().manualSeed(5);
  epoch(new DataLoader(data, { batchSize: 20, sampler: new WeightedRandomSampler(Array.from({ length: 400 }, (_, i) => 1 + i % 7), 100, { generator: own }) }));
  epoch(new DataLoader(data, { batchSize: 50, shuffle: true, generator: own }));
  compare(losses, run.losses);
}));
