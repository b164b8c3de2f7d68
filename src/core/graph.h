/* The autograd graph: nodes and their recording. The engine that walks it lives in autograd/. */
#ifndef TS_GRAPH_H
#define TS_GRAPH_H
#include "op.h"

typedef struct { ts_node *fn; uint32_t nr; } ts_edge; /* fn NULL: no gradient wanted there */
typedef struct { uint8_t dtype, ndim; const int64_t *sizes; } ts_meta;
typedef struct {
  ts_tensor *tensor;
  uint32_t version; /* of its storage when it was saved */
  bool is_result;   /* kept without grad_fn, which would be a cycle; gets it back when read */
  bool is_shape;    /* sizes and dtype alone */
} ts_saved;

typedef struct ts_hook {
  struct ts_hook *next;
  int64_t callback;
  uint32_t nr;      /* output it watches */
  bool retain_grad; /* instead of a callback: store the gradient on `tensor` */
  ts_tensor *tensor; /* not owned */
} ts_hook;

/* Gradients of a node's outputs in, of its inputs out; grads_in[i] is only wanted where edges[i].fn is not NULL.
   Results belong to the scope. */
typedef void (*ts_node_fn)(ts_cx *cx, ts_node *node, ts_tensor *const *grads, ts_tensor **grads_in);

struct ts_node {
  int32_t refs;
  bool released; /* saved tensors are gone */
  bool embedded; /* the inner node of another, which clears it */
  uint16_t n_edges, n_out, n_saved;
  uint64_t sequence;
  const char *name;
  const ts_op *op; /* NULL for nodes that are not ops */
  ts_node_fn run;
  ts_edge *edges;
  ts_meta *outs;
  ts_saved *saved;
  void *args;       /* op nodes: copy of the args struct, tensors replaced by indices into saved */
  ts_tensor *leaf;  /* accumulation nodes: not owned by the tensor, and NULL when the tensor is gone */
  ts_hook *hooks;
  ts_node *inner;   /* owned: of an in-place change to a view, the op that made it */
  ts_tensor *keep;  /* owned: the geometry of that view */
};

struct ts_back {
  ts_tensor *grad;         /* of the first output */
  ts_tensor *const *grads; /* of all; NULL entries are zero */
  ts_tensor *result;       /* saved results, in order of output */
  ts_tensor *const *results;
  const ts_meta *outs;     /* shapes and dtypes of the outputs */
  int64_t n_out;
};

/* A node with room for everything in one block; sequence set, everything else zero. NULL and an error without memory. */
ts_node *ts_node_new(ts_cx *cx, int n_edges, int n_out, int n_saved, size_t extra, void **extra_at, int n_sizes,
                     int64_t **sizes_at);
static inline ts_node *ts_node_retain(ts_node *n) {
  if (n) n->refs++;
  return n;
}
void ts_node_release(ts_cx *cx, ts_node *n);
bool ts_node_clear(ts_cx *cx, ts_node *n, bool shapes); /* drops saved tensors, mere shapes too if told; whether it found any */
void ts_hooks_free(ts_cx *cx, ts_hook *h);
bool ts_bury(ts_cx *cx, ts_node *node);

bool ts_requires_grad(ts_tensor *t);
/* Where t's gradient goes: its node and output number; fn NULL when it wants none. fn is borrowed from t, or (a leaf) new
   and owned by the caller: always release after use. */
ts_edge ts_gradient_edge(ts_cx *cx, ts_tensor *t);

/* Bit i: argument i wants a gradient. */
uint32_t ts_wanting(const ts_op *op, const void *args);
/* Whether the values of argument i must be kept for the formula. */
static inline bool ts_keeps(const ts_op *op, int i, uint32_t wanting) {
  return op->saves >> i & 1 && !(op->saves_shape >> i & 1) && (!op->args[i].saved_for || op->args[i].saved_for & wanting);
}
/* Records op as the origin of the outputs. For in-place ops outputs are [self] and history is rebased. */
bool ts_record(ts_cx *cx, const ts_op *op, const void *args, ts_tensor *const *outs, int64_t n_out);
/* Makes node (owned by the call) the origin of outs: the general form, for nodes that are not ops. */
bool ts_set_origin(ts_cx *cx, ts_node *node, ts_tensor *const *outs, int64_t n_out);
/* Makes node the origin of t after an in-place change, also through the base that t is a view of. */
bool ts_rebase(ts_cx *cx, ts_tensor *t, ts_node *node);
/* A stale view's new origin: as_strided of its base. */
bool ts_record_strided_view(ts_cx *cx, ts_tensor *view);
/* Ends an in-place op that is made of others: self takes the values (and history) of *made, which becomes self. */
bool ts_finish_inplace(ts_cx *cx, ts_tensor *self, ts_tensor **made);
/* Converts an op's arguments as autocast wants them. */
bool ts_autocast(ts_cx *cx, const ts_op *op, void *args);
/* Errors of in-place changes: leaves that require grad, their views. */
bool ts_check_inplace(ts_cx *cx, ts_tensor *t);
/* The tensor saved at k, with its place in the graph; NULL and an error if it was changed or freed. */
ts_tensor *ts_unpack(ts_cx *cx, ts_node *node, int k);

#endif
