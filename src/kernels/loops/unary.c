#include "loops.h"

#define RELU(t, d) TS_LOOP1(relu_##t, t, t, x > 0 || x != x ? x : 0)
TS_NUMBER_TYPES(RELU)

TS_FILL(unary) {
#define SET(t, d) table->unary[TS_UN_RELU][d] = relu_##t;
  TS_NUMBER_TYPES(SET)
#undef SET
}
