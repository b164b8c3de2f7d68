/* Steps of the optimizers other than SGD and Adam: what differs is a table of states, the numbers of a step, and a loop. */
#include <inttypes.h>
#include <math.h>
#include "../core/graph.h"
#include "../core/vmath.h"
#include "../gen/ops.h"
#include "kernels.h"
#include "optim_checks.h"

enum { LIMIT = 3, /* states of one parameter */ COMMON = 3 /* numbers that begin every list */ };

/* Names are those of state dicts; numbers: how many follow lr, weight_decay and maximize. */
static const struct {
  const char *name, *states[LIMIT], *scalars[2];
  int numbers;
} rules[TS_STEP_COUNT] = {
    [TS_STEP_ADAMAX] = {"Adamax", {"exp_avg", "exp_inf"}, {0}, 3},
    [TS_STEP_NADAM] = {"NAdam", {"exp_avg", "exp_avg_sq"}, {"mu_product"}, 5},
    [TS_STEP_RADAM] = {"RAdam", {"exp_avg", "exp_avg_sq"}, {0}, 4},
    [TS_STEP_SPARSE_ADAM] = {"SparseAdam", {"exp_avg", "exp_avg_sq"}, {0}, 3},
    [TS_STEP_RMSPROP] = {"RMSprop", {"square_avg"}, {0}, 4},
    [TS_STEP_ADAGRAD] = {"Adagrad", {"sum"}, {0}, 2},
    [TS_STEP_ADADELTA] = {"Adadelta", {"square_avg", "acc_delta"}, {0}, 2},
    [TS_STEP_ASGD] = {"ASGD", {"ax"}, {"eta", "mu"}, 3},
    [TS_STEP_RPROP] = {"Rprop", {"prev", "step_size"}, {0}, 4},
    [TS_STEP_LION] = {"Lion", {"exp_avg"}, {0}, 2},
    [TS_STEP_FTRL] = {"FTRL", {"z", "n"}, {0}, 3},
    [TS_STEP_ADAHESSIAN] = {"AdaHessian", {"exp_avg", "exp_hessian_diag_sq", "hessian"}, {0}, 4},
};

static bool check_scalar(ts_cx *cx, const ts_tensor *t, const char *what, int64_t i) {
  if (t->numel == 1 && (t->dtype == TS_FLOAT32 || t->dtype == TS_FLOAT64)) return ts_check_writable(cx, t);
  return ts_fail(cx, TS_ERR_SHAPE, "%s of parameter %" PRId64 " must be one float32 or float64, but is %s %s", what, i,
                 ts_dtype_name((ts_dtype)t->dtype), TS_TEXT(t));
}

static double scalar_of(const ts_tensor *t) { return ts_read_scalar(t, ts_data(t)).f; }

/* What is kept is the value in the scalar's own precision. */
static double set_scalar(ts_tensor *t, double value) {
  if (t->dtype == TS_FLOAT32) *(float *)ts_data(t) = (float)value;
  else *(double *)ts_data(t) = value;
  ts_bump(t);
  return scalar_of(t);
}

/* a * b as an op on a scalar tensor rounds it. */
static double times(const ts_tensor *t, double a, double b) {
  return t->dtype == TS_FLOAT32 ? (double)((float)a * (float)b) : a * b;
}

static void averages(ts_step_params *c, double beta1, double beta2) {
  c->n[0] = beta1, c->n[1] = 1 - beta1, c->n[2] = beta2, c->n[3] = 1 - beta2;
}

static void decouple(ts_step_params *c, double lr) {
  c->keep = 1 - lr * c->weight_decay;
  c->weight_decay = 0;
}

/* Numbers of step t, given those of the optimizer (v, from after the common ones) and the parameter's scalars. */
static ts_step_loop prepare(ts_step_rule rule, int64_t t, double lr, const double *v, ts_tensor *first, ts_tensor *second,
                            ts_step_params *c) {
  switch (rule) {
    case TS_STEP_ADAMAX: /* beta1, beta2, eps */
      c->n[0] = v[0], c->n[1] = 1 - v[0], c->n[2] = v[1], c->n[3] = v[2];
      c->n[4] = lr / (1 - ts_optim_power(v[0], t));
      return TS_STEP_LOOP_ADAMAX;
    case TS_STEP_NADAM: { /* beta1, beta2, eps, momentum_decay, decoupled */
      const double mu = v[0] * (1 - 0.5 * vm_pow(0.96, (double)t * v[3]));
      const double next = v[0] * (1 - 0.5 * vm_pow(0.96, (double)(t + 1) * v[3]));
      const double product = set_scalar(first, times(first, scalar_of(first), mu));
      averages(c, v[0], v[1]);
      if (v[4] != 0) decouple(c, lr);
      c->n[4] = 1 / (1 - ts_optim_power(v[1], t)), c->n[5] = v[2];
      c->n[6] = lr * (1 - mu) / (1 - product);
      c->n[7] = lr * next / (1 - times(first, times(first, product, mu), next));
      return TS_STEP_LOOP_NADAM;
    }
    case TS_STEP_RADAM: { /* beta1, beta2, eps, decoupled */
      const double far = ts_optim_power(v[1], t), step = lr / (1 - ts_optim_power(v[0], t));
      const double whole = 2 / (1 - v[1]) - 1, rho = whole - 2 * (double)t * far / (1 - far);
      averages(c, v[0], v[1]);
      if (v[3] != 0) decouple(c, lr);
      c->n[4] = step, c->n[5] = v[2];
      if (rho > 5) {
        c->n[4] *= sqrt((rho - 4) * (rho - 2) * whole / ((whole - 4) * (whole - 2) * rho)) * sqrt(1 - far);
        c->n[6] = 1;
      }
      return TS_STEP_LOOP_SCALED;
    }
    case TS_STEP_SPARSE_ADAM: /* beta1, beta2, eps */
      averages(c, v[0], v[1]);
      c->n[4] = lr * sqrt(1 - ts_optim_power(v[1], t)) / (1 - ts_optim_power(v[0], t)), c->n[5] = v[2], c->n[6] = 1;
      return TS_STEP_LOOP_SCALED;
    case TS_STEP_RMSPROP: /* alpha, eps, momentum, centered */
      c->n[0] = v[0], c->n[1] = 1 - v[0], c->n[2] = v[1], c->n[3] = lr, c->n[4] = v[2];
      return (ts_step_loop)(TS_STEP_LOOP_RMSPROP + (v[3] != 0) + 2 * (v[2] > 0));
    case TS_STEP_ADAGRAD: /* lr_decay, eps */
      c->n[0] = v[1], c->n[1] = lr / (1 + (double)(t - 1) * v[0]);
      return TS_STEP_LOOP_ADAGRAD;
    case TS_STEP_ADADELTA: /* rho, eps */
      c->n[0] = v[0], c->n[1] = 1 - v[0], c->n[2] = v[1], c->n[3] = lr;
      return TS_STEP_LOOP_ADADELTA;
    case TS_STEP_ASGD: /* lambd, alpha, t0; eta and mu are those that the step before has set */
      c->n[0] = scalar_of(first), c->n[1] = scalar_of(second);
      c->keep = 1 - v[0] * c->n[0];
      set_scalar(first, lr / vm_pow(1 + v[0] * lr * (double)t, v[1]));
      set_scalar(second, 1 / fmax(1, (double)t - v[2]));
      return TS_STEP_LOOP_ASGD;
    case TS_STEP_RPROP: /* etas, step_sizes */
      for (int k = 0; k < 4; k++) c->n[k] = v[k];
      return TS_STEP_LOOP_RPROP;
    case TS_STEP_LION: /* beta1, beta2 */
      averages(c, v[0], v[1]);
      decouple(c, lr);
      c->n[4] = lr;
      return TS_STEP_LOOP_LION;
    case TS_STEP_ADAHESSIAN: /* beta1, beta2, eps, the Hessian's power */
      averages(c, v[0], v[1]);
      decouple(c, lr);
      c->n[4] = lr / (1 - ts_optim_power(v[0], t)), c->n[5] = v[2];
      c->n[6] = 1 / (1 - ts_optim_power(v[1], t)), c->n[7] = v[3] / 2;
      return v[3] == 1 ? TS_STEP_LOOP_ADAHESSIAN : TS_STEP_LOOP_ADAHESSIAN_POWER;
    default: /* FTRL: beta, l1, l2 */
      c->n[0] = 1 / lr, c->n[1] = v[0] / lr + v[2], c->n[2] = v[1], c->n[3] = -v[1];
      return TS_STEP_LOOP_FTRL;
  }
}

/* Names of the states that a step uses; RMSprop's depend on its form. */
static int states_of(ts_step_rule rule, const double *v, const char **names) {
  int n = 0;
  for (int k = 0; k < LIMIT && rules[rule].states[k]; k++) names[n++] = rules[rule].states[k];
  if (rule == TS_STEP_RMSPROP && v[2] > 0) names[n++] = "momentum_buffer";
  if (rule == TS_STEP_RMSPROP && v[3] != 0) names[n++] = "grad_avg";
  return n;
}

bool ts__optimizer_step__impl(ts_cx *cx, const ts__optimizer_step__args *a, ts_out *out) {
  (void)out;
  if (a->rule < 0 || a->rule >= TS_STEP_COUNT) return ts_fail(cx, TS_ERR_ARGUMENT, "no rule %" PRId64, (int64_t)a->rule);
  const ts_step_rule rule = (ts_step_rule)a->rule;
  cx->op = rules[rule].name;
  ts_list params = a->params;
  if (a->numbers.n != COMMON + rules[rule].numbers)
    return ts_fail(cx, TS_ERR_ARGUMENT, "%d numbers are needed, got %" PRId64, COMMON + rules[rule].numbers, a->numbers.n);
  const double lr = a->numbers.v[0], weight_decay = a->numbers.v[1], *own = a->numbers.v + COMMON;
  const bool maximize = a->numbers.v[2] != 0;
  const char *names[LIMIT];
  const int count = states_of(rule, own, names);
  const int single = rules[rule].scalars[1] ? 2 : rules[rule].scalars[0] ? 1 : 0;
  if (!ts_optim_check_lengths(cx, params, a->steps.n, "steps")) return false;
  if (a->states.n != count * params.n || a->scalars.n != single * params.n)
    return ts_fail(cx, TS_ERR_ARGUMENT, "%" PRId64 " states and %" PRId64 " scalars for %" PRId64 " parameters", a->states.n,
                   a->scalars.n, params.n);
  ts_list states[LIMIT];
  for (int k = 0; k < count; k++) states[k] = (ts_list){a->states.v + k * params.n, params.n};
  ts_tensor **grads;
  if (!ts_optim_take_grads(cx, params, &grads)) return false;
  for (int64_t i = 0; i < params.n; i++) {
    if (!grads[i]) continue;
    if (!ts_optim_check_step(cx, a->steps.v[i], i)) return false;
    for (int k = 0; k < count; k++)
      if (!ts_optim_check_state(cx, params, states[k], names[k], i)) return false;
    for (int k = 0; k < single; k++)
      if (!check_scalar(cx, a->scalars.v[k * params.n + i], rules[rule].scalars[k], i)) return false;
  }
  ts_list gradients = {grads, params.n};
  if (!ts_optim_as_reals(cx, &params) || !ts_optim_as_reals(cx, &gradients)) return false;
  for (int k = 0; k < count; k++)
    if (!ts_optim_as_reals(cx, &states[k])) return false;
  for (int64_t i = 0; i < params.n; i++) {
    ts_tensor *p = params.v[i], *operands[LIMIT + 2] = {p};
    if (!gradients.v[i]) continue;
    for (int k = 0; k < count; k++) operands[1 + k] = states[k].v[i];
    operands[1 + count] = gradients.v[i];
    ts_step_params c = {.sign = maximize ? -1 : 1, .weight_decay = weight_decay, .keep = 1};
    const ts_step_loop loop = prepare(rule, ts_optim_advance(a->steps.v[i]), lr, own, single > 0 ? a->scalars.v[i] : NULL,
                                      single > 1 ? a->scalars.v[params.n + i] : NULL, &c);
    ts_iterate(2 + count, operands, p->ndim, p->sizes, ts_loops.step[loop][p->dtype], &c, 0);
    ts_bump(p);
    for (int k = 0; k < count; k++) ts_bump(states[k].v[i]);
  }
  return true;
}
