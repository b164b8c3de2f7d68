/* Complex tensors: their parts and conjugates. */
#include "complex.h"
#include <math.h>
#include <string.h>
#include "../gen/ops.h"
#include "elementwise.h"

ts_tensor *ts_pairs(ts_cx *cx, const ts_tensor *t) {
  if (!t) return NULL;
  if (t->ndim >= TS_MAX_DIM) {
    ts_fail(cx, TS_ERR_SHAPE, "a tensor has at most %d dimensions", TS_MAX_DIM);
    return NULL;
  }
  int64_t sizes[TS_MAX_DIM], strides[TS_MAX_DIM];
  for (int d = 0; d < t->ndim; d++) {
    sizes[d] = t->sizes[d];
    strides[d] = 2 * t->strides[d];
  }
  sizes[t->ndim] = 2;
  strides[t->ndim] = 1;
  return ts_over_storage(cx, t->storage, ts_part_dtype((ts_dtype)t->dtype), t->ndim + 1, sizes, strides, 2 * t->offset);
}

ts_tensor *ts_unpaired(ts_cx *cx, const ts_tensor *pairs) {
  if (!pairs) return NULL;
  int64_t strides[TS_MAX_DIM];
  for (int d = 0; d < pairs->ndim; d++) strides[d] = pairs->strides[d] / 2;
  return ts_over_storage(cx, pairs->storage, ts_complex_dtype((ts_dtype)pairs->dtype), pairs->ndim - 1, pairs->sizes, strides, pairs->offset / 2);
}

ts_tensor *ts_part(ts_cx *cx, const ts_tensor *t, int part) {
  int64_t strides[TS_MAX_DIM];
  for (int d = 0; d < t->ndim; d++) strides[d] = 2 * t->strides[d];
  return ts_over_storage(cx, t->storage, ts_part_dtype((ts_dtype)t->dtype), t->ndim, t->sizes, strides, 2 * t->offset + part);
}

ts_tensor *ts_each_part(ts_cx *cx, ts_tensor *t, ts_map_fn f, const void *args) {
  ts_tensor *made[2];
  for (int k = 0; k < 2; k++) {
    ts_tensor *part = ts_part(cx, t, k);
    if (!part || !(made[k] = f(cx, part, args))) return NULL;
  }
  return ts_complex(cx, made[0], made[1]);
}

ts_tensor *ts_by_parts(ts_cx *cx, ts_tensor *a, ts_tensor *b, ts_product_fn f, const void *args) {
  ts_tensor *product[2][2];
  for (int i = 0; i < 2; i++) {
    for (int j = 0; j < 2; j++) {
      ts_tensor *x = ts_part(cx, a, i), *y = ts_part(cx, b, j);
      if (!x || !y || !(product[i][j] = f(cx, x, y, args))) return NULL;
    }
  }
  ts_tensor *re = ts_sub(cx, product[0][0], product[1][1], ts_int(1));
  return ts_complex(cx, re, ts_add(cx, product[0][1], product[1][0], ts_int(1)));
}

static bool check_parts(ts_cx *cx, const ts_tensor *a, const ts_tensor *b) {
  if (a->dtype != b->dtype)
    return ts_fail(cx, TS_ERR_DTYPE, "Expected object of scalar type %s but got scalar type %s for second argument", ts_dtype_name((ts_dtype)a->dtype), ts_dtype_name((ts_dtype)b->dtype));
  return a->dtype == TS_FLOAT32 || a->dtype == TS_FLOAT64 ||
         ts_fail(cx, TS_ERR_DTYPE, "Expected both inputs to be Float or Double tensors but got %s and %s", ts_dtype_name((ts_dtype)a->dtype), ts_dtype_name((ts_dtype)b->dtype));
}

#define PAIR(T)                                                                                  \
  static void pair_##T(char *const *p, const int64_t *s, int64_t n, const void *params) {        \
    (void)params;                                                                                \
    if (s[0] == 2 * sizeof(T) && s[1] == sizeof(T) && s[2] == sizeof(T)) {                       \
      T *restrict out = (T *)p[0];                                                               \
      const T *re = (const T *)p[1], *im = (const T *)p[2];                                      \
      for (int64_t k = 0; k < n; k++) out[2 * k] = re[k], out[2 * k + 1] = im[k];                \
      return;                                                                                    \
    }                                                                                            \
    for (int64_t k = 0; k < n; k++) {                                                            \
      T *out = (T *)(p[0] + k * s[0]);                                                           \
      out[0] = *(const T *)(p[1] + k * s[1]);                                                    \
      out[1] = *(const T *)(p[2] + k * s[2]);                                                    \
    }                                                                                            \
  }
PAIR(float)
PAIR(double)

bool ts_complex_impl(ts_cx *cx, const ts_complex_args *a, ts_out *out) {
  int n;
  int64_t sizes[TS_MAX_DIM];
  if (!check_parts(cx, a->real, a->imag) || !ts_broadcast_sizes(cx, a->real->ndim, a->real->sizes, a->imag->ndim, a->imag->sizes, &n, sizes)) return false;
  ts_tensor *t = out->t[0] = ts_empty(cx, ts_complex_dtype((ts_dtype)a->real->dtype), n, sizes);
  if (t && t->numel) ts_iterate(3, (ts_tensor *const[]){t, a->real, a->imag}, n, sizes, a->real->dtype == TS_FLOAT32 ? pair_float : pair_double, NULL, 0);
  return t != NULL;
}

bool ts_polar_impl(ts_cx *cx, const ts_polar_args *a, ts_out *out) {
  if (!check_parts(cx, a->abs, a->angle)) return false;
  ts_tensor *re = ts_mul(cx, a->abs, ts_cos(cx, a->angle)), *im = ts_mul(cx, a->abs, ts_sin(cx, a->angle));
  return (out->t[0] = ts_complex(cx, re, im)) != NULL;
}

bool ts_view_as_real_impl(ts_cx *cx, const ts_view_as_real_args *a, ts_out *out) {
  if (!ts_is_complex((ts_dtype)a->self->dtype)) return ts_fail(cx, TS_ERR_DTYPE, "view_as_real is only supported for complex tensors");
  return (out->t[0] = ts_pairs(cx, a->self)) != NULL;
}

bool ts_view_as_complex_impl(ts_cx *cx, const ts_view_as_complex_args *a, ts_out *out) {
  const ts_tensor *t = a->self;
  if (t->dtype != TS_FLOAT32 && t->dtype != TS_FLOAT64)
    return ts_fail(cx, TS_ERR_DTYPE, "view_as_complex is only supported for float and double tensors, but got a tensor of dtype %s", ts_dtype_name((ts_dtype)t->dtype));
  if (t->ndim == 0) return ts_fail(cx, TS_ERR_SHAPE, "Input tensor must have one or more dimensions");
  int last = t->ndim - 1;
  if (t->sizes[last] != 2) return ts_fail(cx, TS_ERR_SHAPE, "Tensor must have a last dimension of size 2");
  if (t->strides[last] != 1) return ts_fail(cx, TS_ERR_SHAPE, "Tensor must have a last dimension with stride 1");
  for (int d = 0; d < last; d++)
    if (t->strides[d] % 2) return ts_fail(cx, TS_ERR_SHAPE, "Tensor must have a stride divisible by 2 for all but last dimension");
  if (t->offset % 2) return ts_fail(cx, TS_ERR_SHAPE, "Tensor must have a storage_offset divisible by 2");
  return (out->t[0] = ts_unpaired(cx, t)) != NULL;
}

bool ts_real_impl(ts_cx *cx, const ts_real_args *a, ts_out *out) {
  ts_tensor *self = a->self;
  out->t[0] = ts_is_complex((ts_dtype)self->dtype) ? ts_select(cx, ts_view_as_real(cx, self), -1, 0) : self;
  return out->t[0] != NULL;
}

bool ts_imag_impl(ts_cx *cx, const ts_imag_args *a, ts_out *out) {
  if (!ts_is_complex((ts_dtype)a->self->dtype)) return ts_fail(cx, TS_ERR_DTYPE, "imag is not implemented for tensors with non-complex dtypes.");
  return (out->t[0] = ts_select(cx, ts_view_as_real(cx, a->self), -1, 1)) != NULL;
}

bool ts_conj_physical_impl(ts_cx *cx, const ts_conj_physical_args *a, ts_out *out) {
  ts_tensor *self = a->self;
  if (ts_is_complex((ts_dtype)self->dtype)) return ts_unary(cx, self, out, TS_UN_CONJ, TS_SAME, NULL);
  ts_tensor *t = ts_result(cx, out, 0, (ts_dtype)self->dtype, self->ndim, self->sizes);
  return t && (t == self || ts_raw_copy(cx, t, self));
}

bool ts_conj_impl(ts_cx *cx, const ts_conj_args *a, ts_out *out) {
  out->t[0] = ts_is_complex((ts_dtype)a->self->dtype) ? ts_conj_physical(cx, a->self) : a->self;
  return out->t[0] != NULL;
}

bool ts_resolve_conj_impl(ts_cx *cx, const ts_resolve_conj_args *a, ts_out *out) {
  (void)cx;
  out->t[0] = a->self;
  return true;
}
bool ts_resolve_neg_impl(ts_cx *cx, const ts_resolve_neg_args *a, ts_out *out) {
  (void)cx;
  out->t[0] = a->self;
  return true;
}
bool ts_is_conj_impl(ts_cx *cx, const ts_is_conj_args *a, ts_out *out) {
  (void)cx, (void)a;
  out->scalar = ts_bool(false);
  return true;
}
bool ts_is_neg_impl(ts_cx *cx, const ts_is_neg_args *a, ts_out *out) {
  (void)cx, (void)a;
  out->scalar = ts_bool(false);
  return true;
}

bool ts_real_of(ts_cx *cx, ts_tensor *self, ts_out *out, ts_real_id id) {
  ts_dtype d = (ts_dtype)self->dtype, c = ts_loops.real_of[id][d] ? d : TS_COMPLEX128;
  ts_elementwise_job job = {ts_loops.real_of[id][c], NULL, {c}, ts_part_dtype(c), ts_part_dtype(d), true};
  return ts_run_elementwise(cx, &self, 1, &job, out);
}

bool ts_abs_impl(ts_cx *cx, const ts_abs_args *a, ts_out *out) {
  if (!ts_is_complex((ts_dtype)a->self->dtype)) return ts_unary(cx, a->self, out, TS_UN_ABS, TS_NO_BOOL, NULL);
  if (out->t[0] == a->self) return ts_fail(cx, TS_ERR_DTYPE, "In-place abs is not supported for complex tensors.");
  return ts_real_of(cx, a->self, out, TS_REAL_ABS);
}

#define ANGLE(type, name)                                                                        \
  static void name(char *const *p, const int64_t *s, int64_t n, const void *params) {            \
    (void)params;                                                                                \
    for (int64_t k = 0; k < n; k++) {                                                            \
      const type x = *(const type *)(p[1] + k * s[1]);                                           \
      *(type *)(p[0] + k * s[0]) = x != x ? x : x < 0 ? (type)0x1.921fb54442d18p+1 : 0;          \
    }                                                                                            \
  }
ANGLE(float, angle_f32)
ANGLE(double, angle_f64)

bool ts_angle_impl(ts_cx *cx, const ts_angle_args *a, ts_out *out) {
  ts_dtype d = (ts_dtype)a->self->dtype;
  if (ts_is_complex(d)) return ts_real_of(cx, a->self, out, TS_REAL_ANGLE);
  ts_dtype to = ts_is_float(d) ? d : TS_FLOAT32, work = to == TS_FLOAT64 ? to : TS_FLOAT32;
  ts_elementwise_job job = {work == TS_FLOAT64 ? angle_f64 : angle_f32, NULL, {work}, work, to, false};
  return ts_run_elementwise(cx, &a->self, 1, &job, out);
}
