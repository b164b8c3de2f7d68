/* Losses that are made of other ops: of margins, of embeddings, negative log-likelihoods of distributions. */
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include "compose.h"
#include "kernels.h"
#include "loss.h"
#include "place.h"

bool ts_soft_margin_loss_impl(ts_cx *cx, const ts_soft_margin_loss_args *a, ts_out *out) {
  ts_loss_reduction mode = TS_REDUCE_MEAN;
  ts_tensor *x = a->self;
  int n;
  int64_t sizes[TS_MAX_DIM];
  if (!ts_loss_mode(cx, a->reduction, a->size_average, a->reduce, &mode)) return false;
  if (!ts_broadcast_sizes(cx, x->ndim, x->sizes, a->target->ndim, a->target->sizes, &n, sizes)) return false;
  if (n != x->ndim || memcmp(sizes, x->sizes, (size_t)n * sizeof *sizes) != 0)
    return ts_fail(cx, TS_ERR_SHAPE, "the target must have input's shape %s, or one that broadcasts to it, but got %s", TS_TEXT(x), TS_TEXT(a->target));
  return ts_loss_reduced(cx, ts_log1p(cx, ts_exp(cx, MUL(a->self, NEG(a->target)))), mode, out);
}

bool ts_margin_ranking_loss_impl(ts_cx *cx, const ts_margin_ranking_loss_args *a, ts_out *out) {
  ts_loss_reduction mode = TS_REDUCE_MEAN;
  ts_tensor *x1 = a->input1, *x2 = a->input2, *y = a->target;
  if (!ts_loss_mode(cx, a->reduction, a->size_average, a->reduce, &mode)) return false;
  if (x1->ndim != x2->ndim || x1->ndim != y->ndim)
    return ts_fail(cx, TS_ERR_SHAPE, "margin_ranking_loss : All input tensors should have same dimension but got sizes: input1: %s, input2: %s, target: %s",
                   TS_TEXT(x1), TS_TEXT(x2), TS_TEXT(y));
  ts_tensor *apart = SUB(x1, x2); /* one after the other: which of two refusals comes first must not depend on the compiler */
  return ts_loss_reduced(cx, ts_clamp_min(cx, ADD(MUL(NEG(y), apart), NUM(a->margin)), INT(0)), mode, out);
}

/* x where target is 1, max(0, margin - x) where it is -1, both where it is neither. */
bool ts_hinge_embedding_loss_impl(ts_cx *cx, const ts_hinge_embedding_loss_args *a, ts_out *out) {
  ts_loss_reduction mode = TS_REDUCE_MEAN;
  ts_tensor *x = a->self;
  if (!ts_loss_mode(cx, a->reduction, a->size_average, a->reduce, &mode)) return false;
  ts_tensor *below = ts_clamp_min(cx, SUB(NUM(a->margin), x), INT(0)), *zero = INT(0);
  ts_tensor *loss = ADD(ts_where(cx, ts_ne(cx, a->target, INT(1)), below, zero), ts_where(cx, ts_ne(cx, a->target, INT(-1)), x, zero));
  return ts_loss_reduced(cx, loss, mode, out);
}

bool ts_cosine_embedding_loss_impl(ts_cx *cx, const ts_cosine_embedding_loss_args *a, ts_out *out) {
  ts_loss_reduction mode = TS_REDUCE_MEAN;
  ts_tensor *x1 = a->input1, *x2 = a->input2, *y = a->target;
  if (!ts_loss_mode(cx, a->reduction, a->size_average, a->reduce, &mode)) return false;
  if (y->ndim > 1) return ts_fail(cx, TS_ERR_SHAPE, "0D or 1D target tensor expected, multi-target not supported (target %s)", TS_TEXT(y));
  if (x1->ndim != y->ndim + 1 || x2->ndim != y->ndim + 1)
    return ts_fail(cx, TS_ERR_SHAPE, "%dD target tensor expects %dD input tensors, but found inputs with sizes %s and %s.", y->ndim, y->ndim + 1, TS_TEXT(x1), TS_TEXT(x2));
  ts_ints last = TS_INTS(y->ndim);
#define OVER_LAST(x) ts_sum(cx, x, last, false, TS_DTYPE_NONE)
  ts_tensor *size1 = ADD(OVER_LAST(MUL(x1, x1)), NUM(1e-12)), *size2 = ADD(OVER_LAST(MUL(x2, x2)), NUM(1e-12));
  ts_tensor *cosine = DIV(OVER_LAST(MUL(x1, x2)), ts_sqrt(cx, MUL(size1, size2))), *zero = INT(0);
  ts_tensor *apart = ts_clamp_min(cx, SUB(cosine, NUM(a->margin)), INT(0));
  ts_tensor *loss = ADD(ts_where(cx, ts_eq(cx, y, INT(1)), SUB(INT(1), cosine), zero), ts_where(cx, ts_eq(cx, y, INT(-1)), apart, zero));
  return ts_loss_reduced(cx, loss, mode, out);
}

bool ts_triplet_margin_loss_impl(ts_cx *cx, const ts_triplet_margin_loss_args *a, ts_out *out) {
  ts_loss_reduction mode = TS_REDUCE_MEAN;
  ts_tensor *anchor = a->anchor, *positive = a->positive, *negative = a->negative;
  if (!ts_loss_mode(cx, a->reduction, a->size_average, a->reduce, &mode)) return false;
  if (anchor->ndim != positive->ndim || anchor->ndim != negative->ndim)
    return ts_fail(cx, TS_ERR_SHAPE, "All inputs should have same dimension but got %dD, %dD and %dD inputs. (shapes %s, %s and %s)", anchor->ndim, positive->ndim,
                   negative->ndim, TS_TEXT(anchor), TS_TEXT(positive), TS_TEXT(negative));
  ts_tensor *near = ts_pairwise_distance(cx, anchor, positive, a->p, a->eps, false), *far = ts_pairwise_distance(cx, anchor, negative, a->p, a->eps, false);
  if (a->swap) far = ts_minimum(cx, far, ts_pairwise_distance(cx, positive, negative, a->p, a->eps, false));
  return ts_loss_reduced(cx, ts_clamp_min(cx, SUB(ADD(near, NUM(a->margin)), far), INT(0)), mode, out);
}

/* Reductions as those losses name them that PyTorch writes in Python. */
static bool plain_mode(ts_cx *cx, const char *reduction, ts_opt_int size_average, ts_opt_int reduce, ts_loss_reduction *mode) {
  if (!size_average.given && !reduce.given && strcmp(reduction, "none") != 0 && strcmp(reduction, "mean") != 0 && strcmp(reduction, "sum") != 0)
    return ts_fail(cx, TS_ERR_ARGUMENT, "%s is not valid", reduction);
  return ts_loss_mode(cx, reduction, size_average, reduce, mode);
}

bool ts_multilabel_soft_margin_loss_impl(ts_cx *cx, const ts_multilabel_soft_margin_loss_args *a, ts_out *out) {
  ts_loss_reduction mode = TS_REDUCE_MEAN;
  ts_tensor *x = a->self, *y = a->target;
  if (!plain_mode(cx, a->reduction, a->size_average, a->reduce, &mode)) return false;
  if (x->ndim < 1) return ts_fail(cx, TS_ERR_SHAPE, "input must have at least one dimension, got shape %s", TS_TEXT(x));
  ts_tensor *log_of = ts_logsigmoid(cx, x), *log_of_not = ts_logsigmoid(cx, NEG(x));
  ts_tensor *there = MUL(y, log_of), *not_there = MUL(ts_rsub(cx, y, INT(1), ts_int(1)), log_of_not);
  ts_tensor *loss = ADD(there, not_there);
  if (a->weight) loss = MUL(loss, a->weight);
  loss = DIV(ts_sum(cx, NEG(loss), TS_INTS(x->ndim - 1), false, TS_DTYPE_NONE), INT(x->sizes[x->ndim - 1]));
  return ts_loss_reduced(cx, loss, mode, out);
}

/* True when var is input's size but for the last dim: without it (*missing), or with size 1 there. */
static bool variance_fits(const ts_tensor *x, const ts_tensor *var, bool *missing) {
  *missing = var->ndim == x->ndim - 1;
  bool fits = x->ndim > 0 && (*missing || (var->ndim == x->ndim && var->sizes[var->ndim - 1] == 1));
  for (int d = 0; d < x->ndim - 1 && fits; d++) fits = var->sizes[d] == x->sizes[d];
  return fits;
}

bool ts_gaussian_nll_loss_impl(ts_cx *cx, const ts_gaussian_nll_loss_args *a, ts_out *out) {
  ts_loss_reduction mode = TS_REDUCE_MEAN;
  ts_tensor *x = a->self, *var = a->var, *low;
  uint64_t mask;
  bool missing = false;
  if (!ts_same_sizes(x, var) && !variance_fits(x, var, &missing))
    return ts_fail(cx, TS_ERR_SHAPE, "var is of incorrect size (input %s, var %s)", TS_TEXT(x), TS_TEXT(var));
  if (missing) var = ts_unsqueeze(cx, var, -1);
  if (!plain_mode(cx, a->reduction, (ts_opt_int){0}, (ts_opt_int){0}, &mode) || !var) return false;
  if (var->numel) {
    if (!ts_dim_mask(cx, TS_NO_INTS, var->ndim, &mask) || !(low = ts_raw_cast(cx, ts_reduced(cx, var, mask, false, TS_RED_MIN), TS_FLOAT64))) return false;
    if (*(double *)ts_data(low) < 0) return ts_fail(cx, TS_ERR_ARGUMENT, "var has negative entry/entries");
  }
  /* The gradient does not see that small variances are raised to eps. */
  var = ts_clone(cx, var, NULL);
  bool outer = cx->grad_mode;
  cx->grad_mode = false;
  ts_clamp_min_(cx, var, NUM(a->eps));
  cx->grad_mode = outer;
  ts_tensor *apart = SUB(x, a->target), *loss = MUL(ADD(ts_log(cx, var), DIV(MUL(apart, apart), var)), NUM(0.5));
  if (a->full) loss = ADD(loss, NUM(0.91893853320467274178));
  return ts_loss_reduced(cx, loss, mode, out);
}

bool ts_poisson_nll_loss_impl(ts_cx *cx, const ts_poisson_nll_loss_args *a, ts_out *out) {
  ts_loss_reduction mode = TS_REDUCE_MEAN;
  ts_tensor *x = a->self, *y = a->target, *loss;
  if (!plain_mode(cx, a->reduction, a->size_average, a->reduce, &mode)) return false;
  if (a->log_input) loss = SUB(ts_exp(cx, x), MUL(y, x));
  else loss = SUB(x, MUL(y, ts_log(cx, ADD(x, NUM(a->eps)))));
  if (a->full) { /* log(target!) by Stirling */
    ts_tensor *term = ADD(SUB(MUL(y, ts_log(cx, y)), y), MUL(ts_log(cx, MUL(y, NUM(6.283185307179586476925))), NUM(0.5)));
    loss = ADD(loss, ts_masked_fill(cx, term, ts_le(cx, y, INT(1)), INT(0)));
  }
  return ts_loss_reduced(cx, loss, mode, out);
}

/* The sizes of one sample (C) or several (N, C), and of targets of one or of C classes for each. */
static bool margin_sizes(ts_cx *cx, const ts_tensor *x, const ts_tensor *y, bool many, int64_t *rows, int64_t *classes) {
  bool batched = x->ndim == 2;
  if (x->ndim > 2 || (batched ? x->sizes[1] == 0 : x->numel == 0))
    return ts_fail(cx, TS_ERR_SHAPE, "Expected non-empty vector or matrix with optional 0-dim batch size, but got: %s", TS_TEXT(x));
  *rows = batched ? x->sizes[0] : 1;
  *classes = batched ? x->sizes[1] : x->numel;
  bool fits = many ? y->ndim <= 2 && y->numel == x->numel && (y->ndim == x->ndim || (x->ndim < 2 && y->ndim < 2)) && (!batched || y->sizes[0] == *rows)
                   : batched ? y->ndim == 1 && y->numel == *rows : y->ndim <= 1 && y->numel == 1;
  return fits || ts_fail(cx, TS_ERR_SHAPE, "inconsistent target size, expected %s but got %s (input %s)", many ? "the input's size" : "one class a sample", TS_TEXT(y), TS_TEXT(x));
}

/* The mean of no samples is 0 here. */
static bool finish(ts_cx *cx, ts_tensor *loss, ts_loss_reduction mode, ts_out *out) {
  return loss && ts_loss_reduced(cx, loss, mode == TS_REDUCE_MEAN && loss->numel == 0 ? TS_REDUCE_SUM : mode, out);
}

bool ts_multi_margin_loss_impl(ts_cx *cx, const ts_multi_margin_loss_args *a, ts_out *out) {
  ts_loss_reduction mode = TS_REDUCE_MEAN;
  ts_tensor *x = a->self, *w = a->weight, *labels;
  int64_t rows, classes, least = 0, most = 0;
  if (!ts_loss_mode(cx, a->reduction, a->size_average, a->reduce, &mode)) return false;
  if (a->p != 1 && a->p != 2) return ts_fail(cx, TS_ERR_ARGUMENT, "only p == 1 and p == 2 supported");
  if (!margin_sizes(cx, x, a->target, false, &rows, &classes) || !(labels = ts_raw_contiguous(cx, ts_labels(cx, a->target, "class labels")))) return false;
  if (w && (w->ndim != 1 || w->numel != classes)) return ts_fail(cx, TS_ERR_SHAPE, "inconsistent weight size, expected %" PRId64 " but got %s", classes, TS_TEXT(w));
  if (labels->numel && !ts_index_range(cx, labels, &least, &most)) return false;
  if (least < 0 || most >= classes) return ts_fail(cx, TS_ERR_INDEX, "target out of range (%" PRId64 " for %" PRId64 " classes)", least < 0 ? least : most, classes);
  labels = ts_reshape(cx, labels, TS_INTS(rows, 1));
  ts_tensor *one_a_row = ts_reshape(cx, x, TS_INTS(rows, classes));
  ts_tensor *own = ts_gather(cx, one_a_row, 1, labels, false), *over = ts_relu(cx, ADD(SUB(one_a_row, own), NUM(a->margin)));
  if (a->p == 2) over = MUL(over, over);
  over = ts_masked_fill(cx, over, ts_eq(cx, ts_arange(cx, ts_int(0), ts_int(classes), ts_int(1), TS_INT64), labels), INT(0));
  if (w) over = MUL(over, ts_index_select(cx, ts_reshape(cx, w, TS_INTS(classes, 1)), 0, ts_reshape(cx, labels, TS_INTS(rows))));
  ts_tensor *loss = DIV(ts_sum(cx, over, TS_INTS(1), false, TS_DTYPE_NONE), INT(classes));
  return finish(cx, ts_reshape(cx, loss, ts_sizes_of(a->target)), mode, out);
}

bool ts_multilabel_margin_loss_impl(ts_cx *cx, const ts_multilabel_margin_loss_args *a, ts_out *out) {
  ts_loss_reduction mode = TS_REDUCE_MEAN;
  ts_tensor *x = a->self, *labels;
  int64_t rows, classes, least = 0, most = 0;
  if (!ts_loss_mode(cx, a->reduction, a->size_average, a->reduce, &mode)) return false;
  if (!margin_sizes(cx, x, a->target, true, &rows, &classes) || !(labels = ts_raw_contiguous(cx, ts_labels(cx, a->target, "class labels")))) return false;
  if (labels->numel && !ts_index_range(cx, labels, &least, &most)) return false;
  if (least < -1 || most >= classes) return ts_fail(cx, TS_ERR_INDEX, "argument #2 'target' is out of range (%" PRId64 " for %" PRId64 " classes)", least < -1 ? least : most, classes);
  ts_tensor *loss = ts__multilabel_margin(cx, ts_reshape(cx, x, TS_INTS(rows, classes)), ts_reshape(cx, labels, TS_INTS(rows, classes)));
  if (x->ndim < 2) loss = ts_reshape(cx, loss, TS_INTS_EMPTY);
  return finish(cx, loss, mode, out);
}

/* ---- multilabel margin: for each target t and each other class i, max(0, 1 - x[t] + x[i]) over the number of classes ---- */

typedef enum { VALUE, GRADIENT, SLOPE } part;
/* What flows where a term is above zero: its value, its gradient times grad[row], or its slope along v. */
static bool multilabel(ts_cx *cx, ts_tensor *self, ts_tensor *target, ts_tensor *given, part what, ts_out *out) {
  if (!ts_is_float((ts_dtype)self->dtype)) return ts_fail(cx, TS_ERR_DTYPE, "not implemented for %s", ts_dtype_name((ts_dtype)self->dtype));
  ts_tensor *wide = ts_raw_contiguous(cx, ts_raw_cast(cx, self, TS_FLOAT64)), *labels = ts_raw_contiguous(cx, target);
  ts_tensor *with = given ? ts_raw_contiguous(cx, ts_raw_cast(cx, given, TS_FLOAT64)) : NULL;
  int64_t rows = self->sizes[0], n = self->sizes[1];
  ts_tensor *made = what == GRADIENT ? ts_full_zero(cx, TS_FLOAT64, 2, self->sizes) : ts_full_zero(cx, TS_FLOAT64, 1, &rows);
  bool *is_target = ts_temp(cx, n + 1);
  if (!wide || !labels || (given && !with) || !made || !is_target) return false;
  double *to = ts_data(made);
  for (int64_t r = 0; r < rows; r++) {
    const double *x = (const double *)ts_data(wide) + r * n, *v = what == SLOPE ? (const double *)ts_data(with) + r * n : NULL;
    const int64_t *t = (const int64_t *)ts_data(labels) + r * n;
    const double g = what == GRADIENT ? ((const double *)ts_data(with))[r] / (double)n : 0;
    int64_t count = 0;
    memset(is_target, 0, (size_t)n);
    while (count < n && t[count] >= 0) is_target[t[count++]] = true;
    double sum = 0;
    for (int64_t k = 0; k < count; k++) {
      for (int64_t i = 0; i < n; i++) {
        double over = 1 - x[t[k]] + x[i];
        if (is_target[i] || over <= 0) continue;
        if (what == VALUE) sum += over;
        else if (what == SLOPE) sum += v[i] - v[t[k]];
        else to[r * n + i] += g, to[r * n + t[k]] -= g;
      }
    }
    if (what != GRADIENT) to[r] = sum / (double)n;
  }
  return (out->t[0] = ts_raw_cast(cx, made, (ts_dtype)self->dtype)) != NULL;
}

bool ts__multilabel_margin_impl(ts_cx *cx, const ts__multilabel_margin_args *a, ts_out *out) { return multilabel(cx, a->self, a->target, NULL, VALUE, out); }
bool ts__multilabel_margin_backward_impl(ts_cx *cx, const ts__multilabel_margin_backward_args *a, ts_out *out) {
  return multilabel(cx, a->self, a->target, a->grad, GRADIENT, out);
}
bool ts__multilabel_margin_slope_impl(ts_cx *cx, const ts__multilabel_margin_slope_args *a, ts_out *out) {
  return multilabel(cx, a->self, a->target, a->v, SLOPE, out);
}
