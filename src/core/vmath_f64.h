/* Double: exp, log, hyperbolic functions and their inverses, pow, hypot, cbrt. Included by vmath.h. */
#ifndef TS_VMATH_F64_H
#define TS_VMATH_F64_H

/* The upper 26 significant bits: products of two such numbers are exact. */
VM_INLINE double vm_head(double x) { return vm_f64(vm_u64(x) & 0xfffffffff8000000u); }

/* What p = a * b lost to rounding. */
VM_INLINE double vm_mul_low(double a, double b, double p) {
  double ah = vm_head(a), al = a - ah, bh = vm_head(b), bl = b - bh;
  return ((ah * bh - p) + ah * bl + al * bh) + al * bl;
}

/* p * 2^(u - 2046), in two steps, so that results round once where they become subnormal. */
VM_INLINE double vm_scale(double p, uint64_t u) {
  uint64_t h = u >> 1;
  return p * vm_f64(h << 52) * vm_f64((u - h) << 52);
}

/* exp(r) = 1 + r + r^2 P(r) for |r| <= log(2)/2. */
VM_INLINE double vm_exp_poly(double r) {
  return VM_POLY9(r, 0x1.0000000000009p-1, 0x1.5555555555558p-3, 0x1.55555555502a4p-5, 0x1.111111110f7a1p-7,
                  0x1.6c16c1864df32p-10, 0x1.a01a01b03af3cp-13, 0x1.a01992dcd7c09p-16, 0x1.71ddf62fe6d14p-19,
                  0x1.28b4dab755533p-22, 0x1.af642337af284p-26);
}

/* exp(hi + lo) = p * 2^(u - 2046) for |lo| tiny and -1100 < hi < 1100. */
typedef struct { double p; uint64_t u; } vm_scaled;
VM_INLINE vm_scaled vm_exp_scaled(double hi, double lo) {
  double t = hi * 0x1.71547652b82fep+0 + VM_MAGIC, n = t - VM_MAGIC;
  double a = hi - n * 0x1.62e42fefp-1, b = n * 0x1.473de6af278edp-34 - lo;
  double r = a - b, c = (a - r) - b, h = 1.0 + r;
  vm_scaled s = {h + ((r - (h - 1.0)) + (r * r * vm_exp_poly(r) + c)), vm_u64(t) - VM_MAGIC_BITS + 2046u};
  return s;
}

VM_INLINE double vm_exp(double x) {
  x = x > 710.0 ? 710.0 : x;
  x = x < -746.0 ? -746.0 : x;
  vm_scaled s = vm_exp_scaled(x, 0.0);
  return vm_scale(s.p, s.u);
}

/* As vm_exp_downf. */
VM_INLINE double vm_exp_down(double x, double least) {
  (void)least;
  return vm_exp(x);
}

VM_INLINE double vm_exp2(double x) {
  x = x > 1025.0 ? 1025.0 : x;
  x = x < -1080.0 ? -1080.0 : x;
  double t = x + VM_MAGIC, r = x - (t - VM_MAGIC);
  double p = 1.0 + r * VM_POLY11(r, 0x1.62e42fefa39efp-1, 0x1.ebfbdff82c58fp-3, 0x1.c6b08d704a0d6p-5,
                                 0x1.3b2ab6fba4ea8p-7, 0x1.5d87fe78a1263p-10, 0x1.430912f85973dp-13,
                                 0x1.ffcbfc7af7ca5p-17, 0x1.62c0229addc01p-20, 0x1.b524d07b45522p-24,
                                 0x1.e4cd9c2824fc9p-28, 0x1.ea14ccbed5f5cp-32, 0x1.c6daa7f87f77dp-36);
  return vm_scale(p, vm_u64(t) - VM_MAGIC_BITS + 2046u);
}

VM_INLINE double vm_expm1(double x) {
  double y = x > 710.0 ? 710.0 : x;
  y = y < -50.0 ? -50.0 : y;
  double t = y * 0x1.71547652b82fep+0 + VM_MAGIC, n = t - VM_MAGIC;
  double a = y - n * 0x1.62e42fefp-1, b = n * 0x1.473de6af278edp-34;
  double r = a - b, c = (a - r) - b;
  double q = r * r * vm_exp_poly(r) + c;
  /* 2^n (1 + r + q) - 1 with half the scale: 2^1024 is no number. */
  double s = vm_f64((vm_u64(t) - VM_MAGIC_BITS + 1022u) << 52);
  double v = 2.0 * (((s - 0.5) + s * r) + s * q);
  return vm_abs(x) < 0x1p-54 ? x : v;
}

VM_INLINE double vm_sigmoid(double x) {
  double e = vm_exp(-vm_abs(x)), d = 1.0 + e, low = e - (d - 1.0);
  double v = (x < 0.0 ? e : 1.0) / d;
  return v - v * low * (x < 0.0 ? 1.0 - v : v); /* the last factor is 1 / d */
}

/* x = 2^k * m with m in [sqrt(1/2), sqrt(2)), for positive finite x. */
typedef struct { double k, m; } vm_parts;
VM_INLINE vm_parts vm_split(double x) {
  double small = x < 0x1p-1022 ? 1.0 : 0.0;
  uint64_t u = vm_u64(small > 0.5 ? x * 0x1p54 : x) - 0x3fe6a09e667f3bcdu;
  /* The exponent as a double: there is no vector instruction for int64 to double. */
  double k = vm_f64(((u + 0x3ff0000000000000u) >> 52) | 0x4330000000000000u) - (0x1p52 + 1023.0);
  vm_parts s = {k - small * 54.0, vm_f64((u & 0x000fffffffffffffu) + 0x3fe6a09e667f3bcdu)};
  return s;
}

/* 2 atanh(s) = 2s + s * R, as a function of z = s^2; R includes the factor z. */
VM_INLINE double vm_log_poly(double z) {
  return z * VM_POLY6(z, 0x1.5555555555592p-1, 0x1.999999997fd7p-2, 0x1.24924941f53fdp-2, 0x1.c71c5205dfa3p-3,
                      0x1.74663fa8359c9p-3, 0x1.39a1a6862f369p-3, 0x1.2f0637a36d0c1p-3);
}

/* log(2^k * m + c) for a small correction c of relative size below 2^-50. */
VM_INLINE double vm_log_parts(double k, double m, double c) {
  double f = m - 1.0, s = f / (m + 1.0), h = 0.5 * f * f, r = vm_log_poly(s * s);
  return k * 0x1.62e42fefp-1 - ((h - (s * (h + r) + (k * 0x1.473de6af278edp-34 + c))) - f);
}

/* v for finite x > 0, and what log does elsewhere. */
VM_INLINE double vm_log_edges(double x, double v) {
  v = x < INFINITY ? v : x;
  return x > 0.0 ? v : (x == 0.0 ? -INFINITY : NAN);
}

VM_INLINE double vm_log(double x) {
  vm_parts p = vm_split(x);
  return vm_log_edges(x, vm_log_parts(p.k, p.m, 0.0));
}

/* log(m) as a sum: the head h has 32 bits to spare for exact products. */
typedef struct { double hi, lo; } vm_pair;
VM_INLINE vm_pair vm_log_pair(double m) {
  double f = m - 1.0, s = f / (m + 1.0), h = 0.5 * f * f, r = vm_log_poly(s * s);
  double hi = vm_head(f - h);
  vm_pair v = {hi, ((f - hi) - h) + s * (h + r)};
  return v;
}

VM_INLINE double vm_log2(double x) {
  vm_parts p = vm_split(x);
  vm_pair l = vm_log_pair(p.m);
  double a = l.hi * 0x1.715476p+0;
  double b = (l.hi + l.lo) * 0x1.4ae0bf85ddf44p-26 + l.lo * 0x1.715476p+0;
  double w = p.k + a;
  return vm_log_edges(x, w + (((p.k - w) + a) + b));
}

VM_INLINE double vm_log10(double x) {
  vm_parts p = vm_split(x);
  vm_pair l = vm_log_pair(p.m);
  double a = l.hi * 0x1.bcb7b1p-2, kh = p.k * 0x1.34413509ep-2;
  double b = (l.hi + l.lo) * 0x1.49b9438ca9aaep-28 + l.lo * 0x1.bcb7b1p-2 + p.k * 0x1.79fef311f12b3p-38;
  double w = kh + a;
  return vm_log_edges(x, w + (((kh - w) + a) + b));
}

VM_INLINE double vm_log1p(double x) {
  double u = 1.0 + x, b = u - 1.0, c = (1.0 - (u - b)) + (x - b);
  vm_parts p = vm_split(u);
  double v = vm_log_parts(p.k, p.m, c / u);
  v = vm_log_edges(u, v);
  return vm_abs(x) < 0x1p-54 ? x : v;
}

VM_INLINE double vm_tanh(double x) {
  double a = vm_abs(x), z = a * a;
  double small = a + a * z * VM_POLY10(z, -0x1.555555555554fp-2, 0x1.111111111079p-3, -0x1.ba1ba1b97cb5fp-5,
                                       0x1.664f4859414p-6, -0x1.226e2f0e3e31ap-7, 0x1.d6d29a8cc70c2p-9,
                                       -0x1.7d8fc54a48beap-10, 0x1.34832e83ec578p-11, -0x1.e96a467a145bp-13,
                                       0x1.5d636ec145094p-14, -0x1.46e4881af39cbp-16);
  vm_scaled s = vm_exp_scaled(a > 20.0 ? 40.0 : 2.0 * a, 0.0);
  double e = s.p * vm_f64((s.u - 1023u) << 52);
  return vm_copysign(a < 0.55 ? small : 1.0 - 2.0 / (e + 1.0), x);
}

VM_INLINE double vm_sinh(double x) {
  double a = vm_abs(x), z = a * a;
  double small = a + a * z * VM_POLY6(z, 0x1.5555555555556p-3, 0x1.111111111101ep-7, 0x1.a01a01a03726cp-13,
                                      0x1.71de3a3b066adp-19, 0x1.ae646ff570496p-26, 0x1.6116f46bf5087p-33,
                                      0x1.b5c8aaf718998p-41);
  vm_scaled s = vm_exp_scaled(a > 712.0 ? 712.0 : a, 0.0);
  double e = vm_scale(s.p, s.u - 1u); /* exp(a) / 2 */
  return vm_copysign(a < 1.0 ? small : e - 0.25 / e, x);
}

VM_INLINE double vm_cosh(double x) {
  double a = vm_abs(x);
  vm_scaled s = vm_exp_scaled(a > 712.0 ? 712.0 : a, 0.0);
  double e = vm_scale(s.p, s.u - 1u);
  return e + 0.25 / e;
}

VM_INLINE double vm_asinh(double x) {
  /* log1p(a + a^2 / (1 + sqrt(1 + a^2))), and log(2a) for large a */
  double a = vm_abs(x), big = a > 0x1p28 ? 1.0 : 0.0, y = big > 0.5 ? 1.0 : a, z = y * y;
  double w = z / (1.0 + sqrt(1.0 + z)), t = y + w, e = w - (t - y);
  double u = 1.0 + t, b = u - 1.0, c = ((1.0 - (u - b)) + (t - b)) + e;
  u = big > 0.5 ? a : u;
  c = big > 0.5 ? 0.0 : c;
  vm_parts p = vm_split(u);
  double v = vm_log_parts(p.k + big, p.m, c / u);
  v = a < INFINITY ? v : a;
  return a < 0x1p-28 ? x : vm_copysign(v, x);
}

VM_INLINE double vm_acosh(double x) {
  double big = x > 0x1p28 ? 1.0 : 0.0, y = big > 0.5 ? 1.0 : x, d = y - 1.0;
  double f = d + 2.0, w = d * f, s = sqrt(w), t = s + d, ss = s * s;
  double rest = ((w - ss) - vm_mul_low(s, s, ss)) + (vm_mul_low(d, f, w) + d * (2.0 - (f - d)));
  double e = (d - (t - s)) + rest / (2.0 * s + 0x1p-1000);
  double u = 1.0 + t, b = u - 1.0, c = ((1.0 - (u - b)) + (t - b)) + e;
  u = big > 0.5 ? x : u;
  c = big > 0.5 ? 0.0 : c;
  vm_parts p = vm_split(u);
  double v = vm_log_parts(p.k + big, p.m, c / u);
  v = x < INFINITY ? v : x;
  return x >= 1.0 ? v : NAN;
}

VM_INLINE double vm_atanh(double x) {
  double a = vm_abs(x), z = a * a;
  double small = a + a * z * VM_POLY13(z, 0x1.555555555554cp-2, 0x1.999999999b31ep-3, 0x1.24924923ca16p-3,
                                       0x1.c71c722a320c2p-4, 0x1.745d08c39e144p-4, 0x1.3b1510496b041p-4,
                                       0x1.10fa83a6b70ep-4, 0x1.e3e98cd809d3bp-5, 0x1.9e876adb01d6fp-5,
                                       0x1.e70e6bcde584ap-5, -0x1.44740023c3c04p-8, 0x1.647b0487eedc8p-3,
                                       -0x1.8f3e0dc823d72p-3, 0x1.ec645e8db6a16p-3);
  double q = (1.0 + a) / (1.0 - a);
  vm_parts p = vm_split(q);
  double v = 0.5 * vm_log_parts(p.k, p.m, 0.0);
  v = a < 1.0 ? v : (a == 1.0 ? INFINITY : NAN);
  return vm_copysign(a < 0.5 ? small : v, x);
}

/* log2 of positive finite x to about 64 bits; hi has 26. */
VM_INLINE vm_pair vm_log2_pair(double x) {
  vm_parts p = vm_split(x);
  double f = p.m - 1.0, d = p.m + 1.0, v = 1.0 / d;
  double s = f * v, sh = vm_head(s), dh = vm_head(d), dl = p.m - (dh - 1.0);
  double sl = v * ((f - sh * dh) - sh * dl);
  /* log2(m) = 2/(3 log 2) * s * (3 + s^2 + ...), the bracket t in two parts */
  double z = s * s, hh = sh * sh;
  double r = z * z * VM_POLY6(z, 0x1.3333333333464p-1, 0x1.b6db6db683c25p-2, 0x1.555555a20bcf8p-2, 0x1.1745af6a97232p-2,
                              0x1.d8ae622da60fcp-3, 0x1.973fd7e56e189p-3, 0x1.9564655df6613p-3) + sl * (sh + s);
  double th = vm_head(3.0 + hh + r), tl = r - ((th - 3.0) - hh);
  double a = sh * th, b = sl * th + tl * s;
  double ph = vm_head(a + b), pl = b - (ph - a);
  double zh = ph * 0x1.ec709d8p-1, zl = ph * 0x1.0e80ff5d27f05p-27 + pl * 0x1.ec709dc3a03fdp-1;
  double hi = vm_head((zh + zl) + p.k), lo = zl - ((hi - p.k) - zh);
  vm_pair l = {hi, lo};
  return l;
}

/* x^y from g = |x|^y: negative, zero and infinite bases, NaN. */
VM_INLINE double vm_pow_edges(double x, double y, double g) {
  double a = vm_abs(x), b = vm_abs(y), half = 0.5 * b;
  uint64_t whole = VM_MASK(b >= 0x1p52) | VM_MASK((b + 0x1p52) - 0x1p52 == b);
  uint64_t even = VM_MASK(half >= 0x1p52) | VM_MASK((half + 0x1p52) - 0x1p52 == half);
  uint64_t edge = VM_MASK(a == 0.0) | VM_MASK(a == INFINITY);
  uint64_t infinite = ~(VM_MASK(y > 0.0) ^ VM_MASK(a > 1.0)) & 0x7ff0000000000000u;
  uint64_t one = VM_MASK(y == 0.0) | VM_MASK(x == 1.0) | (VM_MASK(a == 1.0) & VM_MASK(b == INFINITY));
  uint64_t u = vm_u64(g) | (VM_MASK(x < 0.0) & ~whole & 0x7ff8000000000000u);
  u = (u & ~edge) | (infinite & edge);
  u |= vm_u64(x) & whole & ~even & 0x8000000000000000u;
  u |= (VM_MASK(x != x) | VM_MASK(y != y)) & 0x7ff8000000000000u;
  return vm_f64((u & ~one) | (0x3ff0000000000000u & one));
}

VM_INLINE double vm_pow(double x, double y) {
  vm_pair l = vm_log2_pair(vm_abs(x));
  /* Beyond 2^66 no power of a number but 1 is finite and not 0. */
  double e = y > 0x1p66 ? 0x1p66 : (y < -0x1p66 ? -0x1p66 : y), eh = vm_head(e);
  double ph = eh * l.hi, pl = (e - eh) * l.hi + e * l.lo, p = ph + pl;
  double c = p > 1100.0 ? 1100.0 : (p < -1100.0 ? -1100.0 : p);
  ph = c == p ? ph : c;
  pl = c == p ? pl : 0.0;
  /* 2^(ph + pl) as e^r, r in two parts */
  double t = c + VM_MAGIC, d = ph - (t - VM_MAGIC), q = d + pl, qh = vm_head(q);
  double u = qh * 0x1.62e42f8p-1, v = (pl - (qh - d)) * 0x1.62e42fefa39efp-1 + qh * 0x1.be8e7bcd5e4f2p-27;
  double r = u + v, low = v - (r - u), h = 1.0 + r;
  h += (r - (h - 1.0)) + (r * r * vm_exp_poly(r) + (low + r * low));
  return vm_pow_edges(x, y, vm_scale(h, vm_u64(t) - VM_MAGIC_BITS + 2046u));
}

VM_INLINE double vm_hypot(double x, double y) {
  double p = vm_abs(x), q = vm_abs(y), a = p > q ? p : q, b = p > q ? q : p;
  double s = a > 0x1p500 ? 0x1p-600 : (a < 0x1p-450 ? 0x1p600 : 1.0);
  double r = a > 0x1p500 ? 0x1p600 : (a < 0x1p-450 ? 0x1p-600 : 1.0);
  double v = sqrt((a * s) * (a * s) + (b * s) * (b * s)) * r;
  return p == INFINITY || q == INFINITY ? INFINITY : v;
}

VM_INLINE double vm_cbrt(double x) {
  double a = vm_abs(x), tiny = a < 0x1p-1022 ? 1.0 : 0.0;
  double y = tiny > 0.5 ? a * 0x1p54 : a;
  /* A third of the exponent and mantissa bits: good to 5 %. */
  double e = vm_f64((vm_u64(y) >> 32) | 0x4330000000000000u) - 0x1p52;
  double t = vm_f64(vm_u64(e * 0x1.5555555555555p-2 + (0x1p52 + 715094163.0)) << 32);
  double r = t * t * (t / y);
  t = t * VM_POLY4(r, 0x1.e26ca5f0f1113p+0, -0x1.eb1394d3b675ep+0, 0x1.ab89987eacad1p+0, -0x1.946cbfb061c2p-1,
                   0x1.3a9dc463e9036p-3);
  t = vm_f64((vm_u64(t) + 0x80000000u) & 0xffffffffc0000000u); /* 23 bits: t^2 is exact */
  double q = y / (t * t);
  t = t + t * ((q - t) / (t + t + q));
  t = tiny > 0.5 ? t * 0x1p-18 : t;
  return a < INFINITY && a > 0.0 ? vm_copysign(t, x) : x + x;
}
#endif
