/**
 * Arguments by rule (PyTorch's order, or names in one trailing options object). Shared by ops, modules and optimizers.
 * A signature is written as in PyTorch's docs, in camelCase: 'inFeatures, outFeatures, bias=true, *, dtype=null'.
 * '...size' may be spread or an array (of tensors, in signatures of ops: '...tensors'); 'modules{}' takes a plain object as its value rather than as options.
 */
import { TorshError } from './errors';
import { isBranded } from './runtime/brand';
import { isComplexNumber } from './runtime/dtype';

export interface Param {
  name: string;
  keywordOnly: boolean;
  required: boolean;
  default: unknown;
  /** 'numbers' or 'tensors': several of them may stand in place of an array. */
  spread: 'numbers' | 'tensors' | null;
  mapping: boolean;
}

export interface Signature {
  name: string;
  params: Param[];
  positional: number;
  index: Map<string, number>;
}

/** A signature, read when it is first used; defaults are JSON values. Call it once, at module level. */
export function signature(name: string, text: string): Signature {
  let parts: Omit<Signature, 'name'> | null = null;
  const read = (): Omit<Signature, 'name'> => (parts ??= parse(text));
  return { name, get params() { return read().params; }, get positional() { return read().positional; }, get index() { return read().index; } };
}

function parse(text: string): Omit<Signature, 'name'> {
  const params: Param[] = [];
  let keywordOnly = false;
  for (const raw of splitTop(text)) {
    const part = raw.trim();
    if (part === '*') { keywordOnly = true; continue; }
    if (part === '') continue;
    const eq = part.indexOf('=');
    let id = eq < 0 ? part : part.slice(0, eq);
    const spread = id.startsWith('...') ? 'numbers' : null;
    if (spread) id = id.slice(3);
    const mapping = id.endsWith('{}');
    if (mapping) id = id.slice(0, -2);
    params.push({ name: id, keywordOnly, required: eq < 0, default: eq < 0 ? undefined : JSON.parse(part.slice(eq + 1)), spread, mapping });
  }
  const index = new Map(params.map((p, i) => [p.name, i] as const));
  if (index.has('dim') && !index.has('axis')) index.set('axis', index.get('dim')!);
  const keywords = params.findIndex((p) => p.keywordOnly);
  return { params, positional: keywords < 0 ? params.length : keywords, index };
}

function splitTop(text: string): string[] {
  const parts: string[] = [];
  let depth = 0, start = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === '[' || c === '{') depth++;
    else if (c === ']' || c === '}') depth--;
    else if (c === ',' && depth === 0) { parts.push(text.slice(start, i)); start = i + 1; }
  }
  parts.push(text.slice(start));
  return parts;
}

/** True for what stands for options: an object literal, not a class instance. */
export function isPlainObject(x: unknown): x is Record<string, unknown> {
  if (typeof x !== 'object' || x === null) return false;
  const proto: unknown = Object.getPrototypeOf(x);
  // Compared by shape, not identity: Jest realms and iframes have their own Object.prototype.
  return proto === null || (Object.getPrototypeOf(proto) === null && Object.prototype.hasOwnProperty.call(proto, 'isPrototypeOf'));
}

const isNumeric = (x: unknown): boolean => typeof x === 'number' || typeof x === 'bigint';

/** Values in the signature's order; a missing optional one is its default. `first` supplies a method's `this`. */
export function bind(sig: Signature, args: ArrayLike<unknown>, first?: unknown): unknown[] {
  const values = tryBind(sig, args, first);
  if (typeof values === 'string') throw new TorshError('ERR_ARGUMENT', sig.name, `${sig.name}: ${values}`);
  return values;
}

/** The same; what is wrong with the arguments comes back in words. */
export function tryBind(sig: Signature, args: ArrayLike<unknown>, first?: unknown): unknown[] | string {
  const { params } = sig;
  const values: unknown[] = new Array(params.length).fill(undefined);
  let at = 0;
  if (first !== undefined) values[at++] = first;
  let n = args.length;
  let options: Record<string, unknown> | null = null;
  if (n > 0) {
    const last = args[n - 1];
    const place = params[n - 1 + at];
    if (isPlainObject(last) && !isComplexNumber(last) && !(place && place.mapping && !place.keywordOnly)) { options = last; n--; }
  }
  for (let i = 0; i < n;) {
    if (at >= sig.positional) {
      return `takes ${sig.positional} positional argument${sig.positional === 1 ? '' : 's'} but more were given`;
    }
    const { spread } = params[at];
    const fits = spread === 'tensors' ? isBranded : isNumeric;
    if (spread !== null && fits(args[i])) {
      const list: unknown[] = [];
      while (i < n && fits(args[i])) list.push(args[i++]);
      values[at++] = list;
    } else {
      values[at++] = args[i++];
    }
  }
  if (options) {
    for (const key of Object.keys(options)) {
      if (options[key] === undefined) continue;
      const i = sig.index.get(key);
      if (i === undefined) return `got an unexpected option '${key}'`;
      if (values[i] !== undefined) return `got multiple values for argument '${key}'`;
      values[i] = options[key];
    }
  }
  for (let i = 0; i < params.length; i++) {
    if (values[i] !== undefined) continue;
    if (params[i].required) {
      if (params[i].spread) { values[i] = []; continue; }
      return `missing required argument '${params[i].name}'`;
    }
    values[i] = params[i].default;
  }
  return values;
}
