/* Complex products by real ones: a row of a is 2k real numbers as it lies, times b with each element x + iy spread to
   [x y; -y x], is a row of c as it shall lie. */
#include <string.h>
#include "../core/alloc.h"
#include "../core/dtype.h"
#include "gemm_product.h"

enum { SPREAD_BYTES = 1 << 19, FEW_ROWS = 4 };

#define COMPLEX_PRODUCT(name, c_t, t, real_product)                                                                    \
  static void plain_##name(const ts_product *p) {                                                                      \
    for (int64_t i = 0; i < p->m; i++) {                                                                               \
      c_t *const c = (c_t *)p->c + i * p->rsc;                                                                         \
      memset(c, 0, (size_t)p->n * sizeof *c);                                                                          \
      for (int64_t q = 0; q < p->k; q++) {                                                                             \
        const c_t x = ((const c_t *)p->a)[i * p->rsa + q * p->csa];                                                    \
        const c_t *const b = (const c_t *)p->b + q * p->rsb;                                                           \
        for (int64_t j = 0; j < p->n; j++) {                                                                           \
          const c_t y = b[j * p->csb];                                                                                 \
          c[j].re += x.re * y.re - x.im * y.im;                                                                        \
          c[j].im += x.re * y.im + x.im * y.re;                                                                        \
        }                                                                                                              \
      }                                                                                                                \
    }                                                                                                                  \
  }                                                                                                                    \
  void name(const ts_product *p) {                                                                                     \
    const int64_t k = p->k, item = sizeof(c_t);                                                                        \
    int64_t wide = k ? SPREAD_BYTES / (2 * k * item) : p->n;                                                           \
    wide = wide < 16 ? 16 : wide;                                                                                      \
    if (wide > p->n) wide = p->n;                                                                                      \
    const bool turned = p->csa != 1;                                                                                   \
    c_t *const space = p->m <= FEW_ROWS || !k || !p->n ? NULL : ts_alloc((size_t)((2 * k * wide + (turned ? p->m * k : 0)) * item)); \
    if (!space) {                                                                                                      \
      plain_##name(p);                                                                                                 \
      return;                                                                                                          \
    }                                                                                                                  \
    const c_t *a = p->a;                                                                                               \
    int64_t rsa = p->rsa;                                                                                              \
    if (turned) {                                                                                                      \
      c_t *const copy = space + 2 * k * wide;                                                                          \
      for (int64_t q = 0; q < k; q++)                                                                                  \
        for (int64_t i = 0; i < p->m; i++) copy[i * k + q] = a[i * rsa + q * p->csa];                                  \
      a = copy;                                                                                                        \
      rsa = k;                                                                                                         \
    }                                                                                                                  \
    for (int64_t j = 0; j < p->n; j += wide) {                                                                         \
      const int64_t n = p->n - j < wide ? p->n - j : wide;                                                             \
      for (int64_t q = 0; q < k; q++) {                                                                                \
        c_t *const row = space + 2 * q * n, *const turn = row + n;                                                     \
        const c_t *const b = (const c_t *)p->b + q * p->rsb + j * p->csb;                                              \
        for (int64_t l = 0; l < n; l++) {                                                                              \
          const c_t y = b[l * p->csb];                                                                                 \
          row[l] = y;                                                                                                  \
          turn[l] = (c_t){-y.im, y.re};                                                                                \
        }                                                                                                              \
      }                                                                                                                \
      c_t *const c = (c_t *)p->c + j;                                                                                  \
      const ts_product real = {p->m, 2 * n, 2 * k, 1, 0, a, space, c, 2 * rsa, 1, 2 * n, 1, 2 * p->rsc, 1, c, 2 * p->rsc, 1}; \
      real_product(&real);                                                                                             \
    }                                                                                                                  \
    ts_free(space);                                                                                                    \
  }

COMPLEX_PRODUCT(ts_product_c64, ts_c64, float, ts_product_f32)
COMPLEX_PRODUCT(ts_product_c128, ts_c128, double, ts_product_f64)
