/* Large products on several threads: c in a grid of blocks, one task each. */
#include <stddef.h>
#include "../core/threads.h"
#include "gemm_product.h"

typedef struct {
  const ts_product *product;
  int64_t itemsize, rows, cols; /* of the grid */
  void (*run)(const ts_product *);
} split;

/* Blocks end at multiples of this, so that no vector or tile is cut. */
enum { GRAIN = 16 };

static int64_t cut(int64_t n, int64_t parts, int64_t i) {
  const int64_t units = (n + GRAIN - 1) / GRAIN, at = units * i / parts * GRAIN;
  return at < n ? at : n;
}

static void run_blocks(void *arg, int64_t begin, int64_t end) {
  const split *const s = arg;
  for (int64_t t = begin; t < end; t++) {
    ts_product p = *s->product;
    const int64_t i = cut(p.m, s->rows, t / s->cols), j = cut(p.n, s->cols, t % s->cols);
    p.m = cut(p.m, s->rows, t / s->cols + 1) - i;
    p.n = cut(p.n, s->cols, t % s->cols + 1) - j;
    p.a = (const char *)p.a + i * p.rsa * s->itemsize;
    p.b = (const char *)p.b + j * p.csb * s->itemsize;
    p.c = (char *)p.c + (i * p.rsc + j * p.csc) * s->itemsize;
    s->run(&p);
  }
}

void ts_product_split(const ts_product *p, int64_t itemsize, int parts, void (*run)(const ts_product *p)) {
  const int64_t most_rows = (p->m + GRAIN - 1) / GRAIN, most_cols = (p->n + GRAIN - 1) / GRAIN;
  split s = {p, itemsize, 1, 1, run};
  /* Of the grids of at most `parts` blocks, the one whose largest block is smallest, then squarest: that packs least. */
  double best_area = -1, best_edge = 0;
  for (int64_t rows = 1; rows <= parts && rows <= most_rows; rows++) {
    const int64_t cols = parts / rows < most_cols ? parts / rows : most_cols;
    const double height = (double)((most_rows + rows - 1) / rows), width = (double)((most_cols + cols - 1) / cols);
    const double area = height * width, edge = height + width;
    if (best_area < 0 || area < best_area || (area == best_area && edge < best_edge)) {
      best_area = area;
      best_edge = edge;
      s.rows = rows;
      s.cols = cols;
    }
  }
  ts_parallel_for(s.rows * s.cols, 1, run_blocks, &s);
}
