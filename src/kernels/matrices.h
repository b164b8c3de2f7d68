/* What ops on batches of matrices share: the last two dims are a matrix, all others the batch. LAPACK and linalg/ want
   matrices column by column, so results and working copies lie that way, as PyTorch's do. */
#ifndef TS_MATRICES_H
#define TS_MATRICES_H
#include <inttypes.h>
#include <stdio.h>
#include "../core/op.h"

/* PyTorch's refusals; name is the argument's. */
bool ts_check_matrices(ts_cx *cx, const ts_tensor *t, const char *name); /* at least 2 dims */
bool ts_check_square(ts_cx *cx, const ts_tensor *t, const char *name);   /* and square */
bool ts_check_linear(ts_cx *cx, const ts_tensor *t);                     /* float32, float64 or complex */

static inline int64_t ts_rows(const ts_tensor *t) { return t->sizes[t->ndim - 2]; }
static inline int64_t ts_cols(const ts_tensor *t) { return t->sizes[t->ndim - 1]; }
/* How many matrices the batch has; how many elements one has. */
int64_t ts_matrix_count(const ts_tensor *t);
static inline int64_t ts_matrix_size(const ts_tensor *t) { return ts_rows(t) * ts_cols(t); }
/* A leading dimension as LAPACK wants it. */
static inline int64_t ts_leading(int64_t rows) { return rows > 0 ? rows : 1; }

/* Uninitialised, matrices column by column, one behind the other. */
ts_tensor *ts_empty_columns(ts_cx *cx, ts_dtype dtype, int ndim, const int64_t *sizes);
/* With t's batch dims and matrices of (rows, cols). */
ts_tensor *ts_empty_matrices(ts_cx *cx, const ts_tensor *t, int64_t rows, int64_t cols);
/* With t's batch dims and one dim more (ndim = -1: none), row-major: pivots, infos, determinants. */
ts_tensor *ts_empty_batch(ts_cx *cx, const ts_tensor *t, ts_dtype dtype, int64_t last);
/* A copy of t to overwrite, column by column; t broadcast to sizes. */
ts_tensor *ts_copy_columns(ts_cx *cx, ts_tensor *t);
ts_tensor *ts_copy_columns_to(ts_cx *cx, ts_tensor *t, int ndim, const int64_t *sizes);
/* t itself where it lies column by column already, else a copy: to read. */
ts_tensor *ts_columns(ts_cx *cx, ts_tensor *t);
/* Matrix i of a tensor that lies column by column (or row by row). */
static inline void *ts_matrix_at(const ts_tensor *t, int64_t i) {
  return (char *)ts_data(t) + i * ts_matrix_size(t) * ts_itemsize((ts_dtype)t->dtype);
}

/* Broadcasts the batch dims of two (and leaves their last two alone): sizes of either, of one length. PyTorch's error. */
bool ts_broadcast_batches(ts_cx *cx, const ts_tensor *a, const ts_tensor *b, int *ndim, int64_t *a_sizes, int64_t *b_sizes);

/* Which matrix of t stands at each place of a batch of `sizes` (ndim - 2 of them) that t broadcasts to; memory of the scope. */
const int64_t *ts_matrix_places(ts_cx *cx, const ts_tensor *t, int ndim, const int64_t *sizes);
/* t with its last two dims exchanged: the same memory. */
ts_tensor *ts_turned(ts_cx *cx, const ts_tensor *t);
/* ts_columns of t or, where that saves a copy, of t turned (*turned). */
ts_tensor *ts_columns_either(ts_cx *cx, ts_tensor *t, bool *turned);
/* A X = B (or X A = B) needs B's rows (columns) to be as many as A's; one dtype. PyTorch's errors. */
bool ts_check_solvable(ts_cx *cx, const ts_tensor *a, const ts_tensor *b, bool left);
/* Fails (TS_ERR_NUMERIC) when an info is not 0, in words that may name it twice (PRId64), after "(Batch element 1): ". */
bool ts_check_infos(ts_cx *cx, const ts_tensor *info, const char *format);
#define TS_INFO_INVERSE "The diagonal element %" PRId64 " is zero, the inversion could not be completed because the input matrix is singular."

/* body(arg, begin, end) over the matrices, in parallel when there are many; flops: of one matrix. */
void ts_each_matrix(int64_t count, double flops, void (*body)(void *arg, int64_t begin, int64_t end), void *arg);
#endif
