/* Large blocks of memory from the system: pages_posix.c or pages_none.c, whichever the build names. */
#ifndef TS_PAGES_H
#define TS_PAGES_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TS_LARGE_BLOCK = 4 << 20 };

/* 64-byte aligned memory for free(), of at least TS_LARGE_BLOCK bytes. The first touch of a page is a fault, which costs more than
   writing the page: where the system has pages of 2 MB, it is asked for them. */
void *ts_pages_alloc(size_t bytes);

/* `bytes` of an open file from `offset` on, in memory; what is written there never reaches the file. False where that cannot be: no
   mapping, no regular file, or not that many bytes in it. A file that is cut off later takes the memory with it. */
typedef struct {
  void *data; /* byte `offset` of the file */
  void *base; /* for ts_pages_unmap */
  size_t bytes;
} ts_mapping;
bool ts_pages_map(int fd, int64_t offset, int64_t bytes, ts_mapping *out);
void ts_pages_unmap(const ts_mapping *m);

#endif
