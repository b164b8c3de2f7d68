/* The packed product for every instruction set this build can use, in compiler vector extensions: the templates
   gemm_tile.h and gemm_block.h instantiated, and the choice at load. */
#include <math.h>
#include <stdatomic.h>
#include <string.h>
#include "../core/alloc.h"
#include "gathered.h"
#include "gemm_product.h"
#include "gemm_vector.h"
#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

enum {
  TS_FEW = 4, /* a product with this few rows or columns is a bundle of vector products */
  TS_COPY_B_FROM = TS_LONG_TURNS ? 16 << 10 : 64 << 10, /* bytes of b from which copying pays where b could be read as it lies */
  TS_COPY_B_ALWAYS = 4 << 20
};

#define TS_ROWS_2(X) X(1) X(2)
#define TS_ROWS_3(X) TS_ROWS_2(X) X(3)
#define TS_ROWS_4(X) TS_ROWS_3(X) X(4)
#define TS_ROWS_6(X) TS_ROWS_4(X) X(5) X(6)
#define TS_ROWS_8(X) TS_ROWS_6(X) X(7) X(8)
#define TS_ROWS_12(X) TS_ROWS_8(X) X(9) X(10) X(11) X(12)

/* c' = b' a' in place of c = a b. */
static void transpose(ts_product *p) {
  *p = (ts_product){p->n, p->m, p->k, p->alpha, p->beta, p->b, p->a, p->c,
                    p->csb, p->rsb, p->csa, p->rsa, p->csc, p->rsc, p->start, p->css, p->rss};
}

#if defined(__x86_64__)

#define TS_ISA avx512
#define TS_TARGET __attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,fma")))
#define TS_VB 64
#define TS_MR 12
#define TS_EACH_ROW TS_ROWS_12
#define TS_DR 4
#define TS_EACH_DOT_ROW TS_ROWS_4
#define TS_SPLAT_F32(x) _mm512_set1_ps(x)
#define TS_SPLAT_F64(x) _mm512_set1_pd(x)
#define TS_MADD_F32(s, x, y) ((s) = _mm512_fmadd_ps(x, y, s))
#define TS_MADD_F64(s, x, y) ((s) = _mm512_fmadd_pd(x, y, s))
#define TS_KC 512
#define TS_GATHER_KC 288
#define TS_PACK_ROWS_FROM (300 << 10)
#define TS_PACK_COLS_FROM (64 << 10)
#define TS_MC_F32 120
#define TS_NC_F32 2048
#include "gemm_types.h"

#define TS_ISA avx2
#define TS_TARGET __attribute__((target("avx2,fma")))
#define TS_VB 32
#define TS_MR 6
#define TS_EACH_ROW TS_ROWS_6
#define TS_DR 3
#define TS_EACH_DOT_ROW TS_ROWS_3
#define TS_SPLAT_F32(x) _mm256_set1_ps(x)
#define TS_SPLAT_F64(x) _mm256_set1_pd(x)
#define TS_MADD_F32(s, x, y) ((s) = _mm256_fmadd_ps(x, y, s))
#define TS_MADD_F64(s, x, y) ((s) = _mm256_fmadd_pd(x, y, s))
#define TS_KC 512
#define TS_GATHER_KC 384
#define TS_PACK_ROWS_FROM (300 << 10)
#define TS_PACK_COLS_FROM (64 << 10)
#define TS_MC_F32 96
#define TS_NC_F32 2048
#include "gemm_types.h"

#endif

#define TS_ISA base
#define TS_TARGET
#define TS_VB 16
#define TS_SPLAT_F32(x) ((float4){x, x, x, x})
#define TS_SPLAT_F64(x) ((double2){x, x})
#if defined(__aarch64__)
#define TS_BASE_NAME "neon"
#define TS_MR 8
#define TS_EACH_ROW TS_ROWS_8
#define TS_DR 4
#define TS_EACH_DOT_ROW TS_ROWS_4
#define TS_MADD_F32(s, x, y) ((s) = vfmaq_f32(s, x, y))
#define TS_MADD_F64(s, x, y) ((s) = vfmaq_f64(s, x, y))
#else
#if defined(__wasm_simd128__)
#define TS_BASE_NAME "simd128"
#elif defined(__SSE2__)
#define TS_BASE_NAME "sse2"
#else
#define TS_BASE_NAME "generic"
#endif
#define TS_MR 4
#define TS_EACH_ROW TS_ROWS_4
#define TS_DR 2
#define TS_EACH_DOT_ROW TS_ROWS_2
#define TS_MADD_F32(s, x, y) ((s) += (x) * (y))
#define TS_MADD_F64(s, x, y) ((s) += (x) * (y))
#endif
#define TS_KC 512
#define TS_GATHER_KC 576
#define TS_PACK_ROWS_FROM (8 << 10)
#define TS_PACK_COLS_FROM (32 << 10)
#define TS_MC_F32 64
#define TS_NC_F32 1024
#include "gemm_types.h"

/* For one element type. */
typedef struct {
  void (*product)(const ts_product *);
  void (*gathered)(const ts_gathered *), (*dots)(const ts_gathered *);
  int rows, panel, depth; /* of gathered products */
} kernels;

typedef struct {
  const char *name;
  double beats_blas;
  kernels f32, f64;
  void (*pack_f32)(ptrdiff_t m, ptrdiff_t k, const float *a, ptrdiff_t lda, float *to);
  void (*pack_f64)(ptrdiff_t m, ptrdiff_t k, const double *a, ptrdiff_t lda, double *to);
} isa;

#ifdef __wasm__
/* wasm/relaxed.c: a module that the host starts beside this one where it can. */
static bool has_relaxed;
void ts_gemm_relaxed(void) { has_relaxed = true; }

/* Whether whole tiles are faster: as measured, they take 0.78 of the time for each element, those that fill up tiles among them, and packing besides. */
static bool whole_pays(const ts_product *p, int64_t panel) {
  const double m = (double)p->m, n = (double)p->n;
  const double area = (double)((p->m + TS_RELAXED_ROWS - 1) / TS_RELAXED_ROWS * TS_RELAXED_ROWS) * (double)((p->n + panel - 1) / panel * panel);
  return m * n * (double)p->k >= 20000 && 0.78 * area + 2.5 * (m + n) < m * n && p->alpha != 0;
}

#define RELAXED_IMPORT(name) __attribute__((import_module("env"), import_name(#name))) extern
#define RELAXED(t, T)                                                                                              \
  RELAXED_IMPORT(product_##t) bool ts_relaxed_product_##t(const ts_product *p);                                    \
  RELAXED_IMPORT(gathered_##t) void ts_relaxed_gathered_##t(const ts_gathered *g, T *sums);                        \
  RELAXED_IMPORT(gathered_pack_##t) void ts_relaxed_gathered_pack_##t(const ts_gathered *g);                       \
  static void relaxed_##t##_product(const ts_product *p) {                                                         \
    if (!whole_pays(p, base_##t##_GATHER_PANEL) || !ts_relaxed_product_##t(p)) base_##t##_product(p);              \
  }                                                                                                                \
  static void relaxed_##t##_gathered(const ts_gathered *g) {                                                       \
    T sums[TS_RELAXED_SUMS * base_##t##_GATHER_PANEL] __attribute__((aligned(64)));                                \
    if (g->lda) base_##t##_gathered(g);                                                                            \
    else ts_relaxed_gathered_##t(g, sums);                                                                         \
  }                                                                                                                \
  static void relaxed_##t##_gathered_pack(ptrdiff_t m, ptrdiff_t k, const T *a, ptrdiff_t lda, T *to) {            \
    const ts_gathered g = {.m = m, .k = k, .a = a, .lda = lda, .c = to};                                           \
    ts_relaxed_gathered_pack_##t(&g);                                                                              \
  }                                                                                                                \
  enum { relaxed_##t##_GATHER_ROWS = TS_RELAXED_ROWS, relaxed_##t##_GATHER_PANEL = base_##t##_GATHER_PANEL, relaxed_##t##_GATHER_DEPTH = base_##t##_GATHER_DEPTH };
RELAXED(f32, float)
RELAXED(f64, double)
#define relaxed_f32_gathered_dots base_f32_gathered_dots
#define relaxed_f64_gathered_dots base_f64_gathered_dots
#endif

#define KERNELS(x) {x##_product, x##_gathered, x##_gathered_dots, x##_GATHER_ROWS, x##_GATHER_PANEL, x##_GATHER_DEPTH}
#define ISA(name, x, beats_blas) {name, beats_blas, KERNELS(x##_f32), KERNELS(x##_f64), x##_f32_gathered_pack, x##_f64_gathered_pack}

/* Best first. beats_blas: gemm_openblas.c says what was measured. Elsewhere only the cost of a BLAS call is certain. */
static const isa isas[] = {
#if defined(__x86_64__)
    ISA("avx512", avx512, HUGE_VAL),
    ISA("avx2", avx2, HUGE_VAL),
#elif defined(__wasm__)
    ISA("relaxed simd", relaxed, HUGE_VAL),
#endif
    ISA(TS_BASE_NAME, base, 16 * 16 * 16),
};
enum { ISAS = sizeof isas / sizeof *isas };

static bool available(const isa *i) {
#if defined(__x86_64__)
  if (i == &isas[0])
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw");
  if (i == &isas[1]) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#elif defined(__wasm__)
  if (i == &isas[0]) return has_relaxed;
#endif
  return i != NULL;
}

static _Atomic(const isa *) chosen;

static const isa *choose(void) {
  const isa *i = atomic_load_explicit(&chosen, memory_order_relaxed);
  if (i) return i;
  for (i = isas; !available(i); i++) {}
  atomic_store_explicit(&chosen, i, memory_order_relaxed); /* all threads choose alike: no need to agree */
  return i;
}

void ts_product_f32(const ts_product *p) { choose()->f32.product(p); }
void ts_product_f64(const ts_product *p) { choose()->f64.product(p); }
void ts_gathered_f32(const ts_gathered *g) { choose()->f32.gathered(g); }
void ts_gathered_f64(const ts_gathered *g) { choose()->f64.gathered(g); }
void ts_gathered_dots_f32(const ts_gathered *g) { choose()->f32.dots(g); }
void ts_gathered_dots_f64(const ts_gathered *g) { choose()->f64.dots(g); }
void ts_gathered_pack_f32(int64_t m, int64_t k, const float *a, int64_t lda, float *to) { choose()->pack_f32(m, k, a, lda, to); }
void ts_gathered_pack_f64(int64_t m, int64_t k, const double *a, int64_t lda, double *to) { choose()->pack_f64(m, k, a, lda, to); }
static const kernels *kernels_of(bool is_double) { return is_double ? &choose()->f64 : &choose()->f32; }
int64_t ts_gathered_pack_from(bool is_double) { return TS_COPY_PANELS ? 0 : 8 * kernels_of(is_double)->panel; }
int64_t ts_gathered_rows(bool is_double) { return kernels_of(is_double)->rows; }
int64_t ts_gathered_panel(bool is_double) { return kernels_of(is_double)->panel; }
int64_t ts_gathered_vector(bool is_double) { return TS_COPY_PANELS ? 0 : kernels_of(is_double)->panel / 2; }
int64_t ts_gathered_depth(bool is_double) { return kernels_of(is_double)->depth; }
const char *ts_gemm_isa(void) { return choose()->name; }
double ts_gemm_beats_blas(void) { return choose()->beats_blas; }

bool ts_gemm_use(const char *name) {
  const isa *found = NULL;
  for (int i = 0; name && i < ISAS; i++) {
    if (strcmp(isas[i].name, name) == 0 && available(&isas[i])) found = &isas[i];
  }
  if (name && !found) return false;
  atomic_store_explicit(&chosen, found, memory_order_relaxed);
  return true;
}
