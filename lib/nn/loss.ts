import { bind, signature } from '../bind';
import { isTensor, type Tensor } from '../tensor';
import { fail, type Tail } from './common';
import { takesNames } from './forward';
import { functional as F } from './functional';
import { Module } from './module';

export type Reduction = 'none' | 'mean' | 'sum';

/** The legacy pair of flags in PyTorch's signatures: they override `reduction`. */
interface Legacy { sizeAverage?: boolean | null; reduce?: boolean | null }
export interface LossOptions extends Legacy { reduction?: Reduction }

export type Flags = [sizeAverage: boolean | null, reduce: boolean | null, reduction: Reduction];
/** The flags in signatures. */
export const flags = 'sizeAverage=null, reduce=null, reduction="mean"';

const sigs = {
  SmoothL1Loss: signature('SmoothL1Loss', `${flags}, beta=1`),
  HuberLoss: signature('HuberLoss', 'reduction="mean", delta=1'),
  NLLLoss: signature('NLLLoss', 'weight=null, sizeAverage=null, ignoreIndex=-100, reduce=null, reduction="mean"'),
  CrossEntropyLoss: signature('CrossEntropyLoss',
    'weight=null, sizeAverage=null, ignoreIndex=-100, reduce=null, reduction="mean", labelSmoothing=0'),
};

function reductionOf(name: string, reduction: unknown, sizeAverage: unknown, reduce: unknown): Reduction {
  if (typeof sizeAverage === 'boolean' || typeof reduce === 'boolean') {
    if (reduce === false) return 'none';
    return sizeAverage === false ? 'sum' : 'mean';
  }
  if (reduction !== 'none' && reduction !== 'mean' && reduction !== 'sum') fail(name, `${String(reduction)} is not a valid value for reduction`);
  return reduction;
}

export abstract class Loss extends Module {
  readonly reduction: Reduction;
  constructor(name: string, reduction: unknown, sizeAverage: unknown, reduce: unknown) {
    super();
    this.reduction = reductionOf(name, reduction, sizeAverage, reduce);
  }
}

/** Losses with no other argument than the reduction. */
export abstract class PlainLoss extends Loss {
  constructor(name: string, args: readonly unknown[]) {
    const [sizeAverage, reduce, reduction] = bind(signature(name, flags), args);
    super(name, reduction, sizeAverage, reduce);
  }
}

export abstract class WeightedLoss extends Loss {
  declare weight: Tensor | null;
  constructor(name: string, weight: unknown, reduction: unknown, sizeAverage: unknown, reduce: unknown) {
    super(name, reduction, sizeAverage, reduce);
    if (weight !== null && !isTensor(weight)) fail(name, 'weight must be a Tensor');
    this.registerBuffer('weight', weight);
  }
}

/**
 * (input - target)^2.
 *
 * @example
 * ```js
 * console.log(new torsh.nn.MSELoss()(torsh.tensor([1, 2]), torsh.tensor([1, 4]))); // tensor(2.)
 * ```
 */
export class MSELoss extends PlainLoss {
  constructor(...args: Tail<Flags, LossOptions>) {
    super('MSELoss', args);
  }
  forward(input: Tensor, target: Tensor): Tensor {
    return F.mseLoss(input, target, { reduction: this.reduction });
  }
}

/**
 * |input - target|.
 *
 * @example
 * ```js
 * console.log(new torsh.nn.L1Loss()(torsh.tensor([1, 2]), torsh.tensor([1, 4]))); // tensor(1.)
 * ```
 */
export class L1Loss extends PlainLoss {
  constructor(...args: Tail<Flags, LossOptions>) {
    super('L1Loss', args);
  }
  forward(input: Tensor, target: Tensor): Tensor {
    return F.l1Loss(input, target, { reduction: this.reduction });
  }
}

/**
 * Half the square over beta where |input - target| is below beta, |input - target| - beta / 2 elsewhere.
 *
 * @example
 * ```js
 * console.log(new torsh.nn.SmoothL1Loss()(torsh.tensor([0, 2]), torsh.tensor([0.5, 0]))); // tensor(0.8125)
 * ```
 */
export class SmoothL1Loss extends Loss {
  readonly beta: number;
  constructor(...args: Tail<[...Flags, beta: number], LossOptions & { beta?: number }>) {
    const [sizeAverage, reduce, reduction, beta] = bind(sigs.SmoothL1Loss, args);
    super('SmoothL1Loss', reduction, sizeAverage, reduce);
    this.beta = beta as number;
  }
  forward(input: Tensor, target: Tensor): Tensor {
    return F.smoothL1Loss(input, target, { reduction: this.reduction, beta: this.beta });
  }
}

/**
 * Half the square where |input - target| is at most delta, delta (|input - target| - delta / 2) elsewhere.
 *
 * @example
 * ```js
 * const loss = new torsh.nn.HuberLoss({ delta: 0.5 });
 * console.log(loss(torsh.tensor([0, 2]), torsh.tensor([0.1, 0]))); // tensor(0.4400)
 * ```
 */
export class HuberLoss extends Loss {
  readonly delta: number;
  constructor(...args: Tail<[reduction: Reduction, delta: number], { reduction?: Reduction; delta?: number }>) {
    const [reduction, delta] = bind(sigs.HuberLoss, args);
    super('HuberLoss', reduction, null, null);
    this.delta = delta as number;
  }
  forward(input: Tensor, target: Tensor): Tensor {
    return F.huberLoss(input, target, { reduction: this.reduction, delta: this.delta });
  }
}

export interface NLLLossOptions extends LossOptions {
  /** One weight a class. */
  weight?: Tensor | null;
  ignoreIndex?: number;
}

/**
 * Minus the log-probability of the target class: input (N, C, ...), target (N, ...).
 *
 * @example
 * ```js
 * const loss = new torsh.nn.NLLLoss();
 * console.log(loss(torsh.tensor([[1, 2], [3, 1]]).logSoftmax(1), torsh.tensor([1, 0]))); // tensor(0.2201)
 * ```
 */
export class NLLLoss extends WeightedLoss {
  readonly ignoreIndex: number;
  constructor(...args: Tail<[weight: Tensor | null, sizeAverage: boolean | null, ignoreIndex: number, reduce: boolean | null, reduction: Reduction], NLLLossOptions>) {
    const [weight, sizeAverage, ignoreIndex, reduce, reduction] = bind(sigs.NLLLoss, args);
    super('NLLLoss', weight, reduction, sizeAverage, reduce);
    this.ignoreIndex = ignoreIndex as number;
  }
  forward(input: Tensor, target: Tensor): Tensor {
    return F.nllLoss(input, target, { weight: this.weight, ignoreIndex: this.ignoreIndex, reduction: this.reduction });
  }
}

/**
 * The old name of NLLLoss for images.
 *
 * @example
 * ```js
 * const loss = new torsh.nn.NLLLoss2d();
 * console.log(loss(torsh.randn(2, 4, 8, 8).logSoftmax(1), torsh.randint(4, [2, 8, 8])).shape); // []
 * ```
 */
export class NLLLoss2d extends NLLLoss {}

export interface CrossEntropyLossOptions extends NLLLossOptions { labelSmoothing?: number }

/**
 * Softmax and NLLLoss in one: input (N, C, ...), target classes (N, ...) or probabilities (N, C, ...).
 *
 * @example
 * ```js
 * const loss = new torsh.nn.CrossEntropyLoss({ labelSmoothing: 0.1 });
 * const logits = torsh.tensor([[2, 0, -1], [0, 1, 0]], { requiresGrad: true });
 * loss(logits, torsh.tensor([0, 1])).backward();
 * console.log(logits.grad.shape); // [ 2, 3 ]
 * ```
 */
export class CrossEntropyLoss extends WeightedLoss {
  readonly ignoreIndex: number;
  readonly labelSmoothing: number;
  constructor(...args: Tail<
    [weight: Tensor | null, sizeAverage: boolean | null, ignoreIndex: number, reduce: boolean | null, reduction: Reduction, labelSmoothing: number],
    CrossEntropyLossOptions
  >) {
    const [weight, sizeAverage, ignoreIndex, reduce, reduction, labelSmoothing] = bind(sigs.CrossEntropyLoss, args);
    super('CrossEntropyLoss', weight, reduction, sizeAverage, reduce);
    this.ignoreIndex = ignoreIndex as number;
    this.labelSmoothing = labelSmoothing as number;
  }
  forward(input: Tensor, target: Tensor): Tensor {
    const { weight, ignoreIndex, reduction, labelSmoothing } = this;
    return F.crossEntropy(input, target, { weight, ignoreIndex, reduction, labelSmoothing });
  }
}

takesNames('input, target', CrossEntropyLoss, HuberLoss, L1Loss, MSELoss, NLLLoss, SmoothL1Loss);
