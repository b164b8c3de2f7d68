/* gemm.h by the packed product of gemm_isa.c: WASM, and native builds without OpenBLAS. */
#include <stdio.h>
#include "../core/threads.h"
#include "gemm.h"
#include "gemm_product.h"

/* Multiplications below which a second thread costs more than it brings. */
static const double PARALLEL_FROM = 64.0 * 64 * 64;

static void run(const ts_product *p, int64_t itemsize, void (*serial)(const ts_product *)) {
  const double work = (double)p->m * (double)p->n * (double)p->k;
  if (p->alpha == 0 || work < PARALLEL_FROM) serial(p);
  else ts_product_split(p, itemsize, ts_num_threads(), serial);
}

void ts_sgemm(bool trans_a, bool trans_b, int64_t m, int64_t n, int64_t k, float alpha, const float *a, int64_t lda,
              const float *b, int64_t ldb, float beta, float *c, int64_t ldc) {
  const ts_product p = ts_product_of(trans_a, trans_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
  run(&p, sizeof *a, ts_product_f32);
}

void ts_dgemm(bool trans_a, bool trans_b, int64_t m, int64_t n, int64_t k, double alpha, const double *a, int64_t lda,
              const double *b, int64_t ldb, double beta, double *c, int64_t ldc) {
  const ts_product p = ts_product_of(trans_a, trans_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
  run(&p, sizeof *a, ts_product_f64);
}

const char *ts_blas_name(void) {
  static char name[32];
  snprintf(name, sizeof name, "packed (%s)", ts_gemm_isa());
  return name;
}
