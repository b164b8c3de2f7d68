/* Reductions over some dims. An inner loop reduces rows: out[j] = sum over i < n of in[i * s_in + j * s_cols], j < cols. */
#ifndef TS_REDUCE_H
#define TS_REDUCE_H
#include "../core/op.h"

/* acc[j] += the sum of n rows; steps in bytes. acc is float64 or int64 (see ts_sum_accumulator), zeroed by the caller. */
typedef void (*ts_reduce_loop)(void *acc, const char *in, int64_t n, int64_t step, int64_t cols, int64_t col_step);

/* dims (None or empty: all) as a mask over [0, ndim); PyTorch's errors for repeated or wrong ones. */
bool ts_dim_mask(ts_cx *cx, ts_ints dims, int ndim, uint64_t *mask);
/* Sizes after a reduction. */
int ts_reduced_sizes(const ts_tensor *t, uint64_t mask, bool keepdim, int64_t *sizes);
#endif
