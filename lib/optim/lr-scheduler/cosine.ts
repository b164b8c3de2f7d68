/** Rates along a cosine (Loshchilov & Hutter 2016). */
import { bind, signature } from '../../bind';
import type { Tail } from '../../nn/common';
import type { Optimizer } from '../optimizer';
import { LRScheduler, checkNumbers, refuse } from './base';
import { onlyHere } from '../../runtime/recording';

const sigs = {
  CosineAnnealingLR: signature('CosineAnnealingLR', 'optimizer, TMax, etaMin=0, lastEpoch=-1, verbose=false'),
  CosineAnnealingWarmRestarts: signature('CosineAnnealingWarmRestarts', 'optimizer, T0, TMult=1, etaMin=0, lastEpoch=-1, verbose=false'),
};

/**
 * Between the rate and etaMin along a cosine of half period TMax epochs.
 *
 * @example
 * ```js
 * const optimizer = new torsh.optim.SGD([torsh.zeros(1, { requiresGrad: true })], { lr: 1 });
 * const scheduler = new torsh.optim.lrScheduler.CosineAnnealingLR(optimizer, { TMax: 4 });
 * for (let epoch = 0; epoch < 2; epoch++) {
 *   optimizer.step();
 *   scheduler.step();
 * }
 * console.log(optimizer.paramGroups[0].lr.toFixed(4)); // 0.5000
 * ```
 */
export class CosineAnnealingLR extends LRScheduler {
  TMax: number;
  etaMin: number;
  constructor(optimizer: Optimizer, ...rest: Tail<[TMax: number, etaMin: number, lastEpoch: number], { TMax?: number; etaMin?: number; lastEpoch?: number; verbose?: boolean }>);
  constructor(...args: unknown[]) {
    const [optimizer, TMax, etaMin, lastEpoch, verbose] = bind(sigs.CosineAnnealingLR, args) as [unknown, number, number, number, boolean];
    super(optimizer, lastEpoch, verbose);
    checkNumbers(this, { TMax, etaMin });
    if (TMax === 0) throw refuse(this, 'TMax must not be 0');
    this.TMax = TMax;
    this.etaMin = etaMin;
    this._initialStep();
  }
  getLr(): number[] {
    const { TMax, etaMin, lastEpoch: t } = this;
    if (t === 0) return this._rates(({ lr }) => lr);
    if (this._stepCount === 1 && t > 0) return this._closedForm();
    if ((t - 1 - TMax) % (2 * TMax) === 0) return this._rates(({ lr }, i) => lr + (this.baseLrs[i] - etaMin) * (1 - Math.cos(Math.PI / TMax)) / 2);
    return this._rates(({ lr }) => (1 + Math.cos(Math.PI * t / TMax)) / (1 + Math.cos(Math.PI * (t - 1) / TMax)) * (lr - etaMin) + etaMin);
  }
  override _closedForm(): number[] {
    return this.baseLrs.map((lr) => this.etaMin + (lr - this.etaMin) * (1 + Math.cos(Math.PI * this.lastEpoch / this.TMax)) / 2);
  }
}

/**
 * Down a cosine over T0 epochs, then anew, each time TMult times as long. step(epoch) takes fractions.
 *
 * @example
 * ```js
 * const optimizer = new torsh.optim.SGD([torsh.zeros(1, { requiresGrad: true })], { lr: 1 });
 * const scheduler = new torsh.optim.lrScheduler.CosineAnnealingWarmRestarts(optimizer, 2);
 * for (let epoch = 0; epoch < 2; epoch++) {
 *   optimizer.step();
 *   scheduler.step();
 * }
 * console.log(optimizer.paramGroups[0].lr.toFixed(4)); // 1.0000
 * ```
 */
export class CosineAnnealingWarmRestarts extends LRScheduler {
  T0: number;
  Ti: number;
  TMult: number;
  etaMin: number;
  TCur: number;
  constructor(optimizer: Optimizer, ...rest: Tail<[T0: number, TMult: number, etaMin: number, lastEpoch: number], { T0?: number; TMult?: number; etaMin?: number; lastEpoch?: number; verbose?: boolean }>);
  constructor(...args: unknown[]) {
    const [optimizer, T0, TMult, etaMin, lastEpoch, verbose] = bind(sigs.CosineAnnealingWarmRestarts, args) as [unknown, number, number, number, number, boolean];
    super(optimizer, lastEpoch, verbose);
    checkNumbers(this, { etaMin });
    if (!Number.isInteger(T0) || T0 <= 0) throw refuse(this, `Expected positive integer T0, but got ${String(T0)}`);
    if (!Number.isInteger(TMult) || TMult < 1) throw refuse(this, `Expected integer TMult >= 1, but got ${String(TMult)}`);
    this.T0 = this.Ti = T0;
    this.TMult = TMult;
    this.etaMin = etaMin;
    this.TCur = lastEpoch;
    this._initialStep();
  }
  getLr(): number[] { return this.baseLrs.map((lr) => this.etaMin + (lr - this.etaMin) * (1 + Math.cos(Math.PI * this.TCur / this.Ti)) / 2); }
  override step(epoch?: number | null): void {
    onlyHere('a scheduler steps in it (let it follow the compiled function)');
    this._stepCount++;
    if (epoch === undefined || epoch === null) {
      epoch = this.lastEpoch < 0 ? 0 : this.lastEpoch + 1;
      this.TCur++;
      if (this.lastEpoch < 0) this.TCur = 0;
      if (this.TCur >= this.Ti) {
        this.TCur -= this.Ti;
        this.Ti *= this.TMult;
      }
    } else {
      if (!(epoch >= 0)) throw refuse(this, `Expected non-negative epoch, but got ${epoch}`);
      this.TCur = epoch;
      this.Ti = this.T0;
      if (epoch >= this.T0) {
        if (this.TMult === 1) {
          this.TCur = epoch % this.T0;
        } else {
          const n = Math.floor(Math.log(epoch / this.T0 * (this.TMult - 1) + 1) / Math.log(this.TMult));
          this.TCur = epoch - this.T0 * (this.TMult ** n - 1) / (this.TMult - 1);
          this.Ti = this.T0 * this.TMult ** n;
        }
      }
    }
    this.lastEpoch = Math.floor(epoch);
    this._set(this.getLr(), epoch);
  }
}
