/* Ops and the engine in C: gradients, errors, and a training step in which each allocation fails in turn. */
#include "check.h"
#include "autograd/engine.h"
#include "gen/ops.h"
#include "kernels/kernels.h"

static ts_tensor *filled(ts_cx *cx, int ndim, const int64_t *sizes, double first, double step) {
  ts_tensor *t = ts_empty(cx, TS_FLOAT32, ndim, sizes);
  if (!t) return NULL;
  float *p = ts_data(t);
  for (int64_t i = 0; i < t->numel; i++) p[i] = (float)(first + step * (double)i);
  return t;
}

static bool backward(ts_cx *cx, ts_tensor *root, bool retain, bool create) {
  ts_tensor *roots[] = {root}, *none[] = {NULL};
  return root && ts_run_backward(cx, (ts_list){roots, 1}, (ts_list){none, 1}, retain, create, (ts_list){NULL, -1}, false, NULL);
}

#define X_SIZES ((int64_t[]){4, 3})
#define W_SIZES ((int64_t[]){3, 2})

/* loss = sum(relu(x w + x w)), with views, broadcasting and an in-place change on the way. */
static ts_tensor *loss_of(ts_cx *cx, ts_tensor *x, ts_tensor *w) {
  ts_tensor *y = ts_matmul(cx, x, w);
  ts_tensor *z = ts_add(cx, y, ts_transpose(cx, ts_transpose(cx, y, 0, 1), 0, 1), ts_int(1));
  ts_tensor *r = ts_relu(cx, z);
  ts_tensor *m = ts_mul(cx, r, ts_narrow(cx, r, 1, 0, 1));
  ts_add_(cx, m, w ? ts_narrow(cx, w, 0, 0, 1) : NULL, ts_int(2));
  return ts_sum(cx, m, TS_NO_INTS, false, TS_DTYPE_NONE);
}

static bool training_steps(ts_cx *cx, ts_tensor *x, ts_tensor *w) {
  for (int step = 0; step < 2; step++) {
    ts_tensor *loss = loss_of(cx, x, w);
    if (!loss || !backward(cx, loss, false, false) || !w->grad) return false;
  }
  ts_tensor *second = loss_of(cx, x, w);
  return second && backward(cx, second, true, true) && ts_handle_new(cx, w->grad) != 0;
}

static bool training_step(ts_cx *cx, void *data) {
  (void)data;
  ts_kernels_init();
  ts_tensor *x = filled(cx, 2, X_SIZES, -1, 0.25), *w = filled(cx, 2, W_SIZES, -0.5, 0.3);
  if (!x || !w) return false;
  w->requires_grad = true;
  bool ok = training_steps(cx, x, w);
  /* a gradient made with createGraph refers to its leaf, as in PyTorch: whoever makes the cycle cuts it */
  ts_release(w->grad);
  w->grad = NULL;
  return ok;
}

TEST(each_allocation_of_a_training_step_may_fail) {
  check_scenario s = {training_step, NULL};
  CHECK(check_each_allocation(check_in_context, &s) > 50);
}

TEST(gradients_by_hand) {
  ts_cx *cx = ts_cx_new();
  ts_kernels_init();
  int64_t n[] = {3};
  ts_tensor *x = filled(cx, 1, n, 1, 1);
  x->requires_grad = true;
  CHECK(backward(cx, ts_sum(cx, ts_mul(cx, x, x), TS_NO_INTS, false, TS_DTYPE_NONE), false, false));
  const float *g = x->grad ? ts_data(x->grad) : NULL;
  CHECK(g && g[0] == 2 && g[1] == 4 && g[2] == 6);
  ts_cx_free(cx);
}

TEST(a_million_nodes_do_not_overflow_the_stack) {
  ts_cx *cx = ts_cx_new();
  ts_kernels_init();
  size_t scope = ts_scope_begin(cx);
  ts_tensor *x = ts_retain(filled(cx, 0, NULL, 1, 0));
  x->requires_grad = true;
  ts_tensor *y = ts_retain(x);
  for (int i = 0; i < 1000000; i++) {
    size_t inner = ts_scope_begin(cx);
    ts_tensor *next = ts_retain(ts_add(cx, y, x, ts_int(1)));
    ts_scope_end(cx, inner);
    ts_release(y);
    y = next;
    if (!y) break;
  }
  CHECK(y && backward(cx, y, false, false));
  CHECK(x->grad && *(float *)ts_data(x->grad) == 1000001);
  /* and without a backward: releasing the last tensor releases a graph just as long */
  ts_release(y);
  y = ts_retain(x);
  for (int i = 0; i < 1000000 && y; i++) {
    size_t inner = ts_scope_begin(cx);
    ts_tensor *next = ts_retain(ts_relu(cx, y));
    ts_scope_end(cx, inner);
    ts_release(y);
    y = next;
  }
  ts_release(y);
  ts_release(x);
  ts_scope_end(cx, scope);
  ts_cx_free(cx);
  ts_memory_stats s;
  ts_memory(&s);
  CHECK(s.blocks == 0);
}

TEST(errors_name_the_op_and_leave_everything_as_it_was) {
  ts_cx *cx = ts_cx_new();
  ts_kernels_init();
  ts_tensor *a = filled(cx, 2, (int64_t[]){10, 2048}, 0, 1), *b = filled(cx, 2, (int64_t[]){64, 6}, 0, 1);
  CHECK(ts_matmul(cx, a, b) == NULL);
  CHECK_TEXT(cx->message, "matmul: mat1 and mat2 shapes cannot be multiplied (10x2048 and 64x6)");
  CHECK(cx->status == TS_ERR_SHAPE);
  /* with an error set, ops do nothing */
  CHECK(ts_add(cx, a, a, ts_int(1)) == NULL && ts_add_(cx, a, a, ts_int(1)) == NULL);
  CHECK(*(float *)ts_data(a) == 0 && ts_version(a) == 0);
  ts_clear_error(cx);
  CHECK(ts_add(cx, a, b, ts_int(1)) == NULL && ts_failed(cx));
  ts_clear_error(cx);
  CHECK(ts_add_(cx, b, a, ts_int(1)) == NULL && ts_failed(cx) && ts_version(b) == 0);
  ts_clear_error(cx);
  ts_cx_free(cx);
}

CHECK_MAIN
