/* Tensors on their way from one context to another: a token names a storage and a window on it, without a copy. */
#ifndef TS_TOKEN_H
#define TS_TOKEN_H
#include "tensor.h"

/* A token for t, which any context of the process may adopt, once; 0 and an error when there is none to be had. It holds the storage
   until it is adopted or dropped, or until t's context ends. */
int64_t ts_token_new(ts_cx *cx, const ts_tensor *t);
/* The tensor of a token, over the same storage; NULL and an error when the token is not, or no longer, in force. */
ts_tensor *ts_token_adopt(ts_cx *cx, int64_t token);
/* Forgets a token; one that is not in force is no error. */
void ts_token_drop(int64_t token);
/* Forgets the tokens of a context that ends. */
void ts_tokens_end(const ts_cx *cx);

#endif
