#include "factor.h"
#include "../core/alloc.h"
#include "../core/threads.h"
#include "../gemm/gemm.h"
#include "factor_lapack.h"

enum { LAPACK_PANEL = 256 };

#define TS_SCALAR 32
#include "factor_body.h"
#undef TS_SCALAR
#define TS_SCALAR 64
#include "factor_body.h"
#undef TS_SCALAR
#define TS_SCALAR 232
#include "factor_body.h"
#undef TS_SCALAR
#define TS_SCALAR 264
#include "factor_body.h"

/* name for d, called with the arguments. */
#define FOR_DTYPE(d, name, ...)                                                                                        \
  ((d) == TS_FLOAT32 ? name##_f32(__VA_ARGS__) : (d) == TS_FLOAT64 ? name##_f64(__VA_ARGS__) : (d) == TS_COMPLEX64 ? name##_c64(__VA_ARGS__) : name##_c128(__VA_ARGS__))

int64_t ts_factor_lu(ts_dtype d, int64_t m, int64_t n, void *a, int64_t lda, int32_t *pivots) {
  return FOR_DTYPE(d, lu, m, n, a, lda, pivots);
}

void ts_solve_lu(ts_dtype d, ts_matrix_op op, int64_t n, int64_t k, const void *lu, int64_t lda, const int32_t *pivots, void *b, int64_t ldb) {
  FOR_DTYPE(d, lu_solve, op, n, k, lu, lda, pivots, b, ldb);
}

void ts_swap_rows(ts_dtype d, int64_t k, void *b, int64_t ldb, int64_t n, const int32_t *pivots, bool back) {
  FOR_DTYPE(d, swap_rows, k, b, ldb, n, pivots, back);
}

void ts_solve_triangular(ts_dtype d, bool left, bool upper, ts_matrix_op op, bool unit, int64_t m, int64_t n, const void *a, int64_t lda, void *b, int64_t ldb) {
  FOR_DTYPE(d, solve_triangle, left, upper, op, unit, m, n, a, lda, b, ldb);
}

int64_t ts_factor_cholesky(ts_dtype d, int64_t n, void *a, int64_t lda) {
  return FOR_DTYPE(d, cholesky, n, a, lda);
}

int64_t ts_factor_ldl(ts_dtype d, bool hermitian, int64_t n, void *a, int64_t lda, int32_t *pivots) {
  int64_t info;
  if (ts_lapack_ldl(d, hermitian, n, a, lda, pivots, &info)) return info;
  return FOR_DTYPE(d, ldl, hermitian, n, a, lda, pivots);
}

void ts_solve_ldl(ts_dtype d, bool hermitian, int64_t n, int64_t k, const void *ld, int64_t lda, const int32_t *pivots, void *b, int64_t ldb) {
  FOR_DTYPE(d, ldl_solve, hermitian, n, k, ld, lda, pivots, b, ldb);
}
