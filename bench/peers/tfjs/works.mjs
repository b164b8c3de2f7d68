/** What TensorFlow.js does in the bench: works(tf), with images as NHWC, which is its own layout. Its matMul takes a slow path where it is to transpose, so that is done before. */
import { count, uniform, weight, whole } from '../inputs.mjs';
import { GPT, vision } from '../nets.mjs';
import { parts } from './nets.mjs';

export function works(tf) {
  const given = (shape, seed, low, high) => tf.tensor(uniform(count(shape), seed, low, high), shape);
  const labels = (shape, seed, most) => tf.tensor(whole(count(shape), seed, most), shape, 'int32');
  const images = (shape, seed) => tf.tidy(() => given(shape, seed).transpose([0, 2, 3, 1]));
  /** same: what brings the result into the order of the others. */
  const forward = (f, free, same = (y) => y) => ({ run: () => { tf.tidy(f).dispose(); }, result: () => [tf.tidy(() => same(f())).dataSync()], free });
  const channelsFirst = (y) => tf.transpose(y, [0, 3, 1, 2]);
  const gradients = (f, leaves) => {
    const g = tf.grads(f);
    const run = () => tf.tidy(() => g(leaves));
    return { run: () => { tf.dispose(run()); }, result: () => run().map((t) => t.dataSync()) };
  };
  const train = (variables, loss) => {
    const opt = tf.train.adam(1e-3, 0.9, 0.999, 1e-8);
    return {
      run: () => { opt.minimize(loss, false, variables); },
      result: () => [tf.tidy(loss).dataSync()],
      free: () => { tf.dispose(variables); },
    };
  };
  const crossEntropy = (logits, oneHot) => tf.losses.softmaxCrossEntropy(oneHot, logits);
  const { gelu } = parts(tf);

  const all = {
    add: ({ n }) => {
      const [a, b] = [given([n], 1), given([n], 2)];
      return forward(() => tf.add(a, b));
    },
    elementwise: ({ op, n }) => {
      const [a, b] = [given([n], 1), given([n], 2)];
      if (op === 'gelu') return forward(() => gelu(a));
      return forward(['add', 'mul'].includes(op) ? () => tf[op](a, b) : () => tf[op](a));
    },
    broadcast: ({ layout, n }) => {
      const a = given([n, n], 1), b = given({ row: [1, n], column: [n, 1], transposed: [n, n] }[layout], 2);
      return forward(layout === 'transposed' ? () => tf.add(a, tf.transpose(b)) : () => tf.add(a, b));
    },
    chain: ({ n, backward, variant }) => {
      if (variant) return undefined;
      const [a, b, x] = [given([n], 1), given([n], 2), given([n], 3)];
      const step = (y) => tf.add(tf.mul(y, a), b);
      const f = (y) => tf.sum(tf.exp(step(tf.neg(step(tf.exp(step(y)))))));
      return backward ? gradients(f, [x]) : forward(() => f(x));
    },
    matmul: ({ m, k, n, batch = [], transposed = '', dtype = 'float32' }) => {
      if (dtype !== 'float32') return undefined;
      const [ta, tb] = ['a', 'b'].map((name) => transposed.includes(name));
      const [a, b] = [given([...batch, ...(ta ? [k, m] : [m, k])], 1), given([...batch, ...(tb ? [n, k] : [k, n])], 2)];
      return forward(() => tf.matMul(ta ? tf.transpose(a) : a, tb ? tf.transpose(b) : b));
    },
    reduce: ({ op, shape, dim }) => {
      const x = given(shape, 1);
      return forward(() => tf[op === 'argmax' ? 'argMax' : op](x, dim));
    },
    softmax: ({ shape }) => {
      const x = given(shape, 1);
      return forward(() => tf.softmax(x));
    },
    layerNorm: ({ shape }) => {
      const width = shape[shape.length - 1];
      const [x, w, b] = [given(shape, 1), given([width], 2), given([width], 3)];
      return forward(() => parts(tf).normalize(x, w, b));
    },
    batchNorm: ({ shape }) => {
      const [x, w, b] = [images(shape, 1), given([shape[1]], 2), given([shape[1]], 3)];
      return forward(() => {
        const { mean, variance } = tf.moments(x, [0, 1, 2]);
        return tf.batchNorm(x, mean, variance, b, w, 1e-5);
      }, undefined, channelsFirst);
    },
    crossEntropy: ({ shape: [n, classes] }) => {
      const x = given([n, classes], 1), y = tf.oneHot(labels([n], 2, classes), classes);
      return gradients((logits) => crossEntropy(logits, y), [x]);
    },
    conv: ({ input, out, kernel, stride = 1, padding = 0, groups = 1, backward }) => {
      if (backward) return undefined;
      const x = images(input, 1), w = tf.tidy(() => given([out, input[1] / groups, kernel, kernel], 2).transpose(groups > 1 ? [2, 3, 0, 1] : [2, 3, 1, 0]));
      return forward(groups > 1 ? () => tf.depthwiseConv2d(x, w, stride, padding) : () => tf.conv2d(x, w, stride, padding), undefined, channelsFirst);
    },
    mlp: ({ sizes, batch, variant }) => {
      if (variant) return undefined;
      const classes = sizes[sizes.length - 1], last = sizes.length - 2;
      const layers = sizes.slice(1).map((out, i) => [
        tf.variable(tf.transpose(tf.tensor(weight(`${2 * i}.weight`, [out, sizes[i]]), [out, sizes[i]]))), tf.variable(tf.tensor(weight(`${2 * i}.bias`, [out]))),
      ]);
      const x = given([batch, sizes[0]], 1), y = classes > 1 ? tf.oneHot(labels([batch], 2, classes), classes) : given([batch, 1], 2);
      const net = () => layers.reduce((h, [w, b], i) => {
        const z = tf.add(tf.matMul(h, w), b);
        return i < last ? tf.relu(z) : z;
      }, x);
      return train(layers.flat(), classes > 1 ? () => crossEntropy(net(), y) : () => tf.losses.meanSquaredError(y, net()));
    },
    gpt: ({ train: training, batch, config, variant }) => {
      if (training || variant) return undefined;
      const o = parts(tf), x = labels([batch, config.context], 1, config.vocabulary);
      return forward(() => GPT(o, x, config), o.free);
    },
    lstm: ({ batch, length, inputs, hidden, backward }) => {
      const x = given([batch, length, inputs], 1);
      const shapes = { weight_ih_l0: [4 * hidden, inputs], weight_hh_l0: [4 * hidden, hidden], bias_ih_l0: [4 * hidden], bias_hh_l0: [4 * hidden] };
      const weights = Object.entries(shapes).map(([name, shape]) => tf.tensor(weight(name, shape), shape));
      const net = (input, wi, wh, bi, bh) => {
        const recurrent = tf.transpose(wh);
        const fromInputs = tf.unstack(tf.add(tf.matMul(tf.reshape(input, [-1, inputs]), tf.transpose(wi)), tf.add(bi, bh)).reshape([batch, length, 4 * hidden]), 1);
        let h = tf.zeros([batch, hidden]), c = tf.zeros([batch, hidden]);
        return tf.stack(fromInputs.map((z) => {
          const [i, f, g, o] = tf.split(tf.add(z, tf.matMul(h, recurrent)), 4, 1);
          c = tf.add(tf.mul(tf.sigmoid(f), c), tf.mul(tf.sigmoid(i), tf.tanh(g)));
          h = tf.mul(tf.sigmoid(o), tf.tanh(c));
          return h;
        }), 1);
      };
      return backward ? gradients((...all) => tf.sum(net(...all)), [x, ...weights]) : forward(() => net(x, ...weights));
    },
    vision: ({ net, variant }) => {
      if (variant) return undefined;
      const o = parts(tf), x = images([1, 3, 224, 224], 1);
      return forward(() => vision[net](o, x), o.free);
    },
  };
  /* What a work has made goes with it. */
  const scoped = (make) => (parameters) => {
    tf.engine().startScope();
    const work = make(parameters), end = () => {
      work?.free?.();
      tf.engine().endScope();
    };
    if (!work) end();
    return work && { ...work, free: end };
  };
  return Object.fromEntries(Object.entries(all).map(([name, make]) => [name, scoped(make)]));
}
