/* Large blocks where madvise() may ask for large pages. */
#define _GNU_SOURCE
#include "pages.h"
#include <stdlib.h>
#include <sys/mman.h>

enum { LARGE_PAGE = 2 << 20 };

void *ts_pages_alloc(size_t bytes) {
  size_t whole = (bytes + (LARGE_PAGE - 1)) & ~(size_t)(LARGE_PAGE - 1);
  void *block = aligned_alloc(LARGE_PAGE, whole);
#ifdef MADV_HUGEPAGE
  if (block) (void)madvise(block, whole, MADV_HUGEPAGE); /* advice: without it the block is as good, only slower at first */
#endif
  return block;
}
