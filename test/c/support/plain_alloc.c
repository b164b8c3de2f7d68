/* core/alloc.h without a pool: every block is a block of malloc of exactly the size asked for, so that AddressSanitizer
   sees each read past an end and each use after free, which the pool's rounding and reuse would hide. */
#include "core/alloc.h"
#include <malloc.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static _Atomic int64_t live, peak, blocks, allocations, budget, fail_in;

static void *take(size_t size, size_t alignment) {
  if (fail_in > 0 && --fail_in == 0) return NULL;
  if (budget > 0 && live + (int64_t)size > budget) return NULL;
  void *block = NULL;
  if (size > (size_t)1 << 40 || posix_memalign(&block, alignment, size ? size : 1) != 0) return NULL;
  int64_t now = live += (int64_t)malloc_usable_size(block);
  if (now > peak) peak = now;
  blocks++;
  allocations++;
  memset(block, 0xa5, size); /* nothing may count on fresh memory being zero */
  return block;
}

void *ts_alloc(size_t size) { return take(size, 64); }
void *ts_alloc_packed(size_t size) { return take(size, 16); }

void *ts_calloc(size_t size) {
  void *block = ts_alloc(size);
  return block ? memset(block, 0, size) : NULL;
}

void ts_free(void *block) {
  if (!block) return;
  live -= (int64_t)malloc_usable_size(block);
  blocks--;
  free(block);
}

void *ts_realloc(void *block, size_t old_size, size_t size) {
  void *moved = ts_alloc(size);
  if (!moved) return NULL;
  if (block) memcpy(moved, block, old_size < size ? old_size : size);
  ts_free(block);
  return moved;
}

void ts_memory(ts_memory_stats *out) {
  *out = (ts_memory_stats){.live_bytes = live, .peak_bytes = peak, .budget_bytes = budget, .blocks = blocks, .allocations = (uint64_t)allocations};
}
void ts_reset_peak(void) { peak = live; }
void ts_set_budget(int64_t bytes) { budget = bytes; }
void ts_trim(void) {}
void ts_fail_allocation(int64_t n) { fail_in = n; }
