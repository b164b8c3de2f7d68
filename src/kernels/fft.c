/* Fourier transforms of tensors along dims. */
#include "fft.h"
#include <math.h>
#include <string.h>
#include "../core/threads.h"
#include "../gen/ops.h"
#include "kernels.h"

/* Lengths up to this are transformed several lines at a time; longer ones too when the lines lie side by side. (Measured: two
   steps keep 1024 points and more in the first cache.) */
enum { SHORT = 768 };

typedef struct {
  const ts_fft_job *job;
  char *scratch;
  int64_t scratch_bytes, lines, tasks;
} piece;
static void run_piece(void *arg, int64_t begin, int64_t end) {
  const piece *p = arg;
  const ts_fft_plan *plan = p->job->plan;
  for (int64_t task = begin; task < end; task++) {
    /* Pieces are whole vectors of (pairs of) lines, so that they do not depend on the number of tasks. */
    int64_t unit = (p->job->lanes ? ts_loops.fft_lanes[plan->wide] : 1) * (plan->real && plan->n % 2 ? 2 : 1);
    int64_t units = (p->lines + unit - 1) / unit, from = units * task / p->tasks * unit, to = units * (task + 1) / p->tasks * unit;
    ts_loops.fft_run[plan->wide](p->job, from, to < p->lines ? to : p->lines, p->scratch + task * p->scratch_bytes);
  }
}

/* n-point transforms along dim; in and out agree in the other dims. In place where the two are the same complex tensor. */
static bool along(ts_cx *cx, const ts_tensor *in, const ts_tensor *out, int dim, int64_t n, ts_fft_job *job) {
  if (out->numel == 0) return true;
  bool wide = in->dtype == TS_FLOAT64 || in->dtype == TS_COMPLEX128;
  const int from = ts_is_complex((ts_dtype)in->dtype) ? 2 : 1, to = ts_is_complex((ts_dtype)out->dtype) ? 2 : 1;
  job->in = ts_data(in);
  job->out = ts_data(out);
  job->in_step = from * in->strides[dim];
  job->out_step = to * out->strides[dim];
  int64_t lines = 1;
  job->ndim = 0;
  for (int d = in->ndim - 1; d >= 0; d--) {
    if (d == dim || in->sizes[d] == 1) continue;
    /* The lines that lie closest are neighbours: sorted by stride. */
    int at = job->ndim++;
    for (; at > 0 && job->in_strides[at - 1] > from * in->strides[d]; at--) {
      job->sizes[at] = job->sizes[at - 1];
      job->in_strides[at] = job->in_strides[at - 1];
      job->out_strides[at] = job->out_strides[at - 1];
    }
    job->sizes[at] = in->sizes[d];
    job->in_strides[at] = from * in->strides[d];
    job->out_strides[at] = to * out->strides[d];
    lines *= in->sizes[d];
  }
  const ts_fft_plan *plan = ts_fft_plan_of(n, job->kind != TS_FFT_C2C, wide), *core;
  if (!plan) return ts_fail(cx, TS_ERR_MEMORY, "no memory for the plan of a transform of %lld points", (long long)n);
  core = plan->real ? plan->a : plan;
  job->plan = plan;
  const ts_fft_plan *inner = core->kernel ? core->a : core;
  bool beside = job->ndim > 0 && job->sizes[0] >= 2 && job->in_strides[0] < job->in_step;
  bool fits = inner->passes > 0 && lines >= ts_loops.fft_lanes[wide];
  job->lanes = fits && (core->n <= SHORT || beside || (core->kernel && inner->n <= SHORT));
  piece p = {job, NULL, ts_fft_scratch(plan), lines, 1};
  /* Long lines share themselves out. */
  if (core->n < TS_FFT_SHARED && lines > 1 && (double)n * (double)lines > 32768) p.tasks = ts_num_threads();
  if (p.tasks > lines) p.tasks = lines;
  p.scratch = ts_temp(cx, p.scratch_bytes * p.tasks);
  if (p.scratch) ts_parallel_for(p.tasks, 1, run_piece, &p);
  ts_fft_done(plan);
  return p.scratch != NULL;
}

/* The factor of the whole transform: 1, 1 / sqrt(n), 1 / n. */
static double factor(int64_t normalization, const int64_t *sizes, ts_ints dims) {
  double n = 1;
  for (int64_t i = 0; i < dims.n; i++) n *= (double)sizes[dims.v[i]];
  return normalization == 0 ? 1 : normalization == 1 ? 1 / sqrt(n) : 1 / n;
}

/* dims as numbers from 0, each once; no more than there are. */
static bool wrapped(ts_cx *cx, const ts_tensor *x, ts_ints dims, int64_t *at) {
  uint64_t seen = 0;
  for (int64_t i = 0; i < dims.n; i++) {
    int d;
    if (!ts_wrap_dim(cx, dims.v[i], x->ndim, &d)) return false;
    if (x->ndim == 0) return ts_fail(cx, TS_ERR_SHAPE, "Dimension specified as %lld but tensor has no dimensions", (long long)dims.v[i]);
    if (seen >> d & 1) return ts_fail(cx, TS_ERR_ARGUMENT, "FFT dims must be unique");
    seen |= (uint64_t)1 << d;
    at[i] = d;
  }
  return true;
}

static bool has_points(ts_cx *cx, int64_t n) {
  return n >= 1 || ts_fail(cx, TS_ERR_SHAPE, "Invalid number of data points (%lld) specified", (long long)n);
}

/* Complex transforms of x along dims into out, the last dim first; scaled with the last one done. */
static bool complex_along(ts_cx *cx, const ts_tensor *x, const ts_tensor *out, ts_ints dims, bool forward, double scale) {
  for (int64_t i = dims.n - 1; i >= 0; i--) {
    ts_fft_job job = {.kind = TS_FFT_C2C, .inverse = !forward, .scale = i == 0 ? scale : 1};
    int d = (int)dims.v[i];
    if (!has_points(cx, x->sizes[d]) || !along(cx, x, out, d, x->sizes[d], &job)) return false;
    x = out;
  }
  return true;
}

bool ts__fft_c2c_impl(ts_cx *cx, const ts__fft_c2c_args *a, ts_out *out) {
  ts_tensor *x = a->self;
  int64_t at[TS_MAX_DIM];
  if (!ts_is_complex((ts_dtype)x->dtype)) return ts_fail(cx, TS_ERR_DTYPE, "expects a complex tensor, got %s", ts_dtype_name((ts_dtype)x->dtype));
  if (!wrapped(cx, x, a->dim, at)) return false;
  ts_ints dims = {at, a->dim.n};
  if (!(out->t[0] = ts_empty(cx, (ts_dtype)x->dtype, x->ndim, x->sizes))) return false;
  if (dims.n == 0) return ts_raw_copy(cx, out->t[0], x);
  return complex_along(cx, x, out->t[0], dims, a->forward, factor(a->normalization, x->sizes, dims));
}

bool ts__fft_r2c_impl(ts_cx *cx, const ts__fft_r2c_args *a, ts_out *out) {
  ts_tensor *x = a->self;
  int64_t at[TS_MAX_DIM], sizes[TS_MAX_DIM];
  if (x->dtype != TS_FLOAT32 && x->dtype != TS_FLOAT64) return ts_fail(cx, TS_ERR_DTYPE, "expects float32 or float64, got %s", ts_dtype_name((ts_dtype)x->dtype));
  if (!wrapped(cx, x, a->dim, at)) return false;
  if (a->dim.n == 0) return ts_fail(cx, TS_ERR_ARGUMENT, "must transform at least one axis");
  ts_dtype d = x->dtype == TS_FLOAT64 ? TS_COMPLEX128 : TS_COMPLEX64;
  ts_ints dims = {at, a->dim.n}, others = {at, a->dim.n - 1};
  double scale = factor(a->normalization, x->sizes, dims);
  if (!a->onesided && others.n > 0) { /* nothing to save */
    ts_tensor *z = ts_raw_cast(cx, x, d);
    return z && (out->t[0] = ts_empty(cx, d, x->ndim, x->sizes)) && complex_along(cx, z, out->t[0], dims, true, scale);
  }
  int last = (int)at[a->dim.n - 1];
  int64_t n = x->sizes[last];
  if (!has_points(cx, n)) return false;
  memcpy(sizes, x->sizes, (size_t)x->ndim * sizeof *sizes);
  if (a->onesided) sizes[last] = n / 2 + 1;
  ts_fft_job job = {.kind = TS_FFT_R2C, .scale = others.n ? 1 : scale, .twosided = !a->onesided};
  if (!(out->t[0] = ts_empty(cx, d, x->ndim, sizes)) || !along(cx, x, out->t[0], last, n, &job)) return false;
  return complex_along(cx, out->t[0], out->t[0], others, true, scale);
}

bool ts__fft_c2r_impl(ts_cx *cx, const ts__fft_c2r_args *a, ts_out *out) {
  ts_tensor *x = a->self;
  int64_t at[TS_MAX_DIM], sizes[TS_MAX_DIM], n = a->last_dim_size;
  if (!ts_is_complex((ts_dtype)x->dtype)) return ts_fail(cx, TS_ERR_DTYPE, "expects a complex tensor, got %s", ts_dtype_name((ts_dtype)x->dtype));
  if (!wrapped(cx, x, a->dim, at)) return false;
  if (a->dim.n == 0) return ts_fail(cx, TS_ERR_ARGUMENT, "must transform at least one axis");
  ts_ints dims = {at, a->dim.n}, others = {at, a->dim.n - 1};
  int last = (int)at[a->dim.n - 1];
  if (!has_points(cx, n)) return false;
  if (x->sizes[last] != n / 2 + 1) return ts_fail(cx, TS_ERR_SHAPE, "%lld values do not give %lld points", (long long)x->sizes[last], (long long)n);
  memcpy(sizes, x->sizes, (size_t)x->ndim * sizeof *sizes);
  sizes[last] = n;
  double scale = factor(a->normalization, sizes, dims);
  ts_dtype d = x->dtype == TS_COMPLEX128 ? TS_FLOAT64 : TS_FLOAT32;
  ts_fft_job job = {.kind = TS_FFT_C2R, .inverse = true, .scale = scale};
  if (others.n > 0) {
    ts_tensor *z = ts_empty(cx, (ts_dtype)x->dtype, x->ndim, x->sizes);
    if (!z || !complex_along(cx, x, z, others, false, 1)) return false;
    x = z;
  }
  return (out->t[0] = ts_empty(cx, d, x->ndim, sizes)) && along(cx, x, out->t[0], last, n, &job);
}
