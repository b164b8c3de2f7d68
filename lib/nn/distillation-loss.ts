/** The loss of a student that learns from a teacher's logits, and from labels where there are some. */
import { bind } from '../bind';
import { isTensor, type Tensor } from '../tensor';
import { fail, type Tail } from './common';
import { checkOptions, distillationLoss, optionsSignature, type DistillationOptions } from './distillation';
import { takesNames } from './forward';
import { Module } from './module';
import type { Reduction } from './loss';

type DistillationTail = Tail<[temperature: number, alpha: number, weight: Tensor | null, ignoreIndex: number, labelSmoothing: number, reduction: Reduction], DistillationOptions>;

/**
 * nn.functional.distillationLoss with its options: loss(studentLogits, teacherLogits, target).
 *
 * @example
 * ```js
 * const loss = new torsh.nn.DistillationLoss({ temperature: 4, alpha: 0.5 });
 * const [student, teacher] = [torsh.randn(8, 10), torsh.randn(8, 10)];
 * console.log(loss(student, teacher, torsh.randint(10, [8])).shape); // []
 * ```
 */
export class DistillationLoss extends Module {
  readonly temperature: number;
  readonly alpha: number;
  readonly ignoreIndex: number;
  readonly labelSmoothing: number;
  readonly reduction: Reduction;
  declare weight: Tensor | null;

  constructor(...args: DistillationTail) {
    super();
    const [temperature, alpha, weight, ignoreIndex, labelSmoothing, reduction] = bind(optionsSignature, args) as [number, number, Tensor | null, number, number, Reduction];
    checkOptions('DistillationLoss', temperature, alpha, reduction);
    if (weight !== null && !isTensor(weight)) fail('DistillationLoss', 'weight must be a Tensor');
    this.temperature = temperature;
    this.alpha = alpha;
    this.ignoreIndex = ignoreIndex;
    this.labelSmoothing = labelSmoothing;
    this.reduction = reduction;
    this.registerBuffer('weight', weight);
  }
  forward(input: Tensor, teacher: Tensor, target: Tensor | null = null): Tensor {
    const { temperature, alpha, weight, ignoreIndex, labelSmoothing, reduction } = this;
    return distillationLoss(input, teacher, target, { temperature, alpha, weight, ignoreIndex, labelSmoothing, reduction });
  }
  extraRepr(): string {
    return `temperature=${this.temperature}, alpha=${this.alpha}`;
  }
}

takesNames('input, teacher, target=null', DistillationLoss);
