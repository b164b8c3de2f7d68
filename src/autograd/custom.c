/* Nodes whose gradient the host computes: autograd.Function. */
#include <string.h>
#include "../core/alloc.h"
#include "../gen/ops.h"
#include "engine.h"

typedef struct {
  int64_t callback;
  bool materialize;    /* zeros instead of nothing for outputs that got no gradient */
  int32_t *saved_from; /* which output a saved tensor is; -1: an input or an intermediate */
} custom;

/* Saved outputs are kept without their place in the graph (the output owns this node) and get it back here. */
static ts_tensor *unpack(ts_cx *cx, ts_node *node, int k, int32_t output) {
  ts_saved *s = &node->saved[k];
  if (output < 0 || !s->tensor || !cx->grad_mode || ts_version(s->tensor) != s->version) return ts_unpack(cx, node, k);
  ts_tensor *t = ts_shallow(cx, s->tensor);
  if (!t) return NULL;
  t->grad_fn = ts_node_retain(node);
  t->output_nr = (uint32_t)output;
  t->requires_grad = true;
  return t;
}

static bool put(ts_cx *cx, double *at, ts_tensor *t) {
  *at = t ? ts_handle_new(cx, t) : 0;
  return !t || *at != 0;
}

/* To the host: n and the gradients, n and the saved tensors. Back: n and a gradient for each input, 0 for none. */
static void run_custom(ts_cx *cx, ts_node *node, ts_tensor *const *grads, ts_tensor **grads_in) {
  const custom *c = node->args;
  ts_tensor **all = ts_temp(cx, (node->n_out + node->n_saved) * (int64_t)sizeof *all + 1);
  if (!all) return;
  for (int i = 0; i < node->n_out; i++) {
    const ts_meta *m = &node->outs[i];
    all[i] = grads[i] || !c->materialize ? grads[i] : ts_full_zero(cx, (ts_dtype)m->dtype, m->ndim, m->sizes);
  }
  for (int k = 0; k < node->n_saved; k++) all[node->n_out + k] = unpack(cx, node, k, c->saved_from[k]);
  if (ts_failed(cx)) return;
  if (!cx->host.callback) {
    ts_fail(cx, TS_ERR_UNSUPPORTED, "%s needs its host to run", node->name);
    return;
  }
  double *w = cx->wall;
  *w++ = node->n_out;
  for (int i = 0; i < node->n_out; i++)
    if (!put(cx, w++, all[i])) return;
  *w++ = node->n_saved;
  for (int k = 0; k < node->n_saved; k++)
    if (!put(cx, w++, all[node->n_out + k])) return;
  if (!cx->host.callback(cx, cx->host.data, c->callback)) {
    ts_fail(cx, TS_ERR_CALLBACK, "%s threw", node->name);
    return;
  }
  if (cx->wall[0] != node->n_edges) {
    ts_fail(cx, TS_ERR_AUTOGRAD, "function %s returned an incorrect number of gradients (expected %d, got %.0f)", node->name, node->n_edges,
            cx->wall[0]);
    return;
  }
  for (int i = 0; i < node->n_edges; i++) {
    double handle = cx->wall[1 + i];
    if (handle == 0) continue;
    ts_tensor *g = ts_handle_get(cx, handle);
    if (!g || !(grads_in[i] = ts_scope_own(cx, ts_retain(g)))) return;
  }
}

static bool is_dirty(const ts__custom_node_args *a, int64_t i) { return a->flags.v[i] & 2; }

/* Makes node (owned by the call) the origin of what is differentiable among the outputs. */
static bool give_origin(ts_cx *cx, ts_node *node, const ts__custom_node_args *a) {
  ts_tensor **outs = ts_temp(cx, a->outputs.n * (int64_t)sizeof *outs + 1);
  if (!outs) {
    ts_node_release(cx, node);
    return false;
  }
  for (int64_t i = 0; i < a->outputs.n; i++) {
    ts_tensor *t = a->outputs.v[i];
    outs[i] = a->flags.v[i] & 1 ? t : NULL;
    if (!is_dirty(a, i)) {
      if (outs[i] && t->is_view) { /* from now on what the function made, whatever memory it shares */
        ts_tensor *base = t->base;
        t->is_view = false;
        t->base = NULL;
        ts_release(base);
      }
    } else if (t->is_view && outs[i]) {
      if (a->outputs.n == 1) return ts_rebase(cx, t, node);
      ts_node_release(cx, node);
      return ts_fail(cx, TS_ERR_AUTOGRAD, "If your function changes a view in place, it must return that view alone");
    } else {
      t->history++;
    }
  }
  return ts_set_origin(cx, node, outs, a->outputs.n);
}

bool ts__custom_node_impl(ts_cx *cx, const ts__custom_node_args *a, ts_out *out) {
  (void)out;
  const int64_t n_in = a->inputs.n, n_out = a->outputs.n, n_saved = a->saved.n;
  if (n_in + n_out + n_saved > TS_WALL_SIZE - 8)
    return ts_fail(cx, TS_ERR_ARGUMENT, "too many tensors in one call (%lld)", (long long)(n_in + n_out + n_saved));
  int64_t *sizes;
  int n_sizes = 0;
  for (int64_t i = 0; i < n_out; i++) n_sizes += a->outputs.v[i]->ndim;
  for (int64_t i = 0; i < n_out; i++)
    if (is_dirty(a, i) && a->outputs.v[i]->requires_grad && !a->outputs.v[i]->grad_fn)
      return ts_fail(cx, TS_ERR_AUTOGRAD, "a leaf Variable that requires grad has been used in an in-place operation.");
  void *extra;
  const size_t name_size = strlen(a->name) + 1;
  ts_node *n = ts_node_new(cx, (int)n_in, (int)n_out, (int)n_saved, sizeof(custom) + (size_t)n_saved * sizeof(int32_t) + name_size, &extra, n_sizes, &sizes);
  if (!n) return false;
  custom *c = n->args = extra;
  *c = (custom){a->callback, a->materialize, (int32_t *)(c + 1)};
  n->name = memcpy((char *)(c->saved_from + n_saved), a->name, name_size);
  n->run = run_custom;
  for (int64_t i = 0; i < n_in; i++) n->edges[i] = ts_gradient_edge(cx, a->inputs.v[i]);
  n->sequence = ++cx->next_sequence;
  for (int64_t i = 0; i < n_out; i++) {
    const ts_tensor *t = a->outputs.v[i];
    n->outs[i] = (ts_meta){t->dtype, t->ndim, sizes};
    memcpy(sizes, t->sizes, t->ndim * sizeof *sizes);
    sizes += t->ndim;
  }
  for (int64_t k = 0; k < n_saved; k++) {
    ts_tensor *t = a->saved.v[k];
    c->saved_from[k] = (int32_t)a->saved_from.v[k];
    if (c->saved_from[k] >= 0 && !(t = ts_shallow(cx, t))) break;
    n->saved[k] = (ts_saved){ts_retain(t), ts_version(t), false, false};
  }
  /* An entry that watches no output: it only tells the host when the node is gone. */
  ts_hook *farewell = ts_alloc_packed(sizeof *farewell);
  if (!farewell) ts_fail(cx, TS_ERR_MEMORY, "out of memory");
  else *farewell = (ts_hook){NULL, a->callback, UINT32_MAX, false, NULL};
  n->hooks = farewell;
  if (ts_failed(cx)) {
    ts_node_release(cx, n);
    return false;
  }
  return give_origin(cx, n, a);
}

bool ts__set_anomaly_impl(ts_cx *cx, const ts__set_anomaly_args *a, ts_out *out) {
  out->scalar = ts_int(cx->anomaly);
  cx->anomaly = (uint8_t)a->mode;
  return true;
}

bool ts__anomalous_node_impl(ts_cx *cx, const ts__anomalous_node_args *a, ts_out *out) {
  (void)a;
  out->scalar = ts_int((int64_t)cx->anomalous);
  cx->anomalous = 0;
  return true;
}
