// A long training loop of a tiny model holds its level: 10^5 steps, 10^6 with `npm run test:full`.
const torsh = require('torsh');
const { collectUntil } = require('./support/collect');

const { nn } = torsh;
const steps = process.env.TORSH_FULL ? 1e6 : 1e5;

function training() {
  torsh.manualSeed(0);
  const model = new nn.Sequential(new nn.Linear(2, 2), new nn.Tanh(), new nn.Linear(2, 1));
  const optimizer = new torsh.optim.Adam(model.parameters(), { lr: 1e-3 });
  const x = torsh.ones(1, 2);
  return () => {
    optimizer.zeroGrad();
    const loss = model(x).sub(1).pow(2).sum();
    loss.backward();
    optimizer.step();
  };
}

test('with tidy: handles and bytes are constant', async () => {
  const step = training();
  const tidied = () => torsh.tidy(step);
  for (let i = 0; i < 10; i++) tidied();
  // What building the model left behind goes first.
  await collectUntil(torsh, () => false);
  const { handles, bytes, blocks } = torsh.memory();
  const off = [];
  for (let i = 1; i <= steps; i++) {
    tidied();
    if (i % 1000 !== 0) continue;
    const now = torsh.memory();
    if (now.handles !== handles || now.bytes !== bytes || now.blocks !== blocks) off.push([i, now]);
  }
  expect(off.slice(0, 3)).toEqual([]);
});

// In WASM memory of a loop that never yields is tidy's to return: finalizers run between macrotasks.
(BACKEND === 'native' ? test : test.skip)('natively without tidy: bounded', () => {
  const step = training();
  let most = 0, mostBytes = 0;
  for (let i = 1; i <= steps; i++) {
    step();
    if (i % 100 !== 0) continue;
    const { handles, bytes } = torsh.memory();
    most = Math.max(most, handles);
    mostBytes = Math.max(mostBytes, bytes);
  }
  // All steps together make more than ten times as many.
  expect(most).toBeLessThan(1e5);
  expect(mostBytes).toBeLessThan(1e8);
});
