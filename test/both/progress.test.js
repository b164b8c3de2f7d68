// torsh.utils.progress on a terminal, in a pipe, and when loops end early.
const { join } = require('node:path');
const torsh = require('torsh/wasm');
const { root, evaluate } = require('../support/child');

const { progress } = torsh.utils;

/** A stream that remembers, and what a terminal would show of it: lines, with the cursor where escape sequences put it. */
function stream(isTTY, columns = 60) {
  const chunks = [];
  const write = (text) => { chunks.push(text); return true; };
  const rows = () => {
    const screen = [''];
    let [x, y] = [0, 0];
    const text = chunks.join('');
    for (let i = 0; i < text.length; i++) {
      const code = /^\x1b\[(\??\d*)(?:;\d+)?([A-Za-z])/.exec(text.slice(i)); // eslint-disable-line no-control-regex
      if (code) {
        const n = Number(code[1] || 1);
        if (code[2] === 'A') y -= n;
        else if (code[2] === 'B') y += n;
        else if (code[2] === 'G') x = n - 1;
        else if (code[2] === 'K') screen[y] = (code[1] === '1' ? ' '.repeat(x) + screen[y].slice(x) : screen[y].slice(0, code[1] === '2' ? 0 : x));
        else if (code[2] === 'J') { screen[y] = screen[y].slice(0, x); screen.length = y + 1; }
        i += code[0].length - 1;
      } else if (text[i] === '\n') { y++; x = 0; } else if (text[i] === '\r') x = 0;
      else { screen[y] = (screen[y] ?? '').padEnd(x).slice(0, x) + text[i] + (screen[y] ?? '').slice(x + 1); x++; }
      while (screen.length <= y) screen.push('');
    }
    return screen.map((line) => line.trimEnd());
  };
  return { isTTY, columns, write, rows, text: () => chunks.join('') };
}
/** Times and rates differ from run to run. */
const still = (line) => line.replace(/\d\d:\d\d(<[\d:?]+)?, .*?\/\w+/, 'TIME');

test('values pass through, and a pipe gets one line', () => {
  const out = stream(false);
  expect([...progress(['a', 'b', 'c'], { desc: 'letters', stream: out })]).toEqual(['a', 'b', 'c']);
  expect(out.rows().map(still)).toEqual(['letters: 100 % 3/3 [TIME]', '']);
});

test('what can be iterated: numbers, sets, tensors, loaders, generators without a length', async () => {
  const out = stream(false), options = { stream: out };
  expect([...progress(3, options)]).toEqual([0, 1, 2]);
  expect([...progress(new Set([1]), options)]).toEqual([1]);
  expect([...progress(torsh.arange(4).reshape(2, 2), options)].map((x) => x.tolist())).toEqual([[0, 1], [2, 3]]);
  expect([...progress('ab', options)]).toEqual(['a', 'b']);
  const loader = new torsh.utils.data.DataLoader([1, 2, 3], 2);
  const batches = [];
  for await (const batch of progress(loader, options)) batches.push(batch.tolist());
  expect(batches).toEqual([[1, 2], [3]]);
  expect([...progress((function* () { yield 7; })(), options)]).toEqual([7]);
  expect(out.rows().map(still)).toEqual(['100 % 3/3 [TIME]', '100 % 1/1 [TIME]', '100 % 2/2 [TIME]', '100 % 2/2 [TIME]', '100 % 2/2 [TIME]', '1 it [TIME]', '']);
});

test('a bar on a terminal, with values beside it', () => {
  const out = stream(true, 90);
  const loop = progress(4, { desc: 'train', stream: out, mininterval: 0, postfix: { loss: 2 } });
  for (const i of loop) loop.setPostfix({ loss: 1 / (i + 3), best: torsh.tensor(0.5), name: 'x' });
  const lines = out.rows();
  expect(lines).toHaveLength(2);
  expect(still(lines[0])).toBe('train: 100% ████ 4/4 [TIME, loss=0.1667, best=0.5000, name=x]'.replace('████', /█+/.exec(lines[0])[0]));
  expect(lines[0].length).toBeLessThan(90);
  // Nothing that would have to be put back: no hidden cursor, no line wrapping turned off.
  expect(out.text()).not.toMatch(/\x1b\[\?/); // eslint-disable-line no-control-regex
});

test('loops within loops share the screen; those that are not to stay go', () => {
  const out = stream(true, 60);
  const outer = progress(2, { desc: 'outer', stream: out });
  for (const i of outer) {
    const inner = progress(3, { desc: `inner ${i}`, stream: out, leave: i === 1 });
    for (const j of inner) if (i === 0 && j === 1) inner.write('a line');
  }
  expect(out.rows().map((line) => line.replace(/:.*/, ''))).toEqual(['a line', 'inner 1', 'outer', '']);
});

test('a loop that breaks or throws closes its source', async () => {
  for (const isTTY of [false, true]) {
    const out = stream(isTTY);
    let closed = 0;
    const source = () => ({ *[Symbol.iterator]() { try { yield 1; yield 2; } finally { closed++; } } });
    for (const x of progress(source(), { stream: out, total: 2 })) if (x === 1) break;
    expect(() => { for (const x of progress(source(), { stream: out, total: 2 })) throw new Error(`at ${x}`); }).toThrow('at 1');
    await expect((async () => { for await (const x of progress(source(), { stream: out, total: 2 })) throw new Error(`at ${x}`); })()).rejects.toThrow('at 1');
    expect(closed).toBe(3);
    expect(out.rows()).toHaveLength(4);
  }
});

test('a process ends by itself, whatever has thrown and whatever was left open', async () => {
  const got = await evaluate(`
    const torsh = require(${JSON.stringify(join(root, 'dist', 'wasm.cjs'))});
    const stream = { isTTY: true, columns: 80, write: () => true }, model = new torsh.nn.Linear(1, 1), optimizer = new torsh.optim.SGD(model.parameters(), { lr: 0 });
    try { for (const i of torsh.utils.progress(3, { stream })) torsh.utils.progress({ total: i + 2, stream }).update(); } finally { torsh.utils.progress({ total: 2, stream }).update(); }
    torsh.train.fit(model, [1], { optimizer, progress: { stream }, step: () => model.weight.sum(), callbacks: [{ onBatchEnd: () => { throw new Error('boom'); } }] })
      .catch((e) => { console.log(JSON.stringify(e.message)); });`);
  expect(got).toBe('boom');
});

test('by hand: update, refresh, close twice; nothing at all when disabled', () => {
  const out = stream(false);
  const bar = progress({ total: 10, desc: 'bytes', unit: 'B', initial: 2, stream: out });
  bar.update(3);
  bar.refresh();
  bar.setDescription('more');
  bar.update(5);
  bar.close();
  bar.close();
  bar.update(1);
  expect(bar.n).toBe(10);
  expect(out.rows().map(still)).toEqual(['bytes: 50 % 5/10 [TIME]', 'more: 100 % 10/10 [TIME]', '']);
  const silent = stream(true);
  expect([...progress(2, { disable: true, stream: silent })]).toEqual([0, 1]);
  expect(silent.text()).toBe('');
});

test.each([
  ['an option that is none', () => progress([1], { descr: 'x' }), /unexpected option 'descr'/],
  ['what cannot be iterated', () => progress(() => 1), /takes what can be iterated or a number, not function/],
  ['half a step', () => progress(1.5), /must be an integer, but got 1.5/],
  ['a total below 0', () => progress([1], { total: -1 }), /total must be null or a number of at least 0/],
  ['no stream', () => progress([1], { stream: 3 }), /stream must be null or a writable stream/],
  ['an asynchronous source in a plain loop', () => [...progress((async function* () { yield 1; })())], /use `for await`/],
  ['nothing', () => [...progress({ total: 3, stream: stream(false) })], /nothing to iterate/],
])('refuses %s', (_, run, rule) => {
  expect(run).toThrow(rule);
  expect(run).toThrow(torsh.TorshError);
});
