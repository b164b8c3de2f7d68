/** torsh.metrics, by the names of torchmetrics. */
export { MaxMetric, MeanMetric, MinMetric, SumMetric } from './aggregation';
export { AUROC, ROC, type AUROCOptions, type CurveOptions, type RocCurve } from './auroc';
export { ConfusionMatrix, type ConfusionMatrixOptions } from './confusion';
export * as functional from './functional';
export { Metric, MetricCollection } from './metric';
export { MeanAbsoluteError, MeanAbsolutePercentageError, MeanSquaredError, Perplexity, R2Score } from './regression';
export { Accuracy, F1Score, FBetaScore, Precision, Recall, Specificity, type StatScoresOptions } from './stat-scores';
export type { Average, Task, TaskOptions } from './task';
