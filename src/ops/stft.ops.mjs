// Short-time Fourier transforms and the windows that go with them.
import { of, t, torchDoc, z } from './rows.mjs';

const w = (n) => ({ t: [n], low: 0.5, high: 1.5 });
const window = (name, what, more, samples) => ({
  name: `${name}_window`, args: `int window_length, bool periodic=True, ${more}*, dtype? dtype=None`, as: ['function'], flags: ['factory'], grad: 'not differentiable', dtypes: 'float',
  doc: `${what}; periodic: for Fourier transforms, else symmetric. Errors: a negative length, dtypes that are not floats. ${torchDoc(`${name}_window`)}`,
  samples: [{ args: [5] }, { args: [6, false] }, { args: [1] }, { args: [0] }, { args: [4], kwargs: { dtype: 'float64' } }, ...samples],
  errors: [{ args: [-1], code: 'ERR_ARGUMENT', message: `${name}Window: ${name}_window requires non-negative window_length, got window_length=-1` }, { args: [4], kwargs: { dtype: 'int32' }, code: 'ERR_DTYPE', message: `${name}Window: ${name}_window expects floating point dtypes, got: int32` }],
});

export default [
  {
    name: 'stft', args: "Tensor self, int n_fft, int? hop_length=None, int? win_length=None, Tensor? window=None, bool center=True, str pad_mode='reflect', bool normalized=False, bool? onesided=None, bool? return_complex=None",
    as: ['function', 'method'], grad: 'composite', dtypes: 'float complex',
    doc: `The Fourier transforms of frames of nFft values, hopLength (nFft / 4) apart, of a signal (time) or (batch, time), to (batch, frequencies, frames). window (winLength values, all 1 unless given) is centred in each frame; center pads the signal by half a frame at both ends, by padMode; normalized divides by the square root of nFft; onesided (the default for real signals) gives nFft / 2 + 1 frequencies; without returnComplex real signals give a last dim of size 2. Errors: signals shorter than a frame, sizes out of range, integers. ${torchDoc('stft')}`,
    samples: [{ args: [t(20), 8], kwargs: { returnComplex: true } }, { args: [t(2, 20), 7, 3], kwargs: { window: w(7), center: false, returnComplex: true } }, { args: [t(20), 8, 3, 5], kwargs: { window: w(5), normalized: true, onesided: false } }, { args: [z(12), 5, 2] }, { args: [t(12), 4], kwargs: { padMode: 'constant', returnComplex: true } }],
    errors: [
      { args: [of('int64', 20), 8], code: 'ERR_DTYPE', message: 'stft: expected a tensor of floating point or complex values, got int64' }, { args: [t(1, 1, 20), 8], code: 'ERR_SHAPE', message: 'stft: expected a 1D or 2D tensor, got shape [1, 1, 20]' },
      { args: [t(10), 40], kwargs: { center: false }, code: 'ERR_ARGUMENT', message: 'stft: expected 0 < n_fft < 10, but got n_fft=40' }, { args: [t(10), 4, 0], code: 'ERR_ARGUMENT', message: 'stft: expected hop_length > 0, but got hop_length=0' },
      { args: [t(10), 4, 1, 5], code: 'ERR_ARGUMENT', message: 'stft: expected 0 < win_length <= n_fft, but got win_length=5' }, { args: [t(10), 4], kwargs: { window: t(3) }, code: 'ERR_SHAPE', message: 'stft: expected a 1D window tensor of size equal to win_length=4, but got window with size [3]' },
      { args: [z(10), 4], kwargs: { onesided: true }, code: 'ERR_ARGUMENT', message: 'stft: Cannot have onesided output if window or input is complex' },
    ],
  },
  {
    name: 'istft', tolerance: { layouts: 1e-12, why: 'equal frames cancel: what is left of them is rounding' }, args: 'Tensor self, int n_fft, int? hop_length=None, int? win_length=None, Tensor? window=None, bool center=True, bool normalized=False, bool? onesided=None, int? length=None, bool return_complex=False',
    as: ['function', 'method'], grad: 'composite', dtypes: 'float complex',
    doc: `The inverse of stft, with the same arguments: the frames added where they overlap, over the sum of the squares of their windows; cut or filled up to length where it is given. Errors: shapes that stft does not give, windows that add up to nothing somewhere. ${torchDoc('istft')}`,
    samples: [{ args: [z(5, 6), 8] }, { args: [z(2, 4, 5), 7, 3], kwargs: { window: w(7), center: false } }, { args: [z(8, 6), 8], kwargs: { onesided: false, length: 9, normalized: true } }, { args: [z(4, 6), 4], kwargs: { returnComplex: true } }, { args: [t(5, 4, 2), 8, 2], kwargs: { length: 20 } }],
    errors: [
      { args: [z(3), 4], code: 'ERR_SHAPE', message: 'istft: expected a tensor with 3 or 4 dimensions, but got 2' }, { args: [t(2, 3, 5, 3), 4], code: 'ERR_SHAPE', message: 'istft: expected the last dimension to be 2 (corresponding to real and imaginary parts), but got 3' },
      { args: [z(3, 0), 4], code: 'ERR_SHAPE', message: 'istft: input tensor cannot be empty.' }, { args: [z(4, 5), 8], code: 'ERR_SHAPE', message: 'istft: expected the frequency dimension (3rd to the last) of the input tensor to match n_fft / 2 + 1 when onesided=true, but got 4' },
      { args: [z(3, 5), 4, 5], code: 'ERR_ARGUMENT', message: 'istft: expected 0 < hop_length <= win_length' }, { args: [z(3, 5), 4, 1, 5], code: 'ERR_ARGUMENT', message: 'istft: expected 0 < win_length <= n_fft' },
      { args: [z(3, 5), 4], kwargs: { window: { t: [4], low: 0, high: 0 } }, code: 'ERR_NUMERIC', message: 'istft: window overlap add min: 0' },
    ],
  },
  window('hann', "Hann's window, (1 - cos) / 2", '', []),
  window('hamming', "Hamming's window, alpha - beta cos", 'float alpha=0.54, float beta=0.46, ', [{ args: [5, true, 0.6, 0.4] }]),
  window('blackman', "Blackman's window, 0.42 - cos / 2 + 0.08 cos of the double", '', []),
  window('bartlett', "Bartlett's window, a triangle", '', []),
  window('kaiser', "Kaiser's window, by the modified Bessel function of order 0", 'float beta=12.0, ', [{ args: [5, false, 3] }]),
];
