#include "dtype.h"

const uint8_t ts_dtype_sizes[TS_DTYPE_COUNT] = {1, 1, 1, 2, 4, 8, 2, 2, 4, 8, 8, 16};
const char *const ts_dtype_names[TS_DTYPE_COUNT] = {"bool",     "uint8",   "int8",    "int16",     "int32",     "int64",
                                                    "float16", "bfloat16", "float32", "float64", "complex64", "complex128"};

ts_dtype ts_promote(ts_dtype a, ts_dtype b) {
  if (a == b) return a;
  ts_dtype low = a < b ? a : b, high = a < b ? b : a;
  if (ts_is_complex(high)) return low == TS_FLOAT64 ? TS_COMPLEX128 : high;
  if (ts_is_float(low)) return high == TS_BFLOAT16 ? TS_FLOAT32 : high; /* float16 with bfloat16 */
  if (ts_is_float(high)) return high;
  if (low == TS_UINT8 && high == TS_INT8) return TS_INT16;
  return high;
}

bool ts_can_cast(ts_dtype from, ts_dtype to) {
  if (ts_is_complex(from) && !ts_is_complex(to)) return false;
  if (ts_is_float(from) && ts_is_integral(to, true)) return false;
  return from == TS_BOOL || to != TS_BOOL;
}
