/* Triangular factors of one matrix and what is solved with them. Matrices lie column by column (column-major), leading
   dimensions in elements; d is float32, float64 or complex. Sizes may be 0. Large matrices go to LAPACK where it measures faster
   (factor_lapack.h), else to products of gemm/gemm.h, which use threads; small ones take the same path in every build.
   Functions that return an int64_t give 0, or the 1-based place where the factorization broke down, or
   TS_FACTOR_MEMORY. */
#ifndef TS_FACTOR_H
#define TS_FACTOR_H
#include "../core/dtype.h"

enum { TS_FACTOR_MEMORY = -1 };
/* What is read of a matrix: itself, or its bits: 1 transposed, 2 conjugated. */
typedef enum { TS_PLAIN, TS_TRANSPOSED, TS_CONJUGATE, TS_ADJOINT } ts_matrix_op;

/* a (m,n) = P L U with partial pivoting: row i was exchanged with row pivots[i] - 1, for i = 0, 1, ...
   Gives the place of the first zero on U's diagonal; the factors are complete all the same. */
int64_t ts_factor_lu(ts_dtype d, int64_t m, int64_t n, void *a, int64_t lda, int32_t *pivots);
/* b (n,k) becomes x with op(P L U) x = b. */
void ts_solve_lu(ts_dtype d, ts_matrix_op op, int64_t n, int64_t k, const void *lu, int64_t lda, const int32_t *pivots,
                 void *b, int64_t ldb);
/* Rows of b (.., k columns) exchanged as pivots say, first to last, or back again. */
void ts_swap_rows(ts_dtype d, int64_t k, void *b, int64_t ldb, int64_t n, const int32_t *pivots, bool back);
/* b (m,n) becomes x with op(a) x = b (left) or x op(a) = b; only the named triangle of a is read. */
void ts_solve_triangular(ts_dtype d, bool left, bool upper, ts_matrix_op op, bool unit, int64_t m, int64_t n, const void *a,
                   int64_t lda, void *b, int64_t ldb);
/* The lower triangle of a (n,n) becomes L with a = L L^H; the upper one is neither read nor written. Gives the order of
   the first leading minor that is not positive. */
int64_t ts_factor_cholesky(ts_dtype d, int64_t n, void *a, int64_t lda);
/* a = L D L^T, or L D L^H (hermitian), from the lower triangle, by Bunch and Kaufman: pivots as LAPACK's sytrf has
   them. Gives the place of the first zero in D. */
int64_t ts_factor_ldl(ts_dtype d, bool hermitian, int64_t n, void *a, int64_t lda, int32_t *pivots);
void ts_solve_ldl(ts_dtype d, bool hermitian, int64_t n, int64_t k, const void *ld, int64_t lda, const int32_t *pivots,
                  void *b, int64_t ldb);
#endif
