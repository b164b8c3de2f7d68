/* Correlations tap by tap, for groups of few channels. See correlate.h. */
#include <stdbool.h>
#include "isa.h"
#include "loops.h"

#ifdef __clang__
#define UNROLL _Pragma("clang loop unroll(full)")
#define PLAIN_LOOP _Pragma("clang loop vectorize(disable) unroll(disable)")
#else
#define PLAIN_LOOP
#define UNROLL _Pragma("GCC unroll 16")
#endif
#define INLINE static inline __attribute__((always_inline))
#define JOIN_(a, b) a##_##b
#define JOIN(a, b) JOIN_(a, b)

#define T ts_mem_f32
#define INDEX int32_t
#define SUFFIX f32
#define SLIM false
#include "direct_body.h"
#undef T
#undef INDEX
#undef SUFFIX
#undef SLIM
#define T ts_mem_f64
#define INDEX int64_t
#define SUFFIX f64
#define SLIM TS_SLIM_F64
#include "direct_body.h"

TS_FILL(direct) {
  table->direct[0] = (ts_direct_loops){sums_f32, dots_f32};
  table->direct[1] = (ts_direct_loops){sums_f64, dots_f64};
}
