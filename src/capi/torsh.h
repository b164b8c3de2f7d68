/* torsh for C: tensors with autograd, modules and optimizers over the same kernels that the JavaScript package uses.

   Every function returns a status and writes its result through an out-parameter; torsh_last_error() tells what went wrong.
   Tensors handed in are borrowed, tensors handed out belong to the caller (torsh_tensor_free). A tensor is used by the
   thread that made it; threads have contexts of their own, made at their first call. Every op of the table is declared in
   torsh_ops.h. */
#ifndef TORSH_H
#define TORSH_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(_WIN32)
#define TORSH_API
#else
#define TORSH_API __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
  TORSH_OK,
  TORSH_ERROR_ARGUMENT,
  TORSH_ERROR_SHAPE,
  TORSH_ERROR_DTYPE,
  TORSH_ERROR_INDEX,
  TORSH_ERROR_MEMORY,
  TORSH_ERROR_AUTOGRAD,
  TORSH_ERROR_DISPOSED,
  TORSH_ERROR_CALLBACK,
  TORSH_ERROR_UNSUPPORTED,
  TORSH_ERROR_IO,
  TORSH_ERROR_NUMERIC
} torsh_status;

typedef enum {
  TORSH_BOOL, TORSH_UINT8, TORSH_INT8, TORSH_INT16, TORSH_INT32, TORSH_INT64,
  TORSH_FLOAT16, TORSH_BFLOAT16, TORSH_FLOAT32, TORSH_FLOAT64, TORSH_COMPLEX64, TORSH_COMPLEX128,
  TORSH_DTYPE_NONE = 255 /* "not given" */
} torsh_dtype;

typedef enum { TORSH_SCALAR_NONE, TORSH_SCALAR_BOOL, TORSH_SCALAR_INT, TORSH_SCALAR_FLOAT, TORSH_SCALAR_COMPLEX } torsh_scalar_kind;
typedef struct {
  torsh_scalar_kind kind;
  union { bool b; int64_t i; double f; struct { double re, im; } c; } value;
} torsh_scalar;

typedef struct ts_tensor *torsh_tensor;
typedef struct torsh_module_s *torsh_module;
typedef struct torsh_optimizer_s *torsh_optimizer;

/* ---- the library ---- */
TORSH_API const char *torsh_version(void);
/* Message of this thread's last failed call, until its next one; "" when that succeeded. */
TORSH_API const char *torsh_last_error(void);
TORSH_API const char *torsh_status_name(torsh_status status);
/* Frees this thread's context; its tensors must have been freed. Optional. */
TORSH_API void torsh_shutdown(void);
TORSH_API torsh_status torsh_manual_seed(uint64_t seed);
TORSH_API torsh_status torsh_set_num_threads(int n); /* 0: those of the machine */
TORSH_API int torsh_get_num_threads(void);
TORSH_API torsh_status torsh_set_memory_budget(int64_t bytes); /* 0: no limit */
/* Bytes in use now, and most ever in use. */
TORSH_API torsh_status torsh_memory(int64_t *live, int64_t *peak);

/* ---- scalars ---- */
TORSH_API torsh_scalar torsh_scalar_int(int64_t value);
TORSH_API torsh_scalar torsh_scalar_float(double value);
TORSH_API torsh_scalar torsh_scalar_bool(bool value);
TORSH_API torsh_scalar torsh_scalar_complex(double re, double im);
TORSH_API torsh_scalar torsh_scalar_none(void);

/* ---- tensors ---- */
/* Copies `nbytes` of row-major data; nbytes must be that of the sizes. */
TORSH_API torsh_status torsh_tensor_from_data(const void *data, size_t nbytes, torsh_dtype dtype, const int64_t *sizes, int64_t ndim, torsh_tensor *out);
/* A 0-d tensor of float32, complex64, bool or int64 by the scalar's kind. */
TORSH_API torsh_status torsh_tensor_from_scalar(torsh_scalar value, torsh_tensor *out);
/* Row-major copy of the values; nbytes must be numel times the element size. */
TORSH_API torsh_status torsh_tensor_copy_data(torsh_tensor t, void *data, size_t nbytes);
TORSH_API void torsh_tensor_free(torsh_tensor t); /* NULL is fine */
TORSH_API torsh_dtype torsh_tensor_dtype(torsh_tensor t);
TORSH_API int64_t torsh_tensor_ndim(torsh_tensor t);
TORSH_API int64_t torsh_tensor_numel(torsh_tensor t);
TORSH_API const int64_t *torsh_tensor_sizes(torsh_tensor t);   /* ndim entries, valid while t lives unchanged */
TORSH_API const int64_t *torsh_tensor_strides(torsh_tensor t); /* elements */
TORSH_API torsh_status torsh_tensor_item(torsh_tensor t, double *out); /* of a one-element tensor */
TORSH_API size_t torsh_dtype_size(torsh_dtype dtype); /* bytes of an element; 0 for none */

/* ---- autograd ---- */
TORSH_API torsh_status torsh_tensor_set_requires_grad(torsh_tensor t, bool value);
TORSH_API bool torsh_tensor_requires_grad(torsh_tensor t);
/* Accumulates gradients into the leaves; gradient may be NULL for one-element tensors. */
TORSH_API torsh_status torsh_tensor_backward(torsh_tensor t, torsh_tensor gradient, bool retain_graph, bool create_graph);
/* The accumulated gradient, or NULL; the caller's to free. */
TORSH_API torsh_status torsh_tensor_grad(torsh_tensor t, torsh_tensor *out);
TORSH_API bool torsh_set_grad_enabled(bool value); /* gives the former state */

/* ---- modules: parameters and a forward function ---- */
/* Weights are initialised as PyTorch does, from the default generator. */
TORSH_API torsh_status torsh_linear_new(int64_t in_features, int64_t out_features, bool bias, torsh_module *out);
TORSH_API torsh_status torsh_conv2d_new(int64_t in_channels, int64_t out_channels, int64_t kernel_size, int64_t stride, int64_t padding, bool bias, torsh_module *out);
TORSH_API torsh_status torsh_relu_new(torsh_module *out);
TORSH_API torsh_status torsh_max_pool2d_new(int64_t kernel_size, torsh_module *out);
TORSH_API torsh_status torsh_flatten_new(torsh_module *out);
/* Runs modules one after another; takes them over, also when it fails. */
TORSH_API torsh_status torsh_sequential_new(torsh_module *modules, int64_t n, torsh_module *out);
TORSH_API torsh_status torsh_module_forward(torsh_module m, torsh_tensor input, torsh_tensor *out);
/* Borrowed parameters, in order; *n_out is their number also when capacity is smaller (then nothing is written). */
TORSH_API torsh_status torsh_module_parameters(torsh_module m, torsh_tensor *out, int64_t capacity, int64_t *n_out);
TORSH_API void torsh_module_free(torsh_module m);

/* ---- optimizers ---- */
typedef struct { double lr, momentum, dampening, weight_decay; bool nesterov, maximize; } torsh_sgd_options;
typedef struct { double lr, beta1, beta2, eps, weight_decay; bool amsgrad, maximize; } torsh_adam_options;
TORSH_API torsh_sgd_options torsh_sgd_defaults(void);   /* lr 1e-3, all else 0 */
TORSH_API torsh_adam_options torsh_adam_defaults(void); /* lr 1e-3, betas 0.9 and 0.999, eps 1e-8 */
TORSH_API torsh_status torsh_sgd_new(const torsh_tensor *params, int64_t n, torsh_sgd_options options, torsh_optimizer *out);
TORSH_API torsh_status torsh_adam_new(const torsh_tensor *params, int64_t n, torsh_adam_options options, torsh_optimizer *out);
TORSH_API torsh_status torsh_adamw_new(const torsh_tensor *params, int64_t n, torsh_adam_options options, torsh_optimizer *out);
TORSH_API torsh_status torsh_optimizer_step(torsh_optimizer o);
TORSH_API torsh_status torsh_optimizer_zero_grad(torsh_optimizer o);
TORSH_API torsh_status torsh_optimizer_set_lr(torsh_optimizer o, double lr);
TORSH_API void torsh_optimizer_free(torsh_optimizer o);

#ifdef __cplusplus
}
#endif
#endif
