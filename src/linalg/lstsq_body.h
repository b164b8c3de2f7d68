/* Least squares for matrices that may lack rank: QR with column pivoting, the rank by incremental condition estimates, and
   the shortest solution from what is left. */

/* a (m,n) becomes R and reflectors' vectors, columns in the order of `place`. norms: room for 2 n. */
static void FN(qr_pivoted)(int64_t m, int64_t n, S *a, int64_t lda, S *tau, int64_t *place, double *norms) {
  double *now = norms, *exact = norms + n;
  for (int64_t j = 0; j < n; j++) {
    place[j] = j;
    now[j] = exact[j] = FN(length)(m, a + j * lda);
  }
  for (int64_t i = 0; i < m && i < n; i++) {
    int64_t most = i;
    for (int64_t j = i + 1; j < n; j++)
      if (now[j] > now[most]) most = j;
    if (most != i) {
      FN(exchange)(m, a + i * lda, a + most * lda);
      const int64_t p = place[i];
      place[i] = place[most];
      place[most] = p;
      now[most] = now[i];
      exact[most] = exact[i];
    }
    S *x = a + i + i * lda;
    tau[i] = FN(reflector)(m - i, x, x + 1);
    FN(reflect)(m - i, n - i - 1, x, CONJ(tau[i]), x + lda, lda);
    for (int64_t j = i + 1; j < n; j++) { /* lengths below row i, computed anew where differences would cancel */
      if (now[j] == 0) continue;
      const double part = MODULUS(a[i + j * lda]) / now[j], left = fmax(0, 1 - part * part), ratio = now[j] / exact[j];
      if (left * ratio * ratio <= 1.5e-8) now[j] = exact[j] = FN(length)(m - i - 1, a + i + 1 + j * lda);
      else now[j] *= sqrt(left);
    }
  }
}

/* One step of an estimate: x (n) with |x^H R| near an extreme singular value `size` of R; R gains the column (w, corner). */
static double FN(estimate)(int64_t n, S *x, double size, bool largest, const S *w, S corner) {
  const S along = FN(dot)(n, x, w);
  const double a = MODULUS(along), g = MODULUS(corner);
  double small, large, sr, cr, sl, cl;
  svd_of_2x2(size, a, g, &small, &large, &sr, &cr, &sl, &cl);
  const S first = (largest ? cl : -sl) * (a > 0 ? along / a : 1), second = (largest ? sl : cl) * (g > 0 ? corner / g : 1);
  for (int64_t i = 0; i < n; i++) x[i] *= first;
  x[n] = second;
  return fabs(largest ? large : small);
}

/* How many leading columns of R are independent: their estimated extreme singular values stay within rcond. x: room for 2 n. */
static int64_t FN(rank)(int64_t n, const S *r, int64_t ldr, double rcond, S *x) {
  double most = n ? MODULUS(r[0]) : 0, least = most;
  if (most == 0) return 0;
  S *up = x, *down = x + n;
  up[0] = down[0] = 1;
  for (int64_t i = 1; i < n; i++) {
    const S *w = r + i * ldr;
    least = FN(estimate)(i, down, least, false, w, w[i]);
    most = FN(estimate)(i, up, most, true, w, w[i]);
    if (!(most * rcond <= least)) return i;
  }
  return n;
}

static int64_t FN(lstsq)(int64_t m, int64_t n, int64_t columns, S *a, int64_t lda, const S *b, int64_t ldb, double rcond, S *x, int64_t ldx, int64_t *rank) {
  const int64_t k = m < n ? m : n, most = m < n ? n : m;
  S *tau = ts_alloc((size_t)(k + 2 * n + n * k + most * columns + FN(qr_room)(n, k) + 1) * sizeof(S) + (size_t)(3 * n + 1) * sizeof(double));
  if (!tau) return TS_SPECTRAL_MEMORY;
  S *estimates = tau + k, *c = estimates + 2 * n, *z = c + n * k, *work = z + most * columns;
  double *norms = (double *)(work + FN(qr_room)(n, k));
  int64_t *place = (int64_t *)(norms + 2 * n);
  FN(qr_pivoted)(m, n, a, lda, tau, place, norms);
  const int64_t full = *rank = FN(rank)(k, a, lda, rcond, estimates);
  memset(z, 0, (size_t)(most * columns) * sizeof(S));
  FN(copy)(m, columns, b, ldb, z, most);
  for (int64_t i = 0; i < k; i++) FN(reflect)(m - i, columns, a + i + i * lda, CONJ(tau[i]), z + i, most);
  /* The rows of R that count, as C^H = (Qc Rc)^H: z = Qc (Rc^-H z). */
  memset(c, 0, (size_t)(n * full) * sizeof(S));
  for (int64_t i = 0; i < full; i++)
    for (int64_t j = i; j < n; j++) c[j + i * n] = CONJ(a[i + j * lda]);
  FN(qr)(n, full, c, n, tau, work);
  for (int64_t q = 0; q < columns; q++) {
    S *y = z + q * most;
    for (int64_t i = 0; i < full; i++) y[i] = (y[i] - FN(dot)(i, c + i * n, y)) / CONJ(c[i + i * n]);
    for (int64_t i = full; i < most; i++) y[i] = 0;
  }
  for (int64_t i = full - 1; i >= 0; i--) FN(reflect)(n - i, columns, c + i + i * n, tau[i], z + i, most);
  for (int64_t q = 0; q < columns; q++)
    for (int64_t i = 0; i < n; i++) x[place[i] + q * ldx] = z[i + q * most];
  ts_free(tau);
  return 0;
}
