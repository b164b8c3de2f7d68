/* Tensors of one value. */
#ifndef TS_FILL_H
#define TS_FILL_H
#include "../core/op.h"

/* value of kind none: uninitialised. dtype none: float32, or that of self. */
bool ts_filled(ts_cx *cx, ts_out *out, ts_ints size, ts_dtype dtype, ts_scalar value);
bool ts_filled_like(ts_cx *cx, ts_out *out, ts_tensor *self, ts_dtype dtype, ts_scalar value);
bool ts_filled_new(ts_cx *cx, ts_out *out, ts_tensor *self, ts_ints size, ts_dtype dtype, ts_scalar value);
/* Every element of t (any strides) becomes value. */
bool ts_fill_scalar(ts_cx *cx, ts_tensor *t, ts_scalar value);
#endif
