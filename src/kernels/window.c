#include "window.h"
#include <inttypes.h>

bool ts_window_list(ts_cx *cx, const char *name, ts_ints list, int n, int64_t fallback, int64_t least, int64_t *out3) {
  for (int d = 0; d < 3; d++) out3[d] = fallback;
  if (list.n <= 0) return true;
  if (list.n != 1 && list.n != n)
    return ts_fail(cx, TS_ERR_ARGUMENT, "%s must be a number or %d numbers, got %s", name, n, ts_sizes_text((int)(list.n < 8 ? list.n : 8), list.v, (char[160]){0}, 160));
  for (int d = 0; d < n; d++) {
    int64_t v = list.v[list.n == 1 ? 0 : d];
    if (v < least || v > INT32_MAX)
      return ts_fail(cx, TS_ERR_ARGUMENT, "%s must be at least %" PRId64 ", got %s", name, least, ts_sizes_text((int)list.n, list.v, (char[160]){0}, 160));
    out3[3 - n + d] = v;
  }
  return true;
}
