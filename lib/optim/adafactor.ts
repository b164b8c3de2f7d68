import { bind, signature } from '../bind';
import { zeros, zerosLike } from '../gen/ops';
import type { Tensor } from '../tensor';
import type { Tail } from '../nn/common';
import type { ParamGroup, Params } from './optimizer';
import { Whole, WholeOptimizer } from './whole';

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
 *
 * @example
 * ```js
 * const w = torsh.tensor([2], { requiresGrad: true });
 * const optimizer = new torsh.optim.Adafactor([w], { lr: 0.1 });
 * w.square().sum().backward();
 * optimizer.step();
 * console.log(w.item() < 2); // true
 * ```
 */
export class Adafactor extends WholeOptimizer {
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
  get _rule(): Whole { return Whole.Adafactor; }
  _states(p: Tensor): Record<string, () => Tensor> {
    if (p.ndim < 2) return { variance: () => zerosLike(p) };
    const { shape, dtype } = p;
    return {
      row_var: () => zeros([...shape.slice(0, -1), 1], { dtype }),
      col_var: () => zeros([...shape.slice(0, -2), 1, shape[shape.length - 1]], { dtype }),
    };
  }
  _numbers({ beta2Decay, eps: [least, scale], d }: ParamGroup): number[] { return [beta2Decay, least ?? NaN, scale, d]; }
}
