#include "reduce.h"
#include <inttypes.h>
#include <string.h>
#include "../core/threads.h"
#include "../gen/ops.h"
#include "kernels.h"

bool ts_dim_mask(ts_cx *cx, ts_ints dims, int ndim, uint64_t *mask) {
  *mask = 0;
  if (dims.n <= 0) {
    *mask = ndim == 64 ? UINT64_MAX : ((uint64_t)1 << ndim) - 1;
    return true;
  }
  for (int64_t i = 0; i < dims.n; i++) {
    int d;
    if (!ts_wrap_dim(cx, dims.v[i], ndim, &d)) return false;
    if (*mask >> d & 1) return ts_fail(cx, TS_ERR_ARGUMENT, "dim %d appears multiple times in the list of dims", d);
    *mask |= (uint64_t)1 << d;
  }
  return true;
}

int ts_reduced_sizes(const ts_tensor *t, uint64_t mask, bool keepdim, int64_t *sizes) {
  int n = 0;
  for (int d = 0; d < t->ndim; d++) {
    if (!(mask >> d & 1)) sizes[n++] = t->sizes[d];
    else if (keepdim) sizes[n++] = 1;
  }
  return n;
}

/* Dims of one kind (kept or reduced), innermost first, merged where memory allows. */
typedef struct { int n; int64_t sizes[TS_MAX_DIM], steps[TS_MAX_DIM], out[TS_MAX_DIM]; } group;

static void add_dim(group *g, int64_t size, int64_t step, int64_t out) {
  if (size == 1) return;
  int at = g->n++;
  for (; at > 0 && g->steps[at - 1] > step; at--) {
    g->sizes[at] = g->sizes[at - 1];
    g->steps[at] = g->steps[at - 1];
    g->out[at] = g->out[at - 1];
  }
  g->sizes[at] = size;
  g->steps[at] = step;
  g->out[at] = out;
}

static void merge(group *g) {
  if (g->n == 0) return;
  int last = 0;
  for (int d = 1; d < g->n; d++) {
    if (g->steps[d] == g->steps[last] * g->sizes[last] && g->out[d] == g->out[last] * g->sizes[last]) {
      g->sizes[last] *= g->sizes[d];
    } else {
      last++;
      g->sizes[last] = g->sizes[d];
      g->steps[last] = g->steps[d];
      g->out[last] = g->out[d];
    }
  }
  g->n = last + 1;
}

typedef struct {
  group kept, reduced;
  const char *in;
  double *acc; /* or int64_t: 8 bytes each */
  ts_reduce_loop loop;
  bool columns; /* the inner loop runs over the first kept dim */
} sum_job;

/* Adds up everything that belongs to one position of the kept dims (or one row of the first, with columns). */
static void sum_one(const sum_job *job, const char *in, double *acc) {
  const group *r = &job->reduced;
  int64_t cols = job->columns ? job->kept.sizes[0] : 1, col_step = job->columns ? job->kept.steps[0] : 0;
  int64_t n = r->n ? r->sizes[0] : 1, step = r->n ? r->steps[0] : 0;
  int64_t at[TS_MAX_DIM] = {0};
  for (;;) {
    job->loop(acc, in, n, step, cols, col_step);
    int d = 1;
    for (; d < r->n; d++) {
      in += r->steps[d];
      if (++at[d] < r->sizes[d]) break;
      in -= r->steps[d] * r->sizes[d];
      at[d] = 0;
    }
    if (d >= r->n) return;
  }
}

static void sum_range(void *arg, int64_t begin, int64_t end) {
  const sum_job *job = arg;
  int first = job->columns ? 1 : 0;
  for (int64_t i = begin; i < end; i++) {
    int64_t rest = i, in = 0, out = 0;
    for (int d = first; d < job->kept.n; d++) {
      int64_t at = rest % job->kept.sizes[d];
      rest /= job->kept.sizes[d];
      in += at * job->kept.steps[d];
      out += at * job->kept.out[d];
    }
    sum_one(job, job->in + in, job->acc + out);
  }
}

bool ts_sum_impl(ts_cx *cx, const ts_sum_args *a, ts_out *out) {
  ts_tensor *self = a->self;
  uint64_t mask;
  if (!ts_dim_mask(cx, a->dim, self->ndim, &mask)) return false;
  ts_dtype to = a->dtype != TS_DTYPE_NONE ? a->dtype : ts_is_integral((ts_dtype)self->dtype, true) ? TS_INT64 : (ts_dtype)self->dtype;
  if (ts_is_inexact(to) && !ts_is_inexact((ts_dtype)self->dtype) && !(self = ts_raw_cast(cx, self, to))) return false;
  int64_t sizes[TS_MAX_DIM];
  int ndim = ts_reduced_sizes(self, mask, a->keepdim, sizes);
  /* 8-byte accumulators in row-major order of the result; then one conversion. */
  bool whole = ts_is_integral((ts_dtype)self->dtype, true);
  ts_tensor *acc = ts_full_zero(cx, whole ? TS_INT64 : TS_FLOAT64, ndim, sizes);
  if (!acc) return false;
  if (self->numel) {
    sum_job job = {{0}, {0}, ts_data(self), ts_data(acc), ts_loops.sum[self->dtype], false};
    if (!job.loop) return ts_fail(cx, TS_ERR_DTYPE, "not implemented for %s", ts_dtype_name((ts_dtype)self->dtype));
    int64_t item = ts_itemsize((ts_dtype)self->dtype), step = 1;
    for (int d = self->ndim - 1; d >= 0; d--) {
      bool reduced = mask >> d & 1;
      add_dim(reduced ? &job.reduced : &job.kept, self->sizes[d], self->strides[d] * item, reduced ? 0 : step);
      if (!reduced) step *= self->sizes[d];
    }
    merge(&job.kept);
    merge(&job.reduced);
    job.columns = job.kept.n && job.kept.out[0] == 1 && (!job.reduced.n || job.kept.steps[0] < job.reduced.steps[0]);
    int64_t outputs = acc->numel / (job.columns ? job.kept.sizes[0] : 1), each = self->numel / (outputs ? outputs : 1);
    ts_parallel_for(outputs, each >= 32768 ? 1 : 32768 / each, sum_range, &job);
  }
  if (out->t[0] && ts_raw_copy(cx, out->t[0], acc)) return true;
  out->t[0] = ts_raw_cast(cx, acc, to);
  return out->t[0] != NULL;
}
