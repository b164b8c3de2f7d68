/* Distances between rows: the order p says how coordinates of a difference are joined. */
#ifndef TS_DISTANCE_H
#define TS_DISTANCE_H
#include <stdbool.h>
#include <stdint.h>

/* out[r] = the p-norm of x - y[r] for rows of m. */
typedef void (*ts_distance_loop)(void *out, const void *x, const void *y, int64_t rows, int64_t m, double p);
/* to[k] += sum over r of grad[r] d|x - y[r]|/dx[k]; grad and dist (the distances) lie `step` elements apart. */
typedef void (*ts_distance_back_loop)(void *to, const void *x, const void *y, const void *dist, const void *grad, int64_t step, int64_t rows, int64_t m, double p);
#endif
