/** Callbacks of fit() that end a training and keep what it came to. */
import { bind, signature } from '../bind';
import { TorshError } from '../errors';
import { save } from '../io';
import { isTensor, keep, type Tensor } from '../tensor';
import { noGrad } from '../autograd';
import { inFolder, makeFolderOf, removeFile } from './files.node';
import type { Callback, Checkpoint, Run } from './run';

const sigs = {
  stopping: signature('EarlyStopping', 'monitor="valLoss", minDelta=0, patience=3, verbose=false, mode="min", strict=true, checkFinite=true, stoppingThreshold=null, divergenceThreshold=null, *, restoreBest=false'),
  checkpoint: signature('ModelCheckpoint', 'dirpath="checkpoints", filename="{epoch}-{step}", monitor=null, saveLast=false, saveTopK=1, saveWeightsOnly=false, mode="min", everyNEpochs=1, *, save=null, remove=null'),
};

const refuse = (op: string, text: string): TorshError => new TorshError('ERR_ARGUMENT', op, `${op}: ${text}`);

function checkMode(op: string, mode: unknown): 'min' | 'max' {
  if (mode !== 'min' && mode !== 'max') throw refuse(op, `\`mode\` can be min, max, got ${String(mode)}`);
  return mode;
}
const better = (mode: 'min' | 'max', a: number, b: number): boolean => (mode === 'min' ? a < b : a > b);

export interface EarlyStoppingOptions {
  /** The log that is looked at. */
  monitor?: string;
  /** A change of no more than this is none. */
  minDelta?: number;
  /** Epochs without a change for the better before it stops. */
  patience?: number;
  verbose?: boolean;
  mode?: 'min' | 'max';
  /** A log that is missing is an error. */
  strict?: boolean;
  /** NaN or infinity stops at once. */
  checkFinite?: boolean;
  /** Good enough, and hopeless. */
  stoppingThreshold?: number | null;
  divergenceThreshold?: number | null;
  /** In the end the model gets the parameters of its best epoch. */
  restoreBest?: boolean;
}

/** Ends a training whose monitored log no longer gets better. https://lightning.ai/docs/pytorch/stable/api/lightning.pytorch.callbacks.EarlyStopping.html */
export class EarlyStopping implements Callback {
  readonly name = 'EarlyStopping';
  readonly monitor: string;
  readonly minDelta: number;
  readonly patience: number;
  readonly mode: 'min' | 'max';
  waitCount = 0;
  /** The epoch in which it stopped, or null; the best value of the log. */
  stoppedEpoch: number | null = null;
  bestScore: number;
  private readonly options: { verbose: boolean; strict: boolean; checkFinite: boolean; stopping: number | null; divergence: number | null; restoreBest: boolean };
  private best: Record<string, Tensor> | null = null;

  constructor(monitor?: string | EarlyStoppingOptions, minDelta?: number | EarlyStoppingOptions, patience?: number | EarlyStoppingOptions, options?: EarlyStoppingOptions);
  constructor(...args: unknown[]) {
    const [monitor, minDelta, patience, verbose, mode, strict, checkFinite, stopping, divergence, restoreBest] = bind(sigs.stopping, args) as [string, number, number, boolean, string, boolean, boolean, number | null, number | null, boolean];
    if (typeof monitor !== 'string') throw refuse('EarlyStopping', `monitor must be the name of a log, but got ${String(monitor)}`);
    if (!Number.isSafeInteger(patience) || patience < 0) throw refuse('EarlyStopping', `patience must be an integer of at least 0, but got ${String(patience)}`);
    if (typeof minDelta !== 'number' || !(Math.abs(minDelta) < Infinity)) throw refuse('EarlyStopping', `minDelta must be a number, but got ${String(minDelta)}`);
    this.monitor = monitor;
    this.mode = checkMode('EarlyStopping', mode);
    this.minDelta = Math.abs(minDelta);
    this.patience = patience;
    this.bestScore = this.mode === 'min' ? Infinity : -Infinity;
    this.options = { verbose, strict, checkFinite, stopping, divergence, restoreBest };
  }

  onFitStart(): void { this.stoppedEpoch = null; }

  onEpochEnd(run: Run): void {
    const { monitor, mode, options } = this;
    if (!(monitor in run.logs)) {
      if (!options.strict) return;
      throw refuse('EarlyStopping', `conditioned on metric '${monitor}' which is not available; the logs are '${Object.keys(run.logs).join("', '")}'`);
    }
    const score = run.logs[monitor];
    const edge = mode === 'min' ? this.bestScore - this.minDelta : this.bestScore + this.minDelta;
    const end = (why: string): void => {
      this.stoppedEpoch = run.epoch;
      run.stop(`EarlyStopping: ${why}`);
      if (options.verbose) console.info(`EarlyStopping: ${why}`);
    };
    if (options.checkFinite && !Number.isFinite(score)) { end(`${monitor} = ${score} is not finite`); return; }
    const improved = Number.isFinite(this.bestScore) ? better(mode, score, edge) : true;
    if (improved) {
      this.bestScore = score;
      this.waitCount = 0;
      if (options.restoreBest) this.remember(run);
    }
    if (options.stopping !== null && better(mode, score, options.stopping)) { end(`${monitor} = ${score} has reached ${options.stopping}`); return; }
    if (options.divergence !== null && better(mode, options.divergence, score)) { end(`${monitor} = ${score} is beyond ${options.divergence}`); return; }
    if (!improved && ++this.waitCount >= this.patience) end(`${monitor} did not get better than ${this.bestScore} for ${this.waitCount} epoch${this.waitCount === 1 ? '' : 's'}`);
  }

  onFitEnd(run: Run): void {
    if (this.best !== null) run.model.loadStateDict(this.best);
  }
  close(): void {
    for (const value of Object.values(this.best ?? {})) if (isTensor(value)) value.dispose();
    this.best = null;
  }
  private remember(run: Run): void {
    this.close();
    this.best = noGrad(() => Object.fromEntries(Object.entries(run.model.stateDict()).map(([name, value]) => [name, isTensor(value) ? keep(value.detach().clone()) : value])));
  }
  stateDict(): Record<string, number> { return { waitCount: this.waitCount, bestScore: this.bestScore, patience: this.patience }; }
  loadStateDict(state: { waitCount: number; bestScore: number }): void {
    this.waitCount = state.waitCount;
    this.bestScore = state.bestScore;
  }
}

export interface ModelCheckpointOptions {
  dirpath?: string;
  /** '{epoch}-{valLoss:.2f}' becomes 'epoch=3-valLoss=0.25.pt'. */
  filename?: string;
  /** The log that says which are best; null: the latest are. */
  monitor?: string | null;
  /** Also keeps last.pt. */
  saveLast?: boolean;
  /** How many files stay: the best; -1: all, 0: none. */
  saveTopK?: number;
  /** The model's state dict alone, as safetensors, instead of all that going on takes. */
  saveWeightsOnly?: boolean;
  mode?: 'min' | 'max';
  everyNEpochs?: number;
  /** Where there are no files (in a page), or for other places: stores a checkpoint (with saveWeightsOnly a state dict) by its name, and lets it go. */
  save?: ((name: string, value: Checkpoint | Record<string, Tensor>) => unknown) | null;
  remove?: ((name: string) => unknown) | null;
}

/** Saves checkpoints after epochs, and keeps the best. Resume: fit(model, loader, { resume: file }). https://lightning.ai/docs/pytorch/stable/api/lightning.pytorch.callbacks.ModelCheckpoint.html */
export class ModelCheckpoint implements Callback {
  readonly name = 'ModelCheckpoint';
  readonly dirpath: string;
  readonly filename: string;
  readonly monitor: string | null;
  readonly mode: 'min' | 'max';
  /** Files that are kept, best first, and their values of the log. */
  bestKModels: [path: string, score: number][] = [];
  lastModelPath: string | null = null;
  private readonly options: { saveLast: boolean; saveTopK: number; weights: boolean; every: number; save: NonNullable<ModelCheckpointOptions['save']> | null; remove: NonNullable<ModelCheckpointOptions['remove']> | null };

  constructor(dirpath?: string | ModelCheckpointOptions, filename?: string | ModelCheckpointOptions, options?: ModelCheckpointOptions);
  constructor(...args: unknown[]) {
    const [dirpath, filename, monitor, saveLast, saveTopK, weights, mode, every, store, remove] = bind(sigs.checkpoint, args);
    const op = 'ModelCheckpoint';
    if (typeof dirpath !== 'string' || typeof filename !== 'string' || filename === '') throw refuse(op, 'dirpath and filename must be strings');
    if (!Number.isSafeInteger(saveTopK) || (saveTopK as number) < -1) throw refuse(op, `Invalid value for saveTopK=${String(saveTopK)}. Must be >= -1`);
    if (!Number.isSafeInteger(every) || (every as number) < 1) throw refuse(op, `Invalid value for everyNEpochs=${String(every)}. Must be >= 1`);
    if (monitor !== null && typeof monitor !== 'string') throw refuse(op, `monitor must be null or the name of a log, but got ${typeof monitor}`);
    if (store !== null && typeof store !== 'function') throw refuse(op, 'save must be a function');
    this.dirpath = dirpath;
    this.filename = filename;
    this.monitor = monitor;
    this.mode = checkMode(op, mode);
    this.options = { saveLast: Boolean(saveLast), saveTopK: saveTopK as number, weights: Boolean(weights), every: every as number, save: store as ModelCheckpointOptions['save'] ?? null, remove: remove as ModelCheckpointOptions['remove'] ?? null };
  }
  get bestModelPath(): string | null { return this.bestKModels[0]?.[0] ?? null; }
  get bestModelScore(): number | null { return this.bestKModels[0]?.[1] ?? null; }

  /** {name} becomes name=value, {name:.2f} with two decimals, {name:03d} in three places. */
  formatCheckpointName(values: Record<string, number>): string {
    return this.filename.replace(/\{(\w+)(?::(?:\.(\d+)f|0?(\d+)d))?\}/g, (_, name: string, decimals?: string, places?: string) => {
      const value = values[name] ?? 0;
      return `${name}=${decimals !== undefined ? value.toFixed(Math.min(Number(decimals), 20)) : String(value).padStart(Number(places ?? 0), '0')}`;
    });
  }

  async onEpochEnd(run: Run): Promise<void> {
    const { saveTopK, saveLast, every, weights } = this.options;
    if ((run.epoch + 1) % every !== 0) return;
    const { monitor } = this;
    if (monitor !== null && !(monitor in run.logs)) throw refuse('ModelCheckpoint', `monitor='${monitor}' is no log; the logs are '${Object.keys(run.logs).join("', '")}'`);
    const ending = weights ? '.safetensors' : '.pt';
    // Without a monitor the latest is the best.
    const given = monitor === null ? NaN : run.logs[monitor], worst = this.mode === 'min' ? Infinity : -Infinity;
    const score = Number.isNaN(given) ? worst : given;
    const rank = monitor === null ? 0 : this.bestKModels.filter(([, other]) => !better(this.mode, score, other)).length;
    if (saveTopK === -1 || rank < saveTopK) {
      const kept = [...this.bestKModels], name = this.formatCheckpointName({ ...run.logs, epoch: run.epoch, step: run.step });
      const gone = saveTopK === -1 ? [] : kept.splice(saveTopK - 1);
      let path = inFolder(this.dirpath, `${name}${ending}`);
      for (let v = 1; kept.some(([other]) => other === path); v++) path = inFolder(this.dirpath, `${name}-v${v}${ending}`);
      await this.write(path, run);
      kept.splice(rank, 0, [path, given]);
      this.bestKModels = kept;
      const remove = this.options.remove ?? (this.options.save ? () => undefined : removeFile);
      for (const [old] of gone) if (old !== path) await remove(old);
    }
    if (saveLast) {
      this.lastModelPath = inFolder(this.dirpath, `last${ending}`);
      await this.write(this.lastModelPath, run);
    }
  }

  private async write(path: string, run: Run): Promise<void> {
    const value = this.options.weights ? run.model.stateDict() : run.checkpoint();
    if (this.options.save !== null) { await this.options.save(path, value); return; }
    makeFolderOf(path, 'ModelCheckpoint');
    save(value, path);
  }
  stateDict(): { bestKModels: [string, number][] } { return { bestKModels: this.bestKModels }; }
  loadStateDict(state: { bestKModels: [string, number][] }): void { this.bestKModels = state.bestKModels.map(([path, score]) => [path, score]); }
}
