/**
 * The nets of peers/torsh/models.mjs for peers that have no modules, told to an `o` that knows how the peer does each part:
 * conv (with its batch norm and activation), maxPool, add, average (over places), linear, embedding, parameter, layerNorm, gelu, attention. Where values are moved,
 * again() gives a reference more.
 */
import { MOBILENET } from './torsh/models.mjs';

function ResNet18(o, x) {
  const conv = (y, name, bn, cin, cout, kernel, stride, activation) => o.conv(y, { name, bn, cin, cout, kernel, stride, groups: 1, activation });
  let y = o.maxPool(conv(x, 'conv1', 'bn1', 3, 64, 7, 2, 'relu'), { size: 3, stride: 2, padding: 1 });
  let cin = 64;
  [64, 128, 256, 512].forEach((cout, layer) => {
    for (let i = 0; i < 2; i++, cin = cout) {
      const at = `layer${layer + 1}.${i}.`, stride = layer > 0 && i === 0 ? 2 : 1;
      const inner = conv(conv(y, `${at}conv1`, `${at}bn1`, cin, cout, 3, stride, 'relu'), `${at}conv2`, `${at}bn2`, cout, cout, 3, 1, null);
      y = o.add(inner, stride > 1 || cin !== cout ? conv(y, `${at}downsample.0`, `${at}downsample.1`, cin, cout, 1, stride, null) : y, 'relu');
    }
  });
  return o.linear(o.average(y), 'fc', 512, 1000);
}

function MobileNetV2(o, x) {
  const conv = (y, at, i, cin, cout, kernel, stride, groups, activation) => o.conv(y, { name: `${at}conv${i}`, bn: `${at}bn${i}`, cin, cout, kernel, stride, groups, activation });
  let y = conv(x, '', 1, 3, 32, 3, 2, 1, 'relu6');
  let cin = 32, block = 0;
  for (const [expand, cout, repeat, first] of MOBILENET) {
    for (let i = 0; i < repeat; i++, cin = cout) {
      const at = `blocks.${block++}.`, hidden = cin * expand, stride = i === 0 ? first : 1;
      let z = expand === 1 ? y : conv(y, at, 1, cin, hidden, 1, 1, 1, 'relu6');
      z = conv(conv(z, at, 2, hidden, hidden, 3, stride, hidden, 'relu6'), at, 3, hidden, cout, 1, 1, 1, null);
      y = stride === 1 && cin === cout ? o.add(y, z, null) : z;
    }
  }
  return o.linear(o.average(conv(y, '', 2, 320, 1280, 1, 1, 1, 'relu6')), 'fc', 1280, 1000);
}

export const vision = { ResNet18, MobileNetV2 };

export function GPT(o, tokens, { vocabulary, context, width, heads, layers }) {
  const again = o.again ?? ((x) => x);
  let x = o.add(o.embedding(tokens, 'tokens.weight', vocabulary, width), o.parameter('places', [context, width]), null);
  for (let i = 0; i < layers; i++) {
    const at = `blocks.${i}.`;
    const y = o.attention(o.linear(o.layerNorm(again(x), `${at}ln1`, width), `${at}qkv`, width, 3 * width), heads);
    x = o.add(x, o.linear(y, `${at}proj`, width, width), null);
    const z = o.gelu(o.linear(o.layerNorm(again(x), `${at}ln2`, width), `${at}fc1`, width, 4 * width));
    x = o.add(x, o.linear(z, `${at}fc2`, 4 * width, width), null);
  }
  return o.linear(o.layerNorm(x, 'ln', width), 'head', width, vocabulary);
}

/** A batch norm that stands behind a convolution, as a factor and a term for each channel. */
export function folded(weight, bn, channels) {
  const [w, b, mean, variance] = ['weight', 'bias', 'running_mean', 'running_var'].map((part) => weight(`${bn}.${part}`, [channels]));
  const scale = w.map((v, i) => v / Math.sqrt(variance[i] + 1e-5));
  return { scale, shift: b.map((v, i) => v - mean[i] * scale[i]) };
}
