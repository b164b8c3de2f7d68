/** Multiply-adds of one call of a layer, from its parameters and shapes; what a bias adds counts too. */
import type { Tensor } from '../tensor';
import { membersOf } from './fields';
import type { Module } from './module';
import { RNNBase } from './rnn';
import { MultiheadAttention } from './attention';
import { Embedding } from './sparse';
import { EmbeddingBag } from './embedding-bag';
import { Linear } from './linear';

const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);
const isConv = (module: Module): boolean => /^(Lazy)?Conv(Transpose)?[123]d$/.test(classOf(module));
const classOf = (module: Module): string => {
  // The library's own layer, also where a user has derived a class from it.
  let at = Object.getPrototypeOf(module) as { constructor: { name: string } } | null;
  for (; at; at = Object.getPrototypeOf(at) as typeof at) if (/^(Lazy)?Conv(Transpose)?[123]d$/.test(at.constructor.name)) return at.constructor.name;
  return module.constructor.name;
};

/** Tokens and batch entries of (L, N, E), (N, L, E) or (L, E). */
function attention(module: MultiheadAttention, inputs: readonly Tensor[], parameters: number): number {
  const [query, key = query] = inputs;
  const width = module.embedDim, queries = query.numel() / query.shape[query.ndim - 1], keys = key.numel() / key.shape[key.ndim - 1];
  const batch = query.ndim === 3 ? query.shape[module.batchFirst ? 0 : 1] : 1;
  const out = module.out_proj.parameters().reduce((n, p) => n + p.numel(), 0);
  // A third of the projections is the queries' where all widths are equal.
  return parameters / 3 * (queries + 2 * keys) + out * queries + 2 * (queries / batch) * (keys / batch) * width * batch;
}

export function multAdds(module: Module, inputs: readonly Tensor[], outputs: readonly Tensor[]): number {
  const own = membersOf(module).parameters.reduce((n, [, p]) => n + p.numel(), 0);
  const [input] = inputs, [output] = outputs;
  if (own === 0 || !output || module instanceof Embedding || module instanceof EmbeddingBag) return 0;
  const { shape } = output;
  if (isConv(module)) {
    const { weight, bias } = module as unknown as { weight: Tensor; bias: Tensor | null };
    const spatial = weight.ndim - 2, batch = output.ndim > spatial + 1 ? shape[0] : 1;
    if (!classOf(module).includes('Transpose')) return own * batch * product(shape.slice(-spatial));
    return weight.numel() * batch * product(input.shape.slice(-spatial)) + (bias?.numel() ?? 0) * batch * product(shape.slice(-spatial));
  }
  if (module instanceof Linear) return own * product(shape.slice(0, -1));
  if (module instanceof RNNBase) return own * (input.ndim === 3 || input.ndim === 2 ? input.numel() / input.shape[input.ndim - 1] : shape[0]);
  if (module instanceof MultiheadAttention && input) return attention(module, inputs, own);
  return own * (output.ndim > 1 ? shape[0] : 1);
}
