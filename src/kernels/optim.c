/* Steps of optimizers: one call for many parameters, one pass over each. Everything is checked before anything changes;
   parameters without a gradient are left alone. */
#include <inttypes.h>
#include <math.h>
#include "../core/graph.h"
#include "../gen/ops.h"
#include "complex.h"
#include "kernels.h"
#include "optim_checks.h"

/* State tensor k of parameter i: same shape and dtype, memory of its own. */
static bool check_state(ts_cx *cx, const ts_tensor *p, const ts_tensor *state, const char *what, int64_t i) {
  if (state->dtype != p->dtype || !ts_same_sizes(state, p))
    return ts_fail(cx, TS_ERR_SHAPE, "%s of parameter %" PRId64 " is %s %s, but the parameter is %s %s", what, i,
                   ts_dtype_name((ts_dtype)state->dtype), TS_TEXT(state), ts_dtype_name((ts_dtype)p->dtype),
                   TS_TEXT(p));
  return ts_check_writable(cx, state);
}

bool ts_optim_check_state(ts_cx *cx, ts_list params, ts_list list, const char *what, int64_t i) {
  return list.n <= 0 || !params.v[i]->grad || check_state(cx, params.v[i], list.v[i], what, i);
}

bool ts_optim_check_lengths(ts_cx *cx, ts_list params, int64_t n, const char *what) {
  if (n == params.n) return true;
  return ts_fail(cx, TS_ERR_ARGUMENT, "%" PRId64 " %s for %" PRId64 " parameters", n, what, params.n);
}

bool ts_optim_take_grads(ts_cx *cx, ts_list params, ts_tensor ***grads) {
  if (!(*grads = ts_temp(cx, (params.n + 1) * (int64_t)sizeof **grads))) return false;
  for (int64_t i = 0; i < params.n; i++) {
    ts_tensor *p = params.v[i], *g = p->grad;
    (*grads)[i] = g;
    if (!g) continue;
    if (!ts_is_inexact((ts_dtype)p->dtype))
      return ts_fail(cx, TS_ERR_DTYPE, "parameter %" PRId64 " is %s, but only floating-point and complex ones can be trained",
                     i, ts_dtype_name((ts_dtype)p->dtype));
    if (g->dtype != p->dtype || !ts_same_sizes(g, p))
      return ts_fail(cx, TS_ERR_SHAPE, "the gradient of parameter %" PRId64 " is %s %s, but the parameter is %s %s", i,
                     ts_dtype_name((ts_dtype)g->dtype), TS_TEXT(g), ts_dtype_name((ts_dtype)p->dtype), TS_TEXT(p));
    if (!ts_check_writable(cx, p)) return false;
    if (ts_overlaps(p, g)) {
      ts_tensor *apart = ts_empty_like(cx, g, (ts_dtype)g->dtype);
      if (!apart || !ts_raw_copy(cx, apart, g)) return false;
      (*grads)[i] = apart;
    }
  }
  return true;
}

bool ts_optim_as_reals(ts_cx *cx, ts_list *list) {
  int64_t i = 0;
  while (i < list->n && !(list->v[i] && ts_is_complex((ts_dtype)list->v[i]->dtype))) i++;
  if (i >= list->n) return true;
  ts_tensor **v = ts_temp(cx, list->n * (int64_t)sizeof *v);
  for (i = 0; v && i < list->n; i++) {
    ts_tensor *t = list->v[i];
    v[i] = t && ts_is_complex((ts_dtype)t->dtype) ? ts_pairs(cx, t) : t;
    if (t && !v[i]) return false;
  }
  list->v = v;
  return v != NULL;
}

bool ts__sgd_step__impl(ts_cx *cx, const ts__sgd_step__args *a, ts_out *out) {
  (void)out;
  cx->op = "SGD";
  ts_list params = a->params, buffers = a->buffers;
  const bool momentum = a->momentum != 0;
  if (momentum && (!ts_optim_check_lengths(cx, params, buffers.n, "buffers") || !ts_optim_check_lengths(cx, params, a->fresh.n, "flags")))
    return false;
  ts_tensor **grads;
  if (!ts_optim_take_grads(cx, params, &grads)) return false;
  if (momentum)
    for (int64_t i = 0; i < params.n; i++)
      if (!ts_optim_check_state(cx, params, buffers, "momentum_buffer", i)) return false;
  ts_list gradients = {grads, params.n};
  if (!ts_optim_as_reals(cx, &params) || !ts_optim_as_reals(cx, &gradients) || !ts_optim_as_reals(cx, &buffers)) return false;
  ts_sgd_params c = {a->maximize ? -1 : 1, a->lr, a->weight_decay, a->momentum, 1 - a->dampening, a->nesterov};
  for (int64_t i = 0; i < params.n; i++) {
    ts_tensor *p = params.v[i], *g = gradients.v[i];
    if (!g) continue;
    if (momentum) {
      c.undamped = a->fresh.v[i] ? 1 : 1 - a->dampening;
      ts_iterate(3, (ts_tensor *const[]){p, buffers.v[i], g}, p->ndim, p->sizes, ts_loops.sgd_momentum[p->dtype], &c,
                 0);
      ts_bump(buffers.v[i]);
    } else {
      ts_iterate(2, (ts_tensor *const[]){p, g}, p->ndim, p->sizes, ts_loops.sgd[p->dtype], &c, 0);
    }
    ts_bump(p);
  }
  return true;
}

double ts_optim_power(double base, int64_t n) {
  double result = 1;
  for (; n > 0; n >>= 1, base *= base)
    if (n & 1) result *= base;
  return result;
}

bool ts_optim_check_step(ts_cx *cx, const ts_tensor *step, int64_t i) {
  if (step->numel != 1 || (step->dtype != TS_FLOAT32 && step->dtype != TS_FLOAT64))
    return ts_fail(cx, TS_ERR_SHAPE, "step of parameter %" PRId64 " must be one float32 or float64, but is %s %s", i,
                   ts_dtype_name((ts_dtype)step->dtype), TS_TEXT(step));
  const double count = ts_read_scalar(step, ts_data(step)).f;
  if (!(count >= 0 && count < 9007199254740992.0) || count != trunc(count))
    return ts_fail(cx, TS_ERR_ARGUMENT, "step of parameter %" PRId64 " must be a whole number, but is %g", i, count);
  return true;
}

int64_t ts_optim_advance(ts_tensor *step) {
  const int64_t count = (int64_t)ts_read_scalar(step, ts_data(step)).f + 1;
  if (step->dtype == TS_FLOAT32) *(float *)ts_data(step) = (float)count;
  else *(double *)ts_data(step) = (double)count;
  ts_bump(step);
  return count;
}

bool ts__adam_step__impl(ts_cx *cx, const ts__adam_step__args *a, ts_out *out) {
  (void)out;
  cx->op = a->decoupled ? "AdamW" : "Adam";
  ts_list params = a->params, steps = a->steps;
  ts_list means = a->exp_avgs, squares = a->exp_avg_sqs, tops = a->max_exp_avg_sqs;
  const bool amsgrad = tops.n > 0;
  if (!ts_optim_check_lengths(cx, params, means.n, "exp_avgs") || !ts_optim_check_lengths(cx, params, squares.n, "exp_avg_sqs") ||
      !ts_optim_check_lengths(cx, params, steps.n, "steps") ||
      (amsgrad && !ts_optim_check_lengths(cx, params, tops.n, "max_exp_avg_sqs")))
    return false;
  ts_tensor **grads;
  if (!ts_optim_take_grads(cx, params, &grads)) return false;
  for (int64_t i = 0; i < params.n; i++)
    if (!ts_optim_check_state(cx, params, means, "exp_avg", i) || !ts_optim_check_state(cx, params, squares, "exp_avg_sq", i) ||
        !ts_optim_check_state(cx, params, tops, "max_exp_avg_sq", i) || (grads[i] && !ts_optim_check_step(cx, steps.v[i], i)))
      return false;
  ts_list gradients = {grads, params.n};
  if (!ts_optim_as_reals(cx, &params) || !ts_optim_as_reals(cx, &gradients) || !ts_optim_as_reals(cx, &means) || !ts_optim_as_reals(cx, &squares) || !ts_optim_as_reals(cx, &tops)) return false;
  for (int64_t i = 0; i < params.n; i++) {
    ts_tensor *p = params.v[i], *g = gradients.v[i];
    if (!g) continue;
    const int64_t t = ts_optim_advance(steps.v[i]);
    const ts_adam_params c = {
        .sign = a->maximize ? -1 : 1,
        .keep = a->decoupled ? 1 - a->lr * a->weight_decay : 1,
        .weight_decay = a->decoupled ? 0 : a->weight_decay,
        .beta1 = a->beta1,
        .beta2 = a->beta2,
        .eps = a->eps,
        .step_size = a->lr / (1 - ts_optim_power(a->beta1, t)),
        .unbias = 1 / sqrt(1 - ts_optim_power(a->beta2, t)),
    };
    if (amsgrad)
      ts_iterate(5, (ts_tensor *const[]){p, means.v[i], squares.v[i], tops.v[i], g}, p->ndim, p->sizes,
                 ts_loops.adam_amsgrad[p->dtype], &c, 0);
    else
      ts_iterate(4, (ts_tensor *const[]){p, means.v[i], squares.v[i], g}, p->ndim, p->sizes, ts_loops.adam[p->dtype],
                 &c, 0);
    ts_bump(p);
    ts_bump(means.v[i]);
    ts_bump(squares.v[i]);
    if (amsgrad) ts_bump(tops.v[i]);
  }
  return true;
}

bool ts__has_grads_impl(ts_cx *cx, const ts__has_grads_args *a, ts_out *out) {
  int64_t *flags = ts_temp(cx, (a->tensors.n + 1) * (int64_t)sizeof *flags);
  if (!flags) return false;
  for (int64_t i = 0; i < a->tensors.n; i++) flags[i] = a->tensors.v[i]->grad != NULL;
  out->ints = (ts_ints){flags, a->tensors.n};
  return true;
}

bool ts__zero_grads_impl(ts_cx *cx, const ts__zero_grads_args *a, ts_out *out) {
  (void)out;
  cx->op = "zeroGrad";
  const bool mode = cx->grad_mode;
  cx->grad_mode = false;
  bool ok = true;
  for (int64_t i = 0; i < a->tensors.n && ok; i++) {
    ts_tensor *t = a->tensors.v[i], *g = t->grad;
    if (!g) continue;
    if (a->set_to_none) {
      t->grad = NULL;
      ts_release(g);
      continue;
    }
    ok = ts_zero_(cx, g) != NULL;
    /* A gradient made with createGraph leaves its graph. */
    if (ok && g->grad_fn) {
      ts_node *fn = g->grad_fn;
      g->grad_fn = NULL;
      ts_node_release(cx, fn);
    }
    if (ok) g->requires_grad = false;
  }
  cx->grad_mode = mode;
  return ok;
}
