/* The work of a convolution on contiguous data of one real type: three products, each linear in its two operands, that are
   each other's gradients. */
#ifndef TS_CONV_H
#define TS_CONV_H
#include "correlate.h"
#include "window.h"

typedef struct {
  ts_window w;
  int64_t batch, groups;
  int64_t in_channels, out_channels; /* in all, not a group */
} ts_conv_shape;

/* Weights as the forward product reads them, see correlate.h: how many elements (0: as they are), and their making; false without memory. */
int64_t ts_conv_packed(const ts_conv_shape *s, bool is_double);
bool ts_conv_pack(const ts_conv_shape *s, bool is_double, const void *weight, void *packed);
/* float32 or float64 (is_double); scratch is managed inside. weight may be NULL where there is `packed`. False without memory. */
bool ts_conv_forward(ts_cx *cx, const ts_conv_shape *s, bool is_double, const void *input, const void *weight, const void *packed, const ts_conv_finish *finish, void *output);
/* Every element of the result is written. */
bool ts_conv_to_input(ts_cx *cx, const ts_conv_shape *s, bool is_double, const void *grad, const void *weight, void *input_grad);
bool ts_conv_to_weight(ts_cx *cx, const ts_conv_shape *s, bool is_double, const void *grad, const void *input, void *weight_grad);
#endif
