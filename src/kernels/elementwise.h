/* The elementwise families: an op is one call here. Type promotion, broadcasting, destinations and overlaps are handled. */
#ifndef TS_ELEMENTWISE_H
#define TS_ELEMENTWISE_H
#include "kernels.h"

/* torch.result_type of operands: tensors with dims outrank 0-d ones, those outrank wrapped numbers, within a category. */
ts_dtype ts_result_type(ts_tensor *const *operands, int n);

typedef enum { TS_SAME, TS_TO_FLOAT } ts_unary_promotion; /* integers stay, or become float32 */
bool ts_unary(ts_cx *cx, ts_tensor *self, ts_out *out, ts_unary_id id, ts_unary_promotion promotion, const void *params);
bool ts_test(ts_cx *cx, ts_tensor *self, ts_out *out, ts_test_id id);
/* Both operands in their promoted dtype; result of that dtype. to_float as above. */
bool ts_binary(ts_cx *cx, ts_tensor *a, ts_tensor *b, ts_out *out, ts_binary_id id, ts_unary_promotion promotion, const void *params);
bool ts_compare(ts_cx *cx, ts_tensor *a, ts_tensor *b, ts_out *out, ts_compare_id id);

/* The general form: output of `out_dtype`, inputs cast to `dtype`, broadcast, walked by loop. */
bool ts_elementwise(ts_cx *cx, ts_tensor **in, int n, ts_dtype dtype, ts_dtype out_dtype, ts_out *out, ts_loop loop,
                    const void *params);
#endif
