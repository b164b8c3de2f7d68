/** torsh.optim. */
export { Optimizer, type OptimizerStateDict, type ParamGroup, type ParamGroupInput } from './optimizer';
export { SGD, type SGDOptions } from './sgd';
export { Adam, AdamW, type AdamOptions } from './adam';
export { Adamax, NAdam, RAdam, SparseAdam, type AdamaxOptions, type NAdamOptions, type RAdamOptions } from './adam-variants';
export { Adagrad, Adadelta, RMSprop, type AdagradOptions, type AdadeltaOptions, type RMSpropOptions } from './adaptive';
export { ASGD, Rprop, type ASGDOptions, type RpropOptions } from './classic';
export { LBFGS, type LBFGSOptions } from './lbfgs';
export { Lion, FTRL, type LionOptions, type FTRLOptions } from './lion-ftrl';
export { LAMB, type LAMBOptions } from './lamb';
export { Adafactor, type AdafactorOptions } from './adafactor';
export { Muon, type MuonOptions } from './muon';
export { Shampoo, type ShampooOptions } from './shampoo';
export { AdaHessian, type AdaHessianOptions } from './adahessian';
export { Lookahead, SAM } from './wrappers';
export * as lrScheduler from './lr-scheduler';
export * as swaUtils from './swa-utils';
