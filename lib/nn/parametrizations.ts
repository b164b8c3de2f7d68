/** torsh.nn.utils.parametrizations: orthogonal matrices, weight and spectral normalisation. */
import { bind, signature } from '../bind';
import { noGrad } from '../autograd';
import { TorshError } from '../errors';
import { finfo } from '../info';
import { isTensor, keep, type Tensor } from '../tensor';
import * as ops from '../gen/ops';
import { ConvTranspose1d, ConvTranspose2d, ConvTranspose3d } from './conv-transpose';
import { Module } from './module';
import { fail, registerParametrization } from './parametrize';
import { pySize } from './repr';

const sigs = {
  orthogonal: signature('orthogonal', 'module, name="weight", orthogonalMap=null, *, useTrivialization=true'),
  weightNorm: signature('weightNorm', 'module, name="weight", dim=0'),
  spectralNorm: signature('spectralNorm', 'module, name="weight", nPowerIterations=1, eps=1e-12, dim=null'),
};
type OrthogonalMap = 'matrix_exp' | 'cayley' | 'householder';

function tensorOf(op: string, module: Module, name: string): Tensor {
  const value = (module as unknown as Record<string, unknown>)[name];
  if (!isTensor(value)) fail(op, `Module '${String(module)}' has no parameter or buffer with name '${name}'`);
  return value;
}

const identity = (n: number, like: Tensor): Tensor => ops.eye(n, null, { dtype: like.dtype });
const adjoint = (m: Tensor): Tensor => (m.isComplex() ? m.transpose(-2, -1).conj() : m.transpose(-2, -1));
const diagonalOf = (m: Tensor): Tensor => m.diagonal({ dim1: -2, dim2: -1 });

function isOrthogonal(q: Tensor): boolean {
  const [n, k] = q.shape.slice(-2);
  return ops.allclose(adjoint(q).matmul(q), identity(k, q).expand([...q.shape.slice(0, -2), k, k]), { atol: 10 * n * finfo(q.dtype).eps });
}

function makeOrthogonal(a: Tensor): Tensor {
  const [x, tau] = ops.geqrf(a);
  return ops.linalgHouseholderProduct(x, tau).mul(diagonalOf(x).sgn().unsqueeze(-2));
}

class _Orthogonal extends Module {
  shape: number[];
  orthogonalMap: OrthogonalMap;
  useTrivialization: boolean;
  declare base: Tensor | null;

  constructor(weight: Tensor, orthogonalMap: OrthogonalMap, useTrivialization: boolean) {
    super();
    if (weight.isComplex() && orthogonalMap === 'householder') fail('orthogonal', 'The householder parametrization does not support complex tensors.');
    this.shape = [...weight.shape];
    this.orthogonalMap = orthogonalMap;
    this.useTrivialization = useTrivialization;
    if (useTrivialization) this.registerBuffer('base', null);
  }

  override forward(input: Tensor): Tensor {
    const transposed = input.shape[input.ndim - 2] < input.shape[input.ndim - 1];
    const x = transposed ? input.transpose(-2, -1) : input;
    const [n, k] = x.shape.slice(-2);
    let q: Tensor;
    if (this.orthogonalMap === 'householder') {
      const a = x.tril(-1);
      const tau = a.square().sum(-2).add(1).reciprocal().mul(2);
      q = ops.linalgHouseholderProduct(a, tau).mul(diagonalOf(x).detach().trunc().unsqueeze(-2));
    } else {
      let lower = x.tril();
      if (n !== k) lower = ops.cat([lower, ops.zeros([...x.shape.slice(0, -1), n - k], { dtype: x.dtype })], -1);
      const skew = lower.sub(adjoint(lower)), one = identity(n, skew);
      q = this.orthogonalMap === 'matrix_exp' ? ops.matrixExp(skew) : ops.linalgSolve(one.sub(skew.mul(0.5)), one.add(skew.mul(0.5)));
      if (n !== k) q = q.narrow(-1, 0, k);
    }
    if (this.base) q = this.base.matmul(q);
    return transposed ? q.transpose(-2, -1) : q;
  }

  rightInverse(given: Tensor): Tensor {
    return noGrad(() => {
      if (pySize(given.shape) !== pySize(this.shape)) {
        fail('orthogonal', `Expected a matrix or batch of matrices of shape ${pySize(this.shape)}. Got a tensor of shape ${pySize(given.shape)}.`);
      }
      const transposed = given.shape[given.ndim - 2] < given.shape[given.ndim - 1];
      let q = transposed ? given.transpose(-2, -1) : given;
      const [n, k] = q.shape.slice(-2);
      if (!this.useTrivialization) {
        if (this.orthogonalMap !== 'householder') {
          throw new TorshError('ERR_UNSUPPORTED', 'orthogonal',
            'orthogonal: It is not possible to assign to the matrix exponential or the Cayley parametrizations when useTrivialization=false.');
        }
        const [a, tau] = ops.geqrf(q);
        // A diagonal of 1 and -1, such that R would have a positive one.
        const signs = diagonalOf(a).sign();
        const wanted = ops.where(tau.eq(0), signs.neg(), signs);
        const made = a.add(padRows(ops.diagEmbed(wanted.sub(diagonalOf(a))), n));
        return transposed ? made.transpose(-2, -1) : made;
      }
      if (n === k) q = isOrthogonal(q) ? q.clone() : makeOrthogonal(q);
      else q = makeOrthogonal(ops.cat([q, ops.randn([...q.shape.slice(0, -2), n, n - k], { dtype: q.dtype })], -1));
      this.registerBuffer('base', q.contiguous());
      const minus = ops.eye(given.shape[given.ndim - 2], given.shape[given.ndim - 1], { dtype: given.dtype }).neg();
      return minus.expand(given.shape).clone();
    });
  }
}

/** Rows of zeros below, up to n. */
function padRows(m: Tensor, n: number): Tensor {
  const k = m.shape[m.ndim - 1];
  return n === k ? m : ops.cat([m, ops.zeros([...m.shape.slice(0, -2), n - k, k], { dtype: m.dtype })], -2);
}

/**
 * Keeps a matrix (or each of a batch) orthogonal, or its shorter rows or columns orthonormal. orthogonalMap: 'matrix_exp', 'cayley' or
 * 'householder'. https://pytorch.org/docs/stable/generated/torch.nn.utils.parametrizations.orthogonal.html
 *
 * @example
 * ```js
 * const m = torsh.nn.utils.parametrizations.orthogonal(new torsh.nn.Linear(3, 3));
 * console.log(torsh.allclose(m.weight.matmul(m.weight.T), torsh.eye(3), { atol: 1e-5 })); // true
 * ```
 */
export function orthogonal<M extends Module>(module: M, name?: string, orthogonalMap?: OrthogonalMap | null, options?: { useTrivialization?: boolean }): M;
export function orthogonal<M extends Module>(module: M, options: { name?: string; orthogonalMap?: OrthogonalMap | null; useTrivialization?: boolean }): M;
export function orthogonal(...args: unknown[]): Module {
  const [module, name, given, useTrivialization] = bind(sigs.orthogonal, args) as [Module, string, OrthogonalMap | null, boolean];
  const weight = tensorOf('orthogonal', module, name);
  if (weight.ndim < 2) fail('orthogonal', `Expected a matrix or batch of matrices. Got a tensor of ${weight.ndim} dimensions.`);
  const [n, k] = weight.shape.slice(-2);
  const map = given ?? (n === k || weight.isComplex() ? 'matrix_exp' : 'householder');
  if (!['matrix_exp', 'cayley', 'householder'].includes(map)) fail('orthogonal', `orthogonal_map has to be one of "matrix_exp", "cayley", "householder". Got: ${map}`);
  return registerParametrization(module, name, new _Orthogonal(weight, map, useTrivialization), { unsafe: true });
}

class _WeightNorm extends Module {
  dim: number;
  constructor(dim: number | null) {
    super();
    this.dim = dim ?? -1;
  }
  override forward(g: Tensor, v: Tensor): Tensor { return normalized(v, g, this.dim); }
  rightInverse(weight: Tensor): Tensor[] { return [ops.normExceptDim(weight, 2, this.dim), weight.clone()]; }
}

/** v scaled to the norm g; -1 is of the whole tensor. */
export const normalized = (v: Tensor, g: Tensor, dim: number): Tensor => v.mul(g.div(ops.normExceptDim(v, 2, dim)));

/** The tensor as length (original0) times direction (original1), for each slice of dim, or (null) as a whole. */
export function weightNorm<M extends Module>(module: M, name?: string, dim?: number | null): M;
export function weightNorm<M extends Module>(module: M, options: { name?: string; dim?: number | null }): M;
export function weightNorm(...args: unknown[]): Module {
  const [module, name, dim] = bind(sigs.weightNorm, args) as [Module, string, number | null];
  tensorOf('weightNorm', module, name);
  registerParametrization(module, name, new _WeightNorm(dim), { unsafe: true });
  // State dicts of the older form, with name_g and name_v.
  module.registerLoadStateDictPreHook((_module: Module, dict: Record<string, unknown>, prefix: string) => {
    const [g, v] = [`${prefix}${name}_g`, `${prefix}${name}_v`];
    if (!(g in dict && v in dict)) return;
    [g, v].forEach((key, i) => {
      dict[`${prefix}parametrizations.${name}.original${i}`] = dict[key];
      delete dict[key];
    });
  });
  return module;
}

/** The dim in front, the others as one. */
export function asMatrix(weight: Tensor, dim: number): Tensor {
  const front = dim === 0 ? weight : weight.permute([dim, ...weight.shape.map((_, d) => d).filter((d) => d !== dim)]);
  return front.reshape([front.shape[0], -1]);
}

export const unitVector = (n: number, like: Tensor, eps: number): Tensor => ops.normalize(ops.randn([n], { dtype: like.dtype }), { dim: 0, eps });

export const outputDim = (module: Module): number => ([ConvTranspose1d, ConvTranspose2d, ConvTranspose3d].some((kind) => module instanceof kind) ? 1 : 0);

export function checkIterations(op: string, n: number): void {
  if (!(n > 0)) fail(op, `Expected n_power_iterations to be positive, but got n_power_iterations=${n}`);
}

class _SpectralNorm extends Module {
  dim: number;
  eps: number;
  nPowerIterations: number;
  declare _u: Tensor;
  declare _v: Tensor;

  constructor(weight: Tensor, nPowerIterations: number, dim: number, eps: number) {
    super();
    const { ndim } = weight;
    if (dim >= ndim || dim < -ndim) {
      throw new TorshError('ERR_INDEX', 'spectralNorm', `spectralNorm: Dimension out of range (expected to be in range of [-${ndim}, ${ndim - 1}] but got ${dim})`);
    }
    checkIterations('spectralNorm', nPowerIterations);
    this.dim = dim < 0 ? dim + ndim : dim;
    this.eps = eps;
    this.nPowerIterations = nPowerIterations;
    if (ndim < 2) return;
    noGrad(() => {
      const matrix = asMatrix(weight.detach(), this.dim);
      this.registerBuffer('_u', unitVector(matrix.shape[0], matrix, eps));
      this.registerBuffer('_v', unitVector(matrix.shape[1], matrix, eps));
      this._iterate(matrix, 15);
    });
  }

  _iterate(matrix: Tensor, n: number): void {
    noGrad(() => {
      for (let i = 0; i < n; i++) {
        this._u.copy_(ops.normalize(matrix.mv(this._v), { dim: 0, eps: this.eps }));
        this._v.copy_(ops.normalize(matrix.t().mv(this._u), { dim: 0, eps: this.eps }));
      }
    });
  }

  override forward(weight: Tensor): Tensor {
    if (weight.ndim === 1) return ops.normalize(weight, { dim: 0, eps: this.eps });
    const matrix = asMatrix(weight, this.dim);
    if (this.training) this._iterate(matrix.detach(), this.nPowerIterations);
    // Copies: the next forward changes the vectors, and this one's backward may come after it.
    return weight.div(ops.dot(this._u.clone(), matrix.mv(this._v.clone())));
  }

  // PyTorch takes any tensor assigned as one of spectral norm 1 already.
  rightInverse(value: Tensor): Tensor { return keep(value); }
}

/** Divides by the largest singular value, estimated by nPowerIterations steps a forward in training. dim: of the outputs. */
export function spectralNorm<M extends Module>(module: M, name?: string, nPowerIterations?: number, eps?: number, dim?: number | null): M;
export function spectralNorm<M extends Module>(module: M, options: { name?: string; nPowerIterations?: number; eps?: number; dim?: number | null }): M;
export function spectralNorm(...args: unknown[]): Module {
  const [module, name, n, eps, dim] = bind(sigs.spectralNorm, args) as [Module, string, number, number, number | null];
  const weight = tensorOf('spectralNorm', module, name);
  return registerParametrization(module, name, new _SpectralNorm(weight, n, dim ?? outputDim(module), eps));
}
