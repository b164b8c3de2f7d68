/** Host callbacks that the core runs: tensor hooks. */
import { abi } from '../backend/abi';
import { TorshError } from '../errors';
import * as sys from '../gen/system';
import { adopt, handleOf, isTensor, keepThrown } from '../runtime/call';
import type { Tensor } from '../tensor';

export interface HookHandle { remove(): void }
type Callback = (...args: Tensor[]) => Tensor | null | undefined | void;

const callbacks = new Map<number, Callback>();
let next = 1;
let listening = false;

/** Called by the core with a gradient's handle on the wall; the answer's handle (or 0) goes back there. */
function run(id: number): boolean {
  const callback = callbacks.get(id);
  const argument = adopt(abi().wall()[0])!;
  let answer = 0;
  try {
    const result = callback?.(argument);
    if (result !== null && result !== undefined) {
      if (!isTensor(result)) throw new TorshError('ERR_ARGUMENT', 'registerHook', 'registerHook: a hook must return a Tensor or nothing');
      answer = handleOf(result, 'registerHook');
    }
  } catch (error) {
    keepThrown(error);
    return false;
  }
  abi().wall()[0] = answer;
  return true;
}

/** Forgets callbacks whose graphs are gone, and with them the tensors that they hold. */
export function sweepCallbacks(): void {
  if (callbacks.size > 0) for (const id of sys._droppedCallbacks()) callbacks.delete(id);
}

export function registerCallback(callback: Callback): number {
  if (!listening) {
    abi().onCallback(run);
    listening = true;
  }
  sweepCallbacks();
  callbacks.set(next, callback);
  return next++;
}

export function addHook(t: Tensor, hook: Callback): HookHandle {
  if (typeof hook !== 'function') throw new TorshError('ERR_ARGUMENT', 'registerHook', 'registerHook: the hook must be a function');
  const id = registerCallback(hook);
  try {
    sys._addHook(t, id);
  } catch (e) {
    callbacks.delete(id);
    throw e;
  }
  const ref = new WeakRef(t);
  return {
    remove(): void {
      callbacks.delete(id);
      const live = ref.deref();
      if (live && live._h !== 0) sys._removeHook(live, id);
    },
  };
}
