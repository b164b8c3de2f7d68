import { bind, signature } from '../bind';
import type { Tensor } from '../tensor';
import * as ops from '../gen/ops';
import { count, newParameter, type Factory, type Tail } from './common';
import { takesNames } from './forward';
import { initFanIn } from './init-layers';
import { Module } from './module';
import type { Parameter } from './parameter';
import { py } from './repr';

const sigs = {
  Linear: signature('Linear', 'inFeatures, outFeatures, bias=true, device=null, dtype=null'),
};

export interface LinearOptions extends Factory { bias?: boolean }

/**
 * y = x A^T + b: (*, inFeatures) to (*, outFeatures).
 *
 * @example
 * ```js
 * const m = new torsh.nn.Linear(20, 30);
 * console.log(m(torsh.randn(128, 20)).shape); // [ 128, 30 ]
 * ```
 */
export class Linear extends Module {
  readonly inFeatures: number;
  readonly outFeatures: number;
  weight: Parameter;
  bias: Parameter | null;

  constructor(inFeatures: number, outFeatures: number, ...rest: Tail<[bias: boolean], LinearOptions>);
  constructor(options: { inFeatures: number; outFeatures: number } & LinearOptions);
  constructor(...args: unknown[]) {
    super();
    const [inFeatures, outFeatures, bias, device, dtype] = bind(sigs.Linear, args);
    this.inFeatures = count('Linear', 'inFeatures', inFeatures);
    this.outFeatures = count('Linear', 'outFeatures', outFeatures);
    this.weight = newParameter('Linear', [this.outFeatures, this.inFeatures], dtype, device);
    this.bias = bias ? newParameter('Linear', [this.outFeatures], dtype, device) : null;
    this.resetParameters();
  }
  resetParameters(): void {
    initFanIn(this.weight, this.bias);
  }
  forward(input: Tensor): Tensor {
    return ops.linear(input, this.weight, this.bias);
  }
  extraRepr(): string {
    return `in_features=${this.inFeatures}, out_features=${this.outFeatures}, bias=${py(this.bias !== null)}`;
  }
}

/**
 * Returns its input, whatever the arguments given to the constructor.
 *
 * @example
 * ```js
 * console.log(new torsh.nn.Identity()(torsh.tensor([1, 2]))); // tensor([1., 2.])
 * ```
 */
export class Identity extends Module {
  constructor(..._args: unknown[]) {
    super();
  }
  forward<T>(input: T): T {
    return input;
  }
}

/* Identity takes any object as it is. */
takesNames('input', Linear);
