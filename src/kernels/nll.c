/* Negative log-likelihood, and cross entropy over it. Classes lie along dim 1 of (N, C, ...), or dim 0 of (C). */
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include "../core/threads.h"
#include "../gen/ops.h"
#include "kernels.h"

/* Sizes of (batch, classes, inner), and where the classes lie. */
typedef struct { int64_t batch, classes, inner; } layout;

static layout layout_of(int ndim, const int64_t *sizes) {
  layout l = {1, 1, 1};
  if (ndim == 1) l.classes = sizes[0];
  for (int d = 0; d < ndim && ndim > 1; d++) *(d == 0 ? &l.batch : d == 1 ? &l.classes : &l.inner) *= sizes[d];
  return l;
}

/* Class labels as contiguous int64: any integers, or whole floats. */
static ts_tensor *labels_of(ts_cx *cx, ts_tensor *target) {
  if (!ts_is_float((ts_dtype)target->dtype)) return ts_raw_contiguous(cx, ts_raw_cast(cx, target, TS_INT64));
  ts_tensor *wide = ts_raw_contiguous(cx, ts_raw_cast(cx, target, TS_FLOAT64));
  for (int64_t i = 0; wide && i < wide->numel; i++) {
    double x = ((const double *)ts_data(wide))[i];
    if (x == floor(x) && fabs(x) < 9e15) continue;
    ts_fail(cx, TS_ERR_ARGUMENT, "class labels must be whole numbers, got %g", x);
    return NULL;
  }
  return ts_raw_contiguous(cx, ts_raw_cast(cx, wide, TS_INT64));
}

static ts_tensor *wide_weight(ts_cx *cx, ts_tensor *weight) { return ts_raw_contiguous(cx, ts_raw_cast(cx, weight, TS_FLOAT64)); }

static bool check_shapes(ts_cx *cx, int ndim, const int64_t *sizes, const ts_tensor *target, const ts_tensor *weight) {
  const char *text = ts_sizes_text(ndim, sizes, (char[160]){0}, 160);
  if (ndim < 1) return ts_fail(cx, TS_ERR_SHAPE, "Expected 1 or more dimensions (got 0)");
  if (ndim == 1 ? target->ndim > 1 : ndim == 2 && target->ndim > 1)
    return ts_fail(cx, TS_ERR_SHAPE, "0D or 1D target tensor expected, multi-target not supported (input %s, target %s)", text, TS_TEXT(target));
  if (ndim == 1 ? target->numel != 1 : target->ndim < 1 || target->sizes[0] != sizes[0])
    return ts_fail(cx, TS_ERR_SHAPE, "Expected input batch_size (%" PRId64 ") to match target batch_size (%" PRId64 "). (input %s, target %s)",
                   ndim == 1 ? 1 : sizes[0], target->ndim ? target->sizes[0] : 1, text, TS_TEXT(target));
  bool same = ndim <= 2 || target->ndim == ndim - 1;
  for (int d = 1; d < target->ndim && same && ndim > 2; d++) same = target->sizes[d] == sizes[d + 1];
  if (!same) return ts_fail(cx, TS_ERR_SHAPE, "size mismatch (got input: %s, target: %s)", text, TS_TEXT(target));
  int64_t classes = layout_of(ndim, sizes).classes;
  if (weight && (weight->ndim != 1 || weight->numel != classes))
    return ts_fail(cx, TS_ERR_SHAPE, "weight tensor should be defined either for all %" PRId64 " classes or no classes but got weight tensor of shape: %s", classes, TS_TEXT(weight));
  return true;
}

/* The weight of each element's class (0: ignored) and their sum; an error for labels that are no class. */
static double *weights_of(ts_cx *cx, const ts_tensor *labels, const ts_tensor *weight, int64_t classes, int64_t ignore, double *total) {
  const int64_t *label = ts_data(labels);
  double *w = ts_temp(cx, labels->numel * (int64_t)sizeof *w + 1), sum = 0;
  for (int64_t i = 0; w && i < labels->numel; i++) {
    if (label[i] == ignore) {
      w[i] = 0;
    } else if (label[i] < 0 || label[i] >= classes) {
      ts_fail(cx, TS_ERR_INDEX, "Target %" PRId64 " is out of bounds. (%" PRId64 " classes)", label[i], classes);
      return NULL;
    } else {
      w[i] = weight ? ((const double *)ts_data(weight))[label[i]] : 1;
    }
    sum += w[i];
  }
  *total = sum;
  return w;
}

typedef enum { NONE, MEAN, SUM } mode;
static bool mode_of(ts_cx *cx, const char *reduction, mode *m) {
  ts_loss_reduction r;
  if (!ts_loss_mode(cx, reduction, (ts_opt_int){0}, (ts_opt_int){0}, &r)) return false;
  *m = r == TS_REDUCE_NONE ? NONE : r == TS_REDUCE_MEAN ? MEAN : SUM;
  return true;
}

/* Losses (float64, of the target's shape) as the reduction wants them, in dtype. */
static bool finish(ts_cx *cx, ts_tensor *losses, double total, mode m, ts_dtype dtype, ts_out *out) {
  ts_tensor *weight = ts_full_zero(cx, TS_FLOAT64, 0, NULL), *result = losses;
  if (!weight) return false;
  *(double *)ts_data(weight) = total;
  out->t[1] = weight;
  if (m != NONE) {
    uint64_t mask;
    if (!ts_dim_mask(cx, TS_NO_INTS, losses->ndim, &mask) || !(result = ts_reduced(cx, losses, mask, false, TS_RED_SUM))) return false;
    if (m == MEAN) *(double *)ts_data(result) /= total;
  }
  return (out->t[0] = ts_raw_cast(cx, result, dtype)) != NULL;
}

static inline double at(const ts_tensor *t, int64_t i) {
  return t->dtype == TS_FLOAT64 ? ((const double *)ts_data(t))[i] : (double)((const float *)ts_data(t))[i];
}

static inline int64_t place_of(const layout *l, int64_t i, int64_t label) { return (i / l->inner * l->classes + label) * l->inner + i % l->inner; }

bool ts__nll_loss_impl(ts_cx *cx, const ts__nll_loss_args *a, ts_out *out) {
  ts_tensor *self = a->self, *labels;
  mode m;
  if (!ts_is_float((ts_dtype)self->dtype)) return ts_fail(cx, TS_ERR_DTYPE, "not implemented for %s", ts_dtype_name((ts_dtype)self->dtype));
  if (!check_shapes(cx, self->ndim, self->sizes, a->target, a->weight) || !mode_of(cx, a->reduction, &m) || !(labels = labels_of(cx, a->target))) return false;
  layout l = layout_of(self->ndim, self->sizes);
  double total, *w = weights_of(cx, labels, wide_weight(cx, a->weight), l.classes, a->ignore_index, &total);
  ts_tensor *x = ts_raw_contiguous(cx, ts_raw_cast(cx, self, self->dtype == TS_FLOAT64 ? TS_FLOAT64 : TS_FLOAT32));
  ts_tensor *losses = ts_empty(cx, TS_FLOAT64, a->target->ndim, a->target->sizes);
  if (!w || !x || !losses) return false;
  const int64_t *label = ts_data(labels);
  double *loss = ts_data(losses);
  for (int64_t i = 0; i < labels->numel; i++) loss[i] = label[i] == a->ignore_index ? 0 : -w[i] * at(x, place_of(&l, i, label[i]));
  return finish(cx, losses, total, m, (ts_dtype)self->dtype, out);
}

/* What each element's gradient is multiplied by: grad * weight (/ total), in float64. */
static double *scales_of(ts_cx *cx, ts_tensor *grad, double *w, int64_t n, mode m, double total) {
  ts_tensor *g = ts_raw_contiguous(cx, ts_raw_cast(cx, grad, TS_FLOAT64));
  if (!g || !w) return NULL;
  const double *of = ts_data(g);
  if (g->numel != (m == NONE ? n : 1)) {
    ts_fail(cx, TS_ERR_SHAPE, "Expected a gradient of %" PRId64 " elements, got shape %s", m == NONE ? n : 1, TS_TEXT(grad));
    return NULL;
  }
  for (int64_t i = 0; i < n; i++) w[i] = w[i] == 0 ? 0 : of[m == NONE ? i : 0] * w[i] / (m == MEAN ? total : 1);
  return w;
}

static inline void put(ts_tensor *t, int64_t i, double v) {
  if (t->dtype == TS_FLOAT64) ((double *)ts_data(t))[i] = v;
  else ((float *)ts_data(t))[i] = (float)v;
}

bool ts__nll_loss_backward_impl(ts_cx *cx, const ts__nll_loss_backward_args *a, ts_out *out) {
  mode m;
  ts_tensor *labels;
  if (!check_shapes(cx, (int)a->size.n, a->size.v, a->target, a->weight) || !mode_of(cx, a->reduction, &m) || !(labels = labels_of(cx, a->target))) return false;
  layout l = layout_of((int)a->size.n, a->size.v);
  double total, *w = weights_of(cx, labels, wide_weight(cx, a->weight), l.classes, a->ignore_index, &total);
  ts_dtype to = (ts_dtype)a->grad->dtype, work = to == TS_FLOAT64 ? to : TS_FLOAT32;
  ts_tensor *result = ts_full_zero(cx, work, (int)a->size.n, a->size.v);
  if (!(w = scales_of(cx, a->grad, w, labels->numel, m, total)) || !result) return false;
  const int64_t *label = ts_data(labels);
  for (int64_t i = 0; i < labels->numel; i++)
    if (label[i] != a->ignore_index) put(result, place_of(&l, i, label[i]), -w[i]);
  return (out->t[0] = ts_raw_cast(cx, result, to)) != NULL;
}

bool ts_nll_loss_impl(ts_cx *cx, const ts_nll_loss_args *a, ts_out *out) {
  ts_loss_reduction m;
  ts_tensor *results[2];
  bool ok = ts_loss_mode(cx, a->reduction, a->size_average, a->reduce, &m) &&
            ts__nll_loss(cx, a->self, a->target, a->weight, a->ignore_index, ts_loss_mode_name(m), results);
  out->t[0] = ok ? results[0] : NULL;
  return ok;
}

/* Cross entropy of rows, forward and backward, without the (N, C) log-probabilities in between. */
typedef struct { const char *x; char *out; const char *lse; const double *scale; int64_t n, rows, item; ts_dtype dtype; } rows_job;

static void lse_range(void *arg, int64_t begin, int64_t end) {
  const rows_job *j = arg;
  ts_loops.lse[j->dtype](j->out + begin * j->item, j->out + (j->rows + begin) * j->item, j->x + begin * j->n * j->item, end - begin, j->n);
}

static void softmax_range(void *arg, int64_t begin, int64_t end) {
  const rows_job *j = arg;
  ts_loops.scaled_softmax[j->dtype](j->out + begin * j->n * j->item, j->x + begin * j->n * j->item, j->lse + begin * j->item,
                                    j->lse + (j->rows + begin) * j->item, j->scale + begin, end - begin, j->n);
}

static int64_t grain_of(int64_t n) { return n >= 8192 ? 1 : 8192 / (n ? n : 1); }

bool ts__cross_entropy_impl(ts_cx *cx, const ts__cross_entropy_args *a, ts_out *out) {
  ts_tensor *self = a->self, *labels;
  mode m;
  if (!ts_is_float((ts_dtype)self->dtype)) return ts_fail(cx, TS_ERR_DTYPE, "not implemented for %s", ts_dtype_name((ts_dtype)self->dtype));
  if (!check_shapes(cx, self->ndim, self->sizes, a->target, a->weight) || !mode_of(cx, a->reduction, &m) || !(labels = labels_of(cx, a->target))) return false;
  layout l = layout_of(self->ndim, self->sizes);
  ts_dtype work = self->dtype == TS_FLOAT64 ? TS_FLOAT64 : TS_FLOAT32;
  double total, *w = weights_of(cx, labels, wide_weight(cx, a->weight), l.classes, a->ignore_index, &total);
  ts_tensor *x = ts_raw_contiguous(cx, ts_raw_cast(cx, self, work)), *lse = ts_empty(cx, work, 2, (int64_t[]){2, l.batch});
  ts_tensor *losses = ts_empty(cx, TS_FLOAT64, a->target->ndim, a->target->sizes);
  if (!w || !x || !lse || !losses) return false;
  rows_job j = {ts_data(x), ts_data(lse), NULL, NULL, l.classes, l.batch, ts_itemsize(work), work};
  ts_parallel_for(l.batch, grain_of(l.classes), lse_range, &j);
  const int64_t *label = ts_data(labels);
  double *loss = ts_data(losses);
  for (int64_t i = 0; i < labels->numel; i++)
    loss[i] = label[i] == a->ignore_index ? 0 : w[i] * (at(lse, l.batch + i) - (at(x, i * l.classes + label[i]) - at(lse, i)));
  out->t[2] = lse;
  return finish(cx, losses, total, m, (ts_dtype)self->dtype, out);
}

bool ts__cross_entropy_backward_impl(ts_cx *cx, const ts__cross_entropy_backward_args *a, ts_out *out) {
  ts_tensor *self = a->self, *labels;
  mode m;
  if (!check_shapes(cx, self->ndim, self->sizes, a->target, a->weight) || !mode_of(cx, a->reduction, &m) || !(labels = labels_of(cx, a->target))) return false;
  layout l = layout_of(self->ndim, self->sizes);
  ts_dtype work = self->dtype == TS_FLOAT64 ? TS_FLOAT64 : TS_FLOAT32;
  double total, *w = weights_of(cx, labels, wide_weight(cx, a->weight), l.classes, a->ignore_index, &total);
  ts_tensor *x = ts_raw_contiguous(cx, ts_raw_cast(cx, self, work)), *result = x ? ts_empty(cx, work, x->ndim, x->sizes) : NULL;
  if (!(w = scales_of(cx, a->grad, w, labels->numel, m, total)) || !result) return false;
  rows_job j = {ts_data(x), ts_data(result), ts_data(a->lse), w, l.classes, l.batch, ts_itemsize(work), work};
  ts_parallel_for(l.batch, grain_of(l.classes), softmax_range, &j);
  const int64_t *label = ts_data(labels);
  for (int64_t i = 0; i < labels->numel; i++)
    if (label[i] != a->ignore_index) put(result, i * l.classes + label[i], at(result, i * l.classes + label[i]) - w[i]);
  return (out->t[0] = ts_raw_cast(cx, result, (ts_dtype)self->dtype)) != NULL;
}

/* q of loss = -sum(q * log-probabilities): what labels, weights, smoothing and the mean come to. */
bool ts__class_weights_impl(ts_cx *cx, const ts__class_weights_args *a, ts_out *out) {
  mode m;
  ts_tensor *labels;
  if (!check_shapes(cx, (int)a->size.n, a->size.v, a->target, a->weight) || !mode_of(cx, a->reduction, &m) || !(labels = labels_of(cx, a->target))) return false;
  layout l = layout_of((int)a->size.n, a->size.v);
  ts_tensor *weight = wide_weight(cx, a->weight), *q = ts_full_zero(cx, TS_FLOAT64, (int)a->size.n, a->size.v);
  double total, *w = weights_of(cx, labels, weight, l.classes, a->ignore_index, &total), *to = q ? ts_data(q) : NULL;
  if (!w || !q) return false;
  const int64_t *label = ts_data(labels);
  double by = m == MEAN ? 1 / total : 1, spread = a->label_smoothing / (double)l.classes * by;
  for (int64_t i = 0; i < labels->numel; i++) {
    if (label[i] == a->ignore_index) continue;
    for (int64_t c = 0; c < l.classes; c++) to[place_of(&l, i, c)] = spread * (weight ? ((const double *)ts_data(weight))[c] : 1);
    to[place_of(&l, i, label[i])] += (1 - a->label_smoothing) * w[i] * by;
  }
  if (!(out->t[1] = ts_full_zero(cx, TS_FLOAT64, 0, NULL))) return false;
  *(double *)ts_data(out->t[1]) = total;
  return (out->t[0] = ts_raw_cast(cx, q, a->dtype == TS_DTYPE_NONE ? TS_FLOAT32 : a->dtype)) != NULL;
}

/* Targets are probabilities. */
static bool soft_targets(ts_cx *cx, const ts_cross_entropy_args *a, ts_loss_reduction m, ts_out *out) {
  ts_tensor *self = a->self, *target = a->target;
  int dim = self->ndim == 1 ? 0 : 1;
  double classes = (double)(self->ndim ? self->sizes[dim] : 1), n = classes ? (double)self->numel / classes : 0;
  if (!ts_is_float((ts_dtype)target->dtype)) return ts_fail(cx, TS_ERR_DTYPE, "Expected floating point type for target with class probabilities, got %s", ts_dtype_name((ts_dtype)target->dtype));
  if (a->ignore_index >= 0) return ts_fail(cx, TS_ERR_ARGUMENT, "ignore_index is not supported for floating point target");
  if (a->weight && (a->weight->ndim != 1 || (double)a->weight->numel != classes))
    return ts_fail(cx, TS_ERR_SHAPE, "weight tensor should be defined either for all %" PRId64 " classes or no classes but got weight tensor of shape: %s", (int64_t)classes, TS_TEXT(a->weight));
  if (a->label_smoothing > 0)
    target = ts_add(cx, ts_mul(cx, target, ts_wrap_scalar(cx, ts_float(1 - a->label_smoothing))), ts_wrap_scalar(cx, ts_float(a->label_smoothing / classes)), ts_int(1));
  ts_tensor *loss = ts_mul(cx, ts_log_softmax(cx, self, (ts_opt_int){true, dim}, TS_DTYPE_NONE), target);
  if (a->weight) {
    int64_t sizes[TS_MAX_DIM];
    for (int d = 0; d < self->ndim; d++) sizes[d] = d == dim ? a->weight->numel : 1;
    loss = ts_mul(cx, loss, ts_reshape(cx, a->weight, (ts_ints){sizes, self->ndim}));
  }
  loss = ts_sum(cx, loss, m == TS_REDUCE_NONE ? TS_INTS(dim) : TS_NO_INTS, false, TS_DTYPE_NONE);
  return (out->t[0] = ts_mul(cx, loss, ts_wrap_scalar(cx, ts_float(m == TS_REDUCE_MEAN ? -1 / n : -1)))) != NULL;
}

bool ts_cross_entropy_impl(ts_cx *cx, const ts_cross_entropy_args *a, ts_out *out) {
  ts_loss_reduction m;
  ts_tensor *self = a->self, *results[3] = {NULL};
  if (!ts_loss_mode(cx, a->reduction, a->size_average, a->reduce, &m)) return false;
  if (!(a->label_smoothing >= 0 && a->label_smoothing <= 1)) return ts_fail(cx, TS_ERR_ARGUMENT, "label_smoothing must be between 0.0 and 1.0. Got: %g", a->label_smoothing);
  if (ts_same_sizes(self, a->target)) return soft_targets(cx, a, m, out);
  const char *reduction = ts_loss_mode_name(m);
  if (self->ndim <= 2 && a->label_smoothing == 0) {
    if (ts__cross_entropy(cx, self, a->target, a->weight, a->ignore_index, reduction, results)) out->t[0] = results[0];
    return out->t[0] != NULL;
  }
  int dim = self->ndim == 1 ? 0 : 1;
  ts_tensor *log = ts_log_softmax(cx, self, (ts_opt_int){true, dim}, TS_DTYPE_NONE);
  if (!log) return false;
  if (a->label_smoothing == 0) {
    if (ts__nll_loss(cx, log, a->target, a->weight, a->ignore_index, reduction, results)) out->t[0] = results[0];
    return out->t[0] != NULL;
  }
  if (!ts__class_weights(cx, ts_sizes_of(self), a->target, a->weight, a->ignore_index, reduction, a->label_smoothing, (ts_dtype)log->dtype, results)) return false;
  bool nothing = m == TS_REDUCE_MEAN && *(double *)ts_data(results[1]) == 0;
  ts_tensor *loss = ts_sum(cx, ts_mul(cx, log, results[0]), m == TS_REDUCE_NONE ? TS_INTS(dim) : TS_NO_INTS, false, TS_DTYPE_NONE);
  if (nothing) loss = ts_add(cx, loss, ts_wrap_scalar(cx, ts_float(NAN)), ts_int(1)); /* the mean of nothing; its gradient is zero */
  return (out->t[0] = ts_mul(cx, loss, ts_wrap_scalar(cx, ts_int(-1)))) != NULL;
}
