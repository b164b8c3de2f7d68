/* Elementwise parts of losses. Of a difference d = x - y: value over (x, y), slope times g over (g, x, y), curvature over
   (x, y); p0 is the limit of smooth l1, p1 a factor. */
#include "../../core/vmath.h"
#include "../loss.h"
#include "loops.h"

#define SIZE(d) ((d) < 0 ? -(d) : (d))
#define SIGN(d) ((d) > 0 ? 1 : (d) < 0 ? -1 : (d))
#define SMOOTH(z) ((z) < p0 ? (z) * (z) / (p0 + p0) : (z) - p0 / 2)
#define BOUNDED(d) ((d) <= -p0 ? -1 : (d) >= p0 ? 1 : (d) / p0)
#define MAX(a, b) ((a) > (b) ? (a) : (b))

#define ALL(t, d)                                                                                                   \
  TS_DENSE2P(value_square_##t, t, t, p1 * (x - y) * (x - y))                                                        \
  TS_DENSE2P(value_abs_##t, t, t, p1 * SIZE(x - y))                                                                 \
  TS_DENSE2P(value_smooth_##t, t, t, p1 * SMOOTH(SIZE(x - y)))                                                      \
  TS_DENSE3P(slope_square_##t, t, t, 2 * (y - z) * (x * p1))                                                        \
  TS_DENSE3P(slope_abs_##t, t, t, SIGN(y - z) * (x * p1))                                                           \
  TS_DENSE3P(slope_smooth_##t, t, t, BOUNDED(y - z) * (x * p1))                                                     \
  TS_DENSE2P(curve_smooth_##t, t, t, SIZE(x - y) < p0 ? p1 / p0 : 0)                                                \
  /* of a probability, logarithms no lower than -100; of a logit x, label y and weight z of the positive class */  \
  TS_DENSE2(entropy_##t, t, t, (y - 1) * MAX(TS_VM_##t(log1p)(-x), -100) - y * MAX(TS_VM_##t(log)(x), -100))         \
  TS_DENSE3(logit_entropy_##t, t, t,                                                                                \
            (1 - y) * x + (1 + (z - 1) * y) * (TS_VM_##t(log1p)(TS_VM_##t(exp)(-SIZE(x))) + (x < 0 ? -x : 0)))
TS_FLOATS2(ALL)

TS_FILL(loss) {
#define SET(t, d)                                          \
  table->loss_value[TS_LOSS_SQUARE][d] = value_square_##t; \
  table->loss_value[TS_LOSS_ABS][d] = value_abs_##t;       \
  table->loss_value[TS_LOSS_SMOOTH][d] = value_smooth_##t; \
  table->loss_slope[TS_LOSS_SQUARE][d] = slope_square_##t; \
  table->loss_slope[TS_LOSS_ABS][d] = slope_abs_##t;       \
  table->loss_slope[TS_LOSS_SMOOTH][d] = slope_smooth_##t; \
  table->loss_curve[d] = curve_smooth_##t;                 \
  table->entropy[d] = entropy_##t;                         \
  table->logit_entropy[d] = logit_entropy_##t;
  TS_FLOATS2(SET)
}
