/** Normalisation of each channel of each sample. */
import { signature } from '../bind';
import type { Tensor } from '../tensor';
import { NormBase, type BatchNormOptions } from './batchnorm';
import { checkDim, fail, type Tail } from './common';
import { takesNames } from './forward';
import { functional as F } from './functional';

const text = 'numFeatures, eps=1e-5, momentum=0.1, affine=false, trackRunningStats=false, device=null, dtype=null';
const sigs = { InstanceNorm1d: signature('InstanceNorm1d', text), InstanceNorm2d: signature('InstanceNorm2d', text), InstanceNorm3d: signature('InstanceNorm3d', text) };

export type InstanceNormOptions = BatchNormOptions;
type InstanceNormTail = Tail<[eps: number, momentum: number | null, affine: boolean, trackRunningStats: boolean], InstanceNormOptions>;

abstract class InstanceNorm extends NormBase {
  /** Dims of one sample, without a batch. */
  protected abstract get plainDims(): number;
  _checkInputDim(input: Tensor): void {
    checkDim(this.constructor.name, input, [this.plainDims, this.plainDims + 1]);
  }
  forward(input: Tensor): Tensor {
    this._checkInputDim(input);
    const alone = input.ndim === this.plainDims;
    const x = alone ? input.unsqueeze(0) : input;
    if (this.affine && x.shape[1] !== this.numFeatures) {
      fail(this.constructor.name, `expected input's size at dim=${alone ? 0 : 1} to match num_features (${this.numFeatures}), but got: ${x.shape[1]}.`, 'ERR_SHAPE');
    }
    const own = this.training || !this.trackRunningStats;
    const out = F.instanceNorm(x, this.running_mean, this.running_var, this.weight, this.bias, own, this.momentum ?? 0, this.eps);
    return alone ? out.squeeze(0) : out;
  }
}

/**
 * (N, C, L) or (C, L).
 *
 * @example
 * ```js
 * const m = new torsh.nn.InstanceNorm1d(100);
 * console.log(m(torsh.randn(20, 100, 40)).shape); // [ 20, 100, 40 ]
 * ```
 */
export class InstanceNorm1d extends InstanceNorm {
  constructor(numFeatures: number, ...rest: InstanceNormTail);
  constructor(options: { numFeatures: number } & InstanceNormOptions);
  constructor(...args: unknown[]) {
    super(sigs.InstanceNorm1d, args);
  }
  protected get plainDims(): number { return 2; }
}

/**
 * (N, C, H, W) or (C, H, W).
 *
 * @example
 * ```js
 * const m = new torsh.nn.InstanceNorm2d(16, { affine: true });
 * console.log(m(torsh.randn(2, 16, 8, 8)).shape); // [ 2, 16, 8, 8 ]
 * ```
 */
export class InstanceNorm2d extends InstanceNorm {
  constructor(numFeatures: number, ...rest: InstanceNormTail);
  constructor(options: { numFeatures: number } & InstanceNormOptions);
  constructor(...args: unknown[]) {
    super(sigs.InstanceNorm2d, args);
  }
  protected get plainDims(): number { return 3; }
}

/**
 * (N, C, D, H, W) or (C, D, H, W).
 *
 * @example
 * ```js
 * const m = new torsh.nn.InstanceNorm3d(16);
 * console.log(m(torsh.randn(2, 16, 4, 5, 6)).shape); // [ 2, 16, 4, 5, 6 ]
 * ```
 */
export class InstanceNorm3d extends InstanceNorm {
  constructor(numFeatures: number, ...rest: InstanceNormTail);
  constructor(options: { numFeatures: number } & InstanceNormOptions);
  constructor(...args: unknown[]) {
    super(sigs.InstanceNorm3d, args);
  }
  protected get plainDims(): number { return 4; }
}

takesNames('input', InstanceNorm);
