#include "chain.h"
#include <string.h>
#include "../core/alloc.h"

/* ---- tracing ---- */

static int value_of(ts_trace *trace, const ts_tensor *t) {
  for (int i = trace->n_values - 1; i >= 0; i--)
    if (trace->values[i].t == t) return i;
  return -1;
}

static int new_value(ts_trace *trace, ts_value_kind kind, const ts_tensor *t, double number) {
  if (trace->n_values == TS_CHAIN_VALUES) {
    trace->failed = true;
    return -1;
  }
  trace->values[trace->n_values].kind = kind;
  trace->values[trace->n_values].t = t;
  trace->values[trace->n_values].number = number;
  return trace->n_values++;
}

static double number_of(const ts_tensor *t) { return ts_read_scalar(t, ts_data(t)).f; }

bool ts_trace_call(ts_cx *cx, ts_loop loop, ts_dtype dtype, ts_tensor *const *in, int n, bool dense, const ts_scalar *params, int n_params, ts_out *out) {
  ts_trace *trace = cx->trace;
  ts_link *link = &trace->links[trace->n_links];
  int ndim = 0;
  int64_t sizes[TS_MAX_DIM], strides[TS_MAX_DIM];
  const int room = (int)(sizeof trace->links / sizeof *trace->links);
  if (dtype != trace->dtype || !loop || trace->n_links == room) trace->failed = true;
  if (trace->failed) return ts_fail(cx, TS_ERR_UNSUPPORTED, "no chain");
  *link = (ts_link){.loop = loop, .dense = dense, .n = (uint8_t)n, .has_params = params != NULL};
  if (params) memcpy(link->params, params, (size_t)n_params * sizeof *params);
  for (int i = 0; i < n; i++) {
    int v = value_of(trace, in[i]);
    if (v < 0 && in[i]->wrapped_number && !ts_is_complex((ts_dtype)in[i]->dtype)) v = new_value(trace, TS_VALUE_NUMBER, in[i], number_of(in[i]));
    if (v < 0 || (trace->values[v].kind != TS_VALUE_NUMBER && in[i]->dtype != dtype)) trace->failed = true;
    if (trace->failed || !ts_broadcast_sizes(cx, ndim, sizes, in[i]->ndim, in[i]->sizes, &ndim, sizes)) return ts_fail(cx, TS_ERR_UNSUPPORTED, "no chain");
    link->in[i] = (int16_t)v;
  }
  if (!cx->no_data && !(cx->no_data = ts_storage_new(cx, 0))) return false;
  ts_contiguous_strides(ndim, sizes, strides);
  ts_tensor *made = ts_over_storage(cx, cx->no_data, dtype, ndim, sizes, strides, 0);
  if (!made) return false;
  link->out = (int16_t)new_value(trace, TS_VALUE_MADE, made, 0);
  trace->n_links++;
  out->t[0] = made;
  return !trace->failed;
}

bool ts_trace_op(ts_cx *cx, const ts_op *op, const void *args, ts_dtype dtype, ts_tensor *const *given, int n_given, ts_trace *trace) {
  _Alignas(16) char copy[512];
  ts_out out;
  memset(&out, 0, sizeof out);
  memcpy(copy, args, op->args_size);
  trace->dtype = dtype;
  trace->failed = false;
  trace->n_links = trace->n_values = 0;
  for (int i = 0; i < n_given; i++) {
    const ts_tensor *t = given[i];
    const bool number = t && t->wrapped_number;
    if (number && ts_is_complex((ts_dtype)t->dtype)) return false;
    if (t && !number && t->dtype != dtype) return false; /* a conversion would read it */
    /* x ** 1 is a copy, which is no loop. */
    if (number && strcmp(op->name, "pow") == 0 && number_of(t) == 1) return false;
    if (new_value(trace, number ? TS_VALUE_NUMBER : TS_VALUE_TENSOR, t, number ? number_of(t) : 0) < 0) return false;
  }
  const bool grad_mode = cx->grad_mode;
  cx->grad_mode = false;
  cx->trace = trace;
  const bool ok = op->impl(cx, copy, &out);
  cx->trace = NULL;
  cx->grad_mode = grad_mode;
  ts_clear_error(cx);
  if (!ok || trace->failed || !trace->n_links || !out.t[0] || out.t[0]->dtype != dtype) return false;
  trace->result = value_of(trace, out.t[0]);
  return trace->result >= n_given && trace->values[trace->result].kind == TS_VALUE_MADE;
}

/* ---- chains ---- */

enum { BLOCK_BYTES = 4096, GRAIN = 32768, DENSE_COST = 3, NUMBER_BYTES = 64 };

/* Where a value lies while a block is computed. */
typedef enum { AT_OPERAND, AT_ROOM, AT_NUMBER } place;

struct ts_chain {
  ts_dtype dtype;
  int ndim, n_values, n_links, n_inputs, n_outputs;
  int64_t grain;
  int64_t *sizes, *strides;
  struct { place at; int16_t number; } values[TS_CHAIN_VALUES];
  /* Of inputs: the room for those that are not dense, or -1; whether a loop wants them dense. */
  int16_t room[TS_CHAIN_OPERANDS];
  bool dense[TS_CHAIN_OPERANDS];
  ts_link links[TS_CHAIN_LINKS];
  char *numbers; /* a block of those that a loop wants dense, else one element */
};

/* Where the numbers lie, in steps of NUMBER_BYTES; equal ones in one place. The answer is how many steps there are, or -1. */
static int place_numbers(ts_chain *c, const ts_chain_plan *plan) {
  int at = 0;
  for (int v = 0; v < plan->n_values; v++) {
    if (plan->values[v].kind != TS_VALUE_NUMBER) continue;
    bool dense = false;
    for (int k = 0; k < plan->n_links; k++)
      for (int i = 0; i < plan->links[k].n; i++)
        dense |= plan->links[k].dense && memcmp(&plan->values[plan->links[k].in[i]].number, &plan->values[v].number, sizeof(double)) == 0;
    c->values[v].at = AT_NUMBER;
    c->values[v].number = -1;
    for (int w = 0; w < v && c->values[v].number < 0; w++)
      if (c->values[w].at == AT_NUMBER && memcmp(&plan->values[w].number, &plan->values[v].number, sizeof(double)) == 0) c->values[v].number = c->values[w].number;
    if (c->values[v].number >= 0) continue;
    c->values[v].number = (int16_t)at;
    at += dense ? BLOCK_BYTES / NUMBER_BYTES : 1;
  }
  if (at && !(c->numbers = ts_alloc((size_t)at * NUMBER_BYTES))) return -1;
  for (int v = 0; v < plan->n_values; v++) {
    if (c->values[v].at != AT_NUMBER) continue;
    const double x = plan->values[v].number;
    char *to = c->numbers + c->values[v].number * NUMBER_BYTES;
    int64_t bytes = NUMBER_BYTES;
    for (int k = 0; k < plan->n_links; k++)
      for (int i = 0; i < plan->links[k].n; i++)
        if (plan->links[k].dense && c->values[plan->links[k].in[i]].at == AT_NUMBER && c->values[plan->links[k].in[i]].number == c->values[v].number) bytes = BLOCK_BYTES;
    for (int64_t k = 0; k < bytes / ts_itemsize(plan->dtype); k++) {
      if (plan->dtype == TS_FLOAT64) ((double *)to)[k] = x;
      else ((float *)to)[k] = (float)x;
    }
  }
  return at;
}

/* Rooms for what is made inside, each free again after its last use. */
static bool give_rooms(ts_chain *c, const ts_chain_plan *plan, int *n_rooms) {
  int last[TS_CHAIN_VALUES], owner[TS_CHAIN_ROOMS];
  for (int r = 0; r < TS_CHAIN_ROOMS; r++) owner[r] = -1;
  for (int v = 0; v < plan->n_values; v++) last[v] = -1;
  for (int k = 0; k < plan->n_links; k++) {
    for (int i = 0; i < plan->links[k].n; i++) last[plan->links[k].in[i]] = k;
    if (last[plan->links[k].out] < k) last[plan->links[k].out] = k;
  }
  for (int k = 0; k < plan->n_links; k++) {
    const int v = plan->links[k].out;
    if (c->values[v].at == AT_ROOM) {
      int r = *n_rooms;
      while (r < TS_CHAIN_ROOMS && owner[r] >= 0) r++;
      if (r == TS_CHAIN_ROOMS) return false;
      owner[r] = v;
      c->values[v].number = (int16_t)r;
    }
    for (int r = 0; r < TS_CHAIN_ROOMS; r++)
      if (owner[r] >= 0 && last[owner[r]] <= k) owner[r] = -1;
  }
  return true;
}

void ts_chain_free(void *chain) {
  ts_chain *c = chain;
  if (!c) return;
  ts_free(c->numbers);
  ts_free(c->sizes);
  ts_free(c);
}

ts_chain *ts_chain_new(const ts_chain_plan *plan, int16_t *into) {
  if (plan->n_outputs + plan->n_inputs > TS_CHAIN_OPERANDS || plan->n_links > TS_CHAIN_LINKS) return NULL;
  ts_chain *c = ts_calloc(sizeof *c);
  if (!c) return NULL;
  int n_rooms = 0, cost = 0;
  c->dtype = plan->dtype;
  c->ndim = plan->ndim;
  c->n_values = plan->n_values;
  c->n_links = plan->n_links;
  c->n_inputs = plan->n_inputs;
  c->n_outputs = plan->n_outputs;
  memcpy(c->links, plan->links, (size_t)plan->n_links * sizeof *plan->links);
  bool ok = (c->sizes = ts_alloc_packed((2 * (size_t)plan->ndim + 1) * sizeof *c->sizes)) != NULL;
  if (ok) {
    c->strides = c->sizes + plan->ndim;
    memcpy(c->sizes, plan->sizes, (size_t)plan->ndim * sizeof *c->sizes);
    memcpy(c->strides, plan->strides, (size_t)plan->ndim * sizeof *c->sizes);
  }
  for (int v = 0; v < plan->n_values; v++) {
    if (plan->values[v].kind == TS_VALUE_NUMBER) continue;
    if (plan->values[v].output >= 0) {
      c->values[v].number = plan->values[v].output;
    } else if (plan->values[v].input >= 0) {
      c->values[v].number = (int16_t)(plan->n_outputs + plan->values[v].input);
      c->room[plan->values[v].input] = -1;
      if (!plan->values[v].same) {
        if (n_rooms == TS_CHAIN_ROOMS) ok = false;
        else c->room[plan->values[v].input] = (int16_t)n_rooms++;
      }
    } else {
      c->values[v].at = AT_ROOM;
    }
  }
  for (int k = 0; k < plan->n_links; k++) {
    const ts_link *link = &plan->links[k];
    cost += link->dense ? DENSE_COST : 1;
    for (int i = 0; i < link->n; i++)
      if (link->dense && plan->values[link->in[i]].input >= 0) c->dense[plan->values[link->in[i]].input] = true;
  }
  c->grain = GRAIN * 2 / (cost + 1) > 4096 ? GRAIN * 2 / (cost + 1) : 4096;
  ok = ok && give_rooms(c, plan, &n_rooms) && place_numbers(c, plan) >= 0;
  /* An output may lie over an input that nothing reads after it is written. */
  for (int o = 0; o < plan->n_outputs; o++) into[o] = -1;
  for (int v = 0; ok && v < plan->n_values; v++) {
    if (plan->values[v].input < 0 || !plan->values[v].same) continue;
    int last = -1;
    for (int k = 0; k < plan->n_links; k++)
      for (int i = 0; i < plan->links[k].n; i++)
        if (plan->links[k].in[i] == v) last = k;
    for (int k = plan->n_links - 1; k >= 0 && k >= last; k--) {
      const int o = plan->values[plan->links[k].out].output;
      if (o < 0 || into[o] >= 0) continue;
      into[o] = plan->values[v].input;
      break;
    }
  }
  if (ok) return c;
  ts_chain_free(c);
  return NULL;
}

static void run_block(const ts_chain *c, char *const *q, const int64_t *steps, int64_t n) {
  for (int k = 0; k < c->n_links; k++) {
    const ts_link *link = &c->links[k];
    char *p[4] = {q[link->out]};
    int64_t s[4] = {steps[link->out]};
    for (int i = 0; i < link->n; i++) {
      p[i + 1] = q[link->in[i]];
      s[i + 1] = !link->dense && c->values[link->in[i]].at == AT_NUMBER ? 0 : steps[link->in[i]];
    }
    link->loop(p, s, n, link->has_params ? link->params : NULL);
  }
}

static void run_chain(char *const *p, const int64_t *s, int64_t n, const void *params) {
  const ts_chain *c = params;
  const int64_t item = ts_itemsize(c->dtype), block = BLOCK_BYTES / item;
  _Alignas(64) char rooms[TS_CHAIN_ROOMS][BLOCK_BYTES];
  const ts_loop copy = ts_loops.cast[c->dtype][c->dtype];
  char *q[TS_CHAIN_VALUES];
  int64_t steps[TS_CHAIN_VALUES];
  bool copies[TS_CHAIN_OPERANDS] = {false}, dense = true;
  for (int o = 0; o < c->n_outputs; o++) dense = dense && s[o] == item;
  for (int i = 0; i < c->n_inputs; i++) dense = dense && (c->room[i] >= 0 || s[c->n_outputs + i] == item);
  if (!dense && n > 1) { /* not as it was planned, which is rare: element by element */
    char *at[TS_CHAIN_OPERANDS];
    int64_t single[TS_CHAIN_OPERANDS];
    for (int k = 0; k < c->n_outputs + c->n_inputs; k++) single[k] = item;
    for (int64_t i = 0; i < n; i++) {
      for (int k = 0; k < c->n_outputs + c->n_inputs; k++) at[k] = p[k] + i * s[k];
      run_chain(at, single, 1, params);
    }
    return;
  }
  for (int i = 0; i < c->n_inputs; i++) {
    const int64_t step = s[c->n_outputs + i];
    if (step == item || n == 1 || c->room[i] < 0) continue;
    if (step == 0 && !c->dense[i]) continue;
    if (step == 0) ts_spread(copy, item, rooms[c->room[i]], p[c->n_outputs + i], n < block ? n : block);
    copies[i] = true;
  }
  for (int v = 0; v < c->n_values; v++) {
    const int number = c->values[v].number;
    steps[v] = item;
    switch (c->values[v].at) {
      case AT_ROOM: q[v] = rooms[number]; break;
      case AT_NUMBER: q[v] = c->numbers + number * NUMBER_BYTES; break;
      case AT_OPERAND:
        q[v] = p[number];
        if (number < c->n_outputs) break;
        if (copies[number - c->n_outputs]) q[v] = rooms[c->room[number - c->n_outputs]];
        else steps[v] = s[number];
    }
  }
  for (int64_t at = 0; at < n; at += block) {
    const int64_t m = n - at < block ? n - at : block;
    for (int v = 0; v < c->n_values; v++) {
      if (c->values[v].at != AT_OPERAND) continue;
      const int number = c->values[v].number, i = number - c->n_outputs;
      if (i < 0 || !copies[i]) q[v] = p[number] + at * s[number];
      else if (s[number]) copy((char *const[]){rooms[c->room[i]], p[number] + at * s[number]}, (const int64_t[]){item, s[number]}, m, NULL);
    }
    run_block(c, q, steps, m);
  }
}

bool ts_chain_fits(const ts_chain *c, const ts_tensor *t) {
  return !t->is_view && t->dtype == c->dtype && t->ndim == c->ndim && memcmp(t->sizes, c->sizes, (size_t)c->ndim * sizeof *c->sizes) == 0 &&
         memcmp(t->strides, c->strides, (size_t)c->ndim * sizeof *c->strides) == 0;
}

bool ts_chain_run(ts_cx *cx, const ts_chain *c, ts_tensor *const *in, ts_tensor **outs) {
  ts_tensor *operands[TS_CHAIN_OPERANDS];
  for (int o = 0; o < c->n_outputs; o++) {
    if (!outs[o] && !(outs[o] = ts_empty_strided(cx, c->dtype, c->ndim, c->sizes, c->strides))) return false;
    operands[o] = outs[o];
  }
  memcpy(operands + c->n_outputs, in, (size_t)c->n_inputs * sizeof *in);
  ts_iter it;
  ts_iter_init(&it, c->n_outputs + c->n_inputs, operands, c->ndim, c->sizes);
  ts_iter_run(&it, run_chain, c, c->grain);
  return true;
}
