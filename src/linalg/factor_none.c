#include "factor_lapack.h"

bool ts_lapack_lu(ts_dtype d, int64_t m, int64_t n, void *a, int64_t lda, int32_t *pivots, int64_t *info) {
  (void)d, (void)m, (void)n, (void)a, (void)lda, (void)pivots, (void)info;
  return false;
}

bool ts_lapack_cholesky(ts_dtype d, int64_t n, void *a, int64_t lda, int64_t *info) {
  (void)d, (void)n, (void)a, (void)lda, (void)info;
  return false;
}

bool ts_lapack_ldl(ts_dtype d, bool hermitian, int64_t n, void *a, int64_t lda, int32_t *pivots, int64_t *info) {
  (void)d, (void)hermitian, (void)n, (void)a, (void)lda, (void)pivots, (void)info;
  return false;
}

bool ts_blas_takes(int64_t size, int64_t right_sides) {
  (void)size, (void)right_sides;
  return false;
}

bool ts_blas_triangular(ts_dtype d, bool left, bool upper, ts_matrix_op op, bool unit, int64_t m, int64_t n, const void *a, int64_t lda, void *b, int64_t ldb) {
  (void)d, (void)left, (void)upper, (void)op, (void)unit, (void)m, (void)n, (void)a, (void)lda, (void)b, (void)ldb;
  return false;
}
