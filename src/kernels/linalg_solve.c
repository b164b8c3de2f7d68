/* Linear systems: general and triangular ones, inverses, and tensors taken for matrices. */
#include <string.h>
#include "../gen/ops.h"
#include "../linalg/factor.h"
#include "linalg.h"

#define SINGULAR "The diagonal element %" PRId64 " is zero, the solve could not be completed because the input matrix is singular."

ts_tensor *ts_identities(ts_cx *cx, const ts_tensor *t, int64_t n) {
  ts_tensor *e = ts_empty_matrices(cx, t, n, n), *one = ts_eye(cx, n, (ts_opt_int){false, 0}, (ts_dtype)t->dtype);
  return e && one && ts_raw_copy(cx, e, one) ? e : NULL;
}

bool ts__linalg_solve_ex_impl(ts_cx *cx, const ts__linalg_solve_ex_args *a, ts_out *out) {
  if (!ts_check_linear(cx, a->A) || !ts_check_solvable(cx, a->A, a->B, a->left)) return false;
  int ndim;
  int64_t a_sizes[TS_MAX_DIM], b_sizes[TS_MAX_DIM];
  if (!ts_broadcast_batches(cx, a->A, a->B, &ndim, a_sizes, b_sizes)) return false;
  ts_tensor *lu, *pivots, *info, *x;
  if (!ts_lu_of(cx, a->A, &lu, &pivots, &info) || (a->check_errors && !ts_check_infos(cx, info, SINGULAR))) return false;
  if (!(x = ts_lu_solved(cx, lu, pivots, a->B, a->left, false))) return false;
  out->t[0] = x;
  out->t[1] = lu;
  out->t[2] = pivots;
  out->t[3] = info;
  return true;
}

/* torch.linalg.solve: B of A's batch without its last dim is a batch of vectors. */
static bool is_vector(const ts_tensor *a, const ts_tensor *b) {
  return b->ndim == 1 || (b->ndim == a->ndim - 1 && memcmp(a->sizes, b->sizes, (size_t)b->ndim * sizeof *b->sizes) == 0);
}

static bool solve(ts_cx *cx, ts_tensor *a, ts_tensor *b, bool left, bool check, ts_tensor **x, ts_tensor **info) {
  ts_tensor *r[4] = {0};
  if (!ts_check_linear(cx, a) || !ts_check_square(cx, a, "A")) return false;
  const bool vector = is_vector(a, b);
  ts_tensor *right = vector ? ts_unsqueeze(cx, b, -1) : b;
  if (!right || !ts_check_solvable(cx, a, right, left)) return false;
  if (vector && !left)
    return ts_fail(cx, TS_ERR_SHAPE, "Vector broadcasting of the left hand side is not supported for left=False. In this case linalg.solve is equivalent to B / "
                                     "A.squeeze(-1)");
  if (!ts__linalg_solve_ex(cx, a, right, left, check, r)) return false;
  *x = vector && r[0] ? ts_select(cx, r[0], -1, 0) : r[0];
  *info = r[3];
  return *x != NULL;
}

bool ts_linalg_solve_ex_impl(ts_cx *cx, const ts_linalg_solve_ex_args *a, ts_out *out) { return solve(cx, a->A, a->B, a->left, a->check_errors, &out->t[0], &out->t[1]); }

bool ts_linalg_solve_impl(ts_cx *cx, const ts_linalg_solve_args *a, ts_out *out) {
  ts_tensor *info;
  return solve(cx, a->A, a->B, a->left, true, &out->t[0], &info);
}

bool ts_linalg_inv_ex_impl(ts_cx *cx, const ts_linalg_inv_ex_args *a, ts_out *out) {
  if (!ts_check_linear(cx, a->A) || !ts_check_square(cx, a->A, "A")) return false;
  ts_tensor *lu, *pivots, *info;
  if (!ts_lu_of(cx, a->A, &lu, &pivots, &info) || (a->check_errors && !ts_check_infos(cx, info, TS_INFO_INVERSE))) return false;
  out->t[0] = ts_lu_solved(cx, lu, pivots, ts_eye(cx, ts_rows(a->A), (ts_opt_int){false, 0}, (ts_dtype)a->A->dtype), true, false);
  out->t[1] = info;
  return out->t[0] != NULL;
}

static bool inverse(ts_cx *cx, ts_tensor *a, ts_out *out) {
  ts_tensor *r[2] = {0};
  ts_linalg_inv_ex(cx, a, true, r);
  return (out->t[0] = r[0]) != NULL;
}
bool ts_linalg_inv_impl(ts_cx *cx, const ts_linalg_inv_args *a, ts_out *out) { return inverse(cx, a->A, out); }
bool ts_inverse_impl(ts_cx *cx, const ts_inverse_args *a, ts_out *out) { return inverse(cx, a->self, out); }

typedef struct {
  ts_tensor *a, *x;
  const int64_t *places;
  ts_matrix_op op;
  bool left, upper, unit;
} triangular_job;

static void triangular_some(void *arg, int64_t begin, int64_t end) {
  const triangular_job *job = arg;
  const int64_t n = ts_rows(job->a), rows = ts_rows(job->x), cols = ts_cols(job->x);
  for (int64_t i = begin; i < end; i++)
    ts_solve_triangular((ts_dtype)job->x->dtype, job->left, job->upper, job->op, job->unit, rows, cols, ts_matrix_at(job->a, job->places[i]), ts_leading(n),
                        ts_matrix_at(job->x, i), ts_leading(rows));
}

bool ts_linalg_solve_triangular_impl(ts_cx *cx, const ts_linalg_solve_triangular_args *a, ts_out *out) {
  int ndim;
  int64_t a_sizes[TS_MAX_DIM], sizes[TS_MAX_DIM];
  bool turned;
  if (!ts_check_linear(cx, a->A) || !ts_check_solvable(cx, a->A, a->B, a->left) || !ts_broadcast_batches(cx, a->A, a->B, &ndim, a_sizes, sizes)) return false;
  ts_tensor *m = ts_columns_either(cx, a->A, &turned), *x = ts_copy_columns_to(cx, a->B, ndim, sizes);
  const int64_t *places = ts_matrix_places(cx, a->A, ndim, sizes);
  if (!m || !x || !places) return false;
  triangular_job job = {m, x, places, turned ? TS_TRANSPOSED : TS_PLAIN, a->left, a->upper != turned, a->unitriangular};
  ts_each_matrix(ts_matrix_count(x), (double)ts_rows(m) * (double)ts_matrix_size(x), triangular_some, &job);
  return (out->t[0] = x) != NULL;
}

bool ts_triangular_solve_impl(ts_cx *cx, const ts_triangular_solve_args *a, ts_out *out) {
  const ts_tensor *b = a->self, *m = a->A;
  if (b->ndim < 2) return ts_fail(cx, TS_ERR_SHAPE, "Expected b to have at least 2 dimensions, but it has %d dimensions instead", b->ndim);
  if (m->ndim < 2) return ts_fail(cx, TS_ERR_SHAPE, "Expected A to have at least 2 dimensions, but it has %d dimensions instead", m->ndim);
  if (!ts_check_square(cx, m, "A")) return false;
  if (ts_rows(m) != ts_rows(b))
    return ts_fail(cx, TS_ERR_SHAPE, "Incompatible matrix sizes for triangular_solve: each A matrix is %" PRId64 " by %" PRId64 " but each b matrix is %" PRId64 " by %" PRId64,
                   ts_rows(m), ts_cols(m), ts_rows(b), ts_cols(b));
  ts_tensor *t = a->transpose ? ts_mT(cx, a->A) : a->A;
  int64_t a_sizes[TS_MAX_DIM], sizes[TS_MAX_DIM];
  int ndim;
  if (!ts_broadcast_batches(cx, m, b, &ndim, a_sizes, sizes)) return false;
  out->t[0] = ts_linalg_solve_triangular(cx, t, a->self, a->upper != a->transpose, true, a->unitriangular);
  out->t[1] = ts_clone(cx, ts_expand(cx, a->A, (ts_ints){a_sizes, ndim}, false), NULL);
  return out->t[0] && out->t[1];
}

static int64_t product_of(const ts_tensor *t, int64_t begin, int64_t end) {
  int64_t n = 1;
  for (int64_t i = begin; i < end; i++) n *= t->sizes[i];
  return n;
}

/* The sizes of dims [begin, end), then those of `more`. */
static ts_ints sizes_then(const ts_tensor *t, int64_t begin, int64_t end, const ts_tensor *more, int64_t from, int64_t to, int64_t *sizes) {
  int64_t n = 0;
  for (int64_t i = begin; i < end; i++) sizes[n++] = t->sizes[i];
  for (int64_t i = from; i < to; i++) sizes[n++] = more->sizes[i];
  return (ts_ints){sizes, n};
}

bool ts_linalg_tensorinv_impl(ts_cx *cx, const ts_linalg_tensorinv_args *a, ts_out *out) {
  ts_tensor *t = a->A;
  if (a->ind <= 0) return ts_fail(cx, TS_ERR_ARGUMENT, "Expected a strictly positive integer for 'ind', but got %" PRId64, a->ind);
  const int64_t ind = a->ind < t->ndim ? a->ind : t->ndim, rows = product_of(t, 0, ind), cols = product_of(t, ind, t->ndim);
  if (rows != cols)
    return ts_fail(cx, TS_ERR_SHAPE, "Expected self to satisfy the requirement prod(self.shape[ind:]) == prod(self.shape[:ind]), but got %" PRId64 " != %" PRId64, cols, rows);
  int64_t sizes[TS_MAX_DIM];
  ts_tensor *r[2] = {0};
  if (!ts_linalg_inv_ex(cx, ts_reshape(cx, t, TS_INTS(rows, cols)), false, r)) return false;
  if (!ts_check_infos(cx, r[1], "Failed to invert the input tensor, because it is singular.")) return false;
  return (out->t[0] = ts_reshape(cx, r[0], sizes_then(t, ind, t->ndim, t, 0, ind, sizes))) != NULL;
}

bool ts_linalg_tensorsolve_impl(ts_cx *cx, const ts_linalg_tensorsolve_args *a, ts_out *out) {
  ts_tensor *t = a->A, *b = a->B;
  const int ndim = t->ndim;
  if (a->dims.n > 0) { /* these go to the end, in the order given */
    int64_t order[TS_MAX_DIM], n = 0;
    bool moved[TS_MAX_DIM] = {false};
    int dims[TS_MAX_DIM];
    if (a->dims.n > ndim) return ts_fail(cx, TS_ERR_ARGUMENT, "dims names %" PRId64 " of %d dims", a->dims.n, ndim);
    for (int64_t i = 0; i < a->dims.n; i++) {
      if (!ts_wrap_dim(cx, a->dims.v[i], ndim, &dims[i])) return false;
      if (moved[dims[i]]) return ts_fail(cx, TS_ERR_ARGUMENT, "repeated dim %d in dims", dims[i]);
      moved[dims[i]] = true;
    }
    for (int d = 0; d < ndim; d++)
      if (!moved[d]) order[n++] = d;
    for (int64_t i = 0; i < a->dims.n; i++) order[n++] = dims[i];
    if (!(t = ts_permute(cx, t, (ts_ints){order, ndim}))) return false;
  }
  const int64_t ind = b->ndim < ndim ? b->ndim : ndim, rows = product_of(t, 0, ind), cols = product_of(t, ind, ndim);
  if (rows != cols)
    return ts_fail(cx, TS_ERR_SHAPE, "Expected self to satisfy the requirement prod(self.shape[other.ndim:]) == prod(self.shape[:other.ndim]), but got %" PRId64 " != %" PRId64, cols,
                   rows);
  int64_t sizes[TS_MAX_DIM];
  ts_tensor *x = ts_linalg_solve(cx, ts_reshape(cx, t, TS_INTS(rows, cols)), ts_reshape(cx, b, TS_INTS(b->numel)), true);
  return (out->t[0] = ts_reshape(cx, x, sizes_then(t, ind, ndim, t, 0, 0, sizes))) != NULL;
}
