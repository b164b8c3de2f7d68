/* Fortran's calling convention: everything by address, an int of 32 bits, lengths of texts behind. */
#include <stdatomic.h>
#include <stddef.h>
#include "../core/alloc.h"
#include "factor_lapack.h"

extern void openblas_set_num_threads(int n);

enum { WORTH_IT = 160 }; /* below, our own are as fast */

/* OpenBLAS is kept to one thread: torsh's pool shares the cores out. */
static bool takes(int64_t size, int64_t other, int64_t ld, int64_t ld2) {
  static atomic_bool done;
  if (size < WORTH_IT || size > INT32_MAX || other > INT32_MAX || ld > INT32_MAX || ld2 > INT32_MAX) return false;
  if (!atomic_exchange_explicit(&done, true, memory_order_relaxed)) openblas_set_num_threads(1);
  return true;
}

#define DECLARE(t, p)                                                                                                  \
  extern void p##getrf_(const int *m, const int *n, t *a, const int *lda, int *pivots, int *info);                     \
  extern void p##potrf_(const char *uplo, const int *n, t *a, const int *lda, int *info, size_t);                      \
  extern void p##sytrf_(const char *uplo, const int *n, t *a, const int *lda, int *pivots, t *work, const int *lwork, int *info, size_t); \
  extern void p##trsm_(const char *side, const char *uplo, const char *trans, const char *diag, const int *m, const int *n, const t *alpha, const t *a, const int *lda, t *b, \
                       const int *ldb, size_t, size_t, size_t, size_t);
DECLARE(float, s)
DECLARE(double, d)
DECLARE(ts_c64, c)
DECLARE(ts_c128, z)
extern void chetrf_(const char *uplo, const int *n, ts_c64 *a, const int *lda, int *pivots, ts_c64 *work, const int *lwork, int *info, size_t);
extern void zhetrf_(const char *uplo, const int *n, ts_c128 *a, const int *lda, int *pivots, ts_c128 *work, const int *lwork, int *info, size_t);

#define FOR_DTYPE(call)                                                                                                \
  switch (d) {                                                                                                         \
    case TS_FLOAT32: call(s); break;                                                                                   \
    case TS_FLOAT64: call(d); break;                                                                                   \
    case TS_COMPLEX64: call(c); break;                                                                                 \
    default: call(z);                                                                                                  \
  }

bool ts_lapack_lu(ts_dtype d, int64_t m, int64_t n, void *a, int64_t lda, int32_t *pivots, int64_t *info) {
  if (!takes(m < n ? m : n, m < n ? n : m, lda, 0)) return false;
  const int mi = (int)m, ni = (int)n, ld = (int)lda;
  int result = 0;
#define CALL(p) p##getrf_(&mi, &ni, a, &ld, pivots, &result)
  FOR_DTYPE(CALL)
#undef CALL
  *info = result;
  return true;
}

bool ts_lapack_cholesky(ts_dtype d, int64_t n, void *a, int64_t lda, int64_t *info) {
  if (!takes(n, n, lda, 0)) return false;
  const int ni = (int)n, ld = (int)lda;
  int result = 0;
#define CALL(p) p##potrf_("L", &ni, a, &ld, &result, 1)
  FOR_DTYPE(CALL)
#undef CALL
  *info = result;
  return true;
}

bool ts_lapack_ldl(ts_dtype d, bool hermitian, int64_t n, void *a, int64_t lda, int32_t *pivots, int64_t *info) {
  enum { BLOCK = 64 };
  void *work = takes(n, n, lda, 0) ? ts_alloc((size_t)(n * BLOCK * ts_itemsize(d))) : NULL;
  if (!work) return false;
  const int ni = (int)n, ld = (int)lda, length = (int)(n < INT32_MAX / BLOCK ? n * BLOCK : n);
  int result = 0;
  if (hermitian && d == TS_COMPLEX64) {
    chetrf_("L", &ni, a, &ld, pivots, work, &length, &result, 1);
  } else if (hermitian && d == TS_COMPLEX128) {
    zhetrf_("L", &ni, a, &ld, pivots, work, &length, &result, 1);
  } else {
#define CALL(p) p##sytrf_("L", &ni, a, &ld, pivots, work, &length, &result, 1)
    FOR_DTYPE(CALL)
#undef CALL
  }
  ts_free(work);
  *info = result;
  return true;
}

/* A few right sides run at the speed of memory in our own. */
bool ts_blas_takes(int64_t size, int64_t right_sides) { return size >= WORTH_IT && right_sides >= 16; }

bool ts_blas_triangular(ts_dtype d, bool left, bool upper, ts_matrix_op op, bool unit, int64_t m, int64_t n, const void *a, int64_t lda, void *b, int64_t ldb) {
  const int64_t size = left ? m : n, other = left ? n : m;
  if (op == TS_CONJUGATE || !takes(size, other, lda, ldb)) return false;
  static const float s1 = 1;
  static const double d1 = 1;
  static const ts_c64 c1 = {1, 0};
  static const ts_c128 z1 = {1, 0};
  const int mi = (int)m, ni = (int)n, la = (int)lda, lb = (int)ldb;
#define CALL(p) p##trsm_(left ? "L" : "R", upper ? "U" : "L", op == TS_PLAIN ? "N" : op == TS_TRANSPOSED ? "T" : "C", unit ? "U" : "N", &mi, &ni, &p##1, a, &la, b, &lb, 1, 1, 1, 1)
  FOR_DTYPE(CALL)
#undef CALL
  return true;
}
