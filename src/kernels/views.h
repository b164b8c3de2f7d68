/* What shape ops share. */
#ifndef TS_VIEWS_H
#define TS_VIEWS_H
#include "../core/op.h"

/* shape with its -1 filled in, for numel elements; PyTorch's errors. */
bool ts_infer_sizes(ts_cx *cx, ts_ints shape, int64_t numel, int64_t *sizes);
/* Strides under which t's elements read in order have the new sizes; false when only a copy can. */
bool ts_view_strides(const ts_tensor *t, int ndim, const int64_t *sizes, int64_t *strides);
#endif
