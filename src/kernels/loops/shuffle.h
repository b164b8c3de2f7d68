/* Shuffles of two vectors of the set that this file is compiled for, and of two of 16 bytes (QUAD): the elements of both in turn, and
   every second element; END where the second begins one element early, so that nothing is read beyond the last one wanted. Compilers
   that do not know them (no TS_SHUFFLES) take element by element. */
#ifndef TS_SHUFFLE_H
#define TS_SHUFFLE_H
#include "isa.h"

#if defined(__clang__) || __GNUC__ >= 12
#define TS_SHUFFLES
#define TS_SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
/* Of any vectors with so many lanes: every second element of two; all elements one lane further up or down, with one of another vector. */
#define TS_EVENS_2(a, b) TS_SHUFFLE(a, b, 0, 2)
#define TS_ODDS_2(a, b) TS_SHUFFLE(a, b, 1, 3)
#define TS_UP_2(before, v) TS_SHUFFLE(before, v, 1, 2)
#define TS_EVENS_4(a, b) TS_SHUFFLE(a, b, 0, 2, 4, 6)
#define TS_ODDS_4(a, b) TS_SHUFFLE(a, b, 1, 3, 5, 7)
#define TS_UP_4(before, v) TS_SHUFFLE(before, v, 3, 4, 5, 6)
#define TS_EVENS_8(a, b) TS_SHUFFLE(a, b, 0, 2, 4, 6, 8, 10, 12, 14)
#define TS_ODDS_8(a, b) TS_SHUFFLE(a, b, 1, 3, 5, 7, 9, 11, 13, 15)
#define TS_UP_8(before, v) TS_SHUFFLE(before, v, 7, 8, 9, 10, 11, 12, 13, 14)
#define TS_EVENS_16(a, b) TS_SHUFFLE(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30)
#define TS_ODDS_16(a, b) TS_SHUFFLE(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31)
#define TS_UP_16(before, v) TS_SHUFFLE(before, v, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30)
#define TS_DOWN_2(v, behind) TS_SHUFFLE(v, behind, 1, 2)
#define TS_DOWN_4(v, behind) TS_SHUFFLE(v, behind, 1, 2, 3, 4)
#define TS_DOWN_8(v, behind) TS_SHUFFLE(v, behind, 1, 2, 3, 4, 5, 6, 7, 8)
#define TS_DOWN_16(v, behind) TS_SHUFFLE(v, behind, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16)
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
