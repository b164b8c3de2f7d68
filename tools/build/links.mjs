// PyTorch's pages for classes: in lib/ a class says what it does, and the declarations get the link, for the names are PyTorch's.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const words = (text) => new Set(text.trim().split(/\s+/));

/** Folders of types/lib, the prefix of the page, and the classes that have one. */
const documented = [
  { folder: 'nn', page: 'nn', names: words(`
    AdaptiveAvgPool1d AdaptiveAvgPool2d AdaptiveAvgPool3d AdaptiveLogSoftmaxWithLoss AdaptiveMaxPool1d AdaptiveMaxPool2d AdaptiveMaxPool3d AlphaDropout AvgPool1d AvgPool2d AvgPool3d BCELoss
    BCEWithLogitsLoss BatchNorm1d BatchNorm2d BatchNorm3d Bilinear CELU CTCLoss ChannelShuffle ConstantPad1d ConstantPad2d ConstantPad3d Container Conv1d Conv2d Conv3d ConvTranspose1d
    ConvTranspose2d ConvTranspose3d CosineEmbeddingLoss CosineSimilarity CrossEntropyLoss CrossMapLRN2d DataParallel Dropout Dropout1d Dropout2d Dropout3d ELU Embedding EmbeddingBag
    FeatureAlphaDropout Flatten Fold FractionalMaxPool2d FractionalMaxPool3d GELU GLU GRU GRUCell GaussianNLLLoss GroupNorm Hardshrink Hardsigmoid Hardswish Hardtanh HingeEmbeddingLoss
    HuberLoss Identity InstanceNorm1d InstanceNorm2d InstanceNorm3d KLDivLoss L1Loss LPPool1d LPPool2d LSTM LSTMCell LayerNorm LazyBatchNorm1d LazyBatchNorm2d LazyBatchNorm3d LazyConv1d
    LazyConv2d LazyConv3d LazyConvTranspose1d LazyConvTranspose2d LazyConvTranspose3d LazyInstanceNorm1d LazyInstanceNorm2d LazyInstanceNorm3d LazyLinear LeakyReLU Linear LocalResponseNorm
    LogSigmoid LogSoftmax MSELoss MarginRankingLoss MaxPool1d MaxPool2d MaxPool3d MaxUnpool1d MaxUnpool2d MaxUnpool3d Mish Module ModuleDict ModuleList MultiLabelMarginLoss
    MultiLabelSoftMarginLoss MultiMarginLoss MultiheadAttention NLLLoss NLLLoss2d PReLU PairwiseDistance Parameter ParameterDict ParameterList PixelShuffle PixelUnshuffle PoissonNLLLoss RNN
    RNNBase RNNCell RNNCellBase RReLU ReLU ReLU6 ReflectionPad1d ReflectionPad2d ReflectionPad3d ReplicationPad1d ReplicationPad2d ReplicationPad3d SELU Sequential SiLU Sigmoid SmoothL1Loss
    SoftMarginLoss Softmax Softmax2d Softmin Softplus Softshrink Softsign SyncBatchNorm Tanh Tanhshrink Threshold Transformer TransformerDecoder TransformerDecoderLayer TransformerEncoder
    TransformerEncoderLayer TripletMarginLoss TripletMarginWithDistanceLoss Unflatten Unfold UninitializedBuffer UninitializedParameter Upsample UpsamplingBilinear2d UpsamplingNearest2d
    ZeroPad2d`) },
  { folder: 'optim', page: 'optim', names: words(`
    ASGD Adadelta Adagrad Adam AdamW Adamax LBFGS NAdam Optimizer RAdam RMSprop Rprop SGD SparseAdam`) },
  { folder: 'optim/lr-scheduler', page: 'optim.lr_scheduler', names: words(`
    ChainedScheduler ConstantLR CosineAnnealingLR CosineAnnealingWarmRestarts CyclicLR ExponentialLR LambdaLR LinearLR MultiStepLR MultiplicativeLR OneCycleLR PolynomialLR ReduceLROnPlateau
    SequentialLR StepLR`) },
];

/** Writes a link into the doc comment of each class that has a page and no link yet. */
export function linkClasses(types) {
  for (const { folder, page, names } of documented) {
    for (const file of readdirSync(join(types, folder)).filter((name) => name.endsWith('.d.ts'))) {
      const path = join(types, folder, file), text = readFileSync(path, 'utf8');
      writeFileSync(path, text.replace(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n(export declare (?:abstract )?class (\w+))/g, (all, doc, head, name) => {
        if (!names.has(name) || doc.includes('https://')) return all;
        const link = `https://pytorch.org/docs/stable/generated/torch.${page}.${name}.html`, example = doc.search(/\n \*\n \* @example/);
        if (example >= 0) return `/**${doc.slice(0, example)}\n * ${link}${doc.slice(example)}*/\n${head}`;
        return doc.includes('\n') ? `/**${doc.trimEnd()}\n * ${link}\n */\n${head}` : `/**${doc.trimEnd()} ${link} */\n${head}`;
      }));
    }
  }
}
