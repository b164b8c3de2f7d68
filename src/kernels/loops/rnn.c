/* Cells of recurrent networks. See rnn.h. */
#include "../../core/vmath.h"
#include "../rnn.h"
#include "loops.h"

#define SIGMOID(t, x) sigmoid_##t(x)
static inline float sigmoid_f32(float x) { return vm_sigmoidf(x); }
static inline double sigmoid_f64(double x) { return 1 / (1 + vm_exp(-x)); }
#define ALL(t, dt)                                                                                                          \
  static void rnn_cell_##t(const void *gates, const void *state_gates, void *h, int64_t n, int relu) {                      \
    const ts_mem_##t *x = gates, *s = state_gates;                                                                          \
    ts_mem_##t *y = h;                                                                                                      \
    if (relu) for (int64_t k = 0; k < n; k++) y[k] = x[k] + s[k] <= 0 ? 0 : x[k] + s[k];                                    \
    else TS_DENSE_LOOP for (int64_t k = 0; k < n; k++) y[k] = TS_VM_##t(tanh)(x[k] + s[k]);                                 \
  }                                                                                                                         \
  static void rnn_back_##t(const void *h, const void *dh, void *dgates, int64_t n, int relu) {                              \
    const ts_mem_##t *y = h, *g = dh;                                                                                       \
    ts_mem_##t *to = dgates;                                                                                                \
    if (relu) for (int64_t k = 0; k < n; k++) to[k] = y[k] > 0 ? g[k] : 0;                                                  \
    else for (int64_t k = 0; k < n; k++) to[k] = g[k] * (1 - y[k] * y[k]);                                                  \
  }                                                                                                                         \
  static void lstm_cell_##t(const void *gates, const void *state_gates, const void *before, void *kept, void *c, void *h, int64_t n) { \
    const ts_mem_##t *x = gates, *s = state_gates, *from = before;                                                          \
    ts_mem_##t *i = kept, *f = i + n, *g = f + n, *o = g + n, *to = c, *y = h;                                              \
    TS_DENSE_LOOP for (int64_t k = 0; k < 2 * n; k++) i[k] = SIGMOID(t, x[k] + s[k]);                                       \
    TS_DENSE_LOOP for (int64_t k = 0; k < n; k++) g[k] = TS_VM_##t(tanh)(x[2 * n + k] + s[2 * n + k]);                      \
    TS_DENSE_LOOP for (int64_t k = 0; k < n; k++) o[k] = SIGMOID(t, x[3 * n + k] + s[3 * n + k]);                           \
    TS_DENSE_LOOP for (int64_t k = 0; k < n; k++) to[k] = f[k] * from[k] + i[k] * g[k];                                     \
    TS_DENSE_LOOP for (int64_t k = 0; k < n; k++) y[k] = o[k] * TS_VM_##t(tanh)(to[k]);                                     \
  }                                                                                                                         \
  static void lstm_back_##t(const void *gates, const void *before, const void *c, const void *dh, void *dc, void *dgates, int64_t n) { \
    const ts_mem_##t *i = gates, *f = i + n, *g = f + n, *o = g + n, *from = before, *now = c, *dy = dh;                    \
    ts_mem_##t *through = dc, *di = dgates, *df = di + n, *dg = df + n, *dout = dg + n;                                     \
    TS_DENSE_LOOP for (int64_t k = 0; k < n; k++) {                                                                         \
      const ts_mem_##t y = TS_VM_##t(tanh)(now[k]), d = through[k] + dy[k] * o[k] * (1 - y * y);                            \
      dout[k] = dy[k] * y * o[k] * (1 - o[k]);                                                                              \
      di[k] = d * g[k] * i[k] * (1 - i[k]);                                                                                 \
      dg[k] = d * i[k] * (1 - g[k] * g[k]);                                                                                 \
      df[k] = d * from[k] * f[k] * (1 - f[k]);                                                                              \
      through[k] = d * f[k];                                                                                                \
    }                                                                                                                       \
  }                                                                                                                         \
  static void gru_cell_##t(const void *gates, const void *state_gates, const void *bias, const void *before, void *kept, void *h, int64_t n) { \
    const ts_mem_##t *x = gates, *s = state_gates, *b = bias, *from = before;                                               \
    ts_mem_##t *r = kept, *z = r + n, *m = z + n, *part = m + n, *y = h;                                                    \
    if (b) TS_DENSE_LOOP for (int64_t k = 0; k < 2 * n; k++) r[k] = SIGMOID(t, x[k] + s[k] + b[k]);                         \
    else TS_DENSE_LOOP for (int64_t k = 0; k < 2 * n; k++) r[k] = SIGMOID(t, x[k] + s[k]);                                  \
    for (int64_t k = 0; k < n; k++) part[k] = s[2 * n + k] + (b ? b[2 * n + k] : 0);                                        \
    TS_DENSE_LOOP for (int64_t k = 0; k < n; k++) m[k] = TS_VM_##t(tanh)(x[2 * n + k] + r[k] * part[k]);                    \
    TS_DENSE_LOOP for (int64_t k = 0; k < n; k++) y[k] = (from[k] - m[k]) * z[k] + m[k];                                    \
  }                                                                                                                         \
  static void gru_back_##t(const void *kept, const void *before, const void *dh, void *dgates, void *dstate_gates, void *dbefore, int64_t n) { \
    const ts_mem_##t *r = kept, *z = r + n, *m = z + n, *part = m + n, *from = before, *dy = dh;                            \
    ts_mem_##t *dx = dgates, *ds = dstate_gates, *past = dbefore;                                                           \
    TS_DENSE_LOOP for (int64_t k = 0; k < n; k++) {                                                                         \
      const ts_mem_##t dm = dy[k] * (1 - z[k]) * (1 - m[k] * m[k]), dz = dy[k] * (from[k] - m[k]) * z[k] * (1 - z[k]);      \
      const ts_mem_##t dr = dm * part[k] * r[k] * (1 - r[k]);                                                               \
      dx[k] = ds[k] = dr;                                                                                                   \
      dx[n + k] = ds[n + k] = dz;                                                                                           \
      dx[2 * n + k] = dm;                                                                                                   \
      ds[2 * n + k] = dm * r[k];                                                                                            \
      past[k] = dy[k] * z[k];                                                                                               \
    }                                                                                                                       \
  }
TS_FLOATS2(ALL)

TS_FILL(rnn) {
#define SET(t, d)                  \
  table->rnn_cell[d] = rnn_cell_##t;   \
  table->rnn_back[d] = rnn_back_##t;   \
  table->lstm_cell[d] = lstm_cell_##t; \
  table->lstm_back[d] = lstm_back_##t; \
  table->gru_cell[d] = gru_cell_##t;   \
  table->gru_back[d] = gru_back_##t;
  TS_FLOATS2(SET)
}
