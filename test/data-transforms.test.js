'use strict';
// Transforms of torsh.utils.data.
const torsh = require('torsh');

const { transforms: T } = torsh.utils.data;
const image = () => torsh.arange(24).to('float32').reshape(2, 3, 4);

test('normalize, StandardScaler, oneHot, compose', () => {
  expect(T.compose(T.normalize([1, 13], [2, 4]), (x) => x.at(1, 0))(image()).tolist()).toEqual([-0.25, 0, 0.25, 0.5]);
  expect(T.normalize(1, 2)(torsh.tensor([1, 3])).tolist()).toEqual([0, 1]);
  expect(() => T.normalize([0], [0])).toThrow(torsh.TorshError);
  const data = torsh.tensor([[1, 5], [3, 5]]), scaler = new T.StandardScaler();
  expect(() => scaler.transform(data)).toThrow(/fit/);
  const scaled = scaler.fit(data).transform(data);
  expect(scaled.tolist()).toEqual([[-1, 0], [1, 0]]);
  expect(scaler.inverseTransform(scaled).tolist()).toEqual(data.tolist());
  expect([T.oneHot(3)(2).tolist(), T.oneHot(2)(torsh.tensor([0n, 1n])).tolist()]).toEqual([[0, 0, 1], [[1, 0], [0, 1]]]);
});

test('crops and flips: inside the image, of one seed', () => {
  const seen = new Set();
  torsh.manualSeed(1);
  for (let i = 0; i < 40; i++) {
    const crop = T.randomCrop(2)(image());
    expect(crop.shape).toEqual([2, 2, 2]);
    seen.add(crop.at(0, 0, 0).item());
    expect(crop.at(0, 1, 1).item()).toBe(crop.at(0, 0, 0).item() + 5);
  }
  expect([...seen].sort((a, b) => a - b)).toEqual([0, 1, 2, 4, 5, 6]);
  expect(T.randomCrop([5, 6], { padding: 1 })(image()).shape).toEqual([2, 5, 6]);
  expect(() => T.randomCrop(4)(image())).toThrow(/Required crop size 4 x 4 is larger than input image size 3 x 4/);
  expect(T.randomHorizontalFlip(1)(image()).at(0, 0).tolist()).toEqual([3, 2, 1, 0]);
  expect(T.randomVerticalFlip(1)(image()).at(0, 0).tolist()).toEqual([8, 9, 10, 11]);
  expect(T.randomHorizontalFlip(0)(image()).tolist()).toEqual(image().tolist());
  const all = T.compose(T.randomCrop(2), T.randomHorizontalFlip(), T.randomVerticalFlip());
  const run = (generator) => [1, 2, 3, 4].map(() => T.compose(T.randomCrop(2, { generator }), T.randomHorizontalFlip(0.5, { generator }))(image()).tolist());
  expect(run(new torsh.Generator().manualSeed(3))).toEqual(run(new torsh.Generator().manualSeed(3)));
  expect(all(image()).shape).toEqual([2, 2, 2]);
});

test('resize and crops as torchvision', () => {
  const x = torsh.rand(3, 10, 21);
  expect([T.resize(5)(x).shape, T.resize(5)(x.transpose(1, 2)).shape, T.resize([4, 6])(x).shape, T.resize([10, 21])(x).sub(x).abs().max().item()]).toEqual([[3, 5, 10], [3, 10, 5], [3, 4, 6], 0]);
  expect(T.resize([5, 7])(torsh.ones(2, 3, 10, 21)).sub(1).abs().max().item()).toBeLessThan(1e-5);
  expect(T.centerCrop(2)(image()).at(0).tolist()).toEqual([[1, 2], [5, 6]]); // rounded to even: from row 0
  expect(T.centerCrop([5, 2])(image()).at(0).tolist()).toEqual([[0, 0], [1, 2], [5, 6], [9, 10], [0, 0]]);
  torsh.manualSeed(3);
  const seen = new Set();
  for (let i = 0; i < 20; i++) {
    const part = T.randomResizedCrop([4, 5], { scale: [0.1, 0.5] })(torsh.arange(400).to('float32').reshape(1, 20, 20));
    expect(part.shape).toEqual([1, 4, 5]);
    expect(part.min().item() >= 0 && part.max().item() < 400).toBe(true);
    seen.add(part.at(0, 0, 0).item());
  }
  expect(seen.size).toBeGreaterThan(15);
  expect(T.randomResizedCrop(3, { scale: [4, 5] })(torsh.ones(1, 2, 40)).shape).toEqual([1, 3, 3]); // no part fits: the middle
  for (const make of [() => T.resize(0), () => T.resize([1, 2, 3]), () => T.centerCrop('2'), () => T.randomResizedCrop(2, { scale: [1, 0] }), () => T.randomHorizontalFlip(2), () => T.randomCrop(2, { paddng: 1 }),
    () => T.compose(1), () => T.oneHot(0), () => T.randomRotation([5, 1]), () => T.resize(2)(torsh.ones(3)), () => T.resize(2)(5), () => T.rotate(image(), 'x'), () => torsh.toImageData(5), () => torsh.fromImageData(), () => torsh.fromImageData({ data: new Uint8Array(4), width: 1, height: 1 }, { channel: 1 }), () => T.normalize(1)]) expect(make).toThrow(torsh.TorshError);
});

test('rotate turns counter-clockwise', () => {
  const square = torsh.rand(3, 5, 5);
  for (const [degrees, k] of [[90, 1], [180, 2], [-90, 3]]) {
    expect(T.rotate(square, degrees).sub(square.rot90(k, [-2, -1])).abs().max().item()).toBeLessThan(1e-5);
  }
  const wide = torsh.rand(2, 3, 4, 6);
  expect(T.rotate(wide, 180).sub(wide.rot90(2, [-2, -1])).abs().max().item()).toBeLessThan(1e-5);
  expect(T.rotate(torsh.ones(4, 8), 90).sum(1).tolist().every((v) => Math.abs(v - 4) < 1e-4)).toBe(true);
  expect(T.randomRotation(0)(wide).sub(wide).abs().max().item()).toBeLessThan(1e-5);
});

test('colorJitter', () => {
  const x = torsh.tensor([0.2, 0.4, 0.6]).reshape(3, 1, 1).expand(3, 2, 2);
  const one = (options) => T.colorJitter(options)(x).at(':', 0, 0).tolist();
  const near = (got, want) => got.forEach((v, i) => expect(v).toBeCloseTo(want[i], 5));
  near(one({}), [0.2, 0.4, 0.6]);
  near(one({ brightness: [2, 2] }), [0.4, 0.8, 1]);
  const g = 0.2989 * 0.2 + 0.587 * 0.4 + 0.114 * 0.6;
  near(one({ saturation: [0, 0] }), [g, g, g]);
  near(one({ contrast: [0.5, 0.5] }), [0.1 + g / 2, 0.2 + g / 2, 0.3 + g / 2]);
  expect(T.colorJitter({ brightness: 0.5, contrast: 0.5, saturation: 0.5 })(x).shape).toEqual([3, 2, 2]);
  expect(() => T.colorJitter({ saturation: 1 })(image())).toThrow(/takes \[..., 3, height, width\]/);
  expect(() => T.colorJitter({ contrast: [2, 1] })).toThrow(torsh.TorshError);
});

test('fromImageData, toImageData', () => {
  const pixels = { data: Uint8ClampedArray.of(255, 0, 51, 255, 0, 255, 102, 0), width: 2, height: 1 };
  const t = torsh.fromImageData(pixels);
  expect([t.shape, t.dtype]).toEqual([[3, 1, 2], 'float32']);
  expect(t.mul(255).round().tolist()).toEqual([[[255, 0]], [[0, 255]], [[51, 102]]]);
  expect([...torsh.toImageData(torsh.fromImageData(pixels, { channels: 4 })).data]).toEqual([...pixels.data]);
  expect([...torsh.toImageData(t).data]).toEqual([255, 0, 51, 255, 0, 255, 102, 255]);
  expect([...torsh.toImageData(torsh.tensor([[0.5]])).data]).toEqual([128, 128, 128, 255]);
  expect(torsh.fromImageData(pixels, { channels: 1 }).shape).toEqual([1, 1, 2]);
  expect(() => torsh.fromImageData({ ...pixels, height: 1e9 })).toThrow(/8 bytes are no 2 x 1000000000 pixels/);
  expect(() => torsh.toImageData(torsh.ones(2, 1, 1))).toThrow(torsh.TorshError);
});
