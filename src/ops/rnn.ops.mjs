// Recurrent networks.
import { camel, t, tensors } from './rows.mjs';

const page = (name) => `https://pytorch.org/docs/stable/generated/torch.nn.${name}.html`;
const w = (...shape) => ({ t: shape, low: -0.6, high: 0.6 });
const flags = 'bool has_biases, int num_layers, float dropout, bool train, bool bidirectional';
const three = 'Tensor output, Tensor h_n, Tensor c_n';
const two = 'Tensor output, Tensor h_n';

/** Parameters of a network of `gates` gates: inputs of `n` features, `h` units, projected to `p`. */
function params(gates, n, h, layers, ways, { biases = true, p } = {}) {
  const out = [];
  for (let l = 0; l < layers; l++) {
    for (let k = 0; k < ways; k++) {
      out.push(w(gates * h, l === 0 ? n : ways * (p ?? h)), w(gates * h, p ?? h), ...(biases ? [w(gates * h), w(gates * h)] : []), ...(p ? [w(p, h)] : []));
    }
  }
  return tensors(...out);
}

const run = [0, false]; // dropout, train
const one = (name, gates, module) => [
  {
    name, overload: name, args: `Tensor self, Tensor hx, Tensor[] params, ${flags}, bool batch_first`, returns: two, grad: 'composite', dtypes: 'float',
    doc: `${module} over input (steps, batch, features), batchFirst: (batch, steps, features); hx (layers * directions, batch, units); params of each layer and direction: weight_ih, weight_hh and, with hasBiases, bias_ih, bias_hh. In training dropout between the layers. Errors: sizes that do not match. ${page(module)}`,
    samples: [
      { args: [t(3, 2, 2), t(1, 2, 2), params(gates, 2, 2, 1, 1), true, 1, ...run, false, false] }, { args: [t(1, 2, 2), t(4, 1, 1), params(gates, 2, 1, 2, 2), true, 2, ...run, true, true] },
      { args: [t(2, 1, 2), t(1, 1, 2), params(gates, 2, 2, 1, 1, { biases: false }), false, 1, ...run, false, false] },
    ],
    errors: [{ args: [t(3, 2, 2), t(1, 2, 2), params(gates, 2, 2, 1, 1), true, 2, ...run, false, false], code: 'ERR_ARGUMENT', message: `${camel(name)}: Expected 8 parameters for 2 layers, but got 4` }],
  },
  {
    name: `${name}_data`, overload: name, args: `Tensor data, lengths[] batch_sizes, Tensor hx, Tensor[] params, ${flags}`, returns: two, grad: 'composite', dtypes: 'float',
    doc: `${module} over a packed sequence: data (rows of all steps, features) and the number of samples of each step, which never grows. ${page(module)}`,
    samples: [{ args: [t(6, 2), [3, 2, 1], t(2, 3, 2), params(gates, 2, 2, 1, 2), true, 1, ...run, true] }],
    errors: [{ args: [t(6, 2), [2, 3, 1], t(1, 3, 2), params(gates, 2, 2, 1, 1), true, 1, ...run, false], code: 'ERR_ARGUMENT', message: `${camel(name)}: batch sizes must be positive and never grow, got 3 after 2` }],
  },
];
const cell = (name, gates, module) => ({
  name, args: 'Tensor self, Tensor hx, Tensor w_ih, Tensor w_hh, Tensor? b_ih=None, Tensor? b_hh=None', grad: 'composite', dtypes: 'float',
  doc: `One step of ${module === 'GRU' ? 'a GRU' : 'an RNN'}: input (batch, features) and state (batch, units) to the next state. Errors: sizes that do not match. ${page(`${module}Cell`)}`,
  samples: [{ args: [t(3, 2), t(3, 4), w(4 * gates, 2), w(4 * gates, 4), w(4 * gates), w(4 * gates)] }, { args: [t(1, 2), t(1, 2), w(2 * gates, 2), w(2 * gates, 2)] }],
  errors: [{ args: [t(3, 3), t(3, 4), w(4 * gates, 2), w(4 * gates, 4)], code: 'ERR_SHAPE', message: `${camel(name)}: input has inconsistent input_size: got 3 expected 2` }],
});
const layer = 'Tensor x_gates, Tensor h0, Tensor? c0, Tensor w_hh, Tensor? b_hh, Tensor? w_hr, int mode, bool reverse, int[] batch_sizes';
const kept = [t(4, 2), t(2, 2), null, w(2, 2), null, null];

export default [
  {
    name: 'lstm', overload: 'lstm', args: `Tensor self, Tensor[] hx, Tensor[] params, ${flags}, bool batch_first`, returns: three, grad: 'composite', dtypes: 'float',
    doc: `LSTM over input (steps, batch, features), batchFirst: (batch, steps, features); hx: h and c (layers * directions, batch, units); params of each layer and direction: weight_ih, weight_hh, with hasBiases bias_ih and bias_hh, and weight_hr where h is narrower than c (projections). In training dropout between the layers. Errors: sizes that do not match. ${page('LSTM')}`,
    samples: [
      { args: [t(3, 2, 2), tensors(t(1, 2, 2), t(1, 2, 2)), params(4, 2, 2, 1, 1), true, 1, ...run, false, false] }, { args: [t(1, 2, 2), tensors(t(4, 1, 1), t(4, 1, 1)), params(4, 2, 1, 2, 2), true, 2, ...run, true, true] },
      { args: [t(2, 2, 2), tensors(t(1, 2, 1), t(1, 2, 2)), params(4, 2, 2, 1, 1, { p: 1 }), true, 1, ...run, false, false] }, { args: [t(2, 1, 2), tensors(t(1, 1, 2), t(1, 1, 2)), params(4, 2, 2, 1, 1, { biases: false }), false, 1, ...run, false, false] },
    ],
    errors: [
      { args: [t(3, 2, 2), tensors(t(1, 2, 2)), params(4, 2, 2, 1, 1), true, 1, ...run, false, false], code: 'ERR_ARGUMENT', message: 'lstm: lstm expects two hidden states' },
      { args: [t(3, 2, 2), tensors(t(1, 3, 2), t(1, 3, 2)), params(4, 2, 2, 1, 1), true, 1, ...run, false, false], code: 'ERR_SHAPE', message: 'lstm: Expected hidden states for a batch of 2, got [1, 3, 2]' },
    ],
  },
  {
    name: 'lstm_data', overload: 'lstm', args: `Tensor data, lengths[] batch_sizes, Tensor[] hx, Tensor[] params, ${flags}`, returns: three, grad: 'composite', dtypes: 'float',
    doc: `LSTM over a packed sequence: data (rows of all steps, features) and the number of samples of each step, which never grows. ${page('LSTM')}`,
    samples: [{ args: [t(6, 2), [3, 2, 1], tensors(t(2, 3, 2), t(2, 3, 2)), params(4, 2, 2, 1, 2), true, 1, ...run, true] }],
  },
  ...one('gru', 3, 'GRU'), ...one('rnn_tanh', 1, 'RNN'), ...one('rnn_relu', 1, 'RNN'),
  {
    ...cell('lstm_cell', 4, 'LSTM'), args: 'Tensor self, Tensor[] hx, Tensor w_ih, Tensor w_hh, Tensor? b_ih=None, Tensor? b_hh=None', returns: 'Tensor, Tensor',
    doc: `One step of an LSTM: input (batch, features), h and c (batch, units) to the next h and c. Errors: sizes that do not match. ${page('LSTMCell')}`,
    samples: [{ args: [t(3, 2), tensors(t(3, 2), t(3, 2)), w(8, 2), w(8, 2), w(8), w(8)] }, { args: [t(1, 2), tensors(t(1, 2), t(1, 2)), w(8, 2), w(8, 2)] }],
    errors: [{ args: [t(3, 2), tensors(t(3, 2), t(2, 2)), w(8, 2), w(8, 2)], code: 'ERR_SHAPE', message: "lstmCell: Input batch size 3 doesn't match hidden1 batch size 2" }],
  },
  cell('gru_cell', 3, 'GRU'), cell('rnn_tanh_cell', 1, 'RNN'), cell('rnn_relu_cell', 1, 'RNN'),
  { name: '_rnn_layer', args: layer, returns: 'Tensor, Tensor, Tensor, Tensor, Tensor', grad: { saves: 'x_gates h0 c0 w_hh b_hh w_hr result0 result3 result4' }, dtypes: 'float', doc: 'One layer in one direction: output, last h and c, and what its backward needs. mode: 0 relu, 1 tanh, 2 lstm, 3 gru.', samples: [{ args: [...kept, 1, false, [2, 2]] }] },
  { name: '_rnn_layer_math', args: layer, returns: 'Tensor, Tensor, Tensor', grad: 'composite', dtypes: 'float', doc: '_rnn_layer by plain ops.', samples: [{ args: [...kept, 1, false, [2, 2]] }] },
  {
    name: '_rnn_layer_backward', args: 'Tensor? grad, Tensor? grad_h, Tensor? grad_c, Tensor h0, Tensor? c0, Tensor w_hh, Tensor? b_hh, Tensor? w_hr, Tensor output, Tensor gates, Tensor? cells, int mode, bool reverse, int[] batch_sizes',
    returns: 'Tensor, Tensor, Tensor, Tensor, Tensor, Tensor', grad: 'not differentiable', dtypes: 'float', doc: 'Gradients of _rnn_layer.', samples: [{ args: [t(4, 2), null, null, t(2, 2), null, w(2, 2), null, null, t(4, 2), t(4, 2), null, 1, false, [2, 2]] }],
  },
];
