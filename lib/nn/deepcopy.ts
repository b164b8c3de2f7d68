/** copy.deepcopy of Python: nothing of the copy is shared with the original, and what was shared inside stays shared. */
import { TorshError } from '../errors';
import { isTensor, type Tensor } from '../tensor';
import { noGrad } from '../autograd';
import { isModule } from './fields';
import { Buffer, Parameter, isBuffer, isParameter } from './parameter';

/**
 * A copy of modules, tensors (leaves only), optimizers, arrays, objects, Maps and Sets; functions are shared.
 *
 * @example
 * ```js
 * const m = new torsh.nn.Linear(2, 2);
 * console.log(torsh.equal(torsh.deepcopy(m).weight, m.weight)); // true
 * ```
 */
export function deepcopy<T>(value: T, memo: Map<unknown, unknown> = new Map()): T {
  return copy(value, memo) as T;
}

function copy(value: unknown, memo: Map<unknown, unknown>): unknown {
  if ((typeof value !== 'object' && !isModule(value)) || value === null) return value;
  const known = memo.get(value);
  if (known !== undefined) return known;
  if (isModule(value)) return fill(value, value._blank(), memo);
  if (isTensor(value)) return copyTensor(value, memo);
  if (ArrayBuffer.isView(value)) return structuredClone(value);
  switch (kind(value)) {
    case 'Array': {
      const list: unknown[] = [];
      memo.set(value, list);
      for (const item of value as unknown[]) list.push(copy(item, memo));
      return list;
    }
    case 'Map': {
      const map = new Map<unknown, unknown>();
      memo.set(value, map);
      for (const [k, v] of value as Map<unknown, unknown>) map.set(copy(k, memo), copy(v, memo));
      return map;
    }
    case 'Set': {
      const set = new Set<unknown>();
      memo.set(value, set);
      for (const v of value as Set<unknown>) set.add(copy(v, memo));
      return set;
    }
    case 'Date': case 'RegExp': case 'ArrayBuffer': return structuredClone(value);
    default: return fill(value, Object.create(Object.getPrototypeOf(value) as object | null) as object, memo);
  }
}

function fill(from: object, to: object, memo: Map<unknown, unknown>): object {
  memo.set(from, to);
  for (const key of Object.getOwnPropertyNames(from)) {
    const descriptor = Object.getOwnPropertyDescriptor(from, key)!;
    if ('value' in descriptor) descriptor.value = copy(descriptor.value, memo);
    Object.defineProperty(to, key, descriptor);
  }
  return to;
}

const kind = (value: object): string => Object.prototype.toString.call(value).slice(8, -1);

function copyTensor(value: Tensor, memo: Map<unknown, unknown>): Tensor {
  if (!value.isLeaf) {
    throw new TorshError('ERR_AUTOGRAD', 'deepcopy',
      'deepcopy: Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the moment');
  }
  const data = noGrad(() => value.detach().clone());
  const made = isParameter(value) ? new Parameter(data, value.requiresGrad)
    : isBuffer(value) ? new Buffer(data, value.persistent) : data.requiresGrad_(value.requiresGrad);
  // Uninitialized parameters stay that, and classes of one's own.
  if (Object.getPrototypeOf(made) !== Object.getPrototypeOf(value)) Object.setPrototypeOf(made, Object.getPrototypeOf(value) as object);
  memo.set(value, made);
  if (!isParameter(value) && value.grad) made.grad = copyTensor(value.grad, memo);
  return made;
}
