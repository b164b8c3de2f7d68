#include "formulas.h"

void ts__rnn_layer_grad(ts_cx *cx, const ts__rnn_layer_args *a, const ts_back *b, ts__rnn_layer_args *g) {
  ts_tensor *results[6] = {NULL}, *of[6] = {a->x_gates, a->h0, a->c0, a->w_hh, a->b_hh, a->w_hr};
  ts_tensor **to[6] = {&g->x_gates, &g->h0, &g->c0, &g->w_hh, &g->b_hh, &g->w_hr};
  ts_tensor *grads[3] = {b->grads[0], b->grads[1], a->mode == 2 ? b->grads[2] : NULL};
  if (!grads[0] && !grads[1] && !grads[2]) return;
  if (cx->grad_mode) {
    ts_tensor *outs[3] = {NULL};
    for (int i = 0; i < 6; i++) of[i] = ts_twin(cx, of[i]);
    if (!ts__rnn_layer_math(cx, of[0], of[1], of[2], of[3], of[4], of[5], a->mode, a->reverse, a->batch_sizes, outs)) return;
    if (!ts_differentiate_again(cx, outs, grads, 3, of, 6, results)) return;
  } else if (!ts__rnn_layer_backward(cx, grads[0], grads[1], grads[2], a->h0, a->c0, a->w_hh, a->b_hh, a->w_hr, b->results[0], b->results[1], b->results[2], a->mode, a->reverse,
                                     a->batch_sizes, results)) {
    return;
  }
  for (int i = 0; i < 6; i++)
    if (*to[i] && of[i]) *to[i] = results[i];
}
