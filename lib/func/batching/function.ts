/** autograd.Function inside vmap: sample by sample, by a rule of its own, or once, with forward and backward mapped. */
import { FunctionCtx } from '../../autograd';
import * as ops from '../../gen/ops';
import { PASS, isTensor, useMapped } from '../../runtime/call';
import type { Tensor } from '../../tensor';
import { valueOf } from './generic';
import { Batched, type Level, below, escaped, full, inForce, isAt, levelOf, sample, within } from './levels';

type Apply = (fn: any, args: unknown[]) => unknown;
const each = (result: unknown, fn: (x: unknown, i: number) => unknown): unknown => (Array.isArray(result) ? result.map(fn) : fn(result, 0));
// Exported because bundlers take a module without exports for CommonJS, and wrap all that it imports.
export const listed = (x: unknown): unknown[] => (Array.isArray(x) ? x as unknown[] : [x]);

function slices(fn: unknown, args: readonly unknown[], apply: Apply, level: Level): unknown {
  const results = Array.from({ length: level.size }, (_, b) => apply(fn, args.map((x) => sample(x, level, b))));
  return each(results[0], (x, i) => (isTensor(x) ? new Batched(ops.stack(results.map((r) => listed(r)[i] as Tensor)), level) : x));
}

/** static vmap(info, inDims, ...args) gives [output, outDims]. */
function byOwnRule(fn: any, args: readonly unknown[], level: Level): unknown {
  const inDims = args.map((x) => (isAt(x, level) ? 0 : null));
  const [output, outDims] = fn.vmap({ batchSize: level.size, randomness: level.randomness }, inDims, ...args.map((x) => valueOf(x, level))) as [unknown, unknown];
  return each(output, (x, i) => {
    const dim = Array.isArray(outDims) ? outDims[i] as number | null : outDims as number | null;
    return isTensor(x) && dim !== null ? new Batched(dim === 0 ? x : x.movedim(dim, 0), level) : x;
  });
}

/** A Function of whole batches, whose forward and backward are those of fn, mapped. */
function generated(fn: any, mapped: readonly boolean[], { size, randomness }: Level): object {
  return {
    name: fn.name as string, onceDifferentiable: fn.onceDifferentiable as boolean, generateVmapRule: true,
    forward(ctx: FunctionCtx, ...values: unknown[]): unknown {
      const inner = ctx.inner = new FunctionCtx();
      inner.needsInputGrad = ctx.needsInputGrad;
      return within(size, randomness, (level) => {
        const args = values.map((v, i) => (mapped[i] ? new Batched(v as Tensor, level) : v));
        const output: unknown = fn.setupContext === undefined ? fn.forward(inner, ...args) : fn.forward(...args);
        fn.setupContext?.(inner, args, output);
        const wholes = new Map<unknown, unknown>();
        const result = each(output, (x) => {
          if (isTensor(x)) wholes.set(x, below(level, () => full(x, level)));
          return wholes.get(x) ?? x;
        });
        const whole = (t: Tensor | null): Tensor | null => (wholes.get(t) ?? valueOf(t, level)) as Tensor | null;
        ctx.savedAt = inner._toSave.map((t) => isAt(t, level) || wholes.has(t));
        ctx.saveForBackward(...inner._toSave.map(whole));
        inner._toSave = [];
        ctx.markDirty(...inner._dirty.map((t) => whole(t)!));
        ctx.markNonDifferentiable(...inner._nonDifferentiable.map((t) => whole(t)!));
        ctx.setMaterializeGrads(inner._materialize);
        ctx.noted = Object.keys(inner).filter((key) => isAt(inner[key], level));
        for (const key of ctx.noted as string[]) inner[key] = (inner[key] as Batched).value;
        return result;
      });
    },
    backward(ctx: FunctionCtx, ...grads: (Tensor | null)[]): unknown {
      const inner = ctx.inner as FunctionCtx, noted = ctx.noted as string[];
      return within(size, randomness, (level) => {
        const own = noted.map((key) => inner[key] as Tensor);
        noted.forEach((key, i) => { inner[key] = new Batched(own[i], level); });
        inner._saved = ctx.savedTensors.map((t, i) => (t !== null && (ctx.savedAt as boolean[])[i] ? new Batched(t, level) : t));
        try {
          const answer = listed(fn.backward(inner, ...grads.map((g) => (g === null ? null : new Batched(g, level))))) as (Tensor | null | undefined)[];
          return answer.map((g, i) => (g === null || g === undefined ? null : below(level, () => (mapped[i] ? full(g, level) : ops.sum(full(g, level), 0)))));
        } finally {
          inner._saved = null;
          noted.forEach((key, i) => { inner[key] = own[i]; });
        }
      });
    },
  };
}

useMapped((fn, args, apply) => {
  const level = levelOf(args);
  if (level === null) return PASS;
  if (!inForce(level)) throw escaped();
  return below(level, () => {
    if (typeof fn.vmap === 'function') return byOwnRule(fn, args, level);
    if (!fn.generateVmapRule) return slices(fn, args, apply, level);
    const result = apply(generated(fn, args.map((x) => isAt(x, level)), level), args.map((x) => valueOf(x, level)));
    return each(result, (x) => (isTensor(x) ? new Batched(x, level) : x));
  });
});
