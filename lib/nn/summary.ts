/** torsh.summary: the layers of a model with their shapes, parameters and costs, as one call of it shows them. */
import { bind, isPlainObject, signature } from '../bind';
import { TorshError } from '../errors';
import { noGrad } from '../autograd';
import { dtypes, itemsizes } from '../runtime/dtype';
import * as ops from '../gen/ops';
import { tidy } from '../memory';
import { getRngState, setRngState } from '../random';
import { isTensor, type DType, type Tensor } from '../tensor';
import { deepcopy } from './deepcopy';
import { isModule, membersOf, nodesOf, type Node } from './fields';
import { registerModuleForwardHook, registerModuleForwardPreHook } from './global-hooks';
import { isUninitialized } from './lazy';
import type { Module } from './module';
import type { Parameter } from './parameter';
import { multAdds } from './summary-cost';
import { table } from './summary-table';

/** A tensor's shape; those of the tensors in an array or object; null for what holds none. */
export type Shapes = number[] | Shapes[] | { [name: string]: Shapes } | null;

export interface LayerSummary {
  /** The field of the layer above that holds it ('layers.0'), and its path from the model. */
  name: string;
  path: string;
  className: string;
  depth: number;
  inputShape: Shapes;
  outputShape: Shapes;
  /** Values in the layer's own parameters, not those of layers below. */
  params: number;
  /** null: the layer has no parameters of its own. */
  trainable: boolean | 'partial' | null;
  multAdds: number;
  paramBytes: number;
  outputBytes: number;
  /** A second or later call of the layer. */
  recursive: boolean;
  children: LayerSummary[];
}

export interface SummaryOptions {
  inputSize?: readonly number[] | readonly (readonly number[])[] | null;
  inputData?: unknown;
  /** Where sizes get a batch dim of 1. */
  batchDim?: number | null;
  /** Of inputs that are given by size, one each; default: that of the model's first floating-point parameter. */
  dtypes?: readonly DType[] | null;
  /** Layers further down are not printed. */
  depth?: number;
  mode?: 'eval' | 'train' | 'same';
}

export class ModelSummary {
  readonly totalParams: number;
  readonly trainableParams: number;
  readonly nonTrainableParams: number;
  readonly totalMultAdds: number;
  readonly paramBytes: number;
  readonly bufferBytes: number;
  /** Outputs of the innermost layers, and as many gradients. */
  readonly forwardBackwardBytes: number;
  readonly totalBytes: number;
  readonly #depth: number;

  constructor(readonly root: LayerSummary, model: Module, readonly inputBytes: number, depth: number) {
    const count = (list: readonly Parameter[]): number => list.reduce((n, p) => n + sizeOf(p), 0);
    const parameters = model.parameters();
    this.totalParams = count(parameters);
    this.trainableParams = count(parameters.filter((p) => p.requiresGrad));
    this.nonTrainableParams = this.totalParams - this.trainableParams;
    this.paramBytes = bytesOf(parameters);
    this.bufferBytes = bytesOf(model.buffers());
    const layers = this.layers;
    this.totalMultAdds = layers.reduce((n, layer) => n + layer.multAdds, 0);
    this.forwardBackwardBytes = 2 * layers.reduce((n, layer) => n + (layer.children.every((child) => child.outputShape === null) ? layer.outputBytes : 0), 0);
    this.totalBytes = this.inputBytes + this.paramBytes + this.bufferBytes + this.forwardBackwardBytes;
    this.#depth = depth;
  }
  /** All layers in the order in which they were called, the model first. */
  get layers(): LayerSummary[] {
    const list: LayerSummary[] = [];
    const visit = (layer: LayerSummary): void => { list.push(layer); layer.children.forEach(visit); };
    visit(this.root);
    return list;
  }
  toString(): string {
    return table(this, this.#depth);
  }
}
Object.defineProperty(ModelSummary.prototype, Symbol.for('nodejs.util.inspect.custom'), {
  value(this: ModelSummary): string { return this.toString(); },
});

const sizeOf = (t: Tensor): number => (isUninitialized(t) ? 0 : t.numel());
const bytesOf = (list: readonly Tensor[]): number => list.reduce((n, t) => n + sizeOf(t) * itemsizes[dtypes.indexOf(t.dtype)], 0);

function tensorsIn(value: unknown, found: Tensor[] = []): Tensor[] {
  if (isTensor(value)) found.push(value);
  else if (Array.isArray(value)) for (const item of value) tensorsIn(item, found);
  else if (typeof value === 'object' && value !== null) for (const item of Object.values(value)) tensorsIn(item, found);
  return found;
}

function shapesOf(value: unknown): Shapes {
  if (isTensor(value)) return [...value.shape];
  if (Array.isArray(value)) {
    const list = value.map(shapesOf).filter((s) => s !== null);
    return list.length > 0 ? list : null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const entries = Object.entries(value).map(([name, v]) => [name, shapesOf(v)] as const).filter(([, s]) => s !== null);
  return entries.length > 0 ? Object.fromEntries(entries) : null;
}
/** Of several values: one alone stands without brackets of its own. */
const unwrapped = (values: readonly unknown[]): Shapes => {
  const shapes = shapesOf(values);
  return Array.isArray(shapes) && shapes.length === 1 ? shapes[0] as Shapes : shapes;
};

function layerOf(module: Module, path: string, above: LayerSummary | null, recursive: boolean): LayerSummary {
  const own = membersOf(module).parameters.map(([, p]) => p);
  const trained = own.filter((p) => p.requiresGrad).length;
  const inside = above !== null && above.path !== '' && path.startsWith(`${above.path}.`);
  return {
    name: inside ? path.slice(above.path.length + 1) : path, path, className: module.constructor.name, depth: above === null ? 0 : above.depth + 1,
    inputShape: null, outputShape: null, params: own.reduce((n, p) => n + sizeOf(p), 0),
    trainable: own.length === 0 ? null : trained === own.length ? true : trained === 0 ? false : 'partial',
    multAdds: 0, paramBytes: bytesOf(own), outputBytes: 0, recursive, children: [],
  };
}

type Fields = Record<string, PropertyDescriptor>;

/** Runs fn, then gives every field of the model its value back; buffers are copies meanwhile, so that theirs do not change. */
function untouched<T>(model: Module, fn: () => T): T {
  // Descriptors, not values: a computed field is neither read nor written.
  const saved = [...nodesOf(model)].map(([, node]) => ({ node: node as unknown as Record<string, unknown>, fields: Object.getOwnPropertyDescriptors(node) as Fields }));
  const random = getRngState();
  try {
    for (const { node } of saved) for (const [name, buffer] of membersOf(node as unknown as Node).buffers) node[name] = deepcopy(buffer);
    return fn();
  } finally {
    setRngState(random);
    for (const { node, fields } of saved) {
      for (const name of Object.keys(node)) if (!Object.hasOwn(fields, name)) Reflect.deleteProperty(node, name);
      for (const [name, field] of Object.entries(fields)) {
        if (!('value' in field)) continue;
        const now = Object.getOwnPropertyDescriptor(node, name);
        if (!now || now.value !== field.value) Object.defineProperty(node, name, field);
      }
    }
  }
}

/** One call of the model, watched. */
function trace(model: Module, args: readonly unknown[]): LayerSummary {
  const paths = new Map<unknown, string>(model.namedModules().map(([path, module]) => [module, path]));
  const called = new Map<unknown, LayerSummary>();
  const stack: LayerSummary[] = [];
  let root: LayerSummary | null = null;
  const enter = registerModuleForwardPreHook((module: Module) => {
    const above = stack[stack.length - 1] ?? null;
    const layer = layerOf(module, paths.get(module) ?? '', above, called.has(module));
    if (above) above.children.push(layer);
    else root ??= layer;
    stack.push(layer);
  });
  const leave = registerModuleForwardHook((module: Module, inputs: unknown[], kwargs: Record<string, unknown>, output: unknown) => {
    const layer = stack.pop()!;
    const named = Object.keys(kwargs).length > 0 ? [...inputs, kwargs] : inputs;
    const [ins, outs] = [tensorsIn(named), tensorsIn(output)];
    // The first input may have decided the shapes of parameters.
    const own = layerOf(module, layer.path, null, false);
    Object.assign(layer, {
      params: layer.recursive ? 0 : own.params, paramBytes: layer.recursive ? 0 : own.paramBytes,
      inputShape: unwrapped(named), outputShape: shapesOf(output), outputBytes: bytesOf(outs), multAdds: multAdds(module, ins, outs),
    });
    called.set(module, called.get(module) ?? layer);
  }, { withKwargs: true, alwaysCall: true });
  try {
    (model as unknown as (...list: unknown[]) => unknown)(...args);
  } finally {
    enter.remove();
    leave.remove();
  }
  // Layers whose parameters others use count too.
  for (const [path, module] of model.namedModules()) {
    if (called.has(module) || membersOf(module).parameters.length === 0) continue;
    let at = path;
    while (at !== '' && !called.has(model.getSubmodule(at))) at = at.slice(0, Math.max(0, at.lastIndexOf('.')));
    const above = called.get(at === '' ? model : model.getSubmodule(at)) ?? root!;
    above.children.push(layerOf(module, path, above, false));
  }
  return root!;
}

/** Without an input: the tree of modules. */
function still(model: Module): LayerSummary {
  const root = layerOf(model, '', null, false);
  const visit = (module: Module, layer: LayerSummary): void => {
    for (const [name, child] of module.namedChildren()) {
      const below = layerOf(child, layer.path === '' ? name : `${layer.path}.${name}`, layer, false);
      layer.children.push(below);
      visit(child, below);
    }
  };
  visit(model, root);
  return root;
}

function fail(text: string): never {
  throw new TorshError('ERR_ARGUMENT', 'summary', `summary: ${text}`);
}

const isSize = (x: unknown): x is readonly number[] => Array.isArray(x) && x.every((n) => Number.isInteger(n) && n >= 0);

function inputsOf(model: Module, size: unknown, data: unknown, batchDim: number | null, kinds: readonly DType[] | null): unknown[] | null {
  if (data !== null) return Array.isArray(data) ? data as unknown[] : [data];
  if (size === null) return null;
  const list = isSize(size) ? [size] : size;
  if (!Array.isArray(list) || !list.every(isSize)) fail('inputSize must be a size or an array of sizes');
  const own = model.parameters().find((p) => p.isFloatingPoint())?.dtype ?? null;
  return (list as (readonly number[])[]).map((given, i) => {
    const sizes = [...given];
    if (batchDim !== null) sizes.splice(batchDim < 0 ? sizes.length + 1 + batchDim : batchDim, 0, 1);
    const dtype = kinds?.[i] ?? own;
    // Zeros are indices of every table.
    return dtype !== null && /int|bool/.test(dtype) ? ops.zeros(sizes, { dtype }) : ops.ones(sizes, { dtype });
  });
}

const sig = signature('summary', 'model, inputSize=null, inputData=null, batchDim=null, dtypes=null, depth=3, mode="eval"');
type Input = readonly number[] | readonly (readonly number[])[] | Tensor | readonly unknown[] | null;

/**
 * What a model consists of: for each layer the shapes that go in and come out, parameters, multiply-adds and bytes. The second argument is the
 * size of the input, an array of sizes, a tensor, or an array of arguments. The model is called once and is afterwards as it was.
 *
 * @example
 * ```js
 * const model = new torsh.nn.Sequential(new torsh.nn.Linear(4, 8), new torsh.nn.ReLU(), new torsh.nn.Linear(8, 2));
 * console.log(torsh.summary(model, { inputSize: [1, 4] }).totalParams); // 58
 * ```
 */
export function summary(model: Module, input?: Input, options?: SummaryOptions): ModelSummary;
export function summary(model: Module, options: SummaryOptions): ModelSummary;
export function summary(...args: unknown[]): ModelSummary {
  if (!isModule(args[0])) fail('expected a module');
  const given = args[1];
  const sized = given === undefined || given === null || isSize(given) || (Array.isArray(given) && given.length > 0 && given.every(isSize));
  if (!sized && (isTensor(given) || !isPlainObject(given as object))) args = [args[0], null, given, ...args.slice(2)];
  const [model, size, data, batchDim, kinds, depth, mode] = bind(sig, args) as [Module, unknown, unknown, number | null, readonly DType[] | null, number, string];
  if (mode !== 'eval' && mode !== 'train' && mode !== 'same') fail(`mode must be 'eval', 'train' or 'same', but got ${String(mode)}`);
  // A first input gives lazy layers their shapes for good: a copy takes it.
  const subject = [...model.parameters(), ...model.buffers()].some(isUninitialized) ? deepcopy(model) : model;
  return tidy(() => noGrad(() => {
    const inputs = inputsOf(subject, size, data, batchDim, kinds);
    if (inputs === null) return new ModelSummary(still(subject), subject, 0, depth);
    const root = untouched(subject, () => {
      if (mode !== 'same') subject.train(mode === 'train');
      return trace(subject, inputs);
    });
    return new ModelSummary(root, subject, bytesOf(tensorsIn(inputs)), depth);
  }));
}
