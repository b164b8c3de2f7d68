/* Loops over vectors for the bodies in *_body.h, which are compiled once for real and once for complex matrices. Before the
   include: S is the scalar, IS_COMPLEX 0 or 1, FN(name) the name with a suffix. */
#if IS_COMPLEX
#define CONJ(x) conj(x)
#define REAL(x) creal(x)
#define MODULUS(x) cabs(x)
#else
#define CONJ(x) (x)
#define REAL(x) (x)
#define MODULUS(x) fabs(x)
#endif

/* conj(x) . y */
static S FN(dot)(int64_t n, const S *restrict x, const S *restrict y) {
#if IS_COMPLEX
  const double *p = (const double *)x, *q = (const double *)y;
  double re[4] = {0}, im[4] = {0};
  int64_t i = 0;
  for (; i + 4 <= n; i += 4)
    for (int k = 0; k < 4; k++) {
      const double *a = p + 2 * (i + k), *b = q + 2 * (i + k);
      re[k] += a[0] * b[0] + a[1] * b[1];
      im[k] += a[0] * b[1] - a[1] * b[0];
    }
  for (; i < n; i++) {
    re[0] += p[2 * i] * q[2 * i] + p[2 * i + 1] * q[2 * i + 1];
    im[0] += p[2 * i] * q[2 * i + 1] - p[2 * i + 1] * q[2 * i];
  }
  return CMPLX(re[0] + re[1] + re[2] + re[3], im[0] + im[1] + im[2] + im[3]);
#else
  double sum[8] = {0};
  int64_t i = 0;
  for (; i + 8 <= n; i += 8)
    for (int k = 0; k < 8; k++) sum[k] += x[i + k] * y[i + k];
  for (; i < n; i++) sum[i & 7] += x[i] * y[i];
  return ((sum[0] + sum[4]) + (sum[1] + sum[5])) + ((sum[2] + sum[6]) + (sum[3] + sum[7]));
#endif
}

/* y += f x */
static void FN(axpy)(int64_t n, S f, const S *restrict x, S *restrict y) {
#if IS_COMPLEX
  const double re = creal(f), im = cimag(f), *p = (const double *)x;
  double *q = (double *)y;
  for (int64_t i = 0; i < 2 * n; i += 2) {
    const double a = p[i], b = p[i + 1];
    q[i] += re * a - im * b;
    q[i + 1] += re * b + im * a;
  }
#else
  for (int64_t i = 0; i < n; i++) y[i] += f * x[i];
#endif
}

/* (x, y) becomes (c x + s y, c y - s x). */
static void FN(rotate)(int64_t n, S *restrict x, S *restrict y, double c, double s) {
  double *p = (double *)x, *q = (double *)y;
  for (int64_t i = 0; i < n * (1 + IS_COMPLEX); i++) {
    const double a = p[i], b = q[i];
    p[i] = c * a + s * b;
    q[i] = c * b - s * a;
  }
}

static void FN(exchange)(int64_t n, S *x, S *y) {
  for (int64_t i = 0; i < n; i++) {
    const S t = x[i];
    x[i] = y[i];
    y[i] = t;
  }
}

/* The length of x, without overflow on the way. */
static double FN(length)(int64_t n, const S *x) {
  const double square = REAL(FN(dot)(n, x, x));
  if ((square > 1e-280 && square < 1e280) || square != square) return sqrt(square);
  const double *p = (const double *)x;
  double top = 0, sum = 0;
  for (int64_t i = 0; i < n * (1 + IS_COMPLEX); i++) top = fmax(top, fabs(p[i]));
  if (top == 0 || isinf(top)) return top;
  for (int64_t i = 0; i < n * (1 + IS_COMPLEX); i++) sum += (p[i] / top) * (p[i] / top);
  return top * sqrt(sum);
}

/* The largest size of a part of an element of a (m,n). */
static double FN(largest)(int64_t m, int64_t n, const S *a, int64_t lda) {
  double top = 0;
  for (int64_t j = 0; j < n; j++) {
    const double *p = (const double *)(a + j * lda);
    for (int64_t i = 0; i < m * (1 + IS_COMPLEX); i++) top = fmax(top, fabs(p[i]));
  }
  return top;
}

/* Divides a by the power of two that brings its elements to about 1, which is returned: no product of two of them can
   overflow or vanish then. */
static double FN(level)(int64_t m, int64_t n, S *a, int64_t lda) {
  const double top = FN(largest)(m, n, a, lda);
  if (top == 0 || (top > 0.25 && top < 4)) return 1;
  const int exponent = ilogb(top);
  for (int64_t j = 0; j < n; j++) {
    double *p = (double *)(a + j * lda);
    for (int64_t i = 0; i < m * (1 + IS_COMPLEX); i++) p[i] = scalbn(p[i], -exponent);
  }
  return scalbn(1, exponent);
}

/* The reflector H = I - tau (1, v) (1, v)^H with H^H (alpha, x) = (beta, 0), beta real: alpha becomes beta, x v. Gives tau. */
static S FN(reflector)(int64_t n, S *alpha, S *x) {
  double scale = 1, norm = n > 1 ? FN(length)(n - 1, x) : 0;
#if IS_COMPLEX
  if (norm == 0 && cimag(*alpha) == 0) return 0;
#else
  if (norm == 0) return 0;
#endif
  double beta = -copysign(hypot(MODULUS(*alpha), norm), REAL(*alpha));
  if (fabs(beta) < 1e-290) { /* too small to divide by */
    scale = 0x1p-600;
    *alpha /= scale;
    for (int64_t i = 0; i < n - 1; i++) x[i] /= scale;
    norm = n > 1 ? FN(length)(n - 1, x) : 0;
    beta = -copysign(hypot(MODULUS(*alpha), norm), REAL(*alpha));
  }
  const S tau = (beta - *alpha) / beta, factor = 1 / (*alpha - beta);
  for (int64_t i = 0; i < n - 1; i++) x[i] *= factor;
  *alpha = beta * scale;
  return tau;
}

/* c (m,n) becomes (I - tau v v^H) c; v[0] counts as 1. */
static void FN(reflect)(int64_t m, int64_t n, const S *v, S tau, S *c, int64_t ldc) {
  if (tau == 0) return;
  for (int64_t j = 0; j < n; j++, c += ldc) {
    const S w = tau * (c[0] + FN(dot)(m - 1, v + 1, c + 1));
    c[0] -= w;
    FN(axpy)(m - 1, -w, v + 1, c + 1);
  }
}
