import { bind, signature } from '../bind';
import { zeros, zerosLike } from '../gen/ops';
import { finfo } from '../info';
import type { Tensor } from '../tensor';
import type { Tail } from '../nn/common';
import type { ParamGroup, Params } from './optimizer';
import { TensorwiseOptimizer, lengthOf, type Tensors } from './tensorwise';

const sig = signature('Adafactor', 'params, lr=1e-2, beta2Decay=-0.8, eps=[null, 1e-3], d=1.0, weightDecay=0, *, foreach=null, maximize=false');

export interface AdafactorOptions {
  lr?: number;
  /** Power of the step by which the weight of new squares falls. */
  beta2Decay?: number;
  /** Least mean square of the gradient (null: the dtype's eps), least scale of a parameter. */
  eps?: readonly [number | null, number];
  /** The root mean square above which a step is scaled down. */
  d?: number;
  weightDecay?: number;
  maximize?: boolean;
}

/**
 * Squares of a matrix's gradient kept as means of rows and columns (Shazeer & Stern 2018).
 * https://pytorch.org/docs/stable/generated/torch.optim.Adafactor.html
 */
export class Adafactor extends TensorwiseOptimizer {
  constructor(params: Params, ...rest: Tail<[lr: number, beta2Decay: number, eps: readonly [number | null, number], d: number, weightDecay: number], AdafactorOptions>);
  constructor(...args: unknown[]) {
    const [params, lr, beta2Decay, eps, d, weightDecay, , maximize] = bind(sig, args);
    super(params, { lr, beta2Decay, eps, d, weightDecay, maximize });
  }
  _check({ lr, beta2Decay, eps, d, weightDecay }: ParamGroup): void {
    const [least, scale] = Array.isArray(eps) ? eps as [number | null, number] : [NaN, NaN];
    if (!(lr >= 0)) throw this._refuse(`Learning rate should be >= 0 but is: ${lr}`);
    if (!(beta2Decay <= 0)) throw this._refuse(`beta2_decay should be <= 0 but is: ${String(beta2Decay)}`);
    if (least !== null && !(least >= 0)) throw this._refuse(`epsilon1 should be >= 0 but is: ${least}`);
    if (!(scale >= 0)) throw this._refuse(`epsilon2 should be >= 0 but is: ${scale}`);
    if (!(d >= 1)) throw this._refuse(`Clipping threshold d should be >= 1 but is: ${String(d)}`);
    if (!(weightDecay >= 0)) throw this._refuse(`weight_decay should be >= 0 but is: ${String(weightDecay)}`);
  }
  _begin(p: Tensor): Tensors {
    if (p.ndim < 2) return { variance: zerosLike(p) };
    const { shape, dtype } = p;
    return { row_var: zeros([...shape.slice(0, -1), 1], { dtype }), col_var: zeros([...shape.slice(0, -2), 1, shape[shape.length - 1]], { dtype }) };
  }
  _change(p: Tensor, grad: Tensor, { row_var, col_var, variance }: Tensors, { lr, beta2Decay, eps, d, weightDecay }: ParamGroup, t: number): void {
    if (p.numel() === 0) return;
    const least = (eps[0] ?? finfo(p.dtype).eps) as number, fresh = t ** beta2Decay, root = Math.sqrt(p.numel());
    const alpha = Math.max(eps[1], lengthOf(p) / root) * Math.min(lr, 1 / Math.sqrt(t));
    if (weightDecay !== 0) p.mul_(1 - lr * weightDecay);
    let estimate: Tensor;
    if (p.ndim < 2) {
      estimate = variance.lerp_(grad.square(), fresh).clone();
    } else {
      row_var.lerp_(grad.square().mean(-1, true), fresh);
      col_var.lerp_(grad.square().mean(-2, true), fresh);
      estimate = row_var.matmul(col_var).div_(row_var.mean(-2, true).clamp_(least));
    }
    const update = estimate.clamp_(least * least).rsqrt_().mul_(grad);
    p.add_(update, { alpha: -alpha / Math.max(1, lengthOf(update) / (root * d)) });
  }
}
