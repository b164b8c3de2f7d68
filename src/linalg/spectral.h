/* Orthogonal and spectral decompositions of one matrix. Matrices lie column by column (column-major), leading dimensions in
   elements; d is float32, float64, complex64 or complex128. spectral.c asks LAPACK where there is one (spectral_lapack.h), else
   runs the bodies in *_body.h; both give LAPACK's signs where it fixes them (R's diagonal). Sizes may be 0. Elements must be
   finite but for ts_qr, ts_qr_form and ts_qr_apply, which pass NaN on.
   Results: 0, or TS_SPECTRAL_MEMORY, or a positive number when the iteration did not converge. */
#ifndef TS_SPECTRAL_H
#define TS_SPECTRAL_H
#include "../core/dtype.h"

enum { TS_SPECTRAL_MEMORY = -1 };
typedef enum { TS_SVD_VALUES, TS_SVD_THIN, TS_SVD_FULL } ts_svd_want;

/* a (m,n) becomes R on and above the diagonal and Householder vectors below, tau their min(m,n) factors. */
int64_t ts_matrix_qr(ts_dtype d, int64_t m, int64_t n, void *a, int64_t lda, void *tau);
/* The first k columns of a (m,n) hold Householder vectors: a becomes the first n columns of their product. k <= n <= m. */
int64_t ts_matrix_qr_form(ts_dtype d, int64_t m, int64_t n, int64_t k, void *a, int64_t lda, const void *tau);
/* The shortest x (n,k) for which a x is nearest to b (m,k). The rank is where the condition of leading columns, as pivoted, is
   estimated to pass 1 / rcond: LAPACK's gelsy. a is destroyed. */
int64_t ts_matrix_lstsq(ts_dtype d, int64_t m, int64_t n, int64_t k, void *a, int64_t lda, const void *b, int64_t ldb, double rcond, void *x,
                        int64_t ldx, int64_t *rank);
/* Eigenvalues (real, ascending) of a symmetric or Hermitian a (n,n), of which only the named triangle is read. a becomes the
   eigenvectors when they are wanted, else it is destroyed. */
int64_t ts_matrix_eigh(ts_dtype d, bool upper, bool vectors, int64_t n, void *a, int64_t lda, void *w);
/* Singular values (real, descending) of a (m,n), which is destroyed. u is (m,k) or (m,m), vh (k,n) or (n,n), k = min(m,n);
   both are left alone when only values are wanted. */
int64_t ts_matrix_svd(ts_dtype d, ts_svd_want want, int64_t m, int64_t n, void *a, int64_t lda, void *s, void *u, int64_t ldu, void *vh, int64_t ldvh);
/* Eigenvalues w and right eigenvectors v (n,n), both complex of d's precision, of any square a, which is destroyed. v may be
   NULL. Vectors have length 1 and, where complex, a real element of largest size. */
int64_t ts_matrix_eig(ts_dtype d, int64_t n, void *a, int64_t lda, void *w, void *v);
#endif
