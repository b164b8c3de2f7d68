/* The engine that walks the graph backwards. */
#ifndef TS_ENGINE_H
#define TS_ENGINE_H
#include "../core/graph.h"

/* Gradients of roots (one-element ones where root_grads[i] is NULL) with respect to everything they depend on.
   inputs.n = -1: accumulated into the leaves' grad. Otherwise gradients of just those tensors go to captured[i] (owned by
   the scope, NULL where nothing flows) and no grad field changes, unless accumulate asks for it (backward(inputs=)). */
bool ts_run_backward(ts_cx *cx, ts_list roots, ts_list root_grads, bool retain_graph, bool create_graph, ts_list inputs,
                     bool accumulate, ts_tensor **captured);

/* One more hook; the id is the host's. Returns false with an error for a tensor that requires no grad. */
bool ts_add_hook(ts_cx *cx, ts_tensor *t, int64_t callback, bool retain_grad);
bool ts_remove_hook(ts_cx *cx, ts_tensor *t, int64_t callback);
#endif
