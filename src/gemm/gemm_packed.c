/* gemm.h by the packed product of gemm_isa.c: WASM, and native builds without OpenBLAS. */
#include <stdio.h>
#include "gemm.h"
#include "gemm_product.h"

void ts_sgemm(bool trans_a, bool trans_b, int64_t m, int64_t n, int64_t k, float alpha, const float *a, int64_t lda,
              const float *b, int64_t ldb, float beta, float *c, int64_t ldc) {
  const ts_product p = ts_product_of(trans_a, trans_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
  ts_product_threaded(&p, sizeof *a, ts_product_f32);
}

void ts_dgemm(bool trans_a, bool trans_b, int64_t m, int64_t n, int64_t k, double alpha, const double *a, int64_t lda,
              const double *b, int64_t ldb, double beta, double *c, int64_t ldc) {
  const ts_product p = ts_product_of(trans_a, trans_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
  ts_product_threaded(&p, sizeof *a, ts_product_f64);
}

void ts_sgemm_onto_row(bool trans_a, bool trans_b, int64_t m, int64_t n, int64_t k, float alpha, const float *a, int64_t lda,
                       const float *b, int64_t ldb, const float *row, float *c, int64_t ldc) {
  const ts_product p = ts_product_with_row(ts_product_of(trans_a, trans_b, m, n, k, alpha, a, lda, b, ldb, 1, c, ldc), row);
  ts_product_threaded(&p, sizeof *a, ts_product_f32);
}

void ts_dgemm_onto_row(bool trans_a, bool trans_b, int64_t m, int64_t n, int64_t k, double alpha, const double *a, int64_t lda,
                       const double *b, int64_t ldb, const double *row, double *c, int64_t ldc) {
  const ts_product p = ts_product_with_row(ts_product_of(trans_a, trans_b, m, n, k, alpha, a, lda, b, ldb, 1, c, ldc), row);
  ts_product_threaded(&p, sizeof *a, ts_product_f64);
}

void ts_cgemm(bool trans_a, bool trans_b, int64_t m, int64_t n, int64_t k, const ts_c64 *a, int64_t lda, const ts_c64 *b,
              int64_t ldb, ts_c64 *c, int64_t ldc) {
  const ts_product p = ts_product_of(trans_a, trans_b, m, n, k, 1, a, lda, b, ldb, 0, c, ldc);
  ts_product_threaded(&p, sizeof *a, ts_product_c64);
}

void ts_zgemm(bool trans_a, bool trans_b, int64_t m, int64_t n, int64_t k, const ts_c128 *a, int64_t lda,
              const ts_c128 *b, int64_t ldb, ts_c128 *c, int64_t ldc) {
  const ts_product p = ts_product_of(trans_a, trans_b, m, n, k, 1, a, lda, b, ldb, 0, c, ldc);
  ts_product_threaded(&p, sizeof *a, ts_product_c128);
}

const char *ts_blas_name(void) {
  static _Thread_local char name[32];
  snprintf(name, sizeof name, "packed (%s)", ts_gemm_isa());
  return name;
}
