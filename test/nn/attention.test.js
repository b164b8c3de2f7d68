// Attention: blocks against plain products, heads, masks; transformers. Numbers against PyTorch are in the goldens.
const torsh = require('torsh');
const { values, difference } = require('../support/numbers');
const { scoped } = require('../support/scoped');

const { nn } = torsh;
const F = nn.functional;
const close = (a, b, tolerance = 2e-5) => expect(difference(values(a), values(b), tolerance)).toBe(null);

function plain(q, k, v, { mask = null, causal = false, scale = 1 / Math.sqrt(q.shape.at(-1)) } = {}) {
  let s = q.matmul(k.transpose(-2, -1)).mul(scale);
  if (causal) s = s.maskedFill(torsh.arange(s.shape.at(-2)).unsqueeze(1).lt(torsh.arange(s.shape.at(-1))), -Infinity);
  if (mask) s = mask.dtype === 'bool' ? s.maskedFill(mask.logicalNot(), -Infinity) : s.add(mask);
  return s.softmax(-1).matmul(v);
}

function compare(q, k, v, options, plainOptions, heads = (t) => t) {
  const leaves = [q, k, v].map((t) => t.requiresGrad_(true));
  const got = F.scaledDotProductAttention(q, k, v, options);
  const want = plain(q, heads(k), heads(v), plainOptions);
  close(got, want);
  const weights = torsh.cos(torsh.arange(got.numel()).to(q.dtype)).reshape(got.shape);
  const grads = (y) => torsh.autograd.grad(y, leaves, { gradOutputs: weights });
  const wanted = grads(want);
  grads(got).forEach((g, i) => close(g, wanted[i], 1e-4));
}
const three = (...sizes) => sizes.map((size) => torsh.randn(size, { dtype: 'float64' }));

test('sequences of many blocks', scoped(() => {
  torsh.manualSeed(0);
  compare(...three([2, 130, 8], [2, 530, 8], [2, 530, 4]));
  compare(...three([1, 200, 4], [1, 300, 4], [1, 300, 4]), { isCausal: true }, { causal: true });
  compare(...three([300, 4], [200, 4], [200, 4]), { isCausal: true, scale: 0.1 }, { causal: true, scale: 0.1 });
}));

test('masks of booleans and numbers, broadcast', scoped(() => {
  torsh.manualSeed(1);
  const mask = torsh.rand(70, 90).gt(0.4).logicalOr(torsh.arange(90).eq(0));
  compare(...three([2, 3, 70, 4], [2, 3, 90, 4], [2, 3, 90, 4]), { attnMask: mask }, { mask });
  const added = torsh.randn(2, 1, 1, 90, { dtype: 'float64' });
  compare(...three([2, 3, 70, 4], [2, 3, 90, 4], [2, 3, 90, 4]), { attnMask: added }, { mask: added });
}));

test('several heads of query share one of key and value', scoped(() => {
  const shared = (t) => t.unsqueeze(-3).expand(2, 2, 3, 5, 4).reshape(2, 6, 5, 4);
  compare(...three([2, 6, 7, 4], [2, 2, 5, 4], [2, 2, 5, 4]), { enableGqa: true }, {}, shared);
}));

test('heads as transposed views need no copies to be right', scoped(() => {
  const [q, k, v] = three([2, 9, 3, 4], [2, 9, 3, 4], [2, 9, 3, 4]).map((t) => t.transpose(1, 2));
  close(F.scaledDotProductAttention(q, k, v), plain(q, k, v), 1e-12);
}));

test('a query without keys gives 0, and so does its gradient', scoped(() => {
  const [q, k, v] = three([2, 4], [3, 4], [3, 4]).map((t) => t.requiresGrad_(true));
  const mask = torsh.tensor([[true, true, false], [false, false, false]]);
  const out = F.scaledDotProductAttention(q, k, v, mask);
  expect(out.tolist()[1]).toEqual([0, 0, 0, 0]);
  out.sum().backward();
  expect(q.grad.tolist()[1]).toEqual([0, 0, 0, 0]);
  expect(values(k.grad).every(Number.isFinite)).toBe(true);
}));

test('MultiheadAttention: weights are averaged or by head, paddings take nothing', scoped(() => {
  torsh.manualSeed(2);
  const mha = new nn.MultiheadAttention(8, 2, { batchFirst: true });
  expect(Object.keys(mha.stateDict())).toEqual(['in_proj_weight', 'in_proj_bias', 'out_proj.weight', 'out_proj.bias']);
  const x = torsh.randn(2, 5, 8);
  const keyPaddingMask = torsh.tensor([[false, false, false, true, true], [false, false, false, false, false]]);
  const [out, weights] = mha(x, x, x, { keyPaddingMask });
  expect([out.shape, weights.shape]).toEqual([[2, 5, 8], [2, 5, 5]]);
  expect(weights.select(0, 0).narrow(1, 3, 2).abs().max().item()).toBe(0);
  close(mha(x, x, x, { keyPaddingMask, averageAttnWeights: false })[1].mean(1), weights, 1e-6);
  const [same, none] = mha(x, x, x, { keyPaddingMask, needWeights: false });
  expect(none).toBe(null);
  close(same, out, 1e-6);
  close(mha(x.select(0, 1), x.select(0, 1), x.select(0, 1))[0], out.select(0, 1), 1e-6);
  expect(() => mha(x, x, x, { attnMask: torsh.ones(4, 5).bool() })).toThrow('The shape of the 2D attn_mask is [4, 5], but should be [5, 5].');
  expect(() => new nn.MultiheadAttention(8, 3)).toThrow('embed_dim must be divisible by num_heads');
}));

test('a transformer whose target is masked does not look ahead', scoped(() => {
  torsh.manualSeed(3);
  const model = new nn.Transformer({ dModel: 8, nhead: 2, numEncoderLayers: 1, numDecoderLayers: 2, dimFeedforward: 16, batchFirst: true });
  model.eval();
  const src = torsh.randn(1, 3, 8), tgt = torsh.randn(1, 4, 8), other = torsh.cat([tgt.narrow(1, 0, 3), torsh.randn(1, 1, 8)], 1);
  const tgtMask = nn.Transformer.generateSquareSubsequentMask(4);
  expect(tgtMask.tolist()[1]).toEqual([0, 0, -Infinity, -Infinity]);
  const [a, b] = [tgt, other].map((t) => model(src, t, { tgtMask }));
  close(a.narrow(1, 0, 3), b.narrow(1, 0, 3), 1e-6);
  expect(difference(values(a.select(1, 3)), values(b.select(1, 3)), 1e-3)).not.toBe(null);
  expect(() => model(src, torsh.randn(2, 4, 8))).toThrow('the batch number of src and tgt must be equal');
  expect(new Set([...model.decoder.layers].map((layer) => layer.linear1.weight)).size).toBe(2);
}));
