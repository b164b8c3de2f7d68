/** torsh.nn.utils.prune: parameters with zeros by masks. https://pytorch.org/docs/stable/nn.html#utilities */
import { bind, isPlainObject, signature } from '../bind';
import { noGrad } from '../autograd';
import { TorshError } from '../errors';
import * as ops from '../gen/ops';
import { keep, type Tensor } from '../tensor';
import { internals } from './fields';
import type { Module } from './module';
import { isParameter, type Parameter } from './parameter';
import { take } from './parametrize';
import { pySize } from './repr';

type Fields = Record<string, Tensor>;
const fieldsOf = (module: Module): Fields => module as unknown as Fields;

function fail(text: string, code: 'ERR_ARGUMENT' | 'ERR_INDEX' = 'ERR_ARGUMENT'): never {
  throw new TorshError(code, 'prune', `prune: ${text}`);
}

/** Fractions are numbers below 1 that are not whole; 1 is one, not all. */
function checkAmount(amount: unknown): number {
  if (typeof amount !== 'number') return fail(`Invalid type for amount: ${String(amount)}. Must be int or float.`);
  if (!(amount >= 0) || (amount > 1 && !Number.isInteger(amount))) {
    fail(`amount=${amount} should either be a float in the range [0, 1] or a non-negative integer`);
  }
  return amount;
}

/** Python's round: halves to even. */
function round(x: number): number {
  const down = Math.floor(x), rest = x - down;
  return rest > 0.5 || (rest === 0.5 && down % 2 === 1) ? down + 1 : down;
}

function countOf(amount: number, size: number): number {
  const n = Number.isInteger(amount) ? amount : round(amount * size);
  if (n > size) fail(`amount=${n} should be smaller than the number of parameters to prune=${size}`);
  return n;
}

type PruningType = 'unstructured' | 'structured' | 'global';
interface Hook { (module: Module): void; method: BasePruningMethod }

function find(module: Module, name: string): { id: number; run: Hook } | undefined {
  return module[internals].forwardPre.list().find(({ run }) => (run as Partial<Hook>).method?._tensorName === name) as { id: number; run: Hook } | undefined;
}

/** The mask of a pruned parameter, or undefined. */
export const maskOf = (module: Module, name: string): Tensor | undefined => (find(module, name) ? fieldsOf(module)[`${name}_mask`] : undefined);
/** The parameter anew, after its mask has changed. */
export function refreshPruned(module: Module, name: string): void {
  find(module, name)?.run(module);
}

/** A way to choose what becomes zero: write computeMask, and set PRUNING_TYPE. */
export abstract class BasePruningMethod {
  declare static PRUNING_TYPE: PruningType;
  _tensorName: string | null = null;
  /** The dim whose slices a structured method removes. */
  declare dim?: number;

  /** The mask, ones to keep, of a tensor by whose values (or scores) is chosen; what defaultMask leaves out stays out. */
  abstract computeMask(t: Tensor, defaultMask: Tensor): Tensor;

  get _type(): PruningType { return (this.constructor as typeof BasePruningMethod).PRUNING_TYPE; }

  /** The original times the mask. */
  applyMask(module: Module): Tensor {
    const original = fieldsOf(module)[`${this._tensorName!}_orig`];
    return fieldsOf(module)[`${this._tensorName!}_mask`].to(original.dtype).mul(original);
  }

  /** t with the chosen elements zero. */
  prune(t: Tensor, defaultMask: Tensor | null = null, importanceScores: Tensor | null = null): Tensor {
    if (importanceScores && pySize(importanceScores.shape) !== pySize(t.shape)) fail('importance_scores should have the same shape as tensor t');
    return t.mul(noGrad(() => this.computeMask(importanceScores ?? t, defaultMask ?? ops.onesLike(t))));
  }

  /** The masked values become the parameter's own. */
  remove(module: Module): void {
    const name = this._tensorName;
    if (name === null) fail(`Module ${String(module)} has to be pruned before pruning can be removed`);
    const weight = noGrad(() => this.applyMask(module)), original = fieldsOf(module)[`${name}_orig`] as Parameter;
    for (const field of [name, `${name}_orig`, `${name}_mask`]) take(module, field);
    original.data = keep(weight.detach());
    module.registerParameter(name, original);
  }

  /** Prunes a parameter by a new method, on top of what has been pruned. */
  static apply(module: Module, name: string, ...args: any[]): BasePruningMethod {
    const last: unknown = args[args.length - 1];
    let scores: Tensor | null = null;
    if (isPlainObject(last) && 'importanceScores' in last) {
      const { importanceScores, ...rest } = last;
      scores = importanceScores as Tensor | null;
      args = [...args.slice(0, -1), ...Object.keys(rest).length > 0 ? [rest] : []];
    }
    const method = new (this as unknown as new (...list: any[]) => BasePruningMethod)(...args);
    return applyMethod(method, module, name, scores);
  }
}

function applyMethod(method: BasePruningMethod, module: Module, name: string, scores: Tensor | null): BasePruningMethod {
  const old = find(module, name), current = fieldsOf(module)[name];
  if (!old && !isParameter(current)) fail(`module ${String(module)} has no parameter '${name}'`);
  if (scores && pySize(scores.shape) !== pySize(current.shape)) fail(`importance_scores should have the same shape as parameter ${name} of ${String(module)}`);
  method._tensorName = name;
  let all = method;
  if (old) {
    const before = old.run.method;
    all = new PruningContainer(...before instanceof PruningContainer ? before : [before], method);
  }
  noGrad(() => {
    // Nothing has changed yet where this throws.
    const mask = all.computeMask((scores ?? current).detach(), old ? fieldsOf(module)[`${name}_mask`].detach().clone() : ops.onesLike(current));
    if (old) {
      module[internals].forwardPre.delete(old.id);
    } else {
      take(module, name);
      module.registerParameter(`${name}_orig`, current as Parameter);
    }
    module.registerBuffer(`${name}_mask`, mask.detach());
  });
  const hook = Object.assign((m: Module) => { fieldsOf(m)[name] = keep(all.applyMask(m)); }, { method: all });
  hook(module);
  module.registerForwardPreHook(hook);
  return all;
}

/** Methods applied one after the other, each to what those before have left. */
export class PruningContainer extends BasePruningMethod {
  readonly _methods: BasePruningMethod[] = [];
  constructor(...methods: BasePruningMethod[]) {
    super();
    this._tensorName = methods[0]?._tensorName ?? null;
    for (const method of methods) this.addPruningMethod(method);
  }
  addPruningMethod(method: BasePruningMethod): void {
    if (!(method instanceof BasePruningMethod)) fail(`${typeof method} is not a BasePruningMethod subclass`);
    if (this._tensorName !== method._tensorName) {
      fail(`Can only add pruning methods acting on the parameter named '${String(this._tensorName)}' to PruningContainer. Found '${String(method._tensorName)}'`);
    }
    this._methods.push(method);
  }
  get length(): number { return this._methods.length; }
  [Symbol.iterator](): Iterator<BasePruningMethod> { return this._methods[Symbol.iterator](); }
  at(index: number): BasePruningMethod | undefined { return this._methods.at(index); }

  computeMask(t: Tensor, defaultMask: Tensor): Tensor {
    const method = this._methods[this._methods.length - 1], mask = defaultMask.to(t.dtype);
    if (method._type === 'global') return method.computeMask(t, mask);
    if (method._type === 'unstructured') {
      // Only what is still there is looked at.
      const left = ops.nonzero(mask.reshape([-1]).eq(1)).reshape([-1]);
      const partial = method.computeMask(t.reshape([-1]).indexSelect(0, left), mask.reshape([-1]).indexSelect(0, left));
      return mask.reshape([-1]).clone().indexCopy(0, left, partial.to(mask.dtype)).reshape(mask.shape);
    }
    if (method._type === 'structured') {
      if (method.dim === undefined) fail('Pruning methods of PRUNING_TYPE "structured" need to have the attribute `dim` defined.');
      const dim = method.dim < 0 ? method.dim + t.ndim : method.dim;
      if (dim < 0) fail(`Index is out of bounds for tensor with dimensions ${t.ndim}`, 'ERR_INDEX');
      const left = ops.nonzero(mask.transpose(0, dim).reshape([t.shape[dim], -1]).sum(1).ne(0)).reshape([-1]);
      const partial = method.computeMask(t.indexSelect(dim, left), mask.indexSelect(dim, left));
      return mask.clone().indexCopy(dim, left, partial.to(mask.dtype));
    }
    return fail(`Unrecognized PRUNING_TYPE ${String(method._type)}`);
  }
}

const zeroAt = (mask: Tensor, indices: Tensor): Tensor => mask.reshape([-1]).clone().indexFill(0, indices, 0).reshape(mask.shape);

/** Prunes nothing; the parameter gets its mask. */
export class Identity extends BasePruningMethod {
  static override PRUNING_TYPE: PruningType = 'unstructured';
  computeMask(_t: Tensor, defaultMask: Tensor): Tensor { return defaultMask; }
}

abstract class Counted extends BasePruningMethod {
  amount: number;
  constructor(amount: number) {
    super();
    this.amount = checkAmount(amount);
  }
}

const sigs = {
  amount: signature('prune', 'amount'),
  amountDim: signature('prune', 'amount, dim=-1'),
  amountNDim: signature('prune', 'amount, n, dim=-1'),
  mask: signature('prune', 'mask'),
  function: {
    randomUnstructured: signature('randomUnstructured', 'module, name, amount'),
    l1Unstructured: signature('l1Unstructured', 'module, name, amount, importanceScores=null'),
    randomStructured: signature('randomStructured', 'module, name, amount, dim=-1'),
    lnStructured: signature('lnStructured', 'module, name, amount, n, dim=-1, importanceScores=null'),
    customFromMask: signature('customFromMask', 'module, name, mask'),
    globalUnstructured: signature('globalUnstructured', 'parameters, pruningMethod, importanceScores=null'),
  },
};

/** Random elements. */
export class RandomUnstructured extends Counted {
  static override PRUNING_TYPE: PruningType = 'unstructured';
  constructor(...args: [amount: number] | [options: { amount: number }]) { super(bind(sigs.amount, args)[0] as number); }
  computeMask(t: Tensor, defaultMask: Tensor): Tensor {
    const n = countOf(this.amount, t.numel());
    return n === 0 ? defaultMask.clone() : zeroAt(defaultMask, ops.topk(ops.rand([t.numel()]), n)[1]);
  }
}

/** The elements nearest to zero. */
export class L1Unstructured extends Counted {
  static override PRUNING_TYPE: PruningType = 'unstructured';
  constructor(...args: [amount: number] | [options: { amount: number }]) { super(bind(sigs.amount, args)[0] as number); }
  computeMask(t: Tensor, defaultMask: Tensor): Tensor {
    const n = countOf(this.amount, t.numel());
    return n === 0 ? defaultMask.clone() : zeroAt(defaultMask, ops.topk(t.abs().reshape([-1]), n, { largest: false })[1]);
  }
}

abstract class Structured extends Counted {
  static override PRUNING_TYPE: PruningType = 'structured';
  override dim: number;
  constructor(amount: number, dim: number) {
    super(amount);
    this.dim = dim;
  }
  /** One number for each slice; the smallest are removed. */
  abstract _scores(t: Tensor, dim: number): Tensor;
  computeMask(t: Tensor, defaultMask: Tensor): Tensor {
    if (t.ndim <= 1) fail(`Structured pruning can only be applied to multidimensional tensors. Found tensor of shape ${pySize(t.shape)} with ${t.ndim} dims`);
    if (this.dim >= t.ndim || this.dim < -t.ndim) fail(`Invalid index ${this.dim} for tensor of size ${pySize(t.shape)}`, 'ERR_INDEX');
    const dim = this.dim < 0 ? this.dim + t.ndim : this.dim, size = t.shape[dim], n = countOf(this.amount, size);
    if (n === 0) return defaultMask;
    const kept = ops.topk(this._scores(t, dim), size - n)[1];
    return ops.zerosLike(t).indexFill(dim, kept, 1).mul(defaultMask.to(t.dtype));
  }
}

/** Random slices along dim. */
export class RandomStructured extends Structured {
  constructor(...args: [amount: number, dim?: number] | [options: { amount: number; dim?: number }]) {
    const [amount, dim] = bind(sigs.amountDim, args) as [number, number];
    super(amount, dim);
  }
  _scores(t: Tensor, dim: number): Tensor { return ops.rand([t.shape[dim]]); }
}

/** The slices along dim of the smallest n-norm. */
export class LnStructured extends Structured {
  n: number | 'fro';
  constructor(...args: [amount: number, n: number | 'fro', dim?: number] | [options: { amount: number; n: number | 'fro'; dim?: number }]) {
    const [amount, n, dim] = bind(sigs.amountNDim, args) as [number, number | 'fro', number];
    super(amount, dim);
    this.n = n;
  }
  _scores(t: Tensor, dim: number): Tensor {
    return t.transpose(0, dim).reshape([t.shape[dim], -1]).norm(this.n === 'fro' ? 2 : this.n, 1);
  }
}

/** The zeros of a given mask. */
export class CustomFromMask extends BasePruningMethod {
  static override PRUNING_TYPE: PruningType = 'global';
  mask: Tensor;
  constructor(...args: [mask: Tensor] | [options: { mask: Tensor }]) {
    super();
    this.mask = keep(bind(sigs.mask, args)[0] as Tensor);
  }
  computeMask(_t: Tensor, defaultMask: Tensor): Tensor {
    if (pySize(this.mask.shape) !== pySize(defaultMask.shape)) fail(`the mask has shape ${pySize(this.mask.shape)}, but the parameter has ${pySize(defaultMask.shape)}`);
    return defaultMask.mul(this.mask.to(defaultMask.dtype));
  }
}

/** The parameter as name_orig times name_mask, a mask of ones. */
export function identity<M extends Module>(module: M, name: string): M {
  applyMethod(new Identity(), module, name, null);
  return module;
}

/** Prunes amount elements (or that fraction of them, below 1) at random. */
export function randomUnstructured<M extends Module>(module: M, name: string, amount: number | { amount: number }): M;
export function randomUnstructured(...args: unknown[]): Module {
  const [module, name, amount] = bind(sigs.function.randomUnstructured, args) as [Module, string, number];
  applyMethod(new RandomUnstructured(amount), module, name, null);
  return module;
}

/**
 * Prunes the elements of smallest magnitude, or of smallest scores.
 *
 * @example
 * ```js
 * const m = new torsh.nn.Linear(4, 2);
 * torsh.nn.utils.prune.l1Unstructured(m, 'weight', 0.5);
 * console.log(m.weight.eq(0).sum()); // tensor(4)
 * ```
 */
export function l1Unstructured<M extends Module>(module: M, name: string, amount: number, importanceScores?: Tensor | null | { importanceScores?: Tensor | null }): M;
export function l1Unstructured<M extends Module>(module: M, name: string, options: { amount: number; importanceScores?: Tensor | null }): M;
export function l1Unstructured(...args: unknown[]): Module {
  const [module, name, amount, scores] = bind(sigs.function.l1Unstructured, args) as [Module, string, number, Tensor | null];
  applyMethod(new L1Unstructured(amount), module, name, scores);
  return module;
}

/** Prunes slices along dim at random. */
export function randomStructured<M extends Module>(module: M, name: string, amount: number, dim?: number): M;
export function randomStructured<M extends Module>(module: M, name: string, options: { amount: number; dim?: number }): M;
export function randomStructured(...args: unknown[]): Module {
  const [module, name, amount, dim] = bind(sigs.function.randomStructured, args) as [Module, string, number, number];
  applyMethod(new RandomStructured(amount, dim), module, name, null);
  return module;
}

/** Prunes the slices along dim of smallest n-norm. */
export function lnStructured<M extends Module>(module: M, name: string, amount: number, n: number | 'fro', dim?: number, importanceScores?: Tensor | null): M;
export function lnStructured<M extends Module>(module: M, name: string, options: { amount: number; n: number | 'fro'; dim?: number; importanceScores?: Tensor | null }): M;
export function lnStructured(...args: unknown[]): Module {
  const [module, name, amount, n, dim, scores] = bind(sigs.function.lnStructured, args) as [Module, string, number, number, number, Tensor | null];
  applyMethod(new LnStructured(amount, n, dim), module, name, scores);
  return module;
}

/** Prunes where the mask is 0. */
export function customFromMask<M extends Module>(module: M, name: string, mask: Tensor | { mask: Tensor }): M;
export function customFromMask(...args: unknown[]): Module {
  const [module, name, mask] = bind(sigs.function.customFromMask, args) as [Module, string, Tensor];
  applyMethod(new CustomFromMask(mask), module, name, null);
  return module;
}

type Pair = readonly [module: Module, name: string];

/**
 * Prunes all parameters, [module, name] pairs, together, as if they were one, by an unstructured method; options other than
 * importanceScores, rows of [module, name, scores], go to the method.
 */
export function globalUnstructured(
  parameters: Iterable<Pair>, pruningMethod: new (...args: any[]) => BasePruningMethod,
  options: { importanceScores?: Iterable<readonly [Module, string, Tensor]> | null; [option: string]: unknown } = {},
): void {
  if (typeof (parameters as Partial<Iterable<Pair>> | null)?.[Symbol.iterator] !== 'function') fail('global_unstructured(): parameters is not an Iterable');
  const { importanceScores, ...rest } = options;
  const scores = [...importanceScores ?? []], pairs = [...parameters];
  const method = new pruningMethod(rest);
  if (method._type !== 'unstructured') {
    fail(`Only "unstructured" PRUNING_TYPE supported for the \`pruning_method\`. Found method ${pruningMethod.name} of type ${method._type}`);
  }
  noGrad(() => {
    const flat = (list: Tensor[]): Tensor => ops.cat(list.map((t) => t.detach().reshape([-1])));
    const tensors = pairs.map(([module, name]) => fieldsOf(module)[name]);
    const values = flat(pairs.map(([module, name], i) => scores.find(([m, n]) => m === module && n === name)?.[2] ?? tensors[i]));
    const masks = flat(pairs.map(([module, name], i) => (find(module, name) ? fieldsOf(module)[`${name}_mask`] : ops.onesLike(tensors[i]))));
    const mask = new PruningContainer(method).computeMask(values, masks);
    let at = 0;
    pairs.forEach(([module, name], i) => {
      const n = tensors[i].numel();
      applyMethod(new CustomFromMask(mask.narrow(0, at, n).reshape(tensors[i].shape).clone()), module, name, null);
      at += n;
    });
  });
}

/** Makes the pruning of a parameter final. */
export function remove<M extends Module>(module: M, name: string): M {
  const hook = find(module, name);
  if (!hook) fail(`Parameter '${name}' of module ${String(module)} has to be pruned before pruning can be removed`);
  hook.run.method.remove(module);
  module[internals].forwardPre.delete(hook.id);
  return module;
}

/** True when some parameter of the module, or of one below it, is pruned. */
export function isPruned(module: Module): boolean {
  return module.modules().some((m) => m[internals].forwardPre.list().some(({ run }) => {
    const { method } = run as Partial<Hook>;
    return method instanceof BasePruningMethod;
  }));
}
