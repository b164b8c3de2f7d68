// Fourier transforms of all kinds of lengths against sums: the passes (small primes), two steps (64 and up), chirps (primes above
// 31), lengths that are shared among threads; one line and several, rows and columns, real and complex.
const torsh = require('torsh');

const tolerance = { float64: 1e-14, float32: 2e-6 };
const distance = (a, b) => Math.sqrt(a.sub(b).abs().square().sum().item() / (b.abs().square().sum().item() || 1));

/** Bin k of every row by a sum in float64. */
function bin(re, im, k) {
  const n = re[0].length;
  return re.map((row, b) => {
    let [x, y] = [0, 0];
    for (let j = 0; j < n; j++) {
      const angle = (-2 * Math.PI * ((j * k) % n)) / n, c = Math.cos(angle), s = Math.sin(angle);
      x += row[j] * c - im[b][j] * s;
      y += row[j] * s + im[b][j] * c;
    }
    return [x, y];
  });
}

function check(dtype, n, batch) {
  const re = torsh.randn(batch, n, { dtype }), im = torsh.randn(batch, n, { dtype }), x = torsh.complex(re, im), spectrum = torsh.fft.fft(x);
  const near = (what, a, b) => {
    const error = distance(a, b);
    if (!(error <= tolerance[dtype])) throw new Error(`${what} of ${batch} x ${n}: off by ${error}`);
  };
  const [rows, others] = [re, im].map((t) => t.to('float64').tolist());
  for (const k of new Set([0, 1 % n, n >> 1, n - 1])) {
    const want = torsh.tensor(bin(rows, others, k), { dtype: 'float64' }), got = torsh.viewAsReal(spectrum.select(1, k)).to('float64');
    const error = got.sub(want).abs().max().item() / Math.sqrt(n);
    if (!(error <= 5 * tolerance[dtype])) throw new Error(`fft of ${batch} x ${n}: bin ${k} is off by ${error}`);
  }
  const half = (n >> 1) + 1, real = torsh.fft.fft(torsh.complex(re, torsh.zerosLike(re))), first = real.narrow(1, 0, half);
  const column = (t) => t.transpose(0, 1).contiguous();
  near('ifft', torsh.fft.ifft(spectrum), x);
  near('fft of columns', torsh.fft.fft(column(x), { dim: 0 }), column(spectrum));
  near('fft of strided lines', torsh.fft.fft(x.transpose(0, 1), { dim: 0 }), spectrum.transpose(0, 1));
  near('fft of real numbers', torsh.fft.fft(re), real);
  near('fft of real columns', torsh.fft.fft(column(re), { dim: 0 }), column(real));
  near('rfft', torsh.fft.rfft(re), first);
  near('rfft of columns', torsh.fft.rfft(column(re), { dim: 0 }), column(first));
  near('irfft', torsh.fft.irfft(first, n), re);
  near('irfft of columns', torsh.fft.irfft(column(first), n, 0), column(re));
  near('irfft of strided lines', torsh.fft.irfft(first.transpose(0, 1), n, 0), re.transpose(0, 1));
}

const lengths = {
  'of few points': Array.from({ length: 40 }, (_, i) => i + 1),
  'of two steps': [64, 72, 77, 100, 169, 512, 961, 1000, 1155, 4096],
  'with large primes': [37, 74, 101, 1009, 2 * 509],
};
for (const dtype of ['float32', 'float64']) {
  for (const [name, list] of Object.entries(lengths)) {
    test(`${dtype}, ${name}`, () => {
      torsh.manualSeed(1);
      for (const n of list) for (const batch of n <= 40 ? [1, 3, 19] : [1, 19]) torsh.tidy(() => check(dtype, n, batch));
    });
  }
  test(`${dtype}, shared among threads`, () => {
    torsh.manualSeed(1);
    for (const n of [32768, 3 * 12000, 65537]) torsh.tidy(() => check(dtype, n, 1));
  });
}

test('the imaginary parts of the first and the middle value do not count for irfft', () => {
  for (const n of [6, 7]) {
    const x = torsh.complex(torsh.arange(1, 5).to('float64'), torsh.arange(4, 0, -1).to('float64'));
    const y = x.clone();
    y.setAt([0], torsh.complex(torsh.tensor(1, { dtype: 'float64' }), torsh.tensor(0, { dtype: 'float64' })));
    expect(distance(torsh.fft.irfft(x, n), torsh.fft.irfft(y, n))).toBeLessThan(1e-15);
  }
});

test('istft gives back what stft was made of', () => {
  torsh.tidy(() => {
    const x = torsh.randn(2, 1000, { dtype: 'float64' }), window = torsh.hannWindow(128, { dtype: 'float64' });
    for (const options of [{}, { onesided: false }, { normalized: true }, { hopLength: 16 }]) {
      const y = torsh.istft(torsh.stft(x, 128, { window, returnComplex: true, ...options }), 128, { window, length: 1000, ...options });
      expect(distance(y, x)).toBeLessThan(1e-14);
    }
  });
});
