/* The linked GEMM against gemm_ref.c. Every operand lies between guard values that must survive. */
#include <stdlib.h>
#include "check.h"
#include "core/threads.h"
#include "gemm/gemm.h"
#include "gemm/gemm_product.h"

enum { GUARD = 16, LARGEST = 1 << 20 };

static uint64_t state = 88172645463325252u;
static uint32_t random_bits(void) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return (uint32_t)(state >> 32);
}
static int64_t random_below(int64_t n) { return (int64_t)(random_bits() % (uint64_t)n); }
static double random_value(void) { return (double)random_bits() / 2147483648.0 - 1; }

typedef struct { int64_t m, n, k, lda, ldb, ldc; bool trans_a, trans_b; double alpha, beta; } shape;

static bool report(const char *name, const shape *s, const char *what, int64_t at, double got, double want) {
  printf("  %s [%s] %s%s m=%lld n=%lld k=%lld lda=%lld ldb=%lld ldc=%lld alpha=%g beta=%g: %s at %lld: %.9g not %.9g\n", name,
         ts_gemm_isa(), s->trans_a ? "T" : "N", s->trans_b ? "T" : "N", (long long)s->m, (long long)s->n, (long long)s->k,
         (long long)s->lda, (long long)s->ldb, (long long)s->ldc, s->alpha, s->beta, what, (long long)at, got, want);
  check_problems++;
  return false;
}

/* One product. The error allowed is relative to the sum of magnitudes that could have met in an element. */
#define COMPARE(t, gemm, epsilon)                                                                                      \
  static bool compare_##gemm(const shape *s, double special) {                                                         \
    const int64_t rows_a = s->trans_a ? s->k : s->m, rows_b = s->trans_b ? s->n : s->k;                                \
    const int64_t size_a = rows_a * s->lda, size_b = rows_b * s->ldb, size_c = s->m * s->ldc;                          \
    /* no slack behind the last element: reading past it is for the sanitizer to see */                                \
    t *a = malloc((size_t)(size_a + 1) * sizeof *a), *b = malloc((size_t)(size_b + 1) * sizeof *b);                     \
    t *got = malloc((size_t)(size_c + 2 * GUARD) * sizeof *got), *want = malloc((size_t)(size_c + 2 * GUARD) * sizeof *want); \
    const int64_t used_a = size_a ? size_a - (s->lda - (s->trans_a ? s->m : s->k)) : 0;                                \
    const int64_t used_b = size_b ? size_b - (s->ldb - (s->trans_b ? s->k : s->n)) : 0;                                \
    t *const ea = a + size_a + 1 - used_a, *const eb = b + size_b + 1 - used_b;                                        \
    for (int64_t i = 0; i < used_a; i++) ea[i] = (t)random_value();                                                    \
    for (int64_t i = 0; i < used_b; i++) eb[i] = (t)random_value();                                                    \
    for (int64_t i = 0; i < size_c + 2 * GUARD; i++)                                                                   \
      got[i] = want[i] = s->beta == 0 && i >= GUARD && i < GUARD + size_c ? (t)NAN : (t)random_value();                \
    if (special != 0 && used_a) ea[random_below(used_a)] = (t)special;                                                 \
    if (special != 0 && used_b) eb[random_below(used_b)] = 0;                                                          \
    ts_##gemm(s->trans_a, s->trans_b, s->m, s->n, s->k, (t)s->alpha, ea, s->lda, eb, s->ldb, (t)s->beta, got + GUARD,   \
              s->ldc);                                                                                                 \
    ts_##gemm##_ref(s->trans_a, s->trans_b, s->m, s->n, s->k, (t)s->alpha, ea, s->lda, eb, s->ldb, (t)s->beta,         \
                    want + GUARD, s->ldc);                                                                             \
    const double allowed = (epsilon) * sqrt((double)s->k + 1) * (fabs(s->alpha) + fabs(s->beta));                      \
    bool ok = true;                                                                                                    \
    for (int64_t i = 0; ok && i < size_c + 2 * GUARD; i++) {                                                           \
      const int64_t at = i - GUARD;                                                                                    \
      const bool inside = at >= 0 && at < size_c && at % s->ldc < s->n;                                                \
      if (!inside ? memcmp(&got[i], &want[i], sizeof *got) != 0                                                        \
                  : isnan(want[i]) || isinf(want[i]) ? !(got[i] == want[i] || (isnan(got[i]) && isnan(want[i])))       \
                                                     : !(fabs((double)got[i] - (double)want[i]) <= allowed))           \
        ok = report(#gemm, s, inside ? "element" : "outside of c", at, (double)got[i], (double)want[i]);               \
    }                                                                                                                  \
    free(a);                                                                                                           \
    free(b);                                                                                                           \
    free(got);                                                                                                         \
    free(want);                                                                                                        \
    return ok;                                                                                                         \
  }
COMPARE(float, sgemm, 3e-6)
COMPARE(double, dgemm, 6e-15)

/* Onto a row, as onto a matrix of such rows. */
#define ONTO_ROW(t, gemm)                                                                                              \
  static bool onto_row_##gemm(const shape *s) {                                                                        \
    const int64_t size_a = (s->trans_a ? s->k : s->m) * s->lda, size_b = (s->trans_b ? s->n : s->k) * s->ldb;          \
    const int64_t size_c = s->m * s->ldc;                                                                              \
    t *a = malloc((size_t)(size_a + 1) * sizeof *a), *b = malloc((size_t)(size_b + 1) * sizeof *b);                    \
    t *row = malloc((size_t)(s->n + 1) * sizeof *row), *got = malloc((size_t)(size_c + 1) * sizeof *got), *want = malloc((size_t)(size_c + 1) * sizeof *want); \
    for (int64_t i = 0; i < size_a; i++) a[i] = (t)random_value();                                                     \
    for (int64_t i = 0; i < size_b; i++) b[i] = (t)random_value();                                                     \
    for (int64_t i = 0; i < s->n; i++) row[i] = (t)random_value();                                                     \
    for (int64_t i = 0; i < size_c; i++) got[i] = want[i] = (t)random_value();                                         \
    for (int64_t i = 0; i < s->m; i++) memcpy(want + i * s->ldc, row, (size_t)s->n * sizeof *row);                     \
    ts_##gemm##_onto_row(s->trans_a, s->trans_b, s->m, s->n, s->k, (t)s->alpha, a, s->lda, b, s->ldb, row, got, s->ldc); \
    ts_##gemm(s->trans_a, s->trans_b, s->m, s->n, s->k, (t)s->alpha, a, s->lda, b, s->ldb, 1, want, s->ldc);           \
    bool ok = true;                                                                                                    \
    for (int64_t i = 0; ok && i < size_c; i++)                                                                         \
      if (got[i] != want[i]) ok = report(#gemm " onto a row", s, "element", i, (double)got[i], (double)want[i]);       \
    free(a), free(b), free(row), free(got), free(want);                                                                \
    return ok;                                                                                                         \
  }
ONTO_ROW(float, sgemm)
ONTO_ROW(double, dgemm)

static const double alphas[] = {1, 1, -0.75, 2.5}, betas[] = {0, 1, 0.5, -2};

static bool product(int64_t m, int64_t n, int64_t k, int kind, int64_t slack, double special) {
  shape s = {m, n, k, 0, 0, 0, kind & 1, kind & 2, alphas[random_below(4)], betas[random_below(4)]};
  s.lda = (s.trans_a ? m : k) + (slack ? random_below(slack) : 0);
  s.ldb = (s.trans_b ? k : n) + (slack ? random_below(slack) : 0);
  s.ldc = n + (slack ? random_below(slack) : 0);
  if (!s.lda) s.lda = 1;
  if (!s.ldb) s.ldb = 1;
  if (!s.ldc) s.ldc = 1;
  return compare_sgemm(&s, special) && compare_dgemm(&s, special) && onto_row_sgemm(&s) && onto_row_dgemm(&s);
}

/* `body` for every instruction set that the machine has. */
static void for_each_isa(void (*body)(void)) {
  static const char *const names[] = {"avx512", "avx2", "sse2", "neon", "simd128", "generic"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    if (ts_gemm_use(names[i])) body();
  }
  ts_gemm_use(NULL);
}

static void small_shapes(void) {
  static const int64_t sizes[] = {0, 1, 2, 3, 5, 7, 8, 13, 17, 33};
  enum { SIZES = sizeof sizes / sizeof *sizes };
  for (int x = 0; x < SIZES; x++)
    for (int y = 0; y < SIZES; y++)
      for (int z = 0; z < SIZES; z++)
        for (int kind = 0; kind < 4; kind++)
          if (!product(sizes[x], sizes[y], sizes[z], kind, 1 + random_below(5), 0)) return;
}
TEST(gemm_small_shapes) { for_each_isa(small_shapes); }

static int64_t random_size(int64_t work) {
  const int64_t most = random_below(4) == 0 ? 700 : 90;
  const int64_t size = random_below(5) == 0 ? 1 + random_below(6) : 1 + random_below(most);
  return size < work ? size : work;
}

static void random_shapes(void) {
  for (int i = 0; i < 100; i++) {
    int64_t size[3], work = 8 << 20;
    for (int d = 0; d < 3; d++) work /= size[d] = random_size(work);
    const int at = (int)random_below(3);
    if (!product(size[at], size[(at + 1) % 3], size[(at + 2) % 3], (int)random_below(4), random_below(20), 0)) return;
  }
}
TEST(gemm_random_shapes) { for_each_isa(random_shapes); }

/* Long in one dimension each: vector products, blocks of k, blocks of columns and rows. */
static void long_shapes(void) {
  static const int64_t shapes[][3] = {{1, 1, 5000}, {1, 5000, 3}, {5000, 1, 3}, {1, 1500, 700}, {1500, 1, 700}, {3, 2, 9001},
                                      {2, 3000, 300}, {3000, 3, 300}, {17, 19, 3000}, {900, 5, 40}, {6, 4500, 20}, {390, 50, 400},
                                      {65, 4200, 33}, {4, 7, 2100}, {260, 260, 260}};
  for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
    for (int kind = 0; kind < 4; kind++)
      if (!product(shapes[i][0], shapes[i][1], shapes[i][2], kind, random_below(3), 0)) return;
}
TEST(gemm_long_shapes) { for_each_isa(long_shapes); }

/* 0 * nan and 0 * inf are nan, wherever they meet. */
static void special_values(void) {
  for (int i = 0; i < 120; i++) {
    const int64_t m = 1 + random_below(20), n = 1 + random_below(40), k = 1 + random_below(40);
    if (!product(i % 5 ? m : 1, i % 7 ? n : 1, k, i & 3, 3, i % 2 ? NAN : INFINITY)) return;
  }
}
TEST(gemm_special_values) { for_each_isa(special_values); }

TEST(gemm_zero_alpha_reads_neither_operand) {
  for (int beta = 0; beta < 2; beta++) {
    float c[6] = {NAN, 1, 2, 3, 4, 5};
    if (beta) c[0] = 6;
    const float x[6] = {NAN, NAN, NAN, INFINITY, NAN, NAN};
    ts_sgemm(false, false, 2, 3, 2, 0, x, 2, x, 3, beta ? 0.5f : 0, c, 3);
    for (int i = 0; i < 6; i++) CHECK(c[i] == (beta ? (i ? (float)i : 6.0f) * 0.5f : 0));
  }
}

static void without_memory(void) {
  ts_fail_allocation(1);
  product(300, 310, 290, (int)random_below(4), 3, 0);
  ts_fail_allocation(0);
}
TEST(gemm_without_workspace) {
  ts_memory_stats before, after;
  ts_memory(&before);
  for (int i = 0; i < 4; i++) for_each_isa(without_memory);
  ts_memory(&after);
  CHECK(before.blocks == after.blocks);
}

TEST(gemm_thread_counts) {
  for (int threads = 1; threads <= 5; threads++) {
    ts_set_num_threads(threads);
    for (int kind = 0; kind < 4; kind++) {
      if (!product(350, 270, 200, kind, 4, 0) || !product(1, 3000, 900, kind, 4, 0) || !product(3000, 1, 900, kind, 4, 0)) break;
      if (!product(20, 3000, 64, kind, 4, 0) || !product(2500, 3, 333, kind, 4, 0)) break;
    }
  }
  ts_set_num_threads(0);
}

TEST(blas_has_a_name) { CHECK(strlen(ts_blas_name()) > 3); }

CHECK_MAIN
