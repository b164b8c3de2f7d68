/* The gradient of the weights by Winograd's F(2x2, 3x3): its transforms turned round (winograd.h). With v those of the input's tiles and m
   those of the result's gradient, sixteen products over all tiles give the gradient of the transformed weights. */
#include <stdatomic.h>
#include <string.h>
#include "../core/alloc.h"
#include "../core/threads.h"
#include "../gemm/gathered.h"
#include "kernels.h"
#include "winograd_squares.h"

enum { COLUMNS = 256, BLOCK = 32, LEAST_ROWS = 8 };

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
static int64_t pieces_of(int64_t n, int64_t size) { return (n + size - 1) / size; }

typedef struct {
  const ts_correlation *c;
  ts_correlation tiles, grads; /* the input's tiles, 4x4, and the gradient's, 2x2 */
  ts_strips s, s_grads;
  const float *grad, *in;
  float *rows;
  ptrdiff_t *at;
  int64_t channels, blocks, m_block, m_blocks;
  atomic_bool failed;
} job;

/* rows (3x3) += G' u G of the 16 numbers `apart`. */
static void fold_square(const float *u, int64_t apart, float *to) {
  float half[4][3];
  for (int y = 0; y < 4; y++) {
    const float a = u[(4 * y) * apart], b = u[(4 * y + 1) * apart], c = u[(4 * y + 2) * apart], d = u[(4 * y + 3) * apart];
    half[y][0] = a + (b + c) * 0.5f;
    half[y][1] = (b - c) * 0.5f;
    half[y][2] = (b + c) * 0.5f + d;
  }
  for (int x = 0; x < 3; x++) {
    const float a = half[0][x], b = half[1][x], c = half[2][x], d = half[3][x];
    to[x] += a + (b + c) * 0.5f;
    to[3 + x] += (b - c) * 0.5f;
    to[6 + x] += (b + c) * 0.5f + d;
  }
}

/* Tasks: groups, in each blocks of channels, in each blocks of rows. */
static void rows_some(void *arg, int64_t begin, int64_t end) {
  job *j = arg;
  const ts_correlation *c = j->c;
  const ts_strips *s = &j->s;
  const int64_t all_in = c->groups * c->in_channels, all_out = c->groups * c->out_channels, strips = ts_strip_count(s);
  const int64_t volume = c->axis[1].in * c->axis[2].in, places = c->axis[1].out * c->axis[2].out;
  const int64_t square_v = ts_winograd_apart(j->channels * s->columns), square_m = ts_winograd_apart(j->m_block * s->columns), square_u = j->m_block * j->channels;
  float *piece = ts_alloc((size_t)(s->size + j->s_grads.size + TS_SQUARES * (square_v + square_m + square_u)) * sizeof *piece);
  if (!piece) {
    atomic_store(&j->failed, true);
    return;
  }
  memset(piece, 0, (size_t)(s->size + j->s_grads.size) * sizeof *piece);
  float *piece_grads = piece + s->size, *v = piece_grads + j->s_grads.size, *m = v + TS_SQUARES * square_v, *u = m + TS_SQUARES * square_m;
  for (int64_t task = begin; task < end; task++) {
    const int64_t m0 = task % j->m_blocks * j->m_block, c0 = task / j->m_blocks % j->blocks * j->channels, group = task / j->m_blocks / j->blocks;
    const int64_t rows = least(c->out_channels - m0, j->m_block), channels = least(c->in_channels - c0, j->channels);
    memset(u, 0, (size_t)(TS_SQUARES * square_u) * sizeof *u);
    for (int64_t i = 0; i < strips; i++) {
      const ts_strip t = ts_strip_at(s, i);
      const int64_t columns = ts_whole_panels(t.columns, false);
      for (int64_t k = 0; k < channels; k++) {
        ts_loops.strips[false].lay(s, &t, 1, j->in + (t.n * all_in + group * c->in_channels + c0 + k) * volume, volume, all_in * volume, piece);
        ts_loops.winograd.spread(piece, s->at, columns, v + k * s->columns, square_v);
      }
      for (int64_t k = 0; k < rows; k++) {
        ts_loops.strips[false].lay(&j->s_grads, &t, 1, j->grad + (t.n * all_out + group * c->out_channels + m0 + k) * places, places, all_out * places, piece_grads);
        ts_loops.winograd.spread_grad(piece_grads, j->s_grads.at, columns, m + k * s->columns, square_m);
        for (int q = 0; q < TS_SQUARES; q++) /* what lies behind belongs to other strips */
          memset(m + q * square_m + k * s->columns + t.columns, 0, (size_t)(columns - t.columns) * sizeof *m);
      }
      for (int q = 0; q < TS_SQUARES; q++) {
        const ts_gathered g = {.m = rows, .n = columns, .k = channels, .a = m + q * square_m, .lda = s->columns, .b = v + q * square_v, .at = j->at, .c = u + q * square_u, .ldc = j->channels};
        ts_gathered_dots_f32(&g);
      }
    }
    for (int64_t o = 0; o < rows; o++)
      for (int64_t k = 0; k < channels; k++)
        fold_square(u + o * j->channels + k, square_u, j->rows + ((group * c->out_channels + m0 + o) * c->in_channels + c0 + k) * 9);
  }
  ts_free(piece);
}

bool ts_winograd_rows(ts_cx *cx, const ts_correlation *c, const float *grad, const float *in, float *rows, bool *done) {
  *done = false;
  if (c->batch * c->axis[1].out * c->axis[2].out < 16 * ts_gathered_panel(false)) return true; /* products along so few tiles are not worth sixteen */
  const int64_t threads = ts_num_threads(), pieces = threads == 1 ? 1 : 2 * threads;
  job j = {.c = c, .grad = grad, .in = in, .rows = rows, .channels = least(c->in_channels, BLOCK), .m_block = least(c->out_channels, BLOCK)};
  while (c->groups * pieces_of(c->in_channels, j.channels) * pieces_of(c->out_channels, j.m_block) < pieces && j.m_block > LEAST_ROWS) j.m_block = (j.m_block + 1) / 2;
  j.blocks = pieces_of(c->in_channels, j.channels);
  j.m_blocks = pieces_of(c->out_channels, j.m_block);
  j.tiles = j.grads = ts_winograd_tiles(c);
  if (!ts_strips_of(cx, &j.tiles, false, COLUMNS, 1, 1, &j.s)) return false;
  *done = j.s.count_w == 1;
  if (!*done) return true; /* columns between strips side by side would count twice */
  for (int d = 1; d < 3; d++) {
    ts_axis *a = &j.grads.axis[d];
    a->in = c->axis[d].out;
    a->first = 0;
    a->taps = 2;
  }
  if (!ts_strips_like(cx, &j.grads, &j.s, &j.s_grads)) return false;
  j.at = ts_temp(cx, j.channels * (int64_t)sizeof *j.at);
  if (!j.at) return false;
  for (int64_t k = 0; k < j.channels; k++) j.at[k] = (ptrdiff_t)(k * j.s.columns);
  ts_parallel_for(c->groups * j.blocks * j.m_blocks, 1, rows_some, &j);
  return !atomic_load(&j.failed) || ts_fail(cx, TS_ERR_MEMORY, "out of memory");
}
