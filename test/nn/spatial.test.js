// Spatial layers beyond golden values: what they print (PyTorch 1.13's text), results of several tensors, shapes learnt late.
const torsh = require('torsh');
const { scoped } = require('../support/scoped');

const { nn } = torsh;
const F = nn.functional;

test('layers print as in PyTorch', scoped(() => {
  const printed = [
    [new nn.ConvTranspose2d(4, 6, 3, { stride: 2, padding: 1, outputPadding: 1, groups: 2, bias: false, dilation: 2 }),
      'ConvTranspose2d(4, 6, kernel_size=(3, 3), stride=(2, 2), padding=(1, 1), dilation=(2, 2), output_padding=(1, 1), groups=2, bias=False)'],
    [new nn.LazyConv2d(3, 2), 'LazyConv2d(0, 3, kernel_size=(2, 2), stride=(1, 1))'],
    [new nn.AdaptiveAvgPool2d([null, 3]), 'AdaptiveAvgPool2d(output_size=(None, 3))'],
    [new nn.AdaptiveMaxPool2d(3, true), 'AdaptiveMaxPool2d(output_size=3)'],
    [new nn.ConstantPad2d(1, 2.5), 'ConstantPad2d(padding=(1, 1, 1, 1), value=2.5)'],
    [new nn.ReplicationPad1d([1, 2]), 'ReplicationPad1d((1, 2))'],
    [new nn.Fold([4, 5], 2), 'Fold(output_size=(4, 5), kernel_size=2, dilation=1, padding=0, stride=1)'],
    [new nn.Upsample({ scaleFactor: [2, 1.5] }), 'Upsample(scale_factor=(2.0, 1.5), mode=nearest)'],
    [new nn.UpsamplingBilinear2d({ size: 3 }), 'UpsamplingBilinear2d(size=3, mode=bilinear)'],
    [new nn.EmbeddingBag(5, 3, { maxNorm: 2, normType: 1, mode: 'sum', paddingIdx: 1 }), 'EmbeddingBag(5, 3, max_norm=2, norm_type=1.0, mode=sum, padding_idx=1)'],
    [new nn.LPPool2d(1.5, 3, { stride: 2, ceilMode: true }), 'LPPool2d(norm_type=1.5, kernel_size=3, stride=2, ceil_mode=True)'],
    [new nn.MaxUnpool2d([2, 3], { stride: 2, padding: [0, 1] }), 'MaxUnpool2d(kernel_size=(2, 3), stride=(2, 2), padding=(0, 1))'],
    [new nn.LocalResponseNorm(3), 'LocalResponseNorm(3, alpha=0.0001, beta=0.75, k=1.0)'],
  ];
  for (const [layer, text] of printed) expect(String(layer)).toBe(text);
}));

test('returnIndices gives both by place and by name, and max_unpool takes them back', scoped(() => {
  const x = torsh.tensor([[[1, 5, 2, 3], [4, 0, 7, 6]]]);
  for (const pool of [torsh.maxPool2d, F.maxPool2d]) {
    const pooled = pool(x, 2, { returnIndices: true });
    expect(pooled).toHaveLength(2);
    expect(pooled.output).toBe(pooled[0]);
    expect(pooled.indices.tolist()).toEqual([[[1, 6]]]);
    expect(F.maxUnpool2d(pooled.output, pooled.indices, 2).tolist()).toEqual([[[0, 5, 0, 0], [0, 0, 7, 0]]]);
  }
  expect(F.maxPool2d(x, 2).tolist()).toEqual([[[5, 7]]]);
  expect(F.adaptiveMaxPool2d(x, 1, true)[1].tolist()).toEqual([[[6]]]);
}));

test('the generator decides the places of fractional pooling, as in PyTorch', scoped(() => {
  torsh.manualSeed(3);
  const y = F.fractionalMaxPool2d(torsh.arange(64).float().view(1, 1, 8, 8), 2, 3);
  expect(y.tolist()).toEqual([[[[9, 12, 15], [33, 36, 39], [57, 60, 63]]]]);
}));

test('depthwise convolution equals one of each channel', scoped(() => {
  torsh.manualSeed(0);
  for (const options of [{ padding: 1 }, { padding: 2, stride: 2, dilation: 2 }, { stride: [1, 3] }]) {
    const x = torsh.randn(2, 5, 11, 37).requiresGrad_();
    const w = torsh.randn(10, 1, 3, 3).requiresGrad_();
    const whole = F.conv2d(x, w, null, { ...options, groups: 5 });
    const parts = torsh.cat(Array.from({ length: 5 }, (_, c) => F.conv2d(x.narrow(1, c, 1), w.narrow(0, 2 * c, 2), null, options)), 1);
    expect(torsh.allclose(whole, parts, { atol: 1e-5 })).toBe(true);
    const g = torsh.randn(whole.shape);
    const [a, b] = [whole, parts].map((y) => torsh.autograd.grad(y.mul(g).sum(), [x, w]));
    a.forEach((t, i) => expect(torsh.allclose(t, b[i], { atol: 1e-4 })).toBe(true));
  }
}));

test('lazy convolutions become plain ones at their first input', scoped(() => {
  const conv = new nn.LazyConv2d(3, 2, { bias: false });
  const [weight] = conv.parameters();
  expect(weight).toBeInstanceOf(nn.UninitializedParameter);
  expect(conv(torsh.randn(2, 4, 5, 5)).shape).toEqual([2, 3, 4, 4]);
  expect([conv.constructor.name, conv.inChannels, conv.weight === weight]).toEqual(['Conv2d', 4, true]);
  const copy = torsh.deepcopy(new nn.LazyConvTranspose1d(4, 3, { groups: 2 }).to('float64'));
  expect(copy({ input: torsh.randn(2, 6, 3, { dtype: 'float64' }) }).shape).toEqual([2, 4, 5]);
  const loaded = new nn.LazyConv2d(3, 2, { bias: false });
  loaded.loadStateDict(conv.stateDict());
  expect(loaded(torsh.ones(1, 4, 2, 2)).tolist()).toEqual(conv(torsh.ones(1, 4, 2, 2)).tolist());
  expect(() => new nn.LazyConv1d(3, 2)(torsh.randn(4))).toThrow('LazyConv1d: Expected 2D (unbatched) or 3D (batched) input to LazyConv1d, but got input of size: [4]');
}));

test('a transposed convolution finds the padding for the size asked for', scoped(() => {
  const conv = new nn.ConvTranspose2d(2, 3, 3, { stride: 2 });
  expect(conv(torsh.randn(1, 2, 4, 4), [10, 9]).shape).toEqual([1, 3, 10, 9]);
  expect(conv(torsh.randn(2, 4, 4), { outputSize: [3, 9, 10] }).shape).toEqual([3, 9, 10]);
  expect(() => conv(torsh.randn(1, 2, 4, 4), [20, 20]))
    .toThrow('requested an output size of [20, 20], but valid sizes range from [9, 9] to [10, 10] (for an input of [4, 4])');
}));

test('a bag over a given table, frozen unless told otherwise', scoped(() => {
  const table = torsh.tensor([[1, 2], [3, 4], [5, 6]]);
  const bag = nn.EmbeddingBag.fromPretrained(table, { mode: 'sum', paddingIdx: 1 });
  expect(bag.weight.requiresGrad).toBe(false);
  expect(bag(torsh.tensor([0, 1, 2, 2], { dtype: 'int64' }), torsh.tensor([0, 2], { dtype: 'int64' })).tolist()).toEqual([[1, 2], [10, 12]]);
  expect(() => new nn.EmbeddingBag(3, 2, { sparse: true })).toThrow('sparse gradients are not supported');
}));

test('torsh.embedding and torsh.embeddingBag take the table first', scoped(() => {
  const table = torsh.arange(15).float().view(5, 3);
  const indices = torsh.tensor([1, 2, 4, 1, 2], { dtype: 'int64' });
  const offsets = torsh.tensor([0, 2, 2], { dtype: 'int64' });
  expect(torsh.embedding(table, indices).tolist()).toEqual(F.embedding(indices, table).tolist());
  const numbers = (list) => list.map((t) => t.tolist().map((row) => (Array.isArray(row) ? row.map(Number) : Number(row))));
  // What PyTorch 1.13 gives beside the output.
  expect(numbers(torsh.embeddingBag(table, indices, offsets).slice(1))).toEqual([[0, 0, 2, 2, 2], [0, 0, 0], [0, 0, 0]]);
  expect(numbers(torsh.embeddingBag(table, indices, offsets, { mode: 1, paddingIdx: 1 }).slice(1))).toEqual([[0, 0, 2, 2, 2], [1, 0, 2], [1, 0, 2]]);
  const [output, , sizes, rows] = torsh.embeddingBag(table, indices, offsets, false, 2, false, null, false, -1);
  expect(numbers([sizes, rows])).toEqual([[2, 0, 2], [[2, 2, 2], [0, 0, 0], [2, 2, 2]]]);
  expect(output.tolist()).toEqual([[6, 7, 8], [0, 0, 0], [6, 7, 8]]);
}));
