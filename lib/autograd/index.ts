/** torsh.autograd. */
import { bind, signature } from '../bind';
import { TorshError } from '../errors';
import * as sys from '../gen/system';
import { isTensor } from '../runtime/call';
import type { Tensor } from '../tensor';
import { withTrace } from './anomaly';

export * from './modes';
export { detectAnomaly, isAnomalyEnabled, setDetectAnomaly } from './anomaly';
export { Function, FunctionCtx } from './function';
export { gradcheck, gradgradcheck } from './gradcheck';
export * as functional from './functional';

type Tensors = Tensor | readonly Tensor[];
const list = (x: unknown): (Tensor | null)[] => (x === null || x === undefined ? [] : isTensor(x) ? [x] : [...(x as Tensor[])]);
const backwardSignature = signature('backward', 'tensors, gradTensors=null, retainGraph=null, createGraph=false, inputs=null');

/** Accumulates gradients of tensors into leaves. https://pytorch.org/docs/stable/generated/torch.autograd.backward.html */
export function backward(tensors: Tensors, gradTensors?: Tensors | null, retainGraph?: boolean | null, createGraph?: boolean, inputs?: Tensors | null): void;
export function backward(tensors: Tensors, options: { gradTensors?: Tensors | null; retainGraph?: boolean; createGraph?: boolean; inputs?: Tensors }): void;
export function backward(...args: unknown[]): void {
  const [tensors, grads, retain, create, inputs] = bind(backwardSignature, args);
  withTrace(() => { sys._backward(list(tensors) as Tensor[], list(grads), (retain ?? create) as boolean, create as boolean, list(inputs) as Tensor[]); });
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
  const result = withTrace(() => sys._autogradGrad(list(outputs) as Tensor[], list(inputs) as Tensor[], list(grads), (retain ?? create) as boolean, create as boolean));
  if (!allowUnused && result.some((g) => g === null)) {
    throw new TorshError('ERR_AUTOGRAD', 'grad',
      'grad: One of the differentiated Tensors appears to not have been used in the graph. Set { allowUnused: true } if this is the desired behavior.');
  }
  return result;
}
