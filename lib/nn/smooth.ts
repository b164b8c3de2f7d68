/** Smooth activations. */
import { bind, signature } from '../bind';
import type { Tensor } from '../tensor';
import { checkDim, type Tail } from './common';
import { takesNames } from './forward';
import { functional as F } from './functional';
import { Module } from './module';
import { py } from './repr';

const sigs = {
  GLU: signature('GLU', 'dim=-1'),
  Mish: signature('Mish', 'inplace=false'),
  Softmin: signature('Softmin', 'dim=null'),
  Softplus: signature('Softplus', 'beta=1, threshold=20'),
};

/**
 * The first half of x along dim times the sigmoid of the second.
 *
 * @example
 * ```js
 * const m = new torsh.nn.GLU();
 * console.log(m(torsh.randn(4, 6)).shape); // [ 4, 3 ]
 * ```
 */
export class GLU extends Module {
  readonly dim: number;
  constructor(...args: Tail<[dim: number], { dim?: number }>) {
    super();
    this.dim = bind(sigs.GLU, args)[0] as number;
  }
  forward(input: Tensor): Tensor {
    return F.glu(input, this.dim);
  }
  extraRepr(): string {
    return `dim=${this.dim}`;
  }
}

/**
 * log(sigmoid(x)).
 *
 * @example
 * ```js
 * console.log(new torsh.nn.LogSigmoid()(torsh.tensor([-1, 0, 1]))); // tensor([-1.3133, -0.6931, -0.3133])
 * ```
 */
export class LogSigmoid extends Module {
  forward(input: Tensor): Tensor {
    return F.logsigmoid(input);
  }
}

/**
 * x tanh(softplus(x)).
 *
 * @example
 * ```js
 * console.log(new torsh.nn.Mish()(torsh.tensor([-1, 0, 1]))); // tensor([-0.3034,  0.0000,  0.8651])
 * ```
 */
export class Mish extends Module {
  readonly inplace: boolean;
  constructor(...args: Tail<[inplace: boolean], { inplace?: boolean }>) {
    super();
    this.inplace = bind(sigs.Mish, args)[0] as boolean;
  }
  forward(input: Tensor): Tensor {
    return F.mish(input, this.inplace);
  }
  extraRepr(): string {
    return this.inplace ? 'inplace=True' : '';
  }
}

/**
 * Softmax over the channels of (N, C, H, W) or (C, H, W).
 *
 * @example
 * ```js
 * const m = new torsh.nn.Softmax2d();
 * console.log(m(torsh.randn(2, 3, 4, 4)).shape); // [ 2, 3, 4, 4 ]
 * ```
 */
export class Softmax2d extends Module {
  forward(input: Tensor): Tensor {
    checkDim('Softmax2d', input, [3, 4]);
    return F.softmax(input, -3);
  }
}

/**
 * softmax(-x).
 *
 * @example
 * ```js
 * console.log(new torsh.nn.Softmin(0)(torsh.tensor([0, 1]))); // tensor([0.7311, 0.2689])
 * ```
 */
export class Softmin extends Module {
  readonly dim: number | null;
  constructor(...args: Tail<[dim: number | null], { dim?: number | null }>) {
    super();
    this.dim = bind(sigs.Softmin, args)[0] as number | null;
  }
  forward(input: Tensor): Tensor {
    return F.softmin(input, this.dim);
  }
  extraRepr(): string {
    return `dim=${py(this.dim)}`;
  }
}

/**
 * log(1 + exp(beta x)) / beta, x itself where beta x is above the threshold.
 *
 * @example
 * ```js
 * console.log(new torsh.nn.Softplus()(torsh.tensor([-1, 0, 1]))); // tensor([0.3133, 0.6931, 1.3133])
 * ```
 */
export class Softplus extends Module {
  readonly beta: number;
  readonly threshold: number;
  constructor(...args: Tail<[beta: number, threshold: number], { beta?: number; threshold?: number }>) {
    super();
    const [beta, threshold] = bind(sigs.Softplus, args);
    this.beta = beta as number;
    this.threshold = threshold as number;
  }
  forward(input: Tensor): Tensor {
    return F.softplus(input, this.beta, this.threshold);
  }
  extraRepr(): string {
    return `beta=${py(this.beta)}, threshold=${py(this.threshold)}`;
  }
}

/**
 * x / (1 + |x|).
 *
 * @example
 * ```js
 * console.log(new torsh.nn.Softsign()(torsh.tensor([-1, 0, 1]))); // tensor([-0.5000,  0.0000,  0.5000])
 * ```
 */
export class Softsign extends Module {
  forward(input: Tensor): Tensor {
    return F.softsign(input);
  }
}

/**
 * x - tanh(x).
 *
 * @example
 * ```js
 * console.log(new torsh.nn.Tanhshrink()(torsh.tensor([-1, 0, 1]))); // tensor([-0.2384,  0.0000,  0.2384])
 * ```
 */
export class Tanhshrink extends Module {
  forward(input: Tensor): Tensor {
    return F.tanhshrink(input);
  }
}

takesNames('input', GLU, LogSigmoid, Mish, Softmax2d, Softmin, Softplus, Softsign, Tanhshrink);
