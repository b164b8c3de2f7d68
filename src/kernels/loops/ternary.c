/* Loops of three inputs. */
#include "loops.h"

#define TERNARY(t, d)                                                          \
  TS_DENSE3P(addcmul_##t, t, t, x + p0 * y * z)                                \
  TS_DENSE3P(addcdiv_##t, t, t, x + p0 * y / z)                                \
  /* the weight is z; from the nearer end, so that both are met exactly */     \
  TS_DENSE3(lerp_##t, t, t, z > (ts_val_##t)-0.5 && z < (ts_val_##t)0.5 ? x + z * (y - x) : y - (y - x) * (1 - z))
TS_FLOATS2(TERNARY)
TS_DENSE3P(addcmul_i64, i64, i64, (int64_t)((uint64_t)x + (uint64_t)p0 * (uint64_t)y * (uint64_t)z))

#define SELECT(name, type)                                                               \
  static void name(char *const *p, const int64_t *s, int64_t n, const void *params) {    \
    (void)s, (void)params;                                                               \
    type *out = (type *)p[0];                                                            \
    const uint8_t *condition = (const uint8_t *)p[1];                                    \
    const type *a = (const type *)p[2], *b = (const type *)p[3];                         \
    TS_DENSE_LOOP for (int64_t k = 0; k < n; k++) out[k] = condition[k] ? a[k] : b[k];   \
  }
SELECT(select_1, uint8_t)
SELECT(select_2, uint16_t)
SELECT(select_4, uint32_t)
SELECT(select_8, uint64_t)
SELECT(select_16, ts_mem_c128)

TS_FILL(ternary) {
#define SET(t, d)                                 \
  table->ternary[TS_TER_ADDCMUL][d] = addcmul_##t; \
  table->ternary[TS_TER_ADDCDIV][d] = addcdiv_##t; \
  table->ternary[TS_TER_LERP][d] = lerp_##t;
  TS_FLOATS2(SET)
  table->ternary[TS_TER_ADDCMUL][TS_INT64] = addcmul_i64;
  table->select[0] = select_1;
  table->select[1] = select_2;
  table->select[2] = select_4;
  table->select[3] = select_8;
  table->select[4] = select_16;
}
