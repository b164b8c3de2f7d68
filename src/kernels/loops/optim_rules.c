/* The rules of optimizers other than SGD and Adam: one pass over a parameter, its state and its gradient. Operations and
   their order are PyTorch's, where it has the rule. */
#include <math.h>
#include "../../core/vmath.h"
#include "../optim.h"
#include "loops.h"

#define SQRT_f32 sqrtf
#define SQRT_f64 sqrt
#define SQRT_f16 sqrtf
#define SQRT_bf16 sqrtf
#define ABS_f32 fabsf
#define ABS_f64 fabs
#define ABS_f16 fabsf
#define ABS_bf16 fabsf

#define NUMBERS(t, d) typedef struct { bool decay; ts_val_##t sign, weight_decay, keep, n0, n1, n2, n3, n4, n5, n6, n7; } numbers_##t;
TS_FLOAT_TYPES(NUMBERS)

/* A loop over param, states (1 to 3) and grad. In the body x is the parameter, g the gradient; A, B, C are where states lie. */
#define RULE(t, name, states, body)                                                                                    \
  static inline void name##_one_##t(ts_mem_##t *X, ts_mem_##t *A, ts_mem_##t *B, ts_mem_##t *C, const ts_mem_##t *G,   \
                                    const numbers_##t c) {                                                             \
    (void)B, (void)C;                                                                                                  \
    ts_val_##t x = TS_LOAD_##t(*X), g = c.sign * TS_LOAD_##t(*G);                                                      \
    g = c.decay ? g + c.weight_decay * x : g;                                                                          \
    body;                                                                                                              \
    *X = TS_SAVE_##t(x);                                                                                               \
  }                                                                                                                    \
  static void name##_##t(char *const *p, const int64_t *s, int64_t n, const void *params) {                            \
    const ts_step_params *a = params;                                                                                  \
    const numbers_##t c = {a->weight_decay != 0, (ts_val_##t)a->sign, (ts_val_##t)a->weight_decay, (ts_val_##t)a->keep,     \
                           (ts_val_##t)a->n[0], (ts_val_##t)a->n[1], (ts_val_##t)a->n[2], (ts_val_##t)a->n[3],         \
                           (ts_val_##t)a->n[4], (ts_val_##t)a->n[5], (ts_val_##t)a->n[6], (ts_val_##t)a->n[7]};         \
    enum { b = states > 1 ? 2 : 1, l = states > 2 ? 3 : 1, last = states + 1 };                                        \
    const int64_t size = sizeof(ts_mem_##t);                                                                           \
    if (size >= TS_LEAST_DENSE && s[0] == size && s[1] == size && s[b] == size && s[l] == size && s[last] == size) {   \
      ts_mem_##t *X = (ts_mem_##t *)p[0], *A = (ts_mem_##t *)p[1], *B = (ts_mem_##t *)p[b], *C = (ts_mem_##t *)p[l];   \
      const ts_mem_##t *G = (const ts_mem_##t *)p[last];                                                               \
      TS_IVDEP for (int64_t k = 0; k < n; k++) name##_one_##t(X + k, A + k, B + k, C + k, G + k, c);                   \
      return;                                                                                                          \
    }                                                                                                                  \
    for (int64_t k = 0; k < n; k++)                                                                                    \
      name##_one_##t((ts_mem_##t *)(p[0] + k * s[0]), (ts_mem_##t *)(p[1] + k * s[1]), (ts_mem_##t *)(p[b] + k * s[b]), \
                     (ts_mem_##t *)(p[l] + k * s[l]), (const ts_mem_##t *)(p[last] + k * s[last]), c);                 \
  }
#define GET(t, name, P) const ts_val_##t name = TS_LOAD_##t(*P)
#define LET(t, name, P, value) const ts_val_##t name = value; *P = TS_SAVE_##t(name)
#define SIGN(t, v) (ts_val_##t)(((v) > 0) - ((v) < 0))

/* n0, n1: beta1 and what is left of 1; n2: beta2; n3: eps; n4: lr / (1 - beta1^t). A NaN wins. */
#define ADAMAX(t, d)                                                                                                   \
  RULE(t, adamax, 2, GET(t, m0, A); GET(t, top, B); LET(t, m, A, m0 * c.n0 + c.n1 * g);                                \
       const ts_val_##t faded = top * c.n2; const ts_val_##t now = ABS_##t(g) + c.n3;                                  \
       LET(t, norm, B, faded >= now || faded != faded ? faded : now); x -= c.n4 * m / norm)

/* Both averages: n0, n1: beta1 and 1 - beta1; n2, n3 the same of beta2. */
#define AVERAGES(t)                                                                                                    \
  x *= c.keep;                                                                                                         \
  GET(t, m0, A); GET(t, v0, B);                                                                                        \
  LET(t, m, A, m0 * c.n0 + c.n1 * g);                                                                                  \
  LET(t, v, B, v0 * c.n2 + c.n3 * g * g)
/* n4: the step's size; n5: eps; n6: 0 to leave out the average of squares. */
#define SCALED(t, d) RULE(t, scaled, 2, AVERAGES(t); x -= c.n4 * m / (c.n6 == 0 ? 1 : SQRT_##t(v) + c.n5))
/* n4: 1 / (1 - beta2^t); n5: eps; n6, n7: weights of the gradient and of its average. */
#define NADAM(t, d) RULE(t, nadam, 2, AVERAGES(t); x -= (c.n6 * g + c.n7 * m) / (SQRT_##t(v * c.n4) + c.n5))

/* n0, n1: alpha and 1 - alpha; n2: eps; n3: lr; n4: momentum. */
#define RMSPROP_HEAD(t) GET(t, v0, A); LET(t, v, A, v0 * c.n0 + c.n1 * g * g)
#define RMSPROP_CENTER(t, P) GET(t, m0, P); LET(t, m, P, m0 * c.n0 + c.n1 * g)
#define RMSPROP(t, d)                                                                                                  \
  RULE(t, rmsprop, 1, RMSPROP_HEAD(t); x -= c.n3 * g / (SQRT_##t(v) + c.n2))                                           \
  RULE(t, rmsprop_centered, 2, RMSPROP_HEAD(t); RMSPROP_CENTER(t, B); x -= c.n3 * g / (SQRT_##t(v - m * m) + c.n2))       \
  RULE(t, rmsprop_momentum, 2, RMSPROP_HEAD(t); GET(t, b0, B);                                                         \
       LET(t, buffer, B, b0 * c.n4 + g / (SQRT_##t(v) + c.n2)); x -= c.n3 * buffer)                                    \
  RULE(t, rmsprop_both, 3, RMSPROP_HEAD(t); RMSPROP_CENTER(t, C); GET(t, b0, B);                                          \
       LET(t, buffer, B, b0 * c.n4 + g / (SQRT_##t(v - m * m) + c.n2)); x -= c.n3 * buffer)

/* n0: eps; n1: the decayed rate. */
#define ADAGRAD(t, d) RULE(t, adagrad, 1, GET(t, s0, A); LET(t, sum, A, s0 + g * g); x -= c.n1 * g / (SQRT_##t(sum) + c.n0))

/* n0, n1: rho and 1 - rho; n2: eps; n3: lr. */
#define ADADELTA(t, d)                                                                                                 \
  RULE(t, adadelta, 2, GET(t, v0, A); GET(t, d0, B); LET(t, v, A, v0 * c.n0 + c.n1 * g * g);                           \
       const ts_val_##t delta = SQRT_##t(d0 + c.n2) / SQRT_##t(v + c.n2) * g;                                          \
       *B = TS_SAVE_##t(d0 * c.n0 + c.n1 * delta * delta); x -= c.n3 * delta)

/* keep: 1 - lambd * eta; n0: eta; n1: mu. */
#define ASGD(t, d)                                                                                                     \
  RULE(t, asgd, 1, x = x * c.keep - c.n0 * g; GET(t, mean, A);                                                         \
       *A = TS_SAVE_##t(c.n1 == 1 ? x : mean + (x - mean) * c.n1))

/* n0, n1: factors for a change of sign and for none; n2, n3: smallest and largest step. A NaN has no sign. */
#define RPROP(t, d)                                                                                                    \
  RULE(t, rprop, 2, GET(t, before, A); GET(t, step0, B); const ts_val_##t same = g * before;                           \
       const ts_val_##t grown = same > 0 ? c.n1 : 1; const ts_val_##t raw = step0 * (same < 0 ? c.n0 : grown);         \
       const ts_val_##t large = raw < c.n2 ? c.n2 : raw; LET(t, step, B, large > c.n3 ? c.n3 : large);                 \
       LET(t, used, A, same < 0 ? 0 : g); const ts_val_##t up = used > 0 ? step : 0; x -= used < 0 ? -step : up)

/* n0, n1: beta1 and 1 - beta1; n2, n3 the same of beta2; n4: lr. */
#define LION(t, d)                                                                                                     \
  RULE(t, lion, 1, GET(t, m, A); const ts_val_##t way = m * c.n0 + c.n1 * g; *A = TS_SAVE_##t(m * c.n2 + c.n3 * g);    \
       x = x * c.keep - c.n4 * (way != way ? way : SIGN(t, way)))

/* States z and n. n0: 1 / lr; n1: beta / lr + L2; n2, n3: L1 and -L1. */
#define FTRL(t, d)                                                                                                     \
  RULE(t, ftrl, 2, GET(t, z0, A); GET(t, s0, B); LET(t, s, B, s0 + g * g); const ts_val_##t root = SQRT_##t(s);        \
       LET(t, z, A, z0 + g - (root - SQRT_##t(s0)) * c.n0 * x);                                                        \
       const ts_val_##t low = z < c.n3 ? c.n3 : z; x = ((low > c.n2 ? c.n2 : low) - z) / (c.n1 + root * c.n0))

/* States exp_avg, exp_hessian_diag_sq and the Hessian's diagonal itself, which stays. n0 to n3 as in AVERAGES; n4: lr / (1 - beta1^t);
   n5: eps; n6: 1 / (1 - beta2^t); n7: half the Hessian's power, where it is not 1. */
#define ADAHESSIAN_HEAD(t)                                                                                             \
  x *= c.keep;                                                                                                         \
  GET(t, m0, A); GET(t, v0, B); GET(t, h, C);                                                                          \
  LET(t, m, A, m0 * c.n0 + c.n1 * g);                                                                                  \
  LET(t, v, B, v0 * c.n2 + c.n3 * h * h)
#define POWER_f32 vm_powf
#define POWER_f64 vm_pow
#define POWER_f16 vm_powf
#define POWER_bf16 vm_powf
#define ADAHESSIAN(t, d)                                                                                               \
  RULE(t, adahessian, 3, ADAHESSIAN_HEAD(t); x -= c.n4 * m / (SQRT_##t(v * c.n6) + c.n5))                              \
  RULE(t, adahessian_power, 3, ADAHESSIAN_HEAD(t); x -= c.n4 * m / (POWER_##t(v * c.n6, c.n7) + c.n5))

TS_FLOAT_TYPES(ADAMAX)
TS_FLOAT_TYPES(SCALED)
TS_FLOAT_TYPES(NADAM)
TS_FLOAT_TYPES(RMSPROP)
TS_FLOAT_TYPES(ADAGRAD)
TS_FLOAT_TYPES(ADADELTA)
TS_FLOAT_TYPES(ASGD)
TS_FLOAT_TYPES(RPROP)
TS_FLOAT_TYPES(LION)
TS_FLOAT_TYPES(FTRL)
TS_FLOAT_TYPES(ADAHESSIAN)

TS_FILL(optim_rules) {
#define SET(t, d)                                                                                                      \
  table->step[TS_STEP_LOOP_ADAMAX][d] = adamax_##t;                                                                    \
  table->step[TS_STEP_LOOP_SCALED][d] = scaled_##t;                                                                    \
  table->step[TS_STEP_LOOP_NADAM][d] = nadam_##t;                                                                      \
  table->step[TS_STEP_LOOP_RMSPROP][d] = rmsprop_##t;                                                                  \
  table->step[TS_STEP_LOOP_RMSPROP_CENTERED][d] = rmsprop_centered_##t;                                                \
  table->step[TS_STEP_LOOP_RMSPROP_MOMENTUM][d] = rmsprop_momentum_##t;                                                \
  table->step[TS_STEP_LOOP_RMSPROP_BOTH][d] = rmsprop_both_##t;                                                        \
  table->step[TS_STEP_LOOP_ADAGRAD][d] = adagrad_##t;                                                                  \
  table->step[TS_STEP_LOOP_ADADELTA][d] = adadelta_##t;                                                                \
  table->step[TS_STEP_LOOP_ASGD][d] = asgd_##t;                                                                        \
  table->step[TS_STEP_LOOP_RPROP][d] = rprop_##t;                                                                      \
  table->step[TS_STEP_LOOP_LION][d] = lion_##t;                                                                        \
  table->step[TS_STEP_LOOP_FTRL][d] = ftrl_##t;                                                                        \
  table->step[TS_STEP_LOOP_ADAHESSIAN][d] = adahessian_##t;                                                            \
  table->step[TS_STEP_LOOP_ADAHESSIAN_POWER][d] = adahessian_power_##t;
  TS_FLOAT_TYPES(SET)
#undef SET
}
