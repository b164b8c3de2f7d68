// Files in a real page: fetched with progress, from blobs, to and from the origin-private file system.
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const torsh = require('torsh');
const { root, serve, launch, openPage } = require('../support/browser');

const fixture = (name) => readFileSync(join(root, 'test', 'fixtures', 'torch', name));
const extra = {
  '/page.html': '<!doctype html><link rel="icon" href="data:,"><title>files</title>',
  '/model.safetensors': Buffer.from(torsh.save({ w: torsh.arange(500000, { dtype: 'float32' }), b: torsh.tensor([7n]) })),
  '/checkpoint.pt': fixture('checkpoint.pt'), '/deflated.npz': fixture('deflated.npz'),
};

async function inPage() {
  const { default: torsh } = await import('/dist/torsh.web.mjs');
  const out = {}, at = (name) => new URL(name, globalThis.location.href), seen = [];
  const model = await torsh.load(at('/model.safetensors'), { onProgress: (p) => seen.push(p.loaded) });
  out.model = [model.w.eq(torsh.arange(500000, { dtype: 'float32' })).all().item(), model.b.item(), seen.length > 0];
  const checkpoint = await torsh.load(at('/checkpoint.pt'));
  out.list = checkpoint.list;
  out.npz = (await torsh.load(await (await fetch('/deflated.npz')).blob())).weights.tolist();
  out.compressed = torsh.load(torsh.save({ x: torsh.zeros(1000) }, { format: 'npz', compress: true })).x.sum().item();
  const folder = await globalThis.navigator.storage.getDirectory();
  for (const name of ['m.safetensors', 'm.pt']) {
    const handle = await folder.getFileHandle(name, { create: true });
    await torsh.save({ w: torsh.ones(300, 1000), steps: torsh.tensor([1n]) }, handle);
    await torsh.save({ w: torsh.full([300, 1000], 2), steps: torsh.tensor([2n]) }, handle);
    const back = await torsh.load(handle);
    out[name] = [back.w.sum().item(), back.steps.item()];
  }
  const refused = await torsh.load(at('/nowhere.pt')).catch((e) => [e.name, e.code]);
  let path;
  try { torsh.load('model.pt'); } catch (e) { path = e.message; }
  return { ...out, refused, path };
}

(process.env.TORSH_NO_BROWSER ? test.skip : test)('a page loads and saves', async () => {
  const server = await serve(root, { extra });
  const browser = await launch();
  try {
    const problems = [], page = await openPage(browser, problems);
    await page.goto(`${server.url}/page.html`);
    const got = await page.evaluate(inPage);
    expect(problems.filter((text) => !/404/.test(text))).toEqual([]);
    expect(got).toEqual({
      model: [true, 7, true], list: [1, 'two', 2.5], npz: [[0, 1, 2], [3, 4, 5]], compressed: 0, 'm.safetensors': [600000, 2], 'm.pt': [600000, 2],
      refused: ['TorshError', 'ERR_IO'], path: expect.stringMatching(/a page cannot read the file 'model\.pt'/),
    });
  } finally {
    await browser.close();
    await server.close();
  }
});
