/* Shuffles of two vectors of the set that this file is compiled for, and of two of 16 bytes (QUAD): the elements of both in turn, and
   every second element; END where the second begins one element early, so that nothing is read beyond the last one wanted. Compilers
   that do not know them (no TS_SHUFFLES) take element by element. */
#ifndef TS_SHUFFLE_H
#define TS_SHUFFLE_H
#include "isa.h"

#if defined(__clang__) || __GNUC__ >= 12
#define TS_SHUFFLES
#define TS_SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#define TS_QUAD_EVENS_f32(a, b) TS_SHUFFLE(a, b, 0, 2, 4, 6)
#define TS_QUAD_END_f32(a, b) TS_SHUFFLE(a, b, 0, 2, 5, 7)
#define TS_QUAD_EVENS_f64(a, b) TS_SHUFFLE(a, b, 0, 2)
#define TS_QUAD_END_f64(a, b) TS_SHUFFLE(a, b, 0, 3)
#if TS_VECTOR_BYTES == 64
#define TS_ZIP_LOW_f32(a, b) TS_SHUFFLE(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define TS_ZIP_HIGH_f32(a, b) TS_SHUFFLE(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
#define TS_EVENS_f32(a, b) TS_SHUFFLE(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30)
#define TS_END_f32(a, b) TS_SHUFFLE(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 17, 19, 21, 23, 25, 27, 29, 31)
#define TS_EVENS_f64(a, b) TS_SHUFFLE(a, b, 0, 2, 4, 6, 8, 10, 12, 14)
#define TS_END_f64(a, b) TS_SHUFFLE(a, b, 0, 2, 4, 6, 9, 11, 13, 15)
#elif TS_VECTOR_BYTES == 32
#define TS_ZIP_LOW_f32(a, b) TS_SHUFFLE(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
#define TS_ZIP_HIGH_f32(a, b) TS_SHUFFLE(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
#define TS_EVENS_f32(a, b) TS_SHUFFLE(a, b, 0, 2, 4, 6, 8, 10, 12, 14)
#define TS_END_f32(a, b) TS_SHUFFLE(a, b, 0, 2, 4, 6, 9, 11, 13, 15)
#define TS_EVENS_f64(a, b) TS_SHUFFLE(a, b, 0, 2, 4, 6)
#define TS_END_f64(a, b) TS_SHUFFLE(a, b, 0, 2, 5, 7)
#else
#define TS_ZIP_LOW_f32(a, b) TS_SHUFFLE(a, b, 0, 4, 1, 5)
#define TS_ZIP_HIGH_f32(a, b) TS_SHUFFLE(a, b, 2, 6, 3, 7)
#define TS_EVENS_f32(a, b) TS_SHUFFLE(a, b, 0, 2, 4, 6)
#define TS_END_f32(a, b) TS_SHUFFLE(a, b, 0, 2, 5, 7)
#define TS_EVENS_f64(a, b) TS_SHUFFLE(a, b, 0, 2)
#define TS_END_f64(a, b) TS_SHUFFLE(a, b, 0, 3)
#endif
#else
#define TS_SECONDS(a, b, n, early) \
  ({ __typeof__(a) s_; for (int k_ = 0; k_ < (n); k_++) s_[k_] = 2 * k_ < (n) ? (a)[2 * k_] : (b)[2 * k_ - (n) + (early)]; s_; })
#define TS_EVENS_f32(a, b) TS_SECONDS(a, b, TS_VECTOR_BYTES / 4, 0)
#define TS_END_f32(a, b) TS_SECONDS(a, b, TS_VECTOR_BYTES / 4, 1)
#define TS_QUAD_EVENS_f32(a, b) TS_SECONDS(a, b, 16 / 4, 0)
#define TS_QUAD_END_f32(a, b) TS_SECONDS(a, b, 16 / 4, 1)
#define TS_EVENS_f64(a, b) TS_SECONDS(a, b, TS_VECTOR_BYTES / 8, 0)
#define TS_END_f64(a, b) TS_SECONDS(a, b, TS_VECTOR_BYTES / 8, 1)
#define TS_QUAD_EVENS_f64(a, b) TS_SECONDS(a, b, 16 / 8, 0)
#define TS_QUAD_END_f64(a, b) TS_SECONDS(a, b, 16 / 8, 1)
#endif
#endif
