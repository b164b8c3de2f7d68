/* In-place changes and the graph: what may be changed, and how a change to a view reaches the base it is a view of. */
#include <string.h>
#include "../gen/ops.h"
#include "../core/graph.h"

bool ts_check_inplace(ts_cx *cx, ts_tensor *t) {
  if (!cx->grad_mode || !ts_requires_grad(t)) return true;
  if (t->is_view && t->base->requires_grad && !t->base->grad_fn)
    return ts_fail(cx, TS_ERR_AUTOGRAD, "a view of a leaf Variable that requires grad is being used in an in-place operation.");
  if (!t->grad_fn && !(t->is_view && t->base->grad_fn))
    return ts_fail(cx, TS_ERR_AUTOGRAD, "a leaf Variable that requires grad is being used in an in-place operation.");
  return true;
}

static const ts_op *strided_op(void) { return &ts_ops[TS_OP_as_strided]; }

/* A view of a real tensor as a complex one, as the window of pairs that it lies in. */
static ts_tensor *window_of_pairs(ts_cx *cx, ts_tensor *base, const ts_tensor *view, int64_t offset) {
  int64_t sizes[TS_MAX_DIM], strides[TS_MAX_DIM];
  int n = view->ndim;
  for (int d = 0; d < n; d++) {
    sizes[d] = view->sizes[d];
    strides[d] = 2 * view->strides[d];
  }
  sizes[n] = 2;
  strides[n] = 1;
  return ts_as_strided(cx, base, (ts_ints){sizes, n + 1}, (ts_ints){strides, n + 1}, (ts_opt_int){true, offset});
}

bool ts_record_strided_view(ts_cx *cx, ts_tensor *view) {
  ts_tensor *base = view->base;
  view->view_version = base->history;
  const bool parts = ts_is_complex((ts_dtype)base->dtype) && !ts_is_complex((ts_dtype)view->dtype);
  if (view->dtype != base->dtype) {
    const bool outer = cx->grad_mode;
    cx->grad_mode = true;
    base = parts ? ts_view_as_real(cx, base) : window_of_pairs(cx, base, view, 2 * view->offset);
    cx->grad_mode = outer;
    if (!base) return false;
    if (!parts) return ts_record(cx, &ts_ops[TS_OP_view_as_complex], &(ts_view_as_complex_args){base}, &view, 1);
  }
  ts_as_strided_args args = {base, {view->sizes, view->ndim}, {view->strides, view->ndim}, {true, view->offset}};
  return ts_record(cx, strided_op(), &args, &view, 1);
}

/* CopySlices: the history of a base one of whose views was changed by `inner`. keep is a window with the view's geometry;
   edge 0 leads to the base's former history, the others are inner's. */
typedef struct { int64_t base_offset; int64_t base_ndim; int64_t base_dims[2 * TS_MAX_DIM]; } slices;

static void run_copy_slices(ts_cx *cx, ts_node *node, ts_tensor *const *grads, ts_tensor **grads_in) {
  slices *s = node->args;
  ts_tensor *view = node->keep;
  ts_ints sizes = {s->base_dims, s->base_ndim}, strides = {s->base_dims + s->base_ndim, s->base_ndim};
  ts_tensor *whole = ts_new_empty_strided(cx, grads[0], sizes, strides, TS_DTYPE_NONE);
  whole = ts_copy_(cx, whole, grads[0], false);
  ts_ints vsizes = {view->sizes, view->ndim}, vstrides = {view->strides, view->ndim};
  const bool from = ts_is_complex((ts_dtype)grads[0]->dtype), to = ts_is_complex((ts_dtype)view->dtype);
  ts_tensor *part;
  if (to && !from) {
    part = ts_view_as_complex(cx, window_of_pairs(cx, whole, view, 2 * view->offset - s->base_offset));
  } else {
    const int64_t offset = view->offset - (from && !to ? 2 : 1) * s->base_offset;
    part = ts_as_strided(cx, from && !to ? ts_view_as_real(cx, whole) : whole, vsizes, vstrides, (ts_opt_int){true, offset});
  }
  ts_tensor *upstream = ts_clone(cx, part, NULL);
  ts_tensor **inner_in = ts_temp(cx, (int64_t)(node->inner->n_edges * sizeof *inner_in));
  if (ts_failed(cx)) return;
  memset(inner_in, 0, node->inner->n_edges * sizeof *inner_in);
  node->inner->run(cx, node->inner, (ts_tensor *const[]){upstream}, inner_in);
  if (ts_failed(cx)) return;
  for (int i = 1; i < node->n_edges; i++) grads_in[i] = inner_in[i];
  if (!node->edges[0].fn) return;
  if (inner_in[0]) ts_copy_(cx, part, inner_in[0], false);
  else ts_zero_(cx, part);
  grads_in[0] = whole;
}

static ts_node *copy_slices(ts_cx *cx, ts_tensor *view, ts_node *inner) {
  ts_tensor *base = view->base;
  slices *s;
  int64_t *sizes;
  ts_node *n = ts_node_new(cx, inner->n_edges, 1, 0, sizeof *s, (void **)&s, base->ndim, &sizes);
  if (!n) return NULL;
  n->name = "CopySlices";
  n->run = run_copy_slices;
  n->args = s;
  s->base_offset = base->offset;
  s->base_ndim = base->ndim;
  memcpy(s->base_dims, base->sizes, base->ndim * sizeof *base->sizes);
  memcpy(s->base_dims + base->ndim, base->strides, base->ndim * sizeof *base->strides);
  memcpy(sizes, base->sizes, base->ndim * sizeof *sizes);
  n->outs[0] = (ts_meta){base->dtype, base->ndim, sizes};
  n->keep = ts_retain(ts_shallow(cx, view));
  n->edges[0] = ts_gradient_edge(cx, base);
  for (int i = 1; i < inner->n_edges; i++) n->edges[i] = (ts_edge){ts_node_retain(inner->edges[i].fn), inner->edges[i].nr};
  /* inner's own gradient for self is always needed: it is what lands in the base. */
  if (!inner->edges[0].fn && inner->n_edges) inner->edges[0] = (ts_edge){ts_node_retain(n->edges[0].fn), n->edges[0].nr};
  if (ts_failed(cx)) {
    ts_node_release(cx, n);
    return NULL;
  }
  inner->embedded = true;
  n->inner = inner; /* only now: the node owns it from here */
  return n;
}

bool ts_rebase(ts_cx *cx, ts_tensor *t, ts_node *node) {
  if (!t->is_view) {
    t->history++; /* views that were taken before go through the new node from now on */
    return ts_set_origin(cx, node, &t, 1);
  }
  ts_tensor *base = t->base;
  ts_node *n = copy_slices(cx, t, node);
  if (!n) {
    ts_node_release(cx, node);
    return false;
  }
  ts_set_origin(cx, n, &base, 1);
  base->history++;
  return ts_record_strided_view(cx, t);
}

bool ts_finish_inplace(ts_cx *cx, ts_tensor *self, ts_tensor **made) {
  ts_tensor *t = *made;
  *made = self;
  if (!ts_same_sizes(t, self))
    return ts_fail(cx, TS_ERR_SHAPE, "output with shape %s doesn't match the broadcast shape %s", TS_TEXT(self), TS_TEXT(t));
  if (!ts_can_cast((ts_dtype)t->dtype, (ts_dtype)self->dtype))
    return ts_fail(cx, TS_ERR_DTYPE, "result type %s can't be cast to the desired output type %s", ts_dtype_name((ts_dtype)t->dtype), ts_dtype_name((ts_dtype)self->dtype));
  return ts_copy_(cx, self, t, false) != NULL;
}
