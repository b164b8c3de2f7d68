/** torsh.nn. */
export { Module, type BackwardHook, type ForwardHook, type ForwardPreHook } from './module';
export { Buffer, Parameter } from './parameter';
export { RemovableHandle } from './hooks';
export type { StateDict, IncompatibleKeys } from './state-dict';
export { ModuleDict, ModuleList, Sequential } from './containers';
export { ParameterDict, ParameterList } from './parameter-containers';
export { Identity, Linear, type LinearOptions } from './linear';
export { Conv1d, Conv2d, Conv3d, type ConvOptions } from './conv';
export { ConvTranspose1d, ConvTranspose2d, ConvTranspose3d, type ConvTransposeOptions } from './conv-transpose';
export { LazyConv1d, LazyConv2d, LazyConv3d, LazyConvTranspose1d, LazyConvTranspose2d, LazyConvTranspose3d } from './lazy-conv';
export { UninitializedBuffer, UninitializedParameter } from './lazy';
export { BatchNorm1d, BatchNorm2d, BatchNorm3d, type BatchNormOptions } from './batchnorm';
export { GroupNorm, LayerNorm, type GroupNormOptions, type LayerNormOptions } from './normalization';
export { Dropout, type DropoutOptions } from './dropout';
export { Embedding, type EmbeddingOptions } from './sparse';
export { GELU, LogSoftmax, ReLU, Sigmoid, SiLU, Softmax, Tanh } from './activation';
export {
  CrossEntropyLoss, HuberLoss, L1Loss, MSELoss, NLLLoss, SmoothL1Loss, type CrossEntropyLossOptions, type LossOptions, type NLLLossOptions, type Reduction,
} from './loss';
export { AvgPool1d, AvgPool2d, AvgPool3d, MaxPool1d, MaxPool2d, MaxPool3d, type AvgPoolNdOptions, type AvgPoolOptions, type MaxPoolOptions } from './pooling';
export {
  AdaptiveAvgPool1d, AdaptiveAvgPool2d, AdaptiveAvgPool3d, AdaptiveMaxPool1d, AdaptiveMaxPool2d, AdaptiveMaxPool3d, FractionalMaxPool2d, FractionalMaxPool3d,
  LPPool1d, LPPool2d, LPPool3d, MaxUnpool1d, MaxUnpool2d, MaxUnpool3d,
  type AdaptiveSize, type FractionalMaxPoolOptions, type LPPoolOptions, type MaxUnpoolOptions,
} from './adaptive-pooling';
export {
  CircularPad1d, CircularPad2d, CircularPad3d, ConstantPad1d, ConstantPad2d, ConstantPad3d, ReflectionPad1d, ReflectionPad2d, ReflectionPad3d,
  ReplicationPad1d, ReplicationPad2d, ReplicationPad3d, ZeroPad1d, ZeroPad2d, ZeroPad3d,
} from './padding';
export {
  ChannelShuffle, CrossMapLRN2d, Fold, LocalResponseNorm, PixelShuffle, PixelUnshuffle, Unfold, Upsample, UpsamplingBilinear2d, UpsamplingNearest2d,
  type LocalResponseOptions, type SizeOptions, type UpsampleOptions, type WindowOptions,
} from './spatial';
export { EmbeddingBag, type EmbeddingBagOptions } from './embedding-bag';
export { Flatten, Unflatten } from './flatten';
export { functional } from './functional';
export * as init from './init';
export * as utils from './utils';
