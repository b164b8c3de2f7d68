/* The walk that all reductions share. */
#include "reduce.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include "../core/threads.h"
#include "kernels.h"

bool ts_dim_mask(ts_cx *cx, ts_ints dims, int ndim, uint64_t *mask) {
  *mask = 0;
  if (dims.n <= 0) {
    *mask = ndim == 64 ? UINT64_MAX : ((uint64_t)1 << ndim) - 1;
    return true;
  }
  for (int64_t i = 0; i < dims.n; i++) {
    int d;
    if (!ts_wrap_dim(cx, dims.v[i], ndim, &d)) return false;
    if (*mask >> d & 1) return ts_fail(cx, TS_ERR_ARGUMENT, "dim %d appears multiple times in the list of dims", d);
    *mask |= (uint64_t)1 << d;
  }
  return true;
}

int ts_reduced_sizes(const ts_tensor *t, uint64_t mask, bool keepdim, int64_t *sizes) {
  int n = 0;
  for (int d = 0; d < t->ndim; d++) {
    if (!(mask >> d & 1)) sizes[n++] = t->sizes[d];
    else if (keepdim) sizes[n++] = 1;
  }
  return n;
}

static void join_sum(ts_word *a, const ts_word *b) { a->f += b->f; }
static void join_whole(ts_word *a, const ts_word *b) { a->i = (int64_t)((uint64_t)a->i + (uint64_t)b->i); }
static void join_prod(ts_word *a, const ts_word *b) { a->f *= b->f; }
static void join_complex_sum(ts_word *a, const ts_word *b) {
  a[0].f += b[0].f;
  a[1].f += b[1].f;
}
static void join_complex_prod(ts_word *a, const ts_word *b) {
  double re = a[0].f * b[0].f - a[1].f * b[1].f;
  a[1].f = a[0].f * b[1].f + a[1].f * b[0].f;
  a[0].f = re;
}
static void join_whole_prod(ts_word *a, const ts_word *b) { a->i = (int64_t)((uint64_t)a->i * (uint64_t)b->i); }
static void join_max(ts_word *a, const ts_word *b) { a->f = b->f > a->f || b->f != b->f ? b->f : a->f; }
static void join_min(ts_word *a, const ts_word *b) { a->f = b->f < a->f || b->f != b->f ? b->f : a->f; }
static void join_whole_max(ts_word *a, const ts_word *b) { a->i = b->i > a->i ? b->i : a->i; }
static void join_whole_min(ts_word *a, const ts_word *b) { a->i = b->i < a->i ? b->i : a->i; }

static void take_later(ts_word *a, const ts_word *b, bool better) {
  if (better) {
    a[0] = b[0];
    a[1].i = a[2].i + b[1].i;
  }
  a[2].i += b[2].i;
}
/* The first NaN, else the first of the best. */
static void join_argmax(ts_word *a, const ts_word *b) { take_later(a, b, a->f == a->f && (b->f > a->f || b->f != b->f || a[2].i == 0)); }
static void join_argmin(ts_word *a, const ts_word *b) { take_later(a, b, a->f == a->f && (b->f < a->f || b->f != b->f || a[2].i == 0)); }
static void join_whole_argmax(ts_word *a, const ts_word *b) { take_later(a, b, b->i > a->i || a[2].i == 0); }
static void join_whole_argmin(ts_word *a, const ts_word *b) { take_later(a, b, b->i < a->i || a[2].i == 0); }

/* Chan's formula. */
static void join_moments(ts_word *a, const ts_word *b) {
  if (b[0].f == 0) return;
  double n = a[0].f + b[0].f, delta = b[1].f - a[1].f;
  a[1].f = a[0].f == 0 ? b[1].f : a[1].f + delta * (b[0].f / n);
  a[2].f = a[0].f == 0 ? b[2].f : a[2].f + b[2].f + delta * delta * (a[0].f * b[0].f / n);
  a[0].f = n;
}

/* Both extremes while their elements are in the cache; words: smallest, largest. */
enum { NEAR = 4096, SIDE = 256 };
static void extremes(ts_dtype d, ts_word *acc, const char *in, int64_t n, int64_t step, int64_t cols) {
  const ts_reduce_loop min = ts_loops.reduce[TS_RED_MIN][d], max = ts_loops.reduce[TS_RED_MAX][d];
  if (cols == 1) {
    for (int64_t i = 0; i < n; i += NEAR) {
      const int64_t count = n - i < NEAR ? n - i : NEAR;
      min(acc, in + i * step, count, step, 1);
      max(acc + 1, in + i * step, count, step, 1);
    }
    return;
  }
  ts_word side[2][SIDE];
  for (int64_t c = 0; c < cols; c += SIDE) {
    const int64_t width = cols - c < SIDE ? cols - c : SIDE;
    for (int64_t k = 0; k < 2 * width; k++) side[k & 1][k / 2] = acc[2 * c + k];
    for (int64_t i = 0; i < n; i += 16) {
      const char *from = in + i * step + c * ts_itemsize(d);
      const int64_t count = n - i < 16 ? n - i : 16;
      /* A lone column is not what loops take for elements side by side. */
      for (int64_t r = 0; r < (width == 1 ? count : 1); r++) {
        min(side[0], from + r * step, width == 1 ? 1 : count, step, width);
        max(side[1], from + r * step, width == 1 ? 1 : count, step, width);
      }
    }
    for (int64_t k = 0; k < 2 * width; k++) acc[2 * c + k] = side[k & 1][k / 2];
  }
}
static void extremes_f32(void *acc, const char *in, int64_t n, int64_t step, int64_t cols) { extremes(TS_FLOAT32, acc, in, n, step, cols); }
static void extremes_f64(void *acc, const char *in, int64_t n, int64_t step, int64_t cols) { extremes(TS_FLOAT64, acc, in, n, step, cols); }
static void extremes_i64(void *acc, const char *in, int64_t n, int64_t step, int64_t cols) { extremes(TS_INT64, acc, in, n, step, cols); }
static void join_extremes(ts_word *a, const ts_word *b) {
  join_min(a, b);
  join_max(a + 1, b + 1);
}
static void join_whole_extremes(ts_word *a, const ts_word *b) {
  join_whole_min(a, b);
  join_whole_max(a + 1, b + 1);
}

ts_reduction ts_reduction_of(ts_reduce_id id, ts_dtype dtype) {
  bool whole = ts_is_integral(dtype, true);
  if (id == TS_RED_EXTREMES) {
    const ts_reduce_loop loop = dtype == TS_FLOAT32 ? extremes_f32 : dtype == TS_FLOAT64 ? extremes_f64 : dtype == TS_INT64 ? extremes_i64 : NULL;
    if (whole) return (ts_reduction){loop, 2, {{.i = INT64_MAX}, {.i = INT64_MIN}, {0}}, join_whole_extremes};
    return (ts_reduction){loop, 2, {{.f = INFINITY}, {.f = -INFINITY}, {0}}, join_extremes};
  }
  ts_reduction r = {ts_loops.reduce[id][dtype], 1, {{0}, {0}, {0}}, whole ? join_whole : join_sum};
  if (ts_is_complex(dtype)) {
    r.words = 2;
    r.join = id == TS_RED_PROD ? join_complex_prod : join_complex_sum;
    r.start[0].f = id == TS_RED_PROD;
    return r;
  }
  switch (id) {
    case TS_RED_PROD:
      r.join = whole ? join_whole_prod : join_prod;
      if (whole) r.start[0].i = 1;
      else r.start[0].f = 1;
      break;
    case TS_RED_MAX: case TS_RED_ARGMAX:
      if (whole) r.start[0].i = INT64_MIN;
      else r.start[0].f = -INFINITY;
      r.join = whole ? join_whole_max : join_max;
      break;
    case TS_RED_MIN: case TS_RED_ARGMIN:
      if (whole) r.start[0].i = INT64_MAX;
      else r.start[0].f = INFINITY;
      r.join = whole ? join_whole_min : join_min;
      break;
    case TS_RED_MOMENTS:
      r.words = 3;
      r.join = join_moments;
      break;
    default: break;
  }
  if (id == TS_RED_ARGMAX || id == TS_RED_ARGMIN) {
    r.words = 3;
    if (id == TS_RED_ARGMAX) r.join = whole ? join_whole_argmax : join_argmax;
    else r.join = whole ? join_whole_argmin : join_argmin;
  }
  return r;
}

/* Dims of one kind (kept or reduced), innermost first, merged where memory allows. */
typedef struct { int n; int64_t sizes[TS_MAX_DIM], steps[TS_MAX_DIM], out[TS_MAX_DIM]; } group;

static void add_dim(group *g, int64_t size, int64_t step, int64_t out) {
  if (size == 1) return;
  int at = g->n++;
  for (; at > 0 && g->steps[at - 1] > step; at--) {
    g->sizes[at] = g->sizes[at - 1];
    g->steps[at] = g->steps[at - 1];
    g->out[at] = g->out[at - 1];
  }
  g->sizes[at] = size;
  g->steps[at] = step;
  g->out[at] = out;
}

static void merge(group *g) {
  if (g->n == 0) return;
  int last = 0;
  for (int d = 1; d < g->n; d++) {
    if (g->steps[d] == g->steps[last] * g->sizes[last] && g->out[d] == g->out[last] * g->sizes[last]) {
      g->sizes[last] *= g->sizes[d];
    } else {
      last++;
      g->sizes[last] = g->sizes[d];
      g->steps[last] = g->steps[d];
      g->out[last] = g->out[d];
    }
  }
  g->n = last + 1;
}

typedef struct {
  group kept, reduced;
  const char *in;
  ts_word *acc;
  const ts_reduction *r;
  bool columns;    /* the inner loop runs over the first kept dim */
  int64_t outputs; /* positions of the kept dims, the first left out with columns */
  int64_t words;   /* in one result */
  int64_t piece;   /* of the outermost reduced dim; 0: all of it */
} job;

/* Takes in everything that belongs to one position of the kept dims (or one row of the first, with columns), of which only
   the given part of the outermost reduced dim. */
static void reduce_one(const job *j, const char *in, ts_word *acc, int64_t begin, int64_t end) {
  const group *r = &j->reduced;
  int64_t cols = j->columns ? j->kept.sizes[0] : 1;
  if (r->n <= 1) {
    int64_t step = r->n ? r->steps[0] : 0;
    j->r->loop(acc, in + begin * step, end - begin, step, cols);
    return;
  }
  int last = r->n - 1;
  int64_t at[TS_MAX_DIM] = {0};
  in += begin * r->steps[last];
  at[last] = begin;
  for (;;) {
    j->r->loop(acc, in, r->sizes[0], r->steps[0], cols);
    int d = 1;
    for (; d < last; d++) {
      in += r->steps[d];
      if (++at[d] < r->sizes[d]) break;
      in -= r->steps[d] * r->sizes[d];
      at[d] = 0;
    }
    if (d < last) continue;
    in += r->steps[last];
    if (++at[last] >= end) return;
  }
}

static void reduce_range(void *arg, int64_t begin, int64_t end) {
  const job *j = arg;
  int64_t outermost = j->reduced.n ? j->reduced.sizes[j->reduced.n - 1] : 1;
  for (int64_t i = begin; i < end; i++) {
    int64_t rest = i % j->outputs, piece = i / j->outputs, in = 0, out = 0;
    for (int d = j->columns ? 1 : 0; d < j->kept.n; d++) {
      int64_t at = rest % j->kept.sizes[d];
      rest /= j->kept.sizes[d];
      in += at * j->kept.steps[d];
      out += at * j->kept.out[d];
    }
    int64_t from = piece * j->piece, to = j->piece && from + j->piece < outermost ? from + j->piece : outermost;
    reduce_one(j, j->in + in, j->acc + piece * j->words + out * j->r->words, from, to);
  }
}

static void fill(ts_word *acc, int64_t n, const ts_reduction *r) {
  for (int64_t i = 0; i < n; i++)
    for (int w = 0; w < r->words; w++) *acc++ = r->start[w];
}

enum { PIECE = 65536, FEW = 16, JOINING = 256 };

/* Groups the dims; false when elements that the inner loop takes together do not lie side by side. */
static bool plan(job *j, const ts_tensor *self, uint64_t mask, int64_t *results) {
  int64_t item = ts_itemsize((ts_dtype)self->dtype);
  *results = 1;
  for (int d = self->ndim - 1; d >= 0; d--) {
    bool reduced = mask >> d & 1;
    add_dim(reduced ? &j->reduced : &j->kept, self->sizes[d], self->strides[d] * item, reduced ? 0 : *results);
    if (!reduced) *results *= self->sizes[d];
  }
  if (self->numel == 0) return true;
  merge(&j->kept);
  merge(&j->reduced);
  j->in = ts_data(self);
  j->columns = j->kept.n && j->kept.out[0] == 1 && (!j->reduced.n || j->kept.steps[0] < j->reduced.steps[0]);
  return j->columns ? j->kept.steps[0] == item : !j->reduced.n || j->reduced.steps[0] == item;
}

bool ts_reduce(ts_cx *cx, ts_tensor *self, uint64_t mask, const ts_reduction *r, ts_word *acc) {
  if (!r->loop) return ts_fail(cx, TS_ERR_DTYPE, "not implemented for %s", ts_dtype_name((ts_dtype)self->dtype));
  job j = {.acc = acc, .r = r};
  int64_t results;
  if (!plan(&j, self, mask, &results)) {
    ts_tensor *copy = ts_empty(cx, (ts_dtype)self->dtype, self->ndim, self->sizes);
    if (!copy || !ts_raw_copy(cx, copy, self)) return false;
    self = copy;
    j = (job){.acc = acc, .r = r};
    plan(&j, self, mask, &results);
  }
  fill(acc, results, r);
  if (self->numel == 0) return true;
  j.outputs = results / (j.columns ? j.kept.sizes[0] : 1);
  j.words = results * r->words;
  int64_t each = self->numel / j.outputs;
  /* Few results of many elements: fixed pieces with accumulators of their own, joined in order. */
  int64_t outermost = j.reduced.n ? j.reduced.sizes[j.reduced.n - 1] : 1, pieces = 1;
  if (j.outputs < FEW && each >= 4 * PIECE && each / results >= 16) {
    const int64_t inner = each / outermost, least = JOINING * results / inner + 1; /* accumulators of a piece are joined one by one */
    j.piece = inner >= PIECE ? 1 : PIECE / inner;
    if (j.piece < least) j.piece = least < (outermost + 3) / 4 ? least : (outermost + 3) / 4;
    pieces = (outermost + j.piece - 1) / j.piece;
  }
  if (pieces > 1) {
    ts_word *parts = ts_temp(cx, pieces * j.words * (int64_t)sizeof *parts);
    if (!parts) return false;
    fill(parts, pieces * results, r);
    j.acc = parts;
    ts_parallel_for(pieces * j.outputs, 1, reduce_range, &j);
    for (int64_t p = 0; p < pieces; p++)
      for (int64_t i = 0; i < results; i++) r->join(acc + i * r->words, parts + p * j.words + i * r->words);
  } else {
    j.piece = 0;
    ts_parallel_for(j.outputs, each >= 32768 ? 1 : 32768 / each, reduce_range, &j);
  }
  return true;
}

ts_tensor *ts_reduced(ts_cx *cx, ts_tensor *self, uint64_t mask, bool keepdim, ts_reduce_id id) {
  if (!self || (!ts_loops.reduce[id][self->dtype] && !(self = ts_raw_cast(cx, self, ts_reduce_dtype((ts_dtype)self->dtype))))) return NULL;
  int64_t sizes[TS_MAX_DIM];
  int ndim = ts_reduced_sizes(self, mask, keepdim, sizes);
  ts_reduction r = ts_reduction_of(id, (ts_dtype)self->dtype);
  ts_dtype d = (ts_dtype)self->dtype;
  ts_tensor *acc = ts_empty(cx, ts_is_integral(d, true) ? TS_INT64 : ts_is_complex(d) ? TS_COMPLEX128 : TS_FLOAT64, ndim, sizes);
  return acc && ts_reduce(cx, self, mask, &r, ts_data(acc)) ? acc : NULL;
}
