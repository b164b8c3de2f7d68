// Gradients against finite differences in float64, and gradients of gradients the same way. Complex numbers are pairs of
// real ones: PyTorch's gradient of a real loss is its slope along the real part plus i times that along the imaginary part.
// eps 1e-6, atol 1e-5, rtol 1e-3: PyTorch's own gradcheck. At a kink (the differences to the left and to the right are not
// the same) anything between the two is a gradient; which one torsh takes there is for the golden values to say.
const { values, isComplex } = require('./numbers');

const eps = 1e-6;
const close = (got, want) => Object.is(got, want) || Math.abs(got - want) <= 1e-5 + 1e-3 * Math.abs(want);

/** Weights for a weighted sum of outputs: one-hot over a few elements, or dense when there are many. */
function* weightings(sizes) {
  const total = sizes.reduce((a, b) => a + b, 0);
  const split = (flat) => {
    let at = 0;
    return sizes.map((n) => flat.slice(at, (at += n)));
  };
  if (total <= 24) {
    for (let i = 0; i < total; i++) yield split(Array.from({ length: total }, (_, j) => (i === j ? 1 : 0)));
  } else {
    for (let k = 0; k < 3; k++) yield split(Array.from({ length: total }, (_, j) => Math.cos(j * (k + 1) + k)));
  }
}

/** A tensor like x of other numbers (of a complex x: pairs). */
const like = (torsh, x, numbers) => torsh.tensor(Float64Array.from(numbers), { dtype: x.dtype }).reshape(Array.from(x.shape));
/** Real numbers in a tensor. */
const count = (x) => x.numel() * (isComplex(x.dtype) ? 2 : 1);

/**
 * f: list of float64 or complex128 tensors -> list of such tensors; inputs: lists of leaf tensors. Returns null when the gradients
 * of every output with respect to every input agree with central differences, else what does not, in words.
 */
function gradcheck(torsh, f, inputs) {
  const leaves = inputs.map((x) => x.detach().clone().requiresGrad_(true));
  const all = f(leaves);
  const wanted = all.map((o) => o.requiresGrad);
  const outputs = all.filter((_, o) => wanted[o]);
  if (outputs.length === 0) return 'no output requires a gradient';
  const sizes = outputs.map(count);

  // Columns of the Jacobian by differences: numeric[input][element] = [to the left, to the right], lists per output.
  const numeric = torsh.noGrad(() => inputs.map((x, k) => {
    const flat = values(x);
    const at = (i, delta) => {
      const moved = Float64Array.from(flat);
      moved[i] += delta;
      const list = inputs.map((y, j) => (j === k ? like(torsh, y, moved) : y.detach()));
      return f(list).filter((_, o) => wanted[o]).map(values);
    };
    return flat.map((_, i) => {
      const [left, here, right] = [at(i, -eps), at(i, 0), at(i, eps)];
      const slope = (from, to) => to.map((list, o) => list.map((v, j) => (v - from[o][j]) / eps));
      return [slope(left, here), slope(here, right)];
    });
  }));

  for (const weights of weightings(sizes)) {
    const gradOutputs = outputs.map((o, k) => like(torsh, o, weights[k]));
    const grads = torsh.autograd.grad(outputs, leaves, { gradOutputs, retainGraph: true, allowUnused: true });
    for (let k = 0; k < leaves.length; k++) {
      const got = grads[k] ? values(grads[k]) : values(leaves[k]).map(() => 0);
      if (grads[k] && String(grads[k].shape) !== String(leaves[k].shape)) return `gradient ${k} has shape [${grads[k].shape}] instead of [${leaves[k].shape}]`;
      for (let i = 0; i < got.length; i++) {
        const [left, right] = numeric[k][i].map((lists) => lists.reduce((sum, list, o) => list.reduce((s, v, j) => s + v * weights[o][j], sum), 0));
        const want = (left + right) / 2;
        const kink = !(Math.abs(left - right) <= 1e-3 * (1 + Math.abs(want))) && got[i] >= Math.min(left, right) - 1e-5 && got[i] <= Math.max(left, right) + 1e-5;
        if (!close(got[i], want) && !kink) return `input ${k}, element ${i}: gradient ${got[i]}, by differences ${want}`;
      }
    }
  }
  return null;
}

/** gradcheck of the function that maps inputs and output gradients to input gradients. */
function gradgradcheck(torsh, f, inputs) {
  const probe = f(inputs.map((x) => x.detach().clone().requiresGrad_(true)));
  const picked = probe.map((o) => o.requiresGrad);
  const outputs = probe.filter((_, i) => picked[i]);
  if (outputs.length === 0) return 'no output requires a gradient';
  const gradOutputs = outputs.map((o, k) => like(torsh, o, Array.from({ length: count(o) }, (_, i) => Math.cos(i + k) + 0.1)));
  const n = inputs.length;
  // Under noGrad (for the differences) the inner graph is still needed.
  const second = (list) => torsh.enableGrad(() => {
    const xs = list.slice(0, n).map((x) => (x.requiresGrad ? x : x.detach().requiresGrad_(true)));
    const grads = torsh.autograd.grad(f(xs).filter((_, i) => picked[i]), xs, { gradOutputs: list.slice(n), createGraph: true, allowUnused: true });
    return grads.filter(Boolean);
  });
  const all = [...inputs, ...gradOutputs];
  // A gradient that is zero whatever comes (of fill_, of rounding) has no graph, and needs none.
  const first = second(all.map((x) => x.detach().requiresGrad_(true)));
  if (first.every((g) => !g.requiresGrad && values(g).every((v) => v === 0))) return null;
  return gradcheck(torsh, second, all);
}

module.exports = { gradcheck, gradgradcheck };
