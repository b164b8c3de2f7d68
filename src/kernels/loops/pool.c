/* Max pooling: one element of the kernel against the best so far of n windows beside each other. See kernels/pool.h. */
#include "isa.h"
#include "loops.h"

/* better: greater, or NaN. The place is kept in a number as wide as the element, so that both are lanes of one width. */
#define STEP(stride)                                                                                              \
  TS_IVDEP for (int64_t i = 0; i < n; i++) {                                                                      \
    const T v = in[i * stride];                                                                                   \
    const bool better = (v > best[i]) | (v != v);                                                                 \
    best[i] = better ? v : best[i];                                                                               \
    at[i] = better ? (PLACE)(here + i * stride) : at[i];                                                          \
  }
#define MAX_OF(name, T_, PLACE_)                                                                                  \
  static void name(void *best_of, void *places, const void *from, int64_t step, int64_t n, int64_t first) {       \
    typedef T_ T;                                                                                                 \
    typedef PLACE_ PLACE;                                                                                         \
    T *best = best_of;                                                                                            \
    PLACE *at = places;                                                                                           \
    const T *in = from;                                                                                           \
    const PLACE here = (PLACE)first;                                                                              \
    if (step == 1) STEP(1)                                                                                        \
    else if (step == 2) STEP(2)                                                                                   \
    else STEP((PLACE)step)                                                                                        \
  }
MAX_OF(max_f32, float, int32_t)
MAX_OF(max_f32_wide, float, int64_t)
MAX_OF(max_f64, double, int64_t)
MAX_OF(max_i64, int64_t, int64_t)

TS_FILL(pool) {
  table->pool_max[0] = (ts_pool_max){max_f32, 4, 4};
  table->pool_max[1] = (ts_pool_max){max_f32_wide, 4, 8};
  table->pool_max[2] = (ts_pool_max){max_f64, 8, 8};
  table->pool_max[3] = (ts_pool_max){max_i64, 8, 8};
}
