/* What a row of the op table becomes in C: a descriptor that one generic path decodes, runs and records. */
#ifndef TS_CORE_OP_H
#define TS_CORE_OP_H
#include "tensor.h"

typedef enum { TS_NUM_NONE, TS_NUM_BOOL, TS_NUM_INT, TS_NUM_FLOAT, TS_NUM_COMPLEX } ts_num_kind;
typedef struct {
  ts_num_kind kind;
  double f;  /* the value, also of ints and bools; the real part of complex numbers */
  int64_t i; /* the exact value of ints and bools */
  bool big;  /* an int that the host wrote as a 64-bit one: full(2n) is int64 */
  double im; /* the imaginary part; 0 of all others */
} ts_scalar;
static inline ts_scalar ts_int(int64_t v) { return (ts_scalar){TS_NUM_INT, (double)v, v, false, 0}; }
static inline ts_scalar ts_float(double v) { return (ts_scalar){TS_NUM_FLOAT, v, 0, false, 0}; }
static inline ts_scalar ts_bool(bool v) { return (ts_scalar){TS_NUM_BOOL, v, v, false, 0}; }
static inline ts_scalar ts_none(void) { return (ts_scalar){TS_NUM_NONE, 0, 0, false, 0}; }
static inline ts_scalar ts_complex_number(double re, double im) { return (ts_scalar){TS_NUM_COMPLEX, re, 0, false, im}; }
static inline ts_scalar ts_conj_number(ts_scalar s) { s.im = -s.im; return s; }
static inline bool ts_is_one(ts_scalar s) { return s.f == 1 && s.im == 0; }
static inline bool ts_is_zero(ts_scalar s) { return s.f == 0 && s.im == 0; }
ts_dtype ts_scalar_dtype(ts_scalar s); /* bool, int64, float32 or complex64: before promotion */

typedef struct { ts_tensor **v; int64_t n; } ts_list;      /* n = -1: None */
typedef struct { const int64_t *v; int64_t n; } ts_ints;   /* n = -1: None */
typedef struct { const double *v; int64_t n; } ts_floats;  /* n = -1: None */
typedef struct { bool given; int64_t v; } ts_opt_int;
typedef struct { bool given; double v; } ts_opt_float;
#define TS_INTS(...) ((ts_ints){(const int64_t[]){__VA_ARGS__}, sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t)})
#define TS_NO_INTS ((ts_ints){NULL, -1})
#define TS_INTS_EMPTY ((ts_ints){NULL, 0})
static inline ts_ints ts_sizes_of(const ts_tensor *t) { return (ts_ints){t->sizes, t->ndim}; }

/* Kinds of argument; the comment gives the C type in the args struct. */
typedef enum {
  TS_ARG_TENSOR,     /* ts_tensor *: never NULL */
  TS_ARG_TENSOR_OPT, /* ts_tensor *: NULL for None */
  TS_ARG_OPERAND,    /* ts_tensor *: a host number becomes a wrapped 0-d tensor */
  TS_ARG_OPERAND_OPT,
  TS_ARG_LIST,       /* ts_list */
  TS_ARG_LIST_OPT,   /* ts_list with NULL entries for None */
  TS_ARG_SCALAR,     /* ts_scalar */
  TS_ARG_INT, TS_ARG_INT_OPT, TS_ARG_FLOAT, TS_ARG_FLOAT_OPT, /* int64_t, ts_opt_int, double, ts_opt_float */
  TS_ARG_BOOL,       /* bool */
  TS_ARG_BOOL_OPT,   /* ts_opt_int */
  TS_ARG_DTYPE,      /* ts_dtype: TS_DTYPE_NONE for None */
  TS_ARG_INTS, TS_ARG_FLOATS, /* ts_ints, ts_floats */
  TS_ARG_INTS_OPT, TS_ARG_FLOATS_OPT,
  TS_ARG_TEXT, TS_ARG_TEXT_OPT /* const char *: NULL for None */
} ts_arg_kind;

typedef struct {
  const char *name;
  uint8_t kind;
  bool else_sizes;    /* where saved_for says that the values are not needed, the sizes still are */
  uint16_t offset;
  uint32_t saved_for; /* kept for the formula only when one of these arguments wants a gradient; 0: always */
} ts_arg;

/* What an op returns. */
typedef enum { TS_RET_TENSORS, TS_RET_LIST, TS_RET_SCALAR, TS_RET_INTS, TS_RET_TEXT, TS_RET_NOTHING } ts_ret_kind;

enum { TS_MAX_OUT = 6, TS_MAX_ARGS = 24 };
typedef struct {
  ts_tensor *t[TS_MAX_OUT]; /* results; on entry the destination where the caller gave one */
  ts_list list;             /* memory from ts_temp */
  ts_scalar scalar;
  ts_ints ints;
  const char *text;
} ts_out;

typedef struct ts_back ts_back;
struct ts_op;
typedef bool (*ts_impl_fn)(ts_cx *cx, const void *args, ts_out *out);
/* A gradient formula. wanted has the layout of args: a tensor field that is not NULL on entry asks for that gradient;
   the formula replaces it, or leaves it alone for "zero". Written with ops, so that it can be differentiated again. */
typedef void (*ts_grad_fn)(ts_cx *cx, const void *args, const ts_back *back, void *wanted);

enum {
  TS_OP_VIEW = 1,       /* the result shares self's storage */
  TS_OP_DIRECT = 2,     /* impl writes into a destination given in out->t */
  TS_OP_COMPOSITE = 4,  /* made of differentiable ops: records nothing itself */
  TS_OP_INPLACE = 8,    /* changes self and returns it */
  TS_OP_SYSTEM = 16,    /* no tensors arithmetic: handles, metadata, settings */
  TS_OP_RESHAPES = 32,  /* an in-place op that changes self's geometry, not its values (squeeze_, t_) */
  TS_OP_LISTVIEW = 64,  /* a list of views of self */
  TS_OP_EXACT = 128,    /* destinations must have the dtype of the results: no conversion */
  TS_OP_FUSABLE = 256   /* of floats: calls of the elementwise families alone (src/ops/fuse.mjs) */
};

/* What becomes of an op's floating-point arguments under autocast; float64 is left alone. */
enum {
  TS_CAST_NONE,
  TS_CAST_LOWER,   /* the lower dtype */
  TS_CAST_FLOAT32,
  TS_CAST_WIDEST,  /* float32 if any of them is, or if they differ */
  TS_CAST_INSIDE   /* nothing, but the ops that it is made of are asked themselves */
};

/* What a recording does at an op (core/capture.h). */
enum {
  TS_RECORD_STEP,      /* a step of the program */
  TS_RECORD_SKIP,      /* nothing */
  TS_RECORD_LOOK,      /* nothing, unless the shape depends on values */
  TS_RECORD_SHAPE,     /* a step whose result has a shape that depends on values */
  TS_RECORD_MASK,      /* the same, where a mask is among the arguments */
  TS_RECORD_ZERO,      /* a step that drops gradients */
  TS_RECORD_VALUES, TS_RECORD_GRADIENT, TS_RECORD_HOST, TS_RECORD_OPTIMIZER, TS_RECORD_OTHER /* the end of it, for this reason; but gradients may be read, and some optimizers may step */
};

typedef struct ts_op {
  const char *name;      /* public name in camelCase: starts error messages */
  const char *node_name; /* gradFn's name: "AddBackward0" */
  uint16_t flags, args_size;
  uint8_t n_args, n_out, ret;
  uint32_t saves;        /* bit i: tensor argument i is kept for the formula */
  uint32_t saves_shape;  /* bit i: only its sizes and dtype, as a tensor without data */
  uint32_t saves_result; /* bit i: result i is kept */
  const ts_arg *args;
  ts_impl_fn impl;
  ts_grad_fn grad;       /* NULL: not differentiable, or composite */
  uint8_t autocast;      /* TS_CAST_... */
  uint8_t record;        /* TS_RECORD_... */
} ts_op;

extern const ts_op ts_ops[];
extern const int ts_op_count;
extern const char ts_table_hash[]; /* of the rows: both sides of the wall must agree */

/* Runs an op: checks, impl, graph. out->t may hold destinations (out=); for in-place ops self is the destination.
   False on error; then nothing has changed. With an error already set it does nothing, so calls can be nested. */
bool ts_dispatch(ts_cx *cx, const ts_op *op, void *args, ts_out *out);

/* Called by the generated typed callers. */
ts_tensor *ts_dispatch1(ts_cx *cx, const ts_op *op, void *args);

/* One call across the wall: arguments decoded from cx->wall, results written to it (see docs/wall.md). */
void ts_call(ts_cx *cx, uint32_t op);

/* A 0-d tensor of a host number with lowest promotion priority. */
ts_tensor *ts_wrap_scalar(ts_cx *cx, ts_scalar s);
/* A destination-aware allocation: out->t[i] when it has the right sizes and dtype, else a fresh tensor. */
ts_tensor *ts_result(ts_cx *cx, ts_out *out, int i, ts_dtype dtype, int ndim, const int64_t *sizes);
/* The value of a one-element tensor of any dtype. */
ts_scalar ts_read_scalar(const ts_tensor *t, const void *element);

#endif
