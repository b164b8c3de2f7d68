/* Sliding windows over 1 to 3 spatial dims, shared by convolution and pooling. Everything is treated as 3-d (depth, height,
   width), missing dims in front having size 1. */
#ifndef TS_WINDOW_H
#define TS_WINDOW_H
#include "../core/op.h"

#define TS_SIZE_AS_INPUT INT32_MIN /* an output size given as null */
enum { TS_PADDING_SAME = -2, TS_PADDING_VALID = -3 }; /* n of a padding given as a word */

typedef struct {
  int64_t in[3], out[3], kernel[3], stride[3], pad[3], dilation[3];
} ts_window;

/* Spreads `list` (1 entry, or one a dim) over the last n of three; entries must be at least `least`. */
bool ts_window_list(ts_cx *cx, const char *name, ts_ints list, int n, int64_t fallback, int64_t least, int64_t *out3);
static inline int64_t ts_volume(const int64_t *v) { return v[0] * v[1] * v[2]; }
#endif
