/* The pool allocator. */
#include "check.h"
#include <stdlib.h>

static ts_memory_stats stats(void) {
  ts_memory_stats s;
  ts_memory(&s);
  return s;
}

TEST(blocks_are_aligned_and_hold_what_was_asked) {
  for (size_t size = 0; size < 5000; size += size < 300 ? 1 : 211) {
    unsigned char *p = ts_alloc(size);
    CHECK(p && (uintptr_t)p % 64 == 0);
    memset(p, 0xff, size);
    unsigned char *q = ts_calloc(size);
    bool zero = true;
    for (size_t i = 0; i < size; i++) zero = zero && q[i] == 0;
    CHECK(zero);
    ts_free(p);
    ts_free(q);
  }
  CHECK(stats().blocks == 0 && stats().live_bytes == 0);
}

TEST(a_freed_block_is_used_again) {
  ts_trim();
  const int64_t small = stats().pooled_bytes; /* blocks cut from slabs stay in the pool */
  void *a = ts_alloc(10000);
  ts_free(a);
  void *b = ts_alloc(9990);
  CHECK(a == b);
  ts_free(b);
  CHECK(stats().pooled_bytes > small);
  ts_trim();
  CHECK(stats().pooled_bytes == small);
}

TEST(blocks_do_not_overlap) {
  enum { N = 500 };
  static unsigned char *blocks[N];
  static size_t sizes[N];
  srand(1);
  for (int round = 0; round < 20000; round++) {
    int i = rand() % N;
    if (blocks[i]) {
      for (size_t k = 0; k < sizes[i]; k++) {
        if (blocks[i][k] == (unsigned char)i) continue;
        CHECK(!"a block was overwritten");
        break;
      }
      ts_free(blocks[i]);
      blocks[i] = NULL;
    } else {
      sizes[i] = (size_t)(rand() % (rand() % 8 ? 300 : 20000));
      blocks[i] = ts_alloc(sizes[i]);
      memset(blocks[i], i, sizes[i]);
    }
  }
  for (int i = 0; i < N; i++) ts_free(blocks[i]);
  CHECK(stats().blocks == 0 && stats().live_bytes == 0);
}

TEST(realloc_keeps_the_content_and_the_old_block_on_failure) {
  char *p = ts_alloc(100);
  memset(p, 7, 100);
  char *q = ts_realloc(p, 100, 100000);
  CHECK(q && q[0] == 7 && q[99] == 7);
  ts_fail_allocation(1);
  CHECK(ts_realloc(q, 100000, 200000) == NULL);
  CHECK(q[99] == 7);
  q = ts_realloc(q, 100000, 10);
  CHECK(q && q[9] == 7);
  ts_free(q);
}

TEST(the_budget_turns_exhaustion_into_null) {
  ts_trim();
  int64_t live = stats().live_bytes;
  ts_set_budget(live + 1000000);
  void *a = ts_alloc(600000);
  CHECK(a != NULL);
  CHECK(ts_alloc(600000) == NULL);
  ts_free(a);
  a = ts_alloc(800000); /* another class: the pooled block must make room */
  CHECK(a != NULL);
  CHECK(stats().live_bytes <= live + 1000000);
  ts_free(a);
  ts_set_budget(0);
}

TEST(what_is_pooled_stays_below_the_peak_of_what_lives) {
  ts_trim();
  ts_reset_peak();
  int64_t before = stats().live_bytes;
  for (int i = 0; i < 60; i++) { /* a class of its own each time, 40 MB at most */
    size_t size = (size_t)1000000 * (size_t)(8 + i * 32 / 60);
    void *a = ts_alloc(size);
    CHECK(a != NULL);
    ts_free(a);
    CHECK(stats().live_bytes == before);
    CHECK(stats().live_bytes + stats().pooled_bytes <= 2 * stats().peak_bytes || stats().pooled_bytes <= 64 << 20);
  }
  void *again = ts_alloc(39000000);
  int64_t pooled = stats().pooled_bytes;
  ts_free(again);
  again = ts_alloc(39000000); /* what a loop needs again and again stays */
  CHECK(stats().pooled_bytes == pooled);
  ts_free(again);
  ts_trim();
  CHECK(stats().pooled_bytes < 1 << 20);
}

TEST(absurd_sizes_are_refused) {
  CHECK(ts_alloc(SIZE_MAX) == NULL);
  CHECK(ts_alloc(SIZE_MAX - 64) == NULL);
  CHECK(ts_alloc((size_t)1 << 62) == NULL);
  CHECK(ts_calloc(SIZE_MAX / 2) == NULL);
}

TEST(the_nth_allocation_fails_on_request) {
  ts_fail_allocation(2);
  void *a = ts_alloc(8), *b = ts_alloc(8), *c = ts_alloc(8);
  CHECK(a && !b && c);
  ts_free(a);
  ts_free(c);
}

TEST(statistics) {
  int64_t live = stats().live_bytes;
  ts_reset_peak();
  CHECK(stats().peak_bytes == live);
  void *a = ts_alloc(1000000);
  CHECK(stats().live_bytes >= live + 1000000 && stats().live_bytes <= live + 1130000);
  ts_free(a);
  CHECK(stats().peak_bytes >= live + 1000000);
}

CHECK_MAIN
