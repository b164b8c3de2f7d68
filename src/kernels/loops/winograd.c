/* The transforms of Winograd's F(2x2, 3x3) in float32: lanes are tiles beside each other. See kernels/winograd.h. */
#include "loops.h"
#include "shuffle.h"

typedef float vec __attribute__((vector_size(TS_VECTOR_BYTES), aligned(4), may_alias));
enum { LANES = TS_VECTOR_BYTES / 4 };

/* v = B' d B of the tiles, B' = (1 0 -1 0; 0 1 1 0; 0 -1 1 0; 0 1 0 -1). */
static void spread(const float *piece, const ptrdiff_t *at, int64_t n, float *v, int64_t apart) {
  for (int64_t t = 0; t < n; t += LANES, piece += LANES, v += LANES) {
    vec x[4][4];
    for (int i = 0; i < 4; i++) {
      const vec a = *(const vec *)(piece + at[4 * i]), b = *(const vec *)(piece + at[4 * i + 1]);
      const vec c = *(const vec *)(piece + at[4 * i + 2]), d = *(const vec *)(piece + at[4 * i + 3]);
      x[i][0] = a - c;
      x[i][1] = b + c;
      x[i][2] = c - b;
      x[i][3] = b - d;
    }
    for (int k = 0; k < 4; k++) {
      *(vec *)(v + k * apart) = x[0][k] - x[2][k];
      *(vec *)(v + (4 + k) * apart) = x[1][k] + x[2][k];
      *(vec *)(v + (8 + k) * apart) = x[2][k] - x[1][k];
      *(vec *)(v + (12 + k) * apart) = x[1][k] - x[3][k];
    }
  }
}

/* m = A y A' of the tiles' gradients, A' as below. */
static void spread_grad(const float *piece, const ptrdiff_t *at, int64_t n, float *m, int64_t apart) {
  for (int64_t t = 0; t < n; t += LANES, piece += LANES, m += LANES) {
    vec x[4][2];
    for (int k = 0; k < 2; k++) {
      const vec a = *(const vec *)(piece + at[k]), b = *(const vec *)(piece + at[2 + k]);
      x[0][k] = a;
      x[1][k] = a + b;
      x[2][k] = a - b;
      x[3][k] = -b;
    }
    for (int i = 0; i < 4; i++) {
      *(vec *)(m + (4 * i) * apart) = x[i][0];
      *(vec *)(m + (4 * i + 1) * apart) = x[i][0] + x[i][1];
      *(vec *)(m + (4 * i + 2) * apart) = x[i][0] - x[i][1];
      *(vec *)(m + (4 * i + 3) * apart) = -x[i][1];
    }
  }
}

/* y = A' m A of n tiles plus bias, as two rows of 2 n elements; A' = (1 1 1 0; 0 1 -1 -1). Up to a vector more is read and written. */
static void gather(const float *m, int64_t apart, int64_t n, float bias, float *even, float *odd) {
  for (int64_t t = 0; t < n; t += LANES, m += LANES, even += 2 * LANES, odd += 2 * LANES) {
    vec top[4], low[4], y[4];
    for (int k = 0; k < 4; k++) {
      const vec a = *(const vec *)(m + k * apart), b = *(const vec *)(m + (4 + k) * apart);
      const vec c = *(const vec *)(m + (8 + k) * apart), d = *(const vec *)(m + (12 + k) * apart);
      top[k] = a + b + c;
      low[k] = b - c - d;
    }
    y[0] = top[0] + top[1] + top[2] + bias;
    y[1] = top[1] - top[2] - top[3] + bias;
    y[2] = low[0] + low[1] + low[2] + bias;
    y[3] = low[1] - low[2] - low[3] + bias;
#ifdef TS_SHUFFLES
    *(vec *)even = TS_ZIP_LOW_f32(y[0], y[1]);
    *(vec *)(even + LANES) = TS_ZIP_HIGH_f32(y[0], y[1]);
    *(vec *)odd = TS_ZIP_LOW_f32(y[2], y[3]);
    *(vec *)(odd + LANES) = TS_ZIP_HIGH_f32(y[2], y[3]);
#else
    for (int i = 0; i < LANES; i++) {
      even[2 * i] = y[0][i];
      even[2 * i + 1] = y[1][i];
      odd[2 * i] = y[2][i];
      odd[2 * i + 1] = y[3][i];
    }
#endif
  }
}

TS_FILL(winograd) { table->winograd = (ts_winograd_loops){spread, spread_grad, gather}; }
