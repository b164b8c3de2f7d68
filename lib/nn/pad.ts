import { bind, signature } from '../bind';
import { TorshError } from '../errors';
import { tensor, type Scalar, type Tensor } from '../tensor';

export type PadMode = 'constant' | 'reflect' | 'replicate' | 'circular';

const sig = signature('pad', 'input, pad, mode="constant", value=null');
const refuse = (text: string): TorshError => new TorshError('ERR_SHAPE', 'pad', `pad: ${text}`);

/** Where the elements of a padded dimension of n come from. */
const sources: Record<Exclude<PadMode, 'constant'>, (i: number, n: number) => number> = {
  reflect: (i, n) => (i < 0 ? -i : i >= n ? 2 * (n - 1) - i : i),
  replicate: (i, n) => Math.min(Math.max(i, 0), n - 1),
  circular: (i, n) => ((i % n) + n) % n,
};

/**
 * Pads dimensions from the last one on: pad is [before, after] of the last, then of the one before it, and so on; negative
 * numbers crop. Mode constant fills with `value` (0 unless given) in any number of dimensions; the others need one or two
 * more dimensions than they pad. https://pytorch.org/docs/stable/generated/torch.nn.functional.pad.html
 */
export function pad(input: Tensor, pad: readonly number[], mode?: PadMode, value?: Scalar | null): Tensor;
export function pad(input: Tensor, pad: readonly number[], options: { mode?: PadMode; value?: Scalar | null }): Tensor;
export function pad(...args: unknown[]): Tensor {
  const [input, amounts, mode, value] = bind(sig, args) as [Tensor, unknown, PadMode, Scalar | null];
  if (!Array.isArray(amounts) || !amounts.every(Number.isSafeInteger)) {
    throw new TorshError('ERR_ARGUMENT', 'pad', "pad: argument 'pad' must be an array of integers");
  }
  const { shape } = input;
  if (amounts.length % 2 !== 0) throw refuse('Padding length must be divisible by 2');
  if (amounts.length / 2 > shape.length) throw refuse('Padding length too large');
  const padded = (amounts as number[]).flatMap((before, i) => (i % 2 === 0 ? [{ dim: shape.length - 1 - i / 2, before, after: amounts[i + 1] as number }] : []));
  for (const { dim, before, after } of padded) {
    const size = shape[dim] + before + after;
    if (size < 0) {
      throw refuse(`The input size ${shape[dim]}, plus negative padding ${before} and ${after} resulted in a negative output size, which is invalid. `
        + `Check dimension ${dim} of your input.`);
    }
  }
  if (mode === 'constant') return padConstant(input, padded, value ?? 0);
  if (!Object.hasOwn(sources, mode)) throw new TorshError('ERR_UNSUPPORTED', 'pad', `pad: Unrecognised padding mode ${String(mode)}`);
  if (value !== null) throw new TorshError('ERR_ARGUMENT', 'pad', `pad: Padding mode "${mode}" doesn't take in value argument`);
  const extra = shape.length - padded.length;
  if (padded.length > 3 || extra < 1 || extra > 2) {
    throw new TorshError('ERR_UNSUPPORTED', 'pad', 'pad: Only 2D, 3D, 4D, 5D padding with non-constant padding are supported for now');
  }
  return padded.reduce((x, { dim, before, after }) => {
    const n = shape[dim];
    if (before === 0 && after === 0) return x;
    const most = Math.max(before, after);
    if (mode === 'reflect' && most >= n) {
      throw refuse(`Padding size should be less than the corresponding input dimension, but got: padding (${before}, ${after}) at dimension ${dim} of input [${shape.join(', ')}]`);
    }
    if (mode === 'circular' && most > n) throw refuse('Padding value causes wrapping around more than once.');
    if (n === 0) throw refuse(`Expected non-zero dimensions for input, but got: [${shape.join(', ')}]`);
    // What is cropped takes no part in going round.
    const from = mode === 'circular' ? Math.max(0, -before) : 0;
    const size = mode === 'circular' ? Math.max(1, n - from - Math.max(0, -after)) : n;
    const source = Array.from({ length: n + before + after }, (_, i) => from + sources[mode](i - before - from, size));
    return x.indexSelect(dim, tensor(source, { dtype: 'int64' }));
  }, input);
}

function padConstant(input: Tensor, padded: readonly { dim: number; before: number; after: number }[], value: Scalar): Tensor {
  const sizes = [...input.shape];
  let inner = input;
  for (const { dim, before, after } of padded) {
    const from = Math.max(0, -before);
    const length = sizes[dim] - from - Math.max(0, -after);
    sizes[dim] += before + after;
    // Cropping may take more than there is from one side, to be padded on the other.
    if (length < 0) throw refuse(`start (${from}) + length (${length}) exceeds dimension size (${inner.shape[dim]}).`);
    inner = inner.narrow(dim, from, length);
  }
  const output = input.newFull(sizes, value);
  let window = output;
  for (const { dim, before } of padded) window = window.narrow(dim, Math.max(0, before), inner.shape[dim]);
  window.copy_(inner);
  return output;
}
