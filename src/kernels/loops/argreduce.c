/* Where the largest or smallest element stands: the first NaN if there is one, else the first of the best. Accumulators are
   three words: value, index, elements seen. */
#include <math.h>
#include "loops.h"

#ifdef TS_SMALL
enum { LANES = 16 };
#else
enum { LANES = 32 }; /* enough to hide how long one comparison takes */
#endif
enum { CHUNK = 2048, COLS = 256, ROWS = 64 };

#define MAX(a, x) ((x) > (a) || (x) != (x) ? (x) : (a))
#define MIN(a, x) ((x) < (a) || (x) != (x) ? (x) : (a))
#define ABOVE(x, a) ((a) == (a) && ((x) > (a) || (x) != (x)))
#define BELOW(x, a) ((a) == (a) && ((x) < (a) || (x) != (x)))

/* F is the member of the first word; START loses against everything. */
#define ARG(name, t, F, START, PICK, BETTER)                                                                           \
  static void name##_##t(void *accumulators, const char *in, int64_t n, int64_t step, int64_t cols) {                  \
    ts_word *acc = accumulators;                                                                                       \
    if (cols == 1) {                                                                                                   \
      const ts_mem_##t *p = (const ts_mem_##t *)in;                                                                    \
      for (int64_t i = 0; i < n; i += CHUNK) {                                                                         \
        const int64_t length = n - i < CHUNK ? n - i : CHUNK;                                                          \
        ts_val_##t lane[LANES], best = START, held = (ts_val_##t)acc[0].F;                                             \
        int64_t j = 0;                                                                                                 \
        for (int k = 0; k < LANES; k++) lane[k] = START;                                                               \
        for (; j + LANES <= length; j += LANES)                                                                        \
          for (int k = 0; k < LANES; k++) lane[k] = PICK(lane[k], p[i + j + k]);                                       \
        for (; j < length; j++) best = PICK(best, p[i + j]);                                                           \
        for (int half = LANES / 2; half > 0; half /= 2)                                                                \
          for (int k = 0; k < half; k++) lane[k] = PICK(lane[k], lane[k + half]);                                      \
        best = PICK(best, lane[0]);                                                                                    \
        if (!BETTER(best, held)) continue;                                                                             \
        for (j = 0; j + 16 <= length; j += 16) {                                                                       \
          int found = 0;                                                                                               \
          for (int k = 0; k < 16; k++) found |= (p[i + j + k] == best) | (p[i + j + k] != p[i + j + k]);               \
          if (found) break;                                                                                            \
        }                                                                                                              \
        for (; p[i + j] != best && p[i + j] == p[i + j];) j++;                                                    \
        acc[0].F = best;                                                                                               \
        acc[1].i = acc[2].i + i + j;                                                                                   \
      }                                                                                                                \
      acc[2].i += n;                                                                                                   \
      return;                                                                                                          \
    }                                                                                                                  \
    for (int64_t c = 0; c < cols; c += COLS) {                                                                         \
      const int64_t width = cols - c < COLS ? cols - c : COLS;                                                         \
      ts_val_##t best[COLS];                                                                                           \
      int32_t where[COLS];                                                                                             \
      for (int64_t r = 0; r < n; r += ROWS) {                                                                          \
        const int64_t rows = n - r < ROWS ? n - r : ROWS;                                                              \
        for (int64_t k = 0; k < width; k++) {                                                                          \
          best[k] = (ts_val_##t)acc[3 * (c + k)].F;                                                                    \
          where[k] = -1;                                                                                               \
        }                                                                                                              \
        for (int32_t i = 0; i < rows; i++) {                                                                           \
          const ts_mem_##t *p = (const ts_mem_##t *)(in + (r + i) * step) + c;                                         \
          TS_DENSE_LOOP for (int64_t k = 0; k < width; k++) {                                                          \
            const bool better = BETTER(p[k], best[k]);                                                                 \
            best[k] = better ? p[k] : best[k];                                                                         \
            where[k] = better ? i : where[k];                                                                          \
          }                                                                                                            \
        }                                                                                                              \
        for (int64_t k = 0; k < width; k++) {                                                                          \
          ts_word *a = acc + 3 * (c + k);                                                                              \
          if (where[k] >= 0) {                                                                                         \
            a[0].F = best[k];                                                                                          \
            a[1].i = a[2].i + where[k];                                                                                \
          }                                                                                                            \
          a[2].i += rows;                                                                                              \
        }                                                                                                              \
      }                                                                                                                \
    }                                                                                                                  \
  }

ARG(argmax, f32, f, -INFINITY, MAX, ABOVE)
ARG(argmax, f64, f, -INFINITY, MAX, ABOVE)
ARG(argmax, i64, i, INT64_MIN, MAX, ABOVE)
ARG(argmin, f32, f, INFINITY, MIN, BELOW)
ARG(argmin, f64, f, INFINITY, MIN, BELOW)
ARG(argmin, i64, i, INT64_MAX, MIN, BELOW)

TS_FILL(argreduce) {
#define SET(ID, name)                                  \
  table->reduce[TS_RED_##ID][TS_FLOAT32] = name##_f32; \
  table->reduce[TS_RED_##ID][TS_FLOAT64] = name##_f64; \
  table->reduce[TS_RED_##ID][TS_INT64] = name##_i64;
  SET(ARGMAX, argmax)
  SET(ARGMIN, argmin)
}
