#include "formulas.h"

void ts__attention_grad(ts_cx *cx, const ts__attention_args *a, const ts_back *b, ts__attention_args *g) {
  ts_tensor *results[3] = {NULL};
  if (!b->grad) return;
  if (cx->grad_mode) {
    ts_tensor *twins[3] = {ts_twin(cx, a->query), ts_twin(cx, a->key), ts_twin(cx, a->value)}, *outs[2] = {NULL};
    if (!ts__attention_math(cx, twins[0], twins[1], twins[2], a->mask, a->is_causal, a->scale, 0, true, outs)) return;
    if (!ts_differentiate_again(cx, outs, &b->grad, 1, twins, 3, results)) return;
  } else if (!ts__attention_backward(cx, b->grad, a->query, a->key, a->value, a->mask, a->is_causal, a->scale, b->results[0], b->results[1], b->results[2], results)) {
    return;
  }
  if (g->query) g->query = results[0];
  if (g->key) g->key = results[1];
  if (g->value) g->value = results[2];
}
