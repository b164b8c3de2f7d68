/* Reductions over some dims. */
#ifndef TS_REDUCE_H
#define TS_REDUCE_H
#include "../core/op.h"

/* An inner loop. cols == 1: the accumulator takes in n elements side by side. Else acc[j] takes in element j of each of n
   rows of cols elements, step bytes apart, for every j. */
typedef void (*ts_reduce_loop)(void *acc, const char *in, int64_t n, int64_t step, int64_t cols);

/* Accumulators are one to three words of 8 bytes (double or int64_t), whatever the dtype of the input. */
enum { TS_REDUCE_WORDS = 3 };
typedef union { double f; int64_t i; } ts_word;
typedef struct {
  ts_reduce_loop loop; /* NULL: not for this dtype */
  int words;
  ts_word start[TS_REDUCE_WORDS];
  void (*join)(ts_word *acc, const ts_word *later); /* takes in an accumulator of elements that come after acc's */
} ts_reduction;

/* Index of a loop in ts_loops.reduce. There are loops for float32, float64, int64 where it makes sense, and sums of bools;
   callers cast what has none. */
typedef enum {
  TS_RED_SUM, TS_RED_PROD, TS_RED_MAX, TS_RED_MIN, TS_RED_ARGMAX, TS_RED_ARGMIN,
  TS_RED_MOMENTS, TS_RED_SQUARE, TS_RED_COUNT,
  TS_RED_EXTREMES /* smallest and largest: made of two loops */
} ts_reduce_id;

/* What to reduce tensors of dtype by; words of TS_RED_ARG*: value, index, elements seen; of TS_RED_MOMENTS: count, mean,
   sum of squared differences from it. */
ts_reduction ts_reduction_of(ts_reduce_id id, ts_dtype dtype);
/* Reduces self over the dims in mask into acc, in row-major order of the other dims: one accumulator each. Elements are
   taken in memory order (TS_RED_ARG*: contiguous, or one dim). The result does not depend on the number of threads. */
bool ts_reduce(ts_cx *cx, ts_tensor *self, uint64_t mask, const ts_reduction *r, ts_word *acc);

/* dims (None or empty: all) as a mask over [0, ndim); PyTorch's errors for repeated or wrong ones. */
bool ts_dim_mask(ts_cx *cx, ts_ints dims, int ndim, uint64_t *mask);
/* Sizes after a reduction. */
int ts_reduced_sizes(const ts_tensor *t, uint64_t mask, bool keepdim, int64_t *sizes);
/* ts_reduce after a cast where the dtype has no loop, into a fresh tensor of float64, complex128 or int64; one word
   reductions only (a complex number counts as one). */
ts_tensor *ts_reduced(ts_cx *cx, ts_tensor *self, uint64_t mask, bool keepdim, ts_reduce_id id);
/* The dtype that reductions compute in (but sums of bools): float32, float64, complex128 or int64. */
static inline ts_dtype ts_reduce_dtype(ts_dtype d) {
  return d == TS_FLOAT64 ? d : ts_is_float(d) ? TS_FLOAT32 : ts_is_complex(d) ? TS_COMPLEX128 : TS_INT64;
}
#endif
