// After each test as many tensors are alive as before it. Not zero: a test file may keep tensors between its tests.
const torsh = require('torsh');
const { collectUntil } = require('./collect');

let before = 0;

beforeEach(() => {
  before = torsh.memory().handles;
});

afterEach(async () => {
  const clean = await collectUntil(torsh, () => torsh.memory().handles <= before);
  if (!clean) throw new Error(`${torsh.memory().handles - before} tensor handles are alive that were not before this test`);
});
