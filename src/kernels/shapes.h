/* Families of shape ops that are one call of these. */
#ifndef TS_SHAPES_H
#define TS_SHAPES_H
#include "../core/op.h"

/* The triangle of matrices below (upper: above) a diagonal, zeros elsewhere. */
bool ts_triangle(ts_cx *cx, ts_tensor *self, ts_out *out, int64_t diagonal, bool upper);
bool ts_triangle_indices(ts_cx *cx, ts_out *out, int64_t row, int64_t col, int64_t offset, ts_dtype dtype, bool upper);
/* A view, or each of a list, in memory of its own. */
bool ts_copied(ts_cx *cx, ts_out *out, ts_tensor *view);
bool ts_all_copied(ts_cx *cx, ts_out *out, ts_list views);
/* A view with dims of size 1 until there are n: the first in front, the third behind, as atleast_3d puts them. */
bool ts_at_least(ts_cx *cx, ts_tensor *self, ts_out *out, int n);
bool ts_all_at_least(ts_cx *cx, ts_list tensors, ts_out *out, int n);
#endif
