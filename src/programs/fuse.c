/* Elementwise steps of one shape that feed each other become one step. A group is open until a step needs what it makes, or may
   change what it reads; it then runs there, so its steps may move down, past others that have nothing to do with them. */
#include <math.h>
#include <string.h>
#include "../core/alloc.h"
#include "../kernels/chain.h"
#include "plan.h"

enum { MAX_OPEN = 8 };

typedef struct {
  ts_step *step;  /* NULL: taken out */
  ts_trace trace;
} member;

typedef struct {
  member *members;
  int32_t n, cap;
  int n_links;
  int32_t shape; /* the slot whose look they all have */
} group;

typedef struct {
  ts_cx *cx;
  ts_program *p;
  ts_plan *plan;
  ts_step **out;
  int32_t n_out, cap_out;
  group open[MAX_OPEN];
  int n_open;
  ts_step **ahead; /* the step that is looked at, and those behind it */
  int32_t n_ahead;
} fusing;

typedef struct {
  ts_chain *chain;
  int16_t into[TS_CHAIN_OPERANDS];
  bool ends; /* it is an ending */
  ts_ending ending;
} chain_data;

static void free_data(void *data) {
  ts_chain_free(((chain_data *)data)->chain);
  ts_free(data);
}

static bool run_chain_step(ts_cx *cx, const ts_step *s, ts_tensor **live) {
  const chain_data *d = s->data;
  ts_tensor *in[TS_CHAIN_OPERANDS], *outs[TS_CHAIN_OPERANDS];
  for (int32_t i = 0; i < s->n_refs; i++) in[i] = live[s->refs[i]];
  for (int32_t o = 0; o < s->n_outs; o++) {
    ts_tensor *over = d->into[o] < 0 ? NULL : in[d->into[o]];
    outs[o] = over && over->refs == 1 && over->inference == cx->inference_mode && ts_chain_fits(d->chain, over) ? over : NULL;
  }
  if (!ts_chain_run(cx, d->chain, in, outs)) return false;
  for (int32_t o = 0; o < s->n_outs; o++) {
    ts_tensor *old = live[s->outs[o]];
    live[s->outs[o]] = ts_retain(outs[o]);
    ts_release(old);
  }
  return true;
}

int16_t *ts_plan_overwrites(const ts_step *s) { return s->run == run_chain_step ? ((chain_data *)s->data)->into : NULL; }

bool ts_plan_ending(const ts_program *p, const ts_step *s, ts_ending *ending) {
  if (s->run != run_chain_step || !((chain_data *)s->data)->ends) return false;
  *ending = ((chain_data *)s->data)->ending;
  return ending->a >= 0 && p->places[ending->a].kind == TS_SLOT_MADE;
}

/* ---- what may become a link ---- */

static bool usable(const ts_program *p, int32_t slot) {
  return slot >= 0 && p->places[slot].kind != TS_SLOT_DERIVED && !p->places[slot].depends;
}

static int64_t numel_of(const ts_look *look) {
  int64_t n = 1;
  for (int d = 0; d < look->ndim; d++) n *= look->sizes[d];
  return n;
}

static bool is_float(const ts_look *look) { return look->dtype == TS_FLOAT32 || look->dtype == TS_FLOAT64; }

/* A tensor that looks like a slot's and has no data, or (numbers) the constant itself. */
static ts_tensor *stand_in(ts_cx *cx, const ts_program *p, int32_t slot) {
  const ts_place *place = &p->places[slot];
  if (place->kind == TS_SLOT_CONSTANT && p->live[slot]->wrapped_number) return p->live[slot];
  const ts_look *look = &place->look;
  if (!cx->no_data && !(cx->no_data = ts_storage_new(cx, 0))) return NULL;
  return ts_over_storage(cx, cx->no_data, (ts_dtype)look->dtype, look->ndim, look->sizes, look->sizes + look->ndim, 0);
}

static bool makes_plain(const ts_program *p, const ts_step *s) {
  if (s->n_outs != 1 || s->outs[0] < 0 || s->n_dest || p->places[s->outs[0]].kind != TS_SLOT_MADE || !usable(p, s->outs[0])) return false;
  const ts_look *out = &p->places[s->outs[0]].look;
  return is_float(out) && !out->requires_grad && numel_of(out) > 0;
}

static bool trace_norm(const ts_program *p, const ts_step *s, ts_trace *trace) {
  if (!ts_plan_is_norm(p, s) || !makes_plain(p, s) || !usable(p, s->refs[0]) || p->places[s->refs[0]].look.dtype != p->places[s->outs[0]].look.dtype) return false;
  const ts_dtype dtype = (ts_dtype)p->places[s->outs[0]].look.dtype;
  *trace = (ts_trace){.dtype = dtype, .n_links = 2, .n_values = 5, .result = 4};
  for (int i = 0; i < 5; i++) trace->values[i].kind = i < 3 ? TS_VALUE_TENSOR : TS_VALUE_MADE;
  trace->links[0] = (ts_link){.loop = ts_loops.binary[TS_BIN_MUL][dtype], .n = 2, .in = {0, 1}, .out = 3};
  trace->links[1] = (ts_link){.loop = ts_loops.binary[TS_BIN_ADD][dtype], .n = 2, .in = {3, 2}, .out = 4};
  return true;
}

static bool trace_step(ts_cx *cx, const ts_program *p, const ts_step *s, ts_trace *trace) {
  _Alignas(16) char args[512];
  ts_tensor *given[TS_MAX_ARGS];
  if (!s->op || !(s->op->flags & TS_OP_FUSABLE) || !makes_plain(p, s) || s->n_refs > TS_MAX_ARGS) return false;
  if (s->op->flags & TS_OP_INPLACE && s->outs[0] == s->refs[0]) return false;
  const ts_look *out = &p->places[s->outs[0]].look;
  memcpy(args, s->args, s->op->args_size);
  int32_t at = 0;
  for (int i = 0; i < s->op->n_args; i++) {
    const ts_arg *a = &s->op->args[i];
    if (a->kind == TS_ARG_LIST || a->kind == TS_ARG_LIST_OPT) return false;
    if (a->kind > TS_ARG_OPERAND_OPT) continue;
    const int32_t slot = s->refs[at];
    if (slot >= 0 && !usable(p, slot)) return false;
    given[at] = slot < 0 ? NULL : stand_in(cx, p, slot);
    if (slot >= 0 && !given[at]) return false;
    *(ts_tensor **)(args + a->offset) = given[at++];
  }
  if (!ts_trace_op(cx, s->op, args, (ts_dtype)out->dtype, given, at, trace)) return false;
  const ts_tensor *made = trace->values[trace->result].t;
  return made->ndim == out->ndim && memcmp(made->sizes, out->sizes, out->ndim * sizeof *out->sizes) == 0;
}

/* ---- groups ---- */

static bool emit(fusing *f, ts_step *s) {
  if (!ts_plan_grow(&f->out, &f->cap_out, f->n_out + 1, sizeof *f->out)) return false;
  f->out[f->n_out++] = s;
  return true;
}

static int32_t makes(const group *g, int32_t slot) {
  for (int32_t m = 0; m < g->n; m++)
    if (g->members[m].step->outs[0] == slot) return m;
  return -1;
}

/* Whether a slot is wanted by others than the group's steps. */
static bool leaves(const fusing *f, int32_t slot) {
  for (int32_t i = 0; i < f->p->n_results; i++)
    if (f->plan->results[i] == slot) return true;
  for (int32_t k = 0; k < f->n_ahead; k++) {
    for (int32_t i = 0; i < f->ahead[k]->n_refs; i++)
      if (f->ahead[k]->refs[i] == slot) return true;
    for (int32_t i = 0; i < f->ahead[k]->n_dest; i++)
      if (f->ahead[k]->dest[i] == slot) return true;
  }
  return false;
}

/* Whether a group is an addition of two tensors of its shape, a clamp, or both. */
static bool ends_plainly(const ts_program *p, const group *g, ts_ending *e) {
  *e = (ts_ending){-1, -1, false, -INFINITY, INFINITY};
  for (int32_t m = 0; m < g->n; m++) {
    const ts_trace *t = &g->members[m].trace;
    const ts_step *s = g->members[m].step;
    const ts_link *link = &t->links[0];
    if (t->n_links != 1 || ts_plan_is_norm(p, s) || (m > 0 && s->refs[link->in[0]] != g->members[m - 1].step->outs[0])) return false;
    if (link->loop == ts_loops.binary[TS_BIN_ADD][t->dtype]) {
      if (m > 0 || t->values[link->in[0]].kind != TS_VALUE_TENSOR || t->values[link->in[1]].kind != TS_VALUE_TENSOR) return false;
      e->a = s->refs[link->in[0]];
      e->b = s->refs[link->in[1]];
      if (e->a == e->b || !ts_plan_same_look(&p->places[e->a].look, &p->places[g->shape].look) || !ts_plan_same_look(&p->places[e->b].look, &p->places[g->shape].look)) return false;
      continue;
    }
    const bool relu = link->loop == ts_loops.unary[TS_UN_RELU][t->dtype], clamp = link->loop == ts_loops.unary[TS_UN_CLAMP][t->dtype];
    if ((!relu && !clamp) || e->clamp || t->values[link->in[0]].kind != TS_VALUE_TENSOR) return false;
    if (m == 0) e->a = s->refs[link->in[0]];
    e->clamp = true;
    e->low = relu ? 0 : link->params[0].f;
    e->high = relu ? INFINITY : link->params[1].f;
  }
  return true;
}

static bool name_chain(ts_plan *plan, const group *g) {
  if (g->n < 2) return true;
  for (int32_t m = 0; m < g->n; m++) {
    const char *name = g->members[m].step->op->name;
    const size_t n = strlen(name);
    if (plan->n_names + n + 2 > plan->cap_names) {
      char *fresh = ts_realloc(plan->names, plan->cap_names, 2 * plan->cap_names + n + 64);
      if (!fresh) return false;
      plan->names = fresh;
      plan->cap_names = 2 * plan->cap_names + n + 64;
    }
    if (plan->n_names) plan->names[plan->n_names++] = m ? '+' : ' ';
    memcpy(plan->names + plan->n_names, name, n + 1);
    plan->n_names += n;
  }
  return true;
}

static int add_value(ts_chain_plan *c, ts_value_kind kind, double number) {
  if (c->n_values == TS_CHAIN_VALUES) return -1;
  c->values[c->n_values].kind = kind;
  c->values[c->n_values].number = number;
  c->values[c->n_values].input = c->values[c->n_values].output = -1;
  c->values[c->n_values].same = false;
  return c->n_values++;
}

/* The chain of a group, or NULL; refs and outs get its operands. */
static ts_chain *chain_of(const fusing *f, const group *g, const int32_t (*norms)[2], int32_t *refs, int32_t *outs, int *n_refs, int *n_outs, int16_t *into) {
  const ts_look *shape = &f->p->places[g->shape].look;
  ts_chain_plan *c = ts_calloc(sizeof *c);
  int32_t slots[TS_CHAIN_VALUES];
  bool ok = c != NULL;
  if (!c) return NULL;
  c->dtype = (ts_dtype)shape->dtype;
  c->ndim = shape->ndim;
  c->sizes = shape->sizes;
  c->strides = shape->sizes + shape->ndim;
  for (int32_t m = 0; m < g->n && ok; m++) {
    const member *me = &g->members[m];
    int number[TS_CHAIN_VALUES];
    for (int v = 0; v < me->trace.n_values && ok; v++) {
      int at = -1;
      if (me->trace.values[v].kind == TS_VALUE_TENSOR) {
        const int32_t slot = v > 0 && norms[m][0] >= 0 ? norms[m][v - 1] : me->step->refs[v];
        for (int k = 0; k < c->n_values && at < 0; k++)
          if (slots[k] == slot) at = k;
        if (at < 0 && slot >= 0) {
          if (c->n_inputs == TS_CHAIN_OPERANDS || (at = add_value(c, TS_VALUE_TENSOR, 0)) < 0) ok = false;
          else {
            slots[at] = slot;
            refs[c->n_inputs] = slot;
            c->values[at].same = f->p->places[slot].kind != TS_SLOT_DERIVED && ts_plan_same_look(&f->p->places[slot].look, shape);
            c->values[at].input = (int16_t)c->n_inputs++;
          }
        }
      } else if ((at = add_value(c, me->trace.values[v].kind, me->trace.values[v].number)) >= 0) {
        slots[at] = v == me->trace.result ? me->step->outs[0] : -2;
      } else ok = false;
      number[v] = at;
    }
    for (int k = 0; k < me->trace.n_links && ok; k++) {
      if (!(ok = c->n_links < TS_CHAIN_LINKS)) break;
      ts_link *link = &c->links[c->n_links++];
      *link = me->trace.links[k];
      for (int i = 0; i < link->n; i++) link->in[i] = (int16_t)number[link->in[i]];
      link->out = (int16_t)number[link->out];
    }
    if (ok && leaves(f, me->step->outs[0])) {
      if (c->n_outputs == TS_CHAIN_OPERANDS) ok = false;
      else {
        outs[c->n_outputs] = me->step->outs[0];
        c->values[number[me->trace.result]].output = (int16_t)c->n_outputs++;
      }
    }
  }
  ts_chain *chain = ok && c->n_outputs ? ts_chain_new(c, into) : NULL;
  *n_refs = c->n_inputs;
  *n_outs = c->n_outputs;
  ts_free(c);
  return chain;
}

static bool fuse_group(fusing *f, const group *g, ts_step **made) {
  int32_t refs[TS_CHAIN_OPERANDS], outs[TS_CHAIN_OPERANDS];
  int32_t(*norms)[2] = ts_alloc_packed((size_t)g->n * sizeof *norms);
  int n_refs, n_outs;
  *made = NULL;
  if (!norms) return false;
  for (int32_t m = 0; m < g->n; m++) {
    norms[m][0] = norms[m][1] = -1;
    if (!ts_plan_is_norm(f->p, g->members[m].step)) continue;
    const ts_derived *d = ts_plan_norm(f->p, f->plan, g->members[m].step);
    if (!d) {
      ts_free(norms);
      return false;
    }
    norms[m][0] = d->factor;
    norms[m][1] = d->bias;
  }
  chain_data *data = ts_calloc(sizeof *data);
  if (data && (data->chain = chain_of(f, g, (const int32_t(*)[2])norms, refs, outs, &n_refs, &n_outs, data->into)) != NULL) {
    ts_step *s = ts_plan_step(NULL, n_refs, n_outs);
    if (s) {
      memcpy(s->refs, refs, (size_t)n_refs * sizeof *refs);
      memcpy(s->outs, outs, (size_t)n_outs * sizeof *outs);
      s->run = run_chain_step;
      s->data = data;
      s->free_data = free_data;
      data->ends = n_outs == 1 && outs[0] == g->members[g->n - 1].step->outs[0] && ends_plainly(f->p, g, &data->ending);
      data = NULL;
      *made = s;
    }
  }
  if (data) free_data(data);
  ts_free(norms);
  return !*made || name_chain(f->plan, g);
}

static bool close_group(fusing *f, int at) {
  group g = f->open[at];
  memmove(f->open + at, f->open + at + 1, (size_t)(--f->n_open - at) * sizeof g);
  if (g.n == 0) return true; /* opened, then there was no memory */
  ts_step *fused = NULL;
  /* A single call gains too: it may overwrite what it reads. */
  bool ok = (g.n < 2 && ts_plan_is_norm(f->p, g.members[0].step)) || fuse_group(f, &g, &fused);
  if (fused) {
    for (int32_t m = 0; m < g.n; m++) ts_step_free(g.members[m].step);
    if (!emit(f, fused)) {
      ts_step_free(fused);
      ok = false;
    }
  } else {
    for (int32_t m = 0; m < g.n; m++)
      if (!emit(f, g.members[m].step)) {
        ts_step_free(g.members[m].step);
        ok = false;
      }
  }
  ts_free(g.members);
  return ok;
}

static bool close_all(fusing *f) {
  bool ok = true;
  while (f->n_open) ok = close_group(f, 0) && ok;
  return ok;
}

static int open_with(const fusing *f, int32_t slot) {
  for (int i = 0; i < f->n_open; i++)
    if (makes(&f->open[i], slot) >= 0) return i;
  return -1;
}

/* Counts a slot that is new among those seen. */
static int see(int32_t *seen, int n, int room, int32_t slot) {
  for (int k = 0; k < n; k++)
    if (seen[k] == slot) return n;
  if (n < room) seen[n++] = slot;
  return n;
}

/* How many operands the group would have with this step. */
static int operands_with(const ts_program *p, const group *g, const ts_step *s) {
  enum { ROOM = 64 };
  int32_t seen[ROOM];
  int n = 0, norms = 0;
  for (int32_t m = 0; m <= g->n; m++) {
    const ts_step *step = m < g->n ? g->members[m].step : s;
    const bool norm = ts_plan_is_norm(p, step);
    norms += norm;
    for (int32_t i = 0; i < (norm ? 1 : step->n_refs); i++) {
      const int32_t slot = step->refs[i];
      if (slot < 0 || makes(g, slot) >= 0 || (p->places[slot].kind == TS_SLOT_CONSTANT && p->live[slot]->wrapped_number)) continue;
      n = see(seen, n, ROOM, slot);
    }
  }
  return n + 2 * norms;
}

static bool join_group(fusing *f, ts_step *s, const ts_trace *trace) {
  const ts_look *look = &f->p->places[s->outs[0]].look;
  int into = -1;
  bool ok = true;
  for (int32_t i = 0; i < s->n_refs && ok; i++) {
    const int at = s->refs[i] < 0 ? -1 : open_with(f, s->refs[i]);
    if (at < 0 || at == into) continue;
    group *g = &f->open[at];
    const bool fits = ts_plan_same_look(&f->p->places[g->shape].look, look) && g->n_links + trace->n_links <= TS_CHAIN_LINKS - 8 && operands_with(f->p, g, s) < TS_CHAIN_OPERANDS - 1;
    if (into < 0 && fits) {
      into = at;
      continue;
    }
    ok = close_group(f, at);
    if (into > at) into--;
  }
  if (ok && into < 0) {
    if (f->n_open == MAX_OPEN) ok = close_group(f, 0);
    into = f->n_open++;
    f->open[into] = (group){.shape = s->outs[0]};
  }
  group *g = ok ? &f->open[into] : NULL;
  if (!g || !ts_plan_grow(&g->members, &g->cap, g->n + 1, sizeof *g->members)) {
    ts_step_free(s);
    return false;
  }
  g->members[g->n++] = (member){s, *trace};
  g->n_links += trace->n_links;
  return true;
}

bool ts_plan_is_barrier(const ts_step *s) {
  return s->n_dest || s->writes || (s->op && s->op->flags & (TS_OP_SYSTEM | TS_OP_INPLACE | TS_OP_RESHAPES));
}

bool ts_plan_fuse(ts_cx *cx, ts_program *p, ts_plan *plan) {
  fusing f = {.cx = cx, .p = p, .plan = plan};
  ts_trace *trace = ts_calloc(sizeof *trace);
  bool ok = trace != NULL;
  for (int32_t k = 0; k < plan->n_steps && ok; k++) {
    ts_step *s = plan->steps[k];
    f.ahead = plan->steps + k;
    f.n_ahead = plan->n_steps - k;
    const size_t mark = ts_scope_begin(cx);
    const bool links = trace_step(cx, p, s, trace) || trace_norm(p, s, trace);
    ts_scope_end(cx, mark);
    ts_clear_error(cx);
    if (links) {
      ok = join_group(&f, s, trace);
      plan->steps[k] = NULL;
      continue;
    }
    if (ts_plan_is_barrier(s)) ok = close_all(&f);
    for (int32_t i = 0; i < s->n_refs && ok; i++) {
      const int at = s->refs[i] < 0 ? -1 : open_with(&f, s->refs[i]);
      if (at >= 0) ok = close_group(&f, at);
    }
    if (!ok) break;
    plan->steps[k] = NULL;
    if (!emit(&f, s)) {
      ts_step_free(s);
      ok = false;
    }
  }
  f.n_ahead = 0;
  ok = close_all(&f) && ok;
  ts_free(trace);
  if (!ok) { /* what is left of both lists goes with the plan */
    for (int32_t i = 0; i < f.n_out; i++) ts_step_free(f.out[i]);
    ts_free(f.out);
    return false;
  }
  ts_free(plan->steps);
  plan->steps = f.out;
  plan->cap_steps = f.cap_out;
  plan->n_steps = f.n_out;
  return true;
}
