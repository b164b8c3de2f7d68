/* The geometry of correlate.h. */
#include "correlate.h"
#include "../gemm/gathered.h"

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
static int64_t most(int64_t a, int64_t b) { return a > b ? a : b; }
static int64_t pieces_of(int64_t n, int64_t size) { return (n + size - 1) / size; }
/* n in equal pieces of at most `size`. */
static int64_t even(int64_t n, int64_t size) { return pieces_of(n, pieces_of(n, most(size, 1))); }

int64_t ts_whole_panels(int64_t columns, bool is_double) {
  const int64_t panel = ts_gathered_panel(is_double);
  return pieces_of(columns, panel) * panel;
}

void ts_trim_taps(ts_axis *a) {
  const int64_t span = (a->out - 1) * a->step;
  int64_t lo = 0, hi = a->taps;
#define OUTSIDE(t) (a->first + a->gap * (t) >= a->in || a->first + a->gap * (t) + span < 0)
  while (lo < hi && OUTSIDE(lo)) lo++;
  while (lo < hi && OUTSIDE(hi - 1)) hi--;
#undef OUTSIDE
  a->first += a->gap * lo;
  a->tap_from += a->tap_by * lo;
  a->taps = hi - lo;
}

static bool taps_of(ts_cx *cx, const ts_axis *a, ts_taps *t) {
  int64_t *memory = ts_temp(cx, 3 * a->taps * (int64_t)sizeof *memory + 1);
  if (!memory) return false;
  *t = (ts_taps){.low = least(a->first, a->first + a->gap * (a->taps - 1)), .residue = memory, .plane = memory + a->taps, .shift = memory + 2 * a->taps};
  for (int64_t i = 0; i < a->taps; i++) {
    const int64_t above = a->first + a->gap * i - t->low, residue = above % a->step;
    int64_t p = 0;
    while (p < t->planes && t->residue[p] != residue) p++;
    if (p == t->planes) t->residue[t->planes++] = residue;
    t->plane[i] = p;
    t->shift[i] = above / a->step;
    t->halo = most(t->halo, t->shift[i]);
  }
  return true;
}

/* Zeros behind a row (an image) that are also those in front of the next. */
static int64_t shared(const ts_axis *a, const ts_taps *t, int64_t taken) {
  if (a->step != 1 || taken < a->out) return 0;
  const int64_t front = most(-t->low, 0), behind = most(taken + t->halo - (a->in - t->low), 0);
  return least(least(front, behind), t->halo);
}

/* About `rows` of `out` rows, so that panels are filled best: the fewest columns over all strips, then the fewest strips. */
static int64_t best_rows(int64_t out, int64_t rows, int64_t pitch, int64_t cols, bool is_double) {
  int64_t best = 0, best_cost = 0;
  for (int64_t r = most(1, rows / 2); r <= least(out, rows + (rows + 2) / 3); r++) {
    const int64_t cost = out / r * ts_whole_panels((r - 1) * pitch + cols, is_double) + (out % r ? ts_whole_panels((out % r - 1) * pitch + cols, is_double) : 0);
    if (!best || cost <= best_cost) best = r, best_cost = cost;
  }
  return best;
}

/* What follows from the pitch and the rows of an image. */
static bool places_of(ts_cx *cx, bool is_double, ts_strips *s) {
  const ts_axis *h = &s->c->axis[1], *w = &s->c->axis[2];
  s->plane = s->images * s->image_rows * s->pitch;
  s->columns = ts_whole_panels(((s->images - 1) * s->image_rows + s->rows - 1) * s->pitch + s->cols, is_double);
  const int64_t across = s->taps[1].planes * s->taps[2].planes, reach = s->taps[1].halo * s->pitch + s->taps[2].halo + s->columns;
  s->channel = s->c->axis[0].taps * across * s->plane;
  s->size = s->channels * s->channel + most(reach - s->plane, 0);
  const int64_t kernel = s->c->axis[0].taps * h->taps * w->taps;
  ptrdiff_t *at = s->at = ts_temp(cx, s->channels * kernel * (int64_t)sizeof *at + 1);
  if (!at) return false;
  for (int64_t k = 0; k < s->channels; k++)
    for (int64_t z = 0; z < s->c->axis[0].taps; z++)
      for (int64_t y = 0; y < h->taps; y++)
        for (int64_t x = 0; x < w->taps; x++)
          *at++ = (ptrdiff_t)(k * s->channel + ((z * s->taps[1].planes + s->taps[1].plane[y]) * s->taps[2].planes + s->taps[2].plane[x]) * s->plane +
                              s->taps[1].shift[y] * s->pitch + s->taps[2].shift[x]);
  return true;
}

bool ts_strips_of(ts_cx *cx, const ts_correlation *c, bool is_double, int64_t columns, int64_t pieces, int64_t channels, ts_strips *s) {
  const ts_axis *h = &c->axis[1], *w = &c->axis[2];
  *s = (ts_strips){.c = c, .images = 1, .rows = h->out, .cols = w->out, .channels = channels};
  for (int d = 0; d < 3; d++)
    if (!taps_of(cx, &c->axis[d], &s->taps[d])) return false;
  const int64_t row = w->out + s->taps[2].halo - shared(w, &s->taps[2], w->out), height = h->out + s->taps[1].halo;
  if (row > 2 * columns) {
    s->rows = 1;
    s->cols = even(w->out, columns);
  } else if (row * height > columns + columns / 2) {
    s->rows = best_rows(h->out, most(columns / row, 1), row, w->out, is_double);
  } else if (c->axis[0].out == 1) {
    s->images = most(least(c->batch, columns / (row * height)), 1);
  }
  /* Finer, for threads, down to a few vectors. */
  const int64_t others = c->axis[0].out * c->groups;
  if (pieces_of(c->batch, s->images) * others * pieces_of(h->out, s->rows) * pieces_of(w->out, s->cols) < pieces) {
    if (s->images > 1) s->images = even(c->batch, most(1, c->batch * others / pieces));
    const int64_t wanted = pieces_of(pieces, pieces_of(c->batch, s->images) * others), floor = 2 * ts_gathered_panel(is_double);
    if (wanted > 1 && s->rows > 1) s->rows = even(h->out, most(pieces_of(h->out, wanted), pieces_of(floor, row)));
    else if (wanted > 1 && h->out == 1) s->cols = even(w->out, most(pieces_of(w->out, wanted), floor));
  }
  s->count_n = pieces_of(c->batch, s->images);
  s->count_h = pieces_of(h->out, s->rows);
  s->count_w = pieces_of(w->out, s->cols);
  s->pitch = s->cols + s->taps[2].halo - shared(w, &s->taps[2], s->cols);
  s->image_rows = s->rows + s->taps[1].halo - shared(h, &s->taps[1], s->rows);
  return places_of(cx, is_double, s);
}

bool ts_strips_like(ts_cx *cx, const ts_correlation *c, const ts_strips *like, ts_strips *s) {
  *s = *like;
  s->c = c;
  for (int d = 0; d < 3; d++)
    if (!taps_of(cx, &c->axis[d], &s->taps[d])) return false;
  return places_of(cx, false, s);
}

ts_strip ts_strip_at(const ts_strips *s, int64_t i) {
  const ts_correlation *c = s->c;
  ts_strip t = {.col = i % s->count_w * s->cols, .row = i / s->count_w % s->count_h * s->rows, .depth = i / s->count_w / s->count_h % c->axis[0].out,
                .n = i / s->count_w / s->count_h / c->axis[0].out * s->images};
  t.images = least(c->batch - t.n, s->images);
  t.rows = least(c->axis[1].out - t.row, s->rows);
  t.cols = least(c->axis[2].out - t.col, s->cols);
  t.columns = ((t.images - 1) * s->image_rows + t.rows - 1) * s->pitch + t.cols;
  return t;
}
