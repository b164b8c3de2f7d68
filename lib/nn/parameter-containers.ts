/** ParameterList and ParameterDict: tensors put into them become parameters. */
import { isTensor, type Tensor } from '../tensor';
import { TorshError } from '../errors';
import { pairsOf, placeOf } from './containers';
import { Module } from './module';
import { Parameter, isParameter } from './parameter';

type Fields = Record<string, unknown>;

const toParameter = (value: unknown): unknown => (isTensor(value) && !isParameter(value) ? new Parameter(value) : value);

const tensorTypes: Record<string, string> = {
  float32: 'FloatTensor', float64: 'DoubleTensor', float16: 'HalfTensor', bfloat16: 'BFloat16Tensor', int64: 'LongTensor',
  int32: 'IntTensor', int16: 'ShortTensor', int8: 'CharTensor', uint8: 'ByteTensor', bool: 'BoolTensor',
};

function describe(key: string, value: unknown, dtypeName: (t: Tensor) => string): string {
  if (!isTensor(value)) return `  (${key}): Object of type: ${value === null ? 'NoneType' : typeof value}`;
  return `  (${key}): ${isParameter(value) ? 'Parameter' : 'Tensor'} containing: [${dtypeName(value)} of size ${value.shape.join('x')}]`;
}

/**
 * A list of parameters; other values may stand in it too and are not registered.
 *
 * @example
 * ```js
 * const params = new torsh.nn.ParameterList([torsh.zeros(2), torsh.ones(3)]);
 * console.log(params.length, params.at(1).shape); // 2 [ 3 ]
 * ```
 */
export class ParameterList extends Module {
  readonly [index: number]: any;

  constructor(values?: Iterable<unknown> | null) {
    super();
    if (values !== undefined && values !== null) this.extend(values);
  }
  get length(): number {
    let n = 0;
    while (Object.hasOwn(this, n)) n++;
    return n;
  }
  *[Symbol.iterator](): Generator<any> {
    for (let i = 0; Object.hasOwn(this, i); i++) yield this[i];
  }
  at(index: number): any {
    return this[placeOf(this, index, this.length)];
  }
  set(index: number, value: unknown): void {
    (this as unknown as Fields)[placeOf(this, index, this.length)] = toParameter(value);
  }
  append(value: unknown): this {
    (this as unknown as Fields)[this.length] = toParameter(value);
    return this;
  }
  extend(values: Iterable<unknown>): this {
    if (typeof (values as Partial<Iterable<unknown>> | null)?.[Symbol.iterator] !== 'function' || isTensor(values)) {
      throw new TorshError('ERR_ARGUMENT', 'ParameterList', 'ParameterList: extend should be called with an iterable');
    }
    for (const value of [...values]) this.append(value);
    return this;
  }
  extraRepr(): string {
    return [...this].map((value, i) => describe(String(i), value, (t) => `torch.${t.dtype}`)).join('\n');
  }
}

/**
 * Parameters by name.
 *
 * @example
 * ```js
 * const params = new torsh.nn.ParameterDict({ left: torsh.zeros(2), right: torsh.ones(2) });
 * console.log([...params.keys()], params.get('right').requiresGrad); // [ 'left', 'right' ] true
 * ```
 */
export class ParameterDict extends Module {
  readonly [name: string]: any;

  constructor(parameters?: Record<string, unknown> | Iterable<[string, unknown]> | ParameterDict | null) {
    super();
    if (parameters !== undefined && parameters !== null) this.update(parameters);
  }
  get length(): number {
    return this.keys().length;
  }
  *[Symbol.iterator](): Generator<string> {
    yield* this.keys();
  }
  keys(): string[] {
    return Object.keys(this).filter((key) => key !== 'training');
  }
  values(): any[] {
    return this.keys().map((key) => this[key]);
  }
  items(): [string, any][] {
    return this.keys().map((key) => [key, this[key]]);
  }
  has(name: string): boolean {
    return name !== 'training' && Object.hasOwn(this, name);
  }
  get(name: string, otherwise: unknown = null): any {
    return this.has(name) ? this[name] : otherwise;
  }
  set(name: string, value: unknown): this {
    if (typeof name !== 'string' || (name in this && !this.has(name))) {
      throw new TorshError('ERR_ARGUMENT', 'ParameterDict', `ParameterDict: '${String(name)}' cannot be used as a key`);
    }
    (this as Fields)[name] = toParameter(value);
    return this;
  }
  setdefault(name: string, value: unknown = null): any {
    if (!this.has(name)) this.set(name, value);
    return this[name];
  }
  pop(name: string): any {
    if (!this.has(name)) throw new TorshError('ERR_INDEX', 'ParameterDict', `ParameterDict: no parameter named '${name}'`);
    const value = this[name];
    Reflect.deleteProperty(this, name);
    return value;
  }
  popitem(): [string, any] {
    const keys = this.keys();
    const last = keys[keys.length - 1];
    return [last, this.pop(last)];
  }
  clear(): void {
    for (const name of this.keys()) Reflect.deleteProperty(this, name);
  }
  copy(): ParameterDict {
    return new ParameterDict(this.items());
  }
  /** A ParameterDict with one value for all keys. */
  fromkeys(keys: Iterable<string>, value: unknown = null): ParameterDict {
    return new ParameterDict([...keys].map((key): [string, unknown] => [key, value]));
  }
  update(parameters: Record<string, unknown> | Iterable<[string, unknown]> | ParameterDict): this {
    for (const [name, value] of pairsOf(this, parameters)) this.set(name, value);
    return this;
  }
  extraRepr(): string {
    return this.items().map(([key, value]) => describe(key, value, (t) => `torch.${tensorTypes[t.dtype] ?? 'Tensor'}`)).join('\n');
  }
}
