/* Correlations of few channels by few, tap by tap: see ts_direct_loops in correlate.h. */
#include <stdatomic.h>
#include <string.h>
#include "../core/alloc.h"
#include "../core/threads.h"
#include "kernels.h"

enum {
  FEW_IN = 4, FEW_OUT = 2, /* channels of a group */
  COLUMNS = 16 << 10,      /* bytes of a strip's results: with its piece in the first-level cache */
  BAND = 16 << 10,         /* bytes of results that are made of a plane at a time */
  MANY = 16,               /* planes that are worth a way of their own */
  SLACK = 64,              /* bytes behind a piece: the last vector of its last row */
  SHARE_FROM = 1 << 19     /* multiplications that are worth a second thread */
};

typedef struct {
  const ts_correlation *c;
  ts_strips s;
  bool is_double;
  int64_t item, k, volume, places; /* bytes of an element; weights of a result; elements of a channel of the input, of the result's tensor */
  const char *in, *rows;           /* rows: of weights, or the gradient of the result */
  char *out;
  const ts_conv_finish *finish;
  int64_t band, bands; /* rows of a plane at a time, and how often */
  atomic_bool failed;
} job;

bool ts_direct_pays(const ts_correlation *c) { return c->in_channels <= FEW_IN && c->out_channels <= FEW_OUT; }

static int64_t pieces_for(const ts_correlation *c, int64_t k) {
  const double results = (double)c->batch * (double)(c->groups * c->out_channels) * (double)c->axis[0].out * (double)c->axis[1].out * (double)c->axis[2].out;
  return ts_num_threads() == 1 || results * (double)k < SHARE_FROM ? 1 : 2 * ts_num_threads();
}

static char *scratch(job *j, int64_t sums) {
  const ts_strips *s = &j->s;
  const int64_t used = j->c->in_channels * s->channel, size = s->size * j->item + SLACK;
  char *piece = ts_alloc((size_t)(size + sums * j->item));
  if (piece) memset(piece + used * j->item, 0, (size_t)(size - used * j->item));
  else atomic_store(&j->failed, true);
  return piece;
}

static void lay(const job *j, const ts_strip *t, int64_t group, char *piece) {
  const int64_t channels = j->c->in_channels, all = j->c->groups * channels;
  ts_loops.strips[j->is_double].lay(&j->s, t, channels, j->in + (t->n * all + group * channels) * j->volume * j->item, j->volume, all * j->volume, piece);
}

/* The results of a strip lie in rows a result apart, or are put where they belong one by one. */
static void finish_rows(const job *j, const ts_strip *t, int64_t image, const char *sums, int64_t at, int64_t sum_row) {
  const ts_axis *h = &j->c->axis[1], *w = &j->c->axis[2];
  const char *residual = j->finish->residual;
  const bool dense = !sums && t->cols == w->full && h->by == 1; /* rows that follow each other are one */
  for (int64_t n = 0; n < t->images; n++)
    for (int64_t r = 0; r < (dense ? 1 : t->rows); r++) {
      const int64_t to = (at + n * image + r * h->by * w->full) * j->item;
      const char *from = sums ? sums + (n * j->s.image_rows * j->s.pitch + r * sum_row) * j->item : j->out + to;
      ts_loops.strips[j->is_double].carry(j->out + to, w->by, from, dense ? t->rows * t->cols : t->cols, residual ? residual + to : NULL, j->finish);
    }
}

/* Tasks: strips, in each the groups. */
static void sums_some(void *arg, int64_t begin, int64_t end) {
  job *j = arg;
  const ts_correlation *c = j->c;
  const ts_strips *s = &j->s;
  const ts_axis *d = &c->axis[0], *h = &c->axis[1], *w = &c->axis[2];
  const bool spread = w->by != 1, after = spread || j->finish->residual;
  char *piece = scratch(j, spread ? s->columns : 0), *sums = spread ? piece + s->size * j->item + SLACK : NULL;
  for (int64_t task = begin; task < end && piece; task++) {
    const int64_t group = task % c->groups;
    const ts_strip t = ts_strip_at(s, task / c->groups);
    lay(j, &t, group, piece);
    for (int64_t m = group * c->out_channels; m < (group + 1) * c->out_channels; m++) {
      const int64_t plane = (t.n * c->groups * c->out_channels + m) * d->full + d->from + t.depth * d->by, image = c->groups * c->out_channels * j->places;
      const int64_t at = (plane * h->full + h->from + t.row * h->by) * w->full + w->from + t.col * w->by;
      const char *bias = j->finish->bias ? (const char *)j->finish->bias + m * j->item : NULL;
      ts_loops.direct[j->is_double].sums(s, &t, j->k, piece, j->rows + m * j->k * j->item, bias, spread ? sums : j->out + at * j->item,
                                         spread ? s->image_rows * s->pitch : image, spread ? s->pitch : h->by * w->full, j->finish->clamp && !after ? j->finish : NULL);
      if (after) finish_rows(j, &t, image, sums, at, s->pitch);
    }
  }
  ts_free(piece);
}

/* Whole planes of 3x3 taps that are as in most nets. */
static bool reads_planes(const ts_correlation *c, bool is_double) {
  const ts_axis *d = &c->axis[0], *h = &c->axis[1], *w = &c->axis[2];
  bool plain = ts_loops.direct[is_double].plane && c->in_channels == 1 && d->in == 1 && d->out == 1 && d->taps == 1 && d->first == 0 && d->full == 1 && h->step == w->step && w->step <= 2;
  for (const ts_axis *a = h; plain && a <= w; a++) plain = a->taps == 3 && a->gap == 1 && a->first == -1 && a->by == 1 && a->full == a->out && a->in == a->out * a->step;
  return plain && w->out * (is_double ? 8 : 4) >= 16 && c->batch * c->groups >= MANY;
}

/* Tasks: planes of results, in each some rows. */
static void planes_some(void *arg, int64_t begin, int64_t end) {
  job *j = arg;
  const ts_correlation *c = j->c;
  const ts_conv_finish *f = j->finish;
  const int64_t rows = c->axis[1].out, cols = c->axis[2].out, item = j->item;
  ts_plane p = {.rows = rows, .cols = cols, .step = c->axis[1].step, .clamp = f->clamp && !f->residual ? f : NULL};
  for (int64_t task = begin; task < end; task++) {
    const int64_t plane = task / j->bands, m = plane % (c->groups * c->out_channels), from = task % j->bands * j->band, to = from + j->band < rows ? from + j->band : rows;
    const int64_t at = (plane * rows + from) * cols * item;
    p.in = j->in + plane / c->out_channels * j->volume * item;
    p.weights = j->rows + m * j->k * item;
    p.bias = f->bias ? (const char *)f->bias + m * item : NULL;
    p.out = j->out + plane * j->places * item;
    ts_loops.direct[j->is_double].plane(&p, from, to);
    if (f->residual) ts_loops.strips[j->is_double].carry(j->out + at, 1, j->out + at, (to - from) * cols, (const char *)f->residual + at, f);
  }
}

/* Tasks: groups. */
static void dots_some(void *arg, int64_t begin, int64_t end) {
  job *j = arg;
  const ts_correlation *c = j->c;
  const int64_t strips = ts_strip_count(&j->s), all = c->groups * c->out_channels, height = c->axis[1].full, width = c->axis[2].full;
  char *piece = scratch(j, 0);
  for (int64_t group = begin; group < end && piece; group++)
    for (int64_t i = 0; i < strips; i++) {
      const ts_strip t = ts_strip_at(&j->s, i);
      lay(j, &t, group, piece);
      for (int64_t m = group * c->out_channels; m < (group + 1) * c->out_channels; m++) {
        const int64_t at = (((t.n * all + m) * c->axis[0].full + t.depth) * height + t.row) * width + t.col;
        ts_loops.direct[j->is_double].dots(&j->s, &t, j->k, piece, j->rows + at * j->item, all * j->places, width, j->out + m * j->k * j->item);
      }
    }
  ts_free(piece);
}

static bool run(ts_cx *cx, job *j, const void *in, const void *rows, const ts_conv_finish *finish, void *out, bool dots) {
  const ts_correlation *c = j->c;
  j->k = c->in_channels * ts_tap_count(c);
  j->volume = j->places = 1;
  for (int d = 0; d < 3; d++) j->volume *= c->axis[d].in, j->places *= c->axis[d].full;
  j->in = in;
  j->rows = rows;
  j->out = out;
  j->finish = finish;
  const int64_t pieces = pieces_for(c, j->k);
  if (!dots && reads_planes(c, j->is_double)) {
    const int64_t rows = c->axis[1].out, most = BAND / (c->axis[2].out * j->item);
    j->band = most < 4 ? 4 : most;
    j->bands = (rows + j->band - 1) / j->band;
    j->band = (rows + j->bands - 1) / j->bands;
    const int64_t tasks = c->batch * c->groups * c->out_channels * j->bands;
    if (pieces > 1) ts_parallel_for(tasks, 1, planes_some, j);
    else planes_some(j, 0, tasks);
    return true;
  }
  if (!ts_strips_of(cx, c, j->is_double, COLUMNS / j->item, dots ? 1 : pieces, c->in_channels, &j->s)) return false;
  const int64_t tasks = dots ? c->groups : ts_strip_count(&j->s) * c->groups;
  void (*const some)(void *, int64_t, int64_t) = dots ? dots_some : sums_some;
  if (pieces > 1) ts_parallel_for(tasks, 1, some, j);
  else some(j, 0, tasks);
  return !atomic_load(&j->failed) || ts_fail(cx, TS_ERR_MEMORY, "out of memory");
}

bool ts_direct(ts_cx *cx, const ts_correlation *c, bool is_double, const void *in, const void *rows, const ts_conv_finish *finish, void *out) {
  job j = {.c = c, .is_double = is_double, .item = is_double ? 8 : 4};
  return run(cx, &j, in, rows, finish, out, false);
}
bool ts_direct_rows(ts_cx *cx, const ts_correlation *c, bool is_double, const void *grad, const void *in, void *rows) {
  job j = {.c = c, .is_double = is_double, .item = is_double ? 8 : 4};
  return run(cx, &j, in, grad, NULL, rows, true);
}
