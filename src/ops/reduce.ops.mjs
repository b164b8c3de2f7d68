// Reductions.
const t = (...shape) => ({ t: shape });

export default [
  {
    name: 'sum', args: 'Tensor self, int[]? dim=None, bool keepdim=False, *, dtype? dtype=None', as: ['function', 'method', 'out'], grad: { saves: 'self.sizes' }, dtypes: 'all',
    doc: 'Sum over the given dims (all when none are given); integers and bools add up in int64. keepdim leaves them with size 1. Errors: a dim out of range or named twice. https://pytorch.org/docs/stable/generated/torch.sum.html',
    samples: [{ args: [t(3, 4)] }, { args: [t(3, 4), 1] }, { args: [t(2, 3, 4), [0, -1]], kwargs: { keepdim: true } }, { args: [t()] }, { args: [t(0, 3), 0] }, { args: [{ t: [3, 3], dtype: 'bool' }] }, { args: [t(3, 2)], kwargs: { dtype: 'float64' } }],
    errors: [
      { args: [t(2, 3), 2], code: 'ERR_INDEX', message: 'sum: Dimension out of range (expected to be in range of [-2, 1], but got 2)' },
      { args: [t(2, 3), [0, -2]], code: 'ERR_ARGUMENT', message: 'sum: dim 0 appears multiple times in the list of dims' },
    ],
  },
];
