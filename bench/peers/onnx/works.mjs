/** The works of the bench as graphs of ONNX: build(request) gives { model: bytes, feeds }, or undefined where ONNX has no such work. What is learned is a constant, the rest an input. */
import { count, uniform, weight, whole } from '../inputs.mjs';
import { GPT, vision } from '../nets.mjs';
import { Graph } from './format.mjs';
import { parts } from './nets.mjs';

const OPS = { add: 'Add', mul: 'Mul', relu: 'Relu', exp: 'Exp', tanh: 'Tanh', gelu: 'Gelu', sigmoid: 'Sigmoid' };

/** PyTorch's order of an LSTM's gates is i, f, g, o; ONNX's i, o, f, g. */
function gates(data) {
  const size = data.length / 4;
  return Float32Array.from({ length: data.length }, (_, at) => data[[0, 3, 1, 2][Math.floor(at / size)] * size + (at % size)]);
}

const works = {
  add: (g, { n }) => works.elementwise(g, { op: 'add', n }),
  elementwise(g, { op, n }) {
    const a = g.input('a', uniform(n, 1), [n]);
    return g.node(OPS[op], ['add', 'mul'].includes(op) ? [a, g.input('b', uniform(n, 2), [n])] : [a]);
  },
  broadcast(g, { layout, n }) {
    const a = g.input('a', uniform(n * n, 1), [n, n]), shape = { row: [1, n], column: [n, 1], transposed: [n, n] }[layout];
    const b = g.input('b', uniform(count(shape), 2), shape);
    return g.node('Add', [a, layout === 'transposed' ? g.node('Transpose', [b], { perm: [1, 0] }) : b]);
  },
  chain(g, { n, backward, variant }) {
    if (backward || variant) return undefined;
    const [a, b, x] = ['a', 'b', 'x'].map((name, i) => g.input(name, uniform(n, i + 1), [n]));
    const step = (y) => g.node('Add', [g.node('Mul', [y, a]), b]);
    return g.node('ReduceSum', [g.node('Exp', [step(g.node('Neg', [step(g.node('Exp', [step(x)]))]))])], { keepdims: 0 });
  },
  matmul(g, { m, k, n, batch = [], transposed = '', dtype = 'float32' }) {
    const Type = dtype === 'float64' ? Float64Array : Float32Array;
    const [a, b] = [['a', m, k], ['b', k, n]].map(([name, rows, columns], i) => {
      const shape = [...batch, ...(transposed.includes(name) ? [columns, rows] : [rows, columns])];
      return g.input(name, Type.from(uniform(count(shape), i + 1)), shape, dtype);
    });
    if (!transposed) return g.node('MatMul', [a, b]);
    return g.node('Gemm', [a, b], { transA: Number(transposed.includes('a')), transB: Number(transposed.includes('b')) });
  },
  reduce(g, { op, shape, dim }) {
    const x = g.input('x', uniform(count(shape), 1), shape);
    if (op === 'argmax') return g.node('ArgMax', [x], { axis: dim, keepdims: 0 });
    return g.node(op === 'sum' ? 'ReduceSum' : 'ReduceMean', dim === undefined ? [x] : [x, g.ints(dim)], { keepdims: 0 });
  },
  softmax: (g, { shape }) => g.node('Softmax', [g.input('x', uniform(count(shape), 1), shape)], { axis: -1 }),
  layerNorm(g, { shape }) {
    const width = shape[shape.length - 1];
    const [w, b] = ['w', 'b'].map((name, i) => g.constant(name, uniform(width, i + 2), [width]));
    return g.node('LayerNormalization', [g.input('x', uniform(count(shape), 1), shape), w, b], { epsilon: { float: 1e-5 } });
  },
  conv(g, { input, out, kernel, stride = 1, padding = 0, groups = 1, backward }) {
    if (backward) return undefined;
    const shape = [out, input[1] / groups, kernel, kernel];
    return g.node('Conv', [g.input('x', uniform(count(input), 1), input), g.constant('w', uniform(count(shape), 2), shape)], {
      kernel_shape: [kernel, kernel], strides: [stride, stride], pads: Array(4).fill(padding), group: groups,
    });
  },
  gpt(g, { train, batch, config, variant }) {
    if (train || variant) return undefined;
    const { context, vocabulary } = config;
    const tokens = g.input('tokens', BigInt64Array.from(whole(batch * context, 1, vocabulary), BigInt), [batch, context], 'int64');
    const o = parts(g);
    return GPT({ ...o, attention: (x, heads) => o.attention(x, heads, { ...config, batch }) }, tokens, config);
  },
  lstm(g, { batch, length, inputs, hidden, backward }) {
    if (backward) return undefined;
    const x = g.node('Transpose', [g.input('x', uniform(batch * length * inputs, 1), [batch, length, inputs])], { perm: [1, 0, 2] });
    const of = (name, shape) => gates(weight(name, shape));
    const bias = Float32Array.from([...of('bias_ih_l0', [4 * hidden]), ...of('bias_hh_l0', [4 * hidden])]);
    const [y] = g.node('LSTM', [
      x, g.constant('w', of('weight_ih_l0', [4 * hidden, inputs]), [1, 4 * hidden, inputs]), g.constant('r', of('weight_hh_l0', [4 * hidden, hidden]), [1, 4 * hidden, hidden]),
      g.constant('b', bias, [1, 8 * hidden]),
    ], { hidden_size: hidden }, 2);
    return g.node('Transpose', [g.node('Squeeze', [y, g.ints(1)])], { perm: [1, 0, 2] });
  },
  vision: (g, { net, variant }) => (variant ? undefined : vision[net](parts(g), g.input('x', uniform(3 * 224 * 224, 1), [1, 3, 224, 224]))),
};

export function build({ work, ...parameters }) {
  const graph = new Graph(), output = works[work]?.(graph, parameters);
  if (output === undefined) return undefined;
  graph.output(output);
  return { model: graph.encode(), feeds: graph.feeds };
}
export const names = Object.keys(works);
