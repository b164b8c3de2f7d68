/* Element types, in the order of PyTorch's promotion categories. */
#ifndef TS_DTYPE_H
#define TS_DTYPE_H
#include <stdbool.h>
#include <stdint.h>

typedef enum {
  TS_BOOL, TS_UINT8, TS_INT8, TS_INT16, TS_INT32, TS_INT64,
  TS_FLOAT16, TS_BFLOAT16, TS_FLOAT32, TS_FLOAT64, TS_COMPLEX64, TS_COMPLEX128,
  TS_DTYPE_COUNT,
  TS_DTYPE_NONE = 255 /* "not given" */
} ts_dtype;

typedef struct { float re, im; } ts_c64;
typedef struct { double re, im; } ts_c128;

extern const uint8_t ts_dtype_sizes[TS_DTYPE_COUNT];
extern const char *const ts_dtype_names[TS_DTYPE_COUNT]; /* "float32", as users write them */

static inline int64_t ts_itemsize(ts_dtype d) { return ts_dtype_sizes[d]; }
static inline const char *ts_dtype_name(ts_dtype d) { return d < TS_DTYPE_COUNT ? ts_dtype_names[d] : "none"; }
static inline bool ts_is_complex(ts_dtype d) { return d == TS_COMPLEX64 || d == TS_COMPLEX128; }
static inline bool ts_is_float(ts_dtype d) { return d >= TS_FLOAT16 && d <= TS_FLOAT64; } /* real floating */
static inline bool ts_is_inexact(ts_dtype d) { return d >= TS_FLOAT16 && d <= TS_COMPLEX128; }
static inline bool ts_is_integral(ts_dtype d, bool with_bool) { return d <= TS_INT64 && (with_bool || d != TS_BOOL); }
static inline bool ts_is_half(ts_dtype d) { return d == TS_FLOAT16 || d == TS_BFLOAT16; }

/* The dtype of the real and imaginary parts of a complex dtype, and back (16-bit floats: complex64). */
static inline ts_dtype ts_part_dtype(ts_dtype d) { return d == TS_COMPLEX64 ? TS_FLOAT32 : d == TS_COMPLEX128 ? TS_FLOAT64 : d; }
static inline ts_dtype ts_complex_dtype(ts_dtype d) { return d == TS_FLOAT64 || d == TS_COMPLEX128 ? TS_COMPLEX128 : TS_COMPLEX64; }

/* torch.promote_types. */
ts_dtype ts_promote(ts_dtype a, ts_dtype b);
/* torch.can_cast: false from a higher category (float, complex) to a lower one. */
bool ts_can_cast(ts_dtype from, ts_dtype to);

/* 16-bit floats; rounding to nearest even, NaN stays NaN. */
static inline float ts_bf16_to_f32(uint16_t h) {
  union { uint32_t u; float f; } v = {(uint32_t)h << 16};
  return v.f;
}
static inline uint16_t ts_f32_to_bf16(float f) {
  union { float f; uint32_t u; } v = {f};
  uint32_t rounded = (v.u + 0x7fffu + ((v.u >> 16) & 1u)) >> 16;
  return (v.u & 0x7fffffffu) > 0x7f800000u ? (uint16_t)0x7fc0u : (uint16_t)rounded;
}
static inline float ts_f16_to_f32(uint16_t h) {
  /* Move exponent and mantissa into place, then let a multiplication rescale (exact, also for subnormals). */
  union { uint32_t u; float f; } v, scale = {0x77800000u /* 2^112 */}, s;
  v.u = (uint32_t)(h & 0x7fffu) << 13;
  v.f *= scale.f;
  if ((h & 0x7c00u) == 0x7c00u) v.u = 0x7f800000u | ((uint32_t)(h & 0x3ffu) << 13);
  s.u = v.u | ((uint32_t)(h & 0x8000u) << 16);
  return s.f;
}
static inline uint16_t ts_f32_to_f16(float f) {
  union { float f; uint32_t u; } v = {f}, magic;
  uint32_t sign = (v.u >> 16) & 0x8000u, r;
  v.u &= 0x7fffffffu;
  if (v.u > 0x7f800000u) return (uint16_t)(sign | 0x7e00u);
  if (v.u >= 0x47800000u) return (uint16_t)(sign | 0x7c00u); /* 2^16 and up, and infinity */
  if (v.u < 0x38800000u) { /* subnormal: adding 0.5 lets the FPU round at the right bit */
    magic.u = 0x3f000000u;
    v.f += magic.f;
    r = v.u - magic.u;
  } else {
    r = (v.u - 0x38000000u + 0xfffu + ((v.u >> 13) & 1u)) >> 13; /* may carry into infinity, as it must */
  }
  return (uint16_t)(sign | r);
}

#endif
