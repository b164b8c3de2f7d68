/* Singular values: reduction to a real bidiagonal matrix, then the implicit QR iteration of Demmel and Kahan, which finds
   small singular values of that matrix to full relative accuracy. */

/* a (m,n), m >= n, becomes bidiagonal: d, e; reflectors' vectors stay below its diagonal (factors tau) and go below the
   diagonal of z (n,n) from (1,1) on (factors tau_z). x: room for m. */
static void FN(bidiagonal)(int64_t m, int64_t n, S *a, int64_t lda, double *d, double *e, S *tau, S *z, S *tau_z, S *x) {
  for (int64_t i = 0; i < n; i++) {
    S *v = a + i + i * lda;
    tau[i] = FN(reflector)(m - i, v, v + 1);
    d[i] = REAL(v[0]);
    FN(reflect)(m - i, n - i - 1, v, CONJ(tau[i]), v + lda, lda);
    if (i == n - 1) break;
    const int64_t left = n - i - 1, below = m - i - 1;
    S *y = z + (i + 1) * (n + 1), *b = v + 1 + lda;
    for (int64_t j = 0; j < left; j++) y[j] = CONJ(v[(j + 1) * lda]);
    const S t = tau_z[i] = FN(reflector)(left, y, y + 1);
    e[i] = REAL(y[0]);
    if (t == 0) continue;
    y[0] = 1;
    memset(x, 0, (size_t)below * sizeof(S));
    for (int64_t j = 0; j < left; j++) FN(axpy)(below, y[j], b + j * lda, x);
    for (int64_t j = 0; j < left; j++) FN(axpy)(below, -t * CONJ(y[j]), x, b + j * lda);
  }
}

/* Columns i, j of u (m rows) or v (n rows) turned. */
typedef struct { S *u, *v; int64_t m, n, ldu, ldv; } FN(vectors);
static void FN(turn_u)(const FN(vectors) *q, int64_t i, int64_t j, double c, double s) {
  if (q->m) FN(rotate)(q->m, q->u + i * q->ldu, q->u + j * q->ldu, c, s);
}
static void FN(turn_v)(const FN(vectors) *q, int64_t i, int64_t j, double c, double s) {
  if (q->n) FN(rotate)(q->n, q->v + i * q->ldv, q->v + j * q->ldv, c, s);
}

/* One sweep over d[low..high], e[low..high-1], whose smaller end is at `high` when down. Shift 0 keeps relative accuracy. */
static void FN(svd_sweep)(double *d, double *e, int64_t low, int64_t high, bool down, double shift, const FN(vectors) *q) {
  const int64_t step = down ? 1 : -1, first = down ? low : high, last = down ? high : low, n = high - low;
  /* Element of e between i and i + step. */
#define BETWEEN(i) e[down ? (i) : (i) - 1]
  double c = 1, s = 0, c2 = 1, s2 = 0, r;
  if (shift == 0) {
    int64_t i = first;
    for (int64_t k = 0; k < n; k++, i += step) {
      r = givens(d[i] * c, BETWEEN(i), &c, &s);
      if (k) BETWEEN(i - step) = s2 * r;
      d[i] = givens(c2 * r, d[i + step] * s, &c2, &s2);
      (down ? FN(turn_v) : FN(turn_u))(q, i, i + step, c, s);
      (down ? FN(turn_u) : FN(turn_v))(q, i, i + step, c2, s2);
    }
    const double end = d[last] * c;
    d[last] = end * c2;
    BETWEEN(last - step) = end * s2;
    return;
  }
  double f = (fabs(d[first]) - shift) * (copysign(1, d[first]) + shift / d[first]), g = BETWEEN(first);
  int64_t i = first;
  for (int64_t k = 0; k < n; k++, i += step) {
    r = givens(f, g, &c, &s);
    if (k) BETWEEN(i - step) = r;
    f = c * d[i] + s * BETWEEN(i);
    BETWEEN(i) = c * BETWEEN(i) - s * d[i];
    g = s * d[i + step];
    d[i + step] *= c;
    d[i] = givens(f, g, &c2, &s2);
    f = c2 * BETWEEN(i) + s2 * d[i + step];
    d[i + step] = c2 * d[i + step] - s2 * BETWEEN(i);
    if (k < n - 1) {
      g = s2 * BETWEEN(i + step);
      BETWEEN(i + step) *= c2;
    }
    (down ? FN(turn_v) : FN(turn_u))(q, i, i + step, c, s);
    (down ? FN(turn_u) : FN(turn_v))(q, i, i + step, c2, s2);
  }
  BETWEEN(last - step) = f;
#undef BETWEEN
}

/* d becomes the singular values of the upper bidiagonal (d, e), positive and descending; columns of u and v follow. */
static int64_t FN(bidiagonal_svd)(int64_t n, double *d, double *e, const FN(vectors) *q) {
  const double eps = DBL_EPSILON / 2, tol = eps * fmax(10, fmin(100, pow(eps, -0.125)));
  double least = fabs(d[0]), mu = least;
  for (int64_t i = 1; i < n && least > 0; i++) {
    mu = fabs(d[i]) * (mu / (mu + fabs(e[i - 1])));
    least = fmin(least, mu);
  }
  const double tiny = fmax(tol * least / sqrt((double)n), 6.0 * (double)n * (double)n * DBL_MIN);
  double budget = 6.0 * (double)n * (double)n + 100;
  int64_t high = n - 1, old_low = -1, old_high = -1;
  bool down = true;
  while (high > 0) {
    if (budget < 0) return high;
    int64_t low = high - 1;
    bool split = false;
    if (fabs(d[high]) <= tiny) d[high] = 0;
    double top = fabs(d[high]);
    for (; low >= 0; low--) {
      if (fabs(d[low]) <= tiny) d[low] = 0;
      if (fabs(e[low]) <= tiny) {
        e[low] = 0;
        split = true;
        break;
      }
      top = fmax(top, fmax(fabs(d[low]), fabs(e[low])));
    }
    if (split && low == high - 1) {
      high--;
      continue;
    }
    low++;
    if (low == high - 1) {
      double c, s, c2, s2, small, large;
      svd_of_2x2(d[low], e[low], d[high], &small, &large, &s, &c, &s2, &c2);
      d[low] = large;
      e[low] = 0;
      d[high] = small;
      FN(turn_v)(q, low, high, c, s);
      FN(turn_u)(q, low, high, c2, s2);
      high = low;
      continue;
    }
    if (low > old_high || high < old_low) down = fabs(d[low]) >= fabs(d[high]);
    old_low = low;
    old_high = high;
    /* Couplings that are negligible beside what their neighbours can become. */
    const int64_t step = down ? 1 : -1, first = down ? low : high, last = down ? high : low;
    double *end = &e[down ? high - 1 : low];
    if (fabs(*end) <= tol * fabs(d[last])) {
      *end = 0;
      continue;
    }
    double smallest = mu = fabs(d[first]);
    bool again = false;
    for (int64_t i = first; i != last && !again; i += step) {
      double *off = &e[down ? i : i - 1];
      if (fabs(*off) <= tol * mu) {
        *off = 0;
        again = true;
      }
      mu = fabs(d[i + step]) * (mu / (mu + fabs(*off)));
      smallest = fmin(smallest, mu);
    }
    if (again) continue;
    double shift = 0;
    if ((double)n * tol * (smallest / top) > fmax(eps, 0.01 * tol)) {
      const double start = fabs(d[first]);
      shift = down ? small_of_2x2(d[high - 1], e[high - 1], d[high]) : small_of_2x2(d[low], e[low], d[low + 1]);
      if (start > 0 && (shift / start) * (shift / start) < eps) shift = 0;
    }
    budget -= (double)(high - low);
    FN(svd_sweep)(d, e, low, high, down, shift, q);
    if (fabs(*end) <= tiny) *end = 0;
  }
  for (int64_t i = 0; i < n; i++) {
    if (d[i] < 0 || (d[i] == 0 && signbit(d[i]))) {
      d[i] = -d[i];
      for (int64_t k = 0; k < q->n; k++) q->v[k + i * q->ldv] = -q->v[k + i * q->ldv];
    }
  }
  for (int64_t i = 0; i < n; i++) {
    int64_t most = i;
    for (int64_t j = i + 1; j < n; j++)
      if (d[j] > d[most]) most = j;
    if (most == i) continue;
    const double t = d[i];
    d[i] = d[most];
    d[most] = t;
    if (q->m) FN(exchange)(q->m, q->u + i * q->ldu, q->u + most * q->ldu);
    if (q->n) FN(exchange)(q->n, q->v + i * q->ldv, q->v + most * q->ldv);
  }
  return 0;
}

/* to (n,m) = from (m,n), transposed and conjugated. */
static void FN(adjoint)(int64_t m, int64_t n, const S *from, int64_t ldf, S *to, int64_t ldt) {
  for (int64_t j = 0; j < n; j++)
    for (int64_t i = 0; i < m; i++) to[j + i * ldt] = CONJ(from[i + j * ldf]);
}
static void FN(copy)(int64_t m, int64_t n, const S *from, int64_t ldf, S *to, int64_t ldt) {
  for (int64_t j = 0; j < n; j++) memcpy(to + j * ldt, from + j * ldf, (size_t)m * sizeof(S));
}

/* a (m,n), m >= n: singular values s, vectors q (m,n) or (m,m) in its own memory, z (n,n). tall: by way of QR. */
static int64_t FN(svd_tall)(ts_svd_want want, int64_t m, int64_t n, S *a, double *s, S *q, S *z, S *room, double *e) {
  S *tau = room, *tau_z = tau + n, *x = tau_z + n, *small = x + m, *work = small + n * n;
  const bool tall = m > n + n / 2, vectors = want != TS_SVD_VALUES;
  const int64_t columns = want == TS_SVD_FULL ? m : n, rows = tall ? n : m;
  S *b = a, *u = q;
  int64_t ldb = m, ldu = m;
  memset(z, 0, (size_t)(n * n) * sizeof(S));
  if (tall) {
    FN(qr)(m, n, a, m, tau, work);
    b = small;
    ldb = ldu = n;
    memset(b, 0, (size_t)(n * n) * sizeof(S));
    for (int64_t j = 0; j < n; j++) memcpy(b + j * n, a + j * m, (size_t)(j + 1) * sizeof(S));
    if (vectors) {
      FN(copy)(m, n, a, m, q, m);
      FN(qr_form)(m, columns, n, q, m, tau, work);
      u = small; /* reflectors become the factor in place */
    }
  }
  FN(bidiagonal)(rows, n, b, ldb, s, e, tau, z, tau_z, x);
  FN(vectors) turned = {u, z, vectors ? rows : 0, vectors ? n : 0, ldu, n};
  if (vectors) {
    if (!tall) FN(copy)(m, n, a, m, q, m);
    FN(qr_form)(rows, tall ? n : columns, n, u, ldu, tau, work);
    z[0] = 1;
    FN(qr_form)(n - 1, n - 1, n - 1, z + n + 1, n, tau_z, work);
  }
  const int64_t failed = FN(bidiagonal_svd)(n, s, e, &turned);
  if (vectors && tall) {
    FN(copy)(m, n, q, m, a, m);
    FN(product)(false, m, n, n, 1, a, m, u, n, 0, q, m);
  }
  return failed;
}

static int64_t FN(svd)(ts_svd_want want, int64_t rows, int64_t columns, S *a, int64_t lda, double *s, S *u, int64_t ldu, S *vh, int64_t ldvh) {
  const bool wide = rows < columns, vectors = want != TS_SVD_VALUES;
  const int64_t m = wide ? columns : rows, n = wide ? rows : columns, across = !vectors ? 0 : want == TS_SVD_FULL ? m : n;
  if (n == 0) {
    if (want != TS_SVD_FULL) return 0;
    for (int64_t j = 0; j < m; j++) {
      S *to = wide ? vh + j * ldvh : u + j * ldu;
      memset(to, 0, (size_t)m * sizeof(S));
      to[j] = 1;
    }
    return 0;
  }
  S *b = ts_alloc((size_t)(m * n + m * across + 2 * n * n + 2 * n + m + FN(qr_room)(m, m)) * sizeof(S) + (size_t)n * sizeof(double));
  if (!b) return TS_SPECTRAL_MEMORY;
  S *q = b + m * n, *z = q + m * across, *room = z + n * n;
  double *e = (double *)(room + n * n + 2 * n + m + FN(qr_room)(m, m));
  const double scale = FN(level)(rows, columns, a, lda);
  if (wide) FN(adjoint)(n, m, a, lda, b, m);
  else FN(copy)(m, n, a, lda, b, m);
  const int64_t failed = FN(svd_tall)(want, m, n, b, s, q, z, room, e);
  for (int64_t i = 0; i < n; i++) s[i] *= scale;
  if (vectors && wide) {
    FN(copy)(n, n, z, n, u, ldu);
    FN(adjoint)(m, across, q, m, vh, ldvh);
  } else if (vectors) {
    FN(copy)(m, across, q, m, u, ldu);
    FN(adjoint)(n, n, z, n, vh, ldvh);
  }
  ts_free(b);
  return failed;
}
