/* erf, erfc, erfinv, lgamma, digamma, float and double. Included by vmath.h. */
#ifndef TS_VMATH_SPECIAL_H
#define TS_VMATH_SPECIAL_H

/* erf(a) - a for |a| <= 1. */
VM_INLINE double vm_erf_poly(double a) {
  double z = a * a;
  return a * VM_POLY12(z, 0x1.06eba8214db69p-3, -0x1.812746b0379e6p-2, 0x1.ce2f21a042b2p-4, -0x1.b82ce3128499cp-6,
                       0x1.565bcd0db02dp-8, -0x1.c02db3d8ecf4bp-11, 0x1.f9a321a119264p-14, -0x1.f4d1df38f8677p-17,
                       0x1.b9def199c835bp-20, -0x1.5f1d369c89c81p-23, 0x1.f7a4106d0c3fp-27, -0x1.386abaae217e2p-30,
                       0x1.0579983432eedp-34);
}

/* erfc(a) = exp(-a^2) * P((a-3)/(a+3)) / (1 + 2a) for a >= 1/2: what stands before the scaling. */
VM_INLINE vm_scaled vm_erfc_scaled(double a) {
  double q = (a - 3.0) / (a + 3.0);
  double r = q * VM_POLY19(q, -0x1.15c084bb9e8efp-3, -0x1.85a15c58a9c74p-5, 0x1.098366a5b446fp-3, -0x1.e88b803a5bc4p-4,
                           0x1.17ca2877fe4e6p-4, -0x1.8574c404a46c3p-6, 0x1.4b884e208befap-9, 0x1.ef1bd7a45862ep-10,
                           -0x1.98db4a76f98a6p-11, -0x1.b90fe3cc40d19p-14, 0x1.06597a1e7d0f1p-13, 0x1.4b6d030f1ccdep-18,
                           -0x1.5120f4a4fa8c9p-16, -0x1.7823abdf401e4p-21, 0x1.cfb9058626fcep-19, 0x1.440343c5a0123p-22,
                           -0x1.3ad284676427p-21, -0x1.63ba9488bf84dp-24, 0x1.35f1315265e3cp-24, 0x1.12ca04e4cbb5p-27),
                           p = 0x1.40c522d7e4987p+0 + r;
  /* -a^2 as an exact head and a tail */
  double h = vm_head(a), l = a - h;
  vm_scaled s = vm_exp_scaled(-h * h, -l * (a + h));
  /* d + e = 1 + 2a, and the quotient p / (d + e) with one correction */
  double d = 1.0 + 2.0 * a, e = 2.0 * a - (d - 1.0);
  double v = p / d, vd = v * d, rest = ((p - vd) - vm_mul_low(v, d, vd)) - v * e + (r - (p - 0x1.40c522d7e4987p+0));
  double h2 = s.p * v;
  s.p = h2 + (vm_mul_low(s.p, v, h2) + s.p * (rest / d));
  return s;
}

VM_INLINE double vm_erf(double x) {
  double a = vm_abs(x), c = a > 6.0 ? 6.0 : (a < 1.0 ? 1.0 : a);
  vm_scaled s = vm_erfc_scaled(c);
  double v = 1.0 - s.p * vm_f64((s.u - 1023u) << 52);
  return vm_copysign(a < 1.0 ? a + vm_erf_poly(a) : v, x);
}

VM_INLINE double vm_erfc(double x) {
  double a = vm_abs(x), c = a > 28.0 ? 28.0 : (a < 0.5 ? 0.5 : a);
  vm_scaled s = vm_erfc_scaled(c);
  double v = vm_scale(s.p, s.u);
  return a < 0.8 ? (1.0 - x) - vm_erf_poly(x) : (x < 0.0 ? 2.0 - v : v);
}

/* erfinv(x) / x - VM_ERFINV_NEAR for z = x^2, x up to 0.6. */
#define VM_ERFINV_NEAR 0x1.c5bf891b4ef6bp-1
VM_INLINE double vm_erfinv_near(double z) {
  return z * VM_POLY15(z, 0x1.db29fb2fee589p-3, 0x1.053c2c0abef55p-3, 0x1.62847c4322343p-4, 0x1.0a13199e0c816p-4,
                        0x1.a7c81a3187738p-5, 0x1.5ef0bbbff28b3p-5, 0x1.2a662f59a70dcp-5, 0x1.07251e6f8e735p-5,
                        0x1.9293a4262d514p-6, 0x1.6f675b155524bp-5, -0x1.00b716c571ccfp-4, 0x1.285bc5339f408p-2,
                        -0x1.2cd750e7fc098p-1, 0x1.e7d42ee06edbep-1, -0x1.c31f29eec0887p-1, 0x1.bf4ba782b8477p-2);
}

/* erfinv(x), given w = -log(1 - x^2), = x * P, P a polynomial of x^2 around 0, then of w = -log(1 - x^2), in the tails of sqrt(w). */
VM_INLINE double vm_erfinv_of(double x, double w) {
  double a = vm_abs(x), z = a * a, s = sqrt(w);
  double t0 = w - 3.125, t1 = s - 3.25, t2 = s - 5.0;
  double p0 = t0 * VM_POLY23(t0, 0x1.ebd80d9b13dfap-3, -0x1.8b6c33114ead7p-8, -0x1.84576948356aep-11,
                             0x1.879c2a20b52a7p-13, -0x1.d1d1f7ca22058p-17, -0x1.6e8a53cde9f39p-20,
                             0x1.c6b4f88be7a9fp-22, -0x1.f36ced4663ed6p-26, -0x1.1a9eb0ef3d9e8p-28,
                             0x1.20f5363d2b479p-30, -0x1.dc3f13bdeb902p-35, -0x1.c8a3f8edf425ep-37,
                             0x1.7235e0df7b024p-39, -0x1.6bdbea17dbc15p-44, -0x1.686e6a722f29dp-45,
                             0x1.d6c6f143b225ep-48, -0x1.6fcac58f62051p-55, -0x1.1ca771de41f69p-53,
                             0x1.1ec177962aa8cp-56, 0x1.9aa8bc68bbb9dp-61, -0x1.9bbdeb419b73ep-62, 0x1.3867a755010cp-66,
                             0x1.e67b10c4fa5c4p-69, -0x1.6adb6a97306fep-72);
  double p1 = t1 * VM_POLY18(t1, 0x1.0158a6d641d56p+0, 0x1.5ffcfe5b71473p-8, -0x1.ebadabba180adp-9,
                             0x1.468eeca735f49p-9, -0x1.ba9240d33ed78p-10, 0x1.f3cc551a40f41p-11,
                             -0x1.7448bdf24de4bp-12, 0x1.932d7db8230a9p-16, 0x1.1e6adfc202f13p-14,
                             -0x1.8cf0d10fb8d0ep-15, 0x1.a23cb2e2fe899p-17, 0x1.88b2c0bd94855p-19,
                             -0x1.0b5e1762c6625p-18, 0x1.9242a56ad7bebp-20, -0x1.03dc6e813a531p-25,
                             -0x1.232cf1a06645bp-22, 0x1.1f9d49e302abp-23, 0x1.5b115662bff0bp-31,
                             -0x1.1608053065a89p-26);
  double p2 = t2 * VM_POLY17(t2, 0x1.02a30d1fba10ep+0, -0x1.22ea5df1c2354p-13, -0x1.c2f36aa294b75p-13,
                             0x1.3ebf4ef8c0eadp-14, -0x1.4a348fa003b6dp-16, 0x1.2fbcff38b26dbp-18,
                             -0x1.0a9081db7deb9p-20, 0x1.ebe1eb0b226cep-23, -0x1.222424af6ecb9p-24,
                             0x1.f2a73ce6100aap-26, -0x1.0629e9c7e5687p-26, 0x1.0c526fb319bb1p-27,
                             -0x1.dc56891934204p-29, 0x1.6d3bd8b249022p-30, -0x1.e4b8d9f87dde1p-32,
                             0x1.12d7e24406d2bp-34, 0x1.8022257adaa9p-35, -0x1.4a0a76812cc6bp-36);
  double p3 = vm_erfinv_near(z);
  double p = w < 6.25 ? p0 : (w < 16.0 ? p1 : p2);
  double c = w < 6.25 ? 0x1.a755e7c99ae86p+0 : (w < 16.0 ? 0x1.8abcc380d5a48p+1 : 0x1.3664ddd1ad7fbp+2);
  p = a < 0.6 ? p3 : p;
  c = a < 0.6 ? VM_ERFINV_NEAR : c;
  double h = c + p, v = x * h;
  v += vm_mul_low(x, h, v) + x * (p - (h - c));
  v = a == 1.0 ? INFINITY : v;
  return a <= 1.0 ? vm_copysign(v, x) : NAN;
}
VM_INLINE double vm_erfinv(double x) {
  double a = vm_abs(x);
  return vm_erfinv_of(x, -vm_log((1.0 - a) * (1.0 + a)));
}

/* erf in float: an odd polynomial below 1, 1 - exp(-Q(a)) above. */
VM_INLINE float vm_erff(float x) {
  float a = vm_absf(x), z = a * a, c = a > 4.0f ? 4.0f : a;
  float small = a + a * VM_ESTRIN6(z, z * z, 0x1.06eba8p-3f, -0x1.81273ep-2f, 0x1.ce2ce2p-4f, -0x1.b7f6a2p-6f, 0x1.53ed66p-8f,
                                 -0x1.a32a14p-11f, 0x1.46ffecp-14f);
  vm_scaledf s = vm_exp_scaledf(-VM_ESTRIN6(c, c * c, 0x1.72e8d4p-12f, 0x1.2085b2p+0f, 0x1.46c584p-1f, 0x1.a60a8p-4f,
                                          -0x1.654204p-6f, 0x1.814c46p-9f, -0x1.852b88p-13f));
  float e = s.p * vm_f32((s.u - 127u) << 23);
  return vm_copysignf(a < 1.0f ? small : 1.0f - e, x);
}

VM_INLINE float vm_erfcf(float x) {
  double a = vm_absf(x), c = a > 11.0 ? 11.0 : (a < 0.5 ? 0.5 : a), q = (c - 3.0) / (c + 3.0), y = -c * c;
  double t = y * 0x1.71547652b82fep+0 + VM_MAGIC, n = t - VM_MAGIC, r = y - n * 0x1.62e42fefa39efp-1;
  double e = VM_POLY6(r, 1.0, 1.0, 0x1.fffffb8da4295p-2, 0x1.55548fd9ea9fbp-3, 0x1.5558f86f1fd48p-5,
                      0x1.123b01d8e0475p-7, 0x1.6a225de9fda5dp-10) * vm_f64((vm_u64(t) - VM_MAGIC_BITS + 1023u) << 52);
  double v = e * VM_POLY10(q, 0x1.40c522da41e1bp+0, -0x1.15c08457cdd3p-3, -0x1.85a18a7103acp-5, 0x1.0983509337723p-3,
                           -0x1.e889464ef4256p-4, 0x1.17cd4e74f49bdp-4, -0x1.85c1c41e3569ep-6, 0x1.485ba4d6f4954p-9,
                           0x1.000d458bcca0fp-9, -0x1.6a42643124b17p-11, -0x1.825925acb1daap-13) / (1.0 + 2.0 * c),
                           z = a * a;
  double small = x + x * VM_POLY6(z, 0x1.06eba8214ccdp-3, -0x1.812746af860a6p-2, 0x1.ce2f20ef5c207p-4,
                                  -0x1.b82ca0cf45bf6p-6, 0x1.564ff23da208cp-8, -0x1.bdfda55185183p-11,
                                  0x1.c5d910f32888fp-14);
  return (float)(a < 0.5 ? 1.0 - small : (x < 0.0f ? 2.0 - v : v));
}

VM_INLINE float vm_erfinvf(float x) {
  double a = vm_absf(x), y = 1.0 - a * a;
  double w = -vm_log_low(y > 0.0 ? y : 1.0), s = sqrt(w > 0.0 ? w : 0.0);
  double t0 = w - 2.5, t1 = s - 3.0;
  double p0 = VM_POLY10(t0, 0x1.805c5d07420cfp+0, 0x1.f91e8b0a05c7bp-3, -0x1.11c4200d6e965p-8, -0x1.4866453f3655bp-10,
                        0x1.c9c594ecf52p-13, -0x1.4cfd152f6fcc7p-18, -0x1.ccfc00dae1d63p-19, 0x1.f43fac5a99175p-22,
                        0x1.35d910d058e15p-26, -0x1.2d6ee09dfdee7p-27, 0x1.7109074b5f19cp-32);
  double p1 = VM_POLY10(t1, 0x1.6a9efbd9ed889p+1, 0x1.006dc9b76d794p+0, 0x1.358196db767a3p-7, -0x1.f4dd4aa31ad9fp-8,
                        0x1.74b1af163c0d5p-8, -0x1.d3b7d59b3dd32p-9, 0x1.838d5e5d2b547p-10, -0x1.e9e647e5dbed5p-14,
                        -0x1.28c1b92580b04p-12, 0x1.4b5e1bd78c662p-13, -0x1.b57aba298de7bp-16);
  float v = (float)(x * (w < 5.0 ? p0 : p1));
  v = a == 1.0 ? x * INFINITY : v;
  return a <= 1.0 ? v : NAN;
}

/* log|gamma(x)| for x > 0. Polynomials around the zeros at 1 and 2 and around the minimum. */
static inline double vm_lgamma_positive(double x) {
  if (x < 1.25) {
    if (x < 0.5) return vm_lgamma_positive(x + 1.0) - vm_log(x);
    double t = x - 1.0, s = t * VM_POLY24(t, 0x1.a51a6625307d4p-1, -0x1.9a4d55beab2f8p-2, 0x1.151322ac7d59p-2,
                                          -0x1.a8b9c17a9f11p-3, 0x1.5b40cb106bb6ep-3, -0x1.2703a1e14bd0bp-3,
                                          0x1.010b367caaaf1p-3, -0x1.c8066dd94d817p-4, 0x1.9a020251d0bafp-4,
                                          -0x1.748c912b8d69ep-4, 0x1.55652d813ed4p-4, -0x1.3b199aa4a1c6bp-4,
                                          0x1.253ab6f26f44ep-4, -0x1.106ac750f5264p-4, 0x1.ea0f694a2608fp-5,
                                          -0x1.0d05bfa12e2e6p-4, 0x1.41dcc50df46c1p-4, 0x1.d9fc597aa4591p-5,
                                          0x1.28c587e0fc218p-5, -0x1.afe5864919b96p-1, -0x1.391a80e81663fp+0,
                                          0x1.482cc5d46c9ap+0, 0x1.9e9a8272f6a52p+2, 0x1.f13abdb26a82ep+2,
                                          0x1.c400b0d0e00c1p+1);
    double h = -0x1.2788cfc6fb619p-1 + s, v = t * h + t * (s - (h - -0x1.2788cfc6fb619p-1));
    return v + 0.0; /* lgamma(1) is +0 */
  }
  if (x < 1.75) {
    double t = x - 0x1.762d86356be3fp+0;
    return -0x1.f19b9bcc38a42p-4 + t * t * VM_POLY16(t, 0x1.ef72bc8ee38acp-2, -0x1.2e4278dc6c657p-3,
                                                     0x1.08b4294d515f4p-4, -0x1.0c9a8df2cc42bp-5, 0x1.266e7973e5ffcp-6,
                                                     -0x1.51f9fcf0f428bp-7, 0x1.8fce0fb0b9979p-8, -0x1.e2ee9e24011cep-9,
                                                     0x1.282a705add661p-9, -0x1.704931c01dc74p-10,
                                                     0x1.d011e363b6b3cp-11, -0x1.0c91349b07e5fp-11,
                                                     0x1.da69e5a01e75p-13, -0x1.1a7e4797db76fp-11,
                                                     0x1.3fbfcb40707ffp-10, 0x1.412cc8d30b8a5p-11,
                                                     -0x1.7aadccd19622ep-9);
  }
  if (x < 8.0) {
    double t = x, p = 1.0;
    while (t >= 2.5) {
      t -= 1.0;
      p *= t;
    }
    t -= 2.0;
    double s = t * VM_POLY16(t, 0x1.4a34cc4a60fa8p-2, -0x1.13e001a55755cp-4, 0x1.51322ac7d6f57p-6,
                             -0x1.e404fc21d70cdp-8, 0x1.7add6eb028e79p-9, -0x1.38ac5bfdcd55p-10, 0x1.0b36ae7f0137cp-11,
                             -0x1.d3fd6a2592f34p-13, 0x1.a128288b7f71p-14, -0x1.78d905ab61025p-15,
                             0x1.57fdf0949b718p-16, -0x1.3d4bfe94108dap-17, 0x1.26d9d7205022dp-18,
                             -0x1.0904fbe09638p-19, 0x1.e305b7f94511bp-21, -0x1.37dfc4f98cbeep-21,
                             0x1.3fd5b186e8bd9p-22), h = 0x1.b0ee6072093cep-2 + s,
                             v = t * h + t * (s - (h - 0x1.b0ee6072093cep-2));
    return v + (p > 1.0 ? vm_log(p) : 0.0);
  }
  /* Stirling: (x - 1/2)(log x - 1) + log(2 pi)/2 - 1/2 + 1/(12 x) - ..., the logarithm in two parts */
  vm_parts s = vm_split(x);
  vm_pair l = vm_log_pair(s.m);
  double kh = s.k * 0x1.62e42fefp-1, h = vm_head(kh + l.hi);
  double low = ((kh - h) + l.hi) + (l.lo + s.k * 0x1.473de6af278edp-34);
  double a = x - 0.5, ah = vm_head(a), z = 1.0 / x;
  double w = z * VM_POLY5(z * z, 0x1.5555555555545p-4, -0x1.6c16c16b2ad0bp-9, 0x1.a019fa2a00edep-11,
                          -0x1.380d01eac2146p-11, 0x1.b68b9a97e1041p-11, -0x1.ac321fb388413p-10);
  return ah * (h - 1.0) + (((a - ah) * (h - 1.0) + a * low) + (0x1.acfe390c97d69p-2 + w));
}

/* sin(pi x) for |x| < 2^52, reduced exactly. */
static inline double vm_sin_pi(double x) {
  double n = rint(x), r = x - n, a = vm_abs(r), b = a > 0.25 ? 0.5 - a : a;
  double hi = b * 0x1.921fb54442d18p+1;
  double lo = vm_mul_low(b, 0x1.921fb54442d18p+1, hi) + b * 0x1.1a62633145c07p-53;
  double v = a > 0.25 ? vm_cos_poly(hi, lo) : vm_sin_poly(hi, lo);
  return (r < 0.0) != (0.5 * n != rint(0.5 * n)) ? -v : v;
}

/* Near the zeros at negative x the error is that of the terms that cancel there. */
static inline double vm_lgamma(double x) {
  if (x != x) return x;
  double a = vm_abs(x);
  if (a == INFINITY || x == 0.0) return INFINITY;
  if (x > 0.0) return vm_lgamma_positive(x);
  if (a < 0x1p-60) return -vm_log(a);
  if (a == rint(a)) return INFINITY;
  return vm_log(0x1.921fb54442d18p+1 / (a * vm_abs(vm_sin_pi(x)))) - vm_lgamma_positive(a);
}
static inline float vm_lgammaf(float x) { return (float)vm_lgamma(x); }

/* digamma(x) for x > 0. */
static inline double vm_digamma_positive(double x) {
  if (x < 2.0) { /* digamma(1 + y) relative to its zero */
    double y = x < 1.0 ? x : x - 1.0, t = y - 0.5;
    double d = (y - 0x1.d8b618d5af8fep-2) + 0x1.1e563779a1f5bp-56, s = t * VM_POLY21(t, -0x1.b1cb63005ee98p-2,
        0x1.eca189b8e6f76p-3, -0x1.2feeeb98a78d1p-3, 0x1.8512e590385cdp-4, -0x1.fb44202a25245p-5, 0x1.4de9aa17cc18ap-5,
        -0x1.b9f8b11b515bfp-6, 0x1.25647163d4196p-6, -0x1.863564122f293p-7, 0x1.03c0b0bd4d807p-7, -0x1.5a06a2b9d0e9fp-8,
        0x1.cd1f820f6079cp-9, -0x1.336df243efb49p-9, 0x1.99dc60e26404fp-10, -0x1.0fb16c71b225cp-10,
        0x1.69ed232baa992p-11, -0x1.fda9aa5e88d1ep-12, 0x1.5599b44da929ep-12, -0x1.2f4c1fe1f880ap-13,
        0x1.8802231a0703bp-14, -0x1.760c09707e39ep-13, 0x1.fbc1cb9e34831p-14);
    double h = 0x1.e6f0cbb873616p-1 + s, v = d * h + d * (s - (h - 0x1.e6f0cbb873616p-1));
    double q = 1.0 / x, p = q * x, rest = ((1.0 - p) - vm_mul_low(q, x, p)) * q; /* 1 / x = q + rest */
    return x >= 1.0 ? v : (x > 0x1p-1020 ? v - q - rest : -q);
  }
  if (x < 4.0) {
    double t = x - 3.0;
    return VM_POLY22(t, 0x1.d8773039049e7p-1, 0x1.94699894c1f4dp-2, -0x1.3ba004f00623p-4, 0x1.44c8ab1f60e8dp-6,
                     -0x1.7418eca7c82ccp-8, 0x1.c2613024ecef1p-10, -0x1.196d0a69fe795p-11, 0x1.66d5f0a49aebfp-13,
                     -0x1.cf9ebf7498d0ap-15, 0x1.2e33acf10d63ap-16, -0x1.8c6fc3f2f19dep-18, 0x1.052cac4f1ec0ep-19,
                     -0x1.5935315c7acfep-21, 0x1.c9844729585f1p-23, -0x1.2fc97e57325b7p-24, 0x1.9137b41cebfbep-26,
                     -0x1.08b9c78362852p-27, 0x1.762b7a775150cp-29, -0x1.055b4500f6afp-30, 0x1.bf85f1c92b8f4p-33,
                     -0x1.aecab2c780493p-35, 0x1.10d29ec3de782p-34, -0x1.a7ca55b0f074fp-36);
  }
  if (x < 8.0) {
    double t = 0.5 * x - 3.0;
    return VM_POLY20(t, 0x1.b4c420a50ad7cp+0, 0x1.735973273d5e1p-2, -0x1.0c9d0d746536dp-4, 0x1.0262026c6f904p-6,
                     -0x1.16e2c95f76429p-8, 0x1.40454ef92784p-10, -0x1.7e2cdc5b497e3p-12, 0x1.d3f25beca54bp-14,
                     -0x1.23c4d1185eb2bp-15, 0x1.70c6aef219f98p-17, -0x1.d6e556a06dc54p-19, 0x1.2f175d15fadc5p-20,
                     -0x1.88a4ac08d5a31p-22, 0x1.fd7a120c80062p-24, -0x1.4be2007f9134ep-25, 0x1.c3e6f1ca0d541p-27,
                     -0x1.301994650bacfp-28, 0x1.25b505bd2c63p-30, -0x1.4ed04c9af6c99p-32, 0x1.2df2791ddfaf4p-32,
                     -0x1.ba0aa43543a55p-34);
  }
  double z = 1.0 / x, s = z * z;
  return vm_log(x) - (0.5 * z + s * VM_POLY5(s, 0x1.55555555553c8p-4, -0x1.1111110c6593bp-7, 0x1.041030590b0ebp-8,
                                             -0x1.110403c0490d8p-8, 0x1.eb64e78ba69a9p-8, -0x1.1a2eb4943e09ap-6));
}
/* At negative x as lgamma. */
static inline double vm_digamma(double x) {
  if (x == 0.0) return vm_copysign(INFINITY, -x);
  if (x > 0.0 || x != x) return x < INFINITY ? vm_digamma_positive(x) : x;
  if (x == rint(x)) return NAN;
  double n = rint(x), r = x - n;
  double c = vm_sin_pi(0.5 - vm_abs(r)) / vm_sin_pi(vm_abs(r)); /* 1 / tan(pi |r|) */
  return vm_digamma_positive(1.0 - x) - 0x1.921fb54442d18p+1 * vm_copysign(c, r);
}
static inline float vm_digammaf(float x) { return (float)vm_digamma(x); }
#endif
