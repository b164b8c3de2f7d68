/* Rare functions: written once, in double precision, for all dtypes. Each costs tens of nanoseconds, so that they need no
   loops of their own: one loop calls them through a pointer. */
#ifndef TS_SPECIAL_H
#define TS_SPECIAL_H
#include "kernels.h"

typedef double (*ts_real1)(double x);
typedef double (*ts_real2)(double x, double y);
/* Elementwise f in the dtype of the operands; integers give float32. */
bool ts_special1(ts_cx *cx, ts_tensor *x, ts_out *out, ts_real1 f);
bool ts_special2(ts_cx *cx, ts_tensor *x, ts_tensor *y, ts_out *out, ts_real2 f);

/* The n-th derivative of digamma. */
bool ts_polygamma_of(ts_cx *cx, int64_t n, ts_tensor *x, ts_out *out);

/* special.c */
double ts_erfcx_at(double x), ts_log_ndtr_at(double x), ts_ndtri_at(double p);
double ts_xlog1py_at(double x, double y), ts_zeta_at(double s, double q);
/* incomplete_gamma.c */
double ts_igamma_at(double a, double x), ts_igammac_at(double a, double x);
/* bessel.c */
double ts_bessel_j0_at(double x), ts_bessel_j1_at(double x), ts_bessel_y0_at(double x), ts_bessel_y1_at(double x);
double ts_bessel_i0_at(double x), ts_bessel_i1_at(double x), ts_bessel_i0e_at(double x), ts_bessel_i1e_at(double x);
double ts_bessel_k0_at(double x), ts_bessel_k1_at(double x), ts_bessel_k0e_at(double x), ts_bessel_k1e_at(double x);
double ts_spherical_j0_at(double x), ts_airy_ai_at(double x);

/* Polynomials, in polynomials.c, in float and in double: n is cut to a whole number, 0 below 0. */
bool ts_polynomials(ts_cx *cx, ts_tensor *x, ts_tensor *n, ts_out *out, const ts_loop loops[2]);
#define TS_POLYNOMIALS(X) X(chebyshev_t) X(chebyshev_u) X(chebyshev_v) X(chebyshev_w) X(shifted_t) X(shifted_u) X(shifted_v) X(shifted_w) \
  X(hermite_h) X(hermite_he) X(laguerre_l) X(legendre_p)
#define TS_DECLARE_POLYNOMIAL(name) extern const ts_loop ts_##name##_loops[2];
TS_POLYNOMIALS(TS_DECLARE_POLYNOMIAL)

#endif
