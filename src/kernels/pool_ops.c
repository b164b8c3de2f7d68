/* Pooling made of other ops. */
#include "../gen/ops.h"
#include "families.h"
#include "kernels.h"
#include "window.h"

static ts_tensor *average(ts_cx *cx, int n, ts_tensor *x, ts_ints kernel, ts_ints stride, bool ceil_mode) {
  return ts__avg_pool(cx, x, n, kernel, stride, TS_INTS(0), ceil_mode, true, (ts_opt_int){false, 0});
}
static ts_tensor *number(ts_cx *cx, double v) { return ts_wrap_scalar(cx, ts_float(v)); }

bool ts_power_pooled(ts_cx *cx, ts_out *out, int n, ts_tensor *x, double p, ts_ints kernel, ts_ints stride, bool ceil_mode) {
  int64_t sizes[3];
  if (!ts_window_list(cx, "kernel_size", kernel, n, 1, 1, sizes)) return false;
  ts_tensor *mean = average(cx, n, ts_pow(cx, x, number(cx, p)), kernel, stride, ceil_mode);
  ts_tensor *above = ts_mul(cx, ts_sign(cx, mean), ts_relu(cx, ts_abs(cx, mean)));
  return (out->t[0] = ts_pow(cx, ts_mul(cx, above, number(cx, (double)sizes[0] * (double)sizes[1] * (double)sizes[2])), number(cx, 1 / p))) != NULL;
}

bool ts_local_response_norm_impl(ts_cx *cx, const ts_local_response_norm_args *a, ts_out *out) {
  ts_tensor *x = a->self;
  if (x->ndim < 3) return ts_fail(cx, TS_ERR_SHAPE, "Expected 3D or higher dimensionality input (got %d dimensions)", x->ndim);
  if (a->size < 1 || a->size > INT32_MAX) return ts_fail(cx, TS_ERR_ARGUMENT, "size must be at least 1, got %lld", (long long)a->size);
  if (x->numel == 0) return (out->t[0] = ts_clone(cx, x, NULL)) != NULL;
  /* Channels become a spatial dim, all that lies behind them another. */
  ts_tensor *squares = ts_reshape(cx, ts_mul(cx, x, x), TS_INTS(x->sizes[0], 1, x->sizes[1], -1));
  squares = ts_constant_pad_nd(cx, squares, TS_INTS(0, 0, a->size / 2, (a->size - 1) / 2), ts_int(0));
  ts_tensor *mean = ts_reshape(cx, average(cx, 2, squares, TS_INTS(a->size, 1), TS_INTS(1), false), ts_sizes_of(x));
  ts_tensor *divisor = ts_pow(cx, ts_add(cx, ts_mul(cx, mean, number(cx, a->alpha)), number(cx, a->k), ts_int(1)), number(cx, a->beta));
  return (out->t[0] = ts_div(cx, x, divisor, NULL)) != NULL;
}
