/* The generator: mt19937 (Matsumoto and Nishimura, 1998) as PyTorch steps and serialises it, and integers from it. */
#include "random.h"
#include <string.h>
#include "alloc.h"

enum { N = 624, M = 397 };

struct ts_generator {
  uint64_t seed;
  int32_t left; /* draws before the next refill, plus 1 */
  uint32_t next;
  uint32_t state[N];
  bool has_float, has_double; /* cached normals; PyTorch 1.13 keeps the float one only in the serialised state */
  float float_normal;
  double double_normal;
};

uint64_t ts_generator_position(const ts_generator *g) {
  return ((uint64_t)g->next << 32 | g->state[0]) ^ (uint64_t)g->left << 20 ^ (uint64_t)g->has_double << 63;
}

void ts_generator_seed(ts_generator *g, uint64_t seed) {
  g->seed = seed;
  g->left = 1;
  g->next = 0;
  g->has_float = g->has_double = false;
  g->state[0] = (uint32_t)seed;
  for (uint32_t j = 1; j < N; j++) g->state[j] = 1812433253u * (g->state[j - 1] ^ (g->state[j - 1] >> 30)) + j;
}

ts_generator *ts_generator_new(uint64_t seed) {
  ts_generator *g = ts_alloc(sizeof *g);
  if (!g) return NULL;
  memset(g, 0, sizeof *g);
  ts_generator_seed(g, seed);
  return g;
}
void ts_generator_free(ts_generator *g) { ts_free(g); }
uint64_t ts_generator_initial_seed(const ts_generator *g) { return g->seed; }

static inline uint32_t twist(uint32_t u, uint32_t v) {
  return (((u & 0x80000000u) | (v & 0x7fffffffu)) >> 1) ^ ((0u - (v & 1u)) & 0x9908b0dfu);
}

static void refill(ts_generator *g) {
  uint32_t *s = g->state;
  for (int j = 0; j < N - M; j++) s[j] = s[j + M] ^ twist(s[j], s[j + 1]);
  for (int j = N - M; j < N - 1; j++) s[j] = s[j + M - N] ^ twist(s[j], s[j + 1]);
  s[N - 1] = s[M - 1] ^ twist(s[N - 1], s[0]);
  g->left = N;
  g->next = 0;
}

static inline uint32_t temper(uint32_t y) {
  y ^= y >> 11;
  y ^= (y << 7) & 0x9d2c5680u;
  y ^= (y << 15) & 0xefc60000u;
  return y ^ (y >> 18);
}

uint32_t ts_random32(ts_generator *g) {
  if (--g->left == 0) refill(g);
  return temper(g->state[g->next++]);
}

uint64_t ts_random64(ts_generator *g) {
  uint64_t high = ts_random32(g);
  return high << 32 | ts_random32(g);
}

void ts_random32_n(ts_generator *g, uint32_t *out, int64_t n) {
  while (n > 0) {
    if (g->left == 1) {
      refill(g);
      g->left++; /* as if the draw that refills were still to come */
    }
    int32_t some = n < g->left - 1 ? (int32_t)n : g->left - 1;
    const uint32_t *s = g->state + g->next;
    for (int32_t i = 0; i < some; i++) out[i] = temper(s[i]);
    g->left -= some;
    g->next += (uint32_t)some;
    out += some;
    n -= some;
  }
}

bool ts_generator_take_normal(ts_generator *g, double *out) {
  bool had = g->has_double;
  if (had) *out = g->double_normal;
  g->has_double = false;
  return had;
}
void ts_generator_keep_normal(ts_generator *g, double value) {
  g->double_normal = value;
  g->has_double = true;
}

/* Offsets in at::CPUGeneratorImplState, a struct of 64-bit hosts: seed, left, seeded, next, the words as uint64, three
   doubles of which the second is the cached normal, its flag, then the float normal and its flag; little-endian. */
enum {
  AT_SEED = 0, AT_LEFT = 8, AT_SEEDED = 12, AT_NEXT = 16, AT_WORDS = 24, AT_DOUBLE = AT_WORDS + 8 * N + 8,
  AT_HAS_DOUBLE = AT_DOUBLE + 16, AT_FLOAT = AT_HAS_DOUBLE + 8, AT_HAS_FLOAT = AT_FLOAT + 4
};

void ts_generator_get_state(const ts_generator *g, uint8_t *out) {
  memset(out, 0, TS_RNG_STATE_SIZE);
  int32_t one = 1;
  uint64_t next = g->next;
  memcpy(out + AT_SEED, &g->seed, 8);
  memcpy(out + AT_LEFT, &g->left, 4);
  memcpy(out + AT_SEEDED, &one, 4);
  memcpy(out + AT_NEXT, &next, 8);
  for (int j = 0; j < N; j++) memcpy(out + AT_WORDS + 8 * j, &g->state[j], 4);
  if (g->has_double) {
    memcpy(out + AT_DOUBLE, &g->double_normal, 8);
    out[AT_HAS_DOUBLE] = 1;
  }
  if (g->has_float) {
    memcpy(out + AT_FLOAT, &g->float_normal, 4);
    out[AT_HAS_FLOAT] = 1;
  }
}

bool ts_generator_set_state(ts_generator *g, const uint8_t *state, int64_t n) {
  int32_t left, seeded, has_double;
  uint64_t next;
  if (n != TS_RNG_STATE_SIZE) return false;
  memcpy(&left, state + AT_LEFT, 4);
  memcpy(&seeded, state + AT_SEEDED, 4);
  memcpy(&next, state + AT_NEXT, 8);
  memcpy(&has_double, state + AT_HAS_DOUBLE, 4);
  /* The last bound is our own: the words drawn before the next refill must exist. */
  if (!seeded || left < 1 || left > N || next > N || (uint64_t)left + next > N + 1) return false;
  memcpy(&g->seed, state + AT_SEED, 8);
  g->left = left;
  g->next = (uint32_t)next;
  for (int j = 0; j < N; j++) memcpy(&g->state[j], state + AT_WORDS + 8 * j, 4);
  g->has_double = has_double != 0;
  memcpy(&g->double_normal, state + AT_DOUBLE, 8);
  g->has_float = state[AT_HAS_FLOAT] != 0;
  memcpy(&g->float_normal, state + AT_FLOAT, 4);
  return true;
}

/* The loop of one dtype: value says what becomes of the bits r. */
#define FILL(type, bits, value)                                  \
  for (int64_t i = 0; i < n; i++) {                              \
    uint64_t r = (bits) == 64 ? ts_random64(g) : ts_random32(g); \
    ((type *)out)[i] = value;                                    \
  }                                                              \
  break;

void ts_fill_random_from_to(ts_generator *g, void *out, int64_t n, ts_dtype dtype, uint64_t range, int64_t from) {
  const int bits = range == 0 || range >> 32 ? 64 : 32;
  const uint32_t short_range = bits == 32 ? (uint32_t)range : 0; /* divides faster */
  if (range == 0) from = 0; /* all 64 bits, as they are */
#define INTEGER \
  ((int64_t)((short_range ? (uint32_t)r % short_range : range ? r % range : r) + (uint64_t)from))
  switch (dtype) { /* dtypes that cannot hold large ranges draw 32 bits, as PyTorch's do */
    case TS_BOOL: FILL(uint8_t, 32, INTEGER != 0)
    case TS_UINT8: FILL(uint8_t, 32, (uint8_t)INTEGER)
    case TS_INT8: FILL(int8_t, 32, (int8_t)INTEGER)
    case TS_INT16: FILL(int16_t, 32, (int16_t)INTEGER)
    case TS_INT32: FILL(int32_t, 32, (int32_t)INTEGER)
    case TS_INT64: FILL(int64_t, bits, INTEGER)
    case TS_FLOAT16: FILL(uint16_t, 32, ts_f32_to_f16((float)INTEGER))
    case TS_BFLOAT16: FILL(uint16_t, bits, ts_f32_to_bf16((float)INTEGER))
    case TS_FLOAT32: FILL(float, bits, (float)INTEGER)
    case TS_FLOAT64: FILL(double, bits, (double)INTEGER)
    default: break;
  }
}

void ts_fill_random(ts_generator *g, void *out, int64_t n, ts_dtype dtype) {
  switch (dtype) {
    case TS_BOOL: FILL(uint8_t, 32, r & 1)
    case TS_UINT8: FILL(uint8_t, 32, (uint8_t)r)
    case TS_INT8: FILL(int8_t, 32, (int8_t)(r & 0x7f))
    case TS_INT16: FILL(int16_t, 32, (int16_t)(r & 0x7fff))
    case TS_INT32: FILL(int32_t, 32, (int32_t)(r & 0x7fffffff))
    case TS_INT64: FILL(int64_t, 64, (int64_t)(r & 0x7fffffffffffffff))
    case TS_FLOAT16: FILL(uint16_t, 32, ts_f32_to_f16((float)(r % ((1u << 11) + 1))))
    case TS_BFLOAT16: FILL(uint16_t, 32, ts_f32_to_bf16((float)(r % ((1u << 8) + 1))))
    case TS_FLOAT32: FILL(float, 32, (float)(r % ((1u << 24) + 1)))
    case TS_FLOAT64: FILL(double, 64, (double)(r % (((uint64_t)1 << 53) + 1)))
    default: break;
  }
}

/* x rounded to a float of `digits` bits. */
static int64_t rounded(int64_t x, int digits) {
  double high = (double)x;
  if (digits == 53) return high < 0x1p63 ? (int64_t)high : INT64_MAX;
  float f = (float)x;
  if (digits == 11) f = ts_f16_to_f32(ts_f32_to_f16(f));
  if (digits == 8) f = ts_bf16_to_f32(ts_f32_to_bf16(f));
  return f >= 0x1p63f ? INT64_MAX : f < -0x1p63f ? INT64_MIN : (int64_t)f;
}
static int64_t spacing(int64_t x, int digits) {
  uint64_t magnitude = x < 0 ? 0 - (uint64_t)x : (uint64_t)x;
  int e = 0;
  while (magnitude >>= 1) e++;
  return (int64_t)1 << (e - digits + 1);
}

void ts_random_bounds(ts_dtype dtype, int64_t *from, int64_t *to) {
  int digits = dtype == TS_FLOAT64 ? 53 : dtype == TS_FLOAT32 ? 24 : dtype == TS_FLOAT16 ? 11 : 8;
  if (!ts_is_float(dtype) || *from >= *to) return;
  int64_t after = rounded(*from + 1, digits), before = rounded(*to - 1, digits);
  if (after < *from) *from = after + spacing(*from + 1, digits);
  if (before >= *to) *to = before - spacing(*to - 1, digits);
}

void ts_fill_randperm(ts_generator *g, int64_t *out, int64_t n) {
  if (n < (int64_t)(UINT32_MAX / 20)) {
    for (int64_t i = 0; i < n; i++) out[i] = i;
    for (int64_t i = 0; i < n - 1; i++) {
      int64_t z = i + ts_random32(g) % (uint32_t)(n - i), kept = out[i];
      out[i] = out[z];
      out[z] = kept;
    }
    return;
  }
  /* 32 bits would favour some; PyTorch 2 draws 64 here, 1.13 did not care. */
  for (int64_t i = 0; i < n; i++) {
    int64_t z = (int64_t)(ts_random64(g) % (uint64_t)(i + 1));
    out[i] = i;
    out[i] = out[z];
    out[z] = i;
  }
}
