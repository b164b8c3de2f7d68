/* Included by columns.c for T = float and double; no include guard on purpose. For one image: input (C, D, H, W), col
   (C * kernel volume, n) holds the windows of n consecutive output positions. */

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
