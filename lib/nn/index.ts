/** torsh.nn. */
export { Module, type BackwardHook, type BackwardPreHook, type ForwardHook, type ForwardHookOptions, type ForwardPreHook, type ForwardPreHookOptions } from './module';
export * as modules from './modules';
export { Buffer, Parameter } from './parameter';
export { RemovableHandle } from './hooks';
export type { StateDict, IncompatibleKeys } from './state-dict';
export { Container, ModuleDict, ModuleList, Sequential } from './containers';
export { ParameterDict, ParameterList } from './parameter-containers';
export { Identity, Linear, type LinearOptions } from './linear';
export { Conv1d, Conv2d, Conv3d, type ConvOptions } from './conv';
export { ConvTranspose1d, ConvTranspose2d, ConvTranspose3d, type ConvTransposeOptions } from './conv-transpose';
export { LazyConv1d, LazyConv2d, LazyConv3d, LazyConvTranspose1d, LazyConvTranspose2d, LazyConvTranspose3d } from './lazy-conv';
export { UninitializedBuffer, UninitializedParameter } from './lazy';
export { BatchNorm1d, BatchNorm2d, BatchNorm3d, type BatchNormOptions } from './batchnorm';
export { InstanceNorm1d, InstanceNorm2d, InstanceNorm3d, type InstanceNormOptions } from './instancenorm';
export { GroupNorm, LayerNorm, RMSNorm, type GroupNormOptions, type LayerNormOptions, type RMSNormOptions } from './normalization';
export { AlphaDropout, Dropout, Dropout1d, Dropout2d, Dropout3d, FeatureAlphaDropout, type DropoutOptions } from './dropout';
export { Embedding, type EmbeddingOptions } from './sparse';
export { GELU, LogSoftmax, ReLU, Sigmoid, SiLU, Softmax, Tanh } from './activation';
export { CELU, ELU, Hardshrink, Hardsigmoid, Hardswish, Hardtanh, LeakyReLU, PReLU, RReLU, ReLU6, SELU, Softshrink, Threshold, type HardtanhOptions, type PReLUOptions } from './rectifiers';
export { GLU, LogSigmoid, Mish, Softmax2d, Softmin, Softplus, Softsign, Tanhshrink } from './smooth';
export {
  CrossEntropyLoss, HuberLoss, L1Loss, MSELoss, NLLLoss, NLLLoss2d, SmoothL1Loss, type CrossEntropyLossOptions, type LossOptions, type NLLLossOptions, type Reduction,
} from './loss';
export {
  BCELoss, BCEWithLogitsLoss, CTCLoss, GaussianNLLLoss, KLDivLoss, MultiLabelMarginLoss, MultiLabelSoftMarginLoss, PoissonNLLLoss, type PoissonNLLLossOptions, type WeightedOptions,
} from './losses-binary';
export {
  CosineEmbeddingLoss, HingeEmbeddingLoss, MarginRankingLoss, MultiMarginLoss, SoftMarginLoss, TripletMarginLoss, TripletMarginWithDistanceLoss,
  type MarginOptions, type MultiMarginLossOptions, type TripletMarginLossOptions,
} from './losses-margin';
export { DistillationLoss } from './distillation-loss';
export type { DistillationOptions } from './distillation';
export type { DistanceFunction, TripletMarginWithDistanceOptions } from './functional-loss';
export { MultiheadAttention, type AttentionCall, type MultiheadAttentionOptions } from './attention';
export {
  Transformer, TransformerDecoder, TransformerDecoderLayer, TransformerEncoder, TransformerEncoderLayer,
  type Activation, type DecoderLayerCall, type EncoderLayerCall, type TransformerCall, type TransformerLayerOptions, type TransformerOptions,
} from './transformer';
export { LazyBatchNorm1d, LazyBatchNorm2d, LazyBatchNorm3d, LazyInstanceNorm1d, LazyInstanceNorm2d, LazyInstanceNorm3d, LazyLinear } from './lazy-layers';
export { AdaptiveLogSoftmaxWithLoss, type AdaptiveLogSoftmaxOptions, type AdaptiveOutput } from './adaptive-softmax';
export { GRU, LSTM, RNN, RNNBase, type LSTMOptions, type RNNBaseOptions, type RNNOptions } from './rnn';
export { GRUCell, LSTMCell, RNNCell, RNNCellBase, type CellOptions, type RNNCellOptions } from './rnn-cells';
export { Bilinear, CosineSimilarity, PairwiseDistance, type BilinearOptions } from './distance';
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
