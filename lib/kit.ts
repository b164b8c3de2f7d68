/** The kit: what is built on tensors. In Node a file of its own (kit.cjs), read when a program first reaches for a part of it. */
export { compile, explain } from './compile';
export * as data from './data';
export { fromImageData, toImageData } from './data/transforms';
export { serve } from './data/workers.node';
export * as func from './func';
export { vmap } from './func/vmap';
export { inspectFile, load, metadataOf, save } from './io';
export * as masked from './masked';
export * as nn from './nn';
export { deepcopy } from './nn/deepcopy';
export { summary } from './nn/summary';
export * as optim from './optim';
export { kitCore } from './kit-core';
