// Differences, gradients, areas under curves.
import { of, range, t, torchDoc as page } from './rows.mjs';

const out = ['function', 'method', 'out'];

const area = (name, aliases, what, doc) => {
  const shared = { overload: name, aliases, as: ['function'], grad: 'composite', dtypes: 'int float', doc: `${what} along dim by the trapezoidal rule, from sample points x (1-d along dim, or as y's last dims) or steps dx. ${doc}` };
  return [
    { ...shared, name, args: 'Tensor y, *, Scalar dx=1, int dim=-1', samples: [{ args: [t(3, 4)] }, { args: [t(3, 4)], kwargs: { dx: 0.5, dim: 0 } }, { args: [of('int64', 4)] }, { args: [t(1)] }, { args: [t(2, 0)] }], errors: [{ args: [t(2, 3)], kwargs: { dim: 2 }, code: 'ERR_INDEX', message: range(name.replace('_t', 'T')).message }] },
    {
      ...shared, name: `${name}_x`, args: 'Tensor y, Tensor x, *, int dim=-1', samples: [{ args: [t(3, 4), t(4)] }, { args: [t(3, 4), t(3, 4)], kwargs: { dim: 0 } }, { args: [t(2, 3, 4), t(3, 4)], kwargs: { dim: 1 } }, { args: [of('int64', 4), of('int64', 4)] }],
      errors: [{ args: [t(2, 3), t(2)], code: 'ERR_SHAPE', message: `${name.replace('_t', 'T')}: There must be one \`x\` value for each sample point (2 for 3)` }],
    },
  ];
};

const gradient = { overload: 'gradient', as: ['function'], returns: 'Tensor[]', grad: 'composite', dtypes: 'int float', doc: `Estimates of the gradient of a function sampled at input, one tensor for each dim: central differences of second order, one-sided ones of edgeOrder at the borders. spacing: the distance of the samples, one for each dim, or their coordinates (1-d) along each dim. Errors: a dim with fewer than edgeOrder + 1 samples. ${page('gradient')}` };

export default [
  {
    name: 'diff', args: 'Tensor self, int n=1, int dim=-1, Tensor? prepend=None, Tensor? append=None', as: out, grad: 'composite', dtypes: 'all',
    doc: `The n-th differences along dim, after prepend and append are put beside input; of bools, where they change. ${page('diff')}`,
    samples: [{ args: [t(3, 4)] }, { args: [t(4, 3), 2, 0] }, { args: [t(2, 3)], kwargs: { prepend: t(2, 2), append: t(2, 1) } }, { args: [t(3), 0] }, { args: [t(3), 5] }, { args: [{ t: [5], dtype: 'bool' }] }, { args: [of('int16', 5), 3] }],
    errors: [{ args: [t()], code: 'ERR_SHAPE', message: 'diff: diff expects input to be at least one-dimensional' }, { args: [t(3), -1], code: 'ERR_ARGUMENT', message: 'diff: order must be non-negative but got -1' }, { args: [t(2, 3)], kwargs: { prepend: t(1) }, code: 'ERR_SHAPE', message: 'diff: diff expects prepend or append to be the same dimension as input (shapes [1] and [2, 3])' }],
  },
  {
    ...gradient, name: 'gradient', args: 'Tensor self, *, Scalar? spacing=None, int[]? dim=None, int edge_order=1', samples: [{ args: [t(3, 4)] }, { args: [t(4, 3)], kwargs: { spacing: 0.5, dim: 0, edgeOrder: 2 } }, { args: [of('int64', 5)] }, { args: [t()] }],
    errors: [{ args: [t(3, 1)], code: 'ERR_SHAPE', message: 'gradient: torch.gradient expected each dimension size to be at least edge_order+1 (shape [3, 1])' }, { args: [t(3)], kwargs: { edgeOrder: 3 }, code: 'ERR_ARGUMENT', message: 'gradient: torch.gradient only supports edge_order=1 and edge_order=2.' }, { args: [t(3, 3)], kwargs: { dim: [1, -1] }, code: 'ERR_ARGUMENT', message: 'gradient: dim 1 appears multiple times in the list of dims' }],
  },
  {
    ...gradient, name: 'gradient_coordinates', args: 'Tensor self, *, Tensor[] spacing, int[]? dim=None, int edge_order=1',
    samples: [{ args: [t(3, 4)], kwargs: { spacing: { list: [{ t: [3], values: [0, 0.5, 2], grad: false }, { t: [4], values: [0, 1, 3, 3.5], grad: false }] } } }, { args: [t(4, 3)], kwargs: { spacing: { list: [{ t: [4], values: [0, 1, 3, 3.5], grad: false }] }, dim: 0, edgeOrder: 2 } }],
    errors: [{ args: [t(3)], kwargs: { spacing: { list: [t(1, 3)] } }, code: 'ERR_SHAPE', message: 'gradient: torch.gradient expected each element of spacing to have one dimension, but got an element with 2 dimensions!' }],
  },
  {
    ...gradient, name: 'gradient_list', args: 'Tensor self, *, float[] spacing, int[]? dim=None, int edge_order=1', samples: [{ args: [t(3, 4)], kwargs: { spacing: [0.5, 2] } }, { args: [t(3, 4)], kwargs: { spacing: [0.5], dim: 1 } }],
    errors: [{ args: [t(3, 3)], kwargs: { spacing: [1], dim: [0, 1] }, code: 'ERR_ARGUMENT', message: "gradient: torch.gradient expected spacing to be unspecified, a scalar or it's spacing and dim arguments to have the same length, but got a spacing argument of length 1 and a dim argument of length 2." }],
  },
  ...area('trapezoid', ['trapz'], 'The area under y', page('trapezoid')),
  ...area('cumulative_trapezoid', [], 'The area under y up to each sample but the first', page('cumulative_trapezoid')),
];
