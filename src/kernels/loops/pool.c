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
/* The same for n windows by vectors, the last of which takes some once more, which changes nothing. */
#define TAKE(vec, ints, i, v) {                                                                                   \
    const ints better = (ints)((v) > *(vec *)(best + (i))) | (ints)((v) != (v));                                  \
    const ints place = lane + (here + (PLACE)(i) * (PLACE)step);                                                  \
    *(ints *)(best + (i)) = (better & (ints)(v)) | (~better & *(ints *)(best + (i)));                             \
    *(ints *)(at + (i)) = (better & place) | (~better & *(ints *)(at + (i)));                                     \
  }
#define VECTORS(vec, ints, lanes, evens, end) {                                                                   \
  const ints lane = *(const ints *)counts * (PLACE)step;                                     \
  if (step == 1) {                                                                                                \
    for (int64_t i = 0; i < n - (lanes); i += (lanes)) TAKE(vec, ints, i, *(const vec *)(in + i))                  \
    TAKE(vec, ints, n - (lanes), *(const vec *)(in + n - (lanes)))                                                \
  } else {                                                                                                        \
    for (int64_t i = 0; i < n - (lanes); i += (lanes)) {                                                          \
      const vec a = *(const vec *)(in + 2 * i), b = *(const vec *)(in + 2 * i + (lanes)), v = evens(a, b);        \
      TAKE(vec, ints, i, v)                                                                                       \
    }                                                                                                             \
    const vec a = *(const vec *)(in + 2 * (n - (lanes))), b = *(const vec *)(in + 2 * (n - (lanes)) + (lanes) - 1), v = end(a, b); \
    TAKE(vec, ints, n - (lanes), v)                                                                               \
  }                                                                                                               \
  }

#define MAX_OF(name, T_, PLACE_, suffix)                                                                          \
  static void name(void *best_of, void *places, const void *from, int64_t step, int64_t n, int64_t first) {       \
    typedef T_ T;                                                                                                 \
    typedef PLACE_ PLACE;                                                                                         \
    typedef T vec __attribute__((vector_size(TS_VECTOR_BYTES), aligned(sizeof(T)), may_alias));                   \
    typedef T quad __attribute__((vector_size(16), aligned(sizeof(T)), may_alias));                               \
    typedef PLACE ints __attribute__((vector_size(TS_VECTOR_BYTES), aligned(sizeof(T)), may_alias));              \
    typedef PLACE quad_ints __attribute__((vector_size(16), aligned(sizeof(T)), may_alias));                      \
    enum { LANES = TS_VECTOR_BYTES / sizeof(T), QUAD = 16 / sizeof(T) };                                          \
    T *best = best_of;                                                                                            \
    PLACE *at = places;                                                                                           \
    const T *in = from;                                                                                           \
    const PLACE here = (PLACE)first;                                                                              \
    static const PLACE counts[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};                         \
    if (step > 2 || n < QUAD) for (int64_t i = 0; i < n; i++) STEP(i, step)                                       \
    else if (n < LANES) VECTORS(quad, quad_ints, QUAD, TS_QUAD_EVENS_##suffix, TS_QUAD_END_##suffix)              \
    else VECTORS(vec, ints, LANES, TS_EVENS_##suffix, TS_END_##suffix)                                            \
  }
MAX_OF(max_f32, float, int32_t, f32)
MAX_OF(max_f64, double, int64_t, f64)

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
