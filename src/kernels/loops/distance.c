/* Distances between rows, and their gradients. See distance.h. */
#include "../../core/vmath.h"
#include "../distance.h"
#include "loops.h"

enum { LANES = 8 };
#define SIZE(d) ((d) < 0 ? -(d) : (d))
#define SIGN(d) ((d) > 0 ? 1 : (d) < 0 ? -1 : (d))
/* NaN wins. */
#define MORE(a, b) ((int)((a) > (b)) | (int)((a) != (a)) ? (a) : (b))
#define PLUS(a, b) ((a) + (b))

/* join over term(d) of the differences d, in lanes. */
#define NORM(t, name, join, term, finish)                                                                     \
  static void name##_##t(ts_mem_##t *out, const ts_mem_##t *x, const ts_mem_##t *y, int64_t rows, int64_t m, double order) { \
    const ts_mem_##t p = (ts_mem_##t)order;                                                                   \
    (void)p;                                                                                                  \
    for (int64_t r = 0; r < rows; r++, y += m) {                                                              \
      ts_mem_##t lane[LANES] = {0};                                                                           \
      int64_t k = 0;                                                                                          \
      for (; k + LANES <= m; k += LANES)                                                                      \
        for (int l = 0; l < LANES; l++) {                                                                     \
          const ts_mem_##t d = x[k + l] - y[k + l], v = term(t, d);                                           \
          lane[l] = join(lane[l], v);                                                                         \
        }                                                                                                     \
      for (; k < m; k++) {                                                                                    \
        const ts_mem_##t d = x[k] - y[k], v = term(t, d);                                                     \
        lane[k % LANES] = join(lane[k % LANES], v);                                                           \
      }                                                                                                       \
      for (int w = LANES / 2; w; w /= 2)                                                                      \
        for (int l = 0; l < w; l++) lane[l] = join(lane[l], lane[l + w]);                                     \
      out[r] = finish(t, lane[0]);                                                                            \
    }                                                                                                         \
  }
#define TERM_COUNT(t, d) ((d) != 0 ? ((d) != (d) ? (d) : 1) : 0)
#define TERM_SIZE(t, d) SIZE(d)
#define TERM_SQUARE(t, d) ((d) * (d))
#define TERM_POWER(t, d) TS_VM_##t(pow)(SIZE(d), p)
#define AS_IT_IS(t, v) (v)
#define ROOT_f32(v) sqrtf(v)
#define ROOT_f64(v) sqrt(v)
#define ROOT(t, v) ROOT_##t(v)
#define POWER_ROOT(t, v) TS_VM_##t(pow)(v, 1 / p)

/* Gradients: factor is a function of r (the distance v and gradient g of a row), f of each difference d. */
#define BACK(t, name, factor, f)                                                                              \
  static void name##_##t(ts_mem_##t *to, const ts_mem_##t *x, const ts_mem_##t *y, const ts_mem_##t *dist, const ts_mem_##t *grad, int64_t step, int64_t rows, int64_t m, double order) { \
    const ts_mem_##t p = (ts_mem_##t)order;                                                                   \
    (void)p;                                                                                                  \
    for (int64_t r = 0; r < rows; r++, y += m) {                                                              \
      const ts_mem_##t v = dist[r * step], g = grad[r * step];                                                \
      const ts_mem_##t c = factor(t);                                                                         \
      (void)v;                                                                                                \
      if (c == 0) continue;                                                                                   \
      TS_DENSE_LOOP for (int64_t k = 0; k < m; k++) {                                                         \
        const ts_mem_##t d = x[k] - y[k];                                                                     \
        to[k] += c * (f(t));                                                                                  \
      }                                                                                                       \
    }                                                                                                         \
  }
#define BY_GRAD(t) g
#define BY_DISTANCE(t) (v == 0 ? 0 : g / v)
#define BY_POWER(t) (v == 0 ? 0 : g / TS_VM_##t(pow)(v, p - 1))
#define F_SIGN(t) SIGN(d)
#define F_DIFFERENCE(t) d
#define F_POWER(t) (d == 0 ? 0 : SIGN(d) * TS_VM_##t(pow)(SIZE(d), p - 1))
#define F_LARGEST(t) (SIZE(d) == v ? SIGN(d) : 0)

#define ALL(t, dt)                                      \
  NORM(t, count, PLUS, TERM_COUNT, AS_IT_IS)            \
  NORM(t, sum, PLUS, TERM_SIZE, AS_IT_IS)               \
  NORM(t, euclid, PLUS, TERM_SQUARE, ROOT)              \
  NORM(t, largest, MORE, TERM_SIZE, AS_IT_IS)           \
  NORM(t, power, PLUS, TERM_POWER, POWER_ROOT)          \
  BACK(t, sum_back, BY_GRAD, F_SIGN)                    \
  BACK(t, euclid_back, BY_DISTANCE, F_DIFFERENCE)       \
  BACK(t, largest_back, BY_GRAD, F_LARGEST)             \
  BACK(t, power_back, BY_POWER, F_POWER)                \
  static void distance_##t(void *out, const void *x, const void *y, int64_t rows, int64_t m, double p) {                  \
    (p == 0 ? count_##t : p == 1 ? sum_##t : p == 2 ? euclid_##t : p > 1e308 ? largest_##t : power_##t)(out, x, y, rows, m, p); \
  }                                                     \
  static void distance_back_##t(void *to, const void *x, const void *y, const void *dist, const void *grad, int64_t step, int64_t rows, int64_t m, double p) { \
    if (p != 0) (p == 1 ? sum_back_##t : p == 2 ? euclid_back_##t : p > 1e308 ? largest_back_##t : power_back_##t)(to, x, y, dist, grad, step, rows, m, p); \
  }
TS_FLOATS2(ALL)

TS_FILL(distance) {
#define SET(t, d)                      \
  table->distance[d] = distance_##t;   \
  table->distance_back[d] = distance_back_##t;
  TS_FLOATS2(SET)
}
