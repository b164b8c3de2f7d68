#include "../gen/ops.h"
#include "elementwise.h"

bool ts_threshold_backward_impl(ts_cx *cx, const ts_threshold_backward_args *a, ts_out *out) {
  return ts_binary(cx, a->grad, a->self, out, TS_BIN_THRESHOLD_BACKWARD, TS_SAME, &a->threshold);
}
