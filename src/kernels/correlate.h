/* Correlations, which convolutions and their gradients are: out (N, G * M, ...) is the sum over channels c and taps t of
   weight (G, M, C, taps) times in (N, G * C, ...) at y * step + first + t * gap along each axis, zero outside of it.

   No matrix of windows is made. A strip of the result (some images, or some rows, or part of a row) needs a piece of the
   input, which is laid out once, with its zeros: for each residue of the positions modulo the step a plane of its own, rows
   `pitch` apart. There each tap is the same plane, shifted, so that the products of gemm/gathered.h take it as a row. Between
   the rows lie columns that belong to no result; they are computed and left behind. */
#ifndef TS_CORRELATE_H
#define TS_CORRELATE_H
#include <stddef.h>
#include "../core/op.h"

typedef struct {
  int64_t in, out, taps, step, first, gap; /* gap may be negative */
  int64_t full, from, by;                  /* result y is element from + y * by of `full` in its tensor */
  int64_t kernel, tap_from, tap_by;        /* tap t is element tap_from + t * tap_by of `kernel` in the weight's */
} ts_axis;

typedef struct {
  ts_axis axis[3];
  int64_t batch, groups, in_channels, out_channels; /* channels of a group */
} ts_correlation;

/* What a tap means along an axis: the plane of its residue, and how far it is shifted there. */
typedef struct {
  int64_t low, planes, halo; /* the least position, residues that occur, the largest shift */
  int64_t *residue, *plane, *shift;
} ts_taps;

/* Leaves out the taps that no result reaches the input by: what is left has a halo no larger than input and result. */
void ts_trim_taps(ts_axis *a);
static inline int64_t ts_tap_count(const ts_correlation *c) { return c->axis[0].taps * c->axis[1].taps * c->axis[2].taps; }
static inline bool ts_all_taps(const ts_correlation *c) {
  for (int d = 0; d < 3; d++)
    if (c->axis[d].taps != c->axis[d].kernel) return false;
  return true;
}

typedef struct {
  const ts_correlation *c;
  ts_taps taps[3];
  int64_t images, rows, cols;          /* of a strip at most; its depth is 1 */
  int64_t count_n, count_h, count_w;   /* strips along each, and along the depth axis[0].out */
  int64_t pitch, image_rows, plane;    /* between rows; rows of an image; elements of a plane */
  int64_t columns;                     /* of a whole strip, in whole panels */
  int64_t channels, channel;           /* of a block; elements of one */
  int64_t size;                        /* elements of the piece of a block */
  ptrdiff_t *at;                       /* of (channel, tap) of a block, in the piece */
} ts_strips;

/* Strips of about `columns` columns, cut finer where there would be fewer than `pieces`; blocks of `channels`. */
bool ts_strips_of(ts_cx *cx, const ts_correlation *c, bool is_double, int64_t columns, int64_t pieces, int64_t channels, ts_strips *s);

typedef struct { int64_t n, depth, row, col, images, rows, cols, columns; } ts_strip;
static inline int64_t ts_strip_count(const ts_strips *s) { return s->count_n * s->c->axis[0].out * s->count_h * s->count_w; }
ts_strip ts_strip_at(const ts_strips *s, int64_t i);
int64_t ts_whole_panels(int64_t columns, bool is_double);
#endif
