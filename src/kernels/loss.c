/* Losses of a difference: mse, l1, smooth l1, huber. */
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
typedef struct { const char *x, *y; int64_t numel, item; ts_loop value; ts_reduce_loop sum; const void *params; double *parts; } job;

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
      j->sum(&j->parts[p], (const char *)room, n, j->item, 1, 0);
    }
  }
}

static bool difference_loss(ts_cx *cx, ts_tensor *self, ts_tensor *target, ts_loss_id id, double limit, const char *reduction, ts_out *out) {
  ts_tensor *in[2] = {self, target};
  ts_dtype to = ts_result_type(in, 2), work = to == TS_FLOAT64 ? to : TS_FLOAT32;
  ts_loss_reduction mode;
  ts_loss_params params = {limit, 1};
  if (!ts_is_float(to)) return ts_fail(cx, TS_ERR_DTYPE, "not implemented for %s", ts_dtype_name(to));
  if (!ts_loss_mode(cx, reduction, (ts_opt_int){0}, (ts_opt_int){0}, &mode)) return false;
  ts_loop value = ts_loops.loss_value[id][work];
  ts_tensor *x = ts_raw_cast(cx, self, work), *y = ts_raw_cast(cx, target, work), *sum;
  if (!x || !y) return false;
  double n;
  if (mode != TS_REDUCE_NONE && ts_same_sizes(x, y) && ts_is_contiguous(x) && ts_is_contiguous(y)) {
    int64_t pieces = (x->numel + PIECE - 1) / PIECE;
    ts_tensor *parts = ts_full_zero(cx, TS_FLOAT64, 1, &pieces);
    if (!parts || !(sum = ts_full_zero(cx, TS_FLOAT64, 0, NULL))) return false;
    job j = {ts_data(x), ts_data(y), x->numel, ts_itemsize(work), value, ts_loops.reduce[TS_RED_SUM][work], &params, ts_data(parts)};
    ts_parallel_for(pieces, 1, piece_range, &j);
    for (int64_t p = 0; p < pieces; p++) *(double *)ts_data(sum) += j.parts[p];
    n = (double)x->numel;
  } else {
    ts_out all = {.t = {NULL}};
    if (!ts_elementwise(cx, (ts_tensor *[]){x, y}, 2, work, work, &all, value, &params)) return false;
    if (mode == TS_REDUCE_NONE) return (out->t[0] = ts_raw_cast(cx, all.t[0], to)) != NULL;
    uint64_t mask;
    if (!ts_dim_mask(cx, TS_NO_INTS, all.t[0]->ndim, &mask) || !(sum = ts_reduced(cx, all.t[0], mask, false, TS_RED_SUM))) return false;
    n = (double)all.t[0]->numel;
  }
  if (mode == TS_REDUCE_MEAN) *(double *)ts_data(sum) /= n;
  return (out->t[0] = ts_raw_cast(cx, sum, to)) != NULL;
}

bool ts__difference_loss_impl(ts_cx *cx, const ts__difference_loss_args *a, ts_out *out) {
  return difference_loss(cx, a->self, a->target, (ts_loss_id)a->kind, a->limit, a->reduction, out);
}

bool ts__difference_loss_backward_impl(ts_cx *cx, const ts__difference_loss_backward_args *a, ts_out *out) {
  ts_tensor *in[3] = {a->grad, a->self, a->target};
  ts_dtype to = ts_result_type(in + 1, 2), work = to == TS_FLOAT64 ? to : TS_FLOAT32;
  ts_loss_reduction mode;
  if (!ts_loss_mode(cx, a->reduction, (ts_opt_int){0}, (ts_opt_int){0}, &mode)) return false;
  ts_loss_params params = {a->limit, 1};
  if (mode == TS_REDUCE_MEAN) {
    int ndim;
    int64_t sizes[TS_MAX_DIM], n = 1;
    if (!ts_broadcast_sizes(cx, a->self->ndim, a->self->sizes, a->target->ndim, a->target->sizes, &ndim, sizes)) return false;
    for (int d = 0; d < ndim; d++) n *= sizes[d];
    params.scale = 1 / (double)n;
  }
  return ts_elementwise(cx, in, 3, work, work, out, ts_loops.loss_slope[a->kind][work], &params) && (out->t[0] = ts_raw_cast(cx, out->t[0], to)) != NULL;
}

bool ts__difference_loss_curvature_impl(ts_cx *cx, const ts__difference_loss_curvature_args *a, ts_out *out) {
  ts_tensor *in[2] = {a->self, a->target};
  ts_dtype to = ts_result_type(in, 2), work = to == TS_FLOAT64 ? to : TS_FLOAT32;
  ts_loss_params params = {a->limit, 1};
  return ts_elementwise(cx, in, 2, work, work, out, ts_loops.loss_curve[a->kind][work], &params) && (out->t[0] = ts_raw_cast(cx, out->t[0], to)) != NULL;
}

bool ts_mse_loss_impl(ts_cx *cx, const ts_mse_loss_args *a, ts_out *out) {
  ts_loss_reduction mode;
  return ts_loss_mode(cx, a->reduction, a->size_average, a->reduce, &mode) &&
         (out->t[0] = ts__difference_loss(cx, a->self, a->target, TS_LOSS_SQUARE, 0, ts_loss_mode_name(mode))) != NULL;
}

bool ts_l1_loss_impl(ts_cx *cx, const ts_l1_loss_args *a, ts_out *out) {
  ts_loss_reduction mode;
  return ts_loss_mode(cx, a->reduction, a->size_average, a->reduce, &mode) &&
         (out->t[0] = ts__difference_loss(cx, a->self, a->target, TS_LOSS_ABS, 0, ts_loss_mode_name(mode))) != NULL;
}

bool ts_smooth_l1_loss_impl(ts_cx *cx, const ts_smooth_l1_loss_args *a, ts_out *out) {
  ts_loss_reduction mode;
  if (a->beta < 0) return ts_fail(cx, TS_ERR_ARGUMENT, "smooth_l1_loss does not support negative values for beta.");
  ts_loss_id kind = a->beta == 0 ? TS_LOSS_ABS : TS_LOSS_SMOOTH;
  return ts_loss_mode(cx, a->reduction, a->size_average, a->reduce, &mode) &&
         (out->t[0] = ts__difference_loss(cx, a->self, a->target, kind, a->beta, ts_loss_mode_name(mode))) != NULL;
}

bool ts_huber_loss_impl(ts_cx *cx, const ts_huber_loss_args *a, ts_out *out) {
  if (a->delta <= 0) return ts_fail(cx, TS_ERR_ARGUMENT, "huber_loss does not support non-positive values for delta.");
  return (out->t[0] = ts__difference_loss(cx, a->self, a->target, TS_LOSS_HUBER, a->delta, a->reduction)) != NULL;
}
