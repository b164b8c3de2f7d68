/* Dispatch by dtype: LAPACK where it takes the matrix, else the bodies below. These compute in float64 whatever the dtype:
   float32 matrices come out rounded once, and the WASM twin carries half the code. */
#include "spectral.h"
#include <complex.h>
#include <float.h>
#include <math.h>
#include <string.h>
#include "../core/alloc.h"
#include "../gemm/gemm.h"
#include "spectral_lapack.h"

/* c f + s g = r, c g - s f = 0. */
static double givens(double f, double g, double *c, double *s) {
  if (g == 0) {
    *c = 1;
    *s = 0;
    return f;
  }
  if (f == 0) {
    *c = 0;
    *s = 1;
    return g;
  }
  const double square = f * f + g * g, r = copysign(square > 1e-280 && square < 1e280 ? sqrt(square) : hypot(f, g), f);
  *c = f / r;
  *s = g / r;
  return r;
}

/* The smaller singular value of (f g; 0 h). */
static double small_of_2x2(double f, double g, double h) {
  const double a = fmin(fabs(f), fabs(h)), b = fmax(fabs(f), fabs(h)), c = fabs(g);
  if (a == 0) return 0;
  if (c < b) {
    const double sum = 1 + a / b, apart = (b - a) / b, q = (c / b) * (c / b);
    return a * (2 / (sqrt(sum * sum + q) + sqrt(apart * apart + q)));
  }
  const double q = b / c;
  if (q == 0) return a * b / c;
  const double sum = (1 + a / b) * q, apart = (b - a) / b * q;
  return 2 * (a * (1 / (sqrt(1 + sum * sum) + sqrt(1 + apart * apart))) * q);
}

/* Singular values of (f g; 0 h) with signs, and the rotations from the right and from the left that give them. */
static void svd_of_2x2(double f, double g, double h, double *small, double *large, double *s_right, double *c_right, double *s_left, double *c_left) {
  const bool swapped = fabs(h) > fabs(f);
  const double ft = swapped ? h : f, ht = swapped ? f : h, fa = fabs(ft), ha = fabs(ht), ga = fabs(g);
  double cl = 1, sl = 0, cr = 1, sr = 0;
  int biggest = swapped ? 3 : 1;
  *small = ha;
  *large = fa;
  if (ga != 0) {
    if (ga > fa) biggest = 2;
    if (ga > fa && fa / ga < DBL_EPSILON / 2) {
      *large = ga;
      *small = ha > 1 ? fa / (ga / ha) : fa / ga * ha;
      sl = ht / g;
      sr = 1;
      cr = ft / g;
    } else {
      const double d = fa - ha, m = g / ft, mm = m * m;
      double l = d == fa ? 1 : d / fa, t = 2 - l;
      const double s = sqrt(t * t + mm), r = l == 0 ? fabs(m) : sqrt(l * l + mm), a = (s + r) / 2;
      *small = ha / a;
      *large = fa * a;
      if (mm != 0) t = (m / (s + t) + m / (r + l)) * (1 + a);
      else if (l == 0) t = copysign(2, ft) * copysign(1, g);
      else t = g / copysign(d, ft) + m / t;
      l = sqrt(t * t + 4);
      cr = 2 / l;
      sr = t / l;
      cl = (cr + sr * m) / a;
      sl = ht / ft * sr / a;
    }
  }
  *c_left = swapped ? sr : cl;
  *s_left = swapped ? cr : sl;
  *c_right = swapped ? sl : cr;
  *s_right = swapped ? cl : sr;
  double sign = copysign(1, biggest == 1 ? *c_right : *s_right) * copysign(1, biggest == 3 ? *s_left : *c_left);
  sign *= copysign(1, biggest == 1 ? f : biggest == 2 ? g : h);
  *large = copysign(*large, sign);
  *small = copysign(*small, sign * copysign(1, f) * copysign(1, h));
}

#define S double
#define IS_COMPLEX 0
#define FN(name) name##_d
#include "vector_body.h"
#include "qr_body.h"
#include "eigh_body.h"
#include "svd_body.h"
#include "lstsq_body.h"
#include "schur_real.h"
#include "eig_body.h"
#undef S
#undef IS_COMPLEX
#undef FN
#undef CONJ
#undef REAL
#undef MODULUS
#define S double _Complex
#define IS_COMPLEX 1
#define FN(name) name##_z
#include "vector_body.h"
#include "qr_body.h"
#include "eigh_body.h"
#include "svd_body.h"
#include "lstsq_body.h"
static double size_z(double _Complex x) { return fabs(creal(x)) + fabs(cimag(x)); }
#include "schur_complex.h"
#include "eig_body.h"

#define CALL(d, name, ...) (ts_is_complex(d) ? name##_z(__VA_ARGS__) : name##_d(__VA_ARGS__))

/* A matrix as float64 (or complex128), or what is to become of it: `own` is the caller's. */
typedef struct {
  char *own;
  void *wide;
  int64_t m, n, ld, parts; /* parts: floats an element */
  bool narrow;
} operand;

static bool is_narrow(ts_dtype d) { return d == TS_FLOAT32 || d == TS_COMPLEX64; }

/* Operands of float64 are used where they lie; others get a dense copy (or, with !read, room for a result). */
static bool widen(ts_dtype d, operand *o, int count) {
  for (int k = 0; k < count; k++) o[k].narrow = is_narrow(d) && o[k].own;
  for (int k = 0; k < count; k++) {
    if (!o[k].narrow) {
      o[k].wide = o[k].own;
      continue;
    }
    const int64_t rows = o[k].m * o[k].parts;
    double *to = o[k].wide = ts_alloc((size_t)(rows * o[k].n + 1) * sizeof(double));
    if (!to) return false;
    for (int64_t j = 0; j < o[k].n; j++) {
      const float *from = (const float *)o[k].own + j * o[k].ld * o[k].parts;
      for (int64_t i = 0; i < rows; i++) to[i + j * rows] = from[i];
    }
  }
  return true;
}

/* Rounds the first `results` operands back (when ok) and frees the copies. */
static void narrow(operand *o, int count, int results, bool ok) {
  for (int k = 0; k < count; k++) {
    if (!o[k].narrow || !o[k].wide) continue;
    const int64_t rows = o[k].m * o[k].parts;
    const double *from = o[k].wide;
    for (int64_t j = 0; ok && k < results && j < o[k].n; j++) {
      float *to = (float *)o[k].own + j * o[k].ld * o[k].parts;
      for (int64_t i = 0; i < rows; i++) to[i] = (float)from[i + j * rows];
    }
    ts_free(o[k].wide);
  }
}

/* The leading dimension of the copy. */
static int64_t ld_of(const operand *o) { return o->narrow ? o->m : o->ld; }

/* The QR functions: room for work of `across` columns, then the call, which uses work. */
#define WITH_WORK(d, m, across, call)                                                                                   \
  void *work = ts_alloc((size_t)(qr_room_d(m, across) + 1) * (ts_is_complex(d) ? 16 : 8));                             \
  bool ok = work != NULL && widen(d, o, 2);                                                                             \
  if (ok) call;                                                                                                         \
  ts_free(work);

int64_t ts_matrix_qr(ts_dtype d, int64_t m, int64_t n, void *a, int64_t lda, void *tau) {
  int64_t info;
  const int64_t parts = 1 + ts_is_complex(d), k = m < n ? m : n;
  if (ts_lapack_qr(d, m, n, a, lda, tau, &info)) return info;
  operand o[2] = {{a, NULL, m, n, lda, parts, false}, {tau, NULL, k, 1, k, parts, false}};
  WITH_WORK(d, m, n, CALL(d, qr, m, n, o[0].wide, ld_of(o), o[1].wide, work))
  narrow(o, 2, 2, ok);
  return ok ? 0 : TS_SPECTRAL_MEMORY;
}

int64_t ts_matrix_qr_form(ts_dtype d, int64_t m, int64_t n, int64_t k, void *a, int64_t lda, const void *tau) {
  int64_t info;
  const int64_t parts = 1 + ts_is_complex(d);
  if (ts_lapack_qr_form(d, m, n, k, a, lda, tau, &info)) return info;
  operand o[2] = {{a, NULL, m, n, lda, parts, false}, {(void *)tau, NULL, k, 1, k, parts, false}};
  WITH_WORK(d, m, n, CALL(d, qr_form, m, n, k, o[0].wide, ld_of(o), o[1].wide, work))
  narrow(o, 2, 1, ok);
  return ok ? 0 : TS_SPECTRAL_MEMORY;
}

int64_t ts_matrix_lstsq(ts_dtype d, int64_t m, int64_t n, int64_t k, void *a, int64_t lda, const void *b, int64_t ldb, double rcond, void *x, int64_t ldx, int64_t *rank) {
  int64_t info = TS_SPECTRAL_MEMORY;
  const int64_t parts = 1 + ts_is_complex(d);
  operand o[3] = {{x, NULL, n, k, ldx, parts, false}, {a, NULL, m, n, lda, parts, false}, {(void *)b, NULL, m, k, ldb, parts, false}};
  if (widen(d, o, 3)) info = CALL(d, lstsq, m, n, k, o[1].wide, ld_of(o + 1), o[2].wide, ld_of(o + 2), rcond, o[0].wide, ld_of(o), rank);
  narrow(o, 3, 1, info == 0);
  return info;
}

int64_t ts_matrix_eigh(ts_dtype d, bool upper, bool vectors, int64_t n, void *a, int64_t lda, void *w) {
  int64_t info = TS_SPECTRAL_MEMORY;
  if (ts_lapack_eigh(d, upper, vectors, n, a, lda, w, &info)) return info;
  operand o[2] = {{w, NULL, n, 1, n, 1, false}, {a, NULL, n, n, lda, 1 + ts_is_complex(d), false}};
  if (widen(d, o, 2)) info = CALL(d, eigh, upper, vectors, n, o[1].wide, ld_of(o + 1), o[0].wide);
  narrow(o, 2, vectors ? 2 : 1, info == 0);
  return info;
}

int64_t ts_matrix_svd(ts_dtype d, ts_svd_want want, int64_t m, int64_t n, void *a, int64_t lda, void *s, void *u, int64_t ldu, void *vh, int64_t ldvh) {
  int64_t info = TS_SPECTRAL_MEMORY;
  const int64_t k = m < n ? m : n, parts = 1 + ts_is_complex(d);
  const int64_t left = want == TS_SVD_FULL ? m : k, right = want == TS_SVD_FULL ? n : k;
  if (want == TS_SVD_VALUES) u = vh = NULL;
  if (ts_lapack_svd(d, want, m, n, a, lda, s, u, ldu, vh, ldvh, &info)) return info;
  operand o[4] = {{s, NULL, k, 1, k, 1, false}, {u, NULL, m, left, ldu, parts, false}, {vh, NULL, right, n, ldvh, parts, false}, {a, NULL, m, n, lda, parts, false}};
  if (widen(d, o, 4)) info = CALL(d, svd, want, m, n, o[3].wide, ld_of(o + 3), o[0].wide, o[1].wide, ld_of(o + 1), o[2].wide, ld_of(o + 2));
  narrow(o, 4, 3, info == 0);
  return info;
}

int64_t ts_matrix_eig(ts_dtype d, int64_t n, void *a, int64_t lda, void *w, void *v) {
  int64_t info = TS_SPECTRAL_MEMORY;
  if (ts_lapack_eig(d, n, a, lda, w, v, &info)) return info;
  operand o[3] = {{w, NULL, n, 1, n, 2, false}, {v, NULL, n, n, n, 2, false}, {a, NULL, n, n, lda, 1 + ts_is_complex(d), false}};
  if (widen(d, o, 3)) info = CALL(d, eig, n, o[2].wide, ld_of(o + 2), o[0].wide, o[1].wide);
  narrow(o, 3, 2, info == 0);
  return info;
}
