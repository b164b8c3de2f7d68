/** How datasets and functions get into workers: as copies of their data, by the names of library functions, or from modules. */
import { isPlainObject } from '../bind';
import { TorshError } from '../errors';
import { isTensor } from '../tensor';
import { defaultCollate, defaultConvert, padCollate, recipe } from './collate';
import { ChainDataset, ConcatDataset, StackDataset, Subset, TensorDataset } from './dataset';
import { DatasetFolder, ImageFolder, imageLoader, remakeFolder } from './folder';
import { RecordDataset } from './records';
import * as transforms from './transforms';

/** What a module exports, for threads to import: `export` is 'default' unless given; classes and, of datasets, functions are called with `args`. */
export interface ModuleExport {
  module: URL | string;
  export?: string;
  args?: readonly unknown[];
}
export type FromModule = URL | ModuleExport;

/** Survives a structured clone (with its tensors made ready by toMessage). */
export type Recipe =
  | { kind: 'value'; value: unknown }
  | { kind: 'dataset'; name: string; parts: Recipe[] | Record<string, Recipe>; indices?: unknown }
  | { kind: 'made'; name: string; args: Recipe[] }
  | { kind: 'module'; module: string; export: string; args: unknown[] };

const datasets = { TensorDataset, Subset, ConcatDataset, ChainDataset, StackDataset };
/** Datasets and functions that are made again by a call; they have a [recipe] of its name and arguments. */
const makers: Record<string, any> = {
  defaultCollate: () => defaultCollate, defaultConvert: () => defaultConvert, padCollate, imageLoader, ...transforms,
  RecordDataset: (...args: [string, 'uint8']) => new RecordDataset(...args), DatasetFolder: remakeFolder,
};
const remade: object[] = [RecordDataset.prototype, DatasetFolder.prototype, ImageFolder.prototype];

function refuse(rule: string): TorshError {
  return new TorshError('ERR_UNSUPPORTED', 'DataLoader', `DataLoader: ${rule}`);
}

const isUrl = (x: unknown): x is URL => Object.prototype.toString.call(x) === '[object URL]';
export const isFromModule = (x: unknown): x is FromModule => isUrl(x) || (isPlainObject(x) && 'module' in x);

export function moduleRecipe(from: FromModule, option: string): Recipe {
  const { module, export: name = 'default', args = [] } = isUrl(from) ? { module: from } as ModuleExport : from;
  const address = isUrl(module) ? module.href : typeof module === 'string' ? module : '';
  if (!isUrl(module) && !/^(?:[a-z][a-z\d+.-]+:|\/|[A-Za-z]:[\\/])/.test(address)) {
    throw new TorshError('ERR_ARGUMENT', 'DataLoader', `DataLoader: ${option} needs the address of a module, as new URL('./file.mjs', import.meta.url) or an absolute path, but got '${String(module)}'`);
  }
  return { kind: 'module', module: address, export: name, args: [...args] };
}

/** A dataset as data. Errors: ERR_UNSUPPORTED, with what to do, for classes of one's own. */
export function datasetRecipe(dataset: unknown): Recipe {
  if (isTensor(dataset) || Array.isArray(dataset)) return { kind: 'value', value: dataset };
  for (const [name, type] of Object.entries(datasets)) {
    if (typeof dataset !== 'object' || dataset === null || Object.getPrototypeOf(dataset) !== type.prototype) continue;
    if (dataset instanceof TensorDataset) return { kind: 'dataset', name, parts: dataset.tensors.map((value) => ({ kind: 'value', value })) };
    if (dataset instanceof Subset) return { kind: 'dataset', name, parts: [datasetRecipe(dataset.dataset)], indices: dataset.indices };
    const members = (dataset as ConcatDataset).datasets as Iterable<unknown> | Record<string, unknown>;
    if (Symbol.iterator in members) return { kind: 'dataset', name, parts: [...members as Iterable<unknown>].map(datasetRecipe) };
    return { kind: 'dataset', name, parts: Object.fromEntries(Object.entries(members).map(([key, d]) => [key, datasetRecipe(d)])) };
  }
  if (remade.includes(Object.getPrototypeOf(dataset) as object)) return madeRecipe((dataset as Made)[recipe]);
  const what = typeof dataset === 'object' && dataset !== null ? (dataset as object).constructor?.name ?? 'object' : typeof dataset;
  throw refuse(`a dataset of type ${what} cannot be copied to worker threads, which share no functions or classes; put it into a module and say how a worker makes it: `
    + "workerDataset: { module: new URL('./dataset.mjs', import.meta.url), export: 'MyDataset', args: [] }. Arrays of plain values, tensors, TensorDataset and "
    + 'Subset, ConcatDataset, ChainDataset and StackDataset of these, RecordDataset and ImageFolder need no module');
}

const isGenerator = (x: unknown): boolean => typeof (x as { manualSeed?: unknown } | null | undefined)?.manualSeed === 'function';
interface Made { [recipe]: [name: string, ...args: unknown[]] }

function madeRecipe([name, ...args]: Made[typeof recipe]): Recipe {
  if (args.some((arg) => isPlainObject(arg) && isGenerator(arg.generator))) {
    throw refuse(`${name} has a generator of its own, which cannot be copied to worker threads: there, leave it to torsh's generator, which is seeded for each worker, or with seedSamples for each sample`);
  }
  return { kind: 'made', name, args: args.map((arg) => (typeof arg === 'function' ? partRecipe(arg) : { kind: 'value', value: arg })) };
}

/** A function inside a dataset or another function. */
function partRecipe(f: Partial<Made> & { name?: string }): Recipe {
  if (f[recipe]) return madeRecipe(f[recipe]);
  throw refuse(`the function ${f.name || '(anonymous)'} of the dataset cannot be copied to worker threads; put the dataset into a module and say how a worker makes it: `
    + "workerDataset: { module: new URL('./dataset.mjs', import.meta.url), export: 'makeDataset' }. Functions of torsh.utils.data.transforms need no module");
}

/** A function for workers: one of the library's, or a module's. */
export function functionRecipe(f: unknown, option: string): Recipe {
  if (isFromModule(f)) return moduleRecipe(f, option);
  if (f === defaultCollate) return madeRecipe(['defaultCollate']);
  if (f === defaultConvert) return madeRecipe(['defaultConvert']);
  const made = (f as Partial<Made>)[recipe];
  if (made) return madeRecipe(made);
  throw refuse(`${option} is a function, which cannot be copied to worker threads; export it from a module and give `
    + `${option}: { module: new URL('./file.mjs', import.meta.url), export: 'name' }, or use numWorkers: 0`);
}

/* Bundlers leave it as it is. */
const loadModule = (address: string): Promise<Record<string, any>> => import(/* webpackIgnore: true */ /* @vite-ignore */ address) as Promise<Record<string, any>>;

const isClass = (f: unknown): boolean => typeof f === 'function' && /^class\b/.test(Function.prototype.toString.call(f));

/** In a worker (or, of modules, anywhere): what a recipe stands for. */
export async function make(from: Recipe, what: 'dataset' | 'function'): Promise<any> {
  switch (from.kind) {
    case 'value': return from.value;
    case 'made': {
      const args: unknown[] = [];
      for (const arg of from.args) args.push(await make(arg, 'function'));
      return (makers[from.name] as (...args: unknown[]) => unknown)(...args);
    }
    case 'dataset': {
      if (!Array.isArray(from.parts)) {
        const parts: [string, any][] = [];
        for (const [key, part] of Object.entries(from.parts)) parts.push([key, await make(part, 'dataset')]);
        return new StackDataset(Object.fromEntries(parts));
      }
      const parts: any[] = [];
      for (const part of from.parts) parts.push(await make(part, 'dataset'));
      switch (from.name) {
        case 'TensorDataset': return new TensorDataset(...parts);
        case 'Subset': return new Subset(parts[0], from.indices as number[]);
        case 'ConcatDataset': return new ConcatDataset(parts);
        case 'ChainDataset': return new ChainDataset(parts);
        default: return new StackDataset(...parts);
      }
    }
    case 'module': {
      const exports = await loadModule(/^[A-Za-z]:[\\/]/.test(from.module) ? `file:///${from.module}` : from.module);
      const found = exports[from.export] ?? (from.export !== 'default' ? exports.default?.[from.export] : undefined);
      if (found === undefined) {
        throw new TorshError('ERR_ARGUMENT', 'DataLoader', `DataLoader: the module ${from.module} has no export '${from.export}'; it has ${Object.keys(exports).join(', ')}`);
      }
      if (isClass(found)) return new found(...from.args);
      return what === 'dataset' && typeof found === 'function' ? await found(...from.args) : found;
    }
  }
}
