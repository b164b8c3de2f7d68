/* Autocast: before an op of the lists in src/ops/autocast.mjs runs, its floating-point arguments get the dtype that the list says.
   The conversions are recorded like any, so gradients come back in the dtype of what was converted. */
#include "formulas.h"

#define FIELD(type, base, arg) ((type *)((char *)(base) + (arg)->offset))

static bool eligible(const ts_tensor *t) {
  return t && !t->wrapped_number && (t->dtype == TS_FLOAT16 || t->dtype == TS_BFLOAT16 || t->dtype == TS_FLOAT32);
}

static bool is_list(const ts_arg *a) { return a->kind == TS_ARG_LIST || a->kind == TS_ARG_LIST_OPT; }

/* The eligible arguments' own dtype, or float32 where they differ. */
static ts_dtype widest(const ts_op *op, const void *args) {
  ts_dtype found = TS_DTYPE_NONE;
  for (int i = 0; i < op->n_args; i++) {
    const ts_arg *a = &op->args[i];
    const ts_tensor *t = a->kind <= TS_ARG_OPERAND_OPT ? *FIELD(ts_tensor *const, args, a) : NULL;
    if (eligible(t)) found = found == TS_DTYPE_NONE || found == (ts_dtype)t->dtype ? (ts_dtype)t->dtype : TS_FLOAT32;
  }
  return found;
}

static ts_tensor *cast(ts_cx *cx, ts_tensor *t, ts_dtype to) { return eligible(t) && t->dtype != to ? ts__to_dtype(cx, t, to) : t; }

bool ts_autocast(ts_cx *cx, const ts_op *op, void *args) {
  const ts_dtype to = op->autocast == TS_CAST_LOWER ? (ts_dtype)cx->autocast : op->autocast == TS_CAST_FLOAT32 ? TS_FLOAT32 : widest(op, args);
  for (int i = 0; i < op->n_args && !ts_failed(cx); i++) {
    const ts_arg *a = &op->args[i];
    if (a->kind <= TS_ARG_OPERAND_OPT) {
      ts_tensor **t = FIELD(ts_tensor *, args, a);
      *t = cast(cx, *t, to);
    } else if (is_list(a)) {
      ts_list *list = FIELD(ts_list, args, a);
      if (list->n <= 0) continue;
      ts_tensor **v = ts_temp(cx, list->n * (int64_t)sizeof *v);
      for (int64_t k = 0; v && k < list->n; k++) v[k] = cast(cx, list->v[k], to);
      if (v) list->v = v;
    }
  }
  return !ts_failed(cx);
}

bool ts__set_autocast_impl(ts_cx *cx, const ts__set_autocast_args *a, ts_out *out) {
  out->scalar = ts_int(cx->autocast);
  cx->autocast = a->dtype == TS_DTYPE_NONE ? 0 : (uint8_t)a->dtype;
  return true;
}

bool ts__autocast_impl(ts_cx *cx, const ts__autocast_args *a, ts_out *out) {
  (void)a;
  out->scalar = ts_int(cx->autocast);
  return true;
}
