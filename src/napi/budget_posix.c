#include "budget.h"
#include <stdio.h>
#include <unistd.h>

static int64_t number_in(const char *path) {
  FILE *f = fopen(path, "r");
  long long n = 0;
  if (!f) return 0;
  if (fscanf(f, "%lld", &n) != 1) n = 0; /* "max": no limit */
  fclose(f);
  return n;
}

int64_t ts_default_budget(void) {
  int64_t total = (int64_t)sysconf(_SC_PHYS_PAGES) * (int64_t)sysconf(_SC_PAGESIZE);
  const char *const limits[] = {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"};
  for (int i = 0; i < 2; i++) {
    int64_t n = number_in(limits[i]);
    if (n > 0 && (total <= 0 || n < total)) total = n;
  }
  return total > 0 ? total / 10 * 8 : 0;
}
