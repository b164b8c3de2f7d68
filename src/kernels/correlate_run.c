/* Correlations run: strips as tasks for the threads. */
#include <stdatomic.h>
#include <string.h>
#include "../core/alloc.h"
#include "../core/threads.h"
#include "../gemm/gathered.h"
#include "../gemm/gemm.h"
#include "kernels.h"

enum {
  SUMS_BYTES = 256 << 10, /* of a strip */
  FEW_ROWS = 4,           /* of weights are read as they lie */
  MOST_ROWS = 240,        /* of a block of weights, which with the sums should stay in the second-level cache */
  GRADIENT_COLUMNS = 144, GRADIENT_ROWS = 64, /* of a block of a gradient of weights */
  FEW = 256,              /* results of a strip over which such a gradient is better taken as a product of matrices */
  SHARE_FROM = 1 << 19    /* multiplications that are worth a second thread */
};

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
static int64_t most(int64_t a, int64_t b) { return a > b ? a : b; }
static int64_t pieces_of(int64_t n, int64_t size) { return (n + size - 1) / size; }

typedef struct {
  const ts_correlation *c;
  ts_strips s;
  bool is_double;
  int64_t item, unit;              /* bytes of an element; rows of a tile */
  const char *in, *rows, *packed;  /* packed: rows in the product's order, or NULL */
  char *out;
  const ts_conv_finish *finish;
  int64_t taps, k, channels, blocks; /* columns of rows; channels of a block and their blocks */
  int64_t m_block, m_blocks;         /* rows of a task */
  int64_t volume, places;            /* elements of a channel of the input, of the result's tensor */
  atomic_bool failed;
} job;

static job job_of(const ts_correlation *c, bool is_double) {
  job j = {.c = c, .is_double = is_double, .item = is_double ? 8 : 4, .unit = ts_gathered_rows(is_double), .taps = ts_tap_count(c), .volume = 1, .places = 1};
  j.k = c->in_channels * j.taps;
  for (int d = 0; d < 3; d++) j.volume *= c->axis[d].in, j.places *= c->axis[d].full;
  return j;
}

static double results(const ts_correlation *c) {
  return (double)c->batch * (double)(c->groups * c->out_channels) * (double)c->axis[0].out * (double)c->axis[1].out * (double)c->axis[2].out;
}

/* Channels in blocks as deep as the product likes, as equal as can be. */
static void split_channels(job *j) {
  const int64_t channels = j->c->in_channels, deepest = most(ts_gathered_depth(j->is_double) / j->taps, 1);
  j->channels = pieces_of(channels, pieces_of(channels, deepest));
  j->blocks = pieces_of(channels, j->channels);
}
static int64_t block_of(const job *j, int64_t block) { return least(j->c->in_channels - block * j->channels, j->channels); }

/* Rows in blocks, at least `wanted` of them if they can be cut so far. */
static void split_rows(job *j, int64_t wanted) {
  const int64_t rows = j->c->out_channels;
  j->m_blocks = most(pieces_of(rows, MOST_ROWS), wanted);
  j->m_block = pieces_of(pieces_of(rows, j->m_blocks), j->unit) * j->unit;
  j->m_blocks = pieces_of(rows, j->m_block);
}

typedef struct { const job *j; char *to; } packing;
static int64_t padded_rows(const job *j) { return pieces_of(j->c->out_channels, j->unit) * j->unit; }
static void pack_some(void *arg, int64_t begin, int64_t end) {
  const packing *p = arg;
  const job *j = p->j;
  const int64_t m = j->c->out_channels, padded = padded_rows(j);
  for (int64_t i = begin; i < end; i++) {
    const int64_t group = i / j->blocks, at = i % j->blocks * j->channels * j->taps, k = block_of(j, i % j->blocks) * j->taps;
    const void *from = j->rows + (group * m * j->k + at) * j->item;
    void *to = p->to + (group * padded * j->k + at * padded) * j->item;
    if (j->is_double) ts_gathered_pack_f64(m, k, from, j->k, to);
    else ts_gathered_pack_f32(m, k, from, j->k, to);
  }
}

static void pack_all(const job *j, char *to) {
  packing p = {j, to};
  ts_parallel_for(j->c->groups * j->blocks, 1 + 65536 / (padded_rows(j) * j->channels * j->taps + 1), pack_some, &p);
}

/* Packs the rows, unless they are, if they, and the results of each, are so many that it pays. */
static bool pack(ts_cx *cx, job *j) {
  const ts_correlation *c = j->c;
  if (j->packed || c->out_channels <= FEW_ROWS || results(c) / (double)(c->groups * c->out_channels) < (double)ts_gathered_pack_from(j->is_double)) return true;
  char *to = ts_temp(cx, c->groups * padded_rows(j) * j->k * j->item);
  if (!to) return false;
  pack_all(j, to);
  j->packed = to;
  return true;
}

int64_t ts_correlate_packed(const ts_correlation *c, bool is_double) {
  const job j = job_of(c, is_double);
  if (ts_winograd_pays(c, is_double)) return ts_winograd_packed(c);
  return c->out_channels <= FEW_ROWS || ts_direct_pays(c) ? 0 : c->groups * padded_rows(&j) * j.k;
}

bool ts_correlate_pack(const ts_correlation *c, bool is_double, const void *rows, void *packed) {
  if (ts_winograd_pays(c, is_double)) return ts_winograd_pack(c, rows, packed);
  job j = job_of(c, is_double);
  j.rows = rows;
  split_channels(&j);
  pack_all(&j, packed);
  return true;
}

/* sums (+)= rows [m0, m0 + m) of a block of channels, times b. `place`: where the sums are the result's own, the first of them there; or -1. */
static void multiply(const job *j, int64_t group, int64_t block, int64_t m0, int64_t m, const void *b, const ptrdiff_t *at, int64_t n, bool narrow, void *sums, int64_t ld, int64_t place) {
  const ts_correlation *c = j->c;
  const int64_t padded = padded_rows(j), column = block * j->channels * j->taps, depth = block_of(j, block) * j->taps;
  ts_gathered g = {.m = m, .n = n, .k = depth, .b = b, .at = at, .c = sums, .ldc = ld, .add = block > 0, .narrow = narrow};
  if (j->packed) {
    g.a = j->packed + (group * padded * j->k + column * padded + m0 * depth) * j->item;
  } else {
    g.a = j->rows + ((group * c->out_channels + m0) * j->k + column) * j->item;
    g.lda = j->k;
  }
  if (j->finish->bias) g.bias = (const char *)j->finish->bias + (group * c->out_channels + m0) * j->item;
  if (place >= 0 && block == j->blocks - 1) {
    if (j->finish->residual) g.residual = (const char *)j->finish->residual + place * j->item;
    g.clamp = j->finish->clamp;
    g.low = j->finish->low;
    g.high = j->finish->high;
  }
  if (j->is_double) ts_gathered_f64(&g);
  else ts_gathered_f32(&g);
}

static void carry_strip(const job *j, const ts_strip *t, int64_t group, int64_t m0, int64_t rows, const char *sums) {
  const ts_correlation *c = j->c;
  const ts_axis *d = &c->axis[0], *h = &c->axis[1], *w = &c->axis[2];
  const ts_strip_loops *loops = &ts_loops.strips[j->is_double];
  for (int64_t m = 0; m < rows; m++, sums += j->s.columns * j->item)
    for (int64_t n = 0; n < t->images; n++) {
      const int64_t plane = (((t->n + n) * c->groups + group) * c->out_channels + m0 + m) * d->full + d->from + t->depth * d->by;
      for (int64_t r = 0; r < t->rows; r++) {
        const int64_t at = ((plane * h->full + h->from + (t->row + r) * h->by) * w->full + w->from + t->col * w->by) * j->item;
        loops->carry(j->out + at, w->by, sums + (n * j->s.image_rows + r) * j->s.pitch * j->item, t->cols,
                     j->finish->residual ? (const char *)j->finish->residual + at : NULL, j->finish);
      }
    }
}

/* Tasks: strips, in each the groups, in each the blocks of rows. */
static void correlate_some(void *arg, int64_t begin, int64_t end) {
  job *j = arg;
  const ts_correlation *c = j->c;
  const ts_strips *s = &j->s;
  const int64_t used = s->channels * s->channel, all = c->groups * c->in_channels;
  char *piece = ts_alloc((size_t)((s->size + j->m_block * s->columns) * j->item)), *sums = piece + s->size * j->item;
  if (!piece) {
    atomic_store(&j->failed, true);
    return;
  }
  memset(piece + used * j->item, 0, (size_t)((s->size - used) * j->item));
  int64_t laid = -1;
  for (int64_t task = begin; task < end; task++) {
    const int64_t place = task / j->m_blocks, group = place % c->groups, m0 = task % j->m_blocks * j->m_block, rows = least(c->out_channels - m0, j->m_block);
    const ts_strip t = ts_strip_at(s, place / c->groups);
    for (int64_t b = 0; b < j->blocks; b++) {
      if (j->blocks > 1 || laid != place)
        ts_loops.strips[j->is_double].lay(s, &t, block_of(j, b), j->in + (t.n * all + group * c->in_channels + b * j->channels) * j->volume * j->item, j->volume, all * j->volume, piece);
      laid = place;
      multiply(j, group, b, m0, rows, piece, s->at, ts_whole_panels(t.columns, j->is_double), false, sums, s->columns, -1);
    }
    carry_strip(j, &t, group, m0, rows, sums);
  }
  ts_free(piece);
}

static bool run(ts_cx *cx, job *j, int64_t tasks, bool shared, void (*some)(void *, int64_t, int64_t)) {
  if (shared) ts_parallel_for(tasks, 1, some, j);
  else some(j, 0, tasks);
  return !atomic_load(&j->failed) || ts_fail(cx, TS_ERR_MEMORY, "out of memory");
}

static int64_t pieces_for(const job *j) {
  return ts_num_threads() == 1 || results(j->c) * (double)j->k < SHARE_FROM ? 1 : 2 * ts_num_threads();
}

bool ts_correlate(ts_cx *cx, const ts_correlation *c, bool is_double, const void *in, const void *rows, const void *packed, const ts_conv_finish *finish, void *out) {
  if (ts_winograd_pays(c, is_double)) return ts_winograd(cx, c, in, rows, packed, finish, out);
  if (ts_direct_pays(c)) return ts_direct(cx, c, is_double, in, rows, finish, out);
  job j = job_of(c, is_double);
  j.packed = packed;
  j.in = in;
  j.rows = rows;
  j.out = out;
  j.finish = finish;
  split_channels(&j);
  const int64_t pieces = pieces_for(&j), columns = SUMS_BYTES / j.item / least(c->out_channels, MOST_ROWS);
  if (!ts_strips_of(cx, c, is_double, most(256, least(columns, 1024)), pieces, j.channels, &j.s)) return false;
  const int64_t places = ts_strip_count(&j.s) * c->groups;
  split_rows(&j, pieces_of(pieces, places));
  return pack(cx, &j) && run(cx, &j, places * j.m_blocks, pieces > 1, correlate_some);
}

/* Tasks: groups, in each blocks of channels, in each blocks of rows. */
static void gradient_some(void *arg, int64_t begin, int64_t end) {
  job *j = arg;
  const ts_correlation *c = j->c;
  const ts_strips *s = &j->s;
  const ts_strip_loops *loops = &ts_loops.strips[j->is_double];
  const int64_t all_in = c->groups * c->in_channels, all_out = c->groups * c->out_channels, strips = ts_strip_count(s);
  const bool few = s->columns <= FEW;
  const int64_t windows = few ? j->channels * j->taps : 0;
  char *piece = ts_alloc((size_t)((s->size + (j->m_block + windows) * s->columns) * j->item)), *grads = piece + s->size * j->item, *window = grads + j->m_block * s->columns * j->item;
  if (!piece) {
    atomic_store(&j->failed, true);
    return;
  }
  memset(piece, 0, (size_t)(s->size * j->item));
  for (int64_t task = begin; task < end; task++) {
    const int64_t m0 = task % j->m_blocks * j->m_block, block = task / j->m_blocks % j->blocks, group = task / j->m_blocks / j->blocks;
    const int64_t rows = least(c->out_channels - m0, j->m_block), channels = block_of(j, block);
    const int64_t first_in = group * c->in_channels + block * j->channels, first_out = group * c->out_channels + m0;
    for (int64_t i = 0; i < strips; i++) {
      const ts_strip t = ts_strip_at(s, i);
      loops->lay(s, &t, channels, j->in + (t.n * all_in + first_in) * j->volume * j->item, j->volume, all_in * j->volume, piece);
      loops->lay_result(s, &t, rows, j->rows + (t.n * all_out + first_out) * j->places * j->item, j->places, all_out * j->places, grads);
      const int64_t columns = ts_whole_panels(t.columns, j->is_double), k = channels * j->taps, ld = s->columns;
      void *out = j->out + (first_out * j->k + block * j->channels * j->taps) * j->item;
      if (few) {
        for (int64_t w = 0; w < k; w++) memcpy(window + w * ld * j->item, piece + s->at[w] * j->item, (size_t)(columns * j->item));
        if (j->is_double) ts_dgemm(false, true, rows, k, columns, 1, (double *)grads, ld, (double *)window, ld, 1, out, j->k);
        else ts_sgemm(false, true, rows, k, columns, 1, (float *)grads, ld, (float *)window, ld, 1, out, j->k);
        continue;
      }
      const ts_gathered g = {.m = rows, .n = columns, .k = k, .a = grads, .lda = ld, .b = piece, .at = s->at, .c = out, .ldc = j->k};
      if (j->is_double) ts_gathered_dots_f64(&g);
      else ts_gathered_dots_f32(&g);
    }
  }
  ts_free(piece);
}

bool ts_correlate_rows(ts_cx *cx, const ts_correlation *c, bool is_double, const void *grad, const void *in, void *rows) {
  if (ts_direct_pays(c)) return ts_direct_rows(cx, c, is_double, grad, in, rows);
  bool done = false;
  if (ts_winograd_pays(c, is_double) && c->axis[1].gap == 1 && (!ts_winograd_rows(cx, c, grad, in, rows, &done) || done)) return done;
  job j = job_of(c, is_double);
  j.in = in;
  j.rows = grad;
  j.out = rows;
  j.channels = most(1, least(GRADIENT_COLUMNS / j.taps, c->in_channels));
  j.m_block = least(c->out_channels, GRADIENT_ROWS);
  const int64_t pieces = pieces_for(&j);
  while (c->groups * pieces_of(c->in_channels, j.channels) * pieces_of(c->out_channels, j.m_block) < pieces) {
    if (j.channels > 1 && j.channels * j.taps > 64) j.channels = (j.channels + 1) / 2;
    else if (j.m_block > 8) j.m_block = (j.m_block + 1) / 2;
    else break;
  }
  j.blocks = pieces_of(c->in_channels, j.channels);
  j.m_blocks = pieces_of(c->out_channels, j.m_block);
  return ts_strips_of(cx, c, is_double, 1024, 1, j.channels, &j.s) && run(cx, &j, c->groups * j.blocks * j.m_blocks, pieces > 1, gradient_some);
}

typedef struct { job j; int64_t columns, stretches; const ptrdiff_t *at, *tail_at; } points_job;

/* Tasks: stretches of the points of an image, in each the blocks of rows. Panels of results are written where they belong; the last one, unless it is a narrow one,
   reaches back over what has been written, or, where there is none to reach over, is made aside. */
static void points_some(void *arg, int64_t begin, int64_t end) {
  points_job *p = arg;
  job *j = &p->j;
  const ts_correlation *c = j->c;
  const ts_strip_loops *loops = &ts_loops.strips[j->is_double];
  const int64_t item = j->item, panel = ts_gathered_panel(j->is_double), l = j->volume, vector = j->packed ? ts_gathered_vector(j->is_double) : 0;
  const bool aside = l - (p->stretches - 1) * p->columns < panel;
  char *tail = aside ? ts_calloc((size_t)((j->channels + j->m_block) * panel * item)) : NULL, *sums = tail + j->channels * panel * item;
  if (aside && !tail) {
    atomic_store(&j->failed, true);
    return;
  }
  for (int64_t task = begin; task < end; task++) {
    const int64_t m0 = task % j->m_blocks * j->m_block, rows = least(c->out_channels - m0, j->m_block);
    const int64_t image = task / j->m_blocks / p->stretches, group = image % c->groups, from = task / j->m_blocks % p->stretches * p->columns;
    const int64_t n = least(l - from, p->columns), whole = n / panel * panel, rest = n - whole;
    const char *in = j->in + (image * c->in_channels * l + from) * item;
    const int64_t first = (image * c->out_channels + m0) * l + from;
    char *out = j->out + first * item;
    for (int64_t b = 0; b < j->blocks && whole; b++) multiply(j, group, b, m0, rows, in + b * j->channels * l * item, p->at, whole, false, out, l, first);
    if (rest && whole) {
      /* A vector and a few columns, where that is what is left; else the last panel. */
      const int64_t half = rest >= vector ? vector : 0, few = rest - half;
      const bool narrow = vector && few <= TS_GATHERED_FEW;
      for (int64_t at = narrow ? whole : n - panel, size = narrow && half ? half : narrow ? few : panel; at < n; at += size, size = few)
        for (int64_t b = 0; b < j->blocks; b++) multiply(j, group, b, m0, rows, in + (b * j->channels * l + at) * item, p->at, size, narrow, out + at * item, l, first + at);
      continue;
    }
    for (int64_t b = 0; b < j->blocks && rest; b++) {
      const char *channels = in + b * j->channels * l * item;
      for (int64_t i = 0; i < block_of(j, b); i++) memcpy(tail + i * panel * item, channels + i * l * item, (size_t)(rest * item));
      multiply(j, group, b, m0, rows, tail, p->tail_at, panel, false, sums, panel, -1);
    }
    for (int64_t m = 0; rest && m < rows; m++) {
      const int64_t at = m * l * item;
      loops->carry(out + at, 1, sums + m * panel * item, rest, j->finish->residual ? (const char *)j->finish->residual + first * item + at : NULL, j->finish);
    }
  }
  ts_free(tail);
}

bool ts_correlate_points(ts_cx *cx, const ts_correlation *c, bool is_double, const void *in, const void *rows, const void *packed, const ts_conv_finish *finish, void *out) {
  points_job p = {.j = job_of(c, is_double)};
  job *j = &p.j;
  j->packed = packed;
  j->in = in;
  j->rows = rows;
  j->out = out;
  j->finish = finish;
  split_channels(j);
  const int64_t pieces = pieces_for(j), panel = ts_gathered_panel(is_double), images = c->batch * c->groups;
  const int64_t columns = most(pieces_of(256, panel), SUMS_BYTES / j->item / (least(c->out_channels, MOST_ROWS) + least(c->in_channels, MOST_ROWS)) / panel);
  p.columns = pieces_of(pieces_of(j->volume, panel), pieces_of(pieces_of(j->volume, panel), columns)) * panel;
  if (images * pieces_of(j->volume, p.columns) < pieces) p.columns = least(p.columns, most(4 * panel, pieces_of(j->volume, pieces_of(pieces, images) * panel) * panel));
  p.stretches = pieces_of(j->volume, p.columns);
  split_rows(j, pieces_of(pieces, images * p.stretches));
  ptrdiff_t *at = ts_temp(cx, 2 * j->channels * (int64_t)sizeof *at + 1);
  if (!at) return false;
  for (int64_t i = 0; i < j->channels; i++) at[i] = (ptrdiff_t)(i * j->volume), at[j->channels + i] = (ptrdiff_t)(i * panel);
  p.at = at;
  p.tail_at = at + j->channels;
  if (!pack(cx, j)) return false;
  if (pieces > 1) ts_parallel_for(images * p.stretches * j->m_blocks, 1, points_some, &p);
  else points_some(&p, 0, images * p.stretches * j->m_blocks);
  return !atomic_load(&j->failed) || ts_fail(cx, TS_ERR_MEMORY, "out of memory");
}
