#include "kernels.h"
#include <stdatomic.h>
#include "loops/isa.h"

ts_loop_table ts_loops;
static const char *chosen = "none";

#define DECLARE_FILE(isa, file) void ts_fill_##file##_##isa(ts_loop_table *table);
#define DECLARE_ISA(isa, shown, usable) TS_LOOP_FILES(DECLARE_FILE, isa)
TS_ISAS(DECLARE_ISA)

#define FILL_FILE(isa, file) ts_fill_##file##_##isa(&ts_loops);
#define FILL_ISA(isa, shown, usable)  \
  if (usable) {                       \
    TS_LOOP_FILES(FILL_FILE, isa)     \
    chosen = shown;                   \
  }

/* Later sets overwrite earlier ones, so the best usable one stays. Filling twice writes the same pointers. */
void ts_kernels_init(void) {
  static atomic_bool done;
  if (atomic_load(&done)) return;
  TS_ISAS(FILL_ISA)
  atomic_store(&done, true);
}

const char *ts_simd_name(void) { return chosen; }
