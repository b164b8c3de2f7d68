/* Tensors between threads: the ops over core/token.h. */
#include "../core/token.h"
#include "../gen/ops.h"

bool ts__token_new_impl(ts_cx *cx, const ts__token_new_args *a, ts_out *out) {
  int64_t token = ts_token_new(cx, a->self);
  out->scalar = ts_int(token);
  return token != 0;
}

bool ts__token_adopt_impl(ts_cx *cx, const ts__token_adopt_args *a, ts_out *out) { return (out->t[0] = ts_token_adopt(cx, a->token)) != NULL; }

bool ts__token_drop_impl(ts_cx *cx, const ts__token_drop_args *a, ts_out *out) {
  (void)cx;
  (void)out;
  ts_token_drop(a->token);
  return true;
}
