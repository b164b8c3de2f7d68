/* Inner loops. Files in this folder are compiled once per instruction set with TS_ISA set to its name; each fills its part
   of a ts_loop_table, and kernels.c picks the table of the best set at load. Plain C that the compiler vectorises. */
#ifndef TS_LOOPS_H
#define TS_LOOPS_H
#include "../kernels.h"

#define TS_CAT_(a, b) a##_##b
#define TS_CAT(a, b) TS_CAT_(a, b)
#define TS_ISA_NAME(name) TS_CAT(name, TS_ISA)
/* The function in which a loops file fills in its pointers: TS_FILL(unary) { table->unary[...][...] = ...; } */
#define TS_FILL(file) void TS_ISA_NAME(ts_fill_##file)(ts_loop_table *table)

/* Iterations are independent, also when output and input are the same memory (in-place ops). */
#if defined(__clang__)
#define TS_IVDEP _Pragma("clang loop vectorize(assume_safety)")
#else
#define TS_IVDEP _Pragma("GCC ivdep")
#endif

/* How an element of each dtype is stored (T), computed (C), loaded and saved: TS_T_f32 and so on. */
typedef uint8_t ts_mem_b8, ts_mem_u8;
typedef int8_t ts_mem_i8;
typedef int16_t ts_mem_i16;
typedef int32_t ts_mem_i32;
typedef int64_t ts_mem_i64;
typedef uint16_t ts_mem_f16, ts_mem_bf16;
typedef float ts_mem_f32;
typedef double ts_mem_f64;
typedef ts_c64 ts_mem_c64, ts_val_c64;
typedef ts_c128 ts_mem_c128, ts_val_c128;
typedef bool ts_val_b8;
typedef uint8_t ts_val_u8;
typedef int8_t ts_val_i8;
typedef int16_t ts_val_i16;
typedef int32_t ts_val_i32;
typedef int64_t ts_val_i64;
typedef float ts_val_f16, ts_val_bf16, ts_val_f32;
typedef double ts_val_f64;
#define TS_LOAD_b8(x) ((x) != 0)
#define TS_LOAD_u8(x) (x)
#define TS_LOAD_i8(x) (x)
#define TS_LOAD_i16(x) (x)
#define TS_LOAD_i32(x) (x)
#define TS_LOAD_i64(x) (x)
#define TS_LOAD_f16(x) ts_f16_to_f32(x)
#define TS_LOAD_bf16(x) ts_bf16_to_f32(x)
#define TS_LOAD_f32(x) (x)
#define TS_LOAD_f64(x) (x)
#define TS_LOAD_c64(x) (x)
#define TS_LOAD_c128(x) (x)
#define TS_SAVE_c64(x) (x)
#define TS_SAVE_c128(x) (x)
#define TS_SAVE_b8(x) ((x) != 0)
#define TS_SAVE_u8(x) ((uint8_t)(x))
#define TS_SAVE_i8(x) ((int8_t)(x))
#define TS_SAVE_i16(x) ((int16_t)(x))
#define TS_SAVE_i32(x) ((int32_t)(x))
#define TS_SAVE_i64(x) ((int64_t)(x))
#define TS_SAVE_f16(x) ts_f32_to_f16(x)
#define TS_SAVE_bf16(x) ts_f32_to_bf16(x)
#define TS_SAVE_f32(x) ((float)(x))
#define TS_SAVE_f64(x) ((double)(x))

/* TS_SMALL builds have no contiguous loops for 16-bit parameters of optimizers, where the general one does: LEAST_DENSE is the smallest element, bytes, that
   gets one. And they take less code over more speed where float64 goes through templates that ask for SLIM. */
#ifdef TS_SMALL
#define TS_LEAST_DENSE 4
#define TS_SLIM_F64 true
#else
#define TS_LEAST_DENSE 1
#define TS_SLIM_F64 false
#endif

/* X(suffix, dtype) over dtypes. */
#define TS_INT_TYPES(X) X(u8, TS_UINT8) X(i8, TS_INT8) X(i16, TS_INT16) X(i32, TS_INT32) X(i64, TS_INT64)
#define TS_FLOAT_TYPES(X) X(f32, TS_FLOAT32) X(f64, TS_FLOAT64) X(f16, TS_FLOAT16) X(bf16, TS_BFLOAT16)
#define TS_NUMBER_TYPES(X) TS_INT_TYPES(X) TS_FLOAT_TYPES(X)
#define TS_REAL_TYPES(X) X(b8, TS_BOOL) TS_NUMBER_TYPES(X)

/* Defines a loop: out (type o) from one input `x` (type i) by an expression. params is in scope. */
#define TS_LOOP1(name, o, i, expression)                                                                               \
  static void name(char *const *p, const int64_t *s, int64_t n, const void *params) {                                  \
    (void)params;                                                                                                      \
    if (s[0] == sizeof(ts_mem_##o) && s[1] == sizeof(ts_mem_##i)) {                                                    \
      ts_mem_##o *out = (ts_mem_##o *)p[0];                                                                            \
      const ts_mem_##i *in = (const ts_mem_##i *)p[1];                                                                 \
      TS_IVDEP for (int64_t k = 0; k < n; k++) {                                                                       \
        const ts_val_##i x = TS_LOAD_##i(in[k]);                                                                       \
        out[k] = TS_SAVE_##o(expression);                                                                              \
      }                                                                                                                \
      return;                                                                                                          \
    }                                                                                                                  \
    for (int64_t k = 0; k < n; k++) {                                                                                  \
      const ts_val_##i x = TS_LOAD_##i(*(const ts_mem_##i *)(p[1] + k * s[1]));                                        \
      *(ts_mem_##o *)(p[0] + k * s[0]) = TS_SAVE_##o(expression);                                                      \
    }                                                                                                                  \
  }

/* Two inputs `x`, `y` of type i; the cases of one broadcast scalar vectorise too. */
#define TS_LOOP2(name, o, i, expression)                                                                               \
  static void name(char *const *p, const int64_t *s, int64_t n, const void *params) {                                  \
    (void)params;                                                                                                      \
    if (s[0] == sizeof(ts_mem_##o)) {                                                                                  \
      ts_mem_##o *out = (ts_mem_##o *)p[0];                                                                            \
      const ts_mem_##i *a = (const ts_mem_##i *)p[1], *b = (const ts_mem_##i *)p[2];                                   \
      if (s[1] == sizeof(ts_mem_##i) && s[2] == sizeof(ts_mem_##i)) {                                                  \
        TS_IVDEP for (int64_t k = 0; k < n; k++) {                                                                     \
          const ts_val_##i x = TS_LOAD_##i(a[k]), y = TS_LOAD_##i(b[k]);                                               \
          out[k] = TS_SAVE_##o(expression);                                                                            \
        }                                                                                                              \
        return;                                                                                                        \
      }                                                                                                                \
      if (s[1] == sizeof(ts_mem_##i) && s[2] == 0) {                                                                   \
        const ts_val_##i y = TS_LOAD_##i(*b);                                                                          \
        TS_IVDEP for (int64_t k = 0; k < n; k++) {                                                                     \
          const ts_val_##i x = TS_LOAD_##i(a[k]);                                                                      \
          out[k] = TS_SAVE_##o(expression);                                                                            \
        }                                                                                                              \
        return;                                                                                                        \
      }                                                                                                                \
      if (s[1] == 0 && s[2] == sizeof(ts_mem_##i)) {                                                                   \
        const ts_val_##i x = TS_LOAD_##i(*a);                                                                          \
        TS_IVDEP for (int64_t k = 0; k < n; k++) {                                                                     \
          const ts_val_##i y = TS_LOAD_##i(b[k]);                                                                      \
          out[k] = TS_SAVE_##o(expression);                                                                            \
        }                                                                                                              \
        return;                                                                                                        \
      }                                                                                                                \
    }                                                                                                                  \
    for (int64_t k = 0; k < n; k++) {                                                                                  \
      const ts_val_##i x = TS_LOAD_##i(*(const ts_mem_##i *)(p[1] + k * s[1]));                                        \
      const ts_val_##i y = TS_LOAD_##i(*(const ts_mem_##i *)(p[2] + k * s[2]));                                        \
      *(ts_mem_##o *)(p[0] + k * s[0]) = TS_SAVE_##o(expression);                                                      \
    }                                                                                                                  \
  }

/* float32 and float64: what most mathematics is written for (see elementwise.h), and int64 with them. */
#define TS_FLOATS2(X) X(f32, TS_FLOAT32) X(f64, TS_FLOAT64)
#define TS_WIDE_TYPES(X) TS_FLOATS2(X) X(i64, TS_INT64)
/* The function of vmath.h for a type: TS_VM_f32(exp) is vm_expf. */
#define TS_VM_f32(name) vm_##name##f
#define TS_VM_f64(name) vm_##name
/* Scalar k of an op's params, a ts_scalar[3]. */
#define TS_PARAM_f32(k) ((float)((const ts_scalar *)params)[k].f)
#define TS_PARAM_f64(k) (((const ts_scalar *)params)[k].f)
#define TS_PARAM_c64(k) ((ts_val_c64){(float)((const ts_scalar *)params)[k].f, (float)((const ts_scalar *)params)[k].im})
#define TS_PARAM_c128(k) ((ts_val_c128){((const ts_scalar *)params)[k].f, ((const ts_scalar *)params)[k].im})
#define TS_PARAM_i64(k) (((const ts_scalar *)params)[k].i)

/* Loops over contiguous operands only: elementwise.c brings others into that form, block by block. One body for each,
   because these bodies are large: interleaving would only grow them. */
#if defined(__clang__)
#define TS_DENSE_LOOP _Pragma("clang loop vectorize(assume_safety) interleave_count(2)")
#else
#define TS_DENSE_LOOP _Pragma("GCC ivdep")
#endif
/* TS_SMALL builds leave float64 to scalar code. */
#if defined(__clang__) && defined(TS_SMALL)
#define TS_DENSE_f64 _Pragma("clang loop vectorize(disable) unroll(disable)")
#else
#define TS_DENSE_f64 TS_DENSE_LOOP
#endif
#define TS_DENSE_f32 TS_DENSE_LOOP
#define TS_DENSE_i64 TS_DENSE_LOOP
#define TS_DENSE_c64 TS_DENSE_LOOP
#define TS_DENSE_c128
#define TS_DENSE_b8 TS_DENSE_LOOP
/* Long functions of float in stages, each a loop of its own over a block that stays in the first cache. V8 since 13 leaves the instructions of WebAssembly in
   the order of the module, one vector after the other; each is then one long chain, and a processor's queues hold few of them at a time. Of short
   chains they hold many, and the numbers of a stage fit in registers. run(out, x, n) does a block; out may be x. */
enum { TS_STAGE = 256 };
#define TS_EACH TS_DENSE_LOOP for (int64_t k = 0; k < n; k++)
/* The stage that exponentials begin with: their rests and powers, vm_restf of each k. */
#define TS_EACH_REST(r_, t_, begin) \
  TS_EACH {                         \
    const vm_restf s_ = begin;      \
    r_[k] = s_.r;                   \
    t_[k] = s_.t;                   \
  }
#define TS_STAGED(name, run)                                                                                           \
  static void name(char *const *p, const int64_t *s, int64_t n, const void *params) {                                  \
    (void)s, (void)params;                                                                                             \
    for (int64_t i = 0; i < n; i += TS_STAGE)                                                                          \
      run((float *)p[0] + i, (const float *)p[1] + i, n - i < TS_STAGE ? n - i : TS_STAGE);                            \
  }
#define TS_DENSE_(name, o, i, setup, inputs, expression)                                                               \
  static void name(char *const *p, const int64_t *s, int64_t n, const void *params) {                                  \
    (void)s, (void)params;                                                                                             \
    ts_mem_##o *out = (ts_mem_##o *)p[0];                                                                              \
    const ts_mem_##i *a = (const ts_mem_##i *)p[1];                                                                    \
    setup;                                                                                                             \
    TS_DENSE_##i for (int64_t k = 0; k < n; k++) {                                                                     \
      const ts_val_##i x = TS_LOAD_##i(a[k]) inputs(i);                                                                \
      out[k] = TS_SAVE_##o(expression);                                                                                \
    }                                                                                                                  \
  }
#define TS_IN1(i)
#define TS_IN2(i) , y = TS_LOAD_##i(b[k])
#define TS_IN3(i) , y = TS_LOAD_##i(b[k]), z = TS_LOAD_##i(c[k])
#define TS_B(i) const ts_mem_##i *b = (const ts_mem_##i *)p[2]
#define TS_C(i) TS_B(i), *c = (const ts_mem_##i *)p[3]
#define TS_P(i) const ts_val_##i p0 = TS_PARAM_##i(0), p1 = TS_PARAM_##i(1), p2 = TS_PARAM_##i(2); (void)p0, (void)p1, (void)p2
/* Inputs x, y, z; those ending in P have the op's scalars as p0, p1, p2. */
#define TS_DENSE1(name, o, i, expression) TS_DENSE_(name, o, i, , TS_IN1, expression)
#define TS_DENSE1P(name, o, i, expression) TS_DENSE_(name, o, i, TS_P(i), TS_IN1, expression)
#define TS_DENSE2(name, o, i, expression) TS_DENSE_(name, o, i, TS_B(i), TS_IN2, expression)
#define TS_DENSE2P(name, o, i, expression) TS_DENSE_(name, o, i, TS_B(i); TS_P(i), TS_IN2, expression)
#define TS_DENSE3(name, o, i, expression) TS_DENSE_(name, o, i, TS_C(i), TS_IN3, expression)
#define TS_DENSE3P(name, o, i, expression) TS_DENSE_(name, o, i, TS_C(i); TS_P(i), TS_IN3, expression)
/* By name N, where N(t) is the expression for type t: a loop N_t, and its place in the table. */
#define TS_DENSE1_FLOATS(N) TS_DENSE1(N##_f32, f32, f32, N(f32)) TS_DENSE1(N##_f64, f64, f64, N(f64))
#define TS_DENSE1P_FLOATS(N) TS_DENSE1P(N##_f32, f32, f32, N(f32)) TS_DENSE1P(N##_f64, f64, f64, N(f64))
#define TS_DENSE2_FLOATS(N) TS_DENSE2(N##_f32, f32, f32, N(f32)) TS_DENSE2(N##_f64, f64, f64, N(f64))
#define TS_DENSE2P_FLOATS(N) TS_DENSE2P(N##_f32, f32, f32, N(f32)) TS_DENSE2P(N##_f64, f64, f64, N(f64))
#define TS_SET_FLOATS(family, id, N) table->family[id][TS_FLOAT32] = N##_f32, table->family[id][TS_FLOAT64] = N##_f64;

#endif
