/* Functions of vmath.h out of line: for scalar code where the download counts for more than a call. */
#ifndef TS_SCALAR_MATH_H
#define TS_SCALAR_MATH_H

#define TS_SCALAR_MATH(X) X(exp) X(expm1) X(log) X(log1p) X(sin) X(cos) X(acos) X(sinh) X(cosh) X(erfc) X(erfinv) X(lgamma)
#define TS_DECLARE_SCALAR(f) double ts_##f##_at(double x);
TS_SCALAR_MATH(TS_DECLARE_SCALAR)

#endif
