/* Layer norm: each contiguous row is read once from memory, forward and backward. What is not such rows goes the way of norm.c. */
#include "norm_rows.h"
#include "../core/threads.h"
#include "kernels.h"

enum { LONGEST = 1 << 16 /* elements of a row; of longer ones there may be too few for all threads */, SHARE = 1 << 14 /* elements that are worth a thread */ };

typedef struct {
  const ts_tensor *x;
  const char *g, *w, *b;
  char *out, *mean, *rstd, *room;
  double *sums, eps;
  int64_t rows, n, pieces;
} job;

static char *data_of(const ts_tensor *t) { return t ? ts_data(t) : NULL; }

int64_t ts_norm_row_length(const ts_tensor *x, const ts_tensor *g, uint64_t stats, uint64_t weights) {
  int64_t n = 1;
  uint64_t rest = stats;
  for (int d = x->ndim - 1; d >= 0 && rest >> d & 1; d--) {
    n *= x->sizes[d];
    rest &= ~((uint64_t)1 << d);
  }
  return stats == weights && !rest && x->numel && n <= LONGEST && ts_is_contiguous(x) && (!g || ts_is_contiguous(g)) ? n : 0;
}

static job job_of(const ts_tensor *x, const ts_tensor *w, ts_tensor *out, const ts_tensor *mean, const ts_tensor *rstd, int64_t n) {
  job j = {.x = x, .w = data_of(w), .out = data_of(out), .mean = data_of(mean), .rstd = data_of(rstd), .rows = x->numel / n, .n = n};
  const int64_t threads = ts_num_threads(), shares = x->numel / SHARE < j.rows ? x->numel / SHARE : j.rows;
  j.pieces = shares < 1 ? 1 : shares < threads ? shares : threads;
  return j;
}

static void pieces(void *arg, int64_t begin, int64_t end) {
  const job *j = arg;
  const int64_t item = ts_itemsize((ts_dtype)j->x->dtype);
  for (int64_t i = begin; i < end; i++) {
    const int64_t at = j->rows * i / j->pieces, rows = j->rows * (i + 1) / j->pieces - at, skip = at * j->n * item;
    const char *x = data_of(j->x) + skip;
    char *mean = j->mean + at * item, *rstd = j->rstd + at * item;
    if (!j->g) ts_loops.norm_rows[j->x->dtype](x, j->w, j->b, j->out + skip, mean, rstd, rows, j->n, j->eps);
    else ts_loops.norm_rows_back[j->x->dtype](j->g + skip, x, j->w, mean, rstd, j->out + skip, j->sums + i * 2 * j->n, j->room + i * 2 * j->n * item, rows, j->n);
  }
}

void ts_norm_rows(const ts_tensor *x, const ts_tensor *w, const ts_tensor *b, ts_tensor *out, ts_tensor *mean, ts_tensor *rstd, int64_t n, double eps) {
  job j = job_of(x, w, out, mean, rstd, n);
  j.b = data_of(b);
  j.eps = eps;
  ts_parallel_for(j.pieces, 1, pieces, &j);
}

bool ts_norm_rows_back(ts_cx *cx, const ts_tensor *g, const ts_tensor *x, const ts_tensor *w, const ts_tensor *mean, const ts_tensor *rstd, ts_tensor *dx, int64_t n, ts_tensor **of_weight, ts_tensor **of_bias) {
  job j = job_of(x, w, dx, mean, rstd, n);
  ts_tensor *sums = ts_full_zero(cx, TS_FLOAT64, 1, &(int64_t){j.pieces * 2 * n});
  if (!sums || !(j.room = ts_temp(cx, j.pieces * 2 * n * ts_itemsize((ts_dtype)x->dtype)))) return false;
  j.g = data_of(g);
  j.sums = ts_data(sums);
  ts_parallel_for(j.pieces, 1, pieces, &j);
  for (int64_t k = 2 * n; k < j.pieces * 2 * n; k++) j.sums[k % (2 * n)] += j.sums[k];
  *of_weight = ts_alias(cx, sums, 1, &n, (const int64_t[]){1}, 0);
  *of_bias = ts_alias(cx, sums, 1, &n, (const int64_t[]){1}, n);
  return *of_weight && *of_bias;
}
