// torsh.summary: what it counts, what it prints, what it leaves alone.
const torsh = require('torsh');
const { values } = require('../support/numbers');

const { nn } = torsh;
const find = (summary, name) => summary.layers.find((layer) => layer.className === name);

function cnn() {
  return new nn.Sequential(
    new nn.Conv2d(1, 10, 5), new nn.BatchNorm2d(10), new nn.ReLU(), new nn.Dropout(0.5),
    new nn.Sequential(new nn.Flatten(), new nn.Linear(10 * 24 * 24, 10)),
  );
}

test('a convolutional net: shapes, parameters, multiply-adds, bytes', () => {
  const model = cnn();
  model[4][1].bias.requiresGrad_(false);
  const summary = torsh.summary(model, [2, 1, 28, 28]);
  const conv = find(summary, 'Conv2d'), linear = find(summary, 'Linear');
  expect([conv.inputShape, conv.outputShape, conv.params, conv.multAdds]).toEqual([[2, 1, 28, 28], [2, 10, 24, 24], 260, 260 * 2 * 24 * 24]);
  expect([linear.path, linear.depth, linear.params, linear.multAdds, linear.trainable]).toEqual(['4.1', 2, 57610, 2 * 57610, 'partial']);
  expect([summary.totalParams, summary.trainableParams, summary.nonTrainableParams]).toEqual([57890, 57880, 10]);
  expect(summary.totalMultAdds).toBe(260 * 2 * 576 + 2 * 20 + 2 * 57610);
  expect([summary.inputBytes, summary.paramBytes, summary.bufferBytes]).toEqual([2 * 784 * 4, 57890 * 4, 10 * 8 + 8]);
  expect(summary.forwardBackwardBytes).toBe(2 * 4 * (4 * 2 * 5760 + 2 * 5760 + 2 * 10 - 2 * 5760 + 2 * 5760));
  const text = String(summary);
  expect(text).toMatch(/├─Conv2d \(0\): 1-1 +\[2, 1, 28, 28\] +\[2, 10, 24, 24\] +260 +299,520 +True/);
  expect(text).toMatch(/ {3}└─Linear \(1\): 2-2 .*Partial/);
  expect(text).toContain('Total params: 57,890\n');
  expect(String(torsh.summary(model, [2, 1, 28, 28], { depth: 1 }))).not.toContain('Flatten');
  expect(torsh.summary(model, { inputSize: [1, 28, 28], batchDim: 0 }).root.inputShape).toEqual([1, 1, 28, 28]);
});

test('the model is afterwards as it was', () => {
  const model = cnn();
  model[4].eval();
  class Keeper extends nn.Module {
    constructor() { super(); this.model = model; this.calls = 0; }
    forward(x) { this.calls++; this.last = x; this.added = new nn.ReLU(); return nn.functional.dropout(this.model(x)); }
  }
  const keeper = new Keeper();
  model.parameters()[0].grad = torsh.ones(10, 1, 5, 5);
  const { running_mean: mean, num_batches_tracked: tracked } = model[1];
  const before = [Object.keys(keeper), keeper.namedModules().map(([name, m]) => [name, m.training])];
  const state = values(torsh.getRngState());
  for (const mode of ['eval', 'train', 'same']) torsh.summary(keeper, [2, 1, 28, 28], { mode });
  expect([Object.keys(keeper), keeper.namedModules().map(([name, m]) => [name, m.training])]).toEqual(before);
  expect(keeper.calls).toBe(0);
  expect(model[1].running_mean).toBe(mean);
  expect([values(mean), tracked.item()]).toEqual([new Array(10).fill(0), 0]);
  expect(values(torsh.getRngState())).toEqual(state);
  expect(values(model.parameters()[0].grad)).toEqual(new Array(250).fill(1));
  expect(model.parameters()[1].grad).toBe(null);
  // Not in the way of a graph that waits for its backward.
  const loss = model.eval()(torsh.ones(1, 1, 28, 28)).sum();
  torsh.summary(model, [1, 1, 28, 28], { mode: 'train' });
  loss.backward();
  // A failing forward changes nothing either.
  expect(() => torsh.summary(keeper, [2, 3])).toThrow(torsh.TorshError);
  expect(keeper.calls).toBe(0);
  const calls = [];
  const handle = nn.modules.module.registerModuleForwardHook((m) => { calls.push(m.constructor.name); });
  model[2](torsh.ones(1));
  handle.remove();
  expect(calls).toEqual(['ReLU']);
  const lazy = new nn.Sequential(new nn.LazyLinear(3));
  expect(find(torsh.summary(lazy, torsh.ones(2, 7)), 'LazyLinear').params).toBe(24);
  expect(lazy[0].weight).toBeInstanceOf(nn.UninitializedParameter);
});

test('recurrent layers and Transformers', () => {
  const lstm = torsh.summary(new nn.LSTM(8, 16, { batchFirst: true }), [2, 5, 8]);
  expect(lstm.root.outputShape).toEqual([[2, 5, 16], [[1, 2, 16], [1, 2, 16]]]);
  expect([lstm.totalParams, lstm.totalMultAdds]).toEqual([1664, 1664 * 10]);
  const model = new nn.Transformer({ dModel: 16, nhead: 2, numEncoderLayers: 1, numDecoderLayers: 1, dimFeedforward: 32 });
  const summary = torsh.summary(model, [[5, 2, 16], [3, 2, 16]], { depth: 4 });
  expect(summary.root.inputShape).toEqual([[5, 2, 16], [3, 2, 16]]);
  expect(summary.root.outputShape).toEqual([3, 2, 16]);
  expect(summary.totalParams).toBe(model.parameters().reduce((n, p) => n + p.numel(), 0));
  expect(summary.layers.reduce((n, layer) => n + layer.params, 0)).toBe(summary.totalParams);
  // Projections of 5 * 2 queries, keys and values and of the results, and two products of 5 x 5 for each of 2 batch entries.
  expect(find(summary, 'MultiheadAttention').multAdds).toBe(10 * (816 + 272) + 2 * 5 * 5 * 16 * 2);
  expect(String(summary)).toContain('TransformerEncoderLayer (layers.0): 2-1');
});

test('several inputs, options, indices, layers called twice, no input at all', () => {
  class Two extends nn.Module {
    constructor() { super(); this.embed = new nn.Embedding(7, 4); this.proj = new nn.Linear(4, 4); }
    forward(ids, x, { times = 1 } = {}) {
      let h = this.embed(ids).add(x);
      for (let i = 0; i < times; i++) h = this.proj(h);
      return { h, pair: [h.sum()] };
    }
  }
  const model = new Two().double();
  const bySize = torsh.summary(model, [[2, 3], [2, 3, 4]], { dtypes: ['int64'] });
  expect(bySize.root.inputShape).toEqual([[2, 3], [2, 3, 4]]);
  expect(bySize.root.outputShape).toEqual({ h: [2, 3, 4], pair: [[]] });
  expect(bySize.inputBytes).toBe(6 * 8 + 24 * 8);
  const data = [torsh.zeros(2, 3, { dtype: 'int64' }), torsh.ones(2, 3, 4, { dtype: 'float64' }), { times: 2 }];
  const byData = torsh.summary(model, data);
  expect(byData.layers.map((layer) => [layer.name, layer.recursive, layer.params, layer.multAdds])).toEqual(
    [['', false, 0, 0], ['embed', false, 28, 0], ['proj', false, 20, 120], ['proj', true, 0, 120]]);
  expect(String(byData)).toContain('(recursive)');
  expect(data[0].isDisposed).toBe(false);
  const still = torsh.summary(model);
  expect([still.totalParams, still.root.outputShape, still.layers.length]).toEqual([48, null, 3]);
  expect(() => torsh.summary(3)).toThrow('summary: expected a module');
  expect(() => torsh.summary(model, { inputSiz: [1] })).toThrow("unexpected option 'inputSiz'");
  expect(() => torsh.summary(model, [1], { mode: 'off' })).toThrow("mode must be 'eval', 'train' or 'same'");
});

test('layers with computed weights stay as they were', () => {
  const model = new nn.Sequential(nn.utils.weightNorm(new nn.Linear(3, 2)), nn.utils.spectralNorm(new nn.Linear(2, 2)));
  const state = () => Object.entries(model.stateDict()).map(([name, t]) => [name, values(t)]);
  const before = state(), parameters = model.parameters();
  for (const mode of ['eval', 'train']) {
    const summary = torsh.summary(model, [4, 3], { mode });
    expect(summary.root.outputShape).toEqual([4, 2]);
    expect(summary.totalParams).toBe(parameters.reduce((n, p) => n + p.numel(), 0));
  }
  expect(state()).toEqual(before);
  model.parameters().forEach((p, i) => expect(p).toBe(parameters[i]));
  expect(model(torsh.ones(1, 3)).shape).toEqual([1, 2]);
});
