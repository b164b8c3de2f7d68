#include "capi.h"
#include <string.h>
#include "../autograd/engine.h"
#include "../core/alloc.h"
#include "../core/random.h"
#include "../core/threads.h"
#include "../gen/ops.h"
#include "../kernels/kernels.h"

_Static_assert((int)TORSH_ERROR_NUMERIC == (int)TS_ERR_NUMERIC && (int)TORSH_COMPLEX128 == (int)TS_COMPLEX128, "enums must agree with the core");

static _Thread_local ts_cx *context;

ts_cx *capi_enter(void) {
  if (!context) {
    ts_kernels_init();
    context = ts_cx_new();
  }
  if (context) ts_clear_error(context);
  return context;
}

torsh_status capi_leave(ts_cx *cx) {
  ts_scope_end(cx, 0);
  return (torsh_status)cx->status;
}

torsh_status capi_give(ts_cx *cx, ts_tensor *const *made, int n, torsh_tensor *out) {
  for (int i = 0; i < n; i++) out[i] = ts_failed(cx) ? NULL : ts_retain(made[i]);
  return capi_leave(cx);
}

torsh_status capi_give_list(ts_cx *cx, ts_list list, torsh_tensor *out, int64_t capacity, int64_t *n_out) {
  *n_out = ts_failed(cx) ? 0 : list.n;
  if (!ts_failed(cx) && list.n > capacity) ts_fail(cx, TS_ERR_ARGUMENT, "there are %lld results, more than the capacity of %lld", (long long)list.n, (long long)capacity);
  for (int64_t i = 0; !ts_failed(cx) && i < list.n; i++) out[i] = ts_retain(list.v[i]);
  return capi_leave(cx);
}

torsh_status capi_give_scalar(ts_cx *cx, ts_scalar s, torsh_scalar *out) {
  out->kind = ts_failed(cx) ? TORSH_SCALAR_NONE : (torsh_scalar_kind)s.kind;
  if (out->kind == TORSH_SCALAR_FLOAT) out->value.f = s.f;
  else if (out->kind == TORSH_SCALAR_BOOL) out->value.b = s.i != 0;
  else if (out->kind == TORSH_SCALAR_COMPLEX) out->value.c.re = s.f, out->value.c.im = s.im;
  else out->value.i = s.i;
  return capi_leave(cx);
}

torsh_status capi_give_ints(ts_cx *cx, ts_ints v, int64_t *out, int64_t capacity, int64_t *n_out) {
  *n_out = ts_failed(cx) ? 0 : v.n;
  if (!ts_failed(cx) && v.n > capacity) ts_fail(cx, TS_ERR_ARGUMENT, "there are %lld results, more than the capacity of %lld", (long long)v.n, (long long)capacity);
  if (!ts_failed(cx) && v.n > 0) memcpy(out, v.v, (size_t)v.n * sizeof *out);
  return capi_leave(cx);
}

ts_scalar capi_scalar(torsh_scalar s) {
  switch (s.kind) {
    case TORSH_SCALAR_BOOL: return ts_bool(s.value.b);
    case TORSH_SCALAR_INT: return ts_int(s.value.i);
    case TORSH_SCALAR_FLOAT: return ts_float(s.value.f);
    case TORSH_SCALAR_COMPLEX: return ts_complex_number(s.value.c.re, s.value.c.im);
    default: return ts_none();
  }
}

const char *torsh_version(void) { return "0.1.0"; }
const char *torsh_last_error(void) { return context ? context->message : ""; }

const char *torsh_status_name(torsh_status status) {
  static const char *const names[] = {"ok", "argument", "shape", "dtype", "index", "memory", "autograd", "disposed", "callback", "unsupported", "io", "numeric"};
  return (unsigned)status < sizeof names / sizeof *names ? names[status] : "unknown";
}

void torsh_shutdown(void) {
  ts_cx_free(context);
  context = NULL;
}

torsh_status torsh_manual_seed(uint64_t seed) {
  ts_cx *cx = capi_enter();
  if (!cx) return TORSH_ERROR_MEMORY;
  ts_generator_seed(cx->generator, seed);
  return capi_leave(cx);
}

torsh_status torsh_set_num_threads(int n) {
  ts_cx *cx = capi_enter();
  if (!cx) return TORSH_ERROR_MEMORY;
  ts__set_num_threads(cx, n);
  return capi_leave(cx);
}
int torsh_get_num_threads(void) { return ts_num_threads(); }

torsh_status torsh_set_memory_budget(int64_t bytes) {
  ts_cx *cx = capi_enter();
  if (!cx) return TORSH_ERROR_MEMORY;
  ts__set_memory_budget(cx, bytes);
  return capi_leave(cx);
}

torsh_status torsh_memory(int64_t *live, int64_t *peak) {
  ts_memory_stats m;
  ts_memory(&m);
  if (live) *live = m.live_bytes;
  if (peak) *peak = m.peak_bytes;
  return TORSH_OK;
}

torsh_scalar torsh_scalar_int(int64_t value) { return (torsh_scalar){TORSH_SCALAR_INT, {.i = value}}; }
torsh_scalar torsh_scalar_float(double value) { return (torsh_scalar){TORSH_SCALAR_FLOAT, {.f = value}}; }
torsh_scalar torsh_scalar_complex(double re, double im) { return (torsh_scalar){TORSH_SCALAR_COMPLEX, {.c = {re, im}}}; }
torsh_scalar torsh_scalar_bool(bool value) { return (torsh_scalar){TORSH_SCALAR_BOOL, {.b = value}}; }
torsh_scalar torsh_scalar_none(void) { return (torsh_scalar){TORSH_SCALAR_NONE, {.i = 0}}; }

torsh_status torsh_tensor_from_data(const void *data, size_t nbytes, torsh_dtype dtype, const int64_t *sizes, int64_t ndim, torsh_tensor *out) {
  ts_cx *cx = capi_enter();
  *out = NULL;
  if (!cx) return TORSH_ERROR_MEMORY;
  cx->op = "tensor_from_data";
  ts_tensor *t = NULL;
  if ((unsigned)dtype >= TS_DTYPE_COUNT) ts_fail(cx, TS_ERR_DTYPE, "%d is no dtype", (int)dtype);
  else if (ndim < 0 || ndim > TS_MAX_DIM) ts_fail(cx, TS_ERR_SHAPE, "a tensor has 0 to %d dims, got %lld", TS_MAX_DIM, (long long)ndim);
  else t = ts_empty(cx, (ts_dtype)dtype, (int)ndim, sizes);
  if (t && (uint64_t)(t->numel * ts_itemsize((ts_dtype)dtype)) != nbytes) {
    ts_fail(cx, TS_ERR_ARGUMENT, "sizes %s of %s need %lld bytes, got %llu", TS_TEXT(t), ts_dtype_name((ts_dtype)dtype), (long long)(t->numel * ts_itemsize((ts_dtype)dtype)), (unsigned long long)nbytes);
  } else if (t && nbytes) {
    memcpy(ts_data(t), data, nbytes);
  }
  return capi_give(cx, &t, 1, out);
}

torsh_status torsh_tensor_from_scalar(torsh_scalar value, torsh_tensor *out) {
  ts_cx *cx = capi_enter();
  *out = NULL;
  if (!cx) return TORSH_ERROR_MEMORY;
  ts_scalar s = capi_scalar(value);
  ts_tensor *t = s.kind == TS_NUM_NONE ? NULL : ts_raw_cast(cx, ts_wrap_scalar(cx, s), ts_scalar_dtype(s));
  if (t) t->wrapped_number = false;
  else ts_fail(cx, TS_ERR_ARGUMENT, "the scalar has no value");
  return capi_give(cx, &t, 1, out);
}

torsh_status torsh_tensor_copy_data(torsh_tensor t, void *data, size_t nbytes) {
  ts_cx *cx = capi_enter();
  if (!cx) return TORSH_ERROR_MEMORY;
  cx->op = "tensor_copy_data";
  int64_t have = t->numel * ts_itemsize((ts_dtype)t->dtype);
  if ((uint64_t)have != nbytes) {
    ts_fail(cx, TS_ERR_ARGUMENT, "the tensor has %lld bytes, got room for %llu", (long long)have, (unsigned long long)nbytes);
  } else {
    ts_tensor *c = ts_raw_contiguous(cx, t);
    if (c && nbytes) memcpy(data, ts_data(c), nbytes);
  }
  return capi_leave(cx);
}

void torsh_tensor_free(torsh_tensor t) { ts_release(t); }
torsh_dtype torsh_tensor_dtype(torsh_tensor t) { return (torsh_dtype)t->dtype; }
int64_t torsh_tensor_ndim(torsh_tensor t) { return t->ndim; }
int64_t torsh_tensor_numel(torsh_tensor t) { return t->numel; }
const int64_t *torsh_tensor_sizes(torsh_tensor t) { return t->sizes; }
const int64_t *torsh_tensor_strides(torsh_tensor t) { return t->strides; }
size_t torsh_dtype_size(torsh_dtype dtype) { return (unsigned)dtype < TS_DTYPE_COUNT ? (size_t)ts_itemsize((ts_dtype)dtype) : 0; }

torsh_status torsh_tensor_item(torsh_tensor t, double *out) {
  ts_cx *cx = capi_enter();
  if (!cx) return TORSH_ERROR_MEMORY;
  *out = ts__item(cx, t).f;
  return capi_leave(cx);
}

torsh_status torsh_tensor_set_requires_grad(torsh_tensor t, bool value) {
  ts_cx *cx = capi_enter();
  if (!cx) return TORSH_ERROR_MEMORY;
  ts__set_requires_grad(cx, t, value);
  return capi_leave(cx);
}
bool torsh_tensor_requires_grad(torsh_tensor t) { return ts_requires_grad(t); }

torsh_status torsh_tensor_backward(torsh_tensor t, torsh_tensor gradient, bool retain_graph, bool create_graph) {
  ts_cx *cx = capi_enter();
  if (!cx) return TORSH_ERROR_MEMORY;
  cx->op = "backward";
  ts_list roots = {&t, 1}, grads = {&gradient, 1};
  ts_run_backward(cx, roots, grads, retain_graph || create_graph, create_graph, (ts_list){NULL, -1}, true, NULL);
  cx->op = "torsh";
  return capi_leave(cx);
}

torsh_status torsh_tensor_grad(torsh_tensor t, torsh_tensor *out) {
  *out = ts_retain(t->grad);
  return TORSH_OK;
}

bool torsh_set_grad_enabled(bool value) {
  ts_cx *cx = capi_enter();
  if (!cx) return true;
  bool before = cx->grad_mode;
  cx->grad_mode = value;
  return before;
}
