/* Storages and tensors. A tensor is a view (sizes, strides, offset) of a storage, plus its place in the graph. */
#ifndef TS_TENSOR_H
#define TS_TENSOR_H
#include <stdatomic.h>
#include "context.h"
#include "dtype.h"

enum { TS_MAX_DIM = 64, TS_INLINE_DIMS = 5 };

/* Process-wide, shared between contexts. data is 64-byte aligned unless it belongs to someone else. */
typedef struct ts_storage {
  _Atomic int32_t refs;
  _Atomic uint32_t version; /* counts in-place changes */
  int64_t nbytes;
  char *data;
  void (*release)(void *owner); /* of foreign memory; NULL: data follows this header in the same block */
  void *owner;
  _Atomic int32_t lent; /* once sent to another context: others may read it at any time, so it must stay where it is */
  _Atomic int32_t holds; /* readers elsewhere of the memory that lies here (ts_storage_hold). The header has 48 bytes: with the allocator's
                            16 in front, data that follows is 64-byte aligned */
} ts_storage;

ts_storage *ts_storage_new(ts_cx *cx, int64_t nbytes); /* uninitialised */
ts_storage *ts_storage_retain(ts_storage *s);
void ts_storage_release(ts_storage *s);
/* A storage over the memory that s has now, for readers in other threads: until it is released, whoever writes to s moves s to other
   memory first. Only for the thread that s belongs to. */
ts_storage *ts_storage_hold(ts_cx *cx, ts_storage *s);
/* Before a write to s: where its memory is held, s gets a copy of its own. What is lent to other contexts stays where it is. */
extern _Atomic int32_t ts_holds;
bool ts_storage_part(ts_cx *cx, ts_storage *s);
static inline bool ts_before_write(ts_cx *cx, const struct ts_tensor *t);
/* Makes room for nbytes, also for the other tensors on s: zeros behind what is there. */
bool ts_storage_grow(ts_cx *cx, ts_storage *s, int64_t nbytes);

struct ts_tensor {
  int32_t refs;
  uint8_t dtype, ndim;
  bool requires_grad; /* a leaf that wants a gradient, or anything with a grad_fn */
  bool wrapped_number; /* made from a host number: lowest priority in type promotion */
  bool inference, retains_grad;
  bool is_view;        /* a differentiable view of `base` */
  uint32_t output_nr;  /* which output of grad_fn */
  uint32_t view_version; /* version counter of base's history that grad_fn was made for */
  uint32_t history;      /* of a base: bumped when its grad_fn is replaced by an in-place op */
  ts_cx *cx;
  ts_storage *storage;
  int64_t offset;      /* elements from the start of the storage */
  int64_t numel;
  int64_t *sizes, *strides; /* elements; into `inline_dims` up to TS_INLINE_DIMS */
  ts_node *grad_fn;
  ts_node *accumulator; /* leaf: its accumulation node, not owned */
  ts_tensor *grad;
  ts_tensor *base;
  struct ts_hook *hooks; /* of a leaf; those of other tensors live on grad_fn */
  uint64_t id;           /* unique in its context */
  int64_t inline_dims[2 * TS_INLINE_DIMS];
};

/* The dtype given, else torch.get_default_dtype(); and the complex one of the same precision. */
static inline ts_dtype ts_or_default(const ts_cx *cx, ts_dtype d) { return d == TS_DTYPE_NONE ? (ts_dtype)cx->default_dtype : d; }
static inline ts_dtype ts_default_complex(const ts_cx *cx) { return cx->default_dtype == TS_FLOAT64 ? TS_COMPLEX128 : TS_COMPLEX64; }

/* New tensors below have one reference that belongs to the innermost scope; NULL and an error set when they cannot be made. */
ts_tensor *ts_empty(ts_cx *cx, ts_dtype dtype, int ndim, const int64_t *sizes);
ts_tensor *ts_empty_strided(ts_cx *cx, ts_dtype dtype, int ndim, const int64_t *sizes, const int64_t *strides);
/* Same sizes as t, dense; keeps t's order of strides when t is dense without overlap (torch.preserve_format). */
ts_tensor *ts_empty_like(ts_cx *cx, const ts_tensor *t, ts_dtype dtype);
ts_tensor *ts_full_zero(ts_cx *cx, ts_dtype dtype, int ndim, const int64_t *sizes);
/* Another window on t's storage, outside the graph; offset in elements from the storage's start. */
ts_tensor *ts_alias(ts_cx *cx, const ts_tensor *t, int ndim, const int64_t *sizes, const int64_t *strides, int64_t offset);
static inline ts_tensor *ts_shallow(ts_cx *cx, const ts_tensor *t) {
  return ts_alias(cx, t, t->ndim, t->sizes, t->strides, t->offset);
}
/* t's sizes and dtype without its data: for formulas that only need the shape. */
ts_tensor *ts_shape_only(ts_cx *cx, const ts_tensor *t);
/* A tensor over a storage; takes its own reference to it. */
ts_tensor *ts_over_storage(ts_cx *cx, ts_storage *s, ts_dtype dtype, int ndim, const int64_t *sizes,
                           const int64_t *strides, int64_t offset);

static inline ts_tensor *ts_retain(ts_tensor *t) {
  if (t) t->refs++;
  return t;
}
void ts_release(ts_tensor *t); /* NULL is fine */

static inline void *ts_data(const ts_tensor *t) { return t->storage->data + t->offset * ts_itemsize((ts_dtype)t->dtype); }
static inline bool ts_before_write(ts_cx *cx, const ts_tensor *t) {
  return atomic_load_explicit(&ts_holds, memory_order_relaxed) == 0 || ts_storage_part(cx, t->storage);
}
static inline void ts_bump(ts_tensor *t) { atomic_fetch_add_explicit(&t->storage->version, 1, memory_order_relaxed); }
static inline uint32_t ts_version(const ts_tensor *t) {
  return atomic_load_explicit(&t->storage->version, memory_order_relaxed);
}

bool ts_is_contiguous(const ts_tensor *t);
bool ts_is_dense(const ts_tensor *t); /* no overlap, no gaps, any order of dims */
bool ts_same_sizes(const ts_tensor *a, const ts_tensor *b);
/* Of so few numbers as these memcmp is mostly a call. */
static inline bool ts_equal_dims(int n, const int64_t *a, const int64_t *b) {
  for (int d = 0; d < n; d++)
    if (a[d] != b[d]) return false;
  return true;
}
void ts_contiguous_strides(int ndim, const int64_t *sizes, int64_t *strides);
/* Product of sizes; fails (TS_ERR_MEMORY) on overflow, (TS_ERR_SHAPE) on a negative size. */
bool ts_numel_of(ts_cx *cx, int ndim, const int64_t *sizes, int64_t *numel);
/* Replaces sizes and strides (and numel) in place; room is made as needed. */
bool ts_set_geometry(ts_cx *cx, ts_tensor *t, int ndim, const int64_t *sizes, const int64_t *strides, int64_t offset);

/* dim in [-ndim, ndim) to [0, ndim); a 0-d tensor counts as 1-d. Error text is PyTorch's:
   "Dimension out of range (expected to be in range of [-2, 1], but got 5)". */
bool ts_wrap_dim(ts_cx *cx, int64_t dim, int ndim, int *out);
/* Broadcast of two shapes into out[TS_MAX_DIM]; PyTorch's text on failure. */
bool ts_broadcast_sizes(ts_cx *cx, int an, const int64_t *a, int bn, const int64_t *b, int *n, int64_t *out);
/* "[2, 3]" into a buffer, for messages. */
const char *ts_sizes_text(int ndim, const int64_t *sizes, char *buffer, size_t size);
#define TS_TEXT(t) ts_sizes_text((t)->ndim, (t)->sizes, (char[160]){0}, 160)

/* Raw conversions without graph: contiguous copy or t itself; t in another dtype or t itself. */
ts_tensor *ts_raw_contiguous(ts_cx *cx, ts_tensor *t);
ts_tensor *ts_raw_cast(ts_cx *cx, ts_tensor *t, ts_dtype dtype);
/* dst[...] = src[...] with broadcasting of src and dtype conversion; no version bump, no graph. */
bool ts_raw_copy(ts_cx *cx, ts_tensor *dst, ts_tensor *src);

#endif
