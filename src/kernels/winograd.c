/* Winograd's F(2x2, 3x3), see winograd.h. Tiles are the results of a correlation with 4x4 taps and step 2, so strips of them are laid
   out as correlate.h says; its products are sixteen, over channels. */
#include <stdatomic.h>
#include <string.h>
#include "../core/alloc.h"
#include "../core/threads.h"
#include "../gemm/gathered.h"
#include "kernels.h"
#include "winograd_squares.h"

enum {
  TILES_BYTES = 768 << 10,
  MOST_ROWS = 240,
  FEWEST_RESULTS = 160 /* of a channel: weights are transformed anew each time, which must be paid for */
};

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
static int64_t most(int64_t a, int64_t b) { return a > b ? a : b; }
static int64_t pieces_of(int64_t n, int64_t size) { return (n + size - 1) / size; }

bool ts_winograd_pays(const ts_correlation *c, bool is_double) {
  if (is_double || c->axis[0].taps != 1 || c->axis[0].kernel != 1 || c->axis[0].in != 1 || c->axis[0].out != 1 || c->axis[0].first != 0) return false;
  for (int d = 1; d < 3; d++) {
    const ts_axis *a = &c->axis[d];
    if (a->taps != 3 || a->kernel != 3 || a->step != 1 || (a->gap != 1 && a->gap != -1) || a->by != 1 || a->from != 0 || a->out < 6) return false;
  }
  return c->in_channels >= 16 && c->out_channels >= 16 && c->in_channels <= 512 && c->batch * c->axis[1].out * c->axis[2].out >= FEWEST_RESULTS;
}

ts_correlation ts_winograd_tiles(const ts_correlation *c) {
  ts_correlation tiles = *c;
  for (int d = 1; d < 3; d++) {
    ts_axis *a = &tiles.axis[d];
    a->first = least(a->first, a->first + 2 * a->gap);
    a->out = a->full = (a->out + 1) / 2;
    a->taps = 4;
    a->gap = 1;
    a->step = 2;
  }
  return tiles;
}

typedef struct {
  const ts_correlation *c;
  ts_correlation tiles;
  ts_strips s;
  const float *in, *packed; /* packed: of each group and square, the transformed rows in the product's order */
  float *out;
  const ts_conv_finish *finish;
  ptrdiff_t *at;
  int64_t padded, m_block, m_blocks;
  atomic_bool failed;
} job;

static int64_t padded_rows(const ts_correlation *c) { return pieces_of(c->out_channels, ts_gathered_rows(false)) * ts_gathered_rows(false); }

typedef float four __attribute__((vector_size(16), aligned(4), may_alias));
enum { LANES = 4 };

/* u = G g G' of n taps of 3x3, with G = (1 0 0; 1/2 1/2 1/2; 1/2 -1/2 1/2; 0 0 1); taps that run backwards are turned. */
static void transform(const float *taps, int64_t n, bool flip_h, bool flip_w, float *u, int64_t apart) {
  float g[9][LANES] = {{0}};
  for (int64_t i = 0; i < n; i += LANES, taps += 9 * LANES, u += LANES) {
    const int lanes = (int)least(n - i, LANES);
    for (int k = 0; k < lanes; k++)
      for (int y = 0; y < 3; y++)
        for (int x = 0; x < 3; x++) g[3 * y + x][k] = taps[9 * k + 3 * (flip_h ? 2 - y : y) + (flip_w ? 2 - x : x)];
    four half[4][3], square[TS_SQUARES];
    for (int x = 0; x < 3; x++) {
      const four a = *(const four *)g[x], b = *(const four *)g[3 + x], c = *(const four *)g[6 + x];
      half[0][x] = a;
      half[1][x] = (a + c + b) * 0.5f;
      half[2][x] = (a + c - b) * 0.5f;
      half[3][x] = c;
    }
    for (int y = 0; y < 4; y++) {
      const four a = half[y][0], b = half[y][1], c = half[y][2];
      square[4 * y] = a;
      square[4 * y + 1] = (a + c + b) * 0.5f;
      square[4 * y + 2] = (a + c - b) * 0.5f;
      square[4 * y + 3] = c;
    }
    for (int q = 0; q < TS_SQUARES; q++) {
      if (lanes == LANES) *(four *)(u + q * apart) = square[q];
      else memcpy(u + q * apart, &square[q], sizeof(float) * (size_t)lanes);
    }
  }
}

typedef struct {
  const ts_correlation *c;
  const float *rows;
  float *packed;
  atomic_bool failed;
} packing;

/* The weights' transform for a block of rows, packed. */
static void transform_some(void *arg, int64_t begin, int64_t end) {
  packing *j = arg;
  const ts_correlation *c = j->c;
  const int64_t channels = c->in_channels, unit = ts_gathered_rows(false), padded = padded_rows(c), blocks = padded / unit, square = ts_winograd_apart(unit * channels);
  float *u = ts_alloc((size_t)(TS_SQUARES * square) * sizeof *u);
  if (!u) {
    atomic_store(&j->failed, true);
    return;
  }
  for (int64_t task = begin; task < end; task++) {
    const int64_t group = task / blocks, m0 = task % blocks * unit, rows = least(c->out_channels - m0, unit);
    transform(j->rows + (group * c->out_channels + m0) * channels * 9, rows * channels, c->axis[1].gap < 0, c->axis[2].gap < 0, u, square);
    for (int64_t q = 0; q < TS_SQUARES; q++)
      ts_gathered_pack_f32(rows, channels, u + q * square, channels, j->packed + ((group * TS_SQUARES + q) * padded + m0) * channels);
  }
  ts_free(u);
}

int64_t ts_winograd_packed(const ts_correlation *c) { return TS_SQUARES * c->groups * padded_rows(c) * c->in_channels; }

bool ts_winograd_pack(const ts_correlation *c, const float *rows, float *packed) {
  packing p = {.c = c, .rows = rows, .packed = packed};
  ts_parallel_for(c->groups * (padded_rows(c) / ts_gathered_rows(false)), 1, transform_some, &p);
  return !atomic_load(&p.failed);
}

/* The results of a strip of tiles. `row`: room for two rows. */
static void carry_tiles(const job *j, const ts_strip *t, int64_t group, int64_t m0, int64_t rows, const float *sums, float *row) {
  const ts_correlation *c = j->c;
  const int64_t height = c->axis[1].out, width = c->axis[2].out, apart = ts_winograd_apart(j->m_block * j->s.columns), room = 2 * (j->s.cols + 16);
  const int64_t n = least(2 * t->cols, width - 2 * t->col);
  for (int64_t m = 0; m < rows; m++) {
    const int64_t channel = group * c->out_channels + m0 + m;
    const float bias = j->finish->bias ? ((const float *)j->finish->bias)[channel] : 0;
    for (int64_t i = 0; i < t->images; i++)
      for (int64_t r = 0; r < t->rows; r++) {
        ts_loops.winograd.gather(sums + m * j->s.columns + (i * j->s.image_rows + r) * j->s.pitch, apart, t->cols, bias, row, row + room);
        for (int64_t y = 2 * (t->row + r), k = 0; k < 2 && y + k < height; k++) {
          const int64_t at = (((t->n + i) * c->groups * c->out_channels + channel) * height + y + k) * width + 2 * t->col;
          ts_loops.strips[false].carry(j->out + at, 1, row + k * room, n, j->finish->residual ? (const float *)j->finish->residual + at : NULL, j->finish);
        }
      }
  }
}

/* Tasks: strips of tiles, in each the groups, in each the blocks of rows. */
static void winograd_some(void *arg, int64_t begin, int64_t end) {
  job *j = arg;
  const ts_correlation *c = j->c;
  const ts_strips *s = &j->s;
  const int64_t channels = c->in_channels, all = c->groups * channels, volume = c->axis[1].in * c->axis[2].in, slack = 64;
  const int64_t square_v = ts_winograd_apart(channels * s->columns), square_m = ts_winograd_apart(j->m_block * s->columns);
  float *piece = ts_alloc((size_t)(s->size + TS_SQUARES * (square_v + square_m) + slack + 4 * (s->cols + 16)) * sizeof *piece);
  if (!piece) {
    atomic_store(&j->failed, true);
    return;
  }
  memset(piece, 0, (size_t)s->size * sizeof *piece);
  float *v = piece + s->size, *sums = v + TS_SQUARES * square_v, *row = sums + TS_SQUARES * square_m + slack;
  int64_t laid = -1;
  for (int64_t task = begin; task < end; task++) {
    const int64_t place = task / j->m_blocks, group = place % c->groups, m0 = task % j->m_blocks * j->m_block, rows = least(c->out_channels - m0, j->m_block);
    const ts_strip t = ts_strip_at(s, place / c->groups);
    const int64_t columns = ts_whole_panels(t.columns, false);
    for (int64_t k = 0; k < channels && laid != place; k++) {
      ts_loops.strips[false].lay(s, &t, 1, j->in + (t.n * all + group * channels + k) * volume, volume, all * volume, piece);
      ts_loops.winograd.spread(piece, s->at, columns, v + k * s->columns, square_v);
    }
    laid = place;
    for (int64_t q = 0; q < TS_SQUARES; q++) {
      const ts_gathered g = {.m = rows, .n = columns, .k = channels, .a = j->packed + ((group * TS_SQUARES + q) * j->padded + m0) * channels, .b = v + q * square_v, .at = j->at,
                             .c = sums + q * square_m, .ldc = s->columns};
      ts_gathered_f32(&g);
    }
    carry_tiles(j, &t, group, m0, rows, sums, row);
  }
  ts_free(piece);
}

bool ts_winograd(ts_cx *cx, const ts_correlation *c, const float *in, const float *rows, const float *packed, const ts_conv_finish *finish, float *out) {
  job j = {.c = c, .tiles = ts_winograd_tiles(c), .in = in, .packed = packed, .out = out, .finish = finish, .padded = padded_rows(c)};
  const int64_t channels = c->in_channels, unit = ts_gathered_rows(false), threads = ts_num_threads(), pieces = threads == 1 ? 1 : 2 * threads, m = least(c->out_channels, MOST_ROWS);
  const int64_t columns = TILES_BYTES / (TS_SQUARES * (int64_t)sizeof(float)) / (channels + m);
  if (!ts_strips_of(cx, &j.tiles, false, most(columns, 2 * ts_gathered_panel(false)), pieces, 1, &j.s)) return false;
  const int64_t places = ts_strip_count(&j.s) * c->groups;
  j.m_blocks = most(pieces_of(c->out_channels, MOST_ROWS), pieces_of(threads, places)); /* each transforms the strip anew */
  j.m_block = pieces_of(pieces_of(c->out_channels, j.m_blocks), unit) * unit;
  j.m_blocks = pieces_of(c->out_channels, j.m_block);
  if (!packed) {
    float *made = ts_temp(cx, ts_winograd_packed(c) * (int64_t)sizeof *made);
    if (!made || !ts_winograd_pack(c, rows, made)) return ts_fail(cx, TS_ERR_MEMORY, "out of memory");
    j.packed = made;
  }
  if (!(j.at = ts_temp(cx, channels * (int64_t)sizeof *j.at))) return false;
  for (int64_t k = 0; k < channels; k++) j.at[k] = (ptrdiff_t)(k * j.s.columns);
  ts_parallel_for(places * j.m_blocks, 1, winograd_some, &j);
  return !atomic_load(&j.failed) || ts_fail(cx, TS_ERR_MEMORY, "out of memory");
}
