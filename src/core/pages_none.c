/* Large blocks and files where there is nothing to ask for. */
#include "pages.h"
#include <stdlib.h>

void *ts_pages_alloc(size_t bytes) { return aligned_alloc(64, bytes); }

bool ts_pages_map(int fd, int64_t offset, int64_t bytes, ts_mapping *out) {
  (void)fd;
  (void)offset;
  (void)bytes;
  (void)out;
  return false;
}

void ts_pages_unmap(const ts_mapping *m) { (void)m; }
