/** Batched tensors, and the vmaps that run inside one another. */
import { TorshError } from '../../errors';
import { intercept, useRefusal, type Interceptor } from '../../runtime/call';
import type { OpSignature } from '../../runtime/signature';
import { Tensor } from '../../tensor';
import { expand, select, unsqueeze } from '../../gen/ops';

export type Randomness = 'error' | 'same' | 'different';
/** One vmap at work. */
export interface Level { readonly depth: number; readonly size: number; readonly randomness: Randomness; open: boolean }

/** What a function inside vmap sees: a tensor of one sample's shape that stands for those of all samples, which lie along dim 0 of value. */
export class Batched extends Tensor {
  constructor(readonly value: Tensor, readonly level: Level) { super(); }
  override dispose(): void { /* one sample's end is not the batch's */ }
  override get isDisposed(): boolean { return this.value.isDisposed; }
  override toString(): string { return `BatchedTensor(lvl=${this.level.depth}, bdim=0, value=\n    ${String(this.value).replace(/\n/g, '\n    ')}\n)`; }
  [Symbol.for('nodejs.util.inspect.custom')](): string { return this.toString(); }
}

const levels: Level[] = [];
/** How many of the levels count: rules run below the level that they are for. */
let depth = 0;
let interceptor: Interceptor | null = null;
export function useInterceptor(f: Interceptor): void { interceptor = f; }

function setDepth(n: number): void {
  depth = n;
  intercept(n > 0 ? interceptor : null);
}

/** Runs fn with a new level inside the others. */
export function within<T>(size: number, randomness: Randomness, fn: (level: Level) => T): T {
  const level: Level = { depth: depth + 1, size, randomness, open: true };
  const outer = levels.splice(depth); // those that do not count now come back afterwards
  levels.push(level);
  setDepth(level.depth);
  try {
    return fn(level);
  } finally {
    level.open = false;
    levels.length = level.depth - 1;
    levels.push(...outer);
    setDepth(level.depth - 1);
  }
}

/** Runs fn with the levels outside of `level` alone. */
export function below<T>(level: Level, fn: () => T): T {
  const before = depth;
  setDepth(level.depth - 1);
  try {
    return fn();
  } finally {
    setDepth(before);
  }
}

/** The innermost level that counts; null: none does. */
export const innermost = (): Level | null => (depth > 0 ? levels[depth - 1] : null);
export const inForce = (level: Level): boolean => level.open && level.depth <= depth && levels[level.depth - 1] === level;

export const isAt = (x: unknown, level: Level): x is Batched => x instanceof Batched && x.level === level;
export const isBatched = (x: unknown): x is Batched => x instanceof Batched;

export const refusalOf = (text: string, code: 'ERR_ARGUMENT' | 'ERR_SHAPE' | 'ERR_UNSUPPORTED' = 'ERR_ARGUMENT'): TorshError => new TorshError(code, 'vmap', `vmap: ${text}`);
export const escaped = (): TorshError => refusalOf('this tensor belongs to a call of vmap that has ended; what a function leaves behind cannot be used, only what it returns');
export const dataDependent = (what: string): TorshError =>
  refusalOf(`It looks like you're calling .${what}() on a Tensor, or using one in control flow that depends on its values. The function runs once for all samples: use operations on tensors (where, masks) instead`, 'ERR_UNSUPPORTED');

useRefusal((t, op) => {
  if (!isBatched(t)) return;
  throw inForce(t.level) ? dataDependent(op === 'toTypedArray' ? 'tolist' : op) : escaped();
});

/** The values of all samples, batch in front, of a tensor that may be the same for all of them. To be called below the level. */
export const full = (t: Tensor, level: Level): Tensor => (isAt(t, level) ? t.value : expand(unsqueeze(t, 0), [level.size, ...t.shape]));

/** t with values of its own for each sample of every level that counts. */
export function everywhere(t: Tensor): Tensor {
  return levels.slice(0, depth).reduce((x, level) => withLevel(x, level), t);
}
function withLevel(t: Tensor, level: Level): Tensor {
  if (isAt(t, level)) return t;
  if (isBatched(t) && t.level.depth > level.depth) return new Batched(below(t.level, () => withLevel(t.value, level)), t.level);
  return new Batched(below(level, () => full(t, level)), level);
}

/** The deepest level among the tensors of some values. */
export function levelOf(values: readonly unknown[]): Level | null {
  let found: Level | null = null;
  for (const v of values) {
    if (typeof v !== 'object' || v === null) continue;
    const level = isBatched(v) ? v.level : Array.isArray(v) && typeof v[0] !== 'number' ? levelOf(v as unknown[]) : null;
    if (level !== null && (found === null || level.depth > found.depth)) found = level;
  }
  return found;
}

/** Every tensor of a result replaced; names of fields stay. */
export function mapResult(sig: OpSignature, result: unknown, fn: (t: Tensor, i: number) => unknown): unknown {
  if (result instanceof Tensor) return fn(result, 0);
  if (!Array.isArray(result)) return result;
  const list = result.map((t: unknown, i) => (t instanceof Tensor ? fn(t, i) : t));
  sig.fields?.forEach((f, i) => { if (f) Object.defineProperty(list, f, { value: list[i], enumerable: false }); });
  return list;
}

/** Sample i of every value of a level. */
export function sample(x: unknown, level: Level, i: number): unknown {
  if (isAt(x, level)) return select(x.value, 0, i);
  return Array.isArray(x) ? x.map((y) => sample(y, level, i)) : x;
}
