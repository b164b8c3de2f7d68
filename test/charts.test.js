// torsh.charts: what they show, drawn by Vega in Node, and pictures of tensors.
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { inflateSync } = require('node:zlib');
const torsh = require('torsh');
const { refusal, scopedTest } = require('./support/scoped');

const { charts, nn } = torsh;
const root = fs.mkdtempSync(path.join(os.tmpdir(), 'torsh-charts-'));
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

/** The texts that a drawing shows, and how many marks of a kind it has. */
const texts = (svg) => [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map((m) => m[1].replaceAll('&amp;', '&').replaceAll('&lt;', '<'));
const count = (svg, pattern) => [...svg.matchAll(pattern)].length;
const rowsOf = (chart) => chart.spec.data.values;

const history = Array.from({ length: 6 }, (_, i) => ({ epoch: i + 1, step: 10 * i, loss: 2 - 0.3 * i, valLoss: [2, 1.5, 1.2, 1.25, 1.3, 1.4][i], accuracy: 0.5 + 0.05 * i, valAccuracy: 0.5 + 0.04 * i, lr: 0.1 }));

describe('loss curves', () => {
  test('training beside validation, the best value told', async () => {
    const chart = charts.lossCurve({ history }, { title: 'A < B', subtitle: 'and more' });
    expect(rowsOf(chart)).toHaveLength(24);
    expect(rowsOf(chart).filter((row) => row.panel === 'loss' && row.series === 'validation').map((row) => row.raw)).toEqual(history.map((row) => row.valLoss));
    const svg = await chart.toSVG();
    for (const text of ['A < B', 'and more', 'loss', 'accuracy', 'training', 'validation', 'epoch', '1.2', '0.7']) expect(texts(svg)).toContain(text);
    // In each colour two lines and the key, and a point for each value.
    for (const colour of ['#4269d0', '#ff725c']) {
      expect(count(svg, new RegExp(`stroke="${colour}"[^>]*stroke-width="2.25"`, 'g'))).toBe(3);
      expect(count(svg, new RegExp(`fill="${colour}"`, 'g'))).toBeGreaterThanOrEqual(12);
    }
    expect(JSON.parse(JSON.stringify(chart)).data.values).toEqual(rowsOf(chart));
  });
  test('numbers, columns, tensors; gaps, a mean, logarithms', async () => {
    expect(rowsOf(charts.lossCurve([3, 2, 1])).map((row) => [row.x, row.raw])).toEqual([[1, 3], [2, 2], [3, 1]]);
    expect(rowsOf(charts.lossCurve({ loss: [3, NaN, 1], valLoss: [5] })).map((row) => [row.x, row.series, row.raw])).toEqual([[1, 'training', 3], [1, 'validation', 5], [2, 'training', null], [3, 'training', 1]]);
    torsh.tidy(() => expect(rowsOf(charts.lossCurve({ loss: torsh.tensor([4, 2]) }, { smooth: 0.5 })).map((row) => row.value)).toEqual([4, 3]));
    const svg = await charts.lossCurve({ loss: Array.from({ length: 100 }, (_, i) => 10 ** (-i / 40)) }, { logScale: true, smooth: 0.9, theme: 'dark' }).toSVG();
    for (const text of ['1', '0.1', '0.02', 'step']) expect(texts(svg)).toContain(text);
    expect(texts(svg)).not.toContain('0.03');
    expect(svg).toContain('#14171f');
  });
  test('grows, as a callback of fit too', async () => {
    const chart = charts.lossCurve();
    await chart.push({ epoch: 1, loss: 1 });
    const model = new nn.Linear(1, 1);
    const optimizer = new torsh.optim.SGD(model.parameters(), { lr: 0 });
    await torsh.train.fit(model, [3], { optimizer, epochs: 2, progress: false, step: (v) => model.weight.sum().mul(0).add(v), validation: [4], callbacks: [chart] });
    expect(rowsOf(chart).map((row) => [row.x, row.series, row.raw])).toEqual([[1, 'training', 1], [0, 'training', 3], [0, 'validation', 4], [1, 'training', 3], [1, 'validation', 4]]);
  });
});

describe('confusion matrices', () => {
  const cells = (svg) => count(svg, /<path[^>]*d="M[^"]*"[^>]*stroke="#ffffff"/g);
  scopedTest('counts, colours by the share of the row', () => {
    const chart = charts.confusionMatrix(torsh.tensor([[8n, 2n], [0n, 5n]]), { labels: ['cat', 'dog'] });
    expect(rowsOf(chart)).toEqual([
      { actual: 'cat', predicted: 'cat', value: 8, share: 0.8, right: true }, { actual: 'cat', predicted: 'dog', value: 2, share: 0.2, right: false },
      { actual: 'dog', predicted: 'cat', value: 0, share: 0, right: false }, { actual: 'dog', predicted: 'dog', value: 5, share: 1, right: true }]);
  });
  test('as SVG', async () => {
    const chart = charts.confusionMatrix([[8, 2], [0, 5]], { labels: ['cat', 'dog'] });
    const svg = await chart.toSVG();
    for (const text of ['Confusion matrix', '86.7 % on the diagonal, 15 samples', 'cat', 'dog', 'actual', 'predicted', '8', '2', '5']) expect(texts(svg)).toContain(text);
    expect(texts(svg)).not.toContain('0');
    expect(cells(svg)).toBe(4);
    await chart.update([[1, 1], [1, 1]]);
    expect(texts(await chart.toSVG())).toContain('50.0 % on the diagonal, 4 samples');
    expect(texts(await charts.confusionMatrix([[3, 1], [0, 0]], { normalize: true }).toSVG())).toEqual(expect.arrayContaining(['75%', '25%']));
  });
});

describe('histograms', () => {
  test('every value is in a bar; what is not finite is told', async () => {
    torsh.manualSeed(0);
    const model = new nn.Sequential(new nn.Linear(10, 20), new nn.Linear(20, 1));
    const chart = charts.weightHistograms(model, { bins: 12 });
    const counts = {};
    for (const row of rowsOf(chart)) counts[row.panel] = (counts[row.panel] ?? 0) + row.count;
    expect(counts).toEqual({ '0.weight [20×10]': 200, '0.bias [20]': 20, '1.weight [1×20]': 20, '1.bias [1]': 1 });
    const svg = await chart.toSVG();
    for (const text of ['Parameters', '0.weight [20×10]', '1.bias [1]']) expect(texts(svg)).toContain(text);
    expect(refusal(() => charts.weightHistograms(model, { gradients: true })).message).toMatch(/nothing to show/);
    const one = charts.histogram([0, 1, 1, 4, NaN, Infinity], { bins: 4 });
    expect(rowsOf(one).map((row) => [row.low, row.high, row.count])).toEqual([[0, 1, 1], [1, 2, 2], [2, 3, 0], [3, 4, 1]]);
    expect(texts(await one.toSVG())).toContain('mean 1.5, sd 1.5, 2 not finite');
    expect(texts(await charts.histogram([NaN]).toSVG())).toContain('no value is finite');
  });
});

describe('other curves', () => {
  test('ROC curves with their areas; classes that do not occur have none', async () => {
    const svg = await charts.rocCurve([[[0, 0, 1], [0, 1, 1]], [[0, 1], [0, 1]], [[0, NaN], [0, NaN]]], { labels: ['best', 'chance', 'absent'] }).toSVG();
    expect(texts(svg).map((t) => t.replace(/\s+/g, ' '))).toEqual(expect.arrayContaining(['best 1.000', 'chance 0.500', 'false positive rate']));
  });
  test('the range test', async () => {
    const svg = await charts.lrCurve({ results: { lr: [0.001, 0.01, 0.1], loss: [3, 2, 4] }, suggestion: () => 0.01 }).toSVG();
    expect(texts(svg)).toEqual(expect.arrayContaining(['Learning rate range test', '1.00e-2', 'learning rate']));
  });
});

/** Pixels of the PNG files inside a drawing, without filters. */
function pictures(svg) {
  return [...svg.matchAll(/xlink:href="data:image\/png;base64,([^"]*)"/g)].map(([, text]) => {
    const png = Buffer.from(text, 'base64'), width = png.readUInt32BE(16), height = png.readUInt32BE(20), channels = { 0: 1, 2: 3, 6: 4 }[png[25]];
    const start = png.indexOf('IDAT'), rows = inflateSync(png.subarray(start + 4, start + 4 + png.readUInt32BE(start - 4)));
    const at = (x, y) => [...rows.subarray(y * (width * channels + 1) + 1 + x * channels, y * (width * channels + 1) + 1 + (x + 1) * channels)];
    return { width, height, at };
  });
}

describe('images', () => {
  test('pixels become squares', async () => {
    const svg = await torsh.tidy(() => charts.images(torsh.tensor([[[0, 1], [0.5, 2]]]), { scale: 4, title: 'T&T', captions: ['is <1>'] })).toSVG();
    const [image] = pictures(svg);
    expect(image).toMatchObject({ width: 8, height: 8 });
    expect([image.at(0, 0), image.at(4, 0), image.at(3, 7), image.at(7, 7)]).toEqual([[0], [255], [128], [255]]);
    expect(texts(svg)).toEqual(['T&T', 'is <1&gt;']);
  });
  test('colours, channels, ranges', async () => {
    const made = (...args) => torsh.tidy(() => charts.images(...args.map((a) => (typeof a === 'function' ? a() : a))));
    const colours = pictures(await made(() => torsh.tensor([[[1, 0]], [[0, 0.5]], [[0, 1]]]), { scale: 1 }).toSVG());
    expect(colours.map((p) => [p.at(0, 0), p.at(1, 0)])).toEqual([[[255, 0, 0], [0, 128, 255]]]);
    // As many images as channels, where these are no colours; on both sides of 0.
    const filters = pictures(await made(() => torsh.tensor([-2, 0, 1, 2, 0]).reshape(1, 5, 1, 1), { cmap: 'diverging', scale: 1 }).toSVG());
    expect(filters.map((p) => p.at(0, 0))).toEqual([[33, 70, 160], [247, 247, 247], [255, 145, 126], [176, 42, 36], [247, 247, 247]]);
    const spread = pictures(await made(() => [torsh.tensor([[10, 20]]), torsh.tensor(Uint8Array.of(3, 4)).reshape(1, 2)], { range: 'image', scale: 1 }).toSVG());
    expect(spread.map((p) => [p.at(0, 0), p.at(1, 0)])).toEqual([[[0], [255]], [[0], [255]]]);
    const bytes = pictures(await made(() => torsh.tensor(Uint8Array.of(7, 255)).reshape(1, 2), { scale: 1 }).toSVG());
    expect(bytes.map((p) => [p.at(0, 0), p.at(1, 0)])).toEqual([[[7], [255]]]);
  });
});

describe('files', () => {
  test('SVG and PNG by the ending', async () => {
    const sharp = require('sharp');
    const chart = charts.confusionMatrix([[1, 0], [0, 1]]), [svg, png] = ['svg', 'png'].map((ending) => path.join(root, `chart.${ending}`));
    await chart.save(svg);
    await chart.save(png, { scale: 1 });
    expect(fs.readFileSync(svg, 'utf8')).toMatch(/^<svg /);
    const [, width, height] = /width="(\d+)" height="(\d+)"/.exec(fs.readFileSync(svg, 'utf8')).map(Number);
    const { data, info } = await sharp(png).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    expect(info).toMatchObject({ width, height });
    const seen = new Map();
    for (let i = 0; i < data.length; i += 3) seen.set(`${data[i]},${data[i + 1]},${data[i + 2]}`, (seen.get(`${data[i]},${data[i + 1]},${data[i + 2]}`) ?? 0) + 1);
    // The paper, and the two dark cells of the diagonal.
    expect(seen.get('255,255,255')).toBeGreaterThan(0.3 * width * height);
    expect(seen.get('34,59,131')).toBeGreaterThan(8000);
    const file = await charts.images(torsh.ones(1, 2, 2)).toPNG();
    expect(Buffer.from(file.subarray(1, 4)).toString()).toBe('PNG');
  });
  test('a figure of TensorBoard', async () => {
    const writer = new torsh.utils.tensorboard.SummaryWriter(path.join(root, 'board'));
    await writer.addFigure('chart', charts.confusionMatrix([[1, 0], [0, 1]]), 1);
    writer.close();
    expect(fs.statSync(path.join(root, 'board', fs.readdirSync(path.join(root, 'board'))[0])).size).toBeGreaterThan(2000);
  });
});

describe('refusals', () => {
  test.each([
    ['no history', () => charts.lossCurve([{}, 'x']), /lossCurve: takes what fit\(\) gives/],
    ['a column that is none', () => charts.lossCurve({ loss: 3 }), /columns of an object must be arrays or tensors/],
    ['a mean of too much', () => charts.lossCurve([1], { smooth: 1 }), /smooth must be from 0 to below 1/],
    ['a theme', () => charts.lossCurve([1], { theme: 'blue' }), /theme must be 'light' or 'dark'/],
    ['a matrix that is not square', () => charts.confusionMatrix([[1, 2]]), /takes a square matrix/],
    ['counts below 0', () => charts.confusionMatrix([[-1]]), /takes a square matrix of counts/],
    ['too many classes', () => charts.confusionMatrix(Array.from({ length: 201 }, () => Array(201).fill(1))), /201 classes are too many/],
    ['labels', () => charts.confusionMatrix([[1]], { labels: [] }), /needs 1 labels, but got 0/],
    ['no values', () => charts.histogram('x'), /takes a tensor or an array of numbers/],
    ['bins', () => charts.histogram([1], { bins: 0 }), /bins must be an integer from 1/],
    ['no model', () => charts.weightHistograms([1]), /takes a module, or tensors by name/],
    ['curves of two lengths', () => charts.rocCurve([[0, 1], [0]]), /two tensors or arrays of one length/],
    ['a test that was not run', () => charts.lrCurve(new torsh.train.LrFinder()), /takes a train.LrFinder that has been run/],
    ['an image that is none', () => charts.images(torsh.ones(3)), /takes \(H, W\), \(C, H, W\) or \(N, C, H, W\), but got \[3\]/],
    ['colours', () => charts.images(torsh.ones(1, 1), { cmap: 'jet' }), /cmap must be/],
    ['captions', () => charts.images(torsh.ones(1, 1), { captions: [] }), /needs 1 captions, but got 0/],
    ['modules that are none', () => charts.use({ vega: 1 }), /takes \{ vega, vegaLite \}/],
  ])('%s', (_, run, rule) => torsh.tidy(() => { expect(refusal(run).message).toMatch(rule); }));
  test.each([
    ['an ending', () => charts.images(torsh.ones(1, 1)).save('a.jpg'), 'ERR_ARGUMENT', /must end in .svg or .png, but got 'a.jpg'/],
    ['a folder that is not there', () => charts.images(torsh.ones(1, 1)).save(path.join(root, 'no', 'a.svg')), 'ERR_IO', /cannot write/],
    ['a page', () => charts.lossCurve([1]).mount('#chart'), 'ERR_UNSUPPORTED', /there is no page here/],
    ['a scale', () => charts.lossCurve([1]).toPNG({ scale: 99 }), 'ERR_ARGUMENT', /scale must be a number above 0/],
  ])('%s', async (_, run, code, rule) => {
    const error = await run().then(() => null, (e) => e);
    expect(error).toBeInstanceOf(torsh.TorshError);
    expect(error).toMatchObject({ code, message: expect.stringMatching(rule) });
  });
});
