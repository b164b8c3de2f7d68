/* Tensors on files. */
#include "../core/alloc.h"
#include "../core/op.h"
#include "../core/pages.h"
#include "../gen/ops.h"

static void unmap(void *owner) {
  ts_pages_unmap(owner);
  ts_free(owner);
}

bool ts__map_file_impl(ts_cx *cx, const ts__map_file_args *a, ts_out *out) {
  ts_dtype dtype = a->dtype == TS_DTYPE_NONE ? TS_UINT8 : a->dtype;
  int64_t n = a->length / ts_itemsize(dtype), stride = 1;
  bool whole = a->length > 0 && a->length % ts_itemsize(dtype) == 0 && a->offset % ts_itemsize(dtype) == 0 && a->fd >= 0 && a->fd <= INT32_MAX;
  ts_mapping *m = ts_alloc(sizeof *m);
  ts_storage *s = m ? ts_storage_new(cx, 0) : NULL;
  if (!s) {
    ts_free(m);
    return cx->status == TS_OK ? ts_fail(cx, TS_ERR_MEMORY, "cannot allocate a mapping") : false;
  }
  if (!whole || !ts_pages_map((int)a->fd, a->offset, a->length, m)) {
    ts_free(m);
    ts_storage_release(s);
    return ts_fail(cx, TS_ERR_UNSUPPORTED, "bytes %lld to %lld of the file cannot be mapped", (long long)a->offset, (long long)(a->offset + a->length));
  }
  s->data = m->data;
  s->nbytes = a->length;
  s->release = unmap;
  s->owner = m;
  out->t[0] = ts_over_storage(cx, s, dtype, 1, &n, &stride, 0);
  ts_storage_release(s);
  return out->t[0] != NULL;
}
