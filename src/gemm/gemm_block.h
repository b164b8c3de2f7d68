/* Template, included by gemm_isa.c after gemm_tile.h: how a product of any shape becomes tiles. Further parameters:
     TS_KC   depth of a block: a panel of b (TS_KC x TS_NR) stays in the first-level cache
     TS_MC   rows of a block of a, a multiple of TS_MR: TS_MC x TS_KC stays in the second-level cache
     TS_NC   columns of a block of b, a multiple of TS_NR
     TS_PACK_ROWS_FROM, TS_PACK_COLS_FROM   bytes of a's blocks from which packing a pays where its rows (its columns)
             are contiguous */

enum { TS_FN(DOT_KC) = 2048, TS_FN(GATHER_KC) = 512, TS_FN(ROWS_N) = 1024, TS_FN(ROWS_K) = 256 };

/* n in equal pieces of at most `most`, rounded up to `unit`: no thin last block. */
static ptrdiff_t TS_FN(piece)(ptrdiff_t n, ptrdiff_t most, ptrdiff_t unit) {
  if (n <= most) return n;
  const ptrdiff_t pieces = (n + most - 1) / most, even = (n + pieces - 1) / pieces;
  return (even + unit - 1) / unit * unit;
}

/* m = 1 with the rows of b contiguous. */
static TS_TARGET void TS_FN(by_rows)(const ts_product *p) {
  const TS_T *const x = p->a, *const b = p->b;
  const TS_T alpha = (TS_T)p->alpha, beta = (TS_T)p->beta, *const start = p->start;
  TS_T sums[TS_FN(ROWS_N)];
  for (ptrdiff_t j = 0; j < p->n; j += TS_FN(ROWS_N)) {
    const ptrdiff_t n = p->n - j < TS_FN(ROWS_N) ? p->n - j : TS_FN(ROWS_N);
    TS_T *const c = (TS_T *)p->c + j * p->csc;
    for (ptrdiff_t q = 0; q < p->k; q += TS_FN(ROWS_K)) {
      const ptrdiff_t k = p->k - q < TS_FN(ROWS_K) ? p->k - q : TS_FN(ROWS_K);
      memset(sums, 0, (size_t)n * sizeof *sums);
      TS_FN(rows)(n, k, x + q * p->csa, p->csa, b + q * p->rsb + j, p->rsb, sums);
      for (ptrdiff_t l = 0; l < n; l++) {
        TS_T *const out = c + l * p->csc;
        if (q) *out += alpha * sums[l];
        else *out = beta == 0 ? alpha * sums[l] : alpha * sums[l] + beta * start[(j + l) * p->css];
      }
    }
  }
}

/* Few rows, columns of b contiguous. Rows of a are gathered when they are not; then m is at most TS_FEW. */
static TS_TARGET void TS_FN(by_dots)(const ts_product *p) {
  const TS_T *const a = p->a, *const b = p->b;
  TS_T gathered[TS_FEW * TS_FN(GATHER_KC)];
  const bool gather = p->csa != 1 && p->k > 1;
  const ptrdiff_t most = gather ? TS_FN(GATHER_KC) : TS_FN(DOT_KC);
  for (ptrdiff_t q = 0; q < p->k; q += most) {
    const ptrdiff_t k = p->k - q < most ? p->k - q : most;
    for (ptrdiff_t i = 0; gather && i < p->m; i++) {
      for (ptrdiff_t l = 0; l < k; l++) gathered[i * most + l] = a[i * p->rsa + (q + l) * p->csa];
    }
    const TS_FN(dot) d = {.k = k, .sa = gather ? most : p->rsa, .sb = p->csb, .rsc = p->rsc, .csc = p->csc,
                          .rss = q ? p->rsc : p->rss, .css = q ? p->csc : p->css, .alpha = (TS_T)p->alpha, .beta = q ? 1 : (TS_T)p->beta};
    const TS_T *const start = q ? p->c : p->start;
    for (ptrdiff_t i = 0, rows; i < p->m; i += rows) {
      rows = p->m - i < TS_DR ? p->m - i : TS_DR;
      TS_FN(dots)[rows - 1](&d, p->n, gather ? gathered + i * most : a + i * p->rsa + q, b + q,
                            (TS_T *)p->c + i * p->rsc, start + i * d.rss);
    }
  }
}

/* Part `at` of `of` of a's block (rows, k) at (i, q) comes into the second-level cache while another is multiplied: packing it would wait for
   memory. */
TS_INLINE void TS_FN(fetch)(const ts_product *p, ptrdiff_t i, ptrdiff_t rows, ptrdiff_t q, ptrdiff_t k, ptrdiff_t at, ptrdiff_t of) {
  const bool columns = p->rsa == 1;
  const ptrdiff_t strips = columns ? k : rows, apart = columns ? p->csa : p->rsa, length = columns ? rows : k;
  const TS_T *const a = (const TS_T *)p->a + i * p->rsa + q * p->csa;
  for (ptrdiff_t s = strips * at / of; s < strips * (at + 1) / of; s++) {
    for (ptrdiff_t l = 0; l < length; l += TS_LINE) __builtin_prefetch(a + s * apart + l, 0, 2);
  }
}

/* The general product by tiles. With space_a, blocks of a are packed there, else read where they lie. With space_b,
   so are blocks of b; else panels of b are packed on the stack, where copy_b says so or b has no whole vectors in rows.
   With neither it needs no memory, which is also what happens when there is none. */
static TS_TARGET void TS_FN(by_tiles)(const ts_product *p, TS_T *space_a, TS_T *space_b, bool copy_b) {
  const ptrdiff_t m = p->m, n = p->n, k = p->k;
  const ptrdiff_t mc_max = space_a ? TS_FN(piece)(m, TS_MC, TS_MR) : m, kc_max = TS_FN(piece)(k, TS_KC, 1);
  const ptrdiff_t nc_max = space_b ? TS_FN(piece)(n, TS_NC, TS_NR) : n;
  const bool along_k = !space_a && p->csa == 1;
  TS_T panel[TS_KC * TS_NR] __attribute__((aligned(64)));
  for (ptrdiff_t jc = 0, nc; jc < n; jc += nc) {
    nc = n - jc < nc_max ? n - jc : nc_max;
    for (ptrdiff_t pc = 0, kc; pc < k; pc += kc) {
      kc = k - pc < kc_max ? k - pc : kc_max;
      const TS_T *const b = (const TS_T *)p->b + pc * p->rsb + jc * p->csb;
      if (space_b) TS_FN(pack_panels)(nc, kc, b, p->rsb, p->csb, space_b);
      for (ptrdiff_t ic = 0, mc; ic < m; ic += mc) {
        mc = m - ic < mc_max ? m - ic : mc_max;
        const TS_T *const a = (const TS_T *)p->a + ic * p->rsa + pc * p->csa;
        if (space_a) TS_FN(pack_a)(mc, kc, a, p->rsa, p->csa, space_a);
        const ptrdiff_t tiles = mc / TS_MR, rest = mc % TS_MR;
        TS_FN(sweep) s = {
            .k = kc, .sa = space_a ? TS_MR : along_k ? p->rsa : p->csa, .next_a = TS_MR * (space_a ? kc : p->rsa),
            .rsc = p->rsc, .csc = p->csc, .rss = pc ? p->rsc : p->rss, .css = pc ? p->csc : p->css, .alpha = (TS_T)p->alpha,
            .beta = pc ? 1 : (TS_T)p->beta};
        const bool last_rows = ic + mc == m;
        const ptrdiff_t next_i = last_rows ? 0 : ic + mc, next_q = !last_rows ? pc : pc + kc < k ? pc + kc : 0;
        const ptrdiff_t next_rows = m - next_i < mc_max ? m - next_i : mc_max, next_k = k - next_q < kc_max ? k - next_q : kc_max;
        for (ptrdiff_t j = 0; j < nc; j += TS_NR) {
          if (TS_PREFETCH && space_a) TS_FN(fetch)(p, next_i, next_rows, next_q, next_k, j / TS_NR, (nc + TS_NR - 1) / TS_NR);
          s.cols = (int)(nc - j < TS_NR ? nc - j : TS_NR);
          const int vectors = s.cols > TS_LANES ? 2 : 1;
          const TS_T *bj = space_b ? space_b + j * kc : b + j * p->csb;
          s.sb = vectors * TS_LANES;
          if (!space_b) {
            if (copy_b || p->csb != 1 || s.cols != vectors * TS_LANES) {
              TS_FN(pack_b)(s.cols, kc, bj, p->rsb, p->csb, panel);
              bj = panel;
            } else {
              s.sb = p->rsb;
            }
          }
          const TS_T *const aj = space_a ? space_a : a;
          TS_T *const c = (TS_T *)p->c + ic * p->rsc + (jc + j) * p->csc;
          const TS_T *const start = pc ? c : (const TS_T *)p->start + ic * p->rss + (jc + j) * p->css;
          const bool packed = space_a && vectors == 2 && s.sb == TS_NR;
          if (tiles) TS_FN(tiles)[packed ? TS_MR : TS_MR - 1][vectors - 1][along_k](&s, tiles, aj, bj, c, start);
          if (rest)
            TS_FN(tiles)[rest - 1][vectors - 1][along_k](&s, 1, aj + tiles * s.next_a, bj, c + tiles * TS_MR * s.rsc, start + tiles * TS_MR * s.rss);
        }
      }
    }
  }
}

static TS_TARGET void TS_FN(scale)(const ts_product *p) {
  const TS_T beta = (TS_T)p->beta;
  for (ptrdiff_t i = 0; i < p->m; i++) {
    for (ptrdiff_t j = 0; j < p->n; j++) {
      TS_T *const out = (TS_T *)p->c + i * p->rsc + j * p->csc;
      *out = beta == 0 ? 0 : beta * ((const TS_T *)p->start)[i * p->rss + j * p->css];
    }
  }
}

static TS_TARGET void TS_FN(product)(const ts_product *given) {
  ts_product p = *given;
  if (p.m <= 0 || p.n <= 0) return;
  if (p.k <= 0 || p.alpha == 0) {
    TS_FN(scale)(&p);
    return;
  }
  /* Few columns become few rows; a's columns, if they are contiguous, make better vectors than a short row of b. */
  const bool few = p.m <= TS_FEW || p.n <= TS_FEW;
  if (few ? p.n < p.m : p.n < TS_LANES && p.csa != 1) transpose(&p);
  if (p.m == 1 && p.csb == 1 && p.rsb != 1) {
    TS_FN(by_rows)(&p);
    return;
  }
  if (p.m <= TS_FEW && p.rsb == 1) {
    TS_FN(by_dots)(&p);
    return;
  }
  const ptrdiff_t mc = TS_FN(piece)(p.m, TS_MC, TS_MR), kc = TS_FN(piece)(p.k, TS_KC, 1);
  const ptrdiff_t nc = TS_FN(piece)(p.n, TS_NC, TS_NR), item = (ptrdiff_t)sizeof(TS_T);
  const ptrdiff_t bytes_a = p.m * kc * item, bytes_b = p.n * p.k * item;
  const bool pack_a = p.n >= 8 * TS_NR && bytes_a >= (p.csa == 1 ? TS_PACK_ROWS_FROM : TS_PACK_COLS_FROM);
  const bool pack_b = pack_a && p.m > TS_MC; /* else a panel of b serves once */
  const bool copy_b = bytes_b >= TS_COPY_B_ALWAYS ? p.m > TS_FEW : p.m >= 64 && bytes_b >= TS_COPY_B_FROM;
  const ptrdiff_t size_a = pack_a ? (mc + TS_MR) * kc : 0, size_b = pack_b ? (nc + TS_NR) * kc : 0;
  TS_T *const space = size_a + size_b ? ts_alloc((size_t)((size_a + size_b) * item)) : NULL;
  TS_FN(by_tiles)(&p, space && pack_a ? space : NULL, space && pack_b ? space + size_a : NULL, copy_b);
  ts_free(space);
}
