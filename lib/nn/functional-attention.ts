/** Attention of several heads, with its projections. */
import { bind, signature } from '../bind';
import { isTensor, type Tensor } from '../tensor';
import * as ops from '../gen/ops';
import { fail } from './common';

/** The form of PyTorch 1.13, with the weights: [output, weights]. */
export { _scaledDotProductAttention } from '../gen/ops';

const NAME = 'multiHeadAttentionForward';
const sig = signature(NAME, 'query, key, value, embedDimToCheck, numHeads, inProjWeight, inProjBias, biasK, biasV, addZeroAttn, dropoutP, outProjWeight, outProjBias, ' +
  'training=true, keyPaddingMask=null, needWeights=true, attnMask=null, useSeparateProjWeight=false, qProjWeight=null, kProjWeight=null, vProjWeight=null, ' +
  'staticK=null, staticV=null, averageAttnWeights=true, isCausal=false');

export interface MultiHeadAttentionOptions {
  training?: boolean;
  keyPaddingMask?: Tensor | null;
  needWeights?: boolean;
  attnMask?: Tensor | null;
  useSeparateProjWeight?: boolean;
  qProjWeight?: Tensor | null;
  kProjWeight?: Tensor | null;
  vProjWeight?: Tensor | null;
  staticK?: Tensor | null;
  staticV?: Tensor | null;
  averageAttnWeights?: boolean;
  isCausal?: boolean;
}

const same = (a: readonly number[], b: readonly number[]): boolean => a.length === b.length && a.every((n, i) => n === b[i]);
const shape = (t: Tensor): number[] => Array.from(t.shape);
const text = (sizes: readonly number[]): string => `[${sizes.join(', ')}]`;
const isFloat = (t: Tensor): boolean => t.dtype.includes('float');

function isBatched(query: Tensor, key: Tensor, value: Tensor, padding: Tensor | null, mask: Tensor | null, heads: number): boolean {
  const n = query.ndim;
  if (n !== 2 && n !== 3) fail(NAME, `query should be unbatched 2D or batched 3D tensor but received ${n}-D query tensor`, 'ERR_SHAPE');
  const kind = n === 3 ? 'batched (3-D)' : 'unbatched (2-D)';
  if (key.ndim !== n || value.ndim !== n) fail(NAME, `For ${kind} \`query\`, expected \`key\` and \`value\` to be ${n}-D but found ${key.ndim}-D and ${value.ndim}-D tensors respectively`, 'ERR_SHAPE');
  if (padding && padding.ndim !== n - 1) fail(NAME, `For ${kind} \`query\`, expected \`key_padding_mask\` to be \`None\` or ${n - 1}-D but found ${padding.ndim}-D tensor instead`, 'ERR_SHAPE');
  if (mask && mask.ndim !== 2 && mask.ndim !== 3) fail(NAME, `For ${kind} \`query\`, expected \`attn_mask\` to be \`None\`, 2-D or 3-D but found ${mask.ndim}-D tensor instead`, 'ERR_SHAPE');
  if (mask && n === 2 && mask.ndim === 3 && !same(mask.shape, [heads, query.shape[0], key.shape[0]])) {
    fail(NAME, `Expected \`attn_mask\` shape to be ${text([heads, query.shape[0], key.shape[0]])} but got ${text(mask.shape)}`, 'ERR_SHAPE');
  }
  return n === 3;
}

/** Booleans say what to leave out, numbers are added. */
function additive(mask: Tensor, like: Tensor): Tensor {
  return mask.dtype === 'bool' ? ops.zerosLike(mask, { dtype: like.dtype }).maskedFill(mask, -Infinity) : mask;
}

/** One more key, which nothing masks. */
function widen(mask: Tensor | null): Tensor | null {
  if (!mask) return null;
  const sizes = shape(mask);
  sizes[sizes.length - 1] = 1;
  return ops.cat([mask, mask.newZeros(sizes)], mask.ndim - 1);
}

/** query (L, N, E), key and value (S, N, E), or without N: [attention of numHeads heads (L, N, E), weights (N, L, S) or null]. */
export function multiHeadAttentionForward(
  query: Tensor, key: Tensor, value: Tensor, embedDimToCheck: number, numHeads: number, inProjWeight: Tensor | null, inProjBias: Tensor | null, biasK: Tensor | null, biasV: Tensor | null,
  addZeroAttn: boolean, dropoutP: number, outProjWeight: Tensor, outProjBias: Tensor | null, options?: MultiHeadAttentionOptions,
): [Tensor, Tensor | null];
export function multiHeadAttentionForward(...args: unknown[]): [Tensor, Tensor | null] {
  const values = bind(sig, args);
  let [query, key, value] = values as [Tensor, Tensor, Tensor];
  const [, , , embedDim, heads, inWeight, inBias, biasK, biasV, addZero, p, outWeight, outBias, training] = values as
    [unknown, unknown, unknown, number, number, Tensor | null, Tensor | null, Tensor | null, Tensor | null, boolean, number, Tensor, Tensor | null, boolean];
  let [padding, , mask] = values.slice(14) as [Tensor | null, boolean, Tensor | null];
  const [, needWeights, , separate, qWeight, kWeight, vWeight, staticK, staticV, average, causal] = values.slice(14) as
    [unknown, boolean, unknown, boolean, Tensor | null, Tensor | null, Tensor | null, Tensor | null, Tensor | null, boolean, boolean];
  for (const [name, t] of [['query', query], ['key', key], ['value', value]] as const) if (!isTensor(t)) fail(NAME, `argument '${name}' must be a Tensor`);
  const batched = isBatched(query, key, value, padding, mask, heads);
  if (!batched) {
    [query, key, value] = [query.unsqueeze(1), key.unsqueeze(1), value.unsqueeze(1)];
    if (padding) padding = padding.unsqueeze(0);
  }
  const [targets, batch, width] = query.shape;
  let sources = key.shape[0];
  if (padding && padding.dtype !== 'bool' && !isFloat(padding)) fail(NAME, 'only bool and floating types of key_padding_mask are supported');
  if (width !== embedDim) fail(NAME, `was expecting embedding dimension of ${embedDim}, but got ${width}`, 'ERR_SHAPE');
  const each = Math.floor(embedDim / heads);
  if (each * heads !== embedDim) fail(NAME, `embed_dim ${embedDim} not divisible by num_heads ${heads}`);
  if (separate && !same(shape(key).slice(0, 2), shape(value).slice(0, 2))) fail(NAME, `key's sequence and batch dims ${text(shape(key).slice(0, 2))} do not match value's ${text(shape(value).slice(0, 2))}`, 'ERR_SHAPE');
  if (!separate && !same(key.shape, value.shape)) fail(NAME, `key shape ${text(key.shape)} does not match value shape ${text(value.shape)}`, 'ERR_SHAPE');

  let [q, k, v] = project(query, key, value, embedDim, separate ? [qWeight, kWeight, vWeight] : inWeight, inBias);

  if (mask?.dtype === 'uint8') mask = mask.to('bool');
  if (mask && mask.dtype !== 'bool' && !isFloat(mask)) fail(NAME, `Only float, byte, and bool types are supported for attn_mask, not ${mask.dtype}`);
  if (mask) {
    const want = mask.ndim === 2 ? [targets, sources] : [batch * heads, targets, sources];
    if (!same(mask.shape, want)) fail(NAME, `The shape of the ${mask.ndim}D attn_mask is ${text(mask.shape)}, but should be ${text(want)}.`, 'ERR_SHAPE');
    if (mask.ndim === 2) mask = mask.unsqueeze(0);
  }
  if (biasK && biasV) {
    if (staticK || staticV) fail(NAME, `bias cannot be added to static ${staticK ? 'key' : 'value'}.`);
    k = ops.cat([k, biasK.expand(-1, batch, -1)]);
    v = ops.cat([v, biasV.expand(-1, batch, -1)]);
    mask = widen(mask);
    padding = widen(padding);
  }
  const byHead = (t: Tensor): Tensor => t.contiguous().view(t.shape[0], batch * heads, each).transpose(0, 1);
  for (const [name, t] of [['static_k', staticK], ['static_v', staticV]] as const) {
    if (t && t.shape[0] !== batch * heads) fail(NAME, `expecting ${name}.size(0) of ${batch * heads}, but got ${t.shape[0]}`, 'ERR_SHAPE');
    if (t && t.shape[2] !== each) fail(NAME, `expecting ${name}.size(2) of ${each}, but got ${t.shape[2]}`, 'ERR_SHAPE');
  }
  q = byHead(q);
  k = staticK ?? byHead(k);
  v = staticV ?? byHead(v);
  if (addZero) {
    k = ops.cat([k, k.newZeros([batch * heads, 1, each])], 1);
    v = ops.cat([v, v.newZeros([batch * heads, 1, each])], 1);
    mask = widen(mask);
    padding = widen(padding);
  }
  sources = k.shape[1];
  if (padding) {
    if (!same(padding.shape, [batch, sources])) fail(NAME, `expecting key_padding_mask shape of ${text([batch, sources])}, but got ${text(padding.shape)}`, 'ERR_SHAPE');
    padding = padding.view(batch, 1, 1, sources).expand(-1, heads, -1, -1).reshape(batch * heads, 1, sources);
    if (!mask) mask = padding;
    else mask = mask.dtype === 'bool' && padding.dtype === 'bool' ? mask.logicalOr(padding) : additive(mask, q).add(additive(padding, q));
  } else if (!mask && causal) {
    mask = ops.arange(targets).unsqueeze(1).lt(ops.arange(sources)).unsqueeze(0);
  }
  const drop = training ? p : 0;
  const added = mask ? additive(mask, q) : null;
  const scores = { attnMask: added, dropoutP: drop };
  let out: Tensor, weights: Tensor | null = null;
  if (needWeights) [out, weights] = ops._scaledDotProductAttention(q, k, v, scores);
  else out = ops.scaledDotProductAttention(q, k, v, scores);
  out = out.transpose(0, 1).contiguous().view(targets * batch, embedDim);
  out = ops.linear(out, outWeight, outBias);
  out = out.view(targets, batch, out.shape[1]);
  if (weights) {
    weights = weights.view(batch, heads, targets, sources);
    if (average) weights = weights.mean(1);
  }
  return batched ? [out, weights] : [out.squeeze(1), weights ? weights.squeeze(0) : null];
}

type Three = [Tensor, Tensor, Tensor];

/** Of one input all three come from one product. */
function project(query: Tensor, key: Tensor, value: Tensor, width: number, weights: Tensor | null | (Tensor | null)[], bias: Tensor | null): Three {
  if (Array.isArray(weights)) {
    if (weights.some((w) => w === null)) fail(NAME, 'useSeparateProjWeight wants qProjWeight, kProjWeight and vProjWeight');
    const biases = bias ? bias.chunk(3) : [null, null, null];
    return [query, key, value].map((x, i) => ops.linear(x, weights[i]!, biases[i])) as Three;
  }
  if (weights === null) fail(NAME, 'useSeparateProjWeight is false but inProjWeight is null');
  if (query === key && key === value) return ops.linear(query, weights, bias).chunk(3, -1) as Three;
  if (key === value) {
    const split = (t: Tensor): Tensor[] => t.splitWithSizes([width, t.shape[0] - width]);
    const [wq, wkv] = split(weights), [bq, bkv] = bias ? split(bias) : [null, null];
    return [ops.linear(query, wq, bq), ...ops.linear(key, wkv, bkv).chunk(2, -1)] as Three;
  }
  const parts = weights.chunk(3), biases = bias ? bias.chunk(3) : [null, null, null];
  return [query, key, value].map((x, i) => ops.linear(x, parts[i], biases[i])) as Three;
}
