/* Fourier transforms: see fft.h. */
#include <string.h>
#include "isa.h"
#include "loops.h"
#include "../../core/threads.h"
#include "../fft.h"

#define VB TS_VECTOR_BYTES

#if defined(__has_builtin)
#if __has_builtin(__builtin_shufflevector)
#define SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#endif
#endif
#ifndef SHUFFLE
#define SHUFFLE(a, b, ...) __builtin_shuffle(a, b, (FN(order)){__VA_ARGS__})
#endif
/* Lower and upper halves interleaved, even and odd elements, all backwards. */
#define LOW_2 0, 2
#define HIGH_2 1, 3
#define EVEN_2 0, 2
#define ODD_2 1, 3
#define LOW_4 0, 4, 1, 5
#define HIGH_4 2, 6, 3, 7
#define EVEN_4 0, 2, 4, 6
#define ODD_4 1, 3, 5, 7
#define LOW_8 0, 8, 1, 9, 2, 10, 3, 11
#define HIGH_8 4, 12, 5, 13, 6, 14, 7, 15
#define EVEN_8 0, 2, 4, 6, 8, 10, 12, 14
#define ODD_8 1, 3, 5, 7, 9, 11, 13, 15
#define LOW_16 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23
#define HIGH_16 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31
#define EVEN_16 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30
#define ODD_16 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31

#define T float
#define FN(name) name##_f32
#define INTEGER int32_t
#define FLOATS
#include "fft_passes.h"
#include "fft_lines.h"
#undef T
#undef FN
#undef INTEGER
#undef FLOATS

#define T double
#define FN(name) name##_f64
#define INTEGER int64_t
#include "fft_passes.h"
#include "fft_lines.h"

TS_FILL(fft) {
  table->fft_run[0] = run_f32;
  table->fft_run[1] = run_f64;
  table->fft_line[0] = line_f32;
  table->fft_line[1] = line_f64;
  table->fft_lanes[0] = VB / 4;
  table->fft_lanes[1] = VB / 8;
}
