#include "iter.h"
#include <string.h>
#include "threads.h"

enum { DEFAULT_GRAIN = 32768 };

/* True when dim a (inner) should come before dim b by the first operand that tells them apart. */
static bool is_inner(const ts_iter *it, const int64_t *a, const int64_t *b) {
  for (int k = 0; k < it->n; k++) {
    if (a[k] == 0 || b[k] == 0 || a[k] == b[k]) continue;
    return a[k] < b[k];
  }
  return true;
}

void ts_iter_init(ts_iter *it, int n, ts_tensor *const *operands, int ndim, const int64_t *sizes) {
  it->n = n;
  it->numel = 1;
  bool flat = true;
  for (int k = 0; k < n; k++) it->data[k] = ts_data(operands[k]);
  for (int d = 0; d < ndim; d++) it->numel *= sizes[d];
  /* The common case first: same shape, contiguous (or one element). */
  for (int k = 0; k < n && flat; k++) {
    const ts_tensor *t = operands[k];
    flat = (t->numel == it->numel && ts_is_contiguous(t)) || (t->numel == 1 && k > 0);
  }
  if (flat) {
    it->ndim = 1;
    it->sizes[0] = it->numel;
    for (int k = 0; k < n; k++)
      it->strides[0][k] = operands[k]->numel == 1 && it->numel != 1 ? 0 : ts_itemsize((ts_dtype)operands[k]->dtype);
    return;
  }
  int m = 0;
  for (int d = ndim - 1; d >= 0; d--) {
    if (sizes[d] == 1) continue;
    int64_t row[TS_ITER_OPERANDS];
    for (int k = 0; k < n; k++) {
      const ts_tensor *t = operands[k];
      int own = d - (ndim - t->ndim);
      row[k] = own < 0 || t->sizes[own] == 1 ? 0 : t->strides[own] * ts_itemsize((ts_dtype)t->dtype);
    }
    int at = m++;
    for (; at > 0 && !is_inner(it, it->strides[at - 1], row); at--) {
      memcpy(it->strides[at], it->strides[at - 1], sizeof row);
      it->sizes[at] = it->sizes[at - 1];
    }
    memcpy(it->strides[at], row, sizeof row);
    it->sizes[at] = sizes[d];
  }
  int last = 0;
  for (int d = 1; d < m; d++) {
    bool merges = true;
    for (int k = 0; k < n && merges; k++) merges = it->strides[d][k] == it->strides[last][k] * it->sizes[last];
    if (merges) {
      it->sizes[last] *= it->sizes[d];
    } else {
      last++;
      it->sizes[last] = it->sizes[d];
      memmove(it->strides[last], it->strides[d], sizeof it->strides[d]);
    }
  }
  if (m == 0) {
    it->sizes[0] = 1;
    memset(it->strides[0], 0, sizeof it->strides[0]);
  }
  it->ndim = m == 0 ? 1 : last + 1;
}

typedef struct { const ts_iter *it; ts_loop loop; const void *params; } range_job;

static void run_range(void *arg, int64_t begin, int64_t end) {
  const range_job *job = arg;
  const ts_iter *it = job->it;
  int64_t at[TS_MAX_DIM], rest = begin;
  char *p[TS_ITER_OPERANDS];
  memcpy(p, it->data, sizeof p);
  for (int d = 0; d < it->ndim; d++) {
    at[d] = it->ndim == 1 ? rest : rest % it->sizes[d];
    rest /= it->sizes[d];
    for (int k = 0; k < it->n; k++) p[k] += at[d] * it->strides[d][k];
  }
  while (begin < end) {
    int64_t n = it->sizes[0] - at[0];
    if (n > end - begin) n = end - begin;
    job->loop(p, it->strides[0], n, job->params);
    begin += n;
    if (begin >= end) return;
    if (at[0] == 0 && it->ndim == 2) { /* whole rows, one after the other */
      const int64_t rows = (end - begin) / it->sizes[0];
      for (int64_t r = 0; r < rows; r++) {
        for (int k = 0; k < it->n; k++) p[k] += it->strides[1][k];
        job->loop(p, it->strides[0], it->sizes[0], job->params);
      }
      begin += rows * it->sizes[0];
      at[1] += rows;
      if (begin >= end) return;
    }
    for (int k = 0; k < it->n; k++) p[k] -= at[0] * it->strides[0][k];
    at[0] = 0;
    for (int d = 1; d < it->ndim; d++) {
      if (++at[d] < it->sizes[d]) {
        for (int k = 0; k < it->n; k++) p[k] += it->strides[d][k];
        break;
      }
      at[d] = 0;
      for (int k = 0; k < it->n; k++) p[k] -= (it->sizes[d] - 1) * it->strides[d][k];
    }
  }
}

void ts_iter_run(const ts_iter *it, ts_loop loop, const void *params, int64_t grain) {
  if (it->numel == 0) return;
  if (it->ndim == 1 && it->numel < DEFAULT_GRAIN) {
    if (grain == 0 || it->numel < 2 * grain) {
      loop((char *const *)it->data, it->strides[0], it->numel, params);
      return;
    }
  }
  range_job job = {it, loop, params};
  ts_parallel_for(it->numel, grain ? grain : DEFAULT_GRAIN, run_range, &job);
}

void ts_iterate(int n, ts_tensor *const *operands, int ndim, const int64_t *sizes, ts_loop loop, const void *params, int64_t grain) {
  ts_iter it;
  ts_iter_init(&it, n, operands, ndim, sizes);
  ts_iter_run(&it, loop, params, grain);
}

static void extent(const ts_tensor *t, const char **begin, const char **end) {
  int64_t reach = t->numel ? 1 : 0;
  for (int d = 0; d < t->ndim && t->numel; d++) reach += (t->sizes[d] - 1) * t->strides[d];
  *begin = ts_data(t);
  *end = *begin + reach * ts_itemsize((ts_dtype)t->dtype);
}

bool ts_overlaps(const ts_tensor *out, const ts_tensor *in) {
  if (out->storage->data != in->storage->data || out->storage != in->storage) return false;
  const char *a, *ae, *b, *be;
  extent(out, &a, &ae);
  extent(in, &b, &be);
  if (ae <= b || be <= a) return false;
  return !(out->offset == in->offset && out->dtype == in->dtype && ts_same_sizes(out, in) &&
           memcmp(out->strides, in->strides, out->ndim * sizeof *out->strides) == 0);
}

bool ts_check_writable(ts_cx *cx, const ts_tensor *t) {
  for (int d = 0; d < t->ndim; d++)
    if (t->sizes[d] > 1 && t->strides[d] == 0)
      return ts_fail(cx, TS_ERR_ARGUMENT,
                     "unsupported operation: more than one element of the written-to tensor refers to a single memory "
                     "location. Please clone() the tensor before performing the operation.");
  return ts_before_write(cx, t);
}
