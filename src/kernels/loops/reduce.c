/* Sums. Sixteen lanes whatever the instruction set, so that every build adds in the same order; lanes are emptied into a
   wider accumulator every BLOCK rows, so that no float32 chain is long. */
#include "loops.h"

enum { LANES = 16, BLOCK = 512, COLS = 512, ROWS = 64 };

#define SUM(t, acc_t, lane_t)                                                                                          \
  static void sum_##t(void *accumulators, const char *in, int64_t n, int64_t step, int64_t cols, int64_t col_step) {   \
    acc_t *acc = accumulators;                                                                                         \
    if (cols == 1 && step == sizeof(ts_mem_##t)) {                                                                     \
      const ts_mem_##t *p = (const ts_mem_##t *)in;                                                                    \
      acc_t total = 0;                                                                                                 \
      int64_t i = 0;                                                                                                   \
      while (n - i >= LANES) {                                                                                         \
        lane_t lane[LANES] = {0};                                                                                      \
        int64_t rows = (n - i) / LANES;                                                                                \
        if (rows > BLOCK / 4) rows = BLOCK / 4;                                                                        \
        for (int64_t r = 0; r < rows; r++, i += LANES)                                                                 \
          for (int k = 0; k < LANES; k++) lane[k] += (lane_t)TS_LOAD_##t(p[i + k]);                                    \
        acc_t part = 0;                                                                                                \
        for (int k = 0; k < LANES; k++) part += (acc_t)lane[k];                                                        \
        total += part;                                                                                                 \
      }                                                                                                                \
      for (; i < n; i++) total += (acc_t)TS_LOAD_##t(p[i]);                                                            \
      *acc += total;                                                                                                   \
      return;                                                                                                          \
    }                                                                                                                  \
    if (cols > 1 && col_step == sizeof(ts_mem_##t)) {                                                                  \
      lane_t lane[COLS];                                                                                               \
      for (int64_t c = 0; c < cols; c += COLS) {                                                                       \
        int64_t width = cols - c < COLS ? cols - c : COLS;                                                             \
        for (int64_t r = 0; r < n; r += ROWS) {                                                                        \
          int64_t rows = n - r < ROWS ? n - r : ROWS;                                                                  \
          for (int64_t k = 0; k < width; k++) lane[k] = 0;                                                             \
          for (int64_t i = 0; i < rows; i++) {                                                                         \
            const ts_mem_##t *p = (const ts_mem_##t *)(in + (r + i) * step) + c;                                       \
            for (int64_t k = 0; k < width; k++) lane[k] += (lane_t)TS_LOAD_##t(p[k]);                                  \
          }                                                                                                            \
          for (int64_t k = 0; k < width; k++) acc[c + k] += (acc_t)lane[k];                                            \
        }                                                                                                              \
      }                                                                                                                \
      return;                                                                                                          \
    }                                                                                                                  \
    for (int64_t i = 0; i < n; i++)                                                                                    \
      for (int64_t c = 0; c < cols; c++) acc[c] += (acc_t)TS_LOAD_##t(*(const ts_mem_##t *)(in + i * step + c * col_step)); \
  }

SUM(b8, int64_t, int64_t)
SUM(u8, int64_t, int64_t)
SUM(i8, int64_t, int64_t)
SUM(i16, int64_t, int64_t)
SUM(i32, int64_t, int64_t)
SUM(i64, int64_t, int64_t)
SUM(f16, double, float)
SUM(bf16, double, float)
SUM(f32, double, float)
SUM(f64, double, double)

TS_FILL(reduce) {
#define SET(t, d) table->sum[d] = sum_##t;
  TS_REAL_TYPES(SET)
#undef SET
}
