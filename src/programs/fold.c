/* Batch norms in eval mode: into the weights of the product in front of them, or a factor and a summand for each channel. */
#include <math.h>
#include <string.h>
#include "../core/alloc.h"
#include "../gen/ops.h"
#include "plan.h"

enum { WEIGHT, BIAS, MEAN, VARIANCE, NORM_WEIGHT, NORM_BIAS, SOURCES };

static bool is(const ts_step *s, int op) { return s->op == &ts_ops[op]; }

/* The last place in refs is its input of batch_norm: self, running_mean, running_var, weight, bias. */
bool ts_plan_is_norm(const ts_program *p, const ts_step *s) {
  if (!is(s, TS_OP_batch_norm) || s->n_refs != 5 || s->n_outs != 1 || s->outs[0] < 0) return false;
  const ts_batch_norm_args *a = s->args;
  const ts_place *out = &p->places[s->outs[0]];
  if (a->training || out->kind != TS_SLOT_MADE || out->look.requires_grad || out->depends || out->look.ndim < 2) return false;
  if (out->look.dtype != TS_FLOAT32 && out->look.dtype != TS_FLOAT64) return false;
  for (int i = 1; i < 5; i++) {
    if (s->refs[i] < 0 && i > 2) continue;
    if (s->refs[i] < 0 || p->places[s->refs[i]].kind != TS_SLOT_CONSTANT || p->places[s->refs[i]].look.dtype != out->look.dtype) return false;
  }
  return true;
}

static bool is_product(const ts_program *p, const ts_step *s) {
  const bool conv = is(s, TS_OP_conv1d) || is(s, TS_OP_conv2d) || is(s, TS_OP_conv3d), linear = is(s, TS_OP_linear);
  if ((!conv && !linear) || s->n_refs != 3 || s->n_outs != 1 || s->outs[0] < 0 || s->refs[1] < 0) return false;
  const ts_look *out = &p->places[s->outs[0]].look, *weight = &p->places[s->refs[1]].look;
  for (int i = 1; i < 3; i++)
    if (s->refs[i] >= 0 && (p->places[s->refs[i]].kind != TS_SLOT_CONSTANT || p->places[s->refs[i]].look.dtype != out->dtype)) return false;
  return !p->places[s->outs[0]].depends && !out->requires_grad && (conv ? out->ndim == weight->ndim : out->ndim == 2 && weight->ndim == 2);
}

static ts_derived *none_yet(ts_plan *plan) {
  if (!ts_plan_grow(&plan->derived, &plan->cap_derived, plan->n_derived + 1, sizeof *plan->derived)) return NULL;
  ts_derived *d = &plan->derived[plan->n_derived];
  memset(d, 0, sizeof *d);
  for (int i = 0; i < SOURCES; i++) d->sources[i] = -1;
  d->weight = d->bias = d->factor = -1;
  return d;
}

static ts_derived *new_derived(ts_program *p, ts_plan *plan, const ts_step *norm) {
  ts_derived *d = none_yet(plan);
  if (!d) return NULL;
  d->sources[MEAN] = norm->refs[1];
  d->sources[VARIANCE] = norm->refs[2];
  d->sources[NORM_WEIGHT] = norm->refs[3];
  d->sources[NORM_BIAS] = norm->refs[4];
  d->eps = ((const ts_batch_norm_args *)norm->args)->eps;
  d->spatial = p->places[norm->outs[0]].look.ndim - 2;
  if ((d->bias = ts_plan_slot(p, TS_SLOT_DERIVED, NULL)) < 0) return NULL;
  plan->n_derived++;
  return d;
}

ts_derived *ts_plan_norm(ts_program *p, ts_plan *plan, const ts_step *norm) {
  ts_derived *d = new_derived(p, plan, norm);
  return d && (d->factor = ts_plan_slot(p, TS_SLOT_DERIVED, NULL)) >= 0 ? d : NULL;
}

ts_derived *ts_plan_pack(ts_program *p, ts_step *step, const ts_conv_shape *shape) {
  ts_plan *plan = p->plan;
  const int32_t weight = step->refs[1];
  ts_derived *d = NULL;
  for (int32_t i = 0; i < plan->n_derived; i++)
    if (plan->derived[i].weight == weight) d = &plan->derived[i]; /* folded, for this product alone */
  if (!d) {
    if (!plan->derives || p->places[weight].kind != TS_SLOT_CONSTANT || !(d = none_yet(plan)) || (d->weight = ts_plan_slot(p, TS_SLOT_DERIVED, NULL)) < 0) return NULL;
    d->sources[WEIGHT] = weight;
    step->refs[1] = d->weight;
    plan->n_derived++;
  }
  d->packs = true;
  d->conv = *shape;
  return d;
}

int32_t ts_plan_uses(const ts_program *p, const ts_plan *plan, int32_t slot) {
  int32_t n = 0;
  for (int32_t k = 0; k < plan->n_steps; k++) {
    if (!plan->steps[k]) continue;
    for (int32_t i = 0; i < plan->steps[k]->n_refs; i++) n += plan->steps[k]->refs[i] == slot;
    for (int32_t i = 0; i < plan->steps[k]->n_dest; i++) n += plan->steps[k]->dest[i] == slot;
  }
  for (int32_t i = 0; i < p->n_results; i++) n += plan->results[i] == slot;
  return n;
}

static int32_t maker_of(const ts_plan *plan, int32_t slot, int32_t before) {
  for (int32_t k = before - 1; k >= 0; k--)
    for (int32_t i = 0; plan->steps[k] && i < plan->steps[k]->n_outs; i++)
      if (plan->steps[k]->outs[i] == slot) return k;
  return -1;
}

/* Whether a step may change constants: then what is derived of them would come too early. */
static bool changes_constants(const ts_program *p, const ts_step *s) {
  if (!s->op) return false;
  const bool inplace = s->op->flags & TS_OP_INPLACE;
  const int32_t written = inplace && s->n_refs ? s->refs[0] : s->n_dest ? s->dest[0] : -1;
  return s->writes || (s->op->flags & TS_OP_SYSTEM && s->n_refs) || (written >= 0 && p->places[p->places[written].root].kind != TS_SLOT_MADE);
}

bool ts_plan_fold(ts_cx *cx, ts_program *p, ts_plan *plan) {
  (void)cx;
  for (int32_t k = 0; k < plan->n_steps; k++)
    if (changes_constants(p, plan->steps[k])) return true;
  bool ok = plan->derives = true;
  for (int32_t k = 0; k < plan->n_steps && ok; k++) {
    ts_step *s = plan->steps[k];
    const int32_t j = ts_plan_is_norm(p, s) ? maker_of(plan, s->refs[0], k) : -1;
    if (j < 0 || !is_product(p, plan->steps[j]) || ts_plan_uses(p, plan, s->refs[0]) != 1 || !ts_plan_same_look(&p->places[s->refs[0]].look, &p->places[s->outs[0]].look)) continue;
    ts_step *product = plan->steps[j];
    ts_derived *d = new_derived(p, plan, s);
    if (!(ok = d && (d->weight = ts_plan_slot(p, TS_SLOT_DERIVED, NULL)) >= 0)) break;
    d->sources[WEIGHT] = product->refs[1];
    d->sources[BIAS] = product->refs[2];
    product->refs[1] = d->weight;
    product->refs[2] = d->bias;
    product->outs[0] = s->outs[0];
    plan->n_folded++;
    ts_step_free(s);
    plan->steps[k] = NULL;
  }
  int32_t kept = 0;
  for (int32_t k = 0; k < plan->n_steps; k++)
    if (plan->steps[k]) plan->steps[kept++] = plan->steps[k];
  plan->n_steps = kept;
  return ok;
}

/* ---- what is derived ---- */

static double get(const ts_tensor *t, int64_t i, double otherwise) {
  if (!t) return otherwise;
  return t->dtype == TS_FLOAT64 ? ((const double *)ts_data(t))[i] : (double)((const float *)ts_data(t))[i];
}
static void set(ts_tensor *t, int64_t i, double v) {
  if (t->dtype == TS_FLOAT64) ((double *)ts_data(t))[i] = v;
  else ((float *)ts_data(t))[i] = (float)v;
}

static bool up_to_date(const ts_program *p, const ts_derived *d) {
  if (!d->made) return false;
  for (int i = 0; i < SOURCES; i++) {
    if (d->sources[i] < 0) continue;
    const ts_tensor *t = p->live[d->sources[i]];
    if (d->storages[i] != t->storage || d->data[i] != t->storage->data || d->versions[i] != ts_version(t)) return false;
  }
  return true;
}

static void keep(ts_program *p, int32_t slot, ts_tensor *t) {
  ts_tensor *old = p->live[slot];
  p->live[slot] = ts_retain(t);
  ts_release(old);
}

/* n elements times scale: a function of its own, for V8 compiles anew what is called often. */
static __attribute__((noinline)) void scaled(const ts_tensor *from, ts_tensor *to, int64_t begin, int64_t n, double scale) {
  if (from->dtype == TS_FLOAT64) for (int64_t i = begin; i < begin + n; i++) ((double *)ts_data(to))[i] = ((const double *)ts_data(from))[i] * scale;
  else for (int64_t i = begin; i < begin + n; i++) ((float *)ts_data(to))[i] = (float)((double)((const float *)ts_data(from))[i] * scale);
}

static bool fold_norm(ts_cx *cx, ts_program *p, ts_derived *d, ts_tensor *const *t, ts_tensor **made) {
  const ts_dtype dtype = (ts_dtype)t[MEAN]->dtype;
  const int64_t channels = t[MEAN]->numel;
  const bool folds = d->weight >= 0;
  int64_t sizes[TS_MAX_DIM] = {channels};
  for (int i = 1; i <= d->spatial; i++) sizes[i] = 1;
  const int ndim = folds ? 1 : d->spatial + 1;
  ts_tensor *bias = ts_empty(cx, dtype, ndim, sizes);
  ts_tensor *factor = folds ? ts_empty_like(cx, t[WEIGHT], dtype) : ts_empty(cx, dtype, ndim, sizes);
  if (!bias || !factor) return false;
  const int64_t row = folds ? t[WEIGHT]->numel / (channels ? channels : 1) : 1;
  for (int64_t c = 0; c < channels; c++) {
    const double scale = get(t[NORM_WEIGHT], c, 1) / sqrt(get(t[VARIANCE], c, 1) + d->eps);
    set(bias, c, (get(t[BIAS], c, 0) - get(t[MEAN], c, 0)) * scale + get(t[NORM_BIAS], c, 0));
    if (folds) scaled(t[WEIGHT], factor, c * row, row, scale);
    else set(factor, c, scale);
  }
  keep(p, d->bias, bias);
  *made = factor;
  return true;
}

static bool derive(ts_cx *cx, ts_program *p, ts_derived *d) {
  ts_tensor *t[SOURCES] = {NULL};
  for (int i = 0; i < SOURCES; i++)
    if (d->sources[i] >= 0 && !(t[i] = ts_raw_contiguous(cx, p->live[d->sources[i]]))) return false;
  ts_tensor *made = t[WEIGHT];
  if (t[MEAN] && !fold_norm(cx, p, d, t, &made)) return false;
  if (d->packs) {
    const bool is_double = made->dtype == TS_FLOAT64;
    const int64_t n = ts_conv_packed(&d->conv, is_double);
    ts_tensor *packed = ts_empty(cx, (ts_dtype)made->dtype, 1, &n);
    if (!packed) return false;
    if (!ts_conv_pack(&d->conv, is_double, ts_data(made), ts_data(packed))) return ts_fail(cx, TS_ERR_MEMORY, "out of memory");
    made = packed;
  }
  keep(p, d->weight >= 0 ? d->weight : d->factor, made);
  for (int i = 0; i < SOURCES; i++) {
    if (d->sources[i] < 0) continue;
    const ts_tensor *source = p->live[d->sources[i]];
    d->storages[i] = source->storage;
    d->data[i] = source->storage->data;
    d->versions[i] = ts_version(source);
  }
  d->made = true;
  return true;
}

bool ts_plan_derive(ts_cx *cx, ts_program *p) {
  for (int32_t i = 0; i < p->plan->n_derived; i++) {
    if (up_to_date(p, &p->plan->derived[i])) continue;
    const size_t mark = ts_scope_begin(cx);
    const bool ok = derive(cx, p, &p->plan->derived[i]);
    ts_scope_end(cx, mark);
    if (!ok) return false;
  }
  return true;
}
