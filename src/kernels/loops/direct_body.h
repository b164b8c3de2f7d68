/* Included by direct.c for T = float and double; no include guard on purpose. */

#define NAME(x) JOIN(x, SUFFIX)
/* Rows of fewer elements than the smallest vector has. */
static void NAME(brief_dots)(const ts_strips *s, const ts_strip *t, int64_t k, const T *piece, const T *grads, int64_t image, int64_t row, T *out) {
  for (int64_t j = 0; j < k; j++)
    for (int64_t n = 0; n < t->images; n++)
      for (int64_t r = 0; r < t->rows; r++)
        PLAIN_LOOP for (int64_t i = 0; i < t->cols; i++) out[j] += grads[n * image + r * row + i] * piece[s->at[j] + (n * s->image_rows + r) * s->pitch + i];
}

#define BYTES 16
#include "direct_rows.h"
#undef BYTES
#if TS_VECTOR_BYTES >= 32
#define BYTES 32
#include "direct_rows.h"
#undef BYTES
#endif
#if TS_VECTOR_BYTES >= 64
#define BYTES 64
#include "direct_rows.h"
#undef BYTES
#endif

/* The widest vectors that a row has elements for. */
static inline int NAME(widest)(int64_t cols) {
  const int64_t bytes = cols * (int64_t)sizeof(T);
  return bytes >= 64 && TS_VECTOR_BYTES >= 64 ? 64 : bytes >= 32 && TS_VECTOR_BYTES >= 32 ? 32 : bytes >= 16 ? 16 : 0;
}

static void NAME(sums)(const ts_strips *s, const ts_strip *t, int64_t k, const void *piece, const void *weights, const void *bias, void *to, int64_t image, int64_t row,
                       const ts_conv_finish *clamp) {
  const T first = bias ? *(const T *)bias : 0;
  switch (NAME(widest)(t->cols)) {
#if TS_VECTOR_BYTES >= 64
    case 64: JOIN(NAME(sums), 64)(s, t, k, piece, weights, first, to, image, row, clamp); break;
#endif
#if TS_VECTOR_BYTES >= 32
    case 32: JOIN(NAME(sums), 32)(s, t, k, piece, weights, first, to, image, row, clamp); break;
#endif
    default: JOIN(NAME(sums), 16)(s, t, k, piece, weights, first, to, image, row, clamp);
  }
}

#if !SLIM && defined(TS_SHUFFLES)
#define FN(bytes) JOIN(NAME(plane), bytes)
static void NAME(plane)(const ts_plane *p, int64_t from, int64_t to) {
  switch (NAME(widest)(p->cols)) {
#if TS_VECTOR_BYTES >= 64
    case 64: FN(64)(p, from, to); break;
#endif
#if TS_VECTOR_BYTES >= 32
    case 32: FN(32)(p, from, to); break;
#endif
    default: FN(16)(p, from, to);
  }
}
#undef FN
#endif

static void NAME(dots)(const ts_strips *s, const ts_strip *t, int64_t k, const void *piece, const void *grads, int64_t image, int64_t row, void *out) {
  switch (NAME(widest)(t->cols)) {
#if TS_VECTOR_BYTES >= 64
    case 64: JOIN(NAME(dots), 64)(s, t, k, piece, grads, image, row, out); break;
#endif
#if TS_VECTOR_BYTES >= 32
    case 32: JOIN(NAME(dots), 32)(s, t, k, piece, grads, image, row, out); break;
#endif
    case 16: JOIN(NAME(dots), 16)(s, t, k, piece, grads, image, row, out); break;
    default: NAME(brief_dots)(s, t, k, piece, grads, image, row, out);
  }
}
#undef NAME
