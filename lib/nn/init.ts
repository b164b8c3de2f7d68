/** torch.nn.init: fills tensors in place, outside the graph, drawing random numbers in PyTorch's order. */
import { bind, signature, type Signature } from '../bind';
import { noGrad } from '../autograd';
import { isTensor, tensor as makeTensor, type Tensor } from '../tensor';
import { empty, linalgQr, randperm } from '../gen/ops';
import { fail } from './common';

export type FanMode = 'fan_in' | 'fan_out';
export type Nonlinearity =
  | 'linear' | 'conv1d' | 'conv2d' | 'conv3d' | 'conv_transpose1d' | 'conv_transpose2d' | 'conv_transpose3d'
  | 'sigmoid' | 'tanh' | 'relu' | 'leaky_relu' | 'selu';

const sigs = {
  uniform_: signature('uniform_', 'tensor, a=0, b=1'),
  normal_: signature('normal_', 'tensor, mean=0, std=1'),
  truncNormal_: signature('truncNormal_', 'tensor, mean=0, std=1, a=-2, b=2'),
  constant_: signature('constant_', 'tensor, val'),
  ones_: signature('ones_', 'tensor'),
  zeros_: signature('zeros_', 'tensor'),
  eye_: signature('eye_', 'tensor'),
  dirac_: signature('dirac_', 'tensor, groups=1'),
  xavierUniform_: signature('xavierUniform_', 'tensor, gain=1'),
  xavierNormal_: signature('xavierNormal_', 'tensor, gain=1'),
  kaimingUniform_: signature('kaimingUniform_', 'tensor, a=0, mode="fan_in", nonlinearity="leaky_relu"'),
  kaimingNormal_: signature('kaimingNormal_', 'tensor, a=0, mode="fan_in", nonlinearity="leaky_relu"'),
  sparse_: signature('sparse_', 'tensor, sparsity, std=0.01'),
  orthogonal_: signature('orthogonal_', 'tensor, gain=1'),
};

function take(sig: Signature, args: readonly unknown[]): [Tensor, ...any[]] {
  const values = bind(sig, args);
  if (!isTensor(values[0])) fail(sig.name, `argument 'tensor' must be a Tensor, not ${values[0] === null ? 'null' : typeof values[0]}`);
  return values as [Tensor, ...any[]];
}

/** PyTorch's words; camelCase is understood too. */
const word = (text: unknown): string => String(text).replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);

const linears = ['linear', 'conv1d', 'conv2d', 'conv3d', 'conv_transpose1d', 'conv_transpose2d', 'conv_transpose3d'];

/** The factor by which a nonlinearity's inputs should be scaled. `param`: leaky_relu's negative slope. */
export function calculateGain(nonlinearity: Nonlinearity | (string & {}), param: number | null = null): number {
  const name = word(nonlinearity);
  if (linears.includes(name) || name === 'sigmoid') return 1;
  switch (name) {
    case 'tanh': return 5 / 3;
    case 'relu': return Math.sqrt(2);
    case 'leaky_relu': {
      if (param !== null && typeof param !== 'number') fail('calculateGain', `negative_slope ${String(param)} not a valid number`);
      const slope = param ?? 0.01;
      return Math.sqrt(2 / (1 + slope * slope));
    }
    case 'selu': return 3 / 4;
    default: return fail('calculateGain', `Unsupported nonlinearity ${String(nonlinearity)}`);
  }
}

export function uniform_(tensor: Tensor, a?: number, b?: number): Tensor;
export function uniform_(tensor: Tensor, options: { a?: number; b?: number }): Tensor;
export function uniform_(...args: unknown[]): Tensor {
  const [tensor, a, b] = take(sigs.uniform_, args);
  return noGrad(() => tensor.uniform_(a, b));
}

export function normal_(tensor: Tensor, mean?: number, std?: number): Tensor;
export function normal_(tensor: Tensor, options: { mean?: number; std?: number }): Tensor;
export function normal_(...args: unknown[]): Tensor {
  const [tensor, mean, std] = take(sigs.normal_, args);
  return noGrad(() => tensor.normal_(mean, std));
}

/** A normal distribution cut off outside [a, b]: the inverse of its distribution function, applied to uniform numbers. */
export function truncNormal_(tensor: Tensor, mean?: number, std?: number, a?: number, b?: number): Tensor;
export function truncNormal_(tensor: Tensor, options: { mean?: number; std?: number; a?: number; b?: number }): Tensor;
export function truncNormal_(...args: unknown[]): Tensor {
  const [tensor, mean, std, a, b] = take(sigs.truncNormal_, args);
  const cdf = (x: number): number => (1 + Number(makeTensor(x / Math.SQRT2, { dtype: 'float64' }).erf().item())) / 2;
  return noGrad(() => {
    tensor.uniform_(2 * cdf((a - mean) / std) - 1, 2 * cdf((b - mean) / std) - 1);
    return tensor.erfinv_().mul_(std * Math.SQRT2).add_(mean).clamp_(a, b);
  });
}

export function constant_(tensor: Tensor, val: number): Tensor;
export function constant_(tensor: Tensor, options: { val: number }): Tensor;
export function constant_(...args: unknown[]): Tensor {
  const [tensor, val] = take(sigs.constant_, args);
  return noGrad(() => tensor.fill_(val));
}

export function ones_(tensor: Tensor): Tensor {
  const [t] = take(sigs.ones_, [tensor]);
  return noGrad(() => t.fill_(1));
}

export function zeros_(tensor: Tensor): Tensor {
  const [t] = take(sigs.zeros_, [tensor]);
  return noGrad(() => t.zero_());
}

/** The identity matrix: (n, m). */
export function eye_(tensor: Tensor): Tensor {
  const [t] = take(sigs.eye_, [tensor]);
  if (t.ndim !== 2) fail('eye_', 'Only tensors with 2 dimensions are supported', 'ERR_SHAPE');
  return noGrad(() => {
    t.zero_();
    t.diagonal().fill_(1);
    return t;
  });
}

/** Convolution kernels (out, in, ...1 to 3 dimensions) that hand on what they are given, in each of `groups`. */
export function dirac_(tensor: Tensor, groups?: number): Tensor;
export function dirac_(tensor: Tensor, options: { groups?: number }): Tensor;
export function dirac_(...args: unknown[]): Tensor {
  const [tensor, groups] = take(sigs.dirac_, args);
  if (tensor.ndim < 3 || tensor.ndim > 5) fail('dirac_', 'Only tensors with 3, 4, or 5 dimensions are supported', 'ERR_SHAPE');
  const { shape } = tensor;
  if (!(Number.isInteger(groups) && groups > 0) || shape[0] % groups !== 0) fail('dirac_', 'dim 0 must be divisible by groups', 'ERR_SHAPE');
  const out = shape[0] / groups;
  return noGrad(() => {
    tensor.zero_();
    let centre: Tensor = tensor;
    for (let dim = tensor.ndim - 1; dim >= 2; dim--) centre = centre.select(dim, Math.floor(shape[dim] / 2));
    for (let g = 0; g < groups; g++) centre.narrow(0, g * out, out).diagonal().fill_(1);
    return tensor;
  });
}

/** [fan in, fan out]: how many inputs an output sees and how many outputs an input feeds. */
export function _calculateFanInAndFanOut(tensor: Tensor): [number, number] {
  const { shape } = tensor;
  if (shape.length < 2) fail('init', 'Fan in and fan out can not be computed for tensor with fewer than 2 dimensions', 'ERR_SHAPE');
  const field = shape.slice(2).reduce((a, b) => a * b, 1);
  return [shape[1] * field, shape[0] * field];
}

function correctFan(name: string, tensor: Tensor, mode: unknown): number {
  const chosen = word(mode).toLowerCase();
  if (chosen !== 'fan_in' && chosen !== 'fan_out') fail(name, `Mode ${String(mode)} not supported, please use one of 'fan_in', 'fan_out'`);
  return _calculateFanInAndFanOut(tensor)[chosen === 'fan_in' ? 0 : 1];
}

function xavierStd(tensor: Tensor, gain: number): number {
  const [fanIn, fanOut] = _calculateFanInAndFanOut(tensor);
  return gain * Math.sqrt(2 / (fanIn + fanOut));
}

/** Glorot & Bengio 2010: uniform in (-a, a), a = gain sqrt(6 / (fan in + fan out)). */
export function xavierUniform_(tensor: Tensor, gain?: number): Tensor;
export function xavierUniform_(tensor: Tensor, options: { gain?: number }): Tensor;
export function xavierUniform_(...args: unknown[]): Tensor {
  const [tensor, gain] = take(sigs.xavierUniform_, args);
  const a = Math.sqrt(3) * xavierStd(tensor, gain);
  return noGrad(() => tensor.uniform_(-a, a));
}

export function xavierNormal_(tensor: Tensor, gain?: number): Tensor;
export function xavierNormal_(tensor: Tensor, options: { gain?: number }): Tensor;
export function xavierNormal_(...args: unknown[]): Tensor {
  const [tensor, gain] = take(sigs.xavierNormal_, args);
  const std = xavierStd(tensor, gain);
  return noGrad(() => tensor.normal_(0, std));
}

interface KaimingOptions { a?: number; mode?: FanMode; nonlinearity?: Nonlinearity }

function kaimingStd(name: string, tensor: Tensor, a: number, mode: unknown, nonlinearity: string): number {
  const fan = correctFan(name, tensor, mode);
  return calculateGain(nonlinearity, a) / Math.sqrt(fan);
}

/** He et al. 2015: uniform in (-bound, bound), bound = gain sqrt(3 / fan). A tensor without elements is left alone. */
export function kaimingUniform_(tensor: Tensor, a?: number, mode?: FanMode, nonlinearity?: Nonlinearity): Tensor;
export function kaimingUniform_(tensor: Tensor, options: KaimingOptions): Tensor;
export function kaimingUniform_(...args: unknown[]): Tensor {
  const [tensor, a, mode, nonlinearity] = take(sigs.kaimingUniform_, args);
  if (tensor.shape.includes(0)) return tensor;
  const bound = Math.sqrt(3) * kaimingStd('kaimingUniform_', tensor, a, mode, nonlinearity);
  return noGrad(() => tensor.uniform_(-bound, bound));
}

export function kaimingNormal_(tensor: Tensor, a?: number, mode?: FanMode, nonlinearity?: Nonlinearity): Tensor;
export function kaimingNormal_(tensor: Tensor, options: KaimingOptions): Tensor;
export function kaimingNormal_(...args: unknown[]): Tensor {
  const [tensor, a, mode, nonlinearity] = take(sigs.kaimingNormal_, args);
  if (tensor.shape.includes(0)) return tensor;
  const std = kaimingStd('kaimingNormal_', tensor, a, mode, nonlinearity);
  return noGrad(() => tensor.normal_(0, std));
}

/** Normal values, of which the fraction `sparsity` of each column is zero: (n, m). */
export function sparse_(tensor: Tensor, sparsity: number, std?: number): Tensor;
export function sparse_(tensor: Tensor, options: { sparsity: number; std?: number }): Tensor;
export function sparse_(...args: unknown[]): Tensor {
  const [tensor, sparsity, std] = take(sigs.sparse_, args);
  if (tensor.ndim !== 2) fail('sparse_', 'Only tensors with 2 dimensions are supported', 'ERR_SHAPE');
  const [rows, cols] = tensor.shape;
  const zeros = Math.ceil(sparsity * rows);
  return noGrad(() => {
    tensor.normal_(0, std);
    for (let col = 0; col < cols; col++) tensor.select(1, col).indexFill_(0, randperm(rows).narrow(0, 0, zeros), 0);
    return tensor;
  });
}

/** Rows or columns at right angles (Saxe et al. 2013): Q of a QR factorization of normal numbers; dims behind the first are taken together. */
export function orthogonal_(tensor: Tensor, gain?: number): Tensor;
export function orthogonal_(tensor: Tensor, options: { gain?: number }): Tensor;
export function orthogonal_(...args: unknown[]): Tensor {
  const [tensor, gain] = take(sigs.orthogonal_, args);
  if (tensor.ndim < 2) fail('orthogonal_', 'Only tensors with 2 or more dimensions are supported', 'ERR_SHAPE');
  if (tensor.numel() === 0) return tensor;
  const rows = tensor.shape[0], cols = tensor.numel() / rows;
  return noGrad(() => {
    const normal = empty([rows, cols], { dtype: tensor.dtype }).normal_(0, 1);
    const { Q, R } = linalgQr(rows < cols ? normal.t() : normal);
    const unique = Q.mul(R.diagonal().sgn()); // the factorization whose R has a positive diagonal
    return tensor.copy_((rows < cols ? unique.t() : unique).reshape(tensor.shape)).mul_(gain);
  });
}

/** Former names, which PyTorch still has. */
export {
  constant_ as constant, dirac_ as dirac, eye_ as eye, kaimingNormal_ as kaimingNormal, kaimingUniform_ as kaimingUniform, normal_ as normal,
  orthogonal_ as orthogonal, sparse_ as sparse, uniform_ as uniform, xavierNormal_ as xavierNormal, xavierUniform_ as xavierUniform,
};
