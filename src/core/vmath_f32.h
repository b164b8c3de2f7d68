/* Float: exp, log, hyperbolic functions and their inverses, pow, hypot, cbrt, erf. Included by vmath.h after
   vmath_f64.h. The frequent ones stay in float for its wider vectors, the others lean on double. */
#ifndef TS_VMATH_F32_H
#define TS_VMATH_F32_H

/* p * 2^(u - 254) in two steps, as vm_scale. */
VM_INLINE float vm_scalef(float p, uint32_t u) {
  uint32_t h = u >> 1;
  return p * vm_f32(h << 23) * vm_f32((u - h) << 23);
}

/* Bounds of arguments, as variables: of a clamp to numbers that it knows a compiler makes the minimum of IEEE 754, which engines of
   WebAssembly run as eight instructions; of one to variables, in these very comparisons, one. NaN stays. */
extern const float vm_boundsf[8]; /* sized, so that they may be read before a loop */
#define VM_EXP_MOST vm_boundsf[0]
#define VM_EXP_LEAST vm_boundsf[1]
#define VM_EXP2_MOST vm_boundsf[2]
#define VM_EXP2_LEAST vm_boundsf[3]
#define VM_EXPM1_LEAST vm_boundsf[4]
#define VM_COSH_MOST vm_boundsf[5]
#define VM_SIGMOID_MOST vm_boundsf[6]
#define VM_TANH_MOST vm_boundsf[7]
VM_INLINE float vm_at_mostf(float x, float most) { return most < x ? most : x; }
VM_INLINE float vm_at_leastf(float x, float least) { return x < least ? least : x; }

/* The numbers in the functions called most. With VM_VARIABLES, of the WebAssembly build, they are variables: current V8 makes a vector that
   is constant anew wherever it is used, also in a loop, by three instructions; a variable is read into a register once. */
#define VM_NUMBERSF(X) \
  X(vm_onef, 1.0f) X(vm_twof, 2.0f) X(vm_log2ef, 0x1.715476p+0f) X(vm_log2_highf, 0x1.62e4p-1f) X(vm_log2_lowf, 0x1.7f7d1cp-20f) \
  X(vm_magicf, VM_MAGICF) X(vm_magic_0f, VM_MAGICF + 127.0f) X(vm_magic_64f, VM_MAGICF + 191.0f) X(vm_2_64f, 0x1p-64f) \
  X(vm_exp2_f, 0x1.fffffcp-2f) X(vm_exp3_f, 0x1.55548ap-3f) X(vm_exp4_f, 0x1.55584ep-5f) X(vm_exp5_f, 0x1.123f6p-7f) \
  X(vm_exp6_f, 0x1.6ad6cp-10f) X(vm_sigmoid_onef, 0x1.cp-30f) X(vm_tanh_shiftf, 0.3f) \
  X(vm_tanh2_f, 0x1.ffffe8p-2f) X(vm_tanh3_f, 0x1.55568cp-3f) X(vm_tanh4_f, 0x1.557528p-5f) X(vm_tanh5_f, 0x1.0ca5acp-7f) \
  X(vm_tanh6_f, 0x1.bb3fb2p-10f) X(vm_halff, 0.5f) X(vm_minus_0f, -0.0f) X(vm_gelu_mostf, 5.6f) \
  X(vm_over0_f, 0x1.98845p-2f) X(vm_over1_f, 0x1.19992ep-5f) X(vm_over2_f, 0x1.347ceap-8f) X(vm_over3_f, 0x1.6c8df2p-13f) \
  X(vm_over4_f, 0x1.aa8bep-18f) X(vm_over5_f, 0x1.7c6efcp-26f) X(vm_under1_f, 0x1.02e604p-2f) X(vm_under2_f, 0x1.da2418p-6f) \
  X(vm_under3_f, 0x1.f57364p-10f) X(vm_under4_f, 0x1.3af7cep-14f) X(vm_under5_f, 0x1.3cca9cp-20f)
#ifdef VM_VARIABLES
#define VM_NUMBERF(name, value) extern const float name;
#else
#define VM_NUMBERF(name, value) static const float name = value;
#endif
VM_NUMBERSF(VM_NUMBERF)

/* exp(r) = 1 + r + r^2 P(r) for |r| <= log(2)/2. */
VM_INLINE float vm_exp_polyf(float r) {
  return VM_ESTRIN4(r, r * r, vm_exp2_f, vm_exp3_f, vm_exp4_f, vm_exp5_f, vm_exp6_f);
}

/* x = n log(2) + r. */
VM_INLINE float vm_exp_restf(float x, float n) { return (x - n * vm_log2_highf) - n * vm_log2_lowf; }
/* The low bits of the sum of vm_magic_0f (64f) and n, shifted to the exponent's place, are 2^n (2^(n + 64)). */
VM_INLINE float vm_powerf(float sum) { return vm_f32(vm_u32(sum) << 23); }

/* x = n log(2) + r, and t, in whose low bits n stands. The functions called most are made of a beginning and an end, which loops may take apart
   (TS_STAGED in kernels/loops/loops.h). */
typedef struct { float r, t; } vm_restf;
VM_INLINE vm_restf vm_exp_beginf(float x, float magic) {
  float t = x * vm_log2ef + magic;
  vm_restf s = {vm_exp_restf(x, t - magic), t};
  return s;
}
/* exp(x), or 2^64 of it, for a magic of vm_magic_0f, vm_magic_64f. */
VM_INLINE float vm_exp_endf(float r, float t) { return (vm_onef + (r + r * r * vm_exp_polyf(r))) * vm_powerf(t); }

/* exp(x) = p * 2^(u - 254) for |x| < 1000. */
typedef struct { float p; uint32_t u; } vm_scaledf;
VM_INLINE vm_scaledf vm_exp_scaledf(float x) {
  float t = x * vm_log2ef + vm_magic_0f, r = vm_exp_restf(x, t - vm_magic_0f);
  vm_scaledf s = {vm_onef + (r + r * r * vm_exp_polyf(r)), vm_u32(t) - VM_MAGICF_BITS + 127u};
  return s;
}

VM_INLINE float vm_expf(float x) {
  vm_scaledf s = vm_exp_scaledf(vm_at_leastf(vm_at_mostf(x, VM_EXP_MOST), VM_EXP_LEAST));
  return vm_scalef(s.p, s.u);
}

/* The same, to the bit, for |x| <= VM_EXP_NORMAL: the results are normal numbers. */
#define VM_EXP_NORMAL 87.0f
VM_INLINE vm_restf vm_exp_normal_beginf(float x) { return vm_exp_beginf(x, vm_magic_0f); }
VM_INLINE float vm_exp_normalf(float x) {
  vm_restf s = vm_exp_normal_beginf(x);
  return vm_exp_endf(s.r, s.t);
}

/* The same, to the bit, for x <= 40, as in sums where the largest term is 1. least: VM_EXP_LEAST, read before a loop. */
VM_INLINE vm_restf vm_exp_down_beginf(float x, float least) { return vm_exp_beginf(vm_at_leastf(x, least), vm_magic_64f); }
VM_INLINE float vm_exp_down_endf(float r, float t) { return vm_exp_endf(r, t) * vm_2_64f; }
VM_INLINE float vm_exp_downf(float x, float least) {
  vm_restf s = vm_exp_down_beginf(x, least);
  return vm_exp_down_endf(s.r, s.t);
}

VM_INLINE float vm_exp2f(float x) {
  x = vm_at_leastf(vm_at_mostf(x, VM_EXP2_MOST), VM_EXP2_LEAST);
  float t = x + VM_MAGICF, r = x - (t - VM_MAGICF);
  float p = 1.0f + r * VM_POLY6(r, 0x1.62e43p-1f, 0x1.ebfbep-3f, 0x1.c6b058p-5f, 0x1.3b2a54p-7f, 0x1.5dc64ep-10f,
                                0x1.441778p-13f, 0x1.b3ca3ap-17f);
  return vm_scalef(p, vm_u32(t) - VM_MAGICF_BITS + 254u);
}

VM_INLINE float vm_expm1f(float x) {
  float y = vm_at_leastf(vm_at_mostf(x, VM_EXP_MOST), VM_EXPM1_LEAST);
  float t = y * 0x1.715476p+0f + VM_MAGICF, n = t - VM_MAGICF;
  float a = y - n * 0x1.62e4p-1f, b = n * 0x1.7f7d1cp-20f;
  float r = a - b, c = (a - r) - b;
  float q = r * r * vm_exp_polyf(r) + c;
  float s = vm_f32((vm_u32(t) - VM_MAGICF_BITS + 126u) << 23); /* 2^(n-1) */
  float v = 2.0f * (((s - 0.5f) + s * r) + s * q);
  return vm_absf(x) < 0x1p-25f ? x : v;
}

/* 1 / (1 + exp(-x)) = a / (a + a exp(-x)), where the a of 1.75 * 2^-30 leaves room for exponents of both signs: no result but the
   quotient is subnormal, and none overflows. With exp(-x) = 2^-n (1 + q) the sum is (a + a 2^-n) + a 2^-n q, whose first part is exact
   but for n of -25 to -23; there 1.75 rounds least. */
VM_INLINE vm_restf vm_sigmoid_beginf(float x) {
  float y = vm_at_leastf(vm_at_mostf(x, VM_SIGMOID_MOST), VM_EXP_LEAST);
  float t = vm_magicf - y * vm_log2ef, n = vm_magicf - t;
  vm_restf s = {(n * vm_log2_highf - y) + n * vm_log2_lowf, t};
  return s;
}
VM_INLINE float vm_sigmoid_endf(float r, float t) {
  float a = vm_sigmoid_onef, scaled = vm_f32((vm_u32(t) << 23) + vm_u32(a));
  return a / ((a + scaled) + scaled * (r + r * r * vm_exp_polyf(r)));
}
VM_INLINE float vm_sigmoidf(float x) {
  vm_restf s = vm_sigmoid_beginf(x);
  return vm_sigmoid_endf(s.r, s.t);
}

/* x times the normal distribution function, which is 1/2 + x over(x^2) / under(x^2), to 2e-7; beyond 5.6 it is 0 or 1 in float. */
VM_INLINE float vm_gelu_overf(float x) {
  return VM_POLY5(x * x, vm_over0_f, vm_over1_f, vm_over2_f, vm_over3_f, vm_over4_f, vm_over5_f);
}
VM_INLINE float vm_gelu_underf(float x) {
  return VM_POLY5(x * x, vm_onef, vm_under1_f, vm_under2_f, vm_under3_f, vm_under4_f, vm_under5_f);
}
VM_INLINE float vm_gelu_endf(float x, float r) {
  float near = x * r, far = vm_f32(vm_u32(vm_halff) | (vm_u32(x) & vm_u32(vm_minus_0f)));
  return x * (vm_halff + (vm_absf(x) < vm_gelu_mostf ? near : far));
}

/* x = 2^k * m with m in [sqrt(1/2), sqrt(2)), for positive finite x. */
typedef struct { float k, m; } vm_partsf;
VM_INLINE vm_partsf vm_splitf(float x) {
  float small = x < 0x1p-126f ? 1.0f : 0.0f;
  uint32_t u = vm_u32(small > 0.5f ? x * 0x1p23f : x) - 0x3f3504f3u;
  vm_partsf s = {(float)((int32_t)u >> 23) - small * 23.0f, vm_f32((u & 0x7fffffu) + 0x3f3504f3u)};
  return s;
}

/* log(1 + f) = f + g for m = 1 + f; returns g. */
VM_INLINE float vm_log_restf(float f) {
  float z = f * f;
  float p = VM_ESTRIN8(f, z, 0x1.555548p-2f, -0x1.00007p-2f, 0x1.99a54p-3f, -0x1.552f08p-3f, 0x1.23034ap-3f,
                     -0x1.0105dp-3f, 0x1.eff944p-4f, -0x1.bf0d68p-4f, 0x1.b5254ep-5f);
  return z * f * p - 0.5f * z;
}

VM_INLINE float vm_log_edgesf(float x, float v) {
  v = x < INFINITY ? v : x;
  return x > 0.0f ? v : (x == 0.0f ? -INFINITY : NAN);
}

VM_INLINE float vm_logf(float x) {
  vm_partsf p = vm_splitf(x);
  float f = p.m - 1.0f, g = vm_log_restf(f) + p.k * 0x1.7f7d1cp-20f;
  return vm_log_edgesf(x, (f + g) + p.k * 0x1.62e4p-1f);
}

/* log(m) / log(base) as f * c + ..., with f split so that the first product is exact. */
VM_INLINE float vm_log2f(float x) {
  vm_partsf p = vm_splitf(x);
  float f = p.m - 1.0f, g = vm_log_restf(f), h = vm_f32(vm_u32(f + g) & 0xfffff000u), l = g - (h - f);
  return vm_log_edgesf(x, (h * 0x1.714p+0f + (l * 0x1.714p+0f + (h + l) * 0x1.47652ap-12f)) + p.k);
}

VM_INLINE float vm_log10f(float x) {
  vm_partsf p = vm_splitf(x);
  float f = p.m - 1.0f, g = vm_log_restf(f), h = vm_f32(vm_u32(f + g) & 0xfffff000u), l = g - (h - f);
  float low = l * 0x1.bcap-2f + (h + l) * 0x1.7b1526p-14f + p.k * 0x1.3509f6p-18f;
  return vm_log_edgesf(x, (h * 0x1.bcap-2f + low) + p.k * 0x1.344p-2f);
}

VM_INLINE float vm_log1pf(float x) {
  float u = 1.0f + x, b = u - 1.0f, c = (1.0f - (u - b)) + (x - b);
  vm_partsf p = vm_splitf(u);
  float f = p.m - 1.0f, g = vm_log_restf(f) + (p.k * 0x1.7f7d1cp-20f + c / u);
  float v = vm_log_edgesf(u, (f + g) + p.k * 0x1.62e4p-1f);
  return vm_absf(x) < 0x1p-25f ? x : v;
}

/* (e - 1) / (e + 1) with e = exp(2 |x|) = (1 + q) 2^n, its r from -0.14 to 0.56. Up to |x| = 0.277 n is 0 and r exact: there it is
   |x| + (q - r - |x| q) / (q + 2), with r = 2 |x|. The sign of x goes with t. */
VM_INLINE vm_restf vm_tanh_beginf(float x) {
  float a = vm_at_mostf(vm_absf(x), VM_TANH_MOST), y = a + a;
  float t = (y * vm_log2ef - vm_tanh_shiftf) + vm_magic_0f, n = t - vm_magic_0f;
  vm_restf s = {vm_exp_restf(y, n), vm_f32(vm_u32(t) | (vm_u32(x) & vm_u32(vm_minus_0f)))};
  return s;
}
VM_INLINE float vm_tanh_middlef(float r) { return r * r * VM_ESTRIN4(r, r * r, vm_tanh2_f, vm_tanh3_f, vm_tanh4_f, vm_tanh5_f, vm_tanh6_f); }
VM_INLINE float vm_tanh_endf(float r, float w, float t) {
  float a = r * vm_halff, q = r + w, s = vm_powerf(t), e = s * q + (s - vm_onef);
  uint32_t near = VM_MASKF(s == vm_onef);
  float v = vm_f32(vm_u32(a) & near) + vm_f32((vm_u32(w - a * q) & near) | (vm_u32(e) & ~near)) / (e + vm_twof);
  return vm_f32(vm_u32(v) | (vm_u32(t) & vm_u32(vm_minus_0f)));
}
VM_INLINE float vm_tanhf(float x) {
  vm_restf s = vm_tanh_beginf(x);
  return vm_tanh_endf(s.r, vm_tanh_middlef(s.r), s.t);
}

VM_INLINE float vm_sinhf(float x) {
  float a = vm_absf(x), z = a * a;
  float small = a + a * z * VM_POLY3(z, 0x1.555556p-3f, 0x1.1110ep-7f, 0x1.a022bcp-13f, 0x1.756c1ep-19f);
  vm_scaledf s = vm_exp_scaledf(vm_at_mostf(a, VM_COSH_MOST));
  float e = vm_scalef(s.p, s.u - 1u);
  return vm_copysignf(a < 1.0f ? small : e - 0.25f / e, x);
}

VM_INLINE float vm_coshf(float x) {
  float a = vm_absf(x);
  vm_scaledf s = vm_exp_scaledf(vm_at_mostf(a, VM_COSH_MOST));
  float e = vm_scalef(s.p, s.u - 1u);
  return e + 0.25f / e;
}

/* log of a positive normal double to 40 bits. */
VM_INLINE double vm_log_low(double x) {
  uint64_t u = vm_u64(x) - 0x3fe6a09e667f3bcdu;
  double k = vm_f64(((u + 0x3ff0000000000000u) >> 52) | 0x4330000000000000u) - (0x1p52 + 1023.0);
  double m = vm_f64((u & 0x000fffffffffffffu) + 0x3fe6a09e667f3bcdu);
  double s = (m - 1.0) / (m + 1.0), z = s * s;
  double r = VM_POLY4(z, 0x1.555555561e4b3p-1, 0x1.999996a8fa367p-2, 0x1.2494122112cafp-2, 0x1.c62b007d59aa3p-3,
                      0x1.9116cc8aba7a6p-3);
  return k * 0x1.62e42fefa39efp-1 + (2.0 * s + s * z * r);
}

/* Beyond 2^30 log(2 a), as a square might overflow. */
VM_INLINE float vm_log1p_or_twicef(float u, float a) {
  float far = a > 0x1p30f ? 0x1.62e43p-1f : 0.0f;
  return vm_log1pf(far > 0.0f ? a : u) + far;
}

VM_INLINE float vm_asinhf(float x) {
  float a = vm_absf(x), z = a * a;
  return vm_copysignf(vm_log1p_or_twicef(a + z / (1.0f + sqrtf(1.0f + z)), a), x);
}

VM_INLINE float vm_acoshf(float x) {
  float t = x - 1.0f, v = vm_log1p_or_twicef(t + sqrtf(t + t + t * t), x);
  return x >= 1.0f ? v : NAN;
}

VM_INLINE float vm_atanhf(float x) {
  float a = vm_absf(x), u = a + a * a / (1.0f - a), v = 0.5f * vm_log1pf(u + u);
  return vm_copysignf(a > 1.0f ? NAN : v, x);
}

VM_INLINE float vm_pow_edgesf(float x, float y, float g) {
  float a = vm_absf(x), b = vm_absf(y), half = 0.5f * b;
  uint32_t whole = VM_MASKF(b >= 0x1p23f) | VM_MASKF((b + 0x1p23f) - 0x1p23f == b);
  uint32_t even = VM_MASKF(half >= 0x1p23f) | VM_MASKF((half + 0x1p23f) - 0x1p23f == half);
  uint32_t edge = VM_MASKF(a == 0.0f) | VM_MASKF(a == INFINITY);
  uint32_t infinite = ~(VM_MASKF(y > 0.0f) ^ VM_MASKF(a > 1.0f)) & 0x7f800000u;
  uint32_t one = VM_MASKF(y == 0.0f) | VM_MASKF(x == 1.0f) | (VM_MASKF(a == 1.0f) & VM_MASKF(b == INFINITY));
  uint32_t u = vm_u32(g) | (VM_MASKF(x < 0.0f) & ~whole & 0x7fc00000u);
  u = (u & ~edge) | (infinite & edge);
  u |= vm_u32(x) & whole & ~even & 0x80000000u;
  u |= (VM_MASKF(x != x) | VM_MASKF(y != y)) & 0x7fc00000u;
  return vm_f32((u & ~one) | (0x3f800000u & one));
}

VM_INLINE float vm_powf(float x, float y) {
  /* log2 and exp2 in double; float subnormals are normal there. */
  uint64_t w = vm_u64(vm_abs(x)) - 0x3fe6a09e667f3bcdu;
  double k = vm_f64(((w + 0x3ff0000000000000u) >> 52) | 0x4330000000000000u) - (0x1p52 + 1023.0);
  double m = vm_f64((w & 0x000fffffffffffffu) + 0x3fe6a09e667f3bcdu);
  double s = (m - 1.0) / (m + 1.0);
  double p = (double)y * (k + s * VM_POLY5(s * s, 0x1.71547652b825p+1, 0x1.ec709dc53dd4ap-1, 0x1.2776c291b9ec9p-1,
                                           0x1.a61a2feadda12p-2, 0x1.47952a5582c5dp-2, 0x1.21b33efbe0813p-2));
  p = p > 200.0 ? 200.0 : (p < -200.0 ? -200.0 : p);
  double t = p + VM_MAGIC, r = p - (t - VM_MAGIC);
  double e = 1.0 + r * VM_POLY6(r, 0x1.62e4300bc994ap-1, 0x1.ebfbe045eb549p-3, 0x1.c6b054e2c721cp-5,
                                0x1.3b2a1b539178fp-7, 0x1.5dc06e84c80f1p-10, 0x1.444037495cbb1p-13,
                                0x1.c0485916b9c55p-17);
  return vm_pow_edgesf(x, y, (float)(e * vm_f64((vm_u64(t) - VM_MAGIC_BITS + 1023u) << 52)));
}

VM_INLINE float vm_hypotf(float x, float y) {
  double a = x, b = y;
  float v = (float)sqrt(a * a + b * b);
  return vm_absf(x) == INFINITY || vm_absf(y) == INFINITY ? INFINITY : v;
}

VM_INLINE float vm_cbrtf(float x) { return (float)vm_cbrt(x); }
#endif
