/** torsh.optim. */
export { Optimizer, type OptimizerStateDict, type ParamGroup, type ParamGroupInput } from './optimizer';
export { SGD, type SGDOptions } from './sgd';
export { Adam, AdamW, type AdamOptions } from './adam';
export * as lrScheduler from './lr-scheduler';
