/* The rules of dtypes, for those who ask. */
#include "../gen/ops.h"
#include "elementwise.h"

bool ts__result_type_impl(ts_cx *cx, const ts__result_type_args *a, ts_out *out) {
  (void)cx;
  out->scalar = ts_int(ts_result_type((ts_tensor *const[]){a->tensor1, a->tensor2}, 2));
  return true;
}

bool ts__promote_types_impl(ts_cx *cx, const ts__promote_types_args *a, ts_out *out) {
  (void)cx;
  out->scalar = ts_int(ts_promote(a->type1, a->type2));
  return true;
}

bool ts__can_cast_impl(ts_cx *cx, const ts__can_cast_args *a, ts_out *out) {
  (void)cx;
  out->scalar = ts_bool(ts_can_cast(a->from, a->to));
  return true;
}

bool ts__set_default_dtype_impl(ts_cx *cx, const ts__set_default_dtype_args *a, ts_out *out) {
  (void)out;
  if (!ts_is_float(a->dtype)) return ts_fail(cx, TS_ERR_DTYPE, "only floating-point types are supported as the default type");
  cx->default_dtype = (uint8_t)a->dtype;
  return true;
}
