/** torsh.utils.data */
export { defaultCollate, defaultConvert, padCollate, type PadCollateOptions } from './collate';
export { ChainDataset, ConcatDataset, Dataset, IterableDataset, randomSplit, StackDataset, Subset, TensorDataset, type MapDataset } from './dataset';
export { DataLoader, type DataLoaderOptions } from './loader';
export { DatasetFolder, ImageFolder, imageLoader, type FolderOptions } from './folder';
export { readImage, type ReadImageOptions } from './images.node';
export { parseCsv, parseIdx, parseJsonLines, type CsvOptions } from './readers';
export { RecordDataset, type RecordDType, type RecordField, type RecordOptions } from './records';
export {
  BatchSampler, DistributedSampler, DynamicBatchSampler, RandomSampler, Sampler, SequentialSampler, SubsetRandomSampler, WeightedRandomSampler,
  type DynamicBatchOptions, type RandomSamplerOptions,
} from './sampler';
export { BpeTokenizer, CharTokenizer } from './tokenizers';
export type { FromModule, ModuleExport } from './transport';
export * as transforms from './transforms';
export { getWorkerInfo, type WorkerInfo } from './worker-info';
