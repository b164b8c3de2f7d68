/** A softmax over many classes, most of them rare. */
import { bind, signature } from '../bind';
import * as ops from '../gen/ops';
import type { DType, Tensor } from '../tensor';
import { count, fail, type Factory, type Tail } from './common';
import { ModuleList, Sequential } from './containers';
import { takesNames } from './forward';
import { functional as F } from './functional';
import { Linear } from './linear';
import { Module } from './module';

const NAME = 'AdaptiveLogSoftmaxWithLoss';
const sig = signature(NAME, 'inFeatures, nClasses, cutoffs, divValue=4, headBias=false, device=null, dtype=null');

export interface AdaptiveLogSoftmaxOptions extends Factory { divValue?: number; headBias?: boolean }
export type AdaptiveOutput = [output: Tensor, loss: Tensor] & { readonly output: Tensor; readonly loss: Tensor };

/**
 * Classes below cutoffs[0] stand in the head; those between two cutoffs share one place there and have a smaller layer of their
 * own, entered only where it is needed. input (N, inFeatures) or (inFeatures): the log-probability of target, and minus its mean.
 *
 * @example
 * ```js
 * const m = new torsh.nn.AdaptiveLogSoftmaxWithLoss(16, 20, [5, 10]);
 * const { output, loss } = m(torsh.randn(8, 16), torsh.randint(20, [8]));
 * console.log(output.shape, loss.shape, m.predict(torsh.randn(8, 16)).shape); // [ 8 ] [] [ 8 ]
 * ```
 */
export class AdaptiveLogSoftmaxWithLoss extends Module {
  readonly inFeatures: number;
  readonly nClasses: number;
  readonly cutoffs: readonly number[];
  readonly divValue: number;
  readonly headBias: boolean;
  readonly shortlistSize: number;
  readonly nClusters: number;
  readonly headSize: number;
  head: Linear;
  tail: ModuleList;

  constructor(inFeatures: number, nClasses: number, cutoffs: readonly number[], ...rest: Tail<[divValue: number, headBias: boolean], AdaptiveLogSoftmaxOptions>);
  constructor(options: { inFeatures: number; nClasses: number; cutoffs: readonly number[] } & AdaptiveLogSoftmaxOptions);
  constructor(...args: unknown[]) {
    super();
    const [inFeatures, nClasses, given, divValue, headBias, device, dtype] = bind(sig, args) as [unknown, unknown, unknown, number, boolean, 'cpu' | null, DType | null];
    this.inFeatures = count(NAME, 'inFeatures', inFeatures, 1);
    this.nClasses = count(NAME, 'nClasses', nClasses, 1);
    const list = Array.isArray(given) ? given as unknown[] : [];
    const rising = list.every((c, i) => Number.isInteger(c) && (c as number) > (i === 0 ? 0 : list[i - 1] as number) && (c as number) < this.nClasses);
    if (list.length === 0 || !rising) {
      fail(NAME, 'cutoffs should be a sequence of unique, positive integers sorted in an increasing order, where each value is between 1 and n_classes-1');
    }
    this.cutoffs = [...list as number[], this.nClasses];
    this.divValue = divValue;
    this.headBias = headBias;
    this.shortlistSize = this.cutoffs[0];
    this.nClusters = this.cutoffs.length - 1;
    this.headSize = this.shortlistSize + this.nClusters;
    const factory = { device, dtype };
    this.head = new Linear(this.inFeatures, this.headSize, { bias: headBias, ...factory });
    this.tail = new ModuleList(Array.from({ length: this.nClusters }, (_, i) => {
      const hidden = Math.floor(this.inFeatures / divValue ** (i + 1));
      return new Sequential(new Linear(this.inFeatures, hidden, { bias: false, ...factory }), new Linear(hidden, this.cutoffs[i + 1] - this.cutoffs[i], { bias: false, ...factory }));
    }));
  }

  resetParameters(): void {
    this.head.resetParameters();
    for (const part of this.tail) for (const layer of part as unknown as Iterable<Linear>) layer.resetParameters();
  }

  private cluster(i: number, input: Tensor): Tensor {
    return F.logSoftmax((this.tail.at(i) as unknown as (x: Tensor) => Tensor)(input), 1);
  }

  forward(input: Tensor, target: Tensor): AdaptiveOutput {
    const alone = target.ndim === 0;
    if (target.ndim > 1) fail(NAME, '0D or 1D target tensor expected, multi-target not supported', 'ERR_SHAPE');
    if (input.ndim !== target.ndim + 1) fail(NAME, `${target.ndim}D target tensor expects ${target.ndim + 1}D input tensors, but found inputs with size [${Array.from(input.shape).join(', ')}]`, 'ERR_SHAPE');
    if (!alone && input.shape[0] !== target.shape[0]) fail(NAME, `Input and target should have the same size in the batch dimension: ${input.shape[0]} and ${target.shape[0]}`, 'ERR_SHAPE');
    const x = alone ? input.unsqueeze(0) : input;
    const labels = (alone ? target.unsqueeze(0) : target).to('int64');
    const list = (labels.tolist() as (number | bigint)[]).map(Number);
    const wrong = list.some((c) => c < 0 || c >= this.nClasses);
    if (wrong) fail(NAME, `Target values should be in [0, ${this.nClasses - 1}], but values in range [${Math.min(...list)}, ${Math.max(...list)}] were found. `);
    let places = labels; // in the head
    let within = x.newZeros([list.length]); // of what clusters add
    for (let i = 0; i < this.nClusters; i++) {
      const [low, high] = [this.cutoffs[i], this.cutoffs[i + 1]];
      const rows = labels.ge(low).logicalAnd(labels.lt(high)).nonzero().squeeze(1);
      if (rows.numel() === 0) continue;
      const own = this.cluster(i, x.indexSelect(0, rows)).gather(1, labels.indexSelect(0, rows).sub(low).unsqueeze(1)).squeeze(1);
      within = within.indexCopy(0, rows, own);
      places = places.indexFill(0, rows, this.shortlistSize + i);
    }
    let output = F.logSoftmax(this.head(x), 1).gather(1, places.unsqueeze(1)).squeeze(1).add(within);
    const loss = output.neg().mean();
    if (alone) output = output.squeeze(0);
    return Object.defineProperties([output, loss], { output: { value: output }, loss: { value: loss } }) as unknown as AdaptiveOutput;
  }

  /** Log-probabilities of all classes: (N, nClasses). */
  logProb(input: Tensor): Tensor {
    return this.all(input, this.head(input));
  }

  private all(input: Tensor, headOutput: Tensor): Tensor {
    const head = F.logSoftmax(headOutput, 1);
    const parts = [head.narrow(1, 0, this.shortlistSize)];
    for (let i = 0; i < this.nClusters; i++) parts.push(this.cluster(i, input).add(head.narrow(1, this.shortlistSize + i, 1)));
    return ops.cat(parts, 1);
  }

  /** The class of the highest probability for each row. */
  predict(input: Tensor): Tensor {
    return this.logProb(input).argmax(1);
  }
}

takesNames('input, target', AdaptiveLogSoftmaxWithLoss);
