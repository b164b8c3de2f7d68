/* QR by Householder reflectors, in panels whose reflectors are gathered as I - V T V^H and applied by matrix products. */
enum { FN(PANEL) = 32 };

/* c (m,n) = alpha op(a) b + beta c, column-major; op is the adjoint when `adjoint`. k is the inner size. */
static void FN(product)(bool adjoint, int64_t m, int64_t n, int64_t k, S alpha, const S *a, int64_t lda, const S *b, int64_t ldb, S beta, S *c, int64_t ldc) {
#if IS_COMPLEX
  for (int64_t j = 0; j < n; j++) {
    S *to = c + j * ldc;
    for (int64_t i = 0; i < m; i++) to[i] = beta == 0 ? 0 : beta * to[i];
    if (adjoint)
      for (int64_t i = 0; i < m; i++) to[i] += alpha * FN(dot)(k, a + i * lda, b + j * ldb);
    else
      for (int64_t p = 0; p < k; p++) FN(axpy)(m, alpha * b[p + j * ldb], a + p * lda, to);
  }
#else
  ts_dgemm(false, adjoint, n, m, k, alpha, b, ldb, a, lda, beta, c, ldc); /* row-major: the transposes */
#endif
}

/* The panel a (m,k) of reflectors as V with ones and zeros written out, and T. */
static void FN(gather)(int64_t m, int64_t k, const S *a, int64_t lda, const S *tau, S *v, S *t) {
  for (int64_t j = 0; j < k; j++) {
    S *to = v + j * m;
    for (int64_t i = 0; i < j; i++) to[i] = 0;
    to[j] = 1;
    memcpy(to + j + 1, a + j * lda + j + 1, (size_t)(m - j - 1) * sizeof(S));
  }
  FN(product)(true, k, k, m, 1, v, m, v, m, 0, t, k);
  for (int64_t j = 0; j < k; j++) { /* T's column j: -tau_j T (V^H v_j), from what is left of it */
    S *column = t + j * k;
    for (int64_t i = 0; i < j; i++) {
      S sum = 0;
      for (int64_t l = i; l < j; l++) sum += t[i + l * k] * column[l];
      column[i] = -tau[j] * sum;
    }
    column[j] = tau[j];
    for (int64_t i = j + 1; i < k; i++) column[i] = 0;
  }
}

/* c (m,n) becomes (I - V T V^H) c, or with T^H when `adjoint`. w has room for 2 k n. */
static void FN(reflect_panel)(bool adjoint, int64_t m, int64_t n, int64_t k, const S *v, const S *t, S *c, int64_t ldc, S *w) {
  S *tw = w + k * n;
  FN(product)(true, k, n, m, 1, v, m, c, ldc, 0, w, k);
  FN(product)(adjoint, k, n, k, 1, t, k, w, k, 0, tw, k);
  FN(product)(false, m, n, k, -1, v, m, tw, k, 1, c, ldc);
}

/* Room that the functions below want in work. */
static int64_t FN(qr_room)(int64_t m, int64_t n) { return FN(PANEL) * (m + FN(PANEL) + 2 * n); }

static void FN(qr)(int64_t m, int64_t n, S *a, int64_t lda, S *tau, S *work) {
  const int64_t k = m < n ? m : n, wide = FN(PANEL);
  S *v = work, *t = v + wide * m, *w = t + wide * wide;
  for (int64_t from = 0; from < k; from += wide) {
    const int64_t to = k - from > 2 * wide ? from + wide : k, rows = m - from, columns = to - from, limit = to < k ? to : n;
    for (int64_t j = from; j < to; j++) {
      S *x = a + j + j * lda;
      tau[j] = FN(reflector)(m - j, x, x + 1);
      FN(reflect)(m - j, limit - j - 1, x, CONJ(tau[j]), x + lda, lda);
    }
    if (to == k) break;
    FN(gather)(rows, columns, a + from + from * lda, lda, tau + from, v, t);
    FN(reflect_panel)(true, rows, n - to, columns, v, t, a + from + to * lda, lda, w);
  }
}

static void FN(qr_form)(int64_t m, int64_t n, int64_t k, S *a, int64_t lda, const S *tau, S *work) {
  const int64_t wide = FN(PANEL);
  S *v = work, *t = v + wide * m, *w = t + wide * wide;
  for (int64_t j = k; j < n; j++) {
    memset(a + j * lda, 0, (size_t)m * sizeof(S));
    a[j + j * lda] = 1;
  }
  for (int64_t from = k ? (k - 1) / wide * wide : -1; from >= 0; from -= wide) {
    const int64_t to = from + wide < k ? from + wide : k, rows = m - from;
    if (n - to > 0) {
      FN(gather)(rows, to - from, a + from + from * lda, lda, tau + from, v, t);
      FN(reflect_panel)(false, rows, n - to, to - from, v, t, a + from + to * lda, lda, w);
    }
    for (int64_t j = to - 1; j >= from; j--) {
      S *x = a + j + j * lda;
      FN(reflect)(m - j, to - j - 1, x, tau[j], x + lda, lda);
      for (int64_t i = 1; i < m - j; i++) x[i] *= -tau[j];
      x[0] = 1 - tau[j];
      memset(a + j * lda, 0, (size_t)j * sizeof(S));
    }
  }
}
