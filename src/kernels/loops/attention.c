/* Loops of attention. See attention.h. */
#include "../../core/vmath.h"
#include "../attention.h"
#include "loops.h"

enum { LANES = 16 };
#define LEAST(t) (-(ts_mem_##t)INFINITY)

#define ALL(t, d)                                                                                                    \
  static void step_##t(void *scores, int64_t rows, int64_t cols, void *maxima, void *sums, void *out, int64_t width, int64_t ld) { \
    ts_mem_##t *s = scores, *m = maxima, *l = sums, *o = out;                                                        \
    const ts_mem_##t least = VM_EXP_LEAST;                                                                           \
    for (int64_t r = 0; r < rows; r++, s += cols, o += ld) {                                                         \
      ts_mem_##t lane[LANES], top = m[r], sum = 0;                                                                   \
      int64_t k = 0, even = cols - cols % LANES;                                                                     \
      for (int i = 0; i < LANES; i++) lane[i] = top;                                                                 \
      for (; k < even; k += LANES)                                                                                   \
        for (int i = 0; i < LANES; i++) lane[i] = s[k + i] > lane[i] ? s[k + i] : lane[i];                           \
      for (int i = 0; i < LANES; i++) top = lane[i] > top ? lane[i] : top;                                           \
      for (; k < cols; k++) top = s[k] > top ? s[k] : top;                                                           \
      const ts_mem_##t shift = top == LEAST(t) ? 0 : top;                                                            \
      TS_DENSE_LOOP for (int64_t j = 0; j < cols; j++) s[j] = TS_VM_##t(exp_down)(s[j] - shift, least);              \
      for (int i = 0; i < LANES; i++) lane[i] = 0;                                                                   \
      for (k = 0; k < even; k += LANES)                                                                              \
        for (int i = 0; i < LANES; i++) lane[i] += s[k + i];                                                         \
      for (; k < cols; k++) sum += s[k];                                                                             \
      for (int i = 0; i < LANES; i++) sum += lane[i];                                                                \
      if (top != m[r] && l[r] != 0) {                                                                                \
        const ts_mem_##t factor = TS_VM_##t(exp)(m[r] - shift);                                                      \
        l[r] *= factor;                                                                                              \
        TS_DENSE_LOOP for (int64_t j = 0; j < width; j++) o[j] *= factor;                                            \
      }                                                                                                              \
      m[r] = top;                                                                                                    \
      l[r] += sum;                                                                                                   \
    }                                                                                                                \
  }                                                                                                                  \
  static void back_##t(void *scores, void *gradients, int64_t rows, int64_t cols, const void *maxima, const void *inverses, const void *delta) { \
    ts_mem_##t *s = scores, *dp = gradients;                                                                         \
    const ts_mem_##t least = VM_EXP_LEAST;                                                                           \
    for (int64_t r = 0; r < rows; r++, s += cols, dp += cols) {                                                      \
      const ts_mem_##t shift = ((const ts_mem_##t *)maxima)[r], factor = ((const ts_mem_##t *)inverses)[r];            \
      TS_DENSE_LOOP for (int64_t j = 0; j < cols; j++) s[j] = TS_VM_##t(exp_down)(s[j] - shift, least) * factor;     \
      ts_mem_##t off = 0;                                                                                            \
      if (delta) {                                                                                                   \
        off = ((const ts_mem_##t *)delta)[r];                                                                        \
      } else {                                                                                                       \
        double lane[LANES] = {0};                                                                                    \
        int64_t j = 0, even = cols - cols % LANES;                                                                   \
        for (; j < even; j += LANES)                                                                                 \
          for (int i = 0; i < LANES; i++) lane[i] += (double)s[j + i] * (double)dp[j + i];                           \
        for (; j < cols; j++) lane[j - even] += (double)s[j] * (double)dp[j];                                        \
        for (int i = 1; i < LANES; i++) lane[0] += lane[i];                                                          \
        off = (ts_mem_##t)lane[0];                                                                                   \
      }                                                                                                              \
      TS_DENSE_LOOP for (int64_t j = 0; j < cols; j++) dp[j] = s[j] * (dp[j] - off);                                 \
    }                                                                                                                \
  }
TS_FLOATS2(ALL)

TS_FILL(attention) {
#define SET(t, d)                   \
  table->attention[d] = step_##t;   \
  table->attention_back[d] = back_##t;
  TS_FLOATS2(SET)
}
