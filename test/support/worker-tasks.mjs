// Tasks for the tests of torsh/worker: this file is loaded in the worker.
let model = null;

/** Trains y = 2x - 1 for `steps` steps, and reports the loss and what is live now and then. */
export async function train({ steps, every = 100 }, job) {
  const { torsh } = job, { nn, optim } = torsh;
  torsh.manualSeed(0);
  model = new nn.Sequential(new nn.Linear(1, 8), new nn.Tanh(), new nn.Linear(8, 1));
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.02 });
  const x = torsh.linspace(-1, 1, 32).reshape(-1, 1), y = x.mul(2).sub(1);
  let step = 0, last = NaN, lr = 0.02;
  job.onMessage = (message) => { lr = message.lr; optimizer.paramGroups[0].lr = lr; };
  const once = () => {
    optimizer.zeroGrad();
    const loss = nn.functional.mseLoss(model(x), y);
    loss.backward();
    optimizer.step();
    last = loss.item();
    step++;
    if (step % every === 0) job.progress({ step, loss: last, lr, memory: torsh.memory() });
  };
  while (await job.step(once)) if (step >= steps) break;
  return { step, loss: last, lr };
}

export const predict = (values, { torsh }) => torsh.tidy(() => torsh.noGrad(() => model(torsh.tensor(values).reshape(-1, 1)).flatten().tolist()));

/** The same by train.fit, which the page can pause and stop. */
export async function fit({ epochs }, job) {
  const { torsh } = job, { nn, optim, train, utils } = torsh;
  torsh.manualSeed(0);
  const x = torsh.linspace(-1, 1, 64).reshape(-1, 1), y = x.mul(2).sub(1), net = new nn.Linear(1, 1);
  const loader = new utils.data.DataLoader(new utils.data.TensorDataset(x, y), { batchSize: 8, shuffle: true });
  const result = await train.fit(net, loader, { optimizer: new optim.SGD(net.parameters(), { lr: 0.1 }), loss: nn.functional.mseLoss, epochs, progress: false, callbacks: [job] });
  return { epochs: result.epochs, stopped: result.stopped, loss: result.history.at(-1).loss };
}

export const give = (_, { torsh }) => ({ tensor: torsh.arange(3), net: new torsh.nn.Linear(2, 1), list: [1, 'two', null] });
export const share = (bytes, { transfer }) => transfer(bytes.map((b) => b + 1));
export const shape = (_, { torsh }) => torsh.ones(2).matmul(torsh.ones(3));
export const progressTensor = (_, job) => { job.progress(job.torsh.ones(1)); };
export const quit = () => { globalThis.close?.(); globalThis.process?.exit(3); return new Promise(() => {}); };
export const spin = (_, job) => { job.progress('spinning'); for (;;); };
export const notATask = 3;
