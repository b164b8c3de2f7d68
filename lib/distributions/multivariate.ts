/** Normal vectors, and random matrices. */
import { noGrad } from '../autograd/modes';
import { bind, signature } from '../bind';
import * as ops from '../gen/ops';
import { broadcastShapes, finfo } from '../info';
import { isTensor } from '../runtime/call';
import type { Tensor } from '../tensor';
import * as constraints from './constraints';
import type { Constraint } from './constraints';
import { Distribution, ExponentialFamily, type Constraints, type SampleShape } from './distribution';
import { Beta, Chi2 } from './gamma';
import { standardNormal } from './normal';
import { broadcastAll, fail, needTensor, type Param, type Tail, type Validate } from './utils';

const sigs = {
  MultivariateNormal: signature('MultivariateNormal', 'loc, covarianceMatrix=null, precisionMatrix=null, scaleTril=null, validateArgs=null'),
  LowRankMultivariateNormal: signature('LowRankMultivariateNormal', 'loc, covFactor, covDiag, validateArgs=null'),
  Wishart: signature('Wishart', 'df, covarianceMatrix=null, precisionMatrix=null, scaleTril=null, validateArgs=null'),
  LKJCholesky: signature('LKJCholesky', 'dim, concentration=1, validateArgs=null'),
};
type MatrixName = 'covarianceMatrix' | 'precisionMatrix' | 'scaleTril';
/** A covariance, by one of three matrices. */
export interface MatrixOptions { covarianceMatrix?: Tensor | null; precisionMatrix?: Tensor | null; scaleTril?: Tensor | null; validateArgs?: Validate }
const matrices: readonly MatrixName[] = ['covarianceMatrix', 'precisionMatrix', 'scaleTril'];
const matrixConstraints = { covarianceMatrix: constraints.positiveDefinite, precisionMatrix: constraints.positiveDefinite, scaleTril: constraints.lowerCholesky };

const transposed = (t: Tensor): Tensor => t.transpose(-2, -1);
export const logDiagonal = (lower: Tensor): Tensor => lower.diagonal(0, -2, -1).log().sum(-1);
/** Matrices times vectors, both in batches. */
const times = (matrix: Tensor, vector: Tensor): Tensor => ops.matmul(matrix, vector.unsqueeze(-1)).squeeze(-1);
/** The squared length of L^-1 x, for batches that broadcast. */
export function mahalanobis(lower: Tensor, x: Tensor): Tensor {
  return ops.linalgSolveTriangular(lower, x.unsqueeze(-1), { upper: false }).squeeze(-1).square().sum(-1);
}
/** The Cholesky factor of the inverse. */
function precisionToTril(precision: Tensor): Tensor {
  const flipped = ops.linalgCholesky(precision.flip([-2, -1]));
  return ops.linalgSolveTriangular(transposed(flipped.flip([-2, -1])), ops.eye(precision.size(-1), { dtype: precision.dtype }), { upper: false });
}

/** The one matrix that was given. */
function onlyMatrix(name: string, given: readonly unknown[]): { what: MatrixName; matrix: Tensor } {
  const [what, ...more] = matrices.filter((_, i) => given[i] !== null);
  if (what === undefined || more.length > 0) fail(name, 'Exactly one of covarianceMatrix or precisionMatrix or scaleTril may be specified.');
  const matrix = needTensor(name, what, given[matrices.indexOf(what)]);
  if (matrix.ndim < 2) fail(name, `${what} must be at least two-dimensional, with optional leading batch dimensions`, 'ERR_SHAPE');
  return { what, matrix };
}
const factorOf = (what: MatrixName, matrix: Tensor): Tensor =>
  (what === 'scaleTril' ? matrix : what === 'covarianceMatrix' ? ops.linalgCholesky(matrix) : precisionToTril(matrix));

/**
 * A normal vector of mean loc. https://pytorch.org/docs/stable/distributions.html#multivariatenormal
 *
 * @example
 * ```js
 * const d = new torsh.distributions.MultivariateNormal(torsh.zeros(2), { covarianceMatrix: torsh.eye(2) });
 * const x = d.sample([3]);
 * console.log(x.shape, d.logProb(x).shape); // [ 3, 2 ] [ 3 ]
 * ```
 */
export class MultivariateNormal extends Distribution {
  static override readonly argConstraints = { loc: constraints.realVector, ...matrixConstraints };
  static override readonly support: Constraint = constraints.realVector;
  static override readonly hasRsample = true;
  protected static override readonly lazy: readonly string[] = matrices;
  readonly loc: Tensor;
  /** @internal The factor, with the batch it came with. */ readonly _tril: Tensor;
  constructor(loc: Tensor, covarianceMatrix?: Tensor | null, precisionMatrix?: Tensor | null, scaleTril?: Tensor | null, validateArgs?: Tail);
  constructor(loc: Tensor, options: MatrixOptions);
  constructor(options: MatrixOptions & { loc: Tensor });
  constructor(...args: unknown[]) {
    const [given, a, b, c, validateArgs] = bind(sigs.MultivariateNormal, args) as [unknown, unknown, unknown, unknown, Validate];
    const name = 'MultivariateNormal', loc = needTensor(name, 'loc', given);
    if (loc.ndim < 1) fail(name, 'loc must be at least one-dimensional.', 'ERR_SHAPE');
    const { what, matrix } = onlyMatrix(name, [a, b, c]);
    const batch = broadcastShapes(matrix.shape.slice(0, -2), loc.shape.slice(0, -1));
    super(batch, loc.shape.slice(-1), validateArgs);
    this._give(what, matrix.expand([...batch, ...matrix.shape.slice(-2)]));
    this.loc = loc.expand([...batch, -1]);
    this._checkArgs();
    this._tril = factorOf(what, matrix);
  }
  private get matrixShape(): number[] { return [...this.batchShape, ...this.eventShape, ...this.eventShape]; }
  get scaleTril(): Tensor { return this._given('scaleTril', () => this._tril.expand(this.matrixShape)); }
  get covarianceMatrix(): Tensor { return this._given('covarianceMatrix', () => ops.matmul(this._tril, transposed(this._tril)).expand(this.matrixShape)); }
  get precisionMatrix(): Tensor { return this._given('precisionMatrix', () => ops.choleskyInverse(this._tril).expand(this.matrixShape)); }
  override get mean(): Tensor { return this.loc; }
  override get mode(): Tensor { return this.loc; }
  override get variance(): Tensor { return this._tril.square().sum(-1).expand([...this.batchShape, ...this.eventShape]); }
  override rsample(...sampleShape: SampleShape): Tensor { return this.loc.add(times(this._tril, standardNormal(this._extendedShape(sampleShape), this.loc))); }
  override logProb(value: Tensor): Tensor {
    this._validateSample(value);
    const m = mahalanobis(this._tril, value.sub(this.loc));
    return m.add(this.eventShape[0] * Math.log(2 * Math.PI)).mul(-0.5).sub(logDiagonal(this._tril));
  }
  override entropy(): Tensor { return logDiagonal(this._tril).add(0.5 * this.eventShape[0] * (1 + Math.log(2 * Math.PI))).expand(this.batchShape); }
}

/** I + W^T D^-1 W, factored: what is as small as the rank. */
function capacitance(factor: Tensor, diag: Tensor): Tensor {
  const k = ops.matmul(transposed(factor).div(diag.unsqueeze(-2)), factor);
  return ops.linalgCholesky(k.add(ops.eye(k.size(-1), { dtype: k.dtype })));
}
/** @internal */
export const lowRankLogdet = (p: LowRankMultivariateNormal): Tensor => logDiagonal(p._capacitance).mul(2).add(p._diag.log().sum(-1));
/** @internal The squared length of x under the covariance W W^T + D. */
export function lowRankMahalanobis(p: LowRankMultivariateNormal, x: Tensor): Tensor {
  const inner = times(transposed(p._factor).div(p._diag.unsqueeze(-2)), x);
  return x.square().div(p._diag).sum(-1).sub(mahalanobis(p._capacitance, inner));
}

/**
 * A normal vector of covariance covFactor covFactor^T + diag(covDiag). https://pytorch.org/docs/stable/distributions.html#lowrankmultivariatenormal
 *
 * @example
 * ```js
 * const d = new torsh.distributions.LowRankMultivariateNormal(torsh.zeros(2), torsh.ones(2, 1), torsh.ones(2));
 * const x = d.sample([3]);
 * console.log(x.shape, d.logProb(x).shape); // [ 3, 2 ] [ 3 ]
 * ```
 */
export class LowRankMultivariateNormal extends Distribution {
  static override readonly argConstraints = { loc: constraints.realVector, covFactor: constraints.independent(constraints.real, 2), covDiag: constraints.independent(constraints.positive, 1) };
  static override readonly support: Constraint = constraints.realVector;
  static override readonly hasRsample = true;
  readonly loc: Tensor;
  readonly covFactor: Tensor;
  readonly covDiag: Tensor;
  /** @internal */ readonly _factor: Tensor;
  /** @internal */ readonly _diag: Tensor;
  /** @internal */ readonly _capacitance: Tensor;
  constructor(loc: Tensor, covFactor: Tensor, covDiag: Tensor, validateArgs?: Tail);
  constructor(options: { loc: Tensor; covFactor: Tensor; covDiag: Tensor; validateArgs?: Validate });
  constructor(...args: unknown[]) {
    const [a, b, c, validateArgs] = bind(sigs.LowRankMultivariateNormal, args) as [unknown, unknown, unknown, Validate];
    const name = 'LowRankMultivariateNormal', loc = needTensor(name, 'loc', a), factor = needTensor(name, 'covFactor', b), diag = needTensor(name, 'covDiag', c);
    if (loc.ndim < 1) fail(name, 'loc must be at least one-dimensional.', 'ERR_SHAPE');
    const n = loc.size(-1);
    if (factor.ndim < 2) fail(name, 'covFactor must be at least two-dimensional, with optional leading batch dimensions', 'ERR_SHAPE');
    if (factor.size(-2) !== n) fail(name, `covFactor must be a batch of matrices with shape ${n} x m`, 'ERR_SHAPE');
    if (diag.ndim < 1 || diag.size(-1) !== n) fail(name, `covDiag must be a batch of vectors with shape [${n}]`, 'ERR_SHAPE');
    const batch = broadcastShapes(loc.shape.slice(0, -1), factor.shape.slice(0, -2), diag.shape.slice(0, -1));
    super(batch, [n], validateArgs);
    this.loc = loc.expand([...batch, n]);
    this.covFactor = factor.expand([...batch, n, factor.size(-1)]);
    this.covDiag = diag.expand([...batch, n]);
    this._checkArgs();
    this._factor = factor;
    this._diag = diag;
    this._capacitance = capacitance(factor, diag);
  }
  private whole(t: Tensor): Tensor { return t.expand([...this.batchShape, ...this.eventShape, ...this.eventShape]); }
  override get mean(): Tensor { return this.loc; }
  override get mode(): Tensor { return this.loc; }
  override get variance(): Tensor { return this._factor.square().sum(-1).add(this._diag).expand([...this.batchShape, ...this.eventShape]); }
  get scaleTril(): Tensor {
    const root = this._diag.sqrt().unsqueeze(-1), w = this._factor.div(root);
    const k = ops.matmul(w, transposed(w)).add(ops.eye(this.eventShape[0], { dtype: w.dtype }));
    return this.whole(root.mul(ops.linalgCholesky(k)));
  }
  get covarianceMatrix(): Tensor { return this.whole(ops.matmul(this._factor, transposed(this._factor)).add(ops.diagEmbed(this._diag))); }
  get precisionMatrix(): Tensor {
    const a = ops.linalgSolveTriangular(this._capacitance, transposed(this._factor).div(this._diag.unsqueeze(-2)), { upper: false });
    return this.whole(ops.diagEmbed(this._diag.reciprocal()).sub(ops.matmul(transposed(a), a)));
  }
  override rsample(...sampleShape: SampleShape): Tensor {
    const shape = this._extendedShape(sampleShape);
    const w = standardNormal([...shape.slice(0, -1), this.covFactor.size(-1)], this.loc), d = standardNormal(shape, this.loc);
    return this.loc.add(times(this._factor, w)).add(this._diag.sqrt().mul(d));
  }
  override logProb(value: Tensor): Tensor {
    this._validateSample(value);
    return lowRankMahalanobis(this, value.sub(this.loc)).add(lowRankLogdet(this).add(this.eventShape[0] * Math.log(2 * Math.PI))).mul(-0.5);
  }
  override entropy(): Tensor { return lowRankLogdet(this).add(this.eventShape[0] * (1 + Math.log(2 * Math.PI))).mul(0.5).expand(this.batchShape); }
}

/** The sum of digammas that is the derivative of mvlgamma. */
const multivariateDigamma = (x: Tensor, p: number): Tensor => x.unsqueeze(-1).sub(ops.arange(p, { dtype: x.dtype }).div(2)).digamma().sum(-1);

/**
 * Sums of df squares of normal vectors, as matrices. https://pytorch.org/docs/stable/distributions.html#wishart
 *
 * @example
 * ```js
 * const d = new torsh.distributions.Wishart(4, { covarianceMatrix: torsh.eye(2) });
 * const x = d.sample([3]);
 * console.log(x.shape, d.logProb(x).shape); // [ 3, 2, 2 ] [ 3 ]
 * ```
 */
export class Wishart extends ExponentialFamily {
  static override readonly argConstraints: Constraints = { ...matrixConstraints, df: constraints.greaterThan(0) };
  static override readonly support: Constraint = constraints.positiveDefinite;
  static override readonly hasRsample = true;
  protected static override readonly lazy: readonly string[] = matrices;
  readonly df: Tensor;
  /** @internal */ readonly _tril: Tensor;
  constructor(df: Param, covarianceMatrix?: Tensor | null, precisionMatrix?: Tensor | null, scaleTril?: Tensor | null, validateArgs?: Tail);
  constructor(df: Param, options: MatrixOptions);
  constructor(options: MatrixOptions & { df: Param });
  constructor(...args: unknown[]) {
    const [given, a, b, c, validateArgs] = bind(sigs.Wishart, args) as [unknown, unknown, unknown, unknown, Validate];
    const { what, matrix } = onlyMatrix('Wishart', [a, b, c]);
    const df = isTensor(given) ? given : broadcastAll('Wishart', given)[0].to(matrix.dtype), n = matrix.size(-1);
    const batch = broadcastShapes(matrix.shape.slice(0, -2), df.shape);
    super(batch, matrix.shape.slice(-2), validateArgs);
    if (df.le(n - 1).any().item()) fail('Wishart', `Value of df=${df} expected to be greater than ndim - 1 = ${n - 1}.`);
    this.df = df.expand(batch);
    this._give(what, matrix.expand([...batch, ...matrix.shape.slice(-2)]));
    this._checkArgs();
    this._tril = factorOf(what, matrix);
  }
  override get argConstraints(): Constraints { return { ...Wishart.argConstraints, df: constraints.greaterThan(this.eventShape[1] - 1) }; }
  private whole(t: Tensor): Tensor { return t.expand([...this.batchShape, ...this.eventShape]); }
  get scaleTril(): Tensor { return this._given('scaleTril', () => this.whole(this._tril)); }
  get covarianceMatrix(): Tensor { return this._given('covarianceMatrix', () => this.whole(ops.matmul(this._tril, transposed(this._tril)))); }
  get precisionMatrix(): Tensor {
    return this._given('precisionMatrix', () => this.whole(ops.choleskySolve(ops.eye(this.eventShape[0], { dtype: this._tril.dtype }), this._tril)));
  }
  private get degrees(): Tensor { return this.df.reshape([...this.batchShape, 1, 1]); }
  override get mean(): Tensor { return this.degrees.mul(this.covarianceMatrix); }
  override get mode(): Tensor {
    const factor = this.degrees.sub(this.eventShape[0] + 1);
    return factor.maskedFill(factor.le(0), NaN).mul(this.covarianceMatrix);
  }
  override get variance(): Tensor {
    const v = this.covarianceMatrix, diagonal = v.diagonal(0, -2, -1);
    return this.degrees.mul(v.square().add(diagonal.unsqueeze(-1).mul(diagonal.unsqueeze(-2))));
  }
  /** Bartlett's decomposition: roots of chi2 variables on the diagonal, normal ones below it. */
  private bartlett(sampleShape: readonly number[]): Tensor {
    const n = this.eventShape[0], { dtype } = this._tril;
    const degrees = this.df.unsqueeze(-1).sub(ops.arange(n, { dtype }));
    const diagonal = new Chi2(degrees, { validateArgs: false }).rsample([...sampleShape]).sqrt().clamp(finfo(dtype).eps);
    const below = ops.randn([...sampleShape, ...this.batchShape, n * (n - 1) / 2], { dtype });
    const rows: Tensor[] = [];
    for (let i = 0, at = 0; i < n; at += i, i++) {
      rows.push(ops.pad(ops.cat([below.narrow(-1, at, i), diagonal.narrow(-1, i, 1)], -1), [0, n - 1 - i], 'constant', 0));
    }
    const chol = ops.matmul(this._tril, ops.stack(rows, -2));
    return ops.matmul(chol, transposed(chol));
  }
  /** Over the batch: whether all events of a draw are positive definite. */
  private sound(sample: Tensor): Tensor {
    const ok = constraints.positiveDefinite.check(sample);
    return this.batchShape.reduce((t: Tensor) => t.all(-1), ok);
  }
  override rsample(...sampleShape: SampleShape): Tensor {
    const shape = this._sampleShape(sampleShape);
    let sample = this.bartlett(shape);
    // PyTorch draws anew what passed the first check; the same numbers come of doing so.
    let again = this.batchShape.reduce((t: Tensor) => t.any(-1), constraints.positiveDefinite.check(sample));
    for (let round = 0; round < 10 && again.any().item(); round++) {
      const flat = again.reshape(-1).nonzero().squeeze(-1), fresh = this.bartlett(flat.shape);
      sample = sample.reshape([-1, ...this.batchShape, ...this.eventShape]).indexCopy(0, flat, fresh).reshape(sample.shape);
      again = again.reshape(-1).indexCopy(0, flat, this.sound(fresh).logicalNot()).reshape(again.shape);
    }
    return sample;
  }
  override logProb(value: Tensor): Tensor {
    this._validateSample(value);
    const p = this.eventShape[0], half = this.df.div(2);
    const trace = ops.choleskySolve(value, this._tril).diagonal(0, -2, -1).sum(-1);
    return this.df.neg().mul(logDiagonal(this._tril).add(p * Math.LN2 / 2)).sub(ops.mvlgamma(half, p))
      .add(this.df.sub(p + 1).div(2).mul(ops.slogdet(value).logabsdet)).sub(trace.div(2));
  }
  override entropy(): Tensor {
    const p = this.eventShape[0], half = this.df.div(2);
    return logDiagonal(this._tril).add(p * Math.LN2 / 2).mul(p + 1).add(ops.mvlgamma(half, p))
      .sub(this.df.sub(p + 1).div(2).mul(multivariateDigamma(half, p))).add(this.df.mul(p).div(2));
  }
  override get _naturalParams(): Tensor[] { return [this.precisionMatrix.neg().div(2), this.df.sub(this.eventShape[0] + 1).div(2)]; }
  override _logNormalizer(x: Tensor, y: Tensor): Tensor {
    const p = this.eventShape[0], z = y.add((p + 1) / 2);
    return z.mul(ops.slogdet(x.mul(-2)).logabsdet.neg().add(Math.LN2 * p)).add(ops.mvlgamma(z, p));
  }
  override get _meanCarrierMeasure(): number { return 0; }
}

/**
 * Cholesky factors of correlation matrices, uniform for a concentration of 1. https://pytorch.org/docs/stable/distributions.html#lkjcholesky
 *
 * @example
 * ```js
 * const d = new torsh.distributions.LKJCholesky(3, 1);
 * const x = d.sample([3]);
 * console.log(x.shape, d.logProb(x).shape); // [ 3, 3, 3 ] [ 3 ]
 * ```
 */
export class LKJCholesky extends Distribution {
  static override readonly argConstraints = { concentration: constraints.positive };
  static override readonly support: Constraint = constraints.corrCholesky;
  readonly dim: number;
  readonly concentration: Tensor;
  constructor(dim: number, concentration?: Param, validateArgs?: Tail);
  constructor(dim: number, options: { concentration?: Param; validateArgs?: Validate });
  constructor(options: { dim: number; concentration?: Param; validateArgs?: Validate });
  constructor(...args: unknown[]) {
    const [dim, given, validateArgs] = bind(sigs.LKJCholesky, args) as [number, unknown, Validate];
    if (!Number.isSafeInteger(dim) || dim < 2) fail('LKJCholesky', `Expected dim to be an integer greater than or equal to 2. Found dim=${String(dim)}.`);
    const [concentration] = broadcastAll('LKJCholesky', given);
    super(concentration.shape, [dim, dim], validateArgs);
    this.dim = dim;
    this.concentration = concentration;
    this._checkArgs();
  }
  /** By the onion method, a row at a time. */
  override sample(...sampleShape: SampleShape): Tensor {
    return noGrad(() => {
      const { dim, concentration } = this, { dtype } = concentration;
      const offset = ops.arange(-1, dim - 1, { dtype }).clamp(0), marginal = concentration.add(0.5 * (dim - 2));
      const beta = new Beta(offset.add(0.5), marginal.unsqueeze(-1).sub(offset.mul(0.5)), { validateArgs: false });
      const y = beta.sample(...sampleShape).unsqueeze(-1);
      const normal = ops.randn(this._extendedShape(sampleShape), { dtype }).tril(-1);
      const sphere = normal.div(ops.vectorNorm(normal, 2, -1, true));
      sphere.select(-2, 0).fill_(0);
      const w = y.sqrt().mul(sphere);
      return w.add(ops.diagEmbed(w.square().sum(-1).neg().add(1).clamp(finfo(dtype).tiny).sqrt()));
    });
  }
  override logProb(value: Tensor): Tensor {
    this._validateSample(value);
    const { dim, concentration } = this, less = dim - 1;
    const order = concentration.sub(1).unsqueeze(-1).mul(2).add(dim).sub(ops.arange(2, dim + 1, { dtype: concentration.dtype }));
    const unnormalized = order.mul(value.diagonal(0, -1, -2).narrow(-1, 1, less).log()).sum(-1);
    const alpha = concentration.add(0.5 * less);
    return unnormalized.sub(ops.mvlgamma(alpha.sub(0.5), less).sub(alpha.lgamma().mul(less)).add(0.5 * less * Math.log(Math.PI)));
  }
}
