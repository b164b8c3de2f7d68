/** Schedulers made of schedulers. */
import { bind, signature } from '../../bind';
import type { Optimizer } from '../optimizer';
import { LRScheduler, type ScheduledGroup, type SchedulerStateDict, refuse } from './base';

const sigs = {
  SequentialLR: signature('SequentialLR', 'optimizer, schedulers, milestones, lastEpoch=-1, verbose=false'),
  ChainedScheduler: signature('ChainedScheduler', 'schedulers, optimizer=null'),
};

/** The schedulers, all of one optimizer. */
function members(self: object, list: unknown, optimizer: Optimizer | null): LRScheduler[] {
  if (!Array.isArray(list) || list.length === 0) throw refuse(self, 'expects at least one scheduler to be chained, but got no scheduler');
  const owner = optimizer ?? (list[0] as Partial<LRScheduler> | null)?.optimizer;
  list.forEach((s: unknown, i) => {
    if (!(s instanceof LRScheduler)) throw refuse(self, `takes schedulers whose step needs no metric, but the one at index ${i} is ${(s as object | null)?.constructor.name ?? String(s)}`);
    if (s.optimizer !== owner) {
      throw refuse(self, `expects all schedulers to belong to the same optimizer, but got schedulers at index ${optimizer ? '' : '0 and '}${i} to be different${optimizer ? ' than the optimizer passed in' : ''}`);
    }
  });
  return [...list as LRScheduler[]];
}

abstract class Compound extends LRScheduler {
  _schedulers: LRScheduler[];
  constructor(optimizer: Optimizer, schedulers: LRScheduler[]) {
    super(optimizer);
    this._schedulers = schedulers;
  }
  override getLr(): number[] { return this._rates(({ lr }) => lr); }
  override _undo(): void { for (const s of this._schedulers) s._undo(); }
  _saved(): SchedulerStateDict { return {}; }
  override stateDict(): SchedulerStateDict { return { ...this._saved(), _last_lr: this._lastLr, _schedulers: this._schedulers.map((s) => s.stateDict()) }; }
  override loadStateDict(state: SchedulerStateDict): void {
    const { _schedulers: list, ...rest } = state ?? {};
    if (!Array.isArray(list) || list.length !== this._schedulers.length) throw refuse(this, `loadStateDict needs the states of ${this._schedulers.length} schedulers`);
    super.loadStateDict(rest);
    list.forEach((s: SchedulerStateDict, i) => { this._schedulers[i].loadStateDict(s); });
  }
}

/**
 * One scheduler after the other, changing at the milestones.
 *
 * @example
 * ```js
 * const optimizer = new torsh.optim.SGD([torsh.zeros(1, { requiresGrad: true })], { lr: 1 });
 * const { SequentialLR, LinearLR, CosineAnnealingLR } = torsh.optim.lrScheduler;
 * const warmup = new LinearLR(optimizer, { startFactor: 0.25, totalIters: 3 });
 * const scheduler = new SequentialLR(optimizer, [warmup, new CosineAnnealingLR(optimizer, { TMax: 10 })], [3]);
 * optimizer.step();
 * scheduler.step();
 * console.log(optimizer.paramGroups[0].lr); // 0.5
 * ```
 */
export class SequentialLR extends Compound {
  _milestones: number[];

  constructor(optimizer: Optimizer, schedulers: readonly LRScheduler[], milestones: readonly number[], options?: { lastEpoch?: number; verbose?: boolean });
  constructor(optimizer: Optimizer, options: { schedulers: readonly LRScheduler[]; milestones: readonly number[]; lastEpoch?: number; verbose?: boolean });
  constructor(...args: unknown[]) {
    const [optimizer, schedulers, milestones, lastEpoch] = bind(sigs.SequentialLR, args) as [Optimizer, LRScheduler[], number[], number];
    const self = { constructor: SequentialLR };
    super(optimizer, members(self, schedulers, optimizer));
    if (!Array.isArray(milestones) || milestones.length !== schedulers.length - 1) {
      throw refuse(this, `expects number of schedulers provided to be one more than the number of milestone points, but got number of schedulers ${schedulers.length} and the number of milestones to be equal to ${milestones?.length ?? 0}`);
    }
    this._milestones = [...milestones];
    this.lastEpoch = lastEpoch + 1;
    // Making the schedulers has stepped each of them: only the first one's step counts.
    for (const group of this.optimizer.paramGroups as ScheduledGroup[]) group.lr = group.initialLr;
    this._undo();
    this._initialStep();
  }

  override _initialStep(): void {
    this._schedulers[0]._initialStep();
    this._lastLr = this._schedulers[0].getLastLr();
  }

  override step(epoch?: number | null): void {
    this.lastEpoch = epoch ?? this.lastEpoch + 1;
    const at = this._milestones.filter((m) => m <= this.lastEpoch).length, begun = at === 0 ? 0 : this._milestones[at - 1];
    const scheduler = this._schedulers[at];
    if (at > 0 && begun === this.lastEpoch) scheduler.step(0);
    else if (epoch === undefined || epoch === null) scheduler.step();
    else scheduler.step(epoch - begun);
    this._lastLr = scheduler.getLastLr();
  }

  override _saved(): SchedulerStateDict { return { _milestones: [...this._milestones], last_epoch: this.lastEpoch }; }
}

/**
 * Several schedulers, each taking its step on what the one before has set.
 *
 * @example
 * ```js
 * const optimizer = new torsh.optim.SGD([torsh.zeros(1, { requiresGrad: true })], { lr: 1 });
 * const { ChainedScheduler, ExponentialLR, ConstantLR } = torsh.optim.lrScheduler;
 * const scheduler = new ChainedScheduler([new ConstantLR(optimizer, { factor: 0.1, totalIters: 2 }), new ExponentialLR(optimizer, 0.5)]);
 * optimizer.step();
 * scheduler.step();
 * console.log(optimizer.paramGroups[0].lr); // 0.05
 * ```
 */
export class ChainedScheduler extends Compound {
  constructor(schedulers: readonly LRScheduler[], optimizer?: Optimizer | null);
  constructor(options: { schedulers: readonly LRScheduler[]; optimizer?: Optimizer | null });
  constructor(...args: unknown[]) {
    const [schedulers, optimizer] = bind(sigs.ChainedScheduler, args) as [LRScheduler[], Optimizer | null];
    const list = members({ constructor: ChainedScheduler }, schedulers, optimizer);
    super(list[0].optimizer, list);
    this._lastLr = this.getLr();
  }

  override _initialStep(): void {
    for (const s of this._schedulers) s._initialStep();
    this._lastLr = this.getLr();
  }

  override step(epoch?: number | null): void {
    for (const s of this._schedulers) s.step(epoch);
    this._lastLr = this.getLr();
  }
}
