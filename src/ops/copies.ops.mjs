// Views as copies, and copies with something written into a view.
import { t, torchDoc as page } from './rows.mjs';

/** view_copy and the like: a view in memory of its own. */
const copy = (view, args, call, samples, extra = {}) => ({
  name: `${view}_copy`, args: `Tensor self${args}`, as: ['function', 'out'], grad: 'composite', dtypes: 'all', impl: `ts_copied(cx, out, ${call})`, doc: `${view} as a copy instead of a view. ${page(`${view}_copy`)}`,
  samples: samples.map((rest) => ({ args: rest })), ...extra,
});
/** split_copy and the like. */
const copies = (view, args, call, samples) => ({
  ...copy(view, args, call, samples), as: ['function'], returns: 'Tensor[]', impl: `ts_all_copied(cx, out, ${call})`,
});
const scatter = (name, args, samples, errors, saves, doc) => ({
  name: `${name}_scatter`, args: `Tensor self, Tensor src, ${args}`, as: ['function', 'method'], grad: { saves }, dtypes: 'all', doc: `${doc} ${page(`${name}_scatter`)}`, samples: samples.map((rest) => ({ args: rest })), errors,
});

export default [
  scatter('diagonal', 'int offset=0, int dim1=0, int dim2=1', [[t(3, 3), t(3)], [t(3, 4), t(2), -1], [t(2, 3, 4), t(3, 1), 1, -1, 0]],
    [{ args: [t(3, 3), t(2)], code: 'ERR_SHAPE', message: 'diagonalScatter: expected src to have a size equal to the slice of self. src size = [2], slice size = [3]' }], 'src.sizes', 'A copy of input with src on a diagonal (see diagonal).'),
  scatter('select', 'int dim, int index', [[t(3, 4), t(4), 0, 1], [t(3, 4), t(3), -1, -1], [t(3), t(), 0, 0]],
    [{ args: [t(3, 4), t(3), 0, 1], code: 'ERR_SHAPE', message: 'selectScatter: expected src to have a size equal to the slice of self. src size = [3], slice size = [4]' }, { args: [t(2), t(), 0, 2], code: 'ERR_INDEX', message: 'selectScatter: index 2 out of range for tensor of size [2] at dimension 0' }],
    'src.sizes', 'A copy of input with src in the slice at index of dim.'),
  scatter('slice', 'int dim=0, int? start=None, int? end=None, int step=1', [[t(5, 2), t(2, 2), 0, 1, 3], [t(5), t(3), 0, 0, 5, 2], [t(2, 4), t(2, 2), -1, -2], [t(3), t(0), 0, 2, 1], [t(2), t(2)]],
    [{ args: [t(5), t(1), 0, 1, 3], code: 'ERR_SHAPE', message: 'sliceScatter: expected src to have a size equal to the slice of self. src size = [1], slice size = [2]' }], 'src.sizes', 'A copy of input with src at start, start + step, ... before end of dim.'),
  scatter('as_strided', 'int[] size, int[] stride, int? storage_offset=None', [[t(4, 4), t(2, 2), [2, 2], [4, 1], 1], [t(4), t(2), [2], [2]]],
    [{ args: [t(4), t(3), [2], [1]], code: 'ERR_SHAPE', message: 'asStridedScatter: expected src to have a size equal to the slice of self. src size = [3], slice size = [2]' }], 'self.sizes src.sizes', 'A copy of input with src in a window of given sizes, strides and offset.'),
  {
    name: 'narrow_copy', args: 'Tensor self, int dim, int start, int length', as: ['function', 'method', 'out'], grad: 'composite', dtypes: 'all', impl: 'ts_copied(cx, out, ts_narrow(cx, a->self, a->dim, a->start, a->length))',
    doc: `narrow as a copy. ${page('Tensor.narrow_copy')}`, samples: [{ args: [t(4, 3), 0, 1, 2] }, { args: [t(4), -1, -3, 2] }], errors: [{ args: [t(4), 0, 2, 3], code: 'ERR_INDEX', message: 'narrowCopy: start (2) + length (3) exceeds dimension size (4).' }],
  },
  copy('alias', '', 'ts_expand(cx, a->self, ts_sizes_of(a->self), false)', [[t(2, 3)], [t()]]),
  copy('as_strided', ', int[] size, int[] stride, int? storage_offset=None', 'ts_as_strided(cx, a->self, a->size, a->stride, a->storage_offset)', [[t(4, 4), [2, 2], [4, 1], 1]]),
  copy('detach', '', 'ts_detach(cx, a->self)', [[t(2, 3)]], { grad: 'not differentiable' }),
  copy('diagonal', ', int offset=0, int dim1=0, int dim2=1', 'ts_diagonal(cx, a->self, a->offset, a->dim1, a->dim2)', [[t(3, 4)], [t(2, 3, 4), 1, -1, 0]]),
  copy('expand', ', int[] size, *, bool implicit=False', 'ts_expand(cx, a->self, a->size, a->implicit)', [[t(3, 1), [3, 4]], [t(3), [2, -1]]]),
  copy('permute', ', int[] dims', 'ts_permute(cx, a->self, a->dims)', [[t(2, 3, 4), [2, 0, 1]]]),
  copy('select', ', int dim, int index', 'ts_select(cx, a->self, a->dim, a->index)', [[t(4, 3), 0, 1], [t(4, 3), -1, -3]]),
  copy('slice', ', int dim=0, int? start=None, int? end=None, int step=1', 'ts__slice(cx, a->self, a->dim, a->start, a->end, a->step)', [[t(5, 3), 0, 1, 4, 2], [t(3)]]),
  copies('split', ', int split_size, int dim=0', 'ts_split(cx, a->self, a->split_size, a->dim)', [[t(5, 2), 2], [t(2, 4), 2, -1]]),
  copies('split_with_sizes', ', int[] split_sizes, int dim=0', 'ts_split_with_sizes(cx, a->self, a->split_sizes, a->dim)', [[t(5, 2), [1, 4]]]),
  copy('squeeze', ', int[]? dim=None', 'ts_squeeze(cx, a->self, a->dim)', [[t(1, 3, 1)], [t(1, 3, 1), 0]]),
  copy('t', '', 'ts_t(cx, a->self)', [[t(2, 3)], [t(3)]]),
  copy('transpose', ', int dim0, int dim1', 'ts_transpose(cx, a->self, a->dim0, a->dim1)', [[t(2, 3, 4), 0, 2]]),
  copies('unbind', ', int dim=0', 'ts_unbind(cx, a->self, a->dim)', [[t(3, 2)], [t(2, 3), 1]]),
  copy('unfold', ', int dimension, int size, int step', 'ts_unfold(cx, a->self, a->dimension, a->size, a->step)', [[t(7), 0, 2, 1]]),
  copy('unsqueeze', ', int dim', 'ts_unsqueeze(cx, a->self, a->dim)', [[t(2, 3), 0], [t(), 0]]),
  copy('view_as_real', '', 'ts_view_as_real(cx, a->self)', [[{ t: [2, 3], dtype: 'complex64' }]]),
  copy('view_as_complex', '', 'ts_view_as_complex(cx, a->self)', [[t(3, 2)]]),
  copy('view', ', int[] size', 'ts_view(cx, a->self, a->size)', [[t(6), [2, 3]], [t(), [1]]]),
];
