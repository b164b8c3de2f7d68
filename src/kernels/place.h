/* Elements picked from, or placed at, positions that an int64 tensor names: what indexing, gather and scatter share. */
#ifndef TS_PLACE_H
#define TS_PLACE_H
#include "../core/iter.h"
#include "../core/op.h"

typedef enum { TS_PLACE_COPY, TS_PLACE_ADD, TS_PLACE_MUL, TS_PLACE_MAX, TS_PLACE_MIN } ts_place_kind;

/* A walk over ndim dims. strides are those of the tensor that is read or written at positions, 0 along the dims that the
   positions replace; position p lies p * step elements further. All positions have been checked. */
typedef struct {
  int ndim;
  int64_t sizes[TS_MAX_DIM], strides[TS_MAX_DIM];
  ts_tensor *at; /* int64, broadcastable to sizes */
  int64_t step;
} ts_walk;

/* out = many[positions]; out has the walk's sizes and many's dtype. */
bool ts_pick(ts_cx *cx, const ts_walk *w, ts_tensor *out, ts_tensor *many);
/* What is written at positions: the target itself, or a copy in the dtype that this kind is computed in, which
   ts_place_end writes back. The walk is made for its strides. */
ts_tensor *ts_place_begin(ts_cx *cx, ts_tensor *target, ts_place_kind kind);
/* many[positions] becomes (many[positions] kind values), one after the other where positions repeat; values broadcasts to
   the walk's sizes. */
bool ts_place(ts_cx *cx, const ts_walk *w, ts_tensor *many, ts_tensor *values, ts_place_kind kind);
bool ts_place_end(ts_cx *cx, ts_tensor *target, ts_tensor *work);

/* int64 positions checked to lie in [0, size), or (wraps) in [-size, size) and then counted from the start. Fails with
   "index 5 is out of bounds for dimension 0 with size 3". */
ts_tensor *ts_positions(ts_cx *cx, ts_tensor *t, int64_t size, int dim, bool wraps);
/* The smallest and the largest of an int64 tensor that is not empty. */
bool ts_index_range(ts_cx *cx, ts_tensor *t, int64_t *least, int64_t *most);
/* Class labels or row numbers of any integer dtype or of whole floats, as int64. */
ts_tensor *ts_labels(ts_cx *cx, ts_tensor *t, const char *name);
/* The coordinates of the elements that are not zero, (n, ndim), in row-major order. */
ts_tensor *ts_nonzero_rows(ts_cx *cx, ts_tensor *t);

/* Where an op that may run in place writes: self when it does (and can), else a copy of self, put into out->t[0]. Called
   once nothing can fail any more. */
ts_tensor *ts_target(ts_cx *cx, ts_tensor *self, ts_out *out);
/* t, or a copy when it shares memory with what is written. */
ts_tensor *ts_apart(ts_cx *cx, ts_tensor *t, const ts_tensor *written);
#endif
