/** A training that goes on: what callbacks see of it, and one step of it. */
import { TorshError } from '../errors';
import { tidy } from '../memory';
import type { Metric } from '../metrics';
import type { Module } from '../nn/module';
import { clipGradNorm_ } from '../nn/utils';
import type { Optimizer } from '../optim/optimizer';
import { getRngState, setRngState } from '../random';
import { isTensor, type Tensor } from '../tensor';

/** Values of an epoch by name: loss, valLoss, lr, metrics. */
export type Logs = Record<string, number>;
export type EpochLogs = Logs & { epoch: number; step: number };

/** What a step of one's own gives: the loss, and what metrics are to see. */
export interface StepResult { loss: Tensor; output?: unknown; target?: unknown; /** How many samples the loss is the mean of. */ count?: number }
export type LossFunction = (output: any, target: any) => Tensor;
/** A learning rate scheduler of torsh.optim.lrScheduler. */
export interface Scheduler { step(metric?: any): void; stateDict(): Record<string, unknown>; loadStateDict(state: Record<string, unknown>): void }

/**
 * What happens around a training; all of it optional, in the order in which it happens, each awaited when it returns a Promise. close() comes last, also
 * after an error, for every callback whose onFitStart() was called.
 */
export interface Callback {
  onFitStart?(run: Run): unknown;
  onEpochStart?(run: Run): unknown;
  /** After a step of the optimizer, with the loss of the batch. */
  onBatchEnd?(run: Run, loss: number): unknown;
  /** After the validation, when run.logs is complete. */
  onEpochEnd?(run: Run): unknown;
  onFitEnd?(run: Run): unknown;
  onError?(run: Run, error: unknown): unknown;
  close?(run: Run): unknown;
  /** What a checkpoint keeps of it, by `name`. */
  readonly name?: string;
  stateDict?(): unknown;
  loadStateDict?(state: any): void;
}

export interface Checkpoint {
  /** Epochs and steps done. */
  epoch: number;
  step: number;
  model: Record<string, Tensor>;
  optimizer: unknown;
  scheduler: unknown;
  callbacks: Record<string, unknown>;
  history: EpochLogs[];
  /** State of torsh's random numbers. */
  rng: Tensor;
}

export interface Parts {
  model: Module;
  loader: Iterable<unknown> | AsyncIterable<unknown>;
  optimizer: Optimizer;
  loss: LossFunction | null;
  step: ((batch: any, run: Run) => Tensor | StepResult) | null;
  scheduler: Scheduler | null;
  metrics: Record<string, Metric>;
  accumulate: number;
  clipGradNorm: number | null;
  callbacks: Callback[];
  epochs: number;
}

export const refuse = (text: string): TorshError => new TorshError('ERR_ARGUMENT', 'fit', `fit: ${text}`);
const sizeOf = (x: unknown): number => (isTensor(x) && x.ndim > 0 ? x.shape[0] : 1);

export class Run {
  /** The epoch that goes on, from 0; steps of the optimizer so far. */
  epoch = 0;
  step = 0;
  /** Of the epoch that has just ended. */
  logs: Logs = {};
  history: EpochLogs[] = [];
  /** Why no further epoch begins. */
  stopped: string | null = null;
  private waiting = 0;

  constructor(readonly parts: Parts) {}
  get model(): Module { return this.parts.model; }
  get optimizer(): Optimizer { return this.parts.optimizer; }
  get scheduler(): Scheduler | null { return this.parts.scheduler; }
  get loader(): Parts['loader'] { return this.parts.loader; }
  get epochs(): number { return this.parts.epochs; }
  get lr(): number { return this.optimizer.paramGroups[0].lr; }

  /** Lets the training end after this batch. */
  stop(reason: string): void { this.stopped ??= reason; }

  /** The loss of a batch, from the step that was given or the model and the loss function. */
  forward(batch: unknown): StepResult {
    const { model, loss, step } = this.parts;
    if (step !== null) {
      const result = step(batch, this);
      if (isTensor(result)) return { loss: result };
      if (typeof result !== 'object' || result === null || !isTensor(result.loss)) throw refuse('step(batch, run) must return the loss, a tensor, or { loss, output, target, count }');
      return result;
    }
    if (!Array.isArray(batch) || batch.length < 2) throw refuse('a batch must be an array [input, ..., target]; give step(batch, run) for others');
    const target: unknown = batch[batch.length - 1];
    const output = (model as unknown as (...inputs: unknown[]) => unknown)(...batch.slice(0, -1) as unknown[]);
    return { loss: loss!(output, target), output, target, count: sizeOf(target) };
  }

  /** Forward, backward, and (with accumulate: every so many times) a step of the optimizer. */
  trainBatch(batch: unknown, last = false): { loss: number; count: number; stepped: boolean } {
    const { optimizer, model, accumulate, clipGradNorm } = this.parts;
    return tidy(() => {
      if (this.waiting === 0) optimizer.zeroGrad();
      const result = this.forward(batch);
      if (result.loss.numel() !== 1) throw refuse(`the loss must be one number, but is [${result.loss.shape.join(', ')}]`);
      (accumulate === 1 ? result.loss : result.loss.div(accumulate)).backward();
      const stepped = ++this.waiting >= accumulate || last;
      if (stepped) {
        this.waiting = 0;
        if (clipGradNorm !== null) clipGradNorm_(model.parameters(), clipGradNorm);
        optimizer.step();
      }
      this.measure(result);
      return { loss: Number(result.loss.item()), count: result.count ?? 1, stepped };
    });
  }
  measure({ output, target }: StepResult): void {
    for (const metric of Object.values(this.parts.metrics)) metric.update(isTensor(output) ? output.detach() : output, target);
  }

  /** Everything that going on later takes: fit(model, loader, { resume: checkpoint, ... }). torsh.save() writes it to a .pt file. */
  checkpoint(): Checkpoint {
    const callbacks: Record<string, unknown> = {};
    for (const callback of this.parts.callbacks) if (callback.stateDict && callback.name) callbacks[callback.name] = callback.stateDict();
    return {
      epoch: this.epoch + 1, step: this.step, model: this.model.stateDict(), optimizer: this.optimizer.stateDict(), scheduler: plain(this.scheduler?.stateDict() ?? null),
      callbacks, history: this.history, rng: getRngState(),
    };
  }
  restore(checkpoint: Checkpoint): void {
    const { model, optimizer, scheduler, callbacks } = this.parts;
    if (typeof checkpoint !== 'object' || checkpoint === null || !('model' in checkpoint) || !Number.isSafeInteger(checkpoint.epoch)) throw refuse('resume must be a checkpoint, or the file of one, that ModelCheckpoint made');
    model.loadStateDict(checkpoint.model);
    optimizer.loadStateDict(checkpoint.optimizer as Parameters<Optimizer['loadStateDict']>[0]);
    if (scheduler !== null && checkpoint.scheduler) scheduler.loadStateDict(checkpoint.scheduler as Record<string, unknown>);
    for (const callback of callbacks) if (callback.name && checkpoint.callbacks?.[callback.name]) callback.loadStateDict?.(checkpoint.callbacks[callback.name]);
    this.epoch = checkpoint.epoch;
    this.step = checkpoint.step;
    this.history = [...checkpoint.history ?? []];
    if (isTensor(checkpoint.rng)) setRngState(checkpoint.rng);
  }
}

/** Without what no file holds. */
const plain = (state: Record<string, unknown> | null): Record<string, unknown> | null => (state === null ? null
  : Object.fromEntries(Object.entries(state).filter(([, v]) => v === null || ['number', 'string', 'boolean'].includes(typeof v) || Array.isArray(v) && v.every((x) => typeof x === 'number'))));
