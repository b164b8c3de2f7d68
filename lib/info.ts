/** What PyTorch tells about dtypes and tensors, and the settings behind it. */
import { bind, signature } from './bind';
import { TorshError } from './errors';
import * as sys from './gen/system';
import { isTensor } from './runtime/call';
import { type DType, type Scalar, defaults, dtypeNumber, dtypes, itemsizes } from './runtime/dtype';
import type { Tensor } from './tensor';

function dtypeOf(name: unknown, op: string): DType {
  const n = typeof name === 'string' ? dtypeNumber(name) : undefined;
  if (n === undefined) throw new TorshError('ERR_ARGUMENT', op, `${op}: ${String(name)} is not a dtype`);
  return dtypes[n];
}

/** The dtype of what is made of numbers: float32 unless set. https://pytorch.org/docs/stable/generated/torch.get_default_dtype.html */
export const getDefaultDtype = (): DType => defaults.dtype;
/** Sets the dtype of what is made of numbers. Errors: integers. https://pytorch.org/docs/stable/generated/torch.set_default_dtype.html */
export function setDefaultDtype(d: DType): void {
  const dtype = dtypeOf(d, 'setDefaultDtype');
  sys._setDefaultDtype(dtype);
  defaults.dtype = dtype;
}

/** The dtype that arithmetic with two tensors or numbers gives. https://pytorch.org/docs/stable/generated/torch.result_type.html */
export const resultType = (tensor1: Tensor | Scalar, tensor2: Tensor | Scalar): DType => dtypes[sys._resultType(tensor1, tensor2)];
/** The least dtype that holds the values of both. https://pytorch.org/docs/stable/generated/torch.promote_types.html */
export const promoteTypes = (type1: DType, type2: DType): DType => dtypes[sys._promoteTypes(dtypeOf(type1, 'promoteTypes'), dtypeOf(type2, 'promoteTypes'))];
/** Whether a result of one dtype may be stored in another. https://pytorch.org/docs/stable/generated/torch.can_cast.html */
export const canCast = (from: DType, to: DType): boolean => sys._canCast(dtypeOf(from, 'canCast'), dtypeOf(to, 'canCast'));

export interface FInfo { dtype: DType; bits: number; eps: number; max: number; min: number; tiny: number; smallestNormal: number; resolution: number }
/** Bits of the exponent and of the fraction, and the decimal digits that survive. */
const formats: Partial<Record<DType, [number, number, number]>> = { float16: [5, 10, 1e-3], bfloat16: [8, 7, 1e-2], float32: [8, 23, 1e-6], float64: [11, 52, 1e-15] };
/** The limits of a floating dtype. https://pytorch.org/docs/stable/type_info.html */
export function finfo(type: DType = defaults.dtype): FInfo {
  let dtype = dtypeOf(type, 'finfo');
  if (dtype === 'complex64') dtype = 'float32';
  if (dtype === 'complex128') dtype = 'float64';
  const format = formats[dtype];
  if (!format) throw new TorshError('ERR_DTYPE', 'finfo', `finfo: requires a floating point input type. Use torsh.iinfo to handle '${dtype}'`);
  const [exponent, fraction, resolution] = format;
  const eps = 2 ** -fraction, top = 2 ** (exponent - 1) - 1, max = (2 - eps) * 2 ** top, tiny = 2 ** (1 - top);
  return { dtype, bits: 1 + exponent + fraction, eps, max, min: -max, tiny, smallestNormal: tiny, resolution };
}

export interface IInfo { dtype: DType; bits: number; min: number | bigint; max: number | bigint }
/** The limits of an integer dtype. https://pytorch.org/docs/stable/type_info.html */
export function iinfo(type: DType): IInfo {
  const dtype = dtypeOf(type, 'iinfo');
  if (!/^u?int/.test(dtype)) throw new TorshError('ERR_DTYPE', 'iinfo', `iinfo: requires an integer input type. Use torsh.finfo to handle '${dtype}'`);
  const bits = 8 * itemsizes[dtypes.indexOf(dtype)];
  if (dtype === 'uint8') return { dtype, bits, min: 0, max: 255 };
  if (bits === 64) return { dtype, bits, min: -(2n ** 63n), max: 2n ** 63n - 1n };
  return { dtype, bits, min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 };
}

/** The shape that shapes broadcast to; a number is a shape of one dim. https://pytorch.org/docs/stable/generated/torch.broadcast_shapes.html */
export function broadcastShapes(...shapes: (number | readonly number[])[]): number[] {
  const result: number[] = [];
  for (const given of shapes) {
    const shape = typeof given === 'number' ? [given] : Array.from(given);
    for (let k = 1; k <= shape.length; k++) {
      const size = shape[shape.length - k], at = result.length - k;
      if (!Number.isInteger(size) || size < 0) throw new TorshError('ERR_SHAPE', 'broadcastShapes', `broadcastShapes: Trying to create tensor with negative dimension ${String(size)}`);
      if (at < 0) result.unshift(size);
      else if (result[at] === 1) result[at] = size;
      else if (size !== 1 && size !== result[at]) {
        throw new TorshError('ERR_SHAPE', 'broadcastShapes', 'broadcastShapes: Shape mismatch: objects cannot be broadcast to a single shape');
      }
    }
  }
  return result;
}

/* ---- tensors as functions see them ---- */

function tensorOf(x: unknown, op: string): Tensor {
  if (!isTensor(x)) throw new TorshError('ERR_ARGUMENT', op, `${op}: argument 'input' must be a Tensor`);
  return x;
}
const asks = <R>(op: string, ask: (t: Tensor) => R) => (input: Tensor): R => ask(tensorOf(input, op));

export const numel = asks('numel', (t) => t.numel());
export const isFloatingPoint = asks('isFloatingPoint', (t) => t.isFloatingPoint());
export const isComplex = asks('isComplex', (t) => t.isComplex());
export const isSigned = asks('isSigned', (t) => t.isSigned());
export const isNonzero = asks('isNonzero', (t) => t.isNonzero());
export const isInference = asks('isInference', (t) => t.isInference());
export const detach = asks('detach', (t) => t.detach());
export const isDistributed = asks('isDistributed', (t) => t.isDistributed());
export const isSameSize = (input: Tensor, other: Tensor): boolean => tensorOf(input, 'isSameSize').isSameSize(other);
/** The name of what something is: 'torsh.FloatTensor' would say less than the class and dtype that PyTorch's typename is asked for. */
export const typename = (x: unknown): string => (isTensor(x) ? `torsh.${x.constructor.name}` : x !== null && typeof x === 'object' ? x.constructor?.name ?? 'object' : typeof x);

/** Every kernel gives the same results in every run: the setting is kept for those who ask for it. */
const deterministic = { on: false, warnOnly: false };
const modeSignature = signature('useDeterministicAlgorithms', 'mode, *, warnOnly=false');
/** https://pytorch.org/docs/stable/generated/torch.use_deterministic_algorithms.html */
export function useDeterministicAlgorithms(mode: boolean, options?: { warnOnly?: boolean }): void;
export function useDeterministicAlgorithms(...args: unknown[]): void {
  const [mode, warnOnly] = bind(modeSignature, args);
  deterministic.on = mode === true;
  deterministic.warnOnly = deterministic.on && warnOnly === true;
}
export const areDeterministicAlgorithmsEnabled = (): boolean => deterministic.on;
export const isDeterministicAlgorithmsWarnOnlyEnabled = (): boolean => deterministic.warnOnly;
