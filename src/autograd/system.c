/* Calls that are not arithmetic: metadata, the graph's switches, settings, memory. */
#include <string.h>
#include "../core/alloc.h"
#include "../core/capture.h"
#include "../core/threads.h"
#include "../gen/ops.h"
#include "engine.h"

bool ts__empty_impl(ts_cx *cx, const ts__empty_args *a, ts_out *out) {
  ts_dtype d = ts_or_default(cx, a->dtype);
  return (out->t[0] = ts_empty(cx, d, (int)a->size.n, a->size.v)) != NULL;
}

bool ts__meta_impl(ts_cx *cx, const ts__meta_args *a, ts_out *out) {
  ts_tensor *t = a->self;
  int64_t *v = ts_temp(cx, (6 + 2 * t->ndim) * (int64_t)sizeof *v);
  if (!v) return false;
  bool requires = ts_requires_grad(t);
  v[0] = t->dtype;
  v[1] = (requires ? 1 : 0) | (!requires || !(t->grad_fn || t->is_view) || (!t->grad_fn && !t->base->requires_grad) ? 2 : 0) |
         (ts_is_contiguous(t) ? 4 : 0) | (t->inference ? 8 : 0) | (t->retains_grad ? 16 : 0) | (t->is_view ? 32 : 0);
  v[2] = t->offset;
  v[3] = (int64_t)t->id;
  v[4] = ts_version(t);
  v[5] = t->ndim;
  for (int d = 0; d < t->ndim; d++) {
    v[6 + d] = t->sizes[d];
    v[6 + t->ndim + d] = t->strides[d];
  }
  out->ints = (ts_ints){v, 6 + 2 * t->ndim};
  return true;
}

bool ts__item_impl(ts_cx *cx, const ts__item_args *a, ts_out *out) {
  if (a->self->numel != 1)
    return ts_fail(cx, TS_ERR_SHAPE, "a Tensor with %lld elements cannot be converted to Scalar (shape %s)", (long long)a->self->numel, TS_TEXT(a->self));
  out->scalar = ts_read_scalar(a->self, ts_data(a->self));
  return out->scalar.kind != TS_NUM_NONE || ts_fail(cx, TS_ERR_DTYPE, "not implemented for %s", ts_dtype_name((ts_dtype)a->self->dtype));
}

bool ts__same_storage_impl(ts_cx *cx, const ts__same_storage_args *a, ts_out *out) {
  (void)cx;
  out->scalar = ts_bool(a->self->storage == a->other->storage);
  return true;
}

bool ts__storage_impl(ts_cx *cx, const ts__storage_args *a, ts_out *out) {
  int64_t *v = ts_temp(cx, 2 * (int64_t)sizeof *v);
  if (!v) return false;
  v[0] = (int64_t)(intptr_t)a->self->storage;
  v[1] = a->self->storage->nbytes;
  out->ints = (ts_ints){v, 2};
  return true;
}

bool ts__set_requires_grad_impl(ts_cx *cx, const ts__set_requires_grad_args *a, ts_out *out) {
  (void)out;
  ts_tensor *t = a->self;
  if (t->grad_fn || (t->is_view && ts_requires_grad(t) && !t->requires_grad)) {
    if (a->value) return true;
    return ts_fail(cx, TS_ERR_AUTOGRAD, "you can only change requires_grad flags of leaf variables. If you want to use a computed "
                                        "variable in a subgraph that doesn't require differentiation use var_no_grad = var.detach().");
  }
  if (a->value && !ts_is_inexact((ts_dtype)t->dtype))
    return ts_fail(cx, TS_ERR_AUTOGRAD, "only Tensors of floating point and complex dtype can require gradients (got %s)", ts_dtype_name((ts_dtype)t->dtype));
  if (a->value && t->inference && !cx->inference_mode)
    return ts_fail(cx, TS_ERR_AUTOGRAD, "Setting requires_grad=True on inference tensor outside InferenceMode is not allowed.");
  t->requires_grad = a->value;
  if (a->value && t->is_view) { /* a leaf from now on, with views of its own */
    ts_tensor *base = t->base;
    t->is_view = false;
    t->base = NULL;
    ts_release(base);
  }
  return true;
}

bool ts__grad_impl(ts_cx *cx, const ts__grad_args *a, ts_out *out) {
  (void)cx;
  out->t[0] = a->self->grad;
  return true;
}

bool ts__grad_id_impl(ts_cx *cx, const ts__grad_id_args *a, ts_out *out) {
  (void)cx;
  out->scalar = ts_int(a->self->grad ? (int64_t)a->self->grad->id : 0);
  return true;
}

bool ts__set_grad_impl(ts_cx *cx, const ts__set_grad_args *a, ts_out *out) {
  (void)out;
  ts_tensor *g = a->grad, *t = a->self;
  if (g == t) return ts_fail(cx, TS_ERR_AUTOGRAD, "can't assign a tensor as its own grad");
  if (g && !ts_same_sizes(g, t))
    return ts_fail(cx, TS_ERR_SHAPE, "assigned grad has data of a different size (%s for a tensor of %s)", TS_TEXT(g), TS_TEXT(t));
  if (g && g->dtype != t->dtype)
    return ts_fail(cx, TS_ERR_DTYPE, "assigned grad has data of a different type (%s for %s)", ts_dtype_name((ts_dtype)g->dtype), ts_dtype_name((ts_dtype)t->dtype));
  ts_tensor *old = t->grad;
  t->grad = ts_retain(g);
  ts_release(old);
  return true;
}

bool ts__retain_grad_impl(ts_cx *cx, const ts__retain_grad_args *a, ts_out *out) {
  (void)out;
  ts_tensor *t = a->self;
  if (!ts_requires_grad(t)) return ts_fail(cx, TS_ERR_AUTOGRAD, "can't retain_grad on Tensor that has requires_grad=False");
  if (!t->grad_fn || t->retains_grad) return true;
  if (!ts_add_hook(cx, t, 0, true)) return false;
  t->retains_grad = true;
  return true;
}

/* A stale view's node is made anew before it is named. */
static ts_node *node_of(ts_cx *cx, ts_tensor *t) {
  if (!ts_requires_grad(t)) return NULL;
  ts_edge e = ts_gradient_edge(cx, t);
  ts_node_release(cx, e.fn); /* still held by t, unless it is a leaf's */
  return t->grad_fn;
}

bool ts__grad_fn_impl(ts_cx *cx, const ts__grad_fn_args *a, ts_out *out) {
  ts_node *n = node_of(cx, a->self);
  out->text = n ? n->name : NULL;
  return true;
}

bool ts__next_functions_impl(ts_cx *cx, const ts__next_functions_args *a, ts_out *out) {
  ts_node *n = node_of(cx, a->self);
  if (!n) return true;
  size_t size = 1;
  for (int i = 0; i < n->n_edges; i++) size += (n->edges[i].fn ? strlen(n->edges[i].fn->name) : 0) + 1;
  char *text = ts_temp(cx, (int64_t)size);
  if (!text) return false;
  text[0] = 0;
  for (int i = 0; i < n->n_edges; i++) {
    if (i) strcat(text, ",");
    if (n->edges[i].fn) strcat(text, n->edges[i].fn->name);
  }
  out->text = text;
  return true;
}

bool ts__add_hook_impl(ts_cx *cx, const ts__add_hook_args *a, ts_out *out) {
  (void)out;
  return ts_add_hook(cx, a->self, a->callback, false);
}

bool ts__remove_hook_impl(ts_cx *cx, const ts__remove_hook_args *a, ts_out *out) {
  (void)out;
  ts_remove_hook(cx, a->self, a->callback);
  return true;
}

bool ts__dropped_callbacks_impl(ts_cx *cx, const ts__dropped_callbacks_args *a, ts_out *out) {
  (void)a;
  out->ints = (ts_ints){cx->dropped, (int64_t)cx->n_dropped};
  cx->n_dropped = 0;
  return true;
}

bool ts__backward_impl(ts_cx *cx, const ts__backward_args *a, ts_out *out) {
  (void)out;
  if (a->grads.n > 0 && a->grads.n != a->tensors.n)
    return ts_fail(cx, TS_ERR_ARGUMENT, "got %d tensors and %d gradients", (int)a->tensors.n, (int)a->grads.n);
  ts_list inputs = {NULL, -1};
  ts_tensor **captured = NULL;
  if (a->inputs.n > 0) {
    inputs = a->inputs;
    captured = ts_temp(cx, a->inputs.n * (int64_t)sizeof *captured);
    if (!captured) return false;
    memset(captured, 0, (size_t)a->inputs.n * sizeof *captured);
  }
  return ts_run_backward(cx, a->tensors, a->grads, a->retain_graph, a->create_graph, inputs, true, captured);
}

bool ts__autograd_grad_impl(ts_cx *cx, const ts__autograd_grad_args *a, ts_out *out) {
  if (a->grads.n > 0 && a->grads.n != a->outputs.n)
    return ts_fail(cx, TS_ERR_ARGUMENT, "got %d tensors and %d gradients", (int)a->outputs.n, (int)a->grads.n);
  ts_tensor **captured = ts_temp(cx, a->inputs.n * (int64_t)sizeof *captured + 1);
  if (!captured) return false;
  memset(captured, 0, (size_t)a->inputs.n * sizeof *captured);
  out->list = (ts_list){captured, a->inputs.n};
  return ts_run_backward(cx, a->outputs, a->grads, a->retain_graph, a->create_graph, a->inputs, false, captured);
}

bool ts__set_grad_mode_impl(ts_cx *cx, const ts__set_grad_mode_args *a, ts_out *out) {
  out->scalar = ts_bool(cx->grad_mode);
  cx->grad_mode = a->value;
  return true;
}

bool ts__set_inference_mode_impl(ts_cx *cx, const ts__set_inference_mode_args *a, ts_out *out) {
  out->scalar = ts_bool(cx->inference_mode);
  cx->inference_mode = a->value;
  return true;
}

bool ts__grad_mode_impl(ts_cx *cx, const ts__grad_mode_args *a, ts_out *out) {
  (void)a;
  out->scalar = ts_bool(cx->grad_mode);
  return true;
}

bool ts__inference_mode_impl(ts_cx *cx, const ts__inference_mode_args *a, ts_out *out) {
  (void)a;
  out->scalar = ts_bool(cx->inference_mode);
  return true;
}

bool ts__detach_in_place_impl(ts_cx *cx, const ts__detach_in_place_args *a, ts_out *out) {
  (void)out;
  ts_tensor *t = a->self;
  if (t->is_view) return ts_fail(cx, TS_ERR_AUTOGRAD, "Can't detach views in-place. Use detach() instead.");
  ts_node *node = t->grad_fn;
  t->grad_fn = NULL;
  t->output_nr = 0;
  t->requires_grad = false;
  if (node) {
    t->history++; /* views of it begin anew */
    ts_node_release(cx, node);
  }
  return true;
}

bool ts__set_data_impl(ts_cx *cx, const ts__set_data_args *a, ts_out *out) {
  (void)out;
  ts_tensor *t = a->self, *from = a->data;
  ts_storage *s = ts_storage_retain(from->storage);
  if (!ts_set_geometry(cx, t, from->ndim, from->sizes, from->strides, from->offset)) {
    ts_storage_release(s);
    return false;
  }
  ts_storage_release(t->storage);
  t->storage = s;
  t->dtype = from->dtype;
  return true;
}

bool ts__share_impl(ts_cx *cx, const ts__share_args *a, ts_out *out) {
  (void)cx;
  out->t[0] = a->self;
  return true;
}

bool ts__memory_impl(ts_cx *cx, const ts__memory_args *a, ts_out *out) {
  (void)a;
  ts_memory_stats m;
  ts_memory(&m);
  int64_t *v = ts_temp(cx, 6 * (int64_t)sizeof *v);
  if (!v) return false;
  memcpy(v, ((int64_t[]){cx->live_handles, m.live_bytes, m.pooled_bytes, m.peak_bytes, m.budget_bytes, m.blocks}), 6 * sizeof *v);
  out->ints = (ts_ints){v, 6};
  return true;
}

bool ts__handles_impl(ts_cx *cx, const ts__handles_args *a, ts_out *out) {
  enum { PAGE = TS_WALL_SIZE / 2 };
  int64_t n = 1, *v = ts_temp(cx, PAGE * (int64_t)sizeof *v);
  uint32_t slot = a->slot > 0 && a->slot < cx->n_slots ? (uint32_t)a->slot : 0;
  if (!v) return false;
  for (; slot < cx->n_slots && n + 5 + TS_MAX_DIM <= PAGE; slot++) {
    const uint32_t handle = ts_handle_at(cx, slot);
    if (!handle) continue;
    const ts_tensor *t = cx->slots[slot].tensor;
    v[n++] = handle;
    v[n++] = t->dtype;
    v[n++] = (int64_t)(intptr_t)t->storage;
    v[n++] = t->storage->nbytes;
    v[n++] = t->ndim;
    for (int d = 0; d < t->ndim; d++) v[n++] = t->sizes[d];
  }
  v[0] = slot < cx->n_slots ? slot : 0;
  out->ints = (ts_ints){v, n};
  return true;
}

bool ts__set_memory_budget_impl(ts_cx *cx, const ts__set_memory_budget_args *a, ts_out *out) {
  (void)out;
  if (a->bytes < 0) return ts_fail(cx, TS_ERR_ARGUMENT, "the budget must not be negative, got %lld", (long long)a->bytes);
  ts_set_budget(a->bytes);
  return true;
}

bool ts__reset_peak_memory_impl(ts_cx *cx, const ts__reset_peak_memory_args *a, ts_out *out) {
  (void)cx;
  (void)a;
  (void)out;
  ts_reset_peak();
  return true;
}

bool ts__trim_memory_impl(ts_cx *cx, const ts__trim_memory_args *a, ts_out *out) {
  (void)a;
  (void)out;
  ts_programs_trim(cx);
  ts_trim();
  return true;
}

bool ts__num_threads_impl(ts_cx *cx, const ts__num_threads_args *a, ts_out *out) {
  (void)cx;
  (void)a;
  out->scalar = ts_int(ts_num_threads());
  return true;
}

bool ts__work_alone_impl(ts_cx *cx, const ts__work_alone_args *a, ts_out *out) {
  (void)cx;
  (void)out;
  ts_work_alone(a->alone);
  return true;
}

bool ts__set_num_threads_impl(ts_cx *cx, const ts__set_num_threads_args *a, ts_out *out) {
  (void)out;
  if (a->n < 0 || a->n > 64) return ts_fail(cx, TS_ERR_ARGUMENT, "expected 0 to 64 threads, got %lld", (long long)a->n);
  ts_set_num_threads((int)a->n);
  return true;
}
