import { bind, signature } from '../bind';
import { zerosLike } from '../gen/ops';
import type { Tensor } from '../tensor';
import type { Tail } from '../nn/common';
import type { ParamGroup, Params } from './optimizer';
import { Whole, WholeOptimizer } from './whole';

const sig = signature('Muon',
  'params, lr=1e-3, weightDecay=0.1, momentum=0.95, nesterov=true, nsCoefficients=[3.4445, -4.775, 2.0315], eps=1e-7, nsSteps=5, adjustLrFn=null, *, maximize=false');

export interface MuonOptions {
  lr?: number;
  /** Of the parameter itself, as in AdamW. */
  weightDecay?: number;
  momentum?: number;
  nesterov?: boolean;
  /** a, b, c of X -> a X + (b X X' + c (X X')^2) X. */
  nsCoefficients?: readonly [number, number, number];
  /** Least norm to divide by. */
  eps?: number;
  nsSteps?: number;
  /** 'original' (null): lr by sqrt(max(1, rows / columns)); 'match_rms_adamw': by 0.2 sqrt(max(rows, columns)). */
  adjustLrFn?: 'original' | 'match_rms_adamw' | null;
  maximize?: boolean;
}

/**
 * Momentum made orthogonal by Newton and Schulz's iteration, for matrices (Jordan et al. 2024, https://kellerjordan.github.io/posts/muon).
 * The iteration runs in the parameter's dtype. https://pytorch.org/docs/stable/generated/torch.optim.Muon.html
 *
 * @example
 * ```js
 * const w = torsh.eye(3).requiresGrad_();
 * const optimizer = new torsh.optim.Muon([w], { lr: 0.1 }); // matrices only
 * w.square().sum().backward();
 * optimizer.step();
 * console.log(w.shape); // [ 3, 3 ]
 * ```
 */
export class Muon extends WholeOptimizer {
  constructor(params: Params, ...rest: Tail<[lr: number, weightDecay: number, momentum: number, nesterov: boolean, nsCoefficients: readonly [number, number, number],
    eps: number, nsSteps: number, adjustLrFn: 'original' | 'match_rms_adamw' | null], MuonOptions>);
  constructor(...args: unknown[]) {
    const [params, lr, weightDecay, momentum, nesterov, nsCoefficients, eps, nsSteps, adjustLrFn, maximize] = bind(sig, args);
    super(params, { lr, weightDecay, momentum, nesterov, nsCoefficients, eps, nsSteps, adjustLrFn, maximize });
  }
  _check({ params, lr, weightDecay, momentum, nsCoefficients, nsSteps, adjustLrFn }: ParamGroup): void {
    if (!(lr >= 0)) throw this._refuse(`Learning rate should be >= 0 but is: ${lr}`);
    if (!(momentum >= 0)) throw this._refuse(`momentum should be >= 0 but is: ${String(momentum)}`);
    if (!(weightDecay >= 0)) throw this._refuse(`weight decay should be >= 0 but is: ${String(weightDecay)}`);
    if (![null, 'original', 'match_rms_adamw'].includes(adjustLrFn as string | null)) throw this._refuse(`Adjust learning rate function ${String(adjustLrFn)} is not supported`);
    if (!Array.isArray(nsCoefficients) || nsCoefficients.length !== 3) throw this._refuse('Coefficients must be a tuple of exactly 3 values');
    if (!Number.isInteger(nsSteps) || nsSteps < 0 || nsSteps >= 100) throw this._refuse('Number of steps must be less than 100 for computational efficiency');
    for (const p of params) if (p.ndim !== 2) throw this._refuse(`Muon only supports 2D parameters whereas we found a parameter with size: [${p.shape.join(', ')}]`, 'ERR_SHAPE');
  }
  get _rule(): Whole { return Whole.Muon; }
  _states(p: Tensor): Record<string, () => Tensor> { return { momentum_buffer: () => zerosLike(p) }; }
  _numbers({ momentum, nesterov, nsCoefficients, eps, nsSteps, adjustLrFn }: ParamGroup): number[] {
    return [momentum, nesterov ? 1 : 0, ...nsCoefficients, eps, nsSteps, adjustLrFn === 'match_rms_adamw' ? 1 : 0] as number[];
  }
}
