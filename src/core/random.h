/* mt19937 and PyTorch's CPU distributions: the same seed gives PyTorch's numbers. Buffers are raw and contiguous. */
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
uint32_t ts_random32(ts_generator *g);
uint64_t ts_random64(ts_generator *g);

/* State as bytes in the layout of torch.get_rng_state (5056 bytes). set returns false when the bytes are not a state. */
enum { TS_RNG_STATE_SIZE = 5056 };
void ts_generator_get_state(const ts_generator *g, uint8_t *out);
bool ts_generator_set_state(ts_generator *g, const uint8_t *state, int64_t n);

/* Fillers; dtype is that of the buffer: float16, bfloat16, float32, float64 where it is not fixed. */
void ts_fill_uniform(ts_generator *g, void *out, int64_t n, ts_dtype dtype, double from, double to);
void ts_fill_normal(ts_generator *g, void *out, int64_t n, ts_dtype dtype, double mean, double std);
void ts_fill_exponential(ts_generator *g, void *out, int64_t n, ts_dtype dtype, double lambda);
void ts_fill_cauchy(ts_generator *g, void *out, int64_t n, ts_dtype dtype, double median, double sigma);
void ts_fill_log_normal(ts_generator *g, void *out, int64_t n, ts_dtype dtype, double mean, double std);
void ts_fill_geometric(ts_generator *g, void *out, int64_t n, ts_dtype dtype, double p); /* any real dtype */
/* Integers in [from, from + range), any real dtype; range 0 means 2^64 (torch.Tensor.random_ with full range). */
void ts_fill_random_from_to(ts_generator *g, void *out, int64_t n, ts_dtype dtype, uint64_t range, int64_t from);
/* tensor.random_() without arguments: [0, 2^24] for float32, and so on by dtype. */
void ts_fill_random(ts_generator *g, void *out, int64_t n, ts_dtype dtype);
void ts_fill_bernoulli_scalar(ts_generator *g, void *out, int64_t n, ts_dtype dtype, double p);
/* p: n probabilities, float32 or float64 as p_dtype says. */
void ts_fill_bernoulli(ts_generator *g, void *out, int64_t n, ts_dtype dtype, const void *p, ts_dtype p_dtype);
void ts_fill_randperm(ts_generator *g, int64_t *out, int64_t n);
#endif
