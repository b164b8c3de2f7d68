/** Sums and what is made of them. */
import { beat } from './goals.mjs';

const row = (name, group, request, more = {}) => ({ name, group, ...request, goals: beat(1, 0.7), ...more });
const reduce = (name, op, shape, dim, more) => row(name, 'reduce', { work: 'reduce', op, shape, ...(dim === undefined ? {} : { dim }) }, more);

export const reductions = [
  reduce('sum over rows, [4096, 4096]', 'sum', [4096, 4096], 0),
  reduce('sum over columns, [4096, 4096]', 'sum', [4096, 4096], 1),
  reduce('mean over rows, [4096, 4096]', 'mean', [4096, 4096], 0, { quick: false }),
  reduce('mean over columns, [4096, 4096]', 'mean', [4096, 4096], 1, { quick: false }),
  reduce('sum of all, [10^7]', 'sum', [1e7]),
  reduce('argmax over columns, [1024, 1024]', 'argmax', [1024, 1024], 1),
  row('softmax, [1024, 1024]', 'norm', { work: 'softmax', shape: [1024, 1024] }),
  row('layer norm, [512, 768]', 'norm', { work: 'layerNorm', shape: [512, 768] }),
  row('batch norm in training, [16, 64, 56, 56]', 'norm', { work: 'batchNorm', shape: [16, 64, 56, 56] }),
  row('cross-entropy, [4096, 1000], forward + backward', 'norm', { work: 'crossEntropy', shape: [4096, 1000] }),
];
