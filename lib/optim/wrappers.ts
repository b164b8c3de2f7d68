/** Optimizers around an optimizer, whose groups they share. */
import { bind, signature } from '../bind';
import { enableGrad, noGrad } from '../autograd';
import { TorshError } from '../errors';
import { tidy } from '../memory';
import { keep, type Tensor } from '../tensor';
import type { Tail } from '../nn/common';
import { Optimizer, entriesOf, type Closure, type OptimizerStateDict, type ParamGroup, type ParamGroupInput } from './optimizer';
import { onlyHere } from '../runtime/recording';

const sigs = {
  Lookahead: signature('Lookahead', 'optimizer, k=5, alpha=0.5'),
  SAM: signature('SAM', 'optimizer, rho=0.05, adaptive=false'),
};

abstract class Wrapper extends Optimizer {
  declare optimizer: Optimizer;
  constructor(name: string, optimizer: unknown) {
    if (!(optimizer instanceof Optimizer)) {
      throw new TorshError('ERR_ARGUMENT', name, `${name}: expected an Optimizer, not ${optimizer === null ? 'null' : typeof optimizer}`);
    }
    super(optimizer.paramGroups.map(({ params }) => ({ params })), {});
    this.optimizer = optimizer;
    this.paramGroups = optimizer.paramGroups;
  }
  _check(_group: ParamGroup): void {}
  override addParamGroup(input: ParamGroupInput): void {
    if (this.optimizer) this.optimizer.addParamGroup(input);
    else super.addParamGroup(input);
  }
  override _makeStateDict(): OptimizerStateDict { return this.optimizer.stateDict(); }
  override _takeStateDict(dict: OptimizerStateDict): void { this.optimizer.loadStateDict(dict); }
  get _params(): Tensor[] { return this.paramGroups.flatMap((group) => group.params); }
}

/**
 * Every k steps of an optimizer, slow weights go the part alpha of the way to where it has come, and it goes on from there
 * (Zhang et al. 2019, https://arxiv.org/abs/1907.08610). The state dict is the optimizer's, with slow_param and slow_step of each parameter.
 *
 * @example
 * ```js
 * const w = torsh.tensor([2], { requiresGrad: true });
 * const optimizer = new torsh.optim.Lookahead(new torsh.optim.SGD([w], { lr: 0.1 }), { k: 5, alpha: 0.5 });
 * w.square().sum().backward();
 * optimizer.step();
 * console.log(w.item() < 2); // true
 * ```
 */
export class Lookahead extends Wrapper {
  declare k: number;
  declare alpha: number;
  /** Steps since the slow weights moved. */
  declare _count: number;

  constructor(optimizer: Optimizer, ...rest: Tail<[k: number, alpha: number], { k?: number; alpha?: number }>);
  constructor(...args: unknown[]) {
    const [optimizer, k, alpha] = bind(sigs.Lookahead, args) as [unknown, number, number];
    super('Lookahead', optimizer);
    if (!Number.isInteger(k) || k < 1) throw this._refuse(`Invalid lookahead steps: ${k}`);
    if (!(alpha >= 0 && alpha <= 1)) throw this._refuse(`Invalid slow update rate: ${alpha}`);
    this.k = k;
    this.alpha = alpha;
    this._count = 0;
    this._slow();
  }

  /** Slow weights of parameters that have none yet. */
  _slow(): void {
    noGrad(() => { for (const p of this._params) if (!this.state.has(p)) this.state.set(p, { slow_param: keep(p.detach().clone()) }); });
  }

  override addParamGroup(input: ParamGroupInput): void {
    super.addParamGroup(input);
    if (this.optimizer) this._slow();
  }

  step(closure?: Closure | null): Tensor | number | null {
    onlyHere('Lookahead, which counts its steps, steps in it');
    const loss = this.optimizer.step(closure);
    this._count = (this._count + 1) % this.k;
    if (this._count === 0) {
      noGrad(() => tidy(() => {
        for (const p of this._params) {
          const slow = this.state.get(p)!.slow_param as Tensor;
          slow.add_(p.sub(slow), { alpha: this.alpha });
          p.copy_(slow);
        }
      }));
    }
    return loss;
  }

  override _makeStateDict(): OptimizerStateDict {
    const dict = super._makeStateDict();
    this._params.forEach((p, i) => { dict.state[i] = { ...dict.state[i], slow_param: this.state.get(p)!.slow_param as Tensor, slow_step: this._count }; });
    return dict;
  }

  override _takeStateDict(dict: OptimizerStateDict): void {
    const own = new Map<string, Tensor>(), inner: OptimizerStateDict['state'] = {};
    let count = 0;
    for (const [number, { slow_param, slow_step, ...rest }] of entriesOf(dict?.state)) {
      if (slow_param) own.set(number, slow_param as Tensor);
      count = (slow_step as number | undefined) ?? count;
      if (Object.keys(rest).length > 0) inner[number] = rest;
    }
    super._takeStateDict({ ...dict, state: inner });
    this._count = count;
    this._params.forEach((p, i) => {
      const slow = own.get(String(i));
      if (slow) this.state.set(p, this._takeState(p, { slow_param: slow }));
    });
  }
}

/**
 * Sharpness-aware minimisation (Foret et al. 2020, https://arxiv.org/abs/2010.01412): steps by the gradient at the worst point within rho.
 * adaptive: distances in units of the parameter (Kwon et al. 2021). step(closure) runs the closure twice; it must set gradients anew.
 *
 * @example
 * ```js
 * const w = torsh.tensor([2], { requiresGrad: true });
 * const optimizer = new torsh.optim.SAM(new torsh.optim.SGD([w], { lr: 0.1 }), { rho: 0.05 });
 * optimizer.step(() => {
 *   optimizer.zeroGrad();
 *   const loss = w.square().sum();
 *   loss.backward();
 *   return loss;
 * });
 * console.log(w.item() < 2); // true
 * ```
 */
export class SAM extends Wrapper {
  declare rho: number;
  declare adaptive: boolean;

  constructor(optimizer: Optimizer, ...rest: Tail<[rho: number, adaptive: boolean], { rho?: number; adaptive?: boolean }>);
  constructor(...args: unknown[]) {
    const [optimizer, rho, adaptive] = bind(sigs.SAM, args) as [unknown, number, boolean];
    super('SAM', optimizer);
    if (!(rho >= 0)) throw this._refuse(`Invalid rho, should be non-negative: ${rho}`);
    this.rho = rho;
    this.adaptive = adaptive;
  }

  /** To the worst point nearby, by the gradients there are. */
  firstStep(): void {
    noGrad(() => tidy(() => {
      const graded = this._params.filter((p) => p.grad !== null);
      const lengths = graded.map((p) => (this.adaptive ? p.abs().mul_(p.grad!) : p.grad!).norm().item() as number);
      const scale = this.rho / (Math.hypot(...lengths) + 1e-12);
      for (const p of graded) {
        this.state.set(p, { old_p: keep(p.detach().clone()) });
        const grad = p.grad!.detach();
        p.add_(this.adaptive ? p.square().mul_(grad) : grad, { alpha: scale });
      }
    }));
  }

  /** Back, and a step of the optimizer by the gradients found there. */
  secondStep(): void {
    this._back();
    this.optimizer.step();
  }

  _back(): void {
    noGrad(() => {
      for (const [p, { old_p }] of this.state) {
        p.copy_(old_p as Tensor);
        (old_p as Tensor).dispose();
      }
    });
    this.state.clear();
  }

  step(closure?: Closure | null): Tensor | number {
    onlyHere('SAM steps in it');
    if (typeof closure !== 'function') throw this._refuse('step needs a closure that computes the loss and the gradients anew');
    const loss = enableGrad(closure);
    this.firstStep();
    try {
      enableGrad(closure);
    } catch (error) {
      this._back();
      throw error;
    }
    this.secondStep();
    return loss;
  }
}
