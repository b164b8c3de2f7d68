/* Included by direct_body.h for vectors of BYTES; no include guard on purpose. SLIM: rather less code than more speed. */

#define LANES ((int64_t)(BYTES / sizeof(T)))
#define COUNT JOIN(JOIN(COUNT_OF, SUFFIX), BYTES) /* LANES as a word, for shuffles */
#define FN(x) JOIN(JOIN(x, SUFFIX), BYTES)
typedef T FN(vec) __attribute__((vector_size(BYTES)));
typedef T FN(mem) __attribute__((vector_size(BYTES), aligned(sizeof(T)), may_alias));

INLINE FN(vec) FN(within)(FN(vec) v, const ts_conv_finish *f) {
#define CHOOSE(mask, a, b) ((FN(vec))(((mask) & (__typeof__(mask))(a)) | (~(mask) & (__typeof__(mask))(b))))
  const FN(vec) low = (T)f->low - (FN(vec)){0}, high = (T)f->high - (FN(vec)){0};
  v = CHOOSE(v < low, low, v);
  return CHOOSE(v > high, high, v);
#undef CHOOSE
}

/* `rows` rows of one vector, of which the first `cols` elements count, or of two that are `apart`. */
INLINE void FN(tile)(const int rows, const int vectors, int64_t k, const ptrdiff_t *at, const T *x, ptrdiff_t pitch, const T *w, T bias, T *to, ptrdiff_t row, ptrdiff_t apart, int64_t cols,
                     const ts_conv_finish *clamp) {
  FN(vec) acc[4][2];
  UNROLL for (int r = 0; r < rows; r++)
    UNROLL for (int v = 0; v < vectors; v++) acc[r][v] = bias - (FN(vec)){0};
  for (int64_t i = 0; i < k; i++) {
    const T *p = x + at[i];
    const FN(vec) wi = w[i] - (FN(vec)){0};
    UNROLL for (int r = 0; r < rows; r++)
      UNROLL for (int v = 0; v < vectors; v++) acc[r][v] += wi * *(const FN(mem) *)(p + r * pitch + v * apart);
  }
  if (clamp) {
    UNROLL for (int r = 0; r < rows; r++)
      UNROLL for (int v = 0; v < vectors; v++) acc[r][v] = FN(within)(acc[r][v], clamp);
  }
  UNROLL for (int r = 0; r < rows; r++) {
    if (cols < LANES) {
      T last[LANES]; /* accumulators stay in registers if nothing asks for single elements of theirs */
      *(FN(mem) *)last = acc[r][0];
      for (int64_t i = 0; i < cols; i++) to[r * row + i] = last[i];
    } else {
      UNROLL for (int v = 0; v < vectors; v++) *(FN(mem) *)(to + r * row + v * apart) = acc[r][v];
    }
  }
}

/* Where elements are left over at the end of a row, its last vector takes some of the one before again. */
#define ROWS(rows)                                                                                                                                       \
  static void FN(rows_##rows)(int64_t k, const ptrdiff_t *at, const T *x, ptrdiff_t pitch, const T *w, T bias, T *to, ptrdiff_t row, int64_t cols,        \
                              const ts_conv_finish *clamp) {                                                                                             \
    int64_t i = 0;                                                                                                                                       \
    for (; i + LANES < cols; i += 2 * LANES)                                                                                                             \
      FN(tile)(rows, 2, k, at, x + i, pitch, w, bias, to + i, row, cols - i < 2 * LANES ? cols - i - LANES : LANES, LANES, clamp);                       \
    if (i >= cols) return;                                                                                                                               \
    if (cols >= LANES) i = cols - LANES;                                                                                                                 \
    FN(tile)(rows, 1, k, at, x + i, pitch, w, bias, to + i, row, 0, cols - i, clamp);                                                                    \
  }
ROWS(1)
#if !SLIM
ROWS(4)
#endif
#undef ROWS

#if !SLIM
/* Rows of at least a vector each, for 3x3 taps that lie as they do in an image: at, x and w are those of the first row of taps. Down the rows, what is
   read once serves the three results that need it. */
static void FN(rows_3x3)(const ptrdiff_t *at, const T *x, ptrdiff_t pitch, const T *const *w, T bias, T *to, ptrdiff_t row, int64_t rows, int64_t cols,
                          const ts_conv_finish *clamp) {
  FN(vec) taps[3][3];
  UNROLL for (int y = 0; y < 3; y++)
    UNROLL for (int i = 0; i < 3; i++) taps[y][i] = w[y][i] - (FN(vec)){0};
  const FN(vec) zero = bias - (FN(vec)){0};
  for (int64_t begin = 0; begin < cols; begin += LANES) {
    const int64_t i = begin < cols - LANES ? begin : cols - LANES;
    const T *p = x + i + at[0];
    const ptrdiff_t second = at[1] - at[0], third = at[2] - at[0];
#define READ const FN(vec) a = *(const FN(mem) *)p, b = *(const FN(mem) *)(p + second), c = *(const FN(mem) *)(p + third)
#define SUM(y) (taps[y][0] * a + taps[y][1] * b + taps[y][2] * c)
    FN(vec) one, two; /* sums of results that lack one, two rows of taps */
    {
      READ;
      two = zero + SUM(0);
    }
    p += pitch;
    {
      READ;
      one = two + SUM(1);
      two = zero + SUM(0);
    }
    T *out = to + i;
    for (int64_t r = 0; r < rows; r++, out += row) {
      p += pitch;
      READ;
      __builtin_prefetch(out + LANES, 1);
      const FN(vec) sum = one + SUM(2);
      *(FN(mem) *)out = clamp ? FN(within)(sum, clamp) : sum;
      one = two + SUM(1);
      two = zero + SUM(0);
    }
#undef READ
#undef SUM
  }
}
#endif

#if !SLIM && defined(TS_SHUFFLES)
/* Rows of a plane of results, a vector of columns at a time: what a row of the image adds to each result that it touches, before the next row is read. */
static void FN(plane)(const ts_plane *p, int64_t from, int64_t to) {
  const int64_t cols = p->cols, step = p->step, width = cols * step, height = p->rows * step;
  const T *const w = p->weights, *const in = p->in;
  const ts_conv_finish *const clamp = p->clamp;
  const FN(vec) none = {0}, zero = (p->bias ? *(const T *)p->bias : 0) - none;
  FN(vec) taps[9];
  UNROLL for (int i = 0; i < 9; i++) taps[i] = w[i] - none;
  for (int64_t begin = 0; begin < cols; begin += LANES) {
    const int64_t i = begin < cols - LANES ? begin : cols - LANES;
    const bool left = i == 0, right = i + LANES == cols;
    T *out = (T *)p->out + from * cols + i;
    FN(vec) one = zero, two = zero, a, b, c; /* sums of results that lack one, two rows of taps */
#define LOAD(at) ((FN(vec)) * (const FN(mem) *)(at))
#define SUM(y) (taps[3 * y] * a + taps[3 * y + 1] * b + taps[3 * y + 2] * c)
#define ADD(sum, y) ((sum) + taps[3 * y] * a + taps[3 * y + 1] * b + taps[3 * y + 2] * c)
#define STORE(made, value)                                                       \
  if (made) {                                                                    \
    const FN(vec) sum = value;                                                   \
    __builtin_prefetch(out + LANES, 1);                                          \
    *(FN(mem) *)out = clamp ? FN(within)(sum, clamp) : sum;                      \
    out += cols;                                                                 \
  }
    if (step == 1) {
#define READ(y)                                                                  \
  if ((y) < 0 || (y) >= height) a = b = c = none;                                \
  else {                                                                         \
    const T *const q = in + (y) * width + i;                                     \
    b = LOAD(q);                                                                 \
    a = left ? JOIN(TS_UP, COUNT)(none, b) : LOAD(q - 1);                      \
    c = right ? JOIN(TS_DOWN, COUNT)(b, none) : LOAD(q + 1);                   \
  }
      for (int64_t y = from - 1; y <= to; y++) {
        READ(y)
        STORE(y > from, one + SUM(2))
        one = two + SUM(1);
        two = zero + SUM(0);
      }
#undef READ
      continue;
    }
#define READ(y)                                                                  \
  if ((y) < 0) a = b = c = none;                                                 \
  else {                                                                         \
    const T *const q = in + (y) * width + 2 * i;                                 \
    const FN(vec) u = LOAD(q), v = LOAD(q + LANES);                              \
    b = JOIN(TS_EVENS, COUNT)(u, v);                                             \
    c = JOIN(TS_ODDS, COUNT)(u, v);                                              \
    a = JOIN(TS_UP, COUNT)(left ? none : q[-1] - none, c);                             \
  }
    for (int64_t r = from - 1; r < to; r++) {
      if (r >= from) {
        READ(2 * r)
        one = ADD(one, 1);
      }
      READ(2 * r + 1)
      STORE(r >= from, ADD(one, 2))
      one = ADD(zero, 0);
    }
#undef READ
#undef LOAD
#undef SUM
#undef ADD
#undef STORE
  }
}
#endif

/* Any of the last rows may be among those before again. */
static void FN(sums)(const ts_strips *s, const ts_strip *t, int64_t k, const T *piece, const T *weights, T bias, T *to, int64_t image, int64_t row, const ts_conv_finish *clamp) {
  const int64_t pitch = s->pitch, rows = t->rows;
  for (int64_t n = 0; n < t->images; n++, piece += s->image_rows * pitch, to += image) {
#if !SLIM
    const int64_t down = k == 9 ? s->at[3] - s->at[0] : 0;
    if ((down == pitch || down == -pitch) && s->c->axis[1].taps == 3 && s->c->axis[2].taps == 3 && t->cols >= LANES) {
      const int first = down < 0 ? 6 : 0;
      FN(rows_3x3)(s->at + first, piece, pitch, (const T *[]){weights + first, weights + 3, weights + 6 - first}, bias, to, row, rows, t->cols, clamp);
      continue;
    }
    if (rows >= 4) {
      for (int64_t i = 0; i < rows; i += 4) {
        const int64_t r = i < rows - 4 ? i : rows - 4;
        FN(rows_4)(k, s->at, piece + r * pitch, pitch, weights, bias, to + r * row, row, t->cols, clamp);
      }
      continue;
    }
#endif
    for (int64_t r = 0; r < rows; r++) FN(rows_1)(k, s->at, piece + r * pitch, pitch, weights, bias, to + r * row, row, t->cols, clamp);
  }
}

static inline T FN(total)(FN(vec) v) {
  T sum = v[0];
  UNROLL for (int l = 1; l < LANES; l++) sum += v[l];
  return sum;
}

/* Adds `taps` sums over all whole vectors of rows to out. */
INLINE void FN(taps)(const int taps, const ts_strips *s, const ts_strip *t, const ptrdiff_t *at, const T *piece, const T *grads, int64_t image, int64_t row, T *out) {
  FN(vec) acc[9];
  UNROLL for (int j = 0; j < taps; j++) acc[j] = (FN(vec)){0};
  for (int64_t n = 0; n < t->images; n++)
    for (int64_t r = 0; r < t->rows; r++) {
      const T *g = grads + n * image + r * row, *x = piece + (n * s->image_rows + r) * s->pitch;
      for (int64_t i = 0; i + LANES <= t->cols; i += LANES) {
        const FN(vec) gi = *(const FN(mem) *)(g + i);
        UNROLL for (int j = 0; j < taps; j++) acc[j] += gi * *(const FN(mem) *)(x + at[j] + i);
      }
    }
  UNROLL for (int j = 0; j < taps; j++) out[j] += FN(total)(acc[j]);
}

/* The same for one tap and what is left over at the end of rows: a vector there, without what has been counted, on both sides (infinity times
   zero is no zero). */
static void FN(rest)(const ts_strips *s, const ts_strip *t, const T *piece, const T *grads, int64_t image, int64_t row, T *out) {
  typedef INDEX mask __attribute__((vector_size(BYTES)));
  typedef INDEX mask_mem __attribute__((vector_size(BYTES), aligned(sizeof(T)), may_alias));
  static const INDEX edge[2 * BYTES / sizeof(T)] = {[BYTES / sizeof(T) ... 2 * BYTES / sizeof(T) - 1] = -1};
  const mask wanted = *(const mask_mem *)(edge + t->cols % LANES);
  FN(vec) acc = {0};
  for (int64_t n = 0; n < t->images; n++)
    for (int64_t r = 0; r < t->rows; r++) {
      const T *g = grads + n * image + r * row + t->cols - LANES, *x = piece + (n * s->image_rows + r) * s->pitch + t->cols - LANES;
      acc += (FN(vec))(*(const mask_mem *)g & wanted) * (FN(vec))(*(const mask_mem *)x & wanted);
    }
  *out += FN(total)(acc);
}

static void FN(dots)(const ts_strips *s, const ts_strip *t, int64_t k, const T *piece, const T *grads, int64_t image, int64_t row, T *out) {
  int64_t j = 0;
#if !SLIM
  for (; j + 9 <= k; j += 9) FN(taps)(9, s, t, s->at + j, piece, grads, image, row, out + j);
  for (; j + 3 <= k; j += 3) FN(taps)(3, s, t, s->at + j, piece, grads, image, row, out + j);
#endif
  for (; j < k; j++) FN(taps)(1, s, t, s->at + j, piece, grads, image, row, out + j);
  for (j = 0; j < k && t->cols % LANES; j++) FN(rest)(s, t, piece + s->at[j], grads, image, row, out + j);
}
#undef LANES
#undef COUNT
#undef FN
