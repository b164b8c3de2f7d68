/* linalg/factor.h: factors put together again, solutions put into their equations. Unread triangles hold NaN, and every
   matrix stands in a taller one whose other rows must survive. */
#include "check.h"
#include "linalg/factor.h"
#include "support/matrices.h"

static const int64_t sizes[] = {0, 1, 2, 3, 5, 15, 16, 17, 33, 48, 70, 131};
enum { SIZES = 12 };

static number of(ts_matrix_op op, const matrix *m, int64_t i, int64_t j) {
  const number x = op & 1 ? get(m, j, i) : get(m, i, j);
  return op & 2 ? conj(x) : x;
}

TEST(lu) {
  for (int t = 0; t < DTYPES; t++)
    for (int q = 0; q < SIZES * SIZES; q += q % SIZES == q / SIZES ? 1 : 3) {
      const int64_t m = sizes[q / SIZES], n = sizes[q % SIZES], k = m < n ? m : n;
      matrix a = make(dtypes[t], m, n), f = copy_of(&a);
      int32_t *pivots = malloc((size_t)(k + 1) * sizeof *pivots);
      CHECK(ts_factor_lu(a.d, m, n, f.data, f.ld, pivots) == 0);
      ts_swap_rows(a.d, n, a.data, a.ld, k, pivots, false);
      double worst = 0;
      for (int64_t i = 0; i < m; i++)
        for (int64_t j = 0; j < n; j++) {
          number sum = 0;
          for (int64_t p = 0; p <= i && p <= j && p < k; p++) sum += (p == i ? 1 : get(&f, i, p)) * get(&f, p, j);
          worst = fmax(worst, cabs(sum - get(&a, i, j)));
        }
      CHECK_NEAR(worst, 0, epsilon(a.d) * (double)(k + 4));
      CHECK(intact(&f));
      free(a.data), free(f.data), free(pivots);
    }
}

TEST(lu_of_singular_matrices_says_where) {
  double zero[4] = {0, 0, 0, 0}, one[4] = {1, 2, 2, 4};
  int32_t pivots[2];
  CHECK(ts_factor_lu(TS_FLOAT64, 2, 2, zero, 2, pivots) == 1);
  CHECK(ts_factor_lu(TS_FLOAT64, 2, 2, one, 2, pivots) == 2);
  matrix a = make(TS_FLOAT64, 70, 70);
  for (int64_t i = 0; i < 70; i++) put(&a, i, 40, 0);
  int32_t many[70];
  CHECK(ts_factor_lu(a.d, 70, 70, a.data, a.ld, many) == 41);
  free(a.data);
}

TEST(lu_solves) {
  for (int t = 0; t < DTYPES; t++)
    for (int op = 0; op < 4; op++)
      for (int64_t n = 1; n < 60; n += 19) {
        matrix a = make(dtypes[t], n, n), b = make(dtypes[t], n, 5), f, x;
        for (int64_t i = 0; i < n; i++) put(&a, i, (i * 3) % n, get(&a, i, (i * 3) % n) + 3 * (double)n);
        f = copy_of(&a), x = copy_of(&b);
        int32_t pivots[64];
        ts_factor_lu(a.d, n, n, f.data, f.ld, pivots);
        ts_solve_lu(a.d, (ts_matrix_op)op, n, 5, f.data, f.ld, pivots, x.data, x.ld);
        double worst = 0;
        for (int64_t i = 0; i < n; i++)
          for (int64_t j = 0; j < 5; j++) {
            number sum = 0;
            for (int64_t p = 0; p < n; p++) sum += of((ts_matrix_op)op, &a, i, p) * get(&x, p, j);
            worst = fmax(worst, cabs(sum - get(&b, i, j)));
          }
        CHECK_NEAR(worst, 0, epsilon(a.d) * (double)(n + 10) * 10);
        free(a.data), free(b.data), free(f.data), free(x.data);
      }
}

TEST(triangles) {
  for (int t = 0; t < DTYPES; t++)
    for (int q = 0; q < SIZES; q++)
      for (int how = 0; how < 32; how++) {
        const bool left = how & 1, upper = how & 2, unit = how & 4;
        const ts_matrix_op op = (ts_matrix_op)(how >> 3);
        const int64_t n = sizes[q], k = how % 5 == 0 ? 1 : 1 + (q * 37 + how) % 70, rows = left ? n : k, cols = left ? k : n;
        matrix a = make(dtypes[t], n, n), b = make(dtypes[t], rows, cols), x = copy_of(&b);
        for (int64_t i = 0; i < n; i++)
          for (int64_t j = 0; j < n; j++) put(&a, i, j, (upper ? i > j : i < j) || (unit && i == j) ? NAN : i == j ? get(&a, i, j) + 2 : get(&a, i, j) / (double)n);
        ts_solve_triangular(a.d, left, upper, op, unit, rows, cols, a.data, a.ld, x.data, x.ld);
        for (int64_t i = 0; i < n; i++)
          for (int64_t j = 0; j < n; j++)
            if (upper ? i > j : i < j) put(&a, i, j, 0);
            else if (unit && i == j) put(&a, i, j, 1);
        double worst = 0;
        for (int64_t i = 0; i < rows; i++)
          for (int64_t j = 0; j < cols; j++) {
            number sum = 0;
            for (int64_t p = 0; p < n; p++) sum += left ? of(op, &a, i, p) * get(&x, p, j) : get(&x, i, p) * of(op, &a, p, j);
            worst = fmax(worst, cabs(sum - get(&b, i, j)));
          }
        CHECK_NEAR(worst, 0, epsilon(a.d) * 40);
        CHECK(intact(&x));
        free(a.data), free(b.data), free(x.data);
      }
}

/* A Hermitian (or symmetric) matrix with NaN above the diagonal; whole: without. */
static matrix symmetric(ts_dtype d, int64_t n, bool hermitian, double shift, matrix *whole) {
  matrix a = make(d, n, n);
  for (int64_t j = 0; j < n; j++) {
    put(&a, j, j, (hermitian ? creal(get(&a, j, j)) : get(&a, j, j)) + shift);
    for (int64_t i = 0; i < j; i++) put(&a, i, j, hermitian ? conj(get(&a, j, i)) : get(&a, j, i));
  }
  *whole = copy_of(&a);
  for (int64_t j = 0; j < n; j++)
    for (int64_t i = 0; i < j; i++) put(&a, i, j, NAN);
  return a;
}

TEST(cholesky) {
  for (int t = 0; t < DTYPES; t++)
    for (int q = 0; q < SIZES; q++) {
      const int64_t n = sizes[q];
      matrix whole, a = symmetric(dtypes[t], n, true, 2 * (double)n, &whole);
      CHECK(ts_factor_cholesky(a.d, n, a.data, a.ld) == 0);
      double worst = 0;
      for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j <= i; j++) {
          number sum = 0;
          for (int64_t p = 0; p <= j; p++) sum += get(&a, i, p) * conj(get(&a, j, p));
          worst = fmax(worst, cabs(sum - get(&whole, i, j)));
        }
      CHECK_NEAR(worst, 0, epsilon(a.d) * (double)(n + 4) * 2);
      CHECK(intact(&a));
      if (n > 3) {
        const int64_t bad = n * 2 / 3;
        matrix b = copy_of(&whole);
        put(&b, bad, bad, -1);
        CHECK(ts_factor_cholesky(b.d, n, b.data, b.ld) == bad + 1);
        free(b.data);
      }
      free(a.data), free(whole.data);
    }
}

TEST(bunch_kaufman) {
  for (int t = 0; t < DTYPES; t++)
    for (int q = 0; q < SIZES; q++)
      for (int hermitian = 0; hermitian < 2; hermitian++) {
        const int64_t n = sizes[q];
        matrix whole, a = symmetric(dtypes[t], n, hermitian, 0, &whole), b = make(dtypes[t], n, 3), x = copy_of(&b);
        int32_t *pivots = malloc((size_t)(n + 1) * sizeof *pivots);
        double worst = 0, largest = 1;
        CHECK(ts_factor_ldl(a.d, hermitian, n, a.data, a.ld, pivots) == 0);
        ts_solve_ldl(a.d, hermitian, n, 3, a.data, a.ld, pivots, x.data, x.ld);
        for (int64_t i = 0; i < n; i++)
          for (int64_t j = 0; j < 3; j++) {
            number sum = 0;
            for (int64_t p = 0; p < n; p++) sum += get(&whole, i, p) * get(&x, p, j);
            worst = fmax(worst, cabs(sum - get(&b, i, j)));
            largest = fmax(largest, cabs(get(&x, i, j)));
          }
        CHECK_NEAR(worst / largest, 0, epsilon(a.d) * (double)(n + 4) * 4);
        free(a.data), free(whole.data), free(b.data), free(x.data), free(pivots);
      }
}

TEST(bunch_kaufman_of_zero_says_where) {
  double a[9] = {1, 0, 0, 0, 0, 0, 0, 0, 0};
  int32_t pivots[3];
  CHECK(ts_factor_ldl(TS_FLOAT64, false, 3, a, 3, pivots) == 2);
}

CHECK_MAIN
