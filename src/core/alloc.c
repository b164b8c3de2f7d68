/* Size classes: multiples of 64 bytes up to 1 KiB, then eight steps an octave, so that at most an eighth is lost to rounding.
   Freed blocks wait in their class's list. A 16-byte header in front of each block names its class. Small blocks are cut
   from slabs and stay in the pool for good: the system's allocator never sees them. */
#include "alloc.h"
#include "pages.h"
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { SMALL_CLASSES = 16, STEPS = 8, OCTAVES = 38, CLASSES = SMALL_CLASSES + OCTAVES * STEPS };
enum { SLAB_MAX = 2048, SLAB = 1 << 18 };
enum { PREFETCHED_CLASSES = 4 /* those of tensors and their nodes */ };
enum { FREELY = 64 << 20 /* bytes that are never worth a thought */ };

typedef struct block {
  uint32_t size_class, lead; /* lead: bytes from the start of the raw block to the user's pointer */
  struct block *next;
} block;
_Static_assert(sizeof(void *) != 8 || sizeof(block) == 16, "the header must keep 16-byte alignment");

static struct {
  atomic_flag lock;
  block *lists[CLASSES];
  ts_memory_stats stats;
  int64_t fail_in;
  char *slab, *slab_end; /* what is left of the current one */
} pool = {ATOMIC_FLAG_INIT, {0}, {0}, 0, NULL, NULL};

/* Three quarters of the address space, at most 64 TB: class sizes above cannot overflow. */
#define MAX_BLOCK ((size_t)(sizeof(size_t) == 4 ? SIZE_MAX / 4 * 3 : SIZE_MAX >> 18))

static void lock(void) {
  while (atomic_flag_test_and_set_explicit(&pool.lock, memory_order_acquire)) {}
}
static void unlock(void) { atomic_flag_clear_explicit(&pool.lock, memory_order_release); }

static int class_of(size_t size) {
  if (size <= 64 * SMALL_CLASSES) return size == 0 ? 0 : (int)((size - 1) / 64);
  int top = 63 - __builtin_clzll((unsigned long long)(size - 1)); /* 2^top <= size - 1 */
  int step = (int)(((size - 1) >> (top - 3)) & 7);
  int c = SMALL_CLASSES + (top - 10) * STEPS + step;
  return c < CLASSES ? c : -1;
}

static size_t class_size(int c) {
  if (c < SMALL_CLASSES) return 64 * (size_t)(c + 1);
  int top = (c - SMALL_CLASSES) / STEPS + 10, step = (c - SMALL_CLASSES) % STEPS;
  return ((size_t)8 + (size_t)step + 1) << (top - 3);
}

static void trim_locked(void) {
  for (int c = 0; c < CLASSES; c++) {
    if (class_size(c) <= SLAB_MAX) continue;
    while (pool.lists[c]) {
      block *b = pool.lists[c];
      pool.lists[c] = b->next;
      pool.stats.pooled_bytes -= (int64_t)class_size(c);
      free((char *)(b + 1) - b->lead);
    }
  }
}

/* Gives pooled blocks back until at most `most` bytes are pooled, class by class from where the last time ended: none is spared for good. */
static void shrink_locked(int64_t most) {
  static int next;
  for (int tried = 0; tried < CLASSES && pool.stats.pooled_bytes > most; tried++, next = (next + 1) % CLASSES) {
    if (class_size(next) <= SLAB_MAX) continue;
    while (pool.lists[next] && pool.stats.pooled_bytes > most) {
      block *b = pool.lists[next];
      pool.lists[next] = b->next;
      pool.stats.pooled_bytes -= (int64_t)class_size(next);
      free((char *)(b + 1) - b->lead);
    }
  }
}

/* What is pooled and live together stays below twice what was ever live at a time: sizes that change all the time would else leave a
   pool of each behind. */
static void make_room_locked(int64_t bytes) {
  const int64_t live = pool.stats.live_bytes + bytes, most = pool.stats.peak_bytes > live ? pool.stats.peak_bytes : live;
  if (live + pool.stats.pooled_bytes > FREELY && live + pool.stats.pooled_bytes > 2 * most) shrink_locked(2 * most - live);
}

/* Pooled memory beyond this goes back to the system: what a training step reuses, not a leak of its past. */
static int64_t pool_limit(void) {
  int64_t limit = pool.stats.budget_bytes > 0 ? pool.stats.budget_bytes / 4 : (int64_t)1 << 30;
  return limit < (int64_t)1 << 31 ? limit : (int64_t)1 << 31;
}

static char *fresh_block(size_t bytes) {
  if (bytes >= TS_LARGE_BLOCK) return ts_pages_alloc(bytes);
  if (bytes > SLAB_MAX) return aligned_alloc(64, bytes);
  if ((size_t)(pool.slab_end - pool.slab) < bytes) {
    char *slab = aligned_alloc(64, SLAB);
    if (!slab) return NULL;
    pool.slab = slab;
    pool.slab_end = slab + SLAB;
  }
  char *raw = pool.slab;
  pool.slab += bytes;
  return raw;
}

/* Small blocks come back long after they were last touched, when a collection has found their owners: the next one is fetched while
   the caller works with this one. (Not inlined, GCC takes a function that only prefetches for one without effect.) */
static inline __attribute__((always_inline)) void prefetch(const block *b, size_t bytes) {
  for (size_t at = 0; at < bytes; at += 64) __builtin_prefetch((const char *)b + at, 1);
}

static void *take(size_t size, uint32_t lead) {
  if (size > MAX_BLOCK) return NULL;
  size_t total = size + lead;
  int c = class_of(total);
  if (c < 0 || class_size(c) < total) return NULL;
  size_t bytes = class_size(c);
  lock();
  if (pool.fail_in > 0 && --pool.fail_in == 0) { unlock(); return NULL; }
  int64_t budget = pool.stats.budget_bytes;
  block *b = pool.lists[c];
  if (budget > 0 && pool.stats.live_bytes + (int64_t)bytes > budget) { unlock(); return NULL; }
  if (b) {
    pool.lists[c] = b->next;
    pool.stats.pooled_bytes -= (int64_t)bytes;
    if (c < PREFETCHED_CLASSES && b->next) prefetch(b->next, bytes);
    if (b->lead != lead) {
      block *moved = (block *)((char *)(b + 1) - b->lead + lead) - 1;
      *moved = (block){(uint32_t)c, lead, NULL};
      b = moved;
    }
  } else {
    if (budget > 0 && pool.stats.live_bytes + pool.stats.pooled_bytes + (int64_t)bytes > budget) trim_locked();
    make_room_locked((int64_t)bytes);
    char *raw = fresh_block(bytes);
    if (!raw) {
      trim_locked();
      raw = fresh_block(bytes);
    }
    if (!raw) { unlock(); return NULL; }
    b = (block *)(raw + lead) - 1;
    b->size_class = (uint32_t)c;
    b->lead = lead;
  }
  pool.stats.live_bytes += (int64_t)bytes;
  if (pool.stats.live_bytes > pool.stats.peak_bytes) pool.stats.peak_bytes = pool.stats.live_bytes;
  pool.stats.blocks++;
  pool.stats.allocations++;
  unlock();
  return b + 1;
}

void *ts_alloc(size_t size) { return take(size, 64); }
void *ts_alloc_packed(size_t size) { return take(size, 16); }

void *ts_calloc(size_t size) {
  void *p = ts_alloc(size);
  if (p) memset(p, 0, size);
  return p;
}

void ts_free(void *p) {
  if (!p) return;
  block *b = (block *)p - 1;
  size_t bytes = class_size((int)b->size_class);
  lock();
  pool.stats.live_bytes -= (int64_t)bytes;
  pool.stats.blocks--;
  if (bytes > SLAB_MAX && pool.stats.pooled_bytes + (int64_t)bytes > pool_limit()) {
    free((char *)p - b->lead); /* under the lock: WebAssembly's has none of its own */
    unlock();
    return;
  }
  b->next = pool.lists[b->size_class];
  pool.lists[b->size_class] = b;
  pool.stats.pooled_bytes += (int64_t)bytes;
  unlock();
}

void *ts_realloc(void *p, size_t old_size, size_t size) {
  void *fresh = ts_alloc(size);
  if (fresh && p) memcpy(fresh, p, old_size < size ? old_size : size);
  if (fresh) ts_free(p);
  return fresh;
}

void ts_memory(ts_memory_stats *out) {
  lock();
  *out = pool.stats;
  unlock();
}
void ts_reset_peak(void) {
  lock();
  pool.stats.peak_bytes = pool.stats.live_bytes;
  unlock();
}
void ts_set_budget(int64_t bytes) {
  lock();
  pool.stats.budget_bytes = bytes > 0 ? bytes : 0;
  unlock();
}
void ts_trim(void) {
  lock();
  trim_locked();
  unlock();
}
void ts_fail_allocation(int64_t n) {
  lock();
  pool.fail_in = n;
  unlock();
}
