/* Formulas of linear algebra in short; cx is in scope. */
#ifndef TS_AUTOGRAD_LINALG_H
#define TS_AUTOGRAD_LINALG_H
#include "formulas.h"

/* Matrices transposed, and conjugated besides. */
#define MT(x) ts_mT(cx, x)
#define MH(x) CONJ(MT(x))
#define MM(x, y) ts_matmul(cx, x, y)
/* x of a x = b for a lower or upper triangle. */
#define LOWER(a, b, left, unit) ts_linalg_solve_triangular(cx, a, b, false, left, unit)
#define UPPER(a, b, left, unit) ts_linalg_solve_triangular(cx, a, b, true, left, unit)
/* Sums where an absent term is zero. */
static inline ts_tensor *ts_plus(ts_cx *cx, ts_tensor *x, ts_tensor *y) { return !x ? y : !y ? x : ADD(x, y); }
#endif
