/** Convolutions that learn their number of input channels from the first input, and are plain convolutions from then on. */
import { isPlainObject } from '../bind';
import { isTensor, type DType, type Tensor } from '../tensor';
import { fail, type Size } from './common';
import { Conv1d, Conv2d, Conv3d, type ConvNd, type ConvOptions, type ConvTail } from './conv';
import { ConvTranspose1d, ConvTranspose2d, ConvTranspose3d, ConvTransposeNd, type ConvTransposeOptions, type ConvTransposeTail } from './conv-transpose';
import { takesNames } from './forward';
import { UninitializedParameter } from './lazy';

type Named<O> = { outChannels: number; kernelSize: Size } & O;

/** Arguments of the plain class, with no input channels. */
const eager = (args: readonly unknown[]): [any, any, any] =>
  (isPlainObject(args[0]) ? [{ ...args[0], inChannels: 0 }] : [0, ...args]) as unknown as [any, any, any];

/** A convolution's weight is never 1-d. */
const isUninitialized = (module: ConvNd): boolean => module.weight.ndim === 1;

function forget(module: ConvNd): void {
  module.weight = new UninitializedParameter(true, { dtype: module.weight.dtype as DType });
}

function materialize(module: ConvNd, inChannels: number): void {
  if (inChannels % module.groups !== 0) fail(module.constructor.name, 'in_channels must be divisible by groups');
  module.inChannels = inChannels;
  const channels = module instanceof ConvTransposeNd ? [inChannels, module.outChannels / module.groups] : [module.outChannels, inChannels / module.groups];
  // A deep copy's weight is a plain Parameter without elements.
  UninitializedParameter.prototype.materialize.call(module.weight, [...channels, ...module.kernelSize]);
}

/** At the first input: room for the weight, which is initialised, and the plain class. */
function become(module: ConvNd, input: Tensor, plain: { prototype: object }): void {
  if (isUninitialized(module)) {
    const dims = module.kernelSize.length;
    if (input.ndim !== dims + 1 && input.ndim !== dims + 2) {
      fail(module.constructor.name, `Expected ${dims + 1}D (unbatched) or ${dims + 2}D (batched) input to ${module.constructor.name}, but got input of size: [${input.shape.join(', ')}]`, 'ERR_SHAPE');
    }
    materialize(module, input.shape[input.ndim - dims - 1]);
    module.resetParameters();
  }
  Object.setPrototypeOf(module, plain.prototype);
}

/** A state dict decides the shape too. */
function load(module: ConvNd, dict: Map<string, unknown>, prefix: string): void {
  const weight = dict.get(`${prefix}weight`);
  if (!isUninitialized(module) || !isTensor(weight) || weight.ndim !== module.kernelSize.length + 2) return;
  materialize(module, module instanceof ConvTransposeNd ? weight.shape[0] : weight.shape[1] * module.groups);
}

/**
 * @example
 * ```js
 * const m = new torsh.nn.LazyConv1d(33, 3);
 * console.log(m(torsh.randn(2, 16, 50)).shape); // [ 2, 33, 48 ]
 * ```
 */
export class LazyConv1d extends Conv1d {
  constructor(outChannels: number, kernelSize: Size, ...rest: ConvTail);
  constructor(options: Named<ConvOptions>);
  constructor(...args: unknown[]) {
    super(...eager(args));
    forget(this);
  }
}

/**
 * @example
 * ```js
 * const m = new torsh.nn.LazyConv2d(8, 3);
 * console.log(m(torsh.randn(2, 3, 12, 12)).shape); // [ 2, 8, 10, 10 ]
 * ```
 */
export class LazyConv2d extends Conv2d {
  constructor(outChannels: number, kernelSize: Size, ...rest: ConvTail);
  constructor(options: Named<ConvOptions>);
  constructor(...args: unknown[]) {
    super(...eager(args));
    forget(this);
  }
}

/**
 * @example
 * ```js
 * const m = new torsh.nn.LazyConv3d(8, 3);
 * console.log(m(torsh.randn(2, 3, 6, 7, 8)).shape); // [ 2, 8, 4, 5, 6 ]
 * ```
 */
export class LazyConv3d extends Conv3d {
  constructor(outChannels: number, kernelSize: Size, ...rest: ConvTail);
  constructor(options: Named<ConvOptions>);
  constructor(...args: unknown[]) {
    super(...eager(args));
    forget(this);
  }
}

/**
 * @example
 * ```js
 * const m = new torsh.nn.LazyConvTranspose1d(8, 3);
 * console.log(m(torsh.randn(2, 16, 10)).shape); // [ 2, 8, 12 ]
 * ```
 */
export class LazyConvTranspose1d extends ConvTranspose1d {
  constructor(outChannels: number, kernelSize: Size, ...rest: ConvTransposeTail);
  constructor(options: Named<ConvTransposeOptions>);
  constructor(...args: unknown[]) {
    super(...eager(args));
    forget(this);
  }
}

/**
 * @example
 * ```js
 * const m = new torsh.nn.LazyConvTranspose2d(8, 3);
 * console.log(m(torsh.randn(2, 16, 10, 10)).shape); // [ 2, 8, 12, 12 ]
 * ```
 */
export class LazyConvTranspose2d extends ConvTranspose2d {
  constructor(outChannels: number, kernelSize: Size, ...rest: ConvTransposeTail);
  constructor(options: Named<ConvTransposeOptions>);
  constructor(...args: unknown[]) {
    super(...eager(args));
    forget(this);
  }
}

/**
 * @example
 * ```js
 * const m = new torsh.nn.LazyConvTranspose3d(8, 3);
 * console.log(m(torsh.randn(2, 4, 5, 5, 5)).shape); // [ 2, 8, 7, 7, 7 ]
 * ```
 */
export class LazyConvTranspose3d extends ConvTranspose3d {
  constructor(outChannels: number, kernelSize: Size, ...rest: ConvTransposeTail);
  constructor(options: Named<ConvTransposeOptions>);
  constructor(...args: unknown[]) {
    super(...eager(args));
    forget(this);
  }
}

for (const [Lazy, Plain] of [
  [LazyConv1d, Conv1d], [LazyConv2d, Conv2d], [LazyConv3d, Conv3d],
  [LazyConvTranspose1d, ConvTranspose1d], [LazyConvTranspose2d, ConvTranspose2d], [LazyConvTranspose3d, ConvTranspose3d],
] as readonly { prototype: ConvNd }[][]) {
  Lazy.prototype.forward = function forward(this: ConvNd, input: Tensor, ...rest: []): Tensor {
    become(this, input, Plain);
    return this.forward(input, ...rest);
  };
  // While the shape is unknown nothing is drawn.
  Lazy.prototype.resetParameters = function resetParameters(this: ConvNd): void {
    if (this.inChannels !== 0) Plain.prototype.resetParameters.call(this);
  };
  Lazy.prototype._beforeLoad = function _beforeLoad(this: ConvNd, dict: Map<string, unknown>, prefix: string): void {
    load(this, dict, prefix);
  };
}

takesNames('input', LazyConv1d, LazyConv2d, LazyConv3d);
takesNames('input, outputSize=null', LazyConvTranspose1d, LazyConvTranspose2d, LazyConvTranspose3d);
