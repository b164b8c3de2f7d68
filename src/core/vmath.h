/* Elementary and special functions for float (vm_expf) and double (vm_exp), inlined so that a plain loop over them is
   vectorised by the compiler, and identical to the bit on every target: only + - * / sqrt, comparisons and integer
   arithmetic, no libm, no tables on the fast paths. The including file is compiled with -ffp-contract=off
   -fno-math-errno -fno-trapping-math. Errors stay within 2 ulp unless a function says otherwise; NaN, infinities,
   signed zeros and subnormals behave as in C's <math.h>. Polynomials are own minimax fits.

   Every function is branch-free but for lgamma, digamma and the trigonometric functions of huge arguments: vm_sin(x)
   branches to a slow reduction, vm_sin_fast(x) is for |x| <= VM_TRIG_MAX (and NaN, inf) and vectorises, and vm_sin_n
   does whole arrays, the slow reduction only where it is needed. */
#ifndef TS_VMATH_H
#define TS_VMATH_H
#include <math.h>
#include <stdint.h>

#define VM_INLINE static inline __attribute__((always_inline))
#define VM_SLOW static __attribute__((noinline, unused))

/* Before a loop whose iterations do not depend on one another: outputs may alias inputs, element by element. */
#ifdef __clang__
#define VM_LOOP _Pragma("clang loop vectorize(assume_safety)")
#else
#define VM_LOOP _Pragma("GCC ivdep")
#endif

VM_INLINE float vm_f32(uint32_t u) {
  union { uint32_t u; float f; } v = {u};
  return v.f;
}
VM_INLINE uint32_t vm_u32(float f) {
  union { float f; uint32_t u; } v = {f};
  return v.u;
}
VM_INLINE double vm_f64(uint64_t u) {
  union { uint64_t u; double f; } v = {u};
  return v.f;
}
VM_INLINE uint64_t vm_u64(double f) {
  union { double f; uint64_t u; } v = {f};
  return v.u;
}
VM_INLINE float vm_absf(float x) { return vm_f32(vm_u32(x) & 0x7fffffffu); }
VM_INLINE double vm_abs(double x) { return vm_f64(vm_u64(x) & 0x7fffffffffffffffu); }
VM_INLINE float vm_copysignf(float x, float s) {
  return vm_f32((vm_u32(x) & 0x7fffffffu) | (vm_u32(s) & 0x80000000u));
}
VM_INLINE double vm_copysign(double x, double s) {
  return vm_f64((vm_u64(x) & 0x7fffffffffffffffu) | (vm_u64(s) & 0x8000000000000000u));
}

/* All ones or zero. Logic on several conditions goes through these: on booleans it stops compilers from vectorising. */
#define VM_MASKF(c) ((c) ? ~(uint32_t)0 : (uint32_t)0)
#define VM_MASK(c) ((c) ? ~(uint64_t)0 : (uint64_t)0)

/* Adding 1.5 * 2^23 (2^52) rounds to an integer, which then stands in the low bits of the sum. */
#define VM_MAGICF 0x1.8p23f
#define VM_MAGIC 0x1.8p52
#define VM_MAGICF_BITS 0x4b400000u
#define VM_MAGIC_BITS 0x4338000000000000u

/* VM_POLYn(x, c0, ..., cn) by Horner's rule. */
#define VM_POLY1(x, a, b) ((a) + (x) * (b))
#define VM_POLY2(x, a, ...) ((a) + (x) * VM_POLY1(x, __VA_ARGS__))
#define VM_POLY3(x, a, ...) ((a) + (x) * VM_POLY2(x, __VA_ARGS__))
#define VM_POLY4(x, a, ...) ((a) + (x) * VM_POLY3(x, __VA_ARGS__))
#define VM_POLY5(x, a, ...) ((a) + (x) * VM_POLY4(x, __VA_ARGS__))
#define VM_POLY6(x, a, ...) ((a) + (x) * VM_POLY5(x, __VA_ARGS__))
#define VM_POLY7(x, a, ...) ((a) + (x) * VM_POLY6(x, __VA_ARGS__))
#define VM_POLY8(x, a, ...) ((a) + (x) * VM_POLY7(x, __VA_ARGS__))
#define VM_POLY9(x, a, ...) ((a) + (x) * VM_POLY8(x, __VA_ARGS__))
#define VM_POLY10(x, a, ...) ((a) + (x) * VM_POLY9(x, __VA_ARGS__))
#define VM_POLY11(x, a, ...) ((a) + (x) * VM_POLY10(x, __VA_ARGS__))
#define VM_POLY12(x, a, ...) ((a) + (x) * VM_POLY11(x, __VA_ARGS__))
#define VM_POLY13(x, a, ...) ((a) + (x) * VM_POLY12(x, __VA_ARGS__))
#define VM_POLY14(x, a, ...) ((a) + (x) * VM_POLY13(x, __VA_ARGS__))
#define VM_POLY15(x, a, ...) ((a) + (x) * VM_POLY14(x, __VA_ARGS__))
#define VM_POLY16(x, a, ...) ((a) + (x) * VM_POLY15(x, __VA_ARGS__))
#define VM_POLY17(x, a, ...) ((a) + (x) * VM_POLY16(x, __VA_ARGS__))
#define VM_POLY18(x, a, ...) ((a) + (x) * VM_POLY17(x, __VA_ARGS__))
#define VM_POLY19(x, a, ...) ((a) + (x) * VM_POLY18(x, __VA_ARGS__))
#define VM_POLY20(x, a, ...) ((a) + (x) * VM_POLY19(x, __VA_ARGS__))
#define VM_POLY21(x, a, ...) ((a) + (x) * VM_POLY20(x, __VA_ARGS__))
#define VM_POLY22(x, a, ...) ((a) + (x) * VM_POLY21(x, __VA_ARGS__))
#define VM_POLY23(x, a, ...) ((a) + (x) * VM_POLY22(x, __VA_ARGS__))
#define VM_POLY24(x, a, ...) ((a) + (x) * VM_POLY23(x, __VA_ARGS__))
#define VM_POLY25(x, a, ...) ((a) + (x) * VM_POLY24(x, __VA_ARGS__))
#define VM_POLY26(x, a, ...) ((a) + (x) * VM_POLY25(x, __VA_ARGS__))

/* The same by Estrin's scheme, given z = x^2: a few more multiplications, half the time from x to the result, which is what a processor
   waits for where it has few iterations of a long loop in flight. */
#define VM_ESTRIN4(x, z, a, b, c, d, e) (((a) + (x) * (b)) + (z) * (((c) + (x) * (d)) + (z) * (e)))
#define VM_ESTRIN6(x, z, a, b, c, d, e, f, g) \
  (((a) + (x) * (b)) + (z) * ((c) + (x) * (d)) + (z) * (z) * (((e) + (x) * (f)) + (z) * (g)))
#define VM_ESTRIN8(x, z, a, b, c, d, e, f, g, h, i) \
  ((((a) + (x) * (b)) + (z) * ((c) + (x) * (d))) + (z) * (z) * VM_ESTRIN4(x, z, e, f, g, h, i))

#include "vmath_f64.h"
#include "vmath_f32.h"
#include "vmath_trig.h"
#include "vmath_special.h"
#endif
