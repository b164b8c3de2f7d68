#include "spectral_lapack.h"

#define NO(name, ...)                                                                                                   \
  bool name(__VA_ARGS__) { return false; }
#pragma GCC diagnostic ignored "-Wunused-parameter"
NO(ts_lapack_qr, ts_dtype d, int64_t m, int64_t n, void *a, int64_t lda, void *tau, int64_t *info)
NO(ts_lapack_qr_form, ts_dtype d, int64_t m, int64_t n, int64_t k, void *a, int64_t lda, const void *tau, int64_t *info)
NO(ts_lapack_eigh, ts_dtype d, bool upper, bool vectors, int64_t n, void *a, int64_t lda, void *w, int64_t *info)
NO(ts_lapack_svd, ts_dtype d, ts_svd_want want, int64_t m, int64_t n, void *a, int64_t lda, void *s, void *u, int64_t ldu, void *vh, int64_t ldvh, int64_t *info)
NO(ts_lapack_eig, ts_dtype d, int64_t n, void *a, int64_t lda, void *w, void *v, int64_t *info)
