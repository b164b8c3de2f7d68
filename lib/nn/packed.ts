/** Sequences of different lengths: padded into one tensor, or packed step by step. */
import { bind, signature } from '../bind';
import * as ops from '../gen/ops';
import { isTensor, tensor, type DType, type Tensor } from '../tensor';
import { fail } from './common';

const sigs = {
  packPaddedSequence: signature('packPaddedSequence', 'input, lengths, batchFirst=false, enforceSorted=true'),
  padPackedSequence: signature('padPackedSequence', 'sequence, batchFirst=false, paddingValue=0, totalLength=null'),
  padSequence: signature('padSequence', 'sequences, batchFirst=false, paddingValue=0'),
  unpadSequence: signature('unpadSequence', 'paddedSequences, lengths, batchFirst=false'),
  packSequence: signature('packSequence', 'sequences, enforceSorted=true'),
  unpackSequence: signature('unpackSequence', 'packedSequences'),
  PackedSequence: signature('PackedSequence', 'data, batchSizes=null, sortedIndices=null, unsortedIndices=null'),
};
const brand: unique symbol = Symbol.for('torsh.nn.PackedSequence');

/** The place of each index. */
export function invertPermutation(permutation: Tensor): Tensor;
export function invertPermutation(permutation: null): null;
export function invertPermutation(permutation: Tensor | null): Tensor | null;
export function invertPermutation(permutation: Tensor | null): Tensor | null {
  if (permutation === null) return null;
  return ops.zerosLike(permutation).scatter(0, permutation, ops.arange(permutation.numel()));
}

/** Steps one after the other: data (rows of all steps, ...), the number of samples of each step, and how samples were sorted. */
export class PackedSequence {
  readonly data: Tensor;
  readonly batchSizes: Tensor;
  readonly sortedIndices: Tensor | null;
  readonly unsortedIndices: Tensor | null;
  constructor(data: Tensor, batchSizes: Tensor, sortedIndices?: Tensor | null, unsortedIndices?: Tensor | null);
  constructor(...args: unknown[]) {
    const [data, batchSizes, sorted, unsorted] = bind(sigs.PackedSequence, args) as [Tensor, Tensor | null, Tensor | null, Tensor | null];
    if (!isTensor(data) || !isTensor(batchSizes)) fail('PackedSequence', 'takes data and batchSizes, both Tensors');
    this.data = data;
    this.batchSizes = batchSizes;
    this.sortedIndices = sorted;
    this.unsortedIndices = unsorted ?? invertPermutation(sorted);
  }
  get [brand](): true { return true; }
  get isCuda(): boolean { return false; }
  to(dtype: DType): PackedSequence { return this.with(this.data.to(dtype)); }
  float(): PackedSequence { return this.to('float32'); }
  double(): PackedSequence { return this.to('float64'); }
  /** The same steps with other data. */
  with(data: Tensor): PackedSequence { return new PackedSequence(data, this.batchSizes, this.sortedIndices, this.unsortedIndices); }
}

export const isPackedSequence = (x: unknown): x is PackedSequence => typeof x === 'object' && x !== null && (x as Partial<PackedSequence>)[brand] === true;

type Lengths = Tensor | readonly number[];
const numbers = (lengths: Lengths): number[] => (isTensor(lengths) ? lengths.tolist() as number[] : Array.from(lengths)).map(Number);
const int64 = (list: readonly number[]): Tensor => tensor(list.map(BigInt), { dtype: 'int64' });

export interface PackOptions { batchFirst?: boolean; enforceSorted?: boolean }

/**
 * A padded batch (steps, batch, ...) without its padding; lengths must fall unless enforceSorted is false.
 *
 * @example
 * ```js
 * const { packPaddedSequence, padPackedSequence } = torsh.nn.utils.rnn;
 * const packed = packPaddedSequence(torsh.tensor([[1, 2, 3], [4, 5, 0]]), [3, 2], { batchFirst: true });
 * console.log(packed.data, packed.batchSizes); // tensor([1., 4., 2., 5., 3.]) tensor([2, 2, 1])
 * const [padded, lengths] = padPackedSequence(packed, { batchFirst: true });
 * console.log(padded, lengths);
 * // tensor([[1., 2., 3.],
 * //         [4., 5., 0.]]) tensor([3, 2])
 * ```
 */
export function packPaddedSequence(input: Tensor, lengths: Lengths, batchFirst?: boolean, enforceSorted?: boolean): PackedSequence;
export function packPaddedSequence(input: Tensor, lengths: Lengths, options: PackOptions): PackedSequence;
export function packPaddedSequence(...args: unknown[]): PackedSequence {
  const name = 'packPaddedSequence';
  const [input, lengths, batchFirst, enforceSorted] = bind(sigs.packPaddedSequence, args) as [Tensor, Lengths, boolean, boolean];
  let sizes = numbers(lengths);
  let x = batchFirst ? input.transpose(0, 1) : input;
  let sorted: Tensor | null = null;
  if (!enforceSorted) {
    const order = sizes.map((_, i) => i).sort((a, b) => sizes[b] - sizes[a] || a - b);
    sizes = order.map((i) => sizes[i]);
    sorted = int64(order);
    x = x.indexSelect(1, sorted);
  }
  if (sizes.length === 0) fail(name, 'Cannot pack empty tensors.');
  if (sizes.length !== x.shape[1]) fail(name, `Expected \`len(lengths)\` to be equal to batch_size, but got ${sizes.length} (batch_size=${x.shape[1]})`, 'ERR_SHAPE');
  if (sizes.some((n) => !(n > 0))) fail(name, 'Length of all samples has to be greater than 0, but found an element in \'lengths\' that is <= 0');
  if (sizes.some((n, i) => i > 0 && n > sizes[i - 1])) fail(name, '`lengths` array must be sorted in decreasing order when `enforce_sorted` is True. You can pass `enforce_sorted=False` to pack_padded_sequence and/or pack_sequence to sidestep this requirement if you do not need ONNX exportability.');
  if (sizes[0] > x.shape[0]) fail(name, `Expected lengths of at most ${x.shape[0]}, but got ${sizes[0]}`, 'ERR_SHAPE');
  const steps = Array.from({ length: sizes[0] }, (_, t) => sizes.filter((n) => n > t).length);
  const data = ops.cat(steps.map((n, t) => x.select(0, t).narrow(0, 0, n)));
  return new PackedSequence(data, int64(steps), sorted, null);
}

export interface PadOptions { batchFirst?: boolean; paddingValue?: number; totalLength?: number | null }

/** The padded batch (steps, batch, ...) of a packed sequence, and the lengths. */
export function padPackedSequence(sequence: PackedSequence, batchFirst?: boolean, paddingValue?: number, totalLength?: number | null): [Tensor, Tensor];
export function padPackedSequence(sequence: PackedSequence, options: PadOptions): [Tensor, Tensor];
export function padPackedSequence(...args: unknown[]): [Tensor, Tensor] {
  const [sequence, batchFirst, paddingValue, total] = bind(sigs.padPackedSequence, args) as [PackedSequence, boolean, number, number | null];
  const { data, batchSizes, unsortedIndices } = sequence;
  const steps = numbers(batchSizes), batch = steps[0], rest = Array.from(data.shape).slice(1);
  if (total !== null && total < steps.length) {
    fail('padPackedSequence', `Expected total_length to be at least the length of the longest sequence in input, but got total_length=${total} and max sequence length being ${steps.length}`);
  }
  let lengths = Array.from({ length: batch }, (_, b) => steps.filter((n) => n > b).length);
  const missing = (n: number): Tensor => ops.full([n, ...rest], paddingValue, { dtype: data.dtype });
  const rows = data.split([...steps]).map((part, t) => (steps[t] === batch ? part : ops.cat([part, missing(batch - steps[t])])));
  for (let t = steps.length; t < (total ?? 0); t++) rows.push(missing(batch));
  let x = ops.stack(rows);
  if (unsortedIndices) {
    x = x.indexSelect(1, unsortedIndices);
    lengths = numbers(unsortedIndices).map((i) => lengths[i]);
  }
  return [batchFirst ? x.transpose(0, 1) : x, int64(lengths)];
}

/**
 * Sequences (length, ...) in one tensor, the short ones filled up.
 *
 * @example
 * ```js
 * console.log(torsh.nn.utils.rnn.padSequence([torsh.ones(3), torsh.ones(1)], { batchFirst: true }));
 * // tensor([[1., 1., 1.],
 * //         [1., 0., 0.]])
 * ```
 */
export function padSequence(sequences: readonly Tensor[], batchFirst?: boolean, paddingValue?: number): Tensor;
export function padSequence(sequences: readonly Tensor[], options: { batchFirst?: boolean; paddingValue?: number }): Tensor;
export function padSequence(...args: unknown[]): Tensor {
  const [sequences, batchFirst, paddingValue] = bind(sigs.padSequence, args) as [readonly Tensor[], boolean, number];
  if (sequences.length === 0) fail('padSequence', 'expected a non-empty list of Tensors');
  const longest = Math.max(...sequences.map((s) => s.shape[0]));
  const whole = sequences.map((s) => {
    const n = longest - s.shape[0];
    return n === 0 ? s : ops.cat([s, ops.full([n, ...Array.from(s.shape).slice(1)], paddingValue, { dtype: s.dtype })]);
  });
  return ops.stack(whole, batchFirst ? 0 : 1);
}

/** The sequences of a padded batch, each of its length. */
export function unpadSequence(paddedSequences: Tensor, lengths: Lengths, batchFirst?: boolean): Tensor[];
export function unpadSequence(paddedSequences: Tensor, lengths: Lengths, options: { batchFirst?: boolean }): Tensor[];
export function unpadSequence(...args: unknown[]): Tensor[] {
  const [padded, lengths, batchFirst] = bind(sigs.unpadSequence, args) as [Tensor, Lengths, boolean];
  const x = batchFirst ? padded : padded.transpose(0, 1);
  return numbers(lengths).map((n, b) => x.select(0, b).narrow(0, 0, n));
}

/** Sequences (length, ...) packed; the longest first unless enforceSorted is false. */
export function packSequence(sequences: readonly Tensor[], enforceSorted?: boolean): PackedSequence;
export function packSequence(sequences: readonly Tensor[], options: { enforceSorted?: boolean }): PackedSequence;
export function packSequence(...args: unknown[]): PackedSequence {
  const [sequences, enforceSorted] = bind(sigs.packSequence, args) as [readonly Tensor[], boolean];
  return packPaddedSequence(padSequence(sequences), sequences.map((s) => s.shape[0]), { enforceSorted });
}

/** The sequences of a packed one. */
export function unpackSequence(packedSequences: PackedSequence): Tensor[] {
  const [padded, lengths] = padPackedSequence(packedSequences, { batchFirst: true });
  return unpadSequence(padded, lengths, { batchFirst: true });
}
