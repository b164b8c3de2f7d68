/** Members of nn.functional that are more than one op: options in place, several results, defaults that depend on shapes. */
import { bind, signature, type Signature } from '../bind';
import type { Tensor } from '../tensor';
import * as ops from '../gen/ops';
import type { Size } from './common';
import { overwrite } from './inplace';
import type { PoolOp, Pooled } from './pooling';

const sigs = {
  dropout: signature('dropout', 'input, p=0.5, training=true, inplace=false'),
};

/** In training, zeroes each element with probability p and scales the others by 1 / (1 - p). */
export function dropout(input: Tensor, p?: number, training?: boolean, inplace?: boolean): Tensor;
export function dropout(input: Tensor, options: { p?: number; training?: boolean; inplace?: boolean }): Tensor;
export function dropout(...args: unknown[]): Tensor {
  const [input, p, training, inplace] = bind(sigs.dropout, args) as [Tensor, number, boolean, boolean];
  const drop = (x: Tensor): Tensor => ops.dropout(x, p, training);
  return inplace && training ? overwrite(input, drop) : drop(input);
}

export interface MaxPoolCall {
  stride?: Size | null;
  padding?: Size;
  dilation?: Size;
  ceilMode?: boolean;
  returnIndices?: boolean;
}
const poolSignature = (name: string): Signature =>
  signature(name, 'input, kernelSize, stride=null, padding=0, dilation=1, ceilMode=false, returnIndices=false');

function maxPool(sig: Signature, plain: PoolOp, withIndices: PoolOp, args: ArrayLike<unknown>): Pooled {
  const [input, kernelSize, stride, padding, dilation, ceilMode, returnIndices] =
    bind(sig, args) as [Tensor, Size, Size | null, Size, Size, boolean, boolean];
  return (returnIndices ? withIndices : plain)(input, kernelSize, stride, padding, dilation, ceilMode) as Pooled;
}
const poolSigs = [1, 2, 3].map((n) => poolSignature(`maxPool${n}d`));

/** Maximum of each window of (N, C, L), N optional; returnIndices: [values, indices]. */
export function maxPool1d(input: Tensor, kernelSize: Size, stride?: Size | null, padding?: Size, dilation?: Size, ceilMode?: boolean, returnIndices?: boolean): Pooled;
export function maxPool1d(input: Tensor, kernelSize: Size, options: MaxPoolCall): Pooled;
export function maxPool1d(...args: unknown[]): Pooled {
  return maxPool(poolSigs[0], ops.maxPool1d, ops.maxPool1dWithIndices, args);
}
/** Maximum of each window of (N, C, H, W), N optional; returnIndices: [values, indices]. */
export function maxPool2d(input: Tensor, kernelSize: Size, stride?: Size | null, padding?: Size, dilation?: Size, ceilMode?: boolean, returnIndices?: boolean): Pooled;
export function maxPool2d(input: Tensor, kernelSize: Size, options: MaxPoolCall): Pooled;
export function maxPool2d(...args: unknown[]): Pooled {
  return maxPool(poolSigs[1], ops.maxPool2d, ops.maxPool2dWithIndices, args);
}
/** Maximum of each window of (N, C, D, H, W), N optional; returnIndices: [values, indices]. */
export function maxPool3d(input: Tensor, kernelSize: Size, stride?: Size | null, padding?: Size, dilation?: Size, ceilMode?: boolean, returnIndices?: boolean): Pooled;
export function maxPool3d(input: Tensor, kernelSize: Size, options: MaxPoolCall): Pooled;
export function maxPool3d(...args: unknown[]): Pooled {
  return maxPool(poolSigs[2], ops.maxPool3d, ops.maxPool3dWithIndices, args);
}
