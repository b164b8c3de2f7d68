/** Activations made of pieces: rectifiers, shrinkages, hard versions of smooth ones. */
import { bind, signature } from '../bind';
import type { Tensor } from '../tensor';
import { count, fail, newParameter, type Factory, type Tail } from './common';
import { takesNames } from './forward';
import { functional as F } from './functional';
import { constant_ } from './init';
import { Module } from './module';
import type { Parameter } from './parameter';
import { py, pyGiven } from './repr';

const sigs = {
  CELU: signature('CELU', 'alpha=1, inplace=false'),
  ELU: signature('ELU', 'alpha=1, inplace=false'),
  SELU: signature('SELU', 'inplace=false'),
  Hardshrink: signature('Hardshrink', 'lambd=0.5'),
  Hardsigmoid: signature('Hardsigmoid', 'inplace=false'),
  Hardswish: signature('Hardswish', 'inplace=false'),
  Hardtanh: signature('Hardtanh', 'minVal=-1, maxVal=1, inplace=false, minValue=null, maxValue=null'),
  LeakyReLU: signature('LeakyReLU', 'negativeSlope=0.01, inplace=false'),
  PReLU: signature('PReLU', 'numParameters=1, init=0.25, device=null, dtype=null'),
  ReLU6: signature('ReLU6', 'inplace=false'),
  RReLU: signature('RReLU', 'lower=0.125, upper=0.3333333333333333, inplace=false'),
  Softshrink: signature('Softshrink', 'lambd=0.5'),
  Threshold: signature('Threshold', 'threshold, value, inplace=false'),
};

type InplaceTail = Tail<[inplace: boolean], { inplace?: boolean }>;
type AlphaTail = Tail<[alpha: number, inplace: boolean], { alpha?: number; inplace?: boolean }>;
const alsoInplace = (inplace: boolean): string => (inplace ? ', inplace=True' : '');

abstract class Alpha extends Module {
  readonly alpha: number;
  readonly inplace: boolean;
  constructor(name: 'CELU' | 'ELU', args: readonly unknown[]) {
    super();
    const [alpha, inplace] = bind(sigs[name], args);
    this.alpha = alpha as number;
    this.inplace = inplace as boolean;
  }
  extraRepr(): string {
    return `alpha=${pyGiven(this.alpha, 1)}${alsoInplace(this.inplace)}`;
  }
}

/**
 * x where positive, else alpha (exp(x / alpha) - 1).
 *
 * @example
 * ```js
 * const m = new torsh.nn.CELU(0.5);
 * console.log(m(torsh.randn(3, 4)).shape); // [ 3, 4 ]
 * ```
 */
export class CELU extends Alpha {
  constructor(...args: AlphaTail) {
    super('CELU', args);
  }
  forward(input: Tensor): Tensor {
    return F.celu(input, this.alpha, this.inplace);
  }
}

/**
 * x where positive, else alpha (exp(x) - 1).
 *
 * @example
 * ```js
 * console.log(new torsh.nn.ELU()(torsh.tensor([-1, 0, 1]))); // tensor([-0.6321,  0.0000,  1.0000])
 * ```
 */
export class ELU extends Alpha {
  constructor(...args: AlphaTail) {
    super('ELU', args);
  }
  forward(input: Tensor): Tensor {
    return F.elu(input, this.alpha, this.inplace);
  }
}

abstract class Plain extends Module {
  readonly inplace: boolean;
  constructor(name: 'SELU' | 'Hardsigmoid' | 'Hardswish', args: readonly unknown[]) {
    super();
    this.inplace = bind(sigs[name], args)[0] as boolean;
  }
}

/**
 * A scaled ELU that keeps mean 0 and variance 1.
 *
 * @example
 * ```js
 * console.log(new torsh.nn.SELU()(torsh.tensor([-1, 0, 1]))); // tensor([-1.1113,  0.0000,  1.0507])
 * ```
 */
export class SELU extends Plain {
  constructor(...args: InplaceTail) {
    super('SELU', args);
  }
  forward(input: Tensor): Tensor {
    return F.selu(input, this.inplace);
  }
  extraRepr(): string {
    return this.inplace ? 'inplace=True' : '';
  }
}

/**
 * min(max(x + 3, 0), 6) / 6.
 *
 * @example
 * ```js
 * console.log(new torsh.nn.Hardsigmoid()(torsh.tensor([-4, 0, 1]))); // tensor([0.0000, 0.5000, 0.6667])
 * ```
 */
export class Hardsigmoid extends Plain {
  constructor(...args: InplaceTail) {
    super('Hardsigmoid', args);
  }
  forward(input: Tensor): Tensor {
    return F.hardsigmoid(input, this.inplace);
  }
}

/**
 * x times Hardsigmoid(x).
 *
 * @example
 * ```js
 * console.log(new torsh.nn.Hardswish()(torsh.tensor([-4, 0, 1]))); // tensor([-0.0000, 0.0000, 0.6667])
 * ```
 */
export class Hardswish extends Plain {
  constructor(...args: InplaceTail) {
    super('Hardswish', args);
  }
  forward(input: Tensor): Tensor {
    return F.hardswish(input, this.inplace);
  }
}

export interface HardtanhOptions { minVal?: number; maxVal?: number; inplace?: boolean; minValue?: number | null; maxValue?: number | null }

/**
 * x within [minVal, maxVal].
 *
 * @example
 * ```js
 * console.log(new torsh.nn.Hardtanh(-2, 2)(torsh.tensor([-4, 0, 1]))); // tensor([-2.,  0.,  1.])
 * ```
 */
export class Hardtanh extends Module {
  readonly minVal: number;
  readonly maxVal: number;
  readonly inplace: boolean;
  constructor(...args: Tail<[minVal: number, maxVal: number, inplace: boolean, minValue: number | null, maxValue: number | null], HardtanhOptions>) {
    super();
    const [minVal, maxVal, inplace, minValue, maxValue] = bind(sigs.Hardtanh, args);
    this.minVal = (minValue ?? minVal) as number;
    this.maxVal = (maxValue ?? maxVal) as number;
    this.inplace = inplace as boolean;
    if (!(this.maxVal > this.minVal)) fail('Hardtanh', `maxVal must be greater than minVal, but got ${this.minVal} and ${this.maxVal}`);
  }
  forward(input: Tensor): Tensor {
    return F.hardtanh(input, this.minVal, this.maxVal, this.inplace);
  }
  extraRepr(): string {
    return `min_val=${pyGiven(this.minVal, -1)}, max_val=${pyGiven(this.maxVal, 1)}${alsoInplace(this.inplace)}`;
  }
}

/**
 * min(max(x, 0), 6).
 *
 * @example
 * ```js
 * console.log(new torsh.nn.ReLU6()(torsh.tensor([-1, 3, 9]))); // tensor([0., 3., 6.])
 * ```
 */
export class ReLU6 extends Hardtanh {
  constructor(...args: InplaceTail) {
    super(0, 6, bind(sigs.ReLU6, args)[0] as boolean);
  }
  extraRepr(): string {
    return this.inplace ? 'inplace=True' : '';
  }
}

abstract class Shrink extends Module {
  readonly lambd: number;
  constructor(name: 'Hardshrink' | 'Softshrink', args: readonly unknown[]) {
    super();
    this.lambd = bind(sigs[name], args)[0] as number;
  }
  extraRepr(): string {
    return py(this.lambd);
  }
}
type ShrinkTail = Tail<[lambd: number], { lambd?: number }>;

/**
 * 0 within [-lambd, lambd], x elsewhere.
 *
 * @example
 * ```js
 * console.log(new torsh.nn.Hardshrink()(torsh.tensor([-1, 0.3, 0.6]))); // tensor([-1.0000,  0.0000,  0.6000])
 * ```
 */
export class Hardshrink extends Shrink {
  constructor(...args: ShrinkTail) {
    super('Hardshrink', args);
  }
  forward(input: Tensor): Tensor {
    return F.hardshrink(input, this.lambd);
  }
}

/**
 * x moved towards 0 by lambd.
 *
 * @example
 * ```js
 * console.log(new torsh.nn.Softshrink()(torsh.tensor([-1, 0.3, 1]))); // tensor([-0.5000,  0.0000,  0.5000])
 * ```
 */
export class Softshrink extends Shrink {
  constructor(...args: ShrinkTail) {
    super('Softshrink', args);
  }
  forward(input: Tensor): Tensor {
    return F.softshrink(input, this.lambd);
  }
}

/**
 * x where positive, else negativeSlope x.
 *
 * @example
 * ```js
 * console.log(new torsh.nn.LeakyReLU(0.1)(torsh.tensor([-1, 0, 1]))); // tensor([-0.1000,  0.0000,  1.0000])
 * ```
 */
export class LeakyReLU extends Module {
  readonly negativeSlope: number;
  readonly inplace: boolean;
  constructor(...args: Tail<[negativeSlope: number, inplace: boolean], { negativeSlope?: number; inplace?: boolean }>) {
    super();
    const [negativeSlope, inplace] = bind(sigs.LeakyReLU, args);
    this.negativeSlope = negativeSlope as number;
    this.inplace = inplace as boolean;
  }
  forward(input: Tensor): Tensor {
    return F.leakyRelu(input, this.negativeSlope, this.inplace);
  }
  extraRepr(): string {
    return `negative_slope=${py(this.negativeSlope)}${alsoInplace(this.inplace)}`;
  }
}

export interface PReLUOptions extends Factory { numParameters?: number; init?: number }

/**
 * x where positive, else a x with a slope that is learned: one, or one for each channel.
 *
 * @example
 * ```js
 * const m = new torsh.nn.PReLU();
 * console.log(m(torsh.tensor([-1, 0, 1]))); // tensor([-0.2500,  0.0000,  1.0000], grad_fn=<PreluBackward0>)
 * ```
 */
export class PReLU extends Module {
  readonly numParameters: number;
  readonly init: number;
  weight: Parameter;
  constructor(...args: Tail<[numParameters: number, init: number], PReLUOptions>) {
    super();
    const [numParameters, init, device, dtype] = bind(sigs.PReLU, args);
    this.numParameters = count('PReLU', 'numParameters', numParameters, 1);
    this.init = init as number;
    this.weight = newParameter('PReLU', [this.numParameters], dtype, device);
    this.resetParameters();
  }
  resetParameters(): void {
    constant_(this.weight, this.init);
  }
  forward(input: Tensor): Tensor {
    return F.prelu(input, this.weight);
  }
  extraRepr(): string {
    return `num_parameters=${this.numParameters}`;
  }
}

/**
 * x where positive, else a slope times x: drawn from [lower, upper] in training, their mean else.
 *
 * @example
 * ```js
 * console.log(new torsh.nn.RReLU(0.1, 0.3).eval()(torsh.tensor([-1, 0, 1]))); // tensor([-0.2000,  0.0000,  1.0000])
 * ```
 */
export class RReLU extends Module {
  readonly lower: number;
  readonly upper: number;
  readonly inplace: boolean;
  constructor(...args: Tail<[lower: number, upper: number, inplace: boolean], { lower?: number; upper?: number; inplace?: boolean }>) {
    super();
    const [lower, upper, inplace] = bind(sigs.RReLU, args);
    this.lower = lower as number;
    this.upper = upper as number;
    this.inplace = inplace as boolean;
  }
  forward(input: Tensor): Tensor {
    return F.rrelu(input, this.lower, this.upper, this.training, this.inplace);
  }
  extraRepr(): string {
    return `lower=${py(this.lower)}, upper=${py(this.upper)}${alsoInplace(this.inplace)}`;
  }
}

/**
 * x above the threshold, else value.
 *
 * @example
 * ```js
 * console.log(new torsh.nn.Threshold(0.5, 9)(torsh.tensor([-1, 0, 1]))); // tensor([9., 9., 1.])
 * ```
 */
export class Threshold extends Module {
  readonly threshold: number;
  readonly value: number;
  readonly inplace: boolean;
  constructor(threshold: number, value: number, ...rest: InplaceTail);
  constructor(options: { threshold: number; value: number; inplace?: boolean });
  constructor(...args: unknown[]) {
    super();
    const [threshold, value, inplace] = bind(sigs.Threshold, args);
    this.threshold = threshold as number;
    this.value = value as number;
    this.inplace = inplace as boolean;
  }
  forward(input: Tensor): Tensor {
    return F.threshold(input, this.threshold, this.value, this.inplace);
  }
  extraRepr(): string {
    return `threshold=${py(this.threshold)}, value=${py(this.value)}${alsoInplace(this.inplace)}`;
  }
}

takesNames('input', CELU, ELU, Hardshrink, Hardsigmoid, Hardswish, Hardtanh, LeakyReLU, PReLU, RReLU, SELU, Softshrink, Threshold);
