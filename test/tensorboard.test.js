// torsh.utils.tensorboard: event files, taken apart by an independent library, record by record.
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { inflateSync } = require('node:zlib');
const protobuf = require('protobufjs');
const torsh = require('torsh');
const { refusal, scopedTest } = require('./support/scoped');

const { SummaryWriter } = torsh.utils.tensorboard;
const types = protobuf.loadSync(path.join(__dirname, 'fixtures/tensorboard.proto'));
const Event = types.lookupType('tensorboard.Event');
const HParams = types.lookupType('tensorboard.HParamsPluginData');

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'torsh-tensorboard-'));
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));
let runs = 0;
const folder = () => path.join(root, String(runs++));

/** Castagnoli's check bit by bit, as RFC 3720 defines it, and TFRecord's mask. */
function check(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let k = 0; k < 8; k++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  crc = ~crc >>> 0;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/** The messages of a file's records; every check must hold and no byte may be left over. */
function records(bytes) {
  const found = [];
  for (let at = 0; at < bytes.length;) {
    const length = Number(bytes.readBigUInt64LE(at));
    expect(bytes.readUInt32LE(at + 8)).toBe(check(bytes.subarray(at, at + 8)));
    const data = bytes.subarray(at + 12, at + 12 + length);
    expect(data).toHaveLength(length);
    expect(bytes.readUInt32LE(at + 12 + length)).toBe(check(data));
    found.push(data);
    at += 16 + length;
  }
  return found;
}
const filesOf = (dir) => fs.readdirSync(dir).filter((name) => name.startsWith('events.out.tfevents.')).map((name) => path.join(dir, name));
/** Events of the one file in a folder as plain objects. What is written again from them must be the same bytes: nothing is lost, or written otherwise than others write it. */
function eventsOf(dir) {
  const [file, ...others] = filesOf(dir);
  expect(others).toEqual([]);
  return records(fs.readFileSync(file)).map((data) => {
    const event = Event.decode(data);
    expect(Buffer.from(Event.encode(event).finish()).toString('hex')).toBe(data.toString('hex'));
    return Event.toObject(event, { longs: Number, enums: String, bytes: Buffer, oneofs: true });
  });
}
const valuesOf = (dir) => eventsOf(dir).slice(1).map((event) => event.summary.value[0]);

test('the test\'s own check is right', () => {
  // CRC-32C of '123456789' is 0xe3069283.
  expect(check(Buffer.from('123456789'))).toBe((((0xe3069283 >>> 15) | (0xe3069283 << 17)) + 0xa282ead8) >>> 0);
});

scopedTest('scalars: the version first, then each with step and time', () => {
  const dir = folder();
  const writer = new SummaryWriter(dir);
  expect(writer.logDir).toBe(dir);
  writer.addScalar('loss/train', 0.5, 0, 1000.25);
  writer.addScalar('loss/train', torsh.tensor([0.1]), 3);
  writer.addScalar('größe ✓', 2n ** 60n, { globalStep: 2 ** 40, walltime: 12 });
  writer.addScalar('without a step', -Infinity);
  writer.addScalar('below', NaN, -5);
  // Before close() and flush(): what a process that dies had said is there.
  const [first, ...rest] = eventsOf(dir);
  expect(first).toMatchObject({ fileVersion: 'brain.Event:2', what: 'fileVersion' });
  expect(Math.abs(first.wallTime - Date.now() / 1000)).toBeLessThan(60);
  expect(rest.map((e) => [e.step ?? null, e.summary.value[0].tag, e.summary.value[0].simpleValue])).toEqual([
    [null, 'loss/train', 0.5], [3, 'loss/train', Math.fround(0.1)], [2 ** 40, 'größe ✓', 2 ** 60], [null, 'without a step', -Infinity], [-5, 'below', NaN],
  ]);
  expect([rest[0].wallTime, rest[2].wallTime]).toEqual([1000.25, 12]);
  writer.flush();
  writer.close();
  writer.close();
  expect(path.basename(filesOf(dir)[0])).toMatch(new RegExp(`^events\\.out\\.tfevents\\.\\d{10}\\.${os.hostname()}\\.${process.pid}\\.\\d+$`));
});

test('the bytes of an event are those of the format', () => {
  const dir = folder();
  const writer = new SummaryWriter({ logDir: dir, filenameSuffix: '.mine' });
  writer.addScalar('a', 1, 7, 2);
  writer.close();
  expect(filesOf(dir)[0]).toMatch(/\.mine$/);
  // wall_time (1: 64 bits), step (2), summary (5) of one value (1) with its tag (1) and simple_value (2: 32 bits).
  expect(records(fs.readFileSync(filesOf(dir)[0]))[1].toString('hex')).toBe(['090000000000000040', '1007', '2a0a', '0a08', '0a0161', '150000803f'].join(''));
});

test('scalars as tensors, and a run that was resumed', () => {
  const dir = folder();
  const writer = new SummaryWriter(dir, '', 40);
  writer.addScalar('x', 0.1, 1, { newStyle: true });
  writer.addScalar('x', 0.1, 2, { doublePrecision: true });
  writer.close();
  const [version, restart, ...rest] = eventsOf(dir);
  expect(version).toMatchObject({ step: 40, fileVersion: 'brain.Event:2' });
  expect(restart).toMatchObject({ step: 40, sessionLog: { status: 'START' } });
  const [single, precise] = rest.map((e) => e.summary.value[0]);
  expect(single).toMatchObject({ metadata: { pluginData: { pluginName: 'scalars' } }, tensor: { dtype: 'DT_FLOAT', floatVal: [Math.fround(0.1)] } });
  expect(precise).toMatchObject({ tensor: { dtype: 'DT_DOUBLE', doubleVal: [0.1] } });
});

test('several lines of one chart are runs of their own', () => {
  const dir = folder();
  const writer = new SummaryWriter(dir);
  for (let i = 0; i < 3; i++) writer.addScalars('acc/top', { one: i, five: 2 * i }, i);
  writer.close();
  expect(fs.readdirSync(dir).filter((name) => !name.startsWith('events')).sort()).toEqual(['acc_top_five', 'acc_top_one']);
  expect(valuesOf(path.join(dir, 'acc_top_five'))).toMatchObject([0, 2, 4].map((simpleValue) => ({ tag: 'acc/top', ...(simpleValue ? { simpleValue } : {}) })));
});

scopedTest('histograms: counts between edges that grow by a tenth', () => {
  const dir = folder();
  const writer = new SummaryWriter(dir);
  torsh.manualSeed(0);
  const x = torsh.randn(1000);
  writer.addHistogram('w', x, 1);
  writer.addHistogram('w', [1, 2, 2, 3, 4, NaN, Infinity], 2, { bins: [0, 1, 2, 3, 4] });
  writer.addHistogram('w', Float32Array.of(0, 1, 2, 3), 3, 4);
  writer.addHistogram('w', torsh.zeros(5), 4);
  writer.addHistogram('w', torsh.arange(100), 5, { bins: 10, maxBins: 5 });
  writer.addHistogramRaw('w', 0, 1, 2, 1, 1, [0.5, 1], [1, 1], 6);
  writer.close();
  const [wide, edges, even, zeros, fewer, raw] = valuesOf(dir).map((v) => v.histo);
  const list = x.to('float64').tolist();
  expect(wide.num).toBe(1000);
  expect(wide.min).toBe(Math.min(...list));
  expect(wide.sum).toBeCloseTo(list.reduce((a, b) => a + b), 9);
  expect(wide.sumSquares).toBeCloseTo(list.reduce((a, b) => a + b * b, 0), 9);
  expect(wide.bucket).toHaveLength(wide.bucketLimit.length);
  expect(wide.bucket[0]).toBe(0);
  wide.bucketLimit.slice(1).forEach((limit, i) => {
    expect(wide.bucket[i + 1]).toBe(list.filter((v) => v >= wide.bucketLimit[i] && v < limit).length);
    if (limit < 0 && limit < -1e-11) expect(wide.bucketLimit[i] / limit).toBeCloseTo(1.1, 9);
  });
  // The empty bin before the first, then its right edge and so on; the last bin has both edges.
  expect(edges).toMatchObject({ num: 5, min: 1, max: 4, bucketLimit: [1, 2, 3, 4], bucket: [0, 1, 2, 2] });
  expect(even).toMatchObject({ bucketLimit: [0, 0.75, 1.5, 2.25, 3], bucket: [0, 1, 1, 1, 1] });
  expect(zeros.num).toBe(5);
  expect(zeros.bucket.reduce((a, b) => a + b)).toBe(5);
  expect(fewer.bucket).toEqual([0, 20, 20, 20, 20, 20]);
  expect(raw).toMatchObject({ max: 1, num: 2, bucketLimit: [0.5, 1], bucket: [1, 1] });
});

/** Pixels of a PNG without filters. */
function pixels(png) {
  expect(png.subarray(0, 8).toString('hex')).toBe('89504e470d0a1a0a');
  const parts = {};
  for (let at = 8; at < png.length;) {
    const length = png.readUInt32BE(at), name = png.toString('latin1', at + 4, at + 8);
    let crc = 0xffffffff;
    for (const byte of png.subarray(at + 4, at + 8 + length)) { crc ^= byte; for (let k = 0; k < 8; k++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1; }
    expect(png.readUInt32BE(at + 8 + length)).toBe(~crc >>> 0);
    parts[name] = png.subarray(at + 8, at + 8 + length);
    at += 12 + length;
  }
  const [width, height] = [parts.IHDR.readUInt32BE(0), parts.IHDR.readUInt32BE(4)];
  const channels = { 0: 1, 2: 3, 6: 4 }[parts.IHDR[9]];
  const rows = inflateSync(parts.IDAT), size = width * channels + 1;
  expect(rows).toHaveLength(height * size);
  return { width, height, channels, rows: Array.from({ length: height }, (_, y) => { expect(rows[y * size]).toBe(0); return [...rows.subarray(y * size + 1, (y + 1) * size)]; }) };
}

scopedTest('images in every order of dims, and several side by side', () => {
  const dir = folder();
  const writer = new SummaryWriter(dir);
  const image = torsh.tensor([[[0, 0.5], [1, 2]], [[0.25, 0], [0, 0]], [[0, 0], [NaN, 1]]]); // C, H, W
  writer.addImage('chw', image, 4);
  writer.addImage('hwc', image.permute(1, 2, 0), { dataformats: 'HWC' });
  writer.addImage('bytes', torsh.tensor(Uint8Array.of(1, 2, 3, 4)).reshape(2, 2), { dataformats: 'HW' });
  writer.addImages('many', torsh.arange(10).div(9).reshape(10, 1, 1, 1));
  writer.addImage('with opacity', torsh.ones(4, 1, 3));
  writer.close();
  const [chw, hwc, bytes, many, opacity] = valuesOf(dir).map((v) => v.image);
  expect(chw).toMatchObject({ height: 2, width: 2, colorspace: 3 });
  const rows = [[0, 63, 0, 127, 0, 0], [255, 0, 0, 255, 0, 255]];
  expect(pixels(chw.encodedImageString).rows).toEqual(rows);
  expect(pixels(hwc.encodedImageString).rows).toEqual(rows);
  expect(pixels(bytes.encodedImageString)).toEqual({ width: 2, height: 2, channels: 1, rows: [[1, 2], [3, 4]] });
  expect(pixels(many.encodedImageString).rows).toEqual([[0, 28, 56, 85, 113, 141, 170, 198], [226, 255, 0, 0, 0, 0, 0, 0]]);
  expect(opacity).toMatchObject({ width: 3, height: 1, colorspace: 4 });
});

test('text, figures, settings of a run', async () => {
  const dir = folder();
  const writer = new SummaryWriter(dir);
  writer.addText('note', '# größe ✓', 2);
  writer.addImage('dot', torsh.ones(1, 1, 1));
  const png = valuesOf(dir)[1].image.encodedImageString;
  await writer.addFigure('chart', { toPNG: () => Promise.resolve(png) }, 3);
  writer.addHparams({ lr: 0.1, opt: 'adam', nesterov: true, none: null }, { 'hparam/loss': 0.25 }, { hparamDomainDiscrete: { opt: ['adam', 'sgd'] }, runName: 'one' });
  writer.close();
  const [text, , figure] = valuesOf(dir);
  expect(text).toMatchObject({ tag: 'note/text_summary', metadata: { pluginData: { pluginName: 'text' } }, tensor: { dtype: 'DT_STRING', tensorShape: { dim: [{ size: 1 }] } } });
  expect(text.tensor.stringVal.map(String)).toEqual(['# größe ✓']);
  expect(figure).toMatchObject({ tag: 'chart', image: { height: 1, width: 1, colorspace: 1 } });
  const values = valuesOf(path.join(dir, 'one'));
  expect(values.map((v) => v.tag)).toEqual(['_hparams_/experiment', '_hparams_/session_start_info', '_hparams_/session_end_info', 'hparam/loss']);
  const [experiment, start, end] = values.slice(0, 3).map((v) => {
    expect(v.metadata.pluginData.pluginName).toBe('hparams');
    return HParams.toObject(HParams.decode(v.metadata.pluginData.content), { enums: String });
  });
  expect(experiment.experiment).toEqual({
    hparamInfos: [
      { name: 'lr', type: 'DATA_TYPE_FLOAT64' }, { name: 'opt', type: 'DATA_TYPE_STRING', domainDiscrete: { values: [{ stringValue: 'adam' }, { stringValue: 'sgd' }] } },
      { name: 'nesterov', type: 'DATA_TYPE_BOOL' }],
    metricInfos: [{ name: { tag: 'hparam/loss' } }],
  });
  expect(start.sessionStartInfo.hparams).toEqual({ lr: { numberValue: 0.1 }, opt: { stringValue: 'adam' }, nesterov: { boolValue: true } });
  expect(end.sessionEndInfo.status).toBe('STATUS_SUCCESS');
});

describe('refusals', () => {
  const writer = new SummaryWriter(folder());
  afterAll(() => writer.close());
  test.each([
    ['a tag', () => writer.addScalar('', 1), /addScalar: a tag must be a string that is not empty/],
    ['no number', () => writer.addScalar('a', 'x'), /scalarValue must be a number or a tensor with one element, but got string/],
    ['several numbers', () => writer.addScalar('a', torsh.ones(2)), /got a tensor \[2\]/],
    ['a step', () => writer.addScalar('a', 1, NaN), /globalStep must be a number/],
    ['an option', () => writer.addScalar('a', 1, { step: 1 }), /unexpected option 'step'/],
    ['no values', () => writer.addHistogram('a', []), /no element that is finite/],
    ['bins', () => writer.addHistogram('a', [1], { bins: 'many' }), /bins must be 'tensorflow'/],
    ['values out of the bins', () => writer.addHistogram('a', [5], { bins: [0, 1] }), /all values are outside/],
    ['edges without counts', () => writer.addHistogramRaw('a', 0, 1, 1, 1, 1, [1], []), /bucketLimits\) != len\(bucketCounts/],
    ['dims', () => writer.addImage('a', torsh.ones(2, 2)), /dataformats 'CHW' has 3 dims, but the image is \[2, 2\]/],
    ['channels', () => writer.addImage('a', torsh.ones(5, 2, 2)), /1, 3 or 4 channels, but got 5/],
    ['an order', () => writer.addImage('a', torsh.ones(1, 2, 2), { dataformats: 'CHH' }), /dataformats must be an order/],
    ['an empty image', () => writer.addImage('a', torsh.ones(1, 0, 2)), /the image is empty/],
    ['no text', () => writer.addText('a', 3), /textString must be a string/],
    ['a domain of another type', () => writer.addHparams({ lr: 1 }, {}, { hparamDomainDiscrete: { lr: ['x'] } }), /hparamDomainDiscrete\['lr'\]/],
    ['a setting that is none', () => writer.addHparams({ lr: [1] }, {}), /one of number, string or boolean/],
    ['bytes of a file', () => writer.toBytes(), /the events are in files/],
  ])('%s', (_, run, rule) => torsh.tidy(() => { expect(refusal(run).message).toMatch(rule); }));
  test('nothing of these was written', () => { expect(eventsOf(writer.logDir)).toHaveLength(1); });
  test('a figure that is none', async () => { await expect(writer.addFigure('a', {})).rejects.toThrow(/must have toPNG\(\)/); });
  test('a folder that is a file', () => {
    const file = path.join(root, 'file');
    fs.writeFileSync(file, '');
    const error = refusal(() => new SummaryWriter(path.join(file, 'run')));
    expect(error.code).toBe('ERR_IO');
    expect(error.message).toMatch(/cannot write .*file/);
  });
});
