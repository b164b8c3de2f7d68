/** What makes training comfortable. In Node a file of its own (comforts.cjs) on top of the kit, read when a program first reaches for a part of it. */
export * as charts from './charts';
export * as debug from './debug';
export * as metrics from './metrics';
export * as profiler from './profiler';
export { progress } from './progress';
export * as tensorboard from './tensorboard';
export * as testing from './testing';
export * as train from './train';
