/* Steps of optimizers whose rule looks at a parameter as a whole: LAMB in two passes of its own, the others by ops. Parameter and
   state are written last, so that a failed allocation leaves both as they were. */
#include <inttypes.h>
#include <math.h>
#include "../core/graph.h"
#include "../core/threads.h"
#include "../core/vmath.h"
#include "compose.h"
#include "kernels.h"
#include "optim_checks.h"

enum { COMMON = 3, /* lr, weight_decay, maximize begin every list of numbers */ BLOCK = 4096 };

static const struct { const char *name; int numbers; } rules[TS_WHOLE_COUNT] = {
    [TS_WHOLE_LAMB] = {"LAMB", 4}, [TS_WHOLE_ADAFACTOR] = {"Adafactor", 4}, [TS_WHOLE_MUON] = {"Muon", 8}, [TS_WHOLE_SHAMPOO] = {"Shampoo", 2}};

/* One parameter and what its step is made of. */
typedef struct {
  ts_tensor *p, *g, **states;
  int count;
  int64_t t;
  double lr, weight_decay;
  const double *v; /* the rule's own numbers */
} step;

/* ---- states ---- */

static int needed_states(ts_whole_rule rule, const ts_tensor *p, const double *v) {
  if (rule == TS_WHOLE_MUON) return 1;
  if (rule == TS_WHOLE_LAMB) return 2;
  if (rule == TS_WHOLE_ADAFACTOR) return p->ndim < 2 ? 1 : 2;
  return 2 * (p->ndim ? p->ndim : 1) + (v[0] > 0);
}

/* Sizes of state k, and what it is called. */
static const char *state_sizes(ts_whole_rule rule, const ts_tensor *p, const double *v, int k, uint8_t *ndim, int64_t *sizes) {
  *ndim = p->ndim;
  for (int d = 0; d < p->ndim; d++) sizes[d] = p->sizes[d];
  if (rule == TS_WHOLE_LAMB) return k ? "exp_avg_sq" : "exp_avg";
  if (rule == TS_WHOLE_MUON || (rule == TS_WHOLE_SHAMPOO && v[0] > 0 && k == 0)) return "momentum_buffer";
  if (rule == TS_WHOLE_ADAFACTOR) {
    if (p->ndim < 2) return "variance";
    sizes[p->ndim - 1 - k] = 1;
    return k ? "col_var" : "row_var";
  }
  const int pair = k - (v[0] > 0);
  *ndim = 2, sizes[0] = sizes[1] = p->ndim ? p->sizes[pair / 2] : 1;
  return pair % 2 ? "a root of a preconditioner" : "a preconditioner";
}

static bool check_states(ts_cx *cx, ts_whole_rule rule, const step *s, int64_t i) {
  for (int k = 0; k < s->count; k++) {
    ts_tensor *state = s->states[k], wanted = *s->p;
    int64_t sizes[TS_MAX_DIM];
    wanted.sizes = sizes;
    const char *name = state_sizes(rule, s->p, s->v, k, &wanted.ndim, sizes);
    if (state->dtype != s->p->dtype || !ts_same_sizes(state, &wanted))
      return ts_fail(cx, TS_ERR_SHAPE, "%s of parameter %" PRId64 " is %s %s instead of %s %s", name, i,
                     ts_dtype_name((ts_dtype)state->dtype), TS_TEXT(state), ts_dtype_name((ts_dtype)s->p->dtype), TS_TEXT(&wanted));
    if (!ts_check_writable(cx, state)) return false;
  }
  return true;
}

/* ---- LAMB ---- */

typedef struct {
  ts_lamb_params c;
  ts_loop loop;
  char *data[4];
  int64_t item, n;
  double *sums; /* two for each block */
} lamb_job;

static void lamb_blocks(void *arg, int64_t begin, int64_t end) {
  const lamb_job *job = arg;
  for (int64_t b = begin; b < end; b++) {
    ts_lamb_params c = job->c;
    c.sums = job->sums + 2 * b;
    char *p[4];
    for (int k = 0; k < 4; k++) p[k] = job->data[k] + b * BLOCK * job->item;
    job->loop(p, NULL, job->n - b * BLOCK < BLOCK ? job->n - b * BLOCK : BLOCK, &c);
  }
}

static bool lamb(ts_cx *cx, const step *s) {
  const double *v = s->v; /* beta1, beta2, eps, whether averages are unbiased */
  const int64_t n = s->p->numel, blocks = (n + BLOCK - 1) / BLOCK;
  ts_tensor *own[4] = {s->p, s->states[0], s->states[1], s->g}, *dense[4];
  lamb_job job = {.c = {.sign = 1, .weight_decay = s->weight_decay, .beta1 = v[0], .beta2 = v[1], .eps = v[2], .unbias1 = 1, .unbias2 = 1},
                  .loop = ts_loops.lamb_sums[s->p->dtype], .item = ts_itemsize((ts_dtype)s->p->dtype), .n = n};
  if (!(job.sums = ts_temp(cx, (2 * blocks + 1) * (int64_t)sizeof *job.sums))) return false;
  for (int k = 0; k < 4; k++) {
    if (!(dense[k] = ts_contiguous(cx, own[k], NULL))) return false;
    job.data[k] = ts_data(dense[k]);
  }
  if (v[3] != 0) {
    job.c.unbias1 = 1 / (1 - ts_optim_power(v[0], s->t));
    job.c.unbias2 = 1 / (1 - ts_optim_power(v[1], s->t));
  }
  for (int64_t b = 0; b < 2 * blocks; b++) job.sums[b] = 0;
  ts_parallel_for(blocks, 8, lamb_blocks, &job);
  double size = 0, length = 0;
  for (int64_t b = 0; b < blocks; b++) size += job.sums[2 * b], length += job.sums[2 * b + 1];
  job.c.alpha = s->lr * (size > 0 && length > 0 ? sqrt(size) / sqrt(length) : 1);
  job.loop = ts_loops.lamb_apply[s->p->dtype];
  ts_parallel_for(blocks, 8, lamb_blocks, &job);
  for (int k = 0; k < 3; k++)
    if (dense[k] != own[k] && !ts_raw_copy(cx, own[k], dense[k])) return false;
  return true;
}

/* ---- by ops ---- */

static double number(const ts_tensor *t) { return t ? ts_read_scalar(t, ts_data(t)).f : 0; }
static double length_of(ts_cx *cx, ts_tensor *t) {
  return number(ts_norm(cx, t, ts_float(2), TS_NO_INTS, false, TS_DTYPE_NONE));
}
static ts_tensor *mean_of(ts_cx *cx, ts_tensor *t, int64_t dim) { return ts_mean(cx, t, TS_INTS(dim), true, TS_DTYPE_NONE); }
static ts_tensor *at_least(ts_cx *cx, ts_tensor *t, double least) { return ts_clamp(cx, t, NUM(least), NULL); }

/* Takes the update off the parameter, after decay of the parameter itself, and keeps the states that are not NULL. */
static bool finish(ts_cx *cx, const step *s, ts_tensor *update, double alpha, double decay, ts_tensor *const *fresh) {
  if (!update) return false;
  for (int k = 0; k < s->count; k++)
    if (fresh[k] && !ts_copy_(cx, s->states[k], fresh[k], false)) return false;
  if (decay != 0 && !ts_mul_(cx, s->p, NUM(1 - decay))) return false;
  return ts_sub_(cx, s->p, update, ts_float(alpha)) != NULL;
}

static bool adafactor(ts_cx *cx, const step *s) {
  static const double eps[TS_DTYPE_COUNT] = {
      [TS_FLOAT32] = 0x1p-23, [TS_FLOAT64] = 0x1p-52, [TS_FLOAT16] = 0x1p-10, [TS_BFLOAT16] = 0x1p-7};
  const double *v = s->v; /* beta2_decay, eps1 (NaN: the dtype's), eps2, d */
  if (s->p->numel == 0) return true;
  const double least = v[1] != v[1] ? eps[s->p->dtype] : v[1], t = (double)s->t, root = sqrt((double)s->p->numel);
  const double fresh = vm_pow(t, v[0]), alpha = fmax(v[2], length_of(cx, s->p) / root) * fmin(s->lr, 1 / sqrt(t));
  ts_tensor *square = ts_square(cx, s->g), *states[2] = {0}, *estimate;
  if (s->p->ndim < 2) {
    estimate = states[0] = ts_lerp(cx, s->states[0], square, NUM(fresh));
  } else {
    states[0] = ts_lerp(cx, s->states[0], mean_of(cx, square, -1), NUM(fresh));
    states[1] = ts_lerp(cx, s->states[1], mean_of(cx, square, -2), NUM(fresh));
    estimate = MUL(DIV(states[0], at_least(cx, mean_of(cx, states[0], -2), least)), states[1]);
  }
  ts_tensor *update = ts_rsqrt_(cx, at_least(cx, estimate, least * least));
  if (!ts_mul_(cx, update, s->g)) return false;
  return finish(cx, s, update, alpha / fmax(1, length_of(cx, update) / (root * v[3])), s->lr * s->weight_decay, states);
}

/* Newton and Schulz's iteration towards the nearest matrix with orthonormal rows or columns. */
static ts_tensor *orthogonal(ts_cx *cx, ts_tensor *matrix, const double *v) {
  const bool tall = matrix->sizes[0] > matrix->sizes[1];
  ts_tensor *x = tall ? ts_transpose(cx, matrix, 0, 1) : matrix;
  x = DIV(x, NUM(fmax(v[5], length_of(cx, x))));
  for (int i = 0; i < (int)v[6] && x; i++) {
    ts_tensor *gram = ts_mm(cx, x, ts_transpose(cx, x, 0, 1));
    ts_tensor *inner = ts_add(cx, MUL(gram, NUM(v[3])), ts_mm(cx, gram, gram), ts_float(v[4]));
    x = ADD(MUL(x, NUM(v[2])), ts_mm(cx, inner, x));
  }
  return x && tall ? ts_transpose(cx, x, 0, 1) : x;
}

static bool muon(ts_cx *cx, const step *s) {
  const double *v = s->v; /* momentum, nesterov, three coefficients, eps, iterations, whether lr matches AdamW's */
  const double rows = (double)s->p->sizes[0], columns = (double)s->p->sizes[1];
  ts_tensor *buffer = ts_lerp(cx, s->states[0], s->g, NUM(1 - v[0]));
  ts_tensor *update = orthogonal(cx, v[1] != 0 ? ts_lerp(cx, s->g, buffer, NUM(v[0])) : buffer, v);
  const double factor = v[7] != 0 ? 0.2 * sqrt(fmax(rows, columns)) : sqrt(fmax(1, rows / columns));
  return finish(cx, s, update, s->lr * factor, s->lr * s->weight_decay, &buffer);
}

/* A power of a symmetric positive matrix. */
static ts_tensor *power_of(ts_cx *cx, ts_tensor *matrix, double exponent) {
  const ts_dtype own = (ts_dtype)matrix->dtype, dtype = own == TS_FLOAT64 ? own : TS_FLOAT32;
  ts_tensor *parts[2];
  if (!ts_linalg_eigh(cx, ts_raw_cast(cx, matrix, dtype), "L", parts)) return NULL;
  /* Rounding may leave eigenvalues that are not positive; they count for as little as the largest one's error. */
  const double floor = number(ts_amax(cx, parts[0], TS_INTS_EMPTY, false)) * (dtype == TS_FLOAT64 ? 1e-16 : 1e-8);
  ts_tensor *roots = ts_pow(cx, at_least(cx, parts[0], fmax(floor, 1e-300)), NUM(exponent));
  return ts_raw_cast(cx, ts_mm(cx, MUL(parts[1], roots), ts_transpose(cx, parts[1], 0, 1)), own);
}

static bool shampoo(ts_cx *cx, const step *s) {
  const double *v = s->v; /* momentum, how often roots are taken anew */
  if (s->p->numel == 0) return true;
  const int heavy = v[0] > 0, order = s->p->ndim ? s->p->ndim : 1;
  ts_tensor **fresh = ts_temp(cx, (s->count + 1) * (int64_t)sizeof *fresh);
  if (!fresh) return false;
  ts_tensor *whole = s->weight_decay != 0 ? ts_add(cx, s->g, s->p, ts_float(s->weight_decay)) : s->g;
  if (s->p->ndim == 0) whole = ts_reshape(cx, whole, TS_INTS(1));
  ts_tensor *way = whole;
  for (int i = 0; i < order && whole; i++) {
    const int k = heavy + 2 * i;
    ts_tensor *rows = ts_reshape(cx, ts_transpose(cx, whole, 0, i), TS_INTS(whole->sizes[i], -1));
    fresh[k] = ADD(s->states[k], ts_mm(cx, rows, rows ? ts_transpose(cx, rows, 0, 1) : NULL));
    const bool renew = (s->t - 1) % (int64_t)v[1] == 0;
    fresh[k + 1] = renew && fresh[k] ? power_of(cx, fresh[k], -0.5 / order) : NULL;
    if (renew && !fresh[k + 1]) return false;
    /* The dim that was first comes back last, so that each dim has its turn at the front. */
    way = ts_tensordot(cx, way, renew ? fresh[k + 1] : s->states[k + 1], TS_INTS(0), TS_INTS(0));
  }
  if (!way) return false;
  way = ts_reshape(cx, way, (ts_ints){s->p->sizes, s->p->ndim});
  /* Heavy ball, on the preconditioned gradient. */
  if (heavy) way = fresh[0] = ADD(MUL(s->states[0], NUM(v[0])), way);
  return finish(cx, s, way, s->lr, 0, fresh);
}

/* ---- the row ---- */

bool ts__optimizer_step_whole__impl(ts_cx *cx, const ts__optimizer_step_whole__args *a, ts_out *out) {
  (void)out;
  static bool (*const run[TS_WHOLE_COUNT])(ts_cx *, const step *) = {lamb, adafactor, muon, shampoo};
  if (a->rule < 0 || a->rule >= TS_WHOLE_COUNT) return ts_fail(cx, TS_ERR_ARGUMENT, "no rule %" PRId64, (int64_t)a->rule);
  const ts_whole_rule rule = (ts_whole_rule)a->rule;
  cx->op = rules[rule].name;
  const ts_list params = a->params;
  if (a->numbers.n != COMMON + rules[rule].numbers)
    return ts_fail(cx, TS_ERR_ARGUMENT, "%d numbers are needed, got %" PRId64, COMMON + rules[rule].numbers, a->numbers.n);
  const double *own = a->numbers.v + COMMON;
  if (rule == TS_WHOLE_MUON && !(own[6] >= 0 && own[6] <= 1000)) return ts_fail(cx, TS_ERR_ARGUMENT, "%g iterations", own[6]);
  if (rule == TS_WHOLE_SHAMPOO && !(own[1] >= 1 && own[1] < 1e9)) return ts_fail(cx, TS_ERR_ARGUMENT, "roots are taken every %g steps", own[1]);
  if (!ts_optim_check_lengths(cx, params, a->steps.n, "steps") || !ts_optim_check_lengths(cx, params, a->counts.n, "counts")) return false;
  for (int64_t i = 0; i < params.n; i++) {
    const ts_tensor *p = params.v[i];
    if (p->grad && !ts_is_float((ts_dtype)p->dtype))
      return ts_fail(cx, TS_ERR_DTYPE, "only floating-point parameters are supported, but got one of %s", ts_dtype_name((ts_dtype)p->dtype));
    if (p->grad && rule == TS_WHOLE_MUON && p->ndim != 2)
      return ts_fail(cx, TS_ERR_SHAPE, "only matrices are supported, but parameter %" PRId64 " is %s", i, TS_TEXT(p));
  }
  ts_tensor **grads;
  step *steps = ts_temp(cx, (params.n + 1) * (int64_t)sizeof *steps);
  if (!steps || !ts_optim_take_grads(cx, params, &grads)) return false;
  int64_t at = 0;
  for (int64_t i = 0; i < params.n; i++) {
    const int64_t count = a->counts.v[i];
    if (count < 0 || count > a->states.n - at) return ts_fail(cx, TS_ERR_ARGUMENT, "parameter %" PRId64 " has %" PRId64 " states", i, count);
    steps[i] = (step){.p = params.v[i], .g = grads[i], .states = a->states.v + at, .count = (int)count, .lr = a->numbers.v[0],
                      .weight_decay = a->numbers.v[1], .v = own};
    at += count;
    if (!grads[i]) continue;
    if (count != needed_states(rule, params.v[i], own))
      return ts_fail(cx, TS_ERR_ARGUMENT, "parameter %" PRId64 " has %" PRId64 " states instead of %d", i, count, needed_states(rule, params.v[i], own));
    if (!check_states(cx, rule, &steps[i], i) || !ts_optim_check_step(cx, a->steps.v[i], i)) return false;
  }
  const bool mode = cx->grad_mode;
  const uint8_t autocast = cx->autocast;
  cx->grad_mode = false, cx->autocast = 0;
  bool ok = true;
  for (int64_t i = 0; i < params.n && ok; i++) {
    step *s = &steps[i];
    if (!s->g) continue;
    const size_t mark = ts_scope_begin(cx);
    if (a->numbers.v[2] != 0) s->g = NEG(s->g);
    s->t = (int64_t)ts_read_scalar(a->steps.v[i], ts_data(a->steps.v[i])).f + 1;
    ok = s->g && run[rule](cx, s);
    ts_scope_end(cx, mark);
    if (!ok) break;
    ts_optim_advance(a->steps.v[i]);
    ts_bump(s->p);
    for (int k = 0; k < s->count; k++) ts_bump(s->states[k]);
  }
  cx->grad_mode = mode, cx->autocast = autocast;
  return ok;
}
