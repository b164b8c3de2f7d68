/** torsh.utils.data */
export { defaultCollate, defaultConvert } from './collate';
export { ChainDataset, ConcatDataset, Dataset, IterableDataset, randomSplit, Subset, TensorDataset, type MapDataset } from './dataset';
export { DataLoader, type DataLoaderOptions } from './loader';
export {
  BatchSampler, RandomSampler, Sampler, SequentialSampler, SubsetRandomSampler, WeightedRandomSampler, type RandomSamplerOptions,
} from './sampler';
