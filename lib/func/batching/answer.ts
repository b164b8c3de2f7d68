/** Each call of an op inside vmap: one call for the whole batch where there is a rule, else slices and a stack. */
import { batching } from '../../gen/batching';
import * as ops from '../../gen/ops';
import { PASS, isTensor, perform, prepare } from '../../runtime/call';
import { type OpSignature, signatureOf } from '../../runtime/signature';
import { getRngState, setRngState } from '../../random';
import type { Tensor } from '../../tensor';
import { type Call, type Rule, SLICES, along, core, flat, front, loss, matrix, placesOf, pointwise, rowsOf, samples, taken } from './generic';
import { Batched, type Level, below, dataDependent, escaped, full, inForce, innermost, isAt, levelOf, mapResult, refusalOf, sample, useInterceptor } from './levels';
import * as indexing from './index';
import * as nn from './nn';
import * as products from './products';
import * as shape from './shape';
import { systemCall } from './system';

/** What a row's kind comes to. */
interface Handling { name: string; rule: Rule | null; composition: shape.Composition | null; system: boolean; random: boolean; data: boolean; refused: boolean; copies: boolean }

const own: Record<string, shape.OwnRule> = { ...shape.rules, ...products.rules, ...nn.rules, ...indexing.rules };
const compositions: Record<string, shape.Composition> = { ...shape.compositions, ...products.compositions, ...nn.compositions };
const generic: Record<string, Rule> = { pointwise, front, matrix, along, flat, loss };

function ruleOfKind(kind: string, name: string): Rule | null {
  if (generic[kind]) return generic[kind];
  const [word, ...numbers] = kind.split(' ');
  const [n] = numbers.map(Number);
  if (word === 'core') return core(numbers.map(Number));
  if (word === 'samples') return samples(numbers.length > 0 ? n : -1);
  if (word === 'rows') return rowsOf(n);
  const rule = kind === 'own' ? own[name] : undefined;
  return rule === undefined ? null : (call) => rule(Object.fromEntries(taken(call.sig).map((p, i) => [p.name, call.values[i]])), call);
}

let handlings: Map<number, Handling> | null = null;
const ids = new Map<string, number>();
/** The table, read at the first vmap. */
function readTable(): Map<number, Handling> {
  const map = new Map<number, Handling>();
  for (const [kind, text] of Object.entries(batching)) {
    for (const entry of text.split(' ')) {
      const [name, id] = entry.split('=');
      ids.set(name, Number(id));
      const base = name.replace(/(.)_$/, '$1');
      const before = map.get(Number(id)) ?? { name, rule: null, composition: null, system: false, random: false, data: false, refused: false, copies: false };
      if (kind === 'random') before.random = true;
      else if (kind === 'system') before.system = true;
      else if (kind === 'data') before.data = true;
      else if (kind === 'refused') before.refused = true;
      else {
        before.rule = ruleOfKind(kind, base);
        before.copies = kind === 'own' || kind.startsWith('samples');
        if (kind === 'own') before.composition = compositions[base] ?? null;
        if (before.rule === null && before.composition === null) throw new Error(`no rule for ${name} of kind ${kind}`);
      }
      map.set(Number(id), before);
    }
  }
  return map;
}
const none: Handling = { name: '', rule: null, composition: null, system: false, random: false, data: false, refused: false, copies: false };
const handlingOf = (sig: OpSignature): Handling => (handlings ??= readTable()).get(sig.id) ?? none;

/** In-place rows whose rule works in place; for others the result is copied. */
const IN_PLACE = /^(un)?squeeze_$|^t_$|^asStrided_$/;

function answer(sig: OpSignature, values: unknown[], self: Tensor | null): unknown {
  const how = handlingOf(sig);
  if (how.random && draws(sig, values)) return drawn(how, sig, values, self);
  const level = levelOf(values);
  if (level === null) return PASS;
  if (!inForce(level)) throw escaped();
  return handle(how, sig, values, self, level);
}
useInterceptor(answer);

// Exported because bundlers take a module without exports for CommonJS, and wrap all that it imports.
export function refuseOut(sig: OpSignature, values: readonly unknown[]): void {
  if (sig.hasOut && values[sig.params.length - 1] !== null) throw refusalOf(`${sig.name}: out= is not supported inside vmap`, 'ERR_UNSUPPORTED');
}

function handle(how: Handling, sig: OpSignature, values: unknown[], self: Tensor | null, level: Level): unknown {
  const inplace = self !== null && sig.name.endsWith('_');
  const call: Call = { sig, values, level, inplace };
  if (how.system) {
    const { result, wrap } = below(level, () => systemCall(call));
    return wrap ? wrapped(sig, result, level) : result;
  }
  if (how.data) throw dataDependent(sig.name.replace(/^_/, ''));
  refuseOut(sig, values);
  if ((inplace || how.name === '_set_at') && !isAt(values[0], level)) {
    throw refusalOf(`${sig.name}(self, *extra_args) is not possible because there exists a Tensor in extra_args that is being vmapped over while self is not. Please try to use out-of-place operators instead of ${sig.name}`);
  }
  if (how.refused) throw refusalOf(`${sig.name} would give one sample another size than the others`, 'ERR_UNSUPPORTED');
  if (placesOf(sig).lengths.some((i) => isAt(values[i], level))) return slices(call);
  prepare(sig, values);
  const result = apply(how, call);
  return inplace ? values[0] : result;
}

function apply(how: Handling, call: Call): unknown {
  const { sig, values, level, inplace } = call;
  if (placesOf(sig).scalars.some((i) => isAt(values[i], level))) return slices(call);
  if (how.composition !== null) {
    const result = how.composition(Object.fromEntries(taken(sig).map((p, i) => [p.name, values[i]])), level);
    if (result !== SLICES) return inplace ? (values[0] as Tensor).copy_(result as Tensor) : result;
  }
  if (how.rule === null) return slices(call);
  /* Rules that reshape what they are given work on copies. */
  const copied = inplace && how.copies && !IN_PLACE.test(sig.name);
  const result = below(level, () => how.rule!(copied ? { ...call, sig: signatureOf(ids.get(how.name.replace(/_$/, ''))!), inplace: false } : call));
  if (result === SLICES) return slices(call);
  if (copied) return below(level, () => (values[0] as Batched).value.copy_(result as Tensor));
  return wrapped(sig, result, level);
}

const wrapped = (sig: OpSignature, result: unknown, level: Level): unknown => mapResult(sig, result, (t) => new Batched(t, level));

/** The op on each sample, the results stacked. With randomness 'same' each draws the same numbers. */
function slices(call: Call, state: Tensor | null = null): unknown {
  const { sig, values, level, inplace } = call;
  return below(level, () => {
    const results: unknown[] = [];
    for (let b = 0; b < level.size; b++) {
      if (state !== null && b > 0) setRngState(state);
      const given = values.map((v) => sample(v, level, b));
      results.push(perform(sig, given, inplace ? given[0] as Tensor : null));
    }
    return inplace ? values[0] : stacked(sig, results, level);
  });
}
function stacked(sig: OpSignature, results: unknown[], level: Level): unknown {
  const [first] = results;
  if (first === undefined || first === null) return first;
  if (!isTensor(first) && !(Array.isArray(first) && first.some(isTensor))) throw dataDependent(sig.name);
  return mapResult(sig, first, (_, i) => {
    const list = results.map((r) => (isTensor(r) ? r : (r as Tensor[])[i]));
    const shapes = new Set(list.map((t) => String(t?.shape)));
    if (shapes.size > 1) throw refusalOf(`${sig.name} gives samples results of different shapes: ${[...shapes].map((s) => `[${s}]`).join(', ')}`, 'ERR_SHAPE');
    return new Batched(ops.stack(list), level);
  });
}

/** Whether a row that may draw random numbers does with these arguments. */
function draws(sig: OpSignature, values: unknown[]): boolean {
  const value = (name: string): unknown => values[sig.index.get(name) ?? -1];
  if (value('training') === false || value('train') === false) return false;
  if (sig.index.has('_randomSamples')) return value('_randomSamples') === null;
  if (value('dropoutP') === 0 || value('dropout') === 0) return false;
  return !(/ropout/.test(sig.name) && value('p') === 0);
}

function drawn(how: Handling, sig: OpSignature, values: unknown[], self: Tensor | null): unknown {
  const level = innermost()!;
  if (level.randomness === 'error') {
    throw refusalOf("called random operation while in randomness error mode. Please either use the 'same' or 'different' randomness flags on vmap or perform the randomness operation out of vmap");
  }
  const of = levelOf(values);
  if (of !== null && !inForce(of)) throw escaped();
  const inplace = self !== null && sig.name.endsWith('_');
  const call: Call = { sig, values, level, inplace };
  if (level.randomness === 'same') {
    if (of !== level) return below(level, () => perform(sig, values, self));
    const state = getRngState();
    try {
      return slices(call, state);
    } finally {
      state.dispose();
    }
  }
  if (inplace && of !== level) {
    throw refusalOf(`attempted to call in-place random operation ${sig.name} on an unbatched tensor while in randomness 'different' mode. Use the out-of-place form, or the 'same' randomness flag`);
  }
  refuseOut(sig, values);
  prepare(sig, values);
  const main = values.findIndex(isTensor);
  const given = main < 0 || isAt(values[main], level) ? values : values.map((v, i) => (i === main ? new Batched(below(level, () => full(v as Tensor, level)), level) : v));
  const result = apply(how, { ...call, values: given });
  return inplace ? self : result;
}
