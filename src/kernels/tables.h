/* The table of inner loops, and the list of the files in loops/ that fill it. */
#ifndef TS_TABLES_H
#define TS_TABLES_H
#include "../core/iter.h"
#include "attention.h"
#include "clip.h"
#include "correlate.h"
#include "distance.h"
#include "elementwise_ids.h"
#include "fft.h"
#include "loss.h"
#include "norm_rows.h"
#include "optim.h"
#include "pool.h"
#include "reduce.h"
#include "rnn.h"
#include "scan.h"
#include "softmax.h"
#include "winograd.h"

typedef struct {
  ts_loop unary[TS_UN_COUNT][TS_DTYPE_COUNT];    /* out and in of one dtype */
  ts_loop test[TS_TEST_COUNT][TS_DTYPE_COUNT];   /* in -> bool */
  ts_loop binary[TS_BIN_COUNT][TS_DTYPE_COUNT];  /* out and both ins of one dtype */
  ts_loop ternary[TS_TER_COUNT][TS_DTYPE_COUNT]; /* out and three ins of one dtype */
  ts_loop compare[TS_CMP_COUNT][TS_DTYPE_COUNT]; /* ins of one dtype -> bool */
  ts_loop select[5];                             /* bool, two ins of 1, 2, 4, 8, 16 bytes -> the first where true */
  ts_loop real_of[TS_REAL_COUNT][TS_DTYPE_COUNT]; /* complex -> its float dtype */
  ts_loop cast[TS_DTYPE_COUNT][TS_DTYPE_COUNT];  /* [from][to] */
  ts_reduce_loop reduce[TS_RED_COUNT][TS_DTYPE_COUNT]; /* from the input dtype; see reduce.h */
  ts_scan_loop scan[TS_SCAN_COUNT][TS_DTYPE_COUNT];
  ts_softmax_loop softmax[TS_DTYPE_COUNT];
  ts_softmax_backward_loop softmax_backward[TS_DTYPE_COUNT];
  ts_lse_loop lse[TS_DTYPE_COUNT];
  ts_scaled_softmax_loop scaled_softmax[TS_DTYPE_COUNT];
  ts_loop loss_value[TS_LOSS_COUNT][TS_DTYPE_COUNT], loss_slope[TS_LOSS_COUNT][TS_DTYPE_COUNT], loss_curve[TS_DTYPE_COUNT];
  ts_loop entropy[TS_DTYPE_COUNT], logit_entropy[TS_DTYPE_COUNT]; /* see loops/loss.c */
  ts_loop norm_apply[TS_DTYPE_COUNT], norm_back[TS_DTYPE_COUNT], norm_sums[TS_DTYPE_COUNT]; /* see loops/norm.c */
  ts_norm_rows_loop norm_rows[TS_DTYPE_COUNT];
  ts_norm_rows_back_loop norm_rows_back[TS_DTYPE_COUNT];
  ts_attention_loop attention[TS_DTYPE_COUNT];
  ts_attention_back_loop attention_back[TS_DTYPE_COUNT];
  ts_rnn_cell_loop rnn_cell[TS_DTYPE_COUNT];
  ts_rnn_back_loop rnn_back[TS_DTYPE_COUNT];
  ts_lstm_cell_loop lstm_cell[TS_DTYPE_COUNT];
  ts_lstm_back_loop lstm_back[TS_DTYPE_COUNT];
  ts_gru_cell_loop gru_cell[TS_DTYPE_COUNT];
  ts_gru_back_loop gru_back[TS_DTYPE_COUNT];
  ts_distance_loop distance[TS_DTYPE_COUNT];
  ts_distance_back_loop distance_back[TS_DTYPE_COUNT];
  /* Optimizer steps over param, state..., grad; see optim.h. */
  ts_loop sgd[TS_DTYPE_COUNT], sgd_momentum[TS_DTYPE_COUNT], adam[TS_DTYPE_COUNT], adam_amsgrad[TS_DTYPE_COUNT];
  ts_loop step[TS_STEP_LOOP_COUNT][TS_DTYPE_COUNT];
  ts_squares_loop squares[TS_DTYPE_COUNT];
  ts_scale_loop scale[TS_DTYPE_COUNT];
  ts_loop lamb_sums[TS_DTYPE_COUNT], lamb_apply[TS_DTYPE_COUNT]; /* param, exp_avg, exp_avg_sq (grad): contiguous */
  ts_pool_max pool_max[4]; /* float32, float32 of planes whose places need 64 bits, float64, int64 */
  ts_winograd_loops winograd;
  ts_strip_loops strips[2]; /* float32, float64 */
  ts_direct_loops direct[2];
  ts_fft_run fft_run[2]; /* float32, float64; see fft.h */
  ts_fft_line fft_line[2];
  int fft_lanes[2];
} ts_loop_table;

#define TS_LOOP_FILES(X, isa) X(isa, unary) X(isa, binary) X(isa, cast) X(isa, reduce) X(isa, optim) \
  X(isa, math) X(isa, special) X(isa, activation) X(isa, activation_backward) X(isa, binary_math) X(isa, ternary) X(isa, compare) \
  X(isa, argreduce) X(isa, softmax) X(isa, norm) X(isa, norm_rows) X(isa, loss) X(isa, scan) X(isa, distance) X(isa, attention) X(isa, rnn) X(isa, complex) X(isa, complex_math) \
  X(isa, fft) X(isa, optim_rules) X(isa, optim_lamb) X(isa, strips) X(isa, direct) X(isa, pool) X(isa, winograd) X(isa, clip)

#endif
