/* Random calls of every public op: random tensors (dtype, shape, strides, values), numbers, lists and words, wanted and absurd
   alike, with gradients, in place, into destinations, and with failing allocations. Nothing may crash, read or write outside its
   memory, or leak; what is refused must say why and leave its inputs as they were.

   TORSH_FUZZ_SECONDS (8), TORSH_FUZZ_SEED (1) and TORSH_FUZZ_FROM (0, the first call) choose the run; TORSH_FUZZ_OP one op;
   TORSH_FUZZ_VERBOSE=1 prints each call. */
#include "check.h"
#include <stdlib.h>
#include <time.h>
#include "autograd/engine.h"
#include "core/op.h"
#include "core/random.h"
#include "kernels/kernels.h"

static struct { const char *op; unsigned long call; } now;

/* Called by AddressSanitizer before it reports. */
void __asan_on_error(void);
void __asan_on_error(void) { fprintf(stderr, "fuzz: %s, call %lu\n", now.op, now.call); }

static uint64_t state;
static uint64_t next(void) { /* splitmix64 */
  uint64_t z = (state += 0x9E3779B97F4A7C15u);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}
static int64_t below(int64_t n) { return (int64_t)(next() % (uint64_t)n); }
static bool one_in(int n) { return below(n) == 0; }

static int64_t some_int(void) {
  static const int64_t absurd[] = {INT64_MAX, INT64_MIN, INT64_MAX - 1, (int64_t)1 << 31, (int64_t)1 << 40, -((int64_t)1 << 33), 4294967295, 1000};
  int64_t kind = below(20);
  if (kind < 15) return below(5) - 1;
  if (kind < 19) return below(30) - 12;
  return absurd[below(sizeof absurd / sizeof *absurd)];
}

static double some_float(void) {
  static const double odd[] = {0, -0.0, INFINITY, -INFINITY, NAN, 1e300, -1e300, 1e-300, 1e40, 5e-324, 1, -1, 2, 0.5};
  return one_in(3) ? odd[below(sizeof odd / sizeof *odd)] : (double)(int64_t)next() / 9.3e18 * 4;
}

static ts_dtype some_dtype(void) {
  int64_t kind = below(10);
  return kind < 4 ? TS_FLOAT32 : kind < 6 ? TS_FLOAT64 : kind < 7 ? TS_INT64 : (ts_dtype)below(TS_DTYPE_COUNT);
}

/* Calls of one op see few shapes, so that some fit one another. */
static int64_t base_shape[6];
static int base_ndim;

static int some_shape(int64_t *sizes) {
  int n = base_ndim;
  for (int d = 0; d < n; d++) sizes[d] = base_shape[d];
  int64_t kind = below(8);
  if (kind == 0) {
    n = (int)below(6);
    for (int d = 0; d < n; d++) sizes[d] = below(4);
  } else if (kind == 1 && n) {
    sizes[below(n)] = 1;
  } else if (kind == 2 && n) {
    for (int d = 1; d < n; d++) sizes[d - 1] = sizes[d];
    n--;
  } else if (kind == 3 && n >= 2) {
    int64_t t = sizes[n - 1];
    sizes[n - 1] = sizes[n - 2];
    sizes[n - 2] = t;
  } else if (kind == 4 && n) {
    sizes[below(n)] = below(6);
  }
  return n;
}

static void fill(ts_tensor *t) {
  char *p = t->storage->data;
  const int64_t item = ts_itemsize((ts_dtype)t->dtype), n = t->storage->nbytes / item;
  const bool small = !one_in(4); /* as indices are */
  for (int64_t i = 0; i < n; i++, p += item) {
    const double x = small ? (double)below(4) : some_float();
    switch ((ts_dtype)t->dtype) {
      case TS_FLOAT32: *(float *)p = (float)(small ? x + (one_in(2) ? 0.25 : 0) : x); break;
      case TS_FLOAT64: *(double *)p = small ? x - 0.5 : x; break;
      case TS_FLOAT16: *(uint16_t *)p = ts_f32_to_f16((float)x); break;
      case TS_BFLOAT16: *(uint16_t *)p = ts_f32_to_bf16((float)x); break;
      case TS_COMPLEX64: ((float *)p)[0] = (float)x, ((float *)p)[1] = (float)below(3); break;
      case TS_COMPLEX128: ((double *)p)[0] = x, ((double *)p)[1] = (double)below(3); break;
      case TS_BOOL: *(uint8_t *)p = (uint8_t)below(2); break;
      case TS_INT64: *(int64_t *)p = small ? below(4) : some_int(); break;
      default:
        for (int64_t b = 0; b < item; b++) p[b] = (char)(small ? b ? 0 : below(4) : below(256));
    }
  }
}

/* What a call was given, so that its gradients can be dropped: with createGraph they refer to their own leaf. */
enum { MADE = 64 };
static ts_tensor *made[MADE];
static int n_made;

/* A tensor of a random layout: dense, transposed, every other element, expanded, offset. */
static ts_tensor *some_tensor(ts_cx *cx) {
  int64_t sizes[8], strides[8], at = 1;
  const int n = some_shape(sizes);
  const ts_dtype dtype = some_dtype();
  const int64_t layout = below(6), step = layout == 1 ? 2 : 1, offset = layout == 2 ? 3 : 0;
  int order[8];
  for (int d = 0; d < n; d++) order[d] = d;
  if (layout == 3 && n >= 2) {
    order[0] = n - 1;
    order[n - 1] = 0;
  }
  for (int d = n - 1; d >= 0; d--) {
    const int dim = order[d];
    strides[dim] = layout == 4 && one_in(2) ? 0 : at * step;
    if (strides[dim]) at *= sizes[dim] ? sizes[dim] : 1;
  }
  ts_tensor *whole = ts_empty(cx, dtype, 1, (int64_t[]){at * step + offset});
  if (!whole) return NULL;
  fill(whole);
  ts_tensor *t = ts_alias(cx, whole, n, sizes, strides, offset);
  if (t && ts_is_inexact(dtype) && one_in(2)) t->requires_grad = true;
  if (t && n_made < MADE) made[n_made++] = t;
  return t;
}

static const char *some_word(void) {
  static const char *const words[] = {"mean", "sum", "none", "same", "valid", "ij", "xy", "reflect", "replicate", "circular", "constant", "zeros", "border",
                                      "nearest", "bilinear", "bicubic", "linear", "tanh", "floor", "trunc", "prod", "amax", "amin", "forward", "backward",
                                      "ortho", "reduced", "complete", "r", "fro", "nuc", "left", "right", "L", "U", "add", "multiply", "higher", "", "xyz",
                                      "ij,jk->ik", "i", "gelsd", "lower", "midpoint", "nearest-exact", "trilinear", "area", "...i,...i->..."};
  return words[below(sizeof words / sizeof *words)];
}

#define FIELD(type, base, arg) ((type *)((char *)(base) + (arg)->offset))

static void some_argument(ts_cx *cx, const ts_arg *a, void *args, ts_tensor **seen, int *n_seen) {
  switch ((ts_arg_kind)a->kind) {
    case TS_ARG_TENSOR: case TS_ARG_TENSOR_OPT: case TS_ARG_OPERAND: case TS_ARG_OPERAND_OPT: {
      ts_tensor *t = NULL;
      const bool optional = a->kind == TS_ARG_TENSOR_OPT || a->kind == TS_ARG_OPERAND_OPT;
      if (optional && one_in(2)) break;
      if ((a->kind == TS_ARG_OPERAND || a->kind == TS_ARG_OPERAND_OPT) && one_in(4)) t = ts_wrap_scalar(cx, one_in(2) ? ts_int(some_int()) : ts_float(some_float()));
      else if (*n_seen && one_in(5)) t = seen[below(*n_seen)];
      else t = some_tensor(cx);
      if (t && *n_seen < 16) seen[(*n_seen)++] = t;
      *FIELD(ts_tensor *, args, a) = t;
      break;
    }
    case TS_ARG_LIST: case TS_ARG_LIST_OPT: {
      ts_list *list = FIELD(ts_list, args, a);
      list->n = below(4);
      list->v = ts_temp(cx, 4 * (int64_t)sizeof *list->v);
      for (int64_t i = 0; list->v && i < list->n; i++) list->v[i] = a->kind == TS_ARG_LIST_OPT && one_in(4) ? NULL : some_tensor(cx);
      if (!list->v) list->n = 0;
      break;
    }
    case TS_ARG_SCALAR: {
      const int64_t kind = below(8);
      *FIELD(ts_scalar, args, a) = kind == 0 ? ts_none() : kind < 4 ? ts_int(some_int()) : kind < 5 ? ts_bool(one_in(2)) : ts_float(some_float());
      break;
    }
    case TS_ARG_INT: *FIELD(int64_t, args, a) = some_int(); break;
    case TS_ARG_INT_OPT: *FIELD(ts_opt_int, args, a) = (ts_opt_int){one_in(2), some_int()}; break;
    case TS_ARG_BOOL_OPT: *FIELD(ts_opt_int, args, a) = (ts_opt_int){one_in(2), below(2)}; break;
    case TS_ARG_FLOAT: *FIELD(double, args, a) = some_float(); break;
    case TS_ARG_FLOAT_OPT: *FIELD(ts_opt_float, args, a) = (ts_opt_float){one_in(2), some_float()}; break;
    case TS_ARG_BOOL: *FIELD(bool, args, a) = one_in(2); break;
    case TS_ARG_DTYPE: *FIELD(ts_dtype, args, a) = one_in(2) ? TS_DTYPE_NONE : some_dtype(); break;
    case TS_ARG_INTS: case TS_ARG_FLOATS: case TS_ARG_INTS_OPT: case TS_ARG_FLOATS_OPT: {
      const int64_t n = one_in(6) ? -1 : one_in(50) ? 70 : below(5);
      void *v = ts_temp(cx, 70 * 8);
      for (int64_t i = 0; v && i < n; i++) {
        if (a->kind == TS_ARG_INTS || a->kind == TS_ARG_INTS_OPT) ((int64_t *)v)[i] = some_int();
        else ((double *)v)[i] = some_float();
      }
      if (a->kind == TS_ARG_INTS || a->kind == TS_ARG_INTS_OPT) *FIELD(ts_ints, args, a) = (ts_ints){v, v ? n : -1};
      else *FIELD(ts_floats, args, a) = (ts_floats){v, v ? n : -1};
      break;
    }
    case TS_ARG_TEXT: case TS_ARG_TEXT_OPT: *FIELD(const char *, args, a) = one_in(5) ? NULL : some_word(); break;
  }
}

/* Reads every element, so that a result that reaches past its memory is found. */
static double touch(const ts_tensor *t) {
  double sum = 0;
  if (t->numel > 1 << 20) return 0; /* expanded */
  int64_t at[TS_MAX_DIM] = {0};
  const char *const data = ts_data(t);
  const int64_t item = ts_itemsize((ts_dtype)t->dtype);
  for (int64_t i = 0; i < t->numel; i++) {
    int64_t offset = 0;
    for (int d = 0; d < t->ndim; d++) offset += at[d] * t->strides[d];
    sum += (double)data[offset * item] + (double)data[offset * item + item - 1];
    for (int d = t->ndim - 1; d >= 0 && ++at[d] == t->sizes[d]; d--) at[d] = 0;
  }
  return sum;
}

static void run_backward(ts_cx *cx, ts_tensor *root) {
  if (!root || !ts_requires_grad(root) || root->numel > 4096) return;
  ts_tensor *ones = ts_empty(cx, (ts_dtype)root->dtype, root->ndim, root->sizes);
  if (!ones) return;
  fill(ones);
  ts_run_backward(cx, (ts_list){&root, 1}, (ts_list){&ones, 1}, one_in(3), one_in(3), (ts_list){NULL, -1}, true, NULL);
}

static volatile double sink;

/* Returns whether the call succeeded. */
static bool one_call(ts_cx *cx, const ts_op *op) {
  _Alignas(16) char args[512];
  ts_out out;
  ts_tensor *seen[16];
  int n_seen = 0;
  base_ndim = (int)below(5);
  for (int d = 0; d < base_ndim; d++) base_shape[d] = one_in(12) ? 0 : 1 + below(5);
  memset(args, 0, sizeof args);
  memset(&out, 0, sizeof out);
  const size_t mark = ts_scope_begin(cx);
  n_made = 0;
  for (int i = 0; i < op->n_args; i++) some_argument(cx, &op->args[i], args, seen, &n_seen);
  ts_clear_error(cx);
  if (op->flags & TS_OP_INPLACE) {
    ts_tensor *self = *FIELD(ts_tensor *, args, &op->args[0]);
    if (self && one_in(2)) self->requires_grad = false;
  } else if (op->ret == TS_RET_TENSORS && one_in(8)) {
    for (int i = 0; i < op->n_out; i++) out.t[i] = some_tensor(cx);
  }
  cx->grad_mode = !one_in(4);
  const bool starved = one_in(16);
  if (starved) ts_fail_allocation(1 + below(30));
  bool ok = ts_dispatch(cx, op, args, &out);
  ts_fail_allocation(0);
  if (ok != (cx->status == TS_OK) || (!ok && !strchr(cx->message, ':'))) {
    printf("  %s, call %lu: ok %d, status %d, message \"%s\"\n", op->name, now.call, ok, cx->status, cx->message);
    check_problems++;
  }
  if (ok) {
    if (op->ret == TS_RET_TENSORS)
      for (int i = 0; i < op->n_out; i++)
        if (out.t[i]) sink += touch(out.t[i]);
    if (op->ret == TS_RET_LIST)
      for (int64_t i = 0; i < out.list.n; i++)
        if (out.list.v[i]) sink += touch(out.list.v[i]);
    if (op->ret == TS_RET_TENSORS) run_backward(cx, out.t[0]);
  }
  for (int i = 0; i < n_seen; i++) sink += touch(seen[i]);
  for (int i = 0; i < n_made; i++) {
    ts_tensor *grad = made[i]->grad;
    made[i]->grad = NULL;
    ts_release(grad);
  }
  ts_clear_error(cx);
  ts_scope_end(cx, mark);
  return ok;
}

static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}
static double setting(const char *name, double otherwise) { return getenv(name) ? atof(getenv(name)) : otherwise; }

TEST(random_calls) {
  ts_kernels_init();
  ts_cx *cx = ts_cx_new();
  CHECK(cx != NULL);
  ts_set_budget((int64_t)256 << 20); /* absurd sizes are refused before they are tried */
  const double limit = seconds() + setting("TORSH_FUZZ_SECONDS", 8);
  const uint64_t seed = (uint64_t)setting("TORSH_FUZZ_SEED", 1);
  const char *only = getenv("TORSH_FUZZ_OP");
  unsigned long accepted = 0, calls = 0;
  for (now.call = (unsigned long)setting("TORSH_FUZZ_FROM", 0); seconds() < limit && check_problems < 20; now.call++) {
    state = seed * 0x2545F4914F6CDD1Du + now.call * 0x9E3779B97F4A7C15u;
    const ts_op *op = &ts_ops[below(ts_op_count)];
    if (op->flags & TS_OP_SYSTEM || op->name[0] == '_' || (only && strcmp(op->name, only) != 0)) continue;
    now.op = op->name;
    if (getenv("TORSH_FUZZ_VERBOSE")) fprintf(stderr, "call %lu: %s\n", now.call, op->name);
    ts_memory_stats before, after;
    ts_memory(&before);
    const double began = seconds();
    accepted += one_call(cx, op);
    ts_memory(&after);
    if (getenv("TORSH_FUZZ_VERBOSE") && after.blocks != before.blocks) fprintf(stderr, "call %lu: %s leaves %lld blocks\n", now.call, op->name, (long long)(after.blocks - before.blocks));
    calls++;
    if (seconds() - began > 60) {
      printf("  %s, call %lu: took %.1f s\n", op->name, now.call, seconds() - began);
      check_problems++;
    }
  }
  printf("  %lu random calls, %lu of them accepted\n", calls, accepted);
  CHECK(accepted * 20 > calls); /* a run in which next to nothing is accepted has tried nothing */
  ts_set_budget(0);
  ts_cx_free(cx);
  ts_memory_stats m;
  ts_memory(&m);
  CHECK(m.blocks == 0);
}

CHECK_MAIN
