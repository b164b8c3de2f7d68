/* Included by conv_work.c after conv_work_body.h: which way each of the three products goes. */

/* Plain windows: in each image and group weight (O, C) times input (C, L), a stretch of columns at a time. */
typedef struct { const ts_conv_shape *s; const T *in, *weight; T *out; const ts_conv_finish *finish; int64_t columns, stretches; bool back; } NAME(plain_job);
static void NAME(plain_some)(void *arg, int64_t begin, int64_t end) {
  const NAME(plain_job) *j = arg;
  const int64_t cg = j->s->in_channels / j->s->groups, og = j->s->out_channels / j->s->groups, l = ts_volume(j->s->w.out);
  for (int64_t task = begin; task < end; task++) {
    const int64_t item = task / j->stretches, at = task % j->stretches * j->columns, group = item % j->s->groups, n = l - at < j->columns ? l - at : j->columns;
    const T *w = j->weight + group * og * cg;
    if (j->back) {
      GEMM(true, false, cg, n, og, 1, w, cg, j->in + item * og * l + at, l, 0, j->out + item * cg * l + at, l);
      continue;
    }
    T *out = j->out + item * og * l + at;
    GEMM(false, false, og, n, cg, 1, w, cg, j->in + item * cg * l + at, l, 0, out, l);
    if (!j->finish->bias && !j->finish->residual && !j->finish->clamp) continue;
    for (int64_t o = 0; o < og; o++) {
      const T *residual = j->finish->residual ? (const T *)j->finish->residual + (out - j->out) + o * l : NULL;
      NAME(finish)(j->finish, j->finish->bias ? ((const T *)j->finish->bias)[group * og + o] : 0, out + o * l, residual, n, out + o * l, 1);
    }
  }
}

static void NAME(plain)(const ts_conv_shape *s, const T *in, const T *weight, const ts_conv_finish *finish, T *out, bool back) {
  const int64_t items = s->batch * s->groups, l = ts_volume(s->w.out), rows = s->out_channels / s->groups + s->in_channels / s->groups;
  int64_t columns = SUMS_BYTES / (int64_t)sizeof(T) / rows / 64 * 64;
  NAME(plain_job) j = {s, in, weight, out, finish, columns < 256 ? 256 : columns, 0, back};
  j.stretches = (l + j.columns - 1) / j.columns;
  const int64_t tasks = items * j.stretches;
  const double work = (double)items * (double)l * (double)(s->out_channels / s->groups) * (double)(s->in_channels / s->groups);
  if (tasks < ts_num_threads() || work < SHARE_FROM) NAME(plain_some)(&j, 0, tasks); /* the product may share itself out */
  else ts_parallel_for(tasks, 1, NAME(plain_some), &j);
}

static bool NAME(forward)(ts_cx *cx, const ts_conv_shape *s, const T *input, const T *weight, const ts_conv_finish *finish, T *output) {
  const ts_correlation c = forward_of(s);
  if (is_plain(s)) {
    NAME(plain)(s, input, weight, finish, output, false);
    return true;
  }
  if (is_whole(s)) {
    const int64_t k = s->in_channels * ts_volume(s->w.in), o = s->out_channels;
    GEMM(false, true, s->batch, o, k, 1, input, k, weight, k, 0, output, o);
    for (int64_t i = 0; i < s->batch * o; i++) {
      const T bias = finish->bias ? ((const T *)finish->bias)[i % o] : 0;
      NAME(finish)(finish, bias, output + i, finish->residual ? (const T *)finish->residual + i : NULL, 1, output + i, 1);
    }
    return true;
  }
  if (ts_all_taps(&c) && c.in_channels) return NAME(correlate)(cx, &c, input, weight, finish, output);
  T *rows = ts_temp(cx, s->out_channels * c.in_channels * ts_tap_count(&c) * (int64_t)sizeof(T) + 1);
  if (!rows) return false;
  if (ts_tap_count(&c) && c.in_channels) {
    NAME(pick)(&c, s->groups, c.out_channels, c.in_channels, false, (T *)weight, rows, false);
    return NAME(correlate)(cx, &c, input, rows, finish, output);
  }
  const int64_t l = ts_volume(s->w.out); /* windows of padding alone */
  memset(output, 0, (size_t)(s->batch * s->out_channels * l) * sizeof(T));
  for (int64_t i = 0; i < s->batch * s->out_channels; i++) {
    const T bias = finish->bias ? ((const T *)finish->bias)[i % s->out_channels] : 0;
    NAME(finish)(finish, bias, output + i * l, finish->residual ? (const T *)finish->residual + i * l : NULL, l, output + i * l, 1);
  }
  return true;
}

static bool NAME(to_input)(ts_cx *cx, const ts_conv_shape *s, const T *grad, const T *weight, T *input_grad) {
  const ts_conv_finish nothing = {0};
  const int64_t cg = s->in_channels / s->groups, og = s->out_channels / s->groups;
  if (is_plain(s)) {
    NAME(plain)(s, grad, weight, &nothing, input_grad, true);
    return true;
  }
  if (is_whole(s)) {
    const int64_t k = s->in_channels * ts_volume(s->w.in);
    GEMM(false, false, s->batch, k, s->out_channels, 1, grad, s->out_channels, weight, k, 0, input_grad, k);
    return true;
  }
  bool dense = true; /* every position is touched */
  for (int d = 0; d < 3; d++) dense = dense && s->w.stride[d] == 1;
  if (!dense) memset(input_grad, 0, (size_t)(s->batch * s->in_channels * ts_volume(s->w.in)) * sizeof(T));
  T *rows = ts_temp(cx, s->out_channels * cg * ts_volume(s->w.kernel) * (int64_t)sizeof(T) + 1);
  if (!rows) return false;
  for (int64_t z = 0; z < backward_axes(&s->w, 0); z++)
    for (int64_t y = 0; y < backward_axes(&s->w, 1); y++)
      for (int64_t x = 0; x < backward_axes(&s->w, 2); x++) {
        const ts_correlation c = {.axis = {backward_axis(&s->w, 0, z), backward_axis(&s->w, 1, y), backward_axis(&s->w, 2, x)},
                                  .batch = s->batch, .groups = s->groups, .in_channels = og, .out_channels = cg};
        if (!c.axis[0].out || !c.axis[1].out || !c.axis[2].out) continue;
        if (!ts_tap_count(&c) || !og) {
          if (dense) memset(input_grad, 0, (size_t)(s->batch * s->in_channels * ts_volume(s->w.in)) * sizeof(T));
          continue;
        }
        NAME(pick)(&c, s->groups, og, cg, true, (T *)weight, rows, false);
        if (!NAME(correlate)(cx, &c, grad, rows, &nothing, input_grad)) return false;
      }
  return true;
}

static bool NAME(to_weight)(ts_cx *cx, const ts_conv_shape *s, const T *grad, const T *input, T *weight_grad) {
  const ts_correlation c = forward_of(s);
  const int64_t weights = s->out_channels * c.in_channels * ts_volume(s->w.kernel);
  memset(weight_grad, 0, (size_t)weights * sizeof(T));
  if (is_whole(s)) {
    const int64_t k = s->in_channels * ts_volume(s->w.in);
    GEMM(true, false, s->out_channels, k, s->batch, 1, grad, s->out_channels, input, k, 0, weight_grad, k);
    return true;
  }
  if (!ts_tap_count(&c)) return true;
  if (ts_all_taps(&c)) return NAME(weigh)(cx, &c, grad, input, weight_grad);
  const int64_t size = s->out_channels * c.in_channels * ts_tap_count(&c);
  T *rows = ts_temp(cx, size * (int64_t)sizeof(T));
  if (!rows) return false;
  memset(rows, 0, (size_t)size * sizeof(T));
  if (!NAME(weigh)(cx, &c, grad, input, rows)) return false;
  NAME(pick)(&c, s->groups, c.out_channels, c.in_channels, false, weight_grad, rows, true);
  return true;
}
