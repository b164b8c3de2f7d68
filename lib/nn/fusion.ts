/** Batch normalisation in eval folded into the layer before it. */
import { bind, signature } from '../bind';
import { noGrad } from '../autograd';
import { onesLike, zerosLike } from '../gen/ops';
import { type Tensor } from '../tensor';
import { deepcopy } from './deepcopy';
import type { Module } from './module';
import { Parameter } from './parameter';
import { fail } from './parametrize';

const sigs = {
  fuseConvBnEval: signature('fuseConvBnEval', 'conv, bn, transpose=false'),
  fuseConvBnWeights: signature('fuseConvBnWeights', 'convW, convB, bnRm, bnRv, bnEps, bnW, bnB, transpose=false'),
  fuseLinearBnWeights: signature('fuseLinearBnWeights', 'linearW, linearB, bnRm, bnRv, bnEps, bnW, bnB'),
};
type Layer = Module & { weight: Tensor; bias: Tensor | null };
type Norm = Layer & { running_mean: Tensor; running_var: Tensor; eps: number };

function fuse(weight: Tensor, bias: Tensor | null, mean: Tensor, variance: Tensor, eps: number, scale: Tensor | null, shift: Tensor | null, dim: number): [Parameter, Parameter] {
  return noGrad(() => {
    const factor = (scale ?? onesLike(mean)).mul(variance.add(eps).rsqrt());
    const along = weight.shape.map((_, d) => (d === dim ? -1 : 1));
    const fused = weight.mul(factor.reshape(along)).to(weight.dtype);
    const moved = (bias ?? zerosLike(mean)).sub(mean).mul(factor).add(shift ?? zerosLike(mean));
    return [new Parameter(fused, weight.requiresGrad), new Parameter(moved.to((bias ?? weight).dtype), (bias ?? weight).requiresGrad)];
  });
}

/** Weight and bias of a convolution that does what it and the normalisation after it do. transpose: of a ConvTranspose. */
export function fuseConvBnWeights(convW: Tensor, convB: Tensor | null, bnRm: Tensor, bnRv: Tensor, bnEps: number, bnW: Tensor | null, bnB: Tensor | null, transpose?: boolean): [Parameter, Parameter];
export function fuseConvBnWeights(...args: unknown[]): [Parameter, Parameter] {
  const [w, b, mean, variance, eps, scale, shift, transpose] = bind(sigs.fuseConvBnWeights, args) as Parameters<typeof fuseConvBnWeights>;
  return fuse(w, b, mean, variance, eps, scale, shift, transpose ? 1 : 0);
}
export function fuseLinearBnWeights(linearW: Tensor, linearB: Tensor | null, bnRm: Tensor, bnRv: Tensor, bnEps: number, bnW: Tensor | null, bnB: Tensor | null): [Parameter, Parameter];
export function fuseLinearBnWeights(...args: unknown[]): [Parameter, Parameter] {
  const [w, b, mean, variance, eps, scale, shift] = bind(sigs.fuseLinearBnWeights, args) as Parameters<typeof fuseLinearBnWeights>;
  return fuse(w, b, mean, variance, eps, scale, shift, 0);
}

function fuseLayer<M extends Module>(op: string, layer: M, norm: Module, dim: number): M {
  if (layer.training || norm.training) fail(op, 'Fusion only for eval!');
  const fused = deepcopy(layer) as unknown as Layer, bn = norm as Norm;
  [fused.weight, fused.bias] = fuse(fused.weight, fused.bias, bn.running_mean, bn.running_var, bn.eps, bn.weight, bn.bias, dim);
  return fused as unknown as M;
}

/**
 * A copy of a convolution that does what it and the batch normalisation after it do in eval.
 *
 * @example
 * ```js
 * const [conv, bn] = [new torsh.nn.Conv2d(3, 8, 3).eval(), new torsh.nn.BatchNorm2d(8).eval()];
 * const fused = torsh.nn.utils.fuseConvBnEval(conv, bn);
 * const x = torsh.randn(1, 3, 8, 8);
 * console.log(torsh.allclose(fused(x), bn(conv(x)), { atol: 1e-5 })); // true
 * ```
 */
export function fuseConvBnEval<M extends Module>(conv: M, bn: Module, transpose?: boolean | { transpose?: boolean }): M;
export function fuseConvBnEval(...args: unknown[]): Module {
  const [conv, bn, transpose] = bind(sigs.fuseConvBnEval, args) as [Module, Module, boolean];
  return fuseLayer('fuseConvBnEval', conv, bn, transpose ? 1 : 0);
}
/**
 * @example
 * ```js
 * const [linear, bn] = [new torsh.nn.Linear(4, 8).eval(), new torsh.nn.BatchNorm1d(8).eval()];
 * console.log(torsh.nn.utils.fuseLinearBnEval(linear, bn)(torsh.randn(2, 4)).shape); // [ 2, 8 ]
 * ```
 */
export function fuseLinearBnEval<M extends Module>(linear: M, bn: Module): M { return fuseLayer('fuseLinearBnEval', linear, bn, 0); }
