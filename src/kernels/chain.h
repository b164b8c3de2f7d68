/* Chains of elementwise calls, run as one pass over blocks that stay in the cache, with the loops that the calls would use themselves:
   results are theirs to the bit. Tracing an op's impl says of which loops it is made. One dtype throughout, float32 or float64. */
#ifndef TS_CHAIN_H
#define TS_CHAIN_H
#include "elementwise.h"

enum { TS_CHAIN_OPERANDS = TS_ITER_OPERANDS, TS_CHAIN_ROOMS = 8, TS_CHAIN_LINKS = 32, TS_CHAIN_VALUES = 64 };

/* One loop: value `out` from values `in`. */
typedef struct {
  ts_loop loop;
  bool dense;
  uint8_t n;
  int16_t in[3], out;
  ts_scalar params[3];
  bool has_params;
} ts_link;

typedef enum { TS_VALUE_MADE, TS_VALUE_TENSOR, TS_VALUE_NUMBER } ts_value_kind;

/* An op as links. Values are, first, the tensors that it was given. */
typedef struct ts_trace {
  ts_dtype dtype;
  bool failed;
  int n_links, n_values, result;
  struct { ts_value_kind kind; double number; const ts_tensor *t; } values[TS_CHAIN_VALUES];
  ts_link links[8];
} ts_trace;

/* args: as for impl, with tensors that may have no data (numbers must have theirs). False: the op is no chain; no error. */
bool ts_trace_op(ts_cx *cx, const ts_op *op, const void *args, ts_dtype dtype, ts_tensor *const *given, int n_given, ts_trace *trace);
/* For the elementwise families, while cx->trace is set. */
bool ts_trace_call(ts_cx *cx, ts_loop loop, ts_dtype dtype, ts_tensor *const *in, int n, bool dense, const ts_scalar *params, int n_params, ts_out *out);

typedef struct ts_chain ts_chain;
/* A chain over values: `tensors` of them are operands, the others are made or numbers. */
typedef struct {
  ts_dtype dtype;
  int ndim;
  const int64_t *sizes, *strides; /* of the outputs */
  int n_values, n_links;
  struct { ts_value_kind kind; double number; int16_t input, output; bool same; } values[TS_CHAIN_VALUES]; /* operand numbers, or -1; same: geometry like the outputs' */
  ts_link links[TS_CHAIN_LINKS];
  int n_inputs, n_outputs;
} ts_chain_plan;
/* NULL when it needs more room than there is. into[k]: the input whose memory output k may take over when nobody else holds it, or -1. */
ts_chain *ts_chain_new(const ts_chain_plan *plan, int16_t *into);
void ts_chain_free(void *chain);
/* Whether a tensor may be overwritten by an output. */
bool ts_chain_fits(const ts_chain *chain, const ts_tensor *t);
/* outs[k]: NULL, or an input's tensor to be overwritten. */
bool ts_chain_run(ts_cx *cx, const ts_chain *chain, ts_tensor *const *in, ts_tensor **outs);
#endif
