/* Memory: a process-wide pool of size classes with statistics and a byte budget. Thread-safe. */
#ifndef TS_ALLOC_H
#define TS_ALLOC_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
  int64_t live_bytes;   /* handed out and not returned, headers and rounding included */
  int64_t peak_bytes;
  int64_t pooled_bytes; /* kept for reuse */
  int64_t budget_bytes; /* live may not grow past it; 0: none */
  int64_t blocks;       /* live blocks */
  uint64_t allocations; /* ever */
} ts_memory_stats;

/* 64-byte aligned. NULL when the budget or the machine is exhausted. */
void *ts_alloc(size_t size);
void *ts_alloc_packed(size_t size); /* only 16-byte aligned, 48 bytes smaller: for small structs */
void *ts_calloc(size_t size);
void ts_free(void *block); /* NULL is fine */
void *ts_realloc(void *block, size_t old_size, size_t size);

void ts_memory(ts_memory_stats *out);
void ts_reset_peak(void);
void ts_set_budget(int64_t bytes);
void ts_trim(void); /* gives pooled memory back */
/* Testing: the n-th allocation from now fails, n = 1 the next; 0 turns it off. */
void ts_fail_allocation(int64_t n);

#endif
