/* Element types: promotion and the 16-bit floats, every one of them. */
#include "check.h"
#include "core/dtype.h"

TEST(float16_round_trips) {
  for (uint32_t h = 0; h < 65536; h++) {
    float f = ts_f16_to_f32((uint16_t)h);
    if (f != f) CHECK((ts_f32_to_f16(f) & 0x7fffu) > 0x7c00u);
    else CHECK(ts_f32_to_f16(f) == h);
  }
  CHECK(ts_f16_to_f32(0x3c00) == 1.0f);
  CHECK(ts_f16_to_f32(0x0001) == 0x1p-24f);
  CHECK(ts_f16_to_f32(0x7bff) == 65504.0f);
}

TEST(bfloat16_round_trips) {
  for (uint32_t h = 0; h < 65536; h++) {
    float f = ts_bf16_to_f32((uint16_t)h);
    if (f != f) CHECK((ts_f32_to_bf16(f) & 0x7fffu) > 0x7f80u);
    else CHECK(ts_f32_to_bf16(f) == h);
  }
}

/* Between two neighbours the nearer is taken, in the middle the even one; the compiler's own _Float16 is not asked. */
TEST(rounding_to_nearest_even) {
  for (uint32_t h = 0; h < 0x7bff; h++) {
    double a = ts_f16_to_f32((uint16_t)h), b = ts_f16_to_f32((uint16_t)(h + 1)), middle = (a + b) / 2;
    CHECK(ts_f32_to_f16((float)middle) == (h % 2 ? h + 1 : h));
    CHECK(ts_f32_to_f16(nextafterf((float)middle, INFINITY)) == h + 1);
    CHECK(ts_f32_to_f16(nextafterf((float)middle, 0)) == h);
    CHECK(ts_f32_to_f16(-(float)middle) == (0x8000u | (h % 2 ? h + 1 : h)));
  }
  CHECK(ts_f32_to_f16(65519.99f) == 0x7bff && ts_f32_to_f16(65520.0f) == 0x7c00);
  CHECK(ts_f32_to_bf16(1.00390625f) == 0x3f80 && ts_f32_to_bf16(1.01171875f) == 0x3f82);
}

TEST(promotion_is_a_lattice) {
  for (int a = 0; a < TS_COMPLEX64; a++) {
    CHECK(ts_promote((ts_dtype)a, (ts_dtype)a) == (ts_dtype)a);
    for (int b = 0; b < TS_COMPLEX64; b++) {
      ts_dtype ab = ts_promote((ts_dtype)a, (ts_dtype)b);
      CHECK(ab == ts_promote((ts_dtype)b, (ts_dtype)a));
      CHECK(ts_can_cast((ts_dtype)a, ab) && ts_can_cast((ts_dtype)b, ab));
    }
  }
  CHECK(ts_promote(TS_UINT8, TS_INT8) == TS_INT16);
  CHECK(ts_promote(TS_INT64, TS_FLOAT16) == TS_FLOAT16);
  CHECK(ts_promote(TS_FLOAT16, TS_BFLOAT16) == TS_FLOAT32);
  CHECK(ts_promote(TS_BOOL, TS_UINT8) == TS_UINT8);
  CHECK(!ts_can_cast(TS_FLOAT32, TS_INT64) && ts_can_cast(TS_FLOAT64, TS_FLOAT16) && !ts_can_cast(TS_INT8, TS_BOOL));
}

CHECK_MAIN
