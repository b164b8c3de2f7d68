/* LU with partial pivoting, and what stands on it. */
#include <string.h>
#include "../gen/ops.h"
#include "../linalg/factor.h"
#include "matrices.h"

typedef struct {
  ts_tensor *lu, *pivots, *info;
} factor_job;

static void factor_some(void *arg, int64_t begin, int64_t end) {
  const factor_job *job = arg;
  const int64_t m = ts_rows(job->lu), n = ts_cols(job->lu), k = m < n ? m : n;
  for (int64_t i = begin; i < end; i++)
    ((int32_t *)ts_data(job->info))[i] = (int32_t)ts_lu((ts_dtype)job->lu->dtype, m, n, ts_matrix_at(job->lu, i), ts_leading(m), (int32_t *)ts_data(job->pivots) + i * k);
}

bool ts_linalg_lu_factor_ex_impl(ts_cx *cx, const ts_linalg_lu_factor_ex_args *a, ts_out *out) {
  if (!ts_check_matrices(cx, a->A, "A") || !ts_check_linear(cx, a->A)) return false;
  if (!a->pivot) return ts_fail(cx, TS_ERR_UNSUPPORTED, "LU without pivoting is not implemented on the CPU");
  const int64_t m = ts_rows(a->A), n = ts_cols(a->A), k = m < n ? m : n;
  factor_job job = {ts_copy_columns(cx, a->A), ts_empty_batch(cx, a->A, TS_INT32, k), ts_empty_batch(cx, a->A, TS_INT32, -1)};
  if (!job.lu || !job.pivots || !job.info) return false;
  ts_each_matrix(ts_matrix_count(a->A), (double)m * (double)n * (double)k, factor_some, &job);
  out->t[0] = job.lu;
  out->t[1] = job.pivots;
  out->t[2] = job.info;
  return true;
}
