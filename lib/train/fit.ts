/** torsh.train.fit: the usual training loop. */
import { noGrad } from '../autograd';
import { bind, signature } from '../bind';
import { DataLoader, Turns } from '../data/loader';
import { defaultCollate } from '../data/collate';
import { TorshError } from '../errors';
import { load } from '../io';
import { isFileName } from '../io/values';
import { tidy } from '../memory';
import { MetricCollection, type Metric } from '../metrics';
import { isMetric } from '../metrics/metric';
import { isModule } from '../nn/fields';
import type { Module } from '../nn/module';
import { Optimizer } from '../optim/optimizer';
import { progress as showProgress, type Progress, type ProgressOptions } from '../progress';
import { isTensor, type Tensor } from '../tensor';
import { refuse, Run, type Callback, type Checkpoint, type EpochLogs, type LossFunction, type Logs, type Parts, type Scheduler, type StepResult } from './run';

export type Loader = Iterable<any> | AsyncIterable<any>;

export interface FitOptions {
  optimizer: Optimizer;
  /** loss(output, target), a function or a module. Not needed with step. */
  loss?: LossFunction | Module | null;
  epochs?: number;
  /** Batches that are looked at after each epoch, without gradients: valLoss, and a value for each metric. */
  validation?: Loader | null;
  /** Metrics by name: 'accuracy' gives the logs accuracy and valAccuracy. */
  metrics?: Record<string, Metric> | MetricCollection;
  scheduler?: Scheduler | null;
  /** When the scheduler steps. One that takes a metric (ReduceLROnPlateau) gets that of monitor. */
  schedulerInterval?: 'epoch' | 'step';
  /** The log that schedulers look at: by default valLoss, without validation loss. */
  monitor?: string | null;
  callbacks?: readonly Callback[];
  /** Instead of model and loss: step(batch, run) gives the loss of a batch, or { loss, output, target, count }. */
  step?: ((batch: any, run: Run) => Tensor | StepResult) | null;
  /** Batches whose gradients are added up before a step of the optimizer. */
  accumulate?: number;
  /** The most that the norm of all gradients may be. */
  clipGradNorm?: number | null;
  /** Steps of the optimizer, at most. */
  maxSteps?: number | null;
  /** A bar for each epoch (see utils.progress), with options of it; false: none. */
  progress?: boolean | ProgressOptions;
  /** Ends the training after the batch that goes on. */
  signal?: AbortSignal | null;
  /** A checkpoint of ModelCheckpoint, or its file: goes on after it. */
  resume?: Checkpoint | string | URL | null;
}

export interface FitResult {
  /** The logs of each epoch. */
  history: EpochLogs[];
  /** Epochs and steps done, with those before a resume. */
  epochs: number;
  steps: number;
  /** Why it ended before all epochs were done, or null. */
  stopped: string | null;
}

const sig = signature('fit', 'model, loader, *, optimizer, loss=null, epochs=1, validation=null, metrics=null, scheduler=null, schedulerInterval="epoch", monitor=null, callbacks=null, '
  + 'step=null, accumulate=1, clipGradNorm=null, maxSteps=null, progress=true, signal=null, resume=null');

const isLoader = (x: unknown): x is Loader => typeof x === 'object' && x !== null && (Symbol.asyncIterator in x || Symbol.iterator in x);
const isCount = (x: unknown, least: number): boolean => typeof x === 'number' && Number.isSafeInteger(x) && x >= least;
const capital = (name: string): string => name[0].toUpperCase() + name.slice(1);

interface Settings { parts: Parts; validation: Loader | null; interval: string; monitor: string | null; maxSteps: number | null; progress: boolean | ProgressOptions; signal: AbortSignal | null; resume: Checkpoint | string | URL | null }

export function settingsOf(args: unknown[]): Settings {
  const [model, loader, optimizer, loss, epochs, validation, metrics, scheduler, interval, monitor, callbacks, step, accumulate, clipGradNorm, maxSteps, progress, signal, resume] = bind(sig, args);
  if (!isModule(model)) throw refuse('model must be a module');
  for (const [name, value] of [['loader', loader], ['validation', validation]] as const) {
    if (!(isLoader(value) || (name === 'validation' && value === null))) throw refuse(`${name} must be a DataLoader or what else gives batches`);
    // A generator is at its end after one epoch.
    if (typeof (value as { next?: unknown } | null)?.next === 'function' && epochs !== 1) throw refuse(`${name} is an iterator, which can be read once; give what can be iterated in each epoch`);
  }
  if (!(optimizer instanceof Optimizer)) throw refuse('optimizer must be an Optimizer of torsh.optim');
  if (loss === null && step === null) throw refuse('needs loss(output, target) or step(batch, run)');
  for (const [name, value] of [['loss', loss], ['step', step]] as const) if (value !== null && typeof value !== 'function') throw refuse(`${name} must be a function`);
  if (!isCount(epochs, 0)) throw refuse(`epochs must be an integer of at least 0, but got ${String(epochs)}`);
  if (!isCount(accumulate, 1)) throw refuse(`accumulate must be an integer of at least 1, but got ${String(accumulate)}`);
  if (maxSteps !== null && !isCount(maxSteps, 1)) throw refuse(`maxSteps must be null or an integer of at least 1, but got ${String(maxSteps)}`);
  if (clipGradNorm !== null && !(typeof clipGradNorm === 'number' && clipGradNorm > 0)) throw refuse(`clipGradNorm must be null or a number above 0, but got ${String(clipGradNorm)}`);
  if (interval !== 'epoch' && interval !== 'step') throw refuse(`schedulerInterval must be 'epoch' or 'step', but got ${String(interval)}`);
  if (scheduler !== null && typeof (scheduler as Partial<Scheduler>).step !== 'function') throw refuse('scheduler must be one of torsh.optim.lrScheduler');
  const measured = metrics === null ? {} : metrics instanceof MetricCollection ? metrics.metrics : metrics as Record<string, Metric>;
  for (const [name, metric] of Object.entries(measured)) {
    if (!isMetric(metric)) throw refuse(`metrics must be metrics by name, but '${name}' is none`);
    if (name === 'loss' || name === 'lr') throw refuse(`a metric cannot be called '${name}'`);
  }
  const list = (callbacks ?? []) as Callback[];
  if (!Array.isArray(list) || list.some((c) => typeof c !== 'object' || c === null)) throw refuse('callbacks must be an array of callbacks');
  return {
    parts: {
      model: model as unknown as Module, loader: loader as Loader, optimizer, loss: loss as LossFunction | null, step: step as Parts['step'], scheduler: scheduler as Scheduler | null, metrics: measured,
      accumulate: accumulate as number, clipGradNorm: clipGradNorm as number | null, callbacks: [...list], epochs: epochs as number,
    },
    validation: validation as Loader | null, interval, monitor: monitor as string | null, maxSteps: maxSteps as number | null, progress: progress as boolean | ProgressOptions,
    signal: signal as AbortSignal | null, resume: resume as Checkpoint | string | URL | null,
  };
}

/** Whether a loader's batches are made for each pass, so that they may go when the step is done: promptly, without waiting for the collector. */
export const makesBatches = (loader: Loader): boolean => loader instanceof DataLoader && (loader.batchSize !== null || loader.batchSampler !== null) && loader.collateFn === defaultCollate;

export function disposeIn(value: unknown): void {
  if (isTensor(value)) value.dispose();
  else if (Array.isArray(value)) value.forEach(disposeIn);
  else if (typeof value === 'object' && value !== null) Object.values(value).forEach(disposeIn);
}

function lengthOf(loader: Loader): number | null {
  try {
    const { length } = loader as { length?: unknown };
    return typeof length === 'number' ? length : null;
  } catch {
    return null;
  }
}

/** A mean that counts samples. */
class Mean {
  private sum = 0;
  private n = 0;
  add(value: number, count: number): void { this.sum += value * count; this.n += count; }
  get value(): number { return this.sum / this.n; }
}

const resetAll = (metrics: Record<string, Metric>): void => { for (const metric of Object.values(metrics)) metric.reset(); };

/** The shortest number that is the same float32: 0.9 and not 0.8999999761581421. */
function shortest(value: number): number {
  for (let digits = 1; digits < 9; digits++) if (Math.fround(Number(value.toPrecision(digits))) === value) return Number(value.toPrecision(digits));
  return value;
}

/** Values of metrics: one with several values gives a log for each. */
function readAll(metrics: Record<string, Metric>, rename: (name: string) => string): Logs {
  const logs: Logs = {};
  for (const [name, metric] of Object.entries(metrics)) {
    if (metric.updateCount === 0) continue;
    tidy(() => {
      const value = metric.compute() as unknown;
      const plain = (v: number): number => (isTensor(value) && value.dtype === 'float32' ? shortest(v) : v);
      if (isTensor(value) && value.numel() === 1) logs[rename(name)] = plain(Number(value.item()));
      else if (isTensor(value) && value.ndim === 1) (value.tolist() as number[]).forEach((v, i) => { logs[`${rename(name)}/${i}`] = plain(v); });
    });
  }
  return logs;
}

async function validate(run: Run, loader: Loader): Promise<Logs> {
  const { model, metrics } = run.parts, mean = new Mean(), fresh = makesBatches(loader), turns = new Turns();
  resetAll(metrics);
  model.eval();
  try {
    for await (const batch of loader as AsyncIterable<unknown>) {
      const { loss, count } = tidy(() => noGrad(() => {
        const result = run.forward(batch);
        run.measure(result);
        return { loss: Number(result.loss.item()), count: result.count ?? 1 };
      }));
      mean.add(loss, count);
      if (fresh) disposeIn(batch);
      await turns.yield();
    }
  } finally {
    model.train();
  }
  return { valLoss: mean.value, ...readAll(metrics, (name) => `val${capital(name)}`) };
}

async function epoch(run: Run, settings: Settings, tell: Tell, bar: Progress): Promise<void> {
  const { parts, validation, maxSteps, signal, interval } = settings;
  const mean = new Mean(), fresh = makesBatches(parts.loader), turns = new Turns(), length = lengthOf(parts.loader);
  resetAll(parts.metrics);
  let seen = 0;
  for await (const batch of parts.loader as AsyncIterable<unknown>) {
    const { loss, count, stepped } = run.trainBatch(batch, ++seen === length);
    mean.add(loss, count);
    if (fresh) disposeIn(batch);
    if (stepped) {
      run.step++;
      if (interval === 'step') parts.scheduler?.step();
      bar.setPostfix({ loss: mean.value });
      const told = tell('onBatchEnd', loss);
      if (told !== null) await told;
    }
    bar.update();
    if (maxSteps !== null && run.step >= maxSteps) run.stop(`maxSteps is ${maxSteps}`);
    if (signal?.aborted) run.stop('aborted');
    if (run.stopped !== null) break;
    await turns.yield();
  }
  if (seen === 0) throw refuse('the loader gave no batch');
  run.logs = { loss: mean.value, ...readAll(parts.metrics, (name) => name) };
  if (validation !== null && !signal?.aborted) Object.assign(run.logs, await validate(run, validation));
  run.logs.lr = run.lr;
  run.history.push({ epoch: run.epoch, step: run.step, ...run.logs });
  bar.setPostfix(Object.fromEntries(Object.entries(run.logs).filter(([name]) => name !== 'lr')));
}

function stepScheduler(run: Run, settings: Settings): void {
  const { scheduler } = run;
  if (scheduler === null || settings.interval === 'step') return;
  // The one kind whose step needs a metric compares it.
  if (!('isBetter' in scheduler)) { scheduler.step(); return; }
  const name = settings.monitor ?? ('valLoss' in run.logs ? 'valLoss' : 'loss');
  if (!(name in run.logs)) throw refuse(`monitor is '${name}', but the logs are ${Object.keys(run.logs).join(', ')}`);
  scheduler.step(run.logs[name]);
}

type Event = 'onFitStart' | 'onEpochStart' | 'onBatchEnd' | 'onEpochEnd' | 'onFitEnd';
/** Tells all callbacks in turn; null when none has to be waited for. */
type Tell = (event: Event, loss?: number) => Promise<void> | null;

function teller(run: Run, begun: Set<Callback>): Tell {
  return (event, loss) => {
    const { callbacks } = run.parts;
    const from = (start: number): Promise<void> | null => {
      for (let i = start; i < callbacks.length; i++) {
        if (event === 'onFitStart') begun.add(callbacks[i]);
        const result = callbacks[i][event]?.(run, loss!);
        if (typeof (result as PromiseLike<unknown> | undefined)?.then === 'function') return Promise.resolve(result).then(() => from(i + 1) ?? undefined);
      }
      return null;
    };
    return from(0);
  };
}

/**
 * Trains a model on the batches of a loader ([input, ..., target] each): forward, loss, backward, a step of the optimizer; after each epoch a validation.
 * One may as well write the loop oneself: this does nothing that one could not. Batches are awaited, so timers, a server or a page have their turn; the
 * tensors of a step go when it is done. Afterwards the model is in the mode it was in. Whatever throws, in a callback too, ends the training: the
 * callbacks' onError() and close() are called, logs are written, loaders and bars closed, and then it is thrown on.
 * Errors: ERR_ARGUMENT, and what the parts throw.
 *
 * @example
 * ```js
 * const model = new torsh.nn.Linear(2, 1);
 * const { DataLoader, TensorDataset } = torsh.utils.data;
 * const x = torsh.randn(32, 2);
 * const loader = new DataLoader(new TensorDataset(x, x.sum(1, true)), { batchSize: 8, shuffle: true });
 * const optimizer = new torsh.optim.SGD(model.parameters(), { lr: 0.1 });
 * const result = await torsh.train.fit(model, loader, { optimizer, loss: torsh.nn.functional.mseLoss, epochs: 3, progress: false });
 * console.log(result.epochs, result.history.length); // 3 3
 * ```
 */
export async function fit(model: Module, loader: Loader, options: FitOptions): Promise<FitResult>;
export async function fit(...args: unknown[]): Promise<FitResult> {
  const settings = settingsOf(args), { parts } = settings;
  const run = new Run(parts), begun = new Set<Callback>(), tell = teller(run, begun);
  const training = parts.model.training;
  let bar: Progress | null = null;
  let failed = false;
  try {
    if (settings.resume !== null) run.restore(isFileName(settings.resume) ? await load(settings.resume) as Checkpoint : settings.resume);
    parts.model.train();
    await tell('onFitStart');
    for (; run.epoch < parts.epochs && run.stopped === null; run.epoch++) {
      if (settings.signal?.aborted) run.stop('aborted');
      if (run.stopped !== null) break;
      const shown = typeof settings.progress === 'object' ? settings.progress : {};
      bar = showProgress({ desc: `epoch ${run.epoch + 1}/${parts.epochs}`, unit: 'batch', total: lengthOf(parts.loader), disable: settings.progress === false, ...shown });
      await tell('onEpochStart');
      await epoch(run, settings, tell, bar);
      stepScheduler(run, settings);
      bar.close();
      await tell('onEpochEnd');
    }
    await tell('onFitEnd');
  } catch (error) {
    failed = true;
    // What went wrong first matters more than what goes wrong after it.
    for (const callback of begun) try { await callback.onError?.(run, error); } catch { /* told by the first error */ }
    throw error;
  } finally {
    bar?.close();
    parts.model.train(training);
    let late: unknown = null;
    for (const callback of begun) try { await callback.close?.(run); } catch (error) { late ??= error; }
    if (late !== null && !failed) throwOn(late);
  }
  return { history: run.history, epochs: run.epoch, steps: run.step, stopped: run.stopped };
}

function throwOn(error: unknown): never {
  throw error instanceof Error ? error : new TorshError('ERR_CALLBACK', 'fit', `fit: a callback threw ${String(error)}`);
}
