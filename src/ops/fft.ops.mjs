// torsh.fft: Fourier transforms. Rows called fft_x are torsh.fft.x; those with a _ in front are what these are made of.
import { of, t, z } from './rows.mjs';

const page = (name) => `https://pytorch.org/docs/stable/generated/torch.fft.${name}.html`;
const NORM = "norm: 'backward' (the default) divides backward transforms by n, 'forward' forward ones, 'ortho' both by its square root";
const noPoints = (name, args) => ({ args, code: 'ERR_SHAPE', message: `fft.${name}: Invalid number of data points (0) specified` });
const noMode = (name) => ({ args: [t(4)], kwargs: { norm: 'abc' }, code: 'ERR_ARGUMENT', message: `fft.${name}: Invalid normalization mode: "abc"` });
const noHalf = (name) => ({ args: [of('float16', 4)], code: 'ERR_DTYPE', message: `fft.${name}: Unsupported dtype float16` });
const out = ['function', 'out'];

/** Along one dim. */
const one = (name, what, samples, errors = []) => ({
  name: `fft_${name}`, args: 'Tensor self, int? n=None, int dim=-1, str? norm=None', as: out, grad: 'composite', dtypes: 'int float complex',
  doc: `${what} along dim, of n points: input is cut or filled up with zeros. ${NORM}. Integers become float32. Errors: n below 1, 16-bit floats. ${page(name)}`,
  samples, errors: [noPoints(name, [t(3, 0)]), noPoints(name, [t(3), 0]), noMode(name), noHalf(name), ...errors],
});
/** Along several, and along the last two. */
const several = (name, what, samples, errors = []) => ['n', '2'].map((end) => ({
  name: `fft_${name}${end}`, args: `Tensor self, int[]? s=None, int[]? dim=${end === 'n' ? 'None' : '[-2, -1]'}, str? norm=None`, as: out, grad: 'composite', dtypes: 'int float complex',
  doc: `${what} along ${end === 'n' ? 'dim (all dims, or the last ones where only s is given)' : 'two dims'}, of s points: input is cut or filled up with zeros, -1 keeps its size. ${NORM}. Integers become float32. Errors: sizes below 1, a dim twice, 16-bit floats. ${page(name + end)}`,
  samples: samples(end),
  errors: [noPoints(name + end, [t(3, 0)].map((x) => (/^(ir|h)/.test(name) ? t(3, 1) : x))), { args: [t(2, 3)], kwargs: { dim: [0, 0] }, code: 'ERR_ARGUMENT', message: `fft.${name}${end}: FFT dims must be unique` },
    { args: [t(2, 3), [1], [0, 1]], code: 'ERR_ARGUMENT', message: `fft.${name}${end}: When given, dim and shape arguments must have the same length` }, ...errors.map((f) => f(name + end))],
}));
const real = [{ args: [t(2, 5)] }, { args: [t(6)] }, { args: [t(3, 4), 7] }, { args: [t(5, 3), 4, 0], kwargs: { norm: 'ortho' } }, { args: [t(1)] }];
const whole = [...real, { args: [of('int64', 4)] }, { args: [t(2, 4)], kwargs: { norm: 'forward' } }];
const complexes = [{ args: [z(2, 5)] }, { args: [z(4, 3), 6, 0], kwargs: { norm: 'ortho' } }];
const halves = [{ args: [t(2, 4)] }, { args: [z(3, 4), 5] }, { args: [z(4, 3), 6, 0], kwargs: { norm: 'ortho' } }, { args: [z(4)], kwargs: { norm: 'forward' } }, { args: [of('int64', 4)] }];
const box = (end) => [{ args: [t(3, 4)] }, { args: [t(2, 3, 4)], kwargs: { s: [5, 3], norm: 'ortho' } }, { args: [t(4, 2, 3)], kwargs: { dim: [0, 2], norm: 'forward' } }, ...(end === 'n' ? [{ args: [t(5)] }, { args: [t(2, 3, 2)] }] : [])];
const complexBox = (end) => [...box(end), { args: [z(3, 4)] }, { args: [z(2, 3, 4)], kwargs: { s: [2, 5], dim: [-1, 0] } }];

const parts = { as: ['function'], dtypes: 'complex' };

export default [
  {
    ...parts, name: '_fft_c2c', args: 'Tensor self, int[] dim, int normalization, bool forward', grad: { saves: '' },
    doc: 'Complex transform along dims; normalization 0: none, 1: by the square root of the number of points, 2: by that number. Errors: real tensors.', samples: [{ args: [z(3, 4), [0, 1], 1, true] }, { args: [z(5, 7), [1], 2, false] }, { args: [z(2, 3), [], 0, true] }],
  },
  {
    ...parts, name: '_fft_r2c', args: 'Tensor self, int[] dim, int normalization, bool onesided', grad: { saves: 'self.sizes' }, dtypes: 'float',
    doc: 'Transform of real numbers along dims, forward; onesided: only the first half along the last of these. Errors: complex tensors.',
    samples: [{ args: [t(3, 4), [1], 0, true] }, { args: [t(3, 5), [0, 1], 1, true] }, { args: [t(3, 5), [1], 2, false] }, { args: [t(3, 4), [1, 0], 0, false] }],
  },
  {
    ...parts, name: '_fft_c2r', args: 'Tensor self, int[] dim, int normalization, int last_dim_size', grad: { saves: '' },
    doc: 'Backward transform to real numbers; input is the first half along the last of dims. Errors: real tensors.', samples: [{ args: [z(3, 3), [1], 0, 4] }, { args: [z(3, 4), [0, 1], 2, 7] }],
  },
  one('fft', 'The discrete Fourier transform', [...whole, ...complexes]),
  one('ifft', 'The inverse Fourier transform', [...whole, ...complexes]),
  one('rfft', 'The first half of the Fourier transform of real numbers', whole, [{ args: [z(3)], code: 'ERR_DTYPE', message: 'fft.rfft: rfft expects a real input tensor, but got complex64' }]),
  one('ihfft', 'The first half of the inverse Fourier transform of real numbers', whole, [{ args: [z(3)], code: 'ERR_DTYPE', message: 'fft.ihfft: ihfft expects a real input tensor, but got complex64' }]),
  { ...one('irfft', 'The inverse of rfft: real numbers from the first half of their transform', halves), errors: [noPoints('irfft', [t(3, 1)]), noPoints('irfft', [t(3), 0]), noMode('irfft'), noHalf('irfft')] },
  { ...one('hfft', 'The Fourier transform, real, of a signal given by its first half', halves), errors: [noPoints('hfft', [t(3, 1)]), noPoints('hfft', [t(3), 0]), noMode('hfft'), noHalf('hfft')] },
  ...several('fft', 'The discrete Fourier transform', complexBox),
  ...several('ifft', 'The inverse Fourier transform', complexBox),
  ...several('rfft', 'The Fourier transform of real numbers, of the last dim the first half', box, [(name) => ({ args: [z(3, 2)], code: 'ERR_DTYPE', message: `fft.${name}: rfftn expects a real-valued input tensor, but got complex64` })]),
  ...several('ihfft', 'The inverse Fourier transform of real numbers, of the last dim the first half', box),
  ...several('irfft', 'The inverse of rfftn: real numbers from the first half, along the last dim, of their transform', complexBox, [(name) => ({ args: [t(3, 2)], kwargs: { dim: [] }, code: 'ERR_ARGUMENT', message: `fft.${name}: irfftn must transform at least one axis` })]),
  ...several('hfft', 'The Fourier transform, real, of a signal given by its first half along the last dim', complexBox),
  ...[['fftfreq', 'The frequencies of the results of fft: 0, 1, ... and then the negative ones, over n * d'], ['rfftfreq', 'The frequencies of the results of rfft: 0, 1, ..., n / 2, over n * d']].map(([name, what]) => ({
    name: `fft_${name}`, args: 'int n, float d=1.0, *, dtype? dtype=None', as: out, flags: ['factory'], grad: 'not differentiable', dtypes: 'float',
    doc: `${what}; d is the time between two samples. Errors: integer dtypes, a negative n. ${page(name)}`, samples: [{ args: [5] }, { args: [6, 0.5] }, { args: [0] }, { args: [4], kwargs: { dtype: 'float64' } }],
    errors: [{ args: [4], kwargs: { dtype: 'int64' }, code: 'ERR_DTYPE', message: `fft.${name}: requires a floating point or complex dtype` }, { args: [-1], code: 'ERR_SHAPE', message: `fft.${name}: Trying to create tensor with negative dimension -1: [-1]` }],
  })),
  ...[['fftshift', 'Exchanges the halves of dims (all of them unless given), so that frequency 0 stands in the middle'], ['ifftshift', 'The inverse of fftshift']].map(([name, what]) => ({
    name: `fft_${name}`, args: 'Tensor self, int[]? dim=None', as: ['function'], grad: 'composite', dtypes: 'all', doc: `${what}. Errors: dims out of range. ${page(name)}`,
    samples: [{ args: [t(5)] }, { args: [t(3, 4)] }, { args: [t(3, 4), 0] }, { args: [of('int64', 2, 3), [1]] }], errors: [{ args: [t(3), 1], code: 'ERR_INDEX', message: `fft.${name}: Dimension out of range (expected to be in range of [-1, 0], but got 1)` }],
  })),
];
