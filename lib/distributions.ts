/** torsh.distributions: what it offers and what it stands on. The classes are made when one of them is first asked for. */
import { bind, signature } from './bind';
import { grad as autogradGrad } from './autograd';
import { enableGrad, noGrad } from './autograd/modes';
import { tensor } from './creation';
import { loadDistributions } from './distributions/load.node';
import type { Distributions } from './distributions/make';
import { TorshError } from './errors';
import * as ops from './gen/ops';
import { broadcastShapes, finfo } from './info';
import { py, pyFloat, pySize } from './nn/repr';
import { isTensor } from './runtime/call';
import { defaults } from './runtime/dtype';

const core = () => ({
  bind, signature, TorshError, isTensor, tensor, enableGrad, noGrad, autogradGrad, finfo, broadcastShapes, py, pyFloat, pySize, defaultDtype: () => defaults.dtype,
  arange: ops.arange, bernoulli: ops.bernoulli, binaryCrossEntropyWithLogits: ops.binaryCrossEntropyWithLogits, binomial: ops.binomial, broadcastTensors: ops.broadcastTensors, cat: ops.cat,
  cholesky: ops.linalgCholesky, choleskyEx: ops.linalgCholeskyEx, choleskyInverse: ops.choleskyInverse, choleskySolve: ops.choleskySolve, diagEmbed: ops.diagEmbed,
  eigvalsh: ops.linalgEigvalsh, empty: ops.empty, eye: ops.eye, full: ops.full, fullLike: ops.fullLike, igamma: ops.igamma, isclose: ops.isclose, logSoftmax: ops.logSoftmax, logsigmoid: ops.logsigmoid,
  matmul: ops.matmul, maximum: ops.maximum, multinomial: ops.multinomial, mvlgamma: ops.mvlgamma, normal: ops.normal, oneHot: ops.oneHot, onesLike: ops.onesLike,
  pad: ops.pad, poisson: ops.poisson, rand: ops.rand, randn: ops.randn, sampleDirichlet: ops._sampleDirichlet, slogdet: ops.slogdet, softmax: ops.softmax, softplus: ops.softplus,
  solveTriangular: ops.linalgSolveTriangular, stack: ops.stack, standardGamma: ops._standardGamma, vectorNorm: ops.vectorNorm, where: ops.where, xlogy: ops.xlogy,
  zeros: ops.zeros, zerosLike: ops.zerosLike,
});
export type Core = ReturnType<typeof core>;

const names = `
  Distribution ExponentialFamily Independent TransformedDistribution MixtureSameFamily
  Bernoulli Beta Binomial Categorical Cauchy Chi2 ContinuousBernoulli Dirichlet Exponential FisherSnedecor Gamma Geometric Gumbel HalfCauchy HalfNormal InverseGamma Kumaraswamy
  LKJCholesky Laplace LogNormal LogisticNormal LowRankMultivariateNormal Multinomial MultivariateNormal NegativeBinomial Normal OneHotCategorical OneHotCategoricalStraightThrough
  Pareto Poisson RelaxedBernoulli RelaxedOneHotCategorical StudentT Uniform VonMises Weibull Wishart ExpRelaxedCategorical LogitRelaxedBernoulli
  AbsTransform AffineTransform CatTransform ComposeTransform CorrCholeskyTransform CumulativeDistributionTransform ExpTransform IndependentTransform LowerCholeskyTransform
  PositiveDefiniteTransform PowerTransform ReshapeTransform SigmoidTransform SoftmaxTransform SoftplusTransform StackTransform StickBreakingTransform TanhTransform Transform identityTransform
  Constraint ConstraintRegistry bijectTo transformTo constraints transforms klDivergence registerKl`;

let loaded: Distributions | null = null;

/** Probability distributions, their constraints and transforms. https://pytorch.org/docs/stable/distributions.html */
export const distributions = {} as Distributions;
for (const name of names.trim().split(/\s+/)) {
  Object.defineProperty(distributions, name, { enumerable: true, get: () => (loaded ??= loadDistributions(core()))[name as keyof Distributions] });
}
