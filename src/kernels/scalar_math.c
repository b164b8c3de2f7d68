#include "scalar_math.h"
#include "../core/vmath.h"

#define DEFINE(f) \
  double ts_##f##_at(double x) { return vm_##f(x); }
TS_SCALAR_MATH(DEFINE)
