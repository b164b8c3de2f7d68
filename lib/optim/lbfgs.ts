/** Limited-memory BFGS (Nocedal 1980). */
import { bind, signature } from '../bind';
import { enableGrad, noGrad } from '../autograd';
import { cat, zerosLike } from '../gen/ops';
import { tidy } from '../memory';
import { keep, isTensor, type Tensor } from '../tensor';
import type { Tail } from '../nn/common';
import { Optimizer, type Closure, type ParamGroup, type Params } from './optimizer';
import { strongWolfe } from './strong-wolfe';

const sig = signature('LBFGS', 'params, lr=1, maxIter=20, maxEval=null, toleranceGrad=1e-7, toleranceChange=1e-9, historySize=100, lineSearchFn=null');

export interface LBFGSOptions {
  lr?: number;
  /** Most iterations of one step. */
  maxIter?: number;
  /** Most evaluations of the closure in one step; 1.25 times maxIter when null. */
  maxEval?: number | null;
  /** Stops when no element of the gradient is larger. */
  toleranceGrad?: number;
  /** Stops when neither loss nor parameters change by more. */
  toleranceChange?: number;
  historySize?: number;
  lineSearchFn?: 'strong_wolfe' | null;
}

/** By PyTorch's names, as in state dicts. */
interface LBFGSState {
  func_evals: number;
  n_iter: number;
  d: Tensor;
  t: number;
  old_dirs: Tensor[];
  old_stps: Tensor[];
  ro: number[];
  H_diag: number;
  prev_flat_grad: Tensor;
  prev_loss: number;
  al: number[];
}

const dot = (a: Tensor, b: Tensor): number => a.dot(b).item() as number;
const largest = (t: Tensor): number => t.abs().max().item() as number;

/**
 * One group of parameters, whose step calls the closure several times.
 *
 * @example
 * ```js
 * const w = torsh.tensor([2, -1], { requiresGrad: true });
 * const optimizer = new torsh.optim.LBFGS([w], { lineSearchFn: 'strong_wolfe' });
 * optimizer.step(() => {
 *   optimizer.zeroGrad();
 *   const loss = w.sub(3).square().sum();
 *   loss.backward();
 *   return loss;
 * });
 * console.log(w.detach()); // tensor([3.0000, 3.0000])
 * ```
 */
export class LBFGS extends Optimizer {
  constructor(params: Params, ...rest: Tail<
    [lr: number, maxIter: number, maxEval: number | null, toleranceGrad: number, toleranceChange: number, historySize: number, lineSearchFn: 'strong_wolfe' | null], LBFGSOptions>);
  constructor(...args: unknown[]) {
    const [params, lr, maxIter, maxEval, toleranceGrad, toleranceChange, historySize, lineSearchFn] = bind(sig, args) as
      [unknown, number, number, number | null, number, number, number, string | null];
    super(params, { lr, maxIter, maxEval: maxEval ?? Math.floor(maxIter * 5 / 4), toleranceGrad, toleranceChange, historySize, lineSearchFn });
    if (this.paramGroups.length !== 1) throw this._refuse("LBFGS doesn't support per-parameter options (parameter groups)");
  }

  _check(group: ParamGroup): void {
    this._checkAtLeastZero('learning rate', group.lr);
    for (const name of ['maxIter', 'maxEval', 'historySize']) {
      if (!Number.isInteger(group[name]) || group[name] < 0) throw this._refuse(`${name} must be a whole number, but got ${String(group[name])}`);
    }
    if (group.lineSearchFn !== null && group.lineSearchFn !== 'strong_wolfe') throw this._refuse("only 'strong_wolfe' is supported", 'ERR_UNSUPPORTED');
    if (group.params.some((p) => p.isComplex())) throw this._refuse('complex parameters are not supported', 'ERR_UNSUPPORTED');
  }

  step(closure?: Closure | null): Tensor | number {
    if (typeof closure !== 'function') throw this._refuse('step needs a closure that computes the loss and the gradients');
    return noGrad(() => this._search(closure));
  }

  _flatGrad(): Tensor {
    return cat(this.paramGroups[0].params.map((p) => (p.grad ?? zerosLike(p)).detach().reshape([-1])));
  }

  _move(size: number, direction: Tensor): void {
    let at = 0;
    for (const p of this.paramGroups[0].params) {
      const n = p.numel();
      p.add_(direction.narrow(0, at, n).reshape(p.shape), { alpha: size });
      at += n;
    }
  }

  _search(closure: Closure): Tensor | number {
    const [group] = this.paramGroups;
    const { params, lr, maxIter, maxEval, toleranceGrad, toleranceChange, historySize, lineSearchFn } = group;
    const state: Partial<LBFGSState> & { func_evals: number; n_iter: number } = { func_evals: 0, n_iter: 0, ...this.state.get(params[0]) };
    const evaluate = (): [Tensor | number, number] => {
      const loss = enableGrad(closure);
      return [loss, Number(isTensor(loss) ? loss.item() : loss)];
    };
    const [first, value] = evaluate();
    let loss = value, evaluations = 1, gradient = this._flatGrad();
    state.func_evals++;
    const remember = (): Tensor | number => {
      for (const tensor of [state.d, state.prev_flat_grad, ...(state.old_dirs ?? []), ...(state.old_stps ?? [])]) if (tensor) keep(tensor);
      this.state.set(params[0], state);
      return first;
    };
    if (gradient.numel() === 0 || largest(gradient) <= toleranceGrad) return remember();

    for (let n = 1; n <= maxIter; n++) {
      state.n_iter++;
      if (state.n_iter === 1) {
        Object.assign(state, { d: gradient.neg(), old_dirs: [], old_stps: [], ro: [], H_diag: 1 });
      } else {
        state.d = this._direction(state as LBFGSState, gradient, historySize as number);
      }
      const { d } = state as LBFGSState;
      state.prev_flat_grad = gradient.clone();
      state.prev_loss = loss;
      const before = loss;
      state.t = state.n_iter === 1 ? Math.min(1, 1 / (gradient.abs().sum().item() as number)) * lr : lr;
      const slope = dot(gradient, d);
      if (slope > -toleranceChange) break;

      let calls = 0;
      if (lineSearchFn !== null) {
        const start = params.map((p) => p.clone());
        const found = strongWolfe((t) => {
          this._move(t, d);
          const [, at] = evaluate();
          const flat = this._flatGrad();
          params.forEach((p, i) => p.copy_(start[i]));
          return [at, flat];
        }, state.t, d, loss, gradient, slope, toleranceChange as number);
        ({ f: loss, g: gradient, t: state.t, calls } = found);
        this._move(state.t, d);
      } else {
        this._move(state.t, d);
        if (n !== maxIter) {
          [, loss] = evaluate();
          gradient = this._flatGrad();
          calls = 1;
        }
      }
      evaluations += calls;
      state.func_evals += calls;
      if (n === maxIter || evaluations >= maxEval || largest(gradient) <= toleranceGrad) break;
      if (largest(d.mul(state.t)) <= toleranceChange || Math.abs(loss - before) < toleranceChange) break;
    }
    return remember();
  }

  /** Minus the gradient times the inverse Hessian that the last steps suggest. */
  _direction(state: LBFGSState, gradient: Tensor, historySize: number): Tensor {
    return tidy(() => {
      const { old_dirs: ys, old_stps: steps, ro } = state;
      const y = gradient.sub(state.prev_flat_grad), s = state.d.mul(state.t), curvature = dot(y, s);
      if (curvature > 1e-10) {
        if (ys.length >= historySize) for (const list of [ys, steps, ro]) list.shift();
        ys.push(keep(y));
        steps.push(keep(s));
        ro.push(1 / curvature);
        state.H_diag = curvature / dot(y, y);
      }
      const al = state.al ??= [];
      const q = gradient.neg();
      for (let i = ys.length - 1; i >= 0; i--) {
        al[i] = dot(steps[i], q) * ro[i];
        q.add_(ys[i], { alpha: -al[i] });
      }
      const r = q.mul(state.H_diag);
      for (let i = 0; i < ys.length; i++) r.add_(steps[i], { alpha: al[i] - dot(ys[i], r) * ro[i] });
      return r;
    });
  }

  override _takeState(param: Tensor, values: Record<string, unknown>): Record<string, unknown> {
    const taken = super._takeState(param, values);
    for (const [name, value] of Object.entries(values)) {
      // PyTorch saves numbers as tensors, alone or in lists.
      const vectors = name === 'old_dirs' || name === 'old_stps';
      const plain = (v: unknown): unknown => (isTensor(v) ? v.item() : v);
      if (Array.isArray(value)) taken[name] = vectors ? value.map((v: unknown, i) => super._takeState(param, { [i]: v })[i] as Tensor) : value.map(plain);
      else if (!['d', 'prev_flat_grad'].includes(name)) taken[name] = plain(value);
    }
    return taken;
  }
}
