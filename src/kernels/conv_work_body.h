/* Included by conv_work.c for T = float and double; no include guard on purpose. Shapes, for one image and group:
   input (C, D, H, W), weight (O, K) with K = C * kernel volume, output (O, L); col (K, tile) holds the windows of `tile`
   consecutive output positions. */

static void NAME(unfold)(const ts_window *w, int64_t channels, const T *in, int64_t from, int64_t n, T *col) {
  int64_t plane = ts_volume(w->in);
  for (int64_t c = 0; c < channels; c++)
    for (int64_t kd = 0; kd < w->kernel[0]; kd++)
      for (int64_t kh = 0; kh < w->kernel[1]; kh++)
        for (int64_t kw = 0; kw < w->kernel[2]; kw++) {
          int64_t at = from, left = n;
          while (left > 0) { /* one output row, or what of it lies in the tile */
            int64_t ow = at % w->out[2], oh = at / w->out[2] % w->out[1], od = at / w->out[2] / w->out[1];
            int64_t run = w->out[2] - ow < left ? w->out[2] - ow : left;
            int64_t id = od * w->stride[0] - w->pad[0] + kd * w->dilation[0];
            int64_t ih = oh * w->stride[1] - w->pad[1] + kh * w->dilation[1];
            int64_t iw = ow * w->stride[2] - w->pad[2] + kw * w->dilation[2], step = w->stride[2];
            if (id < 0 || id >= w->in[0] || ih < 0 || ih >= w->in[1]) {
              memset(col, 0, (size_t)run * sizeof *col);
            } else {
              const T *row = in + c * plane + (id * w->in[1] + ih) * w->in[2];
              int64_t lo = iw >= 0 ? 0 : (-iw + step - 1) / step, hi = iw < w->in[2] ? (w->in[2] - 1 - iw) / step + 1 : 0;
              if (lo > run) lo = run;
              if (hi > run) hi = run;
              if (hi < lo) hi = lo;
              if (lo) memset(col, 0, (size_t)lo * sizeof *col);
              if (step == 1) memcpy(col + lo, row + iw + lo, (size_t)(hi - lo) * sizeof *col);
              else for (int64_t i = lo; i < hi; i++) col[i] = row[iw + i * step];
              if (run > hi) memset(col + hi, 0, (size_t)(run - hi) * sizeof *col);
            }
            col += run;
            at += run;
            left -= run;
          }
        }
}

/* The reverse: adds the windows back to where they came from. */
static void NAME(fold)(const ts_window *w, int64_t channels, const T *col, int64_t from, int64_t n, T *in) {
  int64_t plane = ts_volume(w->in);
  for (int64_t c = 0; c < channels; c++)
    for (int64_t kd = 0; kd < w->kernel[0]; kd++)
      for (int64_t kh = 0; kh < w->kernel[1]; kh++)
        for (int64_t kw = 0; kw < w->kernel[2]; kw++) {
          int64_t at = from, left = n;
          while (left > 0) {
            int64_t ow = at % w->out[2], oh = at / w->out[2] % w->out[1], od = at / w->out[2] / w->out[1];
            int64_t run = w->out[2] - ow < left ? w->out[2] - ow : left;
            int64_t id = od * w->stride[0] - w->pad[0] + kd * w->dilation[0];
            int64_t ih = oh * w->stride[1] - w->pad[1] + kh * w->dilation[1];
            int64_t iw = ow * w->stride[2] - w->pad[2] + kw * w->dilation[2], step = w->stride[2];
            if (id >= 0 && id < w->in[0] && ih >= 0 && ih < w->in[1]) {
              T *row = in + c * plane + (id * w->in[1] + ih) * w->in[2];
              int64_t lo = iw >= 0 ? 0 : (-iw + step - 1) / step, hi = iw < w->in[2] ? (w->in[2] - 1 - iw) / step + 1 : 0;
              if (hi > run) hi = run;
              for (int64_t i = lo; i < hi; i++) row[iw + i * step] += col[i];
            }
            col += run;
            at += run;
            left -= run;
          }
        }
}

typedef struct {
  const ts_conv_shape *s;
  const T *a, *b, *bias; /* the two operands */
  T *out, *scratch;      /* scratch and (weight gradient) partial sums of each chunk */
  int64_t k, l, tile, chunks, col_size;
  bool direct; /* few channels a group: no window matrix */
} NAME(job);

/* What all three loops need of image i, group g. */
#define CONV_VIEW                                                                                        \
  const ts_conv_shape *s = j->s;                                                                         \
  const int64_t cg = s->in_channels / s->groups, og = s->out_channels / s->groups;                       \
  const int64_t in_size = cg * ts_volume(s->w.in), out_size = og * j->l;                                 \
  const int64_t items = s->batch * s->groups;

static void NAME(forward_chunk)(void *arg, int64_t begin, int64_t end) {
  const NAME(job) *j = arg;
  CONV_VIEW
  for (int64_t chunk = begin; chunk < end; chunk++) {
    T *col = j->scratch + chunk * j->col_size;
    for (int64_t item = chunk * items / j->chunks; item < (chunk + 1) * items / j->chunks; item++) {
      int64_t g = item % s->groups;
      const T *in = j->a + item * in_size, *w = j->b + g * og * j->k;
      T *out = j->out + item * out_size;
      for (int64_t o = 0; o < og; o++) {
        T b = j->bias ? j->bias[g * og + o] : 0;
        for (int64_t i = 0; i < j->l; i++) out[o * j->l + i] = b;
      }
      for (int64_t o = 0; j->direct && o < og; o++) NAME(direct)(&s->w, NAME(TO_OUT), (T *)in, (T *)w + o * j->k, out + o * j->l);
      for (int64_t t = 0; !j->direct && t < j->l; t += j->tile) {
        int64_t n = j->l - t < j->tile ? j->l - t : j->tile;
        const T *windows = in + t;
        int64_t ld = j->l;
        if (j->col_size) {
          NAME(unfold)(&s->w, cg, in, t, n, col);
          windows = col;
          ld = n;
        }
        GEMM(false, false, og, n, j->k, 1, w, j->k, windows, ld, 1, out + t, j->l);
      }
    }
  }
}

static void NAME(input_chunk)(void *arg, int64_t begin, int64_t end) {
  const NAME(job) *j = arg;
  CONV_VIEW
  for (int64_t chunk = begin; chunk < end; chunk++) {
    T *col = j->scratch + chunk * j->col_size;
    for (int64_t item = chunk * items / j->chunks; item < (chunk + 1) * items / j->chunks; item++) {
      const T *grad = j->a + item * out_size, *w = j->b + item % s->groups * og * j->k;
      T *in = j->out + item * in_size;
      if (!j->col_size && !j->direct) {
        GEMM(true, false, j->k, j->l, og, 1, w, j->k, grad, j->l, 0, in, j->l);
        continue;
      }
      memset(in, 0, (size_t)in_size * sizeof *in);
      for (int64_t o = 0; j->direct && o < og; o++) NAME(direct)(&s->w, NAME(TO_IN), in, (T *)w + o * j->k, (T *)grad + o * j->l);
      for (int64_t t = 0; !j->direct && t < j->l; t += j->tile) {
        int64_t n = j->l - t < j->tile ? j->l - t : j->tile;
        GEMM(true, false, j->k, n, og, 1, w, j->k, grad + t, j->l, 0, col, n);
        NAME(fold)(&s->w, cg, col, t, n, in);
      }
    }
  }
}

static void NAME(weight_chunk)(void *arg, int64_t begin, int64_t end) {
  const NAME(job) *j = arg;
  CONV_VIEW
  int64_t weights = s->out_channels * j->k;
  for (int64_t chunk = begin; chunk < end; chunk++) {
    T *sum = j->scratch + chunk * (j->col_size + weights), *col = sum + weights;
    memset(sum, 0, (size_t)weights * sizeof *sum);
    for (int64_t item = chunk * items / j->chunks; item < (chunk + 1) * items / j->chunks; item++) {
      const T *grad = j->a + item * out_size, *in = j->b + item * in_size;
      T *w = sum + item % s->groups * og * j->k;
      for (int64_t o = 0; j->direct && o < og; o++) NAME(direct)(&s->w, NAME(TO_WEIGHT), (T *)in, w + o * j->k, (T *)grad + o * j->l);
      for (int64_t t = 0; !j->direct && t < j->l; t += j->tile) {
        int64_t n = j->l - t < j->tile ? j->l - t : j->tile;
        const T *windows = in + t;
        int64_t ld = j->l;
        if (j->col_size) {
          NAME(unfold)(&s->w, cg, in, t, n, col);
          windows = col;
          ld = n;
        }
        GEMM(false, true, og, j->k, n, 1, grad + t, j->l, windows, ld, 1, w, j->k);
      }
    }
  }
}

static bool NAME(prepare)(ts_cx *cx, NAME(job) *j, const ts_conv_shape *s, int64_t extra) {
  const ts_window *w = &s->w;
  j->s = s;
  j->k = s->in_channels / s->groups * ts_volume(w->kernel);
  j->l = ts_volume(w->out);
  bool plain = ts_volume(w->kernel) == 1; /* 1x1 without stride or padding: the input is its own window matrix */
  for (int d = 0; d < 3; d++) plain = plain && w->stride[d] == 1 && w->pad[d] == 0;
  int64_t fit = TILE_BYTES / (int64_t)sizeof(T) / (j->k ? j->k : 1);
  j->tile = plain ? j->l : fit < 64 ? 64 : fit;
  if (j->tile > j->l) j->tile = j->l;
  j->direct = !plain && s->in_channels == s->groups && s->out_channels <= 4 * s->groups;
  j->col_size = plain || j->direct ? 0 : j->k * j->tile;
  int64_t items = s->batch * s->groups;
  j->chunks = items < ts_num_threads() ? items : ts_num_threads();
  j->scratch = ts_temp(cx, j->chunks * (j->col_size + extra) * (int64_t)sizeof(T) + 1);
  return j->scratch != NULL;
}

static bool NAME(forward)(ts_cx *cx, const ts_conv_shape *s, const T *input, const T *weight, const T *bias, T *output) {
  NAME(job) j = {.a = input, .b = weight, .bias = bias, .out = output};
  if (!NAME(prepare)(cx, &j, s, 0)) return false;
  ts_parallel_for(j.chunks, 1, NAME(forward_chunk), &j);
  return true;
}

static bool NAME(to_input)(ts_cx *cx, const ts_conv_shape *s, const T *grad, const T *weight, T *input_grad) {
  NAME(job) j = {.a = grad, .b = weight, .out = input_grad};
  if (!NAME(prepare)(cx, &j, s, 0)) return false;
  ts_parallel_for(j.chunks, 1, NAME(input_chunk), &j);
  return true;
}

static bool NAME(to_weight)(ts_cx *cx, const ts_conv_shape *s, const T *grad, const T *input, T *weight_grad) {
  NAME(job) j = {.a = grad, .b = input};
  int64_t weights = s->out_channels * (s->in_channels / s->groups) * ts_volume(s->w.kernel);
  if (!NAME(prepare)(cx, &j, s, weights)) return false;
  ts_parallel_for(j.chunks, 1, NAME(weight_chunk), &j);
  memset(weight_grad, 0, (size_t)weights * sizeof *weight_grad);
  for (int64_t c = 0; c < j.chunks; c++) {
    const T *part = j.scratch + c * (j.col_size + weights);
    for (int64_t i = 0; i < weights; i++) weight_grad[i] += part[i];
  }
  return true;
}
#undef CONV_VIEW
