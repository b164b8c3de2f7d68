/* The families that rows of the op table may name in their `impl`. */
#ifndef TS_FAMILIES_H
#define TS_FAMILIES_H
#include "elementwise.h"
#include "fill.h"
#endif
