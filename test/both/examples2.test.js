'use strict';
// Examples as a user runs them, each at a small setting: tabular.mjs, maml.mjs, dqn.mjs.
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const root = path.join(__dirname, '../..');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'torsh-examples-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

const script = (name) => path.join(root, `examples/${name}.mjs`);
/** Runs an example to its end; { status, out, err }. */
function example(name, ...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script(name), ...args], { encoding: 'utf8', cwd: folder });
  return { status, out: stdout, err: stderr };
}
/** What a run that must go well printed. */
function printed(name, ...args) {
  const { status, out, err } = example(name, ...args);
  expect(err).toBe('');
  expect(status).toBe(0);
  return out;
}
const write = (name, text) => {
  const file = path.join(folder, name);
  fs.writeFileSync(file, text);
  return file;
};
const numberIn = (text, pattern) => Number(pattern.exec(text)?.[1] ?? NaN);

describe('tabular', () => {
  test.each(['native', 'wasm'])('tells wines apart and says which it mistakes, on %s', (backend) => {
    const chart = path.join(folder, `${backend}.svg`);
    const out = printed('tabular', '--epochs', '10', '--backend', backend, '--chart', chart);
    expect(numberIn(out, /test accuracy (\d+\.\d) %/)).toBeGreaterThan(90);
    const matrix = [...out.matchAll(/^ {2}cultivar \d +(\d+) +(\d+) +(\d+)$/gm)].map((m) => m.slice(1).map(Number));
    expect(matrix.map((row) => row.reduce((a, b) => a + b))).toEqual([15, 18, 12]); // a quarter of each class
    const right = matrix.reduce((sum, row, i) => sum + row[i], 0);
    expect(out).toContain(`test accuracy ${(100 * right / 45).toFixed(1)} %`);
    const svg = fs.readFileSync(chart, 'utf8');
    expect(svg).toMatch(/^<svg[^]*cultivar 3/);
  });

  test('takes a table of other columns, the classes where the user says', () => {
    const rows = Array.from({ length: 40 }, (_, i) => `${i % 2 ? 'yes' : 'no'},${i % 2 ? 3 + i / 40 : i / 40},"${i}"`);
    const out = printed('tabular', `--data=${write('table.csv', ['answer,a,b', ...rows].join('\n'))}`, '--target', 'answer', '--epochs', '12', '--chart', path.join(folder, 'table.svg'));
    expect(out).toMatch(/40 rows of 2 numbers and 2 classes, 10 kept/);
    expect(numberIn(out, /test accuracy (\d+\.\d) %/)).toBeGreaterThanOrEqual(90);
  });

  const ten = (line) => Array(12).fill(line).join('\n');
  test.each([
    ['a missing file', () => ['--data', path.join(folder, 'none.csv')], /none\.csv: no such file/],
    ['an empty file', () => ['--data', write('empty.csv', '')], /0 rows are too few/],
    ['a word for a number', () => ['--data', write('word.csv', `a,b,c\n${ten('1,2,x')}\n1,two,y`)], /row 13, column 'b' is 'two', not a number/],
    ['a short row', () => ['--data', write('short.csv', `a,b,c\n${ten('1,2,x')}\n1,y`)], /short\.csv: parseCsv: line 14 has 2 fields, but 3/],
    ['one class', () => ['--data', write('one.csv', `a,b\n${ten('1,x')}`)], /'b' holds 1 classes/],
    ['no such column', () => ['--target', 'price'], /no column 'price', but alcohol, /],
    ['another ending', () => ['--epochs', '1', '--chart', path.join(folder, 'x.jpg')], /must end in \.svg or \.png/],
    ['an unknown option', () => ['--epoch', '3'], /unknown option --epoch/],
  ])('refuses %s', (_name, args, message) => {
    const { status, err } = example('tabular', ...args());
    expect(err).toMatch(message);
    expect(err).toMatch(/^tabular: .*\n$/);
    expect(status).toBe(1);
  });
});

describe('maml', () => {
  test('what it has learned to start from, one step on ten points improves', () => {
    const out = printed('maml', '--steps', '200', '--tasks', '4', '--test-tasks', '20');
    const losses = [...out.matchAll(/loss after adapting (\d+\.\d+)/g)].map((m) => Number(m[1]));
    expect(losses.at(-1)).toBeLessThan(losses[0]);
    const [none, one, five] = [0, 1, 5].map((n) => numberIn(out, new RegExp(`^ {2}${n} steps? +(\\d+\\.\\d+)$`, 'm')));
    expect(one).toBeLessThan(0.85 * none);
    expect(five).toBeLessThan(one);
  });
});

describe('dqn', () => {
  test('the pole stands longer the more was tried', () => {
    const out = printed('dqn', '--episodes', '45', '--test-episodes', '3');
    const tests = [...out.matchAll(/best test (\d+\.\d)/g)].map((m) => Number(m[1]));
    const first = numberIn(out, /before learning the pole stands (\d+\.\d) steps/);
    expect(first).toBeLessThan(40);
    expect(tests).toEqual([...tests].sort((a, b) => a - b));
    expect(numberIn(out, /best weights keep the pole up for (\d+\.\d) steps/)).toBeGreaterThan(2 * first);
  });

  test('the cart-pole moves by its equations, and ends where they say', async () => {
    const { CartPole } = await import('../../examples/lib/cart-pole.mjs');
    const env = new CartPole(() => 0.5, 20);
    expect(env.reset().map((v) => v + 0)).toEqual([0, 0, 0, 0]);
    env.step(1);
    // By hand from rest: the push of 10 N gives the pole -10/1.1 / (0.5 (4/3 - 0.1/1.1)), the cart 10/1.1 less what the pole takes.
    const angular = -(10 / 1.1) / (0.5 * (4 / 3 - 0.1 / 1.1));
    [0, 0.02 * (10 / 1.1 - 0.05 * angular / 1.1), 0, 0.02 * angular].forEach((v, i) => expect(env.physics[i]).toBeCloseTo(v, 12));
    let last;
    do last = env.step(1); while (!last.terminated && !last.truncated);
    expect([last.terminated, last.truncated]).toEqual([true, false]); // pushed one way, it falls
    expect(Math.abs(env.physics[2])).toBeGreaterThan(12 * Math.PI / 180);
    env.reset();
    for (let i = 0; i < 20; i++) last = env.step(i % 2);
    expect([last.terminated, last.truncated]).toEqual([false, true]);
  });
});
