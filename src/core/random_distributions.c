/* Distributions over floats, as PyTorch 1.13's CPU kernels compute them (ATen/core/DistributionsHelper.h). They work in
   double whatever the dtype, but for uniform, blocks of normals and Bernoulli with float probabilities. */
#include <string.h>
#include "random.h"
#include "vmath.h"

enum { BLOCK = 256 };
#define TWO_PI 6.283185307179586

/* PyTorch's builds contract x * scale + shift into one rounding; so do these (but for one case in 2^29 in float, where
   rounding to double and then to float is not the same). */
static inline float affinef(float x, float scale, float shift) { return (float)((double)x * scale + shift); }
static inline double affine(double x, double scale, double shift) {
  double p = x * scale, s = p + shift, b = s - p;
  double exact = s + (((p - (s - b)) + (shift - b)) + vm_mul_low(x, scale, p));
  return exact == exact ? exact : s; /* infinities */
}

/* out[at...] = v[0...n) in another dtype. */
static void store(void *out, int64_t at, const double *v, int64_t n, ts_dtype dtype) {
#define STORE(type, value)                                          \
  {                                                                 \
    type *to = (type *)out + at;                                    \
    for (int64_t i = 0; i < n; i++) to[i] = value;                  \
    break;                                                          \
  }
  /* Numbers that fit no integer: saturated to int64 where C leaves the conversion open, then cut down. */
#define INTEGER (v[i] >= 0x1p63 ? INT64_MAX : v[i] > -0x1p63 ? (int64_t)v[i] : INT64_MIN)
  switch (dtype) {
    case TS_BOOL: STORE(uint8_t, v[i] != 0.0)
    case TS_UINT8: STORE(uint8_t, (uint8_t)INTEGER)
    case TS_INT8: STORE(int8_t, (int8_t)INTEGER)
    case TS_INT16: STORE(int16_t, (int16_t)INTEGER)
    case TS_INT32: STORE(int32_t, (int32_t)INTEGER)
    case TS_INT64: STORE(int64_t, INTEGER)
    case TS_FLOAT16: STORE(uint16_t, ts_f32_to_f16((float)v[i]))
    case TS_BFLOAT16: STORE(uint16_t, ts_f32_to_bf16((float)v[i]))
    case TS_FLOAT32: STORE(float, (float)v[i])
    case TS_FLOAT64: STORE(double, v[i])
    default: break;
  }
}

/* n <= BLOCK uniforms in [0, 1) with 53 bits: the low 53 of each 64. */
static void uniform53(ts_generator *g, double *v, int64_t n) {
  uint32_t w[2 * BLOCK];
  ts_random32_n(g, w, 2 * n);
  for (int64_t i = 0; i < n; i++) { /* high * 2^32 + low, in conversions that vectorise */
    double high = (int32_t)(w[2 * i] & 0x1fffffu), low = (double)(int32_t)(w[2 * i + 1] ^ 0x80000000u) + 0x1p31;
    v[i] = (high * 0x1p32 + low) * 0x1p-53;
  }
}

/* n <= BLOCK uniforms in [0, 1) with that many bits. */
static void uniform_bits(ts_generator *g, float *v, int64_t n, int bits) {
  uint32_t w[BLOCK], mask = (1u << bits) - 1u;
  const float scale = 1.0f / (float)(1u << bits);
  ts_random32_n(g, w, n);
  for (int64_t i = 0; i < n; i++) v[i] = (float)(int32_t)(w[i] & mask) * scale;
}

static int mantissa(ts_dtype dtype) { return dtype == TS_FLOAT16 ? 11 : dtype == TS_BFLOAT16 ? 8 : 24; }
static float to_dtype(double x, ts_dtype dtype) { /* and back to float */
  float f = (float)x;
  if (dtype == TS_FLOAT16) return ts_f16_to_f32(ts_f32_to_f16(f));
  return dtype == TS_BFLOAT16 ? ts_bf16_to_f32(ts_f32_to_bf16(f)) : f;
}
static void store_floats(void *out, int64_t at, const float *v, int64_t n, ts_dtype dtype) {
  uint16_t *h = (uint16_t *)out + at;
  if (dtype == TS_FLOAT32) memcpy((float *)out + at, v, (size_t)n * sizeof *v);
  else if (dtype == TS_FLOAT16) for (int64_t i = 0; i < n; i++) h[i] = ts_f32_to_f16(v[i]);
  else for (int64_t i = 0; i < n; i++) h[i] = ts_f32_to_bf16(v[i]);
}

#define BLOCKS(n) for (int64_t at = 0, size; at < (n) && ((size = (n) - at < BLOCK ? (n) - at : BLOCK), 1); at += size)

void ts_fill_uniform(ts_generator *g, void *out, int64_t n, ts_dtype dtype, double from, double to) {
  if (dtype == TS_FLOAT64) {
    double *v = out;
    BLOCKS(n) {
      uniform53(g, v + at, size);
      for (int64_t i = at; i < at + size; i++) v[i] = affine(v[i], to - from, from);
    }
    return;
  }
  const float low = to_dtype(from, dtype), range = to_dtype(to_dtype(to, dtype) - low, dtype);
  BLOCKS(n) {
    float v[BLOCK];
    uniform_bits(g, v, size, mantissa(dtype));
    for (int64_t i = 0; i < size; i++) v[i] = affinef(v[i], range, low);
    store_floats(out, at, v, size, dtype);
  }
}

/* n standard normals, pairs by Box and Muller; a second half that is left over is kept for the next call. */
static void normals(ts_generator *g, double *v, int64_t n) {
  if (n > 0 && ts_generator_take_normal(g, v)) {
    v++;
    n--;
  }
  double u[BLOCK], r[BLOCK / 2], theta[BLOCK / 2], sine[BLOCK / 2], cosine[BLOCK / 2];
  for (int64_t at = 0; at < n; at += BLOCK) {
    int64_t pairs = ((n - at < BLOCK ? n - at : BLOCK) + 1) / 2;
    uniform53(g, u, 2 * pairs);
    for (int64_t i = 0; i < pairs; i++) {
      r[i] = sqrt(-2.0 * vm_log(1.0 - u[2 * i + 1]));
      theta[i] = TWO_PI * u[2 * i];
    }
    vm_sin_n(sine, theta, pairs);
    vm_cos_n(cosine, theta, pairs);
    for (int64_t i = 0; i < pairs; i++) {
      v[at + 2 * i] = r[i] * cosine[i];
      if (at + 2 * i + 1 < n) v[at + 2 * i + 1] = r[i] * sine[i];
      else ts_generator_keep_normal(g, r[i] * sine[i]);
    }
  }
}

void ts_fill_normal_serial(ts_generator *g, void *out, int64_t n, ts_dtype dtype, double mean, double std) {
  BLOCKS(n) {
    double v[BLOCK];
    normals(g, v, size);
    for (int64_t i = 0; i < size; i++) v[i] = affine(v[i], std, mean);
    store(out, at, v, size, dtype);
  }
}

/* Uniforms to normals, sixteen by sixteen: the i-th pair is made of v[PAIR(i)] and the eighth after it. */
#define PAIR(i) ((i) + ((i) & ~(int64_t)7))
static void pairs_of_doubles(double *v, int64_t size, double mean, double std) {
  double r[BLOCK / 2], theta[BLOCK / 2], sine[BLOCK / 2], cosine[BLOCK / 2];
  const int64_t pairs = size / 16 * 8;
  for (int64_t i = 0; i < pairs; i++) {
    r[i] = 1.0 - v[PAIR(i)];
    theta[i] = TWO_PI * v[PAIR(i) + 8];
  }
  for (int64_t i = 0; i < pairs; i++) {
    r[i] = sqrt(-2.0 * vm_log(r[i]));
    cosine[i] = affine(r[i] * vm_cos_fast(theta[i]), std, mean);
    sine[i] = affine(r[i] * vm_sin_fast(theta[i]), std, mean);
  }
  for (int64_t i = 0; i < pairs; i++) {
    v[PAIR(i)] = cosine[i];
    v[PAIR(i) + 8] = sine[i];
  }
}
static void pairs_of_floats(float *v, int64_t size, float mean, float std) {
  float r[BLOCK / 2], theta[BLOCK / 2], sine[BLOCK / 2], cosine[BLOCK / 2];
  const int64_t pairs = size / 16 * 8;
  for (int64_t i = 0; i < pairs; i++) {
    r[i] = 1.0f - v[PAIR(i)];
    theta[i] = (float)TWO_PI * v[PAIR(i) + 8];
  }
  for (int64_t i = 0; i < pairs; i++) {
    r[i] = sqrtf(-2.0f * vm_logf(r[i]));
    cosine[i] = affinef(r[i] * vm_cosf_fast(theta[i]), std, mean);
    sine[i] = affinef(r[i] * vm_sinf_fast(theta[i]), std, mean);
  }
  for (int64_t i = 0; i < pairs; i++) {
    v[PAIR(i)] = cosine[i];
    v[PAIR(i) + 8] = sine[i];
  }
}
/* float16 rounds the radius and the angle; bfloat16, which has its own functions in PyTorch, rounds every step. */
static void pairs_of_halves(float *v, int64_t size, float mean, float std, ts_dtype dtype) {
  const ts_dtype step = dtype == TS_BFLOAT16 ? dtype : TS_FLOAT32;
  for (int64_t i = 0; i < size / 16 * 8; i++) {
    float *x = v + PAIR(i), *y = x + 8;
    float r = to_dtype(-2.0f * to_dtype(vm_logf(1.0f - *x), step), step), theta = to_dtype(TWO_PI * *y, dtype);
    r = to_dtype(sqrtf(r), dtype);
    const float cosine = to_dtype(vm_cosf_fast(theta), step), sine = to_dtype(vm_sinf_fast(theta), step);
    *x = to_dtype(to_dtype(r * cosine, step) * std, step) + mean;
    *y = to_dtype(to_dtype(r * sine, step) * std, step) + mean;
  }
}

/* size <= BLOCK elements from `at`: uniforms, then normals as far as whole sixteens go. */
static void normal_block(ts_generator *g, void *out, int64_t at, int64_t size, ts_dtype dtype, double mean,
                         double std) {
  if (dtype == TS_FLOAT64) {
    double *v = (double *)out + at;
    uniform53(g, v, size);
    pairs_of_doubles(v, size, mean, std);
    return;
  }
  float v[BLOCK];
  uniform_bits(g, v, size, mantissa(dtype));
  if (dtype == TS_FLOAT32) pairs_of_floats(v, size, (float)mean, (float)std);
  else pairs_of_halves(v, size, to_dtype(mean, dtype), to_dtype(std, dtype), dtype);
  store_floats(out, at, v, size, dtype);
}

void ts_fill_normal(ts_generator *g, void *out, int64_t n, ts_dtype dtype, double mean, double std) {
  if (n < 16) {
    ts_fill_normal_serial(g, out, n, dtype, mean, std);
    return;
  }
  BLOCKS(n) normal_block(g, out, at, size, dtype, mean, std);
  /* Where sixteen do not divide n, the last sixteen are drawn anew. */
  if (n % 16) normal_block(g, out, n - 16, 16, dtype, mean, std);
}

void ts_fill_log_normal(ts_generator *g, void *out, int64_t n, ts_dtype dtype, double mean, double std) {
  BLOCKS(n) {
    double v[BLOCK];
    normals(g, v, size);
    for (int64_t i = 0; i < size; i++) v[i] = vm_exp(affine(v[i], std, mean));
    store(out, at, v, size, dtype);
  }
}

/* Fills with an expression of a uniform u. */
#define FILL(value)                                   \
  BLOCKS(n) {                                         \
    double v[BLOCK];                                  \
    uniform53(g, v, size);                            \
    for (int64_t i = 0; i < size; i++) {              \
      const double u = v[i];                          \
      v[i] = value;                                   \
    }                                                 \
    store(out, at, v, size, dtype);                   \
  }

void ts_fill_exponential(ts_generator *g, void *out, int64_t n, ts_dtype dtype, double lambda) {
  const double scale = -1.0 / lambda;
  FILL(scale * vm_log(1.0 - u))
}

void ts_fill_cauchy(ts_generator *g, void *out, int64_t n, ts_dtype dtype, double median, double sigma) {
  FILL(affine(vm_tan_fast(0.5 * TWO_PI * (u - 0.5)), sigma, median))
}

void ts_fill_geometric(ts_generator *g, void *out, int64_t n, ts_dtype dtype, double p) {
  const double scale = vm_log(1.0 - p);
  FILL(ceil(vm_log(u) / scale))
}

void ts_fill_bernoulli_scalar(ts_generator *g, void *out, int64_t n, ts_dtype dtype, double p) {
  FILL(u < p ? 1.0 : 0.0)
}

void ts_fill_bernoulli(ts_generator *g, void *out, int64_t n, ts_dtype dtype, const void *p, ts_dtype p_dtype) {
  BLOCKS(n) {
    double v[BLOCK];
    if (p_dtype == TS_FLOAT64) {
      uniform53(g, v, size);
      for (int64_t i = 0; i < size; i++) v[i] = v[i] < ((const double *)p)[at + i] ? 1.0 : 0.0;
    } else {
      float f[BLOCK];
      uniform_bits(g, f, size, 24);
      for (int64_t i = 0; i < size; i++) v[i] = f[i] < ((const float *)p)[at + i] ? 1.0 : 0.0;
    }
    store(out, at, v, size, dtype);
  }
}
