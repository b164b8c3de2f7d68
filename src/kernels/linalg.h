/* What ops of linear algebra lend each other. */
#ifndef TS_KERNELS_LINALG_H
#define TS_KERNELS_LINALG_H
#include "matrices.h"

/* Packed LU, pivots and infos of a batch. */
bool ts_lu_of(ts_cx *cx, ts_tensor *a, ts_tensor **lu, ts_tensor **pivots, ts_tensor **info);
/* X of A X = B (left) or X A = B, or with A^H (adjoint), from the LU of A; batches broadcast. */
ts_tensor *ts_lu_solved(ts_cx *cx, ts_tensor *lu, ts_tensor *pivots, ts_tensor *b, bool left, bool adjoint);
/* Identity matrices of n, column by column, with t's batch dims. */
ts_tensor *ts_identities(ts_cx *cx, const ts_tensor *t, int64_t n);
#endif
