/* Correlations tap by tap, for groups of few channels. See correlate.h. */
#include <stdbool.h>
#include "isa.h"
#include "loops.h"
#include "shuffle.h"

#ifdef __clang__
#define UNROLL _Pragma("clang loop unroll(full)")
#define PLAIN_LOOP _Pragma("clang loop vectorize(disable) unroll(disable)")
#else
#define PLAIN_LOOP
#define UNROLL _Pragma("GCC unroll 16")
#endif
#ifndef TS_SHUFFLES
#define plane_f32 NULL
#endif
#if TS_SLIM_F64 || !defined(TS_SHUFFLES)
#define plane_f64 NULL
#endif
#define INLINE static inline __attribute__((always_inline))
#define JOIN_(a, b) a##_##b
#define JOIN(a, b) JOIN_(a, b)

#define COUNT_OF_f32_16 4
#define COUNT_OF_f32_32 8
#define COUNT_OF_f32_64 16
#define COUNT_OF_f64_16 2
#define COUNT_OF_f64_32 4
#define COUNT_OF_f64_64 8

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
  table->direct[0] = (ts_direct_loops){sums_f32, plane_f32, dots_f32};
  table->direct[1] = (ts_direct_loops){sums_f64, plane_f64, dots_f64};
}
