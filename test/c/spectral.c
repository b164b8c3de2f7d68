/* linalg/spectral.h: decompositions put together again, vectors orthonormal, values those of matrices that have them by
   construction. */
#include "check.h"
#include "linalg/spectral.h"
#include "support/matrices.h"

static const int64_t sizes[] = {0, 1, 2, 3, 5, 9, 20, 33, 49, 70};
enum { SIZES = 10 };

static matrix zeros(ts_dtype d, int64_t rows, int64_t cols) {
  matrix m = make(d, rows, cols);
  for (int64_t j = 0; j < cols; j++)
    for (int64_t i = 0; i < rows; i++) put(&m, i, j, 0);
  return m;
}
static ts_dtype real_of(ts_dtype d) { return d == TS_COMPLEX64 ? TS_FLOAT32 : d == TS_COMPLEX128 ? TS_FLOAT64 : d; }
static ts_dtype complex_of(ts_dtype d) { return d == TS_FLOAT32 ? TS_COMPLEX64 : d == TS_FLOAT64 ? TS_COMPLEX128 : d; }
static double least(double x, double y) { return x < y ? x : y; }

/* How far a is from left * diag(values) * right, right being an adjoint or not there; values may be NULL. */
static double apart(const matrix *a, const matrix *left, const matrix *values, const matrix *right, int64_t k) {
  double worst = 0;
  for (int64_t i = 0; i < a->rows; i++)
    for (int64_t j = 0; j < a->cols; j++) {
      number sum = 0;
      for (int64_t p = 0; p < k; p++) sum += get(left, i, p) * (values ? get(values, p, 0) : 1) * get(right, p, j);
      worst = fmax(worst, cabs(sum - get(a, i, j)));
    }
  return worst;
}

/* How far the columns (or rows) of q are from orthonormal. */
static double crooked(const matrix *q, bool by_rows) {
  const int64_t n = by_rows ? q->rows : q->cols, length = by_rows ? q->cols : q->rows;
  double worst = 0;
  for (int64_t i = 0; i < n; i++)
    for (int64_t j = 0; j < n; j++) {
      number sum = 0;
      for (int64_t p = 0; p < length; p++) sum += by_rows ? get(q, i, p) * conj(get(q, j, p)) : conj(get(q, p, i)) * get(q, p, j);
      worst = fmax(worst, cabs(sum - (i == j)));
    }
  return worst;
}

/* Matrices of many kinds; all are random but for these. */
enum { RANDOM, LACKING, ZERO, IDENTITY, HUGE_ONES, TINY, ONES, TRIANGULAR, GRADED, KINDS };
static matrix of_kind(int kind, ts_dtype d, int64_t m, int64_t n) {
  matrix a = make(d, m, n);
  for (int64_t j = 0; j < n; j++)
    for (int64_t i = 0; i < m; i++) {
      number x = get(&a, i, j);
      if (kind == LACKING && j >= n / 2) x = get(&a, i, j % (n / 2 + 1) == j ? 0 : j % (n / 2 + 1));
      if (kind == ZERO) x = 0;
      if (kind == IDENTITY) x = i == j;
      if (kind == HUGE_ONES) x *= 1e30;
      if (kind == TINY) x *= 1e-30;
      if (kind == ONES) x = 1;
      if (kind == TRIANGULAR && i > j) x = 0;
      if (kind == GRADED) x *= pow(10, -(double)j / 4);
      put(&a, i, j, x);
    }
  return a;
}
static double size_of(const matrix *a) {
  double size = 0;
  for (int64_t j = 0; j < a->cols; j++)
    for (int64_t i = 0; i < a->rows; i++) size = fmax(size, cabs(get(a, i, j)));
  return size > 0 ? size : 1;
}

TEST(qr) {
  for (int t = 0; t < DTYPES; t++)
    for (int kind = 0; kind < KINDS; kind++)
      for (int q = kind % 3; q < SIZES * SIZES; q += 3) {
        const int64_t m = sizes[q / SIZES], n = sizes[q % SIZES], k = m < n ? m : n;
        matrix a = of_kind(kind, dtypes[t], m, n), f = copy_of(&a), tau = make(dtypes[t], k, 1), r = zeros(dtypes[t], m, n), whole = zeros(dtypes[t], m, m);
        CHECK(ts_matrix_qr(a.d, m, n, f.data, f.ld, tau.data) == 0);
        for (int64_t j = 0; j < n; j++)
          for (int64_t i = 0; i < m; i++) {
            if (i <= j) put(&r, i, j, get(&f, i, j));
            else if (j < k) put(&whole, i, j, get(&f, i, j));
          }
        CHECK(ts_matrix_qr_form(a.d, m, m, k, whole.data, whole.ld, tau.data) == 0);
        CHECK_NEAR(apart(&a, &whole, NULL, &r, m) / size_of(&a), 0, epsilon(a.d) * (double)(m + 4));
        CHECK_NEAR(crooked(&whole, false), 0, epsilon(a.d) * (double)(m + 4));
        CHECK(intact(&f) && intact(&whole) && intact(&tau));
        free(a.data), free(f.data), free(tau.data), free(r.data), free(whole.data);
      }
}

TEST(singular_values) {
  for (int t = 0; t < DTYPES; t++)
    for (int kind = 0; kind < KINDS; kind++)
      for (int q = kind % 4; q < SIZES * SIZES; q += 4) {
        const int64_t m = sizes[q / SIZES], n = sizes[q % SIZES], k = m < n ? m : n;
        matrix a = of_kind(kind, dtypes[t], m, n), s[3];
        const double allowed = epsilon(a.d) * (double)(m + n + 4) * 2;
        for (int want = 0; want < 3; want++) {
          const int64_t left = want == TS_SVD_FULL ? m : k, right = want == TS_SVD_FULL ? n : k;
          matrix f = copy_of(&a), u = make(a.d, m, left), v = make(a.d, right, n);
          s[want] = make(real_of(a.d), k, 1);
          CHECK(ts_matrix_svd(a.d, (ts_svd_want)want, m, n, f.data, f.ld, s[want].data, u.data, u.ld, v.data, v.ld) == 0);
          for (int64_t i = 0; i < k; i++) CHECK(creal(get(&s[want], i, 0)) >= 0 && (i == 0 || creal(get(&s[want], i, 0)) <= creal(get(&s[want], i - 1, 0))));
          if (want != TS_SVD_VALUES) {
            CHECK_NEAR(apart(&a, &u, &s[want], &v, k) / size_of(&a), 0, allowed);
            CHECK_NEAR(crooked(&u, false), 0, allowed);
            CHECK_NEAR(crooked(&v, true), 0, allowed);
          }
          for (int64_t i = 0; i < k; i++) CHECK_NEAR(cabs(get(&s[want], i, 0) - get(&s[0], i, 0)) / size_of(&a), 0, allowed);
          CHECK(intact(&f) && intact(&u) && intact(&v) && intact(&s[want]));
          free(f.data), free(u.data), free(v.data);
        }
        free(a.data), free(s[0].data), free(s[1].data), free(s[2].data);
      }
}

TEST(small_singular_values_of_bidiagonal_matrices_are_exact_to_rounding) {
  /* (1 x; 0 1) by tiny scalings: the product of the singular values is the determinant. */
  for (double tiny = 1; tiny > 1e-150; tiny *= 1e-7) {
    double a[9] = {1, 0, 0, 0.5, tiny, 0, 0, 0.25 * tiny, tiny * tiny}, s[3];
    CHECK(ts_matrix_svd(TS_FLOAT64, TS_SVD_VALUES, 3, 3, a, 3, s, NULL, 3, NULL, 3) == 0);
    CHECK_NEAR(s[0] * (s[1] / tiny) * (s[2] / tiny / tiny), 1, 1e-13);
  }
}

TEST(symmetric_eigenvalues) {
  for (int t = 0; t < DTYPES; t++)
    for (int kind = 0; kind < KINDS; kind++)
      for (int q = 0; q < SIZES; q++)
        for (int how = 0; how < 4; how++) {
          const int64_t n = sizes[q];
          const bool upper = how & 1, vectors = how & 2;
          matrix a = of_kind(kind, dtypes[t], n, n), f, w = make(real_of(a.d), n, 1), back = make(a.d, n, n);
          for (int64_t j = 0; j < n; j++) {
            put(&a, j, j, creal(get(&a, j, j)));
            for (int64_t i = 0; i < j; i++) put(&a, i, j, conj(get(&a, j, i)));
          }
          f = copy_of(&a);
          for (int64_t j = 0; j < n; j++)
            for (int64_t i = 0; i < n; i++)
              if (upper ? i > j : i < j) put(&f, i, j, NAN);
          CHECK(ts_matrix_eigh(a.d, upper, vectors, n, f.data, f.ld, w.data) == 0);
          double trace = 0;
          for (int64_t i = 0; i < n; i++) {
            CHECK(i == 0 || creal(get(&w, i, 0)) >= creal(get(&w, i - 1, 0)));
            trace += creal(get(&w, i, 0)) - creal(get(&a, i, i));
          }
          const double allowed = epsilon(a.d) * (double)(n + 4) * 4;
          CHECK_NEAR(trace / size_of(&a), 0, allowed * (double)(n + 1));
          if (vectors) {
            for (int64_t j = 0; j < n; j++)
              for (int64_t i = 0; i < n; i++) put(&back, i, j, conj(get(&f, j, i)));
            CHECK_NEAR(apart(&a, &f, &w, &back, n) / size_of(&a), 0, allowed);
            CHECK_NEAR(crooked(&f, false), 0, allowed);
          }
          CHECK(intact(&f) && intact(&w));
          free(a.data), free(f.data), free(w.data), free(back.data);
        }
}

TEST(eigenvalues) {
  for (int t = 0; t < DTYPES; t++)
    for (int kind = 0; kind < KINDS; kind++)
      for (int q = 0; q < SIZES; q++) {
        const int64_t n = sizes[q];
        matrix a = of_kind(kind, dtypes[t], n, n), f = copy_of(&a), g = copy_of(&a);
        number *w = malloc((size_t)(n + 1) * sizeof *w), *v = malloc((size_t)(n * n + 1) * sizeof *v), *alone = malloc((size_t)(n + 1) * sizeof *w);
        CHECK(ts_matrix_eig(a.d, n, f.data, f.ld, w, v) == 0);
        CHECK(ts_matrix_eig(a.d, n, g.data, g.ld, alone, NULL) == 0);
        const matrix values = {complex_of(a.d), n, 1, n, w}, vectors = {complex_of(a.d), n, n, n, v};
        const double allowed = epsilon(a.d) * (double)(n + 4) * 4;
        double worst = 0, length = 0;
        number trace = 0;
        for (int64_t k = 0; k < n; k++) {
          double square = 0;
          for (int64_t i = 0; i < n; i++) {
            number sum = -get(&values, k, 0) * get(&vectors, i, k);
            for (int64_t j = 0; j < n; j++) sum += get(&a, i, j) * get(&vectors, j, k);
            worst = fmax(worst, cabs(sum));
            square += pow(cabs(get(&vectors, i, k)), 2);
          }
          length = fmax(length, fabs(square - 1));
          trace += get(&values, k, 0) - get(&a, k, k);
        }
        CHECK_NEAR(worst / size_of(&a), 0, allowed * (double)(n + 1));
        CHECK_NEAR(length, 0, allowed);
        CHECK_NEAR(cabs(trace) / size_of(&a), 0, allowed * (double)(n + 1));
        CHECK(intact(&f) && intact(&g));
        free(a.data), free(f.data), free(g.data), free(w), free(v), free(alone);
      }
}

/* The size of the value in w that is nearest to x, counted as far. */
static double nearest(const number *w, int n, number x) {
  double found = INFINITY;
  for (int i = 0; i < n; i++) found = least(found, cabs(w[i] - x));
  return found;
}

TEST(eigenvalues_of_a_cyclic_shift_are_roots_of_unity) { /* the shifts of plain QR iteration never settle on it */
  for (int n = 2; n <= 12; n++) {
    double a[144] = {0};
    number w[12];
    for (int i = 0; i < n; i++) a[(i + 1) % n + i * n] = 1;
    CHECK(ts_matrix_eig(TS_FLOAT64, n, a, n, w, NULL) == 0);
    for (int k = 0; k < n; k++) CHECK_NEAR(nearest(w, n, cexp(2 * acos(-1) * k / n * I)), 0, 1e-13);
    number b[144] = {0};
    for (int i = 0; i < n; i++) b[(i + 1) % n + i * n] = I;
    CHECK(ts_matrix_eig(TS_COMPLEX128, n, b, n, w, NULL) == 0);
    for (int k = 0; k < n; k++) CHECK_NEAR(nearest(w, n, I * cexp(2 * acos(-1) * k / n * I)), 0, 1e-13);
  }
}

TEST(eigenvalues_of_triangular_matrices_are_exact) {
  double lower[9] = {1, 2, 3, 0, -4, 5, 0, 0, 0.1}, jordan[9] = {2, 0, 0, 1, 2, 0, 0, 1, 2};
  number w[3], v[9];
  CHECK(ts_matrix_eig(TS_FLOAT64, 3, lower, 3, w, v) == 0);
  CHECK(nearest(w, 3, 1) == 0 && nearest(w, 3, -4) == 0 && nearest(w, 3, 0.1) == 0);
  CHECK(ts_matrix_eig(TS_FLOAT64, 3, jordan, 3, w, v) == 0);
  for (int i = 0; i < 3; i++) CHECK(w[i] == 2 && fabs(creal(v[3 * i])) > 0.999999);
}

CHECK_MAIN
