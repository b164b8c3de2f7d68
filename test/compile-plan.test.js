// torsh.compile without gradients: chains, folded norms, buffers. What a plan gives is what the function gives, to the bit, but for folding.
const torsh = require('torsh');

const { nn } = torsh;
const F = nn.functional;
const text = (x) => (Array.isArray(x) ? x.map(text) : [x.dtype, x.shape, x.stride(), Array.from(x.toTypedArray(), String)]);
const planned = (compiled) => compiled.explain().programs.filter((p) => p.ready);

/** A generator of whole numbers below n, the same ones for a seed. */
function numbers(seed) {
  let state = seed;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor(state / 2 ** 32 * n);
  };
}

const shapes = [[2, 3, 4], [2, 3, 4], [2, 3, 4], [3, 4], [4], [1], [2, 1, 4], [3, 1], []];
const one = [
  (x) => x.relu(), (x) => x.neg(), (x) => x.tanh(), (x) => x.sigmoid(), (x) => x.exp().clamp(0, 9), (x) => x.add(1.5), (x) => x.mul(-0.25), (x) => x.square(), (x) => x.pow(3), (x) => x.pow(1),
  (x) => x.abs().sqrt(), (x) => F.gelu(x), (x) => F.silu(x), (x) => F.leakyRelu(x, 0.2), (x) => F.hardtanh(x, -1, 1), (x) => F.elu(x, 0.5), (x) => F.softplus(x), (x) => torsh.rsub(x, 2),
  (x) => x.clamp(-1, 1), (x) => x.floor(), (x) => x.sin(), (x) => F.softsign(x), (x) => x.div(3), (x) => x.add(2, { alpha: 3 }), (x) => F.threshold(x, 0.1, -1), (x) => F.hardswish(x),
];
const two = [
  (x, y) => x.add(y), (x, y) => x.sub(y), (x, y) => x.mul(y), (x, y) => x.div(y.abs().add(1)), (x, y) => torsh.maximum(x, y), (x, y) => x.add(y, { alpha: -0.5 }), (x, y) => torsh.atan2(x, y),
  (x, y) => torsh.addcmul(x, y, y, { value: 0.5 }), (x, y) => torsh.hypot(x, y),
];
const inplace = [(x) => x.relu_(), (x) => x.mul_(0.5), (x) => x.add_(1), (x) => x.clamp_(-2, 2), (x) => F.relu6(x, true), (x) => x.tanh_()];
/** What is no link: views, reductions, products, other dtypes. */
const other = [
  (x) => x.sum(), (x) => x.reshape(-1), (x) => (x.ndim > 1 ? x.transpose(0, 1).contiguous() : x), (x) => (x.ndim > 1 ? x.transpose(0, 1) : x), (x) => x.to('float64').mul(2).to('float32'),
  (x) => F.softmax(x.reshape(1, -1), 1), (x) => (x.ndim > 0 ? x.narrow(0, 0, 1) : x), (x) => x.gt(0).to('float32'), (x) => torsh.where(x.gt(0), x, x.mul(0.5)), (x) => x.clone(), (x) => x.detach(),
];

const broadcasts = (a, b) => a.slice().reverse().every((n, i) => i >= b.length || n === 1 || b[b.length - 1 - i] === 1 || n === b[b.length - 1 - i]);

/** A function of random calls: [choice, operands] for each, made once and called as often as one likes. */
function program(seed, length) {
  const draw = numbers(seed), lines = [];
  for (let i = 0; i < length; i++) lines.push([draw(20), draw(1000), draw(1000), draw(1000)]);
  const wanted = 1 + draw(3);
  return (...inputs) => {
    const made = [...inputs];
    const own = new Set();
    for (const [kind, which, a, b] of lines) {
      // Late values are likelier.
      const at = (n) => made[made.length - 1 - Math.floor((n % made.length) * (n % 7 ? 0.4 : 1))];
      const x = at(a), y = at(b);
      let result;
      if (kind < 9) result = one[which % one.length](x);
      else if (kind < 14) {
        if (!broadcasts(x.shape, y.shape)) continue;
        result = two[which % two.length](x, y);
      } else if (kind < 17) {
        // Arguments stay as they are, and what may be a view of one.
        if (!own.has(x)) continue;
        inplace[which % inplace.length](x);
        continue;
      } else result = other[which % other.length](x);
      if (kind < 14) own.add(result);
      made.push(result);
    }
    return made.slice(-wanted);
  };
}

describe('programs of random calls', () => {
  test.each(Array.from({ length: 40 }, (_, i) => i))('number %i', (seed) => {
    const draw = numbers(seed + 1000), dtype = seed % 4 === 3 ? 'float64' : 'float32';
    const inputs = () => [0, 1, 2].map((i) => {
      const x = torsh.randn(shapes[(seed + i * 4) % shapes.length], { dtype });
      return draw(4) === 0 && x.ndim > 1 ? x.transpose(0, 1) : x;
    });
    const given = inputs();
    const fn = program(seed, 24), compiled = torsh.compile(fn);
    torsh.noGrad(() => {
      for (let i = 0; i < 5; i++) {
        const args = given.map((x) => torsh.randnLike(x)), copies = args.map((x) => x.clone());
        const got = compiled(...args), wanted = text(fn(...copies));
        expect(text(got)).toEqual(wanted);
        expect(text(args)).toEqual(text(copies));
      }
    });
    expect(compiled.explain().breaks).toEqual([]);
    expect(planned(compiled).map((p) => p.runs)).toEqual([3]);
  });
});
