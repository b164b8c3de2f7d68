/* The error function and its relatives, entropy, logit, the gamma function's logarithm and its derivative. */
#include "loops.h"
#include "../../core/vmath.h"

#define ERF(t) TS_VM_##t(erf)(x)
#define ERFC(t) TS_VM_##t(erfc)(x)
TS_DENSE1_FLOATS(ERF)
TS_DENSE1_FLOATS(ERFC)
#define NDTR(t) (ts_val_##t)0.5 * TS_VM_##t(erfc)(x * (ts_val_##t)-0x1.6a09e667f3bcdp-1)
#define ENTR(t) x > 0 ? -x * TS_VM_##t(log)(x) : x == 0 ? 0 : x != x ? x : -INFINITY
TS_DENSE1_FLOATS(NDTR)
TS_DENSE1_FLOATS(ENTR)
TS_DENSE1(ERFINV_f64, f64, f64, vm_erfinv(x))

/* log(x / (1 - x)) of x clamped to [p0, p1]. */
static inline double logit(double x, double low, double high) {
  double y = x < low ? low : x > high ? high : x;
  return vm_log(y / (1.0 - y));
}
TS_DENSE1P(LOGIT_f64, f64, f64, logit(x, p0, p1))
TS_DENSE1(LGAMMA_f64, f64, f64, vm_lgamma(x))
TS_DENSE1(DIGAMMA_f64, f64, f64, vm_digamma(x))

TS_FILL(special) {
  TS_SET_FLOATS(unary, TS_UN_ERF, ERF)
  TS_SET_FLOATS(unary, TS_UN_ERFC, ERFC)
  TS_SET_FLOATS(unary, TS_UN_NDTR, NDTR)
  TS_SET_FLOATS(unary, TS_UN_ENTR, ENTR)
#define SET(N) table->unary[TS_UN_##N][TS_FLOAT64] = N##_f64;
  SET(ERFINV) SET(LOGIT) SET(LGAMMA) SET(DIGAMMA)
}
