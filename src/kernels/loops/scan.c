/* Running sums, products, recurrences and extremes along the middle dim of contiguous (outer, n, inner). */
#include <math.h>
#include "../../core/vmath_complex.h"
#include "../scan.h"
#include "loops.h"

enum { COLS = 64, ROWS = 8 };

/* Lanes that go down n together, `lane` elements apart: STEP takes element x at place PLACE into acc[k] and gives a result. */
#define DOWN(t, WIDTH, LANE, base, START, ...)                                            \
  for (int64_t k = 0; k < (WIDTH); k++) acc[k] = START;                                   \
  for (int64_t step = 0; step < n; step++) {                                              \
    const int64_t at = (base) + (s->reverse ? n - 1 - step : step) * inner, lane = LANE;  \
    for (int64_t k = 0; k < (WIDTH); k++) {                                               \
      const ts_val_##t x = in[PLACE];                                                     \
      __VA_ARGS__                                                                         \
    }                                                                                     \
  }
#define PLACE (at + k * lane)

/* The last dim is scanned several rows at a time, so that each need not wait for its own last sum. */
#define SCAN(name, t, acc_t, START, STEP)                                                 \
  static void name##_##t(const ts_scan *s, int64_t begin, int64_t end) {                  \
    ts_mem_##t *out = s->out;                                                             \
    const ts_mem_##t *in = s->in, *factor = s->factor;                                    \
    const int64_t n = s->n, inner = s->inner;                                             \
    acc_t acc[COLS];                                                                      \
    (void)factor;                                                                         \
    int64_t o = begin;                                                                    \
    if (inner == 1) {                                                                     \
      for (; o + ROWS <= end; o += ROWS) { DOWN(t, ROWS, n, o * n, START, STEP) }         \
      for (; o < end; o++) { DOWN(t, 1, 1, o * n, START, STEP) }                          \
      return;                                                                             \
    }                                                                                     \
    for (; o < end; o++) {                                                                \
      for (int64_t c = 0; c < inner; c += COLS) {                                         \
        const int64_t width = inner - c < COLS ? inner - c : COLS;                        \
        DOWN(t, width, 1, o * n * inner + c, START, STEP)                                 \
      }                                                                                   \
    }                                                                                     \
  }

#define GIVE(t) out[PLACE] = (ts_mem_##t)acc[k];
#define PLUS acc[k] += x;
#define PLUS_WHOLE acc[k] = (int64_t)((uint64_t)acc[k] + (uint64_t)x);
#define TIMES acc[k] *= x;
#define TIMES_WHOLE acc[k] = (int64_t)((uint64_t)acc[k] * (uint64_t)x);
/* acc = x + factor * acc; backwards the factor is that of the element just left. */
#define RECUR acc[k] = s->reverse ? (step ? x + factor[PLACE + inner] * acc[k] : x) : x + factor[PLACE] * acc[k];
/* log(exp(acc) + exp(x)); the first test keeps infinities. */
#define LOG_ADD                                                                                                        \
  const double low = x < acc[k] ? x : acc[k], high = x < acc[k] ? acc[k] : x;                                          \
  acc[k] = x != x || acc[k] != acc[k] ? x + acc[k] : low == high && low - low != 0 ? low : high + vm_log1p(vm_exp(low - high));
SCAN(sum, f32, double, 0, PLUS GIVE(f32))
SCAN(sum, f64, double, 0, PLUS GIVE(f64))
SCAN(sum, i64, int64_t, 0, PLUS_WHOLE GIVE(i64))
SCAN(prod, f32, double, 1, TIMES GIVE(f32))
SCAN(prod, f64, double, 1, TIMES GIVE(f64))
SCAN(prod, i64, int64_t, 1, TIMES_WHOLE GIVE(i64))
SCAN(recur, f32, double, 0, RECUR GIVE(f32))
SCAN(recur, f64, double, 0, RECUR GIVE(f64))
SCAN(log, f32, double, -INFINITY, LOG_ADD GIVE(f32))
SCAN(log, f64, double, -INFINITY, LOG_ADD GIVE(f64))

#define GIVE_COMPLEX out[PLACE] = acc[k];
SCAN(sum, c128, ts_c128, VM_C(0, 0), acc[k] = vmc_add(acc[k], x); GIVE_COMPLEX)
SCAN(prod, c128, ts_c128, VM_C(1, 0), acc[k] = vmc_mul(acc[k], x); GIVE_COMPLEX)
SCAN(recur, c128, ts_c128, VM_C(0, 0), acc[k] = s->reverse && !step ? x : vmc_add(x, vmc_mul(factor[s->reverse ? PLACE + inner : PLACE], acc[k])); GIVE_COMPLEX)

/* Largest or smallest so far and where it stands: the last of the best, the last NaN. */
#define EXTREME(name, t, BETTER)                                                                                       \
  static void name##_##t(const ts_scan *s, int64_t begin, int64_t end) {                                               \
    const int64_t n = s->n, inner = s->inner;                                                                          \
    for (int64_t o = begin; o < end; o++) {                                                                            \
      const ts_mem_##t *in = (const ts_mem_##t *)s->in + o * n * inner;                                                \
      ts_mem_##t *out = (ts_mem_##t *)s->out + o * n * inner;                                                          \
      int64_t *where = s->where + o * n * inner;                                                                       \
      for (int64_t k = 0; k < inner && n; k++) {                                                                       \
        out[k] = in[k];                                                                                                \
        where[k] = 0;                                                                                                  \
      }                                                                                                                \
      if (inner == 1) {                                                                                                \
        ts_mem_##t best = n ? in[0] : 0;                                                                               \
        int64_t at = 0;                                                                                                \
        for (int64_t i = 0; i < n; i++) {                                                                              \
          const bool better = in[i] != in[i] || (best == best && in[i] BETTER best);                                   \
          best = better ? in[i] : best;                                                                                \
          at = better ? i : at;                                                                                        \
          out[i] = best;                                                                                               \
          where[i] = at;                                                                                               \
        }                                                                                                              \
        continue;                                                                                                      \
      }                                                                                                                \
      for (int64_t i = 1; i < n; i++) {                                                                                \
        for (int64_t k = i * inner; k < (i + 1) * inner; k++) {                                                        \
          const ts_mem_##t x = in[k], best = out[k - inner];                                                           \
          const bool better = x != x || (best == best && x BETTER best);                                               \
          out[k] = better ? x : best;                                                                                  \
          where[k] = better ? i : where[k - inner];                                                                    \
        }                                                                                                              \
      }                                                                                                                \
    }                                                                                                                  \
  }
#define EXTREMES(t) EXTREME(max, t, >=) EXTREME(min, t, <=)
EXTREMES(f32)
EXTREMES(f64)
EXTREMES(i64)

TS_FILL(scan) {
#define SET(ID, name)                              \
  table->scan[TS_SCAN_##ID][TS_FLOAT32] = name##_f32; \
  table->scan[TS_SCAN_##ID][TS_FLOAT64] = name##_f64;
#define SET_ALL(ID, name) \
  SET(ID, name)           \
  table->scan[TS_SCAN_##ID][TS_INT64] = name##_i64;
  SET_ALL(SUM, sum)
  SET_ALL(PROD, prod)
  SET(RECUR, recur)
  SET(LOG, log)
  table->scan[TS_SCAN_SUM][TS_COMPLEX128] = sum_c128;
  table->scan[TS_SCAN_PROD][TS_COMPLEX128] = prod_c128;
  table->scan[TS_SCAN_RECUR][TS_COMPLEX128] = recur_c128;
  SET_ALL(MAX, max)
  SET_ALL(MIN, min)
}
