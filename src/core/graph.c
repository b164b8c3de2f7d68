#include "graph.h"
#include <string.h>
#include "alloc.h"

ts_node *ts_node_new(ts_cx *cx, int n_edges, int n_out, int n_saved, size_t extra, void **extra_at, int n_sizes,
                     int64_t **sizes_at) {
  extra = (extra + 15) & ~(size_t)15;
  size_t head = (sizeof(ts_node) + 15) & ~(size_t)15;
  size_t edges = (size_t)n_edges * sizeof(ts_edge), outs = (size_t)n_out * sizeof(ts_meta),
         saved = (size_t)n_saved * sizeof(ts_saved);
  size_t total = head + extra + edges + outs + saved + (size_t)n_sizes * sizeof(int64_t);
  char *p = ts_alloc_packed(total);
  if (!p) {
    ts_fail(cx, TS_ERR_MEMORY, "out of memory while recording the graph");
    return NULL;
  }
  memset(p, 0, total);
  ts_node *n = (ts_node *)p;
  n->refs = 1;
  n->n_edges = (uint16_t)n_edges;
  n->n_out = (uint16_t)n_out;
  n->n_saved = (uint16_t)n_saved;
  n->sequence = ++cx->next_sequence;
  p += head;
  if (extra_at) *extra_at = p;
  p += extra;
  n->edges = (ts_edge *)p;
  p += edges;
  n->outs = (ts_meta *)p;
  p += outs;
  n->saved = (ts_saved *)p;
  p += saved;
  if (sizes_at) *sizes_at = (int64_t *)p;
  return n;
}

bool ts_node_clear(ts_cx *cx, ts_node *n, bool shapes) {
  bool found = n->inner != NULL;
  /* What the graph has taken hold of by itself (a saved result that was used again) goes with its last holder. */
  if (n->inner && n->inner->refs == 1) ts_node_clear(cx, n->inner, shapes);
  for (int i = 0; i < n->n_saved; i++) {
    ts_tensor *t = n->saved[i].tensor;
    if (!t || (n->saved[i].is_shape && !shapes)) continue;
    found = true;
    n->saved[i].tensor = NULL;
    ts_release(t);
  }
  return found;
}

void ts_hooks_free(ts_cx *cx, ts_hook *h) {
  while (h) {
    ts_hook *next = h->next;
    if (!h->retain_grad) ts_drop_callback(cx, h->callback);
    ts_free(h);
    h = next;
  }
}

static void destroy(ts_cx *cx, ts_node *n) {
  ts_node_clear(cx, n, true);
  if (n->leaf) n->leaf->accumulator = NULL;
  ts_hooks_free(cx, n->hooks);
  ts_release(n->keep);
  ts_node_release(cx, n->inner);
  for (int i = 0; i < n->n_edges; i++) ts_node_release(cx, n->edges[i].fn);
  ts_free(n);
}

/* Freeing a node frees others through its edges and saved tensors. A work list instead of recursion, so that a chain of a
   million nodes does not overflow the stack; only if the list cannot grow is the stack used. */
void ts_node_release(ts_cx *cx, ts_node *n) {
  if (!n || --n->refs > 0) return;
  if (cx->burying) {
    if (!ts_bury(cx, n)) destroy(cx, n);
    return;
  }
  cx->burying = true;
  destroy(cx, n);
  while (cx->n_dead) destroy(cx, cx->dead[--cx->n_dead]);
  cx->burying = false;
}

/* A view whose base was changed in place since takes its gradient through the base's new history. */
static bool is_stale(const ts_tensor *t) { return t->is_view && t->view_version != t->base->history; }

bool ts_requires_grad(ts_tensor *t) { return t->requires_grad || (is_stale(t) && t->base->requires_grad); }

ts_edge ts_gradient_edge(ts_cx *cx, ts_tensor *t) {
  if (is_stale(t) && t->base->requires_grad && !ts_record_strided_view(cx, t)) return (ts_edge){NULL, 0};
  if (t->grad_fn) return (ts_edge){ts_node_retain(t->grad_fn), t->output_nr};
  if (!t->requires_grad) return (ts_edge){NULL, 0};
  if (t->accumulator) return (ts_edge){ts_node_retain(t->accumulator), 0};
  ts_node *n = ts_node_new(cx, 0, 1, 0, 0, NULL, 0, NULL);
  if (!n) return (ts_edge){NULL, 0};
  n->name = "AccumulateGrad";
  n->sequence = UINT64_MAX; /* as soon as it is ready */
  n->leaf = t;
  n->keep = NULL;
  t->accumulator = n;
  return (ts_edge){n, 0};
}

bool ts_set_origin(ts_cx *cx, ts_node *node, ts_tensor *const *outs, int64_t n_out) {
  for (int64_t i = 0; i < n_out; i++) {
    ts_tensor *t = outs[i];
    if (!t || !ts_is_inexact((ts_dtype)t->dtype)) continue;
    ts_node *old = t->grad_fn;
    t->grad_fn = ts_node_retain(node);
    t->output_nr = (uint32_t)i;
    t->requires_grad = true;
    ts_node_release(cx, old);
  }
  ts_node_release(cx, node);
  return true;
}

static void describe(ts_meta *meta, const ts_tensor *t, int64_t **sizes) {
  meta->dtype = t->dtype;
  meta->ndim = t->ndim;
  meta->sizes = *sizes;
  memcpy(*sizes, t->sizes, t->ndim * sizeof **sizes);
  *sizes += t->ndim;
}

/* ---- op nodes ---- */

typedef struct { int n_edges, n_saved, n_sizes; size_t extra; } node_plan;
#define FIELD(type, base, arg) ((type *)((char *)(base) + (arg)->offset))

static node_plan plan(const ts_op *op, const void *args, ts_tensor *const *outs, int64_t n_out) {
  node_plan p = {0, 0, 0, (op->args_size + 15u) & ~15u};
  for (int i = 0; i < op->n_args; i++) {
    const ts_arg *a = &op->args[i];
    int64_t n = 0;
    switch ((ts_arg_kind)a->kind) {
      case TS_ARG_TENSOR: case TS_ARG_TENSOR_OPT: case TS_ARG_OPERAND: case TS_ARG_OPERAND_OPT: n = 1; break;
      case TS_ARG_LIST: case TS_ARG_LIST_OPT: {
        const ts_list *list = FIELD(const ts_list, args, a);
        n = list->n > 0 ? list->n : 0;
        p.extra += (size_t)n * sizeof(ts_tensor *);
        break;
      }
      case TS_ARG_INTS: case TS_ARG_FLOATS: case TS_ARG_INTS_OPT: case TS_ARG_FLOATS_OPT: {
        const ts_ints *list = FIELD(const ts_ints, args, a);
        if (list->n > 0) p.extra += (size_t)list->n * sizeof *list->v;
        break;
      }
      case TS_ARG_TEXT: case TS_ARG_TEXT_OPT: {
        const char *text = *FIELD(const char *const, args, a);
        if (text) p.extra += (strlen(text) + 8) & ~(size_t)7;
        break;
      }
      default: break;
    }
    p.n_edges += (int)n;
    if (op->saves >> i & 1) p.n_saved += (int)n;
  }
  p.n_saved += __builtin_popcount(op->saves_result);
  for (int64_t i = 0; i < n_out; i++) p.n_sizes += outs[i] ? outs[i]->ndim : 0;
  return p;
}

uint32_t ts_wanting(const ts_op *op, const void *args) {
  uint32_t mask = 0;
  for (int i = 0; i < op->n_args; i++) {
    const ts_arg *a = &op->args[i];
    if (a->kind <= TS_ARG_OPERAND_OPT) {
      ts_tensor *t = *FIELD(ts_tensor *const, args, a);
      mask |= (uint32_t)(t && ts_requires_grad(t)) << i;
    } else if (a->kind == TS_ARG_LIST || a->kind == TS_ARG_LIST_OPT) {
      const ts_list *list = FIELD(const ts_list, args, a);
      for (int64_t j = 0; j < list->n; j++) mask |= (uint32_t)(list->v[j] && ts_requires_grad(list->v[j])) << i;
    }
  }
  return mask;
}

static void save(ts_cx *cx, ts_node *n, int *k, ts_tensor *t, bool is_result, bool shape_only) {
  ts_saved *s = &n->saved[(*k)++];
  if (t && shape_only) t = ts_shape_only(cx, t);
  if (!t) return;
  s->tensor = ts_retain(t);
  s->version = ts_version(t);
  s->is_result = is_result;
  s->is_shape = shape_only;
}

void ts_run_op_node(ts_cx *cx, ts_node *node, ts_tensor *const *grads, ts_tensor **grads_in);

static ts_node *op_node(ts_cx *cx, const ts_op *op, const void *args, ts_tensor *const *outs, int64_t n_out) {
  node_plan p = plan(op, args, outs, n_out);
  if (p.n_edges > UINT16_MAX || n_out > UINT16_MAX) {
    ts_fail(cx, TS_ERR_ARGUMENT, "more than %d tensors in one differentiable call", UINT16_MAX);
    return NULL;
  }
  char *extra;
  int64_t *sizes;
  ts_node *n = ts_node_new(cx, p.n_edges, (int)n_out, p.n_saved, p.extra, (void **)&extra, p.n_sizes, &sizes);
  if (!n) return NULL;
  n->name = op->node_name;
  n->op = op;
  n->run = ts_run_op_node;
  n->args = extra;
  memcpy(extra, args, op->args_size);
  char *free_at = extra + ((op->args_size + 15u) & ~15u);
  int edge = 0, kept = 0;
  const uint32_t wanting = ts_wanting(op, args);
  for (int i = 0; i < op->n_args; i++) {
    const ts_arg *a = &op->args[i];
    bool keeps = op->saves >> i & 1, sizes = keeps && !ts_keeps(op, i, wanting), drops = sizes && a->saved_for && !a->else_sizes;
    switch ((ts_arg_kind)a->kind) {
      case TS_ARG_TENSOR: case TS_ARG_TENSOR_OPT: case TS_ARG_OPERAND: case TS_ARG_OPERAND_OPT: {
        ts_tensor *t = *FIELD(ts_tensor *const, args, a);
        *FIELD(ts_tensor *, n->args, a) = NULL;
        if (t) n->edges[edge] = ts_gradient_edge(cx, t);
        edge++;
        if (keeps) save(cx, n, &kept, drops ? NULL : t, false, sizes);
        break;
      }
      case TS_ARG_LIST: case TS_ARG_LIST_OPT: {
        ts_list *list = FIELD(ts_list, n->args, a);
        ts_tensor **from = list->v;
        if (list->n > 0) {
          list->v = (ts_tensor **)free_at;
          free_at += (size_t)list->n * sizeof *list->v;
        }
        for (int64_t j = 0; j < list->n; j++) {
          if (from[j]) n->edges[edge] = ts_gradient_edge(cx, from[j]);
          edge++;
          if (keeps) save(cx, n, &kept, drops ? NULL : from[j], false, sizes);
        }
        break;
      }
      case TS_ARG_INTS: case TS_ARG_FLOATS: case TS_ARG_INTS_OPT: case TS_ARG_FLOATS_OPT: {
        ts_ints *list = FIELD(ts_ints, n->args, a);
        if (list->n > 0) {
          memcpy(free_at, list->v, (size_t)list->n * sizeof *list->v);
          list->v = (const int64_t *)free_at;
          free_at += (size_t)list->n * sizeof *list->v;
        }
        break;
      }
      case TS_ARG_TEXT: case TS_ARG_TEXT_OPT: {
        const char **text = FIELD(const char *, n->args, a);
        if (*text) {
          size_t size = strlen(*text) + 1;
          memcpy(free_at, *text, size);
          *text = free_at;
          free_at += (size + 7) & ~(size_t)7;
        }
        break;
      }
      default: break;
    }
  }
  /* Edges lead to smaller numbers, also to nodes that were made just now, for stale views among the arguments. */
  n->sequence = ++cx->next_sequence;
  for (int64_t i = 0; i < n_out; i++)
    if (outs[i]) describe(&n->outs[i], outs[i], &sizes);
  for (int i = 0; i < TS_MAX_OUT && i < n_out; i++) {
    if (!(op->saves_result >> i & 1)) continue;
    /* Kept without its place in the graph: the result owns this node, so holding the result itself would be a cycle. */
    ts_tensor *plain = outs[i] ? ts_shallow(cx, outs[i]) : NULL;
    save(cx, n, &kept, plain, true, false);
  }
  for (int i = 0; i < n->n_saved; i++) {
    /* An in-place op has changed what its other arguments share with self: they are kept as they were read, so that using
       them is an error. */
    if (op->flags & TS_OP_INPLACE && !(op->flags & TS_OP_RESHAPES) && n->saved[i].tensor && !n->saved[i].is_result &&
        n->saved[i].tensor->storage == outs[0]->storage)
      n->saved[i].version--;
    if (n->saved[i].tensor && n->saved[i].tensor->inference)
      ts_fail(cx, TS_ERR_AUTOGRAD, "Inference tensors cannot be saved for backward. To work around you can make a clone to "
                                   "get a normal tensor and use it in autograd.");
  }
  if (ts_failed(cx)) {
    ts_node_release(cx, n);
    return NULL;
  }
  return n;
}

bool ts_record(ts_cx *cx, const ts_op *op, const void *args, ts_tensor *const *outs, int64_t n_out) {
  size_t mark = ts_scope_begin(cx);
  ts_node *n = op_node(cx, op, args, outs, n_out);
  if (n && cx->anomaly && cx->host.callback) {
    cx->wall[0] = (double)n->sequence;
    cx->host.callback(cx, cx->host.data, TS_CALLBACK_TRACE);
  }
  if (n) {
    if (op->flags & TS_OP_INPLACE) ts_rebase(cx, outs[0], n);
    else ts_set_origin(cx, n, outs, n_out);
  }
  ts_scope_end(cx, mark);
  return n != NULL && !ts_failed(cx);
}

ts_tensor *ts_unpack(ts_cx *cx, ts_node *node, int k) {
  ts_saved *s = &node->saved[k];
  if (!s->tensor) return NULL;
  if (ts_version(s->tensor) != s->version) {
    ts_fail(cx, TS_ERR_AUTOGRAD,
            "one of the variables needed for gradient computation has been modified by an inplace operation: "
            "[%s %s], which is %s %d of %s, is at version %u; expected version %u instead",
            ts_dtype_name((ts_dtype)s->tensor->dtype), TS_TEXT(s->tensor), s->is_result ? "output" : "input", k, node->name,
            ts_version(s->tensor), s->version);
    return NULL;
  }
  if (!s->is_result || !cx->grad_mode) return s->tensor;
  ts_tensor *t = ts_shallow(cx, s->tensor);
  if (!t) return NULL;
  int rank = k - (node->n_saved - __builtin_popcount(node->op->saves_result));
  uint32_t nr = 0;
  for (; nr < TS_MAX_OUT; nr++)
    if (node->op->saves_result >> nr & 1 && rank-- == 0) break;
  t->grad_fn = ts_node_retain(node);
  t->output_nr = nr;
  t->requires_grad = true;
  return t;
}

/* Runs the formula of an op node. */
void ts_run_op_node(ts_cx *cx, ts_node *node, ts_tensor *const *grads, ts_tensor **grads_in) {
  const ts_op *op = node->op;
  static ts_tensor want; /* only its address is used: "asked for" */
  _Alignas(16) char args[512], wanted[512];
  if (op->args_size > sizeof args) {
    ts_fail(cx, TS_ERR_UNSUPPORTED, "arguments of %s are too large", op->name);
    return;
  }
  memcpy(args, node->args, op->args_size);
  memset(wanted, 0, op->args_size);
  int edge = 0, kept = 0;
  for (int i = 0; i < op->n_args && !ts_failed(cx); i++) {
    const ts_arg *a = &op->args[i];
    bool keeps = op->saves >> i & 1;
    if (a->kind <= TS_ARG_OPERAND_OPT) {
      if (keeps) *FIELD(ts_tensor *, args, a) = ts_unpack(cx, node, kept++);
      if (node->edges[edge++].fn) *FIELD(ts_tensor *, wanted, a) = &want;
    } else if (a->kind == TS_ARG_LIST || a->kind == TS_ARG_LIST_OPT) {
      ts_list *list = FIELD(ts_list, args, a), *out = FIELD(ts_list, wanted, a);
      int64_t n = list->n > 0 ? list->n : 0;
      out->n = list->n;
      ts_tensor **room = ts_temp(cx, 2 * n * (int64_t)sizeof *room + 1);
      if (!room) return;
      memset(room, 0, 2 * (size_t)n * sizeof *room);
      list->v = room;
      out->v = room + n;
      for (int64_t j = 0; j < n; j++) {
        if (keeps) list->v[j] = ts_unpack(cx, node, kept++);
        if (node->edges[edge++].fn) out->v[j] = &want;
      }
    }
  }
  ts_tensor *results[TS_MAX_OUT] = {NULL};
  int n_results = 0;
  while (kept < node->n_saved && !ts_failed(cx)) results[n_results++] = ts_unpack(cx, node, kept++);
  if (ts_failed(cx)) return;
  ts_back back = {grads[0], grads, results[0], results, node->outs, node->n_out};
  op->grad(cx, args, &back, wanted);
  edge = 0;
  for (int i = 0; i < op->n_args; i++) {
    const ts_arg *a = &op->args[i];
    if (a->kind <= TS_ARG_OPERAND_OPT) {
      ts_tensor *g = *FIELD(ts_tensor *, wanted, a);
      grads_in[edge++] = g == &want ? NULL : g;
    } else if (a->kind == TS_ARG_LIST || a->kind == TS_ARG_LIST_OPT) {
      ts_list *out = FIELD(ts_list, wanted, a);
      for (int64_t j = 0; j < out->n; j++) grads_in[edge++] = out->v[j] == &want ? NULL : out->v[j];
    }
  }
}
