/* Loops over gradients as clipping sees them: plain arrays. See clip.h. */
#include <math.h>
#include "../clip.h"
#include "loops.h"

enum { LANES = 16, CHUNK = 2048 };

#define VECTORS(t) typedef ts_mem_##t many_##t __attribute__((vector_size(LANES * sizeof(ts_mem_##t)), aligned(sizeof(ts_mem_##t)), may_alias));
VECTORS(f32)
VECTORS(f64)

static double squares_f64(const void *from, int64_t n) {
  const double *x = from;
  many_f64 lanes = {0};
  double sum = 0;
  int64_t j = 0;
  for (; j + LANES <= n; j += LANES) lanes += *(const many_f64 *)(x + j) * *(const many_f64 *)(x + j);
  for (int k = 0; k < LANES; k++) sum += lanes[k];
  for (; j < n; j++) sum += x[j] * x[j];
  return sum;
}

static double exact_squares(const float *x, int64_t n) {
  double sum = 0;
  for (int64_t j = 0; j < n; j++) sum += (double)x[j] * (double)x[j];
  return sum;
}

/* Chunks whose squares leave the range of float32 once more in double. */
static double squares_f32(const void *from, int64_t n) {
  const float *x = from;
  double sum = 0;
  for (int64_t i = 0; i < n; i += CHUNK) {
    const int64_t end = n - i < CHUNK ? n : i + CHUNK;
    many_f32 lanes[2] = {{0}, {0}};
    double part = 0;
    int64_t j = i;
    for (; j + 2 * LANES <= end; j += 2 * LANES) {
      const many_f32 a = *(const many_f32 *)(x + j), b = *(const many_f32 *)(x + j + LANES);
      lanes[0] += a * a;
      lanes[1] += b * b;
    }
    lanes[0] += lanes[1];
    for (int k = 0; k < LANES; k++) part += (double)lanes[0][k];
    part += exact_squares(x + j, end - j);
    sum += part > 1e-30 && part < 1e30 ? part : exact_squares(x + i, end - i);
  }
  return sum;
}

#define SCALE(t, d)                                                                        \
  static void scale_##t(void *to, int64_t n, double factor) {                              \
    ts_mem_##t *x = to;                                                                    \
    const ts_mem_##t f = (ts_mem_##t)factor;                                               \
    TS_DENSE_LOOP for (int64_t k = 0; k < n; k++) x[k] *= f;                               \
  }
TS_FLOATS2(SCALE)

TS_FILL(clip) {
#define SET(t, d)                     \
  table->squares[d] = squares_##t;    \
  table->scale[d] = scale_##t;
  TS_FLOATS2(SET)
}
