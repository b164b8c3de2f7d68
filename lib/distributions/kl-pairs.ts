/** KL divergences in closed form: of two distributions of one kind, then of different kinds. */
import * as ops from '../gen/ops';
import type { Tensor } from '../tensor';
import { Bernoulli, Binomial, ContinuousBernoulli, Geometric, Poisson } from './binomial';
import { Categorical, OneHotCategorical } from './categorical';
import { Cauchy, Gumbel, Laplace, Pareto, Uniform } from './continuous';
import type { Distribution } from './distribution';
import { Beta, Dirichlet, Exponential, Gamma, InverseGamma } from './gamma';
import { klDivergence, registerKl, type Kind } from './kl';
import { LowRankMultivariateNormal, MultivariateNormal, logDiagonal, lowRankLogdet, lowRankMahalanobis, mahalanobis } from './multivariate';
import { HalfNormal, Normal } from './normal';
import { eulerConstant, fail, unsupported } from './utils';

// Exported because bundlers take a module without exports for CommonJS, and wrap all that it imports.
export const xLogX = (x: Tensor): Tensor => x.mul(x.log());
const lbeta = (a: Tensor, b: Tensor): Tensor => a.lgamma().add(b.lgamma()).sub(a.add(b).lgamma());
const infiniteWhere = (result: Tensor, mask: Tensor): Tensor => result.maskedFill(mask, Infinity);
const not1 = (x: Tensor): Tensor => x.neg().add(1);

/* ---- one kind ---- */

registerKl(Bernoulli, Bernoulli, (p, q) => {
  const { softplus } = ops;
  const ones = p.probs.mul(softplus(q.logits.neg()).sub(softplus(p.logits.neg())));
  const zeros = not1(p.probs).mul(softplus(q.logits).sub(softplus(p.logits)));
  return infiniteWhere(ones, q.probs.eq(0)).maskedFill(p.probs.eq(0), 0).add(infiniteWhere(zeros, q.probs.eq(1)).maskedFill(p.probs.eq(1), 0));
});
registerKl(Beta, Beta, (p, q) => {
  const sumP = p.concentration1.add(p.concentration0), sumQ = q.concentration1.add(q.concentration0);
  return lbeta(q.concentration1, q.concentration0).sub(lbeta(p.concentration1, p.concentration0))
    .add(p.concentration1.sub(q.concentration1).mul(p.concentration1.digamma())).add(p.concentration0.sub(q.concentration0).mul(p.concentration0.digamma()))
    .add(sumQ.sub(sumP).mul(sumP.digamma()));
});
registerKl(Binomial, Binomial, (p, q) => {
  if (p.totalCount.lt(q.totalCount).any().item()) unsupported('klDivergence', 'KL between Binomials where q.totalCount > p.totalCount is not implemented');
  const kl = p.totalCount.mul(p.probs.mul(p.logits.sub(q.logits)).add(p.probs.neg().log1p()).sub(q.probs.neg().log1p()));
  return infiniteWhere(kl, p.totalCount.gt(q.totalCount));
});
const ofCategorical = (p: { probs: Tensor; logits: Tensor }, q: { probs: Tensor; logits: Tensor }): Tensor =>
  infiniteWhere(p.probs.mul(p.logits.sub(q.logits)), q.probs.eq(0)).maskedFill(p.probs.eq(0), 0).sum(-1);
registerKl(Categorical, Categorical, ofCategorical);
registerKl(OneHotCategorical, OneHotCategorical, ofCategorical);
registerKl(ContinuousBernoulli, ContinuousBernoulli, (p, q) =>
  p.mean.mul(p.logits.sub(q.logits)).add(p._logNorm).add(p.probs.neg().log1p()).sub(q._logNorm).sub(q.probs.neg().log1p()));
registerKl(Dirichlet, Dirichlet, (p, q) => {
  const a = p.concentration, b = q.concentration, total = a.sum(-1);
  return total.lgamma().sub(b.sum(-1).lgamma()).sub(a.lgamma().sub(b.lgamma()).sum(-1))
    .add(a.sub(b).mul(a.digamma().sub(total.digamma().unsqueeze(-1))).sum(-1));
});
registerKl(Exponential, Exponential, (p, q) => {
  const ratio = q.rate.div(p.rate);
  return ratio.log().neg().add(ratio).sub(1);
});
registerKl(Gamma, Gamma, (p, q) =>
  q.concentration.mul(p.rate.div(q.rate).log()).add(q.concentration.lgamma().sub(p.concentration.lgamma()))
    .add(p.concentration.sub(q.concentration).mul(p.concentration.digamma())).add(q.rate.sub(p.rate).mul(p.concentration.div(p.rate))));
registerKl(InverseGamma, InverseGamma, (p, q) => klDivergence(p.baseDist, q.baseDist));
registerKl(Gumbel, Gumbel, (p, q) => {
  const ratio = p.scale.div(q.scale), locQ = q.loc.div(q.scale), locP = p.loc.div(q.scale);
  return ratio.log().neg().sub(locQ).add(locP).add(ratio.mul(eulerConstant)).add(locQ.add(ratio.add(1).lgamma()).sub(locP).exp()).sub(1 + eulerConstant);
});
registerKl(Geometric, Geometric, (p, q) => p.entropy().neg().sub(q.probs.neg().log1p().div(p.probs)).sub(q.logits));
const ofNormal = (p: Normal, q: Normal): Tensor => {
  const ratio = p.scale.div(q.scale).square();
  return ratio.add(p.loc.sub(q.loc).div(q.scale).square()).sub(1).sub(ratio.log()).mul(0.5);
};
registerKl(Normal, Normal, ofNormal);
registerKl(HalfNormal, HalfNormal, (p, q) => ofNormal(p.baseDist, q.baseDist));
registerKl(Laplace, Laplace, (p, q) => {
  const ratio = p.scale.div(q.scale), apart = p.loc.sub(q.loc).abs();
  return ratio.log().neg().add(apart.div(q.scale)).add(ratio.mul(apart.neg().div(p.scale).exp())).sub(1);
});
registerKl(Pareto, Pareto, (p, q) => {
  const ratio = q.alpha.div(p.alpha);
  return infiniteWhere(q.alpha.mul(p.scale.div(q.scale).log()).sub(ratio.log()).add(ratio).sub(1), p.scale.lt(q.scale));
});
registerKl(Poisson, Poisson, (p, q) => p.rate.mul(p.rate.log().sub(q.rate.log())).sub(p.rate.sub(q.rate)));
registerKl(Uniform, Uniform, (p, q) => infiniteWhere(q.high.sub(q.low).div(p.high.sub(p.low)).log(), q.low.gt(p.low).logicalOr(q.high.lt(p.high))));
registerKl(Cauchy, Cauchy, (p, q) => p.scale.add(q.scale).square().add(p.loc.sub(q.loc).square()).log().sub(p.scale.mul(q.scale).mul(4).log()));

/* ---- normal vectors ---- */

function sameEvents(p: Distribution, q: Distribution): number {
  if (String(p.eventShape) !== String(q.eventShape)) fail('klDivergence', 'KL-divergence between two (Low Rank) Multivariate Normals with different event shapes cannot be computed', 'ERR_SHAPE');
  return p.eventShape[0];
}
/** The sum of squares of each matrix. */
const squares = (t: Tensor): Tensor => t.square().sum([-2, -1]);
const solve = (lower: Tensor, b: Tensor): Tensor => ops.linalgSolveTriangular(lower, b, { upper: false });

registerKl(MultivariateNormal, MultivariateNormal, (p, q) => {
  const n = sameEvents(p, q);
  const trace = squares(solve(q._tril, p._tril)), far = mahalanobis(q._tril, q.loc.sub(p.loc));
  return logDiagonal(q._tril).sub(logDiagonal(p._tril)).add(trace.add(far).sub(n).mul(0.5));
});
/** C^-1 W^T D^-1 of q, by which the trace of q's precision times p's covariance expands. */
const reduced = (q: LowRankMultivariateNormal): Tensor => solve(q._capacitance, q._factor.transpose(-2, -1).div(q._diag.unsqueeze(-2)));
registerKl(LowRankMultivariateNormal, LowRankMultivariateNormal, (p, q) => {
  const n = sameEvents(p, q), a = reduced(q);
  const trace = p._diag.div(q._diag).sum(-1).add(squares(p._factor.mul(q._diag.rsqrt().unsqueeze(-1))))
    .sub(squares(a.mul(p._diag.sqrt().unsqueeze(-2)))).sub(squares(ops.matmul(a, p._factor)));
  return lowRankLogdet(q).sub(lowRankLogdet(p)).add(trace).add(lowRankMahalanobis(q, q.loc.sub(p.loc))).sub(n).mul(0.5);
});
registerKl(MultivariateNormal, LowRankMultivariateNormal, (p, q) => {
  const n = sameEvents(p, q);
  const trace = squares(p._tril.mul(q._diag.rsqrt().unsqueeze(-1))).sub(squares(ops.matmul(reduced(q), p._tril)));
  return lowRankLogdet(q).sub(logDiagonal(p._tril).mul(2)).add(trace).add(lowRankMahalanobis(q, q.loc.sub(p.loc))).sub(n).mul(0.5);
});
registerKl(LowRankMultivariateNormal, MultivariateNormal, (p, q) => {
  const n = sameEvents(p, q);
  const trace = squares(solve(q._tril, p._factor)).add(squares(solve(q._tril, ops.diagEmbed(p._diag.sqrt()))));
  return logDiagonal(q._tril).mul(2).sub(lowRankLogdet(p)).add(trace).add(mahalanobis(q._tril, q.loc.sub(p.loc))).sub(n).mul(0.5);
});

/* ---- different kinds ---- */

/** p reaches where q has no density. */
function never<P extends Distribution>(kind: Kind<P>, parameter: (p: P) => Tensor, others: readonly Kind<Distribution>[]): void {
  for (const other of others) registerKl(kind, other, (p: P) => ops.fullLike(parameter(p), Infinity));
}
never(Beta, (p) => p.concentration1, [Pareto]);
never(ContinuousBernoulli, (p) => p.probs, [Pareto]);
never(Exponential, (p) => p.rate, [Beta, ContinuousBernoulli, Pareto, Uniform]);
never(Gamma, (p) => p.concentration, [Beta, ContinuousBernoulli, Pareto, Uniform]);
never(Gumbel, (p) => p.loc, [Beta, ContinuousBernoulli, Exponential, Gamma, Pareto, Uniform]);
never(Laplace, (p) => p.loc, [Beta, ContinuousBernoulli, Exponential, Gamma, Pareto, Uniform]);
never(Normal, (p) => p.loc, [Beta, ContinuousBernoulli, Exponential, Gamma, Pareto, Uniform]);
never(Pareto, (p) => p.scale, [Beta, ContinuousBernoulli, Uniform]);
never(Poisson, (p) => p.rate, [Bernoulli, Binomial]);

/** The logarithm of q's normal density has the expectation -(this). */
const crossNormal = (mean: Tensor, variance: Tensor, q: Normal): Tensor =>
  q.variance.mul(2 * Math.PI).log().mul(0.5).add(variance.add(mean.sub(q.loc).square()).mul(0.5).div(q.variance));
/** The same of q's gamma density. */
const crossGamma = (mean: Tensor, meanLog: Tensor, q: Gamma): Tensor =>
  q.concentration.lgamma().sub(q.concentration.mul(q.rate.log())).sub(q.concentration.sub(1).mul(meanLog)).add(q.rate.mul(mean));
const crossExponential = (mean: Tensor, q: Exponential): Tensor => q.rate.mul(mean).sub(q.rate.log());
const crossContinuousBernoulli = (mean: Tensor, q: ContinuousBernoulli): Tensor => mean.mul(q.logits).add(q.probs.neg().log1p()).add(q._logNorm).neg();

registerKl(Bernoulli, Poisson, (p, q) => q.rate.sub(p.probs.mul(q.rate.log())).sub(p.entropy()));

registerKl(Beta, ContinuousBernoulli, (p, q) => crossContinuousBernoulli(p.mean, q).sub(p.entropy()));
registerKl(Beta, Exponential, (p, q) => crossExponential(p.mean, q).sub(p.entropy()));
registerKl(Beta, Gamma, (p, q) => crossGamma(p.mean, p.concentration1.digamma().sub(p.concentration1.add(p.concentration0).digamma()), q).sub(p.entropy()));
registerKl(Beta, Normal, (p, q) => crossNormal(p.mean, p.variance, q).sub(p.entropy()));
registerKl(Beta, Uniform, (p, q) => infiniteWhere(q.entropy().sub(p.entropy()), q.low.gt(0).logicalOr(q.high.lt(1))));

registerKl(ContinuousBernoulli, Exponential, (p, q) => crossExponential(p.mean, q).sub(p.entropy()));
registerKl(ContinuousBernoulli, Normal, (p, q) => crossNormal(p.mean, p.variance, q).sub(p.entropy()));
// PyTorch's formulas call the bounds 0 and 1 themselves infinite, here and for Uniform and ContinuousBernoulli.
registerKl(ContinuousBernoulli, Uniform, (p, q) => infiniteWhere(q.entropy().sub(p.entropy()), q.low.ge(0).logicalOr(q.high.le(1))));

registerKl(Exponential, Gamma, (p, q) => {
  const ratio = q.rate.div(p.rate);
  return q.concentration.mul(ratio.log()).neg().add(ratio).add(q.concentration.lgamma()).add(q.concentration.mul(eulerConstant)).sub(1 + eulerConstant);
});
registerKl(Exponential, Gumbel, (p, q) => {
  const product = p.rate.mul(q.scale), loc = q.loc.div(q.scale);
  return product.log().sub(1).sub(loc).add(loc.exp().mul(product).div(product.add(1))).add(product.reciprocal());
});
registerKl(Exponential, Normal, (p, q) => crossNormal(p.mean, p.variance, q).sub(p.entropy()));

registerKl(Gamma, Exponential, (p, q) => crossExponential(p.mean, q).sub(p.entropy()));
registerKl(Gamma, Gumbel, (p, q) => {
  const product = p.rate.mul(q.scale), loc = q.loc.div(q.scale), a = p.concentration;
  return a.sub(1).mul(a.digamma()).sub(a.lgamma()).sub(a).add(product.log()).add(a.div(product)).add(loc.exp().mul(product.reciprocal().add(1).pow(a.neg()))).sub(loc);
});
registerKl(Gamma, Normal, (p, q) => crossNormal(p.mean, p.variance, q).sub(p.entropy()));

registerKl(Gumbel, Normal, (p, q) => crossNormal(p.mean, p.variance, q).sub(p.entropy()));
registerKl(Laplace, Normal, (p, q) => crossNormal(p.mean, p.variance, q).sub(p.entropy()));
registerKl(Normal, Gumbel, (p, q) => {
  const apart = p.loc.sub(q.loc).div(q.scale), ratio = p.scale.div(q.scale).square();
  return apart.sub(ratio.log().mul(0.5)).add(ratio.mul(0.5).sub(apart).exp()).sub(0.5 * (1 + Math.log(2 * Math.PI)));
});
registerKl(Normal, Laplace, (p, q) => {
  const apart = p.loc.sub(q.loc), scaled = apart.div(p.scale);
  const distance = p.scale.mul(scaled.square().mul(-0.5).exp()).mul(Math.sqrt(2 / Math.PI)).add(apart.mul(scaled.mul(Math.SQRT1_2).erf()));
  return distance.div(q.scale).sub(p.scale.div(q.scale).log()).sub(0.5 * (1 + Math.log(0.5 * Math.PI)));
});

registerKl(Pareto, Exponential, (p, q) => infiniteWhere(crossExponential(p.alpha.mul(p.scale).div(p.alpha.sub(1)), q).sub(p.entropy()), p.alpha.le(1)));
registerKl(Pareto, Gamma, (p, q) =>
  infiniteWhere(crossGamma(p.alpha.mul(p.scale).div(p.alpha.sub(1)), p.scale.log().add(p.alpha.reciprocal()), q).sub(p.entropy()), p.alpha.le(1)));
registerKl(Pareto, Normal, (p, q) => {
  const a = p.alpha, less = p.scale.div(a.sub(1));
  return infiniteWhere(crossNormal(a.mul(less), a.mul(less.square()).div(a.sub(2)), q).sub(p.entropy()), a.le(2));
});

registerKl(Uniform, Beta, (p, q) => {
  const width = p.high.sub(p.low);
  const meanLog = xLogX(p.high).sub(xLogX(p.low)).sub(width).div(width);
  const meanLogRest = xLogX(not1(p.low)).sub(xLogX(not1(p.high))).sub(width).div(width);
  const result = lbeta(q.concentration1, q.concentration0).sub(width.log()).sub(q.concentration1.sub(1).mul(meanLog)).sub(q.concentration0.sub(1).mul(meanLogRest));
  return infiniteWhere(result, p.high.gt(1).logicalOr(p.low.lt(0)));
});
registerKl(Uniform, ContinuousBernoulli, (p, q) => infiniteWhere(crossContinuousBernoulli(p.mean, q).sub(p.entropy()), p.high.ge(1).logicalOr(p.low.le(0))));
registerKl(Uniform, Exponential, (p, q) => infiniteWhere(crossExponential(p.mean, q).sub(p.entropy()), p.low.lt(0)));
registerKl(Uniform, Gamma, (p, q) => {
  const width = p.high.sub(p.low), meanLog = xLogX(p.high).sub(xLogX(p.low)).sub(width).div(width);
  return infiniteWhere(crossGamma(p.mean, meanLog, q).sub(width.log()), p.low.lt(0));
});
registerKl(Uniform, Gumbel, (p, q) => {
  const ratio = q.scale.div(p.high.sub(p.low)), high = p.high.sub(q.loc).div(q.scale), low = p.low.sub(q.loc).div(q.scale);
  return ratio.log().add(high.add(low).mul(0.5)).sub(ratio.mul(high.neg().exp().sub(low.neg().exp())));
});
registerKl(Uniform, Normal, (p, q) => crossNormal(p.mean, p.variance, q).sub(p.entropy()));
registerKl(Uniform, Pareto, (p, q) => {
  const width = p.high.sub(p.low), meanLog = xLogX(p.high).sub(xLogX(p.low)).sub(width).div(width);
  const result = meanLog.mul(q.alpha.add(1)).sub(q.alpha.mul(q.scale.pow(q.alpha)).mul(width).log());
  return infiniteWhere(result, p.low.lt(q.scale));
});
