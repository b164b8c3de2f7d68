/* Cells of recurrent networks over n units: gates lie one after the other, n each. */
#ifndef TS_RNN_H
#define TS_RNN_H
#include <stdint.h>

typedef enum { TS_RNN_RELU, TS_RNN_TANH, TS_RNN_LSTM, TS_RNN_GRU } ts_rnn_mode;

/* From the gates' parts of the input and of the state. lstm: gates i, f, g, o; kept takes what their functions give; c from the one
   before. gru: gates r, z, n; kept takes r, z, n and the state's part of n. */
typedef void (*ts_rnn_cell_loop)(const void *gates, const void *state_gates, void *h, int64_t n, int relu);
typedef void (*ts_lstm_cell_loop)(const void *gates, const void *state_gates, const void *before, void *kept, void *c, void *h, int64_t n);
typedef void (*ts_gru_cell_loop)(const void *gates, const void *state_gates, const void *bias, const void *before, void *kept, void *h, int64_t n);
/* Gradients. rnn: of the gates from h and its gradient. lstm: of the gates, and dc (of c in, of the one before out).
   gru: of both sides' gates, and the part of the state before that passes by the gates. */
typedef void (*ts_rnn_back_loop)(const void *h, const void *dh, void *dgates, int64_t n, int relu);
typedef void (*ts_lstm_back_loop)(const void *gates, const void *before, const void *c, const void *dh, void *dc, void *dgates, int64_t n);
typedef void (*ts_gru_back_loop)(const void *kept, const void *before, const void *dh, void *dgates, void *dstate_gates, void *dbefore, int64_t n);
#endif
