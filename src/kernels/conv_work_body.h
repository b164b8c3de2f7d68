/* Included by conv_work.c for T = float and double; no include guard on purpose. The work of correlate.h: pieces laid out,
   products taken, strips carried to where they belong. */

/* The piece of `images` images' channels that a strip needs, as correlate.h says. in: its first channel; channel and image:
   elements between channels, between images. */
static void NAME(lay)(const ts_strips *s, const ts_strip *t, int64_t channels, const T *in, int64_t channel, int64_t image, T *to) {
  const ts_axis *d = &s->c->axis[0], *h = &s->c->axis[1], *w = &s->c->axis[2];
  const ts_taps *rows = &s->taps[1], *cols = &s->taps[2];
  for (int64_t c = 0; c < channels; c++, in += channel)
    for (int64_t z = 0; z < d->taps; z++)
      for (int64_t rp = 0; rp < rows->planes; rp++)
        for (int64_t cp = 0; cp < cols->planes; cp++, to += s->plane) {
          const int64_t iz = t->depth * d->step + d->first + z * d->gap, x = t->col * w->step + cols->residue[cp] + cols->low, step = w->step;
          int64_t lo = x >= 0 ? 0 : (-x + step - 1) / step, hi = x < w->in ? (w->in - 1 - x) / step + 1 : 0;
          if (hi > s->pitch) hi = s->pitch;
          if (lo > hi) lo = hi;
          T *row = to;
          for (int64_t n = 0; n < t->images; n++)
            for (int64_t r = 0; r < s->image_rows; r++, row += s->pitch) {
              const int64_t y = (t->row + r) * h->step + rows->residue[rp] + rows->low;
              if (iz < 0 || iz >= d->in || y < 0 || y >= h->in) {
                memset(row, 0, (size_t)s->pitch * sizeof *row);
                continue;
              }
              const T *from = in + n * image + (iz * h->in + y) * w->in + x;
              for (int64_t i = 0; i < lo; i++) row[i] = 0;
              if (step == 1) memcpy(row + lo, from + lo, (size_t)(hi - lo) * sizeof *row);
              else if (step == 2) for (int64_t i = lo; i < hi; i++) row[i] = from[2 * i];
              else for (int64_t i = lo; i < hi; i++) row[i] = from[i * step];
              for (int64_t i = hi; i < s->pitch; i++) row[i] = 0;
            }
        }
}

/* Rows of a result's gradient beside such a piece, zeros wherever nothing belongs to a result. */
static void NAME(lay_result)(const ts_strips *s, const ts_strip *t, int64_t rows, const T *from, int64_t channel, int64_t image, T *to) {
  const ts_axis *h = &s->c->axis[1], *w = &s->c->axis[2];
  for (int64_t m = 0; m < rows; m++, from += channel, to += s->columns) {
    int64_t done = 0;
    for (int64_t n = 0; n < t->images; n++)
      for (int64_t r = 0; r < t->rows; r++) {
        const int64_t begin = (n * s->image_rows + r) * s->pitch;
        memset(to + done, 0, (size_t)(begin - done) * sizeof *to);
        memcpy(to + begin, from + n * image + (t->depth * h->full + t->row + r) * w->full + t->col, (size_t)t->cols * sizeof *to);
        done = begin + t->cols;
      }
    memset(to + done, 0, (size_t)(s->columns - done) * sizeof *to);
  }
}

/* n computed elements to their places, `by` apart. */
static void NAME(finish)(const ts_conv_finish *f, T bias, const T *from, const T *residual, int64_t n, T *to, int64_t by) {
  if (f->clamp) {
    const T low = (T)f->low, high = (T)f->high;
    for (int64_t i = 0; i < n; i++) {
      T v = from[i] + bias;
      if (residual) v += residual[i * by];
      v = v < low ? low : v;
      to[i * by] = v > high ? high : v;
    }
  } else if (residual) {
    for (int64_t i = 0; i < n; i++) to[i * by] = from[i] + bias + residual[i * by];
  } else if (by == 1) {
    for (int64_t i = 0; i < n; i++) to[i] = from[i] + bias;
  } else {
    for (int64_t i = 0; i < n; i++) to[i * by] = from[i] + bias;
  }
}

typedef struct {
  const ts_correlation *c;
  ts_strips s;
  const T *in, *weight, *packed, *result; /* weight: (groups, out_channels, in_channels * taps); packed: instead, if not NULL */
  T *out;
  const ts_conv_finish *finish;
  int64_t blocks, m_block, m_blocks; /* of channels; rows of a task */
  atomic_bool failed;
} NAME(job);

static void NAME(carry)(const NAME(job) *j, const ts_strip *t, int64_t group, int64_t from, int64_t rows, const T *sums) {
  const ts_correlation *c = j->c;
  const ts_axis *d = &c->axis[0], *h = &c->axis[1], *w = &c->axis[2];
  for (int64_t m = 0; m < rows; m++, sums += j->s.columns) {
    const int64_t channel = group * c->out_channels + from + m;
    const T bias = j->finish->bias ? ((const T *)j->finish->bias)[channel] : 0;
    for (int64_t n = 0; n < t->images; n++)
      for (int64_t r = 0; r < t->rows; r++) {
        const int64_t plane = ((t->n + n) * c->groups * c->out_channels + channel) * d->full + d->from + t->depth * d->by;
        const int64_t at = (plane * h->full + h->from + (t->row + r) * h->by) * w->full + w->from + t->col * w->by;
        NAME(finish)(j->finish, bias, sums + (n * j->s.image_rows + r) * j->s.pitch, j->finish->residual ? (const T *)j->finish->residual + at : NULL, t->cols, j->out + at, w->by);
      }
  }
}

/* Tasks: strips, in each the groups, in each the blocks of rows of the weight. */
static void NAME(correlate_some)(void *arg, int64_t begin, int64_t end) {
  NAME(job) *j = arg;
  const ts_correlation *c = j->c;
  const ts_strips *s = &j->s;
  const int64_t taps = ts_tap_count(c), k = c->in_channels * taps, volume = c->axis[0].in * c->axis[1].in * c->axis[2].in;
  const int64_t unit = ts_gathered_rows(IS_DOUBLE), padded = (c->out_channels + unit - 1) / unit * unit;
  T *piece = ts_alloc((size_t)(s->size + j->m_block * s->columns) * sizeof(T)), *sums = piece + s->size;
  if (!piece) {
    atomic_store(&j->failed, true);
    return;
  }
  memset(piece + s->channels * s->channel, 0, (size_t)(s->size - s->channels * s->channel) * sizeof(T));
  int64_t laid = -1;
  for (int64_t task = begin; task < end; task++) {
    const int64_t block = task % j->m_blocks, group = task / j->m_blocks % c->groups, m0 = block * j->m_block;
    const int64_t rows = c->out_channels - m0 < j->m_block ? c->out_channels - m0 : j->m_block;
    const ts_strip t = ts_strip_at(s, task / j->m_blocks / c->groups);
    for (int64_t b = 0; b < j->blocks; b++) {
      const int64_t c0 = b * s->channels, channels = c->in_channels - c0 < s->channels ? c->in_channels - c0 : s->channels;
      if (j->blocks > 1 || laid != task / j->m_blocks)
        NAME(lay)(s, &t, channels, j->in + (t.n * c->groups * c->in_channels + group * c->in_channels + c0) * volume, volume, c->groups * c->in_channels * volume, piece);
      laid = task / j->m_blocks;
      const T *a = j->packed ? j->packed + group * padded * k + c0 * taps * padded + m0 * channels * taps : j->weight + (group * c->out_channels + m0) * k + c0 * taps;
      const ts_gathered g = {rows, ts_whole_panels(t.columns, IS_DOUBLE), channels * taps, a, j->packed ? 0 : k, piece, s->at, sums, s->columns, b > 0};
      GATHERED(&g);
    }
    NAME(carry)(j, &t, group, m0, rows, sums);
  }
  ts_free(piece);
}

typedef struct { const NAME(job) *j; T *to; int64_t padded, k; } NAME(packing);
static void NAME(pack_some)(void *arg, int64_t begin, int64_t end) {
  const NAME(packing) *p = arg;
  const ts_correlation *c = p->j->c;
  const int64_t taps = ts_tap_count(c), blocks = p->j->blocks;
  for (int64_t i = begin; i < end; i++) {
    const int64_t c0 = i % blocks * p->j->s.channels, group = i / blocks, channels = c->in_channels - c0 < p->j->s.channels ? c->in_channels - c0 : p->j->s.channels;
    PACK(c->out_channels, channels * taps, p->j->weight + group * c->out_channels * p->k + c0 * taps, p->k, p->to + group * p->padded * p->k + c0 * taps * p->padded);
  }
}

/* out of in and weight: dense rows (groups * out_channels, in_channels * taps). */
static bool NAME(correlate)(ts_cx *cx, const ts_correlation *c, const T *in, const T *weight, const ts_conv_finish *finish, T *out) {
  NAME(job) j = {.c = c, .in = in, .weight = weight, .out = out, .finish = finish};
  const int64_t taps = ts_tap_count(c), k = c->in_channels * taps, threads = ts_num_threads(), unit = ts_gathered_rows(IS_DOUBLE);
  int64_t channels = ts_gathered_depth(IS_DOUBLE) / taps, work = c->batch * c->axis[0].out * c->axis[1].out * c->axis[2].out;
  if (channels < 1) channels = 1;
  j.blocks = (c->in_channels + channels - 1) / channels;
  channels = (c->in_channels + j.blocks - 1) / j.blocks;
  j.blocks = (c->in_channels + channels - 1) / channels;
  /* Rows of a task, whose weights and sums should stay in the second-level cache. */
  j.m_blocks = (c->out_channels + MOST_ROWS - 1) / MOST_ROWS;
  const double multiplications = (double)work * (double)(c->groups * c->out_channels) * (double)k;
  const int64_t pieces = threads == 1 || multiplications < SHARE_FROM ? 1 : 4 * threads, rows = c->out_channels < MOST_ROWS ? c->out_channels : MOST_ROWS;
  const int64_t columns = SUMS_BYTES / (int64_t)sizeof(T) / rows;
  if (!ts_strips_of(cx, c, IS_DOUBLE, columns < 256 ? 256 : columns > 1024 ? 1024 : columns, pieces, channels, &j.s)) return false;
  const int64_t strips = ts_strip_count(&j.s) * c->groups;
  if (strips * j.m_blocks < pieces) j.m_blocks = (pieces + strips - 1) / strips;
  j.m_block = ((c->out_channels + j.m_blocks - 1) / j.m_blocks + unit - 1) / unit * unit;
  j.m_blocks = (c->out_channels + j.m_block - 1) / j.m_block;
  if (c->out_channels > 1 && work >= 8 * ts_gathered_panel(IS_DOUBLE)) {
    NAME(packing) p = {&j, NULL, (c->out_channels + unit - 1) / unit * unit, k};
    p.to = ts_temp(cx, c->groups * p.padded * k * (int64_t)sizeof(T));
    if (!p.to) return false;
    ts_parallel_for(c->groups * j.blocks, 1 + 65536 / (p.padded * channels * taps + 1), NAME(pack_some), &p);
    j.packed = p.to;
  }
  if (pieces == 1) NAME(correlate_some)(&j, 0, strips * j.m_blocks);
  else ts_parallel_for(strips * j.m_blocks, 1, NAME(correlate_some), &j);
  return !j.failed || ts_fail(cx, TS_ERR_MEMORY, "out of memory");
}

/* Tasks: groups, in each blocks of channels, in each blocks of rows. out: (groups * out_channels, in_channels * taps), which
   is added to; result: the gradient of the correlation's result. */
static void NAME(weigh_some)(void *arg, int64_t begin, int64_t end) {
  NAME(job) *j = arg;
  const ts_correlation *c = j->c;
  const ts_strips *s = &j->s;
  const int64_t taps = ts_tap_count(c), k = c->in_channels * taps, volume = c->axis[0].in * c->axis[1].in * c->axis[2].in;
  const int64_t places = c->axis[0].full * c->axis[1].full * c->axis[2].full, strips = ts_strip_count(s);
  T *piece = ts_alloc((size_t)(s->size + j->m_block * s->columns) * sizeof(T)), *grads = piece + s->size;
  if (!piece) {
    atomic_store(&j->failed, true);
    return;
  }
  memset(piece, 0, (size_t)s->size * sizeof(T));
  for (int64_t task = begin; task < end; task++) {
    const int64_t m0 = task % j->m_blocks * j->m_block, c0 = task / j->m_blocks % j->blocks * s->channels, group = task / j->m_blocks / j->blocks;
    const int64_t rows = c->out_channels - m0 < j->m_block ? c->out_channels - m0 : j->m_block, channels = c->in_channels - c0 < s->channels ? c->in_channels - c0 : s->channels;
    const int64_t in = group * c->in_channels + c0, out = group * c->out_channels + m0;
    for (int64_t i = 0; i < strips; i++) {
      const ts_strip t = ts_strip_at(s, i);
      NAME(lay)(s, &t, channels, j->in + (t.n * c->groups * c->in_channels + in) * volume, volume, c->groups * c->in_channels * volume, piece);
      NAME(lay_result)(s, &t, rows, j->result + (t.n * c->groups * c->out_channels + out) * places, places, c->groups * c->out_channels * places, grads);
      const ts_gathered g = {rows, ts_whole_panels(t.columns, IS_DOUBLE), channels * taps, grads, s->columns, piece, s->at, j->out + out * k + c0 * taps, k, true};
      GATHERED_DOTS(&g);
    }
  }
  ts_free(piece);
}

static bool NAME(weigh)(ts_cx *cx, const ts_correlation *c, const T *grad, const T *in, T *out) {
  NAME(job) j = {.c = c, .in = in, .result = grad, .out = out};
  const int64_t taps = ts_tap_count(c), threads = ts_num_threads();
  int64_t channels = WEIGH_COLUMNS / taps;
  channels = channels < 1 ? 1 : channels < c->in_channels ? channels : c->in_channels;
  j.m_block = c->out_channels < WEIGH_ROWS ? c->out_channels : WEIGH_ROWS;
  /* Smaller blocks where there would be too few for the threads. */
  while (threads > 1 && c->groups * ((c->in_channels + channels - 1) / channels) * ((c->out_channels + j.m_block - 1) / j.m_block) < 4 * threads) {
    if (channels * taps > 64 && channels > 1) channels = (channels + 1) / 2;
    else if (j.m_block > 8) j.m_block = (j.m_block + 1) / 2;
    else break;
  }
  j.blocks = (c->in_channels + channels - 1) / channels;
  j.m_blocks = (c->out_channels + j.m_block - 1) / j.m_block;
  if (!ts_strips_of(cx, c, IS_DOUBLE, 1024, 1, channels, &j.s)) return false;
  const int64_t tasks = c->groups * j.blocks * j.m_blocks, each = c->batch * c->axis[0].out * c->axis[1].out * c->axis[2].out * channels * taps * j.m_block;
  ts_parallel_for(tasks, each > SHARE_FROM ? 1 : SHARE_FROM / (each + 1) + 1, NAME(weigh_some), &j);
  return !j.failed || ts_fail(cx, TS_ERR_MEMORY, "out of memory");
}

/* The taps of a correlation between a whole weight (first, second, kernel) and rows of its own: (first, second, taps), or with
   `swap` (second, first, taps) within each of the groups; back: into the weight. */
static void NAME(pick)(const ts_correlation *c, int64_t groups, int64_t first, int64_t second, bool swap, T *weight, T *rows, bool back) {
  const ts_axis *d = &c->axis[0], *h = &c->axis[1], *w = &c->axis[2];
  const int64_t kernel = d->kernel * h->kernel * w->kernel, taps = ts_tap_count(c);
  for (int64_t g = 0; g < groups; g++)
    for (int64_t f = 0; f < first; f++)
      for (int64_t i = 0; i < second; i++, weight += kernel) {
        T *row = rows + ((g * first * second) + (swap ? i * first + f : f * second + i)) * taps;
        for (int64_t z = 0; z < d->taps; z++)
          for (int64_t y = 0; y < h->taps; y++) {
            T *from = weight + ((d->tap_from + z * d->tap_by) * h->kernel + h->tap_from + y * h->tap_by) * w->kernel + w->tap_from;
            if (back) for (int64_t x = 0; x < w->taps; x++) from[x * w->tap_by] = *row++;
            else for (int64_t x = 0; x < w->taps; x++) *row++ = from[x * w->tap_by];
          }
      }
}
