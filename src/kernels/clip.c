/* Clipping of gradients: all tensors in one call, their elements in pieces that threads share. */
#include "clip.h"
#include <inttypes.h>
#include <math.h>
#include "../core/graph.h"
#include "../core/threads.h"
#include "../gen/ops.h"
#include "kernels.h"

enum { PIECE = 1 << 15 };

typedef struct {
  char *data;
  int64_t n;
  ts_dtype dtype;
} piece;

typedef struct {
  piece *pieces;
  int64_t n;
  double *sums, factor;
} job;

/* Whether t's elements are an array that the loops take. */
static bool plain(const ts_tensor *t) { return (t->dtype == TS_FLOAT32 || t->dtype == TS_FLOAT64) && ts_is_dense(t); }

static bool cut(ts_cx *cx, ts_list list, job *j) {
  int64_t most = 0;
  for (int64_t i = 0; i < list.n; i++) most += plain(list.v[i]) ? list.v[i]->numel / PIECE + 1 : 0;
  *j = (job){.pieces = ts_temp(cx, most * (int64_t)sizeof *j->pieces + 1), .sums = ts_temp(cx, most * (int64_t)sizeof *j->sums + 1)};
  if (!j->pieces || !j->sums) return false;
  for (int64_t i = 0; i < list.n; i++) {
    const ts_tensor *t = list.v[i];
    for (int64_t at = 0; plain(t) && at < t->numel; at += PIECE)
      j->pieces[j->n++] = (piece){(char *)ts_data(t) + at * ts_itemsize((ts_dtype)t->dtype), t->numel - at < PIECE ? t->numel - at : PIECE, (ts_dtype)t->dtype};
  }
  return true;
}

static void add_squares(void *arg, int64_t begin, int64_t end) {
  const job *j = arg;
  for (int64_t i = begin; i < end; i++) j->sums[i] = ts_loops.squares[j->pieces[i].dtype](j->pieces[i].data, j->pieces[i].n);
}

static void scale(void *arg, int64_t begin, int64_t end) {
  const job *j = arg;
  for (int64_t i = begin; i < end; i++) ts_loops.scale[j->pieces[i].dtype](j->pieces[i].data, j->pieces[i].n, j->factor);
}

bool ts__total_norm_impl(ts_cx *cx, const ts__total_norm_args *a, ts_out *out) {
  const ts_list list = a->tensors;
  const bool mode = cx->grad_mode;
  cx->grad_mode = false;
  ts_dtype dtype = list.n ? ts_part_dtype((ts_dtype)list.v[0]->dtype) : TS_FLOAT32;
  double sum = 0;
  job j;
  bool ok = cut(cx, list, &j);
  for (int64_t i = 0; ok && i < list.n; i++) {
    ts_tensor *t = list.v[i];
    dtype = ts_promote(dtype, ts_part_dtype((ts_dtype)t->dtype));
    if (plain(t)) continue;
    ts_tensor *norm = ts_vector_norm(cx, t, ts_float(2), TS_NO_INTS, false, ts_is_complex((ts_dtype)t->dtype) ? TS_COMPLEX128 : TS_FLOAT64);
    ok = norm != NULL;
    if (ok) {
      const double size = ts_read_scalar(norm, ts_data(norm)).f;
      sum += size * size;
    }
  }
  cx->grad_mode = mode;
  if (!ok) return false;
  ts_parallel_for(j.n, 4, add_squares, &j);
  for (int64_t i = 0; i < j.n; i++) sum += j.sums[i];
  ts_tensor *total = ts_empty(cx, TS_FLOAT64, 0, NULL);
  if (!total) return false;
  *(double *)ts_data(total) = sqrt(sum);
  return (out->t[0] = ts_raw_cast(cx, total, dtype)) != NULL;
}

bool ts__clip_by_norm__impl(ts_cx *cx, const ts__clip_by_norm__args *a, ts_out *out) {
  (void)out;
  const ts_list list = a->tensors;
  if (a->total->numel != 1) return ts_fail(cx, TS_ERR_SHAPE, "the norm must be one number, got shape %s", TS_TEXT(a->total));
  job j = {.n = 0};
  for (int64_t i = 0; i < list.n; i++)
    if (!ts_check_writable(cx, list.v[i])) return false;
  const double factor = a->max_norm / (ts_read_scalar(a->total, ts_data(a->total)).f + 1e-6);
  if (factor >= 1) return true;
  if (!cut(cx, list, &j)) return false;
  j.factor = factor;
  const bool mode = cx->grad_mode;
  cx->grad_mode = false;
  bool ok = true;
  for (int64_t i = 0; ok && i < list.n; i++) {
    if (plain(list.v[i])) ts_bump(list.v[i]);
    else ok = ts_mul_(cx, list.v[i], ts_wrap_scalar(cx, ts_float(factor))) != NULL;
  }
  cx->grad_mode = mode;
  if (ok) ts_parallel_for(j.n, 4, scale, &j);
  return ok;
}
