/* Reverse accumulation: nodes run in order of decreasing sequence number once every gradient that flows into them has
   arrived. State of a run lives outside the nodes, so that hooks may start runs of their own. Nothing recurses. */
#include "engine.h"
#include <inttypes.h>
#include <string.h>
#include "../core/alloc.h"
#include "../gen/ops.h"

typedef struct {
  ts_node *node;
  int32_t waiting;    /* edges into it that have not delivered */
  bool needed, ready;
  ts_tensor **grads;  /* [n_out], retained */
} task;

typedef struct {
  ts_cx *cx;
  task *tasks;        /* in order of discovery */
  size_t n, cap;
  uint32_t *table;    /* hash: task index + 1 by node */
  size_t table_size;
  uint32_t *heap;     /* ready tasks, highest sequence first */
  size_t n_heap;
} run;

static size_t hash(const ts_node *n) { return (size_t)(((uintptr_t)n >> 4) * (uint64_t)0x9E3779B97F4A7C15u >> 20); }

static bool no_memory(run *r) { return ts_fail(r->cx, TS_ERR_MEMORY, "out of memory in backward"); }

static uint32_t *slot_of(run *r, const ts_node *node) {
  size_t mask = r->table_size - 1, at = hash(node) & mask;
  while (r->table[at] && r->tasks[r->table[at] - 1].node != node) at = (at + 1) & mask;
  return &r->table[at];
}

static task *find(run *r, const ts_node *node) {
  uint32_t i = *slot_of(r, node);
  return i ? &r->tasks[i - 1] : NULL;
}

/* Finds or adds; *fresh tells which. NULL without memory. */
static task *visit(run *r, ts_node *node, bool *fresh) {
  if (r->n * 2 >= r->table_size) {
    size_t size = r->table_size ? r->table_size * 2 : 128;
    uint32_t *table = ts_calloc(size * sizeof *table);
    if (!table) { no_memory(r); return NULL; }
    ts_free(r->table);
    r->table = table;
    r->table_size = size;
    for (size_t i = 0; i < r->n; i++) *slot_of(r, r->tasks[i].node) = (uint32_t)i + 1;
  }
  uint32_t *slot = slot_of(r, node);
  *fresh = *slot == 0;
  if (!*fresh) return &r->tasks[*slot - 1];
  if (r->n == r->cap) {
    size_t cap = r->cap ? r->cap * 2 : 64;
    task *tasks = ts_realloc(r->tasks, r->cap * sizeof *tasks, cap * sizeof *tasks);
    if (!tasks) { no_memory(r); return NULL; }
    r->tasks = tasks;
    r->cap = cap;
  }
  ts_tensor **grads = ts_alloc_packed((node->n_out ? node->n_out : 1) * sizeof *grads);
  if (!grads) { no_memory(r); return NULL; }
  memset(grads, 0, node->n_out * sizeof *grads);
  r->tasks[r->n] = (task){ts_node_retain(node), 0, false, false, grads};
  *slot = (uint32_t)++r->n;
  return &r->tasks[r->n - 1];
}

static bool before(run *r, uint32_t a, uint32_t b) {
  return r->tasks[a].node->sequence > r->tasks[b].node->sequence;
}
static void push(run *r, uint32_t i) {
  size_t k = r->n_heap++;
  for (; k && before(r, i, r->heap[(k - 1) / 2]); k = (k - 1) / 2) r->heap[k] = r->heap[(k - 1) / 2];
  r->heap[k] = i;
}
static uint32_t pop(run *r) {
  uint32_t top = r->heap[0], last = r->heap[--r->n_heap];
  size_t k = 0;
  for (;;) {
    size_t c = 2 * k + 1;
    if (c >= r->n_heap) break;
    if (c + 1 < r->n_heap && before(r, r->heap[c + 1], r->heap[c])) c++;
    if (!before(r, r->heap[c], last)) break;
    r->heap[k] = r->heap[c];
    k = c;
  }
  if (r->n_heap) r->heap[k] = last;
  return top;
}

/* Counts the edges into each reachable node; tasks double as the queue. */
static bool discover(run *r, ts_edge *roots, int64_t n) {
  bool fresh;
  for (int64_t i = 0; i < n; i++)
    if (!visit(r, roots[i].fn, &fresh)) return false;
  for (size_t i = 0; i < r->n; i++) {
    ts_node *node = r->tasks[i].node;
    for (int e = 0; e < node->n_edges; e++) {
      if (!node->edges[e].fn) continue;
      task *t = visit(r, node->edges[e].fn, &fresh);
      if (!t) return false;
      t->waiting++;
    }
  }
  return true;
}

/* Marks the nodes from which one of the inputs can be reached: reverse sequence order makes one pass enough, because edges
   only lead to smaller numbers (accumulation nodes have none). */
static bool mark_needed(run *r) {
  uint32_t *order = ts_alloc((r->n ? r->n : 1) * sizeof *order);
  if (!order) return no_memory(r);
  r->heap = order;
  r->n_heap = 0;
  for (uint32_t i = 0; i < r->n; i++)
    if (r->tasks[i].node->n_edges) push(r, i);
  size_t n = r->n_heap;
  uint32_t *sorted = ts_alloc((n ? n : 1) * sizeof *sorted);
  if (!sorted) { ts_free(order); r->heap = NULL; return no_memory(r); }
  for (size_t k = 0; k < n; k++) sorted[k] = pop(r);
  for (size_t k = n; k-- > 0;) {
    task *t = &r->tasks[sorted[k]];
    for (int e = 0; e < t->node->n_edges && !t->needed; e++)
      if (t->node->edges[e].fn) t->needed = find(r, t->node->edges[e].fn)->needed;
  }
  ts_free(sorted);
  ts_free(order);
  r->heap = NULL;
  return true;
}

/* A gradient fitted to the tensor it belongs to: summed over broadcast dims, in its dtype. */
static ts_tensor *fit(ts_cx *cx, const char *name, int nr, ts_tensor *g, const ts_meta *meta) {
  if (!(g->ndim == meta->ndim && memcmp(g->sizes, meta->sizes, meta->ndim * sizeof *g->sizes) == 0)) {
    bool can = g->ndim >= meta->ndim;
    for (int d = 1; can && d <= meta->ndim; d++)
      can = meta->sizes[meta->ndim - d] == 1 || meta->sizes[meta->ndim - d] == g->sizes[g->ndim - d];
    if (!can) {
      ts_fail(cx, TS_ERR_SHAPE, "%s returned an invalid gradient at index %d - got %s but expected shape compatible with %s",
              name, nr, TS_TEXT(g), ts_sizes_text(meta->ndim, meta->sizes, (char[160]){0}, 160));
      return NULL;
    }
    g = ts_sum_to_size(cx, g, (ts_ints){meta->sizes, meta->ndim});
  }
  if (g && g->dtype != meta->dtype) g = ts__to_dtype(cx, g, (ts_dtype)meta->dtype);
  return g;
}

static ts_meta meta_of(const ts_node *node, uint32_t nr) {
  if (!node->leaf) return node->outs[nr];
  return (ts_meta){node->leaf->dtype, node->leaf->ndim, node->leaf->sizes};
}

static bool deliver(run *r, task *t, uint32_t nr, ts_tensor *g, bool create_graph) {
  ts_cx *cx = r->cx;
  ts_tensor *had = t->grads[nr];
  if (!had) {
    t->grads[nr] = ts_retain(g);
    return true;
  }
  /* A buffer that only this run holds can take the sum in place. */
  ts_tensor *sum;
  if (!create_graph && had->refs == 1 && atomic_load(&had->storage->refs) == 1 && !had->is_view && ts_is_dense(had))
    sum = ts_add_(cx, had, g, ts_int(1));
  else
    sum = ts_add(cx, had, g, ts_int(1));
  if (!sum) return false;
  if (sum != had) {
    t->grads[nr] = ts_retain(sum);
    ts_release(had);
  }
  return true;
}

static bool run_hooks(ts_cx *cx, ts_hook *hooks, uint32_t nr, ts_tensor **g) {
  for (ts_hook *h = hooks; h && *g; h = h->next) {
    if (h->nr != nr || h->retain_grad) continue;
    uint32_t handle = ts_handle_new(cx, *g);
    if (!handle || !cx->host.callback) return false;
    cx->wall[0] = handle;
    if (!cx->host.callback(cx, cx->host.data, h->callback)) return ts_fail(cx, TS_ERR_CALLBACK, "a hook threw");
    if (cx->wall[0] == 0) continue;
    ts_tensor *fresh = ts_handle_get(cx, cx->wall[0]);
    if (!fresh || !ts_scope_own(cx, ts_retain(fresh))) return false;
    if (!ts_same_sizes(fresh, *g))
      return ts_fail(cx, TS_ERR_SHAPE, "a hook has changed the size of the gradient from %s to %s", TS_TEXT(*g), TS_TEXT(fresh));
    *g = fresh;
  }
  for (ts_hook *h = hooks; h && *g; h = h->next) {
    if (h->nr != nr || !h->retain_grad || !h->tensor) continue;
    ts_tensor *old = h->tensor->grad;
    ts_tensor *sum = old ? ts_add(cx, old, *g, ts_int(1)) : ts_clone(cx, *g, NULL);
    if (!sum) return false;
    h->tensor->grad = ts_retain(sum);
    ts_release(old);
  }
  return true;
}

static bool accumulate_leaf(ts_cx *cx, ts_tensor *leaf, ts_tensor *g, bool create_graph) {
  ts_tensor *old = leaf->grad;
  if (!old) {
    /* Held by this run alone, it may become the leaf's without a copy. */
    bool mine = !create_graph && g->refs == 1 && !g->is_view && atomic_load(&g->storage->refs) == 1 && ts_is_dense(g);
    ts_tensor *fresh = mine ? g : ts_clone(cx, g, NULL);
    if (fresh && !create_graph && fresh->requires_grad) fresh = ts_detach(cx, fresh);
    if (!fresh) return false;
    leaf->grad = ts_retain(fresh);
    return true;
  }
  if (!create_graph && !ts_requires_grad(old)) return ts_add_(cx, old, g, ts_int(1)) != NULL;
  ts_tensor *sum = ts_add(cx, old, g, ts_int(1));
  if (!sum) return false;
  leaf->grad = ts_retain(sum);
  ts_release(old);
  return true;
}

typedef struct { bool retain_graph, create_graph, accumulate; ts_edge *inputs; int64_t n_inputs; ts_tensor **captured; } options;

static bool capture(ts_cx *cx, const options *o, const ts_node *node, ts_tensor **grads) {
  for (int64_t i = 0; i < o->n_inputs; i++) {
    if (o->inputs[i].fn != node || !grads[o->inputs[i].nr]) continue;
    if (!(o->captured[i] = ts_scope_own(cx, ts_retain(grads[o->inputs[i].nr])))) return false;
  }
  return true;
}

static bool free_of_nan(ts_cx *cx, const ts_node *node, ts_tensor *const *grads_in) {
  for (int e = 0; e < node->n_edges; e++) {
    if (!grads_in[e] || !node->edges[e].fn) continue;
    const ts_tensor *found = ts_any(cx, ts_isnan(cx, grads_in[e]), TS_NO_INTS, false);
    if (!found) return false;
    if (!ts_read_scalar(found, ts_data(found)).i) continue;
    cx->anomalous = node->sequence;
    return ts_fail(cx, TS_ERR_AUTOGRAD, "Function '%s' returned nan values in its %dth output.", node->name, e);
  }
  return true;
}

/* A view's gradient as an addition to the sum that its base has already, where this run alone holds that: no zeros, no sum of its own. */
static bool join_sum(run *r, ts_node *node, ts_tensor *g, bool *joined) {
  ts_cx *cx = r->cx;
  _Alignas(16) char args[512];
  *joined = false;
  if (!node->op || !(node->op == &ts_ops[TS_OP_select] || node->op == &ts_ops[TS_OP_narrow] || node->op == &ts_ops[TS_OP__slice])) return true;
  if (node->released || !node->edges[0].fn) return true;
  ts_tensor *sum = find(r, node->edges[0].fn)->grads[node->edges[0].nr];
  if (!sum || sum->refs != 1 || atomic_load(&sum->storage->refs) != 1 || sum->is_view || !ts_is_dense(sum) || sum->dtype != g->dtype) return true;
  memcpy(args, node->args, node->op->args_size);
  *(ts_tensor **)(args + node->op->args[0].offset) = sum;
  ts_tensor *part = ts_dispatch1(cx, node->op, args);
  *joined = true;
  return part && ts_add_(cx, part, g, ts_int(1)) != NULL;
}

static bool run_task(run *r, uint32_t index, const options *o) {
  ts_cx *cx = r->cx;
  ts_node *node = r->tasks[index].node;
  ts_tensor **grads = r->tasks[index].grads;
  size_t mark = ts_scope_begin(cx);
  ts_hook *hooks = node->leaf ? node->leaf->hooks : node->hooks;
  for (uint32_t i = 0; hooks && i < node->n_out; i++) {
    ts_tensor *g = grads[i];
    if (!run_hooks(cx, hooks, i, &g)) return false;
    if (g != grads[i]) {
      ts_retain(g);
      ts_release(grads[i]);
      grads[i] = g;
    }
  }
  bool captures = o->n_inputs >= 0;
  if (captures && !capture(cx, o, node, grads)) return false;
  size_t kept = captures ? ts_scope_begin(cx) : mark;
  if (node->leaf) {
    if ((!captures || o->accumulate) && grads[0]) {
      bool wanted = !captures;
      for (int64_t i = 0; i < o->n_inputs && !wanted; i++) wanted = o->inputs[i].fn == node;
      if (wanted && !accumulate_leaf(cx, node->leaf, grads[0], o->create_graph)) return false;
    }
    ts_scope_end(cx, kept);
    return true;
  }
  bool any = false;
  for (int i = 0; i < node->n_out; i++) any = any || grads[i];
  ts_tensor *few[8] = {NULL}, **in = few;
  if (node->n_edges > 8) {
    in = ts_temp(cx, node->n_edges * (int64_t)sizeof *in);
    if (!in) return false;
    memset(in, 0, node->n_edges * sizeof *in);
  }
  if (any && node->run && (!captures || r->tasks[index].needed)) {
    if (node->released)
      return ts_fail(cx, TS_ERR_AUTOGRAD,
                     "Trying to backward through the graph a second time (or directly access saved tensors after they have "
                     "already been freed). Saved intermediate values of the graph are freed when you call .backward() or "
                     "autograd.grad(). Specify { retainGraph: true } if you need to backward through the graph a second time.");
    bool joined = false;
    if (!o->create_graph && !cx->anomaly && node->n_out == 1 && !join_sum(r, node, grads[0], &joined)) return false;
    if (!joined) node->run(cx, node, grads, in);
    if (ts_failed(cx) || (cx->anomaly & 2 && !free_of_nan(cx, node, in))) return false;
    if (!o->retain_graph && !node->embedded) node->released = ts_node_clear(cx, node, false);
  }
  for (int i = 0; i < node->n_out; i++) { /* buffers are done with: free them before new ones come */
    ts_tensor *g = grads[i];
    grads[i] = NULL;
    bool passed = false; /* by a formula that hands it on as it is */
    for (int e = 0; g && e < node->n_edges; e++) passed = passed || in[e] == g;
    if (!passed) ts_release(g);
    else if (!ts_scope_own(cx, g)) return false;
  }
  for (int e = 0; e < node->n_edges; e++) {
    ts_edge edge = node->edges[e];
    if (!edge.fn) continue;
    uint32_t to = *slot_of(r, edge.fn) - 1;
    task *t = &r->tasks[to];
    if (in[e]) {
      ts_meta meta = meta_of(edge.fn, edge.nr);
      in[e] = fit(cx, node->name, e, in[e], &meta);
      if (!in[e] || !deliver(r, t, edge.nr, in[e], o->create_graph)) return false;
    }
    if (--t->waiting == 0) push(r, to);
  }
  ts_scope_end(cx, kept);
  return true;
}

static bool seed(run *r, ts_list roots, ts_list root_grads, ts_edge *edges, bool create_graph) {
  ts_cx *cx = r->cx;
  for (int64_t i = 0; i < roots.n; i++) {
    ts_tensor *root = roots.v[i], *g = root_grads.n > 0 ? root_grads.v[i] : NULL;
    if (g) {
      if (!ts_same_sizes(g, root))
        return ts_fail(cx, TS_ERR_SHAPE, "Mismatch in shape: grad_output[%" PRId64 "] has a shape of %s and output[%" PRId64 "] has a shape of %s.",
                       i, TS_TEXT(g), i, TS_TEXT(root));
      if (g->dtype != root->dtype) g = ts__to_dtype(cx, g, (ts_dtype)root->dtype);
    } else {
      if (root->numel != 1)
        return ts_fail(cx, TS_ERR_AUTOGRAD, "grad can be implicitly created only for scalar outputs (got shape %s)", TS_TEXT(root));
      g = ts_ones_like(cx, root, TS_DTYPE_NONE);
    }
    if (!g || !deliver(r, find(r, edges[i].fn), edges[i].nr, g, create_graph)) return false;
  }
  return true;
}

bool ts_run_backward(ts_cx *cx, ts_list roots, ts_list root_grads, bool retain_graph, bool create_graph, ts_list inputs,
                     bool accumulate, ts_tensor **captured) {
  run r = {cx, NULL, 0, 0, NULL, 0, NULL, 0};
  options o = {retain_graph, create_graph, accumulate, NULL, inputs.n, captured};
  int64_t n_edges = roots.n + (inputs.n > 0 ? inputs.n : 0);
  ts_edge *edges = ts_temp(cx, n_edges * (int64_t)sizeof *edges + 1);
  if (!edges) return false;
  memset(edges, 0, (size_t)n_edges * sizeof *edges);
  o.inputs = edges + roots.n;
  bool outer = cx->grad_mode, fresh;
  cx->grad_mode = create_graph;
  for (int64_t i = 0; i < roots.n && !ts_failed(cx); i++) {
    edges[i] = ts_gradient_edge(cx, roots.v[i]);
    if (!edges[i].fn) ts_fail(cx, TS_ERR_AUTOGRAD, "element %" PRId64 " of tensors does not require grad and does not have a grad_fn", i);
  }
  for (int64_t i = 0; i < inputs.n && !ts_failed(cx); i++) {
    o.inputs[i] = ts_gradient_edge(cx, inputs.v[i]);
    if (!o.inputs[i].fn) ts_fail(cx, TS_ERR_AUTOGRAD, "One of the differentiated Tensors does not require grad");
  }
  bool ok = !ts_failed(cx) && discover(&r, edges, roots.n);
  if (ok && inputs.n >= 0) {
    for (int64_t i = 0; ok && i < inputs.n; i++) {
      task *t = visit(&r, o.inputs[i].fn, &fresh);
      ok = t != NULL;
      if (ok) t->needed = true;
    }
    ok = ok && mark_needed(&r);
    /* What only passes through an input that nothing else is needed behind does not run: needed means "leads to one". */
    for (int64_t i = 0; ok && i < inputs.n; i++) {
      task *t = find(&r, o.inputs[i].fn);
      bool leads = false;
      for (int e = 0; e < t->node->n_edges; e++)
        if (t->node->edges[e].fn && find(&r, t->node->edges[e].fn)->needed) leads = true;
      t->ready = leads;
    }
    for (int64_t i = 0; ok && i < inputs.n; i++) {
      task *t = find(&r, o.inputs[i].fn);
      t->needed = t->ready;
    }
  }
  ok = ok && seed(&r, roots, root_grads, edges, create_graph);
  if (ok) {
    r.heap = ts_alloc((r.n ? r.n : 1) * sizeof *r.heap);
    ok = r.heap != NULL || no_memory(&r);
    for (uint32_t i = 0; ok && i < r.n; i++)
      if (r.tasks[i].waiting == 0) push(&r, i);
    while (ok && r.n_heap) ok = run_task(&r, pop(&r), &o);
  }
  cx->grad_mode = outer;
  for (size_t i = 0; i < r.n; i++) {
    for (int k = 0; k < r.tasks[i].node->n_out; k++) ts_release(r.tasks[i].grads[k]);
    ts_free(r.tasks[i].grads);
  }
  for (size_t i = 0; i < r.n; i++) ts_node_release(cx, r.tasks[i].node);
  for (int64_t i = 0; i < n_edges; i++) ts_node_release(cx, edges[i].fn);
  ts_free(r.tasks);
  ts_free(r.table);
  ts_free(r.heap);
  return ok && !ts_failed(cx);
}

bool ts_add_hook(ts_cx *cx, ts_tensor *t, int64_t callback, bool retain_grad) {
  if (!ts_requires_grad(t))
    return ts_fail(cx, TS_ERR_AUTOGRAD, retain_grad ? "can't retain_grad on Tensor that has requires_grad=False"
                                                    : "cannot register a hook on a tensor that doesn't require gradient");
  ts_edge e = ts_gradient_edge(cx, t);
  if (!e.fn) return false;
  ts_hook *h = ts_alloc_packed(sizeof *h);
  if (!h) {
    ts_node_release(cx, e.fn);
    return ts_fail(cx, TS_ERR_MEMORY, "out of memory");
  }
  *h = (ts_hook){NULL, callback, e.nr, retain_grad, t};
  ts_hook **at = e.fn->leaf ? &t->hooks : &e.fn->hooks;
  while (*at) at = &(*at)->next;
  *at = h;
  ts_node_release(cx, e.fn);
  return true;
}

bool ts_remove_hook(ts_cx *cx, ts_tensor *t, int64_t callback) {
  ts_hook **lists[2] = {&t->hooks, t->grad_fn ? &t->grad_fn->hooks : NULL};
  for (int k = 0; k < 2; k++) {
    for (ts_hook **at = lists[k]; at && *at; at = &(*at)->next) {
      if ((*at)->retain_grad || (*at)->callback != callback) continue;
      ts_hook *gone = *at;
      *at = gone->next;
      ts_drop_callback(cx, callback);
      ts_free(gone);
      return true;
    }
  }
  return false;
}
