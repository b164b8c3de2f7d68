/* Comparisons; greater is less with exchanged operands. NaN is unequal to everything. */
#include "loops.h"

#define COMPARE(t, d)                 \
  TS_LOOP2(eq_##t, b8, t, x == y)     \
  TS_LOOP2(ne_##t, b8, t, x != y)     \
  TS_LOOP2(lt_##t, b8, t, x < y)      \
  TS_LOOP2(le_##t, b8, t, x <= y)
TS_WIDE_TYPES(COMPARE)
COMPARE(u8, TS_UINT8)

TS_FILL(compare) {
#define SET(t, d)                         \
  table->compare[TS_CMP_EQ][d] = eq_##t; \
  table->compare[TS_CMP_NE][d] = ne_##t; \
  table->compare[TS_CMP_LT][d] = lt_##t; \
  table->compare[TS_CMP_LE][d] = le_##t;
  TS_WIDE_TYPES(SET)
  SET(u8, TS_UINT8)
  SET(u8, TS_BOOL)
}
