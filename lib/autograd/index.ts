/** torsh.autograd, and the switches of recording. */
import { bind, signature } from '../bind';
import { TorshError } from '../errors';
import * as sys from '../gen/system';
import { isTensor } from '../runtime/call';
import type { Tensor } from '../tensor';

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

/** Runs fn without recording operations. https://pytorch.org/docs/stable/generated/torch.no_grad.html */
export const noGrad = gradMode('noGrad', false);
/** Runs fn with recording on, also inside noGrad. https://pytorch.org/docs/stable/generated/torch.enable_grad.html */
export const enableGrad = gradMode('enableGrad', true);
/** Runs fn in inference mode: no recording, and its tensors can never be recorded. https://pytorch.org/docs/stable/generated/torch.inference_mode.html */
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

type Tensors = Tensor | readonly Tensor[];
const list = (x: unknown): (Tensor | null)[] => (x === null || x === undefined ? [] : isTensor(x) ? [x] : [...(x as Tensor[])]);
const backwardSignature = signature('backward', 'tensors, gradTensors=null, retainGraph=null, createGraph=false, inputs=null');

/** Accumulates gradients of tensors into leaves. https://pytorch.org/docs/stable/generated/torch.autograd.backward.html */
export function backward(tensors: Tensors, gradTensors?: Tensors | null, retainGraph?: boolean | null, createGraph?: boolean, inputs?: Tensors | null): void;
export function backward(tensors: Tensors, options: { gradTensors?: Tensors | null; retainGraph?: boolean; createGraph?: boolean; inputs?: Tensors }): void;
export function backward(...args: unknown[]): void {
  const [tensors, grads, retain, create, inputs] = bind(backwardSignature, args);
  sys._backward(list(tensors) as Tensor[], list(grads), (retain ?? create) as boolean, create as boolean, list(inputs) as Tensor[]);
}

const gradSignature = signature('grad', 'outputs, inputs, gradOutputs=null, retainGraph=null, createGraph=false, onlyInputs=true, allowUnused=false');

/**
 * Gradients of outputs with respect to inputs, without touching any `grad`. Errors: an input that outputs do not depend on,
 * unless allowUnused. https://pytorch.org/docs/stable/generated/torch.autograd.grad.html
 */
export function grad(outputs: Tensors, inputs: Tensors, gradOutputs?: Tensors | null, options?: { retainGraph?: boolean; createGraph?: boolean; allowUnused?: boolean }): Tensor[];
export function grad(outputs: Tensors, inputs: Tensors, options: { gradOutputs?: Tensors | null; retainGraph?: boolean; createGraph?: boolean; allowUnused?: boolean }): Tensor[];
export function grad(...args: unknown[]): Tensor[] {
  const [outputs, inputs, grads, retain, create, , allowUnused] = bind(gradSignature, args);
  const result = sys._autogradGrad(list(outputs) as Tensor[], list(inputs) as Tensor[], list(grads), (retain ?? create) as boolean, create as boolean);
  if (!allowUnused && result.some((g) => g === null)) {
    throw new TorshError('ERR_AUTOGRAD', 'grad',
      'grad: One of the differentiated Tensors appears to not have been used in the graph. Set { allowUnused: true } if this is the desired behavior.');
  }
  return result;
}
