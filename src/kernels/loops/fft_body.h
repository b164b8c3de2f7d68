/* Template of loops/fft.c, for T = float and double. */

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

#define TURN(y, k, ar, ai, i)                                       \
  do {                                                              \
    const V tr = (ar), ti = (ai);                                   \
    if (turned) {                                                   \
      y.re[k] = tr * w[2 * (i)] - ti * w[2 * (i) + 1];              \
      y.im[k] = tr * w[2 * (i) + 1] + ti * w[2 * (i)];              \
    } else {                                                        \
      y.re[k] = tr;                                                 \
      y.im[k] = ti;                                                 \
    }                                                               \
  } while (0)

/* The group p of a pass; where p is 0 nothing turns. */
#define GROUPS(name, r)                                                                          \
  PASS FN(name)(PARTS x, PARTS y, ptrdiff_t m, ptrdiff_t s, const T *w) {                        \
    FN(name##_group)(x, y, m, s, w, false);                                                      \
    for (ptrdiff_t p = 1; p < m; p++) {                                                          \
      x.re += s, x.im += s, y.re += s * (r), y.im += s * (r), w += 2 * ((r) - 1);                \
      FN(name##_group)(x, y, m, s, w, true);                                                     \
    }                                                                                            \
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
#define FOUR(ar, ai, br, bi, cr, ci, dr, di, n)                                                                        \
  const V n##er = (ar) + (cr), n##ei = (ai) + (ci), n##fr = (ar) - (cr), n##fi = (ai) - (ci);                          \
  const V n##gr = (br) + (dr), n##gi = (bi) + (di), n##hr = (bi) - (di), n##hi = (dr) - (br);                          \
  const V n##0r = n##er + n##gr, n##0i = n##ei + n##gi, n##1r = n##fr + n##hr, n##1i = n##fi + n##hi;                  \
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

#define CHIRP(W, name)                                                                                                 \
  static void FN(name##_in)(const ts_fft_plan *plan, const W *xr, const W *xi, W *yr, W *yi) {                         \
    const ptrdiff_t n = (ptrdiff_t)plan->n, m = (ptrdiff_t)plan->a->n;                                                 \
    const T *c = (const T *)plan->turns, *d = c + n;                                                                   \
    TS_IVDEP for (ptrdiff_t i = 0; i < n; i++) {                                                                       \
      const W a = xr[i], b = xi[i];                                                                                    \
      yr[i] = a * c[i] + b * d[i];                                                                                     \
      yi[i] = b * c[i] - a * d[i];                                                                                     \
    }                                                                                                                  \
    memset(yr + n, 0, (size_t)(m - n) * sizeof(W));                                                                    \
    memset(yi + n, 0, (size_t)(m - n) * sizeof(W));                                                                    \
  }                                                                                                                    \
  static void FN(name##_times)(const ts_fft_plan *plan, W *yr, W *yi) {                                                \
    const ptrdiff_t m = (ptrdiff_t)plan->a->n;                                                                         \
    const T *c = (const T *)plan->kernel, *d = c + m;                                                                  \
    TS_IVDEP for (ptrdiff_t i = 0; i < m; i++) {                                                                       \
      const W a = yr[i], b = yi[i];                                                                                    \
      yr[i] = a * c[i] - b * d[i];                                                                                     \
      yi[i] = a * d[i] + b * c[i];                                                                                     \
    }                                                                                                                  \
  }                                                                                                                    \
  static void FN(name##_out)(const ts_fft_plan *plan, const W *yr, const W *yi, W *xr, W *xi) {                        \
    const ptrdiff_t n = (ptrdiff_t)plan->n;                                                                            \
    const T *c = (const T *)plan->turns, *d = c + n;                                                                   \
    TS_IVDEP for (ptrdiff_t i = 0; i < n; i++) {                                                                       \
      const W a = yr[i], b = yi[i];                                                                                    \
      xr[i] = a * c[i] + b * d[i];                                                                                     \
      xi[i] = b * c[i] - a * d[i];                                                                                     \
    }                                                                                                                  \
  }
CHIRP(V, lanes)
CHIRP(T, line)

static PARTS FN(lanes_of)(const ts_fft_plan *plan, PARTS x, PARTS y) {
  if (!plan->kernel) return FN(lanes)(plan, x, y);
  FN(lanes_in)(plan, x.re, x.im, y.re, y.im);
  PARTS u = FN(lanes)(plan->a, y, x), v = u.re == x.re ? y : x;
  FN(lanes_times)(plan, u.re, u.im);
  const PARTS r = FN(lanes)(plan->a, (PARTS){u.im, u.re}, (PARTS){v.im, v.re}), to = r.re == u.im ? v : u;
  FN(lanes_out)(plan, r.im, r.re, to.re, to.im);
  return to;
}

/* ---- one line, its parts contiguous ---- */

typedef struct { T *re, *im; } FN(line_parts);
#define LINE FN(line_parts)
/* Room for the lanes of one task: two buffers for each of the blocks that are gathered together, to the width of a cache line. */
#define BLOCKS (64 / VB)
static size_t FN(lanes_room)(const ts_fft_plan *plan) { return ((size_t)plan->n + 1) * VB; }
INLINE PARTS FN(buffer)(char *scratch, size_t room, int i) {
  return (PARTS){(V *)(scratch + 2 * room * (size_t)i), (V *)(scratch + 2 * room * (size_t)i + room)};
}

typedef struct {
  const ts_fft_plan *plan;
  LINE x, y;
  char *scratch;
  size_t task_bytes;
  int64_t tasks;
} FN(steps);

/* Columns of x in place, then turned. */
static void FN(columns)(void *arg, int64_t first, int64_t last) {
  const FN(steps) *t = arg;
  const ts_fft_plan *plan = t->plan, *a = plan->a;
  const ptrdiff_t n = (ptrdiff_t)plan->n, rows = (ptrdiff_t)plan->rows, width = (ptrdiff_t)plan->columns, blocks = (width + L - 1) / L;
  const T *wr = (const T *)plan->turns, *wi = wr + n;
  const size_t room = FN(lanes_room)(a);
  const ptrdiff_t together = n >= 8192 ? BLOCKS : 1;
  char *scratch = t->scratch + (size_t)first * t->task_bytes;
  for (ptrdiff_t b = blocks * first / t->tasks, end = blocks * last / t->tasks; b < end; b += together) {
    const ptrdiff_t c = b * L, count = end - b < together ? end - b : together, cols = width - c < count * L ? width - c : count * L;
    PARTS done[BLOCKS];
    if (cols == count * L) {
      for (ptrdiff_t i = 0; i < rows; i++)
        for (ptrdiff_t g = 0; g < count; g++) {
          const PARTS x = FN(buffer)(scratch, room, 2 * (int)g);
          x.re[i] = *(const MEM *)(t->x.re + i * width + c + g * L);
          x.im[i] = *(const MEM *)(t->x.im + i * width + c + g * L);
        }
    } else {
      for (ptrdiff_t i = 0; i < rows; i++)
        for (ptrdiff_t k = 0; k < count * L; k++) {
          const PARTS x = FN(buffer)(scratch, room, 2 * (int)(k / L));
          ((T *)(x.re + i))[k % L] = k < cols ? t->x.re[i * width + c + k] : 0;
          ((T *)(x.im + i))[k % L] = k < cols ? t->x.im[i * width + c + k] : 0;
        }
    }
    for (ptrdiff_t g = 0; g < count; g++) done[g] = FN(lanes)(a, FN(buffer)(scratch, room, 2 * (int)g), FN(buffer)(scratch, room, 2 * (int)g + 1));
    for (ptrdiff_t i = 0; i < rows; i++) {
      const ptrdiff_t at = i * width + c;
      if (cols == count * L) {
        for (ptrdiff_t g = 0; g < count; g++) {
          const V re = done[g].re[i], im = done[g].im[i], p = *(const MEM *)(wr + at + g * L), q = *(const MEM *)(wi + at + g * L);
          *(MEM *)(t->x.re + at + g * L) = re * p - im * q;
          *(MEM *)(t->x.im + at + g * L) = re * q + im * p;
        }
      } else {
        for (ptrdiff_t k = 0; k < cols; k++) {
          const T re = ((T *)(done[k / L].re + i))[k % L], im = ((T *)(done[k / L].im + i))[k % L];
          t->x.re[at + k] = re * wr[at + k] - im * wi[at + k];
          t->x.im[at + k] = re * wi[at + k] + im * wr[at + k];
        }
      }
    }
  }
}

/* Rows of x to columns of y. */
static void FN(rows)(void *arg, int64_t first, int64_t last) {
  const FN(steps) *t = arg;
  const ts_fft_plan *plan = t->plan, *a = plan->b;
  const ptrdiff_t rows = (ptrdiff_t)plan->rows, width = (ptrdiff_t)plan->columns, blocks = (rows + L - 1) / L;
  const size_t room = FN(lanes_room)(a);
  const ptrdiff_t together = plan->n >= 8192 ? BLOCKS : 1;
  char *scratch = t->scratch + (size_t)first * t->task_bytes;
  for (ptrdiff_t b = blocks * first / t->tasks, end = blocks * last / t->tasks; b < end; b += together) {
    const ptrdiff_t r = b * L, count = end - b < together ? end - b : together, lines = rows - r < count * L ? rows - r : count * L;
    PARTS done[BLOCKS];
    for (ptrdiff_t g = 0; g < count; g++) {
      const PARTS x = FN(buffer)(scratch, room, 2 * (int)g);
      const T *re[L], *im[L];
      for (ptrdiff_t l = 0; l < L; l++) {
        const ptrdiff_t row = r + g * L + l < rows ? r + g * L + l : rows - 1;
        re[l] = t->x.re + row * width;
        im[l] = t->x.im + row * width;
      }
      ptrdiff_t j = 0;
      for (; j + L <= width; j += L) {
        V u[L];
        for (int l = 0; l < L; l++) u[l] = *(const MEM *)(re[l] + j);
        FN(transpose)(u);
        for (int l = 0; l < L; l++) x.re[j + l] = u[l];
        for (int l = 0; l < L; l++) u[l] = *(const MEM *)(im[l] + j);
        FN(transpose)(u);
        for (int l = 0; l < L; l++) x.im[j + l] = u[l];
      }
      for (; j < width; j++)
        for (int l = 0; l < L; l++) ((T *)(x.re + j))[l] = re[l][j], ((T *)(x.im + j))[l] = im[l][j];
      done[g] = FN(lanes)(a, x, FN(buffer)(scratch, room, 2 * (int)g + 1));
    }
    for (ptrdiff_t j = 0; j < width; j++) {
      T *yr = t->y.re + j * rows + r, *yi = t->y.im + j * rows + r;
      if (lines == count * L) {
        for (ptrdiff_t g = 0; g < count; g++) {
          *(MEM *)(yr + g * L) = done[g].re[j];
          *(MEM *)(yi + g * L) = done[g].im[j];
        }
      } else {
        for (ptrdiff_t k = 0; k < lines; k++) {
          yr[k] = ((T *)(done[k / L].re + j))[k % L];
          yi[k] = ((T *)(done[k / L].im + j))[k % L];
        }
      }
    }
  }
}

INLINE char *FN(take)(char **scratch, size_t bytes) {
  char *p = *scratch;
  *scratch += (bytes + 63) & ~(size_t)63;
  return p;
}
INLINE LINE FN(take_line)(char **scratch, int64_t n) {
  T *re = (T *)FN(take)(scratch, (size_t)(n + 1) * sizeof(T));
  return (LINE){re, (T *)FN(take)(scratch, (size_t)(n + 1) * sizeof(T))};
}

/* Gives where the result is: x, or in scratch. */
static LINE FN(line_of)(const ts_fft_plan *plan, LINE x, char *scratch) {
  if (plan->kernel) {
    const LINE y = FN(take_line)(&scratch, plan->a->n);
    FN(line_in)(plan, x.re, x.im, y.re, y.im);
    const LINE u = FN(line_of)(plan->a, y, scratch);
    FN(line_times)(plan, u.re, u.im);
    const bool moved = u.re != y.re;
    /* The second transform has its own result in y when the first one's is in scratch. */
    if (moved) {
      memcpy(y.re, u.re, (size_t)plan->a->n * sizeof(T));
      memcpy(y.im, u.im, (size_t)plan->a->n * sizeof(T));
    }
    const LINE r = FN(line_of)(plan->a, (LINE){y.im, y.re}, scratch);
    FN(line_out)(plan, r.im, r.re, x.re, x.im);
    return x;
  }
  if (plan->rows) {
    const ts_fft_plan *longer = plan->a->n > plan->b->n ? plan->a : plan->b;
    const LINE y = FN(take_line)(&scratch, plan->n);
    FN(steps) t = {plan, x, y, scratch, 4 * BLOCKS * FN(lanes_room)(longer), plan->n >= TS_FFT_SHARED ? TS_FFT_TASKS : 1};
    if (t.tasks == 1) {
      FN(columns)(&t, 0, 1);
      FN(rows)(&t, 0, 1);
    } else {
      ts_parallel_for(t.tasks, 1, FN(columns), &t);
      ts_parallel_for(t.tasks, 1, FN(rows), &t);
    }
    return y;
  }
  const size_t room = FN(lanes_room)(plan);
  const PARTS a = FN(buffer)(scratch, room, 0);
  for (ptrdiff_t i = 0; i < plan->n; i++) a.re[i] = x.re[i] - (V){0}, a.im[i] = x.im[i] - (V){0};
  const PARTS r = FN(lanes)(plan, a, FN(buffer)(scratch, room, 1));
  for (ptrdiff_t i = 0; i < plan->n; i++) x.re[i] = r.re[i][0], x.im[i] = r.im[i][0];
  return x;
}

static void FN(line)(const ts_fft_plan *plan, void *re, void *im, char *scratch) {
  const LINE x = {re, im}, y = FN(line_of)(plan, x, scratch);
  if (y.re == x.re) return;
  memcpy(re, y.re, (size_t)plan->n * sizeof(T));
  memcpy(im, y.im, (size_t)plan->n * sizeof(T));
}

/* ---- real transforms, in place; W as above ----
   untangle: of n / 2 complex numbers that are pairs of real ones, to n / 2 + 1 results. tangle: the way back.
   part: of a real line in each part, n results of both, to k and n - k (0 and n). join: the way back. */
#define REAL(W, name)                                                                                                  \
  static void FN(name##_untangle)(const ts_fft_plan *plan, W *re, W *im) {                                             \
    const ptrdiff_t h = (ptrdiff_t)plan->n / 2, q = h / 2;                                                             \
    const T *c = (const T *)plan->turns, *s = c + q + 1, half = (T)0.5;                                                \
    const W r0 = re[0], i0 = im[0];                                                                                    \
    re[0] = r0 + i0, re[h] = r0 - i0, im[0] = im[h] = r0 * 0;                                                          \
    TS_IVDEP for (ptrdiff_t k = 1; k <= q; k++) {                                                                      \
      const W ar = re[k], ai = im[k], br = re[h - k], bi = im[h - k];                                                  \
      const W er = (ar + br) * half, ei = (ai - bi) * half, dr = (ar - br) * half, di = (ai + bi) * half;              \
      const W tr = di * c[k] - dr * s[k], ti = dr * c[k] + di * s[k];                                                  \
      re[h - k] = er - tr, im[h - k] = -ei - ti;                                                                       \
      re[k] = er + tr, im[k] = ei - ti;                                                                                \
    }                                                                                                                  \
  }                                                                                                                    \
  static void FN(name##_tangle)(const ts_fft_plan *plan, W *re, W *im) {                                               \
    const ptrdiff_t h = (ptrdiff_t)plan->n / 2, q = h / 2;                                                             \
    const T *c = (const T *)plan->turns, *s = c + q + 1;                                                               \
    const W r0 = re[0], rh = re[h];                                                                                    \
    re[0] = r0 + rh, im[0] = r0 - rh;                                                                                  \
    TS_IVDEP for (ptrdiff_t k = 1; k <= q; k++) {                                                                      \
      const W ar = re[k], ai = im[k], br = re[h - k], bi = im[h - k];                                                  \
      const W er = ar + br, ei = ai - bi, dr = ar - br, di = ai + bi;                                                  \
      const W tr = dr * c[k] - di * s[k], ti = dr * s[k] + di * c[k];                                                  \
      re[h - k] = er + ti, im[h - k] = tr - ei;                                                                        \
      re[k] = er - ti, im[k] = ei + tr;                                                                                \
    }                                                                                                                  \
  }                                                                                                                    \
  static void FN(name##_part)(ptrdiff_t n, W *re, W *im) {                                                             \
    const T half = (T)0.5;                                                                                             \
    re[n] = im[0], im[n] = im[0] = im[0] * 0;                                                                          \
    TS_IVDEP for (ptrdiff_t k = 1; k <= n / 2; k++) {                                                                  \
      const W ar = re[k], ai = im[k], br = re[n - k], bi = im[n - k];                                                  \
      re[k] = (ar + br) * half, im[k] = (ai - bi) * half;                                                              \
      re[n - k] = (ai + bi) * half, im[n - k] = (br - ar) * half;                                                      \
    }                                                                                                                  \
  }                                                                                                                    \
  static void FN(name##_join)(ptrdiff_t n, W *re, W *im) {                                                             \
    im[0] = re[n];                                                                                                     \
    TS_IVDEP for (ptrdiff_t k = 1; k <= n / 2; k++) {                                                                  \
      const W ar = re[k], ai = im[k], br = re[n - k], bi = im[n - k];                                                  \
      re[k] = ar - bi, im[k] = ai + br;                                                                                \
      re[n - k] = ar + bi, im[n - k] = br - ai;                                                                        \
    }                                                                                                                  \
  }
REAL(V, lanes)
REAL(T, line)

#define CONJUGATE(W, name)                                       \
  static void FN(conjugate_##name)(W *im, ptrdiff_t n) {         \
    TS_IVDEP for (ptrdiff_t i = 0; i < n; i++) im[i] = -im[i];   \
  }
CONJUGATE(V, lanes)
CONJUGATE(T, line)

/* ---- jobs ---- */

INLINE void FN(line_at)(const ts_fft_job *job, int64_t line, const T **in, T **out) {
  int64_t i = 0, o = 0;
  for (int d = 0; d < job->ndim; d++) {
    int64_t rest = line / job->sizes[d], k = line - rest * job->sizes[d];
    line = rest;
    i += k * job->in_strides[d];
    o += k * job->out_strides[d];
  }
  *in = (const T *)job->in + i;
  *out = (T *)job->out + o;
}

/* Lines first ... first + count * per - 1, per of them in a lane. */
static void FN(some_lanes)(const ts_fft_job *job, int64_t first, int64_t end, char *scratch) {
  const ts_fft_plan *plan = job->plan, *core = plan->real ? plan->a : plan;
  const ptrdiff_t n = (ptrdiff_t)plan->n, h = n / 2, in = (ptrdiff_t)job->in_step, to = (ptrdiff_t)job->out_step;
  const bool odd = plan->real && n % 2;
  const size_t room = ((size_t)(core->kernel ? core->a->n : core->n) + 1) * VB;
  PARTS x = FN(buffer)(scratch, room, 0), y = FN(buffer)(scratch, room, 1);
  const T *from[2][L], *re[L], *im[L];
  T *dest[2][L], *ore[L], *oim[L];
  int count[2] = {0, 0};
  for (int l = 0; l < L; l++)
    for (int k = 0; k < (odd ? 2 : 1); k++) {
      const int64_t line = first + (odd ? 2 * l + k : l);
      FN(line_at)(job, line < end ? line : end - 1, &from[k][l], &dest[k][l]);
      if (line < end) count[k]++;
    }
  const T scale = (T)job->scale;
  switch (job->kind) {
  case TS_FFT_C2C:
    for (int l = 0; l < L; l++) re[l] = from[0][l], im[l] = re[l] + 1, ore[l] = dest[0][l], oim[l] = ore[l] + 1;
    if (job->inverse) {
      FN(load)(re, im, in, n, x);
      x = FN(lanes_of)(core, (PARTS){x.im, x.re}, (PARTS){y.im, y.re});
      x = (PARTS){x.im, x.re};
    } else {
      FN(load)(re, im, in, n, x);
      x = FN(lanes_of)(core, x, y);
    }
    FN(store)(x, ore, oim, to, n, count[0], scale);
    return;
  case TS_FFT_R2C:
    for (int l = 0; l < L; l++) re[l] = from[0][l], im[l] = odd ? from[1][l] : re[l] + in;
    FN(load)(re, im, odd ? in : 2 * in, odd ? n : h, x);
    x = FN(lanes_of)(core, x, y);
    if (odd) FN(lanes_part)(n, x.re, x.im);
    else FN(lanes_untangle)(plan, x.re, x.im);
    for (int l = 0; l < L; l++) ore[l] = dest[0][l], oim[l] = ore[l] + 1;
    FN(store)(x, ore, oim, to, h + 1, count[0], scale);
    if (job->twosided) {
      FN(conjugate_lanes)(x.im, odd ? n + 1 : h + 1);
      for (int l = 0; l < L; l++) ore[l] = dest[0][l] + (n - 1) * to, oim[l] = ore[l] + 1;
      FN(store)((PARTS){x.re + 1, x.im + 1}, ore, oim, -to, n - h - 1, count[0], scale);
      if (!count[1]) return;
      for (int l = 0; l < L; l++) ore[l] = dest[1][l] + (n - h) * to, oim[l] = ore[l] + 1;
      FN(store)((PARTS){x.re + n - h, x.im + n - h}, ore, oim, to, h, count[1], scale);
      FN(conjugate_lanes)(x.im, n + 1);
    }
    if (!count[1]) return;
    for (int l = 0; l < L; l++) ore[l] = dest[1][l] + h * to, oim[l] = ore[l] + 1;
    FN(store)((PARTS){x.re + n - h, x.im + n - h}, ore, oim, -to, h + 1, count[1], scale);
    return;
  case TS_FFT_C2R:
    for (int l = 0; l < L; l++) re[l] = from[0][l], im[l] = re[l] + 1;
    FN(load)(re, im, in, h + 1, x);
    if (odd) {
      for (int l = 0; l < L; l++) re[l] = from[1][l] + h * in, im[l] = re[l] + 1;
      FN(load)(re, im, -in, h + 1, (PARTS){x.re + n - h, x.im + n - h});
      FN(lanes_join)(n, x.re, x.im);
    } else {
      FN(lanes_tangle)(plan, x.re, x.im);
    }
    x = FN(lanes_of)(core, (PARTS){x.im, x.re}, (PARTS){y.im, y.re});
    x = (PARTS){x.im, x.re};
    for (int l = 0; l < L; l++) ore[l] = dest[0][l], oim[l] = odd ? dest[1][l] : ore[l] + to;
    FN(store)(x, ore, oim, odd ? to : 2 * to, odd ? n : h, odd ? count[1] : count[0], scale);
    if (odd && count[1] < count[0]) /* the last one has no partner */
      for (ptrdiff_t i = 0; i < n; i++) ore[count[1]][i * to] = ((const T *)(x.re + i))[count[1]] * scale;
  }
}

INLINE void FN(get)(const T *re, const T *im, ptrdiff_t step, ptrdiff_t n, LINE x) {
  ptrdiff_t i = 0;
  if (step == 2 && im == re + 1)
    for (; i + L <= n; i += L) {
      const V a = *(const MEM *)(re + 2 * i), b = *(const MEM *)(re + 2 * i + L);
      *(MEM *)(x.re + i) = SHUFFLE(a, b, EVEN);
      *(MEM *)(x.im + i) = SHUFFLE(a, b, ODD);
    }
  for (; i < n; i++) x.re[i] = re[i * step], x.im[i] = im[i * step];
}
INLINE void FN(put)(LINE x, T *re, T *im, ptrdiff_t step, ptrdiff_t n, T scale) {
  ptrdiff_t i = 0;
  if (step == 2 && im == re + 1)
    for (; i + L <= n; i += L) {
      const V a = *(const MEM *)(x.re + i) * scale, b = *(const MEM *)(x.im + i) * scale;
      *(MEM *)(re + 2 * i) = SHUFFLE(a, b, LOW);
      *(MEM *)(re + 2 * i + L) = SHUFFLE(a, b, HIGH);
    }
  for (; i < n; i++) re[i * step] = x.re[i] * scale, im[i * step] = x.im[i] * scale;
}

/* One line, or two real ones of odd length. */
static void FN(one_line)(const ts_fft_job *job, int64_t first, int64_t end, char *scratch) {
  const ts_fft_plan *plan = job->plan, *core = plan->real ? plan->a : plan;
  const ptrdiff_t n = (ptrdiff_t)plan->n, h = n / 2, in = (ptrdiff_t)job->in_step, to = (ptrdiff_t)job->out_step;
  const bool odd = plan->real && n % 2, both = odd && first + 1 < end;
  LINE x = FN(take_line)(&scratch, core->n);
  const T scale = (T)job->scale, *from, *from2;
  T *dest, *dest2;
  FN(line_at)(job, first, &from, &dest);
  FN(line_at)(job, both ? first + 1 : first, &from2, &dest2);
  switch (job->kind) {
  case TS_FFT_C2C:
    FN(get)(from, from + 1, in, n, x);
    if (job->inverse) {
      x = FN(line_of)(core, (LINE){x.im, x.re}, scratch);
      x = (LINE){x.im, x.re};
    } else {
      x = FN(line_of)(core, x, scratch);
    }
    FN(put)(x, dest, dest + 1, to, n, scale);
    return;
  case TS_FFT_R2C:
    FN(get)(from, odd ? from2 : from + in, odd ? in : 2 * in, odd ? n : h, x);
    x = FN(line_of)(core, x, scratch);
    if (odd) FN(line_part)(n, x.re, x.im);
    else FN(line_untangle)(plan, x.re, x.im);
    FN(put)(x, dest, dest + 1, to, h + 1, scale);
    if (both) FN(put)((LINE){x.re + n - h, x.im + n - h}, dest2 + h * to, dest2 + h * to + 1, -to, h + 1, scale);
    if (!job->twosided) return;
    FN(conjugate_line)(x.im, odd ? n + 1 : h + 1);
    FN(put)((LINE){x.re + 1, x.im + 1}, dest + (n - 1) * to, dest + (n - 1) * to + 1, -to, n - h - 1, scale);
    if (both) FN(put)((LINE){x.re + n - h, x.im + n - h}, dest2 + (n - h) * to, dest2 + (n - h) * to + 1, to, h, scale);
    return;
  case TS_FFT_C2R:
    FN(get)(from, from + 1, in, h + 1, x);
    if (odd) {
      FN(get)(from2 + h * in, from2 + h * in + 1, -in, h + 1, (LINE){x.re + n - h, x.im + n - h});
      FN(line_join)(n, x.re, x.im);
    } else {
      FN(line_tangle)(plan, x.re, x.im);
    }
    x = FN(line_of)(core, (LINE){x.im, x.re}, scratch);
    x = (LINE){x.im, x.re};
    if (odd && !both)
      for (ptrdiff_t i = 0; i < n; i++) dest[i * to] = x.re[i] * scale;
    else
      FN(put)(x, dest, odd ? dest2 : dest + to, odd ? to : 2 * to, odd ? n : h, scale);
  }
}

static void FN(run)(const ts_fft_job *job, int64_t begin, int64_t end, char *scratch) {
  const int64_t step = (job->lanes ? L : 1) * (job->plan->real && job->plan->n % 2 ? 2 : 1);
  for (int64_t i = begin; i < end; i += step) {
    const int64_t next = end - i < step ? end : i + step;
    if (job->lanes) FN(some_lanes)(job, i, next, scratch);
    else FN(one_line)(job, i, next, scratch);
  }
}

#undef L
#undef LOW
#undef HIGH
#undef EVEN
#undef ODD
#undef V
#undef MEM
#undef PARTS
#undef LINE
#undef INLINE
#undef PASS
#undef TURN
#undef GROUPS
#undef FOUR
#undef CHIRP
#undef REAL
#undef CONJUGATE
#undef BLOCKS
