import { signature, type Signature } from '../bind';
import { tensor, type Tensor } from '../tensor';
import { zerosLike } from '../gen/ops';
import { _adamStep_ } from '../gen/system';
import { stepping } from '../runtime/recording';
import type { Tail } from '../nn/common';
import { Optimizer, options, type Closure, type ParamGroup, type Params, type StepOptions } from './optimizer';
import { recordedStep } from './recorded';

const flags = 'foreach=null, maximize=false, capturable=false, differentiable=false, fused=false';
const sigs = {
  Adam: signature('Adam', `params, lr=1e-3, betas=[0.9, 0.999], eps=1e-8, weightDecay=0, amsgrad=false, *, ${flags}`),
  AdamW: signature('AdamW', `params, lr=1e-3, betas=[0.9, 0.999], eps=1e-8, weightDecay=1e-2, amsgrad=false, *, ${flags}`),
};

export interface AdamOptions extends StepOptions {
  lr?: number;
  /** Decay of the running averages of the gradient and of its square. */
  betas?: readonly [number, number];
  eps?: number;
  weightDecay?: number;
  /** Divides by the largest average of squares so far. */
  amsgrad?: boolean;
}
type AdamTail = Tail<[lr: number, betas: readonly [number, number], eps: number, weightDecay: number, amsgrad: boolean], AdamOptions>;

function begin(p: Tensor, amsgrad: boolean): Record<string, Tensor> {
  return { step: tensor(0), exp_avg: zerosLike(p), exp_avg_sq: zerosLike(p), ...(amsgrad ? { max_exp_avg_sq: zerosLike(p) } : {}) };
}

abstract class AdamFamily extends Optimizer {
  constructor(sig: Signature, args: readonly unknown[], order: string) {
    super(...options(sig, args, `lr betas eps weightDecay amsgrad ${order}`));
  }

  _check(group: ParamGroup): void {
    this._checkAtLeastZero('learning rate', group.lr);
    this._checkAtLeastZero('epsilon value', group.eps);
    this._checkBetas(group.betas);
    this._checkAtLeastZero('weight_decay value', group.weightDecay);
  }

  _update(group: ParamGroup, decoupled: boolean): void {
    const { lr, betas: [beta1, beta2], eps, weightDecay, amsgrad, maximize } = group;
    if (group.differentiable) {
      recordedStep(this, group, decoupled ? 'AdamW' : 'Adam', (p) => begin(p, amsgrad as boolean));
      return;
    }
    for (const params of this._batches(group)) {
      const fresh = new Map<Tensor, Record<string, Tensor>>();
      const states = params.map((p): Record<string, Tensor> => {
        const known = this.state.get(p);
        if (known && (!amsgrad || known.max_exp_avg_sq)) return known;
        const state = { ...begin(p, amsgrad as boolean), ...known } as Record<string, Tensor>;
        fresh.set(p, state);
        return state;
      });
      const all = (name: string): Tensor[] => states.map((state) => state[name]);
      stepping(this, group, () => [group.lr, ...(group.betas as [number, number]), group.eps as number, group.weightDecay]);
      _adamStep_(params, all('exp_avg'), all('exp_avg_sq'), amsgrad ? all('max_exp_avg_sq') : [], all('step'),
        lr, beta1, beta2, eps, weightDecay, decoupled, maximize);
      for (const [p, state] of fresh) this._remember(p, state);
    }
  }

  /** A step count may have been saved as a plain number. */
  _takeState(param: Tensor, values: Record<string, unknown>): Record<string, unknown> {
    const { step } = values;
    return super._takeState(param, typeof step === 'number' ? { ...values, step: tensor(step) } : values);
  }
}

/**
 * Adam (Kingma & Ba 2014); weightDecay is added to the gradient.
 *
 * @example
 * ```js
 * const w = torsh.tensor([2], { requiresGrad: true });
 * const optimizer = new torsh.optim.Adam([w], { lr: 0.1, betas: [0.9, 0.95] });
 * w.square().sum().backward();
 * optimizer.step();
 * console.log(w.item() < 2); // true
 * ```
 */
export class Adam extends AdamFamily {
  constructor(params: Params, ...rest: AdamTail);
  constructor(...args: unknown[]) {
    super(sigs.Adam, args, 'maximize foreach capturable differentiable fused');
  }
  step(closure?: Closure | null): Tensor | number | null {
    return this._run(closure, (group) => this._update(group, false));
  }
}

/**
 * Adam with weight decay applied to the parameter itself (Loshchilov & Hutter 2017).
 *
 * @example
 * ```js
 * const w = torsh.tensor([2], { requiresGrad: true });
 * const optimizer = new torsh.optim.AdamW([w], { lr: 0.1, weightDecay: 0.05 });
 * w.square().sum().backward();
 * optimizer.step();
 * console.log(w.item() < 2); // true
 * ```
 */
export class AdamW extends AdamFamily {
  constructor(params: Params, ...rest: AdamTail);
  constructor(...args: unknown[]) {
    super(sigs.AdamW, args, 'foreach maximize capturable differentiable? fused?');
  }
  step(closure?: Closure | null): Tensor | number | null {
    return this._run(closure, (group) => this._update(group, true));
  }
}
