/* Scaled dot product attention: softmax(scale * query key^T + mask) value, in blocks whose scores stay in the cache. */
#include "attention.h"
#include <math.h>
#include <string.h>
#include "../core/graph.h"
#include "../core/threads.h"
#include "../gemm/gemm.h"
#include "compose.h"
#include "kernels.h"

enum { ROWS = 48, COLS = 256 }; /* of a block of scores */

/* Matrices (rows, width) of one batch, as they lie: element offsets of each, distance of rows. */
typedef struct { char *data; int64_t *at, ld; } operand;

typedef struct {
  operand q, k, v, out, grad, dq, dk, dv, mask;
  int64_t mask_row, mask_col;
  bool masks, additive, causal;
  char *top, *inverse, *delta, *room; /* (batch, rows): maxima of scores, 1 / sums; scratch of each thread */
  int64_t batch, n, m, e, w, room_size, workers; /* queries, keys, widths of keys and values */
  double scale;
  ts_dtype dtype;
  bool want_q, want_kv;
} job;

/* t (..., rows, width) with `batch` matrices. */
static bool lay(ts_cx *cx, ts_tensor *t, int64_t batch, bool gemm, operand *o) {
  int d = t->ndim - 2;
  if (gemm && !((t->strides[d + 1] == 1 || t->sizes[d + 1] == 1) && (t->strides[d] >= t->sizes[d + 1] || t->sizes[d] <= 1)) && !(t = ts_raw_contiguous(cx, t))) return false;
  o->data = ts_data(t);
  o->ld = t->sizes[d] <= 1 || t->strides[d] < 1 ? (t->sizes[d + 1] ? t->sizes[d + 1] : 1) : t->strides[d];
  o->at = ts_temp(cx, (batch + 1) * (int64_t)sizeof *o->at);
  if (!o->at) return false;
  int64_t index[TS_MAX_DIM] = {0}, at = 0;
  for (int64_t b = 0; b < batch; b++) {
    o->at[b] = at;
    for (int k = d - 1; k >= 0; k--) {
      at += t->strides[k];
      if (++index[k] < t->sizes[k]) break;
      at -= t->strides[k] * t->sizes[k];
      index[k] = 0;
    }
  }
  return true;
}

/* Empty, in the order of `like`'s memory where that is (batch, rows, heads, width), as a transposed (batch, rows, all heads) has it:
   then what transposes back is a view. */
static ts_tensor *room_like(ts_cx *cx, const ts_tensor *like, ts_dtype dtype, int64_t rows, int64_t width, bool zero) {
  int64_t sizes[TS_MAX_DIM], strides[TS_MAX_DIM];
  const int d = like->ndim - 2;
  memcpy(sizes, like->sizes, (size_t)like->ndim * sizeof *sizes);
  sizes[d + 1] = width;
  const bool swap = d > 0 && like->strides[d - 1] < like->strides[d] && like->strides[d - 1] >= like->sizes[d + 1];
  sizes[d] = swap ? sizes[d - 1] : rows;
  if (swap) sizes[d - 1] = rows;
  ts_tensor *t = zero ? ts_full_zero(cx, dtype, like->ndim, sizes) : ts_empty(cx, dtype, like->ndim, sizes);
  if (!t || !swap) return t;
  memcpy(strides, t->strides, (size_t)t->ndim * sizeof *strides);
  strides[d - 1] = t->strides[d];
  strides[d] = t->strides[d - 1];
  sizes[d - 1] = sizes[d];
  sizes[d] = rows;
  return ts_alias(cx, t, t->ndim, sizes, strides, 0);
}

static void product(const job *j, bool ta, bool tb, int64_t m, int64_t n, int64_t k, double alpha, const char *a, int64_t lda, const char *b, int64_t ldb, double beta, char *c, int64_t ldc) {
  if (j->dtype == TS_FLOAT32) ts_sgemm(ta, tb, m, n, k, (float)alpha, (const float *)a, lda, (const float *)b, ldb, (float)beta, (float *)c, ldc);
  else ts_dgemm(ta, tb, m, n, k, alpha, (const double *)a, lda, (const double *)b, ldb, beta, (double *)c, ldc);
}

static char *place(const job *j, const operand *o, int64_t b, int64_t row) { return o->data + (o->at[b] + row * o->ld) * ts_itemsize(j->dtype); }

#define ADD_MASK(t)                                                                                                           \
  static void mask_##t(const job *j, t *s, int64_t b, int64_t i, int64_t rows, int64_t k, int64_t cols) {                    \
    for (int64_t r = 0; r < rows; r++, s += cols) {                                                                           \
      int64_t at = j->masks ? j->mask.at[b] + (i + r) * j->mask_row + k * j->mask_col : 0, step = j->mask_col;                \
      if (j->masks && j->additive)                                                                                            \
        for (int64_t c = 0; c < cols; c++) s[c] += ((const t *)j->mask.data)[at + c * step];                                  \
      else if (j->masks)                                                                                                      \
        for (int64_t c = 0; c < cols; c++) s[c] = ((const uint8_t *)j->mask.data)[at + c * step] ? s[c] : -(t)INFINITY;       \
      if (j->causal)                                                                                                          \
        for (int64_t c = i + r - k + 1 > 0 ? i + r - k + 1 : 0; c < cols; c++) s[c] = -(t)INFINITY;                           \
    }                                                                                                                         \
  }
ADD_MASK(float)
ADD_MASK(double)

/* Scores of queries from i and keys from k. */
static void scores(const job *j, char *s, int64_t b, int64_t i, int64_t rows, int64_t k, int64_t cols) {
  product(j, false, true, rows, cols, j->e, j->scale, place(j, &j->q, b, i), j->q.ld, place(j, &j->k, b, k), j->k.ld, 0, s, cols);
  if (!j->masks && !(j->causal && k + cols > i + 1)) return;
  if (j->dtype == TS_FLOAT32) mask_float(j, (float *)s, b, i, rows, k, cols);
  else mask_double(j, (double *)s, b, i, rows, k, cols);
}

static void clear(const job *j, const operand *o, int64_t b, int64_t from, int64_t rows, int64_t width) {
  for (int64_t r = 0; r < rows; r++) memset(place(j, o, b, from + r), 0, (size_t)(width * ts_itemsize(j->dtype)));
}

/* Work item x of a worker: queries of one block, all keys. */
static void forward_block(const job *j, int64_t x, char *room) {
  const int64_t blocks = (j->n + ROWS - 1) / ROWS, b = x / blocks, i = x % blocks * ROWS, rows = j->n - i < ROWS ? j->n - i : ROWS, item = ts_itemsize(j->dtype);
  char *s = room, *m = s + ROWS * COLS * item, *l = m + ROWS * item, *top = j->top + (b * j->n + i) * item, *inverses = j->inverse + (b * j->n + i) * item, *out = place(j, &j->out, b, i);
  const int64_t reach = j->causal && i + rows < j->m ? i + rows : j->m;
  for (int64_t r = 0; r < rows; r++) {
    if (j->dtype == TS_FLOAT32) ((float *)m)[r] = -INFINITY, ((float *)l)[r] = 0;
    else ((double *)m)[r] = -(double)INFINITY, ((double *)l)[r] = 0;
  }
  if (reach == 0) clear(j, &j->out, b, i, rows, j->w);
  for (int64_t k = 0; k < reach; k += COLS) {
    const int64_t cols = reach - k < COLS ? reach - k : COLS;
    scores(j, s, b, i, rows, k, cols);
    ts_loops.attention[j->dtype](s, rows, cols, m, l, out, j->w, j->out.ld);
    product(j, false, false, rows, j->w, cols, 1, s, cols, place(j, &j->v, b, k), j->v.ld, k ? 1 : 0, out, j->out.ld);
  }
  /* Over the sums; rows without any key are 0. */
  for (int64_t r = 0; r < rows; r++) {
#define FINISH(t)                                                                                   \
  {                                                                                                 \
    const t sum = ((t *)l)[r], inverse = sum == 0 ? 0 : 1 / sum;                                    \
    for (int64_t c = 0; c < j->w; c++) ((t *)out)[r * j->out.ld + c] *= inverse;                         \
    ((t *)top)[r] = sum == 0 ? 0 : ((t *)m)[r];                                                     \
    ((t *)inverses)[r] = inverse;                                                                   \
  }
    if (j->dtype == TS_FLOAT32) FINISH(float)
    else FINISH(double)
  }
}

/* Gradients that queries [from, to) and keys [first, last) of batch b exchange. What comes first to a block of gradients writes it,
   the others add; causal queries go backwards, so that the first meets all the keys that any of them does. */
static void backward_blocks(const job *j, int64_t b, int64_t from, int64_t to, int64_t first, int64_t last, char *room) {
  const int64_t item = ts_itemsize(j->dtype);
  char *p = room, *dp = room + ROWS * COLS * item;
  for (int64_t k = first; k < last; k += COLS) {
    const int64_t all = last - k < COLS ? last - k : COLS, start = j->causal && k > from ? k / ROWS * ROWS : from;
    int64_t seen = 0; /* keys of this block that have gradients */
    for (int64_t i = start < to ? start + (to - start - 1) / ROWS * ROWS : -1; i >= start; i -= ROWS) {
      const int64_t rows = to - i < ROWS ? to - i : ROWS, cols = j->causal && i + rows - k < all ? i + rows - k : all;
      const char *grad = place(j, &j->grad, b, i);
      scores(j, p, b, i, rows, k, cols);
      product(j, false, true, rows, cols, j->w, 1, grad, j->grad.ld, place(j, &j->v, b, k), j->v.ld, 0, dp, cols);
      ts_loops.attention_back[j->dtype](p, dp, rows, cols, j->top + (b * j->n + i) * item, j->inverse + (b * j->n + i) * item,
                                        j->m <= COLS ? NULL : j->delta + (b * j->n + i) * item);
      if (j->want_q) product(j, false, false, rows, j->e, cols, j->scale, dp, cols, place(j, &j->k, b, k), j->k.ld, k == first ? 0 : 1, place(j, &j->dq, b, i), j->dq.ld);
      if (!j->want_kv) continue;
      product(j, true, false, cols, j->w, rows, 1, p, cols, grad, j->grad.ld, seen ? 1 : 0, place(j, &j->dv, b, k), j->dv.ld);
      product(j, true, false, cols, j->e, rows, j->scale, dp, cols, place(j, &j->q, b, i), j->q.ld, seen ? 1 : 0, place(j, &j->dk, b, k), j->dk.ld);
      if (!seen) seen = cols;
    }
    if (!j->want_kv || seen == all) continue;
    clear(j, &j->dv, b, k + seen, all - seen, j->w);
    clear(j, &j->dk, b, k + seen, all - seen, j->e);
  }
}

static void forward_worker(void *arg, int64_t begin, int64_t end) {
  const job *j = arg;
  const int64_t items = j->batch * ((j->n + ROWS - 1) / ROWS);
  for (int64_t w = begin; w < end; w++)
    for (int64_t x = w; x < items; x += j->workers) forward_block(j, x, j->room + w * j->room_size);
}

/* A batch each, or, where there are few, blocks of queries (for their gradients) or of keys. */
static void backward_worker(void *arg, int64_t begin, int64_t end) {
  const job *j = arg;
  const int64_t size = j->want_q ? ROWS : COLS, whole = j->want_q ? j->n : j->m, blocks = (whole + size - 1) / size;
  for (int64_t w = begin; w < end; w++) {
    char *room = j->room + w * j->room_size;
    if (j->want_q && j->want_kv) {
      for (int64_t b = w; b < j->batch; b += j->workers) backward_blocks(j, b, 0, j->n, 0, j->m, room);
      continue;
    }
    for (int64_t x = w; x < j->batch * blocks; x += j->workers) {
      const int64_t at = x % blocks * size, end_of = at + size < whole ? at + size : whole;
      if (j->want_q) backward_blocks(j, x / blocks, at, end_of, 0, j->causal && end_of < j->m ? end_of : j->m, room);
      else backward_blocks(j, x / blocks, 0, j->n, at, end_of, room);
    }
  }
}

static bool prepare(ts_cx *cx, job *j, ts_tensor *q, ts_tensor *k, ts_tensor *v, ts_tensor *mask, bool causal, double scale) {
  int d = q->ndim - 2;
  ts_dtype work = q->dtype == TS_FLOAT64 ? TS_FLOAT64 : TS_FLOAT32;
  if (!(q = ts_raw_cast(cx, q, work)) || !(k = ts_raw_cast(cx, k, work)) || !(v = ts_raw_cast(cx, v, work))) return false;
  if (mask && mask->dtype != TS_BOOL && !(mask = ts_raw_cast(cx, mask, work))) return false;
  *j = (job){.n = q->sizes[d], .m = k->sizes[d], .e = q->sizes[d + 1], .w = v->sizes[d + 1], .batch = 1, .scale = scale, .dtype = work, .causal = causal, .masks = mask != NULL};
  for (int i = 0; i < d; i++) j->batch *= q->sizes[i];
  if (mask) {
    j->additive = mask->dtype != TS_BOOL;
    j->mask_row = mask->strides[d];
    j->mask_col = mask->strides[d + 1];
    if (!lay(cx, mask, j->batch, false, &j->mask)) return false;
  }
  j->workers = ts_num_threads() < j->batch * ((j->n + ROWS - 1) / ROWS) ? ts_num_threads() : j->batch * ((j->n + ROWS - 1) / ROWS);
  if (j->batch * j->n * j->m * (j->e + j->w) < 1 << 18) j->workers = 1;
  j->room_size = (2 * ROWS * COLS + 2 * ROWS) * ts_itemsize(work);
  return lay(cx, q, j->batch, true, &j->q) && lay(cx, k, j->batch, true, &j->k) && lay(cx, v, j->batch, true, &j->v) &&
         (j->room = ts_temp(cx, (j->workers ? j->workers : 1) * j->room_size)) != NULL;
}

bool ts__attention_impl(ts_cx *cx, const ts__attention_args *a, ts_out *out) {
  job j;
  const ts_tensor *q = a->query;
  if (!prepare(cx, &j, a->query, a->key, a->value, a->mask, a->is_causal, a->scale)) return false;
  ts_tensor *result = room_like(cx, q, j.dtype, j.n, j.w, false), *top = ts_empty(cx, j.dtype, q->ndim - 1, q->sizes), *inverse = ts_empty(cx, j.dtype, q->ndim - 1, q->sizes);
  if (!result || !top || !inverse || !lay(cx, result, j.batch, true, &j.out)) return false;
  j.top = ts_data(top);
  j.inverse = ts_data(inverse);
  if (top->numel) ts_parallel_for(j.workers, 1, forward_worker, &j);
  out->t[1] = top;
  out->t[2] = inverse;
  return (out->t[0] = ts_raw_cast(cx, result, (ts_dtype)q->dtype)) != NULL;
}

bool ts__attention_backward_impl(ts_cx *cx, const ts__attention_backward_args *a, ts_out *out) {
  job j;
  ts_tensor *of[3] = {a->query, a->key, a->value}, *made[3];
  if (!prepare(cx, &j, a->query, a->key, a->value, a->mask, a->is_causal, a->scale)) return false;
  operand *to[3] = {&j.dq, &j.dk, &j.dv};
  const bool any = a->top->numel && j.m;
  for (int i = 0; i < 3; i++)
    if (!(made[i] = room_like(cx, of[i], j.dtype, i ? j.m : j.n, i == 2 ? j.w : j.e, !any)) || !lay(cx, made[i], j.batch, true, to[i])) return false;
  ts_tensor *grad = ts_raw_cast(cx, a->grad, j.dtype), *top = ts_raw_contiguous(cx, a->top), *inverse = ts_raw_contiguous(cx, a->inverse);
  if (!grad || !top || !inverse || !lay(cx, grad, j.batch, true, &j.grad)) return false;
  j.top = ts_data(top);
  j.inverse = ts_data(inverse);
  if (j.m > COLS) {
    ts_tensor *delta = ts_raw_contiguous(cx, ts_sum(cx, ts_mul(cx, grad, ts_raw_cast(cx, a->output, j.dtype)), TS_INTS(-1), false, TS_DTYPE_NONE));
    if (!delta) return false;
    j.delta = ts_data(delta);
  }
  if (any) {
    if (j.batch >= j.workers) {
      j.want_q = j.want_kv = true;
      ts_parallel_for(j.workers, 1, backward_worker, &j);
    } else {
      j.want_q = true;
      ts_parallel_for(j.workers, 1, backward_worker, &j);
      j.want_q = false;
      j.want_kv = true;
      ts_parallel_for(j.workers, 1, backward_worker, &j);
    }
  }
  for (int i = 0; i < 3; i++)
    if (!(out->t[i] = ts_raw_cast(cx, made[i], (ts_dtype)of[i]->dtype))) return false;
  return true;
}

/* ---- what users call ---- */

static bool check(ts_cx *cx, const ts_tensor *q, const ts_tensor *k, const ts_tensor *v, const ts_tensor *mask, bool causal) {
  if (q->dtype != k->dtype || q->dtype != v->dtype)
    return ts_fail(cx, TS_ERR_DTYPE, "Expected query, key, and value to have the same dtype, but got query.dtype: %s, key.dtype: %s, and value.dtype: %s instead.",
                   ts_dtype_name((ts_dtype)q->dtype), ts_dtype_name((ts_dtype)k->dtype), ts_dtype_name((ts_dtype)v->dtype));
  if (!ts_is_float((ts_dtype)q->dtype)) return ts_fail(cx, TS_ERR_DTYPE, "not implemented for %s", ts_dtype_name((ts_dtype)q->dtype));
  if (q->ndim < 2 || k->ndim < 2 || v->ndim < 2)
    return ts_fail(cx, TS_ERR_SHAPE, "Expected query, key, and value to all be at least 2 dimensional, but got query.dim: %d, key.dim: %d and value.dim: %d instead.", q->ndim, k->ndim, v->ndim);
  if (mask && causal) return ts_fail(cx, TS_ERR_ARGUMENT, "Explicit attn_mask should not be set when is_causal=True");
  if (mask && mask->dtype != TS_BOOL && !ts_is_float((ts_dtype)mask->dtype))
    return ts_fail(cx, TS_ERR_DTYPE, "Expected attn_mask dtype to be bool or float or to match query dtype, but got attn_mask.dtype: %s and query.dtype: %s instead.",
                   ts_dtype_name((ts_dtype)mask->dtype), ts_dtype_name((ts_dtype)q->dtype));
  if (q->sizes[q->ndim - 1] != k->sizes[k->ndim - 1] || k->sizes[k->ndim - 2] != v->sizes[v->ndim - 2])
    return ts_fail(cx, TS_ERR_SHAPE, "query (..., L, E), key (..., S, E) and value (..., S, Ev) expected, got shapes %s, %s and %s", TS_TEXT(q), TS_TEXT(k), TS_TEXT(v));
  return true;
}

/* By plain ops, with the weights: what can be differentiated again, and dropped from. */
bool ts__attention_math_impl(ts_cx *cx, const ts__attention_math_args *a, ts_out *out) {
  ts_tensor *mask = a->mask, *all = NULL;
  double root = sqrt(fabs(a->scale));
  ts_tensor *s = ts_matmul(cx, MUL(a->query, NUM(a->scale < 0 ? -root : root)), ts_transpose(cx, MUL(a->key, NUM(root)), -2, -1));
  if (!s) return false;
  if (a->is_causal) {
    int64_t n = s->sizes[s->ndim - 2], m = s->sizes[s->ndim - 1];
    mask = ts_ge(cx, ts_unsqueeze(cx, ts_arange(cx, ts_int(0), ts_int(n), ts_int(1), TS_INT64), 1), ts_arange(cx, ts_int(0), ts_int(m), ts_int(1), TS_INT64));
  }
  if (mask && mask->dtype == TS_BOOL) s = ts_where(cx, mask, s, NUM(-INFINITY));
  else if (mask) s = ADD(s, ts__to_dtype(cx, mask, (ts_dtype)s->dtype));
  if (mask && a->safe) s = ts_masked_fill(cx, s, all = ts_all(cx, ts_isneginf(cx, s), TS_INTS(-1), true), INT(0));
  ts_tensor *p = ts_softmax(cx, s, (ts_opt_int){true, -1}, TS_DTYPE_NONE);
  if (all) p = ts_masked_fill(cx, p, all, INT(0));
  if (a->dropout_p > 0) p = ts_dropout(cx, p, a->dropout_p, true);
  out->t[1] = p;
  return (out->t[0] = ts_matmul(cx, p, a->value)) != NULL;
}

bool ts__scaled_dot_product_attention_impl(ts_cx *cx, const ts__scaled_dot_product_attention_args *a, ts_out *out) {
  if (!check(cx, a->query, a->key, a->value, a->attn_mask, a->is_causal)) return false;
  double width = (double)a->query->sizes[a->query->ndim - 1];
  return ts__attention_math(cx, a->query, a->key, a->value, a->attn_mask, a->is_causal, 1 / sqrt(width), a->dropout_p, false, out->t);
}

/* The head dim of t (..., H, n, m) as (..., groups, H / groups, n, m), or 1, 1 where it is 1. */
static ts_tensor *grouped(ts_cx *cx, ts_tensor *t, int64_t groups) {
  if (!t || t->ndim < 3) return t;
  int64_t heads = t->sizes[t->ndim - 3];
  return heads == 1 ? ts_unsqueeze(cx, t, -3) : ts_unflatten(cx, t, t->ndim - 3, TS_INTS(groups, heads / groups));
}

static ts_tensor *widened(ts_cx *cx, ts_tensor *t, int64_t *sizes, int batch) {
  if (!t) return NULL;
  sizes[batch] = t->sizes[t->ndim - 2];
  sizes[batch + 1] = t->sizes[t->ndim - 1];
  return ts_expand(cx, t, (ts_ints){sizes, batch + 2}, false);
}

bool ts_scaled_dot_product_attention_impl(ts_cx *cx, const ts_scaled_dot_product_attention_args *a, ts_out *out) {
  ts_tensor *q = a->query, *k = a->key, *v = a->value, *mask = a->attn_mask, *results[3] = {NULL};
  if (!check(cx, q, k, v, mask, a->is_causal)) return false;
  double scale = a->scale.given ? a->scale.v : 1 / sqrt((double)q->sizes[q->ndim - 1]);
  if (!(a->dropout_p >= 0 && a->dropout_p <= 1)) return ts_fail(cx, TS_ERR_ARGUMENT, "dropout probability has to be between 0 and 1, but got %g", a->dropout_p);
  int64_t sizes[TS_MAX_DIM], heads = 0;
  if (a->enable_gqa) {
    if (q->ndim < 3 || k->ndim < 3 || v->ndim < 3) return ts_fail(cx, TS_ERR_SHAPE, "enable_gqa needs a dim of heads, got shapes %s, %s and %s", TS_TEXT(q), TS_TEXT(k), TS_TEXT(v));
    int64_t groups = k->sizes[k->ndim - 3];
    heads = q->sizes[q->ndim - 3];
    if (groups != v->sizes[v->ndim - 3] || groups < 1 || heads % groups)
      return ts_fail(cx, TS_ERR_SHAPE, "Expect number of heads in key and value to divide number of heads in query, got shapes %s, %s and %s", TS_TEXT(q), TS_TEXT(k), TS_TEXT(v));
    q = ts_unflatten(cx, q, q->ndim - 3, TS_INTS(groups, heads / groups));
    k = ts_unsqueeze(cx, k, -3);
    v = ts_unsqueeze(cx, v, -3);
    mask = grouped(cx, mask, groups);
  }
  /* One batch for all; the mask's broadcasts to it. */
  int batch;
  if (!q || !k || !v || (a->attn_mask && !mask) || !ts_broadcast_sizes(cx, q->ndim - 2, q->sizes, k->ndim - 2, k->sizes, &batch, sizes) ||
      !ts_broadcast_sizes(cx, batch, sizes, v->ndim - 2, v->sizes, &batch, sizes))
    return false;
  if (mask && mask->ndim > 2 && !ts_broadcast_sizes(cx, batch, sizes, mask->ndim - 2, mask->sizes, &batch, sizes)) return false;
  int64_t n = q->sizes[q->ndim - 2], m = k->sizes[k->ndim - 2];
  if (mask) {
    int rank;
    int64_t last[2] = {n, m}, both[TS_MAX_DIM];
    int have = mask->ndim < 2 ? mask->ndim : 2;
    if (!ts_broadcast_sizes(cx, have, mask->sizes + mask->ndim - have, 2, last, &rank, both)) return false;
    if (both[0] != n || both[1] != m) return ts_fail(cx, TS_ERR_SHAPE, "attn_mask %s does not broadcast to scores of (%d, %d)", TS_TEXT(a->attn_mask), (int)n, (int)m);
  }
  if (a->dropout_p > 0 || (mask && cx->grad_mode && ts_requires_grad(mask))) {
    if (!ts__attention_math(cx, q, k, v, mask, a->is_causal, scale, a->dropout_p, true, results)) return false;
  } else {
    q = widened(cx, q, sizes, batch);
    k = widened(cx, k, sizes, batch);
    v = widened(cx, v, sizes, batch);
    if (mask) {
      sizes[batch] = n;
      sizes[batch + 1] = m;
      mask = ts_expand(cx, mask, (ts_ints){sizes, batch + 2}, false);
    }
    if (!ts__attention(cx, q, k, v, mask, a->is_causal, scale, results)) return false;
  }
  ts_tensor *y = results[0];
  return (out->t[0] = heads && y ? ts_flatten(cx, y, y->ndim - 4, y->ndim - 3) : y) != NULL;
}
