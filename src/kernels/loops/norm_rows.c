/* Loops of norm_rows.h: a row is read while it is in the cache. Sums run in lanes and chunks whose order is the same in every
   build; a second look at the mean corrects what the first one's rounding left. */
#include <math.h>
#include "../norm_rows.h"
#include "loops.h"

enum { LANES = 16, CHUNK = 2048, ROWS = 32 };

/* LANES elements at any address, and their sum. */
#define VECTORS(t)                                                                                                      \
  typedef ts_mem_##t many_##t __attribute__((vector_size(LANES * sizeof(ts_mem_##t)), aligned(sizeof(ts_mem_##t)), may_alias)); \
  static inline double total_##t(const many_##t *v) {                                                                   \
    double sum = 0;                                                                                                     \
    for (int k = 0; k < LANES; k++) sum += (double)(*v)[k];                                                             \
    return sum;                                                                                                         \
  }
#define MANY(t, p) (*(const many_##t *)(p))
#define NEXT(i, n) ((n) - (i) < CHUNK ? (n) : (i) + CHUNK)

/* Adds up value and other, expressions in X(p), over j from `from` to `to`, into the doubles first and second. */
#define TWO_SUMS(t, from, to, value, other, first, second)      \
  do {                                                          \
    many_##t one = {0}, two = {0};                              \
    int64_t j = (from);                                         \
    for (; j + LANES <= (to); j += LANES) {                     \
      const many_##t v = value(MANY, t);                        \
      one += v;                                                 \
      two += other(MANY, t);                                    \
    }                                                           \
    first += total_##t(&one);                                   \
    second += total_##t(&two);                                  \
    for (; j < (to); j++) {                                     \
      const ts_mem_##t v = value(SINGLE, t);                    \
      first += (double)v;                                       \
      second += (double)(other(SINGLE, t));                     \
    }                                                           \
  } while (0)
#define SINGLE(t, p) (*(p))
#define OFF(X, t) (X(t, x + j) - rough)
#define SQUARE(X, t) (v * v)
#define GRADIENT(X, t) X(t, g + j)
#define WEIGHED(X, t) (X(t, g + j) * X(t, w + j))
#define ALONG(X, t) (v * (X(t, x + j) - mean))

#define ALL(t, d) VECTORS(t)                                                                                                        \
  static void forward_##t(const void *of, const void *weight, const void *bias, void *to, void *means, void *rstds, int64_t rows, int64_t n, double eps) { \
    const ts_mem_##t *x = of, *w = weight, *b = bias;                                                                               \
    ts_mem_##t *out = to;                                                                                                           \
    for (int64_t r = 0; r < rows; r++, x += n, out += n) {                                                                          \
      double sum = 0, off = 0, squares = 0;                                                                                         \
      for (int64_t i = 0; i < n; i += CHUNK) {                                                                                      \
        const int64_t end = NEXT(i, n);                                                                                             \
        many_##t lanes = {0};                                                                                                       \
        int64_t j = i;                                                                                                              \
        for (; j + LANES <= end; j += LANES) lanes += MANY(t, x + j);                                                               \
        sum += total_##t(&lanes);                                                                                                   \
        for (; j < end; j++) sum += (double)x[j];                                                                                   \
      }                                                                                                                             \
      const ts_mem_##t rough = (ts_mem_##t)(sum / (double)n);                                                                       \
      for (int64_t i = 0; i < n; i += CHUNK) TWO_SUMS(t, i, NEXT(i, n), OFF, SQUARE, off, squares);                                 \
      const double shift = off / (double)n, rest = squares / (double)n - shift * shift;                                             \
      const ts_mem_##t mean = (ts_mem_##t)((double)rough + shift), scale = (ts_mem_##t)(1 / sqrt((rest < 0 ? 0 : rest) + eps));     \
      ((ts_mem_##t *)means)[r] = mean;                                                                                              \
      ((ts_mem_##t *)rstds)[r] = scale;                                                                                             \
      if (w && b) TS_DENSE_LOOP for (int64_t k = 0; k < n; k++) out[k] = (x[k] - mean) * scale * w[k] + b[k];                       \
      else if (w) TS_DENSE_LOOP for (int64_t k = 0; k < n; k++) out[k] = (x[k] - mean) * scale * w[k];                              \
      else if (b) TS_DENSE_LOOP for (int64_t k = 0; k < n; k++) out[k] = (x[k] - mean) * scale + b[k];                              \
      else TS_DENSE_LOOP for (int64_t k = 0; k < n; k++) out[k] = (x[k] - mean) * scale;                                            \
    }                                                                                                                               \
  }                                                                                                                                 \
  static void back_##t(const void *grad, const void *of, const void *weight, const void *means, const void *rstds, void *to,        \
                       double *sums, void *room, int64_t rows, int64_t n) {                                                         \
    const ts_mem_##t *g = grad, *x = of, *w = weight;                                                                               \
    ts_mem_##t *dx = to, *along = room, *plain = along + n;                                                                         \
    for (int64_t from = 0; from < rows; from += ROWS) {                                                                             \
      for (int64_t k = 0; k < 2 * n; k++) along[k] = 0;                                                                             \
      for (int64_t r = from; r < rows && r < from + ROWS; r++, g += n, x += n, dx += n) {                                           \
        const ts_mem_##t mean = ((const ts_mem_##t *)means)[r], scale = ((const ts_mem_##t *)rstds)[r];                             \
        double first = 0, second = 0;                                                                                               \
        for (int64_t i = 0; i < n; i += CHUNK) {                                                                                    \
          if (w) TWO_SUMS(t, i, NEXT(i, n), WEIGHED, ALONG, first, second);                                                         \
          else TWO_SUMS(t, i, NEXT(i, n), GRADIENT, ALONG, first, second);                                                          \
        }                                                                                                                           \
        const double s = (double)scale;                                                                                             \
        const ts_mem_##t of_x = (ts_mem_##t)(-s * s * s * second / (double)n), rest = (ts_mem_##t)(-s * first / (double)n);         \
        if (w) {                                                                                                                    \
          TS_DENSE_LOOP for (int64_t k = 0; k < n; k++) {                                                                           \
            const ts_mem_##t value = g[k], away = x[k] - mean;                                                                      \
            along[k] += value * (away * scale);                                                                                     \
            plain[k] += value;                                                                                                      \
            dx[k] = value * w[k] * scale + away * of_x + rest;                                                                      \
          }                                                                                                                         \
        } else {                                                                                                                    \
          TS_DENSE_LOOP for (int64_t k = 0; k < n; k++) {                                                                           \
            const ts_mem_##t value = g[k], away = x[k] - mean;                                                                      \
            along[k] += value * (away * scale);                                                                                     \
            plain[k] += value;                                                                                                      \
            dx[k] = value * scale + away * of_x + rest;                                                                             \
          }                                                                                                                         \
        }                                                                                                                           \
      }                                                                                                                             \
      TS_DENSE_LOOP for (int64_t k = 0; k < 2 * n; k++) sums[k] += (double)along[k];                                                \
    }                                                                                                                               \
  }
TS_FLOATS2(ALL)

TS_FILL(norm_rows) {
#define SET(t, d)                     \
  table->norm_rows[d] = forward_##t;  \
  table->norm_rows_back[d] = back_##t;
  TS_FLOATS2(SET)
}
