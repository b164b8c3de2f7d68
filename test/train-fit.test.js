// torsh.train: the loop beside one written by hand, its callbacks, and what is left when something throws.
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const protobuf = require('protobufjs');
const torsh = require('torsh');

const { nn, optim, metrics, train, utils } = torsh;
const { fit } = train;
const F = nn.functional;
const quiet = { progress: false };

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'torsh-train-'));
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));
let folders = 0;
const folder = () => path.join(root, String(folders++));

/** Two classes of points, a third of which is for validation. */
function setUp(seed = 0, { dropout = 0, momentum = 0.9 } = {}) {
  torsh.manualSeed(seed);
  const x = torsh.randn(48, 2), y = x.sum(1).gt(0).to('int64');
  const model = new nn.Sequential(new nn.Linear(2, 8), new nn.ReLU(), new nn.Dropout(dropout), new nn.Linear(8, 2));
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1, momentum });
  const rows = (from, to) => Array.from({ length: to - from }, (_, i) => [x.at(from + i), y.at(from + i)]);
  const loader = new utils.data.DataLoader(rows(0, 32), { batchSize: 8, shuffle: true });
  const validation = new utils.data.DataLoader(rows(32, 48), 16);
  return { x, y, model, optimizer, loader, validation, loss: F.crossEntropy };
}
const valuesOf = (model) => Object.fromEntries(Object.entries(model.stateDict()).map(([name, t]) => [name, t.tolist()]));
/** Losses one after the other, as a training whose step gives them. */
function scripted(losses) {
  const model = new nn.Linear(1, 1);
  let i = 0;
  const parameters = model.parameters();
  return {
    model, optimizer: new optim.SGD(parameters, { lr: 0 }), loader: [0],
    step: () => parameters[0].sum().mul(0).add(losses[i++]),
  };
}
const run = ({ model, loader, x: _x, y: _y, ...options }, more = {}) => fit(model, loader, { ...quiet, ...options, ...more });

test('does what the loop written by hand does, to the bit', async () => {
  const a = setUp(), b = setUp();
  torsh.manualSeed(7);
  const result = await run({ ...a, validation: null }, { epochs: 3 });
  torsh.manualSeed(7);
  const losses = [];
  for (let epoch = 0; epoch < 3; epoch++) {
    let sum = 0;
    for await (const [x, y] of b.loader) {
      b.optimizer.zeroGrad();
      const loss = F.crossEntropy(b.model(x), y);
      loss.backward();
      b.optimizer.step();
      sum += loss.item() * x.shape[0];
    }
    losses.push(sum / 32);
  }
  expect(valuesOf(a.model)).toEqual(valuesOf(b.model));
  expect(result.history.map((row) => row.loss)).toEqual(losses);
  expect(result.history.map(({ epoch, step, lr }) => [epoch, step, lr])).toEqual([[0, 4, 0.1], [1, 8, 0.1], [2, 12, 0.1]]);
  expect(result).toMatchObject({ epochs: 3, steps: 12, stopped: null });
});

test('validation and metrics, and modes as they were', async () => {
  const a = setUp();
  const modes = [];
  a.model[2].registerForwardHook((module) => { modes.push(module.training); });
  a.model.eval();
  const { history } = await run(a, { epochs: 2, metrics: { accuracy: new metrics.Accuracy({ task: 'multiclass', numClasses: 2 }), recall: new metrics.Recall({ task: 'multiclass', numClasses: 2, average: 'none' }) } });
  expect(modes).toEqual([true, true, true, true, false, true, true, true, true, false]);
  expect(a.model.training).toBe(false);
  expect(Object.keys(history[1])).toEqual(['epoch', 'step', 'loss', 'accuracy', 'recall/0', 'recall/1', 'valLoss', 'valAccuracy', 'valRecall/0', 'valRecall/1', 'lr']);
  torsh.tidy(() => torsh.noGrad(() => {
    const output = a.model(a.x.at('32:')), target = a.y.at('32:');
    expect(history[1].valLoss).toBe(F.crossEntropy(output, target).item());
    expect(history[1].valAccuracy).toBeCloseTo(metrics.functional.accuracy(output, target, { task: 'multiclass', numClasses: 2 }).item(), 6);
  }));
});

test('a step of one\'s own gives metrics what they see; logs are as one would write them', async () => {
  const model = new nn.Linear(1, 1), optimizer = new optim.SGD(model.parameters(), { lr: 0 });
  const step = () => ({ loss: model.weight.sum().mul(0), output: torsh.tensor([1, 1, 1, 1, 1, 1, 1, 1, 1, 0]), target: torsh.ones(10), count: 10 });
  const { history } = await fit(model, [0], { ...quiet, optimizer, step, metrics: { accuracy: new metrics.Accuracy({ task: 'binary' }) } });
  expect(history[0].accuracy).toBe(0.9);
});

test('gradients are added up over batches, the last ones too, and clipped', async () => {
  const model = new nn.Linear(1, 1, { bias: false });
  model.weight.data.fill_(0);
  const optimizer = new optim.SGD(model.parameters(), { lr: 1 });
  // The gradient of each batch is its value; three batches in steps of two.
  const seen = [];
  const options = { ...quiet, optimizer, accumulate: 2, step: (value) => model.weight.sum().mul(value), callbacks: [{ onBatchEnd: ({ step }) => { seen.push([step, model.weight.item()]); } }] };
  await fit(model, [1, 3, 4], options);
  expect(seen).toEqual([[1, -2], [2, -4]].map(([step, w]) => [step, w]));
  model.weight.data.fill_(0);
  await fit(model, [100], { ...options, accumulate: 1, clipGradNorm: 0.5, callbacks: [] });
  expect(model.weight.item()).toBeCloseTo(-0.5, 4);
});

test('schedulers step by epoch, by step, by what they watch', async () => {
  const a = setUp();
  const rates = [];
  const watch = { onEpochStart: ({ lr }) => { rates.push(lr); } };
  await run(a, { epochs: 3, scheduler: new optim.lrScheduler.StepLR(a.optimizer, 1, 0.5), callbacks: [watch] });
  expect(rates).toEqual([0.1, 0.05, 0.025]);
  const b = setUp();
  await run(b, { epochs: 1, scheduler: new optim.lrScheduler.StepLR(b.optimizer, 2, 0.5), schedulerInterval: 'step' });
  expect(b.optimizer.paramGroups[0].lr).toBe(0.025);
  const c = scripted([3, 2, 2, 2, 2]);
  c.optimizer.paramGroups[0].lr = 1;
  rates.length = 0;
  await run(c, { epochs: 5, scheduler: new optim.lrScheduler.ReduceLROnPlateau(c.optimizer, { patience: 1 }), callbacks: [watch] });
  expect(rates).toEqual([1, 1, 1, 1, 0.1]);
});

describe('EarlyStopping', () => {
  const stop = async (losses, options) => {
    const callback = new train.EarlyStopping({ monitor: 'loss', ...options });
    const result = await run(scripted(losses), { epochs: losses.length, callbacks: [callback] });
    return { ...result, callback };
  };
  test('waits, and says why', async () => {
    const { epochs, stopped, callback } = await stop([3, 2, 2.5, 1, 1, 1.5, 9, 9], { patience: 2 });
    expect(epochs).toBe(6);
    expect(callback).toMatchObject({ stoppedEpoch: 5, bestScore: 1, waitCount: 2 });
    expect(stopped).toBe('EarlyStopping: loss did not get better than 1 for 2 epochs');
  });
  test.each([
    ['small changes are none', [3, 2.95, 2.9, 2.8], { patience: 2, minDelta: 0.2 }, 3],
    ['the other way round', [1, 2, 1, 1], { patience: 1, mode: 'max' }, 3],
    ['NaN', [3, NaN, 1], {}, 2],
    ['good enough', [3, 0.5, 0.4], { stoppingThreshold: 0.6 }, 2],
    ['hopeless', [3, 50, 1], { divergenceThreshold: 10 }, 2],
    ['at the first', [3, 3, 3], { patience: 0 }, 2],
    ['never', [3, 2, 1], { patience: 1 }, 3],
  ])('%s', async (_, losses, options, epochs) => { expect((await stop(losses, options)).epochs).toBe(epochs); });

  test('gives the best parameters back', async () => {
    const model = new nn.Linear(1, 1);
    let i = 0;
    const losses = [2, 1, 3, 4];
    const optimizer = new optim.SGD(model.parameters(), { lr: 1 });
    const callback = new train.EarlyStopping({ monitor: 'loss', patience: 2, restoreBest: true });
    const weights = [];
    await fit(model, [0], { ...quiet, optimizer, epochs: 4, step: () => model.weight.sum().mul(0.25).add(losses[i++]), callbacks: [callback, { onEpochEnd: () => { weights.push(model.weight.item()); } }] });
    expect(weights).toHaveLength(4);
    // A loss is that of before its step: the best epoch is the second.
    expect(model.weight.item()).toBe(weights[1]);
  });
  test('a log that is missing', async () => {
    await expect(stop([1, 1], { monitor: 'valLoss' })).rejects.toThrow(/EarlyStopping: conditioned on metric 'valLoss' which is not available; the logs are 'loss', 'lr'/);
    expect((await stop([1, 1], { monitor: 'valLoss', strict: false })).epochs).toBe(2);
  });
});

describe('ModelCheckpoint', () => {
  test('keeps the best files, named by their logs', async () => {
    const dir = folder();
    const callback = new train.ModelCheckpoint(dir, '{epoch:02d}-{loss:.2f}', { monitor: 'loss', saveTopK: 2, saveLast: true });
    await run(scripted([3, 1, 2, NaN, 0.5]), { epochs: 5, callbacks: [callback] });
    expect(fs.readdirSync(dir).sort()).toEqual(['epoch=01-loss=1.00.pt', 'epoch=04-loss=0.50.pt', 'last.pt']);
    expect(callback.bestModelPath).toBe(path.join(dir, 'epoch=04-loss=0.50.pt'));
    expect(callback.bestModelScore).toBe(0.5);
  });
  test('the latest, all, none; every so many epochs; equal names', async () => {
    const files = async (options, epochs = 4) => {
      const dir = folder();
      await run(scripted([1, 1, 1, 1]), { epochs, callbacks: [new train.ModelCheckpoint({ dirpath: dir, ...options })] });
      return fs.existsSync(dir) ? fs.readdirSync(dir).sort() : [];
    };
    expect(await files({})).toEqual(['epoch=3-step=4.pt']);
    expect(await files({ saveTopK: -1, everyNEpochs: 2 })).toEqual(['epoch=1-step=2.pt', 'epoch=3-step=4.pt']);
    expect(await files({ saveTopK: 0 })).toEqual([]);
    expect(await files({ saveTopK: 3, filename: 'm' })).toEqual(['m-v1.pt', 'm-v2.pt', 'm.pt']);
    expect(await files({ filename: 'm' })).toEqual(['m.pt']);
  });
  test('weights alone, and stores of one\'s own', async () => {
    const dir = folder(), a = setUp();
    const stored = new Map();
    await run(a, {
      epochs: 2, callbacks: [
        new train.ModelCheckpoint({ dirpath: dir, filename: 'w', saveWeightsOnly: true }),
        new train.ModelCheckpoint({ dirpath: '', filename: '{epoch}', save: async (name, value) => { stored.set(name, value.epoch); }, remove: (name) => { stored.delete(name); } })],
    });
    const loaded = torsh.load(path.join(dir, 'w.safetensors'));
    expect(Object.fromEntries(Object.entries(loaded).map(([name, t]) => [name, t.tolist()]))).toEqual(valuesOf(a.model));
    expect([...stored]).toEqual([['epoch=1.pt', 2]]);
  });

  test('going on after a checkpoint is as if nothing had been', async () => {
    const dir = folder();
    const whole = setUp(3, { dropout: 0.5 }), first = setUp(3, { dropout: 0.5 });
    const parts = (a) => ({ ...a, scheduler: new optim.lrScheduler.ExponentialLR(a.optimizer, 0.9) });
    torsh.manualSeed(5);
    const all = await run(parts(whole), { epochs: 4, callbacks: [new train.EarlyStopping({ patience: 100 })] });
    torsh.manualSeed(5);
    await run(parts(first), { epochs: 2, callbacks: [new train.EarlyStopping({ patience: 100 }), new train.ModelCheckpoint(dir, 'c')] });
    const second = setUp(9, { dropout: 0.5 });
    const data = { loader: new utils.data.DataLoader(first.loader.dataset, { batchSize: 8, shuffle: true }), validation: first.validation };
    const stopping = new train.EarlyStopping({ patience: 100 });
    const rest = await run({ ...parts(second), ...data }, { epochs: 4, resume: path.join(dir, 'c.pt'), callbacks: [stopping] });
    expect(valuesOf(second.model)).toEqual(valuesOf(whole.model));
    expect(rest.history).toEqual(all.history);
    expect(rest).toMatchObject({ epochs: 4, steps: 16 });
    expect(stopping.bestScore).toBe(Math.min(...all.history.map((row) => row.valLoss)));
  });
});

describe('when something throws', () => {
  const boom = new Error('boom');
  /** A loader that knows whether it was closed. */
  const source = (list) => {
    const state = { open: 0 };
    return { state, *[Symbol.iterator]() { state.open++; try { yield* list; } finally { state.open--; } } };
  };
  const out = () => { const chunks = []; return { isTTY: true, columns: 80, chunks, write: (text) => { chunks.push(text); return true; } }; };

  test.each(['onFitStart', 'onEpochStart', 'onBatchEnd', 'onEpochEnd', 'onFitEnd', 'close'])('in %s: logs are whole, nothing is left open', async (hook) => {
    const dir = folder(), a = setUp();
    const batches = source([[a.x.at(':8'), a.y.at(':8')], [a.x.at('8:16'), a.y.at('8:16')]]);
    const told = [];
    const watch = { onError: (_, error) => { told.push(error); throw new Error('not this one'); }, close: () => { told.push('closed'); } };
    const csv = new train.CsvLogger(path.join(dir, 'log.csv')), board = new train.TensorBoardLogger(path.join(dir, 'board'), { everyNSteps: 1 });
    const thrower = { [hook]: async () => { throw boom; } };
    a.model.eval();
    await expect(run({ ...a, loader: batches }, { epochs: 2, progress: { stream: out() }, callbacks: [watch, csv, board, thrower] })).rejects.toBe(boom);
    expect(told).toEqual(hook === 'close' ? ['closed'] : [boom, 'closed']);
    expect(batches.state.open).toBe(0);
    expect(a.model.training).toBe(false);
    expect(board.writer).toBeNull();
    const rows = fs.readFileSync(path.join(dir, 'log.csv'), 'utf8').trimEnd().split('\n');
    expect(rows).toHaveLength({ onFitStart: 1, onEpochStart: 1, onBatchEnd: 1, onEpochEnd: 2, onFitEnd: 3, close: 3 }[hook]);
    expect(fs.readdirSync(path.join(dir, 'board'))).toHaveLength(1);
  });

  test('in the model, the loss, a validation', async () => {
    const a = setUp();
    const closed = [];
    const watch = { close: () => { closed.push(1); } };
    await expect(run({ ...a, loss: () => { throw boom; } }, { callbacks: [watch] })).rejects.toBe(boom);
    const bad = source([[a.x, a.y], [a.x, a.y.at(':3')]]);
    await expect(run({ ...a, validation: bad }, { callbacks: [watch] })).rejects.toThrow(torsh.TorshError);
    expect(bad.state.open).toBe(0);
    await expect(run(a, { step: () => 3 })).rejects.toThrow(/step\(batch, run\) must return the loss/);
    await expect(run(a, { step: async () => a.x.sum() })).rejects.toThrow(torsh.TorshError);
    expect(closed).toHaveLength(2);
  });
});

test('a signal or a number of steps ends it after the batch', async () => {
  const a = setUp();
  const controller = new AbortController();
  const aborted = await run(a, { epochs: 9, signal: controller.signal, callbacks: [{ onBatchEnd: ({ step }) => { if (step === 6) controller.abort(); } }] });
  expect(aborted).toMatchObject({ steps: 6, stopped: 'aborted' });
  const enough = await run(setUp(), { epochs: 9, maxSteps: 5 });
  expect(enough).toMatchObject({ steps: 5, stopped: 'maxSteps is 5' });
  expect(enough.history).toHaveLength(2);
});

test('timers have their turn while it trains', async () => {
  const a = setUp();
  let ticks = 0;
  const timer = setInterval(() => { ticks++; }, 1);
  const busy = { onBatchEnd: () => { const end = Date.now() + 12; while (Date.now() < end); } };
  await run({ ...a, loader: Array.from({ length: 5 }, () => [a.x, a.y]) }, { callbacks: [busy] });
  clearInterval(timer);
  expect(ticks).toBeGreaterThan(1);
});

describe('LrFinder', () => {
  test('finds where the loss falls fastest, and leaves all as it was', async () => {
    const a = setUp(1, { dropout: 0.2 });
    await run(a, { epochs: 1 });
    const state = () => JSON.stringify([valuesOf(a.model), Object.values(a.optimizer.stateDict().state).map((s) => s.momentum_buffer.tolist()), a.optimizer.paramGroups[0].lr, torsh.getRngState().tolist().slice(0, 50)]);
    const before = state();
    const finder = await new train.LrFinder({ minLr: 1e-5, maxLr: 10, numTraining: 40 }).run(a.model, a.loader, { optimizer: a.optimizer, loss: a.loss });
    expect(state()).toBe(before);
    const { lr, loss } = finder.results;
    expect(lr).toHaveLength(loss.length);
    expect(lr[0]).toBe(1e-5);
    expect(lr[1] / lr[0]).toBeCloseTo(10 ** (6 / 39), 9);
    const found = finder.suggestion();
    expect(lr).toContain(found);
    expect(found).toBeGreaterThan(1e-4);
  });
  test('as a callback it sets the rate; a loss that explodes ends it', async () => {
    const a = setUp(1);
    const finder = new train.LrFinder({ minLr: 1e-3, maxLr: 1e6, numTraining: 30, earlyStopThreshold: 2 });
    const { history } = await run(a, { epochs: 1, callbacks: [finder] });
    expect(finder.results.lr.length).toBeLessThan(30);
    expect(finder.results.loss.every(Number.isFinite)).toBe(true);
    expect(history[0].lr).toBe(finder.suggestion());
  });
});

describe('loggers', () => {
  test('CSV: a row for each epoch at once, further columns, going on in the same file', async () => {
    const dir = folder(), file = path.join(dir, 'deep', 'log.csv');
    const seen = [];
    const late = { onEpochEnd: (r) => { if (r.epoch === 1) r.logs['a,"b"'] = 5; } };
    const look = { onEpochEnd: () => { seen.push(fs.readFileSync(file, 'utf8')); } };
    await run(scripted([3, 2, 1]), { epochs: 3, callbacks: [late, new train.CsvLogger(file), look] });
    expect(seen).toEqual([
      'epoch,step,loss,lr\n0,1,3,0\n',
      'epoch,step,loss,lr,"a,""b"""\n0,1,3,0,\n1,2,2,0,5\n',
      'epoch,step,loss,lr,"a,""b"""\n0,1,3,0,\n1,2,2,0,5\n2,3,1,0,\n',
    ]);
    const other = path.join(dir, 'log.csv');
    for (const loss of [7, 8]) await run(scripted([loss]), { callbacks: [new train.CsvLogger(other, { append: true })] });
    expect(fs.readFileSync(other, 'utf8')).toBe('epoch,step,loss,lr\n0,1,7,0\n0,1,8,0\n');
    await run(scripted([9]), { callbacks: [new train.CsvLogger({ file: other })] });
    expect(fs.readFileSync(other, 'utf8')).toBe('epoch,step,loss,lr\n0,1,9,0\n');
  });
  test('TensorBoard: training and validation side by side', async () => {
    const dir = folder(), a = setUp();
    await run(a, { epochs: 2, metrics: { accuracy: new metrics.Accuracy({ task: 'multiclass', numClasses: 2 }) }, callbacks: [new train.TensorBoardLogger(dir, { everyNSteps: 2, histograms: 2 })] });
    const Event = protobuf.loadSync(path.join(__dirname, 'fixtures/tensorboard.proto')).lookupType('tensorboard.Event');
    const [name] = fs.readdirSync(dir);
    const bytes = fs.readFileSync(path.join(dir, name));
    const tags = {};
    for (let at = 0; at < bytes.length; at += 16 + Number(bytes.readBigUInt64LE(at))) {
      const { summary } = Event.decode(bytes.subarray(at + 12, at + 12 + Number(bytes.readBigUInt64LE(at))));
      for (const { tag } of summary?.value ?? []) tags[tag] = (tags[tag] ?? 0) + 1;
    }
    expect(tags).toEqual({
      'loss/batch': 4, lr: 4, 'loss/train': 2, 'loss/val': 2, 'accuracy/train': 2, 'accuracy/val': 2,
      ...Object.fromEntries(['0.weight', '0.bias', '3.weight', '3.bias'].flatMap((n) => [[`parameters/${n}`, 1], [`gradients/${n}`, 1]])),
    });
  });
});

describe('refusals', () => {
  const a = () => setUp();
  test.each([
    ['no model', () => fit({}, [], {}), /missing required argument 'optimizer'/],
    ['what is no module', () => fit({}, [1], { optimizer: a().optimizer, loss: F.crossEntropy }), /model must be a module/],
    ['no loss', () => run({ ...a(), loss: undefined }), /needs loss\(output, target\) or step/],
    ['an option that is none', () => run(a(), { epoch: 3 }), /unexpected option 'epoch'/],
    ['no loader', () => run({ ...a(), loader: 3 }), /loader must be a DataLoader/],
    ['an iterator for several epochs', () => run({ ...a(), loader: [1][Symbol.iterator]() }, { epochs: 2 }), /which can be read once/],
    ['no batch', () => run({ ...a(), loader: [] }), /the loader gave no batch/],
    ['a batch of another form', () => run({ ...a(), loader: [{ x: 1 }] }), /a batch must be an array \[input, ..., target\]/],
    ['several losses', () => run({ ...a(), loss: (o) => o }), /the loss must be one number, but is \[8, 2\]/],
    ['a metric that is none', () => run(a(), { metrics: { f1: 1 } }), /'f1' is none/],
    ['a callback that is none', () => run(a(), { callbacks: [1] }), /callbacks must be an array of callbacks/],
    ['epochs', () => run(a(), { epochs: -1 }), /epochs must be an integer of at least 0/],
    ['a checkpoint that is none', () => run(a(), { resume: { a: 1 } }), /resume must be a checkpoint/],
    ['a mode', async () => new train.EarlyStopping({ mode: 'auto' }), /`mode` can be min, max, got auto/],
    ['a number of files', async () => new train.ModelCheckpoint({ saveTopK: -2 }), /Must be >= -1/],
    ['rates', async () => new train.LrFinder({ minLr: 1, maxLr: 0.1 }), /the first below the second/],
    ['a log to watch', () => run(scripted([1]), { callbacks: [new train.ModelCheckpoint({ monitor: 'acc' })] }), /monitor='acc' is no log; the logs are 'loss', 'lr'/],
  ])('%s', async (_, start, rule) => {
    const error = await start().then(() => null, (e) => e);
    expect(error).toBeInstanceOf(torsh.TorshError);
    expect(error.message).toMatch(rule);
  });
});
