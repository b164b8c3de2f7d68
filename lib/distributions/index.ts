/** What torsh.distributions has. */
import './kl-pairs';
import * as constraints from './constraints';
import * as transforms from './transforms';

export { Distribution, ExponentialFamily, type SampleShape, type Sizes } from './distribution';
export { Independent, TransformedDistribution } from './independent';
export { MixtureSameFamily } from './mixture';
export { Bernoulli, Binomial, ContinuousBernoulli, Geometric, NegativeBinomial, Poisson, type OddsOptions } from './binomial';
export { Categorical, Multinomial, OneHotCategorical, OneHotCategoricalStraightThrough, type ClassOptions, type MultinomialOptions } from './categorical';
export { Cauchy, Gumbel, HalfCauchy, Kumaraswamy, Laplace, Pareto, Uniform, VonMises, Weibull } from './continuous';
export { Beta, Chi2, Dirichlet, Exponential, FisherSnedecor, Gamma, InverseGamma, StudentT } from './gamma';
export { LKJCholesky, LowRankMultivariateNormal, MultivariateNormal, Wishart, type MatrixOptions } from './multivariate';
export { HalfNormal, LogNormal, LogisticNormal, Normal } from './normal';
export { ExpRelaxedCategorical, LogitRelaxedBernoulli, RelaxedBernoulli, RelaxedOneHotCategorical } from './relaxed';
export * from './transforms';
export { Constraint } from './constraints';
export { ConstraintRegistry, bijectTo, transformTo } from './registry';
export { klDivergence, registerKl } from './kl';
export type { Param } from './utils';
export { constraints, transforms };
