// torsh.linalg and its older names in torsh: LU, linear systems, inverses, determinants. Rows called linalg_x are
// torsh.linalg.x.
import { LINEAR, both, complex, integers, lower, narrow, oblong, out, page, pivots, regular, upper } from './linalg_rows.mjs';
import { t, torchDoc, z } from './rows.mjs';

const singular = { t: [2, 2], values: [1, 2, 2, 4] };

const halves = (name, ...more) => ({ args: [{ t: [2, 2], dtype: 'float16' }, ...more], code: 'ERR_DTYPE', message: `${name}: Low precision dtypes not supported. Got float16` });
const misfit = (name, equation = 'AX = B', sizes = '2x2 and 3x1') => ({ code: 'ERR_SHAPE', message: `${name}: Incompatible shapes of A and B for the equation ${equation} (${sizes})` });
const unpivoted = (name) => ({ args: [t(2, 2)], kwargs: { pivot: false }, code: 'ERR_UNSUPPORTED', message: `${name}: LU without pivoting is not implemented on the CPU` });
const noInverse = 'The diagonal element 2 is zero, the inversion could not be completed because the input matrix is singular.';
const noSolution = 'The diagonal element 2 is zero, the solve could not be completed because the input matrix is singular.';
const zeroPivot = (at) => `U[${at},${at}] is zero and using it on lu_solve would result in a division by zero. If you still want to perform the factorization, consider calling linalg.lu(A, pivot) or linalg.lu_factor_ex(A, pivot)`;
const singularBatch = { t: [2, 2, 2], values: [1, 0, 0, 1, 1, 2, 2, 4] };

const factorDoc = 'A = P L U, packed: L (unit lower, without its diagonal) and U in one matrix of the shape of A, and pivots (int32, from 1: row i was exchanged with row pivots[i])';
const shapes = [{ args: [t(3, 3)] }, { args: [t(2, 4, 3)] }, { args: [t(2, 3, 4)] }, { args: [t(0, 3, 3)] }, { args: [t(3, 0)] }, { args: [t(1, 1)] }, { args: [z(3, 3)] }, { args: [z(2, 3)] }];

export default [
  {
    name: 'linalg_lu_factor_ex', args: 'Tensor A, *, bool pivot=True, bool check_errors=False', returns: 'Tensor LU, Tensor pivots, Tensor info', as: out, grad: { saves: 'A.sizes result0 result1' }, dtypes: LINEAR,
    doc: `${factorDoc}. info: 0, or the place of the first zero on the diagonal of U, which is an error only with checkErrors. Errors: fewer than 2 dims, integers. ${page('lu_factor_ex')}`,
    samples: shapes, errors: [narrow('linalg.luFactorEx'), integers('linalg.luFactorEx'), halves('linalg.luFactorEx'), unpivoted('linalg.luFactorEx'), { args: [singular], kwargs: { checkErrors: true }, code: 'ERR_NUMERIC', message: `linalg.luFactorEx: ${zeroPivot(2)}` }],
  },
  {
    name: 'linalg_lu_factor', args: 'Tensor A, *, bool pivot=True', returns: 'Tensor LU, Tensor pivots', as: out, grad: 'composite', dtypes: LINEAR,
    doc: `${factorDoc}. Errors: singular matrices. ${page('lu_factor')}`, samples: [{ args: [t(3, 3)] }, { args: [t(2, 3, 2)] }, { args: [z(3, 2)] }],
    errors: [narrow('linalg.luFactor'), unpivoted('linalg.luFactor'), { args: [singularBatch], code: 'ERR_NUMERIC', message: `linalg.luFactor: (Batch element 1): ${zeroPivot(2)}` }],
  },
  {
    name: 'lu', overload: 'lu', args: 'Tensor self, bool pivot=True, false get_infos=False', returns: 'Tensor, Tensor', as: ['function', 'method'], grad: 'composite', dtypes: LINEAR,
    doc: `${factorDoc}. See linalg.luFactor. ${torchDoc('lu')}`, samples: [{ args: [t(3, 3)] }, { args: [t(2, 3, 4)] }], errors: [narrow('lu')],
  },
  {
    name: 'lu_with_info', overload: 'lu', args: 'Tensor self, bool pivot=True, true get_infos=False', returns: 'Tensor LU, Tensor pivots, Tensor info', as: ['function', 'method'], grad: 'composite', dtypes: LINEAR,
    doc: `lu with info: 0, or the place of the first zero on the diagonal of U. ${torchDoc('lu')}`, samples: [{ args: [t(3, 3), true, true] }],
  },
  {
    name: '_lu_permutation', args: 'Tensor pivots, int n, bool inverse', grad: 'not differentiable', dtypes: 'int', doc: 'The order that n rows get by the exchanges of pivots, or its inverse.', samples: [{ args: [pivots(2, 2), 2, false] }],
  },
  {
    name: 'lu_unpack', args: 'Tensor LU_data, Tensor LU_pivots, bool unpack_data=True, bool unpack_pivots=True', returns: 'Tensor P, Tensor L, Tensor U', as: out, grad: 'composite', dtypes: LINEAR,
    doc: `P, L and U of linalg.luFactor's results; what is not asked for is an empty tensor. Errors: pivots that are not int32 or name rows that are not there. ${torchDoc('lu_unpack')}`,
    samples: [{ args: [t(3, 3), pivots(3, 2, 3)] }, { args: [t(4, 2), pivots(3, 4)] }, { args: [t(2, 4), pivots(2, 2), true, false] }, { args: [{ t: [2, 2], grad: false }, pivots(2, 2), false] }],
    errors: [
      { args: [t(2, 2), pivots(5, 1)], code: 'ERR_INDEX', message: 'luUnpack: pivots passed to lu_unpack must be between 1 and LU.size(-2) inclusive. Did you properly pass the result of lu_factor?' },
      { args: [t(2, 2), { t: [2], values: [1, 2], dtype: 'int64' }], code: 'ERR_DTYPE', message: 'luUnpack: LU_pivots is expected to be a contiguous tensor of torch.int32 dtype. Note: this function is intended to be used with the output produced by torch.linalg.lu_factor' },
    ],
  },
  {
    name: 'linalg_lu', args: 'Tensor A, *, bool pivot=True', returns: 'Tensor P, Tensor L, Tensor U', as: out, grad: 'composite', dtypes: LINEAR,
    doc: `A = P L U: a permutation, a unit lower and an upper triangle, also of matrices that are not square or singular. ${page('lu')}`, samples: shapes, errors: [narrow('linalg.lu'), unpivoted('linalg.lu')],
  },
  {
    name: '_lu_solve', args: 'Tensor LU, Tensor pivots, Tensor B, bool left, bool adjoint', grad: { saves: 'LU pivots result' }, dtypes: LINEAR, doc: 'linalg.luSolve.', samples: [{ args: [regular(3, 3), pivots(2, 2, 3), t(3, 2), true, false] }],
  },
  {
    name: 'linalg_lu_solve', args: 'Tensor LU, Tensor pivots, Tensor B, *, bool left=True, bool adjoint=False', as: out, grad: 'composite', dtypes: LINEAR,
    doc: `X of A X = B (left), X A = B, or the same with the adjoint of A, from linalg.luFactor(A). Batches broadcast. Errors: shapes that do not fit, pivots of another matrix. ${page('lu_solve')}`,
    samples: [
      { args: [regular(3, 3), pivots(2, 3, 3), t(3, 2)] }, { args: [regular(3, 3), pivots(2, 3, 3), t(3, 2)], kwargs: { adjoint: true } }, { args: [regular(3, 3), pivots(2, 3, 3), t(2, 3)], kwargs: { left: false } },
      { args: [regular(3, 3), pivots(2, 3, 3), t(2, 3)], kwargs: { left: false, adjoint: true } }, { args: [regular(3, 3), pivots(2, 3, 3), t(2, 3, 2)] }, { args: [regular(2, 2), pivots(2, 2), t(2, 0)] },
      ...[true, false].flatMap((left) => [true, false].map((adjoint) => ({ args: [complex('regular', 2, 2), pivots(2, 2), z(2, 2)], kwargs: { left, adjoint } }))),
    ],
    errors: [
      { args: [t(2, 2), pivots(1, 2), t(3, 1)], ...misfit('linalg.luSolve') }, { args: [t(2, 2), pivots(1, 2), t(2)], code: 'ERR_SHAPE', message: 'linalg.luSolve: The input tensor B must have at least 2 dimensions.' },
      { args: [t(2, 2), pivots(5, 1), t(2, 1)], code: 'ERR_INDEX', message: 'linalg.luSolve: Pivots given to lu_solve must all be greater or equal to 1 and smaller or equal to LU.size(-2). Did you properly pass the result of lu_factor?' },
      { args: [t(2, 2), { t: [2], values: [1, 2], dtype: 'int64' }, t(2, 1)], code: 'ERR_DTYPE', message: 'linalg.luSolve: pivots should be a Tensor of scalar type torch.int32, got int64' },
    ],
  },
  {
    name: 'lu_solve', args: 'Tensor self, Tensor LU_data, Tensor LU_pivots', as: both, grad: 'composite', dtypes: LINEAR, doc: `X of A X = input from lu(A). See linalg.luSolve. ${torchDoc('lu_solve')}`,
    samples: [{ args: [t(3, 2), regular(3, 3), pivots(2, 3, 3)] }], errors: [{ args: [t(3, 1), t(2, 2), pivots(1, 2)], ...misfit('luSolve') }],
  },
  {
    name: '_linalg_solve_ex', args: 'Tensor A, Tensor B, bool left, bool check_errors', returns: 'Tensor result, Tensor LU, Tensor pivots, Tensor info', grad: { saves: 'A result0 result1 result2' }, dtypes: LINEAR,
    doc: 'linalg.solveEx of matrices, with the factors of A.', samples: [{ args: [regular(3, 3), t(3, 2), true, false] }],
  },
  {
    name: 'linalg_solve_ex', args: 'Tensor A, Tensor B, *, bool left=True, bool check_errors=False', returns: 'Tensor result, Tensor info', as: out, grad: 'composite', dtypes: LINEAR,
    doc: `linalg.solve with info: 0, or the place of a zero on the diagonal of U, which is an error only with checkErrors. ${page('solve_ex')}`,
    samples: [{ args: [regular(3, 3), t(3, 2)] }, { args: [regular(2, 3, 3), t(2, 3)] }], errors: [{ args: [singular, t(2, 1)], kwargs: { checkErrors: true }, code: 'ERR_NUMERIC', message: `linalg.solveEx: ${noSolution}` }],
  },
  {
    name: 'linalg_solve', args: 'Tensor A, Tensor B, *, bool left=True', as: out, grad: 'composite', dtypes: LINEAR,
    doc: `X of A X = B, or (left: false) X A = B; B is a matrix, or a vector, or batches of either (of vectors where its shape is that of A without the last dim). Batches broadcast. Errors: singular matrices, shapes that do not fit. ${page('solve')}`,
    samples: [
      { args: [regular(3, 3), t(3, 2)] }, { args: [regular(3, 3), t(3)] }, { args: [regular(2, 3, 3), t(2, 3)] }, { args: [regular(2, 3, 3), t(3, 1)] }, { args: [regular(3, 3), t(2, 3, 2)] },
      { args: [regular(3, 3), t(2, 3)], kwargs: { left: false } }, { args: [regular(0, 3, 3), t(3, 2)] }, { args: [t(0, 0), t(0, 2)] }, { args: [complex('regular', 3, 3), z(3, 2)] }, { args: [complex('regular', 2, 2), z(3, 2)], kwargs: { left: false } },
    ],
    errors: [
      { args: [t(2, 2), t(3)], ...misfit('linalg.solve') }, { args: [t(2, 2), t(3, 2)], ...misfit('linalg.solve', 'AX = B', '2x2 and 3x2') }, { args: [t(2, 2), t(2, 3)], kwargs: { left: false }, ...misfit('linalg.solve', 'XA = B', '2x2 and 2x3') },
      oblong('linalg.solve', t(2, 2)), integers('linalg.solve', t(3, 3)), { args: [singular, t(2, 1)], code: 'ERR_NUMERIC', message: `linalg.solve: ${noSolution}` },
      { args: [singularBatch, t(2, 1)], code: 'ERR_NUMERIC', message: `linalg.solve: (Batch element 1): ${noSolution}` },
      { args: [t(2, 2), { t: [2, 1], dtype: 'float64' }], code: 'ERR_DTYPE', message: 'linalg.solve: Expected A and B to have the same dtype, but found A of type float32 and B of type float64 instead' },
    ],
  },
  {
    name: 'linalg_inv_ex', args: 'Tensor A, *, bool check_errors=False', returns: 'Tensor inverse, Tensor info', as: out, grad: { saves: 'result' }, dtypes: LINEAR,
    doc: `The inverse, and info: 0, or the place of a zero on the diagonal of U, which is an error only with checkErrors. ${page('inv_ex')}`, samples: [{ args: [regular(3, 3)] }, { args: [regular(2, 2, 2)] }, { args: [t(0, 0)] }],
    errors: [oblong('linalg.invEx'), narrow('linalg.invEx'), { args: [singular], kwargs: { checkErrors: true }, code: 'ERR_NUMERIC', message: `linalg.invEx: ${noInverse}` }],
  },
  {
    name: 'linalg_inv', args: 'Tensor A', as: out, grad: 'composite', dtypes: LINEAR, doc: `The inverse of a square matrix, or of each of a batch. Errors: singular matrices. ${page('inv')}`,
    samples: [{ args: [regular(3, 3)] }, { args: [regular(2, 2, 2)] }, { args: [t(0, 3, 3)] }, { args: [t(1, 1)] }, { args: [complex('regular', 3, 3)] }],
    errors: [oblong('linalg.inv'), narrow('linalg.inv'), integers('linalg.inv'), halves('linalg.inv'), { args: [singular], code: 'ERR_NUMERIC', message: `linalg.inv: ${noInverse}` }, { args: [singularBatch], code: 'ERR_NUMERIC', message: `linalg.inv: (Batch element 1): ${noInverse}` }],
  },
  {
    name: 'inverse', args: 'Tensor self', as: both, grad: 'composite', dtypes: LINEAR, doc: `The inverse of a square matrix, or of each of a batch; linalg.inv. ${torchDoc('inverse')}`, samples: [{ args: [regular(3, 3)] }], errors: [{ args: [singular], code: 'ERR_NUMERIC', message: `inverse: ${noInverse}` }],
  },
  {
    name: 'linalg_solve_triangular', args: 'Tensor A, Tensor B, *, bool upper, bool left=True, bool unitriangular=False', as: out, grad: { saves: 'A result' }, dtypes: LINEAR,
    doc: `X of A X = B, or (left: false) X A = B, where only one triangle of A is read (and with unitriangular its diagonal counts as ones). Batches broadcast. Errors: shapes that do not fit. ${page('solve_triangular')}`,
    samples: [
      { args: [upper(3, 3), t(3, 2)], kwargs: { upper: true } }, { args: [lower(3, 3), t(3, 2)], kwargs: { upper: false } }, { args: [upper(3, 3), t(2, 3)], kwargs: { upper: true, left: false } },
      { args: [lower(3, 3), t(2, 3)], kwargs: { upper: false, left: false, unitriangular: true } }, { args: [upper(2, 1, 2, 2), t(3, 2, 1)], kwargs: { upper: true, unitriangular: true } }, { args: [upper(2, 2), t(2, 0)], kwargs: { upper: true } },
      { args: [complex('upper', 3, 3), z(3, 2)], kwargs: { upper: true } }, { args: [complex('lower', 3, 3), z(2, 3)], kwargs: { upper: false, left: false } },
    ],
    errors: [
      { ...oblong('linalg.solveTriangular', t(2, 2)), kwargs: { upper: true } }, { args: [t(2, 2), t(3, 2)], kwargs: { upper: true }, ...misfit('linalg.solveTriangular', 'AX = B', '2x2 and 3x2') },
      { args: [t(2, 2), t(2)], kwargs: { upper: true }, code: 'ERR_SHAPE', message: 'linalg.solveTriangular: The input tensor B must have at least 2 dimensions.' },
    ],
  },
  {
    name: 'triangular_solve', args: 'Tensor self, Tensor A, bool upper=True, bool transpose=False, bool unitriangular=False', returns: 'Tensor solution, Tensor cloned_coefficient', as: both, grad: 'composite', dtypes: LINEAR,
    doc: `The solution of A X = input (or of the transpose of A) for a triangular A, and a copy of A. See linalg.solveTriangular. ${torchDoc('triangular_solve')}`,
    samples: [{ args: [t(3, 2), upper(3, 3)] }, { args: [t(3, 2), lower(3, 3), false] }, { args: [t(3, 2), upper(3, 3), true, true] }, { args: [t(2, 3, 1), lower(3, 3), false, true, true] }, { args: [z(3, 2), complex('upper', 3, 3), true, true] }],
    errors: [
      { args: [t(3, 2), t(2, 2)], code: 'ERR_SHAPE', message: 'triangularSolve: Incompatible matrix sizes for triangular_solve: each A matrix is 2 by 2 but each b matrix is 3 by 2' },
      { args: [t(2), t(2, 2)], code: 'ERR_SHAPE', message: 'triangularSolve: Expected b to have at least 2 dimensions, but it has 1 dimensions instead' },
    ],
  },
  {
    name: '_linalg_det', args: 'Tensor A', returns: 'Tensor result, Tensor LU, Tensor pivots', grad: { saves: 'A result0 result1 result2' }, dtypes: LINEAR, doc: 'det, with the factors of A.', samples: [{ args: [t(3, 3)] }],
  },
  {
    name: '_linalg_cofactors', args: 'Tensor LU, Tensor pivots', grad: 'not differentiable', dtypes: LINEAR, doc: 'The gradient of the determinant, from the factors of a matrix.', samples: [{ args: [t(2, 2), pivots(2, 2)] }],
  },
  {
    name: 'det', args: 'Tensor self', as: both, aliases: ['linalg.det'], grad: 'composite', dtypes: LINEAR, doc: `The determinant of a square matrix, or of each of a batch. ${page('det')}`,
    samples: [{ args: [t(3, 3)] }, { args: [t(2, 2, 2)] }, { args: [t(0, 0)] }, { args: [t(0, 2, 2)] }, { args: [z(3, 3)] }, { args: [singular] }, { args: [singularBatch] }], errors: [oblong('det'), narrow('det'), integers('det')],
  },
  {
    name: '_linalg_slogdet', args: 'Tensor A', returns: 'Tensor sign, Tensor logabsdet, Tensor LU, Tensor pivots', grad: { saves: 'A result0 result2 result3' }, dtypes: LINEAR, doc: 'slogdet, with the factors of A.', samples: [{ args: [t(3, 3)] }],
  },
  {
    name: 'slogdet', args: 'Tensor self', returns: 'Tensor sign, Tensor logabsdet', as: both, aliases: ['linalg.slogdet'], grad: 'composite', dtypes: LINEAR,
    doc: `Sign and logarithm of the absolute value of the determinant; 0 and -Infinity of a singular matrix. ${page('slogdet')}`, samples: [{ args: [t(3, 3)] }, { args: [t(2, 2, 2)] }, { args: [t(0, 0)] }, { args: [z(3, 3)] }], errors: [oblong('slogdet')],
  },
  {
    name: 'logdet', args: 'Tensor self', as: ['function', 'method'], grad: 'composite', dtypes: LINEAR, doc: `The logarithm of the determinant; NaN of negative ones, -Infinity of 0. ${torchDoc('logdet')}`,
    samples: [{ args: [regular(3, 3)] }, { args: [regular(2, 2, 2)] }, { args: [t(0, 0)] }, { args: [complex('regular', 2, 2)] }], errors: [oblong('logdet')],
  },
  {
    name: 'linalg_tensorinv', args: 'Tensor A, int ind=2', as: out, grad: 'composite', dtypes: LINEAR, doc: `The inverse of A as a map from its last dims to its first ind ones. Errors: singular ones, ind that does not halve the elements. ${page('tensorinv')}`,
    samples: [{ args: [t(4, 6, 2, 3, 4)], kwargs: { ind: 2 } }, { args: [t(4, 2, 2), 1] }],
    errors: [
      { args: [t(2, 3)], kwargs: { ind: 1 }, code: 'ERR_SHAPE', message: 'linalg.tensorinv: Expected self to satisfy the requirement prod(self.shape[ind:]) == prod(self.shape[:ind]), but got 3 != 2' },
      { args: [t(2, 3)], kwargs: { ind: 0 }, code: 'ERR_ARGUMENT', message: "linalg.tensorinv: Expected a strictly positive integer for 'ind', but got 0" },
    ],
  },
  {
    name: 'linalg_tensorsolve', args: 'Tensor A, Tensor B, int[]? dims=None', as: out, grad: 'composite', dtypes: LINEAR, doc: `X of tensordot(A, X, X.ndim) = B; dims of A go to its end first. Errors: singular ones, shapes that do not fit. ${page('tensorsolve')}`,
    samples: [{ args: [t(2, 3, 6), t(2, 3)] }, { args: [t(6, 2, 3), t(2, 3)], kwargs: { dims: [0] } }],
    errors: [{ args: [t(2, 3), t(2)], code: 'ERR_SHAPE', message: 'linalg.tensorsolve: Expected self to satisfy the requirement prod(self.shape[other.ndim:]) == prod(self.shape[:other.ndim]), but got 3 != 2' }],
  },
];
