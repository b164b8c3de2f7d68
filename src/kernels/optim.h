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

#endif
