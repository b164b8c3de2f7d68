/* Discrete Fourier transforms of one dim: plans, and the jobs that loops/fft.c runs.

   Data are split: real parts and imaginary parts apart. A vector holds the same element of several transforms (lanes), so that
   every butterfly is plain vector arithmetic: Stockham's passes of radix 8, 4, 2, 3, 5 and odd primes up to 31. One long
   transform of n1 * n2 is done as n2 columns, then n1 rows, whose lanes are its own columns and rows ("two steps"). Lengths
   with larger prime factors are convolutions of a good length (Bluestein). Inverse transforms exchange the parts. */
#ifndef TS_FFT_H
#define TS_FFT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TS_FFT_RADIX_MAX = 31, TS_FFT_PASSES = 48, TS_FFT_LANES_LIMIT = 8192, TS_FFT_SHARED = 1 << 15, TS_FFT_TASKS = 16 };

/* Tables are of the element type (float or double). */
typedef struct ts_fft_plan ts_fft_plan;
struct ts_fft_plan {
  int64_t n;
  bool real, wide;               /* of n real numbers; double */
  int passes, radix[TS_FFT_PASSES]; /* 0: no passes over lanes */
  char *twiddles;                /* for each pass: (cos, -sin) of r roots for odd r > 5, then of p j for p < m, 0 < j < r */
  int64_t rows, columns;         /* two steps: n = rows * columns, plans a and b; 0: none */
  char *turns;                   /* two steps: cos[n], -sin[n] of row * column; real: cos, sin of k <= n / 4; Bluestein: cos[n], sin[n] */
  char *kernel;                  /* Bluestein: the transform of the chirp, parts apart */
  ts_fft_plan *a, *b;            /* sub-plans. real, n even: a of n / 2; odd: a of n. Bluestein: a */
  int64_t bytes;
  int refs;                      /* guarded by the cache's lock */
  uint64_t used;
};

typedef enum { TS_FFT_C2C, TS_FFT_R2C, TS_FFT_C2R } ts_fft_kind;

/* Many transforms along one dim. Steps and strides count floats (doubles): a complex element is two. */
typedef struct {
  const ts_fft_plan *plan;
  ts_fft_kind kind;
  bool inverse, lanes;
  bool twosided; /* of real lines: the second half too */
  double scale;
  const void *in;
  void *out;
  int64_t in_step, out_step;
  int ndim; /* of the lines, innermost first */
  int64_t sizes[64], in_strides[64], out_strides[64];
} ts_fft_job;

/* Lines [begin, end) of a job. scratch: ts_fft_scratch bytes. */
typedef void (*ts_fft_run)(const ts_fft_job *job, int64_t begin, int64_t end, char *scratch);
/* One complex transform in place, parts apart; n + 1 elements of room in each. */
typedef void (*ts_fft_line)(const ts_fft_plan *plan, void *re, void *im, char *scratch);

/* Bytes for one caller of either; 64-byte aligned. */
int64_t ts_fft_scratch(const ts_fft_plan *plan);
/* Finds or makes a plan; NULL when memory is short. ts_fft_done gives it back. */
const ts_fft_plan *ts_fft_plan_of(int64_t n, bool real, bool wide);
void ts_fft_done(const ts_fft_plan *plan);

#endif
