/* Modules and optimizers for C, over the ops and fused steps that JavaScript's use. */
#include <math.h>
#include <string.h>
#include "../core/alloc.h"
#include "../gen/ops.h"
#include "capi.h"

typedef enum { LINEAR, CONV2D, RELU, MAX_POOL2D, FLATTEN, SEQUENTIAL } module_kind;
struct torsh_module_s {
  module_kind kind;
  ts_tensor *weight, *bias;
  int64_t kernel_size, stride, padding;
  torsh_module *parts;
  int64_t n_parts;
};

static torsh_status no_memory(ts_cx *cx) {
  if (!cx) return TORSH_ERROR_MEMORY;
  ts_fail(cx, TS_ERR_MEMORY, "out of memory");
  return capi_leave(cx);
}

static torsh_status plain(module_kind kind, int64_t kernel_size, torsh_module *out) {
  ts_cx *cx = capi_enter();
  *out = cx ? ts_calloc(sizeof **out) : NULL;
  if (!*out) return no_memory(cx);
  (*out)->kind = kind;
  (*out)->kernel_size = kernel_size;
  return capi_leave(cx);
}

/* A leaf that requires grad, drawn from U(-bound, bound): kaiming_uniform with a = sqrt(5), as PyTorch's layers start. */
static ts_tensor *parameter(ts_cx *cx, int ndim, const int64_t *sizes, double bound) {
  ts_tensor *t = ts_empty(cx, TS_FLOAT32, ndim, sizes);
  bool recording = cx->grad_mode;
  cx->grad_mode = false;
  t = t ? ts_uniform_(cx, t, -bound, bound, (ts_opt_int){false, 0}) : NULL;
  cx->grad_mode = recording;
  if (t) t->requires_grad = true;
  return ts_retain(t);
}

static torsh_status weighted(module_kind kind, int ndim, const int64_t *sizes, int64_t fan_in, bool bias, torsh_module *out) {
  ts_cx *cx = capi_enter();
  *out = NULL;
  if (!cx) return TORSH_ERROR_MEMORY;
  cx->op = kind == LINEAR ? "linear_new" : "conv2d_new";
  for (int d = 0; d < ndim; d++)
    if (sizes[d] < 0) ts_fail(cx, TS_ERR_ARGUMENT, "sizes must not be negative, got weight %s", ts_sizes_text(ndim, sizes, (char[160]){0}, 160));
  torsh_module m = ts_failed(cx) ? NULL : ts_calloc(sizeof *m);
  if (m) {
    double bound = fan_in > 0 ? 1 / sqrt((double)fan_in) : 0;
    m->kind = kind;
    m->weight = parameter(cx, ndim, sizes, bound);
    if (bias) m->bias = parameter(cx, 1, sizes, bound);
  }
  if (!m || ts_failed(cx)) {
    torsh_module_free(m);
    return no_memory(cx);
  }
  *out = m;
  return capi_leave(cx);
}

torsh_status torsh_linear_new(int64_t in_features, int64_t out_features, bool bias, torsh_module *out) {
  return weighted(LINEAR, 2, (const int64_t[]){out_features, in_features}, in_features, bias, out);
}

torsh_status torsh_conv2d_new(int64_t in_channels, int64_t out_channels, int64_t kernel_size, int64_t stride, int64_t padding, bool bias, torsh_module *out) {
  torsh_status s = weighted(CONV2D, 4, (const int64_t[]){out_channels, in_channels, kernel_size, kernel_size}, in_channels * kernel_size * kernel_size, bias, out);
  if (s == TORSH_OK) {
    (*out)->stride = stride;
    (*out)->padding = padding;
  }
  return s;
}

torsh_status torsh_relu_new(torsh_module *out) { return plain(RELU, 0, out); }
torsh_status torsh_max_pool2d_new(int64_t kernel_size, torsh_module *out) { return plain(MAX_POOL2D, kernel_size, out); }
torsh_status torsh_flatten_new(torsh_module *out) { return plain(FLATTEN, 0, out); }

torsh_status torsh_sequential_new(torsh_module *modules, int64_t n, torsh_module *out) {
  torsh_status s = plain(SEQUENTIAL, 0, out);
  torsh_module *parts = s == TORSH_OK ? ts_alloc((size_t)(n > 0 ? n : 1) * sizeof *parts) : NULL;
  if (!parts) {
    for (int64_t i = 0; i < n; i++) torsh_module_free(modules[i]);
    torsh_module_free(*out);
    *out = NULL;
    return s == TORSH_OK ? TORSH_ERROR_MEMORY : s;
  }
  memcpy(parts, modules, (size_t)n * sizeof *parts);
  (*out)->parts = parts;
  (*out)->n_parts = n;
  return TORSH_OK;
}

static ts_tensor *forward(ts_cx *cx, torsh_module m, ts_tensor *x) {
  ts_ints one = TS_INTS(m->kernel_size);
  switch (m->kind) {
    case LINEAR: return ts_linear(cx, x, m->weight, m->bias);
    case CONV2D: return ts_conv2d(cx, x, m->weight, m->bias, TS_INTS(m->stride), TS_INTS(m->padding), TS_INTS(1), 1);
    case RELU: return ts_relu(cx, x);
    case MAX_POOL2D: return ts_max_pool2d(cx, x, one, TS_NO_INTS, TS_INTS(0), TS_INTS(1), false, false);
    case FLATTEN: return x && x->ndim > 1 ? ts_reshape(cx, x, TS_INTS(x->sizes[0], x->numel / (x->sizes[0] ? x->sizes[0] : 1))) : x;
    case SEQUENTIAL:
      for (int64_t i = 0; i < m->n_parts && x; i++) x = forward(cx, m->parts[i], x);
      return x;
  }
  return NULL;
}

torsh_status torsh_module_forward(torsh_module m, torsh_tensor input, torsh_tensor *out) {
  ts_cx *cx = capi_enter();
  *out = NULL;
  if (!cx) return TORSH_ERROR_MEMORY;
  ts_tensor *y = forward(cx, m, input);
  return capi_give(cx, &y, 1, out);
}

static int64_t collect(torsh_module m, torsh_tensor *out, int64_t capacity, int64_t n) {
  ts_tensor *own[2] = {m->weight, m->bias};
  for (int i = 0; i < 2; i++) {
    if (!own[i]) continue;
    if (n < capacity) out[n] = own[i];
    n++;
  }
  for (int64_t i = 0; i < m->n_parts; i++) n = collect(m->parts[i], out, capacity, n);
  return n;
}

torsh_status torsh_module_parameters(torsh_module m, torsh_tensor *out, int64_t capacity, int64_t *n_out) {
  *n_out = collect(m, NULL, 0, 0);
  if (*n_out <= capacity) collect(m, out, capacity, 0);
  return TORSH_OK;
}

void torsh_module_free(torsh_module m) {
  if (!m) return;
  ts_release(m->weight);
  ts_release(m->bias);
  for (int64_t i = 0; i < m->n_parts; i++) torsh_module_free(m->parts[i]);
  ts_free(m->parts);
  ts_free(m);
}

/* ---- optimizers ---- */

enum { LISTS = 5 }; /* params, then what the step keeps for each */
struct torsh_optimizer_s {
  bool adam, decoupled;
  torsh_sgd_options sgd;
  torsh_adam_options options;
  int64_t n;
  ts_tensor **lists[LISTS]; /* SGD: momentum buffers; Adam: averages, squares, maxima, step counts */
  int64_t *fresh;           /* SGD: 1 until the buffer is filled */
};

torsh_sgd_options torsh_sgd_defaults(void) { return (torsh_sgd_options){1e-3, 0, 0, 0, false, false}; }
torsh_adam_options torsh_adam_defaults(void) { return (torsh_adam_options){1e-3, 0.9, 0.999, 1e-8, 0, false, false}; }

static bool fill_list(ts_cx *cx, torsh_optimizer o, int list, bool scalar) {
  if (!(o->lists[list] = ts_calloc((size_t)(o->n ? o->n : 1) * sizeof(ts_tensor *)))) return ts_fail(cx, TS_ERR_MEMORY, "out of memory");
  for (int64_t i = 0; i < o->n; i++) {
    const ts_tensor *p = o->lists[0][i];
    ts_tensor *t = scalar ? ts_full_zero(cx, TS_FLOAT32, 0, NULL) : ts_full_zero(cx, (ts_dtype)p->dtype, p->ndim, p->sizes);
    if (!(o->lists[list][i] = ts_retain(t))) return false;
  }
  return true;
}

static torsh_status make(const torsh_tensor *params, int64_t n, torsh_optimizer model, torsh_optimizer *out) {
  ts_cx *cx = capi_enter();
  *out = NULL;
  if (!cx) return TORSH_ERROR_MEMORY;
  cx->op = model->adam ? "adam_new" : "sgd_new";
  double lr = model->adam ? model->options.lr : model->sgd.lr;
  if (!(lr >= 0)) ts_fail(cx, TS_ERR_ARGUMENT, "Invalid learning rate: %g", lr);
  if (n <= 0) ts_fail(cx, TS_ERR_ARGUMENT, "optimizer got an empty parameter list");
  for (int64_t i = 0; i < n && !ts_failed(cx); i++)
    if (!params[i]) ts_fail(cx, TS_ERR_ARGUMENT, "parameter %lld is NULL", (long long)i);
  torsh_optimizer o = ts_failed(cx) ? NULL : ts_calloc(sizeof *o);
  if (o) {
    *o = *model;
    o->n = n;
    o->lists[0] = ts_calloc((size_t)n * sizeof *o->lists[0]);
    o->fresh = ts_alloc((size_t)n * sizeof *o->fresh);
    for (int64_t i = 0; o->lists[0] && i < n; i++) o->lists[0][i] = ts_retain(params[i]);
    for (int64_t i = 0; o->fresh && i < n; i++) o->fresh[i] = 1;
    bool ok = o->lists[0] && o->fresh;
    if (ok && o->adam) ok = fill_list(cx, o, 1, false) && fill_list(cx, o, 2, false) && (!o->options.amsgrad || fill_list(cx, o, 3, false)) && fill_list(cx, o, 4, true);
    else if (ok && o->sgd.momentum != 0) ok = fill_list(cx, o, 1, false);
    if (!ok) {
      torsh_optimizer_free(o);
      o = NULL;
    }
  }
  if (!o) return no_memory(cx);
  *out = o;
  return capi_leave(cx);
}

torsh_status torsh_sgd_new(const torsh_tensor *params, int64_t n, torsh_sgd_options options, torsh_optimizer *out) {
  return make(params, n, &(struct torsh_optimizer_s){.sgd = options}, out);
}
torsh_status torsh_adam_new(const torsh_tensor *params, int64_t n, torsh_adam_options options, torsh_optimizer *out) {
  return make(params, n, &(struct torsh_optimizer_s){.adam = true, .options = options}, out);
}
torsh_status torsh_adamw_new(const torsh_tensor *params, int64_t n, torsh_adam_options options, torsh_optimizer *out) {
  return make(params, n, &(struct torsh_optimizer_s){.adam = true, .decoupled = true, .options = options}, out);
}

static ts_list list_of(torsh_optimizer o, int i) { return (ts_list){o->lists[i], o->lists[i] ? o->n : 0}; }

torsh_status torsh_optimizer_step(torsh_optimizer o) {
  ts_cx *cx = capi_enter();
  if (!cx) return TORSH_ERROR_MEMORY;
  bool recording = cx->grad_mode, ok;
  cx->grad_mode = false;
  if (o->adam)
    ok = ts__adam_step_(cx, list_of(o, 0), list_of(o, 1), list_of(o, 2), list_of(o, 3), list_of(o, 4), o->options.lr, o->options.beta1, o->options.beta2, o->options.eps, o->options.weight_decay, o->decoupled, o->options.maximize);
  else
    ok = ts__sgd_step_(cx, list_of(o, 0), list_of(o, 1), (ts_ints){o->fresh, o->lists[1] ? o->n : 0}, o->sgd.lr, o->sgd.momentum, o->sgd.dampening, o->sgd.weight_decay, o->sgd.nesterov, o->sgd.maximize);
  for (int64_t i = 0; ok && i < o->n; i++)
    if (o->lists[0][i]->grad) o->fresh[i] = 0;
  cx->grad_mode = recording;
  return capi_leave(cx);
}

torsh_status torsh_optimizer_zero_grad(torsh_optimizer o) {
  ts_cx *cx = capi_enter();
  if (!cx) return TORSH_ERROR_MEMORY;
  ts__zero_grads(cx, list_of(o, 0), true);
  return capi_leave(cx);
}

torsh_status torsh_optimizer_set_lr(torsh_optimizer o, double lr) {
  ts_cx *cx = capi_enter();
  if (!cx) return TORSH_ERROR_MEMORY;
  if (!(lr >= 0)) ts_fail(cx, TS_ERR_ARGUMENT, "Invalid learning rate: %g", lr);
  else o->sgd.lr = o->options.lr = lr;
  return capi_leave(cx);
}

void torsh_optimizer_free(torsh_optimizer o) {
  if (!o) return;
  for (int k = 0; k < LISTS; k++) {
    for (int64_t i = 0; o->lists[k] && i < o->n; i++) ts_release(o->lists[k][i]);
    ts_free(o->lists[k]);
  }
  ts_free(o->fresh);
  ts_free(o);
}
