/* Where the sixteen numbers of Winograd's tiles lie: a square of n elements for each of them. */
#ifndef TS_WINOGRAD_SQUARES_H
#define TS_WINOGRAD_SQUARES_H
#include <stdint.h>

enum { TS_SQUARES = 16 };
/* From one square to the next, such that none shares its places in the caches with another. */
static inline int64_t ts_winograd_apart(int64_t n) { return (n + 1023) / 1024 * 1024 + 80; }
#endif
