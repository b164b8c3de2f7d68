// Kernels that do several ops in one, against those ops, at sizes that pass through their blocks, strips and threads.
const torsh = require('torsh');
const { scoped, scopedTest } = require('./support/scoped');

const { nn } = torsh;
const F = nn.functional;
const threads = torsh.getNumThreads();
beforeEach(() => { torsh.manualSeed(7); });
afterEach(() => { torsh.setNumThreads(threads); });

/** Results and gradients of f and g at the same inputs (float64, within tolerance), upstream gradients being random. */
function agree(f, g, inputs, tolerance = 1e-10) {
  const both = [f, g].map((fn) => {
    const leaves = inputs.map((t) => t.detach().clone().requiresGrad_());
    const outs = [fn(...leaves)].flat();
    torsh.manualSeed(3);
    torsh.autograd.backward(outs, outs.map((o) => torsh.randn(o.shape, { dtype: o.dtype })));
    return [...outs, ...leaves.map((t) => t.grad ?? torsh.zeros(1))];
  });
  both[0].forEach((t, i) => {
    expect(t.shape).toEqual(both[1][i].shape);
    expect(t.sub(both[1][i]).abs().max().item()).toBeLessThan(tolerance * Math.max(1, both[1][i].abs().max().item()));
  });
}
const random = (...shape) => torsh.randn(shape, { dtype: 'float64' });

test.each([[1], [2]])('layer norm of long and short rows, %i threads', (n) => scoped(() => {
  torsh.setNumThreads(n);
  const plain = (x, w, b) => {
    const off = x.sub(x.mean(-1, true)), y = off.div(off.square().mean(-1, true).add(1e-5).sqrt());
    return w ? y.mul(w).add(b) : y;
  };
  for (const [rows, width] of [[70, 33], [3, 5000], [33, 1024], [1, 1]]) {
    const x = random(rows, width).add(5);
    agree((t, w, b) => F.layerNorm(t, [width], w, b), plain, [x, random(width), random(width)]);
    agree((t) => F.layerNorm(t, [width]), plain, [x]);
  }
  // A mean far from 0 is no loss for float32.
  const far = torsh.randn(8, 768).mul(0.5).add(4096), exact = far.double();
  expect(F.layerNorm(far, [768]).double().sub(F.layerNorm(exact, [768])).abs().max().item()).toBeLessThan(2e-3);
})());

test.each([[1], [2]])('attention over several blocks, in any layout of the heads, %i threads', (n) => scoped(() => {
  torsh.setNumThreads(n);
  const plain = (causal, mask) => (q, k, v) => {
    let s = q.matmul(k.transpose(-2, -1)).div(Math.sqrt(q.shape.at(-1)));
    if (causal) s = s.maskedFill(torsh.ones(s.shape.slice(-2), { dtype: 'bool' }).tril().logicalNot(), -Infinity);
    if (mask) s = s.add(mask);
    return s.softmax(-1).matmul(v);
  };
  const apart = (t, heads) => t.unflatten(-1, [heads, -1]).transpose(1, 2);
  for (const [batch, L, S, heads, width] of [[2, 70, 130, 2, 8], [1, 130, 70, 3, 4], [1, 300, 300, 1, 8], [1, 65, 600, 1, 4], [4, 1, 9, 2, 4]]) {
    const inputs = [random(batch, L, heads * width), random(batch, S, heads * width), random(batch, S, heads * width)];
    for (const causal of [true, false]) {
      const mask = causal ? null : random(L, S);
      const through = (attend) => (...all) => attend(...all.map((t) => apart(t, heads))).transpose(1, 2).flatten(2);
      agree(through((q, k, v) => F.scaledDotProductAttention(q, k, v, { isCausal: causal, attnMask: mask })), through(plain(causal, mask)), inputs);
    }
    const dense = inputs.map((t) => apart(t, heads).contiguous());
    agree((q, k, v) => F.scaledDotProductAttention(q, k, v, { isCausal: true }), plain(true), dense);
  }
  // What transposes the heads back is a view of the result.
  const [q, k, v] = [0, 1, 2].map(() => apart(random(2, 20, 8), 2));
  expect(F.scaledDotProductAttention(q, k, v).transpose(1, 2).isContiguous()).toBe(true);
  expect(F.scaledDotProductAttention(q.contiguous(), k, v).isContiguous()).toBe(true);
})());

test.each([['LSTM', 1], ['LSTM', 2], ['GRU', 1], ['GRU', 2], ['RNN', 2]])('%s over many steps as its cell step by step, %i threads', (kind, n) => scoped(() => {
  torsh.setNumThreads(n);
  const layer = new nn[kind](9, 45).double(), cell = new nn[`${kind}Cell`](9, 45).double(), batch = 37;
  for (const name of ['weight_ih', 'weight_hh', 'bias_ih', 'bias_hh']) cell[name].data = layer[`${name}_l0`].data;
  const names = ['weight_ih', 'weight_hh', 'bias_ih', 'bias_hh'];
  const state = kind === 'LSTM' ? (h, c) => [h, c] : (h) => h;
  const whole = (x, h, c) => {
    const [y, last] = layer(x, state(h.unsqueeze(0), c.unsqueeze(0)));
    return [y, ...[last].flat().map((t) => t.squeeze(0))];
  };
  const stepped = (x, h, c) => {
    const ys = [];
    let s = state(h, c);
    for (const step of x.unbind(0)) {
      s = cell(step, s);
      ys.push([s].flat()[0]);
    }
    return [torsh.stack(ys), ...[s].flat()];
  };
  agree(whole, stepped, [random(7, batch, 9), random(batch, 45), random(batch, 45)]);
  for (const name of names) expect(layer[`${name}_l0`].grad.sub(cell[name].grad).abs().max().item()).toBeLessThan(1e-10);
})());

scopedTest('gradients of parts join that of the whole', () => {
  agree((x) => x.select(1, 0).mul(2).add(x.narrow(1, 1, 1).squeeze(1)).add(x.at(':', 2)).mul(x.sum(1)).add(x.select(1, 0).exp()),
    (x) => { const [a, b, c] = x.unbind(1); return a.mul(2).add(b).add(c).mul(a.add(b).add(c)).add(a.exp()); }, [random(4, 3, 5)]);
  // Parts of parts, steps, and a part that is there twice.
  agree((x) => x.narrow(0, 1, 4).at('::2').mul(x.narrow(0, 0, 2)).add(x.narrow(0, 0, 2)).add(x.select(0, 1)),
    (x) => { const [a, b, , d] = x.unbind(0); return torsh.stack([b.mul(a).add(a).add(b), d.mul(b).add(b).add(b)]); }, [random(6, 3)]);
  // The sum belongs to a hook and to a caller too.
  const x = random(3, 4).requiresGrad_(), y = x.mul(1), seen = [];
  y.registerHook((g) => { seen.push(g.clone()); });
  const [inner] = torsh.autograd.grad(y.select(0, 0).sum().add(y.select(0, 0).square().sum()).add(y.select(0, 2).sum()), [y], { retainGraph: true });
  const expected = torsh.stack([x.detach().select(0, 0).mul(2).add(1), torsh.zeros(4), torsh.ones(4)].map((t) => t.double()));
  expect(torsh.allclose(inner, expected)).toBe(true);
  expect(seen.every((g) => torsh.allclose(g, expected))).toBe(true);
});

test.each([[1], [2]])('clipping of many gradients, %i threads', (n) => scoped(() => {
  torsh.setNumThreads(n);
  const sizes = [[300, 700], [], [5], [64, 4096], [0]];
  for (const dtype of ['float32', 'float64']) {
    const params = sizes.map((size) => Object.assign(torsh.zeros(size, { dtype }), { grad: torsh.randn(size, { dtype }) }));
    params[0].grad = params[0].grad.t().contiguous().t();
    const before = params.map((p) => p.grad.clone()), norm = Math.sqrt(before.reduce((sum, g) => sum + g.double().square().sum().item(), 0));
    expect(nn.utils.clipGradNorm_(params, 2 * norm).item() / norm).toBeCloseTo(1, 5);
    params.forEach((p, i) => { expect(torsh.equal(p.grad, before[i])).toBe(true); });
    nn.utils.clipGradNorm_(params, 1);
    params.forEach((p, i) => { expect(torsh.allclose(p.grad, before[i].div(norm), { rtol: 1e-5, atol: 1e-9 })).toBe(true); });
    expect(nn.utils.getTotalNorm(params.map((p) => p.grad)).item()).toBeCloseTo(1, 5);
  }
  // Squares beyond float32, and halves and strides among the tensors.
  expect(nn.utils.getTotalNorm([torsh.full([5000], 3e25), torsh.full([5000], 4e25)]).item() / (5e25 * Math.sqrt(5000))).toBeCloseTo(1, 5);
  expect(nn.utils.getTotalNorm([torsh.full([3], 1e-30)]).item() / (1e-30 * Math.sqrt(3))).toBeCloseTo(1, 5);
  const mixed = [torsh.ones(10, 10).at('::2', '::2'), torsh.ones(11, { dtype: 'float64' }), torsh.ones(2, { dtype: 'bfloat16' })];
  const all = nn.utils.getTotalNorm(mixed);
  expect(all.dtype).toBe('float64');
  expect(all.item()).toBeCloseTo(Math.sqrt(38), 12);
  const parts = mixed.map((t) => Object.assign(torsh.zeros(t.shape, { dtype: t.dtype }), { grad: t }));
  nn.utils.clipGradNorm_(parts, Math.sqrt(38) / 2);
  expect(mixed.map((t) => t.flatten().at(0).item()).every((v) => Math.abs(v - 0.5) < 1e-4)).toBe(true);
  expect(nn.utils.clipGradNorm_([Object.assign(torsh.zeros(2), { grad: torsh.tensor([NaN, 1]) })], 1).item()).toBeNaN();
})());
