// Sampling at given points, and grids of points.
import { functionalDoc, t, within } from './rows.mjs';

const sampler = (name, dims) => ({
  name, args: 'Tensor self, Tensor grid, int interpolation_mode, int padding_mode, bool align_corners', grad: 'composite', dtypes: 'float',
  impl: `ts_grid_sampled(cx, out, ${dims}, a->self, a->grid, a->interpolation_mode, a->padding_mode, a->align_corners)`,
  doc: `gridSample with its modes as numbers: bilinear 0, nearest 1, bicubic 2; zeros 0, border 1, reflection 2. ${functionalDoc('grid_sample')}`,
  samples: [{ args: dims === 3 ? [t(1, 2, 3, 2, 3), t(1, 2, 2, 1, 3), 0, 1, false] : [t(1, 2, 3, 4), t(1, 2, 2, 2), 0, 0, true] }],
  errors: [{ args: [t(1, 2, 3), t(1, 2, 1), 0, 0, false], code: 'ERR_SHAPE', message: `${name.replace(/_([a-z0-9])/g, (_, c) => c.toUpperCase())}: expected ${dims === 3 ? '5D' : dims === 2 ? '4D' : '4D or 5D'} input and grid with the same number of dimensions, but got input with sizes [1, 2, 3] and grid with sizes [1, 2, 1]` }],
});
const SETTINGS = 'int mode, int padding, bool align_corners, int[] orders';

export default [
  {
    name: 'grid_sample', args: "Tensor self, Tensor grid, str mode='bilinear', str padding_mode='zeros', bool? align_corners=None", namespaces: ['nn.functional'], grad: 'composite', dtypes: 'float',
    doc: `input (N, C, H, W) or (N, C, D, H, W) at the points of grid (N, ..., 2 or 3), whose coordinates, x first, run from -1 to 1 over the image: (N, C, ...). mode: bilinear, nearest, bicubic (4-d); beyond the edges paddingMode counts zeros, the border, or the reflection. alignCorners says that -1 and 1 are the centres of the outermost elements, not their far sides. Differentiable to any order. ${functionalDoc('grid_sample')}`,
    samples: [{ args: [t(2, 2, 4, 3), within(-1.3, 1.3, 2, 3, 2, 2)] }, { args: [t(1, 2, 4, 3), within(-1.3, 1.3, 1, 3, 2, 2)], kwargs: { paddingMode: 'border', alignCorners: true } },
      { args: [t(1, 2, 4, 3), within(-2, 2, 1, 3, 2, 2), 'bilinear', 'reflection'] }, { args: [t(1, 2, 4, 3), within(-1.1, 1.1, 1, 3, 2, 2), 'nearest'] },
      { args: [t(1, 1, 5, 4), within(-1.1, 1.1, 1, 2, 2, 2), 'bicubic'] }, { args: [t(1, 1, 5, 4), within(-1.1, 1.1, 1, 2, 2, 2), 'bicubic', 'border'], kwargs: { alignCorners: true } },
      { args: [t(1, 2, 3, 2, 3), within(-1.2, 1.2, 1, 2, 1, 2, 3)] }, { args: [t(1, 1, 3, 2, 3), within(-1.2, 1.2, 1, 2, 1, 2, 3), 'nearest', 'reflection'] }, { args: [t(0, 2, 3, 3), t(0, 2, 2, 2)] }],
    errors: [{ args: [t(1, 2, 3, 3), t(1, 2, 2, 3)], code: 'ERR_SHAPE', message: 'gridSample: expected grid to have size 2 in last dimension, but got grid with sizes [1, 2, 2, 3]' },
      { args: [t(1, 2, 3, 3), t(2, 2, 2, 2)], code: 'ERR_SHAPE', message: 'gridSample: expected grid and input to have same batch size, but got input with sizes [1, 2, 3, 3] and grid with sizes [2, 2, 2, 2]' },
      { args: [t(1, 2, 3, 3), t(1, 2, 2, 2), 'linear'], code: 'ERR_ARGUMENT', message: "gridSample: expected mode to be 'bilinear', 'nearest' or 'bicubic', but got: 'linear'" },
      { args: [t(1, 2, 3, 3), t(1, 2, 2, 2), 'nearest', 'wrap'], code: 'ERR_ARGUMENT', message: "gridSample: expected padding_mode to be 'zeros', 'border', or 'reflection', but got: 'wrap'" },
      { args: [t(1, 2, 3, 3, 3), t(1, 2, 2, 2, 3), 'bicubic'], code: 'ERR_UNSUPPORTED', message: 'gridSample: bicubic interpolation only supports 4D input' }],
  },
  sampler('grid_sampler', 0), sampler('grid_sampler_2d', 2), sampler('grid_sampler_3d', 3),
  {
    name: 'affine_grid', args: 'Tensor theta, int[] size, bool? align_corners=None', namespaces: ['nn.functional'], grad: 'composite', dtypes: 'float',
    impl: 'ts_affine_grid_of(cx, out, a->theta, a->size, a->align_corners.given && a->align_corners.v)',
    doc: `For gridSample: the points of an output of size (N, C, H, W) or (N, C, D, H, W) taken through affine maps theta (N, 2, 3) or (N, 3, 4). ${functionalDoc('affine_grid')}`,
    samples: [{ args: [t(2, 2, 3), [2, 1, 3, 4]] }, { args: [t(1, 3, 4), [1, 2, 2, 1, 3]], kwargs: { alignCorners: true } }],
    errors: [{ args: [t(1, 3, 4), [1, 2, 3, 4]], code: 'ERR_SHAPE', message: 'affineGrid: Expected a batch of 2D affine matrices of shape Nx2x3 for size [1, 2, 3, 4]. Got [1, 3, 4].' },
      { args: [t(1, 2, 3), [1, 2, 3, 0]], code: 'ERR_ARGUMENT', message: 'affineGrid: Expected non-zero, positive output size. Got [1, 2, 3, 0]' }],
  },
  {
    name: 'affine_grid_generator', args: 'Tensor theta, int[] size, bool align_corners', grad: 'composite', dtypes: 'float',
    impl: 'ts_affine_grid_of(cx, out, a->theta, a->size, a->align_corners)',
    doc: `nn.functional.affineGrid. ${functionalDoc('affine_grid')}`, samples: [{ args: [t(1, 2, 3), [1, 1, 2, 2], false] }],
    errors: [{ args: [t(2, 3), [1, 1, 2, 2], false], code: 'ERR_SHAPE', message: 'affineGridGenerator: Expected a batch of 2D affine matrices of shape Nx2x3 for size [1, 1, 2, 2]. Got [2, 3].' }],
  },
  {
    name: '_grid_sample', args: `Tensor self, Tensor grid, ${SETTINGS}`, grad: { saves: 'self(grid).sizes grid' }, node: 'GridSamplerBackward0', dtypes: 'float',
    doc: 'input at the points of grid, differentiated orders[k] times by coordinate k.', samples: [{ args: [t(1, 2, 3, 4), t(1, 2, 2, 2), 0, 0, true, [0, 1]] }],
  },
  {
    name: '_grid_sample_by_grid', args: `Tensor grad, Tensor self, Tensor grid, ${SETTINGS}`, grad: { saves: 'grad self grid' }, dtypes: 'float',
    doc: 'The gradient of _grid_sample with respect to its grid.', samples: [{ args: [t(1, 2, 2, 2), t(1, 2, 3, 4), t(1, 2, 2, 2), 0, 0, true, [0, 0]] }],
  },
  {
    name: '_grid_sample_adjoint', args: `Tensor grad, Tensor grid, int[] size, ${SETTINGS}`, grad: { saves: 'grad(grid).sizes grid' }, dtypes: 'float',
    doc: 'The transpose of _grid_sample as a map of its input, whose spatial sizes are given.', samples: [{ args: [t(1, 2, 2, 2), t(1, 2, 2, 2), [3, 4], 0, 0, true, [0, 0]] }],
  },
];
