// torsh/worker: models and tensors in a thread of their own, jobs with progress, pause and cancel, memory that stays flat.
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');
const torsh = require('torsh');
const { collect } = require('./support/collect');
const { createWorker, TorshError, transfer } = require('torsh/worker');

const tasks = pathToFileURL(join(__dirname, 'support/worker-tasks.mjs'));
const backend = BACKEND;

let worker;
beforeAll(async () => { worker = await createWorker({ backend, module: tasks, threads: 1, seed: 0 }); });
afterAll(() => { worker.terminate(); });

describe('tensors and models', () => {
  test('has the backend that was asked for, and the tasks of the module', () => {
    expect(worker.backend).toMatchObject({ name: backend, threads: 1 });
    expect(worker.tasks).toEqual(expect.arrayContaining(['train', 'predict']));
    expect(worker.tasks).not.toContain('notATask');
  });

  test('calls look as at home, and results may be used before they are awaited', async () => {
    const { torsh: remote } = worker;
    torsh.manualSeed(0);
    await remote.manualSeed(0);
    expect(await remote.rand(2, 3).matmul(remote.eye(3)).tolist()).toEqual(torsh.rand(2, 3).tolist());
    const x = await remote.arange(6).reshape(2, 3);
    expect([x.shape, x.dtype, x.requiresGrad, x.ndim]).toEqual([[2, 3], 'int64', false, 2]);
    expect(await x.toTypedArray()).toEqual(BigInt64Array.of(0n, 1n, 2n, 3n, 4n, 5n));
    const { values, indices } = await x.max(1);
    expect([await values.tolist(), await indices.tolist()]).toEqual([[2, 5], [2, 2]]);
    const size = remote.tensor(7).item();
    expect(await remote.zeros(size).shape).toEqual([7]);
    expect(await remote.nn.functional.relu(remote.tensor([-1, 1])).tolist()).toEqual([0, 1]);
    expect(await remote.backend.name).toBe(backend);
  });

  test('a training loop of the page, step by step, leaves nothing behind', async () => {
    const { torsh: remote } = worker;
    const x = remote.linspace(-1, 1, 16).reshape(-1, 1), y = x.mul(3);
    const model = new remote.nn.Linear(1, 1), optimizer = new remote.optim.SGD(model.parameters(), { lr: 0.2 });
    const step = () => worker.tidy(() => {
      optimizer.zeroGrad();
      const loss = remote.nn.functional.mseLoss(model(x), y);
      loss.backward();
      optimizer.step();
      return loss.item();
    });
    let loss;
    for (let i = 0; i < 20; i++) loss = await step();
    const before = await worker.memory();
    for (let i = 0; i < 1000; i++) loss = await step();
    const after = await worker.memory();
    expect(loss).toBeLessThan(1e-6);
    for (const what of ['handles', 'bytes', 'peak']) expect(after[what]).toBeLessThanOrEqual(before[what]);
    expect(await model.weight.item()).toBeCloseTo(3, 3);
  });

  test('handles that nobody holds any more let go of their tensors', async () => {
    const before = (await worker.memory()).handles;
    await (async () => { for (let i = 0; i < 100; i++) await worker.torsh.ones(10); })();
    let now = Infinity;
    for (let i = 0; i < 60 && now >= before + 50; i++) {
      await collect(torsh, { wait: i });
      // With the next order goes what has been collected here; what that frees there is gone with the one after it.
      await worker.run((_, job) => { globalThis.gc?.(); job.torsh.emptyCache(); });
      now = (await worker.memory()).handles;
    }
    expect(now).toBeLessThan(before + 50);
  });

  test('tidy keeps what is returned', async () => {
    const before = (await worker.memory()).handles;
    const [kept, number] = await worker.tidy(() => {
      const a = worker.torsh.ones(3);
      return [a.add(1), a.sum().item()];
    });
    expect(number).toBe(3);
    expect(await kept.tolist()).toEqual([2, 2, 2]);
    expect((await worker.memory()).handles).toBe(before + 1);
    kept.dispose();
    expect((await worker.memory()).handles).toBe(before);
    expect(() => kept.add(1)).toThrow(expect.objectContaining({ code: 'ERR_DISPOSED' }));
    await expect(worker.tidy(async () => 1)).rejects.toMatchObject({ code: 'ERR_ARGUMENT', op: 'tidy' });
  });

  test('a state dict goes there and back, and tensors of both threads are taken', async () => {
    const here = new torsh.nn.Linear(2, 3), there = new worker.torsh.nn.Linear(2, 3);
    await there.loadStateDict(here.stateDict());
    const brought = await worker.get(there.stateDict());
    expect(Object.keys(brought)).toEqual(['weight', 'bias']);
    expect(brought.weight).toMatchObject({ dtype: 'float32', shape: [3, 2], data: here.weight.detach().toTypedArray() });
    // What was brought goes out again as it is.
    const third = new worker.torsh.nn.Linear(2, 3);
    await third.loadStateDict(brought);
    const x = torsh.tensor([[1, 2]]);
    expect(await third(x).tolist()).toEqual(here(x).tolist());
    const received = torsh.fromMessage(brought);
    expect(received.bias.tolist()).toEqual(here.bias.tolist());
    const [put, five] = await worker.put([torsh.ones(2), 5]);
    expect([await put.tolist(), five]).toEqual([[1, 1], 5]);
  });

  test('typed arrays are copied, or go along when they are marked', async () => {
    const { torsh: remote } = worker, copied = Float32Array.of(1, 2), gone = Float32Array.of(3, 4);
    expect(await remote.tensor(copied).add(remote.tensor(transfer(gone))).tolist()).toEqual([4, 6]);
    expect(copied).toHaveLength(2);
    expect(gone).toHaveLength(0);
    const bytes = transfer(new Uint8Array(4));
    expect(await worker.run('share', bytes)).toEqual(Uint8Array.of(1, 1, 1, 1));
    expect(bytes).toHaveLength(0);
  });

  test('errors have their code and op, and follow what was made of a failed call', async () => {
    const { torsh: remote } = worker;
    const failed = await remote.ones(2).matmul(remote.ones(3)).sum().item().catch((e) => e);
    expect(failed).toBeInstanceOf(TorshError);
    expect(failed).toBeInstanceOf(torsh.TorshError);
    expect(failed).toMatchObject({ code: 'ERR_SHAPE', op: 'matmul' });
    await expect(worker.run('shape')).rejects.toMatchObject({ name: 'TorshError', code: 'ERR_SHAPE', op: 'matmul', message: failed.message });
    await expect(worker.tidy(() => { remote.ones(2).matmul(remote.ones(3)); return 1; })).rejects.toMatchObject({ code: 'ERR_SHAPE' });
    await expect(remote.nonsense(1)).rejects.toThrow(/nonsense is not a function/);
    expect(() => remote.add(() => 1)).toThrow(/function.*cannot be copied/);
    expect(() => remote.add(new torsh.nn.Linear(1, 1))).toThrow(expect.objectContaining({ code: 'ERR_UNSUPPORTED' }));
  });
});

describe('jobs', () => {
  test('a task of the module trains, tells how it goes, and its memory stays flat', async () => {
    const told = [];
    const { step, loss } = await worker.run('train', { steps: 1500 }, { onProgress: (p) => told.push(p) });
    expect(step).toBe(1500);
    expect(told.map((p) => p.step)).toEqual(Array.from({ length: 15 }, (_, i) => 100 * (i + 1)));
    expect(loss).toBeLessThan(told[0].loss / 10);
    const first = told[0].memory, last = told.at(-1).memory;
    for (const what of ['handles', 'bytes', 'peak']) expect(last[what]).toBeLessThanOrEqual(first[what]);
    const [at] = await worker.run('predict', [0.5]);
    expect(at).toBeCloseTo(0, 1);
  });

  test('a function is sent by its source', async () => {
    expect(await worker.run((n, { torsh: t }) => t.full([2], n).sum().item(), 4)).toBe(8);
    expect(await worker.run({ double(n) { return 2 * n; } }.double, 4)).toBe(8);
    expect(await worker.run(async function named({ n }) { return n + 1; }, { n: 1 })).toBe(2);
    await expect(worker.run(() => missing)).rejects.toMatchObject({ name: 'ReferenceError' });
    expect(() => worker.run(Math.max)).toThrow(/no source/);
  });

  test('what it returns: data is copied, tensors and modules stay there', async () => {
    const { tensor, net, list } = await worker.run('give');
    expect(list).toEqual([1, 'two', null]);
    expect(await tensor.add(1).tolist()).toEqual([1, 2, 3]);
    expect(await net(worker.torsh.ones(4, 2)).shape).toEqual([4, 1]);
    expect(String(net)).toBe('Remote(Linear)');
  });

  test('pauses, takes single steps, hears messages, goes on and stops', async () => {
    const told = [];
    let heard = null;
    const until = (ready) => new Promise((resolve) => { heard = () => { if (ready()) resolve(); }; heard(); });
    const job = worker.run('train', { steps: 1e9, every: 1 }, { onProgress: (p) => { told.push(p); heard?.(); } });
    job.pause();
    await worker.memory();
    const { length } = told;
    job.step(3);
    await until(() => told.length >= length + 3);
    await worker.memory();
    expect(told).toHaveLength(length + 3);
    job.send({ lr: 0.001 });
    job.resume();
    await until(() => told.at(-1).lr === 0.001);
    job.stop();
    expect(await job).toMatchObject({ step: told.at(-1).step, lr: 0.001 });
    job.stop(); // of a job that has ended: nothing
  });

  test('an AbortSignal rejects at once, with its reason', async () => {
    const controller = new AbortController();
    const job = worker.run('train', { steps: 1e9, every: 1 }, { signal: controller.signal, onProgress: () => controller.abort(new RangeError('enough')) });
    await expect(job).rejects.toThrow(new RangeError('enough'));
    expect(() => worker.run('train', {}, { signal: controller.signal })).toThrow(RangeError);
    expect(await worker.run('predict', [1])).toHaveLength(1); // the worker lives on
  });

  test('train.fit tells of epochs, and is stopped between batches', async () => {
    const told = [];
    expect(await worker.run('fit', { epochs: 3 }, { onProgress: (p) => told.push(p.epoch) })).toMatchObject({ epochs: 3, stopped: null });
    expect(told).toEqual([0, 1, 2]);
    const job = worker.run('fit', { epochs: 1e6 }, { onProgress: () => job.stop() });
    expect((await job).stopped).toMatch(/stopped/);
  });

  test('mistakes are told', async () => {
    await expect(worker.run('missing')).rejects.toMatchObject({ code: 'ERR_ARGUMENT', message: expect.stringMatching(/no task 'missing'.*train/) });
    await expect(worker.run('progressTensor')).rejects.toMatchObject({ code: 'ERR_UNSUPPORTED', message: expect.stringMatching(/toTypedArray/) });
    expect(() => worker.run(3)).toThrow(expect.objectContaining({ code: 'ERR_ARGUMENT' }));
  });
});

describe('the end', () => {
  test('terminate ends a loop that never yields, and what was awaited rejects', async () => {
    const other = await createWorker({ backend, module: tasks });
    const job = other.run('spin', null, { onProgress: () => other.terminate() });
    await expect(job).rejects.toMatchObject({ name: 'TorshError', code: 'ERR_BACKEND', op: 'worker', message: expect.stringMatching(/terminated/) });
    expect(await other.closed).toMatch(/terminated/);
    expect(() => other.torsh.ones(1)).toThrow(expect.objectContaining({ code: 'ERR_BACKEND' }));
  });

  test('a worker that ends by itself rejects what was awaited', async () => {
    const other = await createWorker({ backend, module: tasks });
    const pending = other.run('train', { steps: 1e9 }), quit = other.run('quit');
    await expect(pending).rejects.toMatchObject({ code: 'ERR_BACKEND', message: expect.stringMatching(/code 3/) });
    await expect(quit).rejects.toMatchObject({ code: 'ERR_BACKEND' });
  });

  test('close waits for what was asked for', async () => {
    const other = await createWorker({ backend });
    const sum = other.torsh.ones(5).sum().item();
    const value = sum.then((v) => v);
    await other.close();
    expect(await value).toBe(5);
  });

  test('a worker that cannot start says why', async () => {
    await expect(createWorker({ backend, module: new URL('./none.mjs', tasks) })).rejects.toThrow(/none\.mjs/);
    await expect(createWorker({ module: 'relative.mjs' })).rejects.toMatchObject({ code: 'ERR_ARGUMENT', op: 'createWorker' });
    await expect(createWorker({ modul: tasks })).rejects.toThrow(/unexpected option 'modul'/);
    await expect(createWorker({ backend: 'gpu' })).rejects.toMatchObject({ code: 'ERR_ARGUMENT' });
    await expect(createWorker({ signal: AbortSignal.abort(new Error('no')) })).rejects.toThrow('no');
  });
});
