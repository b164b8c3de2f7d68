/* Convolutions as correlations (correlate.h); those whose windows are single elements, or the whole input, as products. */
#include <stdatomic.h>
#include <string.h>
#include "../core/alloc.h"
#include "../core/threads.h"
#include "../gemm/gathered.h"
#include "../gemm/gemm.h"
#include "conv.h"
#include "correlate.h"

enum {
  SUMS_BYTES = 256 << 10, /* of the sums of a strip */
  MOST_ROWS = 240,        /* of a block of the weight */
  WEIGH_COLUMNS = 144, WEIGH_ROWS = 64, /* of a block of the weight's gradient */
  SHARE_FROM = 1 << 19    /* multiplications that are worth a second thread */
};

static int64_t gcd(int64_t a, int64_t b) { return b ? gcd(b, a % b) : a; }

static ts_correlation forward_of(const ts_conv_shape *s) {
  ts_correlation c = {.batch = s->batch, .groups = s->groups, .in_channels = s->in_channels / s->groups, .out_channels = s->out_channels / s->groups};
  for (int d = 0; d < 3; d++) {
    const ts_window *w = &s->w;
    c.axis[d] = (ts_axis){.in = w->in[d], .out = w->out[d], .taps = w->kernel[d], .step = w->stride[d], .first = -w->pad[d], .gap = w->dilation[d],
                          .full = w->out[d], .by = 1, .kernel = w->kernel[d], .tap_by = 1};
    ts_trim_taps(&c.axis[d]);
  }
  return c;
}

/* The correlation that gives the gradient of those positions of the input that tap k, and every period-th after it, touch. */
static ts_axis backward_axis(const ts_window *w, int d, int64_t k) {
  const int64_t step = w->stride[d], period = step / gcd(step, w->dilation[d]);
  const int64_t position = k * w->dilation[d] - w->pad[d], from = (position % step + step) % step;
  ts_axis a = {.in = w->out[d], .out = from < w->in[d] ? (w->in[d] - from - 1) / step + 1 : 0, .taps = (w->kernel[d] - k - 1) / period + 1, .step = 1,
               .first = (from - position) / step, .gap = -w->dilation[d] * period / step, .full = w->in[d], .from = from, .by = step,
               .kernel = w->kernel[d], .tap_from = k, .tap_by = period};
  if (a.out) ts_trim_taps(&a);
  return a;
}
static int64_t backward_axes(const ts_window *w, int d) {
  const int64_t period = w->stride[d] / gcd(w->stride[d], w->dilation[d]);
  return period < w->kernel[d] ? period : w->kernel[d];
}

/* 1x1 without stride or padding: the input is its own window matrix. */
static bool is_plain(const ts_conv_shape *s) {
  bool plain = ts_volume(s->w.kernel) == 1;
  for (int d = 0; d < 3; d++) plain = plain && s->w.stride[d] == 1 && s->w.pad[d] == 0 && s->w.in[d] == s->w.out[d];
  return plain;
}
/* One window, which is the whole input. */
static bool is_whole(const ts_conv_shape *s) {
  bool whole = s->groups == 1;
  for (int d = 0; d < 3; d++) whole = whole && s->w.kernel[d] == s->w.in[d] && s->w.pad[d] == 0 && s->w.out[d] == 1;
  return whole;
}

#define T float
#define NAME(x) x##_f32
#define GEMM ts_sgemm
#define GATHERED ts_gathered_f32
#define GATHERED_DOTS ts_gathered_dots_f32
#define PACK ts_gathered_pack_f32
#define IS_DOUBLE false
#include "conv_work_body.h"
#include "conv_ways_body.h"
#undef T
#undef NAME
#undef GEMM
#undef GATHERED
#undef GATHERED_DOTS
#undef PACK
#undef IS_DOUBLE
#define T double
#define NAME(x) x##_f64
#define GEMM ts_dgemm
#define GATHERED ts_gathered_f64
#define GATHERED_DOTS ts_gathered_dots_f64
#define PACK ts_gathered_pack_f64
#define IS_DOUBLE true
#include "conv_work_body.h"
#include "conv_ways_body.h"

bool ts_conv_forward(ts_cx *cx, const ts_conv_shape *s, bool is_double, const void *input, const void *weight, const ts_conv_finish *finish, void *output) {
  return is_double ? forward_f64(cx, s, input, weight, finish, output) : forward_f32(cx, s, input, weight, finish, output);
}
bool ts_conv_to_input(ts_cx *cx, const ts_conv_shape *s, bool is_double, const void *grad, const void *weight, void *input_grad) {
  return is_double ? to_input_f64(cx, s, grad, weight, input_grad) : to_input_f32(cx, s, grad, weight, input_grad);
}
bool ts_conv_to_weight(ts_cx *cx, const ts_conv_shape *s, bool is_double, const void *grad, const void *input, void *weight_grad) {
  return is_double ? to_weight_f64(cx, s, grad, input, weight_grad) : to_weight_f32(cx, s, grad, input, weight_grad);
}
