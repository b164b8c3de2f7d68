/* Eigenvalues of any square matrix: balancing, reduction to Hessenberg form, QR iteration to the Schur form (schur_*.h),
   eigenvectors by substitution. */

/* Rows and columns i, j of a change places, outside what is already in order as well as inside. */
static void FN(swap_both)(int64_t n, S *a, int64_t lda, int64_t i, int64_t j) {
  if (i == j) return;
  FN(exchange)(n, a + i * lda, a + j * lda);
  for (int64_t k = 0; k < n; k++) {
    const S t = a[i + k * lda];
    a[i + k * lda] = a[j + k * lda];
    a[j + k * lda] = t;
  }
}

/* Brings isolated eigenvalues to the ends, so that low..high is what is left, and scales that to rows and columns of one size.
   scale[i] is the factor inside low..high and the row that i changed places with outside. */
static void FN(balance)(int64_t n, S *a, int64_t lda, int64_t *low, int64_t *high, double *scale) {
  int64_t l = 0, h = n - 1;
  for (bool found = true; found && h > 0;) {
    found = false;
    for (int64_t i = h; i >= 0 && !found; i--) {
      bool alone = true;
      for (int64_t j = 0; j <= h && alone; j++) alone = i == j || a[i + j * lda] == 0;
      if (!alone) continue;
      scale[h] = (double)i;
      FN(swap_both)(n, a, lda, i, h);
      h--;
      found = true;
    }
  }
  for (bool found = true; found && l < h;) {
    found = false;
    for (int64_t j = l; j <= h && !found; j++) {
      bool alone = true;
      for (int64_t i = l; i <= h && alone; i++) alone = i == j || a[i + j * lda] == 0;
      if (!alone) continue;
      scale[l] = (double)j;
      FN(swap_both)(n, a, lda, j, l);
      l++;
      found = true;
    }
  }
  for (int64_t i = l; i <= h; i++) scale[i] = 1;
  for (bool changed = true; changed;) {
    changed = false;
    for (int64_t i = l; i <= h; i++) {
      double c = FN(length)(h - l + 1, a + l + i * lda), r = 0;
      for (int64_t j = l; j <= h; j++) r = hypot(r, MODULUS(a[i + j * lda]));
      if (c == 0 || r == 0) continue;
      double f = 1, sum = c + r;
      for (; c < r / 2 && f < 1e140 && scale[i] < 1e140; f *= 2, c *= 2, r /= 2) continue;
      for (; c >= r * 2 && f > 1e-140 && scale[i] > 1e-140; f /= 2, c /= 2, r *= 2) continue;
      if (c + r >= 0.95 * sum || f == 1) continue;
      changed = true;
      scale[i] *= f;
      for (int64_t j = l; j < n; j++) a[i + j * lda] /= f;
      for (int64_t k = 0; k <= h; k++) a[k + i * lda] *= f;
    }
  }
  *low = l;
  *high = h;
}

/* a (n,n) becomes upper Hessenberg in low..high; z the orthogonal matrix that does it, when wanted. */
static void FN(hessenberg)(int64_t n, int64_t low, int64_t high, S *a, int64_t lda, S *z, S *tau, S *work) {
  const int64_t count = high - low > 0 ? high - low : 0;
  if (z) memset(z, 0, (size_t)(n * n) * sizeof(S));
  for (int64_t i = 0; z && i < n; i++) z[i + i * n] = 1;
  for (int64_t i = low; i < high; i++) {
    S *v = a + i + 1 + i * lda, beta;
    const int64_t left = high - i;
    const S t = tau[i - low] = FN(reflector)(left, v, v + 1);
    beta = v[0];
    v[0] = 1;
    if (t != 0) {
      memset(work, 0, (size_t)(high + 1) * sizeof(S));
      for (int64_t j = 0; j < left; j++) FN(axpy)(high + 1, v[j], a + (i + 1 + j) * lda, work);
      for (int64_t j = 0; j < left; j++) FN(axpy)(high + 1, -t * CONJ(v[j]), work, a + (i + 1 + j) * lda);
      FN(reflect)(left, n - i - 1, v, CONJ(t), v + lda, lda);
    }
    if (z) memcpy(z + i + 1 + (i + 1) * n, v, (size_t)left * sizeof(S));
    v[0] = beta;
    for (int64_t j = 1; j < left; j++) v[j] = 0;
  }
  if (z && count) FN(qr_form)(count, count, count, z + (low + 1) * (n + 1), n, tau, work);
}

/* rhs and x share memory: x solves (t - lambda) x = rhs for the leading k rows of the (quasi-)triangular t. x[k..top] is
   scaled along where that is needed against overflow. */
static void FN(substitute)(int64_t k, int64_t top, const S *t, int64_t ldt, double _Complex lambda, double _Complex *x) {
  const double tiny = fmax(DBL_EPSILON / 2 * (fabs(creal(lambda)) + fabs(cimag(lambda))), 1e-290);
  for (int64_t j = k - 1; j >= 0; j--) {
    const bool pair = !IS_COMPLEX && j > 0 && t[j + (j - 1) * ldt] != 0;
    double _Complex p = t[j + j * ldt] - lambda, det = p, up = x[j], left = 0;
    if (pair) { /* two unknowns: by Cramer's rule on a block scaled to 1 */
      double _Complex q = t[j - 1 + (j - 1) * ldt] - lambda;
      const double _Complex b = t[j - 1 + j * ldt], c = t[j + (j - 1) * ldt];
      const double size = fmax(fmax(cabs(p), cabs(q)), fmax(cabs(b), cabs(c)));
      det = q / size * p - b / size * c;
      left = (p * x[j - 1] - b * x[j]) / size;
      up = (q * x[j] - c * x[j - 1]) / size;
    }
    if (cabs(det) < tiny) det = tiny;
    const double reach = fmax(cabs(up), cabs(left)), room = cabs(det);
    if (room < 1 && reach > 1e100 * room) {
      const double down = room / reach;
      for (int64_t i = 0; i <= top; i++) x[i] *= down;
      up *= down;
      left *= down;
    }
    x[j] = up / det;
    if (pair) x[j - 1] = left / det;
    double grown = cabs(x[j]);
    if (pair) grown = fmax(grown, cabs(x[j - 1]));
    if (grown > 1e100) {
      for (int64_t i = 0; i <= top; i++) x[i] /= grown;
    }
    const int64_t rows = pair ? j - 1 : j;
    for (int64_t i = 0; i < rows; i++) x[i] -= t[i + j * ldt] * x[j];
    if (pair) {
      for (int64_t i = 0; i < rows; i++) x[i] -= t[i + (j - 1) * ldt] * x[j - 1];
      j--;
    }
  }
}

/* Eigenvectors of the Schur form t, times z, into v (complex), each of length 1. */
static void FN(eigenvectors)(int64_t n, const S *t, int64_t ldt, const double _Complex *w, const S *z, int64_t low, int64_t high,
                             const double *scale, double _Complex *x, double _Complex *v) {
  for (int64_t k = 0; k < n; k++) {
    double _Complex *to = v + k * n;
    const bool pair = !IS_COMPLEX && cimag(w[k]) != 0;
    const int64_t top = k + pair;
    for (int64_t i = 0; i < k; i++) x[i] = -t[i + k * ldt];
    x[k] = 1;
    if (pair) { /* the standard block (a b; c a) */
      const double b = REAL(t[k + (k + 1) * ldt]), c = REAL(t[k + 1 + k * ldt]), im = cimag(w[k]);
      if (fabs(b) >= fabs(c)) {
        x[k + 1] = CMPLX(0, im / b);
      } else {
        x[k] = CMPLX(0, im / c);
        x[k + 1] = 1;
      }
      for (int64_t i = 0; i < k; i++) x[i] = -(t[i + k * ldt] * x[k] + t[i + (k + 1) * ldt] * x[k + 1]);
    }
    FN(substitute)(k, top, t, ldt, w[k], x);
    double most = 0;
    for (int64_t i = 0; i <= top; i++) most = fmax(most, cabs(x[i]));
    for (int64_t i = 0; i < n; i++) to[i] = 0;
    for (int64_t j = 0; j <= top; j++) {
      const double _Complex f = x[j] / most;
      const S *from = z + j * n;
#if IS_COMPLEX
      FN(axpy)(n, f, from, to);
#else
      const double re = creal(f), im = cimag(f);
      double *p = (double *)to;
      if (!pair)
        for (int64_t i = 0; i < n; i++) p[2 * i] += re * from[i];
      else
        for (int64_t i = 0; i < n; i++) {
          p[2 * i] += re * from[i];
          p[2 * i + 1] += im * from[i];
        }
#endif
    }
    for (int64_t i = low; i <= high; i++) to[i] *= scale[i];
    for (int64_t i = low - 1; i >= 0; i--) {
      const int64_t other = (int64_t)scale[i];
      const double _Complex s = to[i];
      to[i] = to[other];
      to[other] = s;
    }
    for (int64_t i = high + 1; i < n; i++) {
      const int64_t other = (int64_t)scale[i];
      const double _Complex s = to[i];
      to[i] = to[other];
      to[other] = s;
    }
    double square = 0, largest = -1;
    double _Complex turn = 1;
    most = 0;
    for (int64_t i = 0; i < n; i++) most = fmax(most, cabs(to[i]));
    for (int64_t i = 0; i < n; i++) {
      to[i] /= most;
      const double own = creal(to[i]) * creal(to[i]) + cimag(to[i]) * cimag(to[i]);
      square += own;
      if (own > largest) {
        largest = own;
        turn = conj(to[i]) / sqrt(own);
      }
    }
    const double norm = sqrt(square);
    const bool turned = IS_COMPLEX || pair;
    for (int64_t i = 0; i < n; i++) {
      const double own = creal(to[i]) * creal(to[i]) + cimag(to[i]) * cimag(to[i]);
      to[i] = turned ? to[i] * turn / norm : to[i] / norm;
      if (turned && own == largest) {
        to[i] = CMPLX(creal(to[i]), 0);
        largest = -1;
      }
    }
    if (pair) {
      for (int64_t i = 0; i < n; i++) to[n + i] = conj(to[i]);
      k++;
    }
  }
}

static int64_t FN(eig)(int64_t n, S *a, int64_t lda, double _Complex *w, double _Complex *v) {
  if (n == 0) return 0;
  const int64_t room_for = n + FN(qr_room)(n, n) + n;
  S *z = ts_alloc((size_t)((v ? n * n : 0) + room_for) * sizeof(S) + (size_t)n * (sizeof(double) + 2 * sizeof(double)));
  if (!z) return TS_SPECTRAL_MEMORY;
  double _Complex *x = (double _Complex *)z;
  S *q = (S *)(x + n), *tau = q + (v ? n * n : 0), *work = tau + n;
  double *scale = (double *)(work + n + FN(qr_room)(n, n));
  int64_t low, high;
  const double unit = FN(level)(n, n, a, lda);
  FN(balance)(n, a, lda, &low, &high, scale);
  FN(hessenberg)(n, low, high, a, lda, v ? q : NULL, tau, work);
  const int64_t failed = FN(schur)(n, low, high, a, lda, w, v ? q : NULL);
  if (!failed && v) FN(eigenvectors)(n, a, lda, w, q, low, high, scale, x, v);
  for (int64_t i = 0; i < n; i++) w[i] = CMPLX(creal(w[i]) * unit, cimag(w[i]) * unit);
  ts_free(z);
  return failed;
}
