#include "formulas.h"

void ts__ctc_loss_grad(ts_cx *cx, const ts__ctc_loss_args *a, const ts_back *b, ts__ctc_loss_args *g) {
  if (b->grad && g->self)
    g->self = ts__ctc_loss_backward(cx, b->grad, a->self, a->targets, a->input_lengths, a->target_lengths, a->blank, a->zero_infinity, b->results[0], b->results[1]);
}

void ts__ctc_loss_backward_grad(ts_cx *cx, const ts__ctc_loss_backward_args *a, const ts_back *b, ts__ctc_loss_backward_args *g) {
  (void)a, (void)b, (void)g;
  ts_fail(cx, TS_ERR_AUTOGRAD, "derivative for _ctc_loss_backward is not implemented");
}
