/* One layer of a recurrent network in one direction. The input's gates come from one product over the whole sequence; the
   state's are added step by step. Steps lie one after the other, step t with sizes[t] samples, fewer and fewer: a padded batch
   has the same number at each. The state of samples that a step lacks stays as it is. */
#include "rnn.h"
#include <inttypes.h>
#include <string.h>
#include "../core/threads.h"
#include "../gemm/gemm.h"
#include "compose.h"
#include "kernels.h"

typedef struct {
  int64_t steps, rows, batch, n, p, gates, item; /* rows of all steps; units, size of the state, n times the gates */
  int64_t *start;
  const int64_t *sizes;
  ts_rnn_mode mode;
  ts_dtype dtype;
  bool reverse;
} plan;

static const int64_t gates_of[] = {1, 1, 4, 3};

static bool prepare(ts_cx *cx, plan *s, int64_t rows, int64_t width, ts_tensor *h0, ts_tensor *c0, ts_tensor *w_hh, ts_tensor *b_hh, ts_tensor *w_hr, int64_t mode, bool reverse, ts_ints sizes) {
  ts_dtype d = (ts_dtype)h0->dtype;
  if (!ts_is_float(d)) return ts_fail(cx, TS_ERR_DTYPE, "not implemented for %s", ts_dtype_name(d));
  if (mode < 0 || mode > 3 || h0->ndim != 2) return ts_fail(cx, TS_ERR_SHAPE, "a state of 2 dims expected, got %s", TS_TEXT(h0));
  *s = (plan){.steps = sizes.n, .rows = rows, .batch = h0->sizes[0], .p = h0->sizes[1], .gates = width, .sizes = sizes.v, .mode = (ts_rnn_mode)mode, .reverse = reverse};
  s->dtype = d == TS_FLOAT64 ? d : TS_FLOAT32;
  s->item = ts_itemsize(s->dtype);
  s->n = width / gates_of[mode];
  bool fits = width == s->n * gates_of[mode] && w_hh->ndim == 2 && w_hh->sizes[0] == width && w_hh->sizes[1] == s->p;
  fits = fits && (w_hr ? w_hr->ndim == 2 && w_hr->sizes[0] == s->p && w_hr->sizes[1] == s->n : s->p == s->n);
  fits = fits && (mode != TS_RNN_LSTM || (c0 && c0->ndim == 2 && c0->sizes[0] == s->batch && c0->sizes[1] == s->n)) && (!b_hh || b_hh->numel == width);
  if (!fits)
    return ts_fail(cx, TS_ERR_SHAPE, "gates of %" PRId64 ", hidden state %s, cell state %s and weights %s do not go together", width, TS_TEXT(h0), c0 ? TS_TEXT(c0) : "none", TS_TEXT(w_hh));
  if (!(s->start = ts_temp(cx, s->steps * (int64_t)sizeof *s->start + 1))) return false;
  int64_t at = 0;
  for (int64_t t = 0; t < s->steps; t++) {
    int64_t most = t ? sizes.v[t - 1] : s->batch;
    if (sizes.v[t] < 1 || sizes.v[t] > most) return ts_fail(cx, TS_ERR_ARGUMENT, "batch sizes must be positive and never grow, got %" PRId64 " after %" PRId64, sizes.v[t], most);
    s->start[t] = at;
    at += sizes.v[t];
  }
  return at == rows || ts_fail(cx, TS_ERR_SHAPE, "batch sizes add up to %" PRId64 ", but there are %" PRId64 " rows", at, rows);
}

static void product(const plan *s, bool ta, bool tb, int64_t m, int64_t n, int64_t k, const char *a, int64_t lda, const char *b, int64_t ldb, double beta, char *c, int64_t ldc) {
  if (s->dtype == TS_FLOAT32) ts_sgemm(ta, tb, m, n, k, 1, (const float *)a, lda, (const float *)b, ldb, (float)beta, (float *)c, ldc);
  else ts_dgemm(ta, tb, m, n, k, 1, (const double *)a, lda, (const double *)b, ldb, beta, (double *)c, ldc);
}

static int64_t step_at(const plan *s, int64_t k) { return s->reverse ? s->steps - 1 - k : k; }

/* t contiguous in the dtype of the work; a copy where it will be written. */
static ts_tensor *ready(ts_cx *cx, const plan *s, ts_tensor *t, bool copy) {
  if (!t) return NULL;
  ts_tensor *r = ts_raw_contiguous(cx, ts_raw_cast(cx, t, s->dtype));
  return r && copy && r->storage == t->storage ? ts_clone(cx, r, "contiguous_format") : r;
}

#define AT(t, row, width) ((char *)ts_data(t) + (row) * (width) * s.item)

enum { PANEL = 32, PACK_FROM = 4 /* steps from which it pays to lay the weights out in panels */, LEAST_ROWS = 8 /* of a batch, for a thread */ };

/* A walk over all steps by some samples of the batch: samples depend on one another in no step, so that threads meet only at the end. */
typedef struct {
  const plan *s;
  ts_tensor *x, *h, *c, *w, *bias, *hr, *kept, *cells, *y, *full, *room; /* forward */
  ts_tensor *panels; /* (units of state, gates) in strips of PANEL columns, or NULL */
  ts_tensor *dy, *dh, *dc, *dx, *ds, *states, *earlier, *dall;           /* backward */
  int64_t workers;
} walk;

static int64_t share_out(const plan *s) {
  const int64_t threads = ts_num_threads(), most = s->batch / LEAST_ROWS;
  return most < 2 || s->rows * s->gates * s->p < 1 << 20 ? 1 : most < threads ? most : threads;
}

/* Samples [first, end) that step t has. */
static int64_t samples(const plan *s, int64_t t, int64_t first, int64_t end) {
  const int64_t m = s->sizes[t] < end ? s->sizes[t] : end;
  return m > first ? m - first : 0;
}

static ts_tensor *in_panels(ts_cx *cx, const plan *plan_of, const ts_tensor *w) {
  const plan s = *plan_of;
  ts_tensor *t = ts_empty(cx, s.dtype, 2, (const int64_t[]){s.p, s.gates});
  for (int64_t j = 0; t && j < s.gates; j += PANEL) {
    const int64_t wide = s.gates - j < PANEL ? s.gates - j : PANEL;
#define STRIP(type)                                                                                     \
  for (int64_t c = 0; c < wide; c++)                                                                    \
    for (int64_t k = 0; k < s.p; k++) ((type *)ts_data(t))[j * s.p + k * wide + c] = ((const type *)ts_data(w))[(j + c) * s.p + k]
    if (s.dtype == TS_FLOAT32) STRIP(float);
    else STRIP(double);
  }
  return t;
}

/* What m states add to the gates. */
static void of_states(const walk *v, int64_t m, const char *h, char *to) {
  const plan *s = v->s;
  if (!v->panels) {
    product(s, false, true, m, s->gates, s->p, h, s->p, ts_data(v->w), s->p, 0, to, s->gates);
    return;
  }
  for (int64_t j = 0; j < s->gates; j += PANEL) {
    const int64_t wide = s->gates - j < PANEL ? s->gates - j : PANEL;
    product(s, false, false, m, wide, s->p, h, s->p, (char *)ts_data(v->panels) + j * s->p * s->item, wide, 0, to + j * s->item, s->gates);
  }
}

static void forward_range(void *arg, int64_t begin, int64_t end) {
  const walk *v = arg;
  const plan s = *v->s;
  for (int64_t i = begin; i < end; i++) {
    const int64_t first = s.batch * i / v->workers, after = s.batch * (i + 1) / v->workers;
    for (int64_t k = 0; k < s.steps; k++) {
      const int64_t t = step_at(&s, k), m = samples(&s, t, first, after), at = s.start[t] + first;
      char *room = AT(v->room, first, s.gates), *h = AT(v->h, first, s.p);
      if (!m) continue;
      of_states(v, m, h, room);
      for (int64_t r = 0; r < m; r++, room += s.gates * s.item) {
        char *to = v->hr ? AT(v->full, first + r, s.n) : AT(v->y, at + r, s.p), *x = AT(v->x, at + r, s.gates);
        if (s.mode == TS_RNN_LSTM) ts_loops.lstm_cell[s.dtype](x, room, AT(v->c, first + r, s.n), AT(v->kept, at + r, s.gates), AT(v->cells, at + r, s.n), to, s.n);
        else if (s.mode == TS_RNN_GRU) ts_loops.gru_cell[s.dtype](x, room, v->bias ? ts_data(v->bias) : NULL, AT(v->h, first + r, s.p), AT(v->kept, at + r, 4 * s.n), to, s.n);
        else ts_loops.rnn_cell[s.dtype](x, room, to, s.n, s.mode == TS_RNN_RELU);
      }
      if (v->c) memcpy(AT(v->c, first, s.n), AT(v->cells, at, s.n), (size_t)(m * s.n * s.item));
      if (v->hr) product(&s, false, true, m, s.p, s.n, AT(v->full, first, s.n), s.n, ts_data(v->hr), s.n, 0, AT(v->y, at, s.p), s.p);
      memcpy(h, AT(v->y, at, s.p), (size_t)(m * s.p * s.item));
    }
  }
}

bool ts__rnn_layer_impl(ts_cx *cx, const ts__rnn_layer_args *a, ts_out *out) {
  plan s;
  ts_tensor *x = a->x_gates;
  ts_dtype d = (ts_dtype)x->dtype;
  if (x->ndim != 2 || !prepare(cx, &s, x->sizes[0], x->sizes[1], a->h0, a->c0, a->w_hh, a->b_hh, a->w_hr, a->mode, a->reverse, a->batch_sizes)) return false;
  const bool lstm = s.mode == TS_RNN_LSTM, gru = s.mode == TS_RNN_GRU;
  walk v = {.s = &s, .x = ready(cx, &s, x, false), .h = ready(cx, &s, a->h0, true), .c = lstm ? ready(cx, &s, a->c0, true) : NULL, .w = ready(cx, &s, a->w_hh, false),
            .bias = ready(cx, &s, a->b_hh, false), .hr = ready(cx, &s, a->w_hr, false), .workers = share_out(&s)};
  /* What the backward wants to know of the gates. */
  v.kept = ts_empty(cx, s.dtype, 2, (const int64_t[]){s.rows, lstm || gru ? 4 * s.n : 0});
  v.cells = lstm ? ts_empty(cx, s.dtype, 2, (const int64_t[]){s.rows, s.n}) : NULL;
  v.y = ts_empty(cx, s.dtype, 2, (const int64_t[]){s.rows, s.p});
  v.full = v.hr ? ts_empty(cx, s.dtype, 2, (const int64_t[]){s.batch, s.n}) : NULL;
  v.room = ts_empty(cx, s.dtype, 2, (const int64_t[]){s.batch, s.gates});
  v.panels = s.steps >= PACK_FROM && !ts_failed(cx) ? in_panels(cx, &s, v.w) : NULL;
  if (ts_failed(cx)) return false;
  ts_parallel_for(v.workers, 1, forward_range, &v);
  out->t[0] = ts_raw_cast(cx, v.y, d);
  out->t[1] = ts_raw_cast(cx, v.h, d);
  out->t[2] = lstm ? ts_raw_cast(cx, v.c, d) : ts_full_zero(cx, d, 1, (const int64_t[]){0});
  out->t[3] = v.kept;
  out->t[4] = lstm ? v.cells : ts_full_zero(cx, d, 1, (const int64_t[]){0});
  return !ts_failed(cx);
}

/* What was before each row: the state of its sample one step earlier. */
static ts_tensor *before_rows(ts_cx *cx, const plan *plan_of, ts_tensor *first, ts_tensor *rows, int64_t width) {
  const plan s = *plan_of;
  ts_tensor *t = ts_empty(cx, s.dtype, 2, (const int64_t[]){s.rows, width});
  if (!t || !first || !rows) return NULL;
  for (int64_t k = 0; k < s.steps; k++) {
    const int64_t now = step_at(&s, k), at = s.start[now], m = s.sizes[now], prior = k ? step_at(&s, k - 1) : 0, had = k ? s.sizes[prior] : 0, both = m < had ? m : had;
    if (both) memcpy(AT(t, at, width), AT(rows, s.start[prior], width), (size_t)(both * width * s.item));
    if (m > both) memcpy(AT(t, at + both, width), AT(first, both, width), (size_t)((m - both) * width * s.item));
  }
  return t;
}

static void add_to(const plan *s, char *to, const char *from, int64_t n) {
  if (s->dtype == TS_FLOAT32) for (int64_t i = 0; i < n; i++) ((float *)to)[i] += ((const float *)from)[i];
  else for (int64_t i = 0; i < n; i++) ((double *)to)[i] += ((const double *)from)[i];
}

static void backward_range(void *arg, int64_t begin, int64_t end) {
  const walk *v = arg;
  const plan s = *v->s;
  const bool gru = s.mode == TS_RNN_GRU;
  const int64_t wide = s.n > s.p ? s.n : s.p;
  for (int64_t i = begin; i < end; i++) {
    const int64_t first = s.batch * i / v->workers, after = s.batch * (i + 1) / v->workers;
    char *dh = AT(v->dh, first, s.p), *room = AT(v->room, first, wide);
    for (int64_t k = s.steps - 1; k >= 0; k--) {
      const int64_t t = step_at(&s, k), m = samples(&s, t, first, after), at = s.start[t] + first;
      if (!m) continue;
      if (v->dy) add_to(&s, dh, AT(v->dy, at, s.p), m * s.p);
      const char *flowing = dh;
      if (v->hr) {
        memcpy(AT(v->dall, at, s.p), flowing, (size_t)(m * s.p * s.item));
        product(&s, false, false, m, s.n, s.p, flowing, s.p, ts_data(v->hr), s.n, 0, room, s.n);
        flowing = room;
      }
      for (int64_t r = 0; r < m; r++) {
        const char *g = flowing + r * s.n * s.item;
        if (s.mode == TS_RNN_LSTM) ts_loops.lstm_back[s.dtype](AT(v->kept, at + r, s.gates), AT(v->earlier, at + r, s.n), AT(v->c, at + r, s.n), g, AT(v->dc, first + r, s.n), AT(v->dx, at + r, s.gates), s.n);
        else if (gru) ts_loops.gru_back[s.dtype](AT(v->kept, at + r, 4 * s.n), AT(v->states, at + r, s.p), g, AT(v->dx, at + r, s.gates), AT(v->ds, at + r, s.gates), room + r * s.n * s.item, s.n);
        else ts_loops.rnn_back[s.dtype](AT(v->y, at + r, s.p), g, AT(v->dx, at + r, s.gates), s.n, s.mode == TS_RNN_RELU);
      }
      if (gru) memcpy(dh, room, (size_t)(m * s.p * s.item));
      product(&s, false, false, m, s.p, s.gates, AT(v->ds, at, s.gates), s.gates, ts_data(v->w), s.p, gru ? 1 : 0, dh, s.p);
    }
  }
}

bool ts__rnn_layer_backward_impl(ts_cx *cx, const ts__rnn_layer_backward_args *a, ts_out *out) {
  plan s;
  ts_dtype d = (ts_dtype)a->h0->dtype;
  const bool lstm = a->mode == TS_RNN_LSTM, gru = a->mode == TS_RNN_GRU;
  if (!prepare(cx, &s, a->gates->sizes[0], a->w_hh->sizes[0], a->h0, a->c0, a->w_hh, a->b_hh, a->w_hr, a->mode, a->reverse, a->batch_sizes)) return false;
  ts_tensor *h0 = ready(cx, &s, a->h0, false), *c0 = lstm ? ready(cx, &s, a->c0, false) : NULL, *w = ready(cx, &s, a->w_hh, false), *hr = ready(cx, &s, a->w_hr, false);
  ts_tensor *y = ready(cx, &s, a->output, false), *gates = ready(cx, &s, a->gates, false), *cells = lstm ? ready(cx, &s, a->cells, false) : NULL;
  ts_tensor *dy = ready(cx, &s, a->grad, false), *dh = a->grad_h ? ready(cx, &s, a->grad_h, true) : ts_full_zero(cx, s.dtype, 2, a->h0->sizes);
  ts_tensor *dc = !lstm ? NULL : a->grad_c ? ready(cx, &s, a->grad_c, true) : ts_full_zero(cx, s.dtype, 2, a->c0->sizes);
  const int64_t all[2] = {s.rows, s.gates}, hidden[2] = {s.rows, s.n};
  ts_tensor *dx = ts_empty(cx, s.dtype, 2, all), *ds = gru ? ts_empty(cx, s.dtype, 2, all) : dx;
  ts_tensor *full = hr ? ts_empty(cx, s.dtype, 2, hidden) : NULL, *dw_hr = hr ? ts_full_zero(cx, s.dtype, 2, hr->sizes) : NULL;
  ts_tensor *dw = ts_full_zero(cx, s.dtype, 2, w->sizes), *room = ts_empty(cx, s.dtype, 2, (const int64_t[]){s.batch, s.n > s.p ? s.n : s.p});
  if (ts_failed(cx)) return false;
  ts_tensor *states = before_rows(cx, &s, h0, y, s.p), *earlier = lstm ? before_rows(cx, &s, c0, cells, s.n) : NULL;
  if (!states || (lstm && !earlier)) return false;
  if (hr) { /* what was projected: o tanh(c) */
    ts_tensor *o = ts_raw_contiguous(cx, ts_narrow(cx, gates, 1, 3 * s.n, s.n));
    if (!o || !(full = ts_raw_contiguous(cx, ts_mul(cx, o, ts_tanh(cx, cells))))) return false;
  }
  ts_tensor *dall = hr ? ts_empty(cx, s.dtype, 2, (const int64_t[]){s.rows, s.p}) : NULL;
  if (hr && !dall) return false;
  walk v = {.s = &s, .c = cells, .w = w, .hr = hr, .kept = gates, .y = y, .room = room, .dy = dy, .dh = dh, .dc = dc, .dx = dx, .ds = ds, .states = states, .earlier = earlier, .dall = dall,
            .workers = share_out(&s)};
  ts_parallel_for(v.workers, 1, backward_range, &v);
  if (s.rows) product(&s, true, false, s.gates, s.p, s.rows, ts_data(ds), s.gates, ts_data(states), s.p, 0, ts_data(dw), s.p);
  if (hr && s.rows) product(&s, true, false, s.p, s.n, s.rows, ts_data(dall), s.p, ts_data(full), s.n, 0, ts_data(dw_hr), s.n);
  ts_tensor *made[6] = {dx, dh, dc, dw, a->b_hh ? ts_sum(cx, ds, TS_INTS(0), false, TS_DTYPE_NONE) : NULL, dw_hr};
  for (int i = 0; i < 6; i++) out->t[i] = made[i] ? ts_raw_cast(cx, made[i], d) : ts_full_zero(cx, d, 1, (const int64_t[]){0});
  return !ts_failed(cx);
}

/* ---- by plain ops: what can be differentiated again ---- */

static ts_tensor *part(ts_cx *cx, ts_tensor *gates, int64_t k, int64_t n) { return ts_narrow(cx, gates, 1, k * n, n); }

bool ts__rnn_layer_math_impl(ts_cx *cx, const ts__rnn_layer_math_args *a, ts_out *out) {
  plan s;
  ts_tensor *x = a->x_gates, *h = a->h0, *c = a->c0;
  if (x->ndim != 2 || !prepare(cx, &s, x->sizes[0], x->sizes[1], h, c, a->w_hh, a->b_hh, a->w_hr, a->mode, a->reverse, a->batch_sizes)) return false;
  ts_list list = {ts_temp(cx, s.steps * (int64_t)sizeof *list.v + 1), s.steps};
  if (!list.v) return false;
  for (int64_t k = 0; k < s.steps; k++) {
    const int64_t t = step_at(&s, k), m = s.sizes[t], n = s.n;
    ts_tensor *gx = ts_narrow(cx, x, 0, s.start[t], m), *from = ts_narrow(cx, h, 0, 0, m), *now, *cell = NULL;
    ts_tensor *gh = ts_linear(cx, from, a->w_hh, a->b_hh);
    if (s.mode == TS_RNN_LSTM) {
      ts_tensor *g = ADD(gx, gh), *i = ts_sigmoid(cx, part(cx, g, 0, n)), *f = ts_sigmoid(cx, part(cx, g, 1, n));
      cell = ADD(MUL(f, ts_narrow(cx, c, 0, 0, m)), MUL(i, ts_tanh(cx, part(cx, g, 2, n))));
      now = MUL(ts_sigmoid(cx, part(cx, g, 3, n)), ts_tanh(cx, cell));
      if (a->w_hr) now = ts_linear(cx, now, a->w_hr, NULL);
    } else if (s.mode == TS_RNN_GRU) {
      ts_tensor *r = ts_sigmoid(cx, ADD(part(cx, gx, 0, n), part(cx, gh, 0, n))), *z = ts_sigmoid(cx, ADD(part(cx, gx, 1, n), part(cx, gh, 1, n)));
      ts_tensor *fresh = ts_tanh(cx, ADD(part(cx, gx, 2, n), MUL(r, part(cx, gh, 2, n))));
      now = ADD(MUL(SUB(from, fresh), z), fresh);
    } else {
      ts_tensor *g = ADD(gx, gh);
      now = s.mode == TS_RNN_RELU ? ts_relu(cx, g) : ts_tanh(cx, g);
    }
    list.v[t] = now;
    if (ts_failed(cx)) return false;
    const bool whole = m == s.batch;
    h = whole ? now : ts_cat(cx, (ts_list){(ts_tensor *[]){now, ts_narrow(cx, h, 0, m, s.batch - m)}, 2}, 0);
    if (cell) c = whole ? cell : ts_cat(cx, (ts_list){(ts_tensor *[]){cell, ts_narrow(cx, c, 0, m, s.batch - m)}, 2}, 0);
  }
  out->t[0] = s.steps ? ts_cat(cx, list, 0) : ts_zeros(cx, TS_INTS(0, s.p), (ts_dtype)x->dtype);
  out->t[1] = h;
  out->t[2] = c ? c : ts_zeros(cx, TS_INTS(0), (ts_dtype)x->dtype);
  return !ts_failed(cx);
}
