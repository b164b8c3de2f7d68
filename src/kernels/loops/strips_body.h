/* Included by strips.c for T = float and double; no include guard on purpose. */

typedef T NAME(vec) __attribute__((vector_size(TS_VECTOR_BYTES), aligned(sizeof(T)), may_alias));
typedef T NAME(quad) __attribute__((vector_size(16), aligned(sizeof(T)), may_alias));
enum { NAME(LANES) = TS_VECTOR_BYTES / sizeof(T), NAME(QUAD) = 16 / sizeof(T) };

/* n elements, at least a vector of them: what is left over is taken with some of what was there. Rows are short, and calls of memcpy would cost
   more than they copy. */
#define COPY(vec, lanes, to, from, n)                                                                                  \
  {                                                                                                                    \
    for (int64_t i = 0; i < (n) - (lanes); i += (lanes)) *(vec *)((to) + i) = *(const vec *)((from) + i);              \
    *(vec *)((to) + (n) - (lanes)) = *(const vec *)((from) + (n) - (lanes));                                           \
  }
static inline void NAME(copy)(T *to, const T *from, int64_t n) {
  if (NAME(LANES) > NAME(QUAD) && n >= NAME(LANES)) {
    COPY(NAME(vec), NAME(LANES), to, from, n)
  } else if (n >= NAME(QUAD)) {
    COPY(NAME(quad), NAME(QUAD), to, from, n)
  } else {
    PLAIN_LOOP for (int64_t i = 0; i < n; i++) to[i] = from[i];
  }
}
static inline void NAME(clear)(T *to, int64_t n) {
  if (n < 16) PLAIN_LOOP for (int64_t i = 0; i < n; i++) to[i] = 0;
  else memset(to, 0, (size_t)n * sizeof *to);
}

static inline void NAME(every_second)(T *to, const T *from, int64_t n) {
#define SECONDS(vec, lanes, evens, end)                                                                           \
    for (int64_t i = 0; i < n - (lanes); i += (lanes)) {                                                          \
      const vec a = *(const vec *)(from + 2 * i), b = *(const vec *)(from + 2 * i + (lanes));                     \
      *(vec *)(to + i) = evens(a, b);                                                                             \
    }                                                                                                             \
    const vec a = *(const vec *)(from + 2 * (n - (lanes))), b = *(const vec *)(from + 2 * (n - (lanes)) + (lanes) - 1); \
    *(vec *)(to + n - (lanes)) = end(a, b);
  if (NAME(LANES) > NAME(QUAD) && n >= NAME(LANES)) {
    SECONDS(NAME(vec), NAME(LANES), TS_CAT(TS_EVENS, SUFFIX), TS_CAT(TS_END, SUFFIX))
  } else if (n >= NAME(QUAD)) {
    SECONDS(NAME(quad), NAME(QUAD), TS_CAT(TS_QUAD_EVENS, SUFFIX), TS_CAT(TS_QUAD_END, SUFFIX))
  } else {
    PLAIN_LOOP for (int64_t i = 0; i < n; i++) to[i] = from[2 * i];
  }
#undef SECONDS
}

/* Rows of elements [lo, hi), `pitch` apart, with zeros around. Those between two rows are written in vectors, before what they hide of the second. */
#define COPY_ROWS(copy)                                                                                                 \
  for (int64_t r = 0; r < rows; r++, to += pitch, from += by) {                                                         \
    copy;                                                                                                               \
    if (r == rows - 1) NAME(clear)(to + hi, pitch - hi);                                                                \
    else for (int64_t i = hi; i < pitch + lo; i += NAME(QUAD)) *(NAME(quad) *)(to + i) = (NAME(quad)){0};               \
  }
static void NAME(copy_rows)(T *to, int64_t pitch, const T *from, int64_t by, int64_t rows, int64_t lo, int64_t hi, int64_t step) {
  const int64_t n = hi - lo;
  NAME(clear)(to, lo);
  if (step == 1 && NAME(LANES) > NAME(QUAD) && n >= NAME(LANES)) {
    COPY_ROWS(COPY(NAME(vec), NAME(LANES), to + lo, from + lo, n))
  } else if (step == 1 && !SLIM && n >= NAME(QUAD)) {
    COPY_ROWS(COPY(NAME(quad), NAME(QUAD), to + lo, from + lo, n))
  } else if (step == 2 && !SLIM && n >= NAME(QUAD)) {
    COPY_ROWS(NAME(every_second)(to + lo, from + 2 * lo, n))
  } else {
    NAME(clear)(to, rows * pitch);
    for (int64_t r = 0; r < rows; r++, to += pitch, from += by)
      PLAIN_LOOP for (int64_t i = lo; i < hi; i++) to[i] = from[i * step];
  }
}
#undef COPY_ROWS

/* How many multiples of step, counted from `from` on, lie below `end`. */
static inline int64_t NAME(below)(int64_t from, int64_t step, int64_t end, int64_t most) {
  const int64_t n = from < end ? (end - from + step - 1) / step : 0;
  return n < most ? n : most;
}

static void NAME(lay)(const ts_strips *s, const ts_strip *t, int64_t channels, const void *input, int64_t channel, int64_t image, void *piece) {
  const ts_axis *d = &s->c->axis[0], *h = &s->c->axis[1], *w = &s->c->axis[2];
  const ts_taps *rows = &s->taps[1], *cols = &s->taps[2];
  const int64_t pitch = s->pitch, height = s->image_rows;
  const T *in = input;
  T *to = piece;
  for (int64_t c = 0; c < channels; c++, in += channel)
    for (int64_t z = 0; z < d->taps; z++)
      for (int64_t rp = 0; rp < rows->planes; rp++)
        for (int64_t cp = 0; cp < cols->planes; cp++) {
          const int64_t iz = t->depth * d->step + d->first + z * d->gap;
          const int64_t y = t->row * h->step + rows->residue[rp] + rows->low, x = t->col * w->step + cols->residue[cp] + cols->low;
          /* Of each row elements [lo, hi) come from the input, and rows [top, bottom). */
          const int64_t lo = NAME(below)(x, w->step, 0, pitch), hi = NAME(below)(x, w->step, w->in, pitch);
          const int64_t top = NAME(below)(y, h->step, 0, height), bottom = iz < 0 || iz >= d->in ? top : NAME(below)(y, h->step, h->in, height);
          for (int64_t n = 0; n < t->images; n++, to += height * pitch) {
            NAME(clear)(to, top * pitch);
            if (bottom > top)
              NAME(copy_rows)(to + top * pitch, pitch, in + n * image + (iz * h->in + y + top * h->step) * w->in + x, h->step * w->in, bottom - top, lo, hi, w->step);
            NAME(clear)(to + bottom * pitch, (height - bottom) * pitch);
          }
          to += (s->images - t->images) * height * pitch;
        }
}

static void NAME(lay_result)(const ts_strips *s, const ts_strip *t, int64_t rows, const void *result, int64_t channel, int64_t image, void *sums) {
  const ts_axis *h = &s->c->axis[1], *w = &s->c->axis[2];
  const T *from = result;
  T *to = sums;
  for (int64_t m = 0; m < rows; m++, from += channel, to += s->columns) {
    int64_t done = 0;
    for (int64_t n = 0; n < t->images; n++)
      for (int64_t r = 0; r < t->rows; r++) {
        const int64_t begin = (n * s->image_rows + r) * s->pitch;
        NAME(clear)(to + done, begin - done);
        NAME(copy)(to + begin, from + n * image + (t->depth * h->full + t->row + r) * w->full + t->col, t->cols);
        done = begin + t->cols;
      }
    NAME(clear)(to + done, s->columns - done);
  }
}

/* n elements to places `by` apart, with what happens to them on the way. `to` may be where they are. */
static void NAME(carry)(void *to_first, int64_t by, const void *sums, int64_t n, const void *residual, const ts_conv_finish *f) {
  T *to = to_first;
  const T *from = sums, *r = residual;
  const bool clamp = f->clamp;
  const T low = (T)f->low, high = (T)f->high;
  if (by == 1 && !clamp && !r) {
    NAME(copy)(to, from, n);
    return;
  }
  int64_t i = 0;
#define CHOOSE(vec, mask, a, b) (vec)(((mask) & (__typeof__(mask))(a)) | (~(mask) & (__typeof__(mask))(b)))
#define CARRY(vec, lanes)                                                                                         \
  for (const vec lows = low - (vec){0}, highs = high - (vec){0}; i + (lanes) <= n; i += (lanes)) {                \
    vec v = *(const vec *)(from + i);                                                                             \
    if (r) v += *(const vec *)(r + i);                                                                            \
    if (clamp) v = CHOOSE(vec, v < lows, lows, v);                                                                \
    if (clamp) v = CHOOSE(vec, v > highs, highs, v);                                                              \
    *(vec *)(to + i) = v;                                                                                         \
  }
  if (by == 1) {
    CARRY(NAME(vec), NAME(LANES))
    if (NAME(LANES) > NAME(QUAD)) CARRY(NAME(quad), NAME(QUAD))
  }
#undef CARRY
#undef CHOOSE
  PLAIN_LOOP for (; i < n; i++) {
    T v = r ? from[i] + r[i * by] : from[i];
    if (clamp) v = v < low ? low : v;
    if (clamp) v = v > high ? high : v;
    to[i * by] = v;
  }
}
#undef COPY
