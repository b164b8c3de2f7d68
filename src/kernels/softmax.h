/* Loops of softmax over contiguous (outer, n, inner), along n. */
#ifndef TS_SOFTMAX_H
#define TS_SOFTMAX_H
#include <stdbool.h>
#include <stdint.h>

typedef void (*ts_softmax_loop)(void *out, const void *in, int64_t outer, int64_t n, int64_t inner, bool log);
/* grad of the input from grad and result of softmax or log_softmax. */
typedef void (*ts_softmax_backward_loop)(void *out, const void *grad, const void *result, int64_t outer, int64_t n, int64_t inner, bool log);
/* log(sum(exp)) of rows of n in two parts: their maxima and the rest. */
typedef void (*ts_lse_loop)(void *maxima, void *rests, const void *in, int64_t rows, int64_t n);
/* scale[row] * exp(in - maxima[row] - rests[row]). */
typedef void (*ts_scaled_softmax_loop)(void *out, const void *in, const void *maxima, const void *rests, const double *scale, int64_t rows, int64_t n);
#endif
