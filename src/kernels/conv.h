/* The work of a convolution on contiguous data of one real type: three products, each linear in its two operands, that are
   each other's gradients. */
#ifndef TS_CONV_H
#define TS_CONV_H
#include "window.h"

typedef struct {
  ts_window w;
  int64_t batch, groups;
  int64_t in_channels, out_channels; /* in all, not a group */
} ts_conv_shape;

/* What happens to the sums on their way to the result: v = sum + bias + residual, then v < low ? low : v > high ? high : v.
   Compiled graphs may put relu (low 0, high infinity), clamps and the other side of an addition here. */
typedef struct {
  const void *bias;     /* one a channel of the result, or NULL */
  const void *residual; /* of the result's shape, or NULL */
  bool clamp;
  double low, high;
} ts_conv_finish;

/* float32 or float64 (is_double); scratch is managed inside. False without memory. */
bool ts_conv_forward(ts_cx *cx, const ts_conv_shape *s, bool is_double, const void *input, const void *weight, const ts_conv_finish *finish, void *output);
/* Every element of the result is written. */
bool ts_conv_to_input(ts_cx *cx, const ts_conv_shape *s, bool is_double, const void *grad, const void *weight, void *input_grad);
bool ts_conv_to_weight(ts_cx *cx, const ts_conv_shape *s, bool is_double, const void *grad, const void *input, void *weight_grad);
#endif
