/* Template, included by gemm_types.h after gemm_gather.h, in place of gemm_block.h and with its parameters: the same products by
   whole tiles alone, with zeros for the rows and columns that are missing, so that few tiles have to be compiled. Nothing
   lies on the stack or in static memory. */

/* What edges need. */
typedef struct {
  TS_FN(sweep) whole, edge, inner; /* inner: from an edge to sums */
  TS_T sums[TS_MR * TS_NR];
} TS_FN(desk);

TS_INLINE ptrdiff_t TS_FN(piece)(ptrdiff_t n, ptrdiff_t most, ptrdiff_t unit) {
  const ptrdiff_t pieces = (n + most - 1) / most, even = (n + pieces - 1) / pieces;
  return (even + unit - 1) / unit * unit;
}

/* A panel of c, `rows` by desk->edge.cols, whose tiles are cut off below or to the right. */
TS_KERNEL void TS_FN(edge_tiles)(TS_FN(desk) *desk, ptrdiff_t rows, const TS_T *a, const TS_T *b, TS_T *c, const TS_T *start) {
  for (; rows > 0; rows -= TS_MR, a += TS_MR * desk->edge.k, c += TS_MR * desk->edge.rsc, start += TS_MR * desk->edge.rss) {
    TS_FN(tile_packed)(&desk->inner, 1, a, b, desk->sums, desk->sums);
    TS_FN(scatter)(&desk->edge, (int)(rows < TS_MR ? rows : TS_MR), desk->sums, c, start);
  }
}

TS_KERNEL void TS_FN(pack_rows)(ptrdiff_t m, ptrdiff_t k, const TS_T *a, ptrdiff_t rsa, ptrdiff_t csa, TS_T *to) {
  for (ptrdiff_t i = 0; i < m; i += TS_MR) TS_FN(pack)(TS_MR, m - i < TS_MR ? m - i : TS_MR, k, a + i * rsa, rsa, csa, to + i * k);
}
TS_KERNEL void TS_FN(pack_columns)(ptrdiff_t n, ptrdiff_t k, const TS_T *b, ptrdiff_t rsb, ptrdiff_t csb, TS_T *to) {
  for (ptrdiff_t j = 0; j < n; j += TS_NR) TS_FN(pack)(TS_NR, n - j < TS_NR ? n - j : TS_NR, k, b + j * csb, csb, rsb, to + j * k);
}

/* False without memory. m, n and k are at least 1. */
static bool TS_FN(product)(const ts_product *p) {
  const ptrdiff_t m = p->m, n = p->n, k = p->k;
  const ptrdiff_t mc_max = TS_FN(piece)(m, TS_MC, TS_MR), kc_max = TS_FN(piece)(k, TS_KC, 1), nc_max = TS_FN(piece)(n, TS_NC, TS_NR);
  TS_FN(desk) *const desk = ts_alloc(sizeof *desk + (size_t)((mc_max + nc_max) * kc_max) * sizeof(TS_T));
  if (!desk) return false;
  TS_T *const space_a = (TS_T *)(desk + 1), *const space_b = space_a + mc_max * kc_max;
  for (ptrdiff_t jc = 0; jc < n; jc += nc_max) {
    const ptrdiff_t nc = n - jc < nc_max ? n - jc : nc_max;
    for (ptrdiff_t pc = 0; pc < k; pc += kc_max) {
      const ptrdiff_t kc = k - pc < kc_max ? k - pc : kc_max;
      const TS_T *const b = (const TS_T *)p->b + pc * p->rsb + jc * p->csb;
      TS_FN(pack_columns)(nc, kc, b, p->rsb, p->csb, space_b);
      desk->whole = desk->edge = (TS_FN(sweep)){.k = kc, .next_a = TS_MR * kc, .rsc = p->rsc, .csc = p->csc, .rss = pc ? p->rsc : p->rss, .css = pc ? p->csc : p->css,
                                                 .alpha = (TS_T)p->alpha, .beta = pc ? 1 : (TS_T)p->beta};
      desk->inner = (TS_FN(sweep)){.k = kc, .rsc = TS_NR, .alpha = 1};
      for (ptrdiff_t ic = 0; ic < m; ic += mc_max) {
        const ptrdiff_t mc = m - ic < mc_max ? m - ic : mc_max, tiles = mc / TS_MR;
        TS_FN(pack_rows)(mc, kc, (const TS_T *)p->a + ic * p->rsa + pc * p->csa, p->rsa, p->csa, space_a);
        for (ptrdiff_t j = 0; j < nc; j += TS_NR) {
          const TS_T *const bj = space_b + j * kc;
          TS_T *const c = (TS_T *)p->c + ic * p->rsc + (jc + j) * p->csc;
          const TS_T *const start = pc ? c : (const TS_T *)p->start + ic * p->rss + (jc + j) * p->css;
          ptrdiff_t done = 0;
          desk->edge.cols = (int)(nc - j < TS_NR ? nc - j : TS_NR);
          if (p->csc == 1 && p->css == 1 && desk->edge.cols == TS_NR) {
            TS_FN(tile_packed)(&desk->whole, tiles, space_a, bj, c, start);
            done = tiles * TS_MR;
          }
          TS_FN(edge_tiles)(desk, mc - done, space_a + done * kc, bj, c + done * p->rsc, start + done * desk->edge.rss);
        }
      }
    }
  }
  ts_free(desk);
  return true;
}

/* Sums of `tiles` tiles, one below the other; of the upper half of a tile. */
TS_INLINE void TS_FN(gather_into)(const ts_gathered *g, const int rows, ptrdiff_t tiles, const TS_T *a, const TS_T *b, TS_T *sums) {
  const ts_gathered own = {.k = g->k, .at = g->at, .ldc = TS_NR};
  const TS_FN(gather_sweep) all = {tiles, TS_MR * g->k, 0, TS_MR * TS_NR, true};
  TS_FN(gather_tile)(&own, rows, 2, false, &all, a, b, sums, NULL);
}
TS_KERNEL void TS_FN(gather_tiles)(const ts_gathered *g, ptrdiff_t tiles, const TS_T *a, const TS_T *b, TS_T *sums) {
  TS_FN(gather_into)(g, TS_MR, tiles, a, b, sums);
}
TS_KERNEL void TS_FN(gather_half)(const ts_gathered *g, const TS_T *a, const TS_T *b, TS_T *sums) {
  TS_FN(gather_into)(g, TS_MR / 2, 1, a, b, sums);
}

/* a is packed; sums: room for GATHER_SUMS rows. */
static void TS_FN(gathered_whole)(const ts_gathered *g, TS_T *sums) {
  for (ptrdiff_t j = 0; j < g->n; j += TS_NR) {
    for (ptrdiff_t i = 0, rows; i < g->m; i += rows) {
      rows = g->m - i < TS_FN(GATHER_SUMS) ? g->m - i : TS_FN(GATHER_SUMS);
      const bool half = (rows - 1) % TS_MR < TS_MR / 2;
      const ptrdiff_t tiles = (rows + TS_MR - 1) / TS_MR - half;
      const TS_T *const a = (const TS_T *)g->a + i * g->k, *const b = (const TS_T *)g->b + j;
      TS_FN(gather_tiles)(g, tiles, a, b, sums);
      if (half) TS_FN(gather_half)(g, a + tiles * TS_MR * g->k, b, sums + tiles * TS_MR * TS_NR);
      TS_FN(gather_finish)(g, rows, sums, (TS_T *)g->c + i * g->ldc + j, g->add || !g->bias ? NULL : (const TS_T *)g->bias + i);
    }
  }
}
