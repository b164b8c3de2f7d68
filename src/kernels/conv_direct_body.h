/* Included by conv_work.c for T = float and double, as conv_work_body.h is: one input channel a group, a row of output at a time.
   Windows of so few elements would be copied more often than they are used. */

/* What of an output row of n elements a tap reaches: positions [lo, hi), whose first input column is `column`. */
typedef struct { int64_t lo, hi, column; } NAME(reach);
static NAME(reach) NAME(reach_of)(const ts_window *w, int64_t kw) {
  int64_t column = kw * w->dilation[2] - w->pad[2], step = w->stride[2];
  int64_t lo = column >= 0 ? 0 : (-column + step - 1) / step, hi = column < w->in[2] ? (w->in[2] - 1 - column) / step + 1 : 0;
  if (hi > w->out[2]) hi = w->out[2];
  return (NAME(reach)){lo, hi < lo ? lo : hi, column};
}

static T NAME(dot)(const T *a, const T *b, int64_t step, int64_t n) {
  enum { LANES = 8 };
  T sum[LANES] = {0}, total = 0;
  int64_t i = 0;
  if (step == 1)
    for (; i + LANES <= n; i += LANES)
      for (int k = 0; k < LANES; k++) sum[k] += a[i + k] * b[i + k];
  for (; i < n; i++) total += a[i] * b[i * step];
  for (int k = 0; k < LANES; k++) total += sum[k];
  return total;
}

/* One input plane and one output plane: out += taps * in, in += taps * out, or weight += out * in. */
typedef enum { NAME(TO_OUT), NAME(TO_IN), NAME(TO_WEIGHT) } NAME(way);
static void NAME(direct)(const ts_window *w, NAME(way) way, T *in, T *weight, T *out) {
  int64_t step = w->stride[2];
  for (int64_t od = 0; od < w->out[0]; od++)
    for (int64_t oh = 0; oh < w->out[1]; oh++, out += w->out[2]) {
      T *tap = weight;
      for (int64_t kd = 0; kd < w->kernel[0]; kd++)
        for (int64_t kh = 0; kh < w->kernel[1]; kh++) {
          int64_t id = od * w->stride[0] - w->pad[0] + kd * w->dilation[0], ih = oh * w->stride[1] - w->pad[1] + kh * w->dilation[1];
          if (id < 0 || id >= w->in[0] || ih < 0 || ih >= w->in[1]) {
            tap += w->kernel[2];
            continue;
          }
          T *row = in + (id * w->in[1] + ih) * w->in[2];
          for (int64_t kw = 0; kw < w->kernel[2]; kw++, tap++) {
            NAME(reach) r = NAME(reach_of)(w, kw);
            int64_t n = r.hi - r.lo;
            if (n == 0) continue;
            T *at = row + r.column + r.lo * step, *to = out + r.lo, f = *tap;
            if (way == NAME(TO_WEIGHT)) *tap += NAME(dot)(to, at, step, n);
            else if (way == NAME(TO_IN) && step == 1) for (int64_t i = 0; i < n; i++) at[i] += f * to[i];
            else if (way == NAME(TO_IN)) for (int64_t i = 0; i < n; i++) at[i * step] += f * to[i];
            else if (step == 1) for (int64_t i = 0; i < n; i++) to[i] += f * at[i];
            else for (int64_t i = 0; i < n; i++) to[i] += f * at[i * step];
          }
        }
    }
}
