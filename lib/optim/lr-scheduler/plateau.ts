/** Rates that fall when a metric has stopped improving. */
import { bind, signature } from '../../bind';
import { isTensor, type Tensor } from '../../tensor';
import type { Optimizer } from '../optimizer';
import { type SchedulerStateDict, checkNumbers, checkOptimizer, epochText, perGroup, rateText, refuse, takeState, toSnake } from './base';

export interface PlateauOptions {
  mode?: 'min' | 'max';
  factor?: number;
  patience?: number;
  threshold?: number;
  thresholdMode?: 'rel' | 'abs';
  cooldown?: number;
  minLr?: number | readonly number[];
  eps?: number;
  verbose?: boolean;
}

const sig = signature('ReduceLROnPlateau', 'optimizer, mode="min", factor=0.1, patience=10, threshold=1e-4, thresholdMode="rel", cooldown=0, minLr=0, eps=1e-8, verbose=false');

/**
 * Times factor when step(metric) has not seen an improvement for more than `patience` epochs.
 *
 * @example
 * ```js
 * const optimizer = new torsh.optim.SGD([torsh.zeros(1, { requiresGrad: true })], { lr: 1 });
 * const scheduler = new torsh.optim.lrScheduler.ReduceLROnPlateau(optimizer, { patience: 1 });
 * for (const loss of [1, 1, 1, 1]) scheduler.step(loss);
 * console.log(optimizer.paramGroups[0].lr); // 0.1
 * ```
 */
export class ReduceLROnPlateau {
  optimizer: Optimizer;
  mode: string;
  factor: number;
  patience: number;
  threshold: number;
  thresholdMode: string;
  cooldown: number;
  cooldownCounter = 0;
  minLrs: number[];
  eps: number;
  best: number;
  numBadEpochs = 0;
  lastEpoch = 0;
  verbose: boolean;
  _lastLr: number[];

  constructor(optimizer: Optimizer, mode?: 'min' | 'max', options?: PlateauOptions);
  constructor(optimizer: Optimizer, options?: PlateauOptions);
  constructor(...args: unknown[]) {
    const [optimizer, mode, factor, patience, threshold, thresholdMode, cooldown, minLr, eps, verbose] =
      bind(sig, args) as [unknown, string, number, number, number, string, number, number | number[], number, boolean];
    this.optimizer = checkOptimizer(this, optimizer);
    if (!(factor < 1)) throw refuse(this, 'Factor should be < 1.0.');
    if (mode !== 'min' && mode !== 'max') throw refuse(this, `mode ${String(mode)} is unknown!`);
    if (thresholdMode !== 'rel' && thresholdMode !== 'abs') throw refuse(this, `threshold mode ${String(thresholdMode)} is unknown!`);
    checkNumbers(this, { factor, patience, threshold, cooldown, eps });
    this.verbose = Boolean(verbose);
    this.mode = mode;
    this.factor = factor;
    this.patience = patience;
    this.threshold = threshold;
    this.thresholdMode = thresholdMode;
    this.cooldown = cooldown;
    this.eps = eps;
    this.minLrs = perGroup(this, 'minLr', this.optimizer.paramGroups, minLr);
    this.best = this.modeWorse;
    this._lastLr = this.optimizer.paramGroups.map((group) => group.lr);
  }

  /** The worst metric there is. */
  get modeWorse(): number { return this.mode === 'min' ? Infinity : -Infinity; }
  get inCooldown(): boolean { return this.cooldownCounter > 0; }

  isBetter(a: number, best: number): boolean {
    const { threshold } = this;
    if (this.mode === 'min') return a < (this.thresholdMode === 'rel' ? best * (1 - threshold) : best - threshold);
    return a > (this.thresholdMode === 'rel' ? best * (1 + threshold) : best + threshold);
  }

  step(metric: number | Tensor, epoch?: number | null): void {
    const current = isTensor(metric) ? Number(metric.item()) : metric;
    if (typeof current !== 'number') throw refuse(this, 'step needs the metric');
    this.lastEpoch = epoch ?? this.lastEpoch + 1;
    if (this.isBetter(current, this.best)) {
      this.best = current;
      this.numBadEpochs = 0;
    } else {
      this.numBadEpochs++;
    }
    if (this.inCooldown) {
      this.cooldownCounter--;
      this.numBadEpochs = 0;
    }
    if (this.numBadEpochs > this.patience) {
      this.optimizer.paramGroups.forEach((group, i) => {
        const lr = Math.max(group.lr * this.factor, this.minLrs[i]);
        if (group.lr - lr > this.eps) {
          group.lr = lr;
          if (this.verbose) console.log(`Epoch ${epochText(this.lastEpoch)}: reducing ${rateText(i, lr)}`);
        }
      });
      this.cooldownCounter = this.cooldown;
      this.numBadEpochs = 0;
    }
    this._lastLr = this.optimizer.paramGroups.map((group) => group.lr);
  }

  getLastLr(): number[] { return this._lastLr; }
  stateDict(): SchedulerStateDict {
    const fields = Object.entries(this).filter(([name]) => name !== 'optimizer');
    return Object.fromEntries(fields.map(([name, value]) => [toSnake(name), value as unknown]));
  }
  loadStateDict(state: SchedulerStateDict): void {
    takeState(this, state);
    // JSON has no infinities.
    this.best ??= this.modeWorse;
  }
}
