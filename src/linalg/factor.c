#include "factor.h"
#include "../gemm/gemm.h"
#include "lapack.h"

#define TS_SCALAR 32
#include "scalar.h"
#include "columns.h"
#include "triangular_body.h"
#undef TS_SCALAR
#define TS_SCALAR 64
#include "scalar.h"
#include "columns.h"
#include "triangular_body.h"

/* call(suffix, type) for the dtype d */
#define FOR_DTYPE(d, call) ((d) == TS_FLOAT32 ? call(f32, float) : call(f64, double))

int64_t ts_lu(ts_dtype d, int64_t m, int64_t n, void *a, int64_t lda, int32_t *pivots) {
  int64_t info;
  if (ts_lapack_lu(d, m, n, a, lda, pivots, &info)) return info;
#define CALL(s, t) lu_##s(m, n, a, lda, pivots)
  return FOR_DTYPE(d, CALL);
#undef CALL
}

void ts_lu_solve(ts_dtype d, ts_matrix_op op, int64_t n, int64_t k, const void *lu, int64_t lda, const int32_t *pivots, void *b, int64_t ldb) {
#define CALL(s, t) lu_solve_##s(op, n, k, lu, lda, pivots, b, ldb)
  FOR_DTYPE(d, CALL);
#undef CALL
}

void ts_swap_rows(ts_dtype d, int64_t k, void *b, int64_t ldb, int64_t n, const int32_t *pivots, bool back) {
#define CALL(s, t) swap_rows_##s(k, b, ldb, n, pivots, back)
  FOR_DTYPE(d, CALL);
#undef CALL
}

void ts_triangular(ts_dtype d, bool left, bool upper, ts_matrix_op op, bool unit, int64_t m, int64_t n, const void *a, int64_t lda, void *b, int64_t ldb) {
#define CALL(s, t) triangular_##s(left, upper, op, unit, m, n, a, lda, b, ldb)
  FOR_DTYPE(d, CALL);
#undef CALL
}
