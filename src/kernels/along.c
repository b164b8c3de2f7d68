/* Indexing along one dim: rows (index_select, index_add, ...) and elements (gather, scatter, ...), and take and put. */
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include "../gen/ops.h"
#include "kernels.h"
#include "place.h"

/* An index for rows as int64 positions in [0, size): 0-d or 1-d. */
static ts_tensor *row_index(ts_cx *cx, ts_tensor *index, int64_t size, int dim, bool wraps) {
  if (index->dtype != TS_INT64 && index->dtype != TS_INT32) {
    ts_fail(cx, TS_ERR_DTYPE, "Expected dtype int32 or int64 for index but got: %s", ts_dtype_name((ts_dtype)index->dtype));
    return NULL;
  }
  if (index->ndim > 1) {
    ts_fail(cx, TS_ERR_INDEX, "Index is supposed to be a vector, but got dim: %d with type: %s and size: %s", index->ndim, ts_dtype_name((ts_dtype)index->dtype), TS_TEXT(index));
    return NULL;
  }
  return ts_positions(cx, ts_raw_cast(cx, index, TS_INT64), size, dim, wraps);
}

static int64_t size_at(const ts_tensor *t, int dim) { return t->ndim ? t->sizes[dim] : 1; }

/* The walk over t in which index (0-d or 1-d) names rows of dim. */
static bool row_walk(ts_cx *cx, const ts_tensor *t, int dim, ts_tensor *index, ts_walk *w) {
  w->ndim = t->ndim ? t->ndim : 1;
  w->sizes[0] = 1;
  w->strides[0] = 0;
  memcpy(w->sizes, t->sizes, t->ndim * sizeof *w->sizes);
  memcpy(w->strides, t->strides, t->ndim * sizeof *w->strides);
  w->step = t->ndim ? t->strides[dim] : 1;
  w->sizes[dim] = index->numel;
  w->strides[dim] = 0;
  int64_t strides[TS_MAX_DIM] = {0};
  strides[dim] = index->ndim ? index->strides[0] : 0;
  w->at = ts_alias(cx, index, w->ndim, w->sizes, strides, index->offset);
  return w->at != NULL;
}

/* t as 1-d when it has no dims: what a row walk of a 0-d tensor reads and writes. */
static ts_tensor *at_least_1d(ts_cx *cx, ts_tensor *t) {
  return t && t->ndim == 0 ? ts_alias(cx, t, 1, (const int64_t[]){1}, (const int64_t[]){1}, t->offset) : t;
}

bool ts_index_select_impl(ts_cx *cx, const ts_index_select_args *a, ts_out *out) {
  ts_tensor *self = a->self;
  int dim;
  ts_walk w;
  if (!ts_wrap_dim(cx, a->dim, self->ndim, &dim)) return false;
  ts_tensor *index = row_index(cx, a->index, size_at(self, dim), dim, false);
  if (!index || !row_walk(cx, self, dim, index, &w)) return false;
  if (self->ndim == 0 && index->numel != 1)
    return ts_fail(cx, TS_ERR_INDEX, "Index to scalar can have only 1 value, got %" PRId64 " value(s)", index->numel);
  ts_tensor *t = out->t[0] = ts_empty(cx, (ts_dtype)self->dtype, self->ndim, w.sizes), *flat = at_least_1d(cx, t);
  return flat && ts_pick(cx, &w, flat, self);
}

/* Writes rows of source (sizes of self but for dim) to the places of index. */
static bool put_rows(ts_cx *cx, ts_tensor *self, int dim, ts_tensor *index, ts_tensor *source, ts_place_kind kind, ts_out *out) {
  ts_walk w;
  ts_tensor *target = ts_target(cx, self, out), *work = ts_place_begin(cx, target, kind);
  if (!work || !(source = ts_apart(cx, source, work)) || !(index = ts_apart(cx, index, work))) return false;
  return row_walk(cx, work, dim, index, &w) && ts_place(cx, &w, work, source, kind) && ts_place_end(cx, target, work);
}

static bool check_source(ts_cx *cx, const ts_tensor *self, int dim, const ts_tensor *index, const ts_tensor *source) {
  if (self->dtype != source->dtype)
    return ts_fail(cx, TS_ERR_DTYPE, "self (%s) and source (%s) must have the same scalar type", ts_dtype_name((ts_dtype)self->dtype), ts_dtype_name((ts_dtype)source->dtype));
  if (index->numel != size_at(source, dim < source->ndim ? dim : 0))
    return ts_fail(cx, TS_ERR_SHAPE, "Number of indices (%" PRId64 ") should be equal to source.size(dim): (%" PRId64 "), for dim: %d", index->numel, size_at(source, dim < source->ndim ? dim : 0), dim);
  bool same = source->ndim == self->ndim || (self->ndim <= 1 && source->ndim <= 1);
  for (int d = 0; d < self->ndim && d < source->ndim && same; d++) same = d == dim || self->sizes[d] == source->sizes[d];
  if (!same)
    return ts_fail(cx, TS_ERR_SHAPE, "Source/destination tensor must have same slice shapes (but for dimension %d). Destination shape: %s, source shape: %s", dim, TS_TEXT(self), TS_TEXT(source));
  return true;
}

bool ts_index_add_impl(ts_cx *cx, const ts_index_add_args *a, ts_out *out) {
  ts_tensor *self = a->self, *source = a->source, *index;
  int dim;
  if (!ts_wrap_dim(cx, a->dim, self->ndim, &dim) || !(index = row_index(cx, a->index, size_at(self, dim), dim, false)) ||
      !check_source(cx, self, dim, index, source)) return false;
  if (a->alpha.kind == TS_NUM_FLOAT && !ts_is_inexact((ts_dtype)self->dtype))
    return ts_fail(cx, TS_ERR_DTYPE, "For integral input tensors, argument alpha must not be a floating point number.");
  if (!ts_is_one(a->alpha)) source = ts_raw_cast(cx, ts_mul(cx, source, ts_wrap_scalar(cx, a->alpha)), (ts_dtype)self->dtype);
  return source && put_rows(cx, self, dim, index, source, TS_PLACE_ADD, out);
}

bool ts_index_copy_impl(ts_cx *cx, const ts_index_copy_args *a, ts_out *out) {
  int dim;
  ts_tensor *index;
  return ts_wrap_dim(cx, a->dim, a->self->ndim, &dim) && (index = row_index(cx, a->index, size_at(a->self, dim), dim, false)) &&
         check_source(cx, a->self, dim, index, a->source) && put_rows(cx, a->self, dim, index, a->source, TS_PLACE_COPY, out);
}

bool ts_index_fill_impl(ts_cx *cx, const ts_index_fill_args *a, ts_out *out) {
  ts_tensor *self = a->self, *index, *value = a->value;
  int dim;
  if (value->ndim != 0)
    return ts_fail(cx, TS_ERR_SHAPE, "index_fill_ only supports a 0-dimensional value tensor, but got tensor with %d dimension(s).", value->ndim);
  return ts_wrap_dim(cx, a->dim, self->ndim, &dim) && (index = row_index(cx, a->index, size_at(self, dim), dim, true)) &&
         (value = ts_raw_cast(cx, value, (ts_dtype)self->dtype)) && put_rows(cx, self, dim, index, value, TS_PLACE_COPY, out);
}

/* ---- elements ---- */

static bool check_elements(ts_cx *cx, const ts_tensor *self, int dim, const ts_tensor *index, const ts_tensor *src) {
  if (index->numel == 0) return true;
  if (index->dtype != TS_INT64) return ts_fail(cx, TS_ERR_DTYPE, "Expected dtype int64 for index, got %s", ts_dtype_name((ts_dtype)index->dtype));
  int n = index->ndim ? index->ndim : 1;
  if (n != (self->ndim ? self->ndim : 1))
    return ts_fail(cx, TS_ERR_SHAPE, "Index tensor must have the same number of dimensions as self tensor (shapes %s and %s)", TS_TEXT(index), TS_TEXT(self));
  if (src && n != (src->ndim ? src->ndim : 1))
    return ts_fail(cx, TS_ERR_SHAPE, "Index tensor must have the same number of dimensions as src tensor (shapes %s and %s)", TS_TEXT(index), TS_TEXT(src));
  for (int d = 0; d < n; d++) {
    int64_t i = size_at(index, d);
    if ((d != dim && i > size_at(self, d)) || (src && i > size_at(src, d))) {
      if (!src)
        return ts_fail(cx, TS_ERR_SHAPE, "Expected index %s to be smaller than self %s apart from dimension %d", TS_TEXT(index), TS_TEXT(self), dim);
      return ts_fail(cx, TS_ERR_SHAPE, "Expected index %s to be smaller than self %s apart from dimension %d and to be smaller size than src %s", TS_TEXT(index), TS_TEXT(self), dim, TS_TEXT(src));
    }
  }
  return true;
}

/* The walk over index in which its elements name places of t along dim. */
static void element_walk(const ts_tensor *t, int dim, ts_tensor *index, ts_walk *w) {
  w->ndim = index->ndim;
  memcpy(w->sizes, index->sizes, index->ndim * sizeof *w->sizes);
  for (int d = 0; d < w->ndim; d++) w->strides[d] = d == dim || t->ndim == 0 ? 0 : t->strides[d];
  w->at = index;
  w->step = t->ndim ? t->strides[dim] : 1;
}

/* Checks a destination as PyTorch does; the result is made apart from it all the same. */
static bool check_destination(ts_cx *cx, ts_out *out, const ts_tensor *self, const ts_tensor *index) {
  const ts_tensor *dest = out->t[0];
  out->t[0] = NULL;
  if (!dest) return true;
  if (dest->dtype != self->dtype)
    return ts_fail(cx, TS_ERR_DTYPE, "Expected out tensor to have dtype %s, but got %s instead", ts_dtype_name((ts_dtype)self->dtype), ts_dtype_name((ts_dtype)dest->dtype));
  if (dest->numel && (dest->storage == self->storage || dest->storage == index->storage))
    return ts_fail(cx, TS_ERR_ARGUMENT, "unsupported operation: some elements of the input tensor and the written-to tensor refer to a single memory location. "
                                        "Please clone() the tensor before performing the operation.");
  return true;
}

bool ts_gather_impl(ts_cx *cx, const ts_gather_args *a, ts_out *out) {
  ts_tensor *self = a->self, *index = a->index;
  int dim;
  ts_walk w;
  if (!check_destination(cx, out, self, index) || !ts_wrap_dim(cx, a->dim, self->ndim, &dim)) return false;
  if (index->dtype == TS_INT64 && index->numel) { /* gather's own wording */
    int n = index->ndim ? index->ndim : 1;
    if (n != (self->ndim ? self->ndim : 1))
      return ts_fail(cx, TS_ERR_SHAPE, "Index tensor must have the same number of dimensions as input tensor (shapes %s and %s)", TS_TEXT(index), TS_TEXT(self));
    for (int d = 0; d < n; d++)
      if (d != dim && size_at(index, d) > size_at(self, d))
        return ts_fail(cx, TS_ERR_SHAPE, "Size does not match at dimension %d expected index %s to be smaller than self %s apart from dimension %d", d, TS_TEXT(index), TS_TEXT(self), dim);
  }
  if (!check_elements(cx, self, dim, index, NULL) || !(index = ts_positions(cx, index, size_at(self, dim), dim, false))) return false;
  ts_tensor *t = out->t[0] = ts_empty(cx, (ts_dtype)self->dtype, index->ndim, index->sizes);
  element_walk(self, dim, index, &w);
  return t && ts_pick(cx, &w, t, self);
}

static bool put_elements(ts_cx *cx, ts_tensor *self, int64_t at, ts_tensor *index, ts_tensor *src, ts_place_kind kind, ts_out *out) {
  int dim;
  ts_walk w;
  bool single = src->ndim == 0 && src->wrapped_number;
  if (!ts_wrap_dim(cx, at, self->ndim, &dim) || !check_elements(cx, self, dim, index, single ? NULL : src)) return false;
  if (!(index = ts_positions(cx, index, size_at(self, dim), dim, false))) return false;
  ts_tensor *target = ts_target(cx, self, out), *work = ts_place_begin(cx, target, kind);
  if (!work || index->numel == 0) return work != NULL;
  if (!single) src = ts_alias(cx, src, index->ndim, index->sizes, src->strides, src->offset);
  if (!src || !(src = ts_apart(cx, src, work)) || !(index = ts_apart(cx, index, work))) return false;
  element_walk(work, dim, index, &w);
  return ts_place(cx, &w, work, src, kind) && ts_place_end(cx, target, work);
}

static bool scatter_kind(ts_cx *cx, const char *reduce, ts_place_kind *kind) {
  *kind = TS_PLACE_COPY;
  if (!reduce) return true;
  *kind = strcmp(reduce, "add") == 0 ? TS_PLACE_ADD : TS_PLACE_MUL;
  return *kind == TS_PLACE_ADD || strcmp(reduce, "multiply") == 0 || ts_fail(cx, TS_ERR_ARGUMENT, "reduce argument must be either add or multiply.");
}

static bool same_dtype(ts_cx *cx, const ts_tensor *self, const ts_tensor *src) {
  return self->dtype == src->dtype ||
         ts_fail(cx, TS_ERR_DTYPE, "Expected self.dtype to be equal to src.dtype (%s and %s)", ts_dtype_name((ts_dtype)self->dtype), ts_dtype_name((ts_dtype)src->dtype));
}

bool ts_scatter_impl(ts_cx *cx, const ts_scatter_args *a, ts_out *out) {
  ts_place_kind kind;
  return scatter_kind(cx, a->reduce, &kind) && same_dtype(cx, a->self, a->src) && put_elements(cx, a->self, a->dim, a->index, a->src, kind, out);
}

bool ts_scatter_value_impl(ts_cx *cx, const ts_scatter_value_args *a, ts_out *out) {
  ts_place_kind kind;
  ts_tensor *value = ts_raw_cast(cx, ts_wrap_scalar(cx, a->value), (ts_dtype)a->self->dtype);
  return value && scatter_kind(cx, a->reduce, &kind) && put_elements(cx, a->self, a->dim, a->index, value, kind, out);
}

bool ts_scatter_add_impl(ts_cx *cx, const ts_scatter_add_args *a, ts_out *out) {
  return same_dtype(cx, a->self, a->src) && put_elements(cx, a->self, a->dim, a->index, a->src, TS_PLACE_ADD, out);
}

/* ---- scatterReduce ---- */

typedef enum { REDUCE_SUM, REDUCE_PROD, REDUCE_MEAN, REDUCE_AMAX, REDUCE_AMIN, REDUCE_NONE } reduce_word;
static reduce_word reduce_of(const char *word) {
  static const char *const words[] = {"sum", "prod", "mean", "amax", "amin"};
  int w = 0;
  while (w < REDUCE_NONE && strcmp(word, words[w]) != 0) w++;
  return (reduce_word)w;
}

/* What a reduction starts from: it leaves every other element of that dtype as it is. */
static ts_scalar identity(ts_dtype d, reduce_word how) {
  const bool most = how == REDUCE_AMIN;
  if (how == REDUCE_PROD) return ts_int(1);
  if (how != REDUCE_AMAX && how != REDUCE_AMIN) return ts_int(0);
  if (ts_is_float(d)) return ts_float(most ? INFINITY : -INFINITY);
  if (d == TS_BOOL || d == TS_UINT8) return ts_int(!most ? 0 : d == TS_BOOL ? 1 : 255);
  const int64_t top = INT64_MAX >> (64 - 8 * ts_itemsize(d));
  return ts_int(most ? top : -top - 1);
}

/* sum over how many have been added up at each place. */
static ts_tensor *divided(ts_cx *cx, ts_tensor *sum, int64_t dim, ts_tensor *index, bool include_self) {
  ts_tensor *one = ts_ones(cx, TS_INTS_EMPTY, TS_INT64), *n = one ? ts_full_zero(cx, TS_INT64, sum->ndim, sum->sizes) : NULL;
  n = ts_add(cx, n, ts_wrap_scalar(cx, ts_int(include_self)), ts_int(1));
  n = ts_scatter_add(cx, n, dim, index, ts_expand(cx, one, ts_sizes_of(index), false));
  n = ts_clamp(cx, n, ts_wrap_scalar(cx, ts_int(1)), NULL);
  return ts_div(cx, sum, n, ts_is_float((ts_dtype)sum->dtype) ? NULL : "floor");
}

bool ts_scatter_reduce_impl(ts_cx *cx, const ts_scatter_reduce_args *a, ts_out *out) {
  ts_tensor *self = a->self, *src = a->src;
  const ts_dtype d = (ts_dtype)self->dtype;
  const reduce_word how = reduce_of(a->reduce);
  static const ts_place_kind kinds[] = {TS_PLACE_ADD, TS_PLACE_MUL, TS_PLACE_ADD, TS_PLACE_MAX, TS_PLACE_MIN};
  if (how == REDUCE_NONE) return ts_fail(cx, TS_ERR_ARGUMENT, "reduce argument must be either sum, prod, mean, amax or amin.");
  if (!same_dtype(cx, self, src)) return false;
  if (how == REDUCE_MEAN && d == TS_BOOL) return ts_fail(cx, TS_ERR_DTYPE, "not implemented for bool");
  if (how == REDUCE_MEAN && ts_is_half(d)) {
    self = ts_raw_cast(cx, self, TS_FLOAT32);
    src = ts_raw_cast(cx, src, TS_FLOAT32);
  }
  ts_out made = {.t = {NULL}};
  if (a->include_self) {
    if (!self || !src || !put_elements(cx, self, a->dim, a->index, src, kinds[how], &made)) return false;
  } else { /* whatever may be wrong is found before the places are emptied */
    ts_tensor *start = ts_scatter_value(cx, self, a->dim, a->index, identity((ts_dtype)(self ? self->dtype : d), how), NULL);
    made.t[0] = start;
    if (!start || !put_elements(cx, start, a->dim, a->index, src, kinds[how], &made)) return false;
  }
  out->t[0] = made.t[0];
  if (how == REDUCE_MEAN && a->index->numel) out->t[0] = divided(cx, out->t[0], a->dim, a->index, a->include_self);
  return (out->t[0] = ts_raw_cast(cx, out->t[0], d)) != NULL;
}

bool ts_index_reduce_impl(ts_cx *cx, const ts_index_reduce_args *a, ts_out *out) {
  ts_tensor *self = a->self, *source = a->source, *index;
  int dim;
  const reduce_word how = reduce_of(a->reduce);
  if (how == REDUCE_NONE || how == REDUCE_SUM) return ts_fail(cx, TS_ERR_ARGUMENT, "Expected reduce to be one of prod, mean, amax or amin but got %s.", a->reduce);
  if (!ts_wrap_dim(cx, a->dim, self->ndim, &dim) || !(index = row_index(cx, a->index, size_at(self, dim), dim, false)) || !check_source(cx, self, dim, index, source)) return false;
  if (self->ndim == 0) {
    self = ts_reshape(cx, self, TS_INTS(1));
    source = ts_reshape(cx, source, TS_INTS(1));
  } else if (source->ndim == 0) {
    source = ts_reshape(cx, source, TS_INTS(1));
  }
  if (!self || !source) return false;
  int64_t sizes[TS_MAX_DIM];
  for (int d = 0; d < source->ndim; d++) sizes[d] = d == dim ? -1 : 1;
  index = ts_expand(cx, ts_reshape(cx, index, (ts_ints){sizes, source->ndim}), ts_sizes_of(source), false);
  ts_tensor *t = ts_scatter_reduce(cx, self, dim, index, source, a->reduce, a->include_self);
  return (out->t[0] = a->self->ndim == 0 ? ts_reshape(cx, t, TS_INTS_EMPTY) : t) != NULL;
}

/* ---- take and put: positions in the flattened tensor ---- */

static ts_tensor *flat_index(ts_cx *cx, ts_tensor *index, const ts_tensor *self) {
  int64_t least, most;
  if (index->dtype != TS_INT64) {
    ts_fail(cx, TS_ERR_DTYPE, "Expected a long tensor for index, but got %s", ts_dtype_name((ts_dtype)index->dtype));
    return NULL;
  }
  if (index->numel == 0) return index;
  if (!ts_index_range(cx, index, &least, &most)) return NULL;
  if (most >= self->numel || least < -self->numel) {
    ts_fail(cx, TS_ERR_INDEX, "out of range: tried to access index %" PRId64 " on a tensor of %" PRId64 " elements.", most >= self->numel ? most : least, self->numel);
    return NULL;
  }
  if (least >= 0) return index;
  ts_tensor *given = ts_raw_contiguous(cx, index), *wrapped = given ? ts_empty(cx, TS_INT64, given->ndim, given->sizes) : NULL;
  if (!wrapped) return NULL;
  const int64_t *from = ts_data(given);
  int64_t *to = ts_data(wrapped);
  for (int64_t k = 0; k < given->numel; k++) to[k] = from[k] + (self->numel & from[k] >> 63);
  return wrapped;
}

bool ts_take_impl(ts_cx *cx, const ts_take_args *a, ts_out *out) {
  if (!check_destination(cx, out, a->self, a->index)) return false;
  if (a->self->numel == 0 && a->index->numel) return ts_fail(cx, TS_ERR_INDEX, "tried to take from an empty tensor");
  ts_tensor *index = flat_index(cx, a->index, a->self), *self = ts_raw_contiguous(cx, a->self);
  if (!index || !self) return false;
  ts_walk w = {.ndim = index->ndim, .at = index, .step = 1};
  memcpy(w.sizes, index->sizes, index->ndim * sizeof *w.sizes);
  ts_tensor *t = out->t[0] = ts_empty(cx, (ts_dtype)self->dtype, index->ndim, index->sizes);
  return t && ts_pick(cx, &w, t, self);
}

bool ts_put_impl(ts_cx *cx, const ts_put_args *a, ts_out *out) {
  ts_tensor *self = a->self, *source = a->source, *index;
  ts_place_kind kind = a->accumulate ? TS_PLACE_ADD : TS_PLACE_COPY;
  if (self->dtype != source->dtype)
    return ts_fail(cx, TS_ERR_DTYPE, "self and source expected to have the same dtype, but got self.dtype = %s and source.dtype = %s", ts_dtype_name((ts_dtype)self->dtype), ts_dtype_name((ts_dtype)source->dtype));
  if (source->numel != a->index->numel)
    return ts_fail(cx, TS_ERR_INDEX, "Expected source and index to have the same number of elements, but got source.numel() = %" PRId64 ", index.numel() = %" PRId64, source->numel, a->index->numel);
  if (self->numel == 0 && a->index->numel) return ts_fail(cx, TS_ERR_INDEX, "Cannot put elements in an empty tensor");
  if (!(index = flat_index(cx, a->index, self))) return false;
  ts_tensor *target = ts_target(cx, self, out), *work = ts_place_begin(cx, target, kind);
  if (!work) return false;
  ts_tensor *flat = ts_raw_contiguous(cx, work); /* elements count in row-major order, whatever the strides */
  const int64_t n = source->numel;
  source = ts_raw_contiguous(cx, flat ? ts_apart(cx, source, flat) : NULL);
  index = ts_raw_contiguous(cx, source ? ts_apart(cx, index, flat) : NULL);
  if (!source || !index) return false;
  ts_walk w = {.ndim = 1, .sizes = {n}, .step = 1};
  w.at = ts_alias(cx, index, 1, &n, (const int64_t[]){1}, index->offset);
  source = ts_alias(cx, source, 1, &n, (const int64_t[]){1}, source->offset);
  if (!w.at || !source || !ts_place(cx, &w, flat, source, kind)) return false;
  return (flat == work || ts_raw_copy(cx, work, flat)) && ts_place_end(cx, target, work);
}
