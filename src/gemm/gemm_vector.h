/* What the templates of the packed product stand on: vectors of 128 bits, their transposes and sums, and the words that keep compilers
   from undoing tiles. Included once by each file that makes instances of them. */
#ifndef TS_GEMM_VECTOR_H
#define TS_GEMM_VECTOR_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __clang__
#define TS_UNROLL _Pragma("clang loop unroll(full)")
#else
#define TS_UNROLL _Pragma("GCC unroll 16")
#endif

/* Empty asm that ties an accumulator to a register: without it LLVM sinks the additions of several steps together, and
   the tile spills. Native compilers need no help. */
#ifdef __wasm__
#define TS_KEEP(v) __asm__ volatile("" : "+r"(v))
#else
#define TS_KEEP(v) ((void)0)
#endif

/* TS_LONG_TURNS: eight steps in a turn of the packed tile's loop, as engines of WebAssembly look at the stack's limit in each. Every
   step ends in a test, and is a block of its own thereby: of one block for all, V8 does the loads first and spills.
   TS_COPY_PANELS: gathered products copy what they gather. Elsewhere prefetching does as well.
   TS_TOGETHER: panels that are packed at a time; 0: one, by as little code as does it.
   TS_PLAIN_ENDS: an end of their own for tiles that are neither scaled nor added: 1 to 3 % at n <= 64, but nothing in WebAssembly. */
#ifdef __wasm__
#define TS_PREFETCH false
#define TS_LONG_TURNS true
#define TS_COPY_PANELS 1
#define TS_TOGETHER 0
#define TS_PLAIN_ENDS false
#else
#define TS_PREFETCH true
#define TS_LONG_TURNS false
#define TS_COPY_PANELS 0
#define TS_TOGETHER 4
#define TS_PLAIN_ENDS true
#endif

typedef float float4 __attribute__((vector_size(16)));
typedef float float4_mem __attribute__((vector_size(16), aligned(4), may_alias));
typedef double double2 __attribute__((vector_size(16)));
typedef double double2_mem __attribute__((vector_size(16), aligned(8), may_alias));
#if defined(__clang__) || __GNUC__ >= 12
#define TS_SHUFFLE4(x, y, i, j, k, l) __builtin_shufflevector(x, y, i, j, k, l)
#define TS_SHUFFLE2(x, y, i, j) __builtin_shufflevector(x, y, i, j)
#else
typedef int32_t ts_index4 __attribute__((vector_size(16)));
typedef int64_t ts_index2 __attribute__((vector_size(16)));
#define TS_SHUFFLE4(x, y, i, j, k, l) __builtin_shuffle(x, y, (ts_index4){i, j, k, l})
#define TS_SHUFFLE2(x, y, i, j) __builtin_shuffle(x, y, (ts_index2){i, j})
#endif

static inline __attribute__((always_inline)) void transpose_f32(float *to, ptrdiff_t ld_to, const float *from,
                                                                ptrdiff_t ld_from) {
  const float4 r0 = *(const float4_mem *)from, r1 = *(const float4_mem *)(from + ld_from);
  const float4 r2 = *(const float4_mem *)(from + 2 * ld_from), r3 = *(const float4_mem *)(from + 3 * ld_from);
  const float4 t0 = TS_SHUFFLE4(r0, r1, 0, 4, 1, 5), t1 = TS_SHUFFLE4(r2, r3, 0, 4, 1, 5);
  const float4 t2 = TS_SHUFFLE4(r0, r1, 2, 6, 3, 7), t3 = TS_SHUFFLE4(r2, r3, 2, 6, 3, 7);
  *(float4_mem *)to = TS_SHUFFLE4(t0, t1, 0, 1, 4, 5);
  *(float4_mem *)(to + ld_to) = TS_SHUFFLE4(t0, t1, 2, 3, 6, 7);
  *(float4_mem *)(to + 2 * ld_to) = TS_SHUFFLE4(t2, t3, 0, 1, 4, 5);
  *(float4_mem *)(to + 3 * ld_to) = TS_SHUFFLE4(t2, t3, 2, 3, 6, 7);
}
static inline __attribute__((always_inline)) void transpose_f64(double *to, ptrdiff_t ld_to, const double *from,
                                                                ptrdiff_t ld_from) {
  const double2 r0 = *(const double2_mem *)from, r1 = *(const double2_mem *)(from + ld_from);
  *(double2_mem *)to = TS_SHUFFLE2(r0, r1, 0, 2);
  *(double2_mem *)(to + ld_to) = TS_SHUFFLE2(r0, r1, 1, 3);
}

/* The sum of n = 2^i >= 4 (2) lanes, and of each of four vectors of n lanes. */
static inline __attribute__((always_inline)) float sum_f32(const float *lanes, int n) {
  float4 s = *(const float4_mem *)lanes;
  for (int l = 4; l < n; l += 4) s += *(const float4_mem *)(lanes + l);
  return (s[0] + s[2]) + (s[1] + s[3]);
}
static inline __attribute__((always_inline)) double sum_f64(const double *lanes, int n) {
  double2 s = *(const double2_mem *)lanes;
  for (int l = 2; l < n; l += 2) s += *(const double2_mem *)(lanes + l);
  return s[0] + s[1];
}
static inline __attribute__((always_inline)) void sum_4_f32(const float *lanes, int n, float *sums) {
  float4 s[4];
  for (int j = 0; j < 4; j++) {
    s[j] = *(const float4_mem *)(lanes + j * n);
    for (int l = 4; l < n; l += 4) s[j] += *(const float4_mem *)(lanes + j * n + l);
  }
  const float4 x = TS_SHUFFLE4(s[0], s[1], 0, 4, 1, 5) + TS_SHUFFLE4(s[0], s[1], 2, 6, 3, 7);
  const float4 y = TS_SHUFFLE4(s[2], s[3], 0, 4, 1, 5) + TS_SHUFFLE4(s[2], s[3], 2, 6, 3, 7);
  *(float4_mem *)sums = TS_SHUFFLE4(x, y, 0, 1, 4, 5) + TS_SHUFFLE4(x, y, 2, 3, 6, 7);
}
static inline __attribute__((always_inline)) void sum_4_f64(const double *lanes, int n, double *sums) {
  for (int j = 0; j < 4; j++) sums[j] = sum_f64(lanes + j * n, n);
}

/* Two instances per instruction set; f32_ and f64_ parameters are told apart by TS_DOUBLE. */
#define TS_JOIN(a, b, c) a##_##b##_##c
#define TS_NAME(isa, t, x) TS_JOIN(isa, t, x)
#endif
