#include "tensor.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "alloc.h"
#include "graph.h"

_Static_assert(sizeof(void *) != 8 || sizeof(ts_storage) == 48, "data after the header must be 64-byte aligned");
enum { STORAGE_HEADER = 48 };

ts_storage *ts_storage_new(ts_cx *cx, int64_t nbytes) {
  if (cx->offer && nbytes == cx->offer_bytes && atomic_load_explicit(&cx->offer->refs, memory_order_acquire) == 1) {
    ts_storage *s = cx->offer;
    cx->offer = NULL;
    return ts_storage_retain(s);
  }
  if (cx->host.collect && (cx->bytes_since_collect += nbytes) >= cx->collect_bytes) cx->host.collect(cx, cx->host.data, false);
  bool addressable = (uint64_t)nbytes <= SIZE_MAX / 4 * 3; /* 32-bit builds: a longer length would be cut */
  ts_storage *s = addressable ? ts_alloc_packed(STORAGE_HEADER + (size_t)nbytes) : NULL;
  if (!s && addressable && cx->host.collect) {
    cx->host.collect(cx, cx->host.data, true);
    s = ts_alloc_packed(STORAGE_HEADER + (size_t)nbytes);
  }
  if (!s) {
    ts_memory_stats m;
    ts_memory(&m);
    ts_fail(cx, TS_ERR_MEMORY, "cannot allocate %" PRId64 " bytes (%" PRId64 " in use, budget %" PRId64 ")", nbytes,
            m.live_bytes, m.budget_bytes);
    return NULL;
  }
  atomic_init(&s->refs, 1);
  atomic_init(&s->version, 0);
  s->nbytes = nbytes;
  s->data = (char *)s + STORAGE_HEADER;
  s->release = NULL;
  s->owner = NULL;
  atomic_init(&s->lent, 0);
  atomic_init(&s->holds, 0);
  return s;
}

ts_storage *ts_storage_retain(ts_storage *s) {
  atomic_fetch_add_explicit(&s->refs, 1, memory_order_relaxed);
  return s;
}

void ts_storage_release(ts_storage *s) {
  if (!s || atomic_fetch_sub_explicit(&s->refs, 1, memory_order_acq_rel) != 1) return;
  if (s->release) s->release(s->owner);
  ts_free(s);
}

static void release_grown(void *owner) { ts_storage_release(owner); }

/* ---- holding ---- */

_Atomic int32_t ts_holds;

static void release_held(void *owner) {
  ts_storage *base = owner;
  atomic_fetch_sub_explicit(&base->holds, 1, memory_order_acq_rel);
  atomic_fetch_sub_explicit(&ts_holds, 1, memory_order_acq_rel);
  ts_storage_release(base);
}

/* A storage without memory of its own. */
static ts_storage *over_memory(ts_cx *cx, const ts_storage *like, void (*release)(void *), void *owner) {
  ts_storage *s = ts_alloc_packed(STORAGE_HEADER);
  if (!s) {
    ts_fail(cx, TS_ERR_MEMORY, "out of memory");
    return NULL;
  }
  atomic_init(&s->refs, 1);
  atomic_init(&s->version, 0);
  s->nbytes = like->nbytes;
  s->data = like->data;
  s->release = release;
  s->owner = owner;
  atomic_init(&s->lent, 0);
  atomic_init(&s->holds, 0);
  return s;
}

/* Whose memory s has: that of a storage that it has moved to, or its own. */
static ts_storage *base_of(ts_storage *s) { return s->release == release_grown ? s->owner : s; }

ts_storage *ts_storage_hold(ts_cx *cx, ts_storage *s) {
  if (s->release && s->release != release_grown && s->release != release_held && !atomic_load_explicit(&s->lent, memory_order_relaxed)) {
    /* Foreign memory gets a storage of its own, from which s can part. */
    ts_storage *foreign = over_memory(cx, s, s->release, s->owner);
    if (!foreign) return NULL;
    s->release = release_grown;
    s->owner = foreign;
  }
  ts_storage *base = ts_storage_retain(base_of(s)), *held = over_memory(cx, s, release_held, base);
  if (!held) {
    ts_storage_release(base);
    return NULL;
  }
  atomic_fetch_add_explicit(&base->holds, 1, memory_order_relaxed);
  atomic_fetch_add_explicit(&ts_holds, 1, memory_order_relaxed);
  return held;
}

bool ts_storage_part(ts_cx *cx, ts_storage *s) {
  if (atomic_load_explicit(&base_of(s)->holds, memory_order_acquire) == 0) return true;
  if (atomic_load_explicit(&s->lent, memory_order_relaxed) && atomic_load_explicit(&s->refs, memory_order_acquire) > 1) return true;
  ts_storage *fresh = ts_storage_new(cx, s->nbytes);
  if (!fresh) return false;
  memcpy(fresh->data, s->data, (size_t)s->nbytes);
  if (s->release) s->release(s->owner);
  s->data = fresh->data;
  s->release = release_grown;
  s->owner = fresh;
  return true;
}

bool ts_storage_grow(ts_cx *cx, ts_storage *s, int64_t nbytes) {
  if (nbytes <= s->nbytes) return true;
  if (atomic_load_explicit(&s->lent, memory_order_relaxed) && atomic_load_explicit(&s->refs, memory_order_acquire) > 1)
    return ts_fail(cx, TS_ERR_UNSUPPORTED, "Trying to resize storage that is not resizable: it is shared between threads");
  ts_storage *fresh = ts_storage_new(cx, nbytes);
  if (!fresh) return false;
  memcpy(fresh->data, s->data, (size_t)s->nbytes);
  memset(fresh->data + s->nbytes, 0, (size_t)(nbytes - s->nbytes));
  if (s->release) s->release(s->owner);
  s->data = fresh->data;
  s->nbytes = nbytes;
  s->release = release_grown;
  s->owner = fresh;
  return true;
}

void ts_contiguous_strides(int ndim, const int64_t *sizes, int64_t *strides) {
  int64_t step = 1;
  for (int d = ndim - 1; d >= 0; d--) {
    strides[d] = step;
    step = (int64_t)((uint64_t)step * (uint64_t)(sizes[d] > 1 ? sizes[d] : 1)); /* of no elements it may wrap */
  }
}

const char *ts_sizes_text(int ndim, const int64_t *sizes, char *buffer, size_t size) {
  size_t n = (size_t)snprintf(buffer, size, "[");
  for (int d = 0; d < ndim && n < size; d++)
    n += (size_t)snprintf(buffer + n, size - n, d ? ", %" PRId64 : "%" PRId64, sizes[d]);
  if (n < size) snprintf(buffer + n, size - n, "]");
  return buffer;
}

bool ts_numel_of(ts_cx *cx, int ndim, const int64_t *sizes, int64_t *numel) {
  if (ndim > TS_MAX_DIM) return ts_fail(cx, TS_ERR_SHAPE, "a tensor has at most %d dimensions, got %d", TS_MAX_DIM, ndim);
  int64_t n = 1;
  bool overflow = false, empty = false;
  for (int d = 0; d < ndim; d++) {
    if (sizes[d] < 0)
      return ts_fail(cx, TS_ERR_SHAPE, "Trying to create tensor with negative dimension %" PRId64 ": %s", sizes[d],
                     ts_sizes_text(ndim, sizes, (char[160]){0}, 160));
    empty |= sizes[d] == 0;
    if (((uint64_t)n | (uint64_t)sizes[d]) >> 31 == 0) n *= sizes[d] ? sizes[d] : 1; /* checking costs 32-bit machines a call */
    else overflow |= sizes[d] && __builtin_mul_overflow(n, sizes[d], &n);
  }
  if (overflow || n > INT64_MAX / 16)
    return ts_fail(cx, TS_ERR_MEMORY, "sizes %s are too large: the number of elements overflows",
                   ts_sizes_text(ndim, sizes, (char[160]){0}, 160));
  *numel = empty ? 0 : n;
  return true;
}

bool ts_set_geometry(ts_cx *cx, ts_tensor *t, int ndim, const int64_t *sizes, const int64_t *strides, int64_t offset) {
  int64_t numel;
  if (!ts_numel_of(cx, ndim, sizes, &numel)) return false;
  int64_t *room = t->sizes;
  if (ndim > TS_INLINE_DIMS && ndim > t->ndim) {
    room = ts_alloc_packed(2 * (size_t)ndim * sizeof *room);
    if (!room) return ts_fail(cx, TS_ERR_MEMORY, "out of memory");
  } else if (!room || ndim <= TS_INLINE_DIMS) {
    room = t->inline_dims;
  }
  if (ndim) {
    memmove(room, sizes, (size_t)ndim * sizeof *room);
    memmove(room + ndim, strides, (size_t)ndim * sizeof *room);
  }
  if (room != t->sizes && t->sizes && t->sizes != t->inline_dims) ts_free(t->sizes);
  t->sizes = room;
  t->strides = room + ndim;
  t->ndim = (uint8_t)ndim;
  t->numel = numel;
  t->offset = offset;
  return true;
}

/* Takes over one reference to storage, also on failure. numel is that of sizes. */
static ts_tensor *make(ts_cx *cx, ts_storage *storage, ts_dtype dtype, int ndim, const int64_t *sizes,
                       const int64_t *strides, int64_t offset, int64_t numel) {
  ts_tensor *t = storage ? ts_alloc_packed(sizeof *t) : NULL;
  if (!t) {
    if (storage) ts_fail(cx, TS_ERR_MEMORY, "out of memory");
    ts_storage_release(storage);
    return NULL;
  }
  const bool few = ndim <= TS_INLINE_DIMS;
  /* Field by field: nothing is made as often, and a call that clears it all costs more. */
  t->refs = 1;
  t->dtype = (uint8_t)dtype;
  t->ndim = few ? (uint8_t)ndim : 0;
  t->requires_grad = t->wrapped_number = t->retains_grad = t->is_view = false;
  t->inference = cx->inference_mode;
  t->output_nr = t->view_version = t->history = 0;
  t->cx = cx;
  t->storage = storage;
  t->offset = offset;
  t->numel = numel;
  t->sizes = few ? t->inline_dims : NULL;
  t->strides = few ? t->inline_dims + ndim : NULL;
  t->grad_fn = t->accumulator = NULL;
  t->grad = t->base = NULL;
  t->hooks = NULL;
  t->id = ++cx->next_id;
  for (int d = 0; few && d < ndim; d++) {
    t->sizes[d] = sizes[d];
    t->strides[d] = strides[d];
  }
  if (!few && !ts_set_geometry(cx, t, ndim, sizes, strides, offset)) {
    ts_release(t);
    return NULL;
  }
  return ts_scope_own(cx, t);
}

ts_tensor *ts_empty_strided(ts_cx *cx, ts_dtype dtype, int ndim, const int64_t *sizes, const int64_t *strides) {
  int64_t numel, extent = 0;
  if (!ts_numel_of(cx, ndim, sizes, &numel)) return NULL;
  if (numel) {
    extent = 1;
    for (int d = 0; d < ndim; d++) {
      int64_t reach;
      if (strides[d] < 0 || __builtin_mul_overflow(sizes[d] - 1, strides[d], &reach) ||
          __builtin_add_overflow(extent, reach, &extent) || extent > INT64_MAX / 16) {
        ts_fail(cx, TS_ERR_ARGUMENT, "strides %s do not fit sizes %s", ts_sizes_text(ndim, strides, (char[160]){0}, 160),
                ts_sizes_text(ndim, sizes, (char[160]){0}, 160));
        return NULL;
      }
    }
  }
  return make(cx, ts_storage_new(cx, extent * ts_itemsize(dtype)), dtype, ndim, sizes, strides, 0, numel);
}

ts_tensor *ts_empty(ts_cx *cx, ts_dtype dtype, int ndim, const int64_t *sizes) {
  int64_t numel, strides[TS_MAX_DIM];
  if (!ts_numel_of(cx, ndim, sizes, &numel)) return NULL;
  ts_contiguous_strides(ndim, sizes, strides);
  return make(cx, ts_storage_new(cx, numel * ts_itemsize(dtype)), dtype, ndim, sizes, strides, 0, numel);
}

ts_tensor *ts_full_zero(ts_cx *cx, ts_dtype dtype, int ndim, const int64_t *sizes) {
  ts_tensor *t = ts_empty(cx, dtype, ndim, sizes);
  if (t) memset(ts_data(t), 0, (size_t)(t->numel * ts_itemsize(dtype)));
  return t;
}

ts_tensor *ts_empty_like(ts_cx *cx, const ts_tensor *t, ts_dtype dtype) {
  if (!ts_is_contiguous(t) && ts_is_dense(t)) return ts_empty_strided(cx, dtype, t->ndim, t->sizes, t->strides);
  return ts_empty(cx, dtype, t->ndim, t->sizes);
}

ts_tensor *ts_over_storage(ts_cx *cx, ts_storage *s, ts_dtype dtype, int ndim, const int64_t *sizes,
                           const int64_t *strides, int64_t offset) {
  int64_t numel;
  return ts_numel_of(cx, ndim, sizes, &numel) ? make(cx, ts_storage_retain(s), dtype, ndim, sizes, strides, offset, numel) : NULL;
}

ts_tensor *ts_shape_only(ts_cx *cx, const ts_tensor *t) {
  if (!cx->no_data && !(cx->no_data = ts_storage_new(cx, 0))) return NULL;
  return ts_over_storage(cx, cx->no_data, (ts_dtype)t->dtype, t->ndim, t->sizes, t->strides, t->offset);
}

ts_tensor *ts_alias(ts_cx *cx, const ts_tensor *t, int ndim, const int64_t *sizes, const int64_t *strides, int64_t offset) {
  return ts_over_storage(cx, t->storage, (ts_dtype)t->dtype, ndim, sizes, strides, offset);
}

void ts_release(ts_tensor *t) {
  if (!t || --t->refs > 0) return;
  /* base and grad are tensors themselves; their chains are at most two long. */
  ts_cx *cx = t->cx;
  if (t->accumulator) t->accumulator->leaf = NULL;
  ts_hooks_free(cx, t->hooks);
  if (t->retains_grad && t->grad_fn)
    for (ts_hook *h = t->grad_fn->hooks; h; h = h->next)
      if (h->tensor == t) h->tensor = NULL;
  ts_node *fn = t->grad_fn;
  ts_tensor *grad = t->grad, *base = t->base;
  ts_storage_release(t->storage);
  if (t->sizes && t->sizes != t->inline_dims) ts_free(t->sizes);
  ts_free(t);
  ts_node_release(cx, fn);
  ts_release(grad);
  ts_release(base);
}

bool ts_is_contiguous(const ts_tensor *t) {
  int64_t step = 1;
  for (int d = t->ndim - 1; d >= 0; d--) {
    if (t->sizes[d] == 1) continue;
    if (t->strides[d] != step) return t->numel == 0;
    step *= t->sizes[d];
  }
  return true;
}

bool ts_is_dense(const ts_tensor *t) {
  int order[TS_MAX_DIM], n = 0;
  for (int d = 0; d < t->ndim; d++) {
    if (t->sizes[d] == 0) return true;
    if (t->sizes[d] == 1) continue;
    int k = n++;
    for (; k > 0 && t->strides[order[k - 1]] > t->strides[d]; k--) order[k] = order[k - 1];
    order[k] = d;
  }
  int64_t step = 1;
  for (int k = 0; k < n; k++) {
    if (t->strides[order[k]] != step) return false;
    step *= t->sizes[order[k]];
  }
  return true;
}

bool ts_same_sizes(const ts_tensor *a, const ts_tensor *b) {
  return a->ndim == b->ndim && ts_equal_dims(a->ndim, a->sizes, b->sizes);
}

bool ts_wrap_dim(ts_cx *cx, int64_t dim, int ndim, int *out) {
  int n = ndim ? ndim : 1;
  if (dim < -n || dim >= n)
    return ts_fail(cx, TS_ERR_INDEX, "Dimension out of range (expected to be in range of [%d, %d], but got %" PRId64 ")",
                   -n, n - 1, dim);
  *out = (int)(dim < 0 ? dim + n : dim);
  return true;
}

bool ts_broadcast_sizes(ts_cx *cx, int an, const int64_t *a, int bn, const int64_t *b, int *n, int64_t *out) {
  int m = an > bn ? an : bn;
  int64_t sizes[TS_MAX_DIM];
  for (int k = 1; k <= m; k++) {
    int64_t x = k <= an ? a[an - k] : 1, y = k <= bn ? b[bn - k] : 1;
    if (x != y && x != 1 && y != 1)
      return ts_fail(cx, TS_ERR_SHAPE,
                     "The size of tensor a (%" PRId64 ") must match the size of tensor b (%" PRId64
                     ") at non-singleton dimension %d (shapes %s and %s)",
                     x, y, m - k, ts_sizes_text(an, a, (char[160]){0}, 160), ts_sizes_text(bn, b, (char[160]){0}, 160));
    sizes[m - k] = x == 1 ? y : x;
  }
  *n = m;
  memcpy(out, sizes, (size_t)m * sizeof *out);
  return true;
}
