/* The body for builds without threads: everything runs here. */
#include "threads.h"

void ts_parallel_for(int64_t n, int64_t grain, void (*body)(void *arg, int64_t begin, int64_t end), void *arg) {
  (void)grain;
  if (n > 0) body(arg, 0, n);
}
int ts_num_threads(void) { return 1; }
void ts_set_num_threads(int n) { (void)n; }
void ts_work_alone(bool alone) { (void)alone; }
