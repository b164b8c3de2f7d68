/* What kernels share: the table of inner loops and the families that ops are made of. */
#ifndef TS_KERNELS_H
#define TS_KERNELS_H
#include "../core/iter.h"
#include "../core/op.h"
#include "elementwise_ids.h"
#include "tables.h"

/* The loops of the instruction set chosen at load. */
extern ts_loop_table ts_loops;
void ts_kernels_init(void); /* idempotent, thread-safe */
const char *ts_simd_name(void); /* "avx2", "simd128", ...: what torsh.backend.simd says */

#endif
