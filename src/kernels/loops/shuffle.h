/* Shuffles of two vectors of the set that this file is compiled for: the elements of both in turn, and every second element. TS_SHUFFLES: the
   compiler knows them; without, element by element. */
#ifndef TS_SHUFFLE_H
#define TS_SHUFFLE_H
#include "isa.h"

#if defined(__clang__) || __GNUC__ >= 12
#define TS_SHUFFLES
#if TS_VECTOR_BYTES == 64
#define TS_ZIP_LOW_f32(a, b) __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define TS_ZIP_HIGH_f32(a, b) __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
#define TS_EVENS_f32(a, b) __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30)
#define TS_EVENS_f64(a, b) __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14)
#elif TS_VECTOR_BYTES == 32
#define TS_ZIP_LOW_f32(a, b) __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
#define TS_ZIP_HIGH_f32(a, b) __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
#define TS_EVENS_f32(a, b) __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14)
#define TS_EVENS_f64(a, b) __builtin_shufflevector(a, b, 0, 2, 4, 6)
#else
#define TS_ZIP_LOW_f32(a, b) __builtin_shufflevector(a, b, 0, 4, 1, 5)
#define TS_ZIP_HIGH_f32(a, b) __builtin_shufflevector(a, b, 2, 6, 3, 7)
#define TS_EVENS_f32(a, b) __builtin_shufflevector(a, b, 0, 2, 4, 6)
#define TS_EVENS_f64(a, b) __builtin_shufflevector(a, b, 0, 2)
#endif
#else
#define TS_EVENS_(a, b, n) ({ __typeof__(a) evens; for (int k = 0; k < (n); k++) evens[k] = 2 * k < (n) ? (a)[2 * k] : (b)[2 * k - (n)]; evens; })
#define TS_EVENS_f32(a, b) TS_EVENS_(a, b, TS_VECTOR_BYTES / 4)
#define TS_EVENS_f64(a, b) TS_EVENS_(a, b, TS_VECTOR_BYTES / 8)
#endif
#endif
