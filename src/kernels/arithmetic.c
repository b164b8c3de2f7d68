/* Arithmetic that is more than one call of an elementwise family. */
#include "../gen/ops.h"
#include "elementwise.h"

/* alpha as PyTorch takes it: no floats for integers. */
static bool check_alpha(ts_cx *cx, ts_scalar alpha, ts_dtype d) {
  if (alpha.kind == TS_NUM_FLOAT && ts_is_integral(d, true))
    return ts_fail(cx, TS_ERR_DTYPE, "For integral input tensors, argument alpha must not be a floating point number.");
  if (alpha.kind == TS_NUM_BOOL && d != TS_BOOL) return ts_fail(cx, TS_ERR_DTYPE, "Boolean alpha only supported for Boolean results.");
  return true;
}

bool ts_add_impl(ts_cx *cx, const ts_add_args *a, ts_out *out) {
  ts_tensor *in[2] = {a->self, a->other};
  ts_dtype d = in[0]->dtype == in[1]->dtype ? (ts_dtype)in[0]->dtype : ts_result_type(in, 2);
  if (!check_alpha(cx, a->alpha, d)) return false;
  ts_binary_id id = a->alpha.f == 1 ? TS_BIN_ADD : TS_BIN_ADD_SCALED;
  return ts_elementwise(cx, in, 2, d, d, out, ts_loops.binary[id][d], &a->alpha);
}
