/* What lookup tables share. */
#ifndef TS_EMBEDDING_H
#define TS_EMBEDDING_H
#include "../core/op.h"

/* Row numbers as contiguous int64 in [0, rows). */
ts_tensor *ts_row_numbers(ts_cx *cx, ts_tensor *indices, int64_t rows);
/* padding_idx counted from the start, -1 for none; false where it names no row. */
bool ts_padding_row(ts_cx *cx, ts_opt_int padding_idx, int64_t rows, int64_t *row);
/* Rows that are looked up get at most the given norm, in place. */
bool ts_renorm_rows(ts_cx *cx, ts_tensor *weight, ts_tensor *indices, double max_norm, double p);
#endif
