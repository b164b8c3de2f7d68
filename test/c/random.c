/* core/random.h against numbers and states of PyTorch 1.13.1. Checksums are of the bytes that torch produces. */
#include <stdlib.h>
#include "check.h"
#include "core/dtype.h"
#include "core/random.h"

static uint64_t checksum(const void *data, size_t n) {
  const uint8_t *bytes = data;
  uint64_t h = 14695981039346656037u;
  for (size_t i = 0; i < n; i++) h = (h ^ bytes[i]) * 1099511628211u;
  return h;
}
static uint64_t state_checksum(const ts_generator *g) {
  uint8_t state[TS_RNG_STATE_SIZE];
  ts_generator_get_state(g, state);
  return checksum(state, sizeof state);
}

static ts_generator *g;
static double room[2048];
static void start(uint64_t seed) {
  if (!g) g = ts_generator_new(seed);
  if (!g) abort();
  ts_generator_seed(g, seed);
}
static void finish(void) {
  ts_generator_free(g);
  g = NULL;
}
/* seed, call, and the checksum of the n elements of dtype d that it wrote to room */
#define SAME(seed, call, n, size, sum)         \
  do {                                         \
    start(seed);                               \
    call;                                      \
    CHECK(checksum(room, (n) * (size)) == sum); \
  } while (0)

TEST(uniform) {
  static const uint64_t sums[] = {0x152d0981bef37156u, 0x54edc34c16f611deu, 0x404937fdb4742e09u, 0xd81fa1bedd52e8b9u};
  for (int d = TS_FLOAT16; d <= TS_FLOAT64; d++)
    SAME(3, ts_fill_uniform(g, room, 1003, d, -2.0, 3.0), 1003, ts_dtype_sizes[d], sums[d - TS_FLOAT16]);
  finish();
}

TEST(integers) {
  static const uint64_t whole[] = {0xb50bf6d37535dee4u, 0xeb2f7fda392cb87cu, 0xf8826bb445dd2d7cu, 0x855e2970390a39d3u,
                                   0x3100564151651d01u, 0xb8d7b27829b8e9aau, 0x8b91ac88e7812f64u, 0x2057718a437e0cc8u,
                                   0x2123ec29ac4642e6u, 0x16a9635c72a9c511u};
  static const uint64_t bits[] = {0xea95607515d12184u, 0xea95607515d12184u, 0xea95607515d12184u, 0x625623b36906fb34u,
                                  0x2ff0ec00f155ef44u, 0x06e25ae797a66b64u, 0x53422b65e7473891u, 0xdc9566614d969650u,
                                  0x92588f73ba939c78u, 0xa4fe9631c9479d78u};
  for (int d = TS_BOOL; d <= TS_FLOAT64; d++) {
    SAME(4, ts_fill_random(g, room, 300, d), 300, ts_dtype_sizes[d], whole[d]);
    SAME(5, ts_fill_random_from_to(g, room, 300, d, 2, 0), 300, ts_dtype_sizes[d], bits[d]);
  }
  const uint64_t range = (uint64_t)1 << 40;
  SAME(6, ts_fill_random_from_to(g, room, 300, TS_INT64, range, -5), 300, 8, 0xc82c0ad7ff1a017du);
  int64_t from = -(int64_t)(range / 2), to = -from;
  ts_random_bounds(TS_FLOAT32, &from, &to);
  SAME(6, ts_fill_random_from_to(g, room, 300, TS_FLOAT32, (uint64_t)to - (uint64_t)from, from), 300, 4,
       0x5fd5832938d0e00du);
  SAME(6, ts_fill_random_from_to(g, room, 300, TS_INT64, 0, INT64_MIN), 300, 8, 0x51f8dc830772eff9u);
  SAME(7, ts_fill_randperm(g, (int64_t *)room, 1000), 1000, 8, 0x63c31b93bb6ed61du);
  finish();
}

TEST(bounds_of_integers_in_floats) {
  int64_t from = 0, to = 65504; /* half: 65503 would round to 65504 */
  ts_random_bounds(TS_FLOAT16, &from, &to);
  CHECK(from == 0 && to == 65472);
  from = 16777217, to = 16777219; /* the first is no float; its neighbours are 16777216 and 16777218 */
  ts_random_bounds(TS_FLOAT32, &from, &to);
  CHECK(from == 16777217 && to == 16777219);
  from = INT64_MIN, to = INT64_MAX;
  ts_random_bounds(TS_INT64, &from, &to);
  CHECK(from == INT64_MIN && to == INT64_MAX);
}

TEST(bernoulli_and_the_rest_of_exact_ones) {
  float p32[1024];
  double p64[1024];
  for (int i = 0; i < 1024; i++) p64[i] = p32[i] = (float)i / 1024;
  SAME(8, ts_fill_bernoulli_scalar(g, room, 1003, TS_FLOAT32, 0.37), 1003, 4, 0x0f84924143f24438u);
  SAME(8, ts_fill_bernoulli(g, room, 1024, TS_FLOAT32, p32, TS_FLOAT32), 1024, 4, 0xe8946c4fb8769ef8u);
  SAME(8, ts_fill_bernoulli(g, room, 1024, TS_FLOAT64, p64, TS_FLOAT64), 1024, 8, 0x7e8e0979407b9e18u);
  SAME(9, ts_fill_geometric(g, room, 300, TS_INT64, 0.3), 300, 8, 0xd3f1033e67dd6b63u);
  SAME(10, ts_fill_exponential(g, room, 300, TS_FLOAT16, 1.5), 300, 2, 0x6014ec1684694502u);
  SAME(10, ts_fill_normal(g, room, 100, TS_BFLOAT16, 1.0, 2.0), 100, 2, 0x3891dc36f7f769efu);
  SAME(10, ts_fill_normal(g, room, 100, TS_FLOAT16, 0.0, 1.0), 100, 2, 0x283abe9bb3f2e7a4u);
  finish();
}

static void near(const double *got, const double *want, int n, double allowed) {
  for (int i = 0; i < n; i++) CHECK_NEAR(got[i], want[i], allowed * (1.0 + fabs(want[i])));
}

TEST(normals) {
  static const double few[] = {1.5409960746765137,  -0.293428897857666,  -2.1787893772125244, 0.5684312582015991,
                               -1.0845223665237427, -1.3985954523086548, 0.40334683656692505};
  static const double twenty[] = {
      -2.310411800234176,   -0.3732508612577643, -1.0608166785462863,  0.9995093547811761,  -0.019964750907762653,
      0.2102998901016947,   0.17718935139366584, -0.830510051008449,   0.23871805816817063, 0.7335283685272841,
      -1.3218818291421377,  1.3148113651971234,  -0.6870036940435463,  1.4880743158106724,  -0.4484158047114511,
      -0.8910030351707375,  0.6748575435940039,  1.0468653769814655,   0.15429517864658948, -0.7498915228391941};
  static const int at[] = {0, 8, 83, 84, 91, 92, 99};
  static const double hundred[] = {-1.1258398294448853, 0.32227492332458496, 0.0008918217499740422, -2.6133224964141846,
                                   0.4342256486415863,  0.4569401443004608,  0.23291829228401184};
  float f[100];
  double d[20];
  start(0); /* a waiting normal crosses calls and dtypes */
  ts_fill_normal(g, f, 3, TS_FLOAT32, 0.0, 1.0);
  ts_fill_normal(g, f + 3, 4, TS_FLOAT32, 0.0, 1.0);
  for (int i = 0; i < 7; i++) CHECK((double)f[i] == few[i]);
  ts_fill_uniform(g, f, 2, TS_FLOAT32, 0.0, 1.0);
  CHECK(f[0] == 0.6976675987243652f && f[1] == 0.800011396408081f);
  start(0);
  ts_fill_normal(g, d, 7, TS_FLOAT64, 0.0, 1.0);
  near(d, few, 7, 1e-7);
  start(0);
  ts_fill_normal(g, d, 20, TS_FLOAT64, 0.0, 1.0);
  near(d, twenty, 20, 1e-15);
  start(0);
  ts_fill_normal(g, f, 100, TS_FLOAT32, 0.0, 1.0);
  for (int i = 0; i < 7; i++) CHECK_NEAR(f[at[i]], hundred[i], 3e-7 * (1.0 + fabs(hundred[i])));
  finish();
}

TEST(serial_samplers) {
  static const double cauchy[] = {-9.799098584794027, -1.8483464260586868, -1.7083671446697752, -2.715903526277646};
  static const double log_normal[] = {2.6194032380680055, 1.9874389871876093, 1.7214622599170326, 2.5470151141529085};
  static const double exponential[] = {0.04199769131603476, 0.16954505636340902, 0.17793521083895616,
                                       0.12994643570282155};
  static const double strided[] = {2.3227043431409045, 1.5338481965850375, 1.1233545164746965, 2.242634657370843};
  double d[20];
  start(1);
  ts_fill_cauchy(g, d, 4, TS_FLOAT64, 0.5, 2.0);
  near(d, cauchy, 4, 1e-14);
  start(1);
  ts_fill_log_normal(g, d, 4, TS_FLOAT64, 0.5, 0.7);
  near(d, log_normal, 4, 1e-15);
  start(1);
  ts_fill_exponential(g, d, 4, TS_FLOAT64, 1.5);
  near(d, exponential, 4, 1e-15);
  start(1);
  ts_fill_normal_serial(g, d, 20, TS_FLOAT64, 1.0, 2.0);
  near(d, strided, 4, 1e-15);
  start(1);
  ts_fill_normal(g, d, 1, TS_FLOAT64, INFINITY, 1.0);
  CHECK(d[0] == INFINITY);
  ts_fill_geometric(g, room, 20, TS_INT8, 1e-18); /* infinite, and no undefined conversion */
  finish();
}

/* Blocks and single draws walk the same stream; n elements in one call or in several are the same numbers. */
TEST(one_stream) {
  uint32_t words[700];
  ts_generator *h = ts_generator_new(11);
  start(11);
  for (int n = 0; h && n <= 700; n += 70) {
    ts_random32_n(g, words, n);
    for (int i = 0; i < n; i++) CHECK(words[i] == ts_random32(h));
    CHECK(state_checksum(g) == state_checksum(h));
  }
  uint64_t high = ts_random32(h);
  CHECK(ts_random64(g) == (high << 32 | ts_random32(h)));
  float a[1003], b[1003];
  start(12);
  ts_generator_seed(h, 12);
  ts_fill_normal_serial(g, a, 1003, TS_FLOAT32, 0.0, 1.0);
  for (int i = 0; i < 1003; i++) ts_fill_normal(h, b + i, 1, TS_FLOAT32, 0.0, 1.0);
  CHECK(memcmp(a, b, sizeof a) == 0 && state_checksum(g) == state_checksum(h));
  ts_fill_normal(g, a, 0, TS_FLOAT32, 0.0, 1.0);
  ts_fill_uniform(g, a, 0, TS_FLOAT64, 0.0, 1.0);
  ts_fill_randperm(g, (int64_t *)room, 0);
  ts_fill_randperm(g, (int64_t *)room, 1);
  CHECK(state_checksum(g) == state_checksum(h));
  ts_generator_free(h);
  finish();
}

TEST(states_are_those_of_torch) {
  float f[700];
  double d[7];
  start(42);
  CHECK(ts_generator_initial_seed(g) == 42);
  ts_fill_uniform(g, f, 700, TS_FLOAT32, 0.0, 1.0);
  CHECK(state_checksum(g) == 0x2708a9269c1d3272u);
  start(((uint64_t)1 << 63) + 5);
  ts_fill_uniform(g, d, 7, TS_FLOAT64, 0.0, 1.0);
  ts_fill_random_from_to(g, room, 5, TS_INT64, 9, 0);
  ts_fill_randperm(g, (int64_t *)room, 1300);
  CHECK(state_checksum(g) == 0x9db83718bbd3f01bu);
  /* After randn(3) a normal waits. */
  uint8_t state[TS_RNG_STATE_SIZE], again[TS_RNG_STATE_SIZE];
  double waiting;
  start(1);
  ts_fill_normal(g, f, 3, TS_FLOAT32, 0.0, 1.0);
  ts_generator_get_state(g, state);
  memcpy(&waiting, state + 5024, 8);
  CHECK_NEAR(waiting, 0.6213173286854216, 1e-15);
  CHECK(state[5040] == 1 && state[8] == 105 && state[9] == 2 && state[12] == 1 && state[16] == 8);
  ts_fill_normal(g, f, 5, TS_FLOAT32, 0.0, 1.0);
  CHECK(ts_generator_set_state(g, state, sizeof state));
  ts_generator_get_state(g, again);
  CHECK(memcmp(state, again, sizeof state) == 0);
  ts_fill_normal(g, f + 5, 5, TS_FLOAT32, 0.0, 1.0);
  CHECK(memcmp(f, f + 5, 5 * sizeof *f) == 0 && (double)f[0] == (double)(float)waiting);
  finish();
}

TEST(bad_states_change_nothing) {
  uint8_t state[TS_RNG_STATE_SIZE], bad[TS_RNG_STATE_SIZE];
  start(1);
  ts_random32(g);
  ts_generator_get_state(g, state);
  static const struct { int at; uint8_t value; } spoilt[] = {{8, 0},  {9, 3},  {11, 0x80}, {12, 0},
                                                             {16, 2}, {17, 3}, {23, 1}};
  for (unsigned i = 0; i < sizeof spoilt / sizeof *spoilt; i++) {
    memcpy(bad, state, sizeof bad);
    if (spoilt[i].at == 8) bad[9] = 0; /* left = 0 */
    bad[spoilt[i].at] = spoilt[i].value;
    CHECK(!ts_generator_set_state(g, bad, sizeof bad));
  }
  CHECK(!ts_generator_set_state(g, state, sizeof state - 1));
  CHECK(state_checksum(g) == checksum(state, sizeof state));
  finish();
}

TEST(no_memory) {
  ts_fail_allocation(1);
  CHECK(ts_generator_new(1) == NULL);
}

CHECK_MAIN
