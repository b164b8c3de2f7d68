/* Linear maps that treat each spatial dim by itself: interpolation, adaptive averages, padding by what is there. */
#ifndef TS_RESAMPLE_H
#define TS_RESAMPLE_H
#include "../core/op.h"

typedef enum {
  TS_RESAMPLE_NEAREST, TS_RESAMPLE_NEAREST_EXACT, TS_RESAMPLE_LINEAR, TS_RESAMPLE_CUBIC,
  TS_RESAMPLE_LINEAR_AA, TS_RESAMPLE_CUBIC_AA, /* with antialiasing */
  TS_RESAMPLE_MEAN,                            /* of windows that share the input out evenly */
  TS_RESAMPLE_REFLECT, TS_RESAMPLE_REPLICATE, TS_RESAMPLE_CIRCULAR /* scales tell what is put in front */
} ts_resample_kind;
#endif
