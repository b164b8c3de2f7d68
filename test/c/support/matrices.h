/* Matrices of any dtype that linalg/ takes, for its tests: column by column, with rows behind them that must survive. */
#ifndef TEST_MATRICES_H
#define TEST_MATRICES_H
#include <complex.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "core/dtype.h"

enum { EXTRA = 3 };
typedef double complex number;
static const ts_dtype dtypes[] = {TS_FLOAT32, TS_FLOAT64, TS_COMPLEX64, TS_COMPLEX128};
enum { DTYPES = 4 };

static uint64_t state = 88172645463325252u;
static double random_value(void) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return (double)(state >> 32) / 2147483648.0 - 1;
}

typedef struct { ts_dtype d; int64_t rows, cols, ld; void *data; } matrix;

static number get(const matrix *m, int64_t i, int64_t j) {
  const int64_t at = i + j * m->ld;
  switch (m->d) {
    case TS_FLOAT32: return ((float *)m->data)[at];
    case TS_FLOAT64: return ((double *)m->data)[at];
    case TS_COMPLEX64: return ((float complex *)m->data)[at];
    default: return ((double complex *)m->data)[at];
  }
}
static void put(matrix *m, int64_t i, int64_t j, number x) {
  const int64_t at = i + j * m->ld;
  switch (m->d) {
    case TS_FLOAT32: ((float *)m->data)[at] = (float)creal(x); break;
    case TS_FLOAT64: ((double *)m->data)[at] = creal(x); break;
    case TS_COMPLEX64: ((float complex *)m->data)[at] = (float complex)x; break;
    default: ((double complex *)m->data)[at] = x;
  }
}
static number random_number(ts_dtype d) { return ts_is_complex(d) ? random_value() + random_value() * I : random_value(); }

static matrix make(ts_dtype d, int64_t rows, int64_t cols) {
  matrix m = {d, rows, cols, rows + EXTRA, malloc((size_t)((rows + EXTRA) * cols + 1) * (size_t)ts_itemsize(d))};
  for (int64_t j = 0; j < cols; j++)
    for (int64_t i = 0; i < m.ld; i++) put(&m, i, j, i < rows ? random_number(d) : 77);
  return m;
}
static matrix copy_of(const matrix *m) {
  matrix c = make(m->d, m->rows, m->cols);
  memcpy(c.data, m->data, (size_t)(m->ld * m->cols) * (size_t)ts_itemsize(m->d));
  return c;
}
static bool intact(const matrix *m) {
  bool ok = true;
  for (int64_t j = 0; j < m->cols; j++)
    for (int64_t i = m->rows; i < m->ld; i++) ok = ok && get(m, i, j) == 77;
  return ok;
}
static double epsilon(ts_dtype d) { return d == TS_FLOAT32 || d == TS_COMPLEX64 ? 1e-6 : 2e-15; }
#endif
