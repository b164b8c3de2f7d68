/* Fortran's calling convention: everything by address, an int of 32 bits, lengths of character arguments behind. */
#include <stdatomic.h>
#include <stddef.h>
#include "../core/alloc.h"
#include "spectral_lapack.h"

#define DECLARE(T, p, q)                                                                                           \
  extern void p##geqrf_(const int *m, const int *n, T *a, const int *lda, T *tau, T *work, const int *lwork, int *info);       \
  extern void q##gqr_(const int *m, const int *n, const int *k, T *a, const int *lda, const T *tau, T *work, const int *lwork, \
                      int *info);
DECLARE(float, s, sor)
DECLARE(double, d, dor)
DECLARE(void, c, cun)
DECLARE(void, z, zun)
extern void ssyevd_(const char *job, const char *uplo, const int *n, float *a, const int *lda, float *w, float *work, const int *lwork, int *iwork, const int *liwork, int *info, size_t, size_t);
extern void dsyevd_(const char *job, const char *uplo, const int *n, double *a, const int *lda, double *w, double *work, const int *lwork, int *iwork, const int *liwork, int *info, size_t, size_t);
extern void cheevd_(const char *job, const char *uplo, const int *n, void *a, const int *lda, float *w, void *work, const int *lwork, float *rwork, const int *lrwork, int *iwork, const int *liwork, int *info, size_t, size_t);
extern void zheevd_(const char *job, const char *uplo, const int *n, void *a, const int *lda, double *w, void *work, const int *lwork, double *rwork, const int *lrwork, int *iwork, const int *liwork, int *info, size_t, size_t);
extern void sgesdd_(const char *job, const int *m, const int *n, float *a, const int *lda, float *s, float *u, const int *ldu, float *vt, const int *ldvt, float *work, const int *lwork, int *iwork, int *info, size_t);
extern void dgesdd_(const char *job, const int *m, const int *n, double *a, const int *lda, double *s, double *u, const int *ldu, double *vt, const int *ldvt, double *work, const int *lwork, int *iwork, int *info, size_t);
extern void cgesdd_(const char *job, const int *m, const int *n, void *a, const int *lda, float *s, void *u, const int *ldu, void *vt, const int *ldvt, void *work, const int *lwork, float *rwork, int *iwork, int *info, size_t);
extern void zgesdd_(const char *job, const int *m, const int *n, void *a, const int *lda, double *s, void *u, const int *ldu, void *vt, const int *ldvt, void *work, const int *lwork, double *rwork, int *iwork, int *info, size_t);
extern void sgeev_(const char *jobl, const char *jobr, const int *n, float *a, const int *lda, float *wr, float *wi, float *vl, const int *ldvl, float *vr, const int *ldvr, float *work, const int *lwork, int *info, size_t, size_t);
extern void dgeev_(const char *jobl, const char *jobr, const int *n, double *a, const int *lda, double *wr, double *wi, double *vl, const int *ldvl, double *vr, const int *ldvr, double *work, const int *lwork, int *info, size_t, size_t);
extern void cgeev_(const char *jobl, const char *jobr, const int *n, void *a, const int *lda, void *w, void *vl, const int *ldvl, void *vr, const int *ldvr, void *work, const int *lwork, float *rwork, int *info, size_t, size_t);
extern void zgeev_(const char *jobl, const char *jobr, const int *n, void *a, const int *lda, void *w, void *vl, const int *ldvl, void *vr, const int *ldvr, void *work, const int *lwork, double *rwork, int *info, size_t, size_t);
extern void openblas_set_num_threads(int n);

/* Below these torsh's own routines are as fast; above, LAPACK's work space might not fit its int. */
enum { WORTH_IT = 48, LARGEST = 20000 };

/* One thread: torsh's pool shares the cores out. */
static bool takes(int64_t m, int64_t n) {
  static atomic_bool done;
  if (m < WORTH_IT || n < WORTH_IT || m > LARGEST * (int64_t)100 || n > LARGEST * (int64_t)100 || (m > LARGEST && n > LARGEST)) return false;
  if (!atomic_exchange_explicit(&done, true, memory_order_relaxed)) openblas_set_num_threads(1);
  return true;
}

/* The size of work that a query left in its first element; float32 may have rounded it down. */
static int wanted(ts_dtype d, const void *first) {
  const double n = d == TS_FLOAT32 || d == TS_COMPLEX64 ? (double)*(const float *)first * 1.000001 : *(const double *)first;
  return n < 1 ? 1 : n > INT32_MAX - 8 ? INT32_MAX : (int)n + 1;
}

/* By dtype: one of four calls that differ in nothing but the name. */
#define CALL4(d, s, c1, c2, z, ...)                                                                                     \
  switch (d) {                                                                                                          \
    case TS_FLOAT32: s(__VA_ARGS__); break;                                                                             \
    case TS_FLOAT64: c1(__VA_ARGS__); break;                                                                            \
    case TS_COMPLEX64: c2(__VA_ARGS__); break;                                                                          \
    default: z(__VA_ARGS__); break;                                                                                     \
  }

/* Queries, allocates and runs; the call stands once, with work and lwork in it. */
#define RUN(...)                                                                                                        \
  double query[2] = {0};                                                                                                \
  void *work = query;                                                                                                   \
  int lwork = -1, result = 0;                                                                                           \
  __VA_ARGS__                                                                                                           \
  lwork = wanted(d, query);                                                                                             \
  work = ts_alloc((size_t)lwork * (size_t)ts_itemsize(d));                                                              \
  *info = TS_SPECTRAL_MEMORY;                                                                                           \
  if (work) {                                                                                                           \
    __VA_ARGS__                                                                                                         \
    ts_free(work);                                                                                                      \
    *info = result;                                                                                                     \
  }

bool ts_lapack_qr(ts_dtype d, int64_t m, int64_t n, void *a, int64_t lda, void *tau, int64_t *info) {
  if (!takes(m, n)) return false;
  const int rows = (int)m, columns = (int)n, ld = (int)lda;
  RUN(CALL4(d, sgeqrf_, dgeqrf_, cgeqrf_, zgeqrf_, &rows, &columns, a, &ld, tau, work, &lwork, &result))
  return true;
}

bool ts_lapack_qr_form(ts_dtype d, int64_t m, int64_t n, int64_t k, void *a, int64_t lda, const void *tau, int64_t *info) {
  if (!takes(m, n)) return false;
  const int rows = (int)m, columns = (int)n, count = (int)k, ld = (int)lda;
  RUN(CALL4(d, sorgqr_, dorgqr_, cungqr_, zungqr_, &rows, &columns, &count, a, &ld, tau, work, &lwork, &result))
  return true;
}

bool ts_lapack_eigh(ts_dtype d, bool upper, bool vectors, int64_t n, void *a, int64_t lda, void *w, int64_t *info) {
  if (!takes(n, n)) return false;
  const int size = (int)n, ld = (int)lda, liwork = 3 + 5 * size;
  const char *job = vectors ? "V" : "N", *uplo = upper ? "U" : "L";
  const double reals = 1 + 5.0 * size + (vectors ? 2.0 * size * size : 0);
  if (reals > INT32_MAX) return false;
  const int lrwork = (int)reals;
  const bool complex = ts_is_complex(d);
  int *iwork = ts_alloc((size_t)liwork * sizeof(int));
  void *rwork = complex ? ts_alloc((size_t)lrwork * sizeof(double)) : NULL;
  *info = TS_SPECTRAL_MEMORY;
  if (iwork && (rwork || !complex)) {
    RUN(switch (d) {
      case TS_FLOAT32: ssyevd_(job, uplo, &size, a, &ld, w, work, &lwork, iwork, &liwork, &result, 1, 1); break;
      case TS_FLOAT64: dsyevd_(job, uplo, &size, a, &ld, w, work, &lwork, iwork, &liwork, &result, 1, 1); break;
      case TS_COMPLEX64: cheevd_(job, uplo, &size, a, &ld, w, work, &lwork, rwork, &lrwork, iwork, &liwork, &result, 1, 1); break;
      default: zheevd_(job, uplo, &size, a, &ld, w, work, &lwork, rwork, &lrwork, iwork, &liwork, &result, 1, 1); break;
    })
  }
  ts_free(iwork);
  ts_free(rwork);
  return true;
}

bool ts_lapack_svd(ts_dtype d, ts_svd_want want, int64_t m, int64_t n, void *a, int64_t lda, void *s, void *u, int64_t ldu, void *vh, int64_t ldvh, int64_t *info) {
  if (!takes(m, n)) return false;
  const int rows = (int)m, columns = (int)n, ld = (int)lda, ld2 = ldu > 0 ? (int)ldu : 1, ld3 = ldvh > 0 ? (int)ldvh : 1;
  const int64_t k = m < n ? m : n, most = m < n ? n : m;
  const char *job = want == TS_SVD_VALUES ? "N" : want == TS_SVD_THIN ? "S" : "A";
  const bool complex = ts_is_complex(d);
  const int64_t reals = want == TS_SVD_VALUES ? 7 * k : k * ((5 * k + 7) > (2 * most + 2 * k + 1) ? 5 * k + 7 : 2 * most + 2 * k + 1);
  int *iwork = ts_alloc((size_t)(8 * k) * sizeof(int));
  void *rwork = complex ? ts_alloc((size_t)reals * sizeof(double)) : NULL;
  *info = TS_SPECTRAL_MEMORY;
  if (iwork && (rwork || !complex)) {
    RUN(switch (d) {
      case TS_FLOAT32: sgesdd_(job, &rows, &columns, a, &ld, s, u, &ld2, vh, &ld3, work, &lwork, iwork, &result, 1); break;
      case TS_FLOAT64: dgesdd_(job, &rows, &columns, a, &ld, s, u, &ld2, vh, &ld3, work, &lwork, iwork, &result, 1); break;
      case TS_COMPLEX64: cgesdd_(job, &rows, &columns, a, &ld, s, u, &ld2, vh, &ld3, work, &lwork, rwork, iwork, &result, 1); break;
      default: zgesdd_(job, &rows, &columns, a, &ld, s, u, &ld2, vh, &ld3, work, &lwork, rwork, iwork, &result, 1); break;
    })
  }
  ts_free(iwork);
  ts_free(rwork);
  return true;
}

/* geev of a real matrix gives real and imaginary parts apart, and the vectors of a pair as two columns. */
#define UNPACK(R)                                                                                                       \
  static void unpack_##R(int64_t n, const R *wr, const R *wi, const R *vr, R *w, R *v) {                               \
    for (int64_t j = 0; j < n; j++) {                                                                                   \
      w[2 * j] = wr[j];                                                                                                 \
      w[2 * j + 1] = wi[j];                                                                                             \
      if (!v) continue;                                                                                                 \
      const R *re = vr + (wi[j] < 0 ? j - 1 : j) * n, *im = re + n;                                                    \
      const R sign = wi[j] > 0 ? 1 : wi[j] < 0 ? -1 : 0;                                                               \
      for (int64_t i = 0; i < n; i++) {                                                                                 \
        v[2 * (i + j * n)] = re[i];                                                                                     \
        v[2 * (i + j * n) + 1] = sign == 0 ? 0 : sign * im[i];                                                          \
      }                                                                                                                 \
    }                                                                                                                   \
  }
UNPACK(float)
UNPACK(double)

bool ts_lapack_eig(ts_dtype d, int64_t n, void *a, int64_t lda, void *w, void *v, int64_t *info) {
  if (!takes(n, n)) return false;
  const int size = (int)n, ld = (int)lda, one = 1;
  const bool complex = ts_is_complex(d);
  const char *job = v ? "V" : "N";
  /* Complex: rwork of 2 n reals. Real: wr, wi and the packed vectors. */
  char *parts = ts_alloc((size_t)(2 * n + (complex || !v ? 0 : n * n)) * sizeof(double));
  *info = TS_SPECTRAL_MEMORY;
  if (!parts) return true;
  char *second = parts + n * (int64_t)sizeof(double), *vectors = second + n * (int64_t)sizeof(double);
  RUN(switch (d) {
    case TS_FLOAT32: sgeev_("N", job, &size, a, &ld, (float *)parts, (float *)second, NULL, &one, (float *)vectors, &size, work, &lwork, &result, 1, 1); break;
    case TS_FLOAT64: dgeev_("N", job, &size, a, &ld, (double *)parts, (double *)second, NULL, &one, (double *)vectors, &size, work, &lwork, &result, 1, 1); break;
    case TS_COMPLEX64: cgeev_("N", job, &size, a, &ld, w, NULL, &one, v, &size, work, &lwork, (float *)parts, &result, 1, 1); break;
    default: zgeev_("N", job, &size, a, &ld, w, NULL, &one, v, &size, work, &lwork, (double *)parts, &result, 1, 1); break;
  })
  if (*info == 0 && d == TS_FLOAT32) unpack_float(n, (float *)parts, (float *)second, (float *)vectors, w, v);
  if (*info == 0 && d == TS_FLOAT64) unpack_double(n, (double *)parts, (double *)second, (double *)vectors, w, v);
  ts_free(parts);
  return true;
}
