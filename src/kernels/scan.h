/* Scans: results along a dim that each take in what came before. */
#ifndef TS_SCAN_H
#define TS_SCAN_H
#include <stdbool.h>
#include <stdint.h>

typedef enum { TS_SCAN_SUM, TS_SCAN_PROD, TS_SCAN_RECUR, TS_SCAN_LOG, TS_SCAN_MAX, TS_SCAN_MIN, TS_SCAN_COUNT } ts_scan_id;

/* Contiguous memory of one dtype, (outer, n, inner), scanned along n. */
typedef struct {
  void *out;
  const void *in, *factor; /* factor: of TS_SCAN_RECUR */
  int64_t *where;          /* indices that TS_SCAN_MAX and TS_SCAN_MIN give */
  int64_t n, inner;
  bool reverse;            /* from the end */
} ts_scan;
typedef void (*ts_scan_loop)(const ts_scan *s, int64_t begin, int64_t end); /* positions of outer */
#endif
