#include "plan.h"
#include <string.h>
#include "../core/alloc.h"
#include "../core/graph.h"
#include "../gen/ops.h"

bool ts_plan_grow(void *array, int32_t *cap, int32_t need, size_t item) {
  if (need <= *cap) return true;
  const int32_t fresh_cap = need < 8 ? 16 : 2 * need;
  void *old, *fresh;
  memcpy(&old, array, sizeof old);
  if (!(fresh = ts_realloc(old, (size_t)*cap * item, (size_t)fresh_cap * item))) return false;
  memset((char *)fresh + (size_t)*cap * item, 0, (size_t)(fresh_cap - *cap) * item);
  memcpy(array, &fresh, sizeof fresh);
  *cap = fresh_cap;
  return true;
}

bool ts_plan_same_look(const ts_look *a, const ts_look *b) {
  return a->dtype == b->dtype && a->ndim == b->ndim && (!a->ndim || memcmp(a->sizes, b->sizes, 2 * a->ndim * sizeof *a->sizes) == 0);
}

int32_t ts_plan_slot(ts_program *p, ts_slot_kind kind, const ts_place *like) {
  if (!ts_plan_grow(&p->places, &p->cap_slots, p->n_slots + 1, sizeof *p->places) || !ts_plan_grow(&p->live, &p->cap_live, p->n_slots + 1, sizeof *p->live))
    return -1;
  ts_place *place = &p->places[p->n_slots];
  *place = (ts_place){.kind = kind, .root = p->n_slots};
  if (like) {
    place->bytes = like->bytes;
    place->look = like->look;
    place->look.sizes = NULL;
    const size_t n = 2 * (size_t)like->look.ndim * sizeof *like->look.sizes;
    if (n && !(place->look.sizes = ts_alloc_packed(n))) return -1;
    if (n) memcpy(place->look.sizes, like->look.sizes, n);
  }
  p->live[p->n_slots] = NULL;
  return p->n_slots++;
}

ts_step *ts_plan_step(const ts_step *from, int32_t n_refs, int32_t n_outs) {
  ts_step *s = ts_calloc(sizeof *s + (size_t)(n_refs + n_outs + 1) * sizeof *s->refs);
  if (!s) return NULL;
  if (from) *s = *from;
  else
    for (int i = 0; i < TS_MAX_OUT; i++) s->dest[i] = -1;
  s->refs = (int32_t *)(s + 1);
  s->outs = s->refs + n_refs;
  s->n_refs = n_refs;
  s->n_outs = n_outs;
  if (from) {
    memcpy(s->refs, from->refs, (size_t)n_refs * sizeof *s->refs);
    memcpy(s->outs, from->outs, (size_t)n_outs * sizeof *s->outs);
    ts_retain(s->literal);
  }
  s->borrows = true;
  s->buffer = -1;
  return s;
}

static void free_plan(ts_plan *plan) {
  if (!plan) return;
  for (int32_t k = 0; k < plan->n_steps; k++) ts_step_free(plan->steps[k]);
  ts_free(plan->steps);
  ts_free(plan->results);
  ts_free(plan->dying);
  ts_free(plan->derived);
  ts_free(plan->names);
  ts_free(plan);
}

/* ---- in-place calls on what nobody else sees: what they leave gets a slot of its own ---- */

/* Slots that share the storage of each root. */
static int32_t *sharers(const ts_program *p) {
  int32_t *n = ts_calloc(((size_t)p->n_slots + 1) * sizeof *n);
  for (int32_t i = 0; n && i < p->n_slots; i++) n[p->places[i].root]++;
  return n;
}

static bool rename_inplace(ts_program *p, ts_plan *plan) {
  int32_t *shared = sharers(p);
  if (!shared) return false;
  const int32_t n_slots = p->n_slots;
  bool ok = true;
  for (int32_t k = 0; k < plan->n_steps && ok; k++) {
    ts_step *s = plan->steps[k];
    if (!s->op || (s->op->flags & (TS_OP_INPLACE | TS_OP_FUSABLE)) != (TS_OP_INPLACE | TS_OP_FUSABLE) || s->n_refs < 1 || s->n_outs != 1) continue;
    const int32_t self = s->refs[0];
    if (self < 0 || s->outs[0] != self) continue;
    const ts_place *place = &p->places[self];
    if (place->kind != TS_SLOT_MADE || place->root != self || place->shared || (self < n_slots && shared[self] != 1) || place->depends || place->look.requires_grad) continue;
    const int32_t fresh = ts_plan_slot(p, TS_SLOT_MADE, place);
    if (!(ok = fresh >= 0)) break;
    s->outs[0] = fresh;
    for (int32_t j = k + 1; j < plan->n_steps; j++) {
      ts_step *later = plan->steps[j];
      for (int32_t i = 0; i < later->n_refs; i++)
        if (later->refs[i] == self) later->refs[i] = fresh;
      for (int32_t i = 0; i < later->n_dest; i++)
        if (later->dest[i] == self) later->dest[i] = fresh;
      for (int32_t i = 0; i < later->n_outs; i++)
        if (later->outs[i] == self) later->outs[i] = fresh;
    }
    for (int32_t i = 0; i < p->n_results; i++)
      if (plan->results[i] == self) plan->results[i] = fresh;
  }
  ts_free(shared);
  return ok;
}

/* ---- buffers ---- */

typedef struct { int64_t bytes; int32_t until; } buffer;

static bool give_buffers(ts_program *p, ts_plan *plan) {
  const int32_t n = p->n_slots;
  /* Of roots: the step that makes it, the last one that sees it, whether it leaves the program. */
  int32_t *maker = ts_alloc_packed(((size_t)n + 1) * sizeof *maker), *last = ts_alloc_packed(((size_t)n + 1) * sizeof *last), *root = ts_alloc_packed(((size_t)n + 1) * sizeof *root);
  bool *escapes = ts_calloc((size_t)n + 1);
  buffer *buffers = ts_calloc(((size_t)plan->n_steps + 1) * sizeof *buffers);
  bool ok = maker && last && root && escapes && buffers;
  int32_t n_buffers = 0;
  for (int32_t i = 0; ok && i < n; i++) {
    maker[i] = last[i] = -1;
    root[i] = p->places[i].root;
    escapes[i] = p->places[i].kind != TS_SLOT_MADE || p->places[i].depends || p->places[i].shared || p->places[i].look.requires_grad;
  }
  for (int32_t i = 0; ok && i < n; i++)
    if (escapes[i]) escapes[root[i]] = true;
  /* What takes over an input's memory has its storage. Only what ends with this step may be taken over. */
  for (int32_t k = 0, at = 0; ok && k < plan->n_steps; at += plan->steps[k++]->n_dying) {
    const ts_step *s = plan->steps[k];
    int16_t *into = ts_plan_overwrites(s);
    for (int32_t o = 0; into && o < s->n_outs; o++) {
      if (into[o] < 0) continue;
      const int32_t slot = s->refs[into[o]];
      bool ends = p->places[slot].kind == TS_SLOT_MADE && !escapes[slot];
      for (int32_t i = 0; i < n && ends; i++) ends = i == slot || p->places[i].root != p->places[slot].root; /* no views */
      bool dies = false;
      for (int32_t i = 0; i < s->n_dying; i++) dies |= plan->dying[at + i] == slot;
      int taken = 0;
      for (int32_t i = 0; i < o; i++) taken += into[i] == into[o];
      if (!ends || !dies || taken || p->places[slot].root != slot) into[o] = -1;
      else root[s->outs[o]] = root[slot];
    }
  }
  for (int32_t i = 0; ok && i < p->n_results; i++) escapes[root[plan->results[i]]] = true;
  for (int32_t k = 0; ok && k < plan->n_steps; k++) {
    const ts_step *s = plan->steps[k];
    const bool system = s->op && s->op->flags & TS_OP_SYSTEM;
    for (int32_t i = 0; i < s->n_refs; i++) {
      if (s->refs[i] < 0) continue;
      last[root[s->refs[i]]] = k;
      if (system) escapes[root[s->refs[i]]] = true;
    }
    for (int32_t i = 0; i < s->n_dest; i++)
      if (s->dest[i] >= 0) last[root[s->dest[i]]] = k;
    for (int32_t i = 0; i < s->n_outs; i++) {
      if (s->outs[i] < 0) continue;
      const int32_t r = root[s->outs[i]];
      last[r] = k;
      if (maker[r] < 0) maker[r] = k;
      if (system) escapes[r] = true;
    }
  }
  for (int32_t k = 0; ok && k < plan->n_steps; k++) {
    ts_step *s = plan->steps[k];
    const int32_t r = s->n_outs == 1 && s->outs[0] >= 0 ? root[s->outs[0]] : -1;
    if (r < 0 || r != s->outs[0] || maker[r] != k || escapes[r] || p->places[r].bytes <= 0 || s->literal) continue;
    int32_t best = -1;
    for (int32_t b = 0; b < n_buffers; b++) {
      if (buffers[b].until >= k) continue;
      const int64_t have = buffers[b].bytes, need = p->places[r].bytes, of_best = best < 0 ? 0 : buffers[best].bytes;
      if (best < 0 || (have >= need ? of_best < need || have < of_best : of_best < need && have > of_best)) best = b;
    }
    if (best < 0) best = n_buffers++;
    if (buffers[best].bytes < p->places[r].bytes) buffers[best].bytes = p->places[r].bytes;
    buffers[best].until = last[r];
    s->buffer = best;
    s->buffer_bytes = p->places[r].bytes;
  }
  if (ok && n_buffers && (ok = (p->buffer_sizes = ts_alloc_packed((size_t)n_buffers * sizeof *p->buffer_sizes)) != NULL)) {
    for (int32_t b = 0; b < n_buffers; b++) p->buffer_sizes[b] = buffers[b].bytes;
    p->n_buffers = n_buffers;
  }
  ts_free(maker);
  ts_free(last);
  ts_free(root);
  ts_free(escapes);
  ts_free(buffers);
  return ok;
}

/* ---- effects ---- */

static bool is(const ts_step *s, int op) { return s->op == &ts_ops[op]; }

const char *ts_plan_effect(const ts_program *p) {
  if (p->grad_mode) return "gradients are on";
  for (int32_t k = 0; k < p->n_steps; k++) {
    const ts_step *s = p->steps[k];
    if (!s->op) continue;
    if (s->draws) return "it draws random numbers";
    if (s->writes) return "it changes a tensor that was there before (running statistics)";
    if (s->op->flags & TS_OP_SYSTEM && !is(s, TS_OP__set_grad_mode) && !is(s, TS_OP__set_inference_mode) && !is(s, TS_OP__set_autocast) && !is(s, TS_OP__empty))
      return "it calls on what belongs to its thread (gradients, optimizers, random state)";
    if (s->op->flags & TS_OP_INPLACE || s->n_dest) {
      const int32_t written = s->op->flags & TS_OP_INPLACE ? s->refs[0] : s->dest[0];
      if (written >= 0 && p->places[p->places[written].root].kind != TS_SLOT_MADE) return "it changes a tensor in place that was there before";
    }
  }
  return NULL;
}

/* ---- the plan ---- */

static const char *untouched(const ts_program *p) {
  if (p->autocast) return "autocast is on";
  for (int32_t k = 0; k < p->n_steps; k++)
    if (is(p->steps[k], TS_OP__set_autocast)) return "it turns autocast on";
  bool graph = false, plain = false;
  for (int32_t i = p->n_inputs; i < p->n_slots; i++) {
    if (p->places[i].kind != TS_SLOT_MADE) continue;
    if (p->places[i].look.requires_grad) graph = true;
    else plain = true;
  }
  return graph && !plain ? "its results want gradients: each call is recorded in the graph (noGrad and inferenceMode allow more)" : NULL;
}

void ts_plan_make(ts_cx *cx, ts_program *p) {
  ts_plan *plan = ts_calloc(sizeof *plan);
  if (!plan) return;
  while (p->idle) { /* made for fewer slots */
    ts_run *next = p->idle->next;
    ts_run_free(p->idle);
    p->idle = next;
  }
  plan->n_recorded = p->n_slots;
  plan->why = untouched(p);
  bool ok = ts_plan_grow(&plan->steps, &plan->cap_steps, p->n_steps + 1, sizeof *plan->steps) && (plan->results = ts_alloc_packed(((size_t)p->n_results + 1) * sizeof *plan->results)) != NULL;
  if (ok) memcpy(plan->results, p->results, (size_t)p->n_results * sizeof *plan->results);
  for (int32_t k = 0; k < p->n_steps && ok; k++) ok = (plan->steps[plan->n_steps++] = ts_plan_step(p->steps[k], p->steps[k]->n_refs, p->steps[k]->n_outs)) != NULL;
  if (!plan->why) ok = ok && rename_inplace(p, plan) && ts_plan_fold(cx, p, plan) && ts_plan_fuse(cx, p, plan);
  p->plan = plan; /* convolve asks it what was derived */
  if (!plan->why) ok = ok && ts_plan_convolve(p, plan);
  ok = ok && (plan->dying = ts_lifetimes(p, plan->steps, plan->n_steps, plan->results)) != NULL && (plan->why || give_buffers(p, plan));
  if (!ok) {
    ts_clear_error(cx);
    if (plan->n_steps && !plan->steps[plan->n_steps - 1]) plan->n_steps--;
    free_plan(plan);
    p->plan = NULL;
    p->n_buffers = 0;
    return;
  }
  p->free_plan = free_plan;
  p->prepare = plan->n_derived ? ts_plan_derive : NULL;
  p->script = (ts_script){plan->steps, plan->n_steps, plan->dying, plan->results};
}
