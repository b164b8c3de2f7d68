import { bind, signature, type Signature } from '../bind';
import { tensor, type DType, type Tensor } from '../tensor';
import { noGrad } from '../autograd';
import { _empty } from '../gen/system';
import { checkDim, count, newParameter, type Factory, type Tail } from './common';
import { takesNames } from './forward';
import { functional as F } from './functional';
import { Module } from './module';
import type { Parameter } from './parameter';
import { py } from './repr';
import type { Metadata } from './state-dict';

const text = 'numFeatures, eps=1e-5, momentum=0.1, affine=true, trackRunningStats=true, device=null, dtype=null';
const sigs = { BatchNorm1d: signature('BatchNorm1d', text), BatchNorm2d: signature('BatchNorm2d', text), BatchNorm3d: signature('BatchNorm3d', text) };

export interface BatchNormOptions extends Factory {
  eps?: number;
  /** Share of the new batch in the running statistics; null: the plain average over all batches. */
  momentum?: number | null;
  affine?: boolean;
  trackRunningStats?: boolean;
}
type BatchNormTail = Tail<[eps: number, momentum: number | null, affine: boolean, trackRunningStats: boolean], BatchNormOptions>;

/** Parameters and running statistics of a normalisation of channels. */
export abstract class NormBase extends Module {
  static readonly _version = 2;
  readonly numFeatures: number;
  readonly eps: number;
  momentum: number | null;
  readonly affine: boolean;
  readonly trackRunningStats: boolean;
  weight: Parameter | null;
  bias: Parameter | null;
  declare running_mean: Tensor | null;
  declare running_var: Tensor | null;
  declare num_batches_tracked: Tensor | null;

  constructor(sig: Signature, args: readonly unknown[]) {
    super();
    const { name } = sig;
    const [numFeatures, eps, momentum, affine, trackRunningStats, device, dtype] = bind(sig, args);
    this.numFeatures = count(name, 'numFeatures', numFeatures);
    this.eps = eps as number;
    this.momentum = momentum as number | null;
    this.affine = affine as boolean;
    this.trackRunningStats = trackRunningStats as boolean;
    this.weight = affine ? newParameter(name, [this.numFeatures], dtype, device) : null;
    this.bias = affine ? newParameter(name, [this.numFeatures], dtype, device) : null;
    const track = this.trackRunningStats;
    this.registerBuffer('running_mean', track ? _empty([this.numFeatures], dtype as DType | null) : null);
    this.registerBuffer('running_var', track ? _empty([this.numFeatures], dtype as DType | null) : null);
    this.registerBuffer('num_batches_tracked', track ? tensor(0, { dtype: 'int64' }) : null);
    this.resetParameters();
  }

  abstract _checkInputDim(input: Tensor): void;

  resetRunningStats(): void {
    noGrad(() => {
      this.running_mean?.zero_();
      this.running_var?.fill_(1);
      this.num_batches_tracked?.zero_();
    });
  }

  resetParameters(): void {
    this.resetRunningStats();
    noGrad(() => {
      this.weight?.fill_(1);
      this.bias?.zero_();
    });
  }

  abstract forward(input: Tensor): Tensor;

  _beforeLoad(dict: Map<string, unknown>, prefix: string, metadata: Metadata): void {
    // Before version 2 batches were not counted.
    const key = `${prefix}num_batches_tracked`;
    if ((metadata.version === undefined || metadata.version < 2) && this.trackRunningStats && !dict.has(key)) {
      dict.set(key, tensor(0, { dtype: 'int64' }));
    }
  }

  extraRepr(): string {
    return `${this.numFeatures}, eps=${py(this.eps)}, momentum=${py(this.momentum)}, affine=${py(this.affine)}, track_running_stats=${py(this.trackRunningStats)}`;
  }
}

abstract class BatchNorm extends NormBase {
  forward(input: Tensor): Tensor {
    this._checkInputDim(input);
    let average = this.momentum ?? 0;
    if (this.training && this.trackRunningStats && this.num_batches_tracked) {
      this.num_batches_tracked.add_(1);
      if (this.momentum === null) average = 1 / Number(this.num_batches_tracked.item());
    }
    const batchStatistics = this.training || (this.running_mean === null && this.running_var === null);
    const update = !this.training || this.trackRunningStats;
    return F.batchNorm(input, update ? this.running_mean : null, update ? this.running_var : null, this.weight, this.bias,
      batchStatistics, average, this.eps);
  }
}

/**
 * Normalises each of C channels over the batch: (N, C) or (N, C, L).
 *
 * @example
 * ```js
 * const m = new torsh.nn.BatchNorm1d(100);
 * console.log(m(torsh.randn(20, 100)).shape); // [ 20, 100 ]
 * ```
 */
export class BatchNorm1d extends BatchNorm {
  constructor(numFeatures: number, ...rest: BatchNormTail);
  constructor(options: { numFeatures: number } & BatchNormOptions);
  constructor(...args: unknown[]) {
    super(sigs.BatchNorm1d, args);
  }
  _checkInputDim(input: Tensor): void {
    checkDim('BatchNorm1d', input, [2, 3]);
  }
}

/**
 * Normalises each of C channels over the batch: (N, C, H, W).
 *
 * @example
 * ```js
 * const m = new torsh.nn.BatchNorm2d(16, { momentum: 0.05 });
 * console.log(m(torsh.randn(20, 16, 8, 8)).shape); // [ 20, 16, 8, 8 ]
 * ```
 */
export class BatchNorm2d extends BatchNorm {
  constructor(numFeatures: number, ...rest: BatchNormTail);
  constructor(options: { numFeatures: number } & BatchNormOptions);
  constructor(...args: unknown[]) {
    super(sigs.BatchNorm2d, args);
  }
  _checkInputDim(input: Tensor): void {
    checkDim('BatchNorm2d', input, [4]);
  }
}

/**
 * Normalises each of C channels over the batch: (N, C, D, H, W).
 *
 * @example
 * ```js
 * const m = new torsh.nn.BatchNorm3d(16, { affine: false });
 * console.log(m(torsh.randn(2, 16, 4, 5, 6)).shape); // [ 2, 16, 4, 5, 6 ]
 * ```
 */
export class BatchNorm3d extends BatchNorm {
  constructor(numFeatures: number, ...rest: BatchNormTail);
  constructor(options: { numFeatures: number } & BatchNormOptions);
  constructor(...args: unknown[]) {
    super(sigs.BatchNorm3d, args);
  }
  _checkInputDim(input: Tensor): void {
    checkDim('BatchNorm3d', input, [5]);
  }
}

takesNames('input', BatchNorm);
