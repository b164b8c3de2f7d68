/* Which way each of the three products of a convolution goes: as a correlation (correlate.h), or, where there is one window, as
   a matrix product. */
#include <string.h>
#include "../gemm/gemm.h"
#include "conv.h"
#include "kernels.h"

enum { PICK_BLOCK = 16, POINTS = 256 /* of an image, that are worth a product of its own */ };

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

/* The axis of the correlation that gives the gradient at those positions of the input that tap k, and every period-th after it,
   touch. */
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

/* 1x1 without stride or padding. */
static bool is_points(const ts_conv_shape *s) {
  bool points = ts_volume(s->w.kernel) == 1;
  for (int d = 0; d < 3; d++) points = points && s->w.stride[d] == 1 && s->w.pad[d] == 0 && s->w.in[d] == s->w.out[d];
  return points;
}
/* One window, which is the whole input. */
static bool is_whole(const ts_conv_shape *s) {
  bool whole = s->groups == 1;
  for (int d = 0; d < 3; d++) whole = whole && s->w.kernel[d] == s->w.in[d] && s->w.pad[d] == 0 && s->w.out[d] == 1;
  return whole;
}

static void product(bool is_double, bool trans_a, bool trans_b, int64_t m, int64_t n, int64_t k, const void *a, int64_t lda, const void *b, int64_t ldb, bool add, void *c) {
  if (is_double) ts_dgemm(trans_a, trans_b, m, n, k, 1, a, lda, b, ldb, add, c, n);
  else ts_sgemm(trans_a, trans_b, m, n, k, 1, a, lda, b, ldb, add, c, n);
}

/* Between a weight (groups, first, second, kernel) and rows of those of its taps that a correlation has: (groups, first, second,
   taps), or (groups, second, first, taps) when swapped. back: into the weight. */
static void pick(const ts_correlation *c, int64_t item, int64_t first, int64_t second, bool swap, char *weight, char *rows, bool back) {
  const ts_axis *d = &c->axis[0], *h = &c->axis[1], *w = &c->axis[2];
  const int64_t kernel = d->kernel * h->kernel * w->kernel, taps = ts_tap_count(c);
  const bool all = ts_all_taps(c) && c->axis[0].tap_by == 1 && c->axis[1].tap_by == 1 && c->axis[2].tap_by == 1;
  for (int64_t g = 0; g < c->groups; g++, weight += first * second * kernel * item, rows += first * second * taps * item)
    for (int64_t f0 = 0; f0 < first; f0 += PICK_BLOCK) /* a few at a time, for lines of the cache serve several */
      for (int64_t i = 0; i < second; i++)
        for (int64_t f = f0; f < first && f < f0 + PICK_BLOCK; f++) {
          char *row = rows + (swap ? i * first + f : f * second + i) * taps * item, *whole = weight + (f * second + i) * kernel * item;
          if (all && kernel > 1) {
            memcpy(back ? whole : row, back ? row : whole, (size_t)(kernel * item));
            continue;
          }
          for (int64_t z = 0; z < d->taps; z++)
            for (int64_t y = 0; y < h->taps; y++) {
              char *at = whole + (((d->tap_from + z * d->tap_by) * h->kernel + h->tap_from + y * h->tap_by) * w->kernel + w->tap_from) * item;
              for (int64_t x = 0; x < w->taps; x++, row += item, at += w->tap_by * item) {
                if (item == 8) memcpy(back ? at : row, back ? row : at, 8);
                else memcpy(back ? at : row, back ? row : at, 4);
              }
            }
        }
}

/* Windows that see nothing but padding. */
static void empty_windows(const ts_conv_shape *s, bool is_double, const ts_conv_finish *finish, char *out) {
  const int64_t l = ts_volume(s->w.out), item = is_double ? 8 : 4;
  for (int64_t i = 0; i < s->batch * s->out_channels; i++, out += l * item) {
    if (finish->bias) for (int64_t k = 0; k < l; k++) memcpy(out + k * item, (const char *)finish->bias + i % s->out_channels * item, (size_t)item);
    else memset(out, 0, (size_t)(l * item));
    ts_loops.strips[is_double].carry(out, 1, out, l, finish->residual ? (const char *)finish->residual + i * l * item : NULL, finish);
  }
}

static void add_bias(const ts_conv_shape *s, bool is_double, const void *bias, void *out) {
  for (int64_t n = 0; n < s->batch; n++)
    for (int64_t o = 0; o < s->out_channels; o++) {
      if (is_double) ((double *)out)[n * s->out_channels + o] += ((const double *)bias)[o];
      else ((float *)out)[n * s->out_channels + o] += ((const float *)bias)[o];
    }
}

int64_t ts_conv_packed(const ts_conv_shape *s, bool is_double) {
  const ts_correlation c = forward_of(s);
  return ts_tap_count(&c) && c.in_channels && !is_whole(s) && ts_all_taps(&c) ? ts_correlate_packed(&c, is_double) : 0;
}

bool ts_conv_pack(const ts_conv_shape *s, bool is_double, const void *weight, void *packed) {
  const ts_correlation c = forward_of(s);
  return ts_correlate_pack(&c, is_double, weight, packed);
}

bool ts_conv_forward(ts_cx *cx, const ts_conv_shape *s, bool is_double, const void *input, const void *weight, const void *packed, const ts_conv_finish *finish, void *output) {
  const ts_correlation c = forward_of(s);
  const int64_t item = is_double ? 8 : 4, o = s->out_channels;
  if (!ts_tap_count(&c) || !c.in_channels) {
    empty_windows(s, is_double, finish, output);
    return true;
  }
  if (is_whole(s)) {
    const int64_t k = s->in_channels * ts_volume(s->w.in);
    product(is_double, false, true, s->batch, o, k, input, k, weight, k, false, output);
    if (finish->bias) add_bias(s, is_double, finish->bias, output);
    if (finish->clamp || finish->residual) ts_loops.strips[is_double].carry(output, 1, output, s->batch * o, finish->residual, finish);
    return true;
  }
  if (is_points(s)) return ts_correlate_points(cx, &c, is_double, input, weight, packed, finish, output);
  if (ts_all_taps(&c)) return ts_correlate(cx, &c, is_double, input, weight, packed, finish, output);
  char *rows = ts_temp(cx, o * c.in_channels * ts_tap_count(&c) * item);
  if (!rows) return false;
  pick(&c, item, c.out_channels, c.in_channels, false, (char *)weight, rows, false);
  return ts_correlate(cx, &c, is_double, input, rows, NULL, finish, output);
}

bool ts_conv_to_input(ts_cx *cx, const ts_conv_shape *s, bool is_double, const void *grad, const void *weight, void *input_grad) {
  const ts_conv_finish nothing = {0};
  const int64_t item = is_double ? 8 : 4, cg = s->in_channels / s->groups, og = s->out_channels / s->groups;
  if (is_whole(s)) {
    const int64_t k = s->in_channels * ts_volume(s->w.in);
    product(is_double, false, false, s->batch, k, s->out_channels, grad, s->out_channels, weight, k, false, input_grad);
    return true;
  }
  bool one = og > 0; /* one correlation gives all of it */
  for (int d = 0; d < 3; d++) one = one && s->w.stride[d] == 1;
  if (!one) memset(input_grad, 0, (size_t)(s->batch * s->in_channels * ts_volume(s->w.in) * item));
  char *rows = ts_temp(cx, s->out_channels * cg * ts_volume(s->w.kernel) * item + 1);
  if (!rows) return false;
  for (int64_t z = 0; z < backward_axes(&s->w, 0) && og; z++)
    for (int64_t y = 0; y < backward_axes(&s->w, 1); y++)
      for (int64_t x = 0; x < backward_axes(&s->w, 2); x++) {
        const ts_correlation c = {.axis = {backward_axis(&s->w, 0, z), backward_axis(&s->w, 1, y), backward_axis(&s->w, 2, x)},
                                  .batch = s->batch, .groups = s->groups, .in_channels = og, .out_channels = cg};
        if (!c.axis[0].out || !c.axis[1].out || !c.axis[2].out) continue;
        if (!ts_tap_count(&c)) {
          if (one) memset(input_grad, 0, (size_t)(s->batch * s->in_channels * ts_volume(s->w.in) * item));
          continue;
        }
        pick(&c, item, og, cg, true, (char *)weight, rows, false);
        if (!(is_points(s) ? ts_correlate_points : ts_correlate)(cx, &c, is_double, grad, rows, NULL, &nothing, input_grad)) return false;
      }
  return true;
}

bool ts_conv_to_weight(ts_cx *cx, const ts_conv_shape *s, bool is_double, const void *grad, const void *input, void *weight_grad) {
  const ts_correlation c = forward_of(s);
  const int64_t item = is_double ? 8 : 4, channels = s->out_channels * c.in_channels, size = channels * ts_tap_count(&c) * item;
  if (is_whole(s)) {
    const int64_t k = s->in_channels * ts_volume(s->w.in);
    product(is_double, true, false, s->out_channels, k, s->batch, grad, s->out_channels, input, k, false, weight_grad);
    return true;
  }
  const int64_t l = ts_volume(s->w.in);
  if (is_points(s) && s->groups == 1 && l >= POINTS) {
    for (int64_t n = 0; n < s->batch; n++) /* added up by the product itself */
      product(is_double, false, true, s->out_channels, s->in_channels, l, (const char *)grad + n * s->out_channels * l * item, l,
              (const char *)input + n * s->in_channels * l * item, l, n > 0, weight_grad);
    return true;
  }
  memset(weight_grad, 0, (size_t)(channels * ts_volume(s->w.kernel) * item));
  if (!ts_tap_count(&c)) return true;
  if (ts_all_taps(&c)) return ts_correlate_rows(cx, &c, is_double, grad, input, weight_grad);
  char *rows = ts_temp(cx, size);
  if (!rows) return false;
  memset(rows, 0, (size_t)size);
  if (!ts_correlate_rows(cx, &c, is_double, grad, input, rows)) return false;
  pick(&c, item, c.out_channels, c.in_channels, false, weight_grad, rows, true);
  return true;
}
