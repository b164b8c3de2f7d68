/* One pass over a parameter, its state and its gradient. Operations and their order are PyTorch's, but that Adam
   multiplies by 1 / sqrt(1 - beta2^t): divisions are what bounds it. */
#include <math.h>
#include "../optim.h"
#include "loops.h"

#define SQRT_f32 sqrtf
#define SQRT_f64 sqrt
#define SQRT_f16 sqrtf
#define SQRT_bf16 sqrtf

/* Flags are constants where `run` is called, so that the loops have no branches. */

/* SGD: param, buffer (with momentum), grad. */
#define SGD(t, d)                                                                                                      \
  typedef struct { ts_val_##t sign, lr, weight_decay, momentum, undamped; } sgd_##t##_numbers;                         \
  static inline void sgd_one_##t(ts_mem_##t *p, ts_mem_##t *b, const ts_mem_##t *g, const sgd_##t##_numbers c,         \
                                 const bool momentum, const bool decay, const bool nesterov) {                         \
    const ts_val_##t x = TS_LOAD_##t(*p), raw = c.sign * TS_LOAD_##t(*g);                                              \
    ts_val_##t grad = decay ? raw + c.weight_decay * x : raw;                                                          \
    if (momentum) {                                                                                                    \
      const ts_val_##t buffer = TS_LOAD_##t(*b) * c.momentum + c.undamped * grad;                                      \
      *b = TS_SAVE_##t(buffer);                                                                                        \
      grad = nesterov ? grad + c.momentum * buffer : buffer;                                                           \
    }                                                                                                                  \
    *p = TS_SAVE_##t(x - c.lr * grad);                                                                                 \
  }                                                                                                                    \
  static inline void sgd_run_##t(char *const *p, const int64_t *s, int64_t n, const ts_sgd_params *a,                  \
                                 const bool momentum, const bool decay, const bool nesterov) {                         \
    const sgd_##t##_numbers c = {(ts_val_##t)a->sign, (ts_val_##t)a->lr, (ts_val_##t)a->weight_decay,                  \
                                 (ts_val_##t)a->momentum, (ts_val_##t)a->undamped};                                    \
    const int last = momentum ? 2 : 1;                                                                                 \
    const int64_t size = sizeof(ts_mem_##t);                                                                           \
    if (s[0] == size && s[1] == size && s[last] == size) {                                                             \
      ts_mem_##t *x = (ts_mem_##t *)p[0], *b = (ts_mem_##t *)p[1];                                                     \
      const ts_mem_##t *g = (const ts_mem_##t *)p[last];                                                               \
      TS_IVDEP for (int64_t k = 0; k < n; k++) sgd_one_##t(x + k, b + k, g + k, c, momentum, decay, nesterov);         \
      return;                                                                                                          \
    }                                                                                                                  \
    for (int64_t k = 0; k < n; k++)                                                                                    \
      sgd_one_##t((ts_mem_##t *)(p[0] + k * s[0]), (ts_mem_##t *)(p[1] + k * s[1]),                                    \
                  (const ts_mem_##t *)(p[last] + k * s[last]), c, momentum, decay, nesterov);                          \
  }                                                                                                                    \
  static void sgd_##t(char *const *p, const int64_t *s, int64_t n, const void *params) {                               \
    const ts_sgd_params *a = params;                                                                                   \
    if (a->weight_decay != 0) sgd_run_##t(p, s, n, a, false, true, false);                                             \
    else sgd_run_##t(p, s, n, a, false, false, false);                                                                 \
  }                                                                                                                    \
  static void sgd_momentum_##t(char *const *p, const int64_t *s, int64_t n, const void *params) {                      \
    const ts_sgd_params *a = params;                                                                                   \
    if (a->nesterov) {                                                                                                 \
      if (a->weight_decay != 0) sgd_run_##t(p, s, n, a, true, true, true);                                             \
      else sgd_run_##t(p, s, n, a, true, false, true);                                                                 \
    } else {                                                                                                           \
      if (a->weight_decay != 0) sgd_run_##t(p, s, n, a, true, true, false);                                            \
      else sgd_run_##t(p, s, n, a, true, false, false);                                                                \
    }                                                                                                                  \
  }
TS_FLOAT_TYPES(SGD)

/* Adam: param, exp_avg, exp_avg_sq, max_exp_avg_sq (with amsgrad), grad. A NaN in `before` is one in `square` too. */
#define ADAM(t, d)                                                                                                     \
  typedef struct {                                                                                                     \
    ts_val_##t sign, keep, weight_decay, beta1, rest1, beta2, rest2, unbias, eps, step_size;                           \
  } adam_##t##_numbers;                                                                                                \
  static inline void adam_one_##t(ts_mem_##t *p, ts_mem_##t *m, ts_mem_##t *v, ts_mem_##t *top, const ts_mem_##t *g,   \
                                  const adam_##t##_numbers c, const bool amsgrad, const bool decay) {                  \
    const ts_val_##t x = TS_LOAD_##t(*p) * c.keep, raw = c.sign * TS_LOAD_##t(*g);                                     \
    const ts_val_##t grad = decay ? raw + c.weight_decay * x : raw;                                                    \
    const ts_val_##t mean = TS_LOAD_##t(*m) * c.beta1 + c.rest1 * grad;                                                \
    const ts_val_##t square = TS_LOAD_##t(*v) * c.beta2 + c.rest2 * grad * grad;                                       \
    ts_val_##t largest = square;                                                                                       \
    *m = TS_SAVE_##t(mean);                                                                                            \
    *v = TS_SAVE_##t(square);                                                                                          \
    if (amsgrad) {                                                                                                     \
      const ts_val_##t before = TS_LOAD_##t(*top);                                                                     \
      largest = before >= square ? before : square;                                                                    \
      *top = TS_SAVE_##t(largest);                                                                                     \
    }                                                                                                                  \
    *p = TS_SAVE_##t(x - c.step_size * mean / (SQRT_##t(largest) * c.unbias + c.eps));                                 \
  }                                                                                                                    \
  static inline void adam_run_##t(char *const *p, const int64_t *s, int64_t n, const ts_adam_params *a,                \
                                  const bool amsgrad, const bool decay) {                                              \
    const adam_##t##_numbers c = {(ts_val_##t)a->sign,        (ts_val_##t)a->keep,  (ts_val_##t)a->weight_decay,       \
                                  (ts_val_##t)a->beta1,       (ts_val_##t)(1 - a->beta1), (ts_val_##t)a->beta2,        \
                                  (ts_val_##t)(1 - a->beta2), (ts_val_##t)a->unbias, (ts_val_##t)a->eps,               \
                                  (ts_val_##t)a->step_size};                                                           \
    const int last = amsgrad ? 4 : 3;                                                                                  \
    const int64_t size = sizeof(ts_mem_##t);                                                                           \
    if (s[0] == size && s[1] == size && s[2] == size && s[3] == size && s[last] == size) {                             \
      ts_mem_##t *x = (ts_mem_##t *)p[0], *m = (ts_mem_##t *)p[1], *v = (ts_mem_##t *)p[2], *top = (ts_mem_##t *)p[3]; \
      const ts_mem_##t *g = (const ts_mem_##t *)p[last];                                                               \
      TS_IVDEP for (int64_t k = 0; k < n; k++) adam_one_##t(x + k, m + k, v + k, top + k, g + k, c, amsgrad, decay);   \
      return;                                                                                                          \
    }                                                                                                                  \
    for (int64_t k = 0; k < n; k++)                                                                                    \
      adam_one_##t((ts_mem_##t *)(p[0] + k * s[0]), (ts_mem_##t *)(p[1] + k * s[1]), (ts_mem_##t *)(p[2] + k * s[2]),  \
                   (ts_mem_##t *)(p[3] + k * s[3]), (const ts_mem_##t *)(p[last] + k * s[last]), c, amsgrad, decay);   \
  }                                                                                                                    \
  static void adam_##t(char *const *p, const int64_t *s, int64_t n, const void *params) {                              \
    const ts_adam_params *a = params;                                                                                  \
    if (a->weight_decay != 0) adam_run_##t(p, s, n, a, false, true);                                                   \
    else adam_run_##t(p, s, n, a, false, false);                                                                       \
  }                                                                                                                    \
  static void adam_amsgrad_##t(char *const *p, const int64_t *s, int64_t n, const void *params) {                      \
    const ts_adam_params *a = params;                                                                                  \
    if (a->weight_decay != 0) adam_run_##t(p, s, n, a, true, true);                                                    \
    else adam_run_##t(p, s, n, a, true, false);                                                                        \
  }
TS_FLOAT_TYPES(ADAM)

TS_FILL(optim) {
#define SET(t, d)                                                                                                      \
  table->sgd[d] = sgd_##t;                                                                                             \
  table->sgd_momentum[d] = sgd_momentum_##t;                                                                           \
  table->adam[d] = adam_##t;                                                                                           \
  table->adam_amsgrad[d] = adam_amsgrad_##t;
  TS_FLOAT_TYPES(SET)
#undef SET
}
