#include "token.h"
#include <inttypes.h>
#include "alloc.h"

typedef struct parcel {
  struct parcel *next;
  const ts_cx *from; /* only compared */
  ts_storage *storage;
  int64_t token, offset;
  uint8_t dtype, ndim;
  bool requires_grad;
  int64_t dims[]; /* sizes, then strides */
} parcel;

enum { BUCKETS = 256 };
static struct {
  atomic_flag lock;
  int64_t last; /* tokens are never used again */
  parcel *buckets[BUCKETS];
} post = {ATOMIC_FLAG_INIT, 0, {0}};

static void lock(void) {
  while (atomic_flag_test_and_set_explicit(&post.lock, memory_order_acquire)) {}
}
static void unlock(void) { atomic_flag_clear_explicit(&post.lock, memory_order_release); }

int64_t ts_token_new(ts_cx *cx, const ts_tensor *t) {
  if (t->requires_grad && t->grad_fn) {
    ts_fail(cx, TS_ERR_AUTOGRAD, "a graph stays in its thread: only leaves that require grad can be sent to another; call detach() first");
    return 0;
  }
  parcel *p = ts_alloc(sizeof *p + 2 * t->ndim * sizeof *p->dims);
  if (!p) {
    ts_fail(cx, TS_ERR_MEMORY, "out of memory");
    return 0;
  }
  p->from = cx;
  p->storage = ts_storage_retain(t->storage);
  p->offset = t->offset;
  p->dtype = t->dtype;
  p->ndim = t->ndim;
  p->requires_grad = t->requires_grad;
  for (int d = 0; d < t->ndim; d++) {
    p->dims[d] = t->sizes[d];
    p->dims[t->ndim + d] = t->strides[d];
  }
  atomic_store_explicit(&t->storage->lent, 1, memory_order_relaxed);
  lock();
  int64_t token = p->token = ++post.last;
  parcel **bucket = &post.buckets[token % BUCKETS];
  p->next = *bucket;
  *bucket = p;
  unlock();
  return token;
}

/* Whoever takes a parcel out owns it. */
static parcel *take(int64_t token) {
  if (token <= 0) return NULL;
  lock();
  parcel **link = &post.buckets[token % BUCKETS];
  while (*link && (*link)->token != token) link = &(*link)->next;
  parcel *p = *link;
  if (p) *link = p->next;
  unlock();
  return p;
}

static void discard(parcel *p) {
  if (!p) return;
  ts_storage_release(p->storage);
  ts_free(p);
}

ts_tensor *ts_token_adopt(ts_cx *cx, int64_t token) {
  parcel *p = take(token);
  if (!p) {
    ts_fail(cx, TS_ERR_DISPOSED, "no tensor waits under token %" PRId64 ": it has been received already, or its thread has ended", token);
    return NULL;
  }
  /* What comes from elsewhere counts for this context's collector, which else would see no reason to run. */
  if (cx->host.collect && (cx->bytes_since_collect += p->storage->nbytes) >= cx->collect_bytes) cx->host.collect(cx, cx->host.data, false);
  ts_tensor *t = ts_over_storage(cx, p->storage, (ts_dtype)p->dtype, p->ndim, p->dims, p->dims + p->ndim, p->offset);
  if (t && p->requires_grad) t->requires_grad = true;
  discard(p);
  return t;
}

void ts_token_drop(int64_t token) { discard(take(token)); }

void ts_tokens_end(const ts_cx *cx) {
  parcel *ended = NULL;
  lock();
  for (int i = 0; i < BUCKETS; i++) {
    for (parcel **link = &post.buckets[i]; *link;) {
      parcel *p = *link;
      if (p->from != cx) {
        link = &p->next;
        continue;
      }
      *link = p->next;
      p->next = ended;
      ended = p;
    }
  }
  unlock();
  while (ended) {
    parcel *next = ended->next;
    discard(ended);
    ended = next;
  }
}
