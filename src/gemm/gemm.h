/* Matrix products. Row-major, leading dimensions in elements. One of gemm_openblas.c and gemm_packed.c is linked as
   the implementation; gemm_ref.c is the truth that tests compare both with.
   c (m,n) = alpha * op(a) (m,k) * op(b) (k,n) + beta * c; op transposes when trans_* is true (then a is stored (k,m),
   b (n,k)). beta = 0 does not read c. m, n or k may be 0. Threads: uses core/threads above a measured size. */
#ifndef TS_GEMM_H
#define TS_GEMM_H
#include <stdbool.h>
#include <stdint.h>
#include "../core/dtype.h"

void ts_sgemm(bool trans_a, bool trans_b, int64_t m, int64_t n, int64_t k, float alpha, const float *a, int64_t lda,
              const float *b, int64_t ldb, float beta, float *c, int64_t ldc);
void ts_dgemm(bool trans_a, bool trans_b, int64_t m, int64_t n, int64_t k, double alpha, const double *a, int64_t lda,
              const double *b, int64_t ldb, double beta, double *c, int64_t ldc);

/* c = alpha * op(a) op(b) + row, where row has n elements and is added to each of c's. */
void ts_sgemm_onto_row(bool trans_a, bool trans_b, int64_t m, int64_t n, int64_t k, float alpha, const float *a, int64_t lda,
                       const float *b, int64_t ldb, const float *row, float *c, int64_t ldc);
void ts_dgemm_onto_row(bool trans_a, bool trans_b, int64_t m, int64_t n, int64_t k, double alpha, const double *a, int64_t lda,
                       const double *b, int64_t ldb, const double *row, double *c, int64_t ldc);

/* Of complex numbers, which op does not conjugate: c = op(a) op(b). */
void ts_cgemm(bool trans_a, bool trans_b, int64_t m, int64_t n, int64_t k, const ts_c64 *a, int64_t lda, const ts_c64 *b,
              int64_t ldb, ts_c64 *c, int64_t ldc);
void ts_zgemm(bool trans_a, bool trans_b, int64_t m, int64_t n, int64_t k, const ts_c128 *a, int64_t lda,
              const ts_c128 *b, int64_t ldb, ts_c128 *c, int64_t ldc);

/* The truth: plain loops, float64 accumulation. */
void ts_sgemm_ref(bool trans_a, bool trans_b, int64_t m, int64_t n, int64_t k, float alpha, const float *a, int64_t lda,
                  const float *b, int64_t ldb, float beta, float *c, int64_t ldc);
void ts_dgemm_ref(bool trans_a, bool trans_b, int64_t m, int64_t n, int64_t k, double alpha, const double *a,
                  int64_t lda, const double *b, int64_t ldb, double beta, double *c, int64_t ldc);

const char *ts_blas_name(void); /* "packed (avx2), LAPACK of openblas 0.3.21 (Zen)", "openblas 0.3.21 (ARMV8)" or "packed (simd128)": what torsh.backend.blas says */
#endif
