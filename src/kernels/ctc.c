/* Connectionist temporal classification, in log space and float64: forward variables alpha, backward variables beta over
   the targets with blanks between them. */
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include "../core/threads.h"
#include "../core/vmath.h"
#include "compose.h"
#include "kernels.h"
#include "loss.h"
#include "place.h"

enum { EDGE = 2 }; /* places of -inf on both sides of a row of variables */

typedef struct {
  const double *lp;             /* (T, N, C) */
  const int64_t *targets;       /* each sample's at starts[b] */
  const int64_t *starts, *input_lengths, *target_lengths;
  double *alpha, *nll;          /* (N, T, 2 longest + 1), (N) */
  const double *grad_nll;
  double *grad;                 /* (T, N, C) */
  double *rooms;                /* per sample: what a thread works in */
  int64_t steps, samples, classes, width, blank, room;
  bool zero_infinity;
} job;

static inline double log_sum(double a, double b, double c) {
  double m = a > b ? a : b;
  m = m > c ? m : c;
  if (!(m > -INFINITY)) m = 0;
  return vm_log(vm_exp(a - m) + vm_exp(b - m) + vm_exp(c - m)) + m;
}

/* Labels with blanks between, and 0 where a step may skip the blank before label s, else -inf. */
static void lay_out(const job *j, int64_t b, int64_t *label, double *skip) {
  const int64_t *target = j->targets + j->starts[b], n = 2 * j->target_lengths[b] + 1;
  for (int64_t s = 0; s < n; s++) {
    label[s] = s & 1 ? target[s / 2] : j->blank;
    skip[s] = s > 1 && s & 1 && label[s] != label[s - 2] ? 0 : -INFINITY;
  }
}

static double *edged(double *row, int64_t n) {
  for (int64_t s = 0; s < n + 2 * EDGE; s++) row[s] = -INFINITY;
  return row + EDGE;
}

static void forward_range(void *arg, int64_t begin, int64_t end) {
  const job *j = arg;
  for (int64_t b = begin; b < end; b++) {
    int64_t n = 2 * j->target_lengths[b] + 1, steps = j->input_lengths[b];
    double *at = j->rooms + b * j->room, *row = edged(at, n), *skip = at + n + 2 * EDGE;
    int64_t *label = (int64_t *)(skip + n);
    lay_out(j, b, label, skip);
    double *alpha = j->alpha + b * j->steps * j->width;
    if (steps == 0) {
      j->nll[b] = j->target_lengths[b] == 0 ? 0 : INFINITY;
      continue;
    }
    for (int64_t t = 0; t < steps; t++) {
      const double *lp = j->lp + (t * j->samples + b) * j->classes;
      double *to = alpha + t * j->width;
      for (int64_t s = 0; s < n; s++)
        to[s] = lp[label[s]] + (t == 0 ? (s < 2 ? 0 : -INFINITY) : log_sum(row[s], row[s - 1], row[s - 2] + skip[s]));
      memcpy(row, to, (size_t)n * sizeof *row);
    }
    j->nll[b] = -log_sum(row[n - 1], row[n - 2], -INFINITY);
  }
}

/* d nll / d log_probs = exp(log_probs) - posterior, as if log_probs came from a log_softmax (which takes off the rest). */
static void backward_range(void *arg, int64_t begin, int64_t end) {
  const job *j = arg;
  for (int64_t b = begin; b < end; b++) {
    int64_t n = 2 * j->target_lengths[b] + 1, steps = j->input_lengths[b];
    double *at = j->rooms + b * j->room, *row = edged(at, n), *skip = at + n + 2 * EDGE, *next = skip + 2 * n, *sums = next + n;
    int64_t *label = (int64_t *)(skip + n);
    lay_out(j, b, label, skip);
    const double *alpha = j->alpha + b * j->steps * j->width, nll = j->nll[b], g = j->grad_nll[b];
    if (j->zero_infinity && nll == INFINITY) continue;
    for (int64_t t = steps - 1; t >= 0; t--) {
      const double *lp = j->lp + (t * j->samples + b) * j->classes;
      double *to = j->grad + (t * j->samples + b) * j->classes;
      for (int64_t s = 0; s < n; s++)
        next[s] = lp[label[s]] + (t == steps - 1 ? (s > n - 3 ? 0 : -INFINITY) : log_sum(row[s], row[s + 1], row[s + 2] + (s + 2 < n ? skip[s + 2] : -INFINITY)));
      memcpy(row, next, (size_t)n * sizeof *row);
      for (int64_t c = 0; c < j->classes; c++) sums[c] = -1; /* not among the labels */
      for (int64_t s = 0; s < n; s++) {
        double p = vm_exp(alpha[t * j->width + s] + row[s] + nll - lp[label[s]]), *sum = &sums[label[s]];
        *sum = *sum == -1 ? p : *sum + p;
      }
      for (int64_t c = 0; c < j->classes; c++) to[c] = (vm_exp(lp[c]) - (sums[c] == -1 ? vm_exp(-INFINITY + nll - lp[c]) : sums[c])) * g;
    }
  }
}

/* Checks the arguments and fills in all but the results. */
static bool prepare(ts_cx *cx, job *j, ts_tensor *self, ts_tensor *targets, ts_ints input_lengths, ts_ints target_lengths, int64_t blank, bool zero_infinity) {
  if (!ts_is_float((ts_dtype)self->dtype)) return ts_fail(cx, TS_ERR_DTYPE, "not implemented for %s", ts_dtype_name((ts_dtype)self->dtype));
  int64_t steps = self->sizes[0], samples = self->sizes[1], classes = self->sizes[2], total = 0, longest = 0, least = 0, most = 0;
  if (blank < 0 || blank >= classes) return ts_fail(cx, TS_ERR_ARGUMENT, "blank must be in label range (%" PRId64 " for %" PRId64 " classes)", blank, classes);
  if (input_lengths.n != samples) return ts_fail(cx, TS_ERR_SHAPE, "input_lengths must be of size batch_size (%" PRId64 " for %" PRId64 " samples)", input_lengths.n, samples);
  if (target_lengths.n != samples) return ts_fail(cx, TS_ERR_SHAPE, "target_lengths must be of size batch_size (%" PRId64 " for %" PRId64 " samples)", target_lengths.n, samples);
  int64_t *starts = ts_temp(cx, samples * (int64_t)sizeof *starts + 1);
  if (!starts) return false;
  for (int64_t b = 0; b < samples; b++) {
    int64_t n = target_lengths.v[b];
    if (input_lengths.v[b] < 0 || input_lengths.v[b] > steps)
      return ts_fail(cx, TS_ERR_ARGUMENT, "Expected input_lengths to have value at most %" PRId64 ", but got value %" PRId64, steps, input_lengths.v[b]);
    if (n < 0 || n > targets->numel) return ts_fail(cx, TS_ERR_ARGUMENT, "Expected target_lengths to fit targets %s, but got value %" PRId64, TS_TEXT(targets), n);
    starts[b] = targets->ndim == 1 ? total : b * targets->sizes[1];
    total += n;
    if (n > longest) longest = n;
  }
  if (targets->ndim == 1 ? targets->numel != total : targets->sizes[0] != samples)
    return ts_fail(cx, TS_ERR_SHAPE, "Expected tensor to have size %" PRId64 " at dimension 0, but got size %" PRId64 " for argument #2 'targets'",
                   targets->ndim == 1 ? total : samples, targets->sizes[0]);
  if (targets->ndim == 2 && targets->sizes[1] < longest)
    return ts_fail(cx, TS_ERR_SHAPE, "Expected tensor to have size at least %" PRId64 " at dimension 1, but got size %" PRId64 " for argument #2 'targets'", longest, targets->sizes[1]);
  ts_tensor *labels = ts_raw_contiguous(cx, ts_labels(cx, targets, "targets"));
  if (!labels) return false;
  for (int64_t b = 0; b < samples; b++)
    for (int64_t k = 0; k < target_lengths.v[b]; k++) {
      int64_t c = ((const int64_t *)ts_data(labels))[starts[b] + k];
      if (c < least) least = c;
      if (c > most) most = c;
    }
  if (least < 0 || most >= classes) return ts_fail(cx, TS_ERR_INDEX, "target %" PRId64 " is out of range for %" PRId64 " classes", least < 0 ? least : most, classes);
  ts_tensor *lp = ts_raw_contiguous(cx, ts_raw_cast(cx, self, TS_FLOAT64));
  int64_t width = 2 * longest + 1, room = 4 * width + 2 * EDGE + classes;
  ts_tensor *rooms = ts_empty(cx, TS_FLOAT64, 2, (const int64_t[]){samples, room});
  if (!lp || !rooms) return false;
  *j = (job){.lp = ts_data(lp), .targets = ts_data(labels), .starts = starts, .input_lengths = input_lengths.v, .target_lengths = target_lengths.v, .rooms = ts_data(rooms),
             .steps = steps, .samples = samples, .classes = classes, .width = width, .blank = blank, .room = room, .zero_infinity = zero_infinity};
  return true;
}

bool ts__ctc_loss_impl(ts_cx *cx, const ts__ctc_loss_args *a, ts_out *out) {
  job j;
  if (!prepare(cx, &j, a->self, a->targets, a->input_lengths, a->target_lengths, a->blank, a->zero_infinity)) return false;
  ts_tensor *nll = ts_empty(cx, TS_FLOAT64, 1, &j.samples), *alpha = ts_full_zero(cx, TS_FLOAT64, 3, (const int64_t[]){j.samples, j.steps, j.width});
  if (!nll || !alpha) return false;
  j.nll = ts_data(nll);
  j.alpha = ts_data(alpha);
  ts_parallel_for(j.samples, 1, forward_range, &j);
  out->t[1] = alpha;
  out->t[2] = nll;
  out->t[0] = a->self->dtype == TS_FLOAT64 ? ts_shallow(cx, nll) : ts_raw_cast(cx, nll, (ts_dtype)a->self->dtype);
  return out->t[0] != NULL;
}

bool ts__ctc_loss_backward_impl(ts_cx *cx, const ts__ctc_loss_backward_args *a, ts_out *out) {
  job j;
  if (!prepare(cx, &j, a->self, a->targets, a->input_lengths, a->target_lengths, a->blank, a->zero_infinity)) return false;
  ts_tensor *grad_nll = ts_raw_contiguous(cx, ts_raw_cast(cx, a->grad, TS_FLOAT64)), *made = ts_full_zero(cx, TS_FLOAT64, 3, a->self->sizes);
  ts_tensor *alpha = ts_raw_contiguous(cx, a->alpha), *nll = ts_raw_contiguous(cx, a->nll);
  if (!grad_nll || !made || !alpha || !nll) return false;
  j.grad_nll = ts_data(grad_nll);
  j.grad = ts_data(made);
  j.alpha = ts_data(alpha);
  j.nll = ts_data(nll);
  ts_parallel_for(j.samples, 1, backward_range, &j);
  return (out->t[0] = ts_raw_cast(cx, made, (ts_dtype)a->self->dtype)) != NULL;
}

bool ts_ctc_loss_impl(ts_cx *cx, const ts_ctc_loss_args *a, ts_out *out) {
  ts_tensor *x = a->self, *results[3] = {NULL};
  ts_loss_reduction mode = TS_REDUCE_MEAN;
  if (!ts_loss_mode(cx, a->reduction, (ts_opt_int){0}, (ts_opt_int){0}, &mode)) return false;
  if (x->ndim != 2 && x->ndim != 3) return ts_fail(cx, TS_ERR_SHAPE, "Expected 2 or 3 dimensions for log_probs, (T, N, C) or (T, C), but got %s", TS_TEXT(x));
  if (a->targets->ndim != 1 && a->targets->ndim != 2) return ts_fail(cx, TS_ERR_SHAPE, "Expected 1 or 2 dimensions for targets, but got %s", TS_TEXT(a->targets));
  bool batched = x->ndim == 3;
  if (!batched) x = ts_unsqueeze(cx, x, 1);
  if (!x || !ts__ctc_loss(cx, x, a->targets, a->input_lengths, a->target_lengths, a->blank, a->zero_infinity, results)) return false;
  ts_tensor *loss = results[0];
  if (a->zero_infinity) loss = ts_masked_fill(cx, loss, ts_isposinf(cx, loss), INT(0));
  if (mode == TS_REDUCE_MEAN) {
    ts_tensor *lengths = ts_empty(cx, (ts_dtype)x->dtype == TS_FLOAT64 ? TS_FLOAT64 : TS_FLOAT32, 1, &a->target_lengths.n);
    if (!lengths) return false;
    for (int64_t b = 0; b < lengths->numel; b++) {
      double n = a->target_lengths.v[b] < 1 ? 1 : (double)a->target_lengths.v[b];
      if (lengths->dtype == TS_FLOAT64) ((double *)ts_data(lengths))[b] = n;
      else ((float *)ts_data(lengths))[b] = (float)n;
    }
    loss = DIV(loss, ts__to_dtype(cx, lengths, (ts_dtype)x->dtype));
  }
  if (!batched) loss = ts_reshape(cx, loss, TS_INTS_EMPTY);
  return ts_loss_reduced(cx, loss, mode, out);
}
