/* What LAPACK does where there is one (factor_openblas.c, the LAPACK inside OpenBLAS); factor_none.c says no to everything.
   Arguments as factor.h has them. False: do it yourself (no LAPACK, sizes beyond its int, or not worth it). */
#ifndef TS_LAPACK_H
#define TS_LAPACK_H
#include "factor.h"

bool ts_lapack_lu(ts_dtype d, int64_t m, int64_t n, void *a, int64_t lda, int32_t *pivots, int64_t *info);    /* getrf */
bool ts_lapack_cholesky(ts_dtype d, int64_t n, void *a, int64_t lda, int64_t *info);                          /* potrf */
bool ts_lapack_ldl(ts_dtype d, bool hermitian, int64_t n, void *a, int64_t lda, int32_t *pivots, int64_t *info); /* sytrf, hetrf */
/* Whether ts_blas_triangular may say yes. */
bool ts_blas_takes(int64_t size, int64_t right_sides);
/* trsm, of operations that BLAS has: not TS_CONJUGATE. */
bool ts_blas_triangular(ts_dtype d, bool left, bool upper, ts_matrix_op op, bool unit, int64_t m, int64_t n, const void *a, int64_t lda, void *b, int64_t ldb);
#endif
