/* What gradient formulas share. A formula gets the saved arguments `a`, the gradient of the first result `b->grad`, and `g`
   with the layout of the arguments: a tensor field of g that is not NULL asks for that gradient. Broadcast dims and dtypes
   are put right by the engine. See docs/adding-an-op.md. */
#ifndef TS_FORMULAS_H
#define TS_FORMULAS_H
#include "../core/graph.h"
#include "../gen/ops.h"

/* The gradient of a reduction over dims as if keepdim had been true: ready to broadcast against self. */
ts_tensor *ts_unreduce(ts_cx *cx, ts_tensor *grad, ts_ints dims, bool keepdim, const ts_tensor *self);

/* See again.c. t itself where it wants no gradient, else a tensor of its own place in the graph. */
ts_tensor *ts_twin(ts_cx *cx, ts_tensor *t);
/* result[i]: the gradient of outs (at most 8, grads[i] flows into outs[i]) in twins[i] (at most 32), NULL where none is wanted or flows. */
bool ts_differentiate_again(ts_cx *cx, ts_tensor **outs, ts_tensor *const *grads, int n_outs, ts_tensor **twins, int n, ts_tensor **result);

/* grad times a scalar argument, conjugated as factors are. */
static inline ts_tensor *ts_times(ts_cx *cx, ts_tensor *grad, ts_scalar s) {
  return ts_is_one(s) ? grad : ts_mul(cx, grad, ts_wrap_scalar(cx, ts_conj_number(s)));
}
/* A number of lowest promotion priority: it leaves the other operand's dtype alone. */
static inline ts_tensor *ts_num(ts_cx *cx, double v) { return ts_wrap_scalar(cx, ts_float(v)); }
/* grad where condition, else 0; grad where not mask, else 0. */
static inline ts_tensor *ts_keep(ts_cx *cx, ts_tensor *condition, ts_tensor *grad) { return ts_where(cx, condition, grad, ts_num(cx, 0)); }
static inline ts_tensor *ts_drop(ts_cx *cx, ts_tensor *mask, ts_tensor *grad) { return ts_masked_fill(cx, grad, mask, ts_num(cx, 0)); }
/* Arithmetic in short, for files of formulas; cx is in scope. */
#define NUM(v) ts_num(cx, v)
#define ADD(x, y) ts_add(cx, x, y, ts_int(1))
#define SUB(x, y) ts_sub(cx, x, y, ts_int(1))
#define MUL(x, y) ts_mul(cx, x, y)
#define DIV(x, y) ts_div(cx, x, y, NULL)
#define NEG(x) ts_neg(cx, x)
/* The conjugate of a factor that a gradient is multiplied by; real tensors are their own. */
static inline ts_tensor *ts_conjugate(ts_cx *cx, ts_tensor *x) { return x && ts_is_complex((ts_dtype)x->dtype) ? ts_conj(cx, x) : x; }
#define CONJ(x) ts_conjugate(cx, x)
#define ZERO(like) ts_zeros_like(cx, like, TS_DTYPE_NONE)

#endif
