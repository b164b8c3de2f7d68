/** From constraints to transforms: bijectTo and transformTo. https://pytorch.org/docs/stable/distributions.html#module-torch.distributions.constraint_registry */
import * as c from './constraints';
import { Constraint, type CatConstraint, type GreaterThan, type IndependentConstraint, type Interval, type LessThan, type Maker, type StackConstraint } from './constraints';
import {
  AffineTransform, CatTransform, ComposeTransform, CorrCholeskyTransform, ExpTransform, IndependentTransform, LowerCholeskyTransform, PositiveDefiniteTransform, SigmoidTransform,
  SoftmaxTransform, StackTransform, StickBreakingTransform, identityTransform, type Transform,
} from './transforms';
import { fail, unsupported } from './utils';

type Class = new (...args: any[]) => Constraint;
type Factory = (constraint: any) => Transform;

/** A table from classes of constraints to transforms, called with a constraint. */
export interface ConstraintRegistry { (constraint: Constraint): Transform }
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging -- the interface gives instances their call signature
export class ConstraintRegistry {
  private declare factories: Map<Class, Factory>;
  constructor() {
    const factories = new Map<Class, Factory>();
    const self = ((constraint: Constraint) => {
      const factory = factories.get(constraint?.constructor as Class);
      return factory ? factory(constraint) : unsupported('ConstraintRegistry', `Cannot transform ${String(constraint?.constructor?.name)} constraints`);
    }) as unknown as this;
    Object.setPrototypeOf(self, new.target.prototype as object);
    self.factories = factories;
    // oxlint-disable-next-line no-constructor-return -- instances are functions
    return self;
  }
  /** Enters a factory for a class of constraints: the class, one of its constraints, or what makes them (constraints.interval). */
  register(constraint: Constraint | Class | Maker<any, any>, factory: Factory): Factory {
    const type: unknown = constraint instanceof Constraint ? constraint.constructor : (constraint as Maker<any, any>)?.type ?? constraint;
    if (typeof type !== 'function' || !(type.prototype instanceof Constraint)) fail('register', `Expected constraint to be either a Constraint subclass or instance, but got ${String(constraint)}`);
    this.factories.set(type as Class, factory);
    return factory;
  }
}

/** A bijective transform from the real numbers to a constraint. */
export const bijectTo = new ConstraintRegistry();
/**
 * A transform from the real numbers to a constraint, not always bijective and often cheaper.
 *
 * @example
 * ```js
 * const { constraints, transformTo } = torsh.distributions;
 * console.log(transformTo(constraints.positive)(torsh.tensor([0]))); // tensor([1.])
 * ```
 */
export const transformTo = new ConstraintRegistry();

const exp = (then: Transform): Transform => new ComposeTransform([new ExpTransform(), then]);
function toInterval(constraint: Interval): Transform {
  const { lowerBound: low, upperBound: high } = constraint;
  if (low === 0 && high === 1) return new SigmoidTransform();
  const scale = typeof high === 'number' ? (typeof low === 'number' ? high - low : low.neg().add(high)) : high.sub(low);
  return new ComposeTransform([new SigmoidTransform(), new AffineTransform(low, scale)]);
}

for (const registry of [bijectTo, transformTo]) {
  registry.register(c.real, () => identityTransform);
  registry.register(c.independent, (x: IndependentConstraint) => new IndependentTransform(registry(x.baseConstraint), x.reinterpretedBatchNdims));
  for (const kind of [c.greaterThan, c.greaterThanEq]) registry.register(kind, (x: GreaterThan) => exp(new AffineTransform(x.lowerBound, 1)));
  registry.register(c.lessThan, (x: LessThan) => exp(new AffineTransform(x.upperBound, -1)));
  registry.register(c.interval, toInterval);
  registry.register(c.halfOpenInterval, toInterval);
  registry.register(c.corrCholesky, () => new CorrCholeskyTransform());
  registry.register(c.cat, (x: CatConstraint) => new CatTransform(x.cseq.map((part) => registry(part)), x.dim, x.lengths));
  registry.register(c.stack, (x: StackConstraint) => new StackTransform(x.cseq.map((part) => registry(part)), x.dim));
}
bijectTo.register(c.simplex, () => new StickBreakingTransform());
transformTo.register(c.simplex, () => new SoftmaxTransform());
transformTo.register(c.lowerCholesky, () => new LowerCholeskyTransform());
transformTo.register(c.positiveDefinite, () => new PositiveDefiniteTransform());
transformTo.register(c.positiveSemidefinite, () => new PositiveDefiniteTransform());
