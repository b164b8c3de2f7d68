/* The whole harness of the C tests: TEST(name) { CHECK(...); } any number of times, then CHECK_MAIN at the end. */
#ifndef CHECK_H
#define CHECK_H
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include "core/alloc.h"
#include "core/context.h"

typedef struct check_test {
  const char *name;
  void (*run)(void);
  struct check_test *next;
} check_test;

static check_test *check_first, **check_last = &check_first;
static int check_problems;

#define TEST(name)                                                          \
  static void test_##name(void);                                            \
  static check_test entry_##name = {#name, test_##name, NULL};              \
  __attribute__((constructor)) static void add_##name(void) {               \
    *check_last = &entry_##name;                                            \
    check_last = &entry_##name.next;                                        \
  }                                                                         \
  static void test_##name(void)

#define CHECK(condition)                                                    \
  do {                                                                      \
    if (!(condition)) {                                                     \
      printf("  %s:%d: %s\n", __FILE__, __LINE__, #condition);              \
      check_problems++;                                                     \
    }                                                                       \
  } while (0)

#define CHECK_NEAR(got, want, allowed)                                      \
  do {                                                                      \
    double got_ = (double)(got), want_ = (double)(want);                    \
    if (!(fabs(got_ - want_) <= (allowed))) {                               \
      printf("  %s:%d: %s is %.17g instead of %.17g\n", __FILE__, __LINE__, #got, got_, want_); \
      check_problems++;                                                     \
    }                                                                       \
  } while (0)

#define CHECK_TEXT(got, want)                                               \
  do {                                                                      \
    const char *got_ = (got), *want_ = (want);                              \
    if (!got_ || strcmp(got_, want_) != 0) {                                \
      printf("  %s:%d: \"%s\" instead of \"%s\"\n", __FILE__, __LINE__, got_ ? got_ : "(null)", want_); \
      check_problems++;                                                     \
    }                                                                       \
  } while (0)

/* Runs scenario(data) with the first allocation failing, then the second, and so on until it gets through. After each
   run every block is returned, and a run during which an allocation failed must have said so (false).
   Returns how many allocations the scenario makes; -1 when something went wrong. */
static inline int64_t check_each_allocation(bool (*scenario)(void *data), void *data) {
  enum { MANY = 100000 };
  for (int64_t n = 1; n < MANY; n++) {
    ts_memory_stats before, after;
    ts_memory(&before);
    ts_fail_allocation(n);
    bool ok = scenario(data);
    ts_fail_allocation(0);
    ts_memory(&after);
    if (after.blocks != before.blocks || after.live_bytes != before.live_bytes) {
      printf("  allocation %lld failed: %lld blocks, %lld bytes leaked\n", (long long)n, (long long)(after.blocks - before.blocks),
             (long long)(after.live_bytes - before.live_bytes));
      check_problems++;
      return -1;
    }
    if (ok) return n - 1;
    if (check_problems) return -1;
  }
  check_problems++;
  return -1;
}

/* A scenario inside a context of its own. */
typedef struct {
  bool (*run)(ts_cx *cx, void *data);
  void *data;
} check_scenario;

static inline bool check_in_context(void *data) {
  const check_scenario *s = data;
  ts_cx *cx = ts_cx_new();
  if (!cx) return false;
  size_t scope = ts_scope_begin(cx);
  bool ok = s->run(cx, s->data) && !ts_failed(cx);
  if (!ok && ts_failed(cx) && cx->status != TS_ERR_MEMORY) {
    printf("  unexpected error: %s\n", cx->message);
    check_problems++;
  }
  ts_scope_end(cx, scope);
  ts_cx_free(cx);
  return ok;
}

static inline int check_main(void) {
  int passed = 0, failed = 0;
  for (check_test *t = check_first; t; t = t->next) {
    check_problems = 0;
    t->run();
    if (check_problems) printf("FAILED %s\n", t->name);
    if (check_problems) failed++;
    else passed++;
  }
  printf("%d passed, %d failed\n", passed, failed);
  return failed ? 1 : 0;
}

#define CHECK_MAIN \
  int main(void) { return check_main(); }
#endif
