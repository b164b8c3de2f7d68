/** klDivergence and its table of pairs. https://pytorch.org/docs/stable/distributions.html#module-torch.distributions.kl */
import type { Tensor } from '../tensor';
import { Distribution, ExponentialFamily, gradientsOf } from './distribution';
import { Independent, TransformedDistribution } from './independent';
import { sameTransforms } from './transform';
import { fail, sumRightmost, unsupported } from './utils';

/** A class of distributions, abstract ones included. */
export type Kind<D extends Distribution> = abstract new (...args: any[]) => D;
type Rule = (p: any, q: any) => Tensor;

const table = new Map<Kind<Distribution>, Map<Kind<Distribution>, Rule>>();
/** What was found for pairs of classes; cleared when the table changes. */
let found = new Map<unknown, Map<unknown, Rule | null>>();

const isKind = (x: unknown): x is Kind<Distribution> => typeof x === 'function' && (x === Distribution || x.prototype instanceof Distribution);

/** Enters KL(p || q) for two classes and what extends them. https://pytorch.org/docs/stable/distributions.html#torch.distributions.kl.register_kl */
export function registerKl<P extends Distribution, Q extends Distribution>(typeP: Kind<P>, typeQ: Kind<Q>, rule: (p: P, q: Q) => Tensor): (p: P, q: Q) => Tensor {
  if (!isKind(typeP)) fail('registerKl', `Expected typeP to be a Distribution subclass but got ${String(typeP)}`);
  if (!isKind(typeQ)) fail('registerKl', `Expected typeQ to be a Distribution subclass but got ${String(typeQ)}`);
  if (typeof rule !== 'function') fail('registerKl', 'expected a function of two distributions');
  let row = table.get(typeP);
  if (!row) table.set(typeP, row = new Map());
  row.set(typeQ, rule);
  found = new Map();
  return rule;
}

const isUnder = (a: Kind<Distribution>, b: Kind<Distribution>): boolean => a === b || a.prototype instanceof (b as new () => Distribution);

/** The rule of the nearest classes, that of p first. */
function lookUp(typeP: Kind<Distribution>, typeQ: Kind<Distribution>): Rule | null {
  let best: [Kind<Distribution>, Kind<Distribution>, Rule] | null = null;
  for (const [p, row] of table) {
    if (!isUnder(typeP, p)) continue;
    for (const [q, rule] of row) {
      if (!isUnder(typeQ, q)) continue;
      if (best === null || (p !== best[0] ? isUnder(p, best[0]) : isUnder(q, best[1]))) best = [p, q, rule];
    }
  }
  return best && best[2];
}

/**
 * KL(p || q), the expectation under p of log p - log q, over the batch. Errors: pairs of kinds that no rule is known for.
 *
 * @example
 * ```js
 * const { klDivergence, Normal } = torsh.distributions;
 * console.log(klDivergence(new Normal(0, 1), new Normal(1, 1))); // tensor(0.5000)
 * ```
 */
export function klDivergence(p: Distribution, q: Distribution): Tensor {
  if (!(p instanceof Distribution) || !(q instanceof Distribution)) fail('klDivergence', 'takes two distributions');
  const typeP = p.constructor as Kind<Distribution>, typeQ = q.constructor as Kind<Distribution>;
  let row = found.get(typeP);
  if (!row) found.set(typeP, row = new Map());
  let rule = row.get(typeQ);
  if (rule === undefined) row.set(typeQ, rule = lookUp(typeP, typeQ));
  return rule === null ? unsupported('klDivergence', `No KL(p || q) is implemented for p type ${typeP.name} and q type ${typeQ.name}`) : rule(p, q);
}

/* Distributions of one exponential family, by the Bregman divergence of the log normalizer. */
registerKl(ExponentialFamily, ExponentialFamily, (p, q) => {
  if (p.constructor !== q.constructor) unsupported('klDivergence', 'The cross KL-divergence between different exponential families cannot be computed using Bregman divergences');
  const { params, normalizer, gradients } = gradientsOf(p), others = q._naturalParams;
  return params.reduce((sum, param, i) => sum.sub(sumRightmost(others[i].sub(param).mul(gradients[i]), q.eventShape.length)), q._logNormalizer(...others).sub(normalizer));
});
registerKl(TransformedDistribution, TransformedDistribution, (p, q) => {
  if (!sameTransforms(p.transforms, q.transforms)) unsupported('klDivergence', 'the transforms of both distributions must be the same');
  if (String(p.eventShape) !== String(q.eventShape)) unsupported('klDivergence', 'the event shapes of both distributions must be the same');
  return klDivergence(p.baseDist, q.baseDist);
});
registerKl(Independent, Independent, (p, q) => {
  if (p.reinterpretedBatchNdims !== q.reinterpretedBatchNdims) unsupported('klDivergence', `reinterpretedBatchNdims differ: ${p.reinterpretedBatchNdims} and ${q.reinterpretedBatchNdims}`);
  return sumRightmost(klDivergence(p.baseDist, q.baseDist), p.reinterpretedBatchNdims);
});
