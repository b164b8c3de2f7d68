/* LAMB: the averages and what the lengths of parameter and step are made of, then the step itself, worked out once more. */
#include <math.h>
#include "../optim.h"
#include "loops.h"

#define SQRT_f32 sqrtf
#define SQRT_f64 sqrt
#define SQRT_f16 sqrtf
#define SQRT_bf16 sqrtf

enum { LANES = 16 };

#define LAMB(t, d)                                                                                                     \
  typedef struct { ts_val_##t sign, decay, beta1, rest1, beta2, rest2, unbias1, unbias2, eps, alpha; } lamb_##t##_numbers; \
  static inline lamb_##t##_numbers lamb_##t##_of(const ts_lamb_params *a) {                                            \
    return (lamb_##t##_numbers){(ts_val_##t)a->sign, (ts_val_##t)a->weight_decay, (ts_val_##t)a->beta1,                \
                                (ts_val_##t)(1 - a->beta1), (ts_val_##t)a->beta2, (ts_val_##t)(1 - a->beta2),          \
                                (ts_val_##t)a->unbias1, (ts_val_##t)a->unbias2, (ts_val_##t)a->eps, (ts_val_##t)a->alpha}; \
  }                                                                                                                    \
  static inline ts_val_##t lamb_way_##t(ts_val_##t x, ts_val_##t m, ts_val_##t v, const lamb_##t##_numbers c) {        \
    return m * c.unbias1 / (SQRT_##t(v * c.unbias2) + c.eps) + c.decay * x;                                            \
  }                                                                                                                    \
  static inline void lamb_one_##t(const ts_mem_##t *X, ts_mem_##t *M, ts_mem_##t *V, const ts_mem_##t *G,              \
                                  const lamb_##t##_numbers c, ts_val_##t *size, ts_val_##t *length) {                  \
    const ts_val_##t x = TS_LOAD_##t(*X), g = c.sign * TS_LOAD_##t(*G);                                                \
    *M = TS_SAVE_##t(TS_LOAD_##t(*M) * c.beta1 + c.rest1 * g);                                                         \
    *V = TS_SAVE_##t(TS_LOAD_##t(*V) * c.beta2 + c.rest2 * g * g);                                                     \
    const ts_val_##t way = lamb_way_##t(x, TS_LOAD_##t(*M), TS_LOAD_##t(*V), c);                                       \
    *size += x * x, *length += way * way;                                                                              \
  }                                                                                                                    \
  static void lamb_sums_##t(char *const *p, const int64_t *s, int64_t n, const void *params) {                         \
    (void)s;                                                                                                           \
    const ts_lamb_params *a = params;                                                                                  \
    const lamb_##t##_numbers c = lamb_##t##_of(a);                                                                     \
    const ts_mem_##t *x = (const ts_mem_##t *)p[0], *g = (const ts_mem_##t *)p[3];                                     \
    ts_mem_##t *m = (ts_mem_##t *)p[1], *v = (ts_mem_##t *)p[2];                                                       \
    ts_val_##t size[LANES] = {0}, length[LANES] = {0};                                                                 \
    int64_t k = 0;                                                                                                     \
    for (; k + LANES <= n; k += LANES)                                                                                 \
      TS_IVDEP for (int l = 0; l < LANES; l++) lamb_one_##t(x + k + l, m + k + l, v + k + l, g + k + l, c, size + l, length + l); \
    for (; k < n; k++) lamb_one_##t(x + k, m + k, v + k, g + k, c, size, length);                                      \
    for (int l = 0; l < LANES; l++) a->sums[0] += size[l], a->sums[1] += length[l];                                    \
  }                                                                                                                    \
  static void lamb_apply_##t(char *const *p, const int64_t *s, int64_t n, const void *params) {                        \
    (void)s;                                                                                                           \
    const lamb_##t##_numbers c = lamb_##t##_of(params);                                                                \
    ts_mem_##t *x = (ts_mem_##t *)p[0];                                                                                \
    const ts_mem_##t *m = (const ts_mem_##t *)p[1], *v = (const ts_mem_##t *)p[2];                                     \
    TS_IVDEP for (int64_t k = 0; k < n; k++) {                                                                         \
      const ts_val_##t old = TS_LOAD_##t(x[k]);                                                                        \
      x[k] = TS_SAVE_##t(old - c.alpha * lamb_way_##t(old, TS_LOAD_##t(m[k]), TS_LOAD_##t(v[k]), c));                  \
    }                                                                                                                  \
  }
TS_FLOAT_TYPES(LAMB)

TS_FILL(optim_lamb) {
#define SET(t, d) table->lamb_sums[d] = lamb_sums_##t, table->lamb_apply[d] = lamb_apply_##t;
  TS_FLOAT_TYPES(SET)
#undef SET
}
