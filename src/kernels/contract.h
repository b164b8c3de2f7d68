/* Contraction: products of tensors whose dims have names, summed over those that the result lacks. */
#ifndef TS_CONTRACT_H
#define TS_CONTRACT_H
#include "../core/op.h"

/* A tensor with a label (below 64) for each dim, no label twice. */
typedef struct {
  ts_tensor *t;
  uint64_t set;                /* of the labels */
  uint8_t labels[TS_MAX_DIM];
} ts_factor;

/* Made of differentiable ops. sizes are those of the labels; every dim of a factor has its label's size (and none is 1).
   The result has the labels of `kept`, in an order that result->labels tells. */
bool ts_contract(ts_cx *cx, ts_factor *factors, int n, const int64_t *sizes, uint64_t kept, ts_factor *result);
#endif
