// QR, singular values, eigenvalues, and what is made of them. Rows called linalg_x are torsh.linalg.x.
import { LINEAR as dtypes, both, integers, narrow, oblong as square, out, page, regular, symmetric } from './linalg_rows.mjs';
import { t, torchDoc, z as complex } from './rows.mjs';

/** A tensor whose gradient is not checked element by element: only one triangle is read, or vectors are free to turn. */
const fixed = (...shape) => ({ t: shape, grad: false });
const infinite = { t: [2, 2], values: [1e39, 1, 1, 1] };

export default [
  {
    name: 'geqrf', args: 'Tensor self', returns: 'Tensor a, Tensor tau', as: both, grad: 'not differentiable', dtypes,
    doc: `QR of (..., m, n) as LAPACK leaves it: R on and above the diagonal, Householder vectors below it, and their factors tau (..., min(m, n)). Errors: fewer than 2 dims, integers. ${torchDoc('geqrf')}`,
    samples: [{ args: [t(3, 3)] }, { args: [t(2, 4, 3)] }, { args: [t(2, 3, 4)] }, { args: [complex(3, 2)] }, { args: [t(0, 3, 3)] }, { args: [t(3, 0)] }],
    errors: [{ args: [t(3)], code: 'ERR_SHAPE', message: 'geqrf: input must have at least 2 dimensions.' }, integers('geqrf')],
  },
  {
    name: 'linalg_qr', args: "Tensor A, str mode='reduced'", returns: 'Tensor Q, Tensor R', as: out, grad: { saves: 'result result1' }, node: 'LinalgQrBackward0', dtypes,
    doc: `A = Q R with orthonormal columns in Q and R upper triangular: (m, k) and (k, n) with k = min(m, n), with mode 'complete' (m, m) and (m, n), with 'r' an empty Q. Signs are LAPACK's. Errors: fewer than 2 dims, integers, another mode; a gradient with mode 'r', or 'complete' and m > n. ${page('qr')}`,
    samples: [
      { args: [t(3, 3)] }, { args: [t(2, 4, 3)] }, { args: [t(2, 3, 5)] }, { args: [t(3, 4), 'complete'] }, { args: [fixed(4, 2), 'complete'] }, { args: [fixed(4, 2), 'r'] }, { args: [complex(3, 2)] }, { args: [complex(2, 3)] },
      { args: [t(0, 3, 3)] }, { args: [t(0, 3)] }, { args: [fixed(3, 0), 'complete'] },
    ],
    errors: [narrow('linalg.qr'), integers('linalg.qr'), { args: [t(2, 2), 'x'], code: 'ERR_ARGUMENT', message: "linalg.qr: qr received unrecognized mode 'x' but expected one of 'reduced' (default), 'r', or 'complete'" }],
  },
  {
    name: 'qr', args: 'Tensor self, bool some=True', returns: 'Tensor Q, Tensor R', as: both, grad: 'composite', dtypes,
    doc: `linalg.qr: reduced, or complete when some is false. ${torchDoc('qr')}`, samples: [{ args: [t(3, 2)] }, { args: [t(2, 3), false] }], errors: [narrow('qr'), integers('qr')],
  },
  {
    name: '_svd', args: 'Tensor A, bool full_matrices, bool compute_uv', returns: 'Tensor U, Tensor S, Tensor Vh', grad: { saves: 'result result1 result2' }, node: 'LinalgSvdBackward0', dtypes,
    doc: 'linalg.svd; without compute_uv U and Vh are empty.', samples: [{ args: [t(3, 2), false, true] }],
  },
  {
    name: 'linalg_svd', args: 'Tensor A, bool full_matrices=True, *, str? driver=None', returns: 'Tensor U, Tensor S, Tensor Vh', as: out, grad: 'composite', dtypes,
    doc: `A = U diag(S) Vh: S (..., k) descending with k = min(m, n), orthonormal columns in U (..., m, m) and rows in Vh (..., n, n), or only k of them without fullMatrices. Infinite elements give NaN. Errors: fewer than 2 dims, integers, NaN, no convergence. ${page('svd')}`,
    samples: [{ args: [t(3, 3)] }, { args: [t(2, 4, 3), false] }, { args: [t(2, 3, 5), false] }, { args: [fixed(4, 2)] }, { args: [fixed(2, 4)] }, { args: [{ ...complex(3, 2), grad: false }, false] }, { args: [t(0, 3, 3)] }, { args: [t(0, 3)] }, { args: [t(3, 0)] }],
    errors: [narrow('linalg.svd'), integers('linalg.svd'), { args: [t(2, 2)], kwargs: { driver: 'gesvd' }, code: 'ERR_ARGUMENT', message: 'linalg.svd: keyword argument `driver=` is only supported on CUDA inputs with cuSOLVER backend.' }],
  },
  {
    name: 'linalg_svdvals', args: 'Tensor A, *, str? driver=None', as: out, grad: 'composite', dtypes,
    doc: `The singular values of A, (..., min(m, n)), descending. Errors as linalg.svd. ${page('svdvals')}`,
    samples: [{ args: [t(3, 3)] }, { args: [t(2, 4, 3)] }, { args: [t(2, 5)] }, { args: [complex(3, 2)] }, { args: [t(0, 3)] }], errors: [narrow('linalg.svdvals'), integers('linalg.svdvals')],
  },
  {
    name: 'svd', args: 'Tensor self, bool some=True, bool compute_uv=True', returns: 'Tensor U, Tensor S, Tensor V', as: both, grad: 'composite', dtypes,
    doc: `linalg.svd in older form: V instead of its adjoint, all of U and V where some is false, zeros for them where computeUv is false. ${torchDoc('svd')}`,
    samples: [{ args: [t(3, 2)] }, { args: [t(2, 2, 3)] }, { args: [t(3, 3), false] }, { args: [t(3, 2), true, false] }, { args: [{ ...complex(2, 3), grad: false }] }],
    errors: [{ args: [t(3)], code: 'ERR_SHAPE', message: 'svd: input should have at least 2 dimensions, but has 1 dimensions instead' }],
  },
  {
    name: '_eigh', args: 'Tensor A, str UPLO, bool compute_v', returns: 'Tensor eigenvalues, Tensor eigenvectors', grad: { saves: 'result result1' }, node: 'LinalgEighBackward0', dtypes,
    doc: 'linalg.eigh; without computeV the vectors are empty.', samples: [{ args: [t(3, 3), 'L', true] }],
  },
  {
    name: 'linalg_eigh', args: "Tensor A, str UPLO='L'", returns: 'Tensor eigenvalues, Tensor eigenvectors', as: out, grad: 'composite', dtypes,
    doc: `Eigenvalues (real, ascending) and orthonormal eigenvectors (the columns) of symmetric or Hermitian matrices, of which the lower or ('U') upper triangle is read. NaN or infinities there give NaN. The gradient is right for what does not depend on the vectors' signs or phases. Errors: matrices that are not square, integers, another UPLO, no convergence. ${page('eigh')}`,
    samples: [{ args: [symmetric(3, 3)] }, { args: [symmetric(2, 4, 4), 'U'] }, { args: [{ ...complex(3, 3), grad: false }] }, { args: [fixed(0, 3, 3)] }, { args: [fixed(0, 0)] }, { args: [{ ...infinite, grad: false }, 'U'] }],
    errors: [narrow('linalg.eigh'), square('linalg.eigh'), integers('linalg.eigh'), { args: [t(2, 2), 'x'], code: 'ERR_ARGUMENT', message: "linalg.eigh: Expected UPLO argument to be 'L' or 'U', but got x" }],
  },
  {
    name: 'linalg_eigvalsh', args: "Tensor A, str UPLO='L'", as: out, grad: 'composite', dtypes,
    doc: `The eigenvalues of linalg.eigh. ${page('eigvalsh')}`, samples: [{ args: [symmetric(3, 3)] }, { args: [symmetric(2, 2, 2), 'U'] }, { args: [{ ...symmetric(3, 3), dtype: 'complex64' }] }, { args: [fixed(0, 3, 3)] }], errors: [narrow('linalg.eigvalsh'), square('linalg.eigvalsh')],
  },
  {
    name: 'symeig', args: 'Tensor self, bool eigenvectors=False, bool upper=True', returns: 'Tensor eigenvalues, Tensor eigenvectors', as: both, grad: 'composite', dtypes,
    doc: `linalg.eigh in older form: the vectors are empty unless asked for, and the upper triangle is read unless upper is false. https://pytorch.org/docs/1.13/generated/torch.symeig.html`,
    samples: [{ args: [symmetric(3, 3)] }, { args: [symmetric(2, 3, 3), true] }, { args: [symmetric(3, 3), true, false] }], errors: [narrow('symeig'), square('symeig')],
  },
  {
    name: '_eig', args: 'Tensor A, bool compute_v', returns: 'Tensor eigenvalues, Tensor eigenvectors', grad: { saves: 'A.sizes result result1' }, node: 'LinalgEigBackward0', dtypes,
    doc: 'linalg.eig; without computeV the vectors are empty.', samples: [{ args: [t(3, 3), true] }],
  },
  {
    name: 'linalg_eig', args: 'Tensor A', returns: 'Tensor eigenvalues, Tensor eigenvectors', as: out, grad: 'composite', dtypes,
    doc: `Eigenvalues, in no order, and eigenvectors (columns of length 1) of square matrices; complex whatever A is. The gradient is right for what does not depend on the vectors' phases. Errors: matrices that are not square, integers, NaN and infinities, no convergence. ${page('eig')}`,
    samples: [{ args: [fixed(3, 3)] }, { args: [fixed(2, 4, 4)] }, { args: [{ ...complex(3, 3), grad: false }] }, { args: [fixed(0, 3, 3)] }, { args: [fixed(0, 0)] }],
    errors: [narrow('linalg.eig'), square('linalg.eig'), integers('linalg.eig'), { args: [infinite], code: 'ERR_NUMERIC', message: 'linalg.eig: input tensor should not contain infs or NaNs.' }],
  },
  {
    name: 'linalg_eigvals', args: 'Tensor A', as: out, grad: 'composite', dtypes,
    doc: `The eigenvalues of linalg.eig. ${page('eigvals')}`, samples: [{ args: [t(3, 3)] }, { args: [t(2, 2, 2)] }, { args: [complex(3, 3)] }, { args: [fixed(0, 3, 3)] }], errors: [narrow('linalg.eigvals'), square('linalg.eigvals')],
  },
  {
    name: 'linalg_pinv', args: 'Tensor A, Operand? rcond=None, bool hermitian=False, *, Operand? atol=None, Operand? rtol=None', as: out, grad: { saves: 'A result' }, node: 'LinalgPinvBackward0', dtypes,
    doc: `The pseudo-inverse (..., n, m) of A (..., m, n): singular values (or, with hermitian, eigenvalues) up to max(atol, rtol * the largest) count as zero. rtol is the dtype's eps * max(m, n) when neither is given; both may be tensors over the batch; rcond is rtol's older name. Errors: fewer than 2 dims, integers, NaN. ${page('pinv')}`,
    samples: [{ args: [t(3, 3)] }, { args: [t(2, 4, 3)] }, { args: [t(2, 3, 4)] }, { args: [symmetric(3, 3)], kwargs: { hermitian: true } }, { args: [t(3, 2)], kwargs: { atol: 1e-3, rtol: 1e-2 } }, { args: [t(3, 2), 1e-3] }, { args: [complex(3, 2)] }, { args: [t(0, 3)] }],
    errors: [
      { args: [t(3)], code: 'ERR_SHAPE', message: 'linalg.pinv: expected a tensor with 2 or more dimensions of float, double, cfloat or cdouble types, got float32 of shape [3]' },
      { args: [t(2, 3)], kwargs: { hermitian: true }, code: 'ERR_SHAPE', message: 'linalg.pinv: A must be batches of square matrices, but they are 2 by 3 matrices' },
    ],
  },
  {
    name: 'pinverse', args: 'Tensor self, float rcond=1e-15', as: ['function', 'method'], grad: 'composite', dtypes,
    doc: `linalg.pinv in older form. ${torchDoc('pinverse')}`, samples: [{ args: [t(3, 2)] }, { args: [t(2, 2, 3), 1e-3] }],
  },
  {
    name: 'linalg_matrix_rank', args: 'Tensor A, Operand? tol=None, bool hermitian=False, *, Operand? atol=None, Operand? rtol=None', as: out, grad: 'not differentiable', dtypes,
    doc: `How many singular values (or, with hermitian, eigenvalues in size) of A exceed max(atol, rtol * the largest), int64. Tolerances as in linalg.pinv; tol is atol's older name, with an rtol of 0. ${page('matrix_rank')}`,
    samples: [{ args: [t(3, 3)] }, { args: [t(2, 4, 3)] }, { args: [fixed(3, 3)], kwargs: { hermitian: true } }, { args: [t(3, 2), 0.5] }, { args: [t(3, 2)], kwargs: { atol: 0.1, rtol: 0.1 } }, { args: [t(2, 0, 3)] }],
    errors: [narrow('linalg.matrixRank', 'input')],
  },
  {
    name: 'linalg_matrix_norm', overload: 'linalg_matrix_norm', args: "Tensor A, str ord='fro', int[] dim=[-2, -1], bool keepdim=False, *, dtype? dtype=None", as: out, grad: 'composite', dtypes,
    doc: `A norm of matrices, which lie in the two dims: 'fro', the root of the sum of squares, or 'nuc', the sum of singular values. Errors: fewer than 2 dims, integers, two dims that are one. ${page('matrix_norm')}`,
    samples: [{ args: [t(3, 3)] }, { args: [t(2, 4, 3), 'nuc'] }, { args: [t(2, 4, 3), 'nuc', [0, 2]], kwargs: { keepdim: true } }, { args: [t(2, 4, 3), 'fro', [-1, 0]], kwargs: { keepdim: true, dtype: 'float64' } }, { args: [complex(3, 2), 'nuc'] }],
    errors: [
      narrow('linalg.matrixNorm'), integers('linalg.matrixNorm'), { args: [t(2, 2), 'x'], code: 'ERR_ARGUMENT', message: 'linalg.matrixNorm: Order x not supported.' },
      { args: [t(2, 2), 'fro', [0, 0]], code: 'ERR_ARGUMENT', message: 'linalg.matrixNorm: dims must be different. Got (0, 0)' }, { args: [t(2, 2), 'fro', [0]], code: 'ERR_ARGUMENT', message: 'linalg.matrixNorm: dim must be a 2-tuple. Got [0]' },
    ],
  },
  {
    name: 'linalg_matrix_norm_ord', overload: 'linalg_matrix_norm', args: 'Tensor A, Scalar ord, int[] dim=[-2, -1], bool keepdim=False, *, dtype? dtype=None', as: out, grad: 'composite', dtypes,
    doc: `By number: 2 and -2 are the largest and smallest singular value, 1 and -1 the largest and smallest sum of sizes in a column, infinity and -infinity in a row. ${page('matrix_norm')}`,
    samples: [2, -2, 1, -1].flatMap((ord, i) => [{ args: [t(2, 3, 4), ord] }, { args: [t(2, 3, 4), ord, [2, 0]], kwargs: { keepdim: i % 2 === 0 } }]),
    errors: [{ args: [t(2, 2), 3], code: 'ERR_ARGUMENT', message: 'linalg.matrixNorm: Order 3 not supported.' }],
  },
  {
    name: 'linalg_norm', overload: 'linalg_norm', args: 'Tensor A, Scalar? ord=None, int[]? dim=None, bool keepdim=False, *, dtype? dtype=None', as: out, grad: 'composite', dtypes,
    doc: `linalg.matrixNorm where ord is given and there are two dims (or dim names two), else linalg.vectorNorm. ${page('norm')}`,
    samples: [{ args: [t(3)] }, { args: [t(2, 3, 4)] }, { args: [t(3, 2), 1] }, { args: [t(3, 2), 2] }, { args: [t(3), 3] }, { args: [t(2, 3, 4), 1, 1] }, { args: [t(2, 3, 4), -2, [0, 2], true] }, { args: [t()] }, { args: [t(3, 2), null, [0, 1]] }],
    errors: [
      { args: [t(2, 2, 2), 2], code: 'ERR_SHAPE', message: 'linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got 3D.' },
      { args: [t(2, 2), 2, []], code: 'ERR_ARGUMENT', message: 'linalg.norm: If dim is specified, it must be of length 1 or 2. Got []' },
    ],
  },
  {
    name: 'linalg_norm_named', overload: 'linalg_norm', args: 'Tensor A, str ord, int[]? dim=None, bool keepdim=False, *, dtype? dtype=None', as: out, grad: 'composite', dtypes,
    doc: `linalg.matrixNorm by name. ${page('norm')}`, samples: [{ args: [t(3, 2), 'fro'] }, { args: [t(3, 2), 'nuc'] }, { args: [t(2, 3, 2), 'nuc', [1, 2], true] }],
    errors: [{ args: [t(3), 'fro'], code: 'ERR_SHAPE', message: 'linalg.norm: The input tensor A must have at least 2 dimensions.' }],
  },
  {
    name: 'nuclear_norm', overload: 'nuclear_norm', args: 'Tensor self, bool keepdim=False', as: out, grad: 'composite', dtypes,
    doc: `The sum of a matrix's singular values. ${torchDoc('norm')}`, samples: [{ args: [t(3, 2)] }, { args: [t(2, 3), true] }],
    errors: [{ args: [t(3)], code: 'ERR_SHAPE', message: 'nuclearNorm: Expected a tensor with 2 dimensions, but got a tensor with 1 dimension instead.' }],
  },
  {
    name: 'nuclear_norm_dim', overload: 'nuclear_norm', args: 'Tensor self, int[2] dim, bool keepdim=False', as: out, grad: 'composite', dtypes,
    doc: `The same of matrices that lie in two dims. ${torchDoc('norm')}`, samples: [{ args: [t(2, 3, 2), [0, 2]] }, { args: [t(2, 3, 2), [-1, 1], true] }],
  },
  {
    name: 'frobenius_norm', args: 'Tensor self, int[]? dim=None, bool keepdim=False', as: out, grad: 'composite', dtypes,
    doc: `The root of the sum of squares over up to two dims, all when none are given. ${torchDoc('norm')}`, samples: [{ args: [t(3, 2)] }, { args: [t(2, 3, 2), [0, 2], true] }, { args: [t(3), 0] }],
    errors: [{ args: [t(2, 2, 2), [0, 1, 2]], code: 'ERR_ARGUMENT', message: 'frobeniusNorm: Expected at most 2 dimensions, but got 3 dimensions instead.' }],
  },
  {
    name: 'linalg_cond', overload: 'linalg_cond', args: 'Tensor A, Scalar? p=None', as: out, grad: 'composite', dtypes,
    doc: `The condition number of A by a norm of linalg.matrixNorm: norm(A) * norm(inverse), infinite where A is singular; for 2 (or null) and -2 the ratio of the extreme singular values, of any shape. Errors: matrices that are not square with other norms. ${page('cond')}`,
    samples: [{ args: [t(3, 3)] }, { args: [t(2, 4, 3), -2] }, { args: [regular(3, 3), 1] }, { args: [regular(2, 3, 3), -1] }, { args: [{ t: [2, 2], values: [1, 2, 2, 4], grad: false }, 1] }, { args: [fixed(0, 3, 3), 2] }, { args: [fixed(0, 0), 1] }],
    errors: [
      { args: [t(3)], code: 'ERR_SHAPE', message: 'linalg.cond: The input tensor must have at least 2 dimensions.' }, integers('linalg.cond'),
      { args: [t(2, 3), 1], code: 'ERR_SHAPE', message: 'linalg.cond: (ord=1): A must be batches of square matrices, but they are 2 by 3 matrices' }, { args: [t(2, 2), 3], code: 'ERR_ARGUMENT', message: 'linalg.cond: got an invalid norm type: 3' },
    ],
  },
  {
    name: 'linalg_cond_named', overload: 'linalg_cond', args: 'Tensor A, str p', as: out, grad: 'composite', dtypes,
    doc: `By 'fro' or 'nuc'. ${page('cond')}`, samples: [{ args: [regular(3, 3), 'fro'] }, { args: [regular(2, 3, 3), 'nuc'] }], errors: [{ args: [t(2, 2), 'x'], code: 'ERR_ARGUMENT', message: 'linalg.cond: got an invalid norm type: x' }],
  },
];
