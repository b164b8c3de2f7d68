/* What gradient formulas share. A formula gets the saved arguments `a`, the gradient of the first result `b->grad`, and `g`
   with the layout of the arguments: a tensor field of g that is not NULL asks for that gradient. Broadcast dims and dtypes
   are put right by the engine. See docs/adding-an-op.md. */
#ifndef TS_FORMULAS_H
#define TS_FORMULAS_H
#include "../core/graph.h"
#include "../gen/ops.h"

/* The gradient of a reduction over dims as if keepdim had been true: ready to broadcast against self. */
ts_tensor *ts_unreduce(ts_cx *cx, ts_tensor *grad, ts_ints dims, bool keepdim, const ts_tensor *self);

#endif
