/** torsh.optim.lrScheduler. https://pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate */
export { LRScheduler, type SchedulerStateDict } from './base';
export { ConstantLR, ExponentialLR, LambdaLR, LinearLR, MultiStepLR, MultiplicativeLR, PolynomialLR, StepLR } from './decay';
export { CosineAnnealingLR, CosineAnnealingWarmRestarts } from './cosine';
export { CyclicLR, type CyclicOptions, OneCycleLR, type OneCycleOptions } from './cyclic';
export { type PlateauOptions, ReduceLROnPlateau } from './plateau';
export { ChainedScheduler, SequentialLR } from './compound';
