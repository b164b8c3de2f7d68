/** torsh.save and torsh.load. */
export { type FileContents, type InspectOptions, type TensorEntry, type ValueEntry, inspectFile } from './inspect';
export { load, type LoadOptions } from './load';
export { save, type Format, type SaveOptions } from './save';
export { metadataOf, type StateDict } from './state-dict-file';
export type { FileName } from './values';
