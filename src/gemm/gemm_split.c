/* Large products on several threads: c in a grid of blocks, one task each. */
#include "../core/threads.h"
#include "gemm_product.h"

enum {
  GRAIN = 16, /* blocks end at multiples of it, as vectors and tiles do */
  SHARE_FROM = 1 << 21 /* multiplications: two threads are 1.5 times as fast as one at 128^3, where one takes 45 us */
};

typedef struct {
  const ts_product *product;
  int64_t itemsize, rows, cols; /* of the grid */
  void (*serial)(const ts_product *);
} grid;

static int64_t units(int64_t n) { return (n + GRAIN - 1) / GRAIN; }

/* Where piece i of n begins. */
static int64_t cut(int64_t n, int64_t pieces, int64_t i) {
  const int64_t at = units(n) * i / pieces * GRAIN;
  return at < n ? at : n;
}

static void run_blocks(void *arg, int64_t begin, int64_t end) {
  const grid *const g = arg;
  for (int64_t t = begin; t < end; t++) {
    const int64_t row = t / g->cols, col = t % g->cols;
    ts_product p = *g->product;
    const int64_t i = cut(p.m, g->rows, row), j = cut(p.n, g->cols, col);
    p.m = cut(p.m, g->rows, row + 1) - i;
    p.n = cut(p.n, g->cols, col + 1) - j;
    p.a = (const char *)p.a + i * p.rsa * g->itemsize;
    p.b = (const char *)p.b + j * p.csb * g->itemsize;
    p.c = (char *)p.c + (i * p.rsc + j * p.csc) * g->itemsize;
    p.start = (const char *)p.start + (i * p.rss + j * p.css) * g->itemsize;
    g->serial(&p);
  }
}

void ts_product_threaded(const ts_product *p, int64_t itemsize, void (*serial)(const ts_product *p)) {
  const double work = (double)p->m * (double)p->n * (double)p->k;
  if (work < SHARE_FROM) {
    serial(p);
    return;
  }
  const double shares = work / (SHARE_FROM / 2);
  const int64_t parts = shares < ts_num_threads() ? (int64_t)shares : ts_num_threads();
  grid g = {p, itemsize, 1, 1, serial};
  /* Of the grids of at most `parts` blocks, the one whose largest block is smallest, then squarest: it packs least. */
  double best_area = -1, best_edge = 0;
  for (int64_t rows = 1; rows <= parts && rows <= units(p->m); rows++) {
    const int64_t cols = parts / rows < units(p->n) ? parts / rows : units(p->n);
    const double height = (double)((units(p->m) + rows - 1) / rows), width = (double)((units(p->n) + cols - 1) / cols);
    const double area = height * width, edge = height + width;
    if (best_area < 0 || area < best_area || (area == best_area && edge < best_edge)) {
      best_area = area;
      best_edge = edge;
      g.rows = rows;
      g.cols = cols;
    }
  }
  ts_parallel_for(g.rows * g.cols, 1, run_blocks, &g);
}
