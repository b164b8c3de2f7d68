// torsh.optim.swaUtils; the rates and averages were computed with PyTorch 1.13.
const torsh = require('torsh');
const { values } = require('../support/numbers');

const { nn, optim } = torsh;
const { AveragedModel, SWALR, updateBn, getEmaAvgFn, getEmaMultiAvgFn, getSwaMultiAvgFn } = optim.swaUtils;
const near = (got, want, digits = 12) => want.forEach((w, i) => expect(got[i]).toBeCloseTo(w, digits));
const model = () => {
  const m = new nn.Linear(2, 1).double();
  torsh.noGrad(() => { m.weight.copy_(torsh.tensor([[1, 2]])); m.bias.fill_(3); });
  return m;
};
const shift = (m, by) => torsh.noGrad(() => m.parameters().forEach((p) => p.add_(by)));

test('the plain mean of models', () => {
  const m = model();
  const averaged = new AveragedModel(m);
  for (let i = 0; i < 4; i++) {
    averaged.updateParameters(m);
    shift(m, 1);
  }
  near(values(averaged.module.weight), [2.5, 3.5]);
  expect(averaged.n_averaged.item()).toBe(4);
  expect(values(m.weight)).toEqual([5, 6]);
  expect(Object.keys(averaged.stateDict())).toEqual(['n_averaged', 'module.weight', 'module.bias']);
  const x = torsh.ones(1, 2, { dtype: 'float64' });
  expect(averaged(x).item()).toBeCloseTo(2.5 + 3.5 + 4.5, 12);
  const copy = new AveragedModel(model());
  copy.loadStateDict(averaged.stateDict());
  expect(values(copy.module.weight)).toEqual(values(averaged.module.weight));
});

test('averaging functions: EMA, one by one or all at once, and own ones', () => {
  for (const options of [{ avgFn: getEmaAvgFn(0.9) }, { multiAvgFn: getEmaMultiAvgFn(0.9) }]) {
    const m = model();
    const averaged = new AveragedModel(m, options);
    let wanted = 1;
    for (let i = 0; i < 4; i++) {
      if (i > 0) wanted = 0.9 * wanted + 0.1 * (1 + i);
      averaged.updateParameters(m);
      shift(m, 1);
    }
    near(values(averaged.module.weight), [wanted, wanted + 1]);
  }
  const m = model();
  const seen = [];
  const averaged = new AveragedModel(m, { avgFn: (a, p, n) => { seen.push(Number(n.item())); return a.add(p).div(2); } });
  averaged.updateParameters(m);
  shift(m, 1);
  averaged.updateParameters(m);
  near(values(averaged.module.weight), [1.5, 2.5]);
  expect(seen).toEqual([1, 1]);
  const mean = new AveragedModel(m, null, null, getSwaMultiAvgFn());
  mean.updateParameters(m);
  shift(m, 2);
  mean.updateParameters(m);
  near(values(mean.module.weight), [3, 4]);
  expect(() => new AveragedModel(m, { avgFn: () => null, multiAvgFn: () => null })).toThrow('Only one of avgFn and multiAvgFn should be provided');
  expect(() => getEmaAvgFn(1.5)).toThrow('Invalid decay value 1.5 provided. Please provide a value in [0,1] range.');
});

test('buffers: those of the last model, or averages', () => {
  for (const useBuffers of [false, true]) {
    const m = new nn.Sequential(new nn.BatchNorm1d(2));
    const averaged = new AveragedModel(m, { useBuffers });
    for (let i = 0; i < 3; i++) {
      torsh.noGrad(() => m[0].running_mean.fill_(i));
      averaged.updateParameters(m);
    }
    near(values(averaged.module[0].running_mean), useBuffers ? [1, 1] : [2, 2], 6);
  }
});

test('updateBn: statistics of the whole loader, as a plain mean over batches', async () => {
  const batches = [0, 1, 2].map((i) => torsh.arange(8, { dtype: 'float32' }).reshape([4, 2]).mul(i + 1));
  const means = batches.map((b) => values(b.mean(0)));
  const wanted = [0, 1].map((k) => (means[0][k] + means[1][k] + means[2][k]) / 3);
  for (const loader of [batches, batches.map((b) => [b, 'label']), (async function* () { yield* batches; })()]) {
    const m = new nn.Sequential(new nn.BatchNorm1d(2, { momentum: 0.3 }), new nn.InstanceNorm1d(2, { trackRunningStats: true }));
    m[1] = new nn.Identity();
    m.eval();
    torsh.noGrad(() => m[0].running_mean.fill_(100));
    await updateBn(loader, m);
    near(values(m[0].running_mean), wanted, 5);
    expect([m[0].momentum, m.training, m[0].training, m[0].num_batches_tracked.item()]).toEqual([0.3, false, false, 3]);
  }
  expect(updateBn([], new nn.Linear(1, 1))).toBe(undefined);
  const broken = new nn.Sequential(new nn.BatchNorm1d(2));
  expect(() => updateBn([torsh.ones(2, 3)], broken)).toThrow(torsh.TorshError);
  expect([broken[0].momentum, broken.training]).toEqual([0.1, true]);
});

test('SWALR anneals as PyTorch does', () => {
  const rates = (options, steps) => {
    const params = [1, 2].map(() => new nn.Parameter(torsh.ones(1)));
    const opt = new optim.SGD([{ params: [params[0]], lr: 0.5 }, { params: [params[1]], lr: 0.1 }]);
    const scheduler = new SWALR(opt, options);
    return Array.from({ length: steps }, () => {
      const now = opt.paramGroups.map((g) => g.lr);
      opt.step();
      scheduler.step();
      return now;
    });
  };
  rates({ swaLr: 0.05, annealEpochs: 3 }, 5).forEach((row, t) => near(row, [[0.5, 0.1], [0.3875, 0.08750000000000001], [0.16250000000000006, 0.06250000000000001], [0.05, 0.05], [0.05, 0.05]][t]));
  rates({ swaLr: [0.05, 0.2], annealEpochs: 2, annealStrategy: 'linear' }, 5).forEach((row, t) => near(row, [[0.5, 0.1], [0.275, 0.15000000000000002], [0.05, 0.2], [0.05, 0.2], [0.05, 0.2]][t]));
  rates({ swaLr: 0.05, annealEpochs: 0 }, 5).forEach((row, t) => near(row, [[0.05, 0.05], [0.05, 0.05], [0.05, 0.05], [0.05, 0.05], [0.05, 0.05]][t]));
  const opt = new optim.SGD([new nn.Parameter(torsh.ones(1))], { lr: 1 });
  expect(() => new SWALR(opt, 0.1, { annealStrategy: 'exp' })).toThrow("anneal_strategy must by one of 'cos' or 'linear', instead got exp");
  expect(() => new SWALR(opt, 0.1, { annealEpochs: -1 })).toThrow('anneal_epochs must be equal or greater than 0, got -1');
  expect(() => new SWALR(opt, [0.1, 0.2])).toThrow('swa_lr must have the same length as optimizer.param_groups: swa_lr has 2, optimizer.param_groups has 1');
});
