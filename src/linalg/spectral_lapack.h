/* spectral.h by LAPACK where there is one (spectral_openblas.c); spectral_none.c says no to everything. False: do it
   yourself (no LAPACK, sizes beyond its int, or a matrix that is too small to be worth it: small ones take one path on both
   backends). *info as spectral.h returns it. */
#ifndef TS_SPECTRAL_LAPACK_H
#define TS_SPECTRAL_LAPACK_H
#include "spectral.h"

bool ts_lapack_qr(ts_dtype d, int64_t m, int64_t n, void *a, int64_t lda, void *tau, int64_t *info);
bool ts_lapack_qr_form(ts_dtype d, int64_t m, int64_t n, int64_t k, void *a, int64_t lda, const void *tau, int64_t *info);
bool ts_lapack_eigh(ts_dtype d, bool upper, bool vectors, int64_t n, void *a, int64_t lda, void *w, int64_t *info);
bool ts_lapack_svd(ts_dtype d, ts_svd_want want, int64_t m, int64_t n, void *a, int64_t lda, void *s, void *u, int64_t ldu, void *vh, int64_t ldvh, int64_t *info);
bool ts_lapack_eig(ts_dtype d, int64_t n, void *a, int64_t lda, void *w, void *v, int64_t *info);
#endif
