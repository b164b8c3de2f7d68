/** Losses of probabilities, of several labels and of distributions. */
import { bind, signature } from '../bind';
import { isTensor, type Tensor } from '../tensor';
import { fail, type Tail } from './common';
import { takesNames } from './forward';
import { functional as F } from './functional';
import { flags, Loss, PlainLoss, WeightedLoss, type Flags, type LossOptions, type Reduction } from './loss';

const sigs = {
  BCELoss: signature('BCELoss', `weight=null, ${flags}`),
  BCEWithLogitsLoss: signature('BCEWithLogitsLoss', `weight=null, ${flags}, posWeight=null`),
  KLDivLoss: signature('KLDivLoss', `${flags}, logTarget=false`),
  MultiLabelSoftMarginLoss: signature('MultiLabelSoftMarginLoss', `weight=null, ${flags}`),
  PoissonNLLLoss: signature('PoissonNLLLoss', 'logInput=true, full=false, sizeAverage=null, eps=1e-8, reduce=null, reduction="mean"'),
  GaussianNLLLoss: signature('GaussianNLLLoss', '*, full=false, eps=1e-6, reduction="mean"'),
  CTCLoss: signature('CTCLoss', 'blank=0, reduction="mean", zeroInfinity=false'),
};

type Weighted = [weight: Tensor | null, ...Flags];
export interface WeightedOptions extends LossOptions { weight?: Tensor | null }

/**
 * -(target log(input) + (1 - target) log(1 - input)) of probabilities.
 *
 * @example
 * ```js
 * const loss = new torsh.nn.BCELoss();
 * console.log(loss(torsh.tensor([0.9, 0.2]), torsh.tensor([1, 0]))); // tensor(0.1643)
 * ```
 */
export class BCELoss extends WeightedLoss {
  constructor(...args: Tail<Weighted, WeightedOptions>) {
    const [weight, sizeAverage, reduce, reduction] = bind(sigs.BCELoss, args);
    super('BCELoss', weight, reduction, sizeAverage, reduce);
  }
  forward(input: Tensor, target: Tensor): Tensor {
    return F.binaryCrossEntropy(input, target, { weight: this.weight, reduction: this.reduction });
  }
}

/**
 * BCELoss of sigmoid(input), exact for large inputs.
 *
 * @example
 * ```js
 * const loss = new torsh.nn.BCEWithLogitsLoss({ posWeight: torsh.tensor([2]) });
 * console.log(loss(torsh.tensor([[1.5], [-0.5]]), torsh.tensor([[1], [0]]))); // tensor(0.4385)
 * ```
 */
export class BCEWithLogitsLoss extends WeightedLoss {
  declare pos_weight: Tensor | null;
  constructor(...args: Tail<[...Weighted, posWeight: Tensor | null], WeightedOptions & { posWeight?: Tensor | null }>) {
    const [weight, sizeAverage, reduce, reduction, posWeight] = bind(sigs.BCEWithLogitsLoss, args);
    super('BCEWithLogitsLoss', weight, reduction, sizeAverage, reduce);
    if (posWeight !== null && !isTensor(posWeight)) fail('BCEWithLogitsLoss', 'posWeight must be a Tensor');
    this.registerBuffer('pos_weight', posWeight);
  }
  forward(input: Tensor, target: Tensor): Tensor {
    return F.binaryCrossEntropyWithLogits(input, target, { weight: this.weight, reduction: this.reduction, posWeight: this.pos_weight });
  }
}

/**
 * target (log(target) - input): the distance of distributions, input as logarithms.
 *
 * @example
 * ```js
 * const loss = new torsh.nn.KLDivLoss({ reduction: 'batchmean' });
 * const logits = torsh.tensor([[1, 2, 3]]);
 * console.log(loss(logits.logSoftmax(1), logits.softmax(1))); // tensor(-7.4506e-08)
 * ```
 */
export class KLDivLoss extends Loss {
  readonly logTarget: boolean;
  private readonly byBatch: boolean;
  constructor(...args: Tail<[...Flags, logTarget: boolean], Omit<LossOptions, 'reduction'> & { reduction?: Reduction | 'batchmean'; logTarget?: boolean }>) {
    const [sizeAverage, reduce, reduction, logTarget] = bind(sigs.KLDivLoss, args);
    super('KLDivLoss', reduction === 'batchmean' ? 'sum' : reduction, sizeAverage, reduce);
    this.logTarget = logTarget as boolean;
    this.byBatch = reduction === 'batchmean' && sizeAverage === null && reduce === null;
  }
  forward(input: Tensor, target: Tensor): Tensor {
    return F.klDiv(input, target, { reduction: this.byBatch ? 'batchmean' : this.reduction, logTarget: this.logTarget });
  }
}

/**
 * Margins between the labels of a sample, listed up to the first -1, and the other classes: input and target (N, C) or (C).
 *
 * @example
 * ```js
 * const loss = new torsh.nn.MultiLabelMarginLoss();
 * console.log(loss(torsh.tensor([[0.1, 0.2, 0.4, 0.8]]), torsh.tensor([[3, 0, -1, 1]], { dtype: 'int64' })));
 * // tensor(0.8500)
 * ```
 */
export class MultiLabelMarginLoss extends PlainLoss {
  constructor(...args: Tail<Flags, LossOptions>) {
    super('MultiLabelMarginLoss', args);
  }
  forward(input: Tensor, target: Tensor): Tensor {
    return F.multilabelMarginLoss(input, target, { reduction: this.reduction });
  }
}

/**
 * Binary cross entropy of each class, its mean over the classes: input and target (N, C).
 *
 * @example
 * ```js
 * const loss = new torsh.nn.MultiLabelSoftMarginLoss();
 * console.log(loss(torsh.tensor([[0.1, -0.2]]), torsh.tensor([[1, 0]]))); // tensor(0.6213)
 * ```
 */
export class MultiLabelSoftMarginLoss extends WeightedLoss {
  constructor(...args: Tail<Weighted, WeightedOptions>) {
    const [weight, sizeAverage, reduce, reduction] = bind(sigs.MultiLabelSoftMarginLoss, args);
    super('MultiLabelSoftMarginLoss', weight, reduction, sizeAverage, reduce);
  }
  forward(input: Tensor, target: Tensor): Tensor {
    return F.multilabelSoftMarginLoss(input, target, { weight: this.weight, reduction: this.reduction });
  }
}

export interface PoissonNLLLossOptions extends LossOptions { logInput?: boolean; full?: boolean; eps?: number }

/**
 * Negative log-likelihood of Poisson counts.
 *
 * @example
 * ```js
 * const loss = new torsh.nn.PoissonNLLLoss();
 * console.log(loss(torsh.tensor([0.5, 1]), torsh.tensor([1, 3]))); // tensor(0.4335)
 * ```
 */
export class PoissonNLLLoss extends Loss {
  readonly logInput: boolean;
  readonly full: boolean;
  readonly eps: number;
  constructor(...args: Tail<[logInput: boolean, full: boolean, sizeAverage: boolean | null, eps: number, reduce: boolean | null, reduction: Reduction], PoissonNLLLossOptions>) {
    const [logInput, full, sizeAverage, eps, reduce, reduction] = bind(sigs.PoissonNLLLoss, args);
    super('PoissonNLLLoss', reduction, sizeAverage, reduce);
    this.logInput = logInput as boolean;
    this.full = full as boolean;
    this.eps = eps as number;
  }
  forward(logInput: Tensor, target: Tensor): Tensor {
    return F.poissonNllLoss(logInput, target, { logInput: this.logInput, full: this.full, eps: this.eps, reduction: this.reduction });
  }
}

/**
 * Negative log-likelihood of normal numbers of the given variance.
 *
 * @example
 * ```js
 * const loss = new torsh.nn.GaussianNLLLoss();
 * console.log(loss(torsh.zeros(2), torsh.tensor([0, 1]), torsh.ones(2))); // tensor(0.2500)
 * ```
 */
export class GaussianNLLLoss extends Loss {
  readonly full: boolean;
  readonly eps: number;
  constructor(options: { full?: boolean; eps?: number; reduction?: Reduction } = {}) {
    const [full, eps, reduction] = bind(sigs.GaussianNLLLoss, [options]);
    super('GaussianNLLLoss', reduction, null, null);
    this.full = full as boolean;
    this.eps = eps as number;
  }
  forward(input: Tensor, target: Tensor, variance: Tensor): Tensor {
    return F.gaussianNllLoss(input, target, variance, { full: this.full, eps: this.eps, reduction: this.reduction });
  }
}

/**
 * Connectionist temporal classification: logProbs (T, N, C), targets (N, S) or joined.
 *
 * @example
 * ```js
 * const logProbs = torsh.randn(50, 4, 20).logSoftmax(2); // time, batch, classes
 * const targets = torsh.randint(1, 20, [4, 10]);
 * const loss = new torsh.nn.CTCLoss();
 * console.log(loss(logProbs, targets, [50, 50, 50, 50], [10, 9, 8, 7]).shape); // []
 * ```
 */
export class CTCLoss extends Loss {
  readonly blank: number;
  readonly zeroInfinity: boolean;
  constructor(...args: Tail<[blank: number, reduction: Reduction, zeroInfinity: boolean], { blank?: number; reduction?: Reduction; zeroInfinity?: boolean }>) {
    const [blank, reduction, zeroInfinity] = bind(sigs.CTCLoss, args);
    super('CTCLoss', reduction, null, null);
    this.blank = blank as number;
    this.zeroInfinity = zeroInfinity as boolean;
  }
  forward(logProbs: Tensor, targets: Tensor, inputLengths: Tensor | number | readonly number[], targetLengths: Tensor | number | readonly number[]): Tensor {
    return F.ctcLoss(logProbs, targets, inputLengths, targetLengths, { blank: this.blank, reduction: this.reduction, zeroInfinity: this.zeroInfinity });
  }
}

takesNames('input, target', BCELoss, BCEWithLogitsLoss, KLDivLoss, MultiLabelMarginLoss, MultiLabelSoftMarginLoss);
takesNames('logInput, target', PoissonNLLLoss);
takesNames('input, target, var', GaussianNLLLoss);
takesNames('logProbs, targets, inputLengths, targetLengths', CTCLoss);
