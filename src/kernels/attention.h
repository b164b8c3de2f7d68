/* Attention, block by block: loops over a block of scores (rows, cols), contiguous. */
#ifndef TS_ATTENTION_H
#define TS_ATTENTION_H
#include <stdint.h>

/* The block's part of a softmax: scores become exp(score - m) with m, the maximum so far; what stands in l (the sums so far)
   and in out (rows of width, ld apart) is brought to the new maxima. Rows of -inf count as zeros. */
typedef void (*ts_attention_loop)(void *scores, int64_t rows, int64_t cols, void *m, void *l, void *out, int64_t width, int64_t ld);
/* scores to probabilities exp(score - m) * inverse, dp to their gradient p (dp - delta). Without delta it is the sum of p dp over
   the row, which must then be whole: gradients of a row add up to 0 more exactly than with a delta from elsewhere. */
typedef void (*ts_attention_back_loop)(void *scores, void *dp, int64_t rows, int64_t cols, const void *m, const void *inverse, const void *delta);
#endif
