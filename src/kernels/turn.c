#include "turn.h"
#include <string.h>
#include "../core/threads.h"

/* A tile: 16 lines of the operand, or 32 when only the result is beside it, become as many rows of 512 bytes. Rows that are a power of two
   apart would share few places of a cache, so these are a line more. */
enum { ROW = 512, APART = ROW + 64, MOST_LINES = 32, LEAST = 8, DEFAULT_GRAIN = 32768 };

typedef struct {
  const ts_iter *it;
  ts_loop loop;
  const void *params;
  int k, other, lines;
  int64_t item;
} turn;

#define TURN(T, row0, row1, col0, col1)        \
  for (int64_t i = (row0); i < (row1); i++)    \
    for (int64_t j = (col0); j < (col1); j++) memcpy(to + j * APART + i * (int64_t)sizeof(T), from + i * step + j * (int64_t)sizeof(T), sizeof(T));

#if defined(__clang__) || __GNUC__ >= 12
typedef uint32_t quad __attribute__((vector_size(16)));
#define PAIRS(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
/* Rows and columns in fours. */
static void turn_quads(char *to, const char *from, int64_t step, int64_t rows, int64_t cols) {
  for (int64_t r = 0; r < rows; r += 4) {
    for (int64_t c = 0; c < cols; c += 4) {
      const char *at = from + r * step + c * 4;
      char *out = to + c * APART + r * 4;
      quad x[4], y[4];
      for (int i = 0; i < 4; i++) memcpy(&x[i], at + i * step, sizeof(quad));
      const quad low = PAIRS(x[0], x[1], 0, 4, 1, 5), high = PAIRS(x[0], x[1], 2, 6, 3, 7);
      const quad low2 = PAIRS(x[2], x[3], 0, 4, 1, 5), high2 = PAIRS(x[2], x[3], 2, 6, 3, 7);
      y[0] = PAIRS(low, low2, 0, 1, 4, 5);
      y[1] = PAIRS(low, low2, 2, 3, 6, 7);
      y[2] = PAIRS(high, high2, 0, 1, 4, 5);
      y[3] = PAIRS(high, high2, 2, 3, 6, 7);
      for (int i = 0; i < 4; i++) memcpy(out + i * APART, &y[i], sizeof(quad));
    }
  }
}
static void turn_words(char *to, const char *from, int64_t step, int64_t rows, int64_t cols) {
  const int64_t r = rows & ~(int64_t)3, c = cols & ~(int64_t)3;
  turn_quads(to, from, step, r, c);
  TURN(uint32_t, 0, r, c, cols)
  TURN(uint32_t, r, rows, 0, cols)
}
#else
static void turn_words(char *to, const char *from, int64_t step, int64_t rows, int64_t cols) { TURN(uint32_t, 0, rows, 0, cols) }
#endif

static void turn_tile(int64_t item, char *to, const char *from, int64_t step, int64_t rows, int64_t cols) {
  if (item == 4) turn_words(to, from, step, rows, cols);
  else if (item == 8) TURN(uint64_t, 0, rows, 0, cols)
  else if (item == 2) TURN(uint16_t, 0, rows, 0, cols)
  else TURN(uint8_t, 0, rows, 0, cols)
}

static void turn_range(void *arg, int64_t begin, int64_t end) {
  const turn *t = arg;
  const ts_iter *it = t->it;
  const int64_t n = it->sizes[0], m = it->sizes[t->other], lines = t->lines, bands = (m + lines - 1) / lines, most = ROW / t->item;
  _Alignas(64) char tile[MOST_LINES * APART];
  int64_t steps[TS_ITER_OPERANDS];
  memcpy(steps, it->strides[0], sizeof steps);
  steps[t->k] = t->item;
  for (int64_t band = begin; band < end; band++) {
    int64_t rest = band / bands, at[TS_MAX_DIM] = {0};
    at[t->other] = band % bands * lines;
    for (int d = 1; d < it->ndim; d++) {
      if (d == t->other) continue;
      at[d] = rest % it->sizes[d];
      rest /= it->sizes[d];
    }
    char *base[TS_ITER_OPERANDS];
    for (int q = 0; q < it->n; q++) {
      base[q] = it->data[q];
      for (int d = 1; d < it->ndim; d++) base[q] += at[d] * it->strides[d][q];
    }
    const int64_t cols = m - at[t->other] < lines ? m - at[t->other] : lines;
    for (int64_t i = 0; i < n; i += most) {
      const int64_t rows = n - i < most ? n - i : most;
      turn_tile(t->item, tile, base[t->k] + i * it->strides[0][t->k], it->strides[0][t->k], rows, cols);
      for (int64_t j = 0; j < cols; j++) {
        char *p[TS_ITER_OPERANDS];
        for (int q = 0; q < it->n; q++) p[q] = base[q] + i * it->strides[0][q] + j * it->strides[t->other][q];
        p[t->k] = tile + j * APART;
        t->loop(p, steps, rows, t->params);
      }
    }
  }
}

bool ts_iter_turned(const ts_iter *it, int k, int64_t item, ts_loop loop, const void *params, int64_t grain) {
  if (it->ndim < 2 || item > 8 || it->strides[0][k] <= item || it->sizes[0] < LEAST) return false;
  turn t = {it, loop, params, k, 1, it->n > 2 ? 16 : MOST_LINES, item};
  while (t.other < it->ndim && it->strides[t.other][k] != item) t.other++;
  if (t.other == it->ndim || it->sizes[t.other] < LEAST) return false;
  const int64_t bands = (it->sizes[t.other] + t.lines - 1) / t.lines, planes = it->numel / (it->sizes[0] * it->sizes[t.other]);
  const int64_t each = it->sizes[0] * t.lines, least = grain ? grain : DEFAULT_GRAIN;
  ts_parallel_for(planes * bands, each >= least ? 1 : least / each, turn_range, &t);
  return true;
}
