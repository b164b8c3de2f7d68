/* Matrix products: strides become transpose flags for the GEMM, so that views are not copied. */
#include <inttypes.h>
#include <string.h>
#include "../core/graph.h"
#include "../core/threads.h"
#include "../gemm/gemm.h"
#include "../gen/ops.h"
#include "elementwise.h"
#include "views.h"

/* A matrix as GEMM takes it. */
typedef struct { const void *data; int64_t ld; bool trans; } gemm_operand;

/* True when the last two dims can go to GEMM as they lie. */
static bool as_gemm(const ts_tensor *t, gemm_operand *m) {
  int d = t->ndim - 2;
  int64_t rows = t->sizes[d], cols = t->sizes[d + 1], rs = t->strides[d], cs = t->strides[d + 1];
  if ((cs == 1 || cols <= 1) && (rs >= cols || rows <= 1)) {
    *m = (gemm_operand){ts_data(t), rows <= 1 || rs < cols ? (cols ? cols : 1) : rs, false};
    if (m->ld < 1) m->ld = 1;
    return true;
  }
  if ((rs == 1 || rows <= 1) && (cs >= rows || cols <= 1)) {
    *m = (gemm_operand){ts_data(t), cols <= 1 || cs < rows ? (rows ? rows : 1) : cs, true};
    if (m->ld < 1) m->ld = 1;
    return true;
  }
  return false;
}

#define INTEGER_PRODUCT(t)                                                                                            \
  static void product_##t(int64_t m, int64_t n, int64_t k, const t *a, const t *b, t *c) {                           \
    memset(c, 0, (size_t)(m * n) * sizeof *c);                                                                        \
    for (int64_t i = 0; i < m; i++)                                                                                   \
      for (int64_t l = 0; l < k; l++) {                                                                               \
        const t x = a[i * k + l];                                                                                     \
        for (int64_t j = 0; j < n; j++) c[i * n + j] = (t)(c[i * n + j] + (t)(x * b[l * n + j]));                     \
      }                                                                                                               \
  }
INTEGER_PRODUCT(uint8_t)
INTEGER_PRODUCT(int8_t)
INTEGER_PRODUCT(int16_t)
INTEGER_PRODUCT(uint32_t)
INTEGER_PRODUCT(uint64_t)

/* c (m,n) contiguous = a (m,k) b (k,n) for one matrix of the batch; offsets in elements. */
static void one_product(ts_dtype d, int64_t m, int64_t n, int64_t k, gemm_operand a, int64_t at_a, gemm_operand b, int64_t at_b, void *c) {
  switch (d) {
    case TS_FLOAT32:
      ts_sgemm(a.trans, b.trans, m, n, k, 1, (const float *)a.data + at_a, a.ld, (const float *)b.data + at_b, b.ld, 0, c, n ? n : 1);
      break;
    case TS_FLOAT64:
      ts_dgemm(a.trans, b.trans, m, n, k, 1, (const double *)a.data + at_a, a.ld, (const double *)b.data + at_b, b.ld, 0, c, n ? n : 1);
      break;
    case TS_COMPLEX64:
      ts_cgemm(a.trans, b.trans, m, n, k, (const ts_c64 *)a.data + at_a, a.ld, (const ts_c64 *)b.data + at_b, b.ld, c, n ? n : 1);
      break;
    case TS_COMPLEX128:
      ts_zgemm(a.trans, b.trans, m, n, k, (const ts_c128 *)a.data + at_a, a.ld, (const ts_c128 *)b.data + at_b, b.ld, c, n ? n : 1);
      break;
    case TS_UINT8: product_uint8_t(m, n, k, (const uint8_t *)a.data + at_a, (const uint8_t *)b.data + at_b, c); break;
    case TS_INT8: product_int8_t(m, n, k, (const int8_t *)a.data + at_a, (const int8_t *)b.data + at_b, c); break;
    case TS_INT16: product_int16_t(m, n, k, (const int16_t *)a.data + at_a, (const int16_t *)b.data + at_b, c); break;
    case TS_INT32: product_uint32_t(m, n, k, (const uint32_t *)a.data + at_a, (const uint32_t *)b.data + at_b, c); break;
    default: product_uint64_t(m, n, k, (const uint64_t *)a.data + at_a, (const uint64_t *)b.data + at_b, c); break;
  }
}

/* The products of a batch. */
typedef struct {
  ts_dtype dtype;
  int64_t m, n, k;
  gemm_operand a, b;
  char *c;
  int ndim; /* of the batch */
  const int64_t *sizes, *strides_a, *strides_b;
} batch_job;

static void run_batch(void *arg, int64_t begin, int64_t end) {
  const batch_job *j = arg;
  const int64_t bytes = j->m * j->n * ts_itemsize(j->dtype);
  int64_t at[TS_MAX_DIM], at_a = 0, at_b = 0, rest = begin;
  for (int d = j->ndim - 1; d >= 0; d--) {
    at[d] = rest % j->sizes[d];
    rest /= j->sizes[d];
    at_a += at[d] * j->strides_a[d];
    at_b += at[d] * j->strides_b[d];
  }
  for (int64_t i = begin; i < end; i++) {
    one_product(j->dtype, j->m, j->n, j->k, j->a, at_a, j->b, at_b, j->c + i * bytes);
    for (int d = j->ndim - 1; d >= 0; d--) {
      at_a += j->strides_a[d];
      at_b += j->strides_b[d];
      if (++at[d] < j->sizes[d]) break;
      at_a -= j->strides_a[d] * j->sizes[d];
      at_b -= j->strides_b[d] * j->sizes[d];
      at[d] = 0;
    }
  }
}

/* A thread takes whole products where there are many or each is small; else threads share each of them. */
static void run_products(const batch_job *j, int64_t count) {
  enum { SHARE = 3 << 18, CALL = 1 << 11, MANY = 4 }; /* multiplications worth a thread; a call costs as many; products for each thread */
  const double work = (double)j->m * (double)j->n * (double)j->k + CALL;
  if (count > 1 && (work < SHARE || count >= MANY * ts_num_threads()))
    ts_parallel_for(count, work < SHARE ? (int64_t)(SHARE / work) + 1 : 1, run_batch, (void *)j);
  else run_batch((void *)j, 0, count);
}

/* beta * c + alpha * a b for floating types, written to a fresh c that starts as `start` broadcast to its shape. */
static ts_tensor *scaled_product(ts_cx *cx, ts_tensor *start, ts_tensor *a, ts_tensor *b, double beta, double alpha) {
  ts_dtype d = (ts_dtype)a->dtype, work = ts_is_half(d) ? TS_FLOAT32 : d;
  int64_t m = a->sizes[0], k = a->sizes[1], n = b->sizes[1], sizes[2] = {m, n};
  if (!(a = ts_raw_cast(cx, a, work)) || !(b = ts_raw_cast(cx, b, work))) return NULL;
  ts_tensor *c = ts_empty(cx, work, 2, sizes);
  if (!c) return NULL;
  /* beta = 0 ignores start, NaN and all. */
  const bool row = beta == 1 && start->dtype == work && start->ndim == 1 && start->sizes[0] == n && (start->strides[0] == 1 || n == 1);
  if (beta != 0 && !row && !ts_raw_copy(cx, c, start)) return NULL;
  gemm_operand ma, mb;
  if (!as_gemm(a, &ma)) {
    if (!(a = ts_raw_contiguous(cx, a))) return NULL;
    as_gemm(a, &ma);
  }
  if (!as_gemm(b, &mb)) {
    if (!(b = ts_raw_contiguous(cx, b))) return NULL;
    as_gemm(b, &mb);
  }
  const int64_t ldc = n ? n : 1;
  if (work == TS_FLOAT32 && row) ts_sgemm_onto_row(ma.trans, mb.trans, m, n, k, (float)alpha, ma.data, ma.ld, mb.data, mb.ld, ts_data(start), ts_data(c), ldc);
  else if (work == TS_FLOAT32) ts_sgemm(ma.trans, mb.trans, m, n, k, (float)alpha, ma.data, ma.ld, mb.data, mb.ld, (float)beta, ts_data(c), ldc);
  else if (row) ts_dgemm_onto_row(ma.trans, mb.trans, m, n, k, alpha, ma.data, ma.ld, mb.data, mb.ld, ts_data(start), ts_data(c), ldc);
  else ts_dgemm(ma.trans, mb.trans, m, n, k, alpha, ma.data, ma.ld, mb.data, mb.ld, beta, ts_data(c), ldc);
  return ts_raw_cast(cx, c, d);
}

/* a (..., m, k) by b (..., k, n) with equal batch dims (strides may be 0): a fresh contiguous (..., m, n). */
static ts_tensor *product(ts_cx *cx, ts_tensor *a, ts_tensor *b) {
  ts_dtype d = (ts_dtype)a->dtype;
  if (a->dtype != b->dtype) {
    ts_fail(cx, TS_ERR_DTYPE, "expected m1 and m2 to have the same dtype, but got: %s != %s", ts_dtype_name(d), ts_dtype_name((ts_dtype)b->dtype));
    return NULL;
  }
  if (d == TS_BOOL) {
    ts_fail(cx, TS_ERR_DTYPE, "not implemented for %s", ts_dtype_name(d));
    return NULL;
  }
  ts_dtype work = ts_is_half(d) ? TS_FLOAT32 : d;
  if (!(a = ts_raw_cast(cx, a, work)) || !(b = ts_raw_cast(cx, b, work))) return NULL;
  int batch = a->ndim - 2;
  int64_t m = a->sizes[batch], k = a->sizes[batch + 1], n = b->sizes[batch + 1], sizes[TS_MAX_DIM];
  memcpy(sizes, a->sizes, (size_t)a->ndim * sizeof *sizes);
  sizes[batch + 1] = n;
  ts_tensor *c = k ? ts_empty(cx, work, a->ndim, sizes) : ts_full_zero(cx, work, a->ndim, sizes);
  if (!c || !c->numel || !k) return c ? ts_raw_cast(cx, c, d) : NULL;
  gemm_operand ma, mb;
  bool blas = ts_is_inexact(work);
  if (!blas || !as_gemm(a, &ma)) {
    if (!(a = ts_raw_contiguous(cx, a))) return NULL;
    as_gemm(a, &ma);
    ma.trans = false;
    ma.ld = k;
  }
  if (!blas || !as_gemm(b, &mb)) {
    if (!(b = ts_raw_contiguous(cx, b))) return NULL;
    as_gemm(b, &mb);
    mb.trans = false;
    mb.ld = n;
  }
  const batch_job job = {work, m, n, k, ma, mb, ts_data(c), batch, sizes, a->strides, b->strides};
  run_products(&job, c->numel / (m * n));
  return ts_raw_cast(cx, c, d);
}

bool ts_mm_impl(ts_cx *cx, const ts_mm_args *a, ts_out *out) {
  const ts_tensor *x = a->self, *y = a->mat2;
  if (x->ndim != 2) return ts_fail(cx, TS_ERR_SHAPE, "self must be a matrix, got shape %s", TS_TEXT(x));
  if (y->ndim != 2) return ts_fail(cx, TS_ERR_SHAPE, "mat2 must be a matrix, got shape %s", TS_TEXT(y));
  if (x->sizes[1] != y->sizes[0])
    return ts_fail(cx, TS_ERR_SHAPE, "mat1 and mat2 shapes cannot be multiplied (%" PRId64 "x%" PRId64 " and %" PRId64 "x%" PRId64 ")",
                   x->sizes[0], x->sizes[1], y->sizes[0], y->sizes[1]);
  return (out->t[0] = product(cx, a->self, a->mat2)) != NULL;
}

bool ts_bmm_impl(ts_cx *cx, const ts_bmm_args *a, ts_out *out) {
  const ts_tensor *x = a->self, *y = a->mat2;
  if (x->ndim != 3 || y->ndim != 3)
    return ts_fail(cx, TS_ERR_SHAPE, "batch1 and batch2 must be 3D tensors, got shapes %s and %s", TS_TEXT(x), TS_TEXT(y));
  if (x->sizes[0] != y->sizes[0] || x->sizes[2] != y->sizes[1])
    return ts_fail(cx, TS_ERR_SHAPE,
                   "Expected size for first two dimensions of batch2 tensor to be: [%" PRId64 ", %" PRId64 "] but got: [%" PRId64
                   ", %" PRId64 "] (shapes %s and %s)",
                   x->sizes[0], x->sizes[2], y->sizes[0], y->sizes[1], TS_TEXT(x), TS_TEXT(y));
  return (out->t[0] = product(cx, a->self, a->mat2)) != NULL;
}

/* torch.matmul: vectors gain a dim, matrices of a batch are folded or broadcast. */
bool ts_matmul_impl(ts_cx *cx, const ts_matmul_args *a, ts_out *out) {
  ts_tensor *x = a->self, *y = a->other;
  if (x->ndim == 2 && y->ndim == 2) {
    /* Where nothing is recorded the way through dispatch is left out: it is two per cent of a small product. */
    if (!cx->grad_mode || !(ts_requires_grad(x) || ts_requires_grad(y))) return ts_mm_impl(cx, &(ts_mm_args){x, y}, out);
    return (out->t[0] = ts_mm(cx, x, y)) != NULL;
  }
  if (x->ndim == 0 || y->ndim == 0)
    return ts_fail(cx, TS_ERR_SHAPE, "both arguments to matmul need to be at least 1D, but they are %dD and %dD", x->ndim, y->ndim);
  bool row = x->ndim == 1, column = y->ndim == 1;
  if (row) x = ts_unsqueeze(cx, x, 0);
  if (column) y = ts_unsqueeze(cx, y, 1);
  if (!x || !y) return false;
  int64_t m = x->sizes[x->ndim - 2], k = x->sizes[x->ndim - 1], n = y->sizes[y->ndim - 1];
  if (k != y->sizes[y->ndim - 2])
    return ts_fail(cx, TS_ERR_SHAPE, "mat1 and mat2 shapes cannot be multiplied (%" PRId64 "x%" PRId64 " and %" PRId64 "x%" PRId64 "; shapes %s and %s)",
                   m, k, y->sizes[y->ndim - 2], n, TS_TEXT(a->self), TS_TEXT(a->other));
  ts_tensor *r;
  int64_t sizes[TS_MAX_DIM];
  int batch = 0;
  if (y->ndim == 2) { /* a batch by one matrix: one tall product */
    batch = x->ndim - 2;
    memcpy(sizes, x->sizes, (size_t)batch * sizeof *sizes);
    int64_t rows = m;
    for (int d = 0; d < batch; d++) rows *= sizes[d];
    r = ts_mm(cx, batch ? ts_reshape(cx, x, TS_INTS(rows, k)) : x, y);
  } else {
    if (!ts_broadcast_sizes(cx, x->ndim - 2, x->sizes, y->ndim - 2, y->sizes, &batch, sizes)) return false;
    int64_t count = 1;
    for (int d = 0; d < batch; d++) count *= sizes[d];
    sizes[batch] = m;
    sizes[batch + 1] = k;
    x = ts_reshape(cx, ts_expand(cx, x, (ts_ints){sizes, batch + 2}, false), TS_INTS(count, m, k));
    sizes[batch] = k;
    sizes[batch + 1] = n;
    y = ts_reshape(cx, ts_expand(cx, y, (ts_ints){sizes, batch + 2}, false), TS_INTS(count, k, n));
    r = ts_bmm(cx, x, y);
  }
  int ndim = batch;
  if (!row) sizes[ndim++] = m;
  if (!column) sizes[ndim++] = n;
  return (out->t[0] = ts_reshape(cx, r, (ts_ints){sizes, ndim})) != NULL;
}

/* beta * self + alpha * p. For integers PyTorch cuts the factors to whole numbers; beta = 0 ignores self, NaN and all. */
static ts_tensor *combine(ts_cx *cx, ts_tensor *p, ts_tensor *self, ts_scalar beta, ts_scalar alpha) {
  if (!p || (alpha.im != 0 && !ts_fits(cx, alpha, (ts_dtype)p->dtype)) || (beta.im != 0 && !ts_fits(cx, beta, (ts_dtype)p->dtype))) return NULL;
  if (ts_is_integral((ts_dtype)p->dtype, true)) {
    if (beta.kind == TS_NUM_FLOAT) beta = ts_int((int64_t)beta.f);
    if (alpha.kind == TS_NUM_FLOAT) alpha = ts_int((int64_t)alpha.f);
  }
  if (!ts_is_one(alpha)) p = ts_mul(cx, p, ts_wrap_scalar(cx, alpha));
  return p && !ts_is_zero(beta) ? ts_add(cx, p, self, beta) : p;
}

bool ts_addmm_impl(ts_cx *cx, const ts_addmm_args *a, ts_out *out) {
  const ts_tensor *x = a->mat1, *y = a->mat2, *self = a->self;
  ts_dtype d = (ts_dtype)x->dtype;
  if (x->ndim != 2 || y->ndim != 2)
    return ts_fail(cx, TS_ERR_SHAPE, "mat1 and mat2 must be matrices, but got shapes %s and %s", TS_TEXT(x), TS_TEXT(y));
  if (x->sizes[1] != y->sizes[0])
    return ts_fail(cx, TS_ERR_SHAPE, "mat1 and mat2 shapes cannot be multiplied (%" PRId64 "x%" PRId64 " and %" PRId64 "x%" PRId64 ")",
                   x->sizes[0], x->sizes[1], y->sizes[0], y->sizes[1]);
  if (x->dtype != y->dtype || self->dtype != d)
    return ts_fail(cx, TS_ERR_DTYPE, "expected input, mat1 and mat2 to have the same dtype, but got: %s, %s and %s", ts_dtype_name((ts_dtype)self->dtype), ts_dtype_name(d), ts_dtype_name((ts_dtype)y->dtype));
  int64_t sizes[2] = {x->sizes[0], y->sizes[1]};
  bool fits = self->ndim <= 2;
  for (int i = 1; fits && i <= self->ndim; i++) fits = self->sizes[self->ndim - i] == 1 || self->sizes[self->ndim - i] == sizes[2 - i];
  if (!fits)
    return ts_fail(cx, TS_ERR_SHAPE, "input of shape %s does not broadcast to the product of shapes %s and %s", TS_TEXT(self), TS_TEXT(x), TS_TEXT(y));
  if ((a->alpha.im != 0 && !ts_fits(cx, a->alpha, d)) || (a->beta.im != 0 && !ts_fits(cx, a->beta, d))) return false;
  if (ts_is_float(d)) return (out->t[0] = scaled_product(cx, a->self, a->mat1, a->mat2, a->beta.f, a->alpha.f)) != NULL;
  return (out->t[0] = combine(cx, product(cx, a->mat1, a->mat2), a->self, a->beta, a->alpha)) != NULL;
}

/* Everything but the last dim of input is rows. */
bool ts_linear_impl(ts_cx *cx, const ts_linear_args *a, ts_out *out) {
  ts_tensor *x = a->self, *w = a->weight, *bias = a->bias;
  ts_dtype d = (ts_dtype)x->dtype;
  if (x->ndim == 0 || w->ndim < 1 || w->ndim > 2)
    return ts_fail(cx, TS_ERR_SHAPE, "input must have at least 1 dim and weight 1 or 2, but got shapes %s and %s", TS_TEXT(x), TS_TEXT(w));
  int64_t in = x->sizes[x->ndim - 1], wide = w->ndim == 2 ? w->sizes[0] : 1, rows = 1, sizes[TS_MAX_DIM];
  for (int i = 0; i < x->ndim - 1; i++) rows *= sizes[i] = x->sizes[i];
  if (in != w->sizes[w->ndim - 1])
    return ts_fail(cx, TS_ERR_SHAPE, "mat1 and mat2 shapes cannot be multiplied (%" PRId64 "x%" PRId64 " and %" PRId64 "x%" PRId64 ")", rows, in, w->sizes[w->ndim - 1], wide);
  if (w->dtype != d || (bias && bias->dtype != d))
    return ts_fail(cx, TS_ERR_DTYPE, "input, weight and bias must have the same dtype, but got: %s, %s and %s", ts_dtype_name(d), ts_dtype_name((ts_dtype)w->dtype), bias ? ts_dtype_name((ts_dtype)bias->dtype) : "none");
  if (bias && !(bias->numel == 1 || (bias->ndim == 1 && bias->sizes[0] == wide)))
    return ts_fail(cx, TS_ERR_SHAPE, "bias must have %" PRId64 " elements, but got shape %s (weight %s)", wide, TS_TEXT(bias), TS_TEXT(w));
  int64_t flat[2] = {rows, in}, wsizes[2] = {in, wide}, wstrides[2] = {w->strides[w->ndim - 1], w->ndim == 2 ? w->strides[0] : 1}, strides[2];
  if (x->ndim != 2) {
    if (!ts_view_strides(x, 2, flat, strides)) {
      if (!(x = ts_raw_contiguous(cx, x))) return false;
      ts_contiguous_strides(2, flat, strides);
    }
    x = ts_alias(cx, x, 2, flat, strides, x->offset);
  }
  w = ts_alias(cx, w, 2, wsizes, wstrides, w->offset);
  if (!x || !w) return false;
  ts_tensor *y = !ts_is_float(d) ? product(cx, x, w) : scaled_product(cx, bias, x, w, bias ? 1 : 0, 1);
  if (y && bias && !ts_is_float(d)) y = ts_add(cx, y, bias, ts_int(1));
  if (!y) return false;
  int n = a->self->ndim - 1;
  if (w->sizes[1] != 1 || a->weight->ndim == 2) sizes[n++] = wide;
  int64_t out_strides[TS_MAX_DIM];
  ts_contiguous_strides(n, sizes, out_strides);
  return (out->t[0] = n == 2 ? y : ts_alias(cx, y, n, sizes, out_strides, 0)) != NULL;
}

bool ts_mv_impl(ts_cx *cx, const ts_mv_args *a, ts_out *out) {
  const ts_tensor *m = a->self, *v = a->vec;
  if (m->ndim != 2 || v->ndim != 1) return ts_fail(cx, TS_ERR_SHAPE, "vector + matrix @ vector expected, got shapes %s and %s", TS_TEXT(m), TS_TEXT(v));
  if (m->sizes[1] != v->sizes[0])
    return ts_fail(cx, TS_ERR_SHAPE, "size mismatch, got input (%" PRId64 "), mat (%" PRId64 "x%" PRId64 "), vec (%" PRId64 ")", m->sizes[0], m->sizes[0], m->sizes[1], v->sizes[0]);
  ts_tensor *r = ts_mm(cx, a->self, ts_unsqueeze(cx, a->vec, 1));
  return (out->t[0] = ts_reshape(cx, r, TS_INTS(m->sizes[0]))) != NULL;
}

bool ts_dot_impl(ts_cx *cx, const ts_dot_args *a, ts_out *out) {
  const ts_tensor *x = a->self, *y = a->tensor;
  if (x->ndim != 1 || y->ndim != 1) return ts_fail(cx, TS_ERR_SHAPE, "1D tensors expected, but got %dD and %dD tensors", x->ndim, y->ndim);
  if (x->sizes[0] != y->sizes[0])
    return ts_fail(cx, TS_ERR_SHAPE, "inconsistent tensor size, expected tensor %s and src %s to have the same number of elements", TS_TEXT(x), TS_TEXT(y));
  ts_tensor *r = ts_mm(cx, ts_unsqueeze(cx, a->self, 0), ts_unsqueeze(cx, a->tensor, 1));
  return (out->t[0] = ts_reshape(cx, r, (ts_ints){NULL, 0})) != NULL;
}

bool ts_vdot_impl(ts_cx *cx, const ts_vdot_args *a, ts_out *out) { return (out->t[0] = ts_dot(cx, ts_conj(cx, a->self), a->other)) != NULL; }

bool ts_outer_impl(ts_cx *cx, const ts_outer_args *a, ts_out *out) {
  if (a->self->ndim != 1 || a->vec2->ndim != 1) return ts_fail(cx, TS_ERR_SHAPE, "Expected 1-D arguments, but got shapes %s and %s", TS_TEXT(a->self), TS_TEXT(a->vec2));
  return (out->t[0] = ts_mul(cx, ts_unsqueeze(cx, a->self, 1), a->vec2)) != NULL;
}

bool ts_baddbmm_impl(ts_cx *cx, const ts_baddbmm_args *a, ts_out *out) {
  ts_tensor *p = ts_bmm(cx, a->batch1, a->batch2);
  p = combine(cx, p, a->self, a->beta, a->alpha);
  if (p && !ts_failed(cx) && !ts_is_zero(a->beta) && p->ndim == 3 && !(p->sizes[1] == a->batch1->sizes[1] && p->sizes[2] == a->batch2->sizes[2] && p->sizes[0] == a->batch1->sizes[0]))
    return ts_fail(cx, TS_ERR_SHAPE, "input of shape %s does not broadcast to the product of shapes %s and %s", TS_TEXT(a->self), TS_TEXT(a->batch1), TS_TEXT(a->batch2));
  return (out->t[0] = p) != NULL;
}

bool ts_addmv_impl(ts_cx *cx, const ts_addmv_args *a, ts_out *out) {
  ts_tensor *p = ts_mv(cx, a->mat, a->vec);
  p = combine(cx, p, a->self, a->beta, a->alpha);
  return (out->t[0] = p) != NULL;
}

bool ts_addr_impl(ts_cx *cx, const ts_addr_args *a, ts_out *out) {
  ts_tensor *p = ts_outer(cx, a->vec1, a->vec2);
  p = combine(cx, p, a->self, a->beta, a->alpha);
  return (out->t[0] = p) != NULL;
}

bool ts_addbmm_impl(ts_cx *cx, const ts_addbmm_args *a, ts_out *out) {
  ts_tensor *p = ts_sum(cx, ts_bmm(cx, a->batch1, a->batch2), TS_INTS(0), false, TS_DTYPE_NONE);
  if (p && a->batch1->dtype != p->dtype) p = ts__to_dtype(cx, p, (ts_dtype)a->batch1->dtype);
  p = combine(cx, p, a->self, a->beta, a->alpha);
  return (out->t[0] = p) != NULL;
}
