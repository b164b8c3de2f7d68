// Autocast: what PyTorch's lists say becomes of each op, values as of explicit conversions, gradients.
const torsh = require('torsh');
const { values } = require('../support/numbers');

const { nn } = torsh;
const F = nn.functional;
const low = (t) => t.to('bfloat16');
const make = (...shape) => torsh.arange(shape.reduce((a, b) => a * b, 1), { dtype: 'float32' }).mul(0.37).sin().reshape(shape);
const a = make(3, 4), b = a.cos().to('bfloat16'), w = make(4, 5).cos();
const labels = torsh.tensor([0n, 1n, 2n]);

test('products and convolutions run in the lower dtype', () => {
  const batch = a.reshape(1, 3, 4), other = w.reshape(1, 4, 5);
  const cases = {
    mm: [(x, y) => x.mm(y), a, w], matmul: [(x, y) => torsh.matmul(x, y), a, w], vectors: [(x, y) => x.matmul(y), a.select(0, 0), a.select(0, 1)],
    bmm: [(x, y) => x.bmm(y), batch, other], addmm: [(c, x, y) => c.addmm(x, y), make(5), a, w], addbmm: [(c, x, y) => torsh.addbmm(c, x, y), make(3, 5), batch, other],
    baddbmm: [(c, x, y) => torsh.baddbmm(c, x, y), make(1, 3, 5), batch, other], linear: [(x, y, c) => F.linear(x, y, c), a, w.t(), make(5)],
    conv1d: [(x, y) => F.conv1d(x, y), batch, make(2, 3, 2)], conv2d: [(x, y) => F.conv2d(x, y, { padding: 'same' }), batch, make(2, 1, 2, 2)],
    conv3d: [(x, y) => F.conv3d(x, y), make(1, 1, 2, 3, 4), make(2, 1, 1, 2, 2)],
    einsum: [(x, y) => torsh.einsum('ij,jk->ik', x, y), a, w], tensordot: [(x, y) => torsh.tensordot(x, y, 1), a, w], inner: [(x, y) => torsh.inner(x, y), a, a],
    multiDot: [(x, y) => torsh.linalg.multiDot([x, y]), a, w], attention: [(x) => F.scaledDotProductAttention(x, x, x), batch],
  };
  for (const [name, [run, ...args]] of Object.entries(cases)) {
    const got = torsh.autocast(() => run(...args));
    const want = run(...args.map(low));
    expect([name, got.dtype, values(got)]).toEqual([name, 'bfloat16', values(want)]);
    const half = torsh.autocast(() => run(...args), { dtype: 'float16' });
    expect([name, half.dtype, values(half)]).toEqual([name, 'float16', values(run(...args.map((t) => t.half())))]);
    expect(torsh.autocast(() => run(...args), { enabled: false }).dtype).toBe('float32');
  }
});

test('losses and other delicate ops run in float32', () => {
  const cases = {
    crossEntropy: (x) => F.crossEntropy(x, labels), nllLoss: (x) => F.nllLoss(x, labels), mse: (x) => F.mseLoss(x, x.mul(2)), l1: (x) => F.l1Loss(x, x.mul(2)),
    smoothL1: (x) => F.smoothL1Loss(x, x.mul(2)), huber: (x) => F.huberLoss(x, x.mul(2)), klDiv: (x) => F.klDiv(x, x.abs()), bce: (x) => F.binaryCrossEntropy(x.sigmoid(), x.sigmoid()),
    bceLogits: (x) => F.binaryCrossEntropyWithLogits(x, x.sigmoid()), prod: (x) => x.prod(), trace: (x) => x.trace(), quantile: (x) => x.quantile(0.3),
    cdist: (x) => torsh.cdist(x, x), inv: (x) => torsh.linalg.inv(x.narrow(1, 0, 3).add(torsh.eye(3).to(x.dtype))), maxPool3d: (x) => F.maxPool3d(x.reshape(1, 1, 3, 2, 2), 1),
    convTranspose: (x) => F.convTranspose1d(x.reshape(1, 3, 4), make(3, 2, 1).to(x.dtype)), cosineEmbedding: (x) => F.cosineEmbeddingLoss(x, x, torsh.ones(3).to(x.dtype)),
  };
  for (const [name, run] of Object.entries(cases)) expect([name, torsh.autocast(() => run(b)).dtype]).toEqual([name, 'float32']);
  expect(values(torsh.autocast(() => F.mseLoss(b, a)))).toEqual(values(F.mseLoss(b.float(), a)));
});

test('other ops take what they are given', () => {
  const cases = {
    softmax: (x) => x.softmax(1), logSoftmax: (x) => x.logSoftmax(1), exp: (x) => x.exp(), sum: (x) => x.sum(), std: (x) => x.std(), gelu: (x) => F.gelu(x),
    layerNorm: (x) => F.layerNorm(x, [4]), batchNorm: (x) => F.batchNorm(x, torsh.zeros(4), torsh.ones(4)), avgPool2d: (x) => F.avgPool2d(x.reshape(1, 3, 4), 2),
  };
  for (const [name, run] of Object.entries(cases)) expect([name, torsh.autocast(() => run(b)).dtype]).toEqual([name, 'bfloat16']);
  torsh.autocast(() => {
    expect([a.mv(a.select(0, 0)), a.select(0, 0).dot(a.select(0, 1)), torsh.outer(a.select(0, 0), a.select(0, 1)), a.add(b), torsh.cat([a, b]), torsh.stack([a, b])].map((t) => t.dtype))
      .toEqual(new Array(6).fill('float32'));
    expect(torsh.indexCopy(a, 0, labels, b).dtype).toBe('float32');
    expect(a.double().matmul(w.double()).dtype).toBe('float64');
    expect(torsh.ones(2, 2, { dtype: 'int64' }).matmul(torsh.ones(2, 2, { dtype: 'int64' })).dtype).toBe('int64');
    // In-place forms and destinations keep their dtype, as in PyTorch.
    expect(torsh.zeros(3, 5).addmm_(a, w).dtype).toBe('float32');
    expect(torsh.mm(a, w, { out: torsh.zeros(3, 5) }).dtype).toBe('float32');
    expect(new nn.LSTM(4, 2)(a)[0].dtype).toBe('float32');
  });
});

test('scopes nest, end, and refuse a Promise', () => {
  const state = () => [torsh.isAutocastEnabled(), torsh.getAutocastDtype()];
  expect(state()).toEqual([false, 'bfloat16']);
  torsh.autocast(() => {
    expect(state()).toEqual([true, 'float16']);
    torsh.autocast(() => { expect(state()).toEqual([false, 'bfloat16']); }, { enabled: false });
    torsh.autocast(() => { expect(state()).toEqual([true, 'bfloat16']); });
    expect(state()).toEqual([true, 'float16']);
    expect(() => a.mm(a)).toThrow('mm: mat1 and mat2 shapes cannot be multiplied (3x4 and 3x4)');
  }, { dtype: 'float16' });
  expect(() => torsh.autocast(() => { throw new Error('mine'); })).toThrow('mine');
  expect(() => torsh.autocast(async () => 1)).toThrow('autocast: the function returned a Promise');
  expect(() => torsh.autocast(() => 1, { dtype: 'float32' })).toThrow("autocast: dtype must be 'bfloat16' or 'float16'");
  expect(state()).toEqual([false, 'bfloat16']);
});

test('gradients come back in the dtype of the parameters, values as of explicit conversions', () => {
  torsh.manualSeed(0);
  const model = new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU(), new nn.LayerNorm(8), new nn.Linear(8, 3));
  const x = make(3, 4).requiresGrad_();
  const loss = torsh.autocast(() => F.crossEntropy(model(x), labels));
  expect(loss.dtype).toBe('float32');
  loss.backward();
  const got = [x, ...model.parameters()].map((p) => [p.grad.dtype, values(p.grad)]);
  model.zeroGrad();
  x.grad = null;
  const linear = (layer, h) => F.linear(low(h), low(layer.weight), low(layer.bias));
  F.crossEntropy(linear(model[3], model[2](linear(model[0], x).relu())).float(), labels).backward();
  expect(got).toEqual([x, ...model.parameters()].map((p) => ['float32', values(p.grad)]));
  // Also where backward runs inside, and twice.
  const inside = torsh.autocast(() => {
    const [first] = torsh.autograd.grad(x.mm(w).float().pow(2).sum(), [x], { createGraph: true });
    return torsh.autograd.grad(first.sum(), [x])[0];
  });
  expect(inside.dtype).toBe('float32');
});

test('a checkpoint runs its function again as it ran first', () => {
  const layer = new nn.Linear(4, 3);
  const run = (wrap) => {
    layer.zeroGrad();
    const loss = torsh.autocast(() => wrap((h) => layer(h).tanh(), a).float().sum());
    loss.backward();
    return values(layer.weight.grad);
  };
  expect(run((fn, h) => torsh.utils.checkpoint.checkpoint(fn, h))).toEqual(run((fn, h) => fn(h)));
});

test('a net trains with it', () => {
  torsh.manualSeed(0);
  const model = new nn.Sequential(new nn.Conv2d(1, 4, 3), new nn.BatchNorm2d(4), new nn.ReLU(), new nn.Flatten(), new nn.Linear(64, 2));
  const optimizer = new torsh.optim.Adam(model.parameters(), { lr: 0.02 });
  const x = torsh.randn(16, 1, 6, 6), y = torsh.arange(16).remainder(2);
  let loss;
  for (let i = 0; i < 30; i++) {
    optimizer.zeroGrad();
    loss = torsh.autocast(() => F.crossEntropy(model(x), y));
    loss.backward();
    optimizer.step();
  }
  expect(loss.item()).toBeLessThan(0.1);
  expect(model[0].weight.dtype).toBe('float32');
});
