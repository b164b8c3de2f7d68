/* Conversions between dtypes. Float to integer goes through int64 and wraps, as x86 and PyTorch do for values in int64's
   range; outside it C leaves the result open, so it is pinned: NaN and out of range give int64's minimum. */
#include "loops.h"

static inline int64_t whole(double x) {
  return x >= -9223372036854775808.0 && x < 9223372036854775808.0 ? (int64_t)x : INT64_MIN;
}

#define SAME(x) (x)
#define TO_INT_f(x) whole(x)

#define CAST(from, to, expression) TS_LOOP1(cast_##from##_##to, to, from, expression)

/* to bool and to floats need nothing special; to integers from floats goes through whole(). */
#define EVERY_TO(from, via)                                                                                         \
  CAST(from, b8, x) CAST(from, u8, via(x)) CAST(from, i8, via(x)) CAST(from, i16, via(x)) CAST(from, i32, via(x)) \
  CAST(from, i64, via(x)) CAST(from, f16, (float)x) CAST(from, bf16, (float)x) CAST(from, f32, (float)x)            \
  CAST(from, f64, (double)x)

EVERY_TO(b8, SAME)
EVERY_TO(u8, SAME)
EVERY_TO(i8, SAME)
EVERY_TO(i16, SAME)
EVERY_TO(i32, SAME)
EVERY_TO(i64, SAME)
EVERY_TO(f16, TO_INT_f)
EVERY_TO(bf16, TO_INT_f)
EVERY_TO(f32, TO_INT_f)
EVERY_TO(f64, TO_INT_f)

TS_FILL(cast) {
#define ROW(from, d)                                 \
  table->cast[d][TS_BOOL] = cast_##from##_b8;      \
  table->cast[d][TS_UINT8] = cast_##from##_u8;       \
  table->cast[d][TS_INT8] = cast_##from##_i8;        \
  table->cast[d][TS_INT16] = cast_##from##_i16;      \
  table->cast[d][TS_INT32] = cast_##from##_i32;      \
  table->cast[d][TS_INT64] = cast_##from##_i64;      \
  table->cast[d][TS_FLOAT16] = cast_##from##_f16;    \
  table->cast[d][TS_BFLOAT16] = cast_##from##_bf16;  \
  table->cast[d][TS_FLOAT32] = cast_##from##_f32;    \
  table->cast[d][TS_FLOAT64] = cast_##from##_f64;
  TS_REAL_TYPES(ROW)
}
