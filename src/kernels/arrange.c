/* Elements put elsewhere or repeated: flips, rolls, tiles. */
#include <inttypes.h>
#include <string.h>
#include "../core/threads.h"
#include "../gen/ops.h"
#include "kernels.h"

static bool give(ts_out *out, ts_tensor *t) { return (out->t[0] = t) != NULL; }

bool ts_flip_impl(ts_cx *cx, const ts_flip_args *a, ts_out *out) {
  ts_tensor *self = a->self;
  int64_t strides[TS_MAX_DIM], offset = self->offset;
  uint64_t seen = 0;
  memcpy(strides, self->strides, (size_t)self->ndim * sizeof *strides);
  for (int64_t i = 0; i < a->dims.n; i++) {
    int d;
    if (!ts_wrap_dim(cx, a->dims.v[i], self->ndim, &d)) return false;
    if (seen >> d & 1) return ts_fail(cx, TS_ERR_ARGUMENT, "dim %d appears multiple times in the list of dims", d);
    seen |= (uint64_t)1 << d;
    if (!self->ndim || self->sizes[d] < 2) continue;
    offset += (self->sizes[d] - 1) * strides[d];
    strides[d] = -strides[d];
  }
  ts_tensor *t = ts_empty_like(cx, self, (ts_dtype)self->dtype);
  if (!give(out, t)) return false;
  if (t->numel == 0) return true;
  /* Read backwards: negative strides never leave the core. */
  ts_tensor *back = ts_alias(cx, self, self->ndim, self->sizes, strides, offset);
  return back && ts_raw_copy(cx, t, back);
}

bool ts_fliplr_impl(ts_cx *cx, const ts_fliplr_args *a, ts_out *out) {
  if (a->self->ndim < 2) return ts_fail(cx, TS_ERR_SHAPE, "Input must be >= 2-d.");
  return give(out, ts_flip(cx, a->self, TS_INTS(1)));
}

bool ts_flipud_impl(ts_cx *cx, const ts_flipud_args *a, ts_out *out) {
  if (a->self->ndim < 1) return ts_fail(cx, TS_ERR_SHAPE, "Input must be >= 1-d.");
  return give(out, ts_flip(cx, a->self, TS_INTS(0)));
}

/* Copies the block of `from` that begins at `at` along the dims from d on, cut in two where a dim rolls over. */
static bool roll_blocks(ts_cx *cx, ts_tensor *to, ts_tensor *from, int d, const int64_t *shifts, int64_t *sizes, int64_t to_at, int64_t from_at) {
  int n = from->ndim;
  while (d < n && shifts[d] == 0) d++;
  if (d == n) {
    ts_tensor *x = ts_alias(cx, to, n, sizes, to->strides, to->offset + to_at), *y = ts_alias(cx, from, n, sizes, from->strides, from->offset + from_at);
    return x && y && ts_raw_copy(cx, x, y);
  }
  int64_t size = from->sizes[d], shift = shifts[d];
  sizes[d] = size - shift;
  bool ok = roll_blocks(cx, to, from, d + 1, shifts, sizes, to_at + shift * to->strides[d], from_at);
  sizes[d] = shift;
  ok = ok && roll_blocks(cx, to, from, d + 1, shifts, sizes, to_at, from_at + (size - shift) * from->strides[d]);
  sizes[d] = size;
  return ok;
}

bool ts_roll_impl(ts_cx *cx, const ts_roll_args *a, ts_out *out) {
  ts_tensor *self = a->self;
  ts_ints dims = a->dims, by = a->shifts;
  if (by.n == 0) return ts_fail(cx, TS_ERR_ARGUMENT, "`shifts` required");
  if (dims.n == 0 && by.n == 1 && self->ndim != 1) {
    ts_tensor *flat = ts_roll(cx, ts_flatten(cx, self, 0, -1), by, TS_INTS(0));
    return give(out, ts_reshape(cx, flat, ts_sizes_of(self)));
  }
  const int64_t first = 0;
  if (dims.n == 0 && by.n == 1) dims = (ts_ints){&first, 1};
  if (dims.n != by.n) return ts_fail(cx, TS_ERR_ARGUMENT, "shifts and dimensions must align. shifts: %" PRId64 ", dims:%" PRId64, by.n, dims.n);
  int64_t shifts[TS_MAX_DIM] = {0}, sizes[TS_MAX_DIM];
  for (int64_t i = 0; i < dims.n; i++) {
    int d;
    if (!ts_wrap_dim(cx, dims.v[i], self->ndim, &d)) return false;
    int64_t size = self->ndim ? self->sizes[d] : 1;
    if (size == 0) continue;
    int64_t shift = by.v[i] % size;
    shifts[d] = (shifts[d] + (shift < 0 ? shift + size : shift)) % size;
  }
  ts_tensor *t = ts_empty(cx, (ts_dtype)self->dtype, self->ndim, self->sizes);
  if (!give(out, t)) return false;
  memcpy(sizes, self->sizes, (size_t)self->ndim * sizeof *sizes);
  return t->numel == 0 || roll_blocks(cx, t, self, 0, shifts, sizes, 0, 0);
}

bool ts_rot90_impl(ts_cx *cx, const ts_rot90_args *a, ts_out *out) {
  ts_tensor *self = a->self;
  int64_t n = self->ndim;
  if (a->dims.n != 2) return ts_fail(cx, TS_ERR_ARGUMENT, "expected total rotation dims == 2, but got dims = %" PRId64, a->dims.n);
  if (n < 2) return ts_fail(cx, TS_ERR_SHAPE, "expected total dims >= 2, but got total dims = %" PRId64, n);
  int64_t d0 = a->dims.v[0], d1 = a->dims.v[1];
  const uint64_t apart = (uint64_t)d0 - (uint64_t)d1; /* wraps as it may */
  if (apart == 0 || apart == (uint64_t)n || apart == (uint64_t)-n)
    return ts_fail(cx, TS_ERR_ARGUMENT, "expected rotation dims to be different, but got dim0 = %" PRId64 " and dim1 = %" PRId64, d0, d1);
  if (d0 >= n || d0 < -n) return ts_fail(cx, TS_ERR_INDEX, "Rotation dim0 out of range, dim0 = %" PRId64, d0);
  if (d1 >= n || d1 < -n) return ts_fail(cx, TS_ERR_INDEX, "Rotation dim1 out of range, dim1 = %" PRId64, d1);
  switch (((a->k % 4) + 4) % 4) {
    case 1: return give(out, ts_transpose(cx, ts_flip(cx, self, TS_INTS(d1)), d0, d1));
    case 2: return give(out, ts_flip(cx, self, a->dims));
    case 3: return give(out, ts_transpose(cx, ts_flip(cx, self, TS_INTS(d0)), d0, d1));
    default: return give(out, ts_clone(cx, self, "contiguous_format"));
  }
}

bool ts_repeat_impl(ts_cx *cx, const ts_repeat_args *a, ts_out *out) {
  ts_tensor *self = a->self;
  int n = (int)a->repeats.n, lead = n - self->ndim, wide = 0;
  int64_t sizes[TS_MAX_DIM], strides[TS_MAX_DIM], whole[2 * TS_MAX_DIM], from[2 * TS_MAX_DIM], to[2 * TS_MAX_DIM];
  if (lead < 0) return ts_fail(cx, TS_ERR_SHAPE, "Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor");
  if (n > TS_MAX_DIM) return ts_fail(cx, TS_ERR_SHAPE, "a tensor has at most %d dimensions, got %d", TS_MAX_DIM, n);
  for (int d = 0; d < n; d++)
    if (__builtin_mul_overflow(d < lead ? 1 : self->sizes[d - lead], a->repeats.v[d], &sizes[d])) return ts_fail(cx, TS_ERR_MEMORY, "the repeated size of dim %d overflows", d);
  ts_tensor *t = ts_empty(cx, (ts_dtype)self->dtype, n, sizes);
  if (!give(out, t)) return false;
  if (t->numel == 0) return true;
  ts_contiguous_strides(n, sizes, strides);
  /* Each dim as (repeats, size): the result is input with the repeats expanded. */
  for (int d = 0; d < n; d++) {
    int64_t size = d < lead ? 1 : self->sizes[d - lead];
    if (a->repeats.v[d] != 1) {
      whole[wide] = a->repeats.v[d];
      from[wide] = 0;
      to[wide++] = strides[d] * size;
    }
    if (size != 1) {
      whole[wide] = size;
      from[wide] = self->strides[d - lead];
      to[wide++] = strides[d];
    }
  }
  if (wide > TS_MAX_DIM) return ts_fail(cx, TS_ERR_SHAPE, "too many dims to repeat (%d)", n);
  ts_tensor *x = ts_alias(cx, t, wide, whole, to, 0), *y = ts_alias(cx, self, wide, whole, from, self->offset);
  return x && y && ts_raw_copy(cx, x, y);
}

bool ts_tile_impl(ts_cx *cx, const ts_tile_args *a, ts_out *out) {
  int lead = a->self->ndim - (int)a->dims.n;
  if (lead <= 0) return give(out, ts_repeat(cx, a->self, a->dims));
  int64_t repeats[TS_MAX_DIM];
  for (int d = 0; d < a->self->ndim; d++) repeats[d] = d < lead ? 1 : a->dims.v[d - lead];
  return give(out, ts_repeat(cx, a->self, (ts_ints){repeats, a->self->ndim}));
}

static bool misfits(ts_opt_int want, int64_t total) { return want.given && want.v != total; }
static const char *const wrong_size = "allocated size does not match required size";

typedef struct { const char *from; char *to; int64_t block, times; } repeat_job;

enum { FEW = 16 }; /* times: below it one pass for each, over pieces that stay in the cache */

#define REPEATED(T)                                                                              \
  for (int64_t i = begin, stop; i < end; i = stop) {                                             \
    const T *from = (const T *)job->from + i;                                                    \
    T *to = (T *)job->to + i * times;                                                            \
    stop = times >= FEW ? i + 1 : i + 512 < end ? i + 512 : end;                                 \
    if (times >= FEW) for (int64_t k = 0; k < times; k++) to[k] = *from;                         \
    else for (int64_t k = 0; k < times; k++)                                                     \
      for (int64_t j = 0; j < stop - i; j++) to[j * times + k] = from[j];                        \
  }                                                                                              \
  break

/* Blocks begin to end, each `times` times in a row. */
static void repeat_blocks(void *arg, int64_t begin, int64_t end) {
  const repeat_job *job = arg;
  const int64_t block = job->block, times = job->times;
  const bool aligned = (((uintptr_t)job->from | (uintptr_t)job->to) & (uintptr_t)(block - 1)) == 0; /* blocks of smaller elements need not be */
  switch (aligned ? block : 0) {
    case 1: REPEATED(uint8_t);
    case 2: REPEATED(uint16_t);
    case 4: REPEATED(uint32_t);
    case 8: REPEATED(uint64_t);
    default:
      for (int64_t i = begin; i < end; i++)
        for (int64_t k = 0; k < times; k++) memcpy(job->to + (i * times + k) * block, job->from + i * block, (size_t)block);
  }
}

bool ts_repeat_interleave_impl(ts_cx *cx, const ts_repeat_interleave_args *a, ts_out *out) {
  ts_tensor *self = a->self;
  int dim = 0, n = a->dim.given && self->ndim ? self->ndim : 1;
  if (a->dim.given && !ts_wrap_dim(cx, a->dim.v, self->ndim, &dim)) return false;
  int64_t sizes[TS_MAX_DIM], inner = ts_itemsize((ts_dtype)self->dtype);
  if (n > 1 || (a->dim.given && self->ndim)) memcpy(sizes, self->sizes, (size_t)n * sizeof *sizes);
  else sizes[0] = self->numel;
  for (int d = dim + 1; d < n; d++) inner *= sizes[d];
  if (a->repeats < 0) return ts_fail(cx, TS_ERR_ARGUMENT, "repeats can not be negative");
  if (__builtin_mul_overflow(sizes[dim], a->repeats, &sizes[dim])) return ts_fail(cx, TS_ERR_MEMORY, "the repeated size of dim %d overflows", dim);
  if (misfits(a->output_size, sizes[dim])) return ts_fail(cx, TS_ERR_ARGUMENT, "%s", wrong_size);
  ts_tensor *t = ts_empty(cx, (ts_dtype)self->dtype, n, sizes), *from = t && t->numel ? ts_raw_contiguous(cx, self) : NULL;
  if (!give(out, t) || !from) return t && t->numel == 0;
  repeat_job job = {ts_data(from), ts_data(t), inner, a->repeats};
  ts_parallel_for(from->numel * ts_itemsize((ts_dtype)self->dtype) / inner, (1 << 18) / (inner * a->repeats) + 1, repeat_blocks, &job);
  return true;
}

bool ts_repeat_interleave_positions_impl(ts_cx *cx, const ts_repeat_interleave_positions_args *a, ts_out *out) {
  if (a->repeats->ndim != 1) return ts_fail(cx, TS_ERR_SHAPE, "repeat_interleave only accept 1D vector as repeat");
  if (a->repeats->dtype != TS_INT64 && a->repeats->dtype != TS_INT32)
    return ts_fail(cx, TS_ERR_DTYPE, "repeats has to be Long or Int tensor, got %s", ts_dtype_name((ts_dtype)a->repeats->dtype));
  ts_tensor *times = ts_raw_contiguous(cx, ts_raw_cast(cx, a->repeats, TS_INT64));
  if (!times) return false;
  const int64_t *v = ts_data(times), n = times->numel;
  int64_t total = 0;
  for (int64_t i = 0; i < n; i++) {
    if (v[i] < 0) return ts_fail(cx, TS_ERR_ARGUMENT, "repeats can not be negative");
    if (__builtin_add_overflow(total, v[i], &total)) return ts_fail(cx, TS_ERR_MEMORY, "the sum of repeats overflows");
  }
  if (misfits(a->output_size, total)) return ts_fail(cx, TS_ERR_ARGUMENT, "%s", wrong_size);
  ts_tensor *t = ts_empty(cx, TS_INT64, 1, &total);
  if (!give(out, t)) return false;
  int64_t *to = ts_data(t);
  for (int64_t i = 0; i < n; i++)
    for (int64_t k = v[i]; k > 0; k--) *to++ = i;
  return true;
}

bool ts_repeat_interleave_by_impl(ts_cx *cx, const ts_repeat_interleave_by_args *a, ts_out *out) {
  ts_tensor *self = a->self, *repeats = a->repeats;
  int dim = 0;
  if (a->dim.given && !ts_wrap_dim(cx, a->dim.v, self->ndim, &dim)) return false;
  if (!a->dim.given || self->ndim == 0) self = ts_flatten(cx, self, 0, -1);
  if (!self) return false;
  int64_t n = self->sizes[dim];
  if (repeats->ndim > 1) return ts_fail(cx, TS_ERR_SHAPE, "repeats must be 0-dim or 1-dim tensor");
  if (repeats->ndim == 0 || repeats->sizes[0] == 1) repeats = ts_expand(cx, ts_reshape(cx, repeats, TS_INTS(1)), (ts_ints){&n, 1}, false);
  else if (repeats->sizes[0] != n)
    return ts_fail(cx, TS_ERR_SHAPE, "repeats must have the same size as input along dim (%" PRId64 " and %" PRId64 ")", repeats->sizes[0], n);
  return give(out, ts_index_select(cx, self, dim, ts_repeat_interleave_positions(cx, repeats, a->output_size)));
}

bool ts_take_along_dim_impl(ts_cx *cx, const ts_take_along_dim_args *a, ts_out *out) {
  ts_tensor *self = a->self, *indices = a->indices;
  if (indices->dtype != TS_INT64) return ts_fail(cx, TS_ERR_DTYPE, "dtype of indices should be Long but got %s", ts_dtype_name((ts_dtype)indices->dtype));
  if (!a->dim.given) return give(out, ts_gather(cx, ts_flatten(cx, self, 0, -1), 0, ts_flatten(cx, indices, 0, -1), false));
  if (self->ndim != indices->ndim)
    return ts_fail(cx, TS_ERR_SHAPE, "input and indices should have the same number of dimensions, but got %d dimensions for input, and %d dimensions for indices", self->ndim, indices->ndim);
  int dim, n = self->ndim, m;
  if (!ts_wrap_dim(cx, a->dim.v, n, &dim)) return false;
  int64_t mine[TS_MAX_DIM], theirs[TS_MAX_DIM], sizes[TS_MAX_DIM];
  for (int d = 0; d < n; d++) {
    mine[d] = d == dim ? 1 : self->sizes[d];
    theirs[d] = d == dim ? 1 : indices->sizes[d];
  }
  if (!ts_broadcast_sizes(cx, n, mine, n, theirs, &m, sizes)) return false;
  if (n) sizes[dim] = self->sizes[dim];
  self = ts_expand(cx, self, (ts_ints){sizes, n}, false);
  if (n) sizes[dim] = indices->sizes[dim];
  return give(out, ts_gather(cx, self, dim, ts_expand(cx, indices, (ts_ints){sizes, n}, false), false));
}
