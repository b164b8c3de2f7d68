/* Running sums, products, recurrences and extremes along the middle dim of contiguous (outer, n, inner). */
#include <math.h>
#include "../../core/vmath_complex.h"
#include "../scan.h"
#include "loops.h"

enum { COLS = 64 };

/* STEP takes element x at place at + k into acc[k] and gives a result. */
#define SCAN(name, t, acc_t, START, STEP)                                                                              \
  static void name##_##t(const ts_scan *s, int64_t begin, int64_t end) {                                               \
    ts_mem_##t *out = s->out;                                                                                          \
    const ts_mem_##t *in = s->in, *factor = s->factor;                                                                 \
    const int64_t n = s->n, inner = s->inner;                                                                          \
    (void)factor;                                                                                                      \
    for (int64_t o = begin; o < end; o++) {                                                                            \
      for (int64_t c = 0; c < inner; c += COLS) {                                                                      \
        const int64_t width = inner - c < COLS ? inner - c : COLS;                                                     \
        acc_t acc[COLS];                                                                                               \
        for (int64_t k = 0; k < width; k++) acc[k] = START;                                                            \
        for (int64_t step = 0; step < n; step++) {                                                                     \
          const int64_t i = s->reverse ? n - 1 - step : step, at = (o * n + i) * inner + c;                            \
          for (int64_t k = 0; k < width; k++) {                                                                        \
            const ts_val_##t x = in[at + k];                                                                           \
            STEP                                                                                                       \
          }                                                                                                            \
        }                                                                                                              \
      }                                                                                                                \
    }                                                                                                                  \
  }

#define GIVE(t) out[at + k] = (ts_mem_##t)acc[k];
#define PLUS acc[k] += x;
#define PLUS_WHOLE acc[k] = (int64_t)((uint64_t)acc[k] + (uint64_t)x);
#define TIMES acc[k] *= x;
#define TIMES_WHOLE acc[k] = (int64_t)((uint64_t)acc[k] * (uint64_t)x);
/* acc = x + factor * acc; backwards the factor is that of the element just left. */
#define RECUR acc[k] = s->reverse ? (step ? x + factor[at + inner + k] * acc[k] : x) : x + factor[at + k] * acc[k];
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

#define GIVE_COMPLEX out[at + k] = acc[k];
SCAN(sum, c128, ts_c128, VM_C(0, 0), acc[k] = vmc_add(acc[k], x); GIVE_COMPLEX)
SCAN(prod, c128, ts_c128, VM_C(1, 0), acc[k] = vmc_mul(acc[k], x); GIVE_COMPLEX)
SCAN(recur, c128, ts_c128, VM_C(0, 0), acc[k] = s->reverse && !step ? x : vmc_add(x, vmc_mul(factor[s->reverse ? at + inner + k : at + k], acc[k])); GIVE_COMPLEX)

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
