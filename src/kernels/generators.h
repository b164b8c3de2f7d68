#ifndef TS_GENERATORS_H
#define TS_GENERATORS_H
#include "../core/op.h"
#include "../core/random.h"

/* NULL and an error for a number that names none. */
ts_generator *ts_generator_of(ts_cx *cx, ts_opt_int id);
#endif
