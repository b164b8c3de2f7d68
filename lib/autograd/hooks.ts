/** Hooks of tensors: functions that see, and may replace, a gradient. */
import { abi } from '../backend/abi';
import { TorshError } from '../errors';
import * as sys from '../gen/system';
import { adopt, handleOf, isTensor } from '../runtime/call';
import type { Tensor } from '../tensor';
import { forgetCallback, registerCallback } from './callbacks';

export interface HookHandle { remove(): void }
type Hook = (grad: Tensor) => Tensor | null | undefined | void;

/** The core puts a gradient's handle on the wall; the answer's handle (or 0) goes back there. */
function runner(entry: { hook: Hook | null }): () => void {
  return () => {
    const grad = adopt(abi().wall()[0])!;
    const result = entry.hook?.(grad);
    if (result !== null && result !== undefined && !isTensor(result)) {
      throw new TorshError('ERR_ARGUMENT', 'registerHook', 'registerHook: a hook must return a Tensor or nothing');
    }
    abi().wall()[0] = result ? handleOf(result, 'registerHook') : 0;
  };
}

export function addHook(t: Tensor, hook: Hook): HookHandle {
  if (typeof hook !== 'function') throw new TorshError('ERR_ARGUMENT', 'registerHook', 'registerHook: the hook must be a function');
  const entry: { hook: Hook | null } = { hook };
  const id = registerCallback(runner(entry));
  try {
    sys._addHook(t, id);
  } catch (e) {
    forgetCallback(id);
    throw e;
  }
  const ref = new WeakRef(t);
  return {
    remove(): void {
      entry.hook = null; // the graph may outlive the tensor's object, and then keeps an entry that does nothing
      const live = ref.deref();
      if (live && live._h !== 0) sys._removeHook(live, id);
    },
  };
}
