#include "capture.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "alloc.h"
#include "graph.h"
#include "random.h"

#define FIELD(type, base, arg) ((type *)((char *)(base) + (arg)->offset))
enum { MAX_INPUTS = 1024 };

static bool grow(void *array, int32_t *cap, int32_t need, size_t item) {
  if (need <= *cap) return true;
  int32_t fresh_cap = *cap ? *cap * 2 : 16;
  while (fresh_cap < need) fresh_cap *= 2;
  void *old, *fresh;
  memcpy(&old, array, sizeof old);
  fresh = ts_realloc(old, (size_t)*cap * item, (size_t)fresh_cap * item);
  if (!fresh) return false;
  memset((char *)fresh + (size_t)*cap * item, 0, (size_t)(fresh_cap - *cap) * item);
  memcpy(array, &fresh, sizeof fresh);
  *cap = fresh_cap;
  return true;
}

/* ---- what is written down ---- */

static bool look_at(ts_look *look, ts_tensor *t) {
  *look = (ts_look){.dtype = t->dtype, .ndim = t->ndim, .requires_grad = ts_requires_grad(t), .leaf = !t->grad_fn, .inference = t->inference, .view = t->is_view};
  if (!t->ndim) return true;
  look->sizes = ts_alloc_packed(2 * (size_t)t->ndim * sizeof *look->sizes);
  if (!look->sizes) return false;
  memcpy(look->sizes, t->sizes, t->ndim * sizeof *t->sizes);
  memcpy(look->sizes + t->ndim, t->strides, t->ndim * sizeof *t->strides);
  return true;
}

bool ts_same_look(const ts_look *look, ts_tensor *t) {
  return look->dtype == t->dtype && look->ndim == t->ndim && look->leaf == !t->grad_fn && look->inference == t->inference && look->view == t->is_view &&
         look->requires_grad == ts_requires_grad(t) &&
         (!t->ndim || (memcmp(look->sizes, t->sizes, t->ndim * sizeof *t->sizes) == 0 && memcmp(look->sizes + t->ndim, t->strides, t->ndim * sizeof *t->strides) == 0));
}

void ts_capture_break(ts_cx *cx, const char *format, ...) {
  ts_capture *c = cx->capture;
  if (!c || c->broken) return;
  c->broken = true;
  va_list list;
  va_start(list, format);
  vsnprintf(c->program->reason, sizeof c->program->reason, format, list);
  va_end(list);
}

static void no_memory(ts_cx *cx) { ts_capture_break(cx, "there was no memory to record it"); }

static size_t home(const ts_capture *c, uint64_t id) { return (size_t)(id * 0x9E3779B97F4A7C15u >> 20) & (c->cap_ids - 1); }

static int32_t slot_of(const ts_capture *c, const ts_tensor *t) {
  if (!c->cap_ids) return -1;
  for (size_t i = home(c, t->id); c->ids[2 * i]; i = (i + 1) & (c->cap_ids - 1))
    if (c->ids[2 * i] == t->id) return (int32_t)c->ids[2 * i + 1];
  return -1;
}

static bool enter(ts_capture *c, uint64_t id, int32_t slot) {
  if (2 * (c->n_ids + 1) > c->cap_ids) {
    size_t cap = c->cap_ids;
    uint64_t *old = c->ids, *fresh = ts_calloc(4 * (cap ? cap : 128) * sizeof *fresh);
    if (!fresh) return false;
    c->ids = fresh;
    c->cap_ids = 2 * (cap ? cap : 128);
    c->n_ids = 0;
    for (size_t i = 0; i < cap; i++)
      if (old[2 * i]) enter(c, old[2 * i], (int32_t)old[2 * i + 1]);
    ts_free(old);
  }
  size_t i = home(c, id);
  while (c->ids[2 * i]) i = (i + 1) & (c->cap_ids - 1);
  c->ids[2 * i] = id;
  c->ids[2 * i + 1] = (uint64_t)slot;
  c->n_ids++;
  return true;
}

static int32_t new_slot(ts_cx *cx, ts_slot_kind kind, const ts_tensor *t, bool named) {
  ts_program *p = cx->capture->program;
  if (!grow(&p->places, &p->cap_slots, p->n_slots + 1, sizeof *p->places) || !grow(&p->live, &p->cap_live, p->n_slots + 1, sizeof *p->live) ||
      (named && !enter(cx->capture, t->id, p->n_slots))) {
    no_memory(cx);
    return -1;
  }
  p->places[p->n_slots] = (ts_place){.kind = kind, .id = t->id, .root = p->n_slots};
  return p->n_slots++;
}

static int32_t constant(ts_cx *cx, ts_tensor *t, uint32_t handle) {
  ts_program *p = cx->capture->program;
  int32_t slot = new_slot(cx, TS_SLOT_CONSTANT, t, true);
  if (slot < 0) return -1;
  p->live[slot] = ts_retain(t);
  p->places[slot].handle = handle;
  p->places[slot].had_grad = t->grad != NULL;
  if (handle && !look_at(&p->places[slot].look, t)) no_memory(cx);
  return slot;
}

/* The slot of a tensor that the call takes: one that is known, a number, or what was there before the recording began. */
static int32_t taken(ts_cx *cx, ts_tensor *t) {
  ts_capture *c = cx->capture;
  if (!t) return -1;
  int32_t slot = slot_of(c, t);
  if (slot >= 0) return slot;
  if (t->wrapped_number) return constant(cx, t, 0);
  for (size_t i = 0; i < c->n_handles && t->id <= c->first_id; i++)
    if (c->handles[i].t == t) return constant(cx, t, c->handles[i].handle);
  ts_capture_break(cx, "%s takes a tensor that was made where the recording does not see it", cx->op);
  return -1;
}

void ts_capture_handle(ts_cx *cx, const ts_tensor *t, double handle) {
  ts_capture *c = cx->capture;
  if (c->n_handles == c->cap_handles) {
    size_t cap = c->cap_handles ? 2 * c->cap_handles : 16;
    void *fresh = ts_realloc(c->handles, c->cap_handles * sizeof *c->handles, cap * sizeof *c->handles);
    if (!fresh) {
      no_memory(cx);
      return;
    }
    c->handles = fresh;
    c->cap_handles = cap;
  }
  c->handles[c->n_handles].t = t;
  c->handles[c->n_handles++].handle = (uint32_t)handle;
}

/* ---- steps ---- */

/* The tensors of an argument: how many, and where they stand. */
static int64_t tensors_of(const ts_arg *a, const void *args, ts_tensor *const **v) {
  if (a->kind <= TS_ARG_OPERAND_OPT) {
    *v = FIELD(ts_tensor *const, args, a);
    return 1;
  }
  if (a->kind != TS_ARG_LIST && a->kind != TS_ARG_LIST_OPT) return 0;
  const ts_list *list = FIELD(const ts_list, args, a);
  *v = list->v;
  return list->n > 0 ? list->n : 0;
}

static size_t bytes_behind(const ts_arg *a, const void *args) {
  switch ((ts_arg_kind)a->kind) {
    case TS_ARG_LIST: case TS_ARG_LIST_OPT: {
      int64_t n = FIELD(const ts_list, args, a)->n;
      return n > 0 ? (size_t)n * sizeof(ts_tensor *) : 0;
    }
    case TS_ARG_INTS: case TS_ARG_INTS_OPT: case TS_ARG_FLOATS: case TS_ARG_FLOATS_OPT: {
      int64_t n = FIELD(const ts_ints, args, a)->n;
      return n > 0 ? (size_t)n * 8 : 0;
    }
    case TS_ARG_TEXT: case TS_ARG_TEXT_OPT: {
      const char *text = *FIELD(const char *const, args, a);
      return text ? strlen(text) + 1 : 0;
    }
    default: return 0;
  }
}

static size_t round16(size_t n) { return (n + 15u) & ~(size_t)15; }

/* A step in one block: itself, its arguments, what they point to, slots. */
static ts_step *new_step(const ts_op *op, const void *args) {
  size_t size = round16(sizeof(ts_step)) + round16(op->args_size);
  int64_t n_refs = 0;
  for (int i = 0; i < op->n_args; i++) {
    ts_tensor *const *v;
    n_refs += tensors_of(&op->args[i], args, &v);
    size += round16(bytes_behind(&op->args[i], args));
  }
  ts_step *s = ts_calloc(size + (size_t)(n_refs + TS_MAX_OUT) * sizeof *s->refs);
  if (!s) return NULL;
  char *at = (char *)s + round16(sizeof *s);
  s->op = op;
  s->args = at;
  memcpy(s->args, args, op->args_size);
  at += round16(op->args_size);
  for (int i = 0; i < op->n_args; i++) {
    const ts_arg *a = &op->args[i];
    size_t n = bytes_behind(a, args);
    if (!n) continue;
    /* lists and texts: a pointer comes first in each of these fields */
    void *from = *FIELD(void *const, args, a);
    memcpy(at, from, n);
    *FIELD(void *, s->args, a) = at;
    at += round16(n);
  }
  s->refs = (int32_t *)at;
  s->outs = s->refs + n_refs;
  s->n_refs = (int32_t)n_refs;
  return s;
}

void ts_step_free(ts_step *s) {
  if (!s) return;
  if (!s->borrows && s->op && s->op->ret == TS_RET_LIST) ts_free(s->outs);
  if (s->free_data) s->free_data(s->data);
  ts_release(s->literal);
  ts_free(s);
}

static const char *why_not(const ts_op *op) {
  switch (op->record) {
    case TS_RECORD_VALUES: return "gives values to JavaScript, which may decide by them";
    case TS_RECORD_HOST: return "ties a JavaScript function to the graph (an autograd.Function or a hook)";
    case TS_RECORD_OPTIMIZER: return "is a step of an optimizer that does more than that call (let it follow the compiled function)";
    default: return "is not part of programs";
  }
}

static bool depends(const ts_cx *cx, const ts_op *op, const void *args) {
  for (int i = 0; i < op->n_args; i++) {
    ts_tensor *const *v;
    for (int64_t n = tensors_of(&op->args[i], args, &v), j = 0; j < n; j++) {
      if (!v[j]) continue;
      int32_t slot = slot_of(cx->capture, v[j]);
      if (slot >= 0 && cx->capture->program->places[slot].depends) return true;
      if (i > 0 && op->record == TS_RECORD_MASK && (v[j]->dtype == TS_BOOL || v[j]->dtype == TS_UINT8)) return true;
    }
  }
  return op->record == TS_RECORD_SHAPE;
}

/* The floats of a step, taken out of its arguments into the program. */
static bool take_numbers(ts_cx *cx, ts_step *s) {
  ts_program *p = cx->capture->program;
  s->numbers = p->n_numbers;
  for (int i = 0; i < s->op->n_args; i++) {
    const ts_arg *a = &s->op->args[i];
    const ts_floats *list = a->kind == TS_ARG_FLOATS ? FIELD(const ts_floats, s->args, a) : NULL;
    const int32_t n = list ? (int32_t)list->n : a->kind == TS_ARG_FLOAT;
    if (!grow(&p->numbers, &p->cap_numbers, p->n_numbers + n, sizeof *p->numbers)) return false;
    for (int32_t k = 0; k < n; k++) p->numbers[p->n_numbers++] = list ? list->v[k] : *FIELD(const double, s->args, a);
  }
  s->n_numbers = p->n_numbers - s->numbers;
  return true;
}

/* JavaScript asks whether tensors have gradients: what a program does may depend on it. */
static void ask_for_gradients(ts_cx *cx, const ts_op *op, const void *args) {
  for (int i = 0; i < op->n_args; i++) {
    ts_tensor *const *v;
    for (int64_t n = tensors_of(&op->args[i], args, &v), j = 0; j < n; j++) {
      const int32_t slot = v[j] ? taken(cx, v[j]) : -1;
      if (slot < 0) continue;
      ts_place *place = &cx->capture->program->places[slot];
      if (place->kind == TS_SLOT_INPUT && !place->asks_grad) place->had_grad = v[j]->grad != NULL;
      place->asks_grad |= !place->zeroed;
    }
  }
}

void ts_capture_optimizer(ts_cx *cx) { cx->capture->live = true; }

/* Goes up with every change of a tensor among the arguments. */
static uint64_t versions_of(const ts_op *op, const void *args) {
  uint64_t sum = 0;
  for (int i = 0; i < op->n_args; i++) {
    ts_tensor *const *v;
    for (int64_t n = tensors_of(&op->args[i], args, &v), j = 0; j < n; j++)
      if (v[j]) sum += ts_version(v[j]);
  }
  return sum;
}

ts_step *ts_capture_before(ts_cx *cx, const ts_op *op, const void *args, const ts_out *out) {
  ts_program *p = cx->capture->program;
  const bool loose = depends(cx, op, args);
  if (op->record == TS_RECORD_LOOK && loose) ts_capture_break(cx, "JavaScript looks at a shape that depends on values");
  if (op->record == TS_RECORD_SKIP || op->record == TS_RECORD_LOOK) return NULL;
  if (op->record == TS_RECORD_GRADIENT) ask_for_gradients(cx, op, args);
  if (op->record == TS_RECORD_GRADIENT && op->ret != TS_RET_TENSORS) return NULL;
  const bool lives = op->record == TS_RECORD_OPTIMIZER && cx->capture->live;
  cx->capture->live = false;
  if (op->record >= TS_RECORD_VALUES && op->record != TS_RECORD_GRADIENT && !lives) {
    ts_capture_break(cx, "%s %s", op->name + (op->name[0] == '_'), why_not(op)); /* item, for _item */
    return NULL;
  }
  if (loose && op->ret == TS_RET_LIST && op->record != TS_RECORD_SHAPE) {
    ts_capture_break(cx, "%s gives as many tensors as values say", op->name);
    return NULL;
  }
  if (p->n_steps == TS_MAX_STEPS) {
    ts_capture_break(cx, "it makes more than %d calls", TS_MAX_STEPS);
    return NULL;
  }
  ts_step *s = new_step(op, args);
  if (!s) {
    no_memory(cx);
    return NULL;
  }
  int32_t at = 0;
  for (int i = 0; i < op->n_args; i++) {
    ts_tensor *const *v;
    for (int64_t n = tensors_of(&op->args[i], args, &v), j = 0; j < n; j++) s->refs[at++] = taken(cx, v[j]);
  }
  for (int i = 0; i < TS_MAX_OUT; i++) {
    s->dest[i] = op->ret == TS_RET_TENSORS && i < op->n_out ? taken(cx, out->t[i]) : -1;
    if (s->dest[i] >= 0) s->n_dest = i + 1;
  }
  if (lives && !take_numbers(cx, s)) no_memory(cx);
  if (op->record == TS_RECORD_ZERO && *(const bool *)((const char *)args + op->args[1].offset)) /* set_to_none */
    for (int32_t i = 0; i < s->n_refs; i++)
      if (s->refs[i] >= 0) p->places[s->refs[i]].zeroed = true;
  s->seen = versions_of(op, args);
  s->drawn = ts_generator_position(cx->generator);
  return s;
}

/* The tensors that a step takes while it is recorded: the arguments still point to them. */
static ts_tensor *taken_at(const ts_step *s, int32_t ref) {
  for (int i = 0; i < s->op->n_args; i++) {
    ts_tensor *const *v;
    int64_t n = tensors_of(&s->op->args[i], s->args, &v);
    if (ref < n) return v[ref];
    ref -= (int32_t)n;
  }
  return NULL;
}

static void describe(ts_cx *cx, const ts_step *s, const ts_out *out, int32_t at, bool loose) {
  const ts_program *p = cx->capture->program;
  ts_tensor *const *made = s->op->ret == TS_RET_LIST ? out->list.v : out->t;
  ts_tensor *t = made[at];
  ts_place *place = &p->places[s->outs[at]];
  place->depends = loose;
  place->bytes = t->storage->nbytes;
  place->shared = s->op->flags & TS_OP_SYSTEM;
  for (int32_t i = 0; i < at; i++)
    if (made[i] && s->outs[i] >= 0 && made[i]->storage == t->storage) place->root = p->places[s->outs[i]].root;
  for (int32_t i = 0; i < s->n_refs; i++) {
    const ts_tensor *from = s->refs[i] < 0 ? NULL : taken_at(s, i);
    if (!from || from->storage != t->storage) continue;
    place->root = p->places[s->refs[i]].root;
    place->shared |= p->places[place->root].shared;
    break;
  }
  if (!loose && !look_at(&place->look, t)) no_memory(cx);
}

void ts_capture_after(ts_cx *cx, const ts_op *op, ts_step *s, const ts_out *out, bool ok) {
  ts_capture *c = cx->capture;
  if (!c || !s) return; /* a call may end the recording that it began in */
  ts_program *p = c->program;
  s->draws = s->drawn != ts_generator_position(cx->generator);
  s->writes = !(op->flags & TS_OP_INPLACE) && !s->n_dest && s->seen != versions_of(op, s->args);
  if (!ok) ts_capture_break(cx, "%s fails", op->name);
  if (ok && op->ret == TS_RET_LIST) {
    s->outs = ts_calloc((size_t)(out->list.n > 0 ? out->list.n : 1) * sizeof *s->outs);
    s->n_outs = out->list.n > 0 ? (int32_t)out->list.n : 0;
  } else if (ok && op->ret == TS_RET_TENSORS) {
    s->n_outs = op->n_out;
  } else if (op->ret == TS_RET_LIST) {
    s->outs = NULL;
  }
  bool fits = s->outs && grow(&p->steps, &p->cap_steps, p->n_steps + 1, sizeof *p->steps);
  if (!fits || c->broken) {
    if (!fits) no_memory(cx);
    ts_step_free(s);
    return;
  }
  const bool loose = depends(cx, op, s->args);
  for (int32_t i = 0; i < s->n_outs; i++) {
    ts_tensor *t = op->ret == TS_RET_LIST ? out->list.v[i] : out->t[i];
    s->outs[i] = t ? slot_of(c, t) : -1;
    if (!t || s->outs[i] >= 0) continue;
    if (t->id <= c->first_id && op->record != TS_RECORD_GRADIENT) { /* what was there before and is handed out once more */
      ts_capture_break(cx, "%s gives a tensor that was made before", op->name);
      break;
    }
    s->outs[i] = new_slot(cx, TS_SLOT_MADE, t, true);
    if (s->outs[i] >= 0) describe(cx, s, out, i, loose);
  }
  p->steps[p->n_steps++] = s;
}

void ts_capture_literal(ts_cx *cx, ts_tensor *t) {
  ts_program *p = cx->capture->program;
  ts_step *s = p->n_steps ? p->steps[p->n_steps - 1] : NULL;
  const int32_t slot = slot_of(cx->capture, t);
  if (!s || !s->op || s->n_outs != 1 || slot < 0 || s->outs[0] != slot || p->places[slot].kind != TS_SLOT_MADE || !ts_is_contiguous(t)) {
    ts_capture_break(cx, "JavaScript writes into a tensor");
    return;
  }
  ts_tensor *copy = ts_empty(cx, (ts_dtype)t->dtype, t->ndim, t->sizes);
  if (!copy) return;
  memcpy(ts_data(copy), ts_data(t), (size_t)(t->numel * ts_itemsize((ts_dtype)t->dtype)));
  s->op = NULL;
  s->n_refs = 0;
  s->literal = ts_retain(copy);
}

/* ---- beginning and end ---- */

void ts_capture_drop(ts_cx *cx) {
  ts_capture *c = cx->capture;
  cx->capture = NULL;
  if (!c) return;
  ts_program_free(c->program);
  ts_free(c->ids);
  ts_free(c->handles);
  ts_free(c);
}

bool ts_capture_begin(ts_cx *cx, ts_programs *set, ts_list inputs) {
  if (cx->capture || cx->anomaly || inputs.n > MAX_INPUTS) return false;
  ts_capture *c = ts_calloc(sizeof *c);
  if (!c || !(c->program = ts_calloc(sizeof *c->program))) {
    ts_free(c);
    return ts_fail(cx, TS_ERR_MEMORY, "out of memory");
  }
  cx->capture = c;
  c->set = set;
  c->depth = cx->depth;
  c->first_id = cx->next_id;
  ts_program *p = c->program;
  p->number = ++cx->next_program;
  p->grad_mode = cx->grad_mode;
  p->inference_mode = cx->inference_mode;
  p->default_dtype = cx->default_dtype;
  p->autocast = cx->autocast;
  for (int64_t i = 0; i < inputs.n && !c->broken; i++) {
    int32_t slot = new_slot(cx, TS_SLOT_INPUT, inputs.v[i], slot_of(c, inputs.v[i]) < 0);
    if (slot >= 0 && !look_at(&p->places[slot].look, inputs.v[i])) no_memory(cx);
  }
  p->n_inputs = p->n_slots;
  if (!c->broken) return true;
  ts_capture_drop(cx);
  return ts_fail(cx, TS_ERR_MEMORY, "out of memory");
}

/* Of a program that will not run, what it was recorded for and the reason stay. */
static void strip(ts_program *p) {
  for (int32_t i = 0; i < p->n_steps; i++) ts_step_free(p->steps[i]);
  p->n_steps = p->n_results = p->script.n_steps = 0;
  for (int32_t i = p->n_inputs; i < p->n_slots; i++) {
    ts_release(p->live[i]);
    p->live[i] = NULL;
    ts_free(p->places[i].look.sizes);
    p->places[i].look.sizes = NULL;
  }
  p->n_slots = p->n_inputs;
  p->broken = true;
}

static bool same_inputs(const ts_program *a, const ts_program *b) {
  if (a->n_inputs != b->n_inputs || a->grad_mode != b->grad_mode || a->inference_mode != b->inference_mode || a->default_dtype != b->default_dtype ||
      a->autocast != b->autocast)
    return false;
  for (int32_t i = 0; i < a->n_inputs; i++) {
    const ts_look *x = &a->places[i].look, *y = &b->places[i].look;
    if (x->dtype != y->dtype || x->ndim != y->ndim || x->requires_grad != y->requires_grad || x->leaf != y->leaf || x->inference != y->inference ||
        x->view != y->view || (x->ndim && memcmp(x->sizes, y->sizes, 2 * x->ndim * sizeof *x->sizes) != 0))
      return false;
    for (int32_t j = 0; j < i; j++)
      if ((a->places[i].id == a->places[j].id) != (b->places[i].id == b->places[j].id)) return false;
  }
  return true;
}

ts_program *ts_capture_end(ts_cx *cx, ts_list results, const char *layout, bool *made, uint64_t *replaced) {
  ts_capture *c = cx->capture;
  ts_program *p = c->program;
  ts_programs *set = c->set;
  *replaced = 0;
  size_t size = strlen(layout) + 1;
  p->layout = ts_alloc_packed(size);
  p->results = ts_alloc_packed(((size_t)results.n + 1) * sizeof *p->results);
  if (!p->layout || !p->results) no_memory(cx);
  else memcpy(p->layout, layout, size);
  c->n_handles = 0;
  for (int64_t i = 0; i < results.n; i++) {
    const int32_t slot = slot_of(c, results.v[i]);
    made[i] = slot >= 0 && p->places[slot].kind == TS_SLOT_MADE;
    if (c->broken) continue;
    if (made[i]) p->results[p->n_results++] = slot;
    else if (slot < 0 && results.v[i]->id > c->first_id) ts_capture_break(cx, "it gives a tensor that was made where the recording does not see it");
  }
  if (!c->broken && (cx->grad_mode != p->grad_mode || cx->inference_mode != p->inference_mode || cx->autocast != p->autocast || cx->default_dtype != p->default_dtype))
    ts_capture_break(cx, "it leaves modes (recording of gradients, autocast) other than they were");
  if (!c->broken && !(p->dying = ts_lifetimes(p, p->steps, p->n_steps, p->results))) no_memory(cx);
  ts_program **at = &set->first;
  while (*at && !same_inputs(*at, p)) at = &(*at)->next;
  ts_program *before = *at;
  if (!c->broken && before && !before->broken) {
    char reason[TS_REASON] = "";
    p->ready = ts_same_program(before, p, reason);
    p->changes = before->changes + !p->ready;
    for (int32_t i = 0; p->ready && i < p->n_inputs; i++) p->places[i].free = before->places[i].free || before->places[i].id != p->places[i].id;
    if (p->changes >= TS_MAX_CHANGES) ts_capture_break(cx, "what it does is not the same at each call: %s", reason);
  }
  p->script = (ts_script){p->steps, p->n_steps, p->dying, p->results};
  if (c->broken) strip(p);
  if (before) {
    *replaced = before->number;
    *at = before->next;
    ts_program_free(before);
    set->n--;
  }
  p->next = set->first;
  set->first = p;
  if (++set->n > TS_MAX_PROGRAMS) {
    for (at = &p->next; (*at)->next;) at = &(*at)->next;
    *replaced = (*at)->number;
    ts_program_free(*at);
    *at = NULL;
    set->n--;
  }
  c->program = NULL;
  ts_capture_drop(cx);
  return p;
}

void ts_programs_trim(ts_cx *cx) {
  for (size_t i = 0; i < cx->n_programs; i++) {
    for (ts_program *p = cx->programs[i] ? cx->programs[i]->first : NULL; p; p = p->next) {
      while (p->idle) {
        ts_run *next = p->idle->next;
        ts_run_free(p->idle);
        p->idle = next;
      }
    }
  }
}

void ts_programs_end(ts_cx *cx) {
  ts_capture_drop(cx);
  for (size_t i = 0; i < cx->n_programs; i++) ts_programs_free(cx->programs[i]);
  ts_free(cx->programs);
  cx->programs = NULL;
  cx->n_programs = 0;
}
