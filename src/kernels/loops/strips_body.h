/* Included by strips.c for T = float and double; no include guard on purpose. */

typedef T NAME(vec) __attribute__((vector_size(TS_VECTOR_BYTES), aligned(sizeof(T)), may_alias));
typedef T NAME(quad) __attribute__((vector_size(16), aligned(sizeof(T)), may_alias));
enum { NAME(LANES) = TS_VECTOR_BYTES / sizeof(T), NAME(QUAD) = 16 / sizeof(T) };

/* Rows are short: calls of memcpy would cost more than they copy. What is left over is taken with some of what was there. */
static inline void NAME(copy)(T *to, const T *from, int64_t n) {
#define COPY(vec, lanes)                                                                                          \
    for (int64_t i = 0; i < n - (lanes); i += (lanes)) *(vec *)(to + i) = *(const vec *)(from + i);               \
    *(vec *)(to + n - (lanes)) = *(const vec *)(from + n - (lanes));
  if (n >= NAME(LANES)) {
    COPY(NAME(vec), NAME(LANES))
  } else if (n >= NAME(QUAD)) {
    COPY(NAME(quad), NAME(QUAD))
  } else {
    for (int64_t i = 0; i < n; i++) to[i] = from[i];
  }
#undef COPY
}
static inline void NAME(clear)(T *to, int64_t n) {
  if (n < 16) for (int64_t i = 0; i < n; i++) to[i] = 0;
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
  if (n >= NAME(LANES)) {
    SECONDS(NAME(vec), NAME(LANES), TS_CAT(TS_EVENS, SUFFIX), TS_CAT(TS_END, SUFFIX))
  } else if (n >= NAME(QUAD)) {
    SECONDS(NAME(quad), NAME(QUAD), TS_CAT(TS_QUAD_EVENS, SUFFIX), TS_CAT(TS_QUAD_END, SUFFIX))
  } else {
    for (int64_t i = 0; i < n; i++) to[i] = from[2 * i];
  }
#undef SECONDS
}

static void NAME(lay)(const ts_strips *s, const ts_strip *t, int64_t channels, const void *input, int64_t channel, int64_t image, void *piece) {
  const ts_axis *d = &s->c->axis[0], *h = &s->c->axis[1], *w = &s->c->axis[2];
  const ts_taps *rows = &s->taps[1], *cols = &s->taps[2];
  const T *in = input;
  T *to = piece;
  for (int64_t c = 0; c < channels; c++, in += channel)
    for (int64_t z = 0; z < d->taps; z++)
      for (int64_t rp = 0; rp < rows->planes; rp++)
        for (int64_t cp = 0; cp < cols->planes; cp++, to += s->plane) {
          const int64_t iz = t->depth * d->step + d->first + z * d->gap, x = t->col * w->step + cols->residue[cp] + cols->low, step = w->step;
          /* Of each row, elements [lo, hi) come from the input. */
          int64_t lo = x >= 0 ? 0 : (-x + step - 1) / step, hi = x < w->in ? (w->in - 1 - x) / step + 1 : 0;
          if (hi > s->pitch) hi = s->pitch;
          if (lo > hi) lo = hi;
          T *row = to;
          for (int64_t n = 0; n < t->images; n++)
            for (int64_t r = 0; r < s->image_rows; r++, row += s->pitch) {
              const int64_t y = (t->row + r) * h->step + rows->residue[rp] + rows->low;
              if (iz < 0 || iz >= d->in || y < 0 || y >= h->in) {
                NAME(clear)(row, s->pitch);
                continue;
              }
              const T *from = in + n * image + (iz * h->in + y) * w->in + x;
              NAME(clear)(row, lo);
              if (step == 1) NAME(copy)(row + lo, from + lo, hi - lo);
              else if (step == 2) NAME(every_second)(row + lo, from + 2 * lo, hi - lo);
              else for (int64_t i = lo; i < hi; i++) row[i] = from[i * step];
              NAME(clear)(row + hi, s->pitch - hi);
            }
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
  for (; i < n; i++) {
    T v = r ? from[i] + r[i * by] : from[i];
    if (clamp) v = v < low ? low : v;
    if (clamp) v = v > high ? high : v;
    to[i * by] = v;
  }
}
