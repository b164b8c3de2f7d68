/** torsh.nn. */
export { Module, type BackwardHook, type ForwardHook, type ForwardPreHook } from './module';
export { Buffer, Parameter } from './parameter';
export { RemovableHandle } from './hooks';
export type { StateDict, IncompatibleKeys } from './state-dict';
export { ModuleDict, ModuleList, Sequential } from './containers';
export { ParameterDict, ParameterList } from './parameter-containers';
export { Identity, Linear, type LinearOptions } from './linear';
export { Conv1d, Conv2d, Conv3d, type ConvOptions } from './conv';
export { BatchNorm1d, BatchNorm2d, BatchNorm3d, type BatchNormOptions } from './batchnorm';
export { GroupNorm, LayerNorm, type GroupNormOptions, type LayerNormOptions } from './normalization';
export { Dropout, type DropoutOptions } from './dropout';
export { Embedding, type EmbeddingOptions } from './sparse';
export { GELU, LogSoftmax, ReLU, Sigmoid, SiLU, Softmax, Tanh } from './activation';
export {
  CrossEntropyLoss, HuberLoss, L1Loss, MSELoss, NLLLoss, SmoothL1Loss, type CrossEntropyLossOptions, type LossOptions, type NLLLossOptions, type Reduction,
} from './loss';
export { AvgPool1d, AvgPool2d, AvgPool3d, MaxPool1d, MaxPool2d, MaxPool3d, type AvgPoolNdOptions, type AvgPoolOptions, type MaxPoolOptions } from './pooling';
export { Flatten, Unflatten } from './flatten';
export { functional } from './functional';
export * as init from './init';
export * as utils from './utils';
