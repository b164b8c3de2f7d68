/* Joining tensors. */
#include <inttypes.h>
#include <string.h>
#include "../core/threads.h"
#include "../gen/ops.h"
#include "elementwise.h"
#include "kernels.h"

/* PyTorch lets an empty 1-d tensor pass whatever the shape of the others. */
static bool is_nothing(const ts_tensor *t) { return t->ndim == 1 && t->sizes[0] == 0; }

enum { COPY_GRAIN = 1 << 18 }; /* bytes that a thread copies at least */

typedef struct {
  const ts_list *parts;
  char *to;
  int64_t row; /* bytes of one row of the result */
  const int64_t *rows; /* bytes of one row of each part */
} cat_job;

/* Rows of one element or two, as where scalars are stacked, are not worth a call each. */
#define COPY_ROWS(bytes) \
  case bytes:            \
    for (int64_t r = 0; r < n; r++, from += bytes, to += step) memcpy(to, from, bytes); \
    break;
static void copy_rows(char *to, int64_t step, const char *from, int64_t width, int64_t n) {
  switch (width) {
    COPY_ROWS(1) COPY_ROWS(2) COPY_ROWS(4) COPY_ROWS(8) COPY_ROWS(16)
    default:
      for (int64_t r = 0; r < n; r++, from += width, to += step) memcpy(to, from, (size_t)width);
  }
}

static void cat_rows(void *arg, int64_t begin, int64_t end) {
  const cat_job *job = arg;
  int64_t column = 0;
  for (int64_t k = 0; k < job->parts->n; k++) {
    int64_t width = job->rows[k];
    if (width == 0) continue;
    copy_rows(job->to + begin * job->row + column, job->row, (const char *)ts_data(job->parts->v[k]) + begin * width, width, end - begin);
    column += width;
  }
}

/* Parts of one shape but for dim, one behind the other. The parts' own sizes along dim are lengths[k] (1 where stack puts a
   dim in). sizes is the result's. */
static bool join(ts_cx *cx, const ts_list *parts, const int64_t *lengths, int dim, int ndim, const int64_t *sizes, ts_dtype dtype, bool stacked, ts_out *out) {
  ts_tensor *dest = out->t[0];
  bool apart = !dest || ts_check_writable(cx, dest);
  if (!apart) return false;
  for (int64_t k = 0; dest && k < parts->n; k++) apart = apart && dest->storage != parts->v[k]->storage;
  if (!apart) out->t[0] = NULL;
  ts_tensor *t = ts_result(cx, out, 0, dtype, ndim, sizes);
  if (!t) return false;
  if (t->numel == 0) return true;
  bool plain = ts_is_contiguous(t);
  for (int64_t k = 0; k < parts->n && plain; k++)
    plain = parts->v[k]->dtype == dtype && (lengths[k] == 0 || ts_is_contiguous(parts->v[k]));
  if (plain) {
    int64_t *rows = ts_temp(cx, parts->n * (int64_t)sizeof *rows), inner = ts_itemsize(dtype), outer = 1;
    if (!rows) return false;
    for (int d = 0; d < dim; d++) outer *= sizes[d];
    for (int d = dim + 1; d < ndim; d++) inner *= sizes[d];
    for (int64_t k = 0; k < parts->n; k++) rows[k] = lengths[k] * inner;
    cat_job job = {parts, ts_data(t), sizes[dim] * inner, rows};
    ts_parallel_for(outer, COPY_GRAIN / job.row + 1, cat_rows, &job);
    return true;
  }
  int64_t window_sizes[TS_MAX_DIM], at = 0;
  memcpy(window_sizes, sizes, (size_t)ndim * sizeof *sizes);
  for (int64_t k = 0; k < parts->n; k++) {
    if (lengths[k] == 0) continue;
    window_sizes[dim] = lengths[k];
    ts_tensor *window = ts_alias(cx, t, ndim, window_sizes, t->strides, t->offset + at * t->strides[dim]), *part = parts->v[k];
    if (stacked && window) { /* the window without the new dim */
      int64_t s[TS_MAX_DIM], st[TS_MAX_DIM];
      for (int d = 0, n = 0; d < ndim; d++) {
        if (d == dim) continue;
        s[n] = t->sizes[d];
        st[n++] = t->strides[d];
      }
      window = ts_alias(cx, t, ndim - 1, s, st, t->offset + at * t->strides[dim]);
    }
    if (!window || !ts_raw_copy(cx, window, part)) return false;
    at += lengths[k];
  }
  return true;
}

bool ts_cat_impl(ts_cx *cx, const ts_cat_args *a, ts_out *out) {
  const ts_list *parts = &a->tensors;
  if (parts->n <= 0) return ts_fail(cx, TS_ERR_ARGUMENT, "expected a non-empty list of Tensors");
  const ts_tensor *first = NULL;
  int64_t number = 0;
  for (int64_t k = 0; k < parts->n; k++) {
    if (parts->v[k]->ndim == 0) return ts_fail(cx, TS_ERR_SHAPE, "zero-dimensional tensor (at position %" PRId64 ") cannot be concatenated", k);
    bool nothing = is_nothing(parts->v[k]);
    if (!first || (is_nothing(first) && !nothing)) {
      first = parts->v[k];
      number = k;
    }
  }
  int dim;
  if (!ts_wrap_dim(cx, a->dim, first->ndim, &dim)) return false;
  int64_t sizes[TS_MAX_DIM], *lengths = ts_temp(cx, parts->n * (int64_t)sizeof *lengths);
  if (!lengths) return false;
  memcpy(sizes, first->sizes, first->ndim * sizeof *sizes);
  sizes[dim] = 0;
  for (int64_t k = 0; k < parts->n; k++) {
    const ts_tensor *t = parts->v[k];
    lengths[k] = 0;
    if (is_nothing(t)) continue;
    if (t->ndim != first->ndim) return ts_fail(cx, TS_ERR_SHAPE, "Tensors must have same number of dimensions: got %d and %d", first->ndim, t->ndim);
    for (int d = 0; d < t->ndim; d++) {
      if (d != dim && t->sizes[d] != first->sizes[d])
        return ts_fail(cx, TS_ERR_SHAPE, "Sizes of tensors must match except in dimension %d. Expected size %" PRId64 " but got size %" PRId64 " for tensor number %" PRId64 " in the list (shapes %s at %" PRId64 " and %s).",
                       dim, first->sizes[d], t->sizes[d], k, TS_TEXT(first), number, TS_TEXT(t));
    }
    lengths[k] = t->sizes[dim];
    sizes[dim] += lengths[k];
  }
  return join(cx, parts, lengths, dim, first->ndim, sizes, ts_result_type(parts->v, (int)parts->n), false, out);
}

bool ts_stack_impl(ts_cx *cx, const ts_stack_args *a, ts_out *out) {
  const ts_list *parts = &a->tensors;
  if (parts->n <= 0) return ts_fail(cx, TS_ERR_ARGUMENT, "stack expects a non-empty TensorList");
  const ts_tensor *first = parts->v[0];
  int dim;
  if (first->ndim >= TS_MAX_DIM) return ts_fail(cx, TS_ERR_SHAPE, "a tensor has at most %d dimensions", TS_MAX_DIM);
  if (!ts_wrap_dim(cx, a->dim, first->ndim + 1, &dim)) return false;
  int64_t *lengths = ts_temp(cx, parts->n * (int64_t)sizeof *lengths);
  if (!lengths) return false;
  for (int64_t k = 0; k < parts->n; k++) {
    if (!ts_same_sizes(parts->v[k], first))
      return ts_fail(cx, TS_ERR_SHAPE, "stack expects each tensor to be equal size, but got %s at entry 0 and %s at entry %" PRId64, TS_TEXT(first), TS_TEXT(parts->v[k]), k);
    lengths[k] = 1;
  }
  int64_t sizes[TS_MAX_DIM];
  for (int d = 0; d <= first->ndim; d++) sizes[d] = d == dim ? parts->n : first->sizes[d < dim ? d : d - 1];
  return join(cx, parts, lengths, dim, first->ndim + 1, sizes, ts_result_type(parts->v, (int)parts->n), true, out);
}
