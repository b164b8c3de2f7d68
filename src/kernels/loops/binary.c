#include "loops.h"

#define ADD(t, d) TS_LOOP2(add_##t, t, t, x + y)
#define MUL(t, d) TS_LOOP2(mul_##t, t, t, x * y)
TS_REAL_TYPES(ADD)
TS_REAL_TYPES(MUL)

/* x + alpha * y; alpha comes as a ts_scalar. */
#define INT_ALPHA ((const ts_scalar *)params)->i
#define FLOAT_ALPHA ((const ts_scalar *)params)->f
#define ADD_SCALED_INT(t, d) TS_LOOP2(add_scaled_##t, t, t, x + (ts_val_##t)INT_ALPHA * y)
#define ADD_SCALED_FLOAT(t, d) TS_LOOP2(add_scaled_##t, t, t, x + (ts_val_##t)FLOAT_ALPHA * y)
TS_LOOP2(add_scaled_b8, b8, b8, x || (INT_ALPHA && y))
TS_INT_TYPES(ADD_SCALED_INT)
TS_FLOAT_TYPES(ADD_SCALED_FLOAT)

/* x where y is above the threshold. */
#define THRESHOLD_BACKWARD(t, d) TS_LOOP2(threshold_backward_##t, t, t, y <= (ts_val_##t)FLOAT_ALPHA ? 0 : x)
TS_NUMBER_TYPES(THRESHOLD_BACKWARD)

TS_FILL(binary) {
#define SET(t, d)                         \
  table->binary[TS_BIN_ADD][d] = add_##t; \
  table->binary[TS_BIN_MUL][d] = mul_##t; \
  table->binary[TS_BIN_ADD_SCALED][d] = add_scaled_##t;
  TS_REAL_TYPES(SET)
#undef SET
#define SET(t, d) table->binary[TS_BIN_THRESHOLD_BACKWARD][d] = threshold_backward_##t;
  TS_NUMBER_TYPES(SET)
#undef SET
}
