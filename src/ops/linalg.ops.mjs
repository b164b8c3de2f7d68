// torsh.linalg: factorizations and what is solved with them. Rows called linalg_x are torsh.linalg.x.
import { t, of } from './rows.mjs';

const page = (name) => `https://pytorch.org/docs/stable/generated/torch.linalg.${name}.html`;
const out = ['function', 'out'];
const narrow = { args: [t(3)], code: 'ERR_SHAPE' };

export default [
  {
    name: 'linalg_lu_factor_ex', args: 'Tensor A, *, bool pivot=True, bool check_errors=False', returns: 'Tensor LU, Tensor pivots, Tensor info', as: out, grad: 'not differentiable', dtypes: 'float',
    doc: `A = P L U, packed: L (unit lower, without its diagonal) and U in one matrix of A's shape, and pivots (1-based, int32: row i was exchanged with row pivots[i]). info: 0, or the place of the first zero on U's diagonal. Errors: fewer than 2 dims, integers. ${page('lu_factor_ex')}`,
    samples: [{ args: [t(3, 3)] }, { args: [t(2, 4, 3)] }, { args: [t(2, 3, 4)] }, { args: [t(0, 3, 3)] }],
    errors: [
      { ...narrow, message: 'linalg.luFactorEx: The input tensor A must have at least 2 dimensions.' },
      { args: [of('int64', 3, 3)], code: 'ERR_DTYPE', message: 'linalg.luFactorEx: Expected a floating point or complex tensor as input. Got int64' },
    ],
  },
];
