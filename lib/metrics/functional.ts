/** torsh.metrics.functional: metrics of one batch. The arguments are preds, target, then those of the class. */
import type { Tensor } from '../tensor';
import { AUROC, ROC, type AUROCOptions, type CurveOptions, type RocCurve } from './auroc';
import { ConfusionMatrix, type ConfusionMatrixOptions } from './confusion';
import type { Metric } from './metric';
import { MeanAbsoluteError, MeanAbsolutePercentageError, MeanSquaredError, Perplexity, R2Score } from './regression';
import { Accuracy, F1Score, FBetaScore, Precision, Recall, Specificity, type StatScoresOptions } from './stat-scores';
import type { Task } from './task';

type Once<O, R = Tensor> = (preds: Tensor, target: Tensor, ...args: [options: O] | [task: Task, ...rest: unknown[]]) => R;
type OnceOf<A extends unknown[]> = (preds: Tensor, target: Tensor, ...args: A) => Tensor;

const once = (make: new (...args: any[]) => Metric) => (preds: Tensor, target: Tensor, ...args: unknown[]): any => new make(...args).forward(preds, target);

export const accuracy: Once<StatScoresOptions> = once(Accuracy);
export const precision: Once<StatScoresOptions> = once(Precision);
export const recall: Once<StatScoresOptions> = once(Recall);
export const specificity: Once<StatScoresOptions> = once(Specificity);
export const f1Score: Once<StatScoresOptions> = once(F1Score);
export const fbetaScore: Once<StatScoresOptions & { beta?: number }> = once(FBetaScore);
export const confusionMatrix: Once<ConfusionMatrixOptions> = once(ConfusionMatrix);
export const auroc: Once<AUROCOptions> = once(AUROC);
export const roc: Once<CurveOptions, RocCurve | RocCurve[]> = once(ROC);
export const meanSquaredError: OnceOf<ConstructorParameters<typeof MeanSquaredError>> = once(MeanSquaredError);
export const meanAbsoluteError: OnceOf<ConstructorParameters<typeof MeanAbsoluteError>> = once(MeanAbsoluteError);
export const meanAbsolutePercentageError: OnceOf<[]> = once(MeanAbsolutePercentageError);
export const r2Score: OnceOf<ConstructorParameters<typeof R2Score>> = once(R2Score);
export const perplexity: OnceOf<ConstructorParameters<typeof Perplexity>> = once(Perplexity);
