// Interpolation.
import { functionalDoc, t } from './rows.mjs';

export default [
  {
    name: 'interpolate', args: "Tensor self, int[]? size=None, float[]? scale_factor=None, str mode='nearest', bool? align_corners=None, bool? recompute_scale_factor=None, bool antialias=False",
    namespaces: ['nn.functional'], grad: 'composite', dtypes: 'float',
    doc: `input (N, C, ...) with one to three spatial dims brought to size, or made larger by scaleFactor. mode: nearest, nearest-exact, area; linear, bilinear, bicubic, trilinear by the number of dims. alignCorners takes the corners' centres as the ends; recomputeScaleFactor takes the factor from the rounded size; antialias (bilinear, bicubic) widens the filter where it shrinks. Errors: neither or both of size and scaleFactor, modes that do not fit the dims. ${functionalDoc('interpolate')}`,
    samples: [{ args: [t(2, 2, 5), 7] }, { args: [t(1, 2, 4, 5), [3, 8]] }, { args: [t(1, 2, 3, 3)], kwargs: { scaleFactor: [2, 1.6] } }, { args: [t(1, 2, 3, 4)], kwargs: { scaleFactor: 1.7, mode: 'nearest-exact' } },
      { args: [t(2, 2, 4), 9], kwargs: { mode: 'linear' } }, { args: [t(1, 2, 4, 3), [6, 5]], kwargs: { mode: 'bilinear', alignCorners: true } }, { args: [t(1, 1, 4, 3)], kwargs: { scaleFactor: 1.4, mode: 'bilinear' } },
      { args: [t(1, 2, 4, 5), [7, 3]], kwargs: { mode: 'bicubic' } }, { args: [t(1, 1, 2, 3, 4), [3, 5, 2]], kwargs: { mode: 'trilinear' } }, { args: [t(1, 2, 7, 5), [3, 4]], kwargs: { mode: 'area' } },
      { args: [t(1, 2, 9, 8), [4, 3]], kwargs: { mode: 'bilinear', antialias: true } }, { args: [t(1, 1, 9, 8), [4, 10]], kwargs: { mode: 'bicubic', antialias: true } },
      { args: [t(1, 1, 5, 5)], kwargs: { scaleFactor: 1.5, mode: 'bilinear', recomputeScaleFactor: true } }],
    errors: [{ args: [t(1, 1, 4)], code: 'ERR_ARGUMENT', message: 'interpolate: either size or scale_factor should be defined' }, { args: [t(1, 1, 4), 3, 2], code: 'ERR_ARGUMENT', message: 'interpolate: only one of size or scale_factor should be defined' },
      { args: [t(1, 1, 4), 3], kwargs: { alignCorners: true }, code: 'ERR_ARGUMENT', message: 'interpolate: align_corners option can only be set with the interpolating modes: linear | bilinear | bicubic | trilinear' },
      { args: [t(1, 1, 4), 3], kwargs: { mode: 'bilinear' }, code: 'ERR_UNSUPPORTED', message: 'interpolate: Got 3D input, but bilinear mode needs 4D input' },
      { args: [t(1, 1, 4, 4), [3, 0]], code: 'ERR_SHAPE', message: 'interpolate: Input and output sizes should be greater than 0, but got input [4, 4] output [3, 0]' },
      { args: [t(1, 1, 4, 4), [3, 3, 3]], code: 'ERR_ARGUMENT', message: 'interpolate: Input and output must have the same number of spatial dimensions, but got input with spatial dimensions of [4, 4] and output size of [3, 3, 3]. Please provide input tensor in (N, C, d1, d2, ...,dK) format and output size in (o1, o2, ...,oK) format.' }],
  },
  {
    name: 'upsample', args: "Tensor self, int[]? size=None, float[]? scale_factor=None, str mode='nearest', bool? align_corners=None", namespaces: ['nn.functional'], grad: 'composite', dtypes: 'float',
    impl: 'ts_interpolated(cx, out, a->self, a->size, a->scale_factor, a->mode, a->align_corners)',
    doc: `The older name of interpolate. ${functionalDoc('upsample')}`,
    samples: [{ args: [t(1, 2, 4, 3)], kwargs: { scaleFactor: 2 } }, { args: [t(1, 2, 4), 7, null, 'linear', true] }],
    errors: [{ args: [t(1, 1, 4)], code: 'ERR_ARGUMENT', message: 'upsample: either size or scale_factor should be defined' }],
  },
  {
    name: 'upsample_nearest', args: 'Tensor self, int[]? size=None, float[]? scale_factor=None', namespaces: ['nn.functional'], grad: 'composite', dtypes: 'float',
    impl: 'ts_interpolated(cx, out, a->self, a->size, a->scale_factor, "nearest", (ts_opt_int){false, 0})',
    doc: `interpolate with mode 'nearest'. ${functionalDoc('upsample_nearest')}`,
    samples: [{ args: [t(1, 2, 4, 3)], kwargs: { scaleFactor: 2 } }, { args: [t(1, 2, 4), 7] }],
    errors: [{ args: [t(1, 1, 4)], code: 'ERR_ARGUMENT', message: 'upsampleNearest: either size or scale_factor should be defined' }],
  },
  {
    name: 'upsample_bilinear', args: 'Tensor self, int[]? size=None, float[]? scale_factor=None', namespaces: ['nn.functional'], grad: 'composite', dtypes: 'float',
    impl: 'ts_interpolated(cx, out, a->self, a->size, a->scale_factor, "bilinear", (ts_opt_int){true, 1})',
    doc: `interpolate with mode 'bilinear' and aligned corners. ${functionalDoc('upsample_bilinear')}`,
    samples: [{ args: [t(1, 2, 4, 3)], kwargs: { scaleFactor: 2 } }, { args: [t(1, 2, 4, 2), [5, 7]] }],
    errors: [{ args: [t(1, 1, 4), 3], code: 'ERR_UNSUPPORTED', message: 'upsampleBilinear: Got 3D input, but bilinear mode needs 4D input' }],
  },
  {
    name: '_resample', args: 'Tensor self, int[] size, int kind, float[] scales, bool align_corners', node: 'UpsampleBackward0', grad: { saves: 'self.sizes' }, dtypes: 'all',
    doc: 'The last dims brought to the given sizes, each by a linear map of its own; kinds are those of kernels/resample.h.', samples: [{ args: [t(1, 2, 3, 4), [5, 2], 2, [], false] }],
  },
  {
    name: '_resample_adjoint', args: 'Tensor grad, int[] size, int kind, float[] scales, bool align_corners', grad: { saves: 'grad.sizes' }, dtypes: 'float',
    doc: 'The transpose of _resample: size is that of its input.', samples: [{ args: [t(1, 2, 5, 2), [3, 4], 2, [], false] }],
  },
];
