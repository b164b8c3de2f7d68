// Convolutions of all kinds against plain loops: each way that the core takes (points, whole inputs, strips, Winograd's tiles, few results,
// taps that never reach the input), with its two gradients, on one thread and two. Max pooling likewise.
const torsh = require('torsh');
const { scoped } = require('../support/scoped');

const F = torsh.nn.functional;
const threads = torsh.getNumThreads();
afterAll(() => torsh.setNumThreads(threads));

const numbers = (t) => Float64Array.from(t.detach().double().flatten().tolist());
const three = (list, fill) => [...Array(3 - list.length).fill(fill), ...list];

/** conv of (N, C, D, H, W) by its definition. */
function plain(x, w, b, { input, weight, stride, padding, dilation, groups }) {
  const [N, C, ...I] = input;
  const [O, cg, ...K] = weight;
  const out = I.map((n, d) => Math.floor((n + 2 * padding[d] - dilation[d] * (K[d] - 1) - 1) / stride[d]) + 1);
  const y = new Float64Array(N * O * out[0] * out[1] * out[2]);
  let p = 0;
  for (let n = 0; n < N; n++) for (let o = 0; o < O; o++) {
    const first = Math.floor(o / (O / groups)) * cg;
    for (let z = 0; z < out[0]; z++) for (let r = 0; r < out[1]; r++) for (let q = 0; q < out[2]; q++, p++) {
      let sum = b ? b[o] : 0;
      for (let c = 0; c < cg; c++) for (let k = 0; k < K[0]; k++) {
        const iz = z * stride[0] - padding[0] + k * dilation[0];
        if (iz < 0 || iz >= I[0]) continue;
        for (let i = 0; i < K[1]; i++) {
          const iy = r * stride[1] - padding[1] + i * dilation[1];
          if (iy < 0 || iy >= I[1]) continue;
          for (let j = 0; j < K[2]; j++) {
            const ix = q * stride[2] - padding[2] + j * dilation[2];
            if (ix < 0 || ix >= I[2]) continue;
            sum += w[(((o * cg + c) * K[0] + k) * K[1] + i) * K[2] + j] * x[(((n * C + first + c) * I[0] + iz) * I[1] + iy) * I[2] + ix];
          }
        }
      }
      y[p] = sum;
    }
  }
  return y;
}

function expectClose(got, want, tolerance) {
  expect(got.length).toBe(want.length);
  let worst = 0, scale = 1;
  for (let i = 0; i < want.length; i++) {
    const error = Math.abs(got[i] - want[i]);
    if (!(error <= worst)) worst = error;
    scale = Math.max(scale, Math.abs(want[i]));
  }
  expect(worst).toBeLessThanOrEqual(tolerance * scale);
}

/** Sum of products, and how large its rounding errors may be. */
function dot(a, b) {
  let sum = 0, squares = 0;
  for (let i = 0; i < a.length; i++) {
    sum += a[i] * b[i];
    squares += (a[i] * b[i]) ** 2;
  }
  return [sum, Math.sqrt(squares) + 1];
}

/** The forward values, and both gradients through <g, conv(u, w)> = <gradient of the input, u> for a random u, and so for the weight. */
function check({ input, weight, stride = 1, padding = 0, dilation = 1, groups = 1, bias = true, dtype = torsh.float32, make = (x) => x }) {
  const n = input.length - 2;
  const list = (v) => (Array.isArray(v) ? v : Array(n).fill(v));
  const shape = {
    input: [...input.slice(0, 2), ...three(input.slice(2), 1)], weight: [...weight.slice(0, 2), ...three(weight.slice(2), 1)],
    stride: three(list(stride), 1), padding: three(list(padding), 0), dilation: three(list(dilation), 1), groups,
  };
  const tolerance = dtype === torsh.float64 ? 1e-13 : 5e-6;
  const x = make(torsh.randn(input, { dtype })).detach().requiresGrad_(true);
  const w = torsh.randn(weight, { dtype }).requiresGrad_(true);
  const b = bias ? torsh.randn([weight[0]], { dtype }).requiresGrad_(true) : null;
  const y = F[`conv${n}d`](x, w, b, { stride, padding, dilation, groups });
  expectClose(numbers(y), plain(numbers(x), numbers(w), b && numbers(b), shape), tolerance);
  const g = torsh.randn(y.shape, { dtype });
  y.backward(g);
  for (const [leaf, other, swap] of [[x, w, false], [w, x, true]]) {
    const u = torsh.randn(leaf.shape, { dtype });
    const moved = swap ? plain(numbers(other), numbers(u), null, shape) : plain(numbers(u), numbers(other), null, shape);
    const [want, scale] = dot(moved, numbers(g));
    const [got] = dot(numbers(u), numbers(leaf.grad));
    expect(Math.abs(got - want)).toBeLessThanOrEqual(20 * tolerance * scale);
  }
  if (b) expectClose(numbers(b.grad), numbers(g.sum([0, ...Array.from({ length: n }, (_, d) => d + 2)])), tolerance);
}

const cases = {
  'points, whole panels and rests': [
    { input: [2, 5, 8, 8], weight: [7, 5, 1, 1] }, { input: [1, 40, 7, 7], weight: [30, 40, 1, 1] }, { input: [2, 6, 33], weight: [8, 3, 1], groups: 2 },
    { input: [1, 300, 5, 5], weight: [9, 300, 1, 1], bias: false }, { input: [3, 4, 9, 11], weight: [4, 1, 1, 1], groups: 4 },
  ],
  'points with stride or padding': [{ input: [2, 5, 9, 8], weight: [6, 5, 1, 1], stride: 2 }, { input: [1, 3, 6, 6], weight: [4, 3, 1, 1], padding: 2, stride: [3, 1] }],
  'one window': [{ input: [5, 6, 4, 3], weight: [7, 6, 4, 3] }, { input: [2, 6, 5, 5], weight: [4, 3, 5, 5], groups: 2 }],
  'strips in one, two and three dims': [
    { input: [2, 5, 700], weight: [4, 5, 9], padding: 4 }, { input: [1, 3, 3000], weight: [20, 3, 5], stride: 2 }, { input: [2, 7, 40, 57], weight: [5, 7, 5, 3], padding: [2, 1] },
    { input: [1, 2, 6, 9, 11], weight: [5, 2, 3, 3, 3], padding: 1 }, { input: [2, 4, 7, 8, 9], weight: [6, 2, 2, 3, 1], stride: [2, 1, 3], groups: 2 },
  ],
  'strides, dilations and uneven rests': [
    { input: [2, 3, 31, 45], weight: [8, 3, 7, 7], stride: 2, padding: 3 }, { input: [1, 6, 20, 22], weight: [9, 6, 3, 3], stride: [3, 2], padding: [0, 2], dilation: [2, 3] },
    { input: [1, 2, 19, 23], weight: [3, 2, 4, 2], stride: [4, 5], dilation: [2, 4], padding: [3, 1] }, { input: [2, 4, 17, 30], weight: [5, 4, 2, 5], stride: 6 },
  ],
  'few channels a group': [
    { input: [2, 6, 30, 29], weight: [6, 1, 3, 3], padding: 1, groups: 6 }, { input: [2, 6, 30, 29], weight: [12, 1, 5, 5], padding: 2, stride: 2, groups: 6 },
    { input: [1, 3, 12, 70], weight: [3, 1, 3, 3], groups: 3, dilation: 2, stride: [1, 2] },
    { input: [2, 3, 14, 14], weight: [3, 1, 3, 3], padding: 1, groups: 3 }, { input: [3, 4, 7, 7], weight: [4, 1, 3, 3], padding: 1, groups: 4 }, { input: [1, 2, 300, 17], weight: [2, 1, 3, 3], padding: 1, groups: 2 },
    { input: [2, 6, 5, 20], weight: [6, 2, 3, 3], groups: 3 }, { input: [2, 5, 8, 3], weight: [10, 1, 7, 2], padding: [3, 0], groups: 5 }, { input: [2, 3, 150], weight: [6, 1, 4], groups: 3 },
    { input: [1, 2, 5, 6, 9], weight: [2, 1, 3, 3, 3], padding: 1, groups: 2 }, { input: [1, 4, 9, 11], weight: [1, 4, 3, 3], padding: 2 },
  ],
  'whole planes, of every width of vectors': [
    { input: [1, 16, 7, 7], weight: [16, 1, 3, 3], padding: 1, groups: 16 }, { input: [1, 16, 6, 8], weight: [32, 1, 3, 3], padding: 1, groups: 16, stride: 2 },
    { input: [3, 6, 14, 13], weight: [6, 1, 3, 3], padding: 1, groups: 6 }, { input: [2, 9, 4, 34], weight: [9, 1, 3, 3], padding: 1, groups: 9, stride: 2, bias: false },
    { input: [1, 16, 2, 40], weight: [16, 1, 3, 3], padding: 1, groups: 16 }, { input: [1, 16, 40, 14], weight: [16, 1, 3, 3], padding: 1, groups: 16, stride: 2 },
    { input: [1, 17, 3, 1300], weight: [17, 1, 3, 3], padding: 1, groups: 17 }, { input: [16, 1, 20, 640], weight: [1, 1, 3, 3], padding: 1, stride: 2 },
  ],
  'tiles, of even and odd sizes': [
    { input: [2, 17, 24, 27], weight: [19, 17, 3, 3], padding: 1 }, { input: [1, 16, 31, 23], weight: [16, 16, 3, 3] }, { input: [1, 16, 24, 24], weight: [20, 16, 3, 3], padding: 2 },
    { input: [9, 32, 8, 8], weight: [16, 32, 3, 3], padding: 1 }, { input: [1, 16, 7, 330], weight: [16, 16, 3, 3], padding: 1 }, { input: [1, 34, 24, 23], weight: [40, 17, 3, 3], padding: [1, 0], groups: 2 },
  ],
  'many images of few results': [{ input: [12, 9, 5, 4], weight: [10, 9, 3, 3], padding: 1 }, { input: [6, 70, 3, 3], weight: [11, 70, 3, 3], padding: 1, bias: false }],
  'taps that never reach the input': [
    { input: [2, 3, 5, 6], weight: [4, 3, 3, 3], dilation: 9, padding: 9 }, { input: [1, 2, 4], weight: [3, 2, 5], dilation: 1000000, padding: 2000000 },
    { input: [2, 2, 3, 3], weight: [2, 2, 2, 1], stride: 20, padding: [9, 0], dilation: 5 }, { input: [1, 3, 2, 2], weight: [3, 3, 2, 2], stride: 7, padding: 6 },
  ],
};

for (const [name, list] of Object.entries(cases)) {
  test.each([1, 2])(`${name} (%i threads)`, (n) => {
    torsh.setNumThreads(n);
    torsh.manualSeed(7);
    for (const one of list) scoped(() => check(one))();
    scoped(() => check({ ...list[0], dtype: torsh.float64 }))();
  });
}

test('an infinity at the end of a row reaches what its taps see, and nothing else', scoped(() => {
  for (const width of [9, 5, 21]) {
    const x = torsh.ones([1, 2, 6, width]), w = torsh.ones([2, 1, 3, 3]).requiresGrad_(true);
    x.select(1, 0).select(1, 2).select(1, width - 1).fill_(Infinity);
    const y = F.conv2d(x, w, null, { groups: 2 });
    y.sum().backward();
    const [hit, spared] = w.grad.tolist(), windows = 4 * (width - 2);
    expect(hit[0]).toEqual([0, 1, 2].map(() => [windows, windows, Infinity]));
    expect(spared[0]).toEqual([0, 1, 2].map(() => [windows, windows, windows]));
    expect(y.tolist()[0][0]).toEqual([0, 1, 2, 3].map((row) => Array.from({ length: width - 2 }, (_, i) => (i === width - 3 && row < 3 ? Infinity : 9))));
  }
}));

test('an infinity at an edge of a whole plane stays in it', scoped(() => {
  for (const stride of [1, 2]) for (const width of [4, 10, 24, 50]) {
    const x = torsh.ones([1, 16, 6, width]), w = torsh.ones([16, 1, 3, 3]);
    x.select(1, 3).select(1, 3).select(1, width - 1).fill_(Infinity);
    x.select(1, 5).select(1, 2).select(1, 0).fill_(Infinity);
    const y = F.conv2d(x, w, null, { groups: 16, padding: 1, stride }).isinf().sum([0, 2, 3]).tolist().map(Number), end = stride === 1 ? 6 : 2, start = stride === 1 ? 6 : 1;
    expect(y).toEqual(y.map((_, channel) => (channel === 3 ? end : channel === 5 ? start : 0)));
  }
}));

test('channels last, transposed and cut inputs', scoped(() => {
  torsh.manualSeed(3);
  check({ input: [2, 16, 24, 22], weight: [17, 16, 3, 3], padding: 1, make: (x) => x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2) });
  check({ input: [2, 5, 9, 9], weight: [4, 5, 1, 1], make: (x) => x.transpose(2, 3) });
  check({ input: [1, 4, 10, 12], weight: [4, 2, 3, 3], groups: 2, stride: 2, make: (x) => torsh.cat([x, x], 3).narrow(3, 6, 12) });
}));

test('a transposed convolution is the gradient of one, output padding included', scoped(() => {
  torsh.manualSeed(4);
  for (const [input, weight, options] of [
    [[2, 6, 7, 9], [6, 2, 3, 4], { stride: [2, 3], padding: 1, outputPadding: [1, 2], groups: 2 }], [[1, 20, 24, 24], [20, 18, 3, 3], { padding: 1 }],
    [[1, 3, 6, 5], [3, 4, 1, 1], { dilation: 2, outputPadding: 1 }], [[2, 3, 11], [3, 5, 4], { stride: 5, padding: 2 }],
  ]) {
    const conv = { ...options };
    delete conv.outputPadding;
    const n = input.length - 2;
    const x = torsh.randn(input, { dtype: torsh.float64 }), w = torsh.randn(weight, { dtype: torsh.float64 });
    const y = F[`convTranspose${n}d`](x, w, null, options);
    const u = torsh.randn(y.shape, { dtype: torsh.float64 });
    let back = F[`conv${n}d`](u, w, null, conv);
    for (let d = 2; d < n + 2; d++) back = back.narrow(d, 0, input[d]); // windows that output padding leaves out
    expect(y.mul(u).sum().item()).toBeCloseTo(x.mul(back).sum().item(), 7);
  }
}));

test('convolutions of nothing: no images, no channels, windows of padding alone', scoped(() => {
  expect(F.conv2d(torsh.randn(0, 3, 8, 8), torsh.randn(4, 3, 3, 3), torsh.randn(4)).shape).toEqual([0, 4, 6, 6]);
  const w = torsh.randn(2, 3, 1, 1).requiresGrad_(true);
  const x = torsh.randn(1, 3, 1, 1).requiresGrad_(true);
  const y = F.conv2d(x, w, torsh.tensor([1, 2]), { padding: 1, stride: 3 }); // its one window lies in the padding
  expect(y.tolist()).toEqual([[[[1]], [[2]]]]);
  y.sum().backward();
  expect(w.grad.abs().sum().item() + x.grad.abs().sum().item()).toBe(0);
}));

test('max pooling against plain loops: ties, NaN, infinities, all strides', scoped(() => {
  torsh.manualSeed(5);
  for (const dtype of [torsh.float32, torsh.float64, torsh.int64]) {
    for (const [height, width, kernel, stride, padding, dilation] of [[9, 40, 3, 2, 1, 1], [6, 13, 2, 2, 0, 1], [8, 150, 3, 1, 1, 1], [7, 31, 2, 3, 1, 1], [12, 12, 3, 2, 1, 3], [3, 5, 3, 1, 1, 2], [4, 9, 1, 2, 0, 1]]) {
      const x = torsh.randint(-4, 5, [2, height, width]).to(dtype); // few values: many ties
      if (dtype !== torsh.int64) {
        const one = (c, r, q) => x.narrow(0, c, 1).narrow(1, r, 1).narrow(2, q, 1);
        one(0, 1, 2).fill_(NaN);
        one(1, 2, 3).fill_(Infinity);
        x.narrow(0, 1, 1).narrow(2, 0, 2).fill_(-Infinity);
      }
      const values = x.tolist();
      const { output, indices } = F.maxPool2dWithIndices(x, kernel, { stride, padding, dilation });
      const [, rows, cols] = output.shape;
      const want = [], places = [];
      for (let c = 0; c < 2; c++) for (let r = 0; r < rows; r++) for (let q = 0; q < cols; q++) {
        let best = -Infinity, at = -1;
        for (let i = 0; i < kernel; i++) for (let j = 0; j < kernel; j++) {
          const iy = r * stride - padding + i * dilation, ix = q * stride - padding + j * dilation;
          if (iy < 0 || iy >= height || ix < 0 || ix >= width) continue;
          const v = values[c][iy][ix];
          if (at < 0 || v > best || Number.isNaN(v)) [best, at] = [v, iy * width + ix];
        }
        want.push(best);
        places.push(at);
      }
      expect(output.flatten().tolist()).toEqual(want);
      expect(indices.flatten().tolist()).toEqual(places);
    }
  }
}));
