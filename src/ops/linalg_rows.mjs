// What the tables of linear algebra share: kinds of matrices for samples, and the errors that most rows have.
import { of, t, torchDoc, z } from './rows.mjs';

export const page = (name) => torchDoc(`linalg.${name}`);
export const out = ['function', 'out'];
export const both = ['function', 'method', 'out'];
export const LINEAR = 'float complex';

/** Square matrices far from singular; then other kinds (see the head of test/support/rows.js). */
export const regular = (...shape) => ({ t: shape, matrix: 'regular' });
export const definite = (...shape) => ({ t: shape, matrix: 'definite' });
export const symmetric = (...shape) => ({ t: shape, matrix: 'symmetric' });
export const lower = (...shape) => ({ t: shape, matrix: 'lower' });
export const upper = (...shape) => ({ t: shape, matrix: 'upper' });
/** The same, complex. */
export const complex = (matrix, ...shape) => ({ ...z(...shape), matrix });
export const pivots = (...values) => ({ t: [values.length], values, dtype: 'int32' });

export const narrow = (name, argument = 'A') => ({ args: [t(3)], code: 'ERR_SHAPE', message: `${name}: The input tensor ${argument} must have at least 2 dimensions.` });
export const oblong = (name, ...more) => ({ args: [t(2, 3), ...more], code: 'ERR_SHAPE', message: `${name}: A must be batches of square matrices, but they are 2 by 3 matrices` });
export const integers = (name, ...more) => ({ args: [of('int64', 3, 3), ...more], code: 'ERR_DTYPE', message: `${name}: Expected a floating point or complex tensor as input. Got int64` });
