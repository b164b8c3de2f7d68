/* Template, included by gemm_types.h after gemm_tile.h, with its parameters and TS_GATHER_KC, the most
   that a product should sum at once: the products of gathered.h. */

enum { TS_FN(GATHER_ROWS) = TS_MR, TS_FN(GATHER_PANEL) = TS_NR, TS_FN(GATHER_DEPTH) = TS_GATHER_KC, TS_FN(GATHER_DOTS) = 1024, TS_FN(GATHER_SHALLOW) = 64 };

#define TS_WIDE (TS_VB > 16 ? 4 : 8) /* vectors of a row at a time */

/* `tiles` tiles, one below the other or beside it: what each adds to a and to b and c. */
typedef struct { ptrdiff_t tiles, next_a, next_b, next_c; bool below; } TS_FN(gather_sweep);

/* c (rows, two vectors) (+)= a * b for each tile, with row p of b at b + at[p]. a as in tile. */
TS_INLINE void TS_FN(gather_tile)(const ts_gathered *g, const int rows, const bool along_k, const TS_FN(gather_sweep) *s, const TS_T *a,
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
      for (int v = 0; v < 2; v++) bv[v] = *(const TS_FN(mem) *)(bp + v * TS_LANES);
      __builtin_prefetch(bp + TS_NR); /* rows are too many streams for the processor to follow by itself */
      __builtin_prefetch(bp + TS_NR + TS_LANES);
      TS_UNROLL
      for (int i = 0; i < rows; i++) {
        const TS_FN(vec) av = TS_SPLAT(along_k ? ap[i * sa] : ap[i]);
        TS_UNROLL
        for (int v = 0; v < 2; v++) TS_MADD(acc[i][v], av, bv[v]);
      }
      TS_UNROLL
      for (int i = 0; i < rows; i++) {
        TS_UNROLL
        for (int v = 0; v < 2; v++) TS_KEEP(acc[i][v]);
      }
      ap += along_k ? 1 : sa;
      TS_KEEP(ap);
    } while (at != end);
    TS_UNROLL
    for (int i = 0; i < rows; i++) {
      TS_UNROLL
      for (int v = 0; v < 2; v++) {
        TS_FN(mem) *const out = (TS_FN(mem) *)(c + i * ldc + v * TS_LANES);
        if (add) acc[i][v] += *out;
        else if (bias) acc[i][v] += TS_SPLAT(bias[i]);
        *out = acc[i][v];
      }
    }
  }
}

#define TS_TILES(r)                                                                                                 \
  TS_KERNEL void TS_FN(gather_##r##_m)(const ts_gathered *g, const TS_FN(gather_sweep) *s, const TS_T *a, const TS_T *b, TS_T *c, const TS_T *bias) { \
    TS_FN(gather_tile)(g, r, false, s, a, b, c, bias);                                                           \
  }                                                                                                                 \
  TS_KERNEL void TS_FN(gather_##r##_k)(const ts_gathered *g, const TS_FN(gather_sweep) *s, const TS_T *a, const TS_T *b, TS_T *c, const TS_T *bias) { \
    TS_FN(gather_tile)(g, r, true, s, a, b, c, bias);                                                            \
  }
TS_EACH_ROW(TS_TILES)
typedef void (*TS_FN(gather_fn))(const ts_gathered *, const TS_FN(gather_sweep) *, const TS_T *, const TS_T *, TS_T *, const TS_T *);
#define TS_ROW_OF_TABLE(r) {TS_FN(gather_##r##_m), TS_FN(gather_##r##_k)},
static const TS_FN(gather_fn) TS_FN(gathers)[TS_MR][2] = {TS_EACH_ROW(TS_ROW_OF_TABLE)};
#undef TS_TILES
#undef TS_ROW_OF_TABLE

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
  TS_UNROLL
  for (int v = 0; v < vectors; v++) {
    TS_FN(mem) *const out = (TS_FN(mem) *)(c + v * TS_LANES);
    if (g->add) acc[v] += *out;
    else if (g->bias) acc[v] += TS_SPLAT(*(const TS_T *)g->bias);
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

static TS_TARGET void TS_FN(gathered)(const ts_gathered *g) {
  const bool along_k = g->lda != 0;
  const TS_T *const bias = g->add ? NULL : g->bias;
  if (g->m == 1) {
    TS_FN(gather_row)(g, g->a, along_k ? 1 : TS_MR, g->c);
    return;
  }
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
