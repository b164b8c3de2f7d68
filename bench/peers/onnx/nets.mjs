/** How a graph of ONNX does the parts of peers/nets.mjs. Batch norms are left to the runtime's optimizer. */
import { count, weight } from '../inputs.mjs';

export function parts(graph) {
  const parameter = (name, shape) => graph.constant(name, weight(name, shape), shape);
  const activated = (x, activation) => {
    if (activation === 'relu6') return graph.node('Clip', [x, graph.scalar(0), graph.scalar(6)]);
    return activation ? graph.node('Relu', [x]) : x;
  };
  return {
    parameter,
    conv(x, { name, bn, cin, cout, kernel, stride, groups, activation }) {
      const y = graph.node('Conv', [x, parameter(`${name}.weight`, [cout, cin / groups, kernel, kernel])], {
        kernel_shape: [kernel, kernel], strides: [stride, stride], pads: Array(4).fill(kernel >> 1), group: groups,
      });
      const norm = ['weight', 'bias', 'running_mean', 'running_var'].map((part) => parameter(`${bn}.${part}`, [cout]));
      return activated(graph.node('BatchNormalization', [y, ...norm], { epsilon: { float: 1e-5 } }), activation);
    },
    maxPool: (x, { size, stride, padding }) => graph.node('MaxPool', [x], { kernel_shape: [size, size], strides: [stride, stride], pads: Array(4).fill(padding) }),
    average: (x) => graph.node('Flatten', [graph.node('GlobalAveragePool', [x])]),
    add: (a, b, activation) => activated(graph.node('Add', [a, b]), activation),
    linear(x, name, cin, cout) {
      // MatMul wants its weight the other way round; it is turned here, once.
      const given = weight(`${name}.weight`, [cout, cin]), turned = new Float32Array(count([cin, cout]));
      for (let i = 0; i < cout; i++) for (let j = 0; j < cin; j++) turned[j * cout + i] = given[i * cin + j];
      return graph.node('Add', [graph.node('MatMul', [x, graph.constant(`${name}.weight`, turned, [cin, cout])]), parameter(`${name}.bias`, [cout])]);
    },
    embedding: (tokens, name, many, width) => graph.node('Gather', [parameter(name, [many, width]), tokens]),
    layerNorm: (x, name, width) => graph.node('LayerNormalization', [x, parameter(`${name}.weight`, [width]), parameter(`${name}.bias`, [width])], { epsilon: { float: 1e-5 } }),
    gelu: (x) => graph.node('Gelu', [x]),
    attention(qkv, heads, { batch, context, width }) {
      const [q, k, v] = graph.node('Split', [qkv], { axis: 2, num_outputs: 3 }, 3).map((y, i) => graph.node(
        'Transpose', [graph.node('Reshape', [y, graph.ints(batch, context, heads, width / heads)])], { perm: i === 1 ? [0, 2, 3, 1] : [0, 2, 1, 3] },
      ));
      const mask = Float32Array.from({ length: context * context }, (_, i) => (i % context > Math.floor(i / context) ? -1e9 : 0));
      const scores = graph.node('Add', [graph.node('Mul', [graph.node('MatMul', [q, k]), graph.scalar(1 / Math.sqrt(width / heads))]), graph.constant('mask', mask, [context, context])]);
      const y = graph.node('MatMul', [graph.node('Softmax', [scores], { axis: -1 }), v]);
      return graph.node('Reshape', [graph.node('Transpose', [y], { perm: [0, 2, 1, 3] }), graph.ints(batch, context, width)]);
    },
  };
}
