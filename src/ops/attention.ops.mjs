// Attention.
import { of, t } from './rows.mjs';

const heads = 'Tensor query, Tensor key, Tensor value';
const page = 'https://pytorch.org/docs/stable/generated/torch.nn.functional.scaled_dot_product_attention.html';
const small = [t(2, 3, 4), t(2, 5, 4), t(2, 5, 2)];

export default [
  {
    name: 'scaled_dot_product_attention', args: `${heads}, Tensor? attn_mask=None, float dropout_p=0.0, bool is_causal=False, *, float? scale=None, bool enable_gqa=False`, namespaces: ['nn.functional'], grad: 'composite', dtypes: 'float',
    doc: `softmax(query @ key.mT * scale + attnMask) @ value: query (..., L, E), key (..., S, E), value (..., S, Ev) to (..., L, Ev); scale is 1 / sqrt(E) unless given. attnMask broadcasts to (..., L, S): booleans say what takes part, numbers are added. isCausal: each query sees the keys up to its own place. dropoutP drops weights whenever it is above 0. enableGqa: several heads (dim -3) of query share one of key and value. Queries without a key give 0. Scores of long sequences are never held as a whole. Errors: sizes or dtypes that do not match, a mask besides isCausal. ${page}`,
    samples: [
      { args: small }, { args: [...small, of('bool', 3, 5)] }, { args: [...small, { ...t(3, 5), grad: false }] }, { args: [...small, t(2, 3, 5)] }, { args: small, kwargs: { isCausal: true, scale: 0.3 } }, { args: [t(3, 4), t(5, 4), t(5, 2)] },
      { args: [t(1, 4, 3, 2), t(1, 2, 3, 2), t(1, 2, 3, 2)], kwargs: { enableGqa: true, isCausal: true } }, { args: [t(2, 2, 3, 2), t(3, 2), t(1, 3, 2)] },
    ],
    errors: [
      { args: [t(2, 3, 4), t(2, 5, 4), of('float64', 2, 5, 4)], code: 'ERR_DTYPE', message: 'scaledDotProductAttention: Expected query, key, and value to have the same dtype, but got query.dtype: float32, key.dtype: float32, and value.dtype: float64 instead.' },
      { args: [t(4), t(4), t(4)], code: 'ERR_SHAPE', message: 'scaledDotProductAttention: Expected query, key, and value to all be at least 2 dimensional, but got query.dim: 1, key.dim: 1 and value.dim: 1 instead.' },
      { args: [...small, of('bool', 3, 5)], kwargs: { isCausal: true }, code: 'ERR_ARGUMENT', message: 'scaledDotProductAttention: Explicit attn_mask should not be set when is_causal=True' },
      { args: [t(2, 3, 4), t(2, 5, 3), t(2, 5, 4)], code: 'ERR_SHAPE', message: 'scaledDotProductAttention: query (..., L, E), key (..., S, E) and value (..., S, Ev) expected, got shapes [2, 3, 4], [2, 5, 3] and [2, 5, 4]' },
    ],
  },
  {
    name: '_scaled_dot_product_attention', args: `${heads}, Tensor? attn_mask=None, float dropout_p=0.0, bool need_attn_weights=True, bool is_causal=False`, returns: 'Tensor, Tensor', grad: 'composite', dtypes: 'float',
    doc: `scaledDotProductAttention with its weights, as PyTorch 1.13 has it. ${page}`, samples: [{ args: small }],
  },
  { name: '_attention_math', args: `${heads}, Tensor? mask, bool is_causal, float scale, float dropout_p, bool safe`, returns: 'Tensor, Tensor', grad: 'composite', dtypes: 'float', doc: 'Attention by plain ops, and its weights. safe: queries without a key give 0, not NaN.', samples: [{ args: [...small, null, false, 1, 0, true] }] },
  { name: '_attention', args: `${heads}, Tensor? mask, bool is_causal, float scale`, returns: 'Tensor, Tensor, Tensor', grad: { saves: 'query key value mask result0 result1 result2' }, dtypes: 'float', doc: 'Attention of one batch shape for all, the largest score of each query, and the inverse of its sum.', samples: [{ args: [...small, null, false, 1] }] },
  { name: '_attention_backward', args: `Tensor grad, ${heads}, Tensor? mask, bool is_causal, float scale, Tensor output, Tensor top, Tensor inverse`, returns: 'Tensor, Tensor, Tensor', grad: 'not differentiable', dtypes: 'float', doc: 'Gradients of _attention.', samples: [{ args: [t(2, 3, 2), ...small, null, false, 1, t(2, 3, 2), t(2, 3), t(2, 3)] }] },
];
