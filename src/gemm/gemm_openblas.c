/* gemm.h by the packed product of gemm_isa.c, and by OpenBLAS where that is faster: which it is not on x86-64 with AVX2 or AVX-512,
   whatever kernel OpenBLAS's detection of processors arrives at. There it serves linalg/ alone. Measured on a 2-core Zen 4, whose
   peak is 118 a core, n x n x n float32, GFLOP/s (median of three interleaved runs):
                      one thread                               two threads
        n    packed avx512   OpenBLAS (Cooperlake)   packed   OpenBLAS on our pool   OpenBLAS's own threads
       64         112                115                112            115                    115
      256         110                104                217            160                    136
      512         109                102                200            157                    156
     1024         105                101                200            162                    169
     2048         104                101                203            185                    190
   With OPENBLAS_CORETYPE=Haswell and packed avx2 the same holds, at 64 by 1.2 to 1.4. OpenBLAS is kept to one thread, and large
   products are split over torsh's own pool: two pools in a process fight for the cores. A product with at most 4 rows or columns runs at
   the speed of memory in ts_product_*, 3 to 6 times that of cblas_sgemm. */
#include <cblas.h>
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include "gemm.h"
#include "gemm_product.h"

#ifndef TS_BLAS_LARGEST /* what its int takes; tests lower it to see the splitting */
#define TS_BLAS_LARGEST INT32_MAX
#endif

static int64_t least(int64_t x, int64_t y) { return x < y ? x : y; }

typedef struct {
  CBLAS_TRANSPOSE trans;
  int64_t ld;
} layout;

static layout layout_of(int64_t row_stride, int64_t col_stride) {
  return col_stride == 1 ? (layout){CblasNoTrans, row_stride} : (layout){CblasTrans, col_stride};
}

/* The offset of block (i, j) from the start of an operand with these strides. */
#define AT(t, base, i, rs, j, cs) ((t *)(base) + (i) * (rs) + (j) * (cs))

/* NUMBER(x): a factor as gemm takes it. */
#define REAL(t, x) (t)(x)
#define COMPLEX(t, x) &(const t){x, 0}
#define BLAS(name, t, NUMBER, gemm, own)                                                                                       \
  static void name(const ts_product *p) {                                                                              \
    const layout a = layout_of(p->rsa, p->csa), b = layout_of(p->rsb, p->csb);                                         \
    if (a.ld > TS_BLAS_LARGEST || b.ld > TS_BLAS_LARGEST || p->rsc > TS_BLAS_LARGEST) {                                \
      own(p);                                                                                                          \
      return;                                                                                                          \
    }                                                                                                                  \
    const int64_t most = TS_BLAS_LARGEST;                                                                              \
    for (int64_t i = 0; i < p->m; i += most) {                                                                         \
      for (int64_t j = 0; j < p->n; j += most) {                                                                       \
        for (int64_t q = 0; q < p->k; q += most)                                                                       \
          gemm(CblasRowMajor, a.trans, b.trans, (int)least(p->m - i, most), (int)least(p->n - j, most),                \
               (int)least(p->k - q, most), NUMBER(t, p->alpha), AT(const t, p->a, i, p->rsa, q, p->csa), (int)a.ld,            \
               AT(const t, p->b, q, p->rsb, j, p->csb), (int)b.ld, NUMBER(t, q ? 1 : p->beta), AT(t, p->c, i, p->rsc, j, 1),   \
               (int)p->rsc);                                                                                           \
      }                                                                                                                \
    }                                                                                                                  \
  }
BLAS(blas_f32, float, REAL, cblas_sgemm, ts_product_f32)
BLAS(blas_f64, double, REAL, cblas_dgemm, ts_product_f64)
BLAS(blas_c64, ts_c64, COMPLEX, cblas_cgemm, ts_product_c64)
BLAS(blas_c128, ts_c128, COMPLEX, cblas_zgemm, ts_product_c128)

static void be_single_threaded(void) {
  static atomic_bool done;
  if (!atomic_exchange_explicit(&done, true, memory_order_relaxed)) openblas_set_num_threads(1);
}

static void run(const ts_product *p, int64_t itemsize, void (*own)(const ts_product *),
                void (*blas)(const ts_product *)) {
  const double work = (double)p->m * (double)p->n * (double)p->k;
  if (work <= ts_gemm_beats_blas() || least(p->m, p->n) <= 4 || p->alpha == 0) {
    ts_product_threaded(p, itemsize, own);
  } else {
    ts_product onto = *p;
    if (p->start != p->c) { /* OpenBLAS starts from c only */
      for (int64_t i = 0; i < p->m; i++) memcpy((char *)p->c + i * p->rsc * itemsize, p->start, (size_t)(p->n * itemsize));
      onto.start = p->c;
      onto.rss = p->rsc;
    }
    be_single_threaded();
    ts_product_threaded(&onto, itemsize, blas);
  }
}

static void run_complex(const ts_product *p, int64_t itemsize, void (*own)(const ts_product *), void (*blas)(const ts_product *)) {
  const double work = (double)p->m * (double)p->n * (double)p->k;
  if (work == 0 || work <= ts_gemm_beats_blas()) {
    ts_product_threaded(p, itemsize, own);
    return;
  }
  be_single_threaded();
  ts_product_threaded(p, itemsize, blas);
}

void ts_sgemm(bool trans_a, bool trans_b, int64_t m, int64_t n, int64_t k, float alpha, const float *a, int64_t lda,
              const float *b, int64_t ldb, float beta, float *c, int64_t ldc) {
  const ts_product p = ts_product_of(trans_a, trans_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
  run(&p, sizeof *a, ts_product_f32, blas_f32);
}

void ts_dgemm(bool trans_a, bool trans_b, int64_t m, int64_t n, int64_t k, double alpha, const double *a, int64_t lda,
              const double *b, int64_t ldb, double beta, double *c, int64_t ldc) {
  const ts_product p = ts_product_of(trans_a, trans_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
  run(&p, sizeof *a, ts_product_f64, blas_f64);
}

void ts_sgemm_onto_row(bool trans_a, bool trans_b, int64_t m, int64_t n, int64_t k, float alpha, const float *a, int64_t lda,
                       const float *b, int64_t ldb, const float *row, float *c, int64_t ldc) {
  const ts_product p = ts_product_with_row(ts_product_of(trans_a, trans_b, m, n, k, alpha, a, lda, b, ldb, 1, c, ldc), row);
  run(&p, sizeof *a, ts_product_f32, blas_f32);
}

void ts_dgemm_onto_row(bool trans_a, bool trans_b, int64_t m, int64_t n, int64_t k, double alpha, const double *a, int64_t lda,
                       const double *b, int64_t ldb, const double *row, double *c, int64_t ldc) {
  const ts_product p = ts_product_with_row(ts_product_of(trans_a, trans_b, m, n, k, alpha, a, lda, b, ldb, 1, c, ldc), row);
  run(&p, sizeof *a, ts_product_f64, blas_f64);
}

void ts_cgemm(bool trans_a, bool trans_b, int64_t m, int64_t n, int64_t k, const ts_c64 *a, int64_t lda, const ts_c64 *b,
              int64_t ldb, ts_c64 *c, int64_t ldc) {
  const ts_product p = ts_product_of(trans_a, trans_b, m, n, k, 1, a, lda, b, ldb, 0, c, ldc);
  run_complex(&p, sizeof *a, ts_product_c64, blas_c64);
}

void ts_zgemm(bool trans_a, bool trans_b, int64_t m, int64_t n, int64_t k, const ts_c128 *a, int64_t lda,
              const ts_c128 *b, int64_t ldb, ts_c128 *c, int64_t ldc) {
  const ts_product p = ts_product_of(trans_a, trans_b, m, n, k, 1, a, lda, b, ldb, 0, c, ldc);
  run_complex(&p, sizeof *a, ts_product_c128, blas_c128);
}

const char *ts_blas_name(void) {
  static _Thread_local char name[96];
  char version[16] = "";
  sscanf(openblas_get_config(), "OpenBLAS %15s", version);
  if (isinf(ts_gemm_beats_blas())) snprintf(name, sizeof name, "packed (%s), LAPACK of openblas %s (%s)", ts_gemm_isa(), version, openblas_get_corename());
  else snprintf(name, sizeof name, "openblas %s (%s)", version, openblas_get_corename());
  return name;
}
