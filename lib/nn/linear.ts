import { bind, signature } from '../bind';
import type { Tensor } from '../tensor';
import { count, fail, newParameter, type Factory, type Tail } from './common';
import { functional as F } from './functional';
import { uniform_ } from './init';
import { initFanIn } from './init-layers';
import { Module } from './module';
import type { Parameter } from './parameter';
import { py } from './repr';

const sigs = {
  Linear: signature('Linear', 'inFeatures, outFeatures, bias=true, device=null, dtype=null'),
  Bilinear: signature('Bilinear', 'in1Features, in2Features, outFeatures, bias=true, device=null, dtype=null'),
};

export interface LinearOptions extends Factory { bias?: boolean }

/** y = x A^T + b: (*, inFeatures) to (*, outFeatures). */
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
    return F.linear(input, this.weight, this.bias);
  }
  extraRepr(): string {
    return `in_features=${this.inFeatures}, out_features=${this.outFeatures}, bias=${py(this.bias !== null)}`;
  }
}

/** Returns its input, whatever the arguments given to the constructor. */
export class Identity extends Module {
  constructor(..._args: unknown[]) {
    super();
  }
  forward<T>(input: T): T {
    return input;
  }
}

/** y = x1^T A x2 + b: (*, in1Features) and (*, in2Features) to (*, outFeatures). */
export class Bilinear extends Module {
  readonly in1Features: number;
  readonly in2Features: number;
  readonly outFeatures: number;
  weight: Parameter;
  bias: Parameter | null;

  constructor(in1Features: number, in2Features: number, outFeatures: number, ...rest: Tail<[bias: boolean], LinearOptions>);
  constructor(options: { in1Features: number; in2Features: number; outFeatures: number } & LinearOptions);
  constructor(...args: unknown[]) {
    super();
    const [in1Features, in2Features, outFeatures, bias, device, dtype] = bind(sigs.Bilinear, args);
    this.in1Features = count('Bilinear', 'in1Features', in1Features);
    if (this.in1Features === 0) fail('Bilinear', `in1_features must be > 0, but got ${this.in1Features}`);
    this.in2Features = count('Bilinear', 'in2Features', in2Features);
    this.outFeatures = count('Bilinear', 'outFeatures', outFeatures);
    this.weight = newParameter('Bilinear', [this.outFeatures, this.in1Features, this.in2Features], dtype, device);
    this.bias = bias ? newParameter('Bilinear', [this.outFeatures], dtype, device) : null;
    this.resetParameters();
  }
  resetParameters(): void {
    const bound = 1 / Math.sqrt(this.in1Features);
    uniform_(this.weight, -bound, bound);
    if (this.bias !== null) uniform_(this.bias, -bound, bound);
  }
  forward(input1: Tensor, input2: Tensor): Tensor {
    return F.bilinear(input1, input2, this.weight, this.bias);
  }
  extraRepr(): string {
    return `in1_features=${this.in1Features}, in2_features=${this.in2Features}, out_features=${this.outFeatures}, bias=${py(this.bias !== null)}`;
  }
}
