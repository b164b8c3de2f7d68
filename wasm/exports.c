/* The face of the WASM twin: one context, calls by number, memory read and written by the loader. */
#include <stdint.h>
#include "../src/core/alloc.h"
#include "../src/core/op.h"
#include "../src/gemm/gemm_product.h"
#include "../src/kernels/kernels.h"
#include "host.h"

IMPORT(callback) int32_t host_callback(double id);

static ts_cx *cx;

static bool run_callback(ts_cx *c, void *data, int64_t id) {
  (void)c;
  (void)data;
  return host_callback((double)id) != 0;
}

/* Address of the wall; 0 without memory, of which there are `bytes` at most. */
double *EXPORT(torsh_init)(double bytes) {
  if (!cx) {
    ts_kernels_init();
    cx = ts_cx_new();
    if (!cx) return NULL;
    cx->host.callback = run_callback;
    ts_set_budget((int64_t)bytes - (64 << 20));
  }
  return cx->wall;
}

/* For the module of relaxed.c, and the word that it runs. */
void *EXPORT(torsh_alloc)(size_t bytes) { return ts_alloc(bytes); }
void EXPORT(torsh_free)(void *p) { ts_free(p); }
void EXPORT(torsh_relaxed)(void) { ts_gemm_relaxed(); }

void EXPORT(torsh_call)(uint32_t op) { ts_call(cx, op); }
int32_t EXPORT(torsh_release)(double handle) { return ts_handle_release(cx, handle); }
const char *EXPORT(torsh_message)(void) { return cx->message; }
const char *EXPORT(torsh_table_hash)(void) { return ts_table_hash; }

/* Address of a contiguous tensor's bytes; 0 when the handle is stale or the tensor is not contiguous. */
void *EXPORT(torsh_data)(double handle) {
  ts_slot *slot = ts_handle_slot(cx, handle);
  return slot && ts_is_contiguous(slot->tensor) ? ts_data(slot->tensor) : NULL;
}
