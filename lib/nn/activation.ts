import { bind, signature, type Signature } from '../bind';
import type { Tensor } from '../tensor';
import * as ops from '../gen/ops';
import { fail, type Tail } from './common';
import { takesNames } from './forward';
import { functional as F } from './functional';
import { Module } from './module';
import { py } from './repr';

const inplaceOnly = (name: string): Signature => signature(name, 'inplace=false');
const dimOnly = (name: string): Signature => signature(name, 'dim=null');
const sigs = {
  ReLU: inplaceOnly('ReLU'),
  SiLU: inplaceOnly('SiLU'),
  GELU: signature('GELU', 'approximate="none"'),
  Softmax: dimOnly('Softmax'),
  LogSoftmax: dimOnly('LogSoftmax'),
};

type InplaceTail = Tail<[inplace: boolean], { inplace?: boolean }>;
type DimTail = Tail<[dim: number | null], { dim?: number | null }>;

/** An activation that may overwrite its input. */
abstract class Inplace extends Module {
  readonly inplace: boolean;
  constructor(sig: Signature, args: readonly unknown[]) {
    super();
    this.inplace = bind(sig, args)[0] as boolean;
  }
  extraRepr(): string {
    return this.inplace ? 'inplace=True' : '';
  }
}

/**
 * max(0, x).
 *
 * @example
 * ```js
 * console.log(new torsh.nn.ReLU()(torsh.tensor([-1, 0, 1]))); // tensor([0., 0., 1.])
 * ```
 */
export class ReLU extends Inplace {
  constructor(...args: InplaceTail) {
    super(sigs.ReLU, args);
  }
  forward(input: Tensor): Tensor {
    return F.relu(input, this.inplace);
  }
}

/**
 * x sigmoid(x).
 *
 * @example
 * ```js
 * console.log(new torsh.nn.SiLU()(torsh.tensor([-1, 0, 1]))); // tensor([-0.2689,  0.0000,  0.7311])
 * ```
 */
export class SiLU extends Inplace {
  constructor(...args: InplaceTail) {
    super(sigs.SiLU, args);
  }
  forward(input: Tensor): Tensor {
    return F.silu(input, this.inplace);
  }
}

/**
 * x times the normal distribution function of x; approximate 'tanh' computes it by tanh.
 *
 * @example
 * ```js
 * console.log(new torsh.nn.GELU()(torsh.tensor([-1, 0, 1]))); // tensor([-0.1587,  0.0000,  0.8413])
 * ```
 */
export class GELU extends Module {
  readonly approximate: 'none' | 'tanh';
  constructor(...args: Tail<[approximate: 'none' | 'tanh'], { approximate?: 'none' | 'tanh' }>) {
    super();
    this.approximate = bind(sigs.GELU, args)[0] as 'none' | 'tanh';
    if (this.approximate !== 'none' && this.approximate !== 'tanh') fail('GELU', `approximate must be 'none' or 'tanh', but got ${String(this.approximate)}`);
  }
  forward(input: Tensor): Tensor {
    return ops.gelu(input, { approximate: this.approximate });
  }
  extraRepr(): string {
    return `approximate='${this.approximate}'`;
  }
}

/**
 * @example
 * ```js
 * console.log(new torsh.nn.Sigmoid()(torsh.tensor([-1, 0, 1]))); // tensor([0.2689, 0.5000, 0.7311])
 * ```
 */
export class Sigmoid extends Module {
  forward(input: Tensor): Tensor {
    return input.sigmoid();
  }
}

/**
 * @example
 * ```js
 * console.log(new torsh.nn.Tanh()(torsh.tensor([-1, 0, 1]))); // tensor([-0.7616,  0.0000,  0.7616])
 * ```
 */
export class Tanh extends Module {
  forward(input: Tensor): Tensor {
    return input.tanh();
  }
}

/**
 * exp(x) / sum exp(x) over one dimension.
 *
 * @example
 * ```js
 * console.log(new torsh.nn.Softmax(1)(torsh.tensor([[0, 0], [1, 2]])));
 * // tensor([[0.5000, 0.5000],
 * //         [0.2689, 0.7311]])
 * ```
 */
export class Softmax extends Module {
  readonly dim: number | null;
  constructor(...args: DimTail) {
    super();
    this.dim = bind(sigs.Softmax, args)[0] as number | null;
  }
  forward(input: Tensor): Tensor {
    return F.softmax(input, this.dim);
  }
  extraRepr(): string {
    return `dim=${py(this.dim)}`;
  }
}

/**
 * log(softmax(x)) over one dimension.
 *
 * @example
 * ```js
 * console.log(new torsh.nn.LogSoftmax(1)(torsh.tensor([[1, 1]]))); // tensor([[-0.6931, -0.6931]])
 * ```
 */
export class LogSoftmax extends Module {
  readonly dim: number | null;
  constructor(...args: DimTail) {
    super();
    this.dim = bind(sigs.LogSoftmax, args)[0] as number | null;
  }
  forward(input: Tensor): Tensor {
    return F.logSoftmax(input, this.dim);
  }
  extraRepr(): string {
    return `dim=${py(this.dim)}`;
  }
}

takesNames('input', GELU, LogSoftmax, ReLU, Sigmoid, SiLU, Softmax, Tanh);
