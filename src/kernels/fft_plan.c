/* Plans of Fourier transforms, made once for the whole process and kept while there is room. */
#include "fft.h"
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include "kernels.h"
#include "scalar_math.h"

/* ---- roots of unity ---- */

/* cos and sin of 2 pi k / n for 0 <= k < n, from the first octant. */
static void root(int64_t k, int64_t n, double *c, double *s) {
  int64_t eighths = 8 * k / n, r = 8 * k - eighths * n; /* the angle is (eighths + r / n) pi / 4 */
  double angle = (eighths & 1 ? (double)(n - r) : (double)r) * (0x1.921fb54442d18p-1 / (double)n);
  double a = ts_cos_at(angle), b = ts_sin_at(angle);
  if (eighths & 1) { /* (a, b) becomes the direction within the quarter */
    double t = a;
    a = b;
    b = t;
  }
  switch (eighths >> 1) {
  case 0: *c = a, *s = b; break;
  case 1: *c = -b, *s = a; break;
  case 2: *c = -a, *s = -b; break;
  default: *c = b, *s = -a;
  }
}

/* All of them, of large n as products of two tables. */
typedef struct { int64_t n; int shift; double *fine, *coarse; } roots;
static bool roots_of(roots *r, int64_t n) {
  *r = (roots){.n = n};
  while (((int64_t)1 << (2 * r->shift)) < n) r->shift++;
  int64_t fine = (int64_t)1 << r->shift, coarse = n / fine + 1;
  r->fine = malloc((size_t)(2 * (fine + coarse)) * sizeof(double));
  if (!r->fine) return false;
  r->coarse = r->fine + 2 * fine;
  for (int64_t k = 0; k < fine; k++) root(k % n, n, r->fine + 2 * k, r->fine + 2 * k + 1);
  for (int64_t k = 0; k < coarse; k++) root(k * fine % n, n, r->coarse + 2 * k, r->coarse + 2 * k + 1);
  return true;
}
static void root_at(const roots *r, int64_t k, double *c, double *s) {
  if (r->n < 4096) {
    root(k, r->n, c, s);
    return;
  }
  const double *a = r->coarse + 2 * (k >> r->shift), *b = r->fine + 2 * (k & (((int64_t)1 << r->shift) - 1));
  *c = a[0] * b[0] - a[1] * b[1];
  *s = a[0] * b[1] + a[1] * b[0];
}

static void put(const ts_fft_plan *p, char *table, int64_t i, double v) {
  if (p->wide) ((double *)table)[i] = v;
  else ((float *)table)[i] = (float)v;
}
static char *table_of(ts_fft_plan *p, int64_t count) {
  int64_t bytes = count * (p->wide ? 8 : 4);
  p->bytes += bytes;
  return malloc((size_t)bytes);
}

/* ---- making plans ---- */

static void free_plan(ts_fft_plan *p) {
  if (!p) return;
  free_plan(p->a);
  if (p->b != p->a) free_plan(p->b);
  free(p->twiddles);
  free(p->turns);
  free(p->kernel);
  free(p);
}

/* Splits n into radices; gives what is left: 1, or the product of large primes. */
static int64_t split(ts_fft_plan *p, int64_t n) {
  int twos = 0;
  for (; n % 2 == 0; n /= 2) twos++;
  int eights = twos / 3, rest = twos % 3, fours = 0;
  if (rest == 1 && eights) eights--, rest = 0, fours = 2;
  if (rest == 2) rest = 0, fours = 1;
  while (eights--) p->radix[p->passes++] = 8;
  while (fours--) p->radix[p->passes++] = 4;
  if (rest) p->radix[p->passes++] = 2;
  for (int r = 3; r <= TS_FFT_RADIX_MAX; r += 2)
    for (; n % r == 0; n /= r) p->radix[p->passes++] = r;
  return n;
}

static bool fill_twiddles(ts_fft_plan *p, const roots *r) {
  int64_t count = 0, m = p->n, at = 0, s = 1;
  for (int i = 0; i < p->passes; i++) {
    int radix = p->radix[i];
    m /= radix;
    count += 2 * m * (radix - 1) + (radix > 5 && radix != 8 ? 2 * radix : 0);
  }
  if (!(p->twiddles = table_of(p, count + 1))) return false;
  m = p->n;
  for (int i = 0; i < p->passes; i++) {
    int radix = p->radix[i];
    double c, d;
    m /= radix;
    for (int k = 0; k < radix && radix > 5 && radix != 8; k++) {
      root(k, radix, &c, &d);
      put(p, p->twiddles, at++, c);
      put(p, p->twiddles, at++, -d);
    }
    for (int64_t k = 0; k < m; k++)
      for (int j = 1; j < radix; j++) {
        root_at(r, k * j * s, &c, &d);
        put(p, p->twiddles, at++, c);
        put(p, p->twiddles, at++, -d);
      }
    s *= radix;
  }
  return true;
}

static ts_fft_plan *make(int64_t n, bool real, bool wide, bool part);

/* n = rows * columns near the square root, where passes over lanes would not stay in the cache. */
static bool two_steps(ts_fft_plan *p, const roots *r) {
  int64_t rows = 1;
  for (int64_t d = 1; d * d <= p->n; d++)
    if (p->n % d == 0) rows = d;
  if (rows < 4) return true;
  p->rows = rows;
  p->columns = p->n / rows;
  p->a = make(p->rows, false, p->wide, true);
  p->b = p->rows == p->columns ? p->a : make(p->columns, false, p->wide, true);
  if (!p->a || !p->b || !(p->turns = table_of(p, 2 * p->n))) return false;
  for (int64_t i = 0, at = 0; i < rows; i++)
    for (int64_t k = 0; k < p->columns; k++, at++) {
      double c, s;
      root_at(r, i * k, &c, &s);
      put(p, p->turns, at, c);
      put(p, p->turns, p->n + at, -s);
    }
  return true;
}

/* The best of lengths with small factors for a convolution of n. */
static int64_t good_length(int64_t n) {
  static const int odd[] = {1, 3, 5, 9, 15};
  int64_t best = INT64_MAX;
  for (int i = 0; i < 5; i++) {
    int64_t m = odd[i];
    while (m < n) m *= 2;
    if (m < best) best = m;
  }
  return best;
}

static bool bluestein(ts_fft_plan *p) {
  int64_t n = p->n, m = good_length(2 * n - 1);
  roots r;
  p->a = make(m, false, p->wide, false);
  p->turns = table_of(p, 2 * n);
  p->kernel = table_of(p, 2 * (m + 32));
  char *scratch = p->a ? aligned_alloc(64, (size_t)ts_fft_scratch(p->a)) : NULL;
  bool ok = p->a && p->turns && p->kernel && scratch && roots_of(&r, 2 * n);
  if (ok) {
    int64_t room = m + 16, size = p->wide ? 8 : 4; /* the transform has room for one more */
    char *line = p->kernel;
    memset(line, 0, (size_t)(2 * room * size));
    for (int64_t k = 0, square = 0; k < n; k++) { /* square = k^2 modulo 2 n */
      double c, s;
      root_at(&r, square, &c, &s);
      put(p, p->turns, k, c);
      put(p, p->turns, n + k, s);
      for (int twice = 0; twice < 2; twice++) {
        int64_t at = twice && k ? m - k : k;
        put(p, line, at, c / (double)m);
        put(p, line, room + at, s / (double)m);
      }
      square = (square + 2 * k + 1) % (2 * n);
    }
    ts_loops.fft_line[p->wide](p->a, line, line + room * size, scratch);
    memmove(line + m * size, line + room * size, (size_t)(m * size));
    free(r.fine);
  }
  free(scratch);
  return ok;
}

/* part: of a longer transform, always over lanes. */
static ts_fft_plan *make(int64_t n, bool real, bool wide, bool part) {
  ts_fft_plan *p = calloc(1, sizeof *p);
  roots r = {0};
  if (!p) return NULL;
  p->n = n;
  p->real = real;
  p->wide = wide;
  p->bytes = (int64_t)sizeof *p;
  bool ok;
  if (real) {
    ok = roots_of(&r, n) && (p->a = make(n % 2 ? n : n / 2, false, wide, false)) != NULL;
    if (ok && n % 2 == 0) {
      int64_t q = n / 4 + 1;
      ok = (p->turns = table_of(p, 2 * q)) != NULL;
      for (int64_t k = 0; ok && k < q; k++) {
        double c, s;
        root_at(&r, k, &c, &s);
        put(p, p->turns, k, c);
        put(p, p->turns, q + k, s);
      }
    }
  } else if (split(p, n) > 1) {
    p->passes = 0;
    ok = bluestein(p);
  } else {
    ok = roots_of(&r, n);
    if (ok && !part && n >= 64) ok = two_steps(p, &r);
    if (ok && (part || !p->rows || n <= TS_FFT_LANES_LIMIT)) ok = fill_twiddles(p, &r);
    else p->passes = 0;
  }
  free(r.fine);
  if (!ok) {
    free_plan(p);
    return NULL;
  }
  if (p->a) p->bytes += p->a->bytes;
  if (p->b && p->b != p->a) p->bytes += p->b->bytes;
  return p;
}

static int64_t up(int64_t bytes) { return (bytes + 63) & ~(int64_t)63; }
/* What a line takes beyond itself, and what lanes take; see line_of and some_lanes. */
static int64_t line_bytes(const ts_fft_plan *p) {
  int64_t size = p->wide ? 8 : 4;
  if (p->kernel) return 2 * up((p->a->n + 1) * size) + line_bytes(p->a);
  if (!p->rows) return 4 * (p->n + 1) * 64;
  int64_t longer = p->a->n > p->b->n ? p->a->n : p->b->n;
  return 2 * up((p->n + 1) * size) + (p->n >= TS_FFT_SHARED ? TS_FFT_TASKS : 1) * 4 * (longer + 1) * 64;
}
int64_t ts_fft_scratch(const ts_fft_plan *plan) {
  const ts_fft_plan *p = plan->real ? plan->a : plan;
  int64_t one = 2 * up((p->n + 1) * 8) + line_bytes(p);
  int64_t lanes = p->passes || p->kernel ? 4 * ((p->kernel ? p->a->n : p->n) + 1) * 64 : 0;
  if (p->kernel && !p->a->passes) lanes = 0;
  return one > lanes ? one : lanes;
}

/* ---- the cache ---- */

enum { KEPT = 64 };
static const int64_t kept_bytes = 128 << 20;
static struct {
  atomic_flag lock;
  ts_fft_plan *plans[KEPT];
  uint64_t clock;
} cache = {.lock = ATOMIC_FLAG_INIT};
static void lock(void) {
  while (atomic_flag_test_and_set_explicit(&cache.lock, memory_order_acquire)) {}
}
static void unlock(void) { atomic_flag_clear_explicit(&cache.lock, memory_order_release); }

static ts_fft_plan *find(int64_t n, bool real, bool wide) {
  for (int i = 0; i < KEPT; i++) {
    ts_fft_plan *p = cache.plans[i];
    if (!p || p->n != n || p->real != real || p->wide != wide) continue;
    p->refs++;
    p->used = ++cache.clock;
    return p;
  }
  return NULL;
}

/* Room for one more of so many bytes: the oldest go first. Gives a free place, -1 for none. Called with the lock held. */
static int place_for(int64_t bytes) {
  if (bytes > kept_bytes) return -1;
  for (;;) {
    int64_t sum = bytes;
    int vacant = -1, oldest = -1;
    for (int i = 0; i < KEPT; i++) {
      const ts_fft_plan *p = cache.plans[i];
      if (!p) {
        vacant = i;
        continue;
      }
      sum += p->bytes;
      if (oldest < 0 || p->used < cache.plans[oldest]->used) oldest = i;
    }
    if (vacant >= 0 && sum <= kept_bytes) return vacant;
    if (oldest < 0) return -1;
    ts_fft_plan *old = cache.plans[oldest];
    cache.plans[oldest] = NULL;
    if (--old->refs == 0) free_plan(old);
  }
}

const ts_fft_plan *ts_fft_plan_of(int64_t n, bool real, bool wide) {
  lock();
  ts_fft_plan *p = find(n, real, wide);
  unlock();
  if (p) return p;
  if (!(p = make(n, real, wide, false))) return NULL;
  p->refs = 1;
  lock();
  ts_fft_plan *other = find(n, real, wide); /* made meanwhile by another thread */
  int at = other ? -1 : place_for(p->bytes);
  if (at >= 0) {
    cache.plans[at] = p;
    p->refs++;
    p->used = ++cache.clock;
  }
  unlock();
  if (other) {
    free_plan(p);
    return other;
  }
  return p;
}

void ts_fft_done(const ts_fft_plan *plan) {
  ts_fft_plan *p = (ts_fft_plan *)plan;
  lock();
  bool last = --p->refs == 0;
  unlock();
  if (last) free_plan(p);
}
