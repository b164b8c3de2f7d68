/* memcpy, memmove and memset by the instructions for it, which the C library of the toolchain does without: twice as fast from some
   hundred bytes on. Below that the call into the engine costs more than a loop. The one file that is built with -mbulk-memory. */
#include <stddef.h>
#include <stdint.h>

enum { SMALL = 256 };

typedef int64_t __attribute__((vector_size(16), may_alias, aligned(1))) pair;
typedef uint64_t __attribute__((may_alias, aligned(1))) word;
typedef uint32_t __attribute__((may_alias, aligned(1))) half;

void *memcpy(void *restrict to, const void *restrict from, size_t n) {
  char *d = to;
  const char *s = from;
  if (n > SMALL) return __builtin_memcpy(to, from, n);
  for (; n >= 16; n -= 16, d += 16, s += 16) *(pair *)d = *(const pair *)s;
  if (n & 8) {
    *(word *)d = *(const word *)s;
    d += 8;
    s += 8;
  }
  if (n & 4) {
    *(half *)d = *(const half *)s;
    d += 4;
    s += 4;
  }
  for (n &= 3; n; n--) *d++ = *s++;
  return to;
}

void *memmove(void *to, const void *from, size_t n) {
  const uintptr_t apart = (uintptr_t)to > (uintptr_t)from ? (uintptr_t)to - (uintptr_t)from : (uintptr_t)from - (uintptr_t)to;
  return n <= SMALL && apart >= n ? memcpy(to, from, n) : __builtin_memmove(to, from, n);
}

void *memset(void *to, int value, size_t n) {
  char *d = to;
  if (n > SMALL) return __builtin_memset(to, value, n);
  const word v = 0x0101010101010101u * (unsigned char)value;
  for (; n >= 16; n -= 16, d += 16) *(pair *)d = (pair){(int64_t)v, (int64_t)v};
  if (n & 8) {
    *(word *)d = v;
    d += 8;
  }
  for (n &= 7; n; n--) *d++ = (char)value;
  return to;
}
