/* Convolutions of fixed shape are called without their checks, and take along what follows them: another summand, a clamp. */
#include <math.h>
#include <string.h>
#include "../core/alloc.h"
#include "../gen/ops.h"
#include "../kernels/conv.h"
#include "plan.h"

typedef struct {
  ts_conv_shape shape;
  bool packed; /* the weight */
  bool clamp;
  double low, high;
  uint8_t dtype, ndim;
  int64_t sizes[5];
} conv_data;

/* refs: input, weight, bias, summand; -1: none. */
static bool run_conv(ts_cx *cx, const ts_step *s, ts_tensor **live) {
  const conv_data *d = s->data;
  const ts_dtype dtype = (ts_dtype)d->dtype;
  ts_tensor *y = ts_empty(cx, dtype, d->ndim, d->sizes), *in[4] = {NULL};
  for (int i = 0; i < 4; i++)
    if (s->refs[i] >= 0 && !(in[i] = ts_raw_contiguous(cx, live[s->refs[i]]))) return false;
  const ts_conv_finish finish = {in[2] ? ts_data(in[2]) : NULL, in[3] ? ts_data(in[3]) : NULL, d->clamp, d->low, d->high};
  const void *weight = ts_data(in[1]);
  if (!y || !ts_conv_forward(cx, &d->shape, dtype == TS_FLOAT64, ts_data(in[0]), d->packed ? NULL : weight, d->packed ? weight : NULL, &finish, ts_data(y))) return false;
  ts_tensor *old = live[s->outs[0]];
  live[s->outs[0]] = ts_retain(y);
  ts_release(old);
  return true;
}

static bool numbers(ts_ints list, int n, int64_t fallback, int64_t *out3) {
  for (int d = 0; d < 3; d++) out3[d] = d < 3 - n || list.n == 0 ? fallback : list.v[list.n == 1 ? 0 : d - (3 - n)];
  return list.n == 0 || list.n == 1 || list.n == n;
}

/* Recorded once with success, so that shapes and settings fit; false where they are not of the plain kind. */
static bool shape_of(const ts_program *p, const ts_step *s, conv_data *d) {
  const ts_conv2d_args *a = s->args; /* conv1d and conv3d have the same fields */
  const int n = s->op == &ts_ops[TS_OP_conv1d] ? 1 : s->op == &ts_ops[TS_OP_conv2d] ? 2 : 3;
  const ts_look *in = &p->places[s->refs[0]].look, *out = &p->places[s->outs[0]].look;
  const ts_place *weight = &p->places[s->refs[1]];
  int64_t w[5];
  if (in->ndim != n + 2 || out->ndim != n + 2 || a->padding.n < 0) return false;
  if (weight->kind == TS_SLOT_DERIVED) { /* looks like the weight that it was made of */
    const ts_look *source = NULL;
    for (int32_t i = 0; i < p->plan->n_derived; i++)
      if (p->plan->derived[i].weight == s->refs[1]) source = &p->places[p->plan->derived[i].sources[0]].look;
    if (!source || source->ndim != n + 2) return false;
    memcpy(w, source->sizes, (size_t)(n + 2) * sizeof *w);
  } else {
    if (weight->depends || weight->look.ndim != n + 2 || weight->look.dtype != in->dtype) return false;
    memcpy(w, weight->look.sizes, (size_t)(n + 2) * sizeof *w);
  }
  ts_window *win = &d->shape.w;
  if (!numbers(a->stride, n, 1, win->stride) || !numbers(a->padding, n, 0, win->pad) || !numbers(a->dilation, n, 1, win->dilation)) return false;
  for (int k = 0; k < 3; k++) {
    const int at = k - (3 - n) + 2;
    win->in[k] = at < 2 ? 1 : in->sizes[at];
    win->kernel[k] = at < 2 ? 1 : w[at];
    win->out[k] = at < 2 ? 1 : out->sizes[at];
    if (at < 2) win->stride[k] = win->dilation[k] = 1, win->pad[k] = 0;
  }
  d->shape.batch = in->sizes[0];
  d->shape.groups = a->groups;
  d->shape.in_channels = in->sizes[1];
  d->shape.out_channels = w[0];
  d->dtype = out->dtype;
  d->ndim = out->ndim;
  int64_t numel = 1, before = 1;
  for (int k = 0; k < out->ndim; k++) {
    numel *= d->sizes[k] = out->sizes[k];
    before *= in->sizes[k];
  }
  int64_t step = 1; /* the result as it was made eagerly: contiguous */
  for (int k = out->ndim - 1; k >= 0; step *= out->sizes[k--])
    if (out->sizes[k] != 1 && out->sizes[out->ndim + k] != step) return false;
  return numel > 0 && before > 0;
}

static bool is_conv(const ts_program *p, const ts_step *s) {
  if (!s->op || (s->op != &ts_ops[TS_OP_conv1d] && s->op != &ts_ops[TS_OP_conv2d] && s->op != &ts_ops[TS_OP_conv3d])) return false;
  if (s->n_refs != 3 || s->n_outs != 1 || s->n_dest || s->outs[0] < 0 || s->refs[0] < 0 || s->refs[1] < 0) return false;
  const ts_place *in = &p->places[s->refs[0]], *out = &p->places[s->outs[0]];
  return out->kind == TS_SLOT_MADE && !out->depends && !in->depends && !out->look.requires_grad && (out->look.dtype == TS_FLOAT32 || out->look.dtype == TS_FLOAT64) &&
         in->look.dtype == out->look.dtype && (s->refs[2] < 0 || p->places[s->refs[2]].kind != TS_SLOT_MADE || !p->places[s->refs[2]].depends);
}

static int32_t maker_of(const ts_plan *plan, int32_t slot, int32_t before) {
  for (int32_t k = before - 1; k >= 0; k--)
    for (int32_t i = 0; plan->steps[k] && i < plan->steps[k]->n_outs; i++)
      if (plan->steps[k]->outs[i] == slot) return k;
  return -1;
}

/* The convolution that the ending of step k may go to: the last one of its summands, needed by nobody else. */
static int32_t host_of(const ts_program *p, const ts_plan *plan, int32_t k, const ts_ending *e, int32_t *summand) {
  int32_t best = -1;
  for (int side = 0; side < 2; side++) {
    const int32_t slot = side ? e->b : e->a;
    const int32_t j = slot < 0 || (side && e->a == e->b) ? -1 : maker_of(plan, slot, k);
    if (j <= best || !is_conv(p, plan->steps[j]) || ts_plan_uses(p, plan, slot) != 1) continue;
    const int32_t other = side ? e->a : e->b, from = other < 0 ? -1 : maker_of(plan, other, k);
    bool free = other != slot && from < j;
    for (int32_t i = j + 1; i < k && free; i++) free = !plan->steps[i] || !ts_plan_is_barrier(plan->steps[i]);
    if (!free) continue;
    best = j;
    *summand = other;
  }
  return best;
}

static ts_step *fused_conv(ts_program *p, const ts_step *conv, const ts_ending *e, int32_t summand, int32_t out) {
  conv_data *d = ts_calloc(sizeof *d);
  if (!d || !shape_of(p, conv, d)) {
    ts_free(d);
    return NULL;
  }
  ts_step *s = ts_plan_step(NULL, 4, 1);
  if (!s) {
    ts_free(d);
    return NULL;
  }
  for (int i = 0; i < 3; i++) s->refs[i] = conv->refs[i];
  if (ts_conv_packed(&d->shape, d->dtype == TS_FLOAT64)) d->packed = ts_plan_pack(p, s, &d->shape) != NULL;
  s->refs[3] = summand;
  s->outs[0] = out;
  s->run = run_conv;
  s->data = d;
  s->free_data = ts_free;
  if (e) {
    d->clamp = e->clamp;
    d->low = e->low;
    d->high = e->high;
  }
  return s;
}

bool ts_plan_convolve(ts_program *p, ts_plan *plan) {
  for (int32_t k = 0; k < plan->n_steps; k++) {
    ts_ending e;
    int32_t summand = -1;
    const int32_t j = plan->steps[k] && ts_plan_ending(p, plan->steps[k], &e) ? host_of(p, plan, k, &e, &summand) : -1;
    ts_step *s = j < 0 ? NULL : fused_conv(p, plan->steps[j], &e, summand, plan->steps[k]->outs[0]);
    if (!s) continue;
    ts_step_free(plan->steps[j]);
    ts_step_free(plan->steps[k]);
    plan->steps[j] = s;
    plan->steps[k] = NULL;
    plan->n_endings++;
  }
  int32_t kept = 0;
  for (int32_t k = 0; k < plan->n_steps; k++) {
    ts_step *s = plan->steps[k];
    if (!s) continue;
    ts_step *bare = is_conv(p, s) ? fused_conv(p, s, NULL, -1, s->outs[0]) : NULL;
    if (bare) ts_step_free(s);
    plan->steps[kept++] = bare ? bare : s;
  }
  plan->n_steps = kept;
  return true;
}
