/* No guard: Cholesky and Bunch-Kaufman factors of a lower triangle, for one element type. */

static int64_t F(cholesky_small)(int64_t n, T *a, int64_t lda) {
  for (int64_t j = 0; j < n; j++) {
    T *x = a + j * lda;
    const R d = REAL_PART(x[j]);
    if (d <= 0) return j + 1; /* NaN goes on, as in OpenBLAS */
    const R root = ROOT(d);
    x[j] = root;
    for (int64_t i = j + 1; i < n; i++) x[i] /= root;
    for (int64_t k = j + 1; k < n; k++) {
      T *y = a + k * lda;
      const T f = CONJ(x[k]);
      for (int64_t i = k; i < n; i++) y[i] -= MUL(f, x[i]);
    }
  }
  return 0;
}

static int64_t F(cholesky)(int64_t n, T *a, int64_t lda) {
  enum { STRIP = 128 };
  int64_t info;
  if (n <= F(small)) return F(cholesky_small)(n, a, lda);
  if (n <= LAPACK_PANEL && ts_lapack_cholesky(DTYPE, n, a, lda, &info)) return info;
  const int64_t p = (n / 2 + F(small) - 1) / F(small) * F(small), q = n - p;
  T *below = a + p, *corner = below + p * lda;
  info = F(cholesky)(p, a, lda);
  if (info) return info;
  F(solve_triangle)(false, false, TS_ADJOINT, false, q, p, a, lda, below, lda);
  /* The lower triangle of the rest, strip by strip. */
  for (int64_t j = 0; j < q; j += STRIP) {
    const int64_t wide = q - j < STRIP ? q - j : STRIP;
    F(product)(TS_PLAIN, TS_ADJOINT, q - j, wide, p, -1, below + j, lda, below + j, lda, 1, corner + j + j * lda, lda);
  }
  info = F(cholesky)(q, corner, lda);
  return info ? info + p : 0;
}

#define HERM(x) (hermitian ? CONJ(x) : (x))
#define REALLY(x) (hermitian ? (T)REAL_PART(x) : (x))
#define AT(i, j) a[(i) + (j) * lda]

/* The pivot of step k: its row, and whether it is a block of two. */
static int64_t F(ldl_pivot)(bool hermitian, int64_t n, const T *a, int64_t lda, int64_t k, bool *two, bool *zero) {
  const R alpha = (R)0.6403882032022076; /* (1 + sqrt(17)) / 8 */
  const R here = MAG(REALLY(AT(k, k)));
  int64_t at = k;
  R below = 0, across = 0;
  *two = *zero = false;
  for (int64_t i = k + 1; i < n; i++)
    if (MAG(AT(i, k)) > below) {
      below = MAG(AT(i, k));
      at = i;
    }
  if (here != here || (here == 0 && below == 0)) {
    *zero = true;
    return k;
  }
  if (here >= alpha * below) return k;
  for (int64_t j = k; j < at; j++)
    if (MAG(AT(at, j)) > across) across = MAG(AT(at, j));
  for (int64_t i = at + 1; i < n; i++)
    if (MAG(AT(i, at)) > across) across = MAG(AT(i, at));
  if (here >= alpha * below * (below / across)) return k;
  *two = !(MAG(REALLY(AT(at, at))) >= alpha * across);
  return at;
}

static void F(ldl_swap)(bool hermitian, int64_t n, T *a, int64_t lda, int64_t p, int64_t q) { /* p < q */
#define EXCHANGE(x, y) do { const T kept_ = x; x = y; y = kept_; } while (0)
  for (int64_t i = q + 1; i < n; i++) EXCHANGE(AT(i, p), AT(i, q));
  for (int64_t i = p + 1; i < q; i++) {
    const T kept = HERM(AT(i, p));
    AT(i, p) = HERM(AT(q, i));
    AT(q, i) = kept;
  }
  AT(q, p) = HERM(AT(q, p));
  EXCHANGE(AT(p, p), AT(q, q));
}

/* Takes the block of two at k out of the rest. */
static void F(ldl_two)(bool hermitian, int64_t n, T *a, int64_t lda, int64_t k) {
  T *x = a + k * lda, *y = x + lda;
  const T off = x[k + 1], d11 = DIV(y[k + 1], off), d22 = DIV(x[k], HERM(off)), scale = MUL(d11, d22) - 1;
  for (int64_t j = k + 2; j < n; j++) {
    /* (u, v) = (x, y) times the inverse of the block. */
    const T u = DIV(DIV(MUL(d11, x[j]) - y[j], HERM(off)), scale), v = DIV(DIV(MUL(d22, y[j]) - x[j], off), scale);
    const T cu = HERM(u), cv = HERM(v);
    T *z = a + j * lda;
    for (int64_t i = j; i < n; i++) z[i] -= MUL(x[i], cu) + MUL(y[i], cv);
    z[j] = REALLY(z[j]);
    x[j] = u;
    y[j] = v;
  }
}

static int64_t F(ldl)(bool hermitian, int64_t n, T *a, int64_t lda, int32_t *pivots) {
  int64_t info = 0;
  for (int64_t k = 0; k < n;) {
    bool two, zero;
    const int64_t p = F(ldl_pivot)(hermitian, n, a, lda, k, &two, &zero), last = k + two;
    T *x = a + k * lda;
    if (p != last) {
      F(ldl_swap)(hermitian, n, a, lda, last, p);
      if (two) EXCHANGE(x[k + 1], x[p]);
    }
    if (hermitian) x[k] = REALLY(x[k]), AT(last, last) = REALLY(AT(last, last));
    if (two) {
      F(ldl_two)(hermitian, n, a, lda, k);
    } else if (zero) {
      if (!info) info = k + 1;
    } else {
      for (int64_t j = k + 1; j < n; j++) {
        const T f = DIV(x[j], x[k]), cf = HERM(f);
        T *z = a + j * lda;
        for (int64_t i = j; i < n; i++) z[i] -= MUL(x[i], cf);
        z[j] = REALLY(z[j]);
        x[j] = f;
      }
    }
    pivots[k] = pivots[last] = (int32_t)(two ? -(p + 1) : p + 1);
    k = last + 1;
  }
  return info;
}

/* One column b of right sides. */
static void F(ldl_solve_one)(bool hermitian, int64_t n, const T *a, int64_t lda, const int32_t *pivots, T *b) {
  for (int64_t k = 0; k < n;) {
    const bool two = pivots[k] < 0;
    const int64_t p = (two ? -pivots[k] : pivots[k]) - 1, last = k + two;
    const T *x = a + k * lda, *y = x + lda;
    EXCHANGE(b[last], b[p]);
    if (two) {
      for (int64_t i = k + 2; i < n; i++) b[i] -= MUL(x[i], b[k]) + MUL(y[i], b[k + 1]);
      const T off = x[k + 1], d22 = DIV(x[k], HERM(off)), d11 = DIV(y[k + 1], off), scale = MUL(d11, d22) - 1;
      const T u = DIV(b[k], HERM(off)), v = DIV(b[k + 1], off);
      b[k] = DIV(MUL(d11, u) - v, scale);
      b[k + 1] = DIV(MUL(d22, v) - u, scale);
    } else {
      for (int64_t i = k + 1; i < n; i++) b[i] -= MUL(x[i], b[k]);
      b[k] = DIV(b[k], x[k]);
    }
    k = last + 1;
  }
  for (int64_t k = n - 1; k >= 0;) {
    const bool two = pivots[k] < 0;
    const int64_t p = (two ? -pivots[k] : pivots[k]) - 1;
    for (int64_t j = k; j >= k - two; j--) {
      T sum = 0;
      for (int64_t i = k + 1; i < n; i++) sum += MUL(HERM(AT(i, j)), b[i]);
      b[j] -= sum;
    }
    EXCHANGE(b[k], b[p]);
    k -= 1 + two;
  }
}

static void F(ldl_solve)(bool hermitian, int64_t n, int64_t k, const T *a, int64_t lda, const int32_t *pivots, T *b, int64_t ldb) {
  for (int64_t j = 0; j < k; j++) F(ldl_solve_one)(hermitian, n, a, lda, pivots, b + j * ldb);
}
#undef HERM
#undef REALLY
#undef AT
#undef EXCHANGE
