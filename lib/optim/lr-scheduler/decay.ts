/** Schedulers that follow a formula in the epoch. https://pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate */
import { bind, signature } from '../../bind';
import type { Tail } from '../../nn/common';
import { LRScheduler, type SchedulerStateDict, checkNumbers, refuse } from './base';
import type { Optimizer } from '../optimizer';

type Factor = (epoch: number) => number;
interface Common { lastEpoch?: number; verbose?: boolean }

const sigs = {
  LambdaLR: signature('LambdaLR', 'optimizer, lrLambda, lastEpoch=-1, verbose=false'),
  MultiplicativeLR: signature('MultiplicativeLR', 'optimizer, lrLambda, lastEpoch=-1, verbose=false'),
  StepLR: signature('StepLR', 'optimizer, stepSize, gamma=0.1, lastEpoch=-1, verbose=false'),
  MultiStepLR: signature('MultiStepLR', 'optimizer, milestones, gamma=0.1, lastEpoch=-1, verbose=false'),
  ConstantLR: signature('ConstantLR', 'optimizer, factor=0.3333333333333333, totalIters=5, lastEpoch=-1, verbose=false'),
  LinearLR: signature('LinearLR', 'optimizer, startFactor=0.3333333333333333, endFactor=1.0, totalIters=5, lastEpoch=-1, verbose=false'),
  ExponentialLR: signature('ExponentialLR', 'optimizer, gamma, lastEpoch=-1, verbose=false'),
  PolynomialLR: signature('PolynomialLR', 'optimizer, totalIters=5, power=1.0, lastEpoch=-1, verbose=false'),
};

/** Functions of the epoch, one for each group. */
abstract class ByFunction extends LRScheduler {
  lrLambdas: Factor[];
  constructor([optimizer, given, lastEpoch, verbose]: unknown[]) {
    super(optimizer, lastEpoch as number, verbose as boolean);
    const groups = this._groups.length;
    const list = Array.isArray(given) ? given as Factor[] : this._groups.map(() => given as Factor);
    if (list.length !== groups) throw refuse(this, `Expected ${groups} lr_lambdas, but got ${list.length}`);
    for (const f of list) if (typeof f !== 'function') throw refuse(this, 'lrLambda must be a function or an array of functions');
    this.lrLambdas = list;
  }
  /** Functions are not saved; what stands for them is what PyTorch writes. */
  override stateDict(): SchedulerStateDict { return { ...super.stateDict(), lr_lambdas: this.lrLambdas.map(() => null) }; }
  override loadStateDict(state: SchedulerStateDict): void { super.loadStateDict(state && { ...state, lrLambdas: this.lrLambdas, lr_lambdas: this.lrLambdas }); }
}

/**
 * The initial rate times a function of the epoch.
 *
 * @example
 * ```js
 * const optimizer = new torsh.optim.SGD([torsh.zeros(1, { requiresGrad: true })], { lr: 1 });
 * const scheduler = new torsh.optim.lrScheduler.LambdaLR(optimizer, (epoch) => 0.5 ** epoch);
 * for (let epoch = 0; epoch < 2; epoch++) {
 *   optimizer.step();
 *   scheduler.step();
 * }
 * console.log(optimizer.paramGroups[0].lr.toFixed(4)); // 0.2500
 * ```
 */
export class LambdaLR extends ByFunction {
  constructor(optimizer: Optimizer, ...rest: Tail<[lrLambda: Factor | readonly Factor[], lastEpoch: number], { lrLambda?: Factor | readonly Factor[] } & Common>);
  constructor(...args: unknown[]) {
    super(bind(sigs.LambdaLR, args));
    this._initialStep();
  }
  getLr(): number[] { return this._rates((_, i) => this.baseLrs[i] * this.lrLambdas[i](this.lastEpoch)); }
}

/**
 * The rate of the epoch before times a function of the epoch.
 *
 * @example
 * ```js
 * const optimizer = new torsh.optim.SGD([torsh.zeros(1, { requiresGrad: true })], { lr: 1 });
 * const scheduler = new torsh.optim.lrScheduler.MultiplicativeLR(optimizer, () => 0.8);
 * for (let epoch = 0; epoch < 2; epoch++) {
 *   optimizer.step();
 *   scheduler.step();
 * }
 * console.log(optimizer.paramGroups[0].lr.toFixed(4)); // 0.6400
 * ```
 */
export class MultiplicativeLR extends ByFunction {
  constructor(optimizer: Optimizer, ...rest: Tail<[lrLambda: Factor | readonly Factor[], lastEpoch: number], { lrLambda?: Factor | readonly Factor[] } & Common>);
  constructor(...args: unknown[]) {
    super(bind(sigs.MultiplicativeLR, args));
    this._initialStep();
  }
  getLr(): number[] { return this._rates(({ lr }, i) => (this.lastEpoch > 0 ? lr * this.lrLambdas[i](this.lastEpoch) : lr)); }
}

/**
 * Times gamma every stepSize epochs.
 *
 * @example
 * ```js
 * const optimizer = new torsh.optim.SGD([torsh.zeros(1, { requiresGrad: true })], { lr: 1 });
 * const scheduler = new torsh.optim.lrScheduler.StepLR(optimizer, 2, { gamma: 0.5 });
 * for (let epoch = 0; epoch < 2; epoch++) {
 *   optimizer.step();
 *   scheduler.step();
 * }
 * console.log(optimizer.paramGroups[0].lr.toFixed(4)); // 0.5000
 * ```
 */
export class StepLR extends LRScheduler {
  stepSize: number;
  gamma: number;
  constructor(optimizer: Optimizer, ...rest: Tail<[stepSize: number, gamma: number, lastEpoch: number], { stepSize?: number; gamma?: number } & Common>);
  constructor(...args: unknown[]) {
    const [optimizer, stepSize, gamma, lastEpoch, verbose] = bind(sigs.StepLR, args) as [unknown, number, number, number, boolean];
    super(optimizer, lastEpoch, verbose);
    checkNumbers(this, { gamma });
    if (!Number.isInteger(stepSize) || stepSize < 1) throw refuse(this, `stepSize must be a positive integer, not ${String(stepSize)}`);
    this.stepSize = stepSize;
    this.gamma = gamma;
    this._initialStep();
  }
  getLr(): number[] { return this._rates(({ lr }) => (this.lastEpoch === 0 || this.lastEpoch % this.stepSize !== 0 ? lr : lr * this.gamma)); }
  override _closedForm(): number[] { return this.baseLrs.map((lr) => lr * this.gamma ** Math.floor(this.lastEpoch / this.stepSize)); }
}

/**
 * Times gamma at each of the milestones.
 *
 * @example
 * ```js
 * const optimizer = new torsh.optim.SGD([torsh.zeros(1, { requiresGrad: true })], { lr: 1 });
 * const scheduler = new torsh.optim.lrScheduler.MultiStepLR(optimizer, [1, 3]);
 * for (let epoch = 0; epoch < 2; epoch++) {
 *   optimizer.step();
 *   scheduler.step();
 * }
 * console.log(optimizer.paramGroups[0].lr.toFixed(4)); // 0.1000
 * ```
 */
export class MultiStepLR extends LRScheduler {
  milestones: number[];
  gamma: number;
  constructor(optimizer: Optimizer, ...rest: Tail<[milestones: readonly number[], gamma: number, lastEpoch: number], { milestones?: readonly number[]; gamma?: number } & Common>);
  constructor(...args: unknown[]) {
    const [optimizer, milestones, gamma, lastEpoch, verbose] = bind(sigs.MultiStepLR, args) as [unknown, number[], number, number, boolean];
    super(optimizer, lastEpoch, verbose);
    checkNumbers(this, { gamma });
    if (!Array.isArray(milestones) || milestones.some((m) => typeof m !== 'number')) throw refuse(this, 'milestones must be an array of epochs');
    this.milestones = [...milestones];
    this.gamma = gamma;
    this._initialStep();
  }
  _reached(test: (milestone: number) => boolean): number { return this.gamma ** this.milestones.filter(test).length; }
  getLr(): number[] { return this._rates(({ lr }) => lr * this._reached((m) => m === this.lastEpoch)); }
  override _closedForm(): number[] { return this.baseLrs.map((lr) => lr * this._reached((m) => m <= this.lastEpoch)); }
  /** PyTorch saves milestones with how often each is there; JSON, which has no maps, gets the list. */
  override stateDict(): SchedulerStateDict {
    const counts = new Map<number, number>();
    for (const m of this.milestones) counts.set(m, (counts.get(m) ?? 0) + 1);
    return { ...super.stateDict(), milestones: Object.defineProperty(counts, 'toJSON', { value: () => [...this.milestones] }) };
  }
  override loadStateDict(state: SchedulerStateDict): void {
    const milestones = state?.milestones;
    if (typeof milestones !== 'object' || milestones === null || Array.isArray(milestones)) {
      super.loadStateDict(state);
      return;
    }
    const counts = Symbol.iterator in milestones ? [...milestones as Map<number, number>] : Object.entries(milestones as Record<string, number>);
    super.loadStateDict({ ...state, milestones: counts.flatMap(([m, n]) => Array.from({ length: n }, () => Number(m))) });
  }
}

/**
 * Times factor for the first totalIters epochs.
 *
 * @example
 * ```js
 * const optimizer = new torsh.optim.SGD([torsh.zeros(1, { requiresGrad: true })], { lr: 1 });
 * const scheduler = new torsh.optim.lrScheduler.ConstantLR(optimizer, { factor: 0.5, totalIters: 2 });
 * for (let epoch = 0; epoch < 2; epoch++) {
 *   optimizer.step();
 *   scheduler.step();
 * }
 * console.log(optimizer.paramGroups[0].lr.toFixed(4)); // 1.0000
 * ```
 */
export class ConstantLR extends LRScheduler {
  factor: number;
  totalIters: number;
  constructor(optimizer: Optimizer, ...rest: Tail<[factor: number, totalIters: number, lastEpoch: number], { factor?: number; totalIters?: number } & Common>);
  constructor(...args: unknown[]) {
    const [optimizer, factor, totalIters, lastEpoch, verbose] = bind(sigs.ConstantLR, args) as [unknown, number, number, number, boolean];
    super(optimizer, lastEpoch, verbose);
    checkNumbers(this, { totalIters });
    if (!(factor >= 0 && factor <= 1)) throw refuse(this, 'Constant multiplicative factor expected to be between 0 and 1.');
    this.factor = factor;
    this.totalIters = totalIters;
    this._initialStep();
  }
  getLr(): number[] {
    return this._rates(({ lr }, i) => {
      if (this.lastEpoch === 0) return lr * this.factor;
      if (this.lastEpoch !== this.totalIters) return lr;
      return this.factor === 0 ? this.baseLrs[i] : lr * (1 / this.factor);
    });
  }
  override _closedForm(): number[] { return this.baseLrs.map((lr) => lr * (this.lastEpoch >= this.totalIters ? 1 : this.factor)); }
}

/**
 * From startFactor to endFactor times the rate over totalIters epochs: a warm-up.
 *
 * @example
 * ```js
 * const optimizer = new torsh.optim.SGD([torsh.zeros(1, { requiresGrad: true })], { lr: 1 });
 * const scheduler = new torsh.optim.lrScheduler.LinearLR(optimizer, { startFactor: 0.5, totalIters: 4 });
 * for (let epoch = 0; epoch < 2; epoch++) {
 *   optimizer.step();
 *   scheduler.step();
 * }
 * console.log(optimizer.paramGroups[0].lr.toFixed(4)); // 0.7500
 * ```
 */
export class LinearLR extends LRScheduler {
  startFactor: number;
  endFactor: number;
  totalIters: number;
  constructor(optimizer: Optimizer, ...rest: Tail<[startFactor: number, endFactor: number, totalIters: number, lastEpoch: number], { startFactor?: number; endFactor?: number; totalIters?: number } & Common>);
  constructor(...args: unknown[]) {
    const [optimizer, startFactor, endFactor, totalIters, lastEpoch, verbose] = bind(sigs.LinearLR, args) as [unknown, number, number, number, number, boolean];
    super(optimizer, lastEpoch, verbose);
    checkNumbers(this, { totalIters });
    if (!(startFactor > 0 && startFactor <= 1)) throw refuse(this, 'Starting multiplicative factor expected to be greater than 0 and less or equal to 1.');
    if (!(endFactor >= 0 && endFactor <= 1)) throw refuse(this, 'Ending multiplicative factor expected to be between 0 and 1.');
    this.startFactor = startFactor;
    this.endFactor = endFactor;
    this.totalIters = totalIters;
    this._initialStep();
  }
  getLr(): number[] {
    const { startFactor: start, endFactor: end, totalIters: n, lastEpoch: t } = this;
    return this._rates(({ lr }) => (t === 0 ? lr * start : t > n ? lr : lr * (1 + (end - start) / (n * start + (t - 1) * (end - start)))));
  }
  override _closedForm(): number[] {
    const { startFactor: start, endFactor: end, totalIters: n } = this;
    return this.baseLrs.map((lr) => lr * (start + (end - start) * Math.min(n, this.lastEpoch) / n));
  }
}

/**
 * Times gamma every epoch.
 *
 * @example
 * ```js
 * const optimizer = new torsh.optim.SGD([torsh.zeros(1, { requiresGrad: true })], { lr: 1 });
 * const scheduler = new torsh.optim.lrScheduler.ExponentialLR(optimizer, 0.9);
 * for (let epoch = 0; epoch < 2; epoch++) {
 *   optimizer.step();
 *   scheduler.step();
 * }
 * console.log(optimizer.paramGroups[0].lr.toFixed(4)); // 0.8100
 * ```
 */
export class ExponentialLR extends LRScheduler {
  gamma: number;
  constructor(optimizer: Optimizer, ...rest: Tail<[gamma: number, lastEpoch: number], { gamma?: number } & Common>);
  constructor(...args: unknown[]) {
    const [optimizer, gamma, lastEpoch, verbose] = bind(sigs.ExponentialLR, args) as [unknown, number, number, boolean];
    super(optimizer, lastEpoch, verbose);
    checkNumbers(this, { gamma });
    this.gamma = gamma;
    this._initialStep();
  }
  getLr(): number[] { return this._rates(({ lr }) => (this.lastEpoch === 0 ? lr : lr * this.gamma)); }
  override _closedForm(): number[] { return this.baseLrs.map((lr) => lr * this.gamma ** this.lastEpoch); }
}

/**
 * Down to zero over totalIters epochs along (1 - t)^power.
 *
 * @example
 * ```js
 * const optimizer = new torsh.optim.SGD([torsh.zeros(1, { requiresGrad: true })], { lr: 1 });
 * const scheduler = new torsh.optim.lrScheduler.PolynomialLR(optimizer, { totalIters: 4 });
 * for (let epoch = 0; epoch < 2; epoch++) {
 *   optimizer.step();
 *   scheduler.step();
 * }
 * console.log(optimizer.paramGroups[0].lr.toFixed(4)); // 0.5000
 * ```
 */
export class PolynomialLR extends LRScheduler {
  totalIters: number;
  power: number;
  constructor(optimizer: Optimizer, ...rest: Tail<[totalIters: number, power: number, lastEpoch: number], { totalIters?: number; power?: number } & Common>);
  constructor(...args: unknown[]) {
    const [optimizer, totalIters, power, lastEpoch, verbose] = bind(sigs.PolynomialLR, args) as [unknown, number, number, number, boolean];
    super(optimizer, lastEpoch, verbose);
    checkNumbers(this, { totalIters, power });
    this.totalIters = totalIters;
    this.power = power;
    this._initialStep();
  }
  getLr(): number[] {
    const { totalIters: n, lastEpoch: t } = this;
    if (t === 0 || t > n) return this._rates(({ lr }) => lr);
    const decay = ((1 - t / n) / (1 - (t - 1) / n)) ** this.power;
    return this._rates(({ lr }) => lr * decay);
  }
  override _closedForm(): number[] {
    return this.baseLrs.map((lr) => lr * (1 - Math.min(this.totalIters, this.lastEpoch) / this.totalIters) ** this.power);
  }
}
