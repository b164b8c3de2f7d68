/* Products whose right-hand rows lie wherever a table says: what convolutions are made of. Row p of b begins at
   b + at[p]; rows may overlap, as shifted views of one image do, so windows need no matrix of their own. In this
   thread, on the best instruction set. */
#ifndef TS_GATHERED_H
#define TS_GATHERED_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* c (m, n) = a (m, k) * b (k, n), or c += that. n is rounded up to whole panels of ts_gathered_panel() elements: so much
   of b is read and of c written. */
typedef struct {
  int64_t m, n, k; /* all at least 1 */
  const void *a;   /* packed by ts_gathered_pack, or k contiguous elements a row and lda between rows */
  int64_t lda;     /* 0: packed */
  const void *b;
  const ptrdiff_t *at;
  void *c;
  int64_t ldc;
  bool add;
  const void *bias; /* unless add: one for each row; or NULL */
  /* What happens to the sums last. */
  const void *residual; /* added to them: as c, or NULL */
  bool clamp;           /* v < low ? low : v > high ? high : v */
  double low, high;
  bool narrow; /* n is ts_gathered_vector(), or at most TS_GATHERED_FEW, and no more is read and written; a is packed */
} ts_gathered;
enum { TS_GATHERED_FEW = 4 };

void ts_gathered_f32(const ts_gathered *g);
void ts_gathered_f64(const ts_gathered *g);

/* c (m, k) += the products of rows: sum over n of a (m, n) * b (k, n)'. n is a multiple of ts_gathered_panel(): zeros in
   a make up for what b has too much. lda between rows of a. */
void ts_gathered_dots_f32(const ts_gathered *g);
void ts_gathered_dots_f64(const ts_gathered *g);

/* Rows of a in the order that the product reads: m rounded up to ts_gathered_rows() times k elements. Rows from any
   multiple of ts_gathered_rows() on are packed where `to` + that many times k is. */
void ts_gathered_pack_f32(int64_t m, int64_t k, const float *a, int64_t lda, float *to);
void ts_gathered_pack_f64(int64_t m, int64_t k, const double *a, int64_t lda, double *to);

/* Columns from which packing rows for one product pays. Where it is 0, packed rows give other last places than rows as they lie, so that all should be packed. */
int64_t ts_gathered_pack_from(bool is_double);

int64_t ts_gathered_rows(bool is_double);
int64_t ts_gathered_panel(bool is_double);
int64_t ts_gathered_vector(bool is_double); /* half a panel; 0: there are no narrow products */
/* Depth of a product that keeps what it reads again in the caches. */
int64_t ts_gathered_depth(bool is_double);
#endif
