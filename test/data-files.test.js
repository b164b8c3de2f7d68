'use strict';
// Datasets on disk: records of a file larger than memory, folders of images.
const fs = require('node:fs');
const os = require('node:os');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');
const sharp = require('sharp');
const torsh = require('torsh');

const { DataLoader, DatasetFolder, ImageFolder, RecordDataset, Subset, imageLoader, readImage, transforms: T } = torsh.utils.data;
const root = fs.mkdtempSync(join(os.tmpdir(), 'torsh-data-'));
const file = (name, bytes) => {
  const path = join(root, name);
  fs.mkdirSync(join(path, '..'), { recursive: true });
  fs.writeFileSync(path, bytes);
  return path;
};
afterAll(() => { fs.rmSync(root, { recursive: true, force: true }); });

const plain = (b) => (torsh.isTensor(b) ? b.tolist() : Array.isArray(b) ? b.map(plain) : typeof b === 'object' ? Object.fromEntries(Object.entries(b).map(([k, v]) => [k, plain(v)])) : b);
const all = (loader) => [...loader].map(plain);
const allLater = async (loader) => {
  const seen = [];
  for await (const b of loader) seen.push(plain(b));
  return seen;
};

describe('RecordDataset', () => {
  test('a file of 5 GB, of which hardly anything is read', () => {
    const path = join(root, 'large.bin'), size = 5 * 2 ** 30, fd = fs.openSync(path, 'w');
    fs.ftruncateSync(fd, size);
    const put = (record, values) => fs.writeSync(fd, new Uint8Array(Float32Array.from(values).buffer), 0, 16, record * 16);
    put(size / 16 - 1, [1, 2, 3, 4]);
    put(2 ** 28 + 1, [5, 6, 7, 8]); // past 4 GB
    fs.closeSync(fd);
    const before = torsh.memory().bytes;
    const data = new RecordDataset(path, ['float32', 2, 2]);
    expect(data.length).toBe(size / 16);
    expect(data.at(-1).tolist()).toEqual([[1, 2], [3, 4]]);
    const some = new Subset(data, [0, size / 16 - 1, 2 ** 28 + 1, 2 ** 28 + 2]);
    for (const numWorkers of [0, 2]) {
      expect(all(new DataLoader(some, 2, { numWorkers }))).toEqual([[[[0, 0], [0, 0]], [[1, 2], [3, 4]]], [[[5, 6], [7, 8]], [[0, 0], [0, 0]]]]);
    }
    torsh.emptyCache();
    expect(torsh.memory().bytes - before).toBeLessThan(1 << 20);
    data.close();
    fs.rmSync(path);
  });

  test('fields, types, headers, windows', async () => {
    const path = file('mixed.bin', Uint8Array.of(9, 9, 1, 0, 255, 255, 2, 2, 3, 0, 0, 128));
    const named = new RecordDataset(pathToFileURL(path), { label: 'uint8', ok: 'bool', x: ['int16', 1], y: 'uint8' }, { offset: 2, length: 2 });
    expect(plain(named.at(0))).toEqual({ label: 1, ok: false, x: [-1], y: 2 });
    expect(plain(named.at(1))).toEqual({ label: 2, ok: true, x: [0], y: 128 });
    const stacked = [...new DataLoader(named, 2)][0];
    expect([plain(stacked), stacked.label.dtype]).toEqual([{ label: [1, 2], ok: [false, true], x: [[-1], [0]], y: [2, 128] }, 'uint8']);
    expect(plain([...new DataLoader(named, 2, { collateFn: (s) => torsh.utils.data.defaultCollate(s) })][0])).toEqual(plain(stacked));
    expect(await allLater(new DataLoader(named, 2, { numWorkers: 1 }))).toEqual([plain(stacked)]);
    const tokens = file('tokens.bin', new Uint8Array(Uint16Array.of(1, 2, 3, 4, 65535, 6).buffer));
    const windows = new RecordDataset(tokens, ['uint16', 3], { stride: 4 });
    expect([all(new DataLoader(windows, 8)), windows.at(0).dtype]).toEqual([[[[1, 2, 3], [3, 4, 65535]]], 'int32']);
    expect(new RecordDataset(tokens, 'uint32').at(-1).item()).toBe(65535 + 6 * 65536);
    expect(all(new DataLoader(new RecordDataset(tokens, 'uint16'), { batchSize: 4, sampler: [2, 3, 1, 2] }))).toEqual([[3, 4, 2, 3]]);
    expect(new RecordDataset(file('none.bin', ''), 'float32').length).toBe(0);
  });

  test('the rows of .npy files; either end first', () => {
    const x = torsh.arange(12).to('float32').reshape(3, 2, 2), path = join(root, 'x.npy');
    torsh.save(x, path);
    const rows = new RecordDataset(path);
    expect([rows.length, rows.at(-1).tolist(), all(new DataLoader(rows, 2)), all(new DataLoader(rows, 2, { numWorkers: 1 }))]).toEqual([3, x.at(2).tolist(), x.split(2).map(plain), x.split(2).map(plain)]);
    const big = file('big.bin', Uint8Array.of(0, 1, 2, 3, 255, 255, 255, 255, 255, 255, 255, 255));
    expect(plain(new RecordDataset(big, { a: ['>u2', 2], b: '>i8' }).at(0))).toEqual({ a: [1, 0x203], b: -1 });
    expect(() => new RecordDataset(big, '<u8', { offset: 4 }).at(0)).toThrow(/big\.bin': a uint64 beyond 2\^63/);
    expect(() => new RecordDataset(big)).toThrow(/big\.bin', for which no fields are given: it does not begin as an \.npy file/);
    expect(() => new RecordDataset(big, '<U3')).toThrow(/an array of strings/);
    fs.truncateSync(path, fs.statSync(path).size - 1);
    expect(() => new RecordDataset(path)).toThrow(/takes 48 bytes, but 47 follow/);
    const head = (text) => file('head.npy', Buffer.concat([Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, text.length, 0]), Buffer.from(text, 'latin1'), Buffer.alloc(4)]));
    expect(() => new RecordDataset(head("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 2), }"))).toThrow(/column by column/);
    expect(() => new RecordDataset(head("{'descr': '<f4', 'fortran_order': False, 'shape': (), }"))).toThrow(/no dims/);
  });

  test('files that are not what is said', () => {
    const path = file('seven.bin', new Uint8Array(7));
    for (const [args, what, code] of [
      [[path, 'int16'], /'.*seven\.bin' holds 7 bytes, which is no whole number of records of 2 bytes/, 'ERR_IO'], [[path, 'uint8', { length: 8 }], /8 records of 1 would end at 8/, 'ERR_IO'],
      [[path, 'uint8', { length: 2, stride: 1e9 }], /would end at 1000000001/, 'ERR_IO'], [[path, 'uint8', { offset: 8 }], /begin at 8/, 'ERR_IO'], [[join(root, 'no.bin'), 'uint8'], /ENOENT/, 'ERR_IO'],
      [[root, 'uint8'], /not a regular file/, 'ERR_IO'], [[path, 'float7'], /"float7"/, 'ERR_ARGUMENT'], [[path, ['uint8', -1]], /sizes/, 'ERR_ARGUMENT'], [[path, {}], /has 0/, 'ERR_ARGUMENT'],
      [[path, ['float32', 2 ** 40]], /2\^31/, 'ERR_ARGUMENT'], [[path, 'uint8', { stride: 0 }], /stride/, 'ERR_ARGUMENT'], [[path, 'uint8', { ofset: 1 }], /'ofset'/, 'ERR_ARGUMENT'],
    ]) {
      try {
        new RecordDataset(...args).close();
        throw new Error(`no error for ${args}`);
      } catch (e) {
        expect([e.message, e.code]).toEqual([expect.stringMatching(what), code]);
      }
    }
    const data = new RecordDataset(path, 'uint8');
    expect(() => data.at(7)).toThrow(/out of range/);
    fs.truncateSync(path, 3);
    expect(() => data.at(5)).toThrow(/became shorter/);
    expect(() => all(new DataLoader(data, 2))).toThrow(/^DataLoader: at indices 2, 3: RecordDataset: .*became shorter/);
    expect(() => all(new DataLoader(data, 2, { numWorkers: 1 }))).toThrow(/worker 0 failed: .*has 3 bytes, but 7 records/);
    data.close();
    expect(() => data.at(0)).toThrow(/closed/);
  });
});

describe('folders of images', () => {
  const colours = { ant: [255, 0, 0], bee: [0, 128, 0], cow: [0, 0, 255] };
  const images = join(root, 'images');
  beforeAll(async () => {
    for (const [name, [r, g, b]] of Object.entries(colours)) {
      fs.mkdirSync(join(images, name, 'more'), { recursive: true });
      for (const [at, width] of [['b.png', 2], ['a.PNG', 3], ['more/c.webp', 4]]) {
        await sharp({ create: { width, height: 2, channels: 3, background: { r, g, b } } }).toFormat(at.endsWith('webp') ? 'webp' : 'png', { lossless: true }).toFile(join(images, name, at));
      }
      fs.writeFileSync(join(images, name, 'notes.txt'), 'no image');
    }
    fs.writeFileSync(join(images, 'read.me'), '');
  });

  test('classes, samples and pixels', async () => {
    const data = new ImageFolder(images);
    expect([data.length, data.classes, data.classToIdx, data.targets]).toEqual([9, ['ant', 'bee', 'cow'], { ant: 0, bee: 1, cow: 2 }, [0, 0, 0, 1, 1, 1, 2, 2, 2]]);
    expect(data.samples.slice(3, 6)).toEqual(['a.PNG', 'b.png', join('more', 'c.webp')].map((name) => [join(images, 'bee', name), 1]));
    const [x, y] = await data.at(-6);
    expect([x.dtype, x.shape, y, x.at(':', 1, 2).mul(255).tolist()]).toEqual(['float32', [3, 2, 3], 1, colours.bee]);
    expect(() => data.at(9)).toThrow(/out of range/);
    const only = new ImageFolder(pathToFileURL(images), { isValidFile: (path) => path.endsWith('webp'), targetTransform: (t) => -t });
    expect([only.length, (await only.at(2))[1]]).toEqual([3, -2]);
  });

  test('any number of workers, with transforms: one order, one content', async () => {
    const data = new ImageFolder(images, { loader: imageLoader({ size: [4, 6] }), transform: T.compose(T.centerCrop(4), T.normalize([0.5, 0.5, 0.5], [1, 1, 1])) });
    const passes = [];
    for (const numWorkers of [0, 1, 2]) {
      torsh.manualSeed(4);
      passes.push(await allLater(new DataLoader(data, 4, { shuffle: true, numWorkers })));
    }
    expect(passes[0].map(([x]) => [x.length, x[0].length, x[0][0].length])).toEqual([[4, 3, 4], [4, 3, 4], [1, 3, 4]]);
    expect(passes[0].flatMap(([, y]) => y).sort()).toEqual(data.targets);
    expect(passes[1]).toEqual(passes[0]);
    expect(passes[2]).toEqual(passes[0]);
    torsh.manualSeed(4);
    expect(all(new DataLoader(data, 4, { shuffle: true, numWorkers: 2 }))).toEqual(passes[0]); // workers await what comes by Promise
    expect(() => all(new DataLoader(data, 4))).toThrow(/use `for await`/);
    expect(() => new DataLoader(new ImageFolder(images, { transform: (x) => x }), { numWorkers: 1 })).toThrow(/function transform .*workerDataset/);
  });

  test('random transforms depend on the order of samples, not on how long an image takes to read', async () => {
    const slow = (path) => new Promise((resolve) => { setTimeout(() => resolve(path.length), path.includes('ant') ? 12 : 1); });
    const draws = (loader) => {
      torsh.manualSeed(2);
      return allLater(new DataLoader(new DatasetFolder(images, loader, ['.png', '.webp'], { transform: () => torsh.rand(1) }), 9));
    };
    expect(await draws(slow)).toEqual(await draws((path) => path.length));
  });

  test('readImage: channels, sizes, bytes', async () => {
    const png = await sharp({ create: { width: 3, height: 2, channels: 4, background: { r: 10, g: 20, b: 30, alpha: 0.5 } } }).png().toBuffer();
    const pixel = async (options) => (await readImage(png, options)).mul(255).round().at(':', 0, 0).tolist();
    expect([await pixel({ channels: 4 }), await pixel({}), await pixel({ channels: 1 })]).toEqual([[10, 20, 30, 128], [10, 20, 30], [18]]);
    const grey = await sharp(Uint8Array.of(0, 255, 100, 50), { raw: { width: 2, height: 2, channels: 1 } }).toColourspace('b-w').png({ palette: false }).toBuffer();
    expect((await readImage(grey, { channels: 1 })).mul(255).round().tolist()).toEqual([[[0, 255], [100, 50]]]);
    expect((await readImage(grey)).shape).toEqual([3, 2, 2]);
    expect((await readImage(png, { size: [5, 7] })).shape).toEqual([3, 5, 7]);
    const jpeg = await sharp({ create: { width: 16, height: 16, channels: 3, background: { r: 200, g: 100, b: 50 } } }).jpeg({ quality: 100 }).toBuffer();
    expect((await readImage(jpeg)).mul(255).sub(torsh.tensor([200, 100, 50]).reshape(3, 1, 1)).abs().max().item()).toBeLessThan(3);
  });

  test('what cannot be read is named, with its index', async () => {
    await expect(readImage(Uint8Array.of(1, 2, 3))).rejects.toThrow(/readImage: cannot read the given bytes: .*unsupported image format/);
    await expect(readImage(join(root, 'no.png'))).rejects.toMatchObject({ code: 'ERR_IO', message: expect.stringMatching(/no\.png/) });
    await expect(readImage(join(root, 'no.png'), { channels: 2 })).rejects.toThrow(/channels should be 1, 3 or 4/);
    const broken = join(root, 'broken');
    for (const name of ['x/1.png', 'x/2.png', 'x/3.png']) file(join('broken', name), fs.readFileSync(join(images, 'ant', 'b.png')).subarray(0, name.includes('2') ? 60 : undefined));
    for (const [numWorkers, start] of [[0, /^DataLoader: at index 1: readImage: .*2\.png/], [2, /^DataLoader: worker 0 failed at index 1: TorshError: readImage: .*2\.png/]]) {
      await expect(allLater(new DataLoader(new ImageFolder(broken), 3, { numWorkers }))).rejects.toMatchObject({ message: expect.stringMatching(start), index: 1, code: 'ERR_IO' });
    }
    fs.mkdirSync(join(broken, 'empty'));
    expect(() => new ImageFolder(broken)).toThrow(/no valid file for the class empty; valid are \.jpg/);
    expect(new ImageFolder(broken, { allowEmpty: true }).classes).toEqual(['empty', 'x']);
    expect(() => new ImageFolder(join(broken, 'x'))).toThrow(/holds no folders/);
    expect(() => new ImageFolder(join(root, 'no'))).toThrow(/cannot read the folder/);
    expect(() => new DatasetFolder(broken, (p) => p)).toThrow(/either extensions or isValidFile/);
    expect(() => new ImageFolder(broken, { transforms: 1 })).toThrow(/'transforms'/);
  });

  test('folders that link to each other end', () => {
    file('loops/a/1.png', '');
    fs.symlinkSync(join(root, 'loops', 'a'), join(root, 'loops', 'a', 'again'));
    expect(new ImageFolder(join(root, 'loops')).length).toBe(1);
  });
});
