/* Losses of a difference (mse, l1, smooth l1, huber) and binary cross entropy. */
#include "loss.h"
#include <math.h>
#include <string.h>
#include "../core/threads.h"
#include "../gen/ops.h"
#include "elementwise.h"

static const char *const modes[] = {"none", "mean", "sum"};

const char *ts_loss_mode_name(ts_loss_reduction mode) { return modes[mode]; }

bool ts_loss_mode(ts_cx *cx, const char *reduction, ts_opt_int size_average, ts_opt_int reduce, ts_loss_reduction *mode) {
  if (size_average.given || reduce.given) {
    *mode = reduce.given && !reduce.v ? TS_REDUCE_NONE : size_average.given && !size_average.v ? TS_REDUCE_SUM : TS_REDUCE_MEAN;
    return true;
  }
  for (int i = 0; i < 3; i++) {
    if (strcmp(reduction, modes[i]) != 0) continue;
    *mode = (ts_loss_reduction)i;
    return true;
  }
  return ts_fail(cx, TS_ERR_ARGUMENT, "%s is not a valid value for reduction", reduction);
}

enum { CHUNK = 2048, PIECE = 65536 };
typedef struct { const char *x, *y; int64_t numel, item; ts_loop value; ts_reduce_loop sum; const ts_scalar *params; double *parts; } job;

/* The sum over fixed pieces, so that it does not depend on the number of threads. */
static void piece_range(void *arg, int64_t begin, int64_t end) {
  const job *j = arg;
  double room[CHUNK];
  const int64_t steps[3] = {j->item, j->item, j->item};
  for (int64_t p = begin; p < end; p++) {
    int64_t to = (p + 1) * PIECE < j->numel ? (p + 1) * PIECE : j->numel;
    for (int64_t i = p * PIECE; i < to; i += CHUNK) {
      int64_t n = to - i < CHUNK ? to - i : CHUNK;
      char *const at[3] = {(char *)room, (char *)j->x + i * j->item, (char *)j->y + i * j->item};
      j->value(at, steps, n, j->params);
      j->sum(&j->parts[p], (const char *)room, n, j->item, 1);
    }
  }
}

/* Parameters of the loops: the limit and a factor. */
typedef struct { ts_loss_id id; ts_scalar p[3]; } settings;
static settings settings_of(int64_t kind, double limit, double factor) {
  if (kind == TS_LOSS_HUBER) return (settings){TS_LOSS_SMOOTH, {ts_float(limit), ts_float(limit * factor), ts_float(0)}};
  return (settings){(ts_loss_id)kind, {ts_float(limit), ts_float(factor), ts_float(0)}};
}

static bool elementwise(ts_cx *cx, ts_tensor *const *in, int n, ts_dtype to, ts_dtype work, ts_loop loop, const ts_scalar *params, ts_out *out) {
  if (!ts_is_float(to)) return ts_fail(cx, TS_ERR_DTYPE, "not implemented for %s", ts_dtype_name(to));
  ts_elementwise_job job = {loop, params, {work, work, work}, work, to, true};
  return ts_run_elementwise(cx, in, n, &job, out);
}

static ts_dtype work_of(ts_dtype d) { return d == TS_FLOAT64 ? d : TS_FLOAT32; }

bool ts__difference_loss_impl(ts_cx *cx, const ts__difference_loss_args *a, ts_out *out) {
  ts_tensor *in[2] = {a->self, a->target}, *x = a->self, *y = a->target, *sum;
  ts_dtype to = ts_result_type(in, 2), work = work_of(to);
  settings s = settings_of(a->kind, a->limit, 1);
  ts_loop value = ts_loops.loss_value[s.id][work];
  ts_loss_reduction mode = TS_REDUCE_MEAN;
  if (!ts_loss_mode(cx, a->reduction, (ts_opt_int){0}, (ts_opt_int){0}, &mode)) return false;
  if (mode == TS_REDUCE_NONE) return elementwise(cx, in, 2, to, work, value, s.p, out);
  double n;
  if (x->dtype == work && y->dtype == work && ts_same_sizes(x, y) && ts_is_contiguous(x) && ts_is_contiguous(y)) {
    int64_t pieces = (x->numel + PIECE - 1) / PIECE;
    ts_tensor *parts = ts_full_zero(cx, TS_FLOAT64, 1, &pieces);
    if (!parts || !(sum = ts_full_zero(cx, TS_FLOAT64, 0, NULL))) return false;
    job j = {ts_data(x), ts_data(y), x->numel, ts_itemsize(work), value, ts_loops.reduce[TS_RED_SUM][work], s.p, ts_data(parts)};
    ts_parallel_for(pieces, 1, piece_range, &j);
    for (int64_t p = 0; p < pieces; p++) *(double *)ts_data(sum) += j.parts[p];
    n = (double)x->numel;
  } else {
    ts_out all = {.t = {NULL}};
    uint64_t mask;
    if (!elementwise(cx, in, 2, to, work, value, s.p, &all) || !ts_dim_mask(cx, TS_NO_INTS, all.t[0]->ndim, &mask)) return false;
    if (!(sum = ts_reduced(cx, all.t[0], mask, false, TS_RED_SUM))) return false;
    n = (double)all.t[0]->numel;
  }
  if (mode == TS_REDUCE_MEAN) *(double *)ts_data(sum) /= n;
  return (out->t[0] = ts_raw_cast(cx, sum, to)) != NULL;
}

bool ts__difference_loss_backward_impl(ts_cx *cx, const ts__difference_loss_backward_args *a, ts_out *out) {
  ts_tensor *in[3] = {a->grad, a->self, a->target};
  ts_dtype to = ts_result_type(in + 1, 2), work = work_of(to);
  ts_loss_reduction mode = TS_REDUCE_MEAN;
  double factor = 1;
  if (!ts_loss_mode(cx, a->reduction, (ts_opt_int){0}, (ts_opt_int){0}, &mode)) return false;
  if (mode == TS_REDUCE_MEAN) {
    int ndim;
    int64_t sizes[TS_MAX_DIM], n = 1;
    if (!ts_broadcast_sizes(cx, a->self->ndim, a->self->sizes, a->target->ndim, a->target->sizes, &ndim, sizes)) return false;
    for (int d = 0; d < ndim; d++) n *= sizes[d];
    factor = 1 / (double)n;
  }
  settings s = settings_of(a->kind, a->limit, factor);
  return elementwise(cx, in, 3, to, work, ts_loops.loss_slope[s.id][work], s.p, out);
}

bool ts__difference_loss_curvature_impl(ts_cx *cx, const ts__difference_loss_curvature_args *a, ts_out *out) {
  ts_tensor *in[2] = {a->self, a->target};
  ts_dtype to = ts_result_type(in, 2), work = work_of(to);
  settings s = settings_of(a->kind, a->limit, 1);
  return elementwise(cx, in, 2, to, work, ts_loops.loss_curve[work], s.p, out);
}

bool ts__binary_cross_entropy_impl(ts_cx *cx, const ts__binary_cross_entropy_args *a, ts_out *out) {
  ts_tensor *in[2] = {a->self, a->target}, *low, *high;
  ts_dtype to = ts_result_type(in, 2), work = work_of(to);
  uint64_t mask;
  if (a->self->numel) {
    if (!ts_dim_mask(cx, TS_NO_INTS, a->self->ndim, &mask) || !(low = ts_reduced(cx, a->self, mask, false, TS_RED_MIN)) ||
        !(high = ts_reduced(cx, a->self, mask, false, TS_RED_MAX)))
      return false;
    if (ts_is_float((ts_dtype)a->self->dtype) && !(*(double *)ts_data(low) >= 0 && *(double *)ts_data(high) <= 1))
      return ts_fail(cx, TS_ERR_ARGUMENT, "all elements of input should be between 0 and 1");
  }
  return elementwise(cx, in, 2, to, work, ts_loops.entropy[work], NULL, out);
}

bool ts__binary_cross_entropy_with_logits_impl(ts_cx *cx, const ts__binary_cross_entropy_with_logits_args *a, ts_out *out) {
  ts_tensor *one = ts_wrap_scalar(cx, ts_float(1)), *in[3] = {a->self, a->target, a->pos_weight ? a->pos_weight : one};
  ts_dtype to = ts_result_type(in, 3), work = work_of(to);
  return one && elementwise(cx, in, 3, to, work, ts_loops.logit_entropy[work], NULL, out);
}

bool ts_mse_loss_impl(ts_cx *cx, const ts_mse_loss_args *a, ts_out *out) {
  ts_loss_reduction mode = TS_REDUCE_MEAN;
  return ts_loss_mode(cx, a->reduction, a->size_average, a->reduce, &mode) &&
         (out->t[0] = ts__difference_loss(cx, a->self, a->target, TS_LOSS_SQUARE, 0, ts_loss_mode_name(mode))) != NULL;
}

bool ts_l1_loss_impl(ts_cx *cx, const ts_l1_loss_args *a, ts_out *out) {
  ts_loss_reduction mode = TS_REDUCE_MEAN;
  if (!ts_loss_mode(cx, a->reduction, a->size_average, a->reduce, &mode)) return false;
  if (!ts_is_float(ts_result_type((ts_tensor *const[]){a->self, a->target}, 2))) { /* complex numbers, integers */
    ts_tensor *size = ts_abs(cx, ts_sub(cx, a->self, a->target, ts_int(1)));
    if (mode == TS_REDUCE_SUM) size = ts_sum(cx, size, TS_NO_INTS, false, TS_DTYPE_NONE);
    if (mode == TS_REDUCE_MEAN) size = ts_mean(cx, size, TS_NO_INTS, false, TS_DTYPE_NONE);
    return (out->t[0] = size) != NULL;
  }
  return (out->t[0] = ts__difference_loss(cx, a->self, a->target, TS_LOSS_ABS, 0, ts_loss_mode_name(mode))) != NULL;
}

bool ts_smooth_l1_loss_impl(ts_cx *cx, const ts_smooth_l1_loss_args *a, ts_out *out) {
  ts_loss_reduction mode = TS_REDUCE_MEAN;
  if (a->beta < 0) return ts_fail(cx, TS_ERR_ARGUMENT, "smooth_l1_loss does not support negative values for beta.");
  ts_loss_id kind = a->beta == 0 ? TS_LOSS_ABS : TS_LOSS_SMOOTH;
  return ts_loss_mode(cx, a->reduction, a->size_average, a->reduce, &mode) &&
         (out->t[0] = ts__difference_loss(cx, a->self, a->target, kind, a->beta, ts_loss_mode_name(mode))) != NULL;
}

bool ts_huber_loss_impl(ts_cx *cx, const ts_huber_loss_args *a, ts_out *out) {
  if (a->delta <= 0) return ts_fail(cx, TS_ERR_ARGUMENT, "huber_loss does not support non-positive values for delta.");
  return (out->t[0] = ts__difference_loss(cx, a->self, a->target, TS_LOSS_HUBER, a->delta, a->reduction)) != NULL;
}

bool ts_loss_reduced(ts_cx *cx, ts_tensor *loss, ts_loss_reduction mode, ts_out *out) {
  if (loss && mode != TS_REDUCE_NONE)
    loss = mode == TS_REDUCE_MEAN ? ts_mean(cx, loss, TS_NO_INTS, false, TS_DTYPE_NONE) : ts_sum(cx, loss, TS_NO_INTS, false, TS_DTYPE_NONE);
  return (out->t[0] = loss) != NULL;
}

bool ts_binary_cross_entropy_impl(ts_cx *cx, const ts_binary_cross_entropy_args *a, ts_out *out) {
  ts_loss_reduction mode = TS_REDUCE_MEAN;
  if (!ts_loss_mode(cx, a->reduction, a->size_average, a->reduce, &mode)) return false;
  if (!ts_same_sizes(a->self, a->target))
    return ts_fail(cx, TS_ERR_SHAPE, "Using a target size (%s) that is different to the input size (%s) is deprecated. Please ensure they have the same size.",
                   TS_TEXT(a->target), TS_TEXT(a->self));
  ts_tensor *loss = ts__binary_cross_entropy(cx, a->self, a->target);
  return ts_loss_reduced(cx, a->weight ? ts_mul(cx, loss, a->weight) : loss, mode, out);
}

bool ts_binary_cross_entropy_with_logits_impl(ts_cx *cx, const ts_binary_cross_entropy_with_logits_args *a, ts_out *out) {
  ts_loss_reduction mode = TS_REDUCE_MEAN;
  if (!ts_loss_mode(cx, a->reduction, a->size_average, a->reduce, &mode)) return false;
  if (!ts_same_sizes(a->self, a->target))
    return ts_fail(cx, TS_ERR_SHAPE, "Target size (%s) must be the same as input size (%s)", TS_TEXT(a->target), TS_TEXT(a->self));
  ts_tensor *loss = ts__binary_cross_entropy_with_logits(cx, a->self, a->target, a->pos_weight);
  return ts_loss_reduced(cx, a->weight ? ts_mul(cx, loss, a->weight) : loss, mode, out);
}

bool ts_kl_div_impl(ts_cx *cx, const ts_kl_div_args *a, ts_out *out) {
  bool by_batch = strcmp(a->reduction, "batchmean") == 0;
  ts_loss_reduction mode = TS_REDUCE_MEAN;
  if (!ts_loss_mode(cx, by_batch ? "sum" : a->reduction, a->size_average, a->reduce, &mode)) return false;
  ts_tensor *self = a->self, *target = a->target, *loss;
  if (a->log_target) loss = ts_mul(cx, ts_exp(cx, target), ts_sub(cx, target, self, ts_int(1)));
  else loss = ts_sub(cx, ts_xlogy(cx, target, target), ts_mul(cx, target, self), ts_int(1));
  if (!ts_loss_reduced(cx, loss, mode, out)) return false;
  if (by_batch && self->ndim) out->t[0] = ts_div(cx, out->t[0], ts_wrap_scalar(cx, ts_int(self->sizes[0])), NULL);
  return out->t[0] != NULL;
}
