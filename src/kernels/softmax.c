#include "softmax.h"
#include "../core/threads.h"
#include "compose.h"
#include "kernels.h"

typedef struct {
  const char *in, *result;
  char *out;
  int64_t n, inner, item;
  bool log;
  ts_dtype dtype;
} job;

static void forward_range(void *arg, int64_t begin, int64_t end) {
  const job *j = arg;
  int64_t skip = begin * j->n * j->inner * j->item;
  ts_loops.softmax[j->dtype](j->out + skip, j->in + skip, end - begin, j->n, j->inner, j->log);
}

static void backward_range(void *arg, int64_t begin, int64_t end) {
  const job *j = arg;
  int64_t skip = begin * j->n * j->inner * j->item;
  ts_loops.softmax_backward[j->dtype](j->out + skip, j->in + skip, j->result + skip, end - begin, j->n, j->inner, j->log);
}

/* Runs body over t's (outer, n, inner) around dim; t is contiguous. */
static void run(ts_tensor *t, int dim, job *j, void (*body)(void *, int64_t, int64_t)) {
  int64_t outer = 1;
  j->n = t->ndim ? t->sizes[dim] : 1;
  j->inner = 1;
  for (int d = 0; d < dim; d++) outer *= t->sizes[d];
  for (int d = dim + 1; d < t->ndim; d++) j->inner *= t->sizes[d];
  if (t->numel == 0) return;
  int64_t each = j->n * j->inner;
  ts_parallel_for(outer, each >= 8192 ? 1 : 8192 / each, body, j);
}

static bool softmax(ts_cx *cx, ts_tensor *self, ts_opt_int given, ts_dtype dtype, bool log, ts_out *out) {
  int dim, ndim = self->ndim;
  /* Without a dim: PyTorch's old rule. */
  if (!ts_wrap_dim(cx, given.given ? given.v : ndim == 0 || ndim == 1 || ndim == 3 ? 0 : 1, ndim, &dim)) return false;
  ts_dtype to = dtype != TS_DTYPE_NONE ? dtype : (ts_dtype)self->dtype;
  if (!ts_is_float(to)) return ts_fail(cx, TS_ERR_DTYPE, "not implemented for %s", ts_dtype_name(to));
  ts_dtype work = to == TS_FLOAT64 ? to : TS_FLOAT32;
  ts_tensor *in = ts_raw_contiguous(cx, ts_raw_cast(cx, ts_raw_cast(cx, self, to), work));
  ts_tensor *result = in ? ts_empty(cx, work, ndim, in->sizes) : NULL;
  if (!result) return false;
  job j = {ts_data(in), NULL, ts_data(result), 0, 0, ts_itemsize(work), log, work};
  run(in, dim, &j, forward_range);
  return (out->t[0] = ts_raw_cast(cx, result, to)) != NULL;
}

bool ts_softmax_impl(ts_cx *cx, const ts_softmax_args *a, ts_out *out) { return softmax(cx, a->self, a->dim, a->dtype, false, out); }
bool ts_log_softmax_impl(ts_cx *cx, const ts_log_softmax_args *a, ts_out *out) { return softmax(cx, a->self, a->dim, a->dtype, true, out); }

static bool backward(ts_cx *cx, ts_tensor *grad, ts_tensor *output, int64_t given, bool log, ts_out *out) {
  int dim;
  if (!ts_wrap_dim(cx, given, grad->ndim, &dim)) return false;
  if (!ts_same_sizes(grad, output)) return ts_fail(cx, TS_ERR_SHAPE, "grad has shape %s, the output %s", TS_TEXT(grad), TS_TEXT(output));
  ts_dtype to = (ts_dtype)grad->dtype, work = to == TS_FLOAT64 ? to : TS_FLOAT32;
  if (!ts_is_float(to)) return ts_fail(cx, TS_ERR_DTYPE, "not implemented for %s", ts_dtype_name(to));
  grad = ts_raw_contiguous(cx, ts_raw_cast(cx, grad, work));
  output = ts_raw_contiguous(cx, ts_raw_cast(cx, output, work));
  ts_tensor *result = grad ? ts_empty(cx, work, grad->ndim, grad->sizes) : NULL;
  if (!result || !output) return false;
  job j = {ts_data(grad), ts_data(output), ts_data(result), 0, 0, ts_itemsize(work), log, work};
  run(grad, dim, &j, backward_range);
  return (out->t[0] = ts_raw_cast(cx, result, to)) != NULL;
}

bool ts__softmax_backward_data_impl(ts_cx *cx, const ts__softmax_backward_data_args *a, ts_out *out) {
  return backward(cx, a->grad, a->output, a->dim, false, out);
}
bool ts__log_softmax_backward_data_impl(ts_cx *cx, const ts__log_softmax_backward_data_args *a, ts_out *out) {
  return backward(cx, a->grad, a->output, a->dim, true, out);
}

bool ts_softmin_impl(ts_cx *cx, const ts_softmin_args *a, ts_out *out) {
  ts_tensor *minus = ts_mul(cx, a->self, ts_wrap_scalar(cx, ts_int(-1)));
  return (out->t[0] = ts_softmax(cx, minus, a->dim, a->dtype)) != NULL;
}

bool ts_gumbel_softmax_impl(ts_cx *cx, const ts_gumbel_softmax_args *a, ts_out *out) {
  ts_tensor *x = a->logits, *best[2] = {NULL};
  ts_opt_int dim = {true, a->dim};
  ts_tensor *noise = ts_empty(cx, (ts_dtype)x->dtype, x->ndim, x->sizes);
  if (!noise || !ts_exponential_(cx, noise, 1, (ts_opt_int){false, 0})) return false;
  ts_tensor *soft = ts_softmax(cx, DIV(SUB(x, ts_log(cx, noise)), NUM(a->tau)), dim, TS_DTYPE_NONE);
  if (!a->hard) return (out->t[0] = soft) != NULL;
  if (!soft || !ts_max_dim(cx, ts_detach(cx, soft), a->dim, true, best)) return false;
  ts_tensor *hard = ts_scatter_value(cx, ts_zeros_like(cx, ts_detach(cx, x), TS_DTYPE_NONE), a->dim, best[1], ts_float(1), NULL);
  return (out->t[0] = ADD(SUB(hard, ts_detach(cx, soft)), soft)) != NULL;
}
