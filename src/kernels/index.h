/* Indexing by tensors. */
#ifndef TS_INDEX_H
#define TS_INDEX_H
#include "place.h"

/* The walk of self[indices]: one index for each of the first dims of self (NULL: all of it), integers or masks, as PyTorch's
   advanced indexing places them. PyTorch's errors. */
bool ts_index_walk(ts_cx *cx, const ts_tensor *self, ts_list indices, ts_walk *walk);
#endif
