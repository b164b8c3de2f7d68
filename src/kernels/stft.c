/* Short-time Fourier transforms, and windows. */
#include <math.h>
#include <string.h>
#include "compose.h"
#include "kernels.h"
#include "scalar_math.h"
#include "special.h"

/* A window of win_length, in the middle of n_fft values; NULL and no error where none is needed. */
static ts_tensor *window_of(ts_cx *cx, ts_tensor *window, int64_t win_length, int64_t n_fft, ts_dtype dtype) {
  if (!window && win_length == n_fft) return NULL;
  ts_tensor *w = window ? window : ts_ones(cx, TS_INTS(win_length), dtype);
  int64_t left = (n_fft - win_length) / 2;
  return win_length == n_fft ? w : ts_constant_pad_nd(cx, w, TS_INTS(left, n_fft - win_length - left), ts_int(0));
}
static ts_dtype real_dtype(const ts_tensor *x) { return x->dtype == TS_FLOAT64 || x->dtype == TS_COMPLEX128 ? TS_FLOAT64 : TS_FLOAT32; }
static bool is_complex(const ts_tensor *x) { return x && ts_is_complex((ts_dtype)x->dtype); }

bool ts_stft_impl(ts_cx *cx, const ts_stft_args *a, ts_out *out) {
  ts_tensor *x = a->self, *window = a->window;
  int64_t n = a->n_fft, hop = a->hop_length.given ? a->hop_length.v : n >> 2, length = a->win_length.given ? a->win_length.v : n;
  const bool complex_result = a->return_complex.given ? a->return_complex.v : is_complex(x) || is_complex(window);
  if (!ts_is_inexact((ts_dtype)x->dtype)) return ts_fail(cx, TS_ERR_DTYPE, "expected a tensor of floating point or complex values, got %s", ts_dtype_name((ts_dtype)x->dtype));
  if (x->ndim != 1 && x->ndim != 2) return ts_fail(cx, TS_ERR_SHAPE, "expected a 1D or 2D tensor, got shape %s", TS_TEXT(x));
  const bool single = x->ndim == 1;
  if (single) x = ts_unsqueeze(cx, x, 0);
  if (a->center && n > 0) {
    x = ts_pad(cx, ts_unsqueeze(cx, x, 0), TS_INTS(n / 2, n / 2), a->pad_mode, ts_none());
    x = ts_squeeze(cx, x, TS_INTS(0));
  }
  if (!x) return false;
  int64_t have = x->sizes[1];
  if (n <= 0 || n > have) return ts_fail(cx, TS_ERR_ARGUMENT, "expected 0 < n_fft < %lld, but got n_fft=%lld", (long long)have, (long long)n);
  if (hop <= 0) return ts_fail(cx, TS_ERR_ARGUMENT, "expected hop_length > 0, but got hop_length=%lld", (long long)hop);
  if (length <= 0 || length > n) return ts_fail(cx, TS_ERR_ARGUMENT, "expected 0 < win_length <= n_fft, but got win_length=%lld", (long long)length);
  if (window && (window->ndim != 1 || window->sizes[0] != length))
    return ts_fail(cx, TS_ERR_SHAPE, "expected a 1D window tensor of size equal to win_length=%lld, but got window with size %s", (long long)length, TS_TEXT(window));
  window = window_of(cx, window, length, n, real_dtype(x));
  x = ts_unfold(cx, x, 1, n, hop); /* batch, frames, n */
  if (window) x = MUL(x, window);
  if (!x) return false;
  const bool onesided = a->onesided.given ? a->onesided.v : !is_complex(x);
  if (onesided && is_complex(x)) return ts_fail(cx, TS_ERR_ARGUMENT, "Cannot have onesided output if window or input is complex");
  x = is_complex(x) ? ts__fft_c2c(cx, x, TS_INTS(2), a->normalized, true) : ts__fft_r2c(cx, x, TS_INTS(2), a->normalized, onesided);
  x = ts_transpose(cx, x, 1, 2);
  if (single) x = ts_squeeze(cx, x, TS_INTS(0));
  return (out->t[0] = complex_result ? x : ts_view_as_real(cx, x)) != NULL;
}

bool ts_istft_impl(ts_cx *cx, const ts_istft_args *a, ts_out *out) {
  ts_tensor *x = a->self, *window = a->window;
  int64_t n = a->n_fft, hop = a->hop_length.given ? a->hop_length.v : n >> 2, length = a->win_length.given ? a->win_length.v : n;
  if (x->numel == 0) return ts_fail(cx, TS_ERR_SHAPE, "input tensor cannot be empty.");
  int dims = x->ndim + is_complex(x);
  if (dims != 3 && dims != 4) return ts_fail(cx, TS_ERR_SHAPE, "expected a tensor with 3 or 4 dimensions, but got %d", dims);
  if (!is_complex(x)) {
    if (x->sizes[x->ndim - 1] != 2)
      return ts_fail(cx, TS_ERR_SHAPE, "expected the last dimension to be 2 (corresponding to real and imaginary parts), but got %lld", (long long)x->sizes[x->ndim - 1]);
    if (!(x = ts_view_as_complex(cx, ts_contiguous(cx, x, NULL)))) return false;
  }
  int64_t bins = x->sizes[x->ndim - 2], frames = x->sizes[x->ndim - 1];
  const bool onesided = a->onesided.given ? a->onesided.v : bins != n;
  if (onesided ? bins != n / 2 + 1 : bins != n)
    return ts_fail(cx, TS_ERR_SHAPE, "expected the frequency dimension (3rd to the last) of the input tensor to match n_fft%s when onesided=%s, but got %lld",
                   onesided ? " / 2 + 1" : "", onesided ? "true" : "false", (long long)bins);
  if (hop <= 0 || hop > length) return ts_fail(cx, TS_ERR_ARGUMENT, "expected 0 < hop_length <= win_length");
  if (length <= 0 || length > n) return ts_fail(cx, TS_ERR_ARGUMENT, "expected 0 < win_length <= n_fft");
  if (window && (window->ndim != 1 || window->sizes[0] != length))
    return ts_fail(cx, TS_ERR_SHAPE, "Invalid window shape. window has to be 1D and length of `win_length`, got shape %s", TS_TEXT(window));
  if (a->return_complex && onesided) return ts_fail(cx, TS_ERR_ARGUMENT, "Cannot have onesided output if window or input is complex");
  if (!a->return_complex && is_complex(window)) return ts_fail(cx, TS_ERR_ARGUMENT, "Complex windows are incompatible with return_complex=False");
  const bool single = x->ndim == 2;
  if (single) x = ts_unsqueeze(cx, x, 0);
  ts_tensor *w = window_of(cx, window, length, n, real_dtype(x));
  if (!w) w = ts_ones(cx, TS_INTS(n), real_dtype(x));
  x = ts_transpose(cx, x, 1, 2); /* batch, frames, bins */
  const int64_t mode = a->normalized ? 1 : 2;
  if (a->return_complex) {
    x = ts__fft_c2c(cx, x, TS_INTS(2), mode, false);
  } else {
    if (!onesided) x = ts_narrow(cx, x, 2, 0, n / 2 + 1);
    x = ts__fft_c2r(cx, x, TS_INTS(2), mode, n);
  }
  /* Frames are added where they overlap, and divided by what their windows add up to. */
  const int64_t whole = n + hop * (frames - 1), start = a->center ? n / 2 : 0;
  int64_t end = a->length.given ? start + a->length.v : a->center ? whole - n / 2 : whole, stop = end < 0 ? end + whole : end;
  if (stop > whole) stop = whole;
  if (ts_failed(cx) || stop <= start) return ts_fail(cx, TS_ERR_ARGUMENT, "length leaves nothing of the signal");
  ts_tensor *y = ts__unfold_backward(cx, MUL(x, w), TS_INTS(x->sizes[0], whole), 1, hop);
  ts_tensor *envelope = ts__unfold_backward(cx, ts_expand(cx, ts_square(cx, w), TS_INTS(1, frames, n), false), TS_INTS(1, whole), 1, hop);
  y = ts_narrow(cx, y, 1, start, stop - start);
  envelope = ts_narrow(cx, envelope, 1, start, stop - start);
  ts_tensor *lowest = ts_amin(cx, ts_abs(cx, envelope), TS_NO_INTS, false);
  if (!lowest || !(lowest = ts_raw_contiguous(cx, lowest))) return false;
  if (ts_read_scalar(lowest, ts_data(lowest)).f < 1e-11) return ts_fail(cx, TS_ERR_NUMERIC, "window overlap add min: 0");
  y = DIV(y, envelope);
  if (single) y = ts_squeeze(cx, y, TS_INTS(0));
  if (end > whole) y = ts_constant_pad_nd(cx, y, TS_INTS(0, end - whole), ts_int(0)); /* longer than the signal */
  return (out->t[0] = y) != NULL;
}

/* ---- windows ---- */

typedef enum { COSINE, BLACKMAN, BARTLETT, KAISER } window_kind;

/* a, b: of the cosine windows a - b cos; of Kaiser's a is beta. Periodic windows are the longer symmetric ones without the end. */
static bool window(ts_cx *cx, window_kind kind, int64_t n, bool periodic, double a, double b, ts_dtype dtype, const char *name, ts_out *out) {
  if (dtype == TS_DTYPE_NONE) dtype = TS_FLOAT32;
  if (!ts_is_float(dtype)) return ts_fail(cx, TS_ERR_DTYPE, "%s expects floating point dtypes, got: %s", name, ts_dtype_name(dtype));
  if (n < 0) return ts_fail(cx, TS_ERR_ARGUMENT, "%s requires non-negative window_length, got window_length=%lld", name, (long long)n);
  ts_tensor *t = ts_empty(cx, TS_FLOAT64, 1, &n);
  if (!t) return false;
  double *v = ts_data(t), last = (double)(periodic ? n : n - 1);
  for (int64_t i = 0; i < n; i++) {
    double at = (double)i / last, angle = 0x1.921fb54442d18p+2 * at, r = 2 * at - 1;
    switch (kind) {
    case COSINE: v[i] = a - b * ts_cos_at(angle); break;
    case BLACKMAN: v[i] = 0.42 - 0.5 * ts_cos_at(angle) + 0.08 * ts_cos_at(2 * angle); break;
    case BARTLETT: v[i] = at <= 0.5 ? 2 * at : 2 - 2 * at; break;
    default: v[i] = ts_bessel_i0_at(a * sqrt(r * r < 1 ? 1 - r * r : 0)) / ts_bessel_i0_at(a);
    }
  }
  if (n == 1) v[0] = 1;
  return (out->t[0] = ts_raw_cast(cx, t, dtype)) != NULL;
}
bool ts_hann_window_impl(ts_cx *cx, const ts_hann_window_args *a, ts_out *out) {
  return window(cx, COSINE, a->window_length, a->periodic, 0.5, 0.5, a->dtype, "hann_window", out);
}
bool ts_hamming_window_impl(ts_cx *cx, const ts_hamming_window_args *a, ts_out *out) {
  return window(cx, COSINE, a->window_length, a->periodic, a->alpha, a->beta, a->dtype, "hamming_window", out);
}
bool ts_blackman_window_impl(ts_cx *cx, const ts_blackman_window_args *a, ts_out *out) {
  return window(cx, BLACKMAN, a->window_length, a->periodic, 0, 0, a->dtype, "blackman_window", out);
}
bool ts_bartlett_window_impl(ts_cx *cx, const ts_bartlett_window_args *a, ts_out *out) {
  return window(cx, BARTLETT, a->window_length, a->periodic, 0, 0, a->dtype, "bartlett_window", out);
}
bool ts_kaiser_window_impl(ts_cx *cx, const ts_kaiser_window_args *a, ts_out *out) {
  return window(cx, KAISER, a->window_length, a->periodic, a->beta, 0, a->dtype, "kaiser_window", out);
}
