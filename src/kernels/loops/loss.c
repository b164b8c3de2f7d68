/* Losses of a difference d = x - y: value over (out, x, y), gradient times g over (out, g, x, y), curvature over (out, x, y). */
#include <math.h>
#include "../loss.h"
#include "loops.h"

#define LIMIT_f32 ((float)((const ts_loss_params *)params)->limit)
#define LIMIT_f64 (((const ts_loss_params *)params)->limit)
#define SCALE_f32 ((float)((const ts_loss_params *)params)->scale)
#define SCALE_f64 (((const ts_loss_params *)params)->scale)
#define ABS(d) ((d) < 0 ? -(d) : (d))

#define VALUES(t)                                                                                                      \
  static inline ts_mem_##t square_##t(ts_mem_##t d) { return d * d; }                                                  \
  static inline ts_mem_##t abs_##t(ts_mem_##t d) { return ABS(d); }                                                    \
  static inline ts_mem_##t smooth_##t(ts_mem_##t d, ts_mem_##t beta) {                                                 \
    const ts_mem_##t z = ABS(d);                                                                                       \
    return z < beta ? (ts_mem_##t)0.5 * z * z / beta : z - (ts_mem_##t)0.5 * beta;                                     \
  }                                                                                                                    \
  static inline ts_mem_##t huber_##t(ts_mem_##t d, ts_mem_##t delta) {                                                 \
    const ts_mem_##t z = ABS(d);                                                                                       \
    return z <= delta ? (ts_mem_##t)0.5 * z * z : delta * (z - (ts_mem_##t)0.5 * delta);                               \
  }                                                                                                                    \
  static inline ts_mem_##t sign_##t(ts_mem_##t d) { return d > 0 ? 1 : d < 0 ? -1 : d; }                               \
  static inline ts_mem_##t smooth_slope_##t(ts_mem_##t d, ts_mem_##t beta) {                                           \
    return d <= -beta ? -1 : d >= beta ? 1 : d / beta;                                                                 \
  }                                                                                                                    \
  static inline ts_mem_##t huber_slope_##t(ts_mem_##t d, ts_mem_##t delta) {                                           \
    return d <= -delta ? -delta : d >= delta ? delta : d;                                                              \
  }                                                                                                                    \
  TS_LOOP2(value_square_##t, t, t, square_##t(x - y))                                                                  \
  TS_LOOP2(value_abs_##t, t, t, abs_##t(x - y))                                                                        \
  TS_LOOP2(value_smooth_##t, t, t, smooth_##t(x - y, LIMIT_##t))                                                       \
  TS_LOOP2(value_huber_##t, t, t, huber_##t(x - y, LIMIT_##t))                                                         \
  TS_LOOP2(curve_smooth_##t, t, t, abs_##t(x - y) < LIMIT_##t ? 1 / LIMIT_##t : 0)                                     \
  TS_LOOP2(curve_huber_##t, t, t, abs_##t(x - y) < LIMIT_##t ? 1 : 0)                                                  \
  SLOPE(square, t, 2 * d)                                                                                              \
  SLOPE(abs, t, sign_##t(d))                                                                                           \
  SLOPE(smooth, t, smooth_slope_##t(d, LIMIT_##t))                                                                     \
  SLOPE(huber, t, huber_slope_##t(d, LIMIT_##t))

/* One gradient for all, or one each. */
#define SLOPE(name, t, expression)                                                                                     \
  static void slope_##name##_##t(char *const *p, const int64_t *s, int64_t n, const void *params) {                    \
    enum { SIZE = sizeof(ts_mem_##t) };                                                                                \
    const ts_mem_##t scale = SCALE_##t;                                                                                \
    if (s[0] == SIZE && s[2] == SIZE && s[3] == SIZE && (s[1] == 0 || s[1] == SIZE)) {                                 \
      ts_mem_##t *out = (ts_mem_##t *)p[0];                                                                            \
      const ts_mem_##t *g = (const ts_mem_##t *)p[1], *x = (const ts_mem_##t *)p[2], *y = (const ts_mem_##t *)p[3];    \
      if (s[1] == 0) {                                                                                                 \
        const ts_mem_##t by = *g * scale;                                                                              \
        TS_IVDEP for (int64_t k = 0; k < n; k++) {                                                                     \
          const ts_mem_##t d = x[k] - y[k];                                                                            \
          out[k] = (expression) * by;                                                                                  \
        }                                                                                                              \
      } else {                                                                                                         \
        TS_IVDEP for (int64_t k = 0; k < n; k++) {                                                                     \
          const ts_mem_##t d = x[k] - y[k];                                                                            \
          out[k] = (expression) * (g[k] * scale);                                                                      \
        }                                                                                                              \
      }                                                                                                                \
      return;                                                                                                          \
    }                                                                                                                  \
    for (int64_t k = 0; k < n; k++) {                                                                                  \
      const ts_mem_##t d = *(const ts_mem_##t *)(p[2] + k * s[2]) - *(const ts_mem_##t *)(p[3] + k * s[3]);            \
      *(ts_mem_##t *)(p[0] + k * s[0]) = (expression) * (*(const ts_mem_##t *)(p[1] + k * s[1]) * scale);              \
    }                                                                                                                  \
  }

VALUES(f32)
VALUES(f64)

TS_FILL(loss) {
#define SET(t, d)                                                  \
  table->loss_value[TS_LOSS_SQUARE][d] = value_square_##t;         \
  table->loss_value[TS_LOSS_ABS][d] = value_abs_##t;               \
  table->loss_value[TS_LOSS_SMOOTH][d] = value_smooth_##t;         \
  table->loss_value[TS_LOSS_HUBER][d] = value_huber_##t;           \
  table->loss_slope[TS_LOSS_SQUARE][d] = slope_square_##t;         \
  table->loss_slope[TS_LOSS_ABS][d] = slope_abs_##t;               \
  table->loss_slope[TS_LOSS_SMOOTH][d] = slope_smooth_##t;         \
  table->loss_slope[TS_LOSS_HUBER][d] = slope_huber_##t;           \
  table->loss_curve[TS_LOSS_SMOOTH][d] = curve_smooth_##t;         \
  table->loss_curve[TS_LOSS_HUBER][d] = curve_huber_##t;
  SET(f32, TS_FLOAT32)
  SET(f64, TS_FLOAT64)
}
