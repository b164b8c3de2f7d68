/* Template, included by gemm_isa.c once for each instruction set and element type: the register tiles of the product,
   and packing. Parameters:
     TS_T              float or double
     TS_VB             bytes of a vector
     TS_MR             rows of a tile; a tile is TS_MR x 2 vectors of accumulators
     TS_EACH_ROW(X)    X(1) ... X(TS_MR)
     TS_DR             rows of a dot tile, which is TS_DR x 4 vectors; TS_EACH_DOT_ROW(X) as above
     TS_FN(x)          x, named for this instance
     TS_TARGET         the attribute that turns the instruction set on
     TS_SPLAT(x)       a vector of x
     TS_MADD(s, x, y)  s += x * y
     TS_KEEP(s)        pins the accumulator s to a register (see gemm_isa.c)
     TS_SUM, TS_SUM_4  of vectors in memory (gemm_isa.c)
     TS_SQUARE         side of the blocks that TS_TRANSPOSE(to, ld_to, from, ld_from) transposes; TS_SIDE is a vector as
                       long, at any address */

#define TS_LANES ((int)(TS_VB / sizeof(TS_T)))
#define TS_NR (2 * TS_LANES)
#define TS_INLINE static inline __attribute__((always_inline)) TS_TARGET
#define TS_KERNEL static __attribute__((noinline)) TS_TARGET /* inlined into a long loop, V8 may not optimise it */

typedef TS_T TS_FN(vec) __attribute__((vector_size(TS_VB)));
typedef TS_T TS_FN(mem) __attribute__((vector_size(TS_VB), aligned(sizeof(TS_T)), may_alias)); /* at any address */

/* What the tiles of one sweep have in common. */
typedef struct {
  ptrdiff_t k;      /* at least 1 */
  ptrdiff_t sa;     /* stride of a: see tile */
  ptrdiff_t next_a; /* from one tile's rows of a to the next one's */
  ptrdiff_t sb;     /* from one row of b to the next */
  ptrdiff_t rsc, csc, rss, css; /* of c and start */
  TS_T alpha, beta;
  int cols;         /* of c, at most 2 vectors; b is read in whole vectors */
} TS_FN(sweep);

/* Rows of sums into a c that is not made of whole vectors. */
TS_KERNEL void TS_FN(scatter)(const TS_FN(sweep) *s, int rows, const TS_T *sums, TS_T *c, const TS_T *start) {
  const TS_T alpha = s->alpha, beta = s->beta;
  const bool flip = s->rsc == 1; /* writes along the contiguous dimension */
  const ptrdiff_t outer = flip ? s->cols : rows, inner = flip ? rows : s->cols;
  const ptrdiff_t so = flip ? 1 : TS_NR, si = flip ? TS_NR : 1, co = flip ? s->csc : s->rsc, ci = flip ? 1 : s->csc;
  const ptrdiff_t to = flip ? s->css : s->rss, ti = flip ? s->rss : s->css;
  for (ptrdiff_t o = 0; o < outer; o++, sums += so, c += co, start += to) {
    if (beta == 0) {
      for (ptrdiff_t i = 0; i < inner; i++) c[i * ci] = alpha * sums[i * si];
    } else {
      for (ptrdiff_t i = 0; i < inner; i++) c[i * ci] = alpha * sums[i * si] + beta * start[i * ti];
    }
  }
}

/* acc += a column of a times a row of b. */
TS_INLINE void TS_FN(step)(TS_FN(vec) acc[TS_MR][2], const int rows, const int nv, const bool along_k, ptrdiff_t sa,
                           const TS_T *a, const TS_T *b) {
  TS_FN(vec) bv[2];
  TS_UNROLL
  for (int v = 0; v < nv; v++) bv[v] = *(const TS_FN(mem) *)(b + v * TS_LANES);
  TS_UNROLL
  for (int i = 0; i < rows; i++) {
    const TS_FN(vec) av = TS_SPLAT(along_k ? a[i * sa] : a[i]);
    TS_UNROLL
    for (int v = 0; v < nv; v++) {
      TS_MADD(acc[i][v], av, bv[v]);
      TS_KEEP(acc[i][v]);
    }
  }
}

#define TS_TURN(u)                                                \
  TS_FN(step)(acc, rows, nv, false, sa, ap, bp + (u) * sb);       \
  ap += sa;                                                       \
  TS_KEEP(ap);                                                    \
  if (left == (u) + 1) break;

/* `tiles` tiles one below the other: c (tiles * rows, cols) = alpha * a * b + beta * start with b (k, nv vectors).
   a(i, p) is a[i + p * sa], or a[i * sa + p] when along_k. Instantiated with constant rows, nv, along_k, and packed,
   which says that sa and sb are those of packed tiles and panels. */
TS_INLINE void TS_FN(tile)(const TS_FN(sweep) *s, const int rows, const int nv, const bool along_k, const bool packed,
                           ptrdiff_t tiles, const TS_T *a, const TS_T *b, TS_T *c, const TS_T *start) {
  const ptrdiff_t sa = packed ? TS_MR : s->sa, sb = packed ? TS_NR : s->sb, next_a = s->next_a, rsc = s->rsc, rss = s->rss;
  const TS_T alpha = s->alpha, beta = s->beta;
  const bool whole = s->csc == 1 && s->css == 1 && s->cols == nv * TS_LANES;
  for (; tiles > 0; tiles--, a += next_a, c += rows * rsc, start += rows * rss) {
    TS_FN(vec) acc[TS_MR][2] = {{{0}}};
    const TS_T *ap = a, *bp = b;
    const TS_T *const end = a + (along_k ? s->k : s->k * sa);
    if (whole && TS_PREFETCH) { /* c is wanted at the end of a long loop */
      TS_UNROLL
      for (int i = 0; i < rows; i++) {
        TS_UNROLL
        for (int v = 0; v < nv; v++) __builtin_prefetch(c + i * rsc + v * TS_LANES, 1);
      }
    }
    if (packed && TS_LONG_TURNS) {
      for (ptrdiff_t left = s->k;; left -= 8, bp += 8 * sb) {
        TS_KEEP(left);
        TS_KEEP(bp);
        TS_TURN(0) TS_TURN(1) TS_TURN(2) TS_TURN(3) TS_TURN(4) TS_TURN(5) TS_TURN(6) TS_TURN(7)
      }
    }
    while (ap != end) {
      TS_FN(step)(acc, rows, nv, along_k, sa, ap, bp);
      ap += along_k ? 1 : sa;
      bp += sb;
      TS_KEEP(ap);
      TS_KEEP(bp);
    }
    if (TS_PLAIN_ENDS && whole && alpha == 1 && beta == 0) {
      TS_UNROLL
      for (int i = 0; i < rows; i++) {
        TS_UNROLL
        for (int v = 0; v < nv; v++) *(TS_FN(mem) *)(c + i * rsc + v * TS_LANES) = acc[i][v];
      }
    } else if (whole) {
      TS_UNROLL
      for (int i = 0; i < rows; i++) {
        TS_UNROLL
        for (int v = 0; v < nv; v++) {
          TS_FN(mem) *const out = (TS_FN(mem) *)(c + i * rsc + v * TS_LANES);
          const TS_FN(vec) scaled = TS_SPLAT(alpha) * acc[i][v];
          *out = beta == 0 ? scaled : scaled + TS_SPLAT(beta) * *(const TS_FN(mem) *)(start + i * rss + v * TS_LANES);
        }
      }
    } else {
      TS_T sum[TS_MR * TS_NR];
      TS_UNROLL
      for (int i = 0; i < rows; i++) {
        TS_UNROLL
        for (int v = 0; v < nv; v++) *(TS_FN(mem) *)(sum + i * TS_NR + v * TS_LANES) = acc[i][v];
      }
      TS_FN(scatter)(s, rows, sum, c, start);
    }
  }
}

#define TS_TILE(r, v, name, along_k)                                                                              \
  TS_KERNEL void TS_FN(tile_##r##_##v##_##name)(const TS_FN(sweep) *s, ptrdiff_t tiles, const TS_T *a,            \
                                                const TS_T *b, TS_T *c, const TS_T *start) {                      \
    TS_FN(tile)(s, r, v, along_k, false, tiles, a, b, c, start);                                                  \
  }
#define TS_TILES(r) TS_TILE(r, 1, m, false) TS_TILE(r, 2, m, false) TS_TILE(r, 1, k, true) TS_TILE(r, 2, k, true)
TS_EACH_ROW(TS_TILES)
TS_KERNEL void TS_FN(tile_packed)(const TS_FN(sweep) *s, ptrdiff_t tiles, const TS_T *a, const TS_T *b, TS_T *c, const TS_T *start) {
#ifdef TS_WHOLE_TILES /* never other than contiguous rows of two vectors, which need no stack */
  const TS_FN(sweep) own = {.k = s->k, .next_a = s->next_a, .rsc = s->rsc, .csc = 1, .rss = s->rss, .css = 1, .alpha = s->alpha, .beta = s->beta, .cols = TS_NR};
  s = &own;
#endif
  TS_FN(tile)(s, TS_MR, 2, false, true, tiles, a, b, c, start);
}
typedef void (*TS_FN(tile_fn))(const TS_FN(sweep) *, ptrdiff_t, const TS_T *, const TS_T *, TS_T *, const TS_T *);
/* [rows - 1][vectors - 1][along_k]; the row beyond holds the packed tile. */
#define TS_ROW_OF_TABLE(r)                                                                                         \
  {{TS_FN(tile_##r##_1_m), TS_FN(tile_##r##_1_k)}, {TS_FN(tile_##r##_2_m), TS_FN(tile_##r##_2_k)}},
static const TS_FN(tile_fn) TS_FN(tiles)[TS_MR + 1][2][2] = {TS_EACH_ROW(TS_ROW_OF_TABLE){{0}, {TS_FN(tile_packed)}}};
#undef TS_TURN
#undef TS_TILE
#undef TS_TILES
#undef TS_ROW_OF_TABLE

/* c(i, j) = alpha * <a_i, b_j> + beta * start(i, j) for vectors of k contiguous elements, sa and sb apart. */
typedef struct {
  ptrdiff_t k, sa, sb, rsc, csc, rss, css;
  TS_T alpha, beta;
} TS_FN(dot);

/* The end of a dot tile: its vectors of partial sums, and the last k % TS_LANES elements. */
TS_KERNEL void TS_FN(fold)(const TS_FN(dot) *d, int rows, int cols, const TS_T *partial, const TS_T *a, const TS_T *b,
                           TS_T *c, const TS_T *start) {
  for (int i = 0; i < rows; i++, partial += 4 * TS_LANES, a += d->sa, c += d->rsc, start += d->rss) {
    TS_T sums[4];
    if (cols == 4) TS_SUM_4(partial, TS_LANES, sums);
    else sums[0] = TS_SUM(partial, TS_LANES);
    for (int j = 0; j < cols; j++) {
      for (ptrdiff_t p = d->k - d->k % TS_LANES; p < d->k; p++) sums[j] += a[p] * b[j * d->sb + p];
      TS_T *const out = c + j * d->csc;
      *out = d->beta == 0 ? d->alpha * sums[j] : d->alpha * sums[j] + d->beta * start[j * d->css];
    }
  }
}

TS_INLINE void TS_FN(dot_tile)(const TS_FN(dot) *d, const int rows, const int cols, const TS_T *a, const TS_T *b,
                               TS_T *c, const TS_T *start) {
  TS_FN(vec) acc[TS_DR][4] = {{{0}}};
  const ptrdiff_t whole = d->k - d->k % TS_LANES, sa = d->sa, sb = d->sb;
  for (ptrdiff_t p = 0; p < whole; p += TS_LANES) {
    TS_FN(vec) av[TS_DR];
    TS_UNROLL
    for (int i = 0; i < rows; i++) av[i] = *(const TS_FN(mem) *)(a + i * sa + p);
    TS_UNROLL
    for (int j = 0; j < cols; j++) {
      const TS_FN(vec) bv = *(const TS_FN(mem) *)(b + j * sb + p);
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
  TS_FN(fold)(d, rows, cols, partial, a, b, c, start);
}

#define TS_DOTS(r)                                                                                              \
  TS_KERNEL void TS_FN(dots_##r)(const TS_FN(dot) *d, ptrdiff_t n, const TS_T *a, const TS_T *b, TS_T *c, const TS_T *start) { \
    for (; n >= 4; n -= 4, b += 4 * d->sb, c += 4 * d->csc, start += 4 * d->css) TS_FN(dot_tile)(d, r, 4, a, b, c, start);      \
    for (; n > 0; n--, b += d->sb, c += d->csc, start += d->css) TS_FN(dot_tile)(d, r, 1, a, b, c, start);                      \
  }
TS_EACH_DOT_ROW(TS_DOTS)
typedef void (*TS_FN(dots_fn))(const TS_FN(dot) *, ptrdiff_t, const TS_T *, const TS_T *, TS_T *, const TS_T *);
#define TS_ROW_OF_TABLE(r) TS_FN(dots_##r),
static const TS_FN(dots_fn) TS_FN(dots)[TS_DR] = {TS_EACH_DOT_ROW(TS_ROW_OF_TABLE)};
#undef TS_DOTS
#undef TS_ROW_OF_TABLE

/* sums (n) += x (k, incx apart) * b (k, n), rows of b contiguous and sb apart: four rows at a time, as they come from
   memory. */
TS_KERNEL void TS_FN(rows)(ptrdiff_t n, ptrdiff_t k, const TS_T *x, ptrdiff_t incx, const TS_T *b, ptrdiff_t sb,
                           TS_T *sums) {
  const ptrdiff_t whole = n - n % TS_LANES;
  ptrdiff_t p = 0;
  for (; p + 4 <= k; p += 4, x += 4 * incx, b += 4 * sb) {
    const TS_T x0 = x[0], x1 = x[incx], x2 = x[2 * incx], x3 = x[3 * incx];
    const TS_T *const b1 = b + sb, *const b2 = b1 + sb, *const b3 = b2 + sb;
    for (ptrdiff_t j = 0; j < whole; j += TS_LANES) {
      TS_FN(vec) s = *(TS_FN(mem) *)(sums + j), t = TS_SPLAT(x1) * *(const TS_FN(mem) *)(b1 + j);
      TS_MADD(s, TS_SPLAT(x0), *(const TS_FN(mem) *)(b + j));
      TS_MADD(t, TS_SPLAT(x3), *(const TS_FN(mem) *)(b3 + j));
      TS_MADD(s, TS_SPLAT(x2), *(const TS_FN(mem) *)(b2 + j));
      *(TS_FN(mem) *)(sums + j) = s + t;
    }
    for (ptrdiff_t j = whole; j < n; j++) sums[j] += (x0 * b[j] + x1 * b1[j]) + (x2 * b2[j] + x3 * b3[j]);
  }
  for (; p < k; p++, x += incx, b += sb) {
    for (ptrdiff_t j = 0; j < n; j++) sums[j] += x[0] * b[j];
  }
}

/* Elements of a line of the cache, or of a vector where code has to be small. */
#define TS_LINE (TS_TOGETHER ? (int)(64 / sizeof(TS_T)) : TS_SQUARE)

TS_INLINE void TS_FN(copy_lanes)(const int width, const TS_T *from, TS_T *to) {
  if (width % TS_LANES == 0) {
    TS_UNROLL
    for (int l = 0; l < width; l += TS_LANES) *(TS_FN(mem) *)(to + l) = *(const TS_FN(mem) *)(from + l);
  } else {
    TS_UNROLL
    for (int l = 0; l < width; l += TS_SQUARE) {
      const int at = l + TS_SQUARE <= width ? l : width - TS_SQUARE;
      *(TS_SIDE *)(to + at) = *(const TS_SIDE *)(from + at);
    }
  }
}

/* A panel: lanes x k elements (l, p) from[l * sl + p * sp], sl or sp 1, to to[p * width + l]; zeros beyond `lanes`. */
TS_INLINE void TS_FN(pack)(const int width, ptrdiff_t lanes, ptrdiff_t k, const TS_T *from, ptrdiff_t sl, ptrdiff_t sp,
                           TS_T *to) {
  if (lanes < width) {
    memset(to, 0, (size_t)(width * k) * sizeof *to);
    if (sp == 1) {
      for (ptrdiff_t l = 0; l < lanes; l++) {
        for (ptrdiff_t p = 0; p < k; p++) to[p * width + l] = from[l * sl + p];
      }
    } else {
      for (ptrdiff_t p = 0; p < k; p++) {
        for (ptrdiff_t l = 0; l < lanes; l++) to[p * width + l] = from[l * sl + p * sp];
      }
    }
  } else if (sl == 1) {
    for (ptrdiff_t p = 0; p < k; p++) TS_FN(copy_lanes)(width, from + p * sp, to + p * width);
  } else {
    ptrdiff_t p = 0;
    for (; p + TS_LINE <= k; p += TS_LINE) { /* at once: lanes that lie a page apart share one place in the cache */
      TS_UNROLL
      for (int l = 0; l < width; l += TS_SQUARE) { /* overlapping blocks when TS_SQUARE does not divide width */
        const int at = l + TS_SQUARE <= width ? l : width - TS_SQUARE;
        for (int q = 0; q < TS_LINE; q += TS_SQUARE) TS_TRANSPOSE(to + (p + q) * width + at, width, from + at * sl + p + q, sl);
      }
    }
    for (; p < k; p++) {
      for (int l = 0; l < width; l++) to[p * width + l] = from[l * sl + p];
    }
  }
}

/* Panels of contiguous lanes, TS_TOGETHER at a time: what they read are pieces of the same lines of the cache, and of the same pages. How many
   lanes are done. */
TS_INLINE ptrdiff_t TS_FN(pack_together)(const int width, ptrdiff_t lanes, ptrdiff_t k, const TS_T *from, ptrdiff_t sp, TS_T *to) {
  ptrdiff_t l = 0;
  for (; TS_TOGETHER && l + TS_TOGETHER * width <= lanes; l += TS_TOGETHER * width) {
    for (ptrdiff_t p = 0; p < k; p++) {
      TS_UNROLL
      for (int t = 0; t < TS_TOGETHER; t++) TS_FN(copy_lanes)(width, from + l + p * sp + t * width, to + (l + t * width) * k + p * width);
    }
  }
  return l;
}

/* Panels one behind the other, the last filled up with zeros. */
TS_KERNEL void TS_FN(pack_a)(ptrdiff_t rows, ptrdiff_t k, const TS_T *a, ptrdiff_t rsa, ptrdiff_t csa, TS_T *to) {
  ptrdiff_t i = rsa == 1 ? TS_FN(pack_together)(TS_MR, rows, k, a, csa, to) : 0;
  for (; i < rows; i += TS_MR) TS_FN(pack)(TS_MR, rows - i < TS_MR ? rows - i : TS_MR, k, a + i * rsa, rsa, csa, to + i * k);
}
/* A panel of at most one vector's columns is one vector wide. */
TS_KERNEL void TS_FN(pack_b)(ptrdiff_t cols, ptrdiff_t k, const TS_T *b, ptrdiff_t rsb, ptrdiff_t csb, TS_T *to) {
  if (cols <= TS_LANES) TS_FN(pack)(TS_LANES, cols, k, b, csb, rsb, to);
  else TS_FN(pack)(TS_NR, cols, k, b, csb, rsb, to);
}
TS_KERNEL void TS_FN(pack_panels)(ptrdiff_t cols, ptrdiff_t k, const TS_T *b, ptrdiff_t rsb, ptrdiff_t csb, TS_T *to) {
  ptrdiff_t j = csb == 1 ? TS_FN(pack_together)(TS_NR, cols, k, b, rsb, to) : 0;
  for (; j < cols; j += TS_NR) TS_FN(pack_b)(cols - j < TS_NR ? cols - j : TS_NR, k, b + j * csb, rsb, csb, to + j * k);
}
