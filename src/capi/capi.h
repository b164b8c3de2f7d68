/* What the parts of the C API share. */
#ifndef TS_CAPI_H
#define TS_CAPI_H
#include "../core/op.h"
#include "torsh.h"

/* This thread's context with a clear error; NULL without memory. Every entry begins with it and ends with a capi_give or
   capi_leave, which free the call's temporaries. */
ts_cx *capi_enter(void);
torsh_status capi_leave(ts_cx *cx);
torsh_status capi_give(ts_cx *cx, ts_tensor *const *made, int n, torsh_tensor *out);
torsh_status capi_give_list(ts_cx *cx, ts_list list, torsh_tensor *out, int64_t capacity, int64_t *n_out);
torsh_status capi_give_scalar(ts_cx *cx, ts_scalar s, torsh_scalar *out);
torsh_status capi_give_ints(ts_cx *cx, ts_ints v, int64_t *out, int64_t capacity, int64_t *n_out);
ts_scalar capi_scalar(torsh_scalar s);
#endif
