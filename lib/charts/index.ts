/**
 * torsh.charts: pictures of a training, as SVG or PNG files and live in pages: `await charts.lossCurve(result).save('loss.svg')`, `await chart.mount('#chart')`.
 * They are Vega-Lite specifications (chart.spec), drawn by the packages vega and vega-lite; images need neither. Bad arguments are ERR_ARGUMENT or ERR_SHAPE.
 */
import { Drawing, Chart, type ChartOptions } from './chart';
import { ImagesChart, type ImagesOptions } from './images';
import { LossCurve, type LossCurveOptions } from './loss-curve';
import { MatrixChart, type ConfusionMatrixOptions } from './matrix';
import type { Tensor } from '../tensor';

export { use } from './chart';
export { lrCurve, rocCurve, type LrCurveOptions, type RocCurveOptions } from './curves';
export { HistogramChart, histogram, weightHistograms, type HistogramOptions, type WeightHistogramsOptions } from './histograms';
export { Chart, Drawing, ImagesChart, LossCurve, MatrixChart };
export type { ChartOptions, ConfusionMatrixOptions, ImagesOptions, LossCurveOptions };

type History = readonly Record<string, number>[] | readonly number[] | { history: readonly Record<string, number>[] } | Record<string, readonly number[] | Tensor>;

/**
 * Losses and metrics over epochs: what train.fit() gives, rows { epoch, loss, valLoss, ... }, an object of columns, or numbers; none: for push(), or as a callback of fit().
 * A panel for each quantity, training beside validation, the best value told.
 */
export const lossCurve = (history: History = [], options: LossCurveOptions = {}): LossCurve => new LossCurve(history, options);
/** A heat map of a (C, C) matrix: rows are what is true, as metrics.ConfusionMatrix gives it. */
export const confusionMatrix = (matrix: Tensor | readonly (readonly number[])[], options: ConfusionMatrixOptions = {}): MatrixChart => new MatrixChart(matrix, options);
/** Images (H, W), (C, H, W), (N, C, H, W), or several; of other numbers of channels than 3 and 4 each channel is one. */
export const images = (tensors: Tensor | readonly Tensor[], options: ImagesOptions = {}): ImagesChart => new ImagesChart(tensors, options);
