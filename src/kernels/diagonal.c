/* Diagonals and triangles of matrices. */
#include <inttypes.h>
#include <string.h>
#include "../core/threads.h"
#include "../gen/ops.h"
#include "fill.h"
#include "kernels.h"
#include "shapes.h"

static bool give(ts_out *out, ts_tensor *t) { return (out->t[0] = t) != NULL; }

bool ts_diag_impl(ts_cx *cx, const ts_diag_args *a, ts_out *out) {
  if (a->self->ndim == 1) return give(out, ts_diag_embed(cx, a->self, a->diagonal, 0, 1));
  if (a->self->ndim != 2) return ts_fail(cx, TS_ERR_SHAPE, "matrix or a vector expected, got shape %s", TS_TEXT(a->self));
  return give(out, ts_clone(cx, ts_diagonal(cx, a->self, a->diagonal, 0, 1), "contiguous_format"));
}

bool ts_diag_embed_impl(ts_cx *cx, const ts_diag_embed_args *a, ts_out *out) {
  ts_tensor *self = a->self;
  int n = self->ndim + 1, d1, d2;
  if (self->ndim == 0) return ts_fail(cx, TS_ERR_SHAPE, "input must have at least 1 dimension");
  if (n > TS_MAX_DIM) return ts_fail(cx, TS_ERR_SHAPE, "a tensor has at most %d dimensions", TS_MAX_DIM);
  if (!ts_wrap_dim(cx, a->dim1, n, &d1) || !ts_wrap_dim(cx, a->dim2, n, &d2)) return false;
  if (d1 == d2) return ts_fail(cx, TS_ERR_ARGUMENT, "diagonal dimensions cannot be identical %" PRId64 ", %" PRId64, a->dim1, a->dim2);
  int64_t sizes[TS_MAX_DIM], side;
  if (a->offset < -INT64_MAX || __builtin_add_overflow(self->sizes[self->ndim - 1], a->offset < 0 ? -a->offset : a->offset, &side))
    return ts_fail(cx, TS_ERR_MEMORY, "an offset of %" PRId64 " is too large", a->offset);
  for (int d = 0, from = 0; d < n; d++) sizes[d] = d == d1 || d == d2 ? side : self->sizes[from++];
  return give(out, ts__diagonal_backward(cx, self, (ts_ints){sizes, n}, a->offset, d1, d2));
}

bool ts_diagflat_impl(ts_cx *cx, const ts_diagflat_args *a, ts_out *out) {
  return give(out, ts_diag_embed(cx, ts_flatten(cx, a->self, 0, -1), a->offset, 0, 1));
}

bool ts_trace_impl(ts_cx *cx, const ts_trace_args *a, ts_out *out) {
  if (a->self->ndim != 2) return ts_fail(cx, TS_ERR_SHAPE, "expected a matrix");
  return give(out, ts_sum(cx, ts_diagonal(cx, a->self, 0, 0, 1), TS_NO_INTS, false, TS_DTYPE_NONE));
}

/* ---- triangles ---- */

typedef struct { const char *from; char *to; int64_t rows, cols, item, diagonal; bool upper; } triangle_job;

/* Where the part of a row that is kept ends (lower) or begins (upper). */
static int64_t edge_of(const triangle_job *job, int64_t row) {
  int64_t edge = row + job->diagonal + !job->upper;
  return edge < 0 ? 0 : edge > job->cols ? job->cols : edge;
}

static void triangle_rows(void *arg, int64_t begin, int64_t end) {
  const triangle_job *job = arg;
  int64_t width = job->cols * job->item, row = begin % job->rows;
  for (int64_t r = begin; r < end; r++, row = row + 1 == job->rows ? 0 : row + 1) {
    const char *from = job->from + r * width;
    char *to = job->to + r * width;
    int64_t edge = edge_of(job, row) * job->item;
    if (job->upper) {
      memset(to, 0, (size_t)edge);
      memcpy(to + edge, from + edge, (size_t)(width - edge));
    } else {
      memcpy(to, from, (size_t)edge);
      memset(to + edge, 0, (size_t)(width - edge));
    }
  }
}

static int64_t clipped(int64_t v, int64_t least, int64_t most) { return v < least ? least : v > most ? most : v; }

bool ts_triangle(ts_cx *cx, ts_tensor *self, ts_out *out, int64_t diagonal, bool upper) {
  int n = self->ndim;
  if (n < 2) return ts_fail(cx, TS_ERR_SHAPE, "input tensor must have at least 2 dimensions");
  ts_tensor *from = ts_raw_contiguous(cx, self), *t = from ? ts_empty(cx, (ts_dtype)self->dtype, n, self->sizes) : NULL;
  if (!give(out, t)) return false;
  if (t->numel == 0) return true;
  int64_t rows = self->sizes[n - 2], cols = self->sizes[n - 1], item = ts_itemsize((ts_dtype)self->dtype);
  triangle_job job = {ts_data(from), ts_data(t), rows, cols, item, clipped(diagonal, -rows - 1, cols + 1), upper};
  ts_parallel_for(t->numel / cols, (1 << 18) / (cols * item) + 1, triangle_rows, &job);
  return true;
}

bool ts_triangle_indices(ts_cx *cx, ts_out *out, int64_t row, int64_t col, int64_t offset, ts_dtype dtype, bool upper) {
  if (row < 0) return ts_fail(cx, TS_ERR_ARGUMENT, "row must be non-negative, got%" PRId64, row);
  if (col < 0) return ts_fail(cx, TS_ERR_ARGUMENT, "col must be non-negative, got%" PRId64, col);
  int64_t cells;
  if (__builtin_mul_overflow(row, col, &cells) || cells > INT64_MAX / 32) return ts_fail(cx, TS_ERR_MEMORY, "a matrix of %" PRId64 " by %" PRId64 " is too large", row, col);
  if (cells == 0) row = col = 0;
  /* edge(r) is r + shift, cut to [0, col]: rows before `first` have none, those from `full` on all. */
  triangle_job job = {.rows = row, .cols = col, .diagonal = clipped(offset, -row - 1, col + 1), .upper = upper};
  int64_t shift = job.diagonal + !upper, first = clipped(1 - shift, 0, row), full = clipped(col - shift, first, row);
  int64_t before = (full - first) * shift + (first + full - 1) * (full - first) / 2 + (row - full) * col, sizes[2] = {2, upper ? cells - before : before};
  ts_tensor *t = ts_empty(cx, TS_INT64, 2, sizes);
  if (!t) return false;
  int64_t *r_to = ts_data(t), *c_to = r_to + sizes[1];
  for (int64_t r = upper ? 0 : first, end = upper ? full : row; r < end && sizes[1]; r++) {
    int64_t edge = edge_of(&job, r);
    for (int64_t c = upper ? edge : 0, last = upper ? col : edge; c < last; c++) {
      *r_to++ = r;
      *c_to++ = c;
    }
  }
  return give(out, ts_raw_cast(cx, t, dtype == TS_DTYPE_NONE ? TS_INT64 : dtype));
}

bool ts_fill_diagonal__impl(ts_cx *cx, const ts_fill_diagonal__args *a, ts_out *out) {
  ts_tensor *self = a->self;
  int n = self->ndim;
  if (n < 2) return ts_fail(cx, TS_ERR_SHAPE, "dimensions must larger than 1");
  int64_t least = self->sizes[0], stride = 0;
  for (int d = 0; d < n; d++) {
    if (n > 2 && self->sizes[d] != self->sizes[0]) return ts_fail(cx, TS_ERR_SHAPE, "all dimensions of input must be of equal length, got %s", TS_TEXT(self));
    if (self->sizes[d] < least) least = self->sizes[d];
    stride += self->strides[d];
  }
  out->t[0] = self;
  if (!ts_check_writable(cx, self)) return false;
  ts_tensor *line = ts_alias(cx, self, 1, &least, &stride, self->offset);
  if (!line || !ts_fill_scalar(cx, line, a->fill_value)) return false;
  if (!a->wrap || n != 2 || self->sizes[0] <= self->sizes[1] + 1 || self->numel == 0) return true;
  /* Below a tall matrix the diagonal begins anew, one row further down each time. */
  int64_t rows = self->sizes[0], cols = self->sizes[1];
  for (int64_t top = cols + 1; top < rows; top += cols + 1) {
    int64_t length = rows - top < cols ? rows - top : cols;
    line = ts_alias(cx, self, 1, &length, &stride, self->offset + top * self->strides[0]);
    if (!line || !ts_fill_scalar(cx, line, a->fill_value)) return false;
  }
  return true;
}
