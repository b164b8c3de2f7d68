/* The wall between host and core: one entry for all ops. Arguments lie in cx->wall as doubles, in the row's order:
     tensor: handle, 0 for None            list: n, handles; -1 for None
     operand, scalar: tag, value           tag 0 None, 1 handle, 2 int, 3 float, 4 bool, 5 int as two values hi * 2^32 + lo, 6 complex as two
     int, float, bool: the value           optional ones: 0, or 1 and the value
     ints, floats: n, values; -1 for None  text: n, character codes; -1 for None    dtype: its number, 255 for None
   behind them n destinations (out=): n, handles. Results: wall[0] is the status, from wall[1] on
     tensors: handles    list: n, handles   scalar: tag, value (or 5, hi, lo; 6, re, im)   ints: n, values   text: n, codes */
#include <math.h>
#include <string.h>
#include "alloc.h"
#include "capture.h"

#define FIELD(type, base, arg) ((type *)((char *)(base) + (arg)->offset))
enum { TAG_NONE, TAG_HANDLE, TAG_INT, TAG_FLOAT, TAG_BOOL, TAG_BIGINT, TAG_COMPLEX };
enum { MAX_TEXT = 65000 };

/* Holds the tensor for this call: its host object may be collected while the op allocates. */
static ts_tensor *take_tensor(ts_cx *cx, double handle) {
  ts_tensor *t = ts_scope_own(cx, ts_retain(ts_handle_get(cx, handle)));
  if (t && ts_captures(cx)) ts_capture_handle(cx, t, handle);
  return t;
}

static bool take_int(ts_cx *cx, const char *name, double v, int64_t *out) {
  if (!(v >= -9223372036854775808.0 && v < 9223372036854775808.0) || v != trunc(v))
    return ts_fail(cx, TS_ERR_ARGUMENT, "argument '%s' must be an integer, not %g", name, v);
  *out = (int64_t)v;
  return true;
}

static ts_scalar take_scalar(ts_cx *cx, const double **p) {
  int tag = (int)*(*p)++;
  switch (tag) {
    case TAG_INT: return ts_int((int64_t)*(*p)++);
    case TAG_FLOAT: return ts_float(*(*p)++);
    case TAG_BOOL: return ts_bool(*(*p)++ != 0);
    case TAG_BIGINT: {
      double hi = *(*p)++, lo = *(*p)++;
      ts_scalar s = ts_int((int64_t)((uint64_t)(int64_t)hi << 32 | (uint64_t)lo));
      s.big = true;
      return s;
    }
    case TAG_COMPLEX: {
      double re = *(*p)++;
      return ts_complex_number(re, *(*p)++);
    }
    case TAG_HANDLE: { /* a 0-d tensor where a number is wanted */
      ts_tensor *t = take_tensor(cx, *(*p)++);
      if (!t) return ts_none();
      if (t->numel != 1) {
        ts_fail(cx, TS_ERR_SHAPE, "a tensor of shape %s stands where a number is wanted", TS_TEXT(t));
        return ts_none();
      }
      if (ts_captures(cx)) ts_capture_break(cx, "%s takes the value of a tensor for a number", cx->op);
      return ts_read_scalar(t, ts_data(t));
    }
    default: (*p)++; return ts_none(); /* None takes two places, as numbers do */
  }
}

static bool fits(ts_cx *cx, const char *name, const double *p, double n) {
  if (n <= (double)(cx->wall + TS_WALL_SIZE - p)) return true;
  return ts_fail(cx, TS_ERR_ARGUMENT, "argument '%s' has too many entries (%.0f)", name, n);
}

static const double *take(ts_cx *cx, const ts_arg *a, void *args, const double *p) {
  switch ((ts_arg_kind)a->kind) {
    case TS_ARG_TENSOR: case TS_ARG_TENSOR_OPT: {
      double h = *p++;
      *FIELD(ts_tensor *, args, a) = h == 0 ? NULL : take_tensor(cx, h);
      break;
    }
    case TS_ARG_OPERAND: case TS_ARG_OPERAND_OPT: {
      ts_tensor *t = NULL;
      if (*p == TAG_HANDLE) {
        t = take_tensor(cx, p[1]);
        p += 2;
      } else {
        ts_scalar s = take_scalar(cx, &p);
        if (s.kind != TS_NUM_NONE) t = ts_wrap_scalar(cx, s);
      }
      *FIELD(ts_tensor *, args, a) = t;
      break;
    }
    case TS_ARG_LIST: case TS_ARG_LIST_OPT: {
      ts_list *list = FIELD(ts_list, args, a);
      double n = *p++;
      *list = (ts_list){NULL, (int64_t)n};
      if (n <= 0) break;
      if (!fits(cx, a->name, p, n) || !(list->v = ts_temp(cx, list->n * (int64_t)sizeof *list->v))) break;
      for (int64_t i = 0; i < list->n; i++, p++) list->v[i] = *p == 0 ? NULL : take_tensor(cx, *p);
      break;
    }
    case TS_ARG_SCALAR: *FIELD(ts_scalar, args, a) = take_scalar(cx, &p); break;
    case TS_ARG_INT: take_int(cx, a->name, *p++, FIELD(int64_t, args, a)); break;
    case TS_ARG_INT_OPT: case TS_ARG_BOOL_OPT: {
      ts_opt_int *o = FIELD(ts_opt_int, args, a);
      o->given = *p++ != 0;
      if (o->given) take_int(cx, a->name, *p++, &o->v);
      break;
    }
    case TS_ARG_FLOAT: *FIELD(double, args, a) = *p++; break;
    case TS_ARG_FLOAT_OPT: {
      ts_opt_float *o = FIELD(ts_opt_float, args, a);
      o->given = *p++ != 0;
      if (o->given) o->v = *p++;
      break;
    }
    case TS_ARG_BOOL: *FIELD(bool, args, a) = *p++ != 0; break;
    case TS_ARG_DTYPE: *FIELD(ts_dtype, args, a) = (ts_dtype)*p++; break;
    case TS_ARG_INTS: case TS_ARG_INTS_OPT: {
      ts_ints *list = FIELD(ts_ints, args, a);
      double n = *p++;
      *list = (ts_ints){NULL, (int64_t)n};
      int64_t *v = n <= 0 || !fits(cx, a->name, p, n) ? NULL : ts_temp(cx, list->n * (int64_t)sizeof *v);
      for (int64_t i = 0; v && i < list->n; i++) take_int(cx, a->name, *p++, &v[i]);
      list->v = v;
      break;
    }
    case TS_ARG_FLOATS: case TS_ARG_FLOATS_OPT: {
      ts_floats *list = FIELD(ts_floats, args, a);
      double n = *p++;
      *list = (ts_floats){NULL, (int64_t)n};
      double *v = n <= 0 || !fits(cx, a->name, p, n) ? NULL : ts_temp(cx, list->n * (int64_t)sizeof *v);
      for (int64_t i = 0; v && i < list->n; i++) v[i] = *p++;
      list->v = v;
      break;
    }
    case TS_ARG_TEXT: case TS_ARG_TEXT_OPT: {
      double n = *p++;
      char *text = NULL;
      if (n >= 0 && n <= MAX_TEXT && (text = ts_temp(cx, (int64_t)n + 1)) != NULL) {
        for (int64_t i = 0; i < (int64_t)n; i++) text[i] = (char)*p++;
        text[(int64_t)n] = 0;
      } else if (n > MAX_TEXT) {
        ts_fail(cx, TS_ERR_ARGUMENT, "argument '%s' is too long", a->name);
      }
      *FIELD(const char *, args, a) = text;
      break;
    }
  }
  return p;
}

static double *put_scalar(double *w, ts_scalar s) {
  if (s.kind == TS_NUM_INT && (s.i > 9007199254740991 || s.i < -9007199254740991)) {
    *w++ = TAG_BIGINT;
    *w++ = (double)(s.i >> 32);
    *w++ = (double)(uint32_t)s.i;
    return w;
  }
  if (s.kind == TS_NUM_COMPLEX) {
    *w++ = TAG_COMPLEX;
    *w++ = s.f;
    *w++ = s.im;
    return w;
  }
  *w++ = s.kind == TS_NUM_NONE ? TAG_NONE : s.kind == TS_NUM_BOOL ? TAG_BOOL : s.kind == TS_NUM_INT ? TAG_INT : TAG_FLOAT;
  *w++ = s.kind == TS_NUM_FLOAT ? s.f : (double)s.i;
  return w;
}

static void put_results(ts_cx *cx, const ts_op *op, const ts_out *out) {
  double *w = cx->wall + 1;
  switch ((ts_ret_kind)op->ret) {
    case TS_RET_TENSORS:
      if (op->flags & TS_OP_INPLACE) break; /* the host has self */
      for (int i = 0; i < op->n_out; i++) *w++ = ts_handle_new(cx, out->t[i]);
      break;
    case TS_RET_LIST:
      *w++ = 0;
      if (!fits(cx, "result", w, (double)out->list.n)) return;
      w[-1] = (double)out->list.n;
      for (int64_t i = 0; i < out->list.n; i++) *w++ = ts_handle_new(cx, out->list.v[i]);
      break;
    case TS_RET_SCALAR: put_scalar(w, out->scalar); break;
    case TS_RET_INTS:
      *w++ = (double)out->ints.n;
      if (!fits(cx, "result", w, (double)out->ints.n)) return;
      for (int64_t i = 0; i < out->ints.n; i++) *w++ = (double)out->ints.v[i];
      break;
    case TS_RET_TEXT:
      *w++ = out->text ? (double)strlen(out->text) : -1;
      for (const char *c = out->text; c && *c; c++) *w++ = (unsigned char)*c;
      break;
    case TS_RET_NOTHING: break;
  }
}

/* A call that failed half way through its results leaves none of them. */
static void take_back(ts_cx *cx, const ts_op *op) {
  const double *w = cx->wall + 1;
  int64_t n = op->flags & TS_OP_INPLACE ? 0 : op->ret == TS_RET_TENSORS ? op->n_out : op->ret == TS_RET_LIST ? (int64_t)*w++ : 0;
  for (int64_t i = 0; i < n; i++) ts_handle_release(cx, w[i]);
}

void ts_call(ts_cx *cx, uint32_t number) {
  _Alignas(16) char args[512];
  ts_out out;
  ts_clear_error(cx);
  if (number >= (uint32_t)ts_op_count) {
    ts_fail(cx, TS_ERR_ARGUMENT, "no op has number %u", number);
    cx->wall[0] = cx->status;
    return;
  }
  const ts_op *op = &ts_ops[number];
  const char *outer = cx->op;
  int calls = cx->n_calls;
  cx->op = op->name;
  cx->n_calls = 0;
  cx->depth++;
  size_t mark = ts_scope_begin(cx);
  memset(args, 0, op->args_size);
  memset(&out, 0, sizeof out);
  const double *p = cx->wall;
  for (int i = 0; i < op->n_args && !ts_failed(cx); i++) p = take(cx, &op->args[i], args, p);
  if (!ts_failed(cx) && op->ret == TS_RET_TENSORS && !(op->flags & TS_OP_INPLACE)) {
    int n = (int)*p++;
    for (int i = 0; i < n && i < op->n_out; i++, p++) out.t[i] = *p == 0 ? NULL : take_tensor(cx, *p);
  }
  ts_step *step = !ts_failed(cx) && ts_captures(cx) ? ts_capture_before(cx, op, args, &out) : NULL;
  bool ok = !ts_failed(cx) && ts_dispatch(cx, op, args, &out);
  if (step) ts_capture_after(cx, op, step, &out, ok);
  if (cx->capture && cx->depth == cx->capture->depth) cx->capture->n_handles = 0;
  if (ok) {
    memset(cx->wall + 1, 0, (TS_MAX_OUT + 1) * sizeof *cx->wall);
    put_results(cx, op, &out);
    if (ts_failed(cx)) take_back(cx, op);
  }
  ts_scope_end(cx, mark);
  cx->depth--;
  cx->op = outer;
  cx->n_calls = calls;
  cx->wall[0] = cx->status;
}
