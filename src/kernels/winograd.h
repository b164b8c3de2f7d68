/* Winograd's F(2x2, 3x3): a correlation with 3x3 taps, one apart, computed in tiles of 2x2 results by 16 products instead of 36.
   Transforms add and subtract only, so what float32 loses to them is about what the order of its sums decides anyway. */
#ifndef TS_WINOGRAD_H
#define TS_WINOGRAD_H
#include "correlate.h"

typedef struct {
  /* The 16 numbers of each of n tiles (in whole vectors) from where the table says, to places `apart`. */
  void (*spread)(const float *piece, const ptrdiff_t *at, int64_t n, float *v, int64_t apart);
  /* Of the gradients of n tiles of 2x2 results, by four places, the 16 numbers that belong to v's. */
  void (*spread_grad)(const float *piece, const ptrdiff_t *at, int64_t n, float *m, int64_t apart);
  /* And back: two rows of results of n tiles, up to a vector more written. */
  void (*gather)(const float *m, int64_t apart, int64_t n, float bias, float *even, float *odd);
} ts_winograd_loops;

/* Whether it is faster here than plain products. */
bool ts_winograd_pays(const ts_correlation *c, bool is_double);
/* The tiles as results of a correlation with 4x4 taps and step 2. */
ts_correlation ts_winograd_tiles(const ts_correlation *c);
/* The transformed rows: how many elements, and their making; false without memory. */
int64_t ts_winograd_packed(const ts_correlation *c);
bool ts_winograd_pack(const ts_correlation *c, const float *rows, float *packed);
/* Of rows, or of what has been packed of them. */
bool ts_winograd(ts_cx *cx, const ts_correlation *c, const float *in, const float *rows, const float *packed, const ts_conv_finish *finish, float *out);
/* ts_correlate_rows; *done says whether it was possible. */
bool ts_winograd_rows(ts_cx *cx, const ts_correlation *c, const float *grad, const float *in, float *rows, bool *done);
#endif
