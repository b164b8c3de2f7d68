/** The learning rate range test. */
import { noGrad } from '../autograd';
import { bind, signature } from '../bind';
import { Turns } from '../data/loader';
import { TorshError } from '../errors';
import { getRngState, setRngState } from '../random';
import { isTensor, keep, type Tensor } from '../tensor';
import { disposeIn, makesBatches, settingsOf, type FitOptions, type Loader } from './fit';
import { Run, type Callback } from './run';
import type { Module } from '../nn/module';

export interface LrFinderOptions {
  minLr?: number;
  maxLr?: number;
  /** Steps from the one to the other. */
  numTraining?: number;
  mode?: 'exponential' | 'linear';
  /** Ends when the smoothed loss is this many times the best one; null: never. */
  earlyStopThreshold?: number | null;
  /** As a callback: gives the optimizer the suggested rate. */
  updateAttr?: boolean;
}

const sig = signature('LrFinder', 'minLr=1e-8, maxLr=1, numTraining=100, mode="exponential", earlyStopThreshold=4, updateAttr=true');
const refuse = (text: string): TorshError => new TorshError('ERR_ARGUMENT', 'LrFinder', `LrFinder: ${text}`);
/** How much of the smoothed loss stays with each step. */
const MEMORY = 0.98;

/** A copy of nested state; its tensors outlive what is tidied. */
function copyOf(value: unknown): unknown {
  if (isTensor(value)) return keep(noGrad(() => value.detach().clone()));
  if (Array.isArray(value)) return value.map(copyOf);
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, copyOf(v)]));
  return value;
}

/**
 * Trains a few steps with rates that grow from minLr to maxLr and finds the one where the loss falls fastest; then model, optimizer and random numbers are as they were.
 * As a callback of fit() it does so before the first epoch and sets the rate; alone: `const finder = await new LrFinder().run(model, loader, { optimizer, loss })`.
 * Smith 2017, https://arxiv.org/abs/1506.01186; https://lightning.ai/docs/pytorch/stable/api/lightning.pytorch.callbacks.LearningRateFinder.html
 */
export class LrFinder implements Callback {
  readonly name = 'LrFinder';
  /** The rate and the smoothed loss of each step. */
  results: { lr: number[]; loss: number[] } = { lr: [], loss: [] };
  private readonly options: { minLr: number; maxLr: number; n: number; linear: boolean; threshold: number | null; update: boolean };

  constructor(...args: [] | [options: LrFinderOptions] | [minLr: number, maxLr?: number, numTraining?: number, mode?: string, earlyStopThreshold?: number | null, updateAttr?: boolean]) {
    const [minLr, maxLr, n, mode, threshold, update] = bind(sig, args) as [number, number, number, string, number | null, boolean];
    if (!(typeof minLr === 'number' && minLr > 0 && typeof maxLr === 'number' && maxLr > minLr && maxLr < Infinity)) throw refuse(`minLr and maxLr must be numbers above 0, the first below the second, but got ${String(minLr)} and ${String(maxLr)}`);
    if (!Number.isSafeInteger(n) || n < 2) throw refuse(`numTraining must be an integer of at least 2, but got ${String(n)}`);
    if (mode !== 'exponential' && mode !== 'linear') throw refuse(`mode should be either 'exponential' or 'linear', but got ${String(mode)}`);
    if (threshold !== null && !(typeof threshold === 'number' && threshold > 0)) throw refuse(`earlyStopThreshold must be null or a number above 0, but got ${String(threshold)}`);
    this.options = { minLr, maxLr, n, linear: mode === 'linear', threshold, update };
  }

  /** The range test alone. */
  async run(model: Module, loader: Loader, options: FitOptions): Promise<this> {
    const run = new Run(settingsOf([model, loader, { ...options, callbacks: [] }]).parts), { training } = model;
    model.train();
    try {
      await this.test(run);
    } finally {
      model.train(training);
    }
    return this;
  }

  async onFitStart(run: Run): Promise<void> {
    if (run.step > 0) return; // resumed
    await this.test(run);
    const rate = this.options.update ? this.suggestion() : null;
    if (rate !== null) for (const group of run.optimizer.paramGroups) group.lr = group.initialLr = rate;
  }

  private async test(run: Run): Promise<void> {
    const { minLr, maxLr, n, linear, threshold } = this.options, { model, optimizer, loader } = run;
    const saved = copyOf({ model: model.stateDict(), optimizer: optimizer.stateDict() }) as { model: Record<string, Tensor>; optimizer: Parameters<typeof optimizer.loadStateDict>[0] };
    // They may be random: drawn here, outside of what is restored, batches would differ afterwards.
    const random = keep(getRngState()), fresh = makesBatches(loader), turns = new Turns();
    this.results = { lr: [], loss: [] };
    let average = 0, best = Infinity, i = 0, more = true;
    try {
      while (more && i < n) {
        const before = i;
        for await (const batch of loader as AsyncIterable<unknown>) {
          const lr = linear ? minLr + (maxLr - minLr) * i / (n - 1) : minLr * (maxLr / minLr) ** (i / (n - 1));
          for (const group of optimizer.paramGroups) group.lr = lr;
          const { loss } = run.trainBatch(batch, true);
          if (fresh) disposeIn(batch);
          average = MEMORY * average + (1 - MEMORY) * loss;
          const smoothed = average / (1 - MEMORY ** ++i);
          if (!Number.isFinite(smoothed) || (threshold !== null && i > 1 && smoothed > threshold * best)) more = false;
          else {
            best = Math.min(best, smoothed);
            this.results.lr.push(lr);
            this.results.loss.push(smoothed);
          }
          if (!more || i >= n) break;
          await turns.yield();
        }
        if (i === before) throw refuse('the loader gave no batch');
      }
    } finally {
      optimizer.zeroGrad();
      model.loadStateDict(saved.model);
      optimizer.loadStateDict(saved.optimizer);
      setRngState(random);
      disposeIn(saved);
      random.dispose();
      for (const metric of Object.values(run.parts.metrics)) metric.reset();
    }
  }

  /** The rate at which the loss fell fastest, leaving out steps at both ends; null where there are too few. */
  suggestion(options: { skipBegin?: number; skipEnd?: number } = {}): number | null {
    const { skipBegin = Math.min(10, Math.floor(this.options.n / 10)), skipEnd = 1 } = options;
    const { lr, loss } = this.results;
    let found: number | null = null, steepest = Infinity;
    for (let i = skipBegin; i < loss.length - skipEnd; i++) {
      const [a, b] = [Math.max(i - 1, skipBegin), Math.min(i + 1, loss.length - skipEnd - 1)];
      if (a === b) continue;
      const slope = (loss[b] - loss[a]) / (b - a);
      if (slope < steepest) { steepest = slope; found = lr[i]; }
    }
    return found;
  }
}
