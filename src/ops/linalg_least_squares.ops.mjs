// Products of Householder reflectors, least squares, decompositions of low rank, a few eigenvalues. Rows called linalg_x are torsh.linalg.x.
import { LINEAR as dtypes, both, out, page, regular } from './linalg_rows.mjs';
import { t, torchDoc, z as complex } from './rows.mjs';

const fixed = (...shape) => ({ t: shape, grad: false });
const tall = { args: [t(2, 3), t(2)], code: 'ERR_SHAPE', message: 'input.shape[-2] must be greater than or equal to input.shape[-1]' };
/** Of rank 2. */
const lacking = { t: [4, 3], values: [1, 2, 3, 2, 4, 6, 0, 1, 1, 1, 1, 2], grad: false };

export default [
  {
    name: 'linalg_householder_product', args: 'Tensor A, Tensor tau', as: out, grad: 'composite', dtypes,
    doc: `The first n columns of H_1 H_2 ... H_k, where H_i = I - tau_i v_i v_i^H and v_i is column i of A (..., m, n) with a 1 on the diagonal and zeros above: Q of what geqrf gives. Errors: m < n, more factors than columns, batches or dtypes that differ. ${page('householder_product')}`,
    samples: [{ args: [t(3, 3), t(3)] }, { args: [t(2, 4, 3), t(2, 3)] }, { args: [t(4, 3), t(2)] }, { args: [complex(3, 2), complex(2)] }, { args: [t(3, 2), fixed(0)] }, { args: [fixed(0, 3, 2), fixed(0, 2)] }, { args: [fixed(3, 0), fixed(0)] }],
    errors: [
      { ...tall, message: `linalg.householderProduct: ${tall.message}` },
      { args: [t(4, 3), t(4)], code: 'ERR_SHAPE', message: 'linalg.householderProduct: input.shape[-1] must be greater than or equal to tau.shape[-1]' },
      { args: [t(2, 4, 3), t(3)], code: 'ERR_SHAPE', message: 'linalg.householderProduct: Expected tau to have one dimension less than input, but got tau.ndim equal to 1 and input.ndim is equal to 3' },
    ],
  },
  {
    name: 'orgqr', args: 'Tensor self, Tensor input2', as: both, grad: 'composite', dtypes,
    doc: `linalg.householderProduct by its older name. ${torchDoc('orgqr')}`, samples: [{ args: [t(3, 2), t(2)] }], errors: [{ ...tall, message: `orgqr: ${tall.message}` }],
  },
  {
    name: 'ormqr', args: 'Tensor self, Tensor input2, Tensor input3, bool left=True, bool transpose=False', as: both, grad: 'composite', dtypes,
    doc: `Q input3, or input3 Q where left is false, or with the adjoint of Q where transpose is true, for the product Q (m, m) of Householder reflectors: input (..., m, k) holds their vectors and input2 their factors, as geqrf gives them. Errors: shapes, batches or dtypes that do not match. ${torchDoc('ormqr')}`,
    samples: [{ args: [t(4, 3), t(3), t(4, 2)] }, { args: [t(2, 4, 3), t(2, 3), t(2, 4, 2), true, true] }, { args: [t(4, 3), t(3), t(2, 4), false] }, { args: [t(4, 3), t(2), t(2, 4), false, true] }, { args: [complex(3, 2), complex(2), complex(3, 2), true, true] }, { args: [t(4, 3), t(3), fixed(4, 0)] }],
    errors: [
      { args: [t(4, 3), t(3), t(5, 2)], code: 'ERR_SHAPE', message: 'ormqr: other.shape[-2] must be equal to input.shape[-2]' },
      { args: [t(4, 3), t(3), t(2, 4, 2)], code: 'ERR_SHAPE', message: 'ormqr: Expected other to have the same number of dimensions as input, but got other.ndim equal to 3 and input.ndim is equal to 2' },
    ],
  },
  {
    name: '_lstsq', args: 'Tensor A, Tensor B, float? rcond, str driver', returns: 'Tensor solution, Tensor rank, Tensor singular_values', grad: { saves: 'A B(A)' }, node: 'LinalgLstsqBackward0', dtypes,
    doc: 'linalg.lstsq of matrices with one batch, checked before.', samples: [{ args: [t(4, 3), t(4, 2), null, 'gelsy'] }],
  },
  {
    name: 'linalg_lstsq', args: 'Tensor A, Tensor B, float? rcond=None, *, str? driver=None', returns: 'Tensor solution, Tensor residuals, Tensor rank, Tensor singular_values', as: out, grad: 'composite', dtypes,
    doc: `The X (..., n, k) of least norm among those for which A X is nearest to B (..., m, k), or vectors for B (..., m). Drivers: 'gels' (full rank assumed), 'gelsy' (the default), 'gelsd' and 'gelss'; but for the first, singular values up to rcond times the largest count as zero. residuals, where m > n and all ranks are n, are the squared sizes of A X - B (not by 'gelsy'); rank but by 'gels', singularValues by 'gelsd' and 'gelss'; what is not computed is empty. Errors: shapes or dtypes that do not match, another driver, 'gels' and a singular matrix. ${page('lstsq')}`,
    samples: [
      { args: [t(4, 3), t(4, 2)] }, { args: [t(3, 4), t(3, 2)] }, { args: [regular(2, 3, 3), t(2, 3)] }, { args: [t(2, 4, 2), t(2, 4, 1)], kwargs: { driver: 'gels' } }, { args: [t(2, 3), t(2, 2)], kwargs: { driver: 'gels' } },
      { args: [t(5, 3), t(5, 2)], kwargs: { driver: 'gelsd' } }, { args: [complex(3, 2), complex(3, 1)], kwargs: { driver: 'gels' } }, { args: [lacking, fixed(4, 2)] }, { args: [lacking, fixed(4, 2)], kwargs: { driver: 'gelss', rcond: 1e-4 } }, { args: [fixed(0, 3, 2), fixed(0, 3, 1)] },
      { args: [fixed(3, 0), fixed(3, 2)] }, { args: [fixed(0, 2), fixed(0, 1)], kwargs: { driver: 'gels' } },
    ],
    errors: [
      { args: [t(3), t(3)], code: 'ERR_SHAPE', message: 'linalg.lstsq: input must have at least 2 dimensions.' },
      { args: [t(3, 2), t(4)], code: 'ERR_SHAPE', message: 'linalg.lstsq: input.size(-2) should match other.size(-1) (shapes [3, 2] and [4])' },
      { args: [t(3, 2), t(3)], kwargs: { driver: 'x' }, code: 'ERR_ARGUMENT', message: 'linalg.lstsq: parameter `driver` should be one of (gels, gelsy, gelsd, gelss)' },
      { args: [{ t: [3, 2], values: [1, 0, 2, 0, 3, 0] }, t(3, 1)], kwargs: { driver: 'gels' }, code: 'ERR_NUMERIC', message: 'linalg.lstsq: The least squares solution could not be computed because the input matrix does not have full rank.' },
    ],
  },
  {
    name: 'svd_lowrank', tolerance: { parity: 1e-10, why: 'vectors move with rounding as far as the gaps between singular values allow' }, args: 'Tensor A, int? q=6, int? niter=2, Tensor? M=None', returns: 'Tensor U, Tensor S, Tensor V', grad: 'composite', dtypes,
    doc: `The q largest singular values of A - M and their vectors, by random projections (torsh.manualSeed makes them repeatable) and niter steps of subspace iteration. Errors: a q beyond the smaller size. ${torchDoc('svd_lowrank')}`,
    samples: [{ args: [fixed(5, 3), 2] }, { args: [fixed(3, 5), 2, 1, fixed(1, 5)] }, { args: [fixed(2, 3, 3), 3] }],
    errors: [{ args: [t(4, 3), 5], code: 'ERR_ARGUMENT', message: 'svdLowrank: q(=5) must be non-negative integer and not greater than min(m, n)=3' }],
  },
  {
    name: 'pca_lowrank', tolerance: { parity: 1e-10, why: 'vectors move with rounding as far as the gaps between singular values allow' }, args: 'Tensor A, int? q=None, bool center=True, int niter=2', returns: 'Tensor U, Tensor S, Tensor V', grad: 'composite', dtypes,
    doc: `Principal components by svdLowrank, of A less its mean row unless center is false; q is 6 at most by default. ${torchDoc('pca_lowrank')}`,
    samples: [{ args: [fixed(5, 3), 2] }, { args: [fixed(4, 5)], kwargs: { center: false } }],
    errors: [{ args: [t(4, 3), 5], code: 'ERR_ARGUMENT', message: 'pcaLowrank: q(=5) must be non-negative integer and not greater than min(m, n)=3' }],
  },
  {
    name: '_lobpcg', args: 'Tensor A, Tensor X, Tensor? iK, int k, int niter, float tol, bool largest', returns: 'Tensor eigenvalues, Tensor eigenvectors', grad: { saves: 'A result result1' }, node: 'LOBPCGBackward', dtypes: 'float',
    doc: 'lobpcg of one matrix, without B.', samples: [{ args: [t(6, 6), t(6, 2), null, 1, 20, 1e-6, true] }],
  },
  {
    name: 'lobpcg', tolerance: { parity: 1e-10, layouts: 1e-9, why: 'vectors are as near as tol and the gaps between eigenvalues allow' }, args: 'Tensor A, int? k=None, Tensor? B=None, Tensor? X=None, int? n=None, Tensor? iK=None, int? niter=None, float? tol=None, bool? largest=None, str? method=None', returns: 'Tensor eigenvalues, Tensor eigenvectors', grad: 'composite', dtypes: 'float',
    doc: `The k largest (or smallest) eigenvalues of symmetric matrices A and their vectors, or those of A x = lambda B x for a positive B, by conjugate gradients from X, or from n random vectors, with a preconditioner iK. It ends when residuals fall below tol, after niter (1000) steps, or with niter -1 when they do fall. Both methods are one here. Errors: fewer than 3 n rows. ${torchDoc('lobpcg')}`,
    samples: [
      { args: [{ t: [7, 7], matrix: 'definite' }, 2], kwargs: { tol: 1e-15, niter: 30 } }, { args: [{ t: [2, 7, 7], matrix: 'symmetric' }], kwargs: { largest: false, tol: 1e-15, niter: 30 } },
      { args: [{ t: [7, 7], matrix: 'symmetric' }, 1, { t: [7, 7], matrix: 'definite' }, fixed(7, 2)], kwargs: { tol: 1e-15, niter: 30, method: 'basic' } },
    ],
    errors: [
      { args: [t(5, 5), 2], code: 'ERR_ARGUMENT', message: 'lobpcg: LPBPCG algorithm is not applicable when the number of A rows (=5) is smaller than 3 x the number of requested eigenpairs (=2)' },
      { args: [t(5, 4), 1], code: 'ERR_SHAPE', message: 'lobpcg: A must be batches of square matrices, but they are 5 by 4 matrices' },
    ],
  },
];
