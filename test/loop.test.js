// A long training loop of a tiny model holds its level: 10^5 steps; with `npm run test:full` 10^6, on WebAssembly with tidy and natively without.
const torsh = require('torsh');
const { settle } = require('./support/collect');

const { nn } = torsh;
const long = process.env.TORSH_FULL ? 1e6 : 1e5;
// Some ten or a hundred seconds; a machine that has other things to do takes many times as long.
const patience = process.env.TORSH_FULL ? 900_000 : 240_000;

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
  const steps = BACKEND === 'native' ? 1e5 : long;
  const step = training();
  const tidied = () => torsh.tidy(step);
  for (let i = 0; i < 10; i++) tidied();
  // What building the model left behind goes first.
  await settle(torsh);
  const { handles, bytes, blocks } = torsh.memory();
  const off = [];
  for (let i = 1; i <= steps; i++) {
    tidied();
    if (i % 1000 !== 0) continue;
    const now = torsh.memory();
    if (now.handles !== handles || now.bytes !== bytes || now.blocks !== blocks) off.push([i, now]);
  }
  expect(off.slice(0, 3)).toEqual([]);
}, patience);

// In WASM memory of a loop that never yields is tidy's to return: finalizers run between macrotasks.
(BACKEND === 'native' ? test : test.skip)('natively without tidy: bounded', () => {
  const step = training();
  // The highest level in each tenth of the steps.
  const handles = new Array(10).fill(0), bytes = new Array(10).fill(0);
  for (let i = 0; i < long; i++) {
    step();
    if (i % 100 !== 99) continue;
    const now = torsh.memory(), tenth = Math.floor(10 * i / long);
    handles[tenth] = Math.max(handles[tenth], now.handles);
    bytes[tenth] = Math.max(bytes[tenth], now.bytes);
  }
  // All steps together make more than ten times as many, and the end is no higher than what came before.
  expect(Math.max(...handles)).toBeLessThan(1e5);
  expect(Math.max(...bytes)).toBeLessThan(1e8);
  expect(handles[9]).toBeLessThanOrEqual(2 * Math.max(...handles.slice(0, 9)));
  expect(bytes[9]).toBeLessThanOrEqual(2 * Math.max(...bytes.slice(0, 9)));
}, patience);
