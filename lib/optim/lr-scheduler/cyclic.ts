/** Rates that go up and down (Smith 2015, 2017), the momentum the other way. Step after every batch. */
import { bind, signature } from '../../bind';
import type { Optimizer } from '../optimizer';
import { LRScheduler, type ScheduledGroup, checkNumbers, checkOptimizer, perGroup, refuse } from './base';

type Numbers = number | readonly number[];
export interface CyclicOptions {
  baseLr?: Numbers;
  maxLr?: Numbers;
  stepSizeUp?: number;
  stepSizeDown?: number | null;
  mode?: 'triangular' | 'triangular2' | 'exp_range';
  gamma?: number;
  scaleFn?: ((x: number) => number) | null;
  scaleMode?: 'cycle' | 'iterations';
  cycleMomentum?: boolean;
  baseMomentum?: Numbers;
  maxMomentum?: Numbers;
  lastEpoch?: number;
  verbose?: boolean;
}
export interface OneCycleOptions {
  maxLr?: Numbers;
  totalSteps?: number | null;
  epochs?: number | null;
  stepsPerEpoch?: number | null;
  pctStart?: number;
  annealStrategy?: 'cos' | 'linear';
  cycleMomentum?: boolean;
  baseMomentum?: Numbers;
  maxMomentum?: Numbers;
  divFactor?: number;
  finalDivFactor?: number;
  threePhase?: boolean;
  lastEpoch?: number;
  verbose?: boolean;
}

const sigs = {
  CyclicLR: signature('CyclicLR', 'optimizer, baseLr, maxLr, stepSizeUp=2000, stepSizeDown=null, mode="triangular", gamma=1, scaleFn=null, scaleMode="cycle", cycleMomentum=true, baseMomentum=0.8, maxMomentum=0.9, lastEpoch=-1, verbose=false'),
  OneCycleLR: signature('OneCycleLR', 'optimizer, maxLr, totalSteps=null, epochs=null, stepsPerEpoch=null, pctStart=0.3, annealStrategy="cos", cycleMomentum=true, baseMomentum=0.85, maxMomentum=0.95, divFactor=25, finalDivFactor=10000, threePhase=false, lastEpoch=-1, verbose=false'),
};

/** Momentum, or beta1 of the Adam family. */
function setMomentum(group: ScheduledGroup, value: number): void {
  if ('betas' in group) group.betas = [value, (group.betas as number[])[1]];
  else group.momentum = value;
}
const hasMomentum = (optimizer: Optimizer): boolean => 'momentum' in optimizer.defaults || 'betas' in optimizer.defaults;

/**
 * Up from baseLr to maxLr in stepSizeUp steps and down again, the amplitude by mode.
 *
 * @example
 * ```js
 * const optimizer = new torsh.optim.SGD([torsh.zeros(1, { requiresGrad: true })], { lr: 1 });
 * const scheduler = new torsh.optim.lrScheduler.CyclicLR(optimizer, { baseLr: 0.1, maxLr: 1, stepSizeUp: 2 });
 * for (let epoch = 0; epoch < 2; epoch++) {
 *   optimizer.step();
 *   scheduler.step();
 * }
 * console.log(optimizer.paramGroups[0].lr.toFixed(4)); // 1.0000
 * ```
 */
export class CyclicLR extends LRScheduler {
  maxLrs: number[];
  totalSize: number;
  stepRatio: number;
  mode: string;
  gamma: number;
  scaleMode: string;
  cycleMomentum: boolean;
  baseMomentums: number[] = [];
  maxMomentums: number[] = [];
  _scale: (x: number) => number;

  constructor(optimizer: Optimizer, baseLr: Numbers, maxLr: Numbers, options?: CyclicOptions);
  constructor(optimizer: Optimizer, options: CyclicOptions);
  constructor(...args: unknown[]) {
    const [optimizer, baseLr, maxLr, up, down, mode, gamma, scaleFn, scaleMode, cycleMomentum, baseMomentum, maxMomentum, lastEpoch, verbose] =
      bind(sigs.CyclicLR, args) as [unknown, Numbers, Numbers, number, number | null, string, number, ((x: number) => number) | null, string, boolean, Numbers, Numbers, number, boolean];
    const self = { constructor: CyclicLR }, groups = checkOptimizer(self, optimizer).paramGroups;
    checkNumbers(self, { stepSizeUp: up, stepSizeDown: down ?? up, gamma });
    if (!(up > 0) || !((down ?? up) >= 0)) throw refuse(self, `stepSizeUp must be positive and stepSizeDown not negative, but they are ${up} and ${String(down)}`);
    const base = perGroup(self, 'baseLr', groups, baseLr);
    if (lastEpoch === -1) groups.forEach((group, i) => { group.lr = base[i]; });
    super(optimizer, lastEpoch, verbose);
    this.maxLrs = perGroup(this, 'maxLr', groups, maxLr);
    this.totalSize = up + (down ?? up);
    this.stepRatio = up / this.totalSize;
    if (!['triangular', 'triangular2', 'exp_range'].includes(mode) && scaleFn === null) throw refuse(this, 'mode is invalid and scaleFn is null');
    this.mode = mode;
    this.gamma = gamma;
    const byMode: Record<string, [(x: number) => number, string]> = {
      triangular: [() => 1, 'cycle'], triangular2: [(x) => 1 / 2 ** (x - 1), 'cycle'], exp_range: [(x) => this.gamma ** x, 'iterations'],
    };
    [this._scale, this.scaleMode] = scaleFn === null ? byMode[mode] : [scaleFn, scaleMode];
    this.cycleMomentum = cycleMomentum;
    if (cycleMomentum) {
      if (!hasMomentum(this.optimizer)) throw refuse(this, 'optimizer must support momentum or beta1 with `cycleMomentum` option enabled');
      this.baseMomentums = perGroup(this, 'baseMomentum', groups, baseMomentum);
      this.maxMomentums = perGroup(this, 'maxMomentum', groups, maxMomentum);
      if (lastEpoch === -1) this._groups.forEach((group, i) => { setMomentum(group, this.maxMomentums[i]); });
    }
    this.baseLrs = base;
    this._initialStep();
  }

  /** The amplitude in a cycle, or after so many iterations. */
  scaleFn(x: number): number { return this._scale(x); }

  getLr(): number[] {
    const cycle = Math.floor(1 + this.lastEpoch / this.totalSize);
    const x = 1 + this.lastEpoch / this.totalSize - cycle;
    const height = x <= this.stepRatio ? x / this.stepRatio : (x - 1) / (this.stepRatio - 1);
    const scale = this.scaleFn(this.scaleMode === 'cycle' ? cycle : this.lastEpoch);
    if (this.cycleMomentum) {
      this._groups.forEach((group, i) => { setMomentum(group, this.maxMomentums[i] - (this.maxMomentums[i] - this.baseMomentums[i]) * height * scale); });
    }
    return this.baseLrs.map((base, i) => base + (this.maxLrs[i] - base) * height * scale);
  }
}

type Phase = { end: number; from: 'initialLr' | 'maxLr' | 'minLr'; to: 'initialLr' | 'maxLr' | 'minLr'; momentumFrom: 'maxMomentum' | 'baseMomentum'; momentumTo: 'maxMomentum' | 'baseMomentum' };

/**
 * One rise to maxLr and one fall to next to nothing over all steps of a training.
 *
 * @example
 * ```js
 * const optimizer = new torsh.optim.SGD([torsh.zeros(1, { requiresGrad: true })], { lr: 1 });
 * const scheduler = new torsh.optim.lrScheduler.OneCycleLR(optimizer, { maxLr: 1, totalSteps: 10 });
 * for (let epoch = 0; epoch < 2; epoch++) {
 *   optimizer.step();
 *   scheduler.step();
 * }
 * console.log(optimizer.paramGroups[0].lr.toFixed(4)); // 1.0000
 * ```
 */
export class OneCycleLR extends LRScheduler {
  totalSteps: number;
  cycleMomentum: boolean;
  annealStrategy: string;
  _phases: Phase[];

  constructor(optimizer: Optimizer, maxLr: Numbers, options?: OneCycleOptions);
  constructor(optimizer: Optimizer, options: OneCycleOptions);
  constructor(...args: unknown[]) {
    const [optimizer, maxLr, totalSteps, epochs, stepsPerEpoch, pctStart, strategy, cycleMomentum, baseMomentum, maxMomentum, divFactor, finalDivFactor, threePhase, lastEpoch, verbose] =
      bind(sigs.OneCycleLR, args) as [unknown, Numbers, number | null, number | null, number | null, number, string, boolean, Numbers, Numbers, number, number, boolean, number, boolean];
    const self = { constructor: OneCycleLR };
    const opt = checkOptimizer(self, optimizer);
    const positive = (name: string, value: number | null): number => {
      if (!Number.isInteger(value) || value! <= 0) throw refuse(self, `Expected positive integer ${name}, but got ${String(value)}`);
      return value!;
    };
    if (totalSteps === null && (epochs === null || stepsPerEpoch === null)) throw refuse(self, 'You must define either totalSteps OR (epochs AND stepsPerEpoch)');
    const total = totalSteps !== null ? positive('totalSteps', totalSteps) : positive('epochs', epochs) * positive('stepsPerEpoch', stepsPerEpoch);
    if (!(pctStart >= 0 && pctStart <= 1)) throw refuse(self, `Expected float between 0 and 1 pctStart, but got ${String(pctStart)}`);
    if (strategy !== 'cos' && strategy !== 'linear') throw refuse(self, `annealStrategy must be one of 'cos' or 'linear', instead got ${String(strategy)}`);
    checkNumbers(self, { divFactor, finalDivFactor });
    if (divFactor === 0 || finalDivFactor === 0) throw refuse(self, 'divFactor and finalDivFactor must not be 0');
    const groups = opt.paramGroups as ScheduledGroup[];
    const maxima = perGroup(self, 'maxLr', groups, maxLr);
    if (lastEpoch === -1) {
      groups.forEach((group, i) => {
        group.initialLr = maxima[i] / divFactor;
        group.maxLr = maxima[i];
        group.minLr = group.initialLr / finalDivFactor;
      });
    }
    if (cycleMomentum) {
      if (!hasMomentum(opt)) throw refuse(self, 'optimizer must support momentum or beta1 with `cycleMomentum` option enabled');
      const low = perGroup(self, 'baseMomentum', groups, baseMomentum), high = perGroup(self, 'maxMomentum', groups, maxMomentum);
      if (lastEpoch === -1) {
        groups.forEach((group, i) => {
          setMomentum(group, high[i]);
          group.maxMomentum = high[i];
          group.baseMomentum = low[i];
        });
      }
    }
    super(opt, lastEpoch, verbose);
    this.totalSteps = total;
    this.cycleMomentum = cycleMomentum;
    this.annealStrategy = strategy;
    const up: Phase = { end: pctStart * total - 1, from: 'initialLr', to: 'maxLr', momentumFrom: 'maxMomentum', momentumTo: 'baseMomentum' };
    this._phases = threePhase ? [
      up, { end: 2 * pctStart * total - 2, from: 'maxLr', to: 'initialLr', momentumFrom: 'baseMomentum', momentumTo: 'maxMomentum' },
      { end: total - 1, from: 'initialLr', to: 'minLr', momentumFrom: 'maxMomentum', momentumTo: 'maxMomentum' },
    ] : [up, { end: total - 1, from: 'maxLr', to: 'minLr', momentumFrom: 'baseMomentum', momentumTo: 'maxMomentum' }];
    this._initialStep();
  }

  _anneal(start: number, end: number, done: number): number {
    return this.annealStrategy === 'linear' ? (end - start) * done + start : end + (start - end) / 2 * (Math.cos(Math.PI * done) + 1);
  }

  getLr(): number[] {
    const step = this.lastEpoch;
    if (step > this.totalSteps) throw refuse(this, `Tried to step ${step} times. The specified number of total steps is ${this.totalSteps}`);
    const last = this._phases.length - 1;
    const at = this._phases.findIndex((phase, i) => step <= phase.end || i === last);
    const begin = at === 0 ? 0 : this._phases[at - 1].end, phase = this._phases[at];
    const done = phase.end === begin ? 1 : (step - begin) / (phase.end - begin);
    return this._rates((group) => {
      if (this.cycleMomentum) setMomentum(group, this._anneal(group[phase.momentumFrom] as number, group[phase.momentumTo] as number, done));
      return this._anneal(group[phase.from] as number, group[phase.to] as number, done);
    });
  }
}
