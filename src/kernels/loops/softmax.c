/* Softmax along the middle dim of (outer, n, inner), and its gradient. Each is one pass for the maximum and one that sums,
   then the quotient; NaN anywhere in a row makes all of it NaN. */
#include <math.h>
#include "../../core/vmath.h"
#include "loops.h"

enum { LANES = 16, CHUNK = 2048, COLS = 128 };

/* exp(x - less). One body each, however often they are used. */
VM_SLOW void exp_f32(float *out, const float *x, int64_t length, float less) {
  const float least = VM_EXP_LEAST;
  for (int64_t i = 0; i < length; i += TS_STAGE, out += TS_STAGE, x += TS_STAGE) {
    const int64_t n = length - i < TS_STAGE ? length - i : TS_STAGE;
    float t[TS_STAGE];
    TS_EACH_REST(out, t, vm_exp_down_beginf(x[k] - less, least))
    TS_EACH out[k] = vm_exp_down_endf(out[k], t[k]);
  }
}
VM_SLOW void exp_f64(double *out, const double *x, int64_t n, double less) {
  const double least = VM_EXP_LEAST;
  TS_EACH out[k] = vm_exp_down(x[k] - less, least);
}
VM_SLOW float log_f32(double x) { return vm_logf((float)x); }
VM_SLOW double log_f64(double x) { return vm_log(x); }
/* A NaN that it passes over makes the sum one. */
#define MAX(a, x) ((a) < (x) ? (x) : (a))

#define FORWARD(t)                                                                                                     \
  static ts_mem_##t row_max_##t(const ts_mem_##t *x, int64_t n) {                                                      \
    ts_mem_##t lane[LANES], best = -INFINITY;                                                                          \
    int64_t j = 0;                                                                                                     \
    for (int k = 0; k < LANES; k++) lane[k] = -INFINITY;                                                               \
    for (; j + LANES <= n; j += LANES)                                                                                 \
      for (int k = 0; k < LANES; k++) lane[k] = MAX(lane[k], x[j + k]);                                                \
    for (; j < n; j++) best = MAX(best, x[j]);                                                                         \
    for (int k = 0; k < LANES; k++) best = MAX(best, lane[k]);                                                         \
    return best;                                                                                                       \
  }                                                                                                                    \
  /* The sum of exp(x - max), which also goes to out unless that is NULL. */                                           \
  static double row_sum_##t(ts_mem_##t *out, const ts_mem_##t *x, int64_t n, ts_mem_##t max) {                         \
    double total = 0;                                                                                                  \
    ts_mem_##t here[CHUNK];                                                                                            \
    for (int64_t i = 0; i < n; i += CHUNK) {                                                                           \
      const int64_t length = n - i < CHUNK ? n - i : CHUNK, even = length - length % LANES;                            \
      ts_mem_##t *e = out ? out + i : here;                                                                            \
      exp_##t(e, x + i, length, max);                                                                                  \
      ts_mem_##t lane[LANES] = {0};                                                                                    \
      for (int64_t j = 0; j < even; j += LANES)                                                                        \
        for (int k = 0; k < LANES; k++) lane[k] += e[j + k];                                                           \
      for (int64_t j = even; j < length; j++) total += (double)e[j];                                                   \
      for (int k = 0; k < LANES; k++) total += (double)lane[k];                                                        \
    }                                                                                                                  \
    return total;                                                                                                      \
  }                                                                                                                    \
  static void softmax_##t(void *result, const void *input, int64_t outer, int64_t n, int64_t inner, bool log) {        \
    for (int64_t o = 0; o < outer; o++) {                                                                              \
      const ts_mem_##t *x = (const ts_mem_##t *)input + o * n * inner;                                                 \
      ts_mem_##t *out = (ts_mem_##t *)result + o * n * inner;                                                          \
      if (inner == 1) {                                                                                                \
        const ts_mem_##t max = row_max_##t(x, n);                                                                      \
        const double sum = row_sum_##t(log ? NULL : out, x, n, max);                                                   \
        if (log) {                                                                                                     \
          const ts_mem_##t shift = log_##t(sum);                                                           \
          TS_DENSE_LOOP for (int64_t k = 0; k < n; k++) out[k] = x[k] - max - shift;                                        \
        } else {                                                                                                       \
          const ts_mem_##t scale = (ts_mem_##t)(1 / sum);                                                              \
          TS_DENSE_LOOP for (int64_t k = 0; k < n; k++) out[k] *= scale;                                                    \
        }                                                                                                              \
        continue;                                                                                                      \
      }                                                                                                                \
      for (int64_t c = 0; c < inner; c += COLS) {                                                                      \
        const int64_t width = inner - c < COLS ? inner - c : COLS;                                                     \
        ts_mem_##t max[COLS], fix[COLS];                                                                               \
        double sum[COLS];                                                                                              \
        for (int64_t k = 0; k < width; k++) {                                                                          \
          max[k] = -INFINITY;                                                                                          \
          sum[k] = 0;                                                                                                  \
        }                                                                                                              \
        for (int64_t i = 0; i < n; i++) {                                                                              \
          const ts_mem_##t *p = x + i * inner + c;                                                                     \
          for (int64_t k = 0; k < width; k++) max[k] = MAX(max[k], p[k]);                                              \
        }                                                                                                              \
        for (int64_t i = 0; i < n; i++) {                                                                              \
          const ts_mem_##t *p = x + i * inner + c;                                                                     \
          ts_mem_##t *q = out + i * inner + c;                                                                         \
          for (int64_t k = 0; k < width; k++) q[k] = p[k] - max[k];                                                    \
          exp_##t(q, q, width, 0);                                                                                     \
          for (int64_t k = 0; k < width; k++) sum[k] += (double)q[k];                                                  \
        }                                                                                                              \
        for (int64_t k = 0; k < width; k++) fix[k] = log ? log_##t(sum[k]) : (ts_mem_##t)(1 / sum[k]);     \
        for (int64_t i = 0; i < n; i++) {                                                                              \
          const ts_mem_##t *p = x + i * inner + c;                                                                     \
          ts_mem_##t *q = out + i * inner + c;                                                                         \
          if (log) TS_DENSE_LOOP for (int64_t k = 0; k < width; k++) q[k] = p[k] - max[k] - fix[k];                         \
          else TS_DENSE_LOOP for (int64_t k = 0; k < width; k++) q[k] *= fix[k];                                            \
        }                                                                                                              \
      }                                                                                                                \
    }                                                                                                                  \
  }

/* y * (g - sum(g * y)), or of the logarithm g - exp(y) * sum(g). */
#define BACKWARD(t)                                                                                                    \
  static void backward_##t(void *result, const void *grad, const void *output, int64_t outer, int64_t n, int64_t inner, \
                           bool log) {                                                                                 \
    for (int64_t o = 0; o < outer; o++) {                                                                              \
      const ts_mem_##t *g = (const ts_mem_##t *)grad + o * n * inner, *y = (const ts_mem_##t *)output + o * n * inner; \
      ts_mem_##t *out = (ts_mem_##t *)result + o * n * inner;                                                          \
      if (inner == 1) {                                                                                                \
        double total = 0, lane[LANES] = {0};                                                                           \
        int64_t even = n - n % LANES;                                                                                  \
        if (log) {                                                                                                     \
          for (int64_t j = 0; j < even; j += LANES)                                                                    \
            for (int k = 0; k < LANES; k++) lane[k] += (double)g[j + k];                                               \
          for (int64_t j = even; j < n; j++) total += (double)g[j];                                                    \
        } else {                                                                                                       \
          for (int64_t j = 0; j < even; j += LANES)                                                                    \
            for (int k = 0; k < LANES; k++) lane[k] += (double)g[j + k] * (double)y[j + k];                            \
          for (int64_t j = even; j < n; j++) total += (double)g[j] * (double)y[j];                                     \
        }                                                                                                              \
        for (int k = 0; k < LANES; k++) total += lane[k];                                                              \
        const ts_mem_##t sum = (ts_mem_##t)total;                                                                      \
        if (log) {                                                                                                     \
          exp_##t(out, y, n, 0);                                                                                       \
          TS_DENSE_LOOP for (int64_t k = 0; k < n; k++) out[k] = g[k] - out[k] * sum;                                  \
        } else {                                                                                                       \
          TS_DENSE_LOOP for (int64_t k = 0; k < n; k++) out[k] = (g[k] - sum) * y[k];                                  \
        }                                                                                                              \
        continue;                                                                                                      \
      }                                                                                                                \
      for (int64_t c = 0; c < inner; c += COLS) {                                                                      \
        const int64_t width = inner - c < COLS ? inner - c : COLS;                                                     \
        double total[COLS];                                                                                            \
        for (int64_t k = 0; k < width; k++) total[k] = 0;                                                              \
        for (int64_t i = 0; i < n; i++) {                                                                              \
          const int64_t at = i * inner + c;                                                                            \
          if (log) for (int64_t k = 0; k < width; k++) total[k] += (double)g[at + k];                                  \
          else for (int64_t k = 0; k < width; k++) total[k] += (double)g[at + k] * (double)y[at + k];                  \
        }                                                                                                              \
        for (int64_t i = 0; i < n; i++) {                                                                              \
          const int64_t at = i * inner + c;                                                                            \
          if (log) {                                                                                                   \
            exp_##t(out + at, y + at, width, 0);                                                                       \
            for (int64_t k = 0; k < width; k++) out[at + k] = g[at + k] - out[at + k] * (ts_mem_##t)total[k];          \
          } else {                                                                                                     \
            for (int64_t k = 0; k < width; k++) out[at + k] = (g[at + k] - (ts_mem_##t)total[k]) * y[at + k];          \
          }                                                                                                            \
        }                                                                                                              \
      }                                                                                                                \
    }                                                                                                                  \
  }

/* For cross entropy: log(sum(exp(x))) of each row in two parts, the maximum and the rest; and scale[r] * softmax(x). */
#define ENTROPY(t)                                                                                                     \
  static void lse_##t(void *maxima, void *rests, const void *input, int64_t rows, int64_t n) {                         \
    for (int64_t r = 0; r < rows; r++) {                                                                               \
      const ts_mem_##t *x = (const ts_mem_##t *)input + r * n, max = row_max_##t(x, n);                                \
      ((ts_mem_##t *)maxima)[r] = max;                                                                                 \
      ((ts_mem_##t *)rests)[r] = log_##t(row_sum_##t(NULL, x, n, max));                                    \
    }                                                                                                                  \
  }                                                                                                                    \
  static void scaled_softmax_##t(void *result, const void *input, const void *maxima, const void *rests,               \
                                 const double *scale, int64_t rows, int64_t n) {                                       \
    for (int64_t r = 0; r < rows; r++) {                                                                               \
      const ts_mem_##t *x = (const ts_mem_##t *)input + r * n, by = (ts_mem_##t)scale[r];                              \
      const ts_mem_##t max = ((const ts_mem_##t *)maxima)[r], rest = ((const ts_mem_##t *)rests)[r];                   \
      ts_mem_##t *out = (ts_mem_##t *)result + r * n;                                                                  \
      if (by == 0) {                                                                                                   \
        for (int64_t k = 0; k < n; k++) out[k] = 0;                                                                    \
        continue;                                                                                                      \
      }                                                                                                                \
      TS_DENSE_LOOP for (int64_t k = 0; k < n; k++) out[k] = x[k] - max - rest;                                        \
      exp_##t(out, out, n, 0);                                                                                         \
      TS_DENSE_LOOP for (int64_t k = 0; k < n; k++) out[k] *= by;                                                      \
    }                                                                                                                  \
  }

#define ALL(t) FORWARD(t) BACKWARD(t) ENTROPY(t)
ALL(f32)
ALL(f64)

TS_FILL(softmax) {
#define SET(t, d)                           \
  table->softmax[d] = softmax_##t;          \
  table->softmax_backward[d] = backward_##t; \
  table->lse[d] = lse_##t;                  \
  table->scaled_softmax[d] = scaled_softmax_##t;
  SET(f32, TS_FLOAT32)
  SET(f64, TS_FLOAT64)
}
