/* Functions of complex numbers, in double, made of those of vmath.h: a few ulp in each part but where the parts cancel.
   Branch cuts, signed zeros and the values at infinity are C's. Rare: small code before speed. */
#ifndef TS_VMATH_COMPLEX_H
#define TS_VMATH_COMPLEX_H
#include "dtype.h"
#include "vmath.h"

#define VM_C(re, im) ((ts_c128){re, im})
#define VM_HALF_PI 0x1.921fb54442d18p+0

/* One copy of each, not one for every call. */
VM_SLOW double vmc_exp1(double x) { return vm_exp(x); }
VM_SLOW double vmc_log1(double x) { return vm_log(x); }
VM_SLOW double vmc_log1p1(double x) { return vm_log1p(x); }
VM_SLOW double vmc_expm11(double x) { return vm_expm1(x); }
VM_SLOW double vmc_sin1(double x) { return vm_sin(x); }
VM_SLOW double vmc_cos1(double x) { return vm_cos(x); }
VM_SLOW double vmc_tan1(double x) { return vm_tan(x); }
VM_SLOW double vmc_sinh1(double x) { return vm_sinh(x); }
VM_SLOW double vmc_cosh1(double x) { return vm_cosh(x); }
VM_SLOW double vmc_asinh1(double x) { return vm_asinh(x); }
VM_SLOW double vmc_atan21(double y, double x) { return vm_atan2(y, x); }
VM_SLOW double vmc_hypot1(double x, double y) { return vm_hypot(x, y); }

VM_INLINE ts_c128 vmc_add(ts_c128 x, ts_c128 y) { return VM_C(x.re + y.re, x.im + y.im); }
VM_INLINE ts_c128 vmc_mul(ts_c128 x, ts_c128 y) { return VM_C(x.re * y.re - x.im * y.im, x.re * y.im + x.im * y.re); }
VM_INLINE ts_c128 vmc_scale(ts_c128 x, double f) { return VM_C(x.re * f, x.im * f); }
/* Smith's division: no overflow on the way. */
VM_INLINE ts_c128 vmc_div(ts_c128 x, ts_c128 y) {
  double c = vm_abs(y.re), d = vm_abs(y.im);
  if (c >= d) {
    if (c == 0) return VM_C(x.re / c, x.im / c); /* and d is 0 too */
    double ratio = y.im / y.re, scale = 1 / (y.re + y.im * ratio);
    return VM_C((x.re + x.im * ratio) * scale, (x.im - x.re * ratio) * scale);
  }
  double ratio = y.re / y.im, scale = 1 / (y.re * ratio + y.im);
  return VM_C((x.re * ratio + x.im) * scale, (x.im * ratio - x.re) * scale);
}

VM_SLOW ts_c128 vmc_exp(ts_c128 z) {
  double r = vmc_exp1(z.re);
  if (z.im == 0) return VM_C(r, z.im);
  if (z.re == -INFINITY && z.im - z.im != 0) return VM_C(0, 0);
  if (z.re == INFINITY && z.im - z.im != 0) return VM_C(INFINITY, NAN);
  /* e^re alone may overflow or vanish where the product does not. */
  double half = vm_abs(z.re) > 700 && z.re - z.re == 0 ? vmc_exp1(z.re / 2) : 0;
  double c = vmc_cos1(z.im), s = vmc_sin1(z.im);
  return half != 0 ? VM_C(half * c * half, half * s * half) : VM_C(r * c, r * s);
}

VM_SLOW ts_c128 vmc_expm1(ts_c128 z) {
  if (vm_abs(z.re) > 1) {
    ts_c128 e = vmc_exp(z);
    return VM_C(e.re - 1, e.im);
  }
  double s = vmc_sin1(z.im / 2), e = vmc_expm11(z.re);
  return VM_C(e * vmc_cos1(z.im) - 2 * s * s, (e + 1) * vmc_sin1(z.im));
}

/* log |1 + z|, exact where z is small. */
VM_SLOW double vmc_log_abs1p(ts_c128 z) {
  double n = z.re * (2 + z.re) + z.im * z.im;
  if (vm_abs(n) < 0.5) return 0.5 * vmc_log1p1(n);
  return vmc_log1(vmc_hypot1(1 + z.re, z.im));
}
VM_SLOW ts_c128 vmc_log(ts_c128 z) {
  double a = vm_abs(z.re), b = vm_abs(z.im), r = vmc_hypot1(a, b);
  double big = a > b ? a : b, small = a > b ? b : a;
  double abs = r > 0.5 && r < 1.5 ? 0.5 * vmc_log1p1((big - 1) * (big + 1) + small * small) : r == INFINITY && big < INFINITY ? vmc_log1(vmc_hypot1(a / 4, b / 4)) + 0x1.62e42fefa39efp+0 : vmc_log1(r);
  return VM_C(abs, vmc_atan21(z.im, z.re));
}
VM_SLOW ts_c128 vmc_log1p(ts_c128 z) { return VM_C(vmc_log_abs1p(z), vmc_atan21(z.im, 1 + z.re)); }

VM_SLOW ts_c128 vmc_sqrt(ts_c128 z) {
  double a = vm_abs(z.re), b = vm_abs(z.im);
  if (b == INFINITY) return VM_C(INFINITY, z.im);
  if (z.re == INFINITY) return VM_C(INFINITY, z.im != z.im ? z.im : vm_copysign(0, z.im));
  if (z.re == -INFINITY) return VM_C(z.im != z.im ? z.im : 0, vm_copysign(INFINITY, z.im));
  if (a == 0 && b == 0) return VM_C(0, z.im);
  double scale = a > 0x1p1020 || b > 0x1p1020 ? 0x1p-2 : a < 0x1p-1000 && b < 0x1p-1000 ? 0x1p100 : 1;
  double root = a > 0x1p1020 || b > 0x1p1020 ? 2 : a < 0x1p-1000 && b < 0x1p-1000 ? 0x1p-50 : 1;
  double t = sqrt(0.5 * (a * scale + vmc_hypot1(a * scale, b * scale)));
  double u = 0.5 * b * scale / t;
  return z.re >= 0 ? VM_C(t * root, vm_copysign(u * root, z.im)) : VM_C(u * root, vm_copysign(t * root, z.im));
}

/* Half of e^|re| at angle im, as cosh and sinh are far out, in two steps that do not overflow early. */
VM_SLOW ts_c128 vmc_far(ts_c128 z) {
  double h = vmc_exp1(vm_abs(z.re) / 2), c = vmc_cos1(z.im), s = vmc_sin1(z.im);
  if (vm_abs(z.re) == INFINITY && c != c) return VM_C(INFINITY, NAN);
  return VM_C(0.5 * h * c * h, 0.5 * h * s * h);
}
VM_SLOW ts_c128 vmc_sinh(ts_c128 z) {
  if (z.im == 0) return VM_C(vmc_sinh1(z.re), z.im);
  if (vm_abs(z.re) > 20) {
    ts_c128 e = vmc_far(z);
    return VM_C(vm_copysign(1, z.re) * e.re, e.im);
  }
  return VM_C(z.re == 0 ? z.re : vmc_sinh1(z.re) * vmc_cos1(z.im), vmc_cosh1(z.re) * vmc_sin1(z.im));
}
VM_SLOW ts_c128 vmc_cosh(ts_c128 z) {
  if (z.im == 0) return VM_C(vmc_cosh1(z.re), z.re * z.im == 0 ? z.re * z.im : 0);
  if (vm_abs(z.re) > 20) {
    ts_c128 e = vmc_far(z);
    return VM_C(e.re, vm_copysign(1, z.re) * e.im);
  }
  return VM_C(vmc_cosh1(z.re) * vmc_cos1(z.im), z.re == 0 ? z.re : vmc_sinh1(z.re) * vmc_sin1(z.im));
}
/* Kahan's. */
VM_SLOW ts_c128 vmc_tanh(ts_c128 z) {
  if (z.re == 0) return VM_C(z.re, vmc_tan1(z.im));
  if (vm_abs(z.re) > 22) {
    double e = vmc_exp1(-2 * vm_abs(z.re)), s = vm_abs(z.re) == INFINITY && z.im - z.im != 0 ? 0 : vmc_sin1(z.im) * vmc_cos1(z.im);
    return VM_C(s != s ? NAN : vm_copysign(1, z.re), 4 * s * e);
  }
  double t = vmc_tan1(z.im), beta = 1 + t * t, s = vmc_sinh1(z.re), rho = sqrt(1 + s * s);
  if (t == INFINITY || t == -INFINITY) return VM_C(rho / s, 1 / t);
  double d = 1 + beta * s * s;
  return VM_C(beta * rho * s / d, t / d);
}

/* f(iz) turned by -i: the trigonometric functions are the hyperbolic ones, and so are their inverses. */
VM_INLINE ts_c128 vmc_turn(ts_c128 z) { return VM_C(-z.im, z.re); }
VM_INLINE ts_c128 vmc_back(ts_c128 z) { return VM_C(z.im, -z.re); }
VM_SLOW ts_c128 vmc_sin(ts_c128 z) { return vmc_back(vmc_sinh(vmc_turn(z))); }
VM_SLOW ts_c128 vmc_cos(ts_c128 z) { return vmc_cosh(vmc_turn(z)); }
VM_SLOW ts_c128 vmc_tan(ts_c128 z) { return vmc_back(vmc_tanh(vmc_turn(z))); }

/* Kahan's formulas for the inverses: p = sqrt(1 - z), q = sqrt(1 + z). */
VM_INLINE int vmc_is_infinite(ts_c128 z) { return vm_abs(z.re) == INFINITY || vm_abs(z.im) == INFINITY; }
VM_SLOW ts_c128 vmc_asin(ts_c128 z) {
  if (vmc_is_infinite(z)) return VM_C(vmc_atan21(z.re, vm_abs(z.im)), vm_copysign(INFINITY, z.im));
  if (z.re == 0) return VM_C(z.re, vmc_asinh1(z.im));
  ts_c128 p = vmc_sqrt(VM_C(1 - z.re, -z.im)), q = vmc_sqrt(VM_C(1 + z.re, z.im));
  return VM_C(vmc_atan21(z.re, p.re * q.re - p.im * q.im), vmc_asinh1(p.re * q.im - p.im * q.re));
}
VM_SLOW ts_c128 vmc_acos(ts_c128 z) {
  if (vmc_is_infinite(z)) return VM_C(vmc_atan21(vm_abs(z.im), z.re), vm_copysign(INFINITY, -z.im));
  ts_c128 p = vmc_sqrt(VM_C(1 - z.re, -z.im)), q = vmc_sqrt(VM_C(1 + z.re, z.im));
  return VM_C(2 * vmc_atan21(p.re, q.re), vmc_asinh1(q.re * p.im - q.im * p.re));
}
VM_SLOW ts_c128 vmc_acosh(ts_c128 z) {
  if (vmc_is_infinite(z)) return VM_C(INFINITY, vmc_atan21(z.im, z.re));
  ts_c128 p = vmc_sqrt(VM_C(z.re - 1, z.im)), q = vmc_sqrt(VM_C(z.re + 1, z.im));
  return VM_C(vmc_asinh1(p.re * q.re + p.im * q.im), 2 * vmc_atan21(p.im, q.re));
}
VM_SLOW ts_c128 vmc_asinh(ts_c128 z) { return vmc_back(vmc_asin(vmc_turn(z))); }
VM_SLOW ts_c128 vmc_atanh(ts_c128 z) {
  double x = vm_abs(z.re), y = vm_abs(z.im);
  if (x > 0x1p500 || y > 0x1p500) { /* 1 / z is nothing beside the angle */
    ts_c128 r = vmc_div(VM_C(1, 0), z);
    return VM_C(x == INFINITY || y == INFINITY ? vm_copysign(0, z.re) : r.re, vm_copysign(VM_HALF_PI, z.im));
  }
  double d = (1 - x) * (1 - x) + y * y, re = d == 0 && y > 0 ? 0.5 * vmc_log1(2 / y) : 0.25 * vmc_log1p1(4 * x / d);
  double im = 0.5 * vmc_atan21(2 * z.im, (1 - x) * (1 + x) - y * y);
  return VM_C(vm_copysign(re, z.re), im);
}
VM_SLOW ts_c128 vmc_atan(ts_c128 z) { return vmc_back(vmc_atanh(vmc_turn(z))); }

VM_SLOW ts_c128 vmc_pow(ts_c128 x, ts_c128 y) {
  if (y.re == 0 && y.im == 0) return VM_C(1, 0);
  if (x.re == 0 && x.im == 0 && y.im == 0) return VM_C(y.re > 0 ? 0 : INFINITY, y.re > 0 ? 0 : NAN);
  return vmc_exp(vmc_mul(y, vmc_log(x)));
}
#endif
