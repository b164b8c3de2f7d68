/** Averages of weights along the training. https://pytorch.org/docs/stable/optim.html#weight-averaging-swa-and-ema */
import { bind, signature } from '../bind';
import { noGrad } from '../autograd';
import { TorshError } from '../errors';
import { isTensor, tensor, type Tensor } from '../tensor';
import { NormBase } from '../nn/batchnorm';
import type { Tail } from '../nn/common';
import { deepcopy } from '../nn/deepcopy';
import { InstanceNorm1d, InstanceNorm2d, InstanceNorm3d } from '../nn/instancenorm';
import { Module } from '../nn/module';
import { LRScheduler, checkOptimizer, perGroup, refuse, type ScheduledGroup } from './lr-scheduler/base';
import type { Optimizer } from './optimizer';

/** The new average; numAveraged is an int64 tensor without dims, as in PyTorch. */
export type AvgFn = (averaged: Tensor, current: Tensor, numAveraged: Tensor) => Tensor;
/** Changes the averages in place. */
export type MultiAvgFn = (averaged: Tensor[], current: Tensor[], numAveraged: Tensor) => void;

const sigs = {
  AveragedModel: signature('AveragedModel', 'model, device=null, avgFn=null, multiAvgFn=null, useBuffers=false'),
  SWALR: signature('SWALR', 'optimizer, swaLr, annealEpochs=10, annealStrategy="cos", lastEpoch=-1'),
  updateBn: signature('updateBn', 'loader, model, device=null'),
};

function checkDecay(name: string, decay: number): void {
  if (!(decay >= 0 && decay <= 1)) throw new TorshError('ERR_ARGUMENT', name, `${name}: Invalid decay value ${decay} provided. Please provide a value in [0,1] range.`);
}

const eachOf = (fn: AvgFn): MultiAvgFn => (averaged, current, numAveraged) => {
  averaged.forEach((average, i) => { average.copy_(fn(average, current[i], numAveraged)); });
};

/** The plain mean of all models. */
export function getSwaAvgFn(): AvgFn {
  return (averaged, current, numAveraged) => averaged.add(current.sub(averaged).div(numAveraged.add(1)));
}
export const getSwaMultiAvgFn = (): MultiAvgFn => eachOf(getSwaAvgFn());

/** The exponential moving average: decay * average + (1 - decay) * model. */
export function getEmaAvgFn(decay = 0.999): AvgFn {
  checkDecay('getEmaAvgFn', decay);
  return (averaged, current) => averaged.mul(decay).add(current.mul(1 - decay));
}
export function getEmaMultiAvgFn(decay = 0.999): MultiAvgFn {
  checkDecay('getEmaMultiAvgFn', decay);
  return (averaged, current) => {
    averaged.forEach((average, i) => {
      if (average.isFloatingPoint() || average.isComplex()) average.mul_(decay).add_(current[i], { alpha: 1 - decay });
      else average.copy_(average.mul(decay).add(current[i].mul(1 - decay)));
    });
  };
}

export interface AveragedModelOptions {
  device?: 'cpu' | null;
  avgFn?: AvgFn | null;
  multiAvgFn?: MultiAvgFn | null;
  /** Averages buffers too; without it they are those of the last model. */
  useBuffers?: boolean;
}

/**
 * A copy of a model whose parameters are averages; called as the model is.
 *
 * @example
 * ```js
 * const model = new torsh.nn.Linear(2, 1);
 * const averaged = new torsh.optim.swaUtils.AveragedModel(model);
 * averaged.updateParameters(model); // after each step, or epoch
 * console.log(torsh.equal(averaged.module.weight, model.weight)); // true
 * ```
 */
export class AveragedModel extends Module {
  module: Module;
  declare n_averaged: Tensor;
  avgFn: AvgFn | null;
  multiAvgFn: MultiAvgFn | null;
  useBuffers: boolean;

  constructor(model: Module, ...rest: Tail<[device: 'cpu' | null, avgFn: AvgFn | null, multiAvgFn: MultiAvgFn | null, useBuffers: boolean], AveragedModelOptions>);
  constructor(...args: unknown[]) {
    super();
    const [model, , avgFn, multiAvgFn, useBuffers] = bind(sigs.AveragedModel, args) as [Module, unknown, AvgFn | null, MultiAvgFn | null, boolean];
    if (avgFn !== null && multiAvgFn !== null) {
      throw new TorshError('ERR_ARGUMENT', 'AveragedModel', 'AveragedModel: Only one of avgFn and multiAvgFn should be provided');
    }
    this.module = deepcopy(model);
    this.registerBuffer('n_averaged', tensor(0, { dtype: 'int64' }));
    this.avgFn = avgFn;
    this.multiAvgFn = multiAvgFn;
    this.useBuffers = useBuffers;
  }

  override forward(...args: any[]): any {
    return (this.module as (...list: any[]) => any)(...args);
  }

  /** Takes the model's parameters into the averages: the first ones as they are. */
  updateParameters(model: Module): void {
    noGrad(() => {
      const valuesOf = (m: Module): Tensor[] => [...m.parameters(), ...this.useBuffers ? m.buffers() : []].map((t) => t.detach());
      const averaged = valuesOf(this.module), current = valuesOf(model);
      if (Number(this.n_averaged.item()) === 0) averaged.forEach((average, i) => { average.copy_(current[i]); });
      else (this.multiAvgFn ?? eachOf(this.avgFn ?? getSwaAvgFn()))(averaged, current, this.n_averaged);
      if (!this.useBuffers) {
        const buffers = model.buffers();
        this.module.buffers().forEach((buffer, i) => { buffer.detach().copy_(buffers[i]); });
      }
      this.n_averaged.add_(1);
    });
  }
}

const isBatchNorm = (module: Module): module is NormBase =>
  module instanceof NormBase && ![InstanceNorm1d, InstanceNorm2d, InstanceNorm3d].some((other) => module instanceof other);

/**
 * Computes the running statistics of batch normalisation anew, in one pass over the loader, whose batches are tensors or begin
 * with one. A loader that is only an async iterable gives a Promise.
 *
 * @example
 * ```js
 * const model = new torsh.nn.Sequential(new torsh.nn.Linear(2, 4), new torsh.nn.BatchNorm1d(4));
 * torsh.optim.swaUtils.updateBn([torsh.randn(8, 2), torsh.randn(8, 2)], model);
 * console.log(model.at(1).num_batches_tracked.item()); // 2
 * ```
 */
export function updateBn(loader: AsyncIterable<any>, model: Module, device?: 'cpu' | null): Promise<void>;
export function updateBn(loader: Iterable<any>, model: Module, device?: 'cpu' | null): void;
export function updateBn(...args: unknown[]): void | Promise<void> {
  const [loader, model] = bind(sigs.updateBn, args) as [Iterable<unknown> | AsyncIterable<unknown>, Module];
  const norms = model.modules().filter(isBatchNorm).filter((module) => module.trackRunningStats);
  const sync = Symbol.iterator in loader;
  if (norms.length === 0) return sync ? undefined : Promise.resolve();
  const momenta = norms.map((module) => module.momentum);
  const { training } = model;
  for (const module of norms) {
    module.resetRunningStats();
    module.momentum = null;
  }
  model.train();
  const run = (batch: unknown): void => {
    const input = isTensor(batch) ? batch : (batch as unknown[])[0];
    noGrad(() => { (model as (x: unknown) => unknown)(input); });
  };
  const restore = (): void => {
    norms.forEach((module, i) => { module.momentum = momenta[i]; });
    model.train(training);
  };
  if (sync) {
    try {
      for (const batch of loader) run(batch);
    } finally {
      restore();
    }
    return undefined;
  }
  return (async () => {
    try {
      for await (const batch of loader) run(batch);
    } finally {
      restore();
    }
  })();
}

type SwaGroup = ScheduledGroup & { swaLr: number };
export interface SWALROptions {
  /** The rate to end with, or one for each group. */
  swaLr?: number | readonly number[];
  annealEpochs?: number;
  annealStrategy?: 'cos' | 'linear';
  lastEpoch?: number;
}

/**
 * Anneals the rates to swaLr over annealEpochs and leaves them there.
 *
 * @example
 * ```js
 * const optimizer = new torsh.optim.SGD([torsh.zeros(1, { requiresGrad: true })], { lr: 1 });
 * const scheduler = new torsh.optim.swaUtils.SWALR(optimizer, { swaLr: 0.05, annealEpochs: 2, annealStrategy: 'linear' });
 * optimizer.step();
 * scheduler.step();
 * console.log(optimizer.paramGroups[0].lr < 1); // true
 * ```
 */
export class SWALR extends LRScheduler {
  annealEpochs: number;
  annealStrategy: 'cos' | 'linear';

  constructor(optimizer: Optimizer, ...rest: Tail<[swaLr: number | readonly number[], annealEpochs: number, annealStrategy: 'cos' | 'linear', lastEpoch: number], SWALROptions>);
  constructor(...args: unknown[]) {
    const [optimizer, swaLr, annealEpochs, annealStrategy, lastEpoch] = bind(sigs.SWALR, args) as [unknown, unknown, number, 'cos' | 'linear', number];
    super(optimizer, lastEpoch);
    if (annealStrategy !== 'cos' && annealStrategy !== 'linear') throw refuse(this, `anneal_strategy must by one of 'cos' or 'linear', instead got ${String(annealStrategy)}`);
    if (!Number.isInteger(annealEpochs) || annealEpochs < 0) throw refuse(this, `anneal_epochs must be equal or greater than 0, got ${annealEpochs}`);
    const { paramGroups } = checkOptimizer(this, optimizer);
    if (Array.isArray(swaLr) && swaLr.length !== paramGroups.length) {
      throw refuse(this, `swa_lr must have the same length as optimizer.param_groups: swa_lr has ${swaLr.length}, optimizer.param_groups has ${paramGroups.length}`);
    }
    perGroup(this, 'swaLr', paramGroups, swaLr).forEach((rate, i) => { paramGroups[i].swaLr = rate; });
    this.annealEpochs = annealEpochs;
    this.annealStrategy = annealStrategy;
    this._initialStep();
  }

  getLr(): number[] {
    const step = this.annealEpochs === 0 ? Math.max(1, this._stepCount - 1) : this._stepCount - 1;
    const share = (at: number): number => {
      const t = Math.max(0, Math.min(1, at / Math.max(1, this.annealEpochs)));
      return this.annealStrategy === 'cos' ? (1 - Math.cos(Math.PI * t)) / 2 : t;
    };
    const before = share(step - 1), now = share(step);
    return this._rates((group) => {
      const { lr, swaLr } = group as SwaGroup;
      const begun = before === 1 ? swaLr : (lr - before * swaLr) / (1 - before);
      return swaLr * now + begun * (1 - now);
    });
  }
}
