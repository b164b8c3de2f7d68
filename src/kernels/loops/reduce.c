/* Reductions to one word. Sixteen lanes whatever the instruction set, so that every build adds in the same order; lanes are
   emptied into a wider accumulator every BLOCK elements, so that no float32 chain is long. */
#include <math.h>
#include "loops.h"

enum { FEW = 16, PRODUCT = 32, BLOCK = 128, COLS = 4096, ROWS = 64 };
/* Extremes are exact, so that any number of lanes will do: enough to hide how long one comparison takes. */
#ifdef TS_SMALL
enum { MANY = 32 };
#else
enum { MANY = 128 };
#endif

/* LANES side by side; ZERO starts a lane of type lane_t, STEP(l, x) takes an element into it, FOLD(a, l) a lane into the accumulator;
   lanes are folded as part_t. */
#define REDUCE(name, t, LANES, acc_t, part_t, lane_t, ZERO, STEP, FOLD)                                                              \
  static void name##_##t(void *accumulators, const char *in, int64_t n, int64_t step, int64_t cols) {                  \
    acc_t *acc = accumulators;                                                                                         \
    if (cols == 1) {                                                                                                   \
      const ts_mem_##t *p = (const ts_mem_##t *)in;                                                                    \
      acc_t total = *acc;                                                                                              \
      int64_t i = 0;                                                                                                   \
      while (n - i >= LANES) {                                                                                         \
        lane_t lane[LANES];                                                                                            \
        for (int k = 0; k < LANES; k++) lane[k] = ZERO;                                                                \
        int64_t rows = (n - i) / LANES;                                                                                \
        if (rows > BLOCK) rows = BLOCK;                                                                                \
        for (int64_t r = 0; r < rows; r++, i += LANES)                                                                 \
          for (int k = 0; k < LANES; k++) lane[k] = STEP(lane[k], TS_LOAD_##t(p[i + k]));                              \
        part_t part[LANES];                                                                                            \
        for (int k = 0; k < LANES; k++) part[k] = (part_t)lane[k];                                                     \
        for (int half = LANES / 2; half > 0; half /= 2)                                                                \
          for (int k = 0; k < half; k++) part[k] = FOLD(part[k], part[k + half]);                                      \
        total = FOLD(total, (acc_t)part[0]);                                                                            \
      }                                                                                                                \
      for (; i < n; i++) total = FOLD(total, (acc_t)STEP(ZERO, TS_LOAD_##t(p[i])));                                    \
      *acc = total;                                                                                                    \
      return;                                                                                                          \
    }                                                                                                                  \
    lane_t lane[COLS];                                                                                                 \
    for (int64_t c = 0; c < cols; c += COLS) {                                                                         \
      int64_t width = cols - c < COLS ? cols - c : COLS;                                                               \
      for (int64_t r = 0; r < n; r += ROWS) {                                                                          \
        int64_t rows = n - r < ROWS ? n - r : ROWS;                                                                    \
        for (int64_t k = 0; k < width; k++) lane[k] = ZERO;                                                            \
        int64_t i = 0;                                                                                                 \
        for (; i + 4 <= rows; i += 4) {                                                                                \
          const ts_mem_##t *p = (const ts_mem_##t *)(in + (r + i) * step) + c, *q = (const ts_mem_##t *)((const char *)p + step); \
          const ts_mem_##t *u = (const ts_mem_##t *)((const char *)q + step), *v = (const ts_mem_##t *)((const char *)u + step); \
          TS_DENSE_LOOP for (int64_t k = 0; k < width; k++) {                                                          \
            const lane_t one = STEP(lane[k], TS_LOAD_##t(p[k])), two = STEP(one, TS_LOAD_##t(q[k]));                   \
            const lane_t three = STEP(two, TS_LOAD_##t(u[k]));                                                         \
            lane[k] = STEP(three, TS_LOAD_##t(v[k]));                                                                  \
          }                                                                                                            \
        }                                                                                                              \
        for (; i < rows; i++) {                                                                                        \
          const ts_mem_##t *p = (const ts_mem_##t *)(in + (r + i) * step) + c;                                         \
          TS_DENSE_LOOP for (int64_t k = 0; k < width; k++) lane[k] = STEP(lane[k], TS_LOAD_##t(p[k]));                \
        }                                                                                                              \
        TS_DENSE_LOOP for (int64_t k = 0; k < width; k++) acc[c + k] = FOLD(acc[c + k], (acc_t)lane[k]);               \
      }                                                                                                                \
    }                                                                                                                  \
  }

#define PLUS(a, x) ((a) + (x))
#define TIMES(a, x) ((a) * (x))
#define PLUS_SQUARE(a, x) ((a) + (double)(x) * (double)(x))
#define MAX(a, x) ((x) > (a) || (x) != (x) ? (x) : (a))
#define MIN(a, x) ((x) < (a) || (x) != (x) ? (x) : (a))
/* Whole numbers wrap. */
#define PLUS_WHOLE(a, x) ((int64_t)((uint64_t)(a) + (uint64_t)(int64_t)(x)))
#define TIMES_WHOLE(a, x) ((int64_t)((uint64_t)(a) * (uint64_t)(x)))

/* Bytes hold the counts of a block. */
#define PLUS_BOOL(a, x) ((uint8_t)((a) + (x)))
REDUCE(sum, b8, MANY, int64_t, int64_t, uint8_t, 0, PLUS_BOOL, PLUS_WHOLE)
REDUCE(sum, i64, FEW, int64_t, int64_t, int64_t, 0, PLUS_WHOLE, PLUS_WHOLE)
REDUCE(sum, f32, FEW, double, double, float, 0, PLUS, PLUS)
REDUCE(sum, f64, FEW, double, double, double, 0, PLUS, PLUS)

REDUCE(prod, f32, PRODUCT, double, double, double, 1, TIMES, TIMES)
REDUCE(prod, f64, PRODUCT, double, double, double, 1, TIMES, TIMES)
REDUCE(prod, i64, FEW, int64_t, int64_t, int64_t, 1, TIMES_WHOLE, TIMES_WHOLE)
REDUCE(max, f32, MANY, double, float, float, -INFINITY, MAX, MAX)
REDUCE(max, f64, MANY, double, double, double, -INFINITY, MAX, MAX)
REDUCE(max, i64, MANY, int64_t, int64_t, int64_t, INT64_MIN, MAX, MAX)
REDUCE(min, f32, MANY, double, float, float, INFINITY, MIN, MIN)
REDUCE(min, f64, MANY, double, double, double, INFINITY, MIN, MIN)
REDUCE(min, i64, MANY, int64_t, int64_t, int64_t, INT64_MAX, MIN, MIN)
REDUCE(square, f32, FEW, double, double, double, 0, PLUS_SQUARE, PLUS)
REDUCE(square, f64, FEW, double, double, double, 0, PLUS_SQUARE, PLUS)

enum { WIDE = 16 };
/* Sums of complex numbers are those of twice as many columns; elements side by side count as rows of eight. */
#define SUM_COMPLEX(c, t)                                                                                              \
  static void sum_##c(void *accumulators, const char *in, int64_t n, int64_t step, int64_t cols) {                     \
    if (cols > 1) {                                                                                                    \
      sum_##t(accumulators, in, n, step, 2 * cols);                                                                    \
      return;                                                                                                          \
    }                                                                                                                  \
    const ts_mem_##c *p = (const ts_mem_##c *)in;                                                                      \
    double part[WIDE] = {0}, *acc = accumulators;                                                                     \
    const int64_t rows = n / (WIDE / 2);                                                                              \
    if (rows) sum_##t(part, in, rows, WIDE / 2 * (int64_t)sizeof *p, WIDE);                                          \
    for (int k = 2; k < WIDE; k++) part[k & 1] += part[k];                                                            \
    for (int64_t i = rows * (WIDE / 2); i < n; i++) part[0] += p[i].re, part[1] += p[i].im;                           \
    acc[0] += part[0];                                                                                                 \
    acc[1] += part[1];                                                                                                 \
  }
SUM_COMPLEX(c64, f32)
SUM_COMPLEX(c128, f64)

TS_FILL(reduce) {
  table->reduce[TS_RED_SUM][TS_COMPLEX64] = sum_c64;
  table->reduce[TS_RED_SUM][TS_COMPLEX128] = sum_c128;
  table->reduce[TS_RED_SUM][TS_BOOL] = sum_b8;
#define SET_FLOAT(ID, name)                           \
  table->reduce[TS_RED_##ID][TS_FLOAT32] = name##_f32; \
  table->reduce[TS_RED_##ID][TS_FLOAT64] = name##_f64;
#define SET_ALL(ID, name) \
  SET_FLOAT(ID, name)     \
  table->reduce[TS_RED_##ID][TS_INT64] = name##_i64;
  SET_ALL(SUM, sum)
  SET_ALL(PROD, prod)
  SET_ALL(MAX, max)
  SET_ALL(MIN, min)
  SET_FLOAT(SQUARE, square)
}
