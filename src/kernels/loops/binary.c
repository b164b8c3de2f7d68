/* Binary loops that cost about as much as reading their operands: for any strides. */
#include "isa.h"
#include "loops.h"

TS_HALF_VECTORS /* these wait for memory */

/* Integers wrap around. */
#define ADD_i64 (int64_t)((uint64_t)x + (uint64_t)y)
#define SUB_i64 (int64_t)((uint64_t)x - (uint64_t)y)
#define MUL_i64 (int64_t)((uint64_t)x * (uint64_t)y)
#define ALPHA(t) TS_PARAM_##t(0)
TS_LOOP2(add_i64, i64, i64, ADD_i64)
TS_LOOP2(sub_i64, i64, i64, SUB_i64)
TS_LOOP2(mul_i64, i64, i64, MUL_i64)
TS_LOOP2(add_scaled_i64, i64, i64, (int64_t)((uint64_t)x + (uint64_t)ALPHA(i64) * (uint64_t)y))
TS_LOOP2(and_i64, i64, i64, x & y)
TS_LOOP2(or_i64, i64, i64, x | y)
TS_LOOP2(xor_i64, i64, i64, x ^ y)
TS_LOOP2(and_b8, b8, b8, x & y)
TS_LOOP2(or_b8, b8, b8, x | y)
TS_LOOP2(xor_b8, b8, b8, x ^ y)

/* max and min: NaN wins; fmax and fmin: NaN loses. */
#define ARITHMETIC(t, d)                                    \
  TS_LOOP2(add_##t, t, t, x + y)                            \
  TS_LOOP2(sub_##t, t, t, x - y)                            \
  TS_LOOP2(mul_##t, t, t, x * y)                            \
  TS_LOOP2(div_##t, t, t, x / y)                            \
  TS_LOOP2(add_scaled_##t, t, t, x + ALPHA(t) * y)          \
  TS_LOOP2(fmax_##t, t, t, y != y || x > y ? x : y)         \
  TS_LOOP2(fmin_##t, t, t, y != y || x < y ? x : y)         \
  TS_LOOP2(prelu_##t, t, t, x > 0 ? x : x * y)
TS_FLOATS2(ARITHMETIC)
#define EXTREMES(t, d)                                      \
  TS_LOOP2(max_##t, t, t, x > y || x != x ? x : y)          \
  TS_LOOP2(min_##t, t, t, x < y || x != x ? x : y)          \
  TS_LOOP2(threshold_backward_##t, t, t, y <= TS_PARAM_##t(0) ? 0 : x)
TS_WIDE_TYPES(EXTREMES)

TS_FILL(binary) {
#define SET(t, d)                                       \
  table->binary[TS_BIN_ADD][d] = add_##t;               \
  table->binary[TS_BIN_ADD_SCALED][d] = add_scaled_##t; \
  table->binary[TS_BIN_SUB][d] = sub_##t;               \
  table->binary[TS_BIN_MUL][d] = mul_##t;               \
  table->binary[TS_BIN_MAX][d] = max_##t;               \
  table->binary[TS_BIN_MIN][d] = min_##t;               \
  table->binary[TS_BIN_THRESHOLD_BACKWARD][d] = threshold_backward_##t;
  TS_WIDE_TYPES(SET)
#undef SET
#define SET(t, d)                           \
  table->binary[TS_BIN_DIV][d] = div_##t;   \
  table->binary[TS_BIN_FMAX][d] = fmax_##t; \
  table->binary[TS_BIN_FMIN][d] = fmin_##t; \
  table->binary[TS_BIN_PRELU][d] = prelu_##t;
  TS_FLOATS2(SET)
#undef SET
  table->binary[TS_BIN_FMAX][TS_INT64] = max_i64;
  table->binary[TS_BIN_FMIN][TS_INT64] = min_i64;
#define SET(t, d)                         \
  table->binary[TS_BIN_AND][d] = and_##t; \
  table->binary[TS_BIN_OR][d] = or_##t;   \
  table->binary[TS_BIN_XOR][d] = xor_##t;
  SET(i64, TS_INT64)
  SET(b8, TS_BOOL)
}
