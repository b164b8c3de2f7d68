/** What jax-js does in the bench: works(jax), single ops as they are, nets under jit. Arrays are moved unless .ref is taken; results come later, so they are waited for. */
import { count, uniform, weight, whole } from '../inputs.mjs';
import { GPT } from '../nets.mjs';
import { parts } from './nets.mjs';

export function works(jax) {
  const { numpy: np, nn, lax, tree, grad, jit, valueAndGrad } = jax;
  const array = (data, shape) => np.array(data, { shape });
  const given = (shape, seed) => array(uniform(count(shape), seed), shape);
  const labels = (shape, seed, most) => array(whole(count(shape), seed, most), shape);
  const numbers = async (results) => Promise.all([results].flat().map((t) => t.data()));
  const forward = (f) => ({
    run: async () => {
      const y = f();
      await jax.blockUntilReady(y);
      tree.dispose(y);
    },
    result: () => numbers(f()),
  });
  /** Of one argument or several, all of them leaves. */
  const gradients = (f, ...leaves) => {
    const g = jit(grad(f, { argnums: leaves.map((_, i) => i) }));
    return { ...forward(() => g(...leaves.map((t) => t.ref))), free: () => g.dispose() };
  };
  const crossEntropy = (logits, oneHot) => np.negative(np.mean(np.sum(np.multiply(nn.logSoftmax(logits), oneHot), -1)));
  const conv = (x, w, stride, padding, groups) => lax.convGeneralDilated(x, w, [stride, stride], [[padding, padding], [padding, padding]], { featureGroupCount: groups });

  /** Steps of Adam: loss(parameters, ...data). */
  function train(parameters, loss, data) {
    const [b1, b2] = [0.9, 0.999];
    const step = jit((p, m, v, t, ...rest) => {
      const [value, g] = valueAndGrad(loss)(tree.ref(p), ...rest), now = np.add(t, 1);
      const m1 = tree.map((a, x) => np.add(np.multiply(a, b1), np.multiply(x.ref, 1 - b1)), m, g);
      const v1 = tree.map((a, x) => np.add(np.multiply(a, b2), np.multiply(np.square(x), 1 - b2)), v, g);
      const c1 = np.subtract(1, np.power(b1, now.ref)), c2 = np.subtract(1, np.power(b2, now.ref));
      const p1 = tree.map((x, a, b) => np.subtract(x, np.divide(np.multiply(np.divide(a.ref, c1.ref), 1e-3), np.add(np.sqrt(np.divide(b.ref, c2.ref)), 1e-8))), p, m1, v1);
      return [p1, m1, v1, now, value];
    });
    let state = [parameters, tree.map((x) => np.zerosLike(x.ref), parameters), tree.map((x) => np.zerosLike(x.ref), parameters), np.array(0)];
    return {
      run: async () => {
        const [p, m, v, t, value] = step(...state, ...data.map((x) => x.ref));
        state = [p, m, v, t];
        await jax.blockUntilReady([p, value]);
        value.dispose();
      },
      result: () => numbers(loss(tree.ref(state[0]), ...data.map((x) => x.ref))),
      free: () => { step.dispose(); },
    };
  }

  return {
    add: ({ n }) => {
      const [a, b] = [given([n], 1), given([n], 2)];
      return forward(() => np.add(a.ref, b.ref));
    },
    elementwise: ({ op, n }) => {
      const [a, b] = [given([n], 1), given([n], 2)];
      const f = {
        add: () => np.add(a.ref, b.ref), mul: () => np.multiply(a.ref, b.ref), relu: () => nn.relu(a.ref), exp: () => np.exp(a.ref), tanh: () => np.tanh(a.ref),
        gelu: () => nn.gelu(a.ref, { approximate: false }), sigmoid: () => nn.sigmoid(a.ref),
      };
      return forward(f[op]);
    },
    broadcast: ({ layout, n }) => {
      const a = given([n, n], 1), b = given({ row: [1, n], column: [n, 1], transposed: [n, n] }[layout], 2);
      return forward(() => np.add(a.ref, layout === 'transposed' ? np.transpose(b.ref) : b.ref));
    },
    chain: ({ n, backward, variant }) => {
      const [a, b, x] = [given([n], 1), given([n], 2), given([n], 3)];
      const step = (y) => np.add(np.multiply(y, a.ref), b.ref);
      const f = (y) => np.sum(np.exp(step(np.negative(step(np.exp(step(y)))))));
      const g = backward ? grad(f) : f, h = variant ? jit(g) : g;
      return forward(() => h(x.ref));
    },
    matmul: ({ m, k, n, batch = [], transposed = '', dtype }) => {
      if (dtype) return undefined;
      const [a, b] = [['a', m, k], ['b', k, n]].map(([name, rows, columns], i) => given([...batch, ...(transposed.includes(name) ? [columns, rows] : [rows, columns])], i + 1));
      const side = (x, name) => (transposed.includes(name) ? np.transpose(x.ref) : x.ref);
      return forward(() => np.matmul(side(a, 'a'), side(b, 'b')));
    },
    reduce: ({ op, shape, dim }) => {
      const x = given(shape, 1);
      return forward(() => np[op](x.ref, dim));
    },
    softmax: ({ shape }) => {
      const x = given(shape, 1);
      return forward(() => nn.softmax(x.ref));
    },
    layerNorm: ({ shape }) => {
      const width = shape[shape.length - 1], [x, w, b] = [given(shape, 1), given([width], 2), given([width], 3)];
      return forward(() => np.add(np.multiply(nn.standardize(x.ref), w.ref), b.ref));
    },
    batchNorm: ({ shape }) => {
      const [x, w, b] = [given(shape, 1), ...[2, 3].map((seed) => given([1, shape[1], 1, 1], seed))];
      return forward(() => np.add(np.multiply(nn.standardize(x.ref, [0, 2, 3]), w.ref), b.ref));
    },
    crossEntropy: ({ shape: [n, classes] }) => {
      const x = given([n, classes], 1), y = nn.oneHot(labels([n], 2, classes), classes);
      return gradients((logits) => crossEntropy(logits, y.ref), x);
    },
    conv: ({ input, out, kernel, stride = 1, padding = 0, groups = 1, backward }) => {
      if (backward) return undefined;
      const [x, w] = [given(input, 1), given([out, input[1] / groups, kernel, kernel], 2)];
      return forward(() => conv(x.ref, w.ref, stride, padding, groups));
    },
    mlp: ({ sizes, batch, variant }) => {
      if (variant) return undefined;
      const classes = sizes[sizes.length - 1], last = sizes.length - 2;
      const layers = sizes.slice(1).map((out, i) => ({ w: array(weight(`${2 * i}.weight`, [out, sizes[i]]), [out, sizes[i]]), b: array(weight(`${2 * i}.bias`, [out]), [out]) }));
      const net = (p, x) => p.reduce((h, { w, b }, i) => {
        const z = np.add(np.matmul(h, np.transpose(w)), b);
        return i < last ? nn.relu(z) : z;
      }, x);
      const x = given([batch, sizes[0]], 1), y = classes > 1 ? nn.oneHot(labels([batch], 2, classes), classes) : given([batch, 1], 2);
      return train(layers, (p, a, b) => (classes > 1 ? crossEntropy(net(p, a), b) : np.mean(np.square(np.subtract(net(p, a), b)))), [x, y]);
    },
    gpt: ({ train: training, batch, config, variant }) => {
      if (variant) return undefined;
      const { vocabulary, context } = config, parameters = {};
      const net = (p, x) => GPT(parts(jax, (name) => p[name].ref), x, config);
      const x = labels([batch, context], 1, vocabulary);
      GPT(parts(jax, (name, shape) => (parameters[name] ??= array(weight(name, shape), shape)).ref), x.ref, config).dispose(); // names them
      if (training) {
        const y = nn.oneHot(labels([batch * context], 2, vocabulary), vocabulary);
        return train(parameters, (p, a, b) => crossEntropy(np.reshape(net(p, a), [-1, vocabulary]), b), [x, y]);
      }
      const f = jit(net);
      return { ...forward(() => f(tree.ref(parameters), x.ref)), free: () => f.dispose() };
    },
    lstm: ({ batch, length, inputs, hidden, backward }) => {
      const shapes = { weight_ih_l0: [4 * hidden, inputs], weight_hh_l0: [4 * hidden, hidden], bias_ih_l0: [4 * hidden], bias_hh_l0: [4 * hidden] };
      const all = [given([batch, length, inputs], 1), ...Object.entries(shapes).map(([name, shape]) => array(weight(name, shape), shape))];
      const net = (x, wi, wh, bi, bh) => {
        const fromInputs = np.add(np.matmul(np.reshape(x, [-1, inputs]), np.transpose(wi)), np.add(bi, bh));
        const steps = np.split(np.reshape(fromInputs, [batch, length, 4 * hidden]), length, 1);
        let h = np.zeros([batch, hidden]), c = np.zeros([batch, hidden]);
        return np.stack(steps.map((z) => {
          const gates = np.add(np.reshape(z, [batch, 4 * hidden]), np.matmul(h, np.transpose(wh.ref)));
          const [i, f, g, o] = np.split(gates, 4, 1);
          c = np.add(np.multiply(nn.sigmoid(f), c), np.multiply(nn.sigmoid(i), np.tanh(g)));
          h = np.multiply(nn.sigmoid(o), np.tanh(c.ref));
          return h.ref;
        }), 1);
      };
      if (backward) return gradients((...args) => np.sum(net(...args)), ...all);
      const f = jit(net);
      return { ...forward(() => f(...all.map((t) => t.ref))), free: () => f.dispose() };
    },
  };
}
