/** Losses of margins and of embeddings. */
import { bind, signature } from '../bind';
import type { Tensor } from '../tensor';
import { fail, type Tail } from './common';
import { PairwiseDistance } from './distance';
import { takesNames } from './forward';
import { functional as F } from './functional';
import type { DistanceFunction, TripletMarginWithDistanceOptions } from './functional-loss';
import { flags, Loss, PlainLoss, WeightedLoss, type Flags, type LossOptions } from './loss';

const sigs = {
  MarginRankingLoss: signature('MarginRankingLoss', `margin=0, ${flags}`),
  HingeEmbeddingLoss: signature('HingeEmbeddingLoss', `margin=1, ${flags}`),
  CosineEmbeddingLoss: signature('CosineEmbeddingLoss', `margin=0, ${flags}`),
  MultiMarginLoss: signature('MultiMarginLoss', `p=1, margin=1, weight=null, ${flags}`),
  TripletMarginLoss: signature('TripletMarginLoss', `margin=1, p=2, eps=1e-6, swap=false, ${flags}`),
  TripletMarginWithDistanceLoss: signature('TripletMarginWithDistanceLoss', '*, distanceFunction=null, margin=1, swap=false, reduction="mean"'),
};

export interface MarginOptions extends LossOptions { margin?: number }
type MarginTail = Tail<[margin: number, ...Flags], MarginOptions>;

/**
 * log(1 + exp(-target input)).
 *
 * @example
 * ```js
 * console.log(new torsh.nn.SoftMarginLoss()(torsh.tensor([0.5, -1]), torsh.tensor([1, -1]))); // tensor(0.3937)
 * ```
 */
export class SoftMarginLoss extends PlainLoss {
  constructor(...args: Tail<Flags, LossOptions>) {
    super('SoftMarginLoss', args);
  }
  forward(input: Tensor, target: Tensor): Tensor {
    return F.softMarginLoss(input, target, { reduction: this.reduction });
  }
}

abstract class Margin extends Loss {
  readonly margin: number;
  constructor(name: 'MarginRankingLoss' | 'HingeEmbeddingLoss' | 'CosineEmbeddingLoss', args: readonly unknown[]) {
    const [margin, sizeAverage, reduce, reduction] = bind(sigs[name], args);
    super(name, reduction, sizeAverage, reduce);
    this.margin = margin as number;
  }
}

/**
 * max(0, -target (input1 - input2) + margin).
 *
 * @example
 * ```js
 * const loss = new torsh.nn.MarginRankingLoss({ margin: 0.5 });
 * console.log(loss(torsh.tensor([1, 0]), torsh.tensor([0, 0.2]), torsh.tensor([1, 1]))); // tensor(0.3500)
 * ```
 */
export class MarginRankingLoss extends Margin {
  constructor(...args: MarginTail) {
    super('MarginRankingLoss', args);
  }
  forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor {
    return F.marginRankingLoss(input1, input2, target, { margin: this.margin, reduction: this.reduction });
  }
}

/**
 * input where target is 1, max(0, margin - input) where it is -1.
 *
 * @example
 * ```js
 * const loss = new torsh.nn.HingeEmbeddingLoss();
 * console.log(loss(torsh.tensor([0.3, 0.4]), torsh.tensor([1, -1]))); // tensor(0.4500)
 * ```
 */
export class HingeEmbeddingLoss extends Margin {
  constructor(...args: MarginTail) {
    super('HingeEmbeddingLoss', args);
  }
  forward(input: Tensor, target: Tensor): Tensor {
    return F.hingeEmbeddingLoss(input, target, { margin: this.margin, reduction: this.reduction });
  }
}

/**
 * 1 - cos(input1, input2) where target is 1, max(0, cos(input1, input2) - margin) where it is -1.
 *
 * @example
 * ```js
 * const loss = new torsh.nn.CosineEmbeddingLoss({ margin: 0.1 });
 * console.log(loss(torsh.tensor([[1, 0], [0, 1]]), torsh.tensor([[1, 0], [1, 0]]), torsh.tensor([1, -1])));
 * // tensor(0.)
 * ```
 */
export class CosineEmbeddingLoss extends Margin {
  constructor(...args: MarginTail) {
    super('CosineEmbeddingLoss', args);
  }
  forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor {
    return F.cosineEmbeddingLoss(input1, input2, target, { margin: this.margin, reduction: this.reduction });
  }
}

export interface MultiMarginLossOptions extends MarginOptions { p?: 1 | 2; weight?: Tensor | null }

/**
 * max(0, margin - input[target] + input[i])^p over the other classes i.
 *
 * @example
 * ```js
 * const loss = new torsh.nn.MultiMarginLoss();
 * console.log(loss(torsh.tensor([[0.1, 0.2, 0.4, 0.8]]), torsh.tensor([3]))); // tensor(0.3250)
 * ```
 */
export class MultiMarginLoss extends WeightedLoss {
  readonly p: 1 | 2;
  readonly margin: number;
  constructor(...args: Tail<[p: 1 | 2, margin: number, weight: Tensor | null, ...Flags], MultiMarginLossOptions>) {
    const [p, margin, weight, sizeAverage, reduce, reduction] = bind(sigs.MultiMarginLoss, args);
    if (p !== 1 && p !== 2) fail('MultiMarginLoss', 'only p == 1 and p == 2 supported');
    super('MultiMarginLoss', weight, reduction, sizeAverage, reduce);
    this.p = p;
    this.margin = margin as number;
  }
  forward(input: Tensor, target: Tensor): Tensor {
    return F.multiMarginLoss(input, target, { p: this.p, margin: this.margin, weight: this.weight, reduction: this.reduction });
  }
}

export interface TripletMarginLossOptions extends MarginOptions { p?: number; eps?: number; swap?: boolean }

/**
 * max(0, d(anchor, positive) - d(anchor, negative) + margin).
 *
 * @example
 * ```js
 * const loss = new torsh.nn.TripletMarginLoss({ margin: 1 });
 * console.log(loss(torsh.zeros(1, 2), torsh.ones(1, 2), torsh.full([1, 2], 3))); // tensor(0.)
 * ```
 */
export class TripletMarginLoss extends Loss {
  readonly margin: number;
  readonly p: number;
  readonly eps: number;
  readonly swap: boolean;
  constructor(...args: Tail<[margin: number, p: number, eps: number, swap: boolean, ...Flags], TripletMarginLossOptions>) {
    const [margin, p, eps, swap, sizeAverage, reduce, reduction] = bind(sigs.TripletMarginLoss, args);
    super('TripletMarginLoss', reduction, sizeAverage, reduce);
    this.margin = margin as number;
    this.p = p as number;
    this.eps = eps as number;
    this.swap = swap as boolean;
  }
  forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    const { margin, p, eps, swap, reduction } = this;
    return F.tripletMarginLoss(anchor, positive, negative, { margin, p, eps, swap, reduction });
  }
}

/**
 * TripletMarginLoss with a distance of one's own.
 *
 * @example
 * ```js
 * const loss = new torsh.nn.TripletMarginWithDistanceLoss({ distanceFunction: (x, y) => x.sub(y).abs().sum(1) });
 * console.log(loss(torsh.zeros(1, 2), torsh.ones(1, 2), torsh.ones(1, 2))); // tensor(1.)
 * ```
 */
export class TripletMarginWithDistanceLoss extends Loss {
  distance_function: DistanceFunction;
  readonly margin: number;
  readonly swap: boolean;
  constructor(options: TripletMarginWithDistanceOptions = {}) {
    const [distanceFunction, margin, swap, reduction] = bind(sigs.TripletMarginWithDistanceLoss, [options]);
    super('TripletMarginWithDistanceLoss', reduction, null, null);
    this.distance_function = distanceFunction as DistanceFunction | null ?? new PairwiseDistance();
    this.margin = margin as number;
    this.swap = swap as boolean;
  }
  forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    const { distance_function: distanceFunction, margin, swap, reduction } = this;
    return F.tripletMarginWithDistanceLoss(anchor, positive, negative, { distanceFunction, margin, swap, reduction });
  }
}

takesNames('input, target', HingeEmbeddingLoss, MultiMarginLoss, SoftMarginLoss);
takesNames('input1, input2, target', CosineEmbeddingLoss, MarginRankingLoss);
takesNames('anchor, positive, negative', TripletMarginLoss, TripletMarginWithDistanceLoss);
