// What makes training comfortable, in a page in a real Chromium: progress as an element, charts that follow, logs and checkpoints without files.
const protobuf = require('protobufjs');
const { join } = require('node:path');
const { root, serve, launch, openPage } = require('../support/browser');

const runs = process.env.TORSH_NO_BROWSER ? test.skip : test;

/** Runs in the page. */
async function train() {
  const { default: torsh } = await import('/dist/torsh.web.mjs');
  const { document } = globalThis;
  const { charts, metrics, nn, optim, train: training, utils } = torsh;
  const box = (id) => Object.assign(document.body.appendChild(document.createElement('div')), { id });
  ['progress', 'loss', 'matrix', 'weights', 'images'].forEach(box);
  torsh.manualSeed(0);
  const x = torsh.randn(96, 2), y = x.prod(1).gt(0).to('int64');
  const rows = (from, to) => Array.from({ length: to - from }, (_, i) => [x.at(from + i), y.at(from + i)]);
  const model = new nn.Sequential(new nn.Linear(2, 16), new nn.Tanh(), new nn.Linear(16, 2));
  const early = await charts.lossCurve([1]).mount('#loss').then(() => null, (e) => e.message);
  for (const name of ['vega/build/vega.min.js', 'vega-lite/build/vega-lite.min.js']) {
    await new Promise((resolve, reject) => { document.head.appendChild(Object.assign(document.createElement('script'), { src: `/node_modules/${name}`, onload: resolve, onerror: reject })); });
  }
  const curve = await charts.lossCurve([], { title: 'In a page' }).mount('#loss');
  const weights = await charts.weightHistograms(model, { columns: 2 }).mount(document.querySelector('#weights'));
  const board = new training.TensorBoardLogger(null, { everyNSteps: 2 }), csv = new training.CsvLogger('log.csv'), stored = new Map();
  const prof = torsh.profiler.profile();
  const seen = [];
  const result = await prof.run(() => training.fit(model, new utils.data.DataLoader(rows(0, 64), { batchSize: 16, shuffle: true }), {
    optimizer: new optim.Adam(model.parameters(), { lr: 0.03 }), loss: nn.functional.crossEntropy, epochs: 6, validation: new utils.data.DataLoader(rows(64, 96), 32),
    metrics: { accuracy: new metrics.Accuracy({ task: 'multiclass', numClasses: 2 }) }, progress: { element: '#progress' },
    callbacks: [board, csv, curve, weights, new training.ModelCheckpoint({ dirpath: '', monitor: 'valLoss', save: async (name, value) => { stored.set(name, value.epoch); }, remove: (name) => { stored.delete(name); } }),
      { onBatchEnd: () => { const bar = document.querySelector('#progress progress:last-of-type'); if (bar) seen.push(bar.value); } }],
  }));
  for await (const step of utils.progress(3, { element: '#progress', desc: 'alone', leave: false })) seen.push(step);
  const matrix = await charts.confusionMatrix(metrics.functional.confusionMatrix(model(x), y, { task: 'multiclass', numClasses: 2 }), { labels: ['no', 'yes'] }).mount('#matrix');
  await charts.images(torsh.rand(4, 1, 8, 8), { cmap: 'viridis', captions: ['a', 'b', 'c', 'd'] }).mount('#images');
  const png = await matrix.toPNG({ scale: 2 });
  const lines = (id) => [...document.querySelectorAll(`#${id} svg path`)].filter((p) => p.getAttribute('stroke-width') === '2.25').length;
  return {
    early, losses: result.history.map((row) => row.loss), stopped: result.stopped, csv: csv.text.split('\n').length, stored: [...stored.values()],
    events: Array.from(board.writer.toBytes()), png: Array.from(png.subarray(0, 4)), pngSize: png.length,
    progress: [...document.querySelectorAll('#progress .torsh-progress')].map((e) => e.textContent), seen: seen.length, bars: [...document.querySelectorAll('#progress progress')].map((b) => b.value),
    texts: [...document.querySelectorAll('#loss svg text')].map((t) => t.textContent), lines: lines('loss'), cells: document.querySelectorAll('#matrix svg .mark-rect path').length,
    histograms: document.querySelectorAll('#weights svg .mark-rect').length, images: document.querySelectorAll('#images svg image').length,
    backward: prof.keyAverages().find((row) => row.key === 'backward').count, trace: JSON.parse(prof.exportChromeTrace()).traceEvents.length,
    nowhere: await charts.lossCurve([1]).mount('#nowhere').then(() => '', (e) => e.message),
  };
}

runs('a training in a page', async () => {
  const browser = await launch();
  const server = await serve(root, { extra: { '/page.html': '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>comforts</title>' } });
  try {
    const problems = [], page = await openPage(browser, problems);
    await page.goto(`${server.url}/page.html`);
    const got = await page.evaluate(train).catch((error) => ({ failed: error.message }));
    if (process.env.TORSH_SCREENSHOT) await page.screenshot({ path: process.env.TORSH_SCREENSHOT, fullPage: true });
    expect(problems).toEqual([]);
    expect(got.failed).toBeUndefined();
    expect(got.early).toMatch(/mount: charts are drawn by the package vega: load it by a script tag/);
    expect(got.losses).toHaveLength(6);
    expect(got.losses[5]).toBeLessThan(got.losses[0]);
    expect(got).toMatchObject({ stopped: null, csv: 8, png: [0x89, 0x50, 0x4e, 0x47], backward: 24, cells: 4, histograms: 4, images: 4, lines: 6 });
    expect(got.pngSize).toBeGreaterThan(1000);
    expect(got.stored).toHaveLength(1);
    expect(got.trace).toBeGreaterThan(100);
    // A bar for each epoch stays, with what it came to; the one that is not to stay has gone.
    expect(got.progress).toHaveLength(6);
    expect(got.progress[5]).toMatch(/^epoch 6\/64\/4 \[.*loss=.*valAccuracy=/);
    expect(got.bars).toEqual([1, 1, 1, 1, 1, 1]);
    for (const text of ['In a page', 'loss', 'accuracy', 'training', 'validation', 'epoch']) expect(got.texts).toContain(text);
    // The event file, byte for byte, by another library.
    const Event = protobuf.loadSync(join(root, 'test/fixtures/tensorboard.proto')).lookupType('tensorboard.Event');
    const bytes = Buffer.from(got.events), tags = new Set();
    for (let at = 0; at < bytes.length; at += 16 + Number(bytes.readBigUInt64LE(at))) {
      for (const { tag } of Event.decode(bytes.subarray(at + 12, at + 12 + Number(bytes.readBigUInt64LE(at)))).summary?.value ?? []) tags.add(tag);
    }
    expect([...tags].sort()).toEqual(['accuracy/train', 'accuracy/val', 'loss/batch', 'loss/train', 'loss/val', 'lr']);
    expect(got.nowhere).toMatch(/the page has no element '#nowhere'/);
  } finally {
    await browser.close();
    await server.close();
  }
});
