// Where the packages that torsh only uses if they are there are not: what needs them says so, all else works.
const { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { root, evaluate } = require('../support/child');

const folder = mkdtempSync(join(tmpdir(), 'torsh-peers-'));
beforeAll(() => {
  mkdirSync(join(folder, 'lib'));
  for (const name of ['wasm.cjs', 'kit.cjs', 'comforts.cjs', 'torsh.wasm']) cpSync(join(root, 'dist', name), join(folder, 'lib', name));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const start = `const torsh = require(${JSON.stringify(join(folder, 'lib', 'wasm.cjs'))});`;

test('charts name the package; their specifications and pictures of tensors are there', async () => {
  const got = await evaluate(`${start}
    const message = (p) => p.then(() => null, (e) => [e.name, e.code, e.message.split(' (')[0]]);
    (async () => {
      const chart = torsh.charts.lossCurve([2, 1]), images = torsh.charts.images(torsh.ones(1, 2, 2));
      console.log(JSON.stringify([await message(chart.toSVG()), await message(images.toPNG()), (await images.toSVG()).slice(0, 5), chart.spec.data.values.length, images.files().length]));
    })();`, { cwd: folder });
  expect(got).toEqual([
    ['TorshError', 'ERR_UNSUPPORTED', 'toSVG: charts are drawn by the package vega: npm install vega'],
    ['TorshError', 'ERR_UNSUPPORTED', 'toPNG: drawing pixels takes the package sharp: npm install sharp'], '<svg ', 2, 1]);
});

test('progress writes lines on a terminal, and says once what shows a bar', async () => {
  const got = await evaluate(`${start}
    const chunks = [], stream = { isTTY: true, columns: 80, write: (text) => { chunks.push(text); return true; } };
    for (const desc of ['a', 'b']) for (const x of torsh.utils.progress(2, { desc, stream })) ;
    console.log(JSON.stringify(chunks.map((text) => text.replace(/ \\[.*/s, ''))));`, { cwd: folder });
  expect(got).toEqual(['progress: npm install cli-progress shows a bar here\n', 'a: 100 % 2/2', 'b: 100 % 2/2']);
});

test('what is installed where the program was started is found', async () => {
  mkdirSync(join(folder, 'app', 'node_modules', 'sharp'), { recursive: true });
  writeFileSync(join(folder, 'app', 'node_modules', 'sharp', 'index.js'), 'module.exports = (input) => ({ png() { return this; }, toBuffer: async () => Buffer.from(input.subarray(0, 4)) });');
  const got = await evaluate(`${start}
    torsh.charts.images(torsh.ones(1, 2, 2)).toPNG().then((png) => { console.log(JSON.stringify(Buffer.from(png).toString())); });`, { cwd: join(folder, 'app') });
  expect(got).toBe('<svg');
});
