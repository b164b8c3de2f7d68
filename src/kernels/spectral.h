/* What ops on singular values and eigenvalues share. */
#ifndef TS_KERNELS_SPECTRAL_H
#define TS_KERNELS_SPECTRAL_H
#include "kernels.h"
#include "matrices.h"

/* float32 of complex64, float64 of complex128, other dtypes themselves. */
ts_dtype ts_real_dtype(ts_dtype d);
#endif
