/** Layers that learn their number of features from the first input, and are plain layers from then on. */
import { bind, signature } from '../bind';
import { _empty } from '../gen/system';
import { isTensor, type DType, type Tensor } from '../tensor';
import { BatchNorm1d, BatchNorm2d, BatchNorm3d, type BatchNormOptions, type NormBase } from './batchnorm';
import { count, type Factory, type Tail } from './common';
import { takesNames } from './forward';
import { InstanceNorm1d, InstanceNorm2d, InstanceNorm3d } from './instancenorm';
import { UninitializedParameter } from './lazy';
import { Linear, type LinearOptions } from './linear';
import type { Parameter } from './parameter';
import type { Metadata } from './state-dict';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
const room = (parameter: Parameter, size: number[]): void => { UninitializedParameter.prototype.materialize.call(parameter, size); };

const sig = signature('LazyLinear', 'outFeatures, bias=true, device=null, dtype=null');

/**
 * A linear layer whose inFeatures the first input decides.
 *
 * @example
 * ```js
 * const m = new torsh.nn.LazyLinear(30);
 * console.log(m(torsh.randn(128, 20)).shape); // [ 128, 30 ]
 * ```
 */
export class LazyLinear extends Linear {
  constructor(outFeatures: number, ...rest: Tail<[bias: boolean], LinearOptions>);
  constructor(options: { outFeatures: number } & LinearOptions);
  constructor(...args: unknown[]) {
    const [outFeatures, bias, device, dtype] = bind(sig, args) as [unknown, boolean, 'cpu' | null, DType | null];
    super(0, count('LazyLinear', 'outFeatures', outFeatures), { bias: false, device, dtype });
    this.weight = new UninitializedParameter(true, { dtype });
    this.bias = bias ? new UninitializedParameter(true, { dtype }) : null;
  }
  private size(inFeatures: number): void {
    (this as Mutable<this>).inFeatures = inFeatures;
    room(this.weight, [this.outFeatures, inFeatures]);
    if (this.bias) room(this.bias, [this.outFeatures]);
  }
  forward(input: Tensor): Tensor {
    if (this.weight.ndim === 1) {
      this.size(input.shape[input.ndim - 1]);
      this.resetParameters();
    }
    Object.setPrototypeOf(this, Linear.prototype);
    return this.forward(input);
  }
  _beforeLoad(dict: Map<string, unknown>, prefix: string): void {
    const weight = dict.get(`${prefix}weight`);
    if (this.weight.ndim === 1 && isTensor(weight) && weight.ndim === 2) this.size(weight.shape[1]);
  }
}

type NormTail = Tail<[eps: number, momentum: number | null, affine: boolean, trackRunningStats: boolean], BatchNormOptions & Factory>;

function size(norm: NormBase, numFeatures: number): void {
  (norm as Mutable<NormBase>).numFeatures = numFeatures;
  if (norm.weight) room(norm.weight, [numFeatures]);
  if (norm.bias) room(norm.bias, [numFeatures]);
  for (const name of ['running_mean', 'running_var'] as const) {
    const had = norm[name];
    if (had) norm.registerBuffer(name, _empty([numFeatures], had.dtype));
  }
}

/** At the first input: room for one value a channel, and the plain class. */
function become(norm: NormBase, input: Tensor, plain: { prototype: object }, channels: number): void {
  norm._checkInputDim(input);
  if (norm.numFeatures === 0) {
    size(norm, input.shape[channels]);
    norm.resetParameters();
  }
  Object.setPrototypeOf(norm, plain.prototype);
}

function load(norm: NormBase, dict: Map<string, unknown>, prefix: string): void {
  const known = [dict.get(`${prefix}weight`), dict.get(`${prefix}running_mean`)].find(isTensor);
  if (norm.numFeatures === 0 && known) size(norm, known.shape[0]);
}

/**
 * @example
 * ```js
 * const m = new torsh.nn.LazyBatchNorm1d();
 * console.log(m(torsh.randn(20, 100)).shape); // [ 20, 100 ]
 * ```
 */
export class LazyBatchNorm1d extends BatchNorm1d {
  constructor(...args: NormTail) {
    super(0, ...args);
  }
  forward(input: Tensor): Tensor {
    become(this, input, BatchNorm1d, 1);
    return this.forward(input);
  }
  _beforeLoad(dict: Map<string, unknown>, prefix: string, metadata: Metadata): void {
    load(this, dict, prefix);
    super._beforeLoad(dict, prefix, metadata);
  }
}

/**
 * @example
 * ```js
 * const m = new torsh.nn.LazyBatchNorm2d();
 * console.log(m(torsh.randn(2, 16, 8, 8)).shape); // [ 2, 16, 8, 8 ]
 * ```
 */
export class LazyBatchNorm2d extends BatchNorm2d {
  constructor(...args: NormTail) {
    super(0, ...args);
  }
  forward(input: Tensor): Tensor {
    become(this, input, BatchNorm2d, 1);
    return this.forward(input);
  }
  _beforeLoad(dict: Map<string, unknown>, prefix: string, metadata: Metadata): void {
    load(this, dict, prefix);
    super._beforeLoad(dict, prefix, metadata);
  }
}

/**
 * @example
 * ```js
 * const m = new torsh.nn.LazyBatchNorm3d();
 * console.log(m(torsh.randn(2, 16, 4, 5, 6)).shape); // [ 2, 16, 4, 5, 6 ]
 * ```
 */
export class LazyBatchNorm3d extends BatchNorm3d {
  constructor(...args: NormTail) {
    super(0, ...args);
  }
  forward(input: Tensor): Tensor {
    become(this, input, BatchNorm3d, 1);
    return this.forward(input);
  }
  _beforeLoad(dict: Map<string, unknown>, prefix: string, metadata: Metadata): void {
    load(this, dict, prefix);
    super._beforeLoad(dict, prefix, metadata);
  }
}

const instanceSig = signature('LazyInstanceNorm', 'eps=1e-5, momentum=0.1, affine=true, trackRunningStats=true, device=null, dtype=null');
/** Unlike the plain classes, these have parameters and running statistics unless told otherwise. */
function instanceOptions(args: readonly unknown[]): { numFeatures: number } & BatchNormOptions {
  const [eps, momentum, affine, trackRunningStats, device, dtype] = bind(instanceSig, args) as [number, number | null, boolean, boolean, 'cpu' | null, DType | null];
  return { numFeatures: 0, eps, momentum, affine, trackRunningStats, device, dtype };
}

/**
 * Of (C, L) and the like channels come first.
 *
 * @example
 * ```js
 * const m = new torsh.nn.LazyInstanceNorm1d();
 * console.log(m(torsh.randn(20, 100, 40)).shape); // [ 20, 100, 40 ]
 * ```
 */
export class LazyInstanceNorm1d extends InstanceNorm1d {
  constructor(...args: NormTail) {
    super(instanceOptions(args));
  }
  forward(input: Tensor): Tensor {
    become(this, input, InstanceNorm1d, input.ndim - 2);
    return this.forward(input);
  }
  _beforeLoad(dict: Map<string, unknown>, prefix: string, metadata: Metadata): void {
    load(this, dict, prefix);
    super._beforeLoad(dict, prefix, metadata);
  }
}

/**
 * @example
 * ```js
 * const m = new torsh.nn.LazyInstanceNorm2d();
 * console.log(m(torsh.randn(2, 16, 8, 8)).shape); // [ 2, 16, 8, 8 ]
 * ```
 */
export class LazyInstanceNorm2d extends InstanceNorm2d {
  constructor(...args: NormTail) {
    super(instanceOptions(args));
  }
  forward(input: Tensor): Tensor {
    become(this, input, InstanceNorm2d, input.ndim - 3);
    return this.forward(input);
  }
  _beforeLoad(dict: Map<string, unknown>, prefix: string, metadata: Metadata): void {
    load(this, dict, prefix);
    super._beforeLoad(dict, prefix, metadata);
  }
}

/**
 * @example
 * ```js
 * const m = new torsh.nn.LazyInstanceNorm3d();
 * console.log(m(torsh.randn(2, 16, 4, 5, 6)).shape); // [ 2, 16, 4, 5, 6 ]
 * ```
 */
export class LazyInstanceNorm3d extends InstanceNorm3d {
  constructor(...args: NormTail) {
    super(instanceOptions(args));
  }
  forward(input: Tensor): Tensor {
    become(this, input, InstanceNorm3d, input.ndim - 4);
    return this.forward(input);
  }
  _beforeLoad(dict: Map<string, unknown>, prefix: string, metadata: Metadata): void {
    load(this, dict, prefix);
    super._beforeLoad(dict, prefix, metadata);
  }
}

takesNames('input', LazyBatchNorm1d, LazyBatchNorm2d, LazyBatchNorm3d, LazyInstanceNorm1d, LazyInstanceNorm2d, LazyInstanceNorm3d, LazyLinear);
