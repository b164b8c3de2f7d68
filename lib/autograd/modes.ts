/** The switches of recording. */
import { TorshError } from '../errors';
import * as sys from '../gen/system';

/** Runs fn in a mode and leaves it whatever happens; a Promise would leave it before its work is done. */
export function scoped<T>(name: string, fn: () => T, enter: () => () => void): T {
  if (typeof fn !== 'function') throw new TorshError('ERR_ARGUMENT', name, `${name}: expected a function`);
  const leave = enter();
  let result: T;
  try {
    result = fn();
  } finally {
    leave();
  }
  if (result !== null && typeof result === 'object' && typeof (result as { then?: unknown }).then === 'function') {
    throw new TorshError('ERR_ARGUMENT', name,
      `${name}: the function returned a Promise; its later parts would run outside ${name}. Await first and call ${name} around synchronous parts`);
  }
  return result;
}

const gradMode = (name: string, value: boolean) => <T>(fn: () => T): T => scoped(name, fn, () => {
  const before = sys._setGradMode(value);
  return () => { sys._setGradMode(before); };
});

/**
 * Runs fn without recording operations. https://pytorch.org/docs/stable/generated/torch.no_grad.html
 *
 * @example
 * ```js
 * const x = torsh.ones(2, { requiresGrad: true });
 * console.log(torsh.noGrad(() => x.mul(2)).requiresGrad); // false
 * ```
 */
export const noGrad = gradMode('noGrad', false);
/** Runs fn with recording on, also inside noGrad. https://pytorch.org/docs/stable/generated/torch.enable_grad.html */
export const enableGrad = gradMode('enableGrad', true);
/**
 * Runs fn in inference mode: no recording, and its tensors can never be recorded. https://pytorch.org/docs/stable/generated/torch.inference_mode.html
 *
 * @example
 * ```js
 * console.log(torsh.inferenceMode(() => torsh.ones(2).mul(2)).isInference()); // true
 * ```
 */
export function inferenceMode<T>(fn: () => T): T {
  return scoped('inferenceMode', fn, () => {
    const grad = sys._setGradMode(false), inference = sys._setInferenceMode(true);
    return () => { sys._setGradMode(grad); sys._setInferenceMode(inference); };
  });
}
/** Turns recording on or off; with fn, for its run only. */
export function setGradEnabled(mode: boolean): void;
export function setGradEnabled<T>(mode: boolean, fn: () => T): T;
export function setGradEnabled<T>(mode: boolean, fn?: () => T): T | void {
  if (fn === undefined) { sys._setGradMode(mode); return; }
  return mode ? enableGrad(fn) : noGrad(fn);
}
export const isGradEnabled = (): boolean => sys._gradMode();
export const isInferenceModeEnabled = (): boolean => sys._inferenceMode();
