/** What a task gets to know of the page, and how it goes on in steps. */
import type { torsh as api } from '../torsh';
import type { Callback, Run } from '../train';
import { turn } from './host.node';
import { transfer } from './wire';

/** A function that runs in the worker, of one input and the job that it is. */
export type Task = (input: any, job: JobContext) => unknown;

/** Time in ms after which the page's messages are heard. */
const patience = 8;

/**
 * The second argument of a task. It may stand among the callbacks of train.fit(): then the page can pause and stop that training, and hears of each epoch.
 */
export class JobContext implements Callback {
  /** Takes along what it is given, instead of a copy: job.progress({ weights: job.transfer(array) }). */
  readonly transfer = transfer;
  /** Called with each message that the page sends to this job. */
  onMessage: ((message: any) => void) | null = null;
  private readonly controller = new AbortController();
  private paused = false;
  private allowed = 0;
  private over = false;
  private wake: (() => void) | null = null;
  private last = performance.now();
  private readonly told = new Map<string, number>();

  /** torsh: the worker's. progress: sends plain data and typed arrays to the page. */
  constructor(readonly torsh: typeof api, readonly progress: (value: unknown) => void) {}

  /** Aborted when the page wants this job to end. */
  get signal(): AbortSignal { return this.controller.signal; }

  /**
   * One step of a loop: `while (await job.step(() => { ... }));`. Runs fn in a tidy(), so that its tensors go when it is done; lets messages in now and
   * then; waits while the job is paused. Resolves to whether to go on: false once the page has stopped or aborted the job. A step after that throws.
   */
  async step(fn?: () => void): Promise<boolean> {
    if (this.over) throw this.signal.reason;
    await this.ready();
    if (!this.signal.aborted && fn) this.torsh.tidy(() => { fn(); });
    this.over = this.signal.aborted;
    return !this.over;
  }

  /** Whether `ms` have passed since it last said so: for what is told or drawn now and then. */
  due(ms: number, what = ''): boolean {
    const now = performance.now();
    if (now - (this.told.get(what) ?? -Infinity) < ms) return false;
    this.told.set(what, now);
    return true;
  }

  private async ready(): Promise<void> {
    if (performance.now() - this.last >= patience || this.paused) {
      await turn();
      this.last = performance.now();
    }
    while (this.paused && this.allowed === 0 && !this.signal.aborted) {
      await new Promise<void>((resolve) => { this.wake = resolve; });
      this.last = performance.now();
    }
    if (this.paused && this.allowed > 0) this.allowed--;
  }

  /** The page's wishes. */
  hear(what: 'abort' | 'stop' | 'pause' | 'resume' | 'step' | 'message', value: unknown): void {
    switch (what) {
      case 'abort': this.controller.abort(value); break;
      case 'stop': this.controller.abort(new Error('the job was stopped')); break;
      case 'pause': this.paused = true; this.allowed = 0; break;
      case 'resume': this.paused = false; break;
      case 'step': this.paused = true; this.allowed += value as number; break;
      default: this.onMessage?.(value); return;
    }
    this.wake?.();
    this.wake = null;
  }

  async onBatchEnd(run: Run): Promise<void> {
    await this.ready();
    if (this.signal.aborted) run.stop('stopped by the page');
  }
  onEpochEnd(run: Run): void {
    this.progress({ epoch: run.epoch, step: run.step, ...run.logs });
  }
}
