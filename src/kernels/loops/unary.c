/* Unary loops without transcendental functions. */
#include "loops.h"
#include "../../core/vmath.h"

/* Absolute value, rounding and the like of floats by their C names. */
#define FN_f32(name) name##f
#define FN_f64(name) name

#define NEG(t) -x
#define ABS(t) FN_##t(fabs)(x)
#define SIGN(t) (ts_val_##t)((x > 0) - (x < 0))
#define FLOOR(t) FN_##t(floor)(x)
#define CEIL(t) FN_##t(ceil)(x)
#define TRUNC(t) FN_##t(trunc)(x)
#define ROUND(t) FN_##t(rint)(x)
#define FRAC(t) x - FN_##t(trunc)(x)
#define RECIPROCAL(t) 1 / x
#define SQRT(t) FN_##t(sqrt)(x)
#define RSQRT(t) 1 / FN_##t(sqrt)(x)
#define PLAIN(X) X(NEG) X(ABS) X(SIGN) X(FLOOR) X(CEIL) X(TRUNC) X(ROUND) X(FRAC) X(RECIPROCAL) X(SQRT) X(RSQRT)
PLAIN(TS_DENSE1_FLOATS)

/* p0 = 10^|decimals|; p1 != 0: to the left of the point. */
#define ROUND_DECIMALS(t) p1 != 0 ? FN_##t(rint)(x / p0) * p0 : FN_##t(rint)(x * p0) / p0
#define SCALE(t) x * p0
/* Bounds p0 and p1; NaN stays. */
#define CLAMP(t) (x < p0 ? p0 : x) > p1 ? p1 : (x < p0 ? p0 : x)
/* NaN, inf and -inf become p0, p1, p2. */
#define NAN_TO_NUM(t) x != x ? p0 : x == (ts_val_##t)INFINITY ? p1 : x == -(ts_val_##t)INFINITY ? p2 : x
#define WITH_PARAMS(X) X(ROUND_DECIMALS) X(SCALE) X(CLAMP) X(NAN_TO_NUM)
WITH_PARAMS(TS_DENSE1P_FLOATS)

TS_DENSE1(NEG_i64, i64, i64, (int64_t)(0 - (uint64_t)x))
TS_DENSE1(ABS_i64, i64, i64, x < 0 ? (int64_t)(0 - (uint64_t)x) : x)
TS_DENSE1(SIGN_i64, i64, i64, (x > 0) - (x < 0))
TS_DENSE1(BITWISE_NOT_i64, i64, i64, ~x)
/* Bytes: compilers do not vectorise bools that are read and negated. */
#define TS_DENSE_u8 TS_DENSE_LOOP
TS_DENSE1(BITWISE_NOT_b8, u8, u8, x == 0)

#define ISNAN(t) x != x
#define ISINF(t) FN_##t(fabs)(x) == (ts_val_##t)INFINITY
#define ISFINITE(t) FN_##t(fabs)(x) < (ts_val_##t)INFINITY
#define ISPOSINF(t) x == (ts_val_##t)INFINITY
#define ISNEGINF(t) x == -(ts_val_##t)INFINITY
#define SIGNBIT(t) TS_VM_##t(copysign)(1, x) < 0
#define TESTS(X) X(ISNAN) X(ISINF) X(ISFINITE) X(ISPOSINF) X(ISNEGINF) X(SIGNBIT)
#define TEST(N) TS_DENSE1(N##_f32, b8, f32, N(f32)) TS_DENSE1(N##_f64, b8, f64, N(f64))
TESTS(TEST)
TS_DENSE1(never, b8, i64, ((void)x, 0))
TS_DENSE1(always, b8, i64, ((void)x, 1))
TS_DENSE1(SIGNBIT_i64, b8, i64, x < 0)

TS_FILL(unary) {
#define SET(N) TS_SET_FLOATS(unary, TS_UN_##N, N)
  PLAIN(SET)
  WITH_PARAMS(SET)
#undef SET
  table->unary[TS_UN_NEG][TS_INT64] = NEG_i64;
  table->unary[TS_UN_ABS][TS_INT64] = ABS_i64;
  table->unary[TS_UN_SIGN][TS_INT64] = SIGN_i64;
  table->unary[TS_UN_BITWISE_NOT][TS_INT64] = BITWISE_NOT_i64;
  table->unary[TS_UN_BITWISE_NOT][TS_BOOL] = BITWISE_NOT_b8;
#define SET(N) TS_SET_FLOATS(test, TS_TEST_##N, N) table->test[TS_TEST_##N][TS_INT64] = never;
  TESTS(SET)
#undef SET
  table->test[TS_TEST_ISFINITE][TS_INT64] = always;
  table->test[TS_TEST_SIGNBIT][TS_INT64] = SIGNBIT_i64;
  table->test[TS_TEST_LOGICAL_NOT][TS_BOOL] = BITWISE_NOT_b8;
}
