/* The copies around correlations: pieces of the input laid out, results carried to where they belong. See correlate.h. */
#include <stdbool.h>
#include <string.h>
#include "loops.h"
#include "shuffle.h"

/* Short or rare: larger code would not pay. */
#ifdef __clang__
#define PLAIN_LOOP _Pragma("clang loop vectorize(disable) unroll(disable)")
#else
#define PLAIN_LOOP
#endif

#define T ts_mem_f32
#define NAME(x) x##_f32
#define SUFFIX f32
#define SLIM false
#include "strips_body.h"
#undef T
#undef NAME
#undef SUFFIX
#undef SLIM
#define T ts_mem_f64
#define NAME(x) x##_f64
#define SUFFIX f64
#define SLIM TS_SLIM_F64
#include "strips_body.h"

TS_FILL(strips) {
  table->strips[0] = (ts_strip_loops){lay_f32, lay_result_f32, carry_f32};
  table->strips[1] = (ts_strip_loops){lay_f64, lay_result_f64, carry_f64};
}
