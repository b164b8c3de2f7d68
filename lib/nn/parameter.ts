import { TorshError } from '../errors';
import { Tensor, isTensor } from '../tensor';

// Kinds are recognised by brand: one process may hold this file twice (import and require, test realms).
const parameterBrand: unique symbol = Symbol.for('torsh.nn.Parameter');
const bufferBrand: unique symbol = Symbol.for('torsh.nn.Buffer');

function source(data: unknown, name: string): Tensor {
  if (!isTensor(data)) throw new TorshError('ERR_ARGUMENT', name, `${name}: data must be a tensor, but got ${data === null ? 'null' : typeof data}`);
  return data;
}

/**
 * A tensor that belongs to a module: found by parameters(), saved by stateDict(). Shares the storage of `data`, outside its graph.
 *
 * @example
 * ```js
 * const p = new torsh.nn.Parameter(torsh.zeros(2));
 * console.log(p);
 * // Parameter containing:
 * // tensor([0., 0.], requires_grad=True)
 * ```
 */
export class Parameter extends Tensor {
  declare readonly [parameterBrand]: true;

  constructor(data: Tensor, requiresGrad: boolean | { requiresGrad?: boolean } = true) {
    const leaf = source(data, 'Parameter').detach();
    super(leaf);
    leaf.dispose();
    this.requiresGrad = typeof requiresGrad === 'object' ? requiresGrad.requiresGrad ?? true : requiresGrad;
  }
}
Object.defineProperty(Parameter.prototype, parameterBrand, { value: true });

/**
 * A tensor that is saved and converted with its module but not trained: `this.mask = new nn.Buffer(t)` registers it.
 *
 * @example
 * ```js
 * class Counter extends torsh.nn.Module {
 *   constructor() {
 *     super();
 *     this.count = new torsh.nn.Buffer(torsh.zeros([]));
 *   }
 * }
 * console.log(Object.keys(new Counter().stateDict())); // [ 'count' ]
 * ```
 */
export class Buffer extends Tensor {
  declare readonly [bufferBrand]: true;
  /** False keeps it out of the state dict. */
  declare readonly persistent: boolean;

  constructor(data: Tensor, options: boolean | { persistent?: boolean } = true) {
    const leaf = source(data, 'Buffer').detach();
    super(leaf);
    leaf.dispose();
    Object.defineProperty(this, 'persistent', { value: typeof options === 'object' ? options.persistent ?? true : options });
  }
}
Object.defineProperty(Buffer.prototype, bufferBrand, { value: true });

export const isParameter = (x: unknown): x is Parameter => isTensor(x) && (x as unknown as Partial<Parameter>)[parameterBrand] === true;
export const isBuffer = (x: unknown): x is Buffer => isTensor(x) && (x as unknown as Partial<Buffer>)[bufferBrand] === true;
