/* Activations that are more than one call of an elementwise family. */
#include <string.h>
#include "../gen/ops.h"
#include "elementwise.h"

bool ts_relu_impl(ts_cx *cx, const ts_relu_args *a, ts_out *out) {
  if (a->self->dtype == TS_BOOL) return ts_fail(cx, TS_ERR_DTYPE, "Boolean inputs not supported for relu");
  return ts_unary(cx, a->self, out, TS_UN_RELU, TS_SAME, NULL);
}

bool ts_threshold_backward_impl(ts_cx *cx, const ts_threshold_backward_args *a, ts_out *out) {
  return ts_binary(cx, a->grad, a->self, out, TS_BIN_THRESHOLD_BACKWARD, TS_NO_BOOL, &a->threshold);
}

/* Whether gelu is computed by tanh; false with an error for words it does not know. */
static bool by_tanh(ts_cx *cx, const char *approximate, bool *tanh) {
  *tanh = strcmp(approximate, "tanh") == 0;
  return *tanh || strcmp(approximate, "none") == 0 || ts_fail(cx, TS_ERR_ARGUMENT, "approximate argument must be either none or tanh.");
}

bool ts_gelu_impl(ts_cx *cx, const ts_gelu_args *a, ts_out *out) {
  bool tanh;
  return by_tanh(cx, a->approximate, &tanh) && ts_unary(cx, a->self, out, tanh ? TS_UN_GELU_TANH : TS_UN_GELU, TS_NO_INT, NULL);
}

bool ts_gelu_backward_impl(ts_cx *cx, const ts_gelu_backward_args *a, ts_out *out) {
  bool tanh;
  return by_tanh(cx, a->approximate, &tanh) &&
         ts_binary(cx, a->grad_output, a->self, out, tanh ? TS_BIN_GELU_TANH_BACKWARD : TS_BIN_GELU_BACKWARD, TS_NO_INT, NULL);
}
