/* Numbers that the loops of optimizer steps need, as the kernels work them out once for a parameter. */
#ifndef TS_OPTIM_H
#define TS_OPTIM_H
#include <stdbool.h>

typedef struct {
  double sign; /* -1 to maximize */
  double lr, weight_decay, momentum;
  double undamped; /* 1 - dampening; 1 for a buffer of zeros that takes the gradient as it is */
  bool nesterov;
} ts_sgd_params;

typedef struct {
  double sign;
  double keep;         /* what weight decay leaves of the parameter itself: 1 - lr * weight_decay, or 1 */
  double weight_decay; /* as added to the gradient */
  double beta1, beta2, eps;
  double step_size;    /* lr / (1 - beta1^t) */
  double unbias;       /* 1 / sqrt(1 - beta2^t) */
} ts_adam_params;

/* Rules that one row serves; the numbers are those that lib/optim/fused.ts sends. */
typedef enum {
  TS_STEP_ADAMAX, TS_STEP_NADAM, TS_STEP_RADAM, TS_STEP_SPARSE_ADAM, TS_STEP_RMSPROP, TS_STEP_ADAGRAD,
  TS_STEP_ADADELTA, TS_STEP_ASGD, TS_STEP_RPROP, TS_STEP_LION, TS_STEP_FTRL, TS_STEP_ADAHESSIAN, TS_STEP_COUNT
} ts_step_rule;

/* Their loops. RMSprop has one for each of its forms: plain, centered, with momentum, both. */
typedef enum {
  TS_STEP_LOOP_ADAMAX, TS_STEP_LOOP_NADAM, TS_STEP_LOOP_SCALED, TS_STEP_LOOP_RMSPROP, TS_STEP_LOOP_RMSPROP_CENTERED,
  TS_STEP_LOOP_RMSPROP_MOMENTUM, TS_STEP_LOOP_RMSPROP_BOTH, TS_STEP_LOOP_ADAGRAD, TS_STEP_LOOP_ADADELTA,
  TS_STEP_LOOP_ASGD, TS_STEP_LOOP_RPROP, TS_STEP_LOOP_LION, TS_STEP_LOOP_FTRL,
  TS_STEP_LOOP_ADAHESSIAN, TS_STEP_LOOP_ADAHESSIAN_POWER, TS_STEP_LOOP_COUNT
} ts_step_loop;

/* Rules that look at a parameter as a whole; the numbers are those that lib/optim/whole.ts sends. */
typedef enum { TS_WHOLE_LAMB, TS_WHOLE_ADAFACTOR, TS_WHOLE_MUON, TS_WHOLE_SHAMPOO, TS_WHOLE_COUNT } ts_whole_rule;

typedef struct {
  double sign, weight_decay, beta1, beta2, eps;
  double unbias1, unbias2; /* 1 / (1 - beta^t) */
  double alpha;            /* lr times the length of the parameter by that of the step */
  double *sums;            /* squares of the parameter, of the step */
} ts_lamb_params;

typedef struct {
  double sign, weight_decay; /* the gradient is sign * grad + weight_decay * param */
  double keep;               /* what decoupled weight decay leaves of the parameter */
  double n[8];               /* each loop's own */
} ts_step_params;

#endif
