/* The one path every op takes: check, run, record. */
#include <inttypes.h>
#include <string.h>
#include "graph.h"

#define FIELD(type, base, arg) ((type *)((char *)(base) + (arg)->offset))

ts_dtype ts_scalar_dtype(ts_scalar s) {
  return s.kind == TS_NUM_BOOL ? TS_BOOL : s.kind == TS_NUM_INT ? TS_INT64 : s.kind == TS_NUM_COMPLEX ? TS_COMPLEX64 : TS_FLOAT32;
}

ts_tensor *ts_wrap_scalar(ts_cx *cx, ts_scalar s) {
  /* Floats are kept in double, so that promotion to float64 loses nothing. */
  ts_dtype d = s.kind == TS_NUM_FLOAT ? TS_FLOAT64 : s.kind == TS_NUM_COMPLEX ? TS_COMPLEX128 : ts_scalar_dtype(s);
  ts_tensor *t = ts_empty(cx, d, 0, NULL);
  if (!t) return NULL;
  void *p = ts_data(t);
  if (d >= TS_FLOAT64) *(double *)p = s.f;
  else if (d == TS_INT64) *(int64_t *)p = s.i;
  else *(uint8_t *)p = s.i != 0;
  if (d == TS_COMPLEX128) ((double *)p)[1] = s.im;
  t->wrapped_number = true;
  return t;
}

ts_scalar ts_read_scalar(const ts_tensor *t, const void *p) {
  switch ((ts_dtype)t->dtype) {
    case TS_BOOL: return ts_bool(*(const uint8_t *)p != 0);
    case TS_UINT8: return ts_int(*(const uint8_t *)p);
    case TS_INT8: return ts_int(*(const int8_t *)p);
    case TS_INT16: return ts_int(*(const int16_t *)p);
    case TS_INT32: return ts_int(*(const int32_t *)p);
    case TS_INT64: return ts_int(*(const int64_t *)p);
    case TS_FLOAT16: return ts_float(ts_f16_to_f32(*(const uint16_t *)p));
    case TS_BFLOAT16: return ts_float(ts_bf16_to_f32(*(const uint16_t *)p));
    case TS_FLOAT32: return ts_float(*(const float *)p);
    case TS_FLOAT64: return ts_float(*(const double *)p);
    case TS_COMPLEX64: return ts_complex_number(((const float *)p)[0], ((const float *)p)[1]);
    case TS_COMPLEX128: return ts_complex_number(((const double *)p)[0], ((const double *)p)[1]);
    default: return ts_none();
  }
}

ts_tensor *ts_result(ts_cx *cx, ts_out *out, int i, ts_dtype dtype, int ndim, const int64_t *sizes) {
  ts_tensor *t = out->t[i];
  if (t && t->dtype == dtype && t->ndim == ndim && (ndim == 0 || memcmp(t->sizes, sizes, (size_t)ndim * sizeof *sizes) == 0))
    return t;
  return out->t[i] = ts_empty(cx, dtype, ndim, sizes);
}

/* True when a tensor among the arguments wants a gradient; false with an error set when a required one is missing. */
static bool wants_grad(ts_cx *cx, const ts_op *op, const void *args, bool recording) {
  bool wants = false;
  for (int i = 0; i < op->n_args; i++) {
    const ts_arg *a = &op->args[i];
    if (a->kind <= TS_ARG_OPERAND_OPT) {
      ts_tensor *t = *FIELD(ts_tensor *const, args, a);
      if (t) wants = wants || (recording && ts_requires_grad(t));
      else if (a->kind == TS_ARG_TENSOR || a->kind == TS_ARG_OPERAND)
        ts_fail(cx, TS_ERR_ARGUMENT, "argument '%s' is missing", a->name);
    } else if (a->kind == TS_ARG_LIST || a->kind == TS_ARG_LIST_OPT) {
      const ts_list *list = FIELD(const ts_list, args, a);
      for (int64_t j = 0; j < list->n; j++) {
        if (list->v[j]) wants = wants || (recording && ts_requires_grad(list->v[j]));
        else if (a->kind == TS_ARG_LIST) ts_fail(cx, TS_ERR_ARGUMENT, "argument '%s' has a missing tensor at %" PRId64, a->name, j);
      }
    } else if (a->kind == TS_ARG_TEXT ? *FIELD(const char *const, args, a) == NULL
               : (a->kind == TS_ARG_INTS || a->kind == TS_ARG_FLOATS) && FIELD(const ts_ints, args, a)->n < 0) {
      ts_fail(cx, TS_ERR_ARGUMENT, "argument '%s' is missing", a->name);
    }
  }
  return wants;
}

static void mark_view(ts_tensor *out, ts_tensor *self) {
  ts_tensor *base = self->is_view ? self->base : self;
  if (out == self || out->is_view || out->storage != self->storage) return;
  out->is_view = true;
  out->base = ts_retain(base);
  out->view_version = base->history;
}

static bool cannot_cast(ts_cx *cx, const ts_tensor *from, const ts_tensor *to) {
  return ts_fail(cx, TS_ERR_DTYPE, "result type %s can't be cast to the desired output type %s", ts_dtype_name((ts_dtype)from->dtype),
                 ts_dtype_name((ts_dtype)to->dtype));
}

/* Puts what impl made elsewhere into the destination the caller gave. */
static bool deliver(ts_cx *cx, ts_tensor *dest, ts_tensor **made) {
  ts_tensor *t = *made;
  if (!dest || dest == t) return true;
  if (!ts_can_cast((ts_dtype)t->dtype, (ts_dtype)dest->dtype)) return cannot_cast(cx, t, dest);
  if (!ts_raw_copy(cx, dest, t)) return false;
  *made = dest;
  return true;
}

/* self as it is before an in-place change, in its place in the graph: the same values, or just its sizes. */
static ts_tensor *stand_in(ts_cx *cx, ts_tensor *self, bool values) {
  ts_tensor *copy = values ? ts_empty_like(cx, self, (ts_dtype)self->dtype) : ts_shallow(cx, self);
  if (!copy || (values && !ts_raw_copy(cx, copy, self))) return NULL;
  ts_edge e = ts_gradient_edge(cx, self);
  copy->grad_fn = e.fn;
  copy->output_nr = e.nr;
  copy->requires_grad = e.fn != NULL;
  return copy;
}

/* Formulas need self as it was, also where it stands for another argument too (x.mul_(x)). */
static bool keep_self(ts_cx *cx, const ts_op *op, ts_tensor *self, void *kept) {
  const bool reshapes = op->flags & TS_OP_RESHAPES;
  const uint32_t wanting = ts_wanting(op, kept);
  ts_tensor *copy = NULL;
  for (int i = 0; i < op->n_args; i++) {
    const ts_arg *a = &op->args[i];
    if (a->kind > TS_ARG_OPERAND_OPT || *FIELD(ts_tensor *, kept, a) != self) continue;
    if (reshapes ? !(op->saves >> i & 1) : !ts_keeps(op, i, wanting)) continue;
    if (!copy && !(copy = stand_in(cx, self, !reshapes))) return false;
    *FIELD(ts_tensor *, kept, a) = copy;
  }
  return !ts_failed(cx);
}

/* The ops that it is made of may save self: they get its stand-in, for self is about to change, and holding the history that
   holds it would be a cycle. */
static bool run_composite_inplace(ts_cx *cx, const ts_op *op, const void *args, ts_out *out, bool wants) {
  ts_tensor *self = *FIELD(ts_tensor *const, args, &op->args[0]);
  _Alignas(16) char given[512];
  memcpy(given, args, op->args_size);
  if (!ts_before_write(cx, self)) return false;
  if (wants) {
    ts_tensor *before = ts_check_inplace(cx, self) ? stand_in(cx, self, true) : NULL;
    if (!before) return false;
    for (int i = 0; i < op->n_args; i++) {
      const ts_arg *a = &op->args[i];
      if (a->kind <= TS_ARG_OPERAND_OPT && *FIELD(ts_tensor *, given, a) == self) *FIELD(ts_tensor *, given, a) = before;
    }
  }
  return op->impl(cx, given, out) && ts_finish_inplace(cx, self, &out->t[0]);
}

static bool run_inplace(ts_cx *cx, const ts_op *op, void *args, ts_out *out, bool wants) {
  ts_tensor *self = *FIELD(ts_tensor *, args, &op->args[0]);
  if (!ts_check_inplace(cx, self) || !ts_before_write(cx, self)) return false;
  bool outer = cx->grad_mode;
  cx->grad_mode = false;
  _Alignas(16) char kept[512];
  memcpy(kept, args, op->args_size);
  if (wants && op->grad && !keep_self(cx, op, self, kept)) {
    cx->grad_mode = outer;
    return false;
  }
  if (op->flags & TS_OP_DIRECT) out->t[0] = self;
  bool ok = op->impl(cx, args, out);
  if (ok && out->t[0] != self && !(op->flags & TS_OP_RESHAPES)) {
    ts_tensor *made = out->t[0];
    if (!ts_same_sizes(made, self))
      ok = ts_fail(cx, TS_ERR_SHAPE, "output with shape %s doesn't match the broadcast shape %s", TS_TEXT(self), TS_TEXT(made));
    ok = ok && deliver(cx, self, &out->t[0]);
  }
  cx->grad_mode = outer;
  if (!ok) return false;
  if (op->flags & TS_OP_RESHAPES) { /* impl made a view: self takes over its geometry */
    const ts_tensor *view = out->t[0];
    if (!ts_set_geometry(cx, self, view->ndim, view->sizes, view->strides, view->offset)) return false;
    out->t[0] = self;
  }
  ts_bump(self);
  /* Where no value has changed, a view's gradient goes to its base as before, through the new geometry. */
  if (wants && op->grad && op->flags & TS_OP_RESHAPES && self->is_view) return ts_record_strided_view(cx, self);
  if (wants && op->grad) return ts_record(cx, op, kept, out->t, 1);
  return true;
}

/* Before any destination is touched: whether `made` may go into dest. */
static bool check_destination(ts_cx *cx, const ts_op *op, const void *args, const ts_tensor *dest, const ts_tensor *made) {
  if (op->flags & TS_OP_EXACT && made->dtype != dest->dtype)
    return ts_fail(cx, TS_ERR_DTYPE, "Expected out tensor to have dtype %s, but got %s instead", ts_dtype_name((ts_dtype)made->dtype),
                   ts_dtype_name((ts_dtype)dest->dtype));
  if (!ts_can_cast((ts_dtype)made->dtype, (ts_dtype)dest->dtype)) return cannot_cast(cx, made, dest);
  if (ts_same_sizes(dest, made)) return true;
  for (int i = 0; i < op->n_args; i++) {
    const ts_arg *a = &op->args[i];
    const bool many = a->kind == TS_ARG_LIST || a->kind == TS_ARG_LIST_OPT;
    bool among = a->kind <= TS_ARG_OPERAND_OPT && *FIELD(ts_tensor *const, args, a) == dest;
    for (int64_t k = 0; many && k < FIELD(const ts_list, args, a)->n; k++) among = among || FIELD(const ts_list, args, a)->v[k] == dest;
    if (among)
      return ts_fail(cx, TS_ERR_ARGUMENT, "unsupported operation: some elements of the input tensor and the written-to tensor refer to a single "
                                          "memory location. Please clone() the tensor before performing the operation.");
  }
  return true;
}

static bool resize_destination(ts_cx *cx, ts_tensor *dest, const ts_tensor *made) {
  if (ts_same_sizes(dest, made)) return true;
  int64_t strides[TS_MAX_DIM];
  ts_contiguous_strides(made->ndim, made->sizes, strides);
  ts_storage *fresh = ts_storage_new(cx, made->numel * ts_itemsize((ts_dtype)dest->dtype));
  if (!fresh) return false;
  if (!ts_set_geometry(cx, dest, made->ndim, made->sizes, strides, 0)) {
    ts_storage_release(fresh);
    return false;
  }
  ts_storage_release(dest->storage);
  dest->storage = fresh;
  return true;
}

static bool run_plain(ts_cx *cx, const ts_op *op, void *args, ts_out *out, bool wants) {
  ts_tensor *dest[TS_MAX_OUT];
  memcpy(dest, out->t, sizeof dest);
  bool destined = dest[0] != NULL;
  if (destined) {
    for (int i = 0; i < op->n_out; i++)
      if (cx->grad_mode && (wants || (dest[i] && ts_requires_grad(dest[i]))))
        return ts_fail(cx, TS_ERR_AUTOGRAD, "functions with out=... arguments don't support automatic differentiation, "
                                            "but one of the arguments requires grad.");
    for (int i = 0; i < op->n_out; i++)
      if (dest[i] && !ts_before_write(cx, dest[i])) return false;
    if (!(op->flags & TS_OP_DIRECT)) memset(out->t, 0, sizeof out->t);
  }
  bool outer = cx->grad_mode;
  if (!(op->flags & (TS_OP_COMPOSITE | TS_OP_SYSTEM))) cx->grad_mode = false;
  bool ok = op->impl(cx, args, out);
  if (!(op->flags & TS_OP_SYSTEM)) cx->grad_mode = outer; /* system rows may set the mode */
  if (!ok) return false;
  for (int i = 0; destined && i < op->n_out; i++)
    if (dest[i] && out->t[i] && dest[i] != out->t[i] && !check_destination(cx, op, args, dest[i], out->t[i])) return false;
  for (int i = 0; destined && i < op->n_out; i++) {
    if (!dest[i] || !out->t[i]) continue;
    if (!ts_same_sizes(dest[i], out->t[i]) && !resize_destination(cx, dest[i], out->t[i])) return false;
    if (!deliver(cx, dest[i], &out->t[i])) return false;
    ts_bump(dest[i]);
  }
  if (op->flags & TS_OP_VIEW) mark_view(out->t[0], *FIELD(ts_tensor *, args, &op->args[0]));
  if (op->flags & TS_OP_LISTVIEW)
    for (int64_t i = 0; i < out->list.n; i++) mark_view(out->list.v[i], *FIELD(ts_tensor *, args, &op->args[0]));
  if (!wants || !op->grad) return true;
  return op->ret == TS_RET_LIST ? ts_record(cx, op, args, out->list.v, out->list.n) : ts_record(cx, op, args, out->t, op->n_out);
}

static bool run(ts_cx *cx, const ts_op *op, void *args, ts_out *out) {
  bool wants = wants_grad(cx, op, args, cx->grad_mode && !(op->flags & TS_OP_SYSTEM));
  if (ts_failed(cx)) return false;
  if (!(op->flags & TS_OP_INPLACE)) return run_plain(cx, op, args, out, wants);
  if (op->flags & TS_OP_COMPOSITE) return run_composite_inplace(cx, op, args, out, wants);
  return run_inplace(cx, op, args, out, wants);
}

static bool run_cast(ts_cx *cx, const ts_op *op, void *args, ts_out *out) {
  const uint8_t lower = cx->autocast;
  bool ok = op->autocast == TS_CAST_NONE || out->t[0] || ts_autocast(cx, op, args);
  cx->autocast = 0;
  ok = ok && run(cx, op, args, out);
  cx->autocast = lower;
  return ok;
}

bool ts_dispatch(ts_cx *cx, const ts_op *op, void *args, ts_out *out) {
  if (ts_failed(cx)) return false;
  const char *outer = cx->op;
  /* What a user called is what messages name, whatever it is made of. */
  if (cx->n_calls++ == 0) cx->op = op->name;
  bool ok = cx->autocast && op->autocast != TS_CAST_INSIDE ? run_cast(cx, op, args, out) : run(cx, op, args, out);
  cx->n_calls--;
  cx->op = outer;
  if (!ok && !ts_failed(cx)) ts_fail(cx, TS_ERR_UNSUPPORTED, "failed without saying why");
  return ok && !ts_failed(cx);
}

ts_tensor *ts_dispatch1(ts_cx *cx, const ts_op *op, void *args) {
  ts_out out;
  memset(&out, 0, sizeof out);
  return ts_dispatch(cx, op, args, &out) ? out.t[0] : NULL;
}
