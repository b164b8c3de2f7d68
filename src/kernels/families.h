/* The families that rows of the op table may name in their `impl`. */
#ifndef TS_FAMILIES_H
#define TS_FAMILIES_H
#include "elementwise.h"
#include "fill.h"
#include "shapes.h"
#include "special.h"
/* conv1d, conv2d, conv3d: an optional batch dim, paddings by word. */
bool ts_conv_nd(ts_cx *cx, ts_out *out, int n, ts_tensor *x, ts_tensor *w, ts_tensor *b, ts_ints stride, ts_ints padding, ts_ints dilation, int64_t groups);
bool ts_conv_transpose_nd(ts_cx *cx, ts_out *out, int n, ts_tensor *x, ts_tensor *w, ts_tensor *b, ts_ints stride, ts_ints padding, ts_ints output_padding, int64_t groups, ts_ints dilation);
/* The values alone of a max pooling; asking for indices is an error that says what to call. */
bool ts_max_pool_values(ts_cx *cx, ts_out *out, int n, ts_tensor *x, ts_ints kernel, ts_ints stride, ts_ints padding, ts_ints dilation, bool ceil_mode, bool indices);
bool ts_interpolated(ts_cx *cx, ts_out *out, ts_tensor *x, ts_ints size, ts_floats scale, const char *mode, ts_opt_int align);
bool ts_adaptive_maximum(ts_cx *cx, ts_out *out, int n, ts_tensor *x, ts_ints wanted);
bool ts_fractional_maximum(ts_cx *cx, ts_out *out, int n, ts_tensor *x, ts_ints kernel, ts_ints size, ts_floats ratio, ts_tensor *samples);
bool ts_max_unpooled(ts_cx *cx, ts_out *out, int n, ts_tensor *x, ts_tensor *indices, ts_ints kernel, ts_ints stride, ts_ints padding, ts_ints output);
bool ts_power_pooled(ts_cx *cx, ts_out *out, int n, ts_tensor *x, double p, ts_ints kernel, ts_ints stride, bool ceil_mode);
/* wanted: n of -1, or entries that are TS_SIZE_AS_INPUT, keep what x has. */
bool ts_adaptive_average(ts_cx *cx, ts_out *out, int n, ts_tensor *x, ts_ints wanted);
bool ts_adaptive_sizes(ts_cx *cx, int n, const ts_tensor *x, ts_ints wanted, int64_t *size);
/* dims: 2, 3, or 0 for either. */
bool ts_grid_sampled(ts_cx *cx, ts_out *out, int dims, ts_tensor *x, ts_tensor *grid, int64_t mode, int64_t padding, bool align);
bool ts_affine_grid_of(ts_cx *cx, ts_out *out, ts_tensor *theta, ts_ints size, bool align);
bool ts_dropout_of(ts_cx *cx, ts_out *out, ts_tensor *x, double p, bool training);
#endif
