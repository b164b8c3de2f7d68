/* Walks several tensors of one (broadcast) shape in step: dims are sorted by stride and merged where memory allows, so that
   most calls end in one long inner loop. */
#ifndef TS_ITER_H
#define TS_ITER_H
#include "tensor.h"

enum { TS_ITER_OPERANDS = 8 };

/* n elements; p[k] and s[k] (bytes) are pointer and step of operand k, the outputs first. params is the op's own. */
typedef void (*ts_loop)(char *const *p, const int64_t *s, int64_t n, const void *params);

typedef struct {
  int n, ndim;
  int64_t numel;
  char *data[TS_ITER_OPERANDS];
  int64_t sizes[TS_MAX_DIM]; /* innermost first */
  int64_t strides[TS_MAX_DIM][TS_ITER_OPERANDS]; /* bytes; 0 where an operand is broadcast */
} ts_iter;

/* Every operand must be broadcastable to sizes, which the callers have checked. */
void ts_iter_init(ts_iter *it, int n, ts_tensor *const *operands, int ndim, const int64_t *sizes);
/* Above some `grain` elements (0: a default for cheap ops) pieces run in parallel. */
void ts_iter_run(const ts_iter *it, ts_loop loop, const void *params, int64_t grain);
/* Both at once. */
void ts_iterate(int n, ts_tensor *const *operands, int ndim, const int64_t *sizes, ts_loop loop, const void *params, int64_t grain);

/* True when writing `out` elementwise while reading `in` could read what was just written: memory shared, but not the same
   elements in the same places. */
bool ts_overlaps(const ts_tensor *out, const ts_tensor *in);
/* Before a write to t. Fails when two elements of t share memory (an expanded tensor): such a tensor cannot be written. */
bool ts_check_writable(ts_cx *cx, const ts_tensor *t);

#endif
