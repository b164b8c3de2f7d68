// Uses of torsh.distributions, as the compiler sees them: nothing here runs. See usage.ts.
import torsh, { distributions, type Tensor } from 'torsh';

const { constraints, transforms } = distributions;
const loc: Tensor = torsh.zeros(3);

// Parameters by place or by name, numbers or tensors; probs or logits.
const normal: distributions.Normal = new distributions.Normal(loc, 1);
const same = new torsh.distributions.Normal({ loc: 0, scale: torsh.ones(3), validateArgs: false });
const classes = new distributions.Categorical({ logits: loc });
const counts = new distributions.Binomial(10, { probs: 0.3 });
const t = new distributions.StudentT(3, { scale: 2 });
const vector = new distributions.MultivariateNormal(loc, { scaleTril: torsh.eye(3) });
// @ts-expect-error no such parameter
const wrong = new distributions.Normal({ mean: 0, scale: 1 });
// @ts-expect-error classes have no number as their probabilities
const number = new distributions.Categorical(0.5);

const samples: Tensor[] = [normal.sample(), normal.sample(2, 3), normal.rsample([2, 3]), same.sample({ sampleShape: [2] })];
const wide: distributions.Normal = normal.expand([2, 3]);
const density: Tensor = wide.logProb(samples[1]).add(counts.entropy());
const kl: Tensor = distributions.klDivergence(normal, same);

// Made of others.
const mixture = new distributions.MixtureSameFamily(classes, normal);
const scale: Tensor = mixture.componentDistribution.scale;
const event = new distributions.Independent(normal, 1);
const inner: distributions.Normal = event.baseDist;
const flow = new distributions.TransformedDistribution(normal, [new transforms.ExpTransform(), new distributions.AffineTransform(0, 2)]);

// Transforms are called like functions.
const positive: Tensor = distributions.bijectTo(constraints.positive)(loc);
const back: Tensor = distributions.transformTo(distributions.Normal.argConstraints.scale).inv(positive);
const valid: Tensor = constraints.interval(0, loc).check(loc);

class Mine extends distributions.Distribution {
  constructor(readonly width: Tensor) { super(width.shape); }
  override rsample(...sampleShape: distributions.SampleShape): Tensor { return torsh.rand(this._extendedShape(sampleShape)).mul(this.width); }
}
distributions.registerKl(Mine, distributions.Uniform, (p, q) => q.high.sub(q.low).div(p.width).log());

export { t, vector, wrong, number, density, kl, scale, inner, flow, back, valid };
