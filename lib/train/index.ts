/** torsh.train: a training loop and what goes with it. */
export { EarlyStopping, ModelCheckpoint, type EarlyStoppingOptions, type ModelCheckpointOptions } from './callbacks';
export { fit, type FitOptions, type FitResult, type Loader } from './fit';
export { CsvLogger, TensorBoardLogger, type TensorBoardLoggerOptions } from './loggers';
export { LrFinder, type LrFinderOptions } from './lr-finder';
export type { Callback, Checkpoint, EpochLogs, LossFunction, Logs, Run, Scheduler, StepResult } from './run';
