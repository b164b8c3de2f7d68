/* No guard: triangular solves and LU for one element type. Both halve the matrix until it is small, so that nearly all
   the work is products, which use threads; LAPACK, which uses one here, gets panels, BLAS strips of right sides. */
enum { F(small) = 16, F(strip) = 64, F(few) = 3, F(few_rows) = 64 };

/* op(a)(i, j) */
static inline T F(entry)(ts_matrix_op op, const T *a, int64_t lda, int64_t i, int64_t j) {
  const T x = op & 1 ? a[j + i * lda] : a[i + j * lda];
  return op & 2 ? CONJ(x) : x;
}

/* op(a) x = b for m up to `small`: strips of b are turned to lie row by row, so that the inner loop runs over columns. */
static void F(solve_left)(bool lower, ts_matrix_op op, bool unit, int64_t m, int64_t n, const T *a, int64_t lda, T *b, int64_t ldb) {
  T t[F(small)][F(small)], w[F(small)][F(strip)];
  for (int64_t i = 0; i < m; i++)
    for (int64_t j = lower ? 0 : i; j < (lower ? i + 1 : m); j++) t[i][j] = i == j && unit ? 1 : F(entry)(op, a, lda, i, j);
  for (int64_t at = 0; at < n; at += F(strip)) {
    const int64_t wide = n - at < F(strip) ? n - at : F(strip);
    T *x = b + at * ldb;
    for (int64_t j = 0; j < wide; j++)
      for (int64_t i = 0; i < m; i++) w[i][j] = x[i + j * ldb];
    for (int64_t s = 0; s < m; s++) {
      const int64_t i = lower ? s : m - 1 - s;
      for (int64_t k = lower ? 0 : i + 1; k < (lower ? i : m); k++) {
        const T f = t[i][k];
        for (int64_t j = 0; j < wide; j++) w[i][j] -= MUL(f, w[k][j]);
      }
      if (!unit)
        for (int64_t j = 0; j < wide; j++) w[i][j] = DIV(w[i][j], t[i][i]);
    }
    for (int64_t j = 0; j < wide; j++)
      for (int64_t i = 0; i < m; i++) x[i + j * ldb] = w[i][j];
  }
}

/* op(a) x = b for few right sides: column by column of a, as it lies. */
static void F(solve_few)(bool lower, ts_matrix_op op, bool unit, int64_t m, int64_t n, const T *a, int64_t lda, T *b, int64_t ldb) {
#define READ(x) (op & 2 ? CONJ(x) : (x))
  for (int64_t j = 0; j < n; j++) {
    T *x = b + j * ldb;
    for (int64_t s = 0; s < m; s++) {
      const int64_t i = lower ? s : m - 1 - s;
      const T *column = a + i * lda;
      if (op & 1) {
        T sum = 0;
        for (int64_t k = lower ? 0 : i + 1; k < (lower ? i : m); k++) sum += MUL(READ(column[k]), x[k]);
        x[i] -= sum;
      }
      if (!unit) x[i] = DIV(x[i], READ(column[i]));
      if (op & 1) continue;
      const T f = x[i];
      for (int64_t k = lower ? i + 1 : 0; k < (lower ? m : i); k++) x[k] -= MUL(READ(column[k]), f);
    }
  }
#undef READ
}

/* x op(a) = b for n up to `small`, some rows of b at a time. */
static void F(solve_right)(bool lower, ts_matrix_op op, bool unit, int64_t m, int64_t n, const T *a, int64_t lda, T *b, int64_t ldb) {
  enum { ROWS = 256 };
  for (int64_t at = 0; at < m; at += ROWS) {
    const int64_t high = m - at < ROWS ? m - at : ROWS;
    for (int64_t s = 0; s < n; s++) {
      const int64_t j = lower ? n - 1 - s : s;
      T *x = b + at + j * ldb;
      for (int64_t k = lower ? j + 1 : 0; k < (lower ? n : j); k++) {
        const T f = F(entry)(op, a, lda, k, j), *y = b + at + k * ldb;
        for (int64_t i = 0; i < high; i++) x[i] -= MUL(f, y[i]);
      }
      if (unit) continue;
      const T f = F(entry)(op, a, lda, j, j);
      for (int64_t i = 0; i < high; i++) x[i] = DIV(x[i], f);
    }
  }
}

static void F(triangular)(bool left, bool upper, ts_matrix_op op, bool unit, int64_t m, int64_t n, const T *a, int64_t lda, T *b, int64_t ldb) {
  const bool lower = upper == (op & 1); /* what op(a) is */
  const int64_t size = left ? m : n;
  if (m == 0 || n == 0) return;
  if (left && n <= F(few) && m <= F(few_rows)) {
    F(solve_few)(lower, op, unit, m, n, a, lda, b, ldb);
    return;
  }
  if (size <= F(small)) {
    (left ? F(solve_left) : F(solve_right))(lower, op, unit, m, n, a, lda, b, ldb);
    return;
  }
  const int64_t p = (size / 2 + F(small) - 1) / F(small) * F(small), q = size - p;
  const T *corner = a + p + p * lda;
  /* The block of a off the diagonal that counts. */
  const T *off = upper ? a + p * lda : a + p;
  T *second = left ? b + p : b + p * ldb;
  if (left) {
    if (lower) {
      F(triangular)(true, upper, op, unit, p, n, a, lda, b, ldb);
      F(product)(op, TS_PLAIN, q, n, p, -1, off, lda, b, ldb, 1, second, ldb);
      F(triangular)(true, upper, op, unit, q, n, corner, lda, second, ldb);
    } else {
      F(triangular)(true, upper, op, unit, q, n, corner, lda, second, ldb);
      F(product)(op, TS_PLAIN, p, n, q, -1, off, lda, second, ldb, 1, b, ldb);
      F(triangular)(true, upper, op, unit, p, n, a, lda, b, ldb);
    }
  } else if (lower) {
    F(triangular)(false, upper, op, unit, m, q, corner, lda, second, ldb);
    F(product)(TS_PLAIN, op, m, p, q, -1, second, ldb, off, lda, 1, b, ldb);
    F(triangular)(false, upper, op, unit, m, p, a, lda, b, ldb);
  } else {
    F(triangular)(false, upper, op, unit, m, p, a, lda, b, ldb);
    F(product)(TS_PLAIN, op, m, q, p, -1, b, ldb, off, lda, 1, second, ldb);
    F(triangular)(false, upper, op, unit, m, q, corner, lda, second, ldb);
  }
}

typedef struct {
  bool left, upper, unit;
  ts_matrix_op op;
  int64_t size, lda, ldb;
  const T *a;
  T *b;
} F(strips);

/* Right sides [begin, end). */
static void F(some_right_sides)(void *arg, int64_t begin, int64_t end) {
  const F(strips) *s = arg;
  T *b = s->b + begin * (s->left ? s->ldb : 1);
  const int64_t m = s->left ? s->size : end - begin, n = s->left ? end - begin : s->size;
  if (!ts_blas_triangular(DTYPE, s->left, s->upper, s->op, s->unit, m, n, s->a, s->lda, b, s->ldb)) F(triangular)(s->left, s->upper, s->op, s->unit, m, n, s->a, s->lda, b, s->ldb);
}

static void F(solve_triangle)(bool left, bool upper, ts_matrix_op op, bool unit, int64_t m, int64_t n, const T *a, int64_t lda, T *b, int64_t ldb) {
  const int64_t size = left ? m : n, others = left ? n : m;
  F(strips) s = {left, upper, unit, op, size, lda, ldb, a, b};
  if (op != TS_CONJUGATE && ts_blas_takes(size, others)) ts_parallel_for(others, 64, F(some_right_sides), &s);
  else F(triangular)(left, upper, op, unit, m, n, a, lda, b, ldb);
}

static void F(swap_rows)(int64_t k, T *b, int64_t ldb, int64_t n, const int32_t *pivots, bool back) {
  for (int64_t j = 0; j < k; j++) {
    T *x = b + j * ldb;
    for (int64_t s = 0; s < n; s++) {
      const int64_t i = back ? n - 1 - s : s, p = pivots[i] - 1;
      const T kept = x[i];
      x[i] = x[p];
      x[p] = kept;
    }
  }
}

static int64_t F(lu_small)(int64_t m, int64_t n, T *a, int64_t lda, int32_t *pivots) {
  int64_t info = 0;
  for (int64_t j = 0; j < m && j < n; j++) {
    T *column = a + j * lda;
    int64_t p = j;
    R largest = MAG(column[j]);
    for (int64_t i = j + 1; i < m; i++)
      if (MAG(column[i]) > largest) {
        largest = MAG(column[i]);
        p = i;
      }
    pivots[j] = (int32_t)p + 1;
    if (column[p] == 0) {
      if (!info) info = j + 1;
      continue;
    }
    if (p != j)
      for (int64_t k = 0; k < n; k++) {
        const T kept = a[j + k * lda];
        a[j + k * lda] = a[p + k * lda];
        a[p + k * lda] = kept;
      }
    const T pivot = column[j];
    for (int64_t i = j + 1; i < m; i++) column[i] = DIV(column[i], pivot);
    for (int64_t k = j + 1; k < n; k++) {
      T *x = a + k * lda;
      const T f = x[j];
      for (int64_t i = j + 1; i < m; i++) x[i] -= MUL(f, column[i]);
    }
  }
  return info;
}

static int64_t F(lu)(int64_t m, int64_t n, T *a, int64_t lda, int32_t *pivots) {
  const int64_t k = m < n ? m : n;
  int64_t info;
  if (k <= F(small)) return F(lu_small)(m, n, a, lda, pivots);
  if (k <= LAPACK_PANEL && ts_lapack_lu(DTYPE, m, n, a, lda, pivots, &info)) return info;
  const int64_t p = (k / 2 + F(small) - 1) / F(small) * F(small), q = n - p;
  T *right = a + p * lda, *corner = right + p;
  const int64_t first = F(lu)(m, p, a, lda, pivots);
  F(swap_rows)(q, right, lda, p, pivots, false);
  F(solve_triangle)(true, false, TS_PLAIN, true, p, q, a, lda, right, lda);
  F(product)(TS_PLAIN, TS_PLAIN, m - p, q, p, -1, a + p, lda, right, lda, 1, corner, lda);
  const int64_t then = F(lu)(m - p, q, corner, lda, pivots + p);
  F(swap_rows)(p, a + p, lda, k - p, pivots + p, false);
  for (int64_t i = p; i < k; i++) pivots[i] += (int32_t)p;
  return first ? first : then ? then + p : 0;
}

static void F(lu_solve)(ts_matrix_op op, int64_t n, int64_t k, const T *lu, int64_t lda, const int32_t *pivots, T *b, int64_t ldb) {
  if (!(op & 1)) {
    F(swap_rows)(k, b, ldb, n, pivots, false);
    F(solve_triangle)(true, false, op, true, n, k, lu, lda, b, ldb);
    F(solve_triangle)(true, true, op, false, n, k, lu, lda, b, ldb);
  } else {
    F(solve_triangle)(true, true, op, false, n, k, lu, lda, b, ldb);
    F(solve_triangle)(true, false, op, true, n, k, lu, lda, b, ldb);
    F(swap_rows)(k, b, ldb, n, pivots, true);
  }
}
