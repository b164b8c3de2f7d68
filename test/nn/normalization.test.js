// rmsNorm, which PyTorch 1.13 has not: against its definition.
const torsh = require('torsh');
const { values } = require('../support/numbers');

const { nn } = torsh;
const F = nn.functional;
const defined = (x, dims, w, eps) => x.mul(x.square().mean(dims, true).add(eps).rsqrt()).mul(w);

const tolerances = { float64: 1e-12, float32: 3e-6, float16: 1e-2, bfloat16: 8e-2 };
for (const [dtype, tolerance] of Object.entries(tolerances)) {
  test(`rmsNorm of ${dtype}: values and gradients, in any layout`, () => {
    torsh.manualSeed(2);
    const make = (...size) => torsh.randn(size).to(dtype);
    for (const [x, last] of [[make(3, 5), [5]], [make(4, 3, 2).transpose(0, 2), [3, 4]], [make(2, 1, 33).expand(2, 3, 33), [33]], [make(0, 4), [4]]]) {
      const [w, g] = [make(...last), make(...x.shape)];
      const narrow = [x, w].map((t) => t.clone().requiresGrad_());
      const wide = [x, w].map((t) => t.double().clone().requiresGrad_());
      const y = F.rmsNorm(narrow[0], last, narrow[1], 0.01);
      const want = defined(wide[0], last.map((_, i) => -1 - i), wide[1], 0.01);
      y.mul(g).sum().backward();
      want.mul(g.double()).sum().backward();
      expect(y.dtype).toBe(dtype);
      for (const [a, b] of [[y, want], [narrow[0].grad, wide[0].grad], [narrow[1].grad, wide[1].grad]]) {
        expect(Math.max(0, ...values(a.detach().double().sub(b.detach())).map(Math.abs))).toBeLessThanOrEqual(tolerance);
      }
    }
  });
}

test('RMSNorm: eps of the dtype unless given, without weight, refused shapes', () => {
  const layer = new nn.RMSNorm([2, 3]);
  expect(String(layer)).toBe('RMSNorm((2, 3), eps=None, elementwise_affine=True)');
  expect(Object.keys(layer.stateDict())).toEqual(['weight']);
  const tiny = torsh.full([1, 2, 3], 1e-4);
  expect(layer(tiny).at(0, 0, 0).item()).toBeCloseTo(1e-4 / Math.sqrt(1e-8 + 2 ** -23), 6);
  expect(new nn.RMSNorm(3, { eps: 1, elementwiseAffine: false })(torsh.tensor([1, 2, 2])).tolist()).toEqual([1, 2, 2].map((v) => expect.closeTo(v / 2, 6)));
  expect(() => layer(torsh.ones(2, 3, 4))).toThrow('Given normalized_shape=[2, 3], expected input with shape [*, 2, 3], but got input of size [2, 3, 4]');
});
