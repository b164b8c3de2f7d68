/* What normalisations are made of: moments, the pass over the elements, the sums and the pass of the backward. Sums run in
   double, in lanes or columns whose order is the same in every build. */
#include "loops.h"

enum { LANES = 16, CHUNK = 2048, COLS = 256, ROWS = 32 };

/* Takes n elements with mean m and sum of squared differences s into {count, mean, sum of squared differences} (Chan). */
static inline void join(ts_word *acc, double n, double m, double s) {
  const double had = acc[0].f, total = had + n, delta = m - acc[1].f;
  acc[1].f = had == 0 ? m : acc[1].f + delta * (n / total);
  acc[2].f = had == 0 ? s : acc[2].f + s + delta * delta * (had * n / total);
  acc[0].f = total;
}

#define MOMENTS(t)                                                                                                     \
  static void moments_of_##t(ts_word *acc, const ts_mem_##t *p, int64_t n) {                                           \
    for (int64_t i = 0; i < n; i += CHUNK) {                                                                           \
      const int64_t length = n - i < CHUNK ? n - i : CHUNK, even = length - length % LANES;                            \
      double lane[LANES] = {0}, sum = 0, squares = 0;                                                                  \
      for (int64_t j = 0; j < even; j += LANES)                                                                        \
        for (int k = 0; k < LANES; k++) lane[k] += (double)p[i + j + k];                                               \
      for (int64_t j = even; j < length; j++) sum += (double)p[i + j];                                                 \
      for (int k = 0; k < LANES; k++) sum += lane[k];                                                                  \
      const double mean = sum / (double)length;                                                                        \
      for (int k = 0; k < LANES; k++) lane[k] = 0;                                                                     \
      for (int64_t j = 0; j < even; j += LANES)                                                                        \
        for (int k = 0; k < LANES; k++) lane[k] += ((double)p[i + j + k] - mean) * ((double)p[i + j + k] - mean);      \
      for (int64_t j = even; j < length; j++) squares += ((double)p[i + j] - mean) * ((double)p[i + j] - mean);        \
      for (int k = 0; k < LANES; k++) squares += lane[k];                                                              \
      join(acc, (double)length, mean, squares);                                                                        \
    }                                                                                                                  \
  }                                                                                                                    \
  static void moments_##t(void *accumulators, const char *in, int64_t n, int64_t step, int64_t cols) {                \
    ts_word *acc = accumulators;                                                                                       \
    if (cols == 1) {                                                                                                   \
      moments_of_##t(acc, (const ts_mem_##t *)in, n);                                                                  \
      return;                                                                                                          \
    }                                                                                                                  \
    double mean[COLS], squares[COLS];                                                                                  \
    for (int64_t c = 0; c < cols; c += COLS) {                                                                         \
      const int64_t width = cols - c < COLS ? cols - c : COLS;                                                         \
      for (int64_t r = 0; r < n; r += ROWS) {                                                                          \
        const int64_t rows = n - r < ROWS ? n - r : ROWS;                                                              \
        for (int64_t k = 0; k < width; k++) mean[k] = squares[k] = 0;                                                  \
        for (int64_t i = 0; i < rows; i++) {                                                                           \
          const ts_mem_##t *p = (const ts_mem_##t *)(in + (r + i) * step) + c;                                         \
          TS_DENSE_LOOP for (int64_t k = 0; k < width; k++) mean[k] += (double)p[k];                                   \
        }                                                                                                              \
        for (int64_t k = 0; k < width; k++) mean[k] /= (double)rows;                                                   \
        for (int64_t i = 0; i < rows; i++) {                                                                           \
          const ts_mem_##t *p = (const ts_mem_##t *)(in + (r + i) * step) + c;                                         \
          TS_DENSE_LOOP for (int64_t k = 0; k < width; k++)                                                            \
            squares[k] += ((double)p[k] - mean[k]) * ((double)p[k] - mean[k]);                                         \
        }                                                                                                              \
        for (int64_t k = 0; k < width; k++) join(acc + 3 * (c + k), (double)rows, mean[k], squares[k]);                \
      }                                                                                                                \
    }                                                                                                                  \
  }

/* out = (x - mean) * scale * w + b over operands out, x, mean, scale, w, b. */
#define APPLY(t)                                                                                                       \
  static void apply_##t(char *const *p, const int64_t *s, int64_t n, const void *params) {                             \
    (void)params;                                                                                                      \
    enum { SIZE = sizeof(ts_mem_##t) };                                                                                \
    ts_mem_##t *out = (ts_mem_##t *)p[0];                                                                              \
    const ts_mem_##t *x = (const ts_mem_##t *)p[1], *w = (const ts_mem_##t *)p[4], *b = (const ts_mem_##t *)p[5];      \
    const ts_mem_##t *m = (const ts_mem_##t *)p[2], *r = (const ts_mem_##t *)p[3];                                     \
    if (s[0] == SIZE && s[1] == SIZE && s[2] == 0 && s[3] == 0 && s[4] == 0 && s[5] == 0) {                            \
      const ts_mem_##t mean = *m, scale = *r, weight = *w, bias = *b;                                                  \
      TS_DENSE_LOOP for (int64_t k = 0; k < n; k++) out[k] = (x[k] - mean) * scale * weight + bias;                         \
    } else if (s[0] == SIZE && s[1] == SIZE && s[2] == 0 && s[3] == 0 && s[4] == SIZE && s[5] == SIZE) {               \
      const ts_mem_##t mean = *m, scale = *r;                                                                          \
      TS_DENSE_LOOP for (int64_t k = 0; k < n; k++) out[k] = (x[k] - mean) * scale * w[k] + b[k];                           \
    } else if (s[0] == SIZE && s[1] == SIZE && s[2] == SIZE && s[3] == SIZE && s[4] == SIZE && s[5] == SIZE) {         \
      TS_DENSE_LOOP for (int64_t k = 0; k < n; k++) out[k] = (x[k] - m[k]) * r[k] * w[k] + b[k];                            \
    } else {                                                                                                           \
      for (int64_t k = 0; k < n; k++)                                                                                  \
        *(ts_mem_##t *)(p[0] + k * s[0]) =                                                                             \
            (*(const ts_mem_##t *)(p[1] + k * s[1]) - *(const ts_mem_##t *)(p[2] + k * s[2])) *                        \
                *(const ts_mem_##t *)(p[3] + k * s[3]) * *(const ts_mem_##t *)(p[4] + k * s[4]) +                      \
            *(const ts_mem_##t *)(p[5] + k * s[5]);                                                                    \
    }                                                                                                                  \
  }

/* out = g * w * scale + (x - mean) * b + c over operands out, g, x, w, scale, mean, b, c. */
#define BACK(t)                                                                                                        \
  static void back_##t(char *const *p, const int64_t *s, int64_t n, const void *params) {                              \
    (void)params;                                                                                                      \
    enum { SIZE = sizeof(ts_mem_##t) };                                                                                \
    ts_mem_##t *out = (ts_mem_##t *)p[0];                                                                              \
    const ts_mem_##t *g = (const ts_mem_##t *)p[1], *x = (const ts_mem_##t *)p[2], *w = (const ts_mem_##t *)p[3];      \
    const ts_mem_##t *r = (const ts_mem_##t *)p[4], *m = (const ts_mem_##t *)p[5];                                     \
    const ts_mem_##t *b = (const ts_mem_##t *)p[6], *c = (const ts_mem_##t *)p[7];                                     \
    const bool dense = s[0] == SIZE && s[1] == SIZE && s[2] == SIZE;                                                   \
    if (dense && s[4] == 0 && s[5] == 0 && s[6] == 0 && s[7] == 0 && (s[3] == 0 || s[3] == SIZE)) {                    \
      const ts_mem_##t scale = *r, mean = *m, of_x = *b, rest = *c;                                                    \
      if (s[3] == 0) {                                                                                                 \
        const ts_mem_##t of_g = *w * scale;                                                                            \
        TS_DENSE_LOOP for (int64_t k = 0; k < n; k++) out[k] = g[k] * of_g + (x[k] - mean) * of_x + rest;                   \
      } else {                                                                                                         \
        TS_DENSE_LOOP for (int64_t k = 0; k < n; k++) out[k] = g[k] * w[k] * scale + (x[k] - mean) * of_x + rest;           \
      }                                                                                                                \
    } else if (dense && s[3] == SIZE && s[4] == SIZE && s[5] == SIZE && s[6] == SIZE && s[7] == SIZE) {                \
      TS_DENSE_LOOP for (int64_t k = 0; k < n; k++) out[k] = g[k] * (w[k] * r[k]) + (x[k] - m[k]) * b[k] + c[k];            \
    } else {                                                                                                           \
      for (int64_t k = 0; k < n; k++) {                                                                                \
        ts_mem_##t v[8];                                                                                               \
        for (int i = 1; i < 8; i++) v[i] = *(const ts_mem_##t *)(p[i] + k * s[i]);                                     \
        *(ts_mem_##t *)(p[0] + k * s[0]) = v[1] * (v[3] * v[4]) + (v[2] - v[5]) * v[6] + v[7];                         \
      }                                                                                                                \
    }                                                                                                                  \
  }

/* Double accumulators first and second take in g * w and g * w * (x - mean): operands first, second, g, x, mean, w. */
#define SUMS(t)                                                                                                        \
  static void sums_##t(char *const *p, const int64_t *s, int64_t n, const void *params) {                              \
    (void)params;                                                                                                      \
    enum { SIZE = sizeof(ts_mem_##t) };                                                                                \
    double *first = (double *)p[0], *second = (double *)p[1];                                                          \
    const ts_mem_##t *g = (const ts_mem_##t *)p[2], *x = (const ts_mem_##t *)p[3];                                     \
    const ts_mem_##t *m = (const ts_mem_##t *)p[4], *w = (const ts_mem_##t *)p[5];                                     \
    const bool dense = s[2] == SIZE && s[3] == SIZE;                                                                   \
    if (dense && s[0] == 0 && s[1] == 0 && s[4] == 0 && (s[5] == 0 || s[5] == SIZE)) {                                 \
      const double mean = (double)*m, weight = (double)*w;                                                             \
      const int64_t even = n - n % LANES;                                                                              \
      double lane[2][LANES] = {{0}};                                                                                   \
      if (s[5] == 0) {                                                                                                 \
        for (int64_t j = 0; j < even; j += LANES) {                                                                    \
          for (int k = 0; k < LANES; k++) lane[0][k] += (double)g[j + k];                                              \
          for (int k = 0; k < LANES; k++) lane[1][k] += (double)g[j + k] * ((double)x[j + k] - mean);                  \
        }                                                                                                              \
        for (int64_t j = even; j < n; j++) {                                                                           \
          lane[0][j - even] += (double)g[j];                                                                           \
          lane[1][j - even] += (double)g[j] * ((double)x[j] - mean);                                                   \
        }                                                                                                              \
      } else {                                                                                                         \
        for (int64_t j = 0; j < even; j += LANES) {                                                                    \
          for (int k = 0; k < LANES; k++) lane[0][k] += (double)g[j + k] * (double)w[j + k];                           \
          for (int k = 0; k < LANES; k++)                                                                              \
            lane[1][k] += (double)g[j + k] * (double)w[j + k] * ((double)x[j + k] - mean);                             \
        }                                                                                                              \
        for (int64_t j = even; j < n; j++) {                                                                           \
          lane[0][j - even] += (double)g[j] * (double)w[j];                                                            \
          lane[1][j - even] += (double)g[j] * (double)w[j] * ((double)x[j] - mean);                                    \
        }                                                                                                              \
      }                                                                                                                \
      double total[2] = {0, 0};                                                                                        \
      for (int k = 0; k < LANES; k++) {                                                                                \
        total[0] += lane[0][k];                                                                                        \
        total[1] += lane[1][k];                                                                                        \
      }                                                                                                                \
      const double factor = s[5] == 0 ? weight : 1;                                                                    \
      *first += total[0] * factor;                                                                                     \
      *second += total[1] * factor;                                                                                    \
      return;                                                                                                          \
    }                                                                                                                  \
    if (dense && s[0] == 8 && s[1] == 8 && s[5] == 0 && (s[4] == 0 || s[4] == SIZE)) {                                 \
      const double weight = (double)*w, mean = (double)*m;                                                             \
      if (s[4] == 0) {                                                                                                 \
        TS_DENSE_LOOP for (int64_t k = 0; k < n; k++) {                                                                     \
          const double v = (double)g[k] * weight;                                                                      \
          first[k] += v;                                                                                               \
          second[k] += v * ((double)x[k] - mean);                                                                      \
        }                                                                                                              \
      } else {                                                                                                         \
        TS_DENSE_LOOP for (int64_t k = 0; k < n; k++) {                                                                     \
          const double v = (double)g[k] * weight;                                                                      \
          first[k] += v;                                                                                               \
          second[k] += v * ((double)x[k] - (double)m[k]);                                                              \
        }                                                                                                              \
      }                                                                                                                \
      return;                                                                                                          \
    }                                                                                                                  \
    for (int64_t k = 0; k < n; k++) {                                                                                  \
      const double v = (double)*(const ts_mem_##t *)(p[2] + k * s[2]) * (double)*(const ts_mem_##t *)(p[5] + k * s[5]); \
      const double mean = (double)*(const ts_mem_##t *)(p[4] + k * s[4]);                                              \
      *(double *)(p[0] + k * s[0]) += v;                                                                               \
      *(double *)(p[1] + k * s[1]) += v * ((double)*(const ts_mem_##t *)(p[3] + k * s[3]) - mean);                     \
    }                                                                                                                  \
  }

#define ALL(t) MOMENTS(t) APPLY(t) BACK(t) SUMS(t)
ALL(f32)
ALL(f64)

TS_FILL(norm) {
#define SET(t, d)                                   \
  table->reduce[TS_RED_MOMENTS][d] = moments_##t;   \
  table->norm_apply[d] = apply_##t;                 \
  table->norm_back[d] = back_##t;                   \
  table->norm_sums[d] = sums_##t;
  SET(f32, TS_FLOAT32)
  SET(f64, TS_FLOAT64)
}
