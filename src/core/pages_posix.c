/* Large blocks where madvise() may ask for large pages, and files by mmap(). */
#define _GNU_SOURCE
#include "pages.h"
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LARGE_PAGE = 2 << 20 };

void *ts_pages_alloc(size_t bytes) {
  size_t whole = (bytes + (LARGE_PAGE - 1)) & ~(size_t)(LARGE_PAGE - 1);
  void *block = aligned_alloc(LARGE_PAGE, whole);
#ifdef MADV_HUGEPAGE
  if (block) (void)madvise(block, whole, MADV_HUGEPAGE); /* advice: without it the block is as good, only slower at first */
#endif
  return block;
}

bool ts_pages_map(int fd, int64_t offset, int64_t bytes, ts_mapping *out) {
  struct stat st;
  if (offset < 0 || bytes <= 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || bytes > st.st_size - offset) return false;
  int64_t lead = offset % sysconf(_SC_PAGESIZE);
  void *base = mmap(NULL, (size_t)(lead + bytes), PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, offset - lead);
  if (base == MAP_FAILED) return false;
  *out = (ts_mapping){(char *)base + lead, base, (size_t)(lead + bytes)};
  return true;
}

void ts_pages_unmap(const ts_mapping *m) { munmap(m->base, m->bytes); }
