/* mt19937 and PyTorch 1.13's CPU distributions: the same seed gives the same numbers. Buffers are raw and contiguous;
   PyTorch fills a tensor in the order of its memory (largest stride first), not of its indices. */
#ifndef TS_RANDOM_H
#define TS_RANDOM_H
#include <stdbool.h>
#include <stdint.h>
#include "dtype.h"

typedef struct ts_generator ts_generator;

ts_generator *ts_generator_new(uint64_t seed); /* NULL when memory is short */
void ts_generator_free(ts_generator *g);
void ts_generator_seed(ts_generator *g, uint64_t seed); /* also forgets the cached normals */
uint64_t ts_generator_initial_seed(const ts_generator *g);
/* Another number once something has been drawn. */
uint64_t ts_generator_position(const ts_generator *g);
uint32_t ts_random32(ts_generator *g);
uint64_t ts_random64(ts_generator *g); /* two of ts_random32, the first one above the second */
void ts_random32_n(ts_generator *g, uint32_t *out, int64_t n); /* n of ts_random32 */
/* The second normal of a pair, which waits in the generator for the next call. */
bool ts_generator_take_normal(ts_generator *g, double *out);
void ts_generator_keep_normal(ts_generator *g, double value);

/* State as bytes in the layout of torch.get_rng_state. set returns false when the bytes are not a state. */
enum { TS_RNG_STATE_SIZE = 5056 };
void ts_generator_get_state(const ts_generator *g, uint8_t *out);
bool ts_generator_set_state(ts_generator *g, const uint8_t *state, int64_t n);

/* Fillers; dtype is that of the buffer: float16, bfloat16, float32, float64 where it is not fixed. */
void ts_fill_uniform(ts_generator *g, void *out, int64_t n, ts_dtype dtype, double from, double to);
/* normal_ on a contiguous tensor: from 16 elements on PyTorch draws in blocks, and not through the cached normal. */
void ts_fill_normal(ts_generator *g, void *out, int64_t n, ts_dtype dtype, double mean, double std);
/* normal_ on a tensor that is not contiguous: one element after the other, whatever the size. */
void ts_fill_normal_serial(ts_generator *g, void *out, int64_t n, ts_dtype dtype, double mean, double std);
void ts_fill_exponential(ts_generator *g, void *out, int64_t n, ts_dtype dtype, double lambda);
void ts_fill_cauchy(ts_generator *g, void *out, int64_t n, ts_dtype dtype, double median, double sigma);
void ts_fill_log_normal(ts_generator *g, void *out, int64_t n, ts_dtype dtype, double mean, double std);
void ts_fill_geometric(ts_generator *g, void *out, int64_t n, ts_dtype dtype, double p); /* any real dtype */
/* Integers in [from, from + range), any real dtype; range 0 means 2^64 (torch.Tensor.random_ with full range). */
void ts_fill_random_from_to(ts_generator *g, void *out, int64_t n, ts_dtype dtype, uint64_t range, int64_t from);
/* What random_(from, to) on a floating dtype does to its bounds first, so that no number rounds out of [from, to). */
void ts_random_bounds(ts_dtype dtype, int64_t *from, int64_t *to);
/* tensor.random_() without arguments: [0, 2^24] for float32, and so on by dtype. */
void ts_fill_random(ts_generator *g, void *out, int64_t n, ts_dtype dtype);
/* bernoulli_(p) with a number: always 53-bit uniforms. Dropout: empty_like(x).bernoulli_(1 - p).div_(1 - p) times x. */
void ts_fill_bernoulli_scalar(ts_generator *g, void *out, int64_t n, ts_dtype dtype, double p);
/* p: n probabilities, float32 or float64 as p_dtype says (24-bit or 53-bit uniforms); also torch.bernoulli(p). */
void ts_fill_bernoulli(ts_generator *g, void *out, int64_t n, ts_dtype dtype, const void *p, ts_dtype p_dtype);
void ts_fill_randperm(ts_generator *g, int64_t *out, int64_t n);

/* torch.randint(low, high) is ts_fill_random_from_to(high - low, low). torch.multinomial without replacement:
   q = empty_like(p).exponential_(1), then the indices of the largest p / q, descending (topk).
   With replacement, row by row: cumulative sums in p's dtype, divided by the total, the last set to 1; for each draw a
   uniform float64 u and by bisection the first index whose sum is not below u. */
#endif
