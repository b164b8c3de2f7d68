/* Loops of gradient clipping over n elements that lie one after the other. */
#ifndef TS_CLIP_H
#define TS_CLIP_H
#include <stdint.h>

typedef double (*ts_squares_loop)(const void *x, int64_t n); /* the sum of their squares */
typedef void (*ts_scale_loop)(void *x, int64_t n, double factor);
#endif
