/* Conversions between dtypes. Float to integer goes through int64 and wraps, as x86 and PyTorch do for values in int64's
   range; outside it C leaves the result open, so it is pinned: NaN and out of range give int64's minimum.
   Loops of their own have the conversions from and to float32, and between integers and int64. The others take two steps
   over one of these, which changes no value. */
#include "loops.h"

static inline int64_t whole(double x) {
  return x >= -9223372036854775808.0 && x < 9223372036854775808.0 ? (int64_t)x : INT64_MIN;
}

#define CAST(from, to, expression) TS_LOOP1(cast_##from##_##to, to, from, expression)

/* Copies, by size; a bool is 0 or 1 afterwards, whatever it was. */
CAST(b8, b8, x)
CAST(u8, u8, x)
CAST(i16, i16, x)
CAST(i32, i32, x)
CAST(i64, i64, x)

#define SMALL_INTS(X) X(u8) X(i8) X(i16) X(i32)
#define WITH_INT64(t) CAST(t, i64, x) CAST(i64, t, x) CAST(t, f32, (float)x) CAST(f32, t, whole(x))
SMALL_INTS(WITH_INT64)
CAST(b8, i64, x)
CAST(i64, b8, x)
CAST(i64, f32, (float)x)
CAST(f32, i64, whole(x))
CAST(i64, f64, (double)x)
CAST(f64, i64, whole(x))
CAST(f32, f64, x)
CAST(f64, f32, (float)x)
CAST(b8, f32, x)
CAST(f32, b8, x)
CAST(f64, b8, x)
CAST(f16, f32, x)
CAST(f32, f16, x)
CAST(bf16, f32, x)
CAST(f32, bf16, x)

/* ---- two steps ---- */

enum { BLOCK = 512 };

static void two_steps(char *const *p, const int64_t *s, int64_t n, ts_loop first, int64_t size, ts_loop second) {
  _Alignas(64) char room[BLOCK * 8];
  for (int64_t at = 0; at < n; at += BLOCK) {
    int64_t m = n - at < BLOCK ? n - at : BLOCK;
    first((char *const[]){room, p[1] + at * s[1]}, (const int64_t[]){size, s[1]}, m, NULL);
    second((char *const[]){p[0] + at * s[0], room}, (const int64_t[]){s[0], size}, m, NULL);
  }
}

#define VIA(from, mid, to)                                                                                 \
  static void cast_##from##_##to(char *const *p, const int64_t *s, int64_t n, const void *params) {        \
    (void)params;                                                                                          \
    two_steps(p, s, n, cast_##from##_##mid, sizeof(ts_mem_##mid), cast_##mid##_##to);                      \
  }

VIA(b8, i64, u8) VIA(b8, i64, i8) VIA(b8, i64, i16) VIA(b8, i64, i32)
VIA(u8, i64, b8) VIA(u8, i64, i8) VIA(u8, i64, i16) VIA(u8, i64, i32)
VIA(i8, i64, b8) VIA(i8, i64, u8) VIA(i8, i64, i16) VIA(i8, i64, i32)
VIA(i16, i64, b8) VIA(i16, i64, u8) VIA(i16, i64, i8) VIA(i16, i64, i32)
VIA(i32, i64, b8) VIA(i32, i64, u8) VIA(i32, i64, i8) VIA(i32, i64, i16)
/* float64, exact in int64, and back through it */
VIA(b8, i64, f64) VIA(u8, i64, f64) VIA(i8, i64, f64) VIA(i16, i64, f64) VIA(i32, i64, f64)
VIA(f64, i64, u8) VIA(f64, i64, i8) VIA(f64, i64, i16) VIA(f64, i64, i32)
/* 16-bit floats lie within float32 */
#define HALF(h)                                                                                                         \
  VIA(h, f32, b8) VIA(h, f32, u8) VIA(h, f32, i8) VIA(h, f32, i16) VIA(h, f32, i32) VIA(h, f32, i64) VIA(h, f32, f64) \
  VIA(b8, f32, h) VIA(u8, f32, h) VIA(i8, f32, h) VIA(i16, f32, h) VIA(i32, f32, h) VIA(i64, f32, h) VIA(f64, f32, h)
HALF(f16)
HALF(bf16)
VIA(f16, f32, bf16)
VIA(bf16, f32, f16)

/* Complex numbers: their real part is a float at the same place, so what is made of them, but for a bool, is made of that.
   What becomes complex is written there, with a zero behind it. */
CAST(c128, c128, x)
CAST(c64, b8, x.re != 0 || x.im != 0)
CAST(c128, b8, x.re != 0 || x.im != 0)
#define INTO(from, c, part)                                                                          \
  static void cast_##from##_##c(char *const *p, const int64_t *s, int64_t n, const void *params) {   \
    cast_##from##_##part(p, s, n, params);                                                           \
    for (int64_t k = 0; k < n; k++) ((ts_mem_##c *)(p[0] + k * s[0]))->im = 0;                       \
  }
#define TO_COMPLEX(t, d) INTO(t, c64, f32) INTO(t, c128, f64)
#define BOTH_PARTS(from, to, f, t)                                                                   \
  static void cast_##from##_##to(char *const *p, const int64_t *s, int64_t n, const void *params) {  \
    cast_##f##_##t(p, s, n, params);                                                                 \
    cast_##f##_##t((char *const[]){p[0] + sizeof(ts_mem_##t), p[1] + sizeof(ts_mem_##f)}, s, n, params); \
  }
BOTH_PARTS(c64, c128, f32, f64)
BOTH_PARTS(c128, c64, f64, f32)
#define cast_c64_c64 cast_i64_i64

/* Copies of other dtypes of the same size. */
#define cast_i8_i8 cast_u8_u8
#define cast_f16_f16 cast_i16_i16
#define cast_bf16_bf16 cast_i16_i16
#define cast_f32_f32 cast_i32_i32
#define cast_f64_f64 cast_i64_i64
TS_REAL_TYPES(TO_COMPLEX)

TS_FILL(cast) {
#define ROW(from, d)                                 \
  table->cast[d][TS_BOOL] = cast_##from##_b8;        \
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
#define COLUMNS(t, d)                                                        \
  table->cast[d][TS_COMPLEX64] = cast_##t##_c64;                             \
  table->cast[d][TS_COMPLEX128] = cast_##t##_c128;                           \
  if (d != TS_BOOL) table->cast[TS_COMPLEX64][d] = cast_f32_##t;             \
  if (d != TS_BOOL) table->cast[TS_COMPLEX128][d] = cast_f64_##t;
  TS_REAL_TYPES(COLUMNS)
  table->cast[TS_COMPLEX64][TS_BOOL] = cast_c64_b8;
  table->cast[TS_COMPLEX128][TS_BOOL] = cast_c128_b8;
  table->cast[TS_COMPLEX64][TS_COMPLEX64] = cast_c64_c64;
  table->cast[TS_COMPLEX64][TS_COMPLEX128] = cast_c64_c128;
  table->cast[TS_COMPLEX128][TS_COMPLEX64] = cast_c128_c64;
  table->cast[TS_COMPLEX128][TS_COMPLEX128] = cast_c128_c128;
}
