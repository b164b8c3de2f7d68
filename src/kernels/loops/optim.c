/* One pass over a parameter, its state and its gradient. Operations and their order are PyTorch's. */
#include <math.h>
#include "../optim.h"
#include "loops.h"

#define SQRT_f32 sqrtf
#define SQRT_f64 sqrt
#define SQRT_f16 sqrtf
#define SQRT_bf16 sqrtf

/* SGD's element: param, buffer (NULL: no momentum), grad. */
#define SGD(t, d)                                                                                                      \
  typedef struct {                                                                                                     \
    ts_val_##t sign, lr, weight_decay, momentum, undamped;                                                             \
    bool fresh, nesterov;                                                                                              \
  } sgd_##t##_numbers;                                                                                                 \
  static inline void sgd_one_##t(ts_mem_##t *p, ts_mem_##t *b, const ts_mem_##t *g, const sgd_##t##_numbers c) {       \
    const ts_val_##t x = TS_LOAD_##t(*p), raw = c.sign * TS_LOAD_##t(*g);                                              \
    ts_val_##t grad = c.weight_decay != 0 ? raw + c.weight_decay * x : raw;                                            \
    if (b) {                                                                                                           \
      const ts_val_##t moved = TS_LOAD_##t(*b) * c.momentum + c.undamped * grad, buffer = c.fresh ? grad : moved;      \
      *b = TS_SAVE_##t(buffer);                                                                                        \
      grad = c.nesterov ? grad + c.momentum * buffer : buffer;                                                         \
    }                                                                                                                  \
    *p = TS_SAVE_##t(x - c.lr * grad);                                                                                 \
  }                                                                                                                    \
  static inline sgd_##t##_numbers sgd_numbers_##t(const ts_sgd_params *a) {                                            \
    return (sgd_##t##_numbers){(ts_val_##t)a->sign, (ts_val_##t)a->lr, (ts_val_##t)a->weight_decay,                    \
                               (ts_val_##t)a->momentum, (ts_val_##t)a->undamped, a->fresh, a->nesterov};               \
  }                                                                                                                    \
  static void sgd_##t(char *const *p, const int64_t *s, int64_t n, const void *params) {                               \
    const sgd_##t##_numbers c = sgd_numbers_##t(params);                                                               \
    if (s[0] == sizeof(ts_mem_##t) && s[1] == sizeof(ts_mem_##t)) {                                                    \
      ts_mem_##t *x = (ts_mem_##t *)p[0];                                                                              \
      const ts_mem_##t *g = (const ts_mem_##t *)p[1];                                                                  \
      TS_IVDEP for (int64_t k = 0; k < n; k++) sgd_one_##t(x + k, NULL, g + k, c);                                     \
      return;                                                                                                          \
    }                                                                                                                  \
    for (int64_t k = 0; k < n; k++)                                                                                    \
      sgd_one_##t((ts_mem_##t *)(p[0] + k * s[0]), NULL, (const ts_mem_##t *)(p[1] + k * s[1]), c);                    \
  }                                                                                                                    \
  static void sgd_momentum_##t(char *const *p, const int64_t *s, int64_t n, const void *params) {                      \
    const sgd_##t##_numbers c = sgd_numbers_##t(params);                                                               \
    if (s[0] == sizeof(ts_mem_##t) && s[1] == sizeof(ts_mem_##t) && s[2] == sizeof(ts_mem_##t)) {                      \
      ts_mem_##t *x = (ts_mem_##t *)p[0], *b = (ts_mem_##t *)p[1];                                                     \
      const ts_mem_##t *g = (const ts_mem_##t *)p[2];                                                                  \
      TS_IVDEP for (int64_t k = 0; k < n; k++) sgd_one_##t(x + k, b + k, g + k, c);                                    \
      return;                                                                                                          \
    }                                                                                                                  \
    for (int64_t k = 0; k < n; k++)                                                                                    \
      sgd_one_##t((ts_mem_##t *)(p[0] + k * s[0]), (ts_mem_##t *)(p[1] + k * s[1]),                                    \
                  (const ts_mem_##t *)(p[2] + k * s[2]), c);                                                           \
  }
TS_FLOAT_TYPES(SGD)

/* Adam's element: param, exp_avg, exp_avg_sq, max_exp_avg_sq (NULL: not amsgrad), grad. */
#define ADAM(t, d)                                                                                                     \
  typedef struct {                                                                                                     \
    ts_val_##t sign, keep, weight_decay, beta1, rest1, beta2, rest2, root, eps, step_size;                             \
  } adam_##t##_numbers;                                                                                                \
  static inline void adam_one_##t(ts_mem_##t *p, ts_mem_##t *m, ts_mem_##t *v, ts_mem_##t *top, const ts_mem_##t *g,   \
                                  const adam_##t##_numbers c) {                                                        \
    const ts_val_##t x = TS_LOAD_##t(*p) * c.keep, raw = c.sign * TS_LOAD_##t(*g);                                     \
    const ts_val_##t grad = c.weight_decay != 0 ? raw + c.weight_decay * x : raw;                                      \
    const ts_val_##t mean = TS_LOAD_##t(*m) * c.beta1 + c.rest1 * grad;                                                \
    const ts_val_##t square = TS_LOAD_##t(*v) * c.beta2 + c.rest2 * grad * grad;                                       \
    ts_val_##t largest = square;                                                                                       \
    *m = TS_SAVE_##t(mean);                                                                                            \
    *v = TS_SAVE_##t(square);                                                                                          \
    if (top) {                                                                                                         \
      const ts_val_##t before = TS_LOAD_##t(*top);                                                                     \
      largest = before >= square || before != before ? before : square;                                                \
      *top = TS_SAVE_##t(largest);                                                                                     \
    }                                                                                                                  \
    *p = TS_SAVE_##t(x - c.step_size * mean / (SQRT_##t(largest) / c.root + c.eps));                                   \
  }                                                                                                                    \
  static inline adam_##t##_numbers adam_numbers_##t(const ts_adam_params *a) {                                         \
    return (adam_##t##_numbers){(ts_val_##t)a->sign,  (ts_val_##t)a->keep,        (ts_val_##t)a->weight_decay,         \
                                (ts_val_##t)a->beta1, (ts_val_##t)(1 - a->beta1), (ts_val_##t)a->beta2,                \
                                (ts_val_##t)(1 - a->beta2), (ts_val_##t)a->root,  (ts_val_##t)a->eps,                  \
                                (ts_val_##t)a->step_size};                                                             \
  }                                                                                                                    \
  static void adam_##t(char *const *p, const int64_t *s, int64_t n, const void *params) {                              \
    const adam_##t##_numbers c = adam_numbers_##t(params);                                                             \
    const int64_t size = sizeof(ts_mem_##t);                                                                           \
    if (s[0] == size && s[1] == size && s[2] == size && s[3] == size) {                                                \
      ts_mem_##t *x = (ts_mem_##t *)p[0], *m = (ts_mem_##t *)p[1], *v = (ts_mem_##t *)p[2];                            \
      const ts_mem_##t *g = (const ts_mem_##t *)p[3];                                                                  \
      TS_IVDEP for (int64_t k = 0; k < n; k++) adam_one_##t(x + k, m + k, v + k, NULL, g + k, c);                      \
      return;                                                                                                          \
    }                                                                                                                  \
    for (int64_t k = 0; k < n; k++)                                                                                    \
      adam_one_##t((ts_mem_##t *)(p[0] + k * s[0]), (ts_mem_##t *)(p[1] + k * s[1]), (ts_mem_##t *)(p[2] + k * s[2]),  \
                   NULL, (const ts_mem_##t *)(p[3] + k * s[3]), c);                                                    \
  }                                                                                                                    \
  static void adam_amsgrad_##t(char *const *p, const int64_t *s, int64_t n, const void *params) {                      \
    const adam_##t##_numbers c = adam_numbers_##t(params);                                                             \
    const int64_t size = sizeof(ts_mem_##t);                                                                           \
    if (s[0] == size && s[1] == size && s[2] == size && s[3] == size && s[4] == size) {                                \
      ts_mem_##t *x = (ts_mem_##t *)p[0], *m = (ts_mem_##t *)p[1], *v = (ts_mem_##t *)p[2], *top = (ts_mem_##t *)p[3]; \
      const ts_mem_##t *g = (const ts_mem_##t *)p[4];                                                                  \
      TS_IVDEP for (int64_t k = 0; k < n; k++) adam_one_##t(x + k, m + k, v + k, top + k, g + k, c);                   \
      return;                                                                                                          \
    }                                                                                                                  \
    for (int64_t k = 0; k < n; k++)                                                                                    \
      adam_one_##t((ts_mem_##t *)(p[0] + k * s[0]), (ts_mem_##t *)(p[1] + k * s[1]), (ts_mem_##t *)(p[2] + k * s[2]),  \
                   (ts_mem_##t *)(p[3] + k * s[3]), (const ts_mem_##t *)(p[4] + k * s[4]), c);                         \
  }
TS_FLOAT_TYPES(ADAM)

TS_FILL(optim) {
#define SET(t, d)                                   \
  table->sgd[d] = sgd_##t;                          \
  table->sgd_momentum[d] = sgd_momentum_##t;        \
  table->adam[d] = adam_##t;                        \
  table->adam_amsgrad[d] = adam_amsgrad_##t;
  TS_FLOAT_TYPES(SET)
#undef SET
}
