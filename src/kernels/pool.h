/* The inner loop of max pooling. */
#ifndef TS_POOL_H
#define TS_POOL_H
#include <stdint.h>

/* n windows beside each other: best[i] and at[i] become in[i * step] and first + i * step where that is greater than
   best[i], or NaN. Bytes of an element, and of a place. */
typedef struct {
  void (*run)(void *best, void *at, const void *in, int64_t step, int64_t n, int64_t first);
  int item, place;
} ts_pool_max;
#endif
