/* Large blocks of memory from the system: pages_posix.c or pages_none.c, whichever the build names. */
#ifndef TS_PAGES_H
#define TS_PAGES_H
#include <stddef.h>

enum { TS_LARGE_BLOCK = 4 << 20 };

/* 64-byte aligned memory for free(), of at least TS_LARGE_BLOCK bytes. The first touch of a page is a fault, which costs more than
   writing the page: where the system has pages of 2 MB, it is asked for them. */
void *ts_pages_alloc(size_t bytes);

#endif
