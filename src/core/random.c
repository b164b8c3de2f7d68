/* mt19937 (Matsumoto and Nishimura 1998) and samplers; being completed. */
#include "random.h"
#include <math.h>
#include <string.h>
#include "alloc.h"
#include "vmath.h"
struct ts_generator { uint64_t seed; uint32_t mt[624]; int left, next; bool has_d; double d; };
static void init(ts_generator *g, uint32_t s) { g->mt[0] = s; for (int j = 1; j < 624; j++) g->mt[j] = 1812433253u * (g->mt[j - 1] ^ (g->mt[j - 1] >> 30)) + (uint32_t)j; g->next = 624; }
ts_generator *ts_generator_new(uint64_t seed) { ts_generator *g = ts_calloc(sizeof *g); if (g) ts_generator_seed(g, seed); return g; }
void ts_generator_free(ts_generator *g) { ts_free(g); }
void ts_generator_seed(ts_generator *g, uint64_t seed) { g->seed = seed; g->has_d = false; init(g, (uint32_t)seed); }
uint64_t ts_generator_initial_seed(const ts_generator *g) { return g->seed; }
uint32_t ts_random32(ts_generator *g) {
  if (g->next >= 624) {
    for (int i = 0; i < 624; i++) { uint32_t y = (g->mt[i] & 0x80000000u) | (g->mt[(i + 1) % 624] & 0x7fffffffu); g->mt[i] = g->mt[(i + 397) % 624] ^ (y >> 1) ^ (y & 1 ? 0x9908b0dfu : 0); }
    g->next = 0;
  }
  uint32_t y = g->mt[g->next++]; y ^= y >> 11; y ^= (y << 7) & 0x9d2c5680u; y ^= (y << 15) & 0xefc60000u; return y ^ (y >> 18);
}
uint64_t ts_random64(ts_generator *g) { uint64_t hi = ts_random32(g); return hi << 32 | ts_random32(g); }
static double u53(ts_generator *g) { return (double)(ts_random64(g) & ((1ull << 53) - 1)) * 0x1p-53; }
void ts_generator_get_state(const ts_generator *g, uint8_t *out) { memset(out, 0, TS_RNG_STATE_SIZE); memcpy(out, g, sizeof *g); }
bool ts_generator_set_state(ts_generator *g, const uint8_t *s, int64_t n) { if (n != TS_RNG_STATE_SIZE) return false; memcpy(g, s, sizeof *g); return true; }
static void put(void *out, int64_t i, ts_dtype d, double v) {
  switch (d) { case TS_FLOAT64: ((double *)out)[i] = v; break; case TS_FLOAT32: ((float *)out)[i] = (float)v; break; case TS_FLOAT16: ((uint16_t *)out)[i] = ts_f32_to_f16((float)v); break; case TS_BFLOAT16: ((uint16_t *)out)[i] = ts_f32_to_bf16((float)v); break;
    case TS_INT64: ((int64_t *)out)[i] = (int64_t)v; break; case TS_INT32: ((int32_t *)out)[i] = (int32_t)v; break; case TS_INT16: ((int16_t *)out)[i] = (int16_t)v; break; default: ((uint8_t *)out)[i] = (uint8_t)(int)v; }
}
void ts_fill_uniform(ts_generator *g, void *out, int64_t n, ts_dtype d, double a, double b) { for (int64_t i = 0; i < n; i++) put(out, i, d, d == TS_FLOAT64 ? u53(g) * (b - a) + a : (float)(ts_random32(g) & 0xffffff) * 0x1p-24f * (float)(b - a) + (float)a); }
static double norm(ts_generator *g) { if (g->has_d) { g->has_d = false; return g->d; } double u1 = u53(g), u2 = u53(g), r = sqrt(-2 * vm_log1p(-u2)), t = 6.283185307179586 * u1; g->d = r * vm_sin(t); g->has_d = true; return r * vm_cos(t); }
void ts_fill_normal(ts_generator *g, void *out, int64_t n, ts_dtype d, double m, double s) { for (int64_t i = 0; i < n; i++) put(out, i, d, norm(g) * s + m); }
void ts_fill_exponential(ts_generator *g, void *out, int64_t n, ts_dtype d, double l) { for (int64_t i = 0; i < n; i++) put(out, i, d, -vm_log1p(-u53(g)) / l); }
void ts_fill_cauchy(ts_generator *g, void *out, int64_t n, ts_dtype d, double m, double s) { for (int64_t i = 0; i < n; i++) put(out, i, d, m + s * vm_tan(3.141592653589793 * (u53(g) - 0.5))); }
void ts_fill_log_normal(ts_generator *g, void *out, int64_t n, ts_dtype d, double m, double s) { for (int64_t i = 0; i < n; i++) put(out, i, d, vm_exp(norm(g) * s + m)); }
void ts_fill_geometric(ts_generator *g, void *out, int64_t n, ts_dtype d, double p) { for (int64_t i = 0; i < n; i++) put(out, i, d, ceil(vm_log(u53(g)) / vm_log1p(-p))); }
void ts_fill_random_from_to(ts_generator *g, void *out, int64_t n, ts_dtype d, uint64_t r, int64_t f) { for (int64_t i = 0; i < n; i++) { uint64_t v = r >= 1ull << 32 || r == 0 ? ts_random64(g) : ts_random32(g); put(out, i, d, (double)((int64_t)(r ? v % r : v) + f)); } }
void ts_fill_random(ts_generator *g, void *out, int64_t n, ts_dtype d) { ts_fill_random_from_to(g, out, n, d, 1 << 24, 0); }
void ts_fill_bernoulli_scalar(ts_generator *g, void *out, int64_t n, ts_dtype d, double p) { for (int64_t i = 0; i < n; i++) put(out, i, d, u53(g) < p); }
void ts_fill_bernoulli(ts_generator *g, void *out, int64_t n, ts_dtype d, const void *p, ts_dtype pd) { for (int64_t i = 0; i < n; i++) put(out, i, d, u53(g) < (pd == TS_FLOAT64 ? ((const double *)p)[i] : ((const float *)p)[i])); }
void ts_fill_randperm(ts_generator *g, int64_t *o, int64_t n) { for (int64_t i = 0; i < n; i++) o[i] = i; for (int64_t i = 0; i < n - 1; i++) { int64_t z = ts_random32(g) % (uint32_t)(n - i), t = o[i]; o[i] = o[i + z]; o[i + z] = t; } }
