#include "elementwise.h"
#include <string.h>
#include "chain.h"
#include "turn.h"

/* Elements a thread should have of a loop worth its own block: these cost several times a plain addition. */
enum { DENSE_GRAIN = 8192 };

ts_dtype ts_result_type(ts_tensor *const *operands, int n) {
  /* One running dtype for each rank of operand: with dims, 0-d, host numbers. */
  ts_dtype ranks[3] = {TS_DTYPE_NONE, TS_DTYPE_NONE, TS_DTYPE_NONE};
  for (int i = 0; i < n; i++) {
    const ts_tensor *t = operands[i];
    if (!t) continue;
    int rank = t->wrapped_number ? 2 : t->ndim == 0 ? 1 : 0;
    ts_dtype d = (ts_dtype)t->dtype;
    if (t->wrapped_number && ts_is_inexact(d)) d = ts_is_complex(d) ? ts_default_complex(t->cx) : ts_or_default(t->cx, TS_DTYPE_NONE);
    ranks[rank] = ranks[rank] == TS_DTYPE_NONE ? d : ts_promote(ranks[rank], d);
  }
  ts_dtype result = ranks[0];
  for (int r = 1; r < 3; r++) {
    ts_dtype d = ranks[r];
    if (d == TS_DTYPE_NONE) continue;
    if (result == TS_DTYPE_NONE) { result = d; continue; }
    /* A lower rank only counts when its category is higher. */
    int category = ts_is_complex(d) ? 3 : ts_is_float(d) ? 2 : d != TS_BOOL;
    int has = ts_is_complex(result) ? 3 : ts_is_float(result) ? 2 : result != TS_BOOL;
    if (category > has) result = category == 3 && has == 2 ? (result == TS_FLOAT64 ? TS_COMPLEX128 : TS_COMPLEX64) : d;
  }
  return result;
}

/* ---- blocks: what brings operands into the form a loop wants ---- */

enum { BLOCK = 512, MAX_OPERANDS = 4 };

typedef struct {
  const ts_elementwise_job *job;
  int n; /* operands, the output first */
  ts_loop copy[MAX_OPERANDS];
  int64_t to[MAX_OPERANDS]; /* bytes of an element in the loop */
  int64_t block; /* elements of a block */
  bool converts[MAX_OPERANDS];
} block_job;

static void run_blocks(char *const *p, const int64_t *s, int64_t n, const void *params) {
  const block_job *b = params;
  const ts_elementwise_job *job = b->job;
  bool buffered[MAX_OPERANDS], any = false;
  for (int k = 0; k < b->n; k++) any |= buffered[k] = b->converts[k] || (job->dense && s[k] != b->to[k]);
  if (!any) {
    job->loop(p, s, n, job->params);
    return;
  }
  _Alignas(64) char room[MAX_OPERANDS][BLOCK * 8];
  char *q[MAX_OPERANDS];
  int64_t steps[MAX_OPERANDS];
  for (int k = 0; k < b->n; k++) {
    q[k] = buffered[k] ? room[k] : p[k];
    steps[k] = buffered[k] ? b->to[k] : s[k];
    if (!buffered[k] || k == 0 || s[k] != 0) continue;
    /* A broadcast input is converted once. */
    if (!job->dense) steps[k] = 0;
    ts_spread(b->copy[k], b->to[k], room[k], p[k], job->dense ? (n < b->block ? n : b->block) : 1);
  }
  for (int64_t at = 0; at < n; at += b->block) {
    int64_t m = n - at < b->block ? n - at : b->block;
    for (int k = 0; k < b->n; k++) {
      char *here = p[k] + at * s[k];
      if (!buffered[k]) q[k] = here;
      else if (k > 0 && s[k] != 0) b->copy[k]((char *const[]){room[k], here}, (const int64_t[]){b->to[k], s[k]}, m, NULL);
    }
    job->loop(q, steps, m, job->params);
    if (buffered[0]) b->copy[0]((char *const[]){p[0] + at * s[0], room[0]}, (const int64_t[]){s[0], b->to[0]}, m, NULL);
  }
}

/* ---- running ---- */

void ts_iter_widen(ts_iter *it) {
  enum { SHORT = 4, LONG = 16 };
  if (it->ndim < 2 || it->sizes[0] > SHORT || it->sizes[1] < LONG) return;
  const int64_t size = it->sizes[0];
  int64_t strides[TS_ITER_OPERANDS];
  it->sizes[0] = it->sizes[1];
  it->sizes[1] = size;
  memcpy(strides, it->strides[0], sizeof strides);
  memcpy(it->strides[0], it->strides[1], sizeof strides);
  memcpy(it->strides[1], strides, sizeof strides);
}

/* One input may lie across the rest. */
static void run(const ts_iter *it, ts_tensor *const *operands, ts_loop loop, const void *params, int64_t grain) {
  for (int k = 1; k < it->n; k++)
    if (ts_iter_turned(it, k, ts_itemsize((ts_dtype)operands[k]->dtype), loop, params, grain)) return;
  ts_iter_run(it, loop, params, grain);
}

bool ts_run_elementwise(ts_cx *cx, ts_tensor *const *in, int n, const ts_elementwise_job *job, ts_out *out) {
  int ndim = in[0]->ndim;
  int64_t sizes[TS_MAX_DIM];
  memcpy(sizes, in[0]->sizes, (size_t)ndim * sizeof *sizes);
  for (int i = 1; i < n; i++)
    if (!ts_same_sizes(in[0], in[i]) && !ts_broadcast_sizes(cx, ndim, sizes, in[i]->ndim, in[i]->sizes, &ndim, sizes)) return false;
  block_job blocks = {.job = job, .n = n + 1};
  bool converts = false;
  ts_tensor *operands[MAX_OPERANDS];
  for (int i = 0; i < n; i++) {
    ts_tensor *t = in[i];
    if (t->dtype != job->in[i] && t->numel == 1 && !(t = ts_raw_cast(cx, t, job->in[i]))) return false;
    operands[i + 1] = t;
    converts |= blocks.converts[i + 1] = t->dtype != job->in[i];
  }
  ts_tensor *dest = out->t[0], *result = dest;
  bool usable = dest && dest->dtype == job->result && dest->ndim == ndim && ts_equal_dims(ndim, dest->sizes, sizes);
  if (usable && !ts_check_writable(cx, dest)) return false;
  for (int i = 1; usable && i <= n; i++) usable = !ts_overlaps(dest, operands[i]);
  if (!usable) {
    const ts_tensor *like = NULL; /* keep the memory order of an input of the full shape */
    for (int i = 1; i <= n && !like; i++)
      if (operands[i]->ndim == ndim && ts_equal_dims(ndim, operands[i]->sizes, sizes)) like = operands[i];
    result = like ? ts_empty_like(cx, like, job->result) : ts_empty(cx, job->result, ndim, sizes);
    if (!result) return false;
  }
  operands[0] = result;
  out->t[0] = result;
  converts |= blocks.converts[0] = job->out != job->result;
  ts_iter it;
  ts_iter_init(&it, n + 1, operands, ndim, sizes);
  ts_iter_widen(&it);
  if (!converts && !job->dense) {
    run(&it, operands, job->loop, job->params, 0);
    return true;
  }
  blocks.block = BLOCK;
  for (int k = 0; k <= n; k++) {
    ts_dtype own = (ts_dtype)operands[k]->dtype, want = k ? job->in[k - 1] : job->out;
    blocks.to[k] = ts_itemsize(want);
    if (blocks.to[k] > 8) blocks.block = BLOCK / 2;
    blocks.copy[k] = k ? ts_loops.cast[own][want] : ts_loops.cast[want][own];
    if (!blocks.copy[k])
      return ts_fail(cx, TS_ERR_DTYPE, "cannot convert %s to %s", ts_dtype_name(own), ts_dtype_name(want));
  }
  run(&it, operands, run_blocks, &blocks, job->dense ? DENSE_GRAIN : 0);
  return true;
}

bool ts_elementwise(ts_cx *cx, ts_tensor **in, int n, ts_dtype dtype, ts_dtype out_dtype, ts_out *out, ts_loop loop,
                    const void *params) {
  if (!loop) return ts_fail(cx, TS_ERR_DTYPE, "not implemented for %s", ts_dtype_name(dtype));
  ts_elementwise_job job = {loop, params, {dtype, dtype, dtype}, out_dtype, out_dtype, false};
  return ts_run_elementwise(cx, in, n, &job, out);
}

/* ---- families ---- */

/* The dtype of `row` in which operands of dtype d are computed; TS_DTYPE_NONE: in none. */
static ts_dtype computed_in(const ts_loop *row, ts_dtype d) {
  if (row[d]) return d;
  if (ts_is_half(d) && row[TS_FLOAT32]) return TS_FLOAT32;
  if (ts_is_float(d) && row[TS_FLOAT64]) return TS_FLOAT64;
  if (ts_is_complex(d) && row[TS_COMPLEX128]) return TS_COMPLEX128;
  return ts_is_integral(d, true) && row[TS_INT64] ? TS_INT64 : TS_DTYPE_NONE;
}

/* Runs the loop of a row for operands that promote to d; out is TS_BOOL, or TS_DTYPE_NONE for d. */
static bool run_row(ts_cx *cx, const ts_loop *row, ts_tensor *const *in, int n, ts_dtype d, ts_dtype to, ts_rule rule,
                    bool dense, const void *params, int n_params, ts_out *out) {
  bool refused = (rule == TS_NO_BOOL && d == TS_BOOL) || (rule == TS_NO_INT && ts_is_integral(d, true)) || (rule == TS_NO_FLOAT && ts_is_inexact(d));
  if (rule == TS_TO_FLOAT && !ts_is_inexact(d)) d = ts_or_default(cx, TS_DTYPE_NONE);
  ts_dtype c = refused ? TS_DTYPE_NONE : computed_in(row, d);
  if (c == TS_DTYPE_NONE) return ts_fail(cx, TS_ERR_DTYPE, "not implemented for %s", ts_dtype_name(d));
  bool whole = to == TS_DTYPE_NONE;
  if (cx->trace) return ts_trace_call(cx, whole && c == d ? row[c] : NULL, d, in, n, dense, params, n_params, out);
  ts_elementwise_job job = {row[c], params, {c, c, c}, whole ? c : to, whole ? d : to, dense};
  return ts_run_elementwise(cx, in, n, &job, out);
}

bool ts_unary(ts_cx *cx, ts_tensor *self, ts_out *out, ts_unary_id id, ts_rule rule, const void *params) {
  return run_row(cx, ts_loops.unary[id], &self, 1, (ts_dtype)self->dtype, TS_DTYPE_NONE, rule, true, params, 3, out);
}

bool ts_test(ts_cx *cx, ts_tensor *self, ts_out *out, ts_test_id id) {
  return run_row(cx, ts_loops.test[id], &self, 1, (ts_dtype)self->dtype, TS_BOOL, TS_SAME, true, NULL, 0, out);
}

static ts_dtype promoted(ts_tensor *const *in, int n) {
  bool same = true;
  for (int i = 1; i < n; i++) same = same && in[i]->dtype == in[0]->dtype && in[i]->wrapped_number == in[0]->wrapped_number;
  if (same && !in[0]->wrapped_number) return (ts_dtype)in[0]->dtype;
  bool numbers = true; /* of numbers alone, floats keep their precision */
  ts_dtype widest = TS_BOOL;
  for (int i = 0; i < n; i++) {
    numbers = numbers && in[i]->wrapped_number;
    widest = ts_promote(widest, (ts_dtype)in[i]->dtype);
  }
  return numbers && ts_is_inexact(widest) ? widest : ts_result_type(in, n);
}

bool ts_binary(ts_cx *cx, ts_tensor *a, ts_tensor *b, ts_out *out, ts_binary_id id, ts_rule rule, const void *params) {
  ts_tensor *in[2] = {a, b};
  return run_row(cx, ts_loops.binary[id], in, 2, promoted(in, 2), TS_DTYPE_NONE, rule, id >= TS_BIN_DENSE, params, id >= TS_BIN_DENSE ? 3 : 1, out); /* others read one number */
}

bool ts_ternary(ts_cx *cx, ts_tensor *a, ts_tensor *b, ts_tensor *c, ts_out *out, ts_ternary_id id, ts_rule rule, const void *params) {
  ts_tensor *in[3] = {a, b, c};
  return run_row(cx, ts_loops.ternary[id], in, 3, promoted(in, 3), TS_DTYPE_NONE, rule, true, params, 3, out);
}

bool ts_compare(ts_cx *cx, ts_tensor *a, ts_tensor *b, ts_out *out, ts_compare_id id) {
  ts_tensor *in[2] = {a, b};
  ts_dtype d = promoted(in, 2);
  if (id >= TS_CMP_GT) { /* the same loops, operands exchanged */
    int n;
    int64_t sizes[TS_MAX_DIM];
    if (!ts_same_sizes(a, b) && !ts_broadcast_sizes(cx, a->ndim, a->sizes, b->ndim, b->sizes, &n, sizes)) return false;
    in[0] = b;
    in[1] = a;
    id = id == TS_CMP_GT ? TS_CMP_LT : TS_CMP_LE;
  }
  return run_row(cx, ts_loops.compare[id], in, 2, d, TS_BOOL, TS_SAME, false, NULL, 0, out);
}
