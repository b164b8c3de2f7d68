/* Template of loops/fft.c, behind fft_passes.h: whole lines, real transforms, and the jobs. */

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
#define REAL(W, name, LOOP)                                                                               \
  static void FN(name##_untangle)(const ts_fft_plan *plan, W *re, W *im) {                                \
    const ptrdiff_t h = (ptrdiff_t)plan->n / 2, q = h / 2;                                                \
    const T *c = (const T *)plan->turns, *s = c + q + 1, half = (T)0.5;                                   \
    const W r0 = re[0], i0 = im[0];                                                                       \
    re[0] = r0 + i0, re[h] = r0 - i0, im[0] = im[h] = r0 * 0;                                             \
    LOOP for (ptrdiff_t k = 1; k <= q; k++) {                                                             \
      const W ar = re[k], ai = im[k], br = re[h - k], bi = im[h - k];                                     \
      const W er = (ar + br) * half, ei = (ai - bi) * half, dr = (ar - br) * half, di = (ai + bi) * half; \
      const W tr = di * c[k] - dr * s[k], ti = dr * c[k] + di * s[k];                                     \
      re[h - k] = er - tr, im[h - k] = -ei - ti;                                                          \
      re[k] = er + tr, im[k] = ei - ti;                                                                   \
    }                                                                                                     \
  }                                                                                                       \
  static void FN(name##_tangle)(const ts_fft_plan *plan, W *re, W *im) {                                  \
    const ptrdiff_t h = (ptrdiff_t)plan->n / 2, q = h / 2;                                                \
    const T *c = (const T *)plan->turns, *s = c + q + 1;                                                  \
    const W r0 = re[0], rh = re[h];                                                                       \
    re[0] = r0 + rh, im[0] = r0 - rh;                                                                     \
    LOOP for (ptrdiff_t k = 1; k <= q; k++) {                                                             \
      const W ar = re[k], ai = im[k], br = re[h - k], bi = im[h - k];                                     \
      const W er = ar + br, ei = ai - bi, dr = ar - br, di = ai + bi;                                     \
      const W tr = dr * c[k] - di * s[k], ti = dr * s[k] + di * c[k];                                     \
      re[h - k] = er + ti, im[h - k] = tr - ei;                                                           \
      re[k] = er - ti, im[k] = ei + tr;                                                                   \
    }                                                                                                     \
  }                                                                                                       \
  static void FN(name##_part)(ptrdiff_t n, W *re, W *im) {                                                \
    const T half = (T)0.5;                                                                                \
    re[n] = im[0], im[n] = im[0] = im[0] * 0;                                                             \
    LOOP for (ptrdiff_t k = 1; k <= n / 2; k++) {                                                         \
      const W ar = re[k], ai = im[k], br = re[n - k], bi = im[n - k];                                     \
      re[k] = (ar + br) * half, im[k] = (ai - bi) * half;                                                 \
      re[n - k] = (ai + bi) * half, im[n - k] = (br - ar) * half;                                         \
    }                                                                                                     \
  }                                                                                                       \
  static void FN(name##_join)(ptrdiff_t n, W *re, W *im) {                                                \
    im[0] = re[n];                                                                                        \
    LOOP for (ptrdiff_t k = 1; k <= n / 2; k++) {                                                         \
      const W ar = re[k], ai = im[k], br = re[n - k], bi = im[n - k];                                     \
      re[k] = ar - bi, im[k] = ai + br;                                                                   \
      re[n - k] = ar + bi, im[n - k] = br - ai;                                                           \
    }                                                                                                     \
  }
REAL(V, lanes, )
REAL(T, line, TS_IVDEP)

#define CONJUGATE(W, name, LOOP)                           \
  static void FN(conjugate_##name)(W *im, ptrdiff_t n) {   \
    LOOP for (ptrdiff_t i = 0; i < n; i++) im[i] = -im[i]; \
  }
CONJUGATE(V, lanes, )
CONJUGATE(T, line, TS_IVDEP)

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
