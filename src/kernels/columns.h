/* Planes (D, H, W) to columns (kernel volume, output volume) and back, which adds to what is there. */
#ifndef TS_COLUMNS_H
#define TS_COLUMNS_H
#include "window.h"

void ts_unfold_planes(const ts_window *w, bool is_double, int64_t planes, const void *in, void *columns);
void ts_fold_planes(const ts_window *w, bool is_double, int64_t planes, const void *columns, void *in);
#endif
