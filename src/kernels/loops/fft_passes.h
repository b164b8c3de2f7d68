/* Template of loops/fft.c, for T = float and double: vectors of lanes and the passes over them. fft_lines.h follows. */

#if VB == 64 && defined(FLOATS)
#define L 16
#define LOW LOW_16
#define HIGH HIGH_16
#define EVEN EVEN_16
#define ODD ODD_16
#elif VB == 64 || (VB == 32 && defined(FLOATS))
#define L 8
#define LOW LOW_8
#define HIGH HIGH_8
#define EVEN EVEN_8
#define ODD ODD_8
#elif VB == 32 || defined(FLOATS)
#define L 4
#define LOW LOW_4
#define HIGH HIGH_4
#define EVEN EVEN_4
#define ODD ODD_4
#else
#define L 2
#define LOW LOW_2
#define HIGH HIGH_2
#define EVEN EVEN_2
#define ODD ODD_2
#endif
#define V FN(vec)
#define MEM FN(mem)
typedef T V __attribute__((vector_size(VB)));
typedef T MEM __attribute__((vector_size(VB), aligned(sizeof(T)), may_alias)); /* at any address */
typedef INTEGER FN(order) __attribute__((vector_size(VB), unused));
typedef struct { V *re, *im; } FN(parts);
#define PARTS FN(parts)
#define INLINE static inline __attribute__((always_inline))
#define PASS static __attribute__((noinline)) void

/* ---- passes over lanes: y[q + s (r p + j)] = turned sums of x[q + s (p + m t)]; w: turns (cos, -sin) of p j ---- */

#define TURN(y, k, ar, ai, i)                          \
  do {                                                 \
    const V tr = (ar), ti = (ai);                      \
    if (turned) {                                      \
      y.re[k] = tr * w[2 * (i)] - ti * w[2 * (i) + 1]; \
      y.im[k] = tr * w[2 * (i) + 1] + ti * w[2 * (i)]; \
    } else {                                           \
      y.re[k] = tr;                                    \
      y.im[k] = ti;                                    \
    }                                                  \
  } while (0)

/* The group p of a pass; where p is 0 nothing turns. */
#define GROUPS(name, r)                                                           \
  PASS FN(name)(PARTS x, PARTS y, ptrdiff_t m, ptrdiff_t s, const T *w) {         \
    FN(name##_group)(x, y, m, s, w, false);                                       \
    for (ptrdiff_t p = 1; p < m; p++) {                                           \
      x.re += s, x.im += s, y.re += s * (r), y.im += s * (r), w += 2 * ((r) - 1); \
      FN(name##_group)(x, y, m, s, w, true);                                      \
    }                                                                             \
  }

INLINE void FN(pass2_group)(PARTS x, PARTS y, ptrdiff_t m, ptrdiff_t s, const T *w, bool turned) {
  for (ptrdiff_t q = 0; q < s; q++) {
    const V ar = x.re[q], ai = x.im[q], br = x.re[q + s * m], bi = x.im[q + s * m];
    y.re[q] = ar + br;
    y.im[q] = ai + bi;
    TURN(y, q + s, ar - br, ai - bi, 0);
  }
}
GROUPS(pass2, 2)

INLINE void FN(pass3_group)(PARTS x, PARTS y, ptrdiff_t m, ptrdiff_t s, const T *w, bool turned) {
  const T sine = (T)-0.86602540378443864676, half = (T)-0.5;
  for (ptrdiff_t q = 0; q < s; q++) {
    const V *xr = x.re + q, *xi = x.im + q;
    const V br = xr[s * m], bi = xi[s * m], cr = xr[2 * s * m], ci = xi[2 * s * m];
    const V sr = br + cr, si = bi + ci, dr = (br - cr) * sine, di = (bi - ci) * sine;
    const V hr = xr[0] + sr * half, hi = xi[0] + si * half;
    y.re[q] = xr[0] + sr;
    y.im[q] = xi[0] + si;
    TURN(y, q + s, hr - di, hi + dr, 0);
    TURN(y, q + 2 * s, hr + di, hi - dr, 1);
  }
}
GROUPS(pass3, 3)

INLINE void FN(pass4_group)(PARTS x, PARTS y, ptrdiff_t m, ptrdiff_t s, const T *w, bool turned) {
  for (ptrdiff_t q = 0; q < s; q++) {
    const V *xr = x.re + q, *xi = x.im + q;
    const V ar = xr[0], ai = xi[0], br = xr[s * m], bi = xi[s * m], cr = xr[2 * s * m], ci = xi[2 * s * m], dr = xr[3 * s * m], di = xi[3 * s * m];
    const V er = ar + cr, ei = ai + ci, fr = ar - cr, fi = ai - ci, gr = br + dr, gi = bi + di, hr = bi - di, hi = dr - br;
    y.re[q] = er + gr;
    y.im[q] = ei + gi;
    TURN(y, q + s, fr + hr, fi + hi, 0);
    TURN(y, q + 2 * s, er - gr, ei - gi, 1);
    TURN(y, q + 3 * s, fr - hr, fi - hi, 2);
  }
}
GROUPS(pass4, 4)

INLINE void FN(pass5_group)(PARTS x, PARTS y, ptrdiff_t m, ptrdiff_t s, const T *w, bool turned) {
  const T c1 = (T)0.30901699437494742410, c2 = (T)-0.80901699437494742410, s1 = (T)-0.95105651629515357212, s2 = (T)-0.58778525229247312917;
  for (ptrdiff_t q = 0; q < s; q++) {
    const V *xr = x.re + q, *xi = x.im + q;
    const V ar = xr[0], ai = xi[0];
    const V pr = xr[s * m] + xr[4 * s * m], pi = xi[s * m] + xi[4 * s * m], mr = xr[s * m] - xr[4 * s * m], mi = xi[s * m] - xi[4 * s * m];
    const V ur = xr[2 * s * m] + xr[3 * s * m], ui = xi[2 * s * m] + xi[3 * s * m], vr = xr[2 * s * m] - xr[3 * s * m], vi = xi[2 * s * m] - xi[3 * s * m];
    y.re[q] = ar + pr + ur;
    y.im[q] = ai + pi + ui;
    const V er = ar + pr * c1 + ur * c2, ei = ai + pi * c1 + ui * c2, fr = ar + pr * c2 + ur * c1, fi = ai + pi * c2 + ui * c1;
    const V gr = mr * s1 + vr * s2, gi = mi * s1 + vi * s2, hr = mr * s2 - vr * s1, hi = mi * s2 - vi * s1;
    TURN(y, q + s, er - gi, ei + gr, 0);
    TURN(y, q + 2 * s, fr - hi, fi + hr, 1);
    TURN(y, q + 3 * s, fr + hi, fi - hr, 2);
    TURN(y, q + 4 * s, er + gi, ei - gr, 3);
  }
}
GROUPS(pass5, 5)

/* Four sums of a, b, c, d. */
#define FOUR(ar, ai, br, bi, cr, ci, dr, di, n)                                                       \
  const V n##er = (ar) + (cr), n##ei = (ai) + (ci), n##fr = (ar) - (cr), n##fi = (ai) - (ci);         \
  const V n##gr = (br) + (dr), n##gi = (bi) + (di), n##hr = (bi) - (di), n##hi = (dr) - (br);         \
  const V n##0r = n##er + n##gr, n##0i = n##ei + n##gi, n##1r = n##fr + n##hr, n##1i = n##fi + n##hi; \
  const V n##2r = n##er - n##gr, n##2i = n##ei - n##gi, n##3r = n##fr - n##hr, n##3i = n##fi - n##hi
INLINE void FN(pass8_group)(PARTS x, PARTS y, ptrdiff_t m, ptrdiff_t s, const T *w, bool turned) {
  const T root = (T)0.70710678118654752440;
  const ptrdiff_t sm = s * m;
  for (ptrdiff_t q = 0; q < s; q++) {
    const V *xr = x.re + q, *xi = x.im + q;
    FOUR(xr[0], xi[0], xr[2 * sm], xi[2 * sm], xr[4 * sm], xi[4 * sm], xr[6 * sm], xi[6 * sm], a);
    FOUR(xr[sm], xi[sm], xr[3 * sm], xi[3 * sm], xr[5 * sm], xi[5 * sm], xr[7 * sm], xi[7 * sm], b);
    const V c1r = (b1r + b1i) * root, c1i = (b1i - b1r) * root, c3r = (b3i - b3r) * root, c3i = -(b3r + b3i) * root;
    y.re[q] = a0r + b0r;
    y.im[q] = a0i + b0i;
    TURN(y, q + s, a1r + c1r, a1i + c1i, 0);
    TURN(y, q + 2 * s, a2r + b2i, a2i - b2r, 1);
    TURN(y, q + 3 * s, a3r + c3r, a3i + c3i, 2);
    TURN(y, q + 4 * s, a0r - b0r, a0i - b0i, 3);
    TURN(y, q + 5 * s, a1r - c1r, a1i - c1i, 4);
    TURN(y, q + 6 * s, a2r - b2i, a2i + b2r, 5);
    TURN(y, q + 7 * s, a3r - c3r, a3i - c3i, 6);
  }
}
GROUPS(pass8, 8)

/* Any odd radix; roots: (cos, -sin) of its multiples. */
PASS FN(pass_odd)(PARTS x, PARTS y, ptrdiff_t m, ptrdiff_t s, int r, const T *roots, const T *w) {
  V pr[TS_FFT_RADIX_MAX / 2 + 1], pi[TS_FFT_RADIX_MAX / 2 + 1], mr[TS_FFT_RADIX_MAX / 2 + 1], mi[TS_FFT_RADIX_MAX / 2 + 1];
  const int half = r / 2;
  for (ptrdiff_t p = 0; p < m; p++, w += 2 * (r - 1)) {
    const bool turned = p > 0;
    for (ptrdiff_t q = 0; q < s; q++) {
      const V *xr = x.re + q + s * p, *xi = x.im + q + s * p;
      const ptrdiff_t to = q + s * r * p;
      V sr = xr[0], si = xi[0];
      for (int t = 1; t <= half; t++) {
        const V ar = xr[s * m * t], ai = xi[s * m * t], br = xr[s * m * (r - t)], bi = xi[s * m * (r - t)];
        sr += pr[t] = ar + br;
        si += pi[t] = ai + bi;
        mr[t] = ar - br;
        mi[t] = ai - bi;
      }
      y.re[to] = sr;
      y.im[to] = si;
      for (int j = 1; j <= half; j++) {
        V er = xr[0], ei = xi[0], gr = pr[1] * 0, gi = gr;
        for (int t = 1, k = j; t <= half; t++, k = k + j >= r ? k + j - r : k + j) {
          const T c = roots[2 * k], d = roots[2 * k + 1];
          er += pr[t] * c;
          ei += pi[t] * c;
          gr += mr[t] * d;
          gi += mi[t] * d;
        }
        TURN(y, to + s * j, er - gi, ei + gr, j - 1);
        TURN(y, to + s * (r - j), er + gi, ei - gr, r - j - 1);
      }
    }
  }
}

/* All passes, from x by way of y; gives where the result is. */
static PARTS FN(lanes)(const ts_fft_plan *plan, PARTS x, PARTS y) {
  const T *w = (const T *)plan->twiddles;
  ptrdiff_t s = 1, m = plan->n;
  for (int i = 0; i < plan->passes; i++) {
    const int r = plan->radix[i];
    m /= r;
    switch (r) {
    case 2: FN(pass2)(x, y, m, s, w); break;
    case 3: FN(pass3)(x, y, m, s, w); break;
    case 4: FN(pass4)(x, y, m, s, w); break;
    case 5: FN(pass5)(x, y, m, s, w); break;
    case 8: FN(pass8)(x, y, m, s, w); break;
    default: FN(pass_odd)(x, y, m, s, r, w, w + 2 * r); w += 2 * r;
    }
    w += 2 * m * (r - 1);
    s *= r;
    const PARTS swap = x;
    x = y;
    y = swap;
  }
  return x;
}

/* ---- vectors in memory ---- */

INLINE void FN(transpose)(V *v) {
  for (int round = 1; round < L; round *= 2) {
    V u[L];
    for (int i = 0; i < L / 2; i++) {
      u[2 * i] = SHUFFLE(v[i], v[i + L / 2], LOW);
      u[2 * i + 1] = SHUFFLE(v[i], v[i + L / 2], HIGH);
    }
    for (int i = 0; i < L; i++) v[i] = u[i];
  }
}

/* L lines to lanes. re[l], im[l]: where the parts of line l begin; step: from element to element. */
static void FN(load)(const T *const *re, const T *const *im, ptrdiff_t step, ptrdiff_t n, PARTS x) {
  bool pairs = true, columns = true, planes = true;
  for (int l = 0; l < L; l++) {
    pairs = pairs && im[l] == re[l] + 1;
    columns = columns && re[l] == re[0] + 2 * l;
    planes = planes && re[l] == re[0] + l && im[l] == im[0] + l;
  }
  ptrdiff_t i = 0;
  if (pairs && columns) {
    for (; i < n; i++) {
      const V a = *(const MEM *)(re[0] + i * step), b = *(const MEM *)(re[0] + i * step + L);
      x.re[i] = SHUFFLE(a, b, EVEN);
      x.im[i] = SHUFFLE(a, b, ODD);
    }
  } else if (planes) {
    for (; i < n; i++) {
      x.re[i] = *(const MEM *)(re[0] + i * step);
      x.im[i] = *(const MEM *)(im[0] + i * step);
    }
  } else if (pairs && step == 2) {
    for (; i + L <= n; i += L) {
      V r[L], m[L];
      for (int l = 0; l < L; l++) {
        const V a = *(const MEM *)(re[l] + 2 * i), b = *(const MEM *)(re[l] + 2 * i + L);
        r[l] = SHUFFLE(a, b, EVEN);
        m[l] = SHUFFLE(a, b, ODD);
      }
      FN(transpose)(r);
      FN(transpose)(m);
      for (int l = 0; l < L; l++) x.re[i + l] = r[l], x.im[i + l] = m[l];
    }
  }
  T *xr = (T *)x.re, *xi = (T *)x.im;
  for (int l = 0; l < L && i < n; l++)
    for (ptrdiff_t k = i; k < n; k++) {
      xr[k * L + l] = re[l][k * step];
      xi[k * L + l] = im[l][k * step];
    }
}

/* `count` lanes to lines, scaled. */
static void FN(store)(PARTS x, T *const *re, T *const *im, ptrdiff_t step, ptrdiff_t n, int count, T scale) {
  bool pairs = count == L, columns = count == L, planes = count == L;
  for (int l = 0; l < count; l++) {
    pairs = pairs && im[l] == re[l] + 1;
    columns = columns && re[l] == re[0] + 2 * l;
    planes = planes && re[l] == re[0] + l && im[l] == im[0] + l;
  }
  ptrdiff_t i = 0;
  if (pairs && columns) {
    for (; i < n; i++) {
      const V a = x.re[i] * scale, b = x.im[i] * scale;
      *(MEM *)(re[0] + i * step) = SHUFFLE(a, b, LOW);
      *(MEM *)(re[0] + i * step + L) = SHUFFLE(a, b, HIGH);
    }
  } else if (planes) {
    for (; i < n; i++) {
      *(MEM *)(re[0] + i * step) = x.re[i] * scale;
      *(MEM *)(im[0] + i * step) = x.im[i] * scale;
    }
  } else if (pairs && step == 2) {
    for (; i + L <= n; i += L) {
      V r[L], m[L];
      for (int l = 0; l < L; l++) r[l] = x.re[i + l] * scale, m[l] = x.im[i + l] * scale;
      FN(transpose)(r);
      FN(transpose)(m);
      for (int l = 0; l < L; l++) {
        *(MEM *)(re[l] + 2 * i) = SHUFFLE(r[l], m[l], LOW);
        *(MEM *)(re[l] + 2 * i + L) = SHUFFLE(r[l], m[l], HIGH);
      }
    }
  }
  const T *xr = (const T *)x.re, *xi = (const T *)x.im;
  for (int l = 0; l < count && i < n; l++)
    for (ptrdiff_t k = i; k < n; k++) {
      re[l][k * step] = xr[k * L + l] * scale;
      im[l][k * step] = xi[k * L + l] * scale;
    }
}

/* ---- Bluestein: turned by the chirp, convolved with it, turned again; W is a vector of lanes or one number ---- */

#define CHIRP(W, name, LOOP)                                                                    \
  static void FN(name##_in)(const ts_fft_plan *plan, const W *xr, const W *xi, W *yr, W *yi) {  \
    const ptrdiff_t n = (ptrdiff_t)plan->n, m = (ptrdiff_t)plan->a->n;                          \
    const T *c = (const T *)plan->turns, *d = c + n;                                            \
    LOOP for (ptrdiff_t i = 0; i < n; i++) {                                                    \
      const W a = xr[i], b = xi[i];                                                             \
      yr[i] = a * c[i] + b * d[i];                                                              \
      yi[i] = b * c[i] - a * d[i];                                                              \
    }                                                                                           \
    memset(yr + n, 0, (size_t)(m - n) * sizeof(W));                                             \
    memset(yi + n, 0, (size_t)(m - n) * sizeof(W));                                             \
  }                                                                                             \
  static void FN(name##_times)(const ts_fft_plan *plan, W *yr, W *yi) {                         \
    const ptrdiff_t m = (ptrdiff_t)plan->a->n;                                                  \
    const T *c = (const T *)plan->kernel, *d = c + m;                                           \
    LOOP for (ptrdiff_t i = 0; i < m; i++) {                                                    \
      const W a = yr[i], b = yi[i];                                                             \
      yr[i] = a * c[i] - b * d[i];                                                              \
      yi[i] = a * d[i] + b * c[i];                                                              \
    }                                                                                           \
  }                                                                                             \
  static void FN(name##_out)(const ts_fft_plan *plan, const W *yr, const W *yi, W *xr, W *xi) { \
    const ptrdiff_t n = (ptrdiff_t)plan->n;                                                     \
    const T *c = (const T *)plan->turns, *d = c + n;                                            \
    LOOP for (ptrdiff_t i = 0; i < n; i++) {                                                    \
      const W a = yr[i], b = yi[i];                                                             \
      xr[i] = a * c[i] + b * d[i];                                                              \
      xi[i] = b * c[i] - a * d[i];                                                              \
    }                                                                                           \
  }
CHIRP(V, lanes, )
CHIRP(T, line, TS_IVDEP)

static PARTS FN(lanes_of)(const ts_fft_plan *plan, PARTS x, PARTS y) {
  if (!plan->kernel) return FN(lanes)(plan, x, y);
  FN(lanes_in)(plan, x.re, x.im, y.re, y.im);
  PARTS u = FN(lanes)(plan->a, y, x), v = u.re == x.re ? y : x;
  FN(lanes_times)(plan, u.re, u.im);
  const PARTS r = FN(lanes)(plan->a, (PARTS){u.im, u.re}, (PARTS){v.im, v.re}), to = r.re == u.im ? v : u;
  FN(lanes_out)(plan, r.im, r.re, to.re, to.im);
  return to;
}
