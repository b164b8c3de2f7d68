/* Layer norm of contiguous rows, each with statistics of its own and weights along it: loops over `rows` rows of n elements. */
#ifndef TS_NORM_ROWS_H
#define TS_NORM_ROWS_H
#include "../core/tensor.h"

/* out = (x - mean) * rstd * w + b; mean and rstd (rows) are written. w and b (n) may be NULL. */
typedef void (*ts_norm_rows_loop)(const void *x, const void *w, const void *b, void *out, void *mean, void *rstd, int64_t rows, int64_t n, double eps);
/* dx from g; sums (2, n; double) take in those of g * (x - mean) * rstd and of g over the rows; room (2, n) is scratch. */
typedef void (*ts_norm_rows_back_loop)(const void *g, const void *x, const void *w, const void *mean, const void *rstd, void *dx, double *sums, void *room, int64_t rows, int64_t n);

/* The length of the rows of x (and of g, unless it is NULL) that statistics and weights run along, if such rows it has; else 0. */
int64_t ts_norm_row_length(const ts_tensor *x, const ts_tensor *g, uint64_t stats, uint64_t weights);
void ts_norm_rows(const ts_tensor *x, const ts_tensor *w, const ts_tensor *b, ts_tensor *out, ts_tensor *mean, ts_tensor *rstd, int64_t n, double eps);
/* of_weight and of_bias: float64, (n). */
bool ts_norm_rows_back(ts_cx *cx, const ts_tensor *g, const ts_tensor *x, const ts_tensor *w, const ts_tensor *mean, const ts_tensor *rstd, ts_tensor *dx, int64_t n, ts_tensor **of_weight, ts_tensor **of_bias);
#endif
