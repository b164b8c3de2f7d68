// Cholesky and Bunch-Kaufman factors of symmetric and Hermitian matrices.
import { LINEAR, both, complex, definite, integers, lower, narrow, oblong, out, page, pivots, symmetric, upper } from './linalg_rows.mjs';
import { t, torchDoc, z } from './rows.mjs';

const indefinite = { t: [2, 2], values: [1, 2, 2, 1] };
const notPositive = 'The factorization could not be completed because the input is not positive-definite (the leading minor of order 2 is not positive-definite).';
const choleskyDoc = 'L (lower) with A = L L^H, or U (upper) with A = U^H U, of a positive definite matrix or each of a batch; only that triangle of A is read';

export default [
  {
    name: 'linalg_cholesky_ex', args: 'Tensor A, *, bool upper=False, bool check_errors=False', returns: 'Tensor L, Tensor info', as: out, grad: { saves: 'result' }, dtypes: LINEAR,
    doc: `${choleskyDoc}. info: 0, or the order of the first leading minor that is not positive, which is an error only with checkErrors. ${page('cholesky_ex')}`,
    samples: [{ args: [definite(3, 3)] }, { args: [definite(2, 3, 3)], kwargs: { upper: true } }, { args: [definite(0, 0)] }, { args: [definite(0, 2, 2)] }, { args: [complex('definite', 3, 3)] }, { args: [complex('definite', 3, 3)], kwargs: { upper: true } }],
    errors: [oblong('linalg.choleskyEx'), narrow('linalg.choleskyEx'), integers('linalg.choleskyEx'), { args: [indefinite], kwargs: { checkErrors: true }, code: 'ERR_NUMERIC', message: `linalg.choleskyEx: ${notPositive}` }],
  },
  {
    name: 'linalg_cholesky', args: 'Tensor A, *, bool upper=False', as: out, grad: 'composite', dtypes: LINEAR, doc: `${choleskyDoc}. Errors: matrices that are not positive definite. ${page('cholesky')}`,
    samples: [{ args: [definite(3, 3)] }, { args: [definite(2, 2, 2)], kwargs: { upper: true } }],
    errors: [oblong('linalg.cholesky'), { args: [indefinite], code: 'ERR_NUMERIC', message: `linalg.cholesky: ${notPositive}` }, { args: [{ t: [2, 2, 2], values: [1, 0, 0, 1, 1, 2, 2, 1] }], code: 'ERR_NUMERIC', message: `linalg.cholesky: (Batch element 1): ${notPositive}` }],
  },
  {
    name: 'cholesky', args: 'Tensor self, bool upper=False', as: both, grad: 'composite', dtypes: LINEAR, doc: `${choleskyDoc}. See linalg.cholesky. ${torchDoc('cholesky')}`, samples: [{ args: [definite(3, 3)] }, { args: [definite(2, 2, 2), true] }],
    errors: [oblong('cholesky'), { args: [indefinite], code: 'ERR_NUMERIC', message: `cholesky: ${notPositive}` }],
  },
  {
    name: 'cholesky_solve', args: 'Tensor self, Tensor input2, bool upper=False', as: both, grad: { saves: 'input2 result' }, dtypes: LINEAR,
    doc: `X of A X = input from the Cholesky factor input2 of A, L or (upper) U. Batches broadcast. Errors: shapes that do not fit. ${torchDoc('cholesky_solve')}`,
    samples: [{ args: [t(3, 2), lower(3, 3)] }, { args: [t(3, 2), upper(3, 3), true] }, { args: [t(2, 3, 1), lower(3, 3)] }, { args: [t(3, 1), upper(2, 3, 3), true] }, { args: [t(0, 2), lower(0, 0)] }, { args: [z(3, 2), complex('lower', 3, 3)] }, { args: [z(3, 2), complex('upper', 3, 3), true] }],
    errors: [
      { args: [t(3, 2), t(2, 2)], code: 'ERR_SHAPE', message: 'choleskySolve: Incompatible matrix sizes for cholesky_solve: each A matrix is 2 by 2 but each b matrix is 3 by 2' },
      { args: [t(3), t(2, 2)], code: 'ERR_SHAPE', message: 'choleskySolve: b should have at least 2 dimensions, but has 1 dimensions instead' },
    ],
  },
  {
    name: 'cholesky_inverse', args: 'Tensor self, bool upper=False', as: both, grad: { saves: 'self result' }, dtypes: LINEAR, doc: `The inverse of A from its Cholesky factor, L or (upper) U. Errors: zeros on its diagonal. ${torchDoc('cholesky_inverse')}`,
    samples: [{ args: [lower(3, 3)] }, { args: [upper(2, 3, 3), true] }, { args: [lower(0, 0)] }, { args: [complex('lower', 3, 3)] }, { args: [complex('upper', 3, 3), true] }],
    errors: [
      oblong('choleskyInverse'), narrow('choleskyInverse'),
      { args: [{ t: [2, 2], values: [1, 0, 1, 0] }], code: 'ERR_NUMERIC', message: 'choleskyInverse: The diagonal element 2 is zero, the inversion could not be completed because the input matrix is singular.' },
    ],
  },
  {
    name: 'linalg_ldl_factor_ex', args: 'Tensor self, *, bool hermitian=False, bool check_errors=False', returns: 'Tensor LD, Tensor pivots, Tensor info', as: out, grad: 'not differentiable', dtypes: LINEAR,
    doc: `A = L D L^T (hermitian: L D L^H) by Bunch and Kaufman, packed as LAPACK's sytrf does it: L and D (blocks of 1 and 2) in the lower triangle, pivots (int32, from 1; negative for blocks of 2). Only the lower triangle of input is read. info: 0, or the place of the first zero in D. ${page('ldl_factor_ex')}`,
    samples: [{ args: [symmetric(3, 3)] }, { args: [symmetric(2, 4, 4)], kwargs: { hermitian: true } }, { args: [symmetric(0, 0)] }, { args: [complex('symmetric', 4, 4)], kwargs: { hermitian: true } }, { args: [complex('symmetric', 4, 4)] }],
    errors: [oblong('linalg.ldlFactorEx'), narrow('linalg.ldlFactorEx'), integers('linalg.ldlFactorEx')],
  },
  {
    name: 'linalg_ldl_factor', args: 'Tensor self, *, bool hermitian=False', returns: 'Tensor LD, Tensor pivots', as: out, grad: 'not differentiable', dtypes: LINEAR, doc: `linalg.ldlFactorEx without info. Errors: matrices with a zero in D. ${page('ldl_factor')}`,
    samples: [{ args: [symmetric(3, 3)] }, { args: [symmetric(2, 4, 4)] }],
    errors: [oblong('linalg.ldlFactor'), { args: [{ t: [2, 2], values: [0, 0, 0, 0] }], code: 'ERR_NUMERIC', message: 'linalg.ldlFactor: The factorization could not be completed because the matrix D is singular: D[1,1] is zero.' }],
  },
  {
    name: 'linalg_ldl_solve', args: 'Tensor LD, Tensor pivots, Tensor B, *, bool hermitian=False', as: out, grad: 'not differentiable', dtypes: LINEAR, doc: `X of A X = B from linalg.ldlFactor(A). Batches broadcast. Errors: shapes that do not fit, pivots of another matrix. ${page('ldl_solve')}`,
    samples: [{ args: [lower(3, 3), pivots(1, 3, 3), t(3, 2)] }, { args: [lower(3, 3), pivots(-2, -2, 3), t(2, 3, 1)] }, { args: [lower(2, 2), pivots(-2, -2), t(2, 2)], kwargs: { hermitian: true } }, { args: [complex('lower', 3, 3), pivots(3, -3, -3), z(3, 2)] }, { args: [complex('lower', 3, 3), pivots(3, -3, -3), z(3, 2)], kwargs: { hermitian: true } }],
    errors: [
      { args: [t(2, 2), pivots(1, 2, 2), t(2, 1)], code: 'ERR_SHAPE', message: 'linalg.ldlSolve: Expected LD.shape[:-1] and pivots.shape to be the same, but got pivots with shape [3] instead' },
      { args: [t(2, 2), pivots(1, 3), t(2, 1)], code: 'ERR_INDEX', message: 'linalg.ldlSolve: pivots are not those of ldl_factor' },
      { args: [t(2, 2), pivots(1, 2), t(3, 1)], code: 'ERR_SHAPE', message: 'linalg.ldlSolve: Incompatible shapes of A and B for the equation AX = B (2x2 and 3x1)' },
    ],
  },
];
