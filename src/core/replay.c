#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "alloc.h"
#include "capture.h"

#define FIELD(type, base, arg) ((type *)((char *)(base) + (arg)->offset))

/* ---- whether two recordings say the same ---- */

static bool same_bytes(const void *a, const void *b, int64_t n) { return n <= 0 || memcmp(a, b, (size_t)n) == 0; }
static bool same_float(double a, double b) { return memcmp(&a, &b, sizeof a) == 0; }

static bool same_scalar(const ts_scalar *a, const ts_scalar *b) {
  return a->kind == b->kind && a->i == b->i && a->big == b->big && same_float(a->f, b->f) && same_float(a->im, b->im);
}

/* Arguments without tensors, and the lengths of lists of those. */
static bool same_value(const ts_arg *a, const void *x, const void *y) {
  switch ((ts_arg_kind)a->kind) {
    case TS_ARG_TENSOR: case TS_ARG_TENSOR_OPT: case TS_ARG_OPERAND: case TS_ARG_OPERAND_OPT: return true;
    case TS_ARG_LIST: case TS_ARG_LIST_OPT: return FIELD(const ts_list, x, a)->n == FIELD(const ts_list, y, a)->n;
    case TS_ARG_SCALAR: return same_scalar(FIELD(const ts_scalar, x, a), FIELD(const ts_scalar, y, a));
    case TS_ARG_INT: return *FIELD(const int64_t, x, a) == *FIELD(const int64_t, y, a);
    case TS_ARG_INT_OPT: case TS_ARG_BOOL_OPT: {
      const ts_opt_int *p = FIELD(const ts_opt_int, x, a), *q = FIELD(const ts_opt_int, y, a);
      return p->given == q->given && (!p->given || p->v == q->v);
    }
    case TS_ARG_FLOAT: return same_float(*FIELD(const double, x, a), *FIELD(const double, y, a));
    case TS_ARG_FLOAT_OPT: {
      const ts_opt_float *p = FIELD(const ts_opt_float, x, a), *q = FIELD(const ts_opt_float, y, a);
      return p->given == q->given && (!p->given || same_float(p->v, q->v));
    }
    case TS_ARG_BOOL: return *FIELD(const bool, x, a) == *FIELD(const bool, y, a);
    case TS_ARG_DTYPE: return *FIELD(const ts_dtype, x, a) == *FIELD(const ts_dtype, y, a);
    case TS_ARG_INTS: case TS_ARG_INTS_OPT: case TS_ARG_FLOATS: case TS_ARG_FLOATS_OPT: {
      const ts_ints *p = FIELD(const ts_ints, x, a), *q = FIELD(const ts_ints, y, a);
      return p->n == q->n && same_bytes(p->v, q->v, p->n * 8);
    }
    case TS_ARG_TEXT: case TS_ARG_TEXT_OPT: {
      const char *p = *FIELD(const char *const, x, a), *q = *FIELD(const char *const, y, a);
      return p == q || (p && q && strcmp(p, q) == 0);
    }
  }
  return false;
}

static bool same_values(const ts_tensor *x, const ts_tensor *y) {
  return x->dtype == y->dtype && ts_same_sizes(x, y) && same_bytes(ts_data(x), ts_data(y), x->numel * ts_itemsize((ts_dtype)x->dtype));
}

static bool same_slot(const ts_program *a, const ts_program *b, int32_t x, int32_t y) {
  if (x != y) return false;
  if (x < 0) return true;
  if (a->places[x].kind != b->places[x].kind) return false;
  if (a->places[x].kind != TS_SLOT_CONSTANT || a->live[x] == b->live[x]) return true;
  return a->live[x]->wrapped_number && b->live[x]->wrapped_number && same_values(a->live[x], b->live[x]);
}

static const char *name_of(const ts_step *s) { return s->op ? s->op->name : "tensor"; }

static bool same_step(const ts_program *a, const ts_program *b, int32_t k, char *reason) {
  const ts_step *x = a->steps[k], *y = b->steps[k];
  if (x->op != y->op) {
    snprintf(reason, TS_REASON, "call %d is %s, and %s in the next run", k + 1, name_of(x), name_of(y));
    return false;
  }
  if (!x->op) {
    if (same_values(x->literal, y->literal) && same_slot(a, b, x->outs[0], y->outs[0])) return true;
    snprintf(reason, TS_REASON, "call %d makes a tensor of other values in the next run", k + 1);
    return false;
  }
  int32_t at = 0;
  for (int i = 0; i < x->op->n_args; i++) {
    const ts_arg *arg = &x->op->args[i];
    /* The host says these anew before each run. */
    const bool live = x->n_numbers && x->n_numbers == y->n_numbers && (arg->kind == TS_ARG_FLOAT || arg->kind == TS_ARG_FLOATS);
    bool same = live || same_value(arg, x->args, y->args);
    int64_t n = arg->kind <= TS_ARG_OPERAND_OPT ? 1 : arg->kind == TS_ARG_LIST || arg->kind == TS_ARG_LIST_OPT ? FIELD(const ts_list, x->args, arg)->n : 0;
    for (int64_t j = 0; same && j < n; j++, at++) same = same_slot(a, b, x->refs[at], y->refs[at]);
    if (same) continue;
    snprintf(reason, TS_REASON, "argument '%s' of call %d, %s, is another in the next run", arg->name, k + 1, name_of(x));
    return false;
  }
  bool same = x->n_dest == y->n_dest && x->n_outs == y->n_outs;
  for (int32_t i = 0; same && i < x->n_dest; i++) same = same_slot(a, b, x->dest[i], y->dest[i]);
  for (int32_t i = 0; same && i < x->n_outs; i++) same = same_slot(a, b, x->outs[i], y->outs[i]);
  if (!same) snprintf(reason, TS_REASON, "call %d, %s, has other results in the next run", k + 1, name_of(x));
  return same;
}

bool ts_same_program(const ts_program *a, const ts_program *b, char *reason) {
  const int32_t n = a->n_steps < b->n_steps ? a->n_steps : b->n_steps;
  for (int32_t k = 0; k < n; k++)
    if (!same_step(a, b, k, reason)) return false;
  if (a->n_steps != b->n_steps) {
    snprintf(reason, TS_REASON, "%d calls, and %d in the next run", a->n_steps, b->n_steps);
    return false;
  }
  bool same = a->n_results == b->n_results && strcmp(a->layout, b->layout) == 0;
  for (int32_t i = 0; same && i < a->n_results; i++) same = a->results[i] == b->results[i];
  if (!same) snprintf(reason, TS_REASON, "it returns something else in the next run");
  return same;
}

/* ---- running ---- */

/* Constants as the host would find them: there, and looking as they did. */
static bool constants_stand(ts_cx *cx, const ts_program *p) {
  for (int32_t i = p->n_inputs; i < p->n_slots; i++) {
    const ts_place *place = &p->places[i];
    if (place->kind != TS_SLOT_CONSTANT || !place->handle) continue;
    const ts_slot *slot = ts_handle_slot(cx, place->handle);
    if (!slot || slot->tensor != p->live[i] || !ts_same_look(&place->look, p->live[i])) return false;
    if (place->asks_grad && (p->live[i]->grad != NULL) != place->had_grad) return false;
  }
  return true;
}

static bool takes(ts_cx *cx, const ts_program *p, ts_list inputs) {
  if (p->n_inputs != inputs.n || p->grad_mode != cx->grad_mode || p->inference_mode != cx->inference_mode || p->default_dtype != cx->default_dtype ||
      p->autocast != cx->autocast || p->running)
    return false;
  for (int32_t i = 0; i < p->n_inputs; i++) {
    const ts_place *place = &p->places[i];
    if ((!place->free && !p->broken && place->id != inputs.v[i]->id) || !ts_same_look(&place->look, inputs.v[i])) return false;
    if (place->asks_grad && (inputs.v[i]->grad != NULL) != place->had_grad) return false;
    for (int32_t j = 0; j < i; j++)
      if ((place->id == p->places[j].id) != (inputs.v[i] == inputs.v[j])) return false;
  }
  return p->broken || (p->ready && constants_stand(cx, p));
}

ts_program *ts_program_for(ts_cx *cx, ts_programs *set, ts_list inputs) {
  for (ts_program **at = &set->first; *at; at = &(*at)->next) {
    ts_program *p = *at;
    if (!takes(cx, p, inputs)) continue;
    *at = p->next;
    p->next = set->first;
    return set->first = p;
  }
  return NULL;
}

int32_t *ts_lifetimes(const ts_program *p, ts_step *const *steps, int32_t n_steps, const int32_t *results) {
  int32_t *last = ts_alloc_packed(((size_t)p->n_slots + 1) * sizeof *last), *first = ts_calloc(((size_t)n_steps + 1) * sizeof *first);
  int32_t *dying = ts_alloc_packed(((size_t)p->n_slots + 1) * sizeof *dying);
  const bool ok = last && first && dying;
  for (int32_t i = 0; ok && i < p->n_slots; i++) last[i] = -1;
  for (int32_t k = 0; ok && k < n_steps; k++) {
    const ts_step *s = steps[k];
    for (int32_t i = 0; i < s->n_refs; i++)
      if (s->refs[i] >= 0) last[s->refs[i]] = k;
    for (int32_t i = 0; i < s->n_dest; i++)
      if (s->dest[i] >= 0) last[s->dest[i]] = k;
    for (int32_t i = 0; i < s->n_outs; i++)
      if (s->outs[i] >= 0) last[s->outs[i]] = k;
    steps[k]->n_dying = 0;
  }
  for (int32_t i = 0; ok && i < p->n_results; i++) last[results[i]] = -1;
  for (int32_t i = 0; ok && i < p->n_slots; i++)
    if (p->places[i].kind == TS_SLOT_MADE && last[i] >= 0) steps[last[i]]->n_dying++;
  for (int32_t k = 0, at = 0; ok && k < n_steps; k++) {
    first[k] = at;
    at += steps[k]->n_dying;
  }
  for (int32_t i = 0; ok && i < p->n_slots; i++)
    if (p->places[i].kind == TS_SLOT_MADE && last[i] >= 0) dying[first[last[i]]++] = i;
  ts_free(last);
  ts_free(first);
  if (ok) return dying;
  ts_free(dying);
  return NULL;
}

static bool fill_buffers(ts_cx *cx, const ts_program *p, ts_run *run) {
  if (!(run->buffers = ts_calloc((size_t)p->n_buffers * sizeof *run->buffers))) return ts_fail(cx, TS_ERR_MEMORY, "out of memory");
  for (; run->n_buffers < p->n_buffers; run->n_buffers++)
    if (!(run->buffers[run->n_buffers] = ts_storage_new(cx, p->buffer_sizes[run->n_buffers]))) return false;
  return true;
}

ts_run *ts_run_take(ts_cx *cx, ts_program *p) {
  ts_run *run = p->idle;
  if (run) p->idle = run->next;
  else if (!(run = ts_calloc(sizeof *run)) || !(run->live = ts_calloc(((size_t)p->n_slots + 1) * sizeof *run->live))) {
    ts_free(run);
    ts_fail(cx, TS_ERR_MEMORY, "out of memory");
    return NULL;
  }
  memcpy(run->live, p->live, (size_t)p->n_slots * sizeof *run->live);
  if (run->n_buffers == p->n_buffers || fill_buffers(cx, p, run)) return run;
  ts_run_free(run);
  return NULL;
}

void ts_run_free(ts_run *run) {
  if (!run) return;
  for (int32_t i = 0; i < run->n_buffers; i++) ts_storage_release(run->buffers[i]);
  ts_free(run->buffers);
  ts_free(run->live);
  ts_free(run);
}

/* One is enough for calls that follow each other; others are there for jobs. */
void ts_run_keep(ts_program *p, ts_run *run) {
  enum { IDLE = 4 };
  int n = 0;
  for (const ts_run *r = p->idle; r; r = r->next) n++;
  if (n >= IDLE) {
    ts_run_free(run);
    return;
  }
  run->next = p->idle;
  p->idle = run;
}

void ts_run_clear(const ts_program *p, ts_run *run) {
  for (int32_t i = p->n_inputs; i < p->n_slots; i++) {
    if (p->places[i].kind != TS_SLOT_MADE || !run->live[i]) continue;
    ts_release(run->live[i]);
    run->live[i] = NULL;
  }
}

static void put(ts_run *run, int32_t slot, ts_tensor *t) {
  ts_tensor *old = run->live[slot];
  run->live[slot] = ts_retain(t);
  ts_release(old);
}

static bool run_step(ts_cx *cx, const ts_program *p, const ts_step *s, ts_run *run) {
  _Alignas(16) char args[512];
  enum { FEW = 64 };
  ts_tensor *few[FEW];
  ts_out out;
  if (s->run) return s->run(cx, s, run->live);
  if (!s->op) {
    const ts_tensor *from = s->literal;
    ts_tensor *t = ts_empty(cx, (ts_dtype)from->dtype, from->ndim, from->sizes);
    if (!t) return false;
    memcpy(ts_data(t), ts_data(from), (size_t)(from->numel * ts_itemsize((ts_dtype)from->dtype)));
    put(run, s->outs[0], t);
    return true;
  }
  memset(&out, 0, sizeof out);
  memcpy(args, s->args, s->op->args_size);
  const int32_t *ref = s->refs;
  ts_tensor **room = s->n_refs <= FEW ? few : ts_temp(cx, s->n_refs * (int64_t)sizeof *room);
  if (!room) return false;
  for (int i = 0; i < s->op->n_args; i++) {
    const ts_arg *a = &s->op->args[i];
    if (a->kind <= TS_ARG_OPERAND_OPT) {
      const int32_t slot = *ref++;
      *FIELD(ts_tensor *, args, a) = slot < 0 ? NULL : run->live[slot];
    } else if (a->kind == TS_ARG_LIST || a->kind == TS_ARG_LIST_OPT) {
      ts_list *list = FIELD(ts_list, args, a);
      if (list->n > 0) list->v = room;
      for (int64_t j = 0; j < list->n; j++, ref++) *room++ = *ref < 0 ? NULL : run->live[*ref];
    }
  }
  const double *number = p->numbers + s->numbers;
  for (int i = 0; s->n_numbers && i < s->op->n_args; i++) {
    const ts_arg *a = &s->op->args[i];
    if (a->kind == TS_ARG_FLOAT) {
      *FIELD(double, args, a) = *number++;
    } else if (a->kind == TS_ARG_FLOATS) {
      FIELD(ts_floats, args, a)->v = number;
      number += FIELD(ts_floats, args, a)->n;
    }
  }
  for (int32_t i = 0; i < s->n_dest; i++) out.t[i] = s->dest[i] < 0 ? NULL : run->live[s->dest[i]];
  if (!ts_dispatch(cx, s->op, args, &out)) return false;
  const bool list = s->op->ret == TS_RET_LIST;
  if (list && out.list.n != s->n_outs) return ts_fail(cx, TS_ERR_UNSUPPORTED, "gives %" PRId64 " tensors where %d were recorded", out.list.n, s->n_outs);
  for (int32_t i = 0; i < s->n_outs; i++)
    if (s->outs[i] >= 0 && p->places[s->outs[i]].kind == TS_SLOT_MADE) put(run, s->outs[i], list ? out.list.v[i] : out.t[i]);
  return true;
}

bool ts_script_run(ts_cx *cx, const ts_program *p, ts_run *run, const _Atomic bool *stop) {
  const int32_t *dying = p->script.dying;
  for (int32_t k = 0; k < p->script.n_steps; k++) {
    const ts_step *s = p->script.steps[k];
    if (stop && atomic_load_explicit(stop, memory_order_relaxed)) return ts_fail(cx, TS_ERR_UNSUPPORTED, "the run has been cancelled");
    const size_t mark = ts_scope_begin(cx);
    if (run->n_buffers && s->buffer >= 0) {
      cx->offer = run->buffers[s->buffer];
      cx->offer_bytes = s->buffer_bytes;
    }
    const bool ok = run_step(cx, p, s, run);
    cx->offer = NULL;
    ts_scope_end(cx, mark);
    if (!ok) return false;
    for (int32_t i = 0; i < s->n_dying; i++) put(run, *dying++, NULL);
  }
  return true;
}

bool ts_program_run(ts_cx *cx, ts_program *p, ts_list inputs, ts_list *results) {
  const bool grad_mode = cx->grad_mode, inference_mode = cx->inference_mode;
  const uint8_t autocast = cx->autocast, default_dtype = cx->default_dtype;
  const int calls = cx->n_calls;
  const char *outer = cx->op;
  results->n = p->n_results;
  results->v = ts_temp(cx, (int64_t)(p->n_results + 1) * (int64_t)sizeof *results->v);
  ts_run *run = results->v && (!p->prepare || p->prepare(cx, p)) ? ts_run_take(cx, p) : NULL;
  if (!run) return false;
  p->running = true;
  p->runs++;
  cx->n_calls = 0; /* errors name the op, as they do in the function itself */
  for (int32_t i = 0; i < p->n_inputs; i++) run->live[i] = inputs.v[i]; /* held by the call */
  bool ok = ts_script_run(cx, p, run, NULL);
  for (int32_t i = 0; i < p->n_results && ok; i++) ok = (results->v[i] = ts_scope_own(cx, ts_retain(run->live[p->script.results[i]]))) != NULL;
  ts_run_clear(p, run);
  ts_run_keep(p, run);
  if (!ok) {
    cx->grad_mode = grad_mode;
    cx->inference_mode = inference_mode;
    cx->autocast = autocast;
    cx->default_dtype = default_dtype;
  }
  cx->n_calls = calls;
  cx->op = outer;
  cx->replayed = p->number;
  p->running = false;
  if (p->doomed) ts_program_free(p);
  return ok;
}

void ts_program_free(ts_program *p) {
  if (!p) return;
  if (p->running || p->jobs > 0) {
    p->doomed = true;
    return;
  }
  if (p->free_plan) p->free_plan(p->plan);
  for (ts_run *run = p->idle, *next; run; run = next) {
    next = run->next;
    ts_run_free(run);
  }
  for (int32_t i = 0; i < p->n_steps; i++) ts_step_free(p->steps[i]);
  for (int32_t i = 0; i < p->n_slots; i++) {
    if (i >= p->n_inputs) ts_release(p->live[i]);
    ts_free(p->places[i].look.sizes);
  }
  ts_free(p->steps);
  ts_free(p->places);
  ts_free(p->live);
  ts_free(p->results);
  ts_free(p->dying);
  ts_free(p->layout);
  ts_free(p->buffer_sizes);
  ts_free(p->numbers);
  ts_free(p);
}

void ts_programs_free(ts_programs *set) {
  if (!set) return;
  for (ts_program *p = set->first, *next; p; p = next) {
    next = p->next;
    ts_program_free(p);
  }
  ts_free(set);
}
