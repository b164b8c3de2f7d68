/** The namespace: everything that `import torsh from 'torsh'` offers. */
import * as autograd from './autograd';
import { TorshError } from './errors';
import * as aten from './aten';
import { autocast, getAutocastDtype, isAutocastEnabled } from './autograd/autocast';
import { checkpoint, checkpointSequential } from './autograd/checkpoint';
import { asTensor, asarray, scalarTensor } from './creation';
import * as generated from './gen/namespaces';
import { nonzero } from './indexing';
import { embedding, embeddingBag } from './lookup';
import * as info from './info';
import { kitFunction, kitNamespace } from './kit.node';
import { version } from './gen/version';
import * as memory from './memory';
import { amp, autogradMembers, backend, getNumThreads, setNumThreads } from './members';
import { fromMessage, toMessage } from './messages';
import { setPrintoptions } from './print';
import { einsum, tensordot } from './products';
import * as random from './random';
import { slice } from './slice';
import { dtypes } from './runtime/dtype';
import { unique, uniqueConsecutive } from './unique';
import { histogramdd } from './histogram';
import { Tensor, frombuffer, isTensor, keep, tensor } from './tensor';

const dtypeConstants = Object.fromEntries(dtypes.map((d) => [d, d])) as { readonly [D in (typeof dtypes)[number]]: D };

const data = kitNamespace('data'), func = kitNamespace('func');

export const torsh = {
  ...generated.torsh,
  ...aten,
  ...dtypeConstants,
  ...info,
  asTensor, asarray, scalarTensor,
  Tensor, TorshError, tensor, frombuffer, isTensor, keep, slice, nonzero, embedding, embeddingBag, einsum, tensordot, unique, uniqueConsecutive, histogramdd,
  noGrad: autograd.noGrad, enableGrad: autograd.enableGrad, inferenceMode: autograd.inferenceMode, setGradEnabled: autograd.setGradEnabled,
  isGradEnabled: autograd.isGradEnabled, isInferenceModeEnabled: autograd.isInferenceModeEnabled,
  randint: random.randint, randintLike: random.randintLike, seed: random.seed, defaultGenerator: random.defaultGenerator,
  _standardGamma: random._standardGamma, _sampleDirichlet: random._sampleDirichlet, _dirichletGrad: random._dirichletGrad,
  autocast, getAutocastDtype, isAutocastEnabled, amp,
  nn: kitNamespace('nn'), optim: kitNamespace('optim'), deepcopy: kitFunction('deepcopy'), summary: kitFunction('summary'),
  save: kitFunction('save'), load: kitFunction('load'), inspectFile: kitFunction('inspectFile'), metadataOf: kitFunction('metadataOf'),
  linalg: generated.linalg, fft: generated.fft, special: generated.special,
  func, vmap: kitFunction('vmap'),
  compile: Object.assign(kitFunction('compile'), { explain: kitFunction('explain') }),
  masked: kitNamespace('masked'), distributions: kitNamespace('distributions'),
  metrics: kitNamespace('metrics'), testing: kitNamespace('testing'), train: kitNamespace('train'), profiler: kitNamespace('profiler'), debug: kitNamespace('debug'), charts: kitNamespace('charts'),
  utils: { data, checkpoint: { checkpoint, checkpointSequential }, progress: kitFunction('progress'), tensorboard: kitNamespace('tensorboard') },
  autograd: autogradMembers,
  memory: memory.memory, setMemoryBudget: memory.setMemoryBudget, resetPeakMemory: memory.resetPeakMemory, emptyCache: memory.emptyCache, tidy: memory.tidy,
  manualSeed: random.manualSeed, initialSeed: random.initialSeed, getRngState: random.getRngState, setRngState: random.setRngState, forkRng: random.forkRng, Generator: random.Generator,
  getNumThreads, setNumThreads,
  /** Of the package torsh. */
  version,
  setPrintoptions, toMessage, fromMessage, fromImageData: kitFunction('fromImageData'), toImageData: kitFunction('toImageData'),
  backend,
};
