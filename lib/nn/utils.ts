/** torch.nn.utils: gradients of many parameters at once, parameters as one vector. */
import { bind, signature } from '../bind';
import { TorshError } from '../errors';
import { noGrad } from '../autograd';
import { functionalCall } from '../func/functional-call';
import { forkRng } from '../random';
import { isTensor, keep, tensor as makeTensor, type Tensor } from '../tensor';
import * as ops from '../gen/ops';
import { _clipByNorm_, _totalNorm } from '../gen/system';
import { Conv2d } from './conv';
import { ConvTranspose2d } from './conv-transpose';
import type { Module } from './module';

type Tensors = Tensor | Iterable<Tensor>;

const sigs = {
  clipGradNorm_: signature('clipGradNorm_', 'parameters, maxNorm, normType=2, errorIfNonfinite=false, *, foreach=null'),
  getTotalNorm: signature('getTotalNorm', 'tensors, normType=2, errorIfNonfinite=false, foreach=null'),
  clipGradsWithNorm_: signature('clipGradsWithNorm_', 'parameters, maxNorm, totalNorm, foreach=null'),
  clipGradValue_: signature('clipGradValue_', 'parameters, clipValue, *, foreach=null'),
};

const listOf = (tensors: unknown): Tensor[] => (isTensor(tensors) ? [tensors] : [...(tensors as Iterable<Tensor>)]);

function gradsOf(parameters: unknown): Tensor[] {
  return listOf(parameters).map((p) => p.grad).filter((g): g is Tensor => g !== null).map((g) => g.detach());
}

function normOf(t: Tensor, order: number): Tensor {
  if (order === Infinity) return t.numel() === 0 ? t.abs().sum() : t.abs().max();
  if (order === 1) return t.abs().sum();
  return t.abs().pow(order).sum().pow(1 / order);
}

/**
 * Scales all gradients, in place, so that the norm of them all together is at most maxNorm; returns that norm as it was.
 * normType may be Infinity.
 *
 * @example
 * ```js
 * const p = new torsh.nn.Parameter(torsh.tensor([3, 4]));
 * p.square().sum().backward(); // the gradient is [6, 8]
 * console.log(torsh.nn.utils.clipGradNorm_([p], 1), p.grad); // tensor(10.) tensor([0.6000, 0.8000])
 * ```
 */
export function clipGradNorm_(parameters: Tensors, maxNorm: number, normType?: number, errorIfNonfinite?: boolean): Tensor;
export function clipGradNorm_(parameters: Tensors, maxNorm: number, options: { normType?: number; errorIfNonfinite?: boolean }): Tensor;
export function clipGradNorm_(...args: unknown[]): Tensor {
  const [parameters, maxNorm, normType, errorIfNonfinite] = bind(sigs.clipGradNorm_, args) as [Tensors, number, number, boolean];
  return noGrad(() => {
    const grads = gradsOf(parameters), total = totalNorm('clipGradNorm_', grads, normType, errorIfNonfinite);
    _clipByNorm_(grads, total, maxNorm);
    return total;
  });
}

function totalNorm(op: string, tensors: Tensor[], normType: number, errorIfNonfinite: boolean): Tensor {
  if (tensors.length === 0) return makeTensor(0);
  const total = normType === 2 ? _totalNorm(tensors) : normOf(ops.stack(tensors.map((t) => normOf(t, normType))), normType);
  if (errorIfNonfinite && !Number.isFinite(Number(total.item()))) {
    throw new TorshError('ERR_NUMERIC', op, `${op}: The total norm of order ${normType} for gradients from \`parameters\` is `
      + 'non-finite, so it cannot be clipped. To disable this error and scale the gradients by the non-finite norm anyway, set `errorIfNonfinite: false`');
  }
  return total;
}

/**
 * The norm of all tensors together, as clipGradNorm_ takes it of gradients.
 *
 * @example
 * ```js
 * console.log(torsh.nn.utils.getTotalNorm([torsh.tensor([3]), torsh.tensor([4])])); // tensor(5.)
 * ```
 */
export function getTotalNorm(tensors: Tensors, normType?: number, errorIfNonfinite?: boolean): Tensor;
export function getTotalNorm(tensors: Tensors, options: { normType?: number; errorIfNonfinite?: boolean }): Tensor;
export function getTotalNorm(...args: unknown[]): Tensor {
  const [tensors, normType, errorIfNonfinite] = bind(sigs.getTotalNorm, args) as [Tensors, number, boolean];
  return noGrad(() => totalNorm('getTotalNorm', listOf(tensors), normType, errorIfNonfinite));
}

/**
 * Scales all gradients, in place, by maxNorm / totalNorm where that is below 1.
 *
 * @example
 * ```js
 * const p = new torsh.nn.Parameter(torsh.tensor([3, 4]));
 * p.square().sum().backward();
 * torsh.nn.utils.clipGradsWithNorm_([p], 1, torsh.nn.utils.getTotalNorm([p.grad]));
 * console.log(p.grad); // tensor([0.6000, 0.8000])
 * ```
 */
export function clipGradsWithNorm_(parameters: Tensors, maxNorm: number, totalNorm: Tensor): void;
export function clipGradsWithNorm_(...args: unknown[]): void {
  const [parameters, maxNorm, total] = bind(sigs.clipGradsWithNorm_, args) as [Tensors, number, Tensor];
  noGrad(() => { _clipByNorm_(gradsOf(parameters), total, maxNorm); });
}

/**
 * Clamps every gradient, in place, to [-clipValue, clipValue].
 *
 * @example
 * ```js
 * const p = new torsh.nn.Parameter(torsh.tensor([3, -4]));
 * p.square().sum().backward();
 * torsh.nn.utils.clipGradValue_([p], 5);
 * console.log(p.grad); // tensor([ 5., -5.])
 * ```
 */
export function clipGradValue_(parameters: Tensors, clipValue: number): void;
export function clipGradValue_(...args: unknown[]): void {
  const [parameters, clipValue] = bind(sigs.clipGradValue_, args) as [Tensors, number];
  noGrad(() => { for (const g of gradsOf(parameters)) g.clamp_(-clipValue, clipValue); });
}

/**
 * All values in one vector, in order.
 *
 * @example
 * ```js
 * const m = new torsh.nn.Linear(3, 2);
 * console.log(torsh.nn.utils.parametersToVector(m.parameters()).shape); // [ 8 ]
 * ```
 */
export function parametersToVector(parameters: Iterable<Tensor>): Tensor {
  return ops.cat(listOf(parameters).map((p) => p.reshape([-1])));
}

/**
 * Gives the parameters the values of a vector such as parametersToVector makes; they become views of it.
 *
 * @example
 * ```js
 * const m = new torsh.nn.Linear(3, 2);
 * torsh.nn.utils.vectorToParameters(torsh.arange(8).to('float32'), m.parameters());
 * console.log(m.bias);
 * // Parameter containing:
 * // tensor([6., 7.], requires_grad=True)
 * ```
 */
export function vectorToParameters(vec: Tensor, parameters: Iterable<Tensor>): void {
  if (!isTensor(vec)) {
    throw new TorshError('ERR_ARGUMENT', 'vectorToParameters', `vectorToParameters: expected a Tensor, but got: ${vec === null ? 'null' : typeof vec}`);
  }
  const list = listOf(parameters);
  const wanted = list.reduce((n, p) => n + p.numel(), 0);
  if (vec.ndim !== 1 || vec.numel() < wanted) {
    throw new TorshError('ERR_SHAPE', 'vectorToParameters',
      `vectorToParameters: a vector of at least ${wanted} values is needed, but got one of shape [${vec.shape.join(', ')}]`);
  }
  let at = 0;
  for (const p of list) {
    const n = p.numel();
    p.data = vec.narrow(0, at, n).view(p.shape).detach();
    at += n;
  }
}

/** Sequences of different lengths. */
export * as rnn from './packed';

/** The older name. */
export { clipGradNorm_ as clipGradNorm };

/**
 * new moduleCls(...args) whose parameters have any values; the random generator is left as it was.
 *
 * @example
 * ```js
 * const m = torsh.nn.utils.skipInit(torsh.nn.Linear, 3, 2); // its numbers are whatever was in memory
 * console.log(m.weight.shape); // [ 2, 3 ]
 * ```
 */
export function skipInit<M extends Module, A extends unknown[]>(moduleCls: new (...args: A) => M, ...args: A): M {
  if (typeof moduleCls !== 'function') {
    throw new TorshError('ERR_ARGUMENT', 'skipInit', `skipInit: expected a class of modules, but got ${moduleCls === null ? 'null' : typeof moduleCls}`);
  }
  return forkRng(() => new moduleCls(...args));
}

/** Weights of 2d convolutions in the memory format given. */
export function convertConv2dWeightMemoryFormat<M extends Module>(module: M, memoryFormat: string): M {
  noGrad(() => {
    for (const m of module.modules()) if (m instanceof Conv2d || m instanceof ConvTranspose2d) m.weight.data = keep(m.weight.detach().clone().contiguous({ memoryFormat }));
  });
  return module;
}

export { removeSpectralNorm, removeWeightNorm, spectralNorm, weightNorm } from './weight-norm';
export { fuseConvBnEval, fuseConvBnWeights, fuseLinearBnEval, fuseLinearBnWeights } from './fusion';
/** The same by the name of PyTorch's file. */
export * as fusion from './fusion';
export * as parametrize from './parametrize-api';
export * as parametrizations from './parametrizations-api';
export * as prune from './prune-api';
/** torsh.func.functionalCall by its older name. */
export const stateless = { functionalCall };
