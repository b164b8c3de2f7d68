/* What losses share. */
#ifndef TS_LOSS_H
#define TS_LOSS_H
#include "../core/op.h"

typedef enum { TS_REDUCE_NONE, TS_REDUCE_MEAN, TS_REDUCE_SUM } ts_loss_reduction;
/* 'none', 'mean' or 'sum'; the older flags, where given, win. */
bool ts_loss_mode(ts_cx *cx, const char *reduction, ts_opt_int size_average, ts_opt_int reduce, ts_loss_reduction *mode);
const char *ts_loss_mode_name(ts_loss_reduction mode);
/* Losses of each element as the reduction wants them. */
bool ts_loss_reduced(ts_cx *cx, ts_tensor *loss, ts_loss_reduction mode, ts_out *out);

/* Losses of a difference d = input - target. Huber's is smooth l1 times its limit. */
typedef enum { TS_LOSS_SQUARE, TS_LOSS_ABS, TS_LOSS_SMOOTH, TS_LOSS_HUBER, TS_LOSS_COUNT = TS_LOSS_HUBER } ts_loss_id;
#endif
