/** torsh/worker: torsh in a thread of its own, for pages and for Node. */
export { TorshError } from '../errors';
export { createWorker, TorshWorker, type Job, type RunOptions, type WorkerOptions } from './client';
export type { JobContext, Task } from './job';
export type { TensorData } from './link';
export type { Pending, Remote, RemoteTensor } from './remote';
export { serve, type ServeOptions } from './server';
export { transfer } from './wire';
