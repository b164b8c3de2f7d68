/** How TensorFlow.js does the parts of peers/nets.mjs: batch norms folded into fused convolutions, as its converter does. Weights are made once. */
import { weight } from '../inputs.mjs';
import { folded } from '../nets.mjs';

export function parts(tf) {
  const kept = new Map();
  const once = (name, make) => {
    if (!kept.has(name)) kept.set(name, tf.tidy(() => [make()].flat()).map((t) => tf.keep(t)));
    return kept.get(name);
  };
  const parameter = (name, shape) => once(name, () => tf.tensor(weight(name, shape), shape))[0];
  const normalize = (x, w, b) => {
    const { mean, variance } = tf.moments(x, -1, true);
    return tf.add(tf.mul(tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-5))), w), b);
  };
  const activated = (x, activation) => (activation ? tf[activation](x) : x);
  return {
    free: () => { tf.dispose([...kept.values()]); },
    parameter,
    normalize,
    conv(x, { name, bn, cin, cout, kernel, stride, groups, activation }) {
      const [filter, bias] = once(name, () => {
        const { scale, shift } = folded(weight, bn, cout), shape = [cout, cin / groups, kernel, kernel];
        const w = tf.mul(tf.tensor(weight(`${name}.weight`, shape), shape), tf.tensor(scale, [cout, 1, 1, 1]));
        return [w.transpose(groups > 1 ? [2, 3, 0, 1] : [2, 3, 1, 0]), tf.tensor(shift)];
      });
      const fused = groups > 1 ? tf.fused.depthwiseConv2d : tf.fused.conv2d;
      return fused({ x, filter, strides: stride, pad: kernel >> 1, bias, activation: activation ?? 'linear' });
    },
    maxPool: (x, { size, stride, padding }) => tf.maxPool(x, size, stride, padding),
    average: (x) => tf.mean(x, [1, 2]),
    add: (a, b, activation) => activated(tf.add(a, b), activation),
    linear(x, name, cin, cout) {
      const w = once(`${name}.weight`, () => tf.tensor(weight(`${name}.weight`, [cout, cin]), [cout, cin]).transpose())[0], b = parameter(`${name}.bias`, [cout]);
      const y = tf.fused.matMul({ a: tf.reshape(x, [-1, cin]), b: w, bias: b });
      return tf.reshape(y, [...x.shape.slice(0, -1), cout]);
    },
    embedding: (tokens, name, many, width) => tf.gather(parameter(name, [many, width]), tokens),
    layerNorm: (x, name, width) => normalize(x, parameter(`${name}.weight`, [width]), parameter(`${name}.bias`, [width])),
    gelu: (x) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1)),
    attention(qkv, heads) {
      const [b, t, width] = [qkv.shape[0], qkv.shape[1], qkv.shape[2] / 3];
      const mask = once('mask', () => {
        const ones = tf.linalg.bandPart(tf.ones([t, t]), -1, 0);
        return tf.mul(tf.sub(1, ones), -1e9);
      })[0];
      const [q, k, v] = tf.split(qkv, 3, 2).map((y, i) => tf.transpose(tf.reshape(y, [b, t, heads, width / heads]), i === 1 ? [0, 2, 3, 1] : [0, 2, 1, 3]));
      const scores = tf.add(tf.mul(tf.matMul(q, k), 1 / Math.sqrt(width / heads)), mask);
      return tf.reshape(tf.transpose(tf.matMul(tf.softmax(scores), v), [0, 2, 1, 3]), [b, t, width]);
    },
  };
}
