/* What all optimizer steps do before and around their loops. */
#ifndef TS_OPTIM_CHECKS_H
#define TS_OPTIM_CHECKS_H
#include "../core/tensor.h"
#include "../core/op.h"
#include "optim.h"

bool ts_optim_check_lengths(ts_cx *cx, ts_list params, int64_t n, const char *what);
/* Gradients as the loops will read them, NULL for parameters to skip; none shares memory with what is written. */
bool ts_optim_take_grads(ts_cx *cx, ts_list params, ts_tensor ***grads);
/* State of parameter i, if it has a gradient: same shape and dtype, memory of its own. An empty list is none. */
bool ts_optim_check_state(ts_cx *cx, ts_list params, ts_list states, const char *what, int64_t i);
/* Complex numbers are trained as pairs of real ones. */
bool ts_optim_as_reals(ts_cx *cx, ts_list *list);
/* base^n by squaring: the same on every platform, which pow() is not. */
double ts_optim_power(double base, int64_t n);
bool ts_optim_check_step(ts_cx *cx, const ts_tensor *step, int64_t i);
/* Counts one step more, and returns how many these are. */
int64_t ts_optim_advance(ts_tensor *step);

#endif
