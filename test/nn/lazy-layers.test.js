// Layers that take their sizes from the first input, instance norms, the adaptive softmax.
const torsh = require('torsh');
const { values, difference } = require('../support/numbers');
const { scoped } = require('../support/scoped');

const { nn } = torsh;
const close = (a, b) => expect(difference(values(a), values(b), 1e-6)).toBe(null);

test('LazyLinear', scoped(() => {
  torsh.manualSeed(0);
  const lazy = new nn.LazyLinear(3);
  expect(String(lazy)).toBe('LazyLinear(in_features=0, out_features=3, bias=True)');
  const [weight] = lazy.parameters();
  expect(lazy(torsh.ones(2, 4)).shape).toEqual([2, 3]);
  expect([...lazy.parameters()][0]).toBe(weight);
  expect(lazy.constructor).toBe(nn.Linear);
  torsh.manualSeed(0);
  close(weight, new nn.Linear(4, 3).weight);
  const loaded = new nn.LazyLinear(3);
  loaded.loadStateDict(lazy.stateDict());
  close(loaded.weight, weight);
}));

for (const n of [1, 2, 3]) {
  test(`LazyBatchNorm${n}d and LazyInstanceNorm${n}d`, scoped(() => {
    const x = torsh.randn(4, 3, ...new Array(n).fill(2));
    const batch = new nn[`LazyBatchNorm${n}d`]();
    close(batch(x), new nn[`BatchNorm${n}d`](3)(x));
    expect(String(batch)).toBe(`BatchNorm${n}d(3, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True)`);
    const instance = new nn[`LazyInstanceNorm${n}d`]({ trackRunningStats: false });
    close(instance(x.select(0, 1)), new nn[`InstanceNorm${n}d`](3)(x).select(0, 1));
    expect(() => instance(torsh.ones(2, 5, ...new Array(n).fill(2)))).toThrow('to match num_features (3), but got: 5.');
  }));
}

test('AdaptiveLogSoftmaxWithLoss: probabilities of all classes add up, and the loss is theirs', scoped(() => {
  torsh.manualSeed(0);
  const model = new nn.AdaptiveLogSoftmaxWithLoss(8, 20, [4, 10, 15], { divValue: 2 });
  const x = torsh.randn(6, 8), target = torsh.tensor([0, 5, 12, 19, 3, 4]);
  const { output, loss } = model(x, target);
  const all = model.logProb(x);
  close(all.exp().sum(1), torsh.ones(6));
  close(all.gather(1, target.to('int64').unsqueeze(1)).squeeze(1), output);
  close(loss, output.mean().neg());
  expect(model.predict(x).tolist()).toEqual(all.argmax(1).tolist());
  close(model(x.select(0, 2), target.select(0, 2)).output, output.select(0, 2));
  expect(() => model(x, target.add(15))).toThrow('Target values should be in [0, 19], but values in range [15, 34] were found.');
  expect(() => new nn.AdaptiveLogSoftmaxWithLoss(8, 20, [10, 4])).toThrow('cutoffs should be a sequence of unique');
}));

test('functions of torch with their own order of arguments', scoped(() => {
  const x = torsh.randn(4, 3, 5), w = torsh.rand(3), b = torsh.rand(3);
  close(torsh.batchNorm(x, w, b, null, null, true, 0.1, 1e-5, false), nn.functional.batchNorm(x, null, null, w, b, true, 0.1, 1e-5));
  close(torsh.instanceNorm(x, w, b, null, null, true, 0.1, 1e-5, false), nn.functional.instanceNorm(x, null, null, w, b));
  close(torsh.poissonNllLoss(x, x.abs(), true, false, 1e-8, 2), nn.functional.poissonNllLoss(x, x.abs(), { reduction: 'sum' }));
  expect(() => torsh.poissonNllLoss(x, x, true, false, 1e-8, 3)).toThrow('3 is not valid');
}));
