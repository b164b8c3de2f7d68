/* Convolution by tiled im2col into GEMM: a tile of windows stays in the cache, so scratch is bounded whatever the image. */
#include <string.h>
#include "../core/threads.h"
#include "../gemm/gemm.h"
#include "conv.h"

enum { TILE_BYTES = 384 * 1024 };

#define T float
#define NAME(x) x##_f32
#define GEMM ts_sgemm
#include "conv_direct_body.h"
#include "conv_work_body.h"
#undef T
#undef NAME
#undef GEMM
#define T double
#define NAME(x) x##_f64
#define GEMM ts_dgemm
#include "conv_direct_body.h"
#include "conv_work_body.h"

bool ts_conv_forward(ts_cx *cx, const ts_conv_shape *s, bool is_double, const void *input, const void *weight, const void *bias, void *output) {
  return is_double ? forward_f64(cx, s, input, weight, bias, output) : forward_f32(cx, s, input, weight, bias, output);
}
bool ts_conv_to_input(ts_cx *cx, const ts_conv_shape *s, bool is_double, const void *grad, const void *weight, void *input_grad) {
  return is_double ? to_input_f64(cx, s, grad, weight, input_grad) : to_input_f32(cx, s, grad, weight, input_grad);
}
bool ts_conv_to_weight(ts_cx *cx, const ts_conv_shape *s, bool is_double, const void *grad, const void *input, void *weight_grad) {
  return is_double ? to_weight_f64(cx, s, grad, input, weight_grad) : to_weight_f32(cx, s, grad, input, weight_grad);
}
