/** What a function is called with, and what it returns, as a recording sees them: tensors in order, and the rest as a text. */
import { isPlainObject } from '../bind';
import { isModule } from '../nn/fields';
import type { Module } from '../nn/module';
import { generatorBrand } from '../runtime/call';
import { type Tensor, isTensor } from '../tensor';

/** Thrown for what a program cannot take or give; the message says why. */
export class Refusal extends Error {}

const MAX_KEY = 4096, MAX_DEPTH = 16;

const numbers = new WeakMap<object, number>();
let last = 0;
/** A number for an object, by identity. */
function numberOf(x: object): number {
  let n = numbers.get(x);
  if (n === undefined) numbers.set(x, n = ++last);
  return n;
}

const kind = (x: object): string => (x.constructor as { name?: string } | undefined)?.name ?? 'object';

function plain(x: unknown): string {
  switch (typeof x) {
    case 'number': return Object.is(x, -0) ? 'n-0,' : `n${x},`;
    case 'string': return `${JSON.stringify(x)},`;
    case 'boolean': return x ? 'T' : 'F';
    case 'bigint': return `b${x},`;
    case 'undefined': return 'U';
    default: return x === null ? 'N' : '';
  }
}

/** A text for the arguments of a call: equal ones may share a program, as far as their tensors (which go into the list) do. */
export function keyOf(args: readonly unknown[], tensors: Tensor[], modules: Module[]): string {
  let key = '';
  for (const x of args) {
    if (isTensor(x)) { tensors.push(x); key += 't'; } else key += describe(x, tensors, modules, 0);
  }
  return key;
}

function describe(x: unknown, tensors: Tensor[], modules: Module[], depth: number): string {
  if (isTensor(x)) { tensors.push(x); return 't'; }
  const text = plain(x);
  if (text !== '') return text;
  if (isModule(x)) modules.push(x);
  if (typeof x === 'function' || (x as Record<symbol, unknown>)[generatorBrand] !== undefined) return `f${numberOf(x as object)},`;
  if (depth === MAX_DEPTH) throw new Refusal('an argument is nested too deeply');
  let key: string;
  if (Array.isArray(x)) {
    if (x.length > MAX_KEY) throw new Refusal(`an argument is an array of ${x.length} values (a tensor could take its place)`);
    key = `[${x.map((v) => describe(v, tensors, modules, depth + 1)).join('')}]`;
  } else if (isPlainObject(x)) {
    key = `{${Object.entries(x).map(([name, v]) => `${JSON.stringify(name)}:${describe(v, tensors, modules, depth + 1)}`).join('')}}`;
  } else {
    throw new Refusal(`an argument is a ${kind(x as object)}, which may change unseen`);
  }
  if (key.length > 4 * MAX_KEY) throw new Refusal('an argument holds too many values (a tensor could take their place)');
  return key;
}

/** How to build what the function returned, from inputs and the tensors that a run of the program makes. */
export type Layout =
  | { kind: 'made'; at: number }
  | { kind: 'input'; at: number }
  | { kind: 'value'; value: unknown }
  | { kind: 'list'; items: Layout[]; names: [name: string, at: number][] }
  | { kind: 'object'; entries: [name: string, item: Layout][] };

export interface Returned { layout: Layout; text: string; tensors: Tensor[] }

/** Takes apart what a function returned. Tensors that are no inputs are numbered as they come; sift() says which of them are made anew. */
export function returned(result: unknown, inputs: readonly Tensor[]): Returned {
  const tensors: Tensor[] = [];
  const texts: string[] = [];
  const walk = (x: unknown, depth: number): Layout => {
    if (isTensor(x)) {
      const input = inputs.indexOf(x);
      texts.push(input >= 0 ? `i${input},` : 't');
      if (input >= 0) return { kind: 'input', at: input };
      if (x._h === 0) throw new Refusal('it returns a tensor that has been disposed');
      let at = tensors.indexOf(x);
      if (at < 0) at = tensors.push(x) - 1;
      texts.push(`${at},`);
      return { kind: 'made', at };
    }
    const text = plain(x);
    texts.push(text);
    if (text !== '') return { kind: 'value', value: x };
    if (depth === MAX_DEPTH) throw new Refusal('what it returns is nested too deeply');
    if (Array.isArray(x)) {
      texts.push('[');
      const items = x.map((v) => walk(v, depth + 1));
      texts.push(']');
      // Results of several tensors carry their names.
      const names = Object.getOwnPropertyNames(x).slice(x.length + 1).map((name): [string, number] => [name, x.indexOf((x as unknown as Record<string, unknown>)[name])]);
      return { kind: 'list', items, names: names.filter(([, at]) => at >= 0) };
    }
    if (typeof x === 'object' && isPlainObject(x)) {
      texts.push('{');
      const entries = Object.entries(x).map(([name, v]): [string, Layout] => {
        texts.push(`${JSON.stringify(name)}:`);
        return [name, walk(v, depth + 1)];
      });
      texts.push('}');
      return { kind: 'object', entries };
    }
    if (typeof (x as { then?: unknown }).then === 'function') throw new Refusal('it returns a Promise, whose work goes on after the call');
    throw new Refusal(`it returns a ${typeof x === 'function' ? 'function' : kind(x as object)}`);
  };
  const layout = walk(result, 0), text = texts.join('');
  if (text.length > 4 * MAX_KEY) throw new Refusal('it returns too many plain values');
  return { layout, text, tensors };
}

/** The layout with the tensors that are the same at each run as values, and the others numbered in order. */
export function sift(layout: Layout, tensors: readonly Tensor[], made: readonly boolean[]): Layout {
  switch (layout.kind) {
    case 'made': {
      if (!made[layout.at]) return { kind: 'value', value: tensors[layout.at] };
      return { kind: 'made', at: made.slice(0, layout.at).filter(Boolean).length };
    }
    case 'list': return { ...layout, items: layout.items.map((item) => sift(item, tensors, made)) };
    case 'object': return { kind: 'object', entries: layout.entries.map(([name, item]) => [name, sift(item, tensors, made)]) };
    default: return layout;
  }
}

export function build(layout: Layout, inputs: readonly Tensor[], made: readonly unknown[]): unknown {
  switch (layout.kind) {
    case 'made': return made[layout.at];
    case 'input': return inputs[layout.at];
    case 'value': return layout.value;
    case 'list': {
      const list = layout.items.map((item) => build(item, inputs, made));
      for (const [name, at] of layout.names) Object.defineProperty(list, name, { value: list[at], enumerable: false });
      return list;
    }
    case 'object': return Object.fromEntries(layout.entries.map(([name, item]) => [name, build(item, inputs, made)]));
  }
}
