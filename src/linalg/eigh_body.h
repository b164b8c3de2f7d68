/* Symmetric and Hermitian eigenproblems: reduction to a tridiagonal matrix, then implicit QL or QR. */

/* a's lower triangle becomes tridiagonal: d, e, and the reflectors' vectors below the subdiagonal. w: room for n. */
static void FN(tridiagonal)(int64_t n, S *a, int64_t lda, double *d, double *e, S *tau, S *w) {
  for (int64_t i = 0; i < n; i++) {
    d[i] = REAL(a[i + i * lda]);
    if (i == n - 1) break;
    const int64_t left = n - i - 1;
    S *v = a + i + 1 + i * lda, *b = v + lda;
    const S t = tau[i] = FN(reflector)(left, v, v + 1);
    e[i] = REAL(v[0]);
    if (t == 0) continue;
    v[0] = 1;
    memset(w, 0, (size_t)left * sizeof(S));
    for (int64_t j = 0; j < left; j++) { /* w = b v, from the lower triangle */
      const S *column = b + j * lda;
      w[j] += REAL(column[j]) * v[j] + FN(dot)(left - j - 1, column + j + 1, v + j + 1);
      FN(axpy)(left - j - 1, v[j], column + j + 1, w + j + 1);
    }
    for (int64_t j = 0; j < left; j++) w[j] *= t;
    FN(axpy)(left, -0.5 * t * FN(dot)(left, w, v), v, w);
    for (int64_t j = 0; j < left; j++) { /* b -= v w^H + w v^H */
      FN(axpy)(left - j, -CONJ(w[j]), v + j, b + j + j * lda);
      FN(axpy)(left - j, -CONJ(v[j]), w + j, b + j + j * lda);
    }
    v[0] = e[i];
  }
}

/* Eigenvalues of the tridiagonal (d, e) into d; z's columns (rows of them) take the rotations. e has n elements. */
static int64_t FN(tridiagonal_eigen)(int64_t n, double *d, double *e, S *z, int64_t ldz, int64_t rows) {
  int64_t budget = 30 * n, high = n - 1;
  while (high > 0) {
    int64_t low = high; /* the last block without a negligible coupling is low .. high */
    for (; low > 0; low--) {
      const double off = fabs(e[low - 1]);
      if (off <= DBL_EPSILON / 2 * sqrt(fabs(d[low - 1])) * sqrt(fabs(d[low])) || off < DBL_MIN) {
        e[low - 1] = 0;
        break;
      }
    }
    if (low == high) {
      high--;
      continue;
    }
    if (budget-- <= 0) return high;
    double c = 1, s = 1, p = 0, r;
    if (fabs(d[high]) >= fabs(d[low])) { /* QL: the small end is found first */
      double g = (d[low + 1] - d[low]) / (2 * e[low]);
      g = d[high] - d[low] + e[low] / (g + copysign(hypot(g, 1), g));
      for (int64_t i = high - 1; i >= low; i--) {
        const double f = s * e[i], b = c * e[i];
        r = givens(g, f, &c, &s);
        if (i != high - 1) e[i + 1] = r;
        g = d[i + 1] - p;
        r = (d[i] - g) * s + 2 * c * b;
        p = s * r;
        d[i + 1] = g + p;
        g = c * r - b;
        if (rows) FN(rotate)(rows, z + (i + 1) * ldz, z + i * ldz, c, s);
      }
      d[low] -= p;
      e[low] = g;
    } else {
      double g = (d[high - 1] - d[high]) / (2 * e[high - 1]);
      g = d[low] - d[high] + e[high - 1] / (g + copysign(hypot(g, 1), g));
      for (int64_t i = low; i < high; i++) {
        const double f = s * e[i], b = c * e[i];
        r = givens(g, f, &c, &s);
        if (i != low) e[i - 1] = r;
        g = d[i] - p;
        r = (d[i + 1] - g) * s + 2 * c * b;
        p = s * r;
        d[i] = g + p;
        g = c * r - b;
        if (rows) FN(rotate)(rows, z + i * ldz, z + (i + 1) * ldz, c, s);
      }
      d[high] -= p;
      e[high - 1] = g;
    }
  }
  return 0;
}

static int64_t FN(eigh)(bool upper, bool vectors, int64_t n, S *a, int64_t lda, double *w) {
  if (n == 0) return 0;
  S *room = ts_alloc((size_t)(n * n + 2 * n + FN(qr_room)(n, n)) * sizeof(S) + (size_t)n * sizeof(double));
  if (!room) return TS_SPECTRAL_MEMORY;
  S *z = room, *tau = z + n * n, *x = tau + n, *work = x + n;
  double *e = (double *)(work + FN(qr_room)(n, n));
  for (int64_t j = 0; j < n; j++) /* the other triangle may hold anything */
    for (int64_t i = 0; i < j; i++) {
      if (upper) a[j + i * lda] = CONJ(a[i + j * lda]);
      else a[i + j * lda] = 0;
    }
  const double scale = FN(level)(n, n, a, lda);
  FN(tridiagonal)(n, a, lda, w, e, tau, x);
  if (vectors) {
    memset(z, 0, (size_t)(n * n) * sizeof(S));
    z[0] = 1;
    for (int64_t j = 1; j < n; j++) memcpy(z + j * n + j, a + (j - 1) * lda + j, (size_t)(n - j) * sizeof(S));
    FN(qr_form)(n - 1, n - 1, n - 1, z + n + 1, n, tau, work);
  }
  e[n - 1] = 0;
  const int64_t failed = FN(tridiagonal_eigen)(n, w, e, z, n, vectors ? n : 0);
  for (int64_t i = 0; i < n; i++) { /* ascending */
    int64_t least = i;
    for (int64_t j = i + 1; j < n; j++)
      if (w[j] < w[least]) least = j;
    if (least != i) {
      const double t = w[i];
      w[i] = w[least];
      w[least] = t;
      if (vectors) FN(exchange)(n, z + i * n, z + least * n);
    }
    w[i] *= scale;
  }
  if (vectors)
    for (int64_t j = 0; j < n; j++) memcpy(a + j * lda, z + j * n, (size_t)n * sizeof(S));
  ts_free(room);
  return failed;
}
