/* Max pooling: one element of the kernel against the best so far of n windows beside each other. See kernels/pool.h. */
#include "loops.h"
#include "shuffle.h"

/* better: greater, or NaN. The place is kept in a number as wide as the element, so that both are lanes of one width. */
#define STEP(i, stride) {                                                                                        \
    const T v = in[(i) * (stride)];                                                                              \
    const bool better = (v > best[i]) | (v != v);                                                                \
    best[i] = better ? v : best[i];                                                                              \
    at[i] = better ? here + (PLACE)(i) * (PLACE)(stride) : at[i];                                                \
  }
/* The same for a vector of windows, whose elements are v. */
#define VECTOR(v)                                                                                                \
    const ints better = (ints)((v) > *(vec *)(best + i)) | (ints)((v) != (v));                                   \
    *(ints *)(best + i) = (better & (ints)(v)) | (~better & *(ints *)(best + i));                                \
    *(ints *)(at + i) = (better & (lane * (PLACE)step + (here + (PLACE)i * (PLACE)step))) | (~better & *(ints *)(at + i));

#define MAX_OF(name, T_, PLACE_, EVENS)                                                                          \
  static void name(void *best_of, void *places, const void *from, int64_t step, int64_t n, int64_t first) {      \
    typedef T_ T;                                                                                                \
    typedef PLACE_ PLACE;                                                                                        \
    typedef T vec __attribute__((vector_size(TS_VECTOR_BYTES), aligned(sizeof(T)), may_alias));                  \
    typedef PLACE ints __attribute__((vector_size(TS_VECTOR_BYTES), aligned(sizeof(T)), may_alias));             \
    enum { LANES = TS_VECTOR_BYTES / sizeof(T) };                                                                \
    T *best = best_of;                                                                                           \
    PLACE *at = places;                                                                                          \
    const T *in = from;                                                                                          \
    const PLACE here = (PLACE)first;                                                                             \
    ints lane;                                                                                                   \
    for (int k = 0; k < LANES; k++) lane[k] = k;                                                                 \
    int64_t i = 0;                                                                                               \
    if (step == 1) {                                                                                             \
      for (; i + LANES <= n; i += LANES) {                                                                       \
        const vec v = *(const vec *)(in + i);                                                                    \
        VECTOR(v)                                                                                                \
      }                                                                                                          \
    } else if (step == 2) {                                                                                      \
      for (; i + LANES < n; i += LANES) {                                                                        \
        const vec a = *(const vec *)(in + 2 * i), b = *(const vec *)(in + 2 * i + LANES), v = EVENS(a, b);       \
        VECTOR(v)                                                                                                \
      }                                                                                                          \
    }                                                                                                            \
    for (; i < n; i++) STEP(i, step)                                                                             \
  }
MAX_OF(max_f32, float, int32_t, TS_EVENS_f32)
MAX_OF(max_f64, double, int64_t, TS_EVENS_f64)

#define MAX_PLAIN(name, T_)                                                                                      \
  static void name(void *best_of, void *places, const void *from, int64_t step, int64_t n, int64_t here) {       \
    typedef T_ T;                                                                                                \
    typedef int64_t PLACE;                                                                                       \
    T *best = best_of;                                                                                           \
    PLACE *at = places;                                                                                          \
    const T *in = from;                                                                                          \
    for (int64_t i = 0; i < n; i++) STEP(i, step)                                                                \
  }
MAX_PLAIN(max_f32_wide, float)
MAX_PLAIN(max_i64, int64_t)

TS_FILL(pool) {
  table->pool_max[0] = (ts_pool_max){max_f32, 4, 4};
  table->pool_max[1] = (ts_pool_max){max_f32_wide, 4, 8};
  table->pool_max[2] = (ts_pool_max){max_f64, 8, 8};
  table->pool_max[3] = (ts_pool_max){max_i64, 8, 8};
}
