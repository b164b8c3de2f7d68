/* Loops over an operand that lies across the others: a turned matrix. */
#ifndef TS_TURN_H
#define TS_TURN_H
#include "../core/iter.h"

/* ts_iter_run for an input k, of elements of `item` bytes, that has its neighbours along another dim than the innermost one: it is
   turned tile by tile, and the loop reads it from there, contiguous. False, and nothing done: it does not lie so. */
bool ts_iter_turned(const ts_iter *it, int k, int64_t item, ts_loop loop, const void *params, int64_t grain);

#endif
