/* Generators by number: 0 and "none" stand for the context's default one. */
#include "generators.h"
#include <inttypes.h>
#include <string.h>
#include "../core/alloc.h"
#include "../gen/ops.h"

ts_generator *ts_generator_of(ts_cx *cx, ts_opt_int id) {
  if (!id.given || id.v == 0) return cx->generator;
  if (id.v > 0 && (uint64_t)id.v <= cx->n_generators && cx->generators[id.v - 1]) return cx->generators[id.v - 1];
  ts_fail(cx, TS_ERR_ARGUMENT, "no generator has number %" PRId64, id.v);
  return NULL;
}

bool ts__generator_new_impl(ts_cx *cx, const ts__generator_new_args *a, ts_out *out) {
  (void)a;
  size_t i = 0;
  while (i < cx->n_generators && cx->generators[i]) i++;
  if (i == cx->n_generators) {
    size_t n = cx->n_generators ? 2 * cx->n_generators : 8;
    ts_generator **fresh = ts_realloc(cx->generators, cx->n_generators * sizeof *fresh, n * sizeof *fresh);
    if (!fresh) return ts_fail(cx, TS_ERR_MEMORY, "out of memory");
    memset(fresh + cx->n_generators, 0, (n - cx->n_generators) * sizeof *fresh);
    cx->generators = fresh;
    cx->n_generators = n;
  }
  cx->generators[i] = ts_generator_new(67280421310721u); /* c10::detail::default_rng_seed_val of torch.Generator() */
  out->scalar = ts_int((int64_t)i + 1);
  return cx->generators[i] || ts_fail(cx, TS_ERR_MEMORY, "out of memory");
}

bool ts__generator_free_impl(ts_cx *cx, const ts__generator_free_args *a, ts_out *out) {
  (void)out;
  ts_generator *g = ts_generator_of(cx, (ts_opt_int){true, a->id});
  if (!g || g == cx->generator) return false;
  cx->generators[a->id - 1] = NULL;
  ts_generator_free(g);
  return true;
}

bool ts__manual_seed_impl(ts_cx *cx, const ts__manual_seed_args *a, ts_out *out) {
  (void)out;
  ts_generator *g = ts_generator_of(cx, a->generator);
  if (g) ts_generator_seed(g, (uint64_t)a->seed.i);
  return g != NULL;
}

bool ts__initial_seed_impl(ts_cx *cx, const ts__initial_seed_args *a, ts_out *out) {
  ts_generator *g = ts_generator_of(cx, a->generator);
  if (g) out->scalar = ts_int((int64_t)ts_generator_initial_seed(g));
  return g != NULL;
}

bool ts__rng_state_impl(ts_cx *cx, const ts__rng_state_args *a, ts_out *out) {
  ts_generator *g = ts_generator_of(cx, a->generator);
  ts_tensor *t = g ? ts_empty(cx, TS_UINT8, 1, (const int64_t[]){TS_RNG_STATE_SIZE}) : NULL;
  if (t) ts_generator_get_state(g, ts_data(t));
  return (out->t[0] = t) != NULL;
}

bool ts__set_rng_state_impl(ts_cx *cx, const ts__set_rng_state_args *a, ts_out *out) {
  (void)out;
  ts_generator *g = ts_generator_of(cx, a->generator);
  ts_tensor *t = g ? ts_raw_contiguous(cx, a->state) : NULL;
  if (!t) return false;
  if (t->dtype != TS_UINT8 || !ts_generator_set_state(g, ts_data(t), t->numel))
    return ts_fail(cx, TS_ERR_ARGUMENT, "the tensor is not the state of a generator (%s %s)", ts_dtype_name((ts_dtype)t->dtype), TS_TEXT(t));
  return true;
}
