/* x.at(...) and x.setAt(...): Python's subscripts, written as a list of items (see the rows) and taken apart into views and
   at most one op with index tensors. */
#include <inttypes.h>
#include <string.h>
#include "../gen/ops.h"
#include "index.h"
#include "elementwise.h"
#include "kernels.h"

enum { ITEM_NONE, ITEM_ELLIPSIS, ITEM_INT, ITEM_SLICE, ITEM_TENSOR, ITEM_BOOL };
static const int item_length[] = {1, 1, 2, 5, 1, 2};

/* A tensor index that is a single integer selects, as a number would. */
static bool is_number(const ts_tensor *t) { return t->ndim == 0 && ts_is_integral((ts_dtype)t->dtype, false) && t->dtype != TS_UINT8; }

/* How many dims of the tensor the items name; false for a list that is none. */
static bool count_dims(ts_cx *cx, ts_ints items, ts_list tensors, int64_t *count) {
  int64_t at = 0, next = 0;
  bool ellipsis = false;
  *count = 0;
  while (at < items.n) {
    int64_t code = items.v[at];
    if (code < 0 || code > ITEM_BOOL || at + item_length[code] > items.n || (code == ITEM_TENSOR && next >= tensors.n))
      return ts_fail(cx, TS_ERR_ARGUMENT, "not a list of indices");
    if (code == ITEM_ELLIPSIS && ellipsis) return ts_fail(cx, TS_ERR_INDEX, "an index can only have a single ellipsis ('...')");
    ellipsis = ellipsis || code == ITEM_ELLIPSIS;
    if (code == ITEM_INT || code == ITEM_SLICE) (*count)++;
    if (code == ITEM_TENSOR) {
      const ts_tensor *t = tensors.v[next++];
      bool mask = t->dtype == TS_BOOL || t->dtype == TS_UINT8;
      *count += mask ? t->ndim : 1;
    }
    at += item_length[code];
  }
  return true;
}

typedef struct {
  ts_tensor *view;               /* after the basic part */
  ts_tensor *indices[TS_MAX_DIM];
  int n;                         /* of indices; 0: the view is all */
} subscript;

static bool put_index(ts_cx *cx, subscript *s, int dim, ts_tensor *index) {
  if (!index) return false;
  if (dim >= TS_MAX_DIM) return ts_fail(cx, TS_ERR_SHAPE, "a tensor has at most %d dimensions", TS_MAX_DIM);
  s->indices[dim] = index;
  s->n = dim + 1;
  return true;
}

static bool take_int(ts_cx *cx, subscript *s, int64_t index, int dim, int64_t named) {
  int64_t size = s->view->sizes[dim];
  if (index < -size || index >= size)
    return ts_fail(cx, TS_ERR_INDEX, "index %" PRId64 " is out of bounds for dimension %" PRId64 " with size %" PRId64, index, named, size);
  return (s->view = ts_select(cx, s->view, dim, index)) != NULL;
}

static bool take_apart(ts_cx *cx, ts_tensor *self, ts_ints items, ts_list tensors, subscript *s) {
  memset(s, 0, sizeof *s);
  int64_t count, next = 0, named = 0; /* named: dims of self that items before this one stand for */
  if (!count_dims(cx, items, tensors, &count)) return false;
  if (count > self->ndim) {
    if (self->ndim == 0 && items.v[0] == ITEM_SLICE) return ts_fail(cx, TS_ERR_INDEX, "slice() cannot be applied to a 0-dim tensor.");
    if (self->ndim == 0 && items.v[0] == ITEM_INT && items.n == 2)
      return ts_fail(cx, TS_ERR_INDEX, "invalid index of a 0-dim tensor. Use `tensor.item()` to convert a 0-dim tensor to a number");
    return ts_fail(cx, TS_ERR_INDEX, "too many indices for tensor of dimension %d", self->ndim);
  }
  int dim = 0;
  s->view = self;
  for (int64_t at = 0; at < items.n; at += item_length[items.v[at]]) {
    const int64_t *v = items.v + at;
    switch (v[0]) {
      case ITEM_NONE: s->view = ts_unsqueeze(cx, s->view, dim++); break;
      case ITEM_ELLIPSIS:
        dim += self->ndim - (int)count;
        named += self->ndim - count;
        break;
      case ITEM_INT:
        if (!take_int(cx, s, v[1], dim, named)) return false;
        named++;
        break;
      case ITEM_SLICE: {
        const int64_t given = v[1], size = s->view->sizes[dim], step = given & 4 ? v[4] : 1;
        bool all = step == 1 && (!(given & 1) || v[2] == 0) && (!(given & 2) || v[3] >= size);
        if (!all) s->view = ts__slice(cx, s->view, dim, (ts_opt_int){given & 1, v[2]}, (ts_opt_int){given & 2, v[3]}, step);
        dim++;
        named++;
        break;
      }
      case ITEM_BOOL: {
        const int64_t n = v[1] != 0;
        s->view = ts_unsqueeze(cx, s->view, dim);
        if (!put_index(cx, s, dim++, ts_full_zero(cx, TS_INT64, 1, &n))) return false;
        break;
      }
      default: {
        ts_tensor *t = tensors.v[next++];
        bool mask = t->dtype == TS_BOOL || t->dtype == TS_UINT8;
        if (is_number(t)) {
          if (!take_int(cx, s, ts_read_scalar(t, ts_data(t)).i, dim, named)) return false;
          named++;
        } else if (mask && t->ndim == 0) {
          const int64_t n = ts_read_scalar(t, ts_data(t)).i != 0;
          s->view = ts_unsqueeze(cx, s->view, dim);
          if (!put_index(cx, s, dim++, ts_full_zero(cx, TS_INT64, 1, &n))) return false;
        } else if (mask) {
          /* At once as coordinates, so that what follows counts all the dims that it covers. */
          for (int d = 0; d < t->ndim; d++)
            if (t->sizes[d] != s->view->sizes[dim + d])
              return ts_fail(cx, TS_ERR_INDEX, "The shape of the mask %s at index %d does not match the shape of the indexed tensor %s at index %d",
                             TS_TEXT(t), d, TS_TEXT(s->view), dim + d);
          ts_tensor *rows = ts_nonzero_rows(cx, t);
          for (int d = 0; rows && d < t->ndim; d++)
            if (!put_index(cx, s, dim++, ts_alias(cx, rows, 1, rows->sizes, rows->strides, d))) return false;
          named += t->ndim;
        } else {
          if (!put_index(cx, s, dim++, t)) return false;
          named++;
        }
      }
    }
    if (!s->view || ts_failed(cx)) return false;
  }
  return true;
}

bool ts__at_impl(ts_cx *cx, const ts__at_args *a, ts_out *out) {
  subscript s;
  if (!take_apart(cx, a->self, a->items, a->tensors, &s)) return false;
  ts_tensor *t = s.view;
  if (s.n) t = ts__index(cx, t, (ts_list){s.indices, s.n});
  else if (t == a->self) t = ts_expand(cx, t, ts_sizes_of(t), false); /* a view of its own, as every basic index */
  return (out->t[0] = t) != NULL;
}

bool ts__set_at_impl(ts_cx *cx, const ts__set_at_args *a, ts_out *out) {
  (void)out;
  subscript s;
  ts_tensor *value = a->value;
  if (!take_apart(cx, a->self, a->items, a->tensors, &s)) return false;
  if (value->wrapped_number && !ts_fits(cx, ts_read_scalar(value, ts_data(value)), (ts_dtype)a->self->dtype)) return false;
  /* Leading dims of size 1 that the place does not have are dropped, as in Python. */
  int room = s.view->ndim;
  if (s.n) {
    ts_walk w;
    if (!ts_index_walk(cx, s.view, (ts_list){s.indices, s.n}, &w)) return false;
    room = w.ndim;
  }
  int extra = 0;
  while (value->ndim - extra > room && value->sizes[extra] == 1) extra++;
  if (extra) value = ts_view(cx, value, (ts_ints){value->sizes + extra, value->ndim - extra});
  if (!s.n) return ts_copy_(cx, s.view, value, false) != NULL;
  if (value && value->dtype != s.view->dtype) value = ts__to_dtype(cx, value, (ts_dtype)s.view->dtype);
  return ts_index_put_(cx, s.view, (ts_list){s.indices, s.n}, value, false) != NULL;
}
