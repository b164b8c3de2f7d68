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

/* What happens to the sums on their way to the result: v = sum + bias + residual, then v < low ? low : v > high ? high : v.
   Compiled graphs may put relu (low 0, high infinity), clamps and the other side of an addition here. */
typedef struct {
  const void *bias;     /* one a channel of the result, or NULL */
  const void *residual; /* of the result's shape, or NULL */
  bool clamp;
  double low, high;
} ts_conv_finish;

/* Strips of about `columns` columns, cut finer where there would be fewer than `pieces`; blocks of `channels`. */
bool ts_strips_of(ts_cx *cx, const ts_correlation *c, bool is_double, int64_t columns, int64_t pieces, int64_t channels, ts_strips *s);

/* Of another input with the same results: the same strips, rows as far apart. */
bool ts_strips_like(ts_cx *cx, const ts_correlation *c, const ts_strips *like, ts_strips *s);

typedef struct { int64_t n, depth, row, col, images, rows, cols, columns; } ts_strip;
static inline int64_t ts_strip_count(const ts_strips *s) { return s->count_n * s->c->axis[0].out * s->count_h * s->count_w; }
ts_strip ts_strip_at(const ts_strips *s, int64_t i);
/* Loops of one element type; loops/strips.c. Strides in elements. */
typedef struct {
  /* The piece that strip t of some channels needs, from the first of them in the first of its images. */
  void (*lay)(const ts_strips *s, const ts_strip *t, int64_t channels, const void *in, int64_t channel, int64_t image, void *piece);
  /* Channels of a gradient of the result, as rows of s->columns beside such a piece: zeros wherever nothing belongs to a result. */
  void (*lay_result)(const ts_strips *s, const ts_strip *t, int64_t channels, const void *from, int64_t channel, int64_t image, void *to);
  /* n sums, the bias within, to their places, `by` apart, where the residual has the same. */
  void (*carry)(void *to, int64_t by, const void *sums, int64_t n, const void *residual, const ts_conv_finish *f);
} ts_strip_loops;

typedef struct {
  int64_t rows, cols, step;
  const void *in, *weights, *bias;
  void *out;
  const ts_conv_finish *clamp;
} ts_plane;

/* Correlations of few channels by few: there is nothing for a product to read twice, so its packing and its sums would be most of the
   work. k: the weights of a result, which are as many as s->at. Rows and images of results, and of their gradients, lie where the tensor has them.
   clamp: whose limits results are held within, or NULL. */
typedef struct {
  void (*sums)(const ts_strips *s, const ts_strip *t, int64_t k, const void *piece, const void *weights, const void *bias, void *to, int64_t image, int64_t row,
               const ts_conv_finish *clamp);
  /* Rows [from, to) of a whole plane of results by 3x3 taps of one channel, zeros around it: it is read where it lies. step: 1, or 2 where it is twice as
     high and wide as the results; NULL where there are no such loops. */
  void (*plane)(const ts_plane *p, int64_t from, int64_t to);
  /* Adds to k gradients of weights. */
  void (*dots)(const ts_strips *s, const ts_strip *t, int64_t k, const void *piece, const void *grads, int64_t image, int64_t row, void *to);
} ts_direct_loops;

int64_t ts_whole_panels(int64_t columns, bool is_double);

/* Rows of weights in the order that they are multiplied in, for who multiplies by the same ones again and again: how many elements that
   takes, 0 where they are read as they are, and their making. False without memory. */
int64_t ts_correlate_packed(const ts_correlation *c, bool is_double);
bool ts_correlate_pack(const ts_correlation *c, bool is_double, const void *rows, void *packed);

/* out of in and of dense rows of weights (groups * out_channels, in_channels * taps), or of what has been packed of them. False without memory. */
bool ts_correlate(ts_cx *cx, const ts_correlation *c, bool is_double, const void *in, const void *rows, const void *packed, const ts_conv_finish *finish, void *out);
/* The gradient of such rows is added to `rows`; grad: that of the result. */
bool ts_correlate_rows(ts_cx *cx, const ts_correlation *c, bool is_double, const void *grad, const void *in, void *rows);
/* Both, for groups of few channels: see ts_direct_loops. */
bool ts_direct_pays(const ts_correlation *c);
bool ts_direct(ts_cx *cx, const ts_correlation *c, bool is_double, const void *in, const void *rows, const ts_conv_finish *finish, void *out);
bool ts_direct_rows(ts_cx *cx, const ts_correlation *c, bool is_double, const void *grad, const void *in, void *rows);
/* ts_correlate where all taps are one and it is where the result is: the input is read where it lies. */
bool ts_correlate_points(ts_cx *cx, const ts_correlation *c, bool is_double, const void *in, const void *rows, const void *packed, const ts_conv_finish *finish, void *out);
#endif
