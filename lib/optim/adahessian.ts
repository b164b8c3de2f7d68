import { bind, signature } from '../bind';
import { enableGrad, grad as gradients, noGrad } from '../autograd';
import { rand, zerosLike } from '../gen/ops';
import { tidy } from '../memory';
import type { Tensor } from '../tensor';
import type { Tail } from '../nn/common';
import { FusedOptimizer, Rule, type Beginning } from './fused';
import type { Closure, ParamGroup, Params } from './optimizer';

const sig = signature('AdaHessian', 'params, lr=0.15, betas=[0.9, 0.999], eps=1e-4, weightDecay=0, hessianPower=1, nSamples=1, averageConvKernel=false, *, maximize=false');

export interface AdaHessianOptions {
  lr?: number;
  betas?: readonly [number, number];
  eps?: number;
  /** Of the parameter itself, as in AdamW. */
  weightDecay?: number;
  /** 1 divides by the diagonal of the Hessian, 0.5 by its root. */
  hessianPower?: number;
  /** Random vectors a step. */
  nSamples?: number;
  /** One value for each kernel of a convolution: the mean over it. */
  averageConvKernel?: boolean;
  maximize?: boolean;
}

/**
 * Adam by the diagonal of the Hessian, estimated with Hutchinson's method (Yao et al. 2020, https://arxiv.org/abs/2006.00719).
 * Gradients must have been made with loss.backward({ createGraph: true }).
 *
 * @example
 * ```js
 * const w = torsh.tensor([2], { requiresGrad: true });
 * const optimizer = new torsh.optim.AdaHessian([w], { lr: 0.1 });
 * w.pow(4).sum().backward({ createGraph: true }); // it looks at the second derivative
 * optimizer.step();
 * console.log(w.item() < 2); // true
 * ```
 */
export class AdaHessian extends FusedOptimizer {
  constructor(params: Params, ...rest: Tail<[lr: number, betas: readonly [number, number], eps: number, weightDecay: number, hessianPower: number, nSamples: number,
    averageConvKernel: boolean], AdaHessianOptions>);
  constructor(...args: unknown[]) {
    const [params, lr, betas, eps, weightDecay, hessianPower, nSamples, averageConvKernel, maximize] = bind(sig, args);
    super(params, { lr, betas, eps, weightDecay, hessianPower, nSamples, averageConvKernel, maximize });
  }
  _check(group: ParamGroup): void {
    this._checkAllAtLeastZero(group, { lr: 'learning rate', eps: 'epsilon value', weightDecay: 'weight_decay value' });
    this._checkBetas(group.betas);
    if (!(group.hessianPower >= 0 && group.hessianPower <= 1)) throw this._refuse(`Invalid Hessian power value: ${String(group.hessianPower)}`);
    if (!Number.isInteger(group.nSamples) || group.nSamples < 1) throw this._refuse(`Invalid number of samples: ${String(group.nSamples)}`);
  }

  override step(closure?: Closure | null): Tensor | number | null {
    const loss = closure ? enableGrad(closure) : null;
    tidy(() => {
      this._hessians = this._estimates();
      try {
        for (const group of this.paramGroups) this._update(group);
      } finally {
        this._hessians = null;
      }
    });
    return loss;
  }
  /** While a step is under way. */
  declare _hessians: Map<Tensor, Tensor> | null;

  override _extra(params: readonly Tensor[], group: ParamGroup): Tensor[] {
    return params.map((p) => {
      // One without a gradient is left alone.
      const hessian = this._hessians!.get(p) ?? p;
      return group.averageConvKernel && p.ndim === 4 ? noGrad(() => hessian.abs().mean([2, 3], true).expand(p.shape).contiguous()) : hessian;
    });
  }

  /** Estimates of the Hessian's diagonal, of each parameter that has a gradient. */
  _estimates(): Map<Tensor, Tensor> {
    const params = this.paramGroups.flatMap((group) => group.params).filter((p) => p.grad !== null);
    const grads = params.map((p) => p.grad!);
    grads.forEach((g, i) => {
      if (!g.requiresGrad) throw this._refuse(`the gradient of parameter ${i} has no graph: compute it with loss.backward({ createGraph: true })`, 'ERR_AUTOGRAD');
    });
    const sums = new Map<Tensor, Tensor>();
    if (params.length === 0) return sums;
    // Of groups that ask for different numbers of samples the largest counts for all.
    const samples = Math.max(...this.paramGroups.map((group) => group.nSamples as number));
    for (let k = 0; k < samples; k++) {
      const signs = params.map((p) => noGrad(() => rand(p.shape).round().mul_(2).sub_(1).to(p.dtype)));
      const products = gradients(grads, params, { gradOutputs: signs, retainGraph: k < samples - 1, allowUnused: true });
      noGrad(() => params.forEach((p, i) => {
        const product = products[i] as Tensor | null;
        const diagonal = product === null ? zerosLike(p) : product.mul(signs[i]).div(samples);
        sums.set(p, sums.has(p) ? sums.get(p)!.add(diagonal) : diagonal);
      }));
    }
    return sums;
  }

  get _rule(): Rule { return Rule.AdaHessian; }
  _beginning(): Beginning { return { states: { exp_avg: 0, exp_hessian_diag_sq: 0 } }; }
  _numbers({ betas: [beta1, beta2], eps, hessianPower }: ParamGroup): number[] { return [beta1, beta2, eps, hessianPower] as number[]; }
}
