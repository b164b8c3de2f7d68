import { bind, signature } from '../bind';
import type { Tensor } from '../tensor';
import * as ops from '../gen/ops';
import { probability, type Tail } from './common';
import { takesNames } from './forward';
import { functional as F } from './functional';
import { Module } from './module';
import { py } from './repr';

const names = ['Dropout', 'Dropout1d', 'Dropout2d', 'Dropout3d', 'AlphaDropout', 'FeatureAlphaDropout'] as const;
const sigs = Object.fromEntries(names.map((name) => [name, signature(name, 'p=0.5, inplace=false')]));

export interface DropoutOptions { p?: number; inplace?: boolean }
type DropoutTail = Tail<[p: number, inplace: boolean], DropoutOptions>;

abstract class AnyDropout extends Module {
  readonly p: number;
  readonly inplace: boolean;
  constructor(name: (typeof names)[number], args: readonly unknown[]) {
    super();
    const [p, inplace] = bind(sigs[name], args);
    this.p = probability(name, p);
    this.inplace = inplace as boolean;
  }
  extraRepr(): string {
    return `p=${py(this.p)}, inplace=${py(this.inplace)}`;
  }
}

/**
 * In training, zeroes each element with probability p and scales the others by 1 / (1 - p).
 *
 * @example
 * ```js
 * const m = new torsh.nn.Dropout(0.5);
 * console.log(m.eval()(torsh.ones(3))); // tensor([1., 1., 1.])
 * ```
 */
export class Dropout extends AnyDropout {
  constructor(...args: DropoutTail) {
    super('Dropout', args);
  }
  forward(input: Tensor): Tensor {
    return this.inplace ? F.dropout(input, this.p, this.training, true) : ops.dropout(input, this.p, this.training);
  }
}

/**
 * Drops whole channels of (N, C, L) or (C, L).
 *
 * @example
 * ```js
 * const m = new torsh.nn.Dropout1d(0.2);
 * console.log(m(torsh.randn(20, 16, 32)).shape); // [ 20, 16, 32 ]
 * ```
 */
export class Dropout1d extends AnyDropout {
  constructor(...args: DropoutTail) {
    super('Dropout1d', args);
  }
  forward(input: Tensor): Tensor {
    return F.dropout1d(input, this.p, this.training, this.inplace);
  }
}

/**
 * Drops whole channels of (N, C, H, W).
 *
 * @example
 * ```js
 * const m = new torsh.nn.Dropout2d(0.2);
 * console.log(m(torsh.randn(20, 16, 8, 8)).shape); // [ 20, 16, 8, 8 ]
 * ```
 */
export class Dropout2d extends AnyDropout {
  constructor(...args: DropoutTail) {
    super('Dropout2d', args);
  }
  forward(input: Tensor): Tensor {
    return F.dropout2d(input, this.p, this.training, this.inplace);
  }
}

/**
 * Drops whole channels of (N, C, D, H, W) or (C, D, H, W).
 *
 * @example
 * ```js
 * const m = new torsh.nn.Dropout3d(0.2);
 * console.log(m(torsh.randn(2, 16, 4, 8, 8)).shape); // [ 2, 16, 4, 8, 8 ]
 * ```
 */
export class Dropout3d extends AnyDropout {
  constructor(...args: DropoutTail) {
    super('Dropout3d', args);
  }
  forward(input: Tensor): Tensor {
    return F.dropout3d(input, this.p, this.training, this.inplace);
  }
}

/**
 * Dropout that keeps mean 0 and variance 1, for SELU networks.
 *
 * @example
 * ```js
 * const m = new torsh.nn.AlphaDropout(0.2);
 * console.log(m(torsh.randn(20, 16)).shape); // [ 20, 16 ]
 * ```
 */
export class AlphaDropout extends AnyDropout {
  constructor(...args: DropoutTail) {
    super('AlphaDropout', args);
  }
  forward(input: Tensor): Tensor {
    return F.alphaDropout(input, this.p, this.training, this.inplace);
  }
}

/**
 * AlphaDropout of whole channels.
 *
 * @example
 * ```js
 * const m = new torsh.nn.FeatureAlphaDropout(0.2);
 * console.log(m(torsh.randn(20, 16, 4, 8, 8)).shape); // [ 20, 16, 4, 8, 8 ]
 * ```
 */
export class FeatureAlphaDropout extends AnyDropout {
  constructor(...args: DropoutTail) {
    super('FeatureAlphaDropout', args);
  }
  forward(input: Tensor): Tensor {
    return F.featureAlphaDropout(input, this.p, this.training, this.inplace);
  }
}

takesNames('input', AlphaDropout, Dropout, Dropout1d, Dropout2d, Dropout3d, FeatureAlphaDropout);
