/* Parts of complex tensors. */
#ifndef TS_COMPLEX_H
#define TS_COMPLEX_H
#include "kernels.h"

/* The memory of a complex tensor as real numbers with a last dim of 2, outside the graph; NULL passes through. */
ts_tensor *ts_pairs(ts_cx *cx, const ts_tensor *t);
/* The reverse, of a tensor whose last dim is 2 and has stride 1 and whose other strides and offset are even. */
ts_tensor *ts_unpaired(ts_cx *cx, const ts_tensor *pairs);
/* Its real part (0) or imaginary part (1). */
ts_tensor *ts_part(ts_cx *cx, const ts_tensor *t, int part);
/* f, linear with real factors, of a complex tensor by its parts. */
typedef ts_tensor *(*ts_map_fn)(ts_cx *cx, ts_tensor *part, const void *args);
ts_tensor *ts_each_part(ts_cx *cx, ts_tensor *t, ts_map_fn f, const void *args);
/* f, linear in both of its tensors, of complex ones by their parts. */
typedef ts_tensor *(*ts_product_fn)(ts_cx *cx, ts_tensor *a, ts_tensor *b, const void *args);
ts_tensor *ts_by_parts(ts_cx *cx, ts_tensor *a, ts_tensor *b, ts_product_fn f, const void *args);
/* A real function of a complex tensor. */
bool ts_real_of(ts_cx *cx, ts_tensor *self, ts_out *out, ts_real_id id);
#endif
