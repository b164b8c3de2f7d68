/* Template, included by gemm_types.h after gemm_tile.h, with its parameters and TS_GATHER_KC, the most
   that a product should sum at once: the products of gathered.h. */

enum { TS_FN(GATHER_ROWS) = TS_MR, TS_FN(GATHER_PANEL) = TS_NR, TS_FN(GATHER_DEPTH) = TS_GATHER_KC, TS_FN(GATHER_DOTS) = 1024, TS_FN(GATHER_SHALLOW) = 64, TS_FN(GATHER_SUMS) = 16 * TS_MR };

#define TS_WIDE (TS_VB > 16 ? 4 : 8) /* vectors of a row at a time */

/* `tiles` tiles, one below the other or beside it: what each adds to a and to b and c. */
typedef struct { ptrdiff_t tiles, next_a, next_b, next_c; bool below; } TS_FN(gather_sweep);

TS_INLINE TS_FN(vec) TS_FN(within)(TS_FN(vec) v, TS_FN(vec) low, TS_FN(vec) high) {
#define TS_CHOOSE(mask, a, b) ((TS_FN(vec))(((mask) & (__typeof__(mask))(a)) | (~(mask) & (__typeof__(mask))(b))))
  v = TS_CHOOSE(v < low, low, v);
  return TS_CHOOSE(v > high, high, v);
#undef TS_CHOOSE
}

#define TS_AT(p) (*(TS_FN(mem) *)((p) + i * ldc + v * TS_LANES))
#define TS_EACH_VECTOR(condition, what)                      \
  condition {                                                \
    TS_UNROLL for (int i = 0; i < rows; i++) {               \
      TS_UNROLL for (int v = 0; v < vectors; v++) what;      \
    }                                                        \
  }
/* c (rows, one or two vectors) (+)= a * b for each tile, with row p of b at b + at[p]. a as in tile. */
TS_INLINE void TS_FN(gather_tile)(const ts_gathered *g, const int rows, const int vectors, const bool along_k, const TS_FN(gather_sweep) *s, const TS_T *a,
                                  const TS_T *b, TS_T *c, const TS_T *bias) {
  const ptrdiff_t k = g->k, sa = along_k ? g->lda : TS_MR, ldc = g->ldc;
  const bool add = g->add;
  for (ptrdiff_t t = s->tiles; t > 0; t--, a += s->next_a, b += s->next_b, c += s->next_c, bias += bias && s->below ? TS_MR : 0) {
    TS_FN(vec) acc[TS_MR][2] = {{{0}}};
    const TS_T *ap = a;
    const ptrdiff_t *at = g->at;
    const ptrdiff_t *const end = at + k;
    do {
      const TS_T *const bp = b + *at++;
      TS_FN(vec) bv[2];
      TS_UNROLL
      for (int v = 0; v < vectors; v++) bv[v] = *(const TS_FN(mem) *)(bp + v * TS_LANES);
      __builtin_prefetch(bp + TS_NR); /* rows are too many streams for the processor to follow by itself */
      __builtin_prefetch(bp + TS_NR + TS_LANES);
      TS_UNROLL
      for (int i = 0; i < rows; i++) {
        const TS_FN(vec) av = TS_SPLAT(along_k ? ap[i * sa] : ap[i]);
        TS_UNROLL
        for (int v = 0; v < vectors; v++) TS_MADD(acc[i][v], av, bv[v]);
      }
      TS_UNROLL
      for (int i = 0; i < rows; i++) {
        TS_UNROLL
        for (int v = 0; v < vectors; v++) TS_KEEP(acc[i][v]);
      }
      ap += along_k ? 1 : sa;
      TS_KEEP(ap);
    } while (at != end);
    TS_EACH_VECTOR(if (add), acc[i][v] += TS_AT(c))
    TS_EACH_VECTOR(else if (bias), acc[i][v] += TS_SPLAT(bias[i]))
    const TS_T *const residual = g->residual ? (const TS_T *)g->residual + (c - (const TS_T *)g->c) : NULL;
    TS_EACH_VECTOR(if (residual), acc[i][v] += TS_AT(residual))
    if (g->clamp) {
      const TS_FN(vec) low = TS_SPLAT((TS_T)g->low), high = TS_SPLAT((TS_T)g->high);
      TS_EACH_VECTOR(, acc[i][v] = TS_FN(within)(acc[i][v], low, high))
    }
    TS_EACH_VECTOR(, TS_AT(c) = acc[i][v])
  }
}
#undef TS_AT
#undef TS_EACH_VECTOR

#if TS_COPY_PANELS
#define TS_TILES_M(r)
#define TS_GATHER_M(r) NULL, TS_FN(gather_##r##_k), NULL
#else
#define TS_GATHER_M(r) TS_FN(gather_##r##_m), TS_FN(gather_##r##_k), TS_FN(gather_##r##_n)
#define TS_TILES_M(r)                                                                                               \
  TS_KERNEL void TS_FN(gather_##r##_m)(const ts_gathered *g, const TS_FN(gather_sweep) *s, const TS_T *a, const TS_T *b, TS_T *c, const TS_T *bias) { \
    TS_FN(gather_tile)(g, r, 2, false, s, a, b, c, bias);                                                        \
  }                                                                                                                 \
  TS_KERNEL void TS_FN(gather_##r##_n)(const ts_gathered *g, const TS_FN(gather_sweep) *s, const TS_T *a, const TS_T *b, TS_T *c, const TS_T *bias) { \
    TS_FN(gather_tile)(g, r, 1, false, s, a, b, c, bias);                                                        \
  }
#endif
#define TS_TILES(r)                                                                                                 \
  TS_TILES_M(r)                                                                                                     \
  TS_KERNEL void TS_FN(gather_##r##_k)(const ts_gathered *g, const TS_FN(gather_sweep) *s, const TS_T *a, const TS_T *b, TS_T *c, const TS_T *bias) { \
    TS_FN(gather_tile)(g, r, 2, true, s, a, b, c, bias);                                                            \
  }
TS_EACH_ROW(TS_TILES)
typedef void (*TS_FN(gather_fn))(const ts_gathered *, const TS_FN(gather_sweep) *, const TS_T *, const TS_T *, TS_T *, const TS_T *);
/* [rows - 1][along_k, or 2: packed and narrow] */
#define TS_ROW_OF_TABLE(r) {TS_GATHER_M(r)},
static const TS_FN(gather_fn) TS_FN(gathers)[TS_MR][3] = {TS_EACH_ROW(TS_ROW_OF_TABLE)};
#undef TS_TILES_M
#undef TS_GATHER_M
#undef TS_TILES
#undef TS_ROW_OF_TABLE

#if !TS_COPY_PANELS
/* The sums of column j of c from row i on, to their places. Apart, since it would stand in the next as often as there are columns and tiles. */
TS_KERNEL void TS_FN(gather_column)(const ts_gathered *g, const TS_T *sums, ptrdiff_t i, ptrdiff_t j) {
  const TS_T low = (TS_T)g->low, high = (TS_T)g->high;
  TS_T *c = (TS_T *)g->c + i * g->ldc + j;
  for (ptrdiff_t r = 0; r < TS_MR && i + r < g->m; r++, c += g->ldc) {
    TS_T sum = sums[r];
    if (g->add) sum += *c;
    else if (g->bias) sum += ((const TS_T *)g->bias)[i + r];
    if (g->residual) sum += ((const TS_T *)g->residual)[c - (const TS_T *)g->c];
    if (g->clamp) sum = sum < low ? low : sum > high ? high : sum;
    *c = sum;
  }
}
/* A few columns of b times packed rows, which are the lanes of vectors here; each sum as a tile makes it. */
TS_INLINE void TS_FN(gather_columns)(const ts_gathered *g, const int tiles, const int cols, ptrdiff_t i) {
  enum { VECTORS = (TS_MR + TS_LANES - 1) / TS_LANES };
  TS_FN(vec) acc[4][TS_GATHERED_FEW][VECTORS];
  const ptrdiff_t k = g->k, next = TS_MR * k;
  const TS_T *a = (const TS_T *)g->a + i * k, *const b = g->b;
  TS_T lanes[4][VECTORS * TS_LANES]; /* the last of each tile: behind it there may be nothing to read */
  TS_UNROLL
  for (int t = 0; t < tiles; t++) {
    memcpy(lanes[t], a + t * next + (k - 1) * TS_MR, TS_MR * sizeof(TS_T));
    memset(lanes[t] + TS_MR, 0, sizeof lanes[t] - TS_MR * sizeof(TS_T));
    TS_UNROLL
    for (int j = 0; j < cols; j++) {
      TS_UNROLL
      for (int v = 0; v < VECTORS; v++) acc[t][j][v] = (TS_FN(vec)){0};
    }
  }
#define TS_STEP(p, row)                                                                                             \
  TS_UNROLL                                                                                                         \
  for (int t = 0; t < tiles; t++) {                                                                                 \
    TS_UNROLL                                                                                                       \
    for (int v = 0; v < VECTORS; v++) {                                                                             \
      const TS_FN(vec) av = *(const TS_FN(mem) *)((row) + v * TS_LANES);                                            \
      TS_UNROLL                                                                                                     \
      for (int j = 0; j < cols; j++) TS_MADD(acc[t][j][v], av, TS_SPLAT(b[g->at[p] + j]));                          \
    }                                                                                                               \
  }
  for (ptrdiff_t p = 0; p < k - 1; p++, a += TS_MR) TS_STEP(p, a + t * next)
  TS_STEP(k - 1, lanes[t])
#undef TS_STEP
  TS_UNROLL
  for (int t = 0; t < tiles; t++) {
    TS_UNROLL
    for (int j = 0; j < cols; j++) {
      TS_UNROLL
      for (int v = 0; v < VECTORS; v++) *(TS_FN(mem) *)(lanes[t] + v * TS_LANES) = acc[t][j][v];
      TS_FN(gather_column)(g, lanes[t], i + t * TS_MR, j);
    }
  }
}
TS_KERNEL void TS_FN(gather_narrow)(const ts_gathered *g) {
  ptrdiff_t i = 0;
  if (g->n == TS_LANES) {
    const ptrdiff_t tiles = g->m / TS_MR, rest = g->m % TS_MR;
    const TS_FN(gather_sweep) all = {tiles, TS_MR * g->k, 0, TS_MR * g->ldc, true}, one = {1, 0, 0, 0, true};
    const TS_T *const bias = g->add ? NULL : g->bias;
    if (tiles) TS_FN(gathers)[TS_MR - 1][2](g, &all, g->a, g->b, g->c, bias);
    i = tiles * TS_MR;
    if (rest) TS_FN(gathers)[rest - 1][2](g, &one, (const TS_T *)g->a + i * g->k, g->b, (TS_T *)g->c + i * g->ldc, bias ? bias + i : NULL);
    return;
  }
  switch (g->n) { /* four sums at a time hide what one has to wait for */
    case 1:
      for (; i + 3 * TS_MR < g->m; i += 4 * TS_MR) TS_FN(gather_columns)(g, 4, 1, i);
      for (; i < g->m; i += TS_MR) TS_FN(gather_columns)(g, 1, 1, i);
      break;
    case 2:
      for (; i + TS_MR < g->m; i += 2 * TS_MR) TS_FN(gather_columns)(g, 2, 2, i);
      for (; i < g->m; i += TS_MR) TS_FN(gather_columns)(g, 1, 2, i);
      break;
    case 3:
      for (; i < g->m; i += TS_MR) TS_FN(gather_columns)(g, 1, 3, i);
      break;
    default:
      for (; i < g->m; i += TS_MR) TS_FN(gather_columns)(g, 1, 4, i);
  }
}
#endif

/* One row of a and some vectors of b. */
TS_INLINE void TS_FN(gather_vectors)(const ts_gathered *g, const int vectors, const TS_T *a, ptrdiff_t sa, const TS_T *b, TS_T *c) {
  TS_FN(vec) acc[TS_WIDE] = {{0}};
  const ptrdiff_t *const at = g->at;
  for (ptrdiff_t p = 0; p < (ptrdiff_t)g->k; p++, a += sa) {
    const TS_FN(vec) av = TS_SPLAT(*a);
    const TS_T *const row = b + at[p];
    TS_UNROLL
    for (int v = 0; v < vectors; v++) TS_MADD(acc[v], av, *(const TS_FN(mem) *)(row + v * TS_LANES));
  }
  const TS_T *const residual = g->residual ? (const TS_T *)g->residual + (c - (const TS_T *)g->c) : NULL;
  const TS_FN(vec) low = TS_SPLAT((TS_T)g->low), high = TS_SPLAT((TS_T)g->high);
  TS_UNROLL
  for (int v = 0; v < vectors; v++) {
    TS_FN(mem) *const out = (TS_FN(mem) *)(c + v * TS_LANES);
    if (g->add) acc[v] += *out;
    else if (g->bias) acc[v] += TS_SPLAT(*(const TS_T *)g->bias);
    if (residual) acc[v] += *(const TS_FN(mem) *)(residual + v * TS_LANES);
    if (g->clamp) acc[v] = TS_FN(within)(acc[v], low, high);
    *out = acc[v];
  }
}
TS_KERNEL void TS_FN(gather_row)(const ts_gathered *g, const TS_T *a, ptrdiff_t sa, TS_T *c) {
  const ptrdiff_t n = g->n;
  const TS_T *const b = g->b;
  ptrdiff_t j = 0;
  for (; j + TS_WIDE * TS_LANES <= n; j += TS_WIDE * TS_LANES) TS_FN(gather_vectors)(g, TS_WIDE, a, sa, b + j, c + j);
  for (; j < n; j += TS_NR) TS_FN(gather_vectors)(g, 2, a, sa, b + j, c + j);
}

#if TS_COPY_PANELS
/* A panel of sums to its place, with what happens to it. */
TS_KERNEL void TS_FN(gather_finish)(const ts_gathered *g, ptrdiff_t rows, const TS_T *sums, TS_T *c, const TS_T *bias) {
  const bool add = g->add, clamp = g->clamp;
  const ptrdiff_t ldc = g->ldc;
  const TS_FN(vec) low = TS_SPLAT((TS_T)g->low), high = TS_SPLAT((TS_T)g->high);
  const TS_T *r = g->residual ? (const TS_T *)g->residual + (c - (const TS_T *)g->c) : NULL;
  for (; rows > 0; rows--, sums += TS_NR, c += ldc) {
    TS_UNROLL
    for (int v = 0; v < 2; v++) {
      TS_FN(vec) sum = *(const TS_FN(mem) *)(sums + v * TS_LANES);
      if (add) sum += *(const TS_FN(mem) *)(c + v * TS_LANES);
      if (bias) sum += TS_SPLAT(*bias);
      if (r) sum += *(const TS_FN(mem) *)(r + v * TS_LANES);
      if (clamp) sum = TS_FN(within)(sum, low, high);
      *(TS_FN(mem) *)(c + v * TS_LANES) = sum;
    }
    if (bias) bias++;
    if (r) r += ldc;
  }
}

/* Each panel of b copied, for the tile of the packed product. */
static TS_TARGET void TS_FN(gathered_copied)(const ts_gathered *given) {
  TS_T panel[TS_FN(GATHER_DEPTH) * TS_NR] __attribute__((aligned(64))), sums[TS_FN(GATHER_SUMS) * TS_NR] __attribute__((aligned(64)));
  ts_gathered g = *given;
  TS_FN(sweep) s = {.sa = TS_MR, .next_a = TS_MR * g.k, .sb = TS_NR, .rsc = TS_NR, .csc = 1, .css = 1, .alpha = 1, .cols = TS_NR};
  for (ptrdiff_t q = 0; q < given->k; q += s.k) {
    const bool last = given->k - q <= TS_FN(GATHER_DEPTH);
    s.k = last ? given->k - q : TS_FN(GATHER_DEPTH);
    g.add = given->add || q > 0;
    g.residual = last ? given->residual : NULL;
    g.clamp = last && given->clamp;
    for (ptrdiff_t j = 0; j < g.n; j += TS_NR) {
      for (ptrdiff_t p = 0; p < s.k; p++) {
        TS_UNROLL
        for (int v = 0; v < 2; v++) *(TS_FN(mem) *)(panel + p * TS_NR + v * TS_LANES) = *(const TS_FN(mem) *)((const TS_T *)g.b + j + g.at[q + p] + v * TS_LANES);
      }
      for (ptrdiff_t i = 0, rows; i < g.m; i += rows) {
        rows = g.m - i < TS_FN(GATHER_SUMS) ? g.m - i : TS_FN(GATHER_SUMS);
        const ptrdiff_t tiles = rows / TS_MR, rest = rows % TS_MR;
        const TS_T *const a = (const TS_T *)g.a + q * TS_MR + i * g.k;
        if (tiles) TS_FN(tiles)[TS_MR][1][0](&s, tiles, a, panel, sums, sums);
        if (rest) TS_FN(tiles)[rest - 1][1][0](&s, 1, a + tiles * s.next_a, panel, sums + tiles * TS_MR * TS_NR, sums);
        TS_FN(gather_finish)(&g, rows, sums, (TS_T *)g.c + i * g.ldc + j, g.add || !g.bias ? NULL : (const TS_T *)g.bias + i);
      }
    }
  }
}
#endif

static TS_TARGET void TS_FN(gathered)(const ts_gathered *g) {
  const bool along_k = g->lda != 0;
  const TS_T *const bias = g->add ? NULL : g->bias;
#if !TS_COPY_PANELS
  if (g->narrow) {
    TS_FN(gather_narrow)(g);
    return;
  }
#endif
  if (g->m == 1) {
    TS_FN(gather_row)(g, g->a, along_k ? 1 : TS_MR, g->c);
    return;
  }
#if TS_COPY_PANELS
  if (!along_k) {
    TS_FN(gathered_copied)(g);
    return;
  }
#endif
  const ptrdiff_t tiles = g->m / TS_MR, rest = g->m % TS_MR, next_a = TS_MR * (along_k ? g->lda : g->k), next_c = TS_MR * g->ldc;
  const TS_T *const a = g->a, *const a_rest = a + tiles * next_a, *const bias_rest = bias ? bias + tiles * TS_MR : NULL;
  if (g->k <= TS_FN(GATHER_SHALLOW)) { /* what is written is most of the work: row by row */
    const TS_FN(gather_sweep) s = {g->n / TS_NR, 0, TS_NR, TS_NR, false};
    for (ptrdiff_t i = 0; i < tiles; i++)
      TS_FN(gathers)[TS_MR - 1][along_k](g, &s, a + i * next_a, g->b, (TS_T *)g->c + i * next_c, bias ? bias + i * TS_MR : NULL);
    if (rest) TS_FN(gathers)[rest - 1][along_k](g, &s, a_rest, g->b, (TS_T *)g->c + tiles * next_c, bias_rest);
    return;
  }
  const TS_FN(gather_sweep) all = {tiles, next_a, 0, next_c, true}, one = {1, 0, 0, 0, true};
  for (ptrdiff_t j = 0; j < g->n; j += TS_NR) {
    const TS_T *const b = (const TS_T *)g->b + j;
    TS_T *const c = (TS_T *)g->c + j;
    if (tiles) TS_FN(gathers)[TS_MR - 1][along_k](g, &all, a, b, c, bias);
    if (rest) TS_FN(gathers)[rest - 1][along_k](g, &one, a_rest, b, c + tiles * next_c, bias_rest);
  }
}

static TS_TARGET void TS_FN(gathered_pack)(ptrdiff_t m, ptrdiff_t k, const TS_T *a, ptrdiff_t lda, TS_T *to) {
  TS_FN(pack_a)(m, k, a, lda, 1, to);
}

/* DR rows of a with four (or one) of b, found by the table; n in whole vectors. */
TS_INLINE void TS_FN(gather_dot)(const TS_FN(dot) *d, const int rows, const int cols, const TS_T *a, const TS_T *b,
                                 const ptrdiff_t *at, TS_T *c) {
  TS_FN(vec) acc[TS_DR][4] = {{{0}}};
  const ptrdiff_t n = d->k, sa = d->sa;
  const TS_T *bs[4];
  TS_UNROLL
  for (int j = 0; j < cols; j++) bs[j] = b + at[j];
  for (ptrdiff_t p = 0; p < n; p += TS_LANES) {
    TS_FN(vec) av[TS_DR];
    TS_UNROLL
    for (int i = 0; i < rows; i++) av[i] = *(const TS_FN(mem) *)(a + i * sa + p);
    TS_UNROLL
    for (int j = 0; j < cols; j++) {
      const TS_FN(vec) bv = *(const TS_FN(mem) *)(bs[j] + p);
      TS_UNROLL
      for (int i = 0; i < rows; i++) TS_MADD(acc[i][j], av[i], bv);
    }
    TS_UNROLL
    for (int i = 0; i < rows; i++) {
      TS_UNROLL
      for (int j = 0; j < cols; j++) TS_KEEP(acc[i][j]);
    }
  }
  TS_T partial[TS_DR * 4 * TS_LANES];
  TS_UNROLL
  for (int i = 0; i < rows; i++) {
    TS_UNROLL
    for (int j = 0; j < cols; j++) *(TS_FN(mem) *)(partial + (i * 4 + j) * TS_LANES) = acc[i][j];
  }
  TS_FN(fold)(d, rows, cols, partial, a, b, c, c);
}

#define TS_DOTS(r)                                                                                                  \
  TS_KERNEL void TS_FN(gather_dots_##r)(const TS_FN(dot) *d, ptrdiff_t k, const TS_T *a, const TS_T *b,             \
                                        const ptrdiff_t *at, TS_T *c) {                                             \
    for (; k >= 4; k -= 4, at += 4, c += 4) TS_FN(gather_dot)(d, r, 4, a, b, at, c);                                \
    for (; k > 0; k--, at++, c++) TS_FN(gather_dot)(d, r, 1, a, b, at, c);                                          \
  }
TS_EACH_DOT_ROW(TS_DOTS)
typedef void (*TS_FN(gather_dots_fn))(const TS_FN(dot) *, ptrdiff_t, const TS_T *, const TS_T *, const ptrdiff_t *, TS_T *);
#define TS_ROW_OF_TABLE(r) TS_FN(gather_dots_##r),
static const TS_FN(gather_dots_fn) TS_FN(gather_dots)[TS_DR] = {TS_EACH_DOT_ROW(TS_ROW_OF_TABLE)};
#undef TS_DOTS
#undef TS_ROW_OF_TABLE

static TS_TARGET void TS_FN(gathered_dots)(const ts_gathered *g) {
  for (ptrdiff_t q = 0; q < g->n; q += TS_FN(GATHER_DOTS)) {
    const TS_FN(dot) d = {.k = g->n - q < TS_FN(GATHER_DOTS) ? g->n - q : TS_FN(GATHER_DOTS), .sa = g->lda, .rsc = g->ldc, .csc = 1, .rss = g->ldc, .css = 1, .alpha = 1, .beta = 1};
    for (ptrdiff_t i = 0, rows; i < g->m; i += rows) {
      rows = g->m - i < TS_DR ? g->m - i : TS_DR;
      TS_FN(gather_dots)[rows - 1](&d, g->k, (const TS_T *)g->a + i * g->lda + q, (const TS_T *)g->b + q, g->at, (TS_T *)g->c + i * g->ldc);
    }
  }
}
#undef TS_WIDE
