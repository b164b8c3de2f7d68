/* The elementwise families: an op is one call here. Type promotion, broadcasting, destinations and overlaps are handled.
   Loops exist for few dtypes: 16-bit floats are computed in float32, small integers and bools in int64, block by block. */
#ifndef TS_ELEMENTWISE_H
#define TS_ELEMENTWISE_H
#include "../core/selu.h"
#include "kernels.h"

/* torch.result_type of operands: tensors with dims outrank 0-d ones, those outrank wrapped numbers, within a category. */
ts_dtype ts_result_type(ts_tensor *const *operands, int n);

/* What becomes of integers, and which dtypes an op refuses ("not implemented for bool"). */
typedef enum { TS_SAME, TS_TO_FLOAT, TS_NO_BOOL, TS_NO_INT, TS_NO_FLOAT } ts_rule;

/* params: what the loop says it reads; those called p0, p1, p2 in loops/ come as ts_scalar[3]. */
bool ts_unary(ts_cx *cx, ts_tensor *self, ts_out *out, ts_unary_id id, ts_rule rule, const void *params);
bool ts_test(ts_cx *cx, ts_tensor *self, ts_out *out, ts_test_id id);
/* Both operands in their promoted dtype; result of that dtype. */
bool ts_binary(ts_cx *cx, ts_tensor *a, ts_tensor *b, ts_out *out, ts_binary_id id, ts_rule rule, const void *params);
bool ts_ternary(ts_cx *cx, ts_tensor *a, ts_tensor *b, ts_tensor *c, ts_out *out, ts_ternary_id id, ts_rule rule, const void *params);
bool ts_compare(ts_cx *cx, ts_tensor *a, ts_tensor *b, ts_out *out, ts_compare_id id);

/* A loop and the dtypes it works on; the output is converted to `result`. dense: it wants contiguous operands. */
typedef struct {
  ts_loop loop;
  const void *params;
  ts_dtype in[3], out, result;
  bool dense;
} ts_elementwise_job;
/* Exchanges an innermost dim too short for a loop with the next one. For loops that may visit elements in any order. */
void ts_iter_widen(ts_iter *it);
/* One element at in, converted to one of `item` bytes, n times side by side. */
void ts_spread(ts_loop convert, int64_t item, char *out, char *in, int64_t n);
/* The general form: inputs converted as the job says, broadcast, walked. */
bool ts_run_elementwise(ts_cx *cx, ts_tensor *const *in, int n, const ts_elementwise_job *job, ts_out *out);

/* One dtype for all inputs, any strides. */
bool ts_elementwise(ts_cx *cx, ts_tensor **in, int n, ts_dtype dtype, ts_dtype out_dtype, ts_out *out, ts_loop loop,
                    const void *params);

/* ---- used by rows ---- */
/* Refuses two numbers. */
bool ts_needs_tensor(ts_cx *cx, const ts_tensor *a, const ts_tensor *b);
/* Fails when an integer dtype cannot hold s, or a real one an imaginary part. */
bool ts_fits(ts_cx *cx, ts_scalar s, ts_dtype d);
bool ts_sign_of(ts_cx *cx, ts_tensor *x, ts_out *out);
/* floor and the like: integers are copied. */
bool ts_rounded(ts_cx *cx, ts_tensor *x, ts_out *out, ts_unary_id id);
bool ts_pow_number(ts_cx *cx, ts_tensor *x, ts_out *out, int64_t exponent);
bool ts_scaled_by(ts_cx *cx, ts_tensor *x, ts_out *out, double factor);
/* min and max may be NULL. */
bool ts_clamped(ts_cx *cx, ts_tensor *x, ts_tensor *min, ts_tensor *max, ts_out *out);
bool ts_logical(ts_cx *cx, ts_tensor *a, ts_tensor *b, ts_out *out, ts_binary_id id);
bool ts_bitwise(ts_cx *cx, ts_tensor *a, ts_tensor *b, ts_out *out, ts_binary_id id);
/* hardtanh: integers take bounds rounded towards zero. */
bool ts_hard_bounds(ts_cx *cx, ts_tensor *x, double min, double max, ts_out *out);
/* x * positive above zero, else negative * (exp(x * inside) - 1): elu, selu and celu. */
bool ts_elu_of(ts_cx *cx, ts_tensor *x, ts_out *out, double negative, double positive, double inside);
#endif
