#include "formulas.h"

void ts_tril_grad(ts_cx *cx, const ts_tril_args *a, const ts_back *b, ts_tril_args *g) { g->self = ts_tril(cx, b->grad, a->diagonal); }

void ts_triu_grad(ts_cx *cx, const ts_triu_args *a, const ts_back *b, ts_triu_args *g) { g->self = ts_triu(cx, b->grad, a->diagonal); }

void ts_fill_diagonal__grad(ts_cx *cx, const ts_fill_diagonal__args *a, const ts_back *b, ts_fill_diagonal__args *g) {
  g->self = ts_fill_diagonal_(cx, ts_clone(cx, b->grad, NULL), ts_int(0), a->wrap);
}
