/* What LAPACK does where there is one (lapack_openblas.c, the LAPACK inside OpenBLAS); lapack_none.c says no to everything.
   Column-major, as LAPACK. False: do it yourself (no LAPACK, sizes beyond its int, or too small to be worth it). */
#ifndef TS_LAPACK_H
#define TS_LAPACK_H
#include "../core/dtype.h"

/* getrf */
bool ts_lapack_lu(ts_dtype d, int64_t m, int64_t n, void *a, int64_t lda, int32_t *pivots, int64_t *info);
#endif
