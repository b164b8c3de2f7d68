#include <stdio.h>
#include "../gemm/gemm.h"
#include "../gen/ops.h"
#include "kernels.h"

bool ts__build_impl(ts_cx *cx, const ts__build_args *a, ts_out *out) {
  (void)a;
  char *text = ts_temp(cx, 256);
  if (!text) return false;
  snprintf(text, 256, "%s|%s", ts_blas_name(), ts_simd_name());
  out->text = text;
  return true;
}
