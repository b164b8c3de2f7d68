/** Calls of the runtime that meet batched tensors. */
import * as sys from '../../gen/system';
import * as ops from '../../gen/ops';
import { isTensor } from '../../runtime/call';
import type { Tensor } from '../../tensor';
import { type Level, dataDependent, full, isAt, refusalOf, sample } from './levels';
import { type Call, run, valueOf } from './generic';

type Grads = (Tensor | null)[];

/** What a sample's shape, strides and flags are. */
function meta(value: Tensor): number[] {
  const m = sys._meta(value), n = m[5];
  const sizes = m.slice(7, 6 + n), strides = m.slice(7 + n);
  let dense = 1, contiguous = true;
  for (let d = n - 2; d >= 0; d--) {
    if (sizes[d] !== 1 && strides[d] !== dense) contiguous = false;
    dense *= sizes[d];
  }
  return [m[0], (m[1] & ~4) | (contiguous ? 4 : 0), m[2], m[3], m[4], n - 1, ...sizes, ...strides];
}

/** Gradients with respect to inputs: in one pass where each sample has inputs of its own, else in one for each sample. */
function autogradGrad({ values, level }: Call): unknown {
  const [outputs, inputs, given, retain, create] = values as [Tensor[], Tensor[], Grads, boolean, boolean];
  const grads = outputs.map((o, i) => given[i] ?? null);
  if (inputs.every((x) => isAt(x, level))) {
    const seeds = outputs.map((o, i) => (grads[i] === null ? seed(full(o, level)) : full(grads[i], level)));
    return sys._autogradGrad(outputs.map((o) => full(o, level)), inputs.map((x) => x.value), seeds, retain, create);
  }
  const wholes = inputs.map((x) => valueOf(x, level) as Tensor);
  const passes = Array.from({ length: level.size }, (_, b) => {
    const found = sys._autogradGrad(outputs.map((o) => sample(o, level, b) as Tensor), wholes, grads.map((g) => sample(g, level, b) as Tensor | null), retain || b < level.size - 1, create) as Grads;
    return found.map((g, i) => (g === null || !isAt(inputs[i], level) ? g : ops.select(g, 0, b)));
  });
  return inputs.map((_, i) => {
    const list = passes.map((found) => found[i]), like = list.find((g) => g !== null);
    return like === undefined ? null : ops.stack(list.map((g) => g ?? ops.zerosLike(like!)));
  });
}
function seed(output: Tensor): Tensor {
  if (output.numel() !== output.shape[0]) throw refusalOf('grad can be implicitly created only for scalar outputs');
  return ops.onesLike(output);
}

/** The same call about the values. */
const onValues = (call: Call): unknown => run(call, call.values.map((v) => (Array.isArray(v) ? v.map((x: unknown) => valueOf(x, call.level)) : valueOf(v, call.level))));
const withoutWrapping = new Set(['_meta', '_gradId', '_gradFn', '_nextFunctions', '_sameStorage', '_resultType']);

const table: Record<string, (call: Call) => unknown> = {
  _meta: ({ values, level }) => meta(valueOf(values[0], level) as Tensor),
  _item: () => { throw dataDependent('item'); },
  _autogradGrad: autogradGrad,
  _backward: () => { throw refusalOf('backward() accumulates into leaves, which all samples share: use torsh.func.grad inside vmap', 'ERR_UNSUPPORTED'); },
  _resultType: (call) => run(call, call.values.map((v) => sample(v, call.level, 0))),
  _setGrad: ({ values, level }) => sys._setGrad(onlyAt(values[0], level), values[1] === null ? null : full(values[1] as Tensor, level)),
};
for (const name of ['_setRequiresGrad', '_grad', '_gradId', '_retainGrad', '_gradFn', '_nextFunctions', '_addHook', '_removeHook', '_sameStorage', '_detachInPlace']) table[name] = onValues;

function onlyAt(x: unknown, level: Level): Tensor {
  if (isAt(x, level)) return x.value;
  throw refusalOf('a batched tensor cannot become part of one that all samples share');
}

/** The result of a call of the runtime below the level, and whether its tensors are the batch's. */
export function systemCall(call: Call): { result: unknown; wrap: boolean } {
  const rule = table[call.sig.name];
  if (rule === undefined) throw refusalOf(`${call.sig.name.replace(/^_/, '')} does not take tensors of a function that is being mapped`, 'ERR_UNSUPPORTED');
  const result = rule(call);
  return { result, wrap: !withoutWrapping.has(call.sig.name) && (isTensor(result) || Array.isArray(result)) };
}
