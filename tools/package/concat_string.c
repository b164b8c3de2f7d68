/* All that OpenBLAS's LAPACK asks of the Fortran runtime: `to = a // b`, cut or padded with blanks. */
#include <string.h>

void _gfortran_concat_string(size_t n, char *to, size_t na, const char *a, size_t nb, const char *b) {
  size_t first = na < n ? na : n, second = nb < n - first ? nb : n - first;
  memcpy(to, a, first);
  memcpy(to + first, b, second);
  memset(to + first + second, ' ', n - first - second);
}
