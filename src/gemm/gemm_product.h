/* What the bodies of gemm.h share: one product as a struct, and its serial execution on the best instruction set. */
#ifndef TS_GEMM_PRODUCT_H
#define TS_GEMM_PRODUCT_H
#include <stdbool.h>
#include <stdint.h>

/* c = alpha * a (m,k) * b (k,n) + beta * start (m,n). Strides in elements; of the two of a, and of b, one is 1. start is c itself with c's
   strides, or lies elsewhere: a row that is added to each has a stride of 0 between rows. Element type by context; alpha and beta hold a
   float exactly. */
typedef struct {
  int64_t m, n, k;
  double alpha, beta;
  const void *a, *b;
  void *c;
  int64_t rsa, csa, rsb, csb, rsc, csc; /* strides between rows, between columns */
  const void *start;
  int64_t rss, css;
} ts_product;

static inline ts_product ts_product_of(bool trans_a, bool trans_b, int64_t m, int64_t n, int64_t k, double alpha,
                                       const void *a, int64_t lda, const void *b, int64_t ldb, double beta, void *c,
                                       int64_t ldc) {
  return (ts_product){m, n, k, alpha, beta, a, b, c, trans_a ? 1 : lda, trans_a ? lda : 1, trans_b ? 1 : ldb,
                      trans_b ? ldb : 1, ldc, 1, c, ldc, 1};
}

/* The same with beta 1 onto a row of n elements, which is added to each row. */
static inline ts_product ts_product_with_row(ts_product p, const void *row) {
  p.beta = 1;
  p.start = row;
  p.rss = 0;
  return p;
}

/* In this thread, any shape and stride, empty ones too. alpha = 0 does not read a and b. */
void ts_product_f32(const ts_product *p);
void ts_product_f64(const ts_product *p);
/* Complex elements, alpha 1 and beta 0 (gemm_complex.c). */
void ts_product_c64(const ts_product *p);
void ts_product_c128(const ts_product *p);

/* `serial` on blocks of c, by the pool of threads when the product is large, else on p itself. */
void ts_product_threaded(const ts_product *p, int64_t itemsize, void (*serial)(const ts_product *p));

const char *ts_gemm_isa(void); /* "avx2" */
double ts_gemm_beats_blas(void); /* multiplications up to which ts_product_* is faster here than OpenBLAS, maybe all */
/* Testing: forces an instruction set by name, NULL the best; false when this machine or build lacks it. */
bool ts_gemm_use(const char *isa);
#ifdef __wasm__
void ts_gemm_relaxed(void); /* the host, before any product: wasm/relaxed.c is there */
enum { TS_RELAXED_ROWS = 6, TS_RELAXED_SUMS = 96 }; /* of its gathered products: rows of a tile, and for how many they need room */
#endif
#endif
