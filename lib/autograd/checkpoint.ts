/** Checkpointing: less memory for more arithmetic. */
import { enableGrad } from './modes';
import { currentAutocast, withAutocast } from './autocast';
import { TorshError } from '../errors';
import { isTensor } from '../runtime/call';
import type { Tensor } from '../tensor';
import { getRngState, setRngState } from '../random';
import { Function, type FunctionCtx } from './function';
import { isPlainObject } from '../bind';
import { backward } from './index';
import { zeros } from '../gen/ops';

interface CheckpointOptions { preserveRngState?: boolean; useReentrant?: boolean }
type Run = (...args: any[]) => any;

class Checkpoint extends Function {
  static override forward(ctx: FunctionCtx, _anchor: Tensor, fn: Run, preserve: boolean, ...args: unknown[]): unknown {
    ctx.fn = fn;
    ctx.autocast = currentAutocast();
    ctx.state = preserve ? getRngState() : null;
    ctx.saveForBackward(...args.filter(isTensor));
    ctx.args = args.map((a) => (isTensor(a) ? null : a));
    ctx.tensors = args.map(isTensor);
    return fn(...args);
  }
  static override backward(ctx: FunctionCtx, ...grads: (Tensor | null)[]): (Tensor | null)[] {
    let at = 0;
    const args = (ctx.args as unknown[]).map((a, i) => {
      if (!(ctx.tensors as boolean[])[i]) return a;
      const t = ctx.savedTensors[at++];
      return t.detach().requiresGrad_(t.requiresGrad);
    });
    const now = ctx.state ? getRngState() : null;
    if (ctx.state) setRngState(ctx.state as Tensor);
    const result = enableGrad(() => withAutocast(ctx.autocast as number, () => ctx.fn(...args) as unknown));
    if (now) setRngState(now);
    const outputs = (Array.isArray(result) ? result : [result]) as Tensor[];
    const live = outputs.map((_, i) => i).filter((i) => isTensor(outputs[i]) && outputs[i].requiresGrad);
    // Parameters that fn uses without getting them as arguments take their gradients here.
    if (live.length > 0) backward(live.map((i) => outputs[i]), live.map((i) => grads[i]!));
    return [null, null, null, ...args.map((a) => (isTensor(a) ? a.grad : null))];
  }
}

/**
 * fn(...args) whose intermediate results are not kept but computed again in backward. Random numbers are drawn again alike unless
 * preserveRngState is false. Not for createGraph. A last argument { preserveRngState, useReentrant } is taken as options.
 * https://pytorch.org/docs/stable/checkpoint.html
 *
 * @example
 * ```js
 * const layer = new torsh.nn.Linear(4, 4);
 * const x = torsh.randn(2, 4, { requiresGrad: true });
 * torsh.utils.checkpoint.checkpoint((t) => layer(t).relu(), x).sum().backward(); // computes the layer once more instead of keeping what it made
 * console.log(x.grad.shape); // [ 2, 4 ]
 * ```
 */
export function checkpoint(fn: Run, ...args: any[]): any {
  if (typeof fn !== 'function') throw new TorshError('ERR_ARGUMENT', 'checkpoint', 'checkpoint: expected a function');
  const last: unknown = args[args.length - 1];
  const isOptions = isPlainObject(last) && Object.keys(last).length > 0 && Object.keys(last).every((k) => k === 'preserveRngState' || k === 'useReentrant');
  const options = (isOptions ? args.pop() : {}) as CheckpointOptions;
  // Something that requires grad, so that parameters inside fn are reached even where no argument requires grad.
  const anchor = zeros([1]).requiresGrad_(true);
  return Checkpoint.apply(anchor, fn, options.preserveRngState ?? true, ...args);
}

/** Runs a list of functions (a Sequential's layers) in `segments` checkpointed pieces, the last one kept as it is. */
export function checkpointSequential(functions: Iterable<Run>, segments: number, input: any, options: CheckpointOptions = {}): any {
  const list = [...functions];
  if (!Number.isInteger(segments) || segments < 1 || segments > list.length) {
    throw new TorshError('ERR_ARGUMENT', 'checkpointSequential', `checkpointSequential: expected 1 to ${list.length} segments, got ${segments}`);
  }
  const size = Math.floor(list.length / segments);
  const chain = (from: number, to: number): Run => (x: unknown) => list.slice(from, to).reduce((y, f) => f(y) as unknown, x);
  let x: unknown = input, from = 0;
  for (; from < size * (segments - 1); from += size) x = checkpoint(chain(from, from + size), x, { preserveRngState: options.preserveRngState ?? true });
  return chain(from, list.length)(x);
}
