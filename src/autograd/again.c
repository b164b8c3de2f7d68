/* Gradients of gradients where the formula is a kernel: the forward is run once more by ops, on twins of the inputs that
   stay connected to them, and differentiated in its turn. */
#include <string.h>
#include "engine.h"
#include "formulas.h"

ts_tensor *ts_twin(ts_cx *cx, ts_tensor *t) {
  int64_t dims[TS_MAX_DIM];
  if (!t || !ts_requires_grad(t)) return t;
  for (int d = 0; d < t->ndim; d++) dims[d] = d;
  return ts_permute(cx, t, (ts_ints){dims, t->ndim});
}

bool ts_differentiate_again(ts_cx *cx, ts_tensor **outs, ts_tensor *const *grads, int n_outs, ts_tensor **twins, int n, ts_tensor **result) {
  ts_tensor *roots[8], *flowing[8], *wanted[32], *captured[32] = {NULL};
  int64_t n_roots = 0, n_wanted = 0;
  if (ts_failed(cx)) return false;
  for (int i = 0; i < n_outs && n_roots < 8; i++)
    if (grads[i] && ts_requires_grad(outs[i])) roots[n_roots] = outs[i], flowing[n_roots++] = grads[i];
  for (int i = 0; i < n && n_wanted < 32; i++)
    if (twins[i] && ts_requires_grad(twins[i])) wanted[n_wanted++] = twins[i];
  if (!ts_run_backward(cx, (ts_list){roots, n_roots}, (ts_list){flowing, n_roots}, true, true, (ts_list){wanted, n_wanted}, false, captured)) return false;
  n_wanted = 0;
  for (int i = 0; i < n; i++) result[i] = twins[i] && ts_requires_grad(twins[i]) ? captured[n_wanted++] : NULL;
  return true;
}
