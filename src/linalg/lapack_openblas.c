/* Fortran's calling convention: everything by address, an int of 32 bits, lengths of character arguments behind. */
#include <stdatomic.h>
#include "lapack.h"

extern void sgetrf_(const int *m, const int *n, float *a, const int *lda, int *pivots, int *info);
extern void dgetrf_(const int *m, const int *n, double *a, const int *lda, int *pivots, int *info);
extern void openblas_set_num_threads(int n);

enum { WORTH_IT = 48 };

/* One thread: torsh's pool shares the cores out. */
static bool takes(int64_t m, int64_t n, int64_t ld) {
  static atomic_bool done;
  if (m < WORTH_IT || n < WORTH_IT || m > INT32_MAX || n > INT32_MAX || ld > INT32_MAX) return false;
  if (!atomic_exchange_explicit(&done, true, memory_order_relaxed)) openblas_set_num_threads(1);
  return true;
}

bool ts_lapack_lu(ts_dtype d, int64_t m, int64_t n, void *a, int64_t lda, int32_t *pivots, int64_t *info) {
  if (!takes(m, n, lda)) return false;
  const int mi = (int)m, ni = (int)n, ld = (int)lda;
  int result = 0;
  if (d == TS_FLOAT32) sgetrf_(&mi, &ni, a, &ld, pivots, &result);
  else if (d == TS_FLOAT64) dgetrf_(&mi, &ni, a, &ld, pivots, &result);
  else return false;
  *info = result;
  return true;
}
