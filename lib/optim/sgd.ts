import { signature } from '../bind';
import type { Tensor } from '../tensor';
import { zerosLike } from '../gen/ops';
import { _sgdStep_ } from '../gen/system';
import type { Tail } from '../nn/common';
import { stepping } from '../runtime/recording';
import { Optimizer, options, type Closure, type ParamGroup, type Params, type StepOptions } from './optimizer';
import { recordedStep } from './recorded';

const sig = signature('SGD',
  'params, lr=null, momentum=0, dampening=0, weightDecay=0, nesterov=false, *, maximize=false, foreach=null, differentiable=false, fused=null');
const order = 'lr momentum dampening weightDecay nesterov maximize foreach differentiable fused?';

export interface SGDOptions extends Omit<StepOptions, 'capturable'> {
  lr?: number;
  momentum?: number;
  dampening?: number;
  weightDecay?: number;
  nesterov?: boolean;
}

/**
 * Stochastic gradient descent with momentum.
 *
 * @example
 * ```js
 * const w = torsh.tensor([2], { requiresGrad: true });
 * const optimizer = new torsh.optim.SGD([w], { lr: 0.1, momentum: 0.9, nesterov: true });
 * w.square().sum().backward();
 * optimizer.step();
 * console.log(w.item() < 2); // true
 * ```
 */
export class SGD extends Optimizer {
  constructor(params: Params, ...rest: Tail<[lr: number, momentum: number, dampening: number, weightDecay: number, nesterov: boolean], SGDOptions>);
  constructor(...args: unknown[]) {
    const [params, defaults] = options(sig, args, order);
    super(params, { ...defaults, lr: defaults.lr ?? undefined });
  }

  _check(group: ParamGroup): void {
    this._checkAtLeastZero('learning rate', group.lr);
    this._checkAtLeastZero('momentum value', group.momentum);
    this._checkAtLeastZero('weight_decay value', group.weightDecay);
    this._checkNumbers(group, ['dampening']);
    if (group.nesterov && (group.momentum <= 0 || group.dampening !== 0)) throw this._refuse('Nesterov momentum requires a momentum and zero dampening');
  }

  step(closure?: Closure | null): Tensor | number | null {
    return this._run(closure, (group) => {
      if (group.differentiable) {
        recordedStep(this, group, 'SGD', () => ({}));
        return;
      }
      const { lr, momentum, dampening, weightDecay, nesterov, maximize } = group;
      for (const params of this._batches(group, momentum === 0)) {
        const fresh: number[] = [];
        const buffers = momentum === 0 ? [] : params.map((p) => {
          const known = this.state.get(p)?.momentum_buffer as Tensor | null | undefined;
          fresh.push(known ? 0 : 1);
          return known ?? zerosLike(p);
        });
        stepping(this, group, () => [group.lr, group.momentum, group.dampening, group.weightDecay]);
        _sgdStep_(params, buffers, fresh, lr, momentum, dampening, weightDecay, nesterov, maximize);
        buffers.forEach((buffer, i) => { if (fresh[i]) this._remember(params[i], { momentum_buffer: buffer }); });
      }
    });
  }
}
