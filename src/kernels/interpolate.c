/* interpolate and adaptive averages: sizes and words turned into a _resample. */
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include "../gen/ops.h"
#include "families.h"
#include "kernels.h"
#include "resample.h"
#include "window.h"

#define SIZES(v, n) ts_sizes_text((int)((n) < 8 ? (n) : 8), v, (char[160]){0}, 160)

static const struct { const char *name; ts_resample_kind kind; int dims; bool aligns; } modes[] = {
  {"nearest", TS_RESAMPLE_NEAREST, 0, false}, {"nearest-exact", TS_RESAMPLE_NEAREST_EXACT, 0, false}, {"area", TS_RESAMPLE_MEAN, 0, false}, {"linear", TS_RESAMPLE_LINEAR, 1, true},
  {"bilinear", TS_RESAMPLE_LINEAR, 2, true}, {"trilinear", TS_RESAMPLE_LINEAR, 3, true}, {"bicubic", TS_RESAMPLE_CUBIC, 2, true},
};

static bool interpolate(ts_cx *cx, ts_out *out, const ts_interpolate_args *a) {
  ts_tensor *self = a->self;
  int m = 0, n = self->ndim - 2, count = sizeof modes / sizeof *modes;
  while (m < count && strcmp(modes[m].name, a->mode)) m++;
  if (m == count || n < 1 || n > 3)
    return ts_fail(cx, TS_ERR_UNSUPPORTED, "Input Error: Only 3D, 4D and 5D input Tensors supported (got %dD) for the modes: nearest | linear | bilinear | bicubic | trilinear | area | nearest-exact (got %s)", self->ndim, a->mode);
  if (!modes[m].aligns && a->align_corners.given)
    return ts_fail(cx, TS_ERR_ARGUMENT, "align_corners option can only be set with the interpolating modes: linear | bilinear | bicubic | trilinear");
  bool sized = a->size.n >= 0, scaled = a->scale_factor.n >= 0, align = a->align_corners.given && a->align_corners.v;
  if (sized && scaled) return ts_fail(cx, TS_ERR_ARGUMENT, "only one of size or scale_factor should be defined");
  if (!sized && !scaled) return ts_fail(cx, TS_ERR_ARGUMENT, "either size or scale_factor should be defined");
  if (sized && a->size.n != 1 && a->size.n != n)
    return ts_fail(cx, TS_ERR_ARGUMENT, "Input and output must have the same number of spatial dimensions, but got input with spatial dimensions of %s and output size of %s. Please provide input tensor in (N, C, d1, d2, ...,dK) format and output size in (o1, o2, ...,oK) format.",
                   SIZES(self->sizes + 2, n), SIZES(a->size.v, a->size.n));
  if (scaled && a->scale_factor.n != 1 && a->scale_factor.n != n)
    return ts_fail(cx, TS_ERR_ARGUMENT, "Input and scale_factor must have the same number of spatial dimensions, but got input with spatial dimensions of %s and %" PRId64 " scale factors. Please provide input tensor in (N, C, d1, d2, ...,dK) format and scale_factor in (s1, s2, ...,sK) format.",
                   SIZES(self->sizes + 2, n), a->scale_factor.n);
  bool again = a->recompute_scale_factor.given && a->recompute_scale_factor.v;
  if (again && sized) return ts_fail(cx, TS_ERR_ARGUMENT, "recompute_scale_factor is not meaningful when size is explicitly specified.");
  if (a->antialias && !(n == 2 && modes[m].dims == 2)) return ts_fail(cx, TS_ERR_ARGUMENT, "Anti-alias option is only supported for bilinear and bicubic modes");
  if (modes[m].dims && modes[m].dims != n) return ts_fail(cx, TS_ERR_UNSUPPORTED, "Got %dD input, but %s mode needs %dD input", self->ndim, a->mode, modes[m].dims + 2);
  int64_t size[3];
  double scales[3];
  bool positive = true, filled = true;
  for (int d = 0; d < n; d++) {
    double scale = scaled ? a->scale_factor.v[a->scale_factor.n == 1 ? 0 : d] : 0, wanted = floor((double)self->sizes[2 + d] * scale);
    size[d] = sized ? a->size.v[a->size.n == 1 ? 0 : d] : wanted > -1 && wanted < 4e18 ? (int64_t)wanted : -1;
    scales[d] = scale;
    if (size[d] > INT32_MAX) return ts_fail(cx, TS_ERR_MEMORY, "output size %" PRId64 " is too large", size[d]);
    positive = positive && size[d] >= (modes[m].kind != TS_RESAMPLE_MEAN) && self->sizes[2 + d] > 0;
  }
  for (int d = 1; d < self->ndim; d++) filled = filled && self->sizes[d] > 0;
  if (!positive) return ts_fail(cx, TS_ERR_SHAPE, "Input and output sizes should be greater than 0, but got input %s output %s", SIZES(self->sizes + 2, n), SIZES(size, n));
  if (!filled) return ts_fail(cx, TS_ERR_SHAPE, "Non-empty %dD data tensor expected but got a tensor with sizes %s", self->ndim, TS_TEXT(self));
  ts_resample_kind kind = modes[m].kind;
  if (a->antialias) kind = kind == TS_RESAMPLE_LINEAR ? TS_RESAMPLE_LINEAR_AA : TS_RESAMPLE_CUBIC_AA;
  if (kind == TS_RESAMPLE_MEAN) again = true;
  return (out->t[0] = ts__resample(cx, self, (ts_ints){size, n}, kind, (ts_floats){scales, scaled && !again ? n : 0}, align)) != NULL;
}

bool ts_interpolate_impl(ts_cx *cx, const ts_interpolate_args *a, ts_out *out) { return interpolate(cx, out, a); }

bool ts_interpolated(ts_cx *cx, ts_out *out, ts_tensor *x, ts_ints size, ts_floats scale, const char *mode, ts_opt_int align) {
  return interpolate(cx, out, &(ts_interpolate_args){x, size, scale, mode, align, {false, 0}, false});
}

bool ts_adaptive_sizes(ts_cx *cx, int n, const ts_tensor *x, ts_ints wanted, int64_t *size) {
  if (x->ndim != n + 1 && x->ndim != n + 2) return ts_fail(cx, TS_ERR_SHAPE, "Expected %dD or %dD tensor, but got %s", n + 1, n + 2, TS_TEXT(x));
  for (int d = x->ndim - n; d < x->ndim; d++)
    if (x->sizes[d] == 0) return ts_fail(cx, TS_ERR_SHAPE, "Expected input to have non-zero size for non-batch dimensions, but input has sizes %s with dimension %d being empty", TS_TEXT(x), d);
  if (wanted.n >= 0 && wanted.n != 1 && wanted.n != n) return ts_fail(cx, TS_ERR_ARGUMENT, "output_size must be %d numbers, got %" PRId64, n, wanted.n);
  for (int d = 0; d < n; d++) {
    int64_t v = wanted.n < 0 ? TS_SIZE_AS_INPUT : wanted.v[wanted.n == 1 ? 0 : d];
    size[d] = v == TS_SIZE_AS_INPUT ? x->sizes[x->ndim - n + d] : v;
    if (size[d] > INT32_MAX) return ts_fail(cx, TS_ERR_MEMORY, "output_size %" PRId64 " is too large", size[d]);
    if (size[d] >= 0) continue;
    char *text = (char *)SIZES(wanted.v, wanted.n);
    text[0] = '{';
    text[strlen(text) - 1] = '}';
    return ts_fail(cx, TS_ERR_ARGUMENT, "elements of output_size must be greater than or equal to 0 but received %s", text);
  }
  return true;
}

bool ts_adaptive_average(ts_cx *cx, ts_out *out, int n, ts_tensor *x, ts_ints wanted) {
  int64_t size[3];
  if (!ts_adaptive_sizes(cx, n, x, wanted, size)) return false;
  return (out->t[0] = ts__resample(cx, x, (ts_ints){size, n}, TS_RESAMPLE_MEAN, (ts_floats){NULL, 0}, false)) != NULL;
}
