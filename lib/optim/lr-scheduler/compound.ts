/** Schedulers made of schedulers. */
import { bind, signature } from '../../bind';
import type { Optimizer } from '../optimizer';
import { type LRScheduler, type ScheduledGroup, type SchedulerStateDict, checkOptimizer, refuse } from './base';

const sequential = signature('SequentialLR', 'optimizer, schedulers, milestones, lastEpoch=-1, verbose=false');

/** One scheduler after the other, changing at the milestones. */
export class SequentialLR {
  optimizer: Optimizer;
  lastEpoch: number;
  _schedulers: LRScheduler[];
  _milestones: number[];
  _lastLr: number[];

  constructor(optimizer: Optimizer, schedulers: readonly LRScheduler[], milestones: readonly number[], options?: { lastEpoch?: number; verbose?: boolean });
  constructor(optimizer: Optimizer, options: { schedulers: readonly LRScheduler[]; milestones: readonly number[]; lastEpoch?: number; verbose?: boolean });
  constructor(...args: unknown[]) {
    const [optimizer, schedulers, milestones, lastEpoch] = bind(sequential, args) as [unknown, LRScheduler[], number[], number];
    this.optimizer = checkOptimizer(this, optimizer);
    if (!Array.isArray(schedulers) || schedulers.length === 0) throw refuse(this, 'expected an array of schedulers');
    schedulers.forEach((s, i) => {
      if (s.optimizer !== optimizer) throw refuse(this, `expects all schedulers to belong to the same optimizer, but the scheduler at index ${i} belongs to another`);
    });
    if (!Array.isArray(milestones) || milestones.length !== schedulers.length - 1) {
      throw refuse(this, `expects one milestone less than schedulers, but got ${schedulers.length} schedulers and ${milestones?.length ?? 0} milestones`);
    }
    this._schedulers = [...schedulers];
    this._milestones = [...milestones];
    this.lastEpoch = lastEpoch + 1;
    // Making the schedulers has stepped each of them: only the first one's step counts.
    for (const group of this.optimizer.paramGroups as ScheduledGroup[]) group.lr = group.initialLr;
    for (const s of this._schedulers) s.lastEpoch--;
    this._schedulers[0]._initialStep();
    this._lastLr = this._schedulers[0].getLastLr();
  }

  step(): void {
    this.lastEpoch++;
    const at = this._milestones.filter((m) => m <= this.lastEpoch).length;
    const scheduler = this._schedulers[at];
    if (at > 0 && this._milestones[at - 1] === this.lastEpoch) scheduler.step(0);
    else scheduler.step();
    this._lastLr = scheduler.getLastLr();
  }

  getLastLr(): number[] { return this._lastLr; }
  stateDict(): SchedulerStateDict {
    return { last_epoch: this.lastEpoch, _milestones: [...this._milestones], _last_lr: this._lastLr, _schedulers: this._schedulers.map((s) => s.stateDict()) };
  }
  loadStateDict(state: SchedulerStateDict): void {
    this.lastEpoch = state.last_epoch as number;
    this._milestones = [...state._milestones as number[]];
    this._lastLr = state._last_lr as number[];
    (state._schedulers as SchedulerStateDict[]).forEach((s, i) => { this._schedulers[i].loadStateDict(s); });
  }
}

/** Several schedulers, each taking its step on what the one before has set. */
export class ChainedScheduler {
  optimizer: Optimizer;
  _schedulers: LRScheduler[];
  _lastLr: number[];

  constructor(schedulers: readonly LRScheduler[]) {
    if (!Array.isArray(schedulers) || schedulers.length === 0) throw refuse(this, 'expected an array of schedulers');
    const list = schedulers as readonly LRScheduler[];
    list.forEach((s, i) => {
      if (s.optimizer !== list[0].optimizer) throw refuse(this, `expects all schedulers to belong to the same optimizer, but got schedulers at index 0 and ${i} to be different`);
    });
    this.optimizer = list[0].optimizer;
    this._schedulers = [...list];
    this._lastLr = this._current();
  }

  _current(): number[] { return this.optimizer.paramGroups.map((group) => group.lr); }
  step(): void {
    for (const s of this._schedulers) s.step();
    this._lastLr = this._current();
  }
  getLastLr(): number[] { return this._lastLr; }
  stateDict(): SchedulerStateDict { return { _last_lr: this._lastLr, _schedulers: this._schedulers.map((s) => s.stateDict()) }; }
  loadStateDict(state: SchedulerStateDict): void {
    this._lastLr = state._last_lr as number[];
    (state._schedulers as SchedulerStateDict[]).forEach((s, i) => { this._schedulers[i].loadStateDict(s); });
  }
}
