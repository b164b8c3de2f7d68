import { bind, signature } from '../bind';
import { eye, linalgEigh, tensordot, zerosLike } from '../gen/ops';
import type { Tensor } from '../tensor';
import type { Tail } from '../nn/common';
import type { ParamGroup, Params } from './optimizer';
import { TensorwiseOptimizer, type Tensors } from './tensorwise';

const sig = signature('Shampoo', 'params, lr=1e-1, momentum=0, weightDecay=0, eps=1e-4, updateFreq=1, *, maximize=false');

export interface ShampooOptions {
  lr?: number;
  momentum?: number;
  /** Added to the gradient. */
  weightDecay?: number;
  /** The preconditioners begin as eps times the identity. */
  eps?: number;
  /** Roots are taken anew every updateFreq steps. */
  updateFreq?: number;
  maximize?: boolean;
}

/** A preconditioner for each dimension of a tensor (Gupta, Koren & Singer 2018, https://arxiv.org/abs/1802.09568, algorithm 2). */
export class Shampoo extends TensorwiseOptimizer {
  constructor(params: Params, ...rest: Tail<[lr: number, momentum: number, weightDecay: number, eps: number, updateFreq: number], ShampooOptions>);
  constructor(...args: unknown[]) {
    const [params, lr, momentum, weightDecay, eps, updateFreq, maximize] = bind(sig, args);
    super(params, { lr, momentum, weightDecay, eps, updateFreq, maximize });
  }
  _check(group: ParamGroup): void {
    this._checkAllAtLeastZero(group, { lr: 'learning rate', momentum: 'momentum value', weightDecay: 'weight_decay value', eps: 'epsilon value' });
    if (!Number.isInteger(group.updateFreq) || group.updateFreq < 1) throw this._refuse(`Invalid update_freq value: ${String(group.updateFreq)}`);
  }
  _begin(p: Tensor, { eps, momentum }: ParamGroup): Tensors {
    const { dtype } = p, state: Tensors = momentum > 0 ? { momentum_buffer: zerosLike(p) } : {};
    (p.ndim === 0 ? [1] : p.shape).forEach((n, i) => {
      state[`precond_${i}`] = eye(n, null, { dtype }).mul_(eps as number);
      state[`inv_precond_${i}`] = eye(n, null, { dtype });
    });
    return state;
  }
  _change(p: Tensor, grad: Tensor, state: Tensors, { lr, momentum, weightDecay, updateFreq }: ParamGroup, t: number): void {
    if (p.numel() === 0) return;
    if (weightDecay !== 0) grad.add_(p, { alpha: weightDecay as number });
    let way = p.ndim === 0 ? grad.reshape([1]) : grad;
    const whole = way, order = way.ndim;
    for (let i = 0; i < order; i++) {
      const rows = whole.transpose(0, i).reshape([whole.shape[i], -1]);
      const sum = state[`precond_${i}`].add_(rows.matmul(rows.t())), root = state[`inv_precond_${i}`];
      if ((t - 1) % updateFreq === 0) root.copy_(power(sum, -1 / (2 * order)));
      // The dim that was first comes back last, so that each dim has its turn at the front.
      way = tensordot(way, root, [0], [0]);
    }
    way = way.reshape(p.shape);
    // Heavy ball, on the preconditioned gradient.
    if (momentum > 0) way = (state.momentum_buffer ??= zerosLike(p)).mul_(momentum).add_(way);
    p.add_(way, { alpha: -lr });
  }
}

/** A power of a symmetric positive matrix. */
function power(matrix: Tensor, exponent: number): Tensor {
  const single = matrix.dtype === 'float16' || matrix.dtype === 'bfloat16' ? matrix.float() : matrix;
  const [values, vectors] = linalgEigh(single);
  // Rounding may leave eigenvalues that are not positive; they count for as little as the largest one's error.
  const floor = (values.max().item() as number) * (single.dtype === 'float64' ? 1e-16 : 1e-8);
  return vectors.mul(values.clamp(Math.max(floor, Number.MIN_VALUE)).pow(exponent)).matmul(vectors.t());
}
