#include "gemm.h"

#define REFERENCE(name, t)                                                                                            \
  void name(bool trans_a, bool trans_b, int64_t m, int64_t n, int64_t k, t alpha, const t *a, int64_t lda, const t *b, \
            int64_t ldb, t beta, t *c, int64_t ldc) {                                                                 \
    for (int64_t i = 0; i < m; i++) {                                                                                 \
      for (int64_t j = 0; j < n; j++) {                                                                               \
        double sum = 0;                                                                                               \
        for (int64_t p = 0; alpha != 0 && p < k; p++) {                                                               \
          const double x = a[trans_a ? p * lda + i : i * lda + p], y = b[trans_b ? j * ldb + p : p * ldb + j];        \
          sum += x * y;                                                                                               \
        }                                                                                                             \
        t *const out = c + i * ldc + j;                                                                               \
        const double scaled = alpha == 0 ? 0 : alpha * sum;                                                           \
        *out = (t)(beta == 0 ? scaled : scaled + (double)beta * *out);                                                \
      }                                                                                                               \
    }                                                                                                                 \
  }

REFERENCE(ts_sgemm_ref, float)
REFERENCE(ts_dgemm_ref, double)
