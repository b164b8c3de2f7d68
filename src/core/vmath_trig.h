/* sin, cos, tan and their inverses, float and double. Included by vmath.h. */
#ifndef TS_VMATH_TRIG_H
#define TS_VMATH_TRIG_H

#define VM_TRIG_MAX 1.6e6 /* n = x * 2/pi below 2^20 */

/* x = n * pi/2 + hi + lo; q = n mod 2^52. */
typedef struct { double hi, lo; uint64_t q; } vm_arc;

VM_INLINE vm_arc vm_arc_fast(double x) {
  double t = x * 0x1.45f306dc9c883p-1 + VM_MAGIC, n = t - VM_MAGIC;
  /* Three parts of pi/2 whose products with n are exact, and a fourth; two-sums keep what each subtraction loses. */
  double a = x - n * 0x1.921fb544p+0;
  double w = n * 0x1.0b4611a6p-34, b = a - w, bb = a - b, e = (a - (b + bb)) + (bb - w);
  double w3 = n * 0x1.3198a2ep-69, c = b - w3, cb = b - c;
  e += ((b - (c + cb)) + (cb - w3)) - n * 0x1.b839a252049c1p-104;
  double hi = c + e;
  vm_arc r = {hi, (c - hi) + e, vm_u64(t) - VM_MAGIC_BITS};
  return r;
}

static const uint32_t vm_two_over_pi[38] = {0xa2f9836eu, 0x4e441529u, 0xfc2757d1u, 0xf534ddc0u, 0xdb629599u,
                                            0x3c439041u, 0xfe5163abu, 0xdebbc561u, 0xb7246e3au, 0x424dd2e0u,
                                            0x06492eeau, 0x09d1921cu, 0xfe1deb1cu, 0xb129a73eu, 0xe88235f5u,
                                            0x2ebb4484u, 0xe99c7026u, 0xb45f7e41u, 0x3991d639u, 0x835339f4u,
                                            0x9c845f8bu, 0xbdf9283bu, 0x1ff897ffu, 0xde05980fu, 0xef2f118bu,
                                            0x5a0a6d1fu, 0x6d367ecfu, 0x27cb09b7u, 0x4f463f66u, 0x9e5fea2du,
                                            0x7527bac7u, 0xebe5f17bu, 0x3d0739f7u, 0x8a5292eau, 0x6bfb5fb1u,
                                            0x1f8d5d08u, 0x56033046u, 0xfc7b6babu};

/* The same for any finite x: x * 2/pi modulo 4 in integers (Payne and Hanek), 128 bits of fraction. */
VM_SLOW vm_arc vm_arc_huge(double x) {
  uint64_t bits = vm_u64(x), m = (bits & 0x000fffffffffffffu) | 0x0010000000000000u;
  int e = (int)(bits >> 52 & 0x7ff) - 1075; /* |x| = m * 2^e */
  int first = e > 2 ? (e - 2) / 32 : 0;     /* earlier words give multiples of 4 */
  uint32_t prod[10] = {0};                  /* m times seven words, least significant limb first */
  for (int j = 0; j < 2; j++) {
    uint64_t carry = 0, f = j ? m >> 32 : m & 0xffffffffu;
    for (int i = 0; i < 7; i++) {
      carry += prod[i + j] + f * vm_two_over_pi[first + 6 - i];
      prod[i + j] = (uint32_t)carry;
      carry >>= 32;
    }
    prod[7 + j] = (uint32_t)carry;
  }
  int point = 32 * (first + 7) - e; /* bits of fraction in prod */
  uint64_t part[3];                 /* two integer bits and 190 of fraction */
  for (int j = 0; j < 3; j++) {
    int at = point + 2 - 64 * (j + 1), limb = at >> 5, shift = at & 31;
    uint64_t low = prod[limb] | (uint64_t)prod[limb + 1] << 32;
    part[j] = shift ? low >> shift | (uint64_t)prod[limb + 2] << (64 - shift) : low;
  }
  uint64_t q = part[0] >> 62;
  uint64_t h = part[0] << 2 | part[1] >> 62, l = part[1] << 2 | part[2] >> 62;
  double sign = 1.0;
  if (h >> 63) { /* to the nearest multiple: the fraction becomes negative */
    h = ~h;
    l = ~l + 1;
    h += l == 0;
    q++;
    sign = -1.0;
  }
  int z = h ? __builtin_clzll(h) : 64 + (l ? __builtin_clzll(l) : 63);
  if (z >= 64) {
    h = l << (z - 64);
    l = 0;
  } else if (z) {
    h = h << z | l >> (64 - z);
    l <<= z;
  }
  double unit = sign * vm_f64((uint64_t)(1023 - 53 - z) << 52);
  double a = (double)(h >> 11) * unit, b = (double)((h & 0x7ff) << 42 | l >> 22) * unit * 0x1p-53;
  /* (a + b) * pi/2 */
  double hi = a * 0x1.921fb54442d18p+0;
  double lo = vm_mul_low(a, 0x1.921fb54442d18p+0, hi) + (a * 0x1.1a62633145c07p-54 + b * 0x1.921fb54442d18p+0);
  vm_arc r = {hi + lo, (hi - (hi + lo)) + lo, q};
  if (x < 0.0) {
    r.hi = -r.hi;
    r.lo = -r.lo;
    r.q = 0 - q;
  }
  return r;
}

/* sin and cos of hi + lo, |hi| <= pi/4, as unevaluated sums. */
VM_INLINE vm_pair vm_sin_pair(double hi, double lo) {
  double z = hi * hi, v = z * hi;
  double r = VM_POLY4(z, 0x1.111111110f7afp-7, -0x1.a01a019bf9a3ap-13, 0x1.71de3563faacp-19, -0x1.ae5e57774e666p-26,
                      0x1.5d8ee4fd57f83p-33);
  vm_pair s = {hi, v * -0x1.5555555555548p-3 + (lo - z * (0.5 * lo - v * r))};
  return s;
}
VM_INLINE vm_pair vm_cos_pair(double hi, double lo) {
  double z = hi * hi, h = 0.5 * z, w = 1.0 - h;
  double r = z * z * VM_POLY5(z, 0x1.555555555554bp-5, -0x1.6c16c16c14f71p-10, 0x1.a01a019c80e54p-16,
                              -0x1.27e4f7e8295a2p-22, 0x1.1ee9d5da62b9ap-29, -0x1.8fa39aee787f9p-37);
  vm_pair c = {w, ((1.0 - w) - h) + (r - hi * lo)};
  return c;
}
VM_INLINE double vm_sin_poly(double hi, double lo) {
  vm_pair s = vm_sin_pair(hi, lo);
  return s.hi + s.lo;
}
VM_INLINE double vm_cos_poly(double hi, double lo) {
  vm_pair c = vm_cos_pair(hi, lo);
  return c.hi + c.lo;
}

/* s or c by the lowest bit of q, negated by the next. */
VM_INLINE double vm_quadrant(double s, double c, uint64_t q) {
  uint64_t odd = 0 - (q & 1);
  return vm_f64(((vm_u64(c) & odd) | (vm_u64(s) & ~odd)) ^ ((q & 2) << 62));
}
VM_INLINE double vm_sin_arc(vm_arc r) {
  return vm_quadrant(vm_sin_poly(r.hi, r.lo), vm_cos_poly(r.hi, r.lo), r.q);
}
VM_INLINE double vm_cos_arc(vm_arc r) {
  return vm_quadrant(vm_sin_poly(r.hi, r.lo), vm_cos_poly(r.hi, r.lo), r.q + 1);
}
VM_INLINE double vm_tan_arc(vm_arc r) {
  vm_pair s = vm_sin_pair(r.hi, r.lo), c = vm_cos_pair(r.hi, r.lo);
  uint64_t o = r.q & 1, p = o | o << 1; /* odd: -c / s */
  double num = vm_quadrant(s.hi + s.lo, c.hi + c.lo, o), den = vm_quadrant(c.hi + c.lo, s.hi + s.lo, p);
  double nl = vm_quadrant(s.hi, c.hi, o) - num + vm_quadrant(s.lo, c.lo, o);
  double dl = vm_quadrant(c.hi, s.hi, p) - den + vm_quadrant(c.lo, s.lo, p);
  double t = num / den;
  return t + (nl - t * dl) / den;
}

VM_INLINE double vm_sin_fast(double x) { return vm_abs(x) < 0x1p-27 ? x : vm_sin_arc(vm_arc_fast(x)); }
VM_INLINE double vm_cos_fast(double x) { return vm_cos_arc(vm_arc_fast(x)); }
VM_INLINE double vm_tan_fast(double x) { return vm_abs(x) < 0x1p-27 ? x : vm_tan_arc(vm_arc_fast(x)); }

/* Whether the fast functions do not serve x: beyond their range, and finite. */
VM_INLINE int vm_trig_huge(double x) { return (int)(vm_abs(x) > VM_TRIG_MAX) & (int)(vm_abs(x) < INFINITY); }
VM_INLINE int vm_trig_hugef(float x) { return (int)(vm_absf(x) > (float)VM_TRIG_MAX) & (int)(vm_absf(x) < INFINITY); }

VM_INLINE double vm_sin(double x) { return vm_trig_huge(x) ? vm_sin_arc(vm_arc_huge(x)) : vm_sin_fast(x); }
VM_INLINE double vm_cos(double x) { return vm_trig_huge(x) ? vm_cos_arc(vm_arc_huge(x)) : vm_cos_fast(x); }
VM_INLINE double vm_tan(double x) { return vm_trig_huge(x) ? vm_tan_arc(vm_arc_huge(x)) : vm_tan_fast(x); }

/* Float: reduced in double, which leaves the remainder exact to float; s and c are polynomials in it. */
VM_INLINE float vm_sincosf(double r, uint32_t q) {
  float x = (float)r, z = x * x;
  float s = x + x * z * VM_POLY2(z, -0x1.555546p-3f, 0x1.110776p-7f, -0x1.9952fap-13f);
  float c = 1.0f + z * VM_POLY3(z, -0x1p-1f, 0x1.55554ep-5f, -0x1.6c0e2ep-10f, 0x1.9a6764p-16f);
  uint32_t odd = 0 - (q & 1);
  return vm_f32(((vm_u32(c) & odd) | (vm_u32(s) & ~odd)) ^ ((q & 2) << 30));
}
VM_INLINE float vm_trigf(double x, uint32_t add) {
  double t = x * 0x1.45f306dc9c883p-1 + VM_MAGIC, n = t - VM_MAGIC;
  return vm_sincosf((x - n * 0x1.921fb544p+0) - n * 0x1.0b4611a626331p-34, (uint32_t)vm_u64(t) + add);
}
VM_INLINE float vm_sinf_fast(float x) { return vm_absf(x) < 0x1p-12f ? x : vm_trigf(x, 0); }
VM_INLINE float vm_cosf_fast(float x) { return vm_trigf(x, 1); }
VM_INLINE float vm_tanf_fast(float x) {
  double t = x * 0x1.45f306dc9c883p-1 + VM_MAGIC, n = t - VM_MAGIC;
  double r = (x - n * 0x1.921fb544p+0) - n * 0x1.0b4611a626331p-34, z = r * r;
  double s = r + r * z * VM_POLY2(z, -0x1.55554516a2a03p-3, 0x1.110734d582f79p-7, -0x1.9941c8d060c7bp-13);
  double c = 1.0 + z * VM_POLY3(z, -0x1.ffffffcb5189p-2, 0x1.55553c667682fp-5, -0x1.6c07ea07e7a82p-10,
                                0x1.9914da7225352p-16);
  uint64_t o = vm_u64(t) & 1;
  float v = (float)(vm_quadrant(s, c, o) / vm_quadrant(c, s, o | o << 1));
  return vm_absf(x) < 0x1p-12f ? x : v;
}
VM_INLINE float vm_sinf(float x) { return vm_trig_hugef(x) ? (float)vm_sin_arc(vm_arc_huge(x)) : vm_sinf_fast(x); }
VM_INLINE float vm_cosf(float x) { return vm_trig_hugef(x) ? (float)vm_cos_arc(vm_arc_huge(x)) : vm_cosf_fast(x); }
VM_INLINE float vm_tanf(float x) { return vm_trig_hugef(x) ? (float)vm_tan_arc(vm_arc_huge(x)) : vm_tanf_fast(x); }

/* vm_sin_n(out, in, n) and the like: n elements, out may be in. */
#define VM_TRIG_ARRAY(name, type, is_huge)                                            \
  static inline void name##_n(type *out, const type *in, int64_t n) {                 \
    for (int64_t b = 0; b < n; b += 512) {                                            \
      int64_t e = n - b < 512 ? n : b + 512;                                          \
      int huge = 0;                                                                   \
      for (int64_t i = b; i < e; i++) huge |= is_huge(in[i]);                         \
      if (huge)                                                                       \
        for (int64_t i = b; i < e; i++) out[i] = name(in[i]);                         \
      else                                                                            \
        VM_LOOP for (int64_t i = b; i < e; i++) out[i] = name##_fast(in[i]);          \
    }                                                                                 \
  }
VM_TRIG_ARRAY(vm_sin, double, vm_trig_huge)
VM_TRIG_ARRAY(vm_cos, double, vm_trig_huge)
VM_TRIG_ARRAY(vm_tan, double, vm_trig_huge)
VM_TRIG_ARRAY(vm_sinf, float, vm_trig_hugef)
VM_TRIG_ARRAY(vm_cosf, float, vm_trig_hugef)
VM_TRIG_ARRAY(vm_tanf, float, vm_trig_hugef)

/* asin(a) = a + a z P(z), z = a^2 <= 1/4; above, asin(a) = pi/2 - 2 asin(sqrt((1 - a)/2)), the root in two parts. */
VM_INLINE double vm_asin(double x) {
  double a = vm_abs(x), z = a < 0.5 ? a * a : 0.5 * (1.0 - a);
  double r = z * VM_POLY12(z, 0x1.5555555555577p-3, 0x1.333333332e103p-4, 0x1.6db6db72140cfp-5, 0x1.f1c71a94703c3p-6,
                           0x1.6e8bdeeca8b58p-6, 0x1.1c49ef973587dp-6, 0x1.ca1f9e2c9285ap-7, 0x1.75850c13cd7bap-7,
                           0x1.613f18e6bc04fp-7, 0x1.e5d18ac8e9bbep-9, 0x1.63a6be25cedf6p-6, -0x1.580b43a96fad7p-6,
                           0x1.0b4ad51dcdde4p-5);
  double s = sqrt(z), h = vm_head(s), c = (z - h * h) / (s + h + 0x1p-1000);
  double v = 0x1.921fb54442d18p-1 -
             ((2.0 * s * r - (0x1.1a62633145c07p-54 - 2.0 * c)) - (0x1.921fb54442d18p-1 - 2.0 * h));
  return vm_copysign(a < 0.5 ? a + a * r : v, x);
}
VM_INLINE double vm_acos(double x) {
  double a = vm_abs(x), z = a < 0.5 ? a * a : 0.5 * (1.0 - a);
  double r = z * VM_POLY12(z, 0x1.5555555555577p-3, 0x1.333333332e103p-4, 0x1.6db6db72140cfp-5, 0x1.f1c71a94703c3p-6,
                           0x1.6e8bdeeca8b58p-6, 0x1.1c49ef973587dp-6, 0x1.ca1f9e2c9285ap-7, 0x1.75850c13cd7bap-7,
                           0x1.613f18e6bc04fp-7, 0x1.e5d18ac8e9bbep-9, 0x1.63a6be25cedf6p-6, -0x1.580b43a96fad7p-6,
                           0x1.0b4ad51dcdde4p-5);
  double s = sqrt(z), h = vm_head(s), c = (z - h * h) / (s + h + 0x1p-1000);
  double v = x < 0.0 ? 0x1.921fb54442d18p+1 - 2.0 * (s + (s * r - 0x1.1a62633145c07p-54)) : 2.0 * (h + (s * r + c));
  return a < 0.5 ? 0x1.921fb54442d18p+0 - (x - (0x1.1a62633145c07p-54 - x * r)) : v;
}
VM_INLINE float vm_asinf(float x) {
  float a = vm_absf(x), z = a < 0.5f ? a * a : 0.5f * (1.0f - a);
  float r = z * VM_POLY5(z, 0x1.55554cp-3f, 0x1.3338acp-4f, 0x1.6ca752p-5f, 0x1.04d35cp-5f, 0x1.d5105ap-7f,
                         0x1.34d1ccp-5f);
  float s = sqrtf(z), h = vm_f32(vm_u32(s) & 0xfffff000u), c = (z - h * h) / (s + h + 0x1p-100f);
  float v = 0x1.921fb4p-1f - ((2.0f * s * r - (0x1.4442dp-24f - 2.0f * c)) - (0x1.921fb4p-1f - 2.0f * h));
  return vm_copysignf(a < 0.5f ? a + a * r : v, x);
}
VM_INLINE float vm_acosf(float x) {
  float a = vm_absf(x), z = a < 0.5f ? a * a : 0.5f * (1.0f - a);
  float r = z * VM_POLY5(z, 0x1.55554cp-3f, 0x1.3338acp-4f, 0x1.6ca752p-5f, 0x1.04d35cp-5f, 0x1.d5105ap-7f,
                         0x1.34d1ccp-5f);
  float s = sqrtf(z), h = vm_f32(vm_u32(s) & 0xfffff000u), c = (z - h * h) / (s + h + 0x1p-100f);
  float v = x < 0.0f ? 0x1.921fb4p+1f - 2.0f * (s + (s * r - 0x1.4442dp-24f)) : 2.0f * (h + (s * r + c));
  return a < 0.5f ? 0x1.921fb4p+0f - (x - (0x1.4442dp-24f - x * r)) : v;
}

/* atan(lo / hi), 0 <= lo <= hi: the ratio itself up to 1/2, above pi/4 + atan((lo - hi) / (lo + hi)). */
VM_INLINE double vm_atan_ratio(double lo, double hi) {
  double mid = lo > 0.5 * hi ? 1.0 : 0.0;
  double t = (mid > 0.5 ? lo - hi : lo) / (mid > 0.5 ? lo + hi : hi), z = t * t;
  double r = t * z * VM_POLY11(z, -0x1.5555555555516p-2, 0x1.9999999991157p-3, -0x1.249249215e375p-3,
                               0x1.c71c7090fea79p-4, -0x1.745cf4cce8d8ep-4, 0x1.3b113dd69d456p-4, -0x1.10f31fcfa1672p-4,
                               0x1.dfe97f8e8264bp-5, -0x1.a39881ccba95cp-5, 0x1.56f604a4aa8ddp-5, -0x1.c180724703066p-6,
                               0x1.4b84bee9af94ep-7);
  return mid * 0x1.921fb54442d18p-1 + (t + (r + mid * 0x1.1a62633145c07p-55));
}
VM_INLINE double vm_atan(double x) {
  double a = vm_abs(x), v = vm_atan_ratio(a > 1.0 ? 1.0 : a, a > 1.0 ? a : 1.0);
  return vm_copysign(a > 1.0 ? 0x1.921fb54442d18p+0 - (v - 0x1.1a62633145c07p-54) : v, x);
}
VM_INLINE double vm_atan2(double y, double x) {
  double a = vm_abs(y), b = vm_abs(x), s = a > 0x1p1000 || b > 0x1p1000 ? 0x1p-100 : 1.0;
  double hi = (a > b ? a : b) * s, lo = (a > b ? b : a) * s;
  hi = lo == INFINITY ? 1.0 : hi; /* both infinite: as 1 / 1 */
  lo = lo == INFINITY ? 1.0 : lo;
  double v = vm_atan_ratio(lo, hi == 0.0 ? 1.0 : hi);
  v = a > b ? 0x1.921fb54442d18p+0 - (v - 0x1.1a62633145c07p-54) : v;
  v = vm_copysign(1.0, x) < 0.0 ? 0x1.921fb54442d18p+1 - (v - 0x1.1a62633145c07p-53) : v;
  return x != x || y != y ? x + y : vm_copysign(v, y);
}

VM_INLINE float vm_atan_ratiof(float lo, float hi) {
  float mid = lo > 0.5f * hi ? 1.0f : 0.0f;
  float t = (mid > 0.5f ? lo - hi : lo) / (mid > 0.5f ? lo + hi : hi), z = t * t;
  float r = t * z * VM_POLY5(z, -0x1.555552p-2f, 0x1.999744p-3f, -0x1.245036p-3f, 0x1.c072ep-4f, -0x1.480e6p-4f,
                             0x1.3fd518p-5f);
  return mid * 0x1.921fb4p-1f + (t + (r + mid * 0x1.4442dp-25f));
}
VM_INLINE float vm_atanf(float x) {
  float a = vm_absf(x), v = vm_atan_ratiof(a > 1.0f ? 1.0f : a, a > 1.0f ? a : 1.0f);
  return vm_copysignf(a > 1.0f ? 0x1.921fb4p+0f - (v - 0x1.4442dp-24f) : v, x);
}
VM_INLINE float vm_atan2f(float y, float x) {
  float a = vm_absf(y), b = vm_absf(x), s = a > 0x1p100f || b > 0x1p100f ? 0x1p-10f : 1.0f;
  float hi = (a > b ? a : b) * s, lo = (a > b ? b : a) * s;
  hi = lo == INFINITY ? 1.0f : hi;
  lo = lo == INFINITY ? 1.0f : lo;
  float v = vm_atan_ratiof(lo, hi == 0.0f ? 1.0f : hi);
  v = a > b ? 0x1.921fb4p+0f - (v - 0x1.4442dp-24f) : v;
  v = vm_copysignf(1.0f, x) < 0.0f ? 0x1.921fb4p+1f - (v - 0x1.4442dp-23f) : v;
  return x != x || y != y ? x + y : vm_copysignf(v, y);
}
#endif
