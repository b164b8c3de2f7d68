// Random numbers: PyTorch's CPU stream for the same seed.
import { t, torchDoc as docs } from './rows.mjs';

const NO = 'not differentiable';
/** The formula refuses, so nobody takes a part of a gradient for all of it. */
const UNKNOWN = { saves: '' };
const fixed = (t, low, high) => ({ t, low, high, grad: false });
const GENERATOR = 'Generator? generator=None';

const factory = (name, args, what, samples, errors) => ({
  name, args: `${args}, *, ${GENERATOR}, dtype? dtype=None`, as: ['function', 'out'], flags: ['factory'], grad: NO, dtypes: 'int float', doc: `${what} ${docs(name)}`, samples, errors,
});
const like = (name, args, what, samples) => ({ name, args: `Tensor self${args}, *, dtype? dtype=None`, flags: ['factory'], grad: NO, dtypes: 'int float', doc: `${what} ${docs(name)}`, samples });
const filler = (name, args, what, sample, errors) => ({
  name: `${name}_`, args: `Tensor self, ${args}, *, ${GENERATOR}`, as: ['method'], flags: ['inplace', 'direct'], grad: { saves: '', formula: 'ts_zero_self_grad' }, dtypes: 'float', doc: `${what} ${docs(`Tensor.${name}_`)}`,
  samples: [{ args: [t(2, 10), ...sample] }, { args: [t(), ...sample] }], errors,
});

export default [
  factory('rand', 'int[] ...size', 'Uniform numbers in [0, 1).', [{ args: [[5]] }, { args: [[2, 3]], kwargs: { dtype: 'float64' } }, { args: [[]] }, { args: [[0]] }], [{ args: [[2]], kwargs: { dtype: 'int64' }, code: 'ERR_DTYPE', message: 'rand: not implemented for int64' }]),
  factory('randn', 'int[] ...size', 'Standard normal numbers.', [{ args: [[5]] }, { args: [[4, 5]] }, { args: [[20]], kwargs: { dtype: 'float64' } }], [{ args: [[2]], kwargs: { dtype: 'bool' }, code: 'ERR_DTYPE', message: 'randn: not implemented for bool' }]),
  { ...factory('randint', 'int low, int high, int[] size', 'Integers in [low, high), int64 unless dtype says otherwise; low may be left out: randint(high, size).', [{ args: [0, 10, [5]] }, { args: [-5, 5, [2, 3]], kwargs: { dtype: 'int32' } }], [{ args: [5, 5, [2]], code: 'ERR_ARGUMENT', message: "randint: random_ expects 'from' to be less than 'to', but got from=5 >= to=5" }]), as: [] },
  factory('randperm', 'int n', 'The integers from 0 to n - 1 in random order.', [{ args: [10] }, { args: [0] }], [{ args: [-1], code: 'ERR_ARGUMENT', message: 'randperm: n must be non-negative, got -1' }]),
  like('rand_like', '', 'Uniform numbers in [0, 1) in the shape and dtype of input.', [{ args: [t(2, 3)] }]),
  like('randn_like', '', 'Standard normal numbers in the shape and dtype of input.', [{ args: [t(2, 3)] }]),
  { ...like('randint_like', ', int low, int high', 'Integers in [low, high) in the shape and dtype of input.', [{ args: [t(2, 3), 0, 10] }]), as: [] },
  filler('uniform', 'float from=0.0, float to=1.0', 'Fills input with uniform numbers in [from, to).', [-2, 3], [{ args: [t(2), 2, 1], code: 'ERR_ARGUMENT', message: 'uniform_: uniform_ expects to return a [from, to) range, but found from=2 > to=1' }]),
  filler('normal', 'float mean=0.0, float std=1.0', 'Fills input with normal numbers.', [1, 2], [{ args: [t(2), 0, -1], code: 'ERR_ARGUMENT', message: 'normal_: normal expects std >= 0.0, but found std -1' }]),
  { ...filler('random', 'int? from=None, int? to=None', 'Fills input with integers in [from, to), or in [0, 2^mantissa] (floats), [0, max] (integers) without bounds.', [0, 9]), dtypes: 'all' },
  filler('exponential', 'float lambd=1.0', 'Fills input with exponential numbers of rate lambd.', [1.5], [{ args: [t(2), -1], code: 'ERR_ARGUMENT', message: 'exponential_: exponential_ expects lambda > 0.0' }]),
  filler('cauchy', 'float median=0.0, float sigma=1.0', 'Fills input with Cauchy numbers.', [0.5, 2], [{ args: [t(2), 0, 0], code: 'ERR_ARGUMENT', message: 'cauchy_: cauchy_ expects sigma > 0.0' }]),
  filler('log_normal', 'float mean=1.0, float std=2.0', 'Fills input with numbers whose logarithm is normal.', [0, 1], [{ args: [t(2), 0, 0], code: 'ERR_ARGUMENT', message: 'logNormal_: log_normal_ expects std > 0.0' }]),
  filler('geometric', 'float p', 'Fills input with numbers of Bernoulli trials up to the first success.', [0.3], [{ args: [t(2), 0], code: 'ERR_ARGUMENT', message: 'geometric_: geometric_ expects p to be in (0, 1)' }]),
  { ...filler('bernoulli', 'Operand? p=0.5', 'Fills input with ones of probability p (a number, or a tensor of them) and zeros.', [0.7], [{ args: [t(2), 1.5], code: 'ERR_ARGUMENT', message: 'bernoulli_: bernoulli_ expects p to be in [0, 1], but got p=1.5' }]), dtypes: 'all' },
  {
    name: 'bernoulli', args: `Tensor self, float? p=None, *, ${GENERATOR}`, as: ['function', 'method', 'out'], grad: NO, dtypes: 'float', doc: `Ones and zeros drawn with the probabilities in input (or all with p), in its shape and dtype. ${docs('bernoulli')}`,
    samples: [{ args: [{ t: [2, 3], low: 0, high: 1 }] }, { args: [t(4), 0.3] }], errors: [{ args: [{ t: [1], values: [2] }], code: 'ERR_ARGUMENT', message: 'bernoulli: Expected p_in >= 0 && p_in <= 1 to be true, but got 2' }],
  },
  {
    name: 'multinomial', args: `Tensor self, int num_samples, bool replacement=False, *, ${GENERATOR}`, as: ['function', 'method', 'out'], flags: ['exact'], grad: NO, dtypes: 'float', doc: `Indices drawn with the weights in each row of input, (m) or (b, m) to (n) or (b, n), int64. Errors: negative, infinite or zero weights; more draws than classes without replacement. ${docs('multinomial')}`,
    samples: [{ args: [{ t: [4], low: 0.1, high: 1 }, 6, true] }, { args: [{ t: [2, 4], low: 0.1, high: 1 }, 3] }], errors: [{ args: [{ t: [2], values: [1, 1] }, 3], code: 'ERR_ARGUMENT', message: 'multinomial: cannot sample n_sample > prob_dist.size(-1) samples without replacement' }],
  },
  {
    name: 'normal_tensors', overload: 'normal', args: `Tensor mean, Tensor std, *, ${GENERATOR}`, as: ['function', 'out'], grad: NO, dtypes: 'float', doc: `Normal numbers with the given means and deviations, which broadcast, in mean's dtype. Errors: negative deviations, integers. ${docs('normal')}`,
    samples: [{ args: [t(3, 4), { t: [3, 4], low: 0, high: 1 }] }, { args: [t(3, 1), { t: [4], low: 0, high: 1 }] }], errors: [{ args: [t(2), { t: [2], values: [1, -1] }], code: 'ERR_ARGUMENT', message: 'normal: normal expects all elements of std >= 0.0' }],
  },
  {
    name: 'normal_means', overload: 'normal', args: `Tensor mean, float std=1.0, *, ${GENERATOR}`, as: ['function', 'out'], grad: NO, dtypes: 'float', doc: `Normal numbers with the given means and one deviation. ${docs('normal')}`,
    samples: [{ args: [t(3, 4), 0.5] }, { args: [t(20)] }], errors: [{ args: [t(2), -1], code: 'ERR_ARGUMENT', message: 'normal: normal expects std >= 0.0, but found std -1' }],
  },
  {
    name: 'normal_deviations', overload: 'normal', args: `float mean, Tensor std, *, ${GENERATOR}`, as: ['function', 'out'], grad: NO, dtypes: 'float', doc: `Normal numbers with one mean and the given deviations. ${docs('normal')}`, samples: [{ args: [2, { t: [3, 4], low: 0, high: 1 }] }],
  },
  {
    name: 'normal_numbers', overload: 'normal', args: `float mean, float std, int[] size, *, ${GENERATOR}, dtype? dtype=None`, as: ['function', 'out'], flags: ['factory'], grad: NO, dtypes: 'float', doc: `Normal numbers with one mean and deviation. ${docs('normal')}`, samples: [{ args: [2, 0.5, [3, 7]] }],
  },
  {
    name: 'poisson', args: `Tensor self, ${GENERATOR}`, grad: { saves: '', formula: 'ts_zero_self_grad' }, dtypes: 'float', doc: `Poisson numbers with the rates in input, in its shape and dtype. Errors: negative rates, integers. ${docs('poisson')}`,
    samples: [{ args: [{ t: [3, 4], low: 0, high: 30 }] }, { args: [{ t: [], low: 0, high: 3 }] }], errors: [{ args: [{ t: [1], values: [-1] }], code: 'ERR_ARGUMENT', message: 'poisson: invalid Poisson rate, expected rate to be non-negative' }],
  },
  {
    name: 'binomial', args: `Tensor count, Tensor prob, ${GENERATOR}`, grad: NO, dtypes: 'float', doc: `Numbers of successes in count trials of probability prob, which broadcast. Errors: integers, different dtypes. ${docs('binomial')}`,
    samples: [{ args: [{ t: [4], values: [3, 10, 100, 0] }, { t: [4], low: 0, high: 1 }] }], errors: [{ args: [t(1), { t: [1], dtype: 'float64' }], code: 'ERR_DTYPE', message: 'binomial: Found dtype float64 but expected float32' }],
  },
  { name: '_gamma_slope', args: 'Tensor self, Tensor output', grad: UNKNOWN, dtypes: 'float', doc: 'How gamma numbers move with their concentrations; the gradient of this is refused.', samples: [{ args: [fixed([4], 1, 5), fixed([4], 1, 5)] }] },
  { name: '_standard_gamma', args: `Tensor self, ${GENERATOR}`, grad: { saves: 'self result' }, dtypes: 'float', doc: 'Gamma numbers of rate 1 with the concentrations in input.', samples: [{ args: [{ t: [4], low: 0, high: 5 }] }] },
  {
    name: '_dirichlet_grad', args: 'Tensor x, Tensor alpha, Tensor total', grad: UNKNOWN, dtypes: 'float',
    doc: 'How beta numbers x of the concentrations alpha and total - alpha move with alpha, over 1 - x: the derivative of Dirichlet numbers is made of it. Errors: different shapes; its own gradient is refused. https://arxiv.org/abs/1805.08498',
    samples: [{ args: [fixed([2, 3], 0.1, 0.9), fixed([2, 3], 0.1, 5), fixed([2, 3], 6, 9)] }],
    errors: [{ args: [t(2), t(3), t(2)], code: 'ERR_SHAPE', message: '_dirichletGrad: x [2], alpha [3] and total [2] differ' }],
  },
  { name: '_sample_dirichlet', args: `Tensor self, ${GENERATOR}`, grad: { saves: 'self result' }, dtypes: 'float', doc: 'Dirichlet numbers with the concentrations in the rows of input.', samples: [{ args: [{ t: [2, 4], low: 0, high: 5 }] }] },
];
