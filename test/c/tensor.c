/* Storages, tensors, handles and shapes. */
#include "check.h"
#include "core/tensor.h"
#include "core/token.h"
#include "kernels/kernels.h"

static ts_cx *open_context(void) {
  ts_cx *cx = ts_cx_new();
  CHECK(cx != NULL);
  return cx;
}

TEST(views_keep_their_storage_alive) {
  ts_cx *cx = open_context();
  size_t scope = ts_scope_begin(cx);
  int64_t sizes[] = {3, 4};
  ts_tensor *t = ts_empty(cx, TS_FLOAT32, 2, sizes);
  int64_t vsizes[] = {4}, vstrides[] = {1};
  ts_tensor *v = ts_retain(ts_alias(cx, t, 1, vsizes, vstrides, 8));
  ((float *)ts_data(t))[8] = 5;
  ts_scope_end(cx, scope);
  CHECK(((float *)ts_data(v))[0] == 5);
  CHECK(atomic_load(&v->storage->refs) == 1);
  ts_release(v);
  ts_cx_free(cx);
}

TEST(contiguous_and_dense) {
  ts_cx *cx = open_context();
  int64_t sizes[] = {2, 3, 4}, turned[] = {1, 2, 6}, gaps[] = {24, 8, 2}, none[] = {0, 3};
  ts_tensor *a = ts_empty(cx, TS_FLOAT64, 3, sizes), *b = ts_empty_strided(cx, TS_FLOAT64, 3, sizes, turned);
  ts_tensor *c = ts_empty_strided(cx, TS_FLOAT64, 3, sizes, gaps), *d = ts_empty(cx, TS_BOOL, 2, none), *e = ts_empty(cx, TS_INT8, 0, NULL);
  CHECK(ts_is_contiguous(a) && ts_is_dense(a));
  CHECK(!ts_is_contiguous(b) && ts_is_dense(b));
  CHECK(!ts_is_contiguous(c) && !ts_is_dense(c));
  CHECK(ts_is_contiguous(d) && d->numel == 0);
  CHECK(ts_is_contiguous(e) && e->numel == 1 && e->ndim == 0);
  ts_cx_free(cx);
}

TEST(many_dims) {
  ts_cx *cx = open_context();
  int64_t ones[TS_MAX_DIM + 1];
  for (int i = 0; i <= TS_MAX_DIM; i++) ones[i] = 1;
  ts_tensor *t = ts_empty(cx, TS_FLOAT32, TS_MAX_DIM, ones);
  CHECK(t && t->numel == 1);
  ts_cx_free(cx);
}

TEST(sizes_that_overflow_are_errors) {
  ts_cx *cx = open_context();
  cx->op = "zeros";
  int64_t huge[] = {(int64_t)1 << 40, (int64_t)1 << 40}, negative[] = {2, -1}, big[] = {(int64_t)1 << 61};
  CHECK(ts_empty(cx, TS_FLOAT32, 2, huge) == NULL && cx->status == TS_ERR_MEMORY);
  CHECK(strncmp(cx->message, "zeros: ", 7) == 0);
  ts_clear_error(cx);
  CHECK(ts_empty(cx, TS_FLOAT32, 2, negative) == NULL && cx->status == TS_ERR_SHAPE);
  ts_clear_error(cx);
  CHECK(ts_empty(cx, TS_FLOAT64, 1, big) == NULL && cx->status == TS_ERR_MEMORY);
  ts_clear_error(cx);
  ts_cx_free(cx);
}

TEST(broadcast_and_wrap) {
  ts_cx *cx = open_context();
  int64_t a[] = {5, 1, 4}, b[] = {3, 1}, c[] = {2, 4}, out[TS_MAX_DIM];
  int n = 0;
  CHECK(ts_broadcast_sizes(cx, 3, a, 2, b, &n, out) && n == 3 && out[0] == 5 && out[1] == 3 && out[2] == 4);
  CHECK(ts_broadcast_sizes(cx, 0, NULL, 2, b, &n, out) && n == 2);
  CHECK(!ts_broadcast_sizes(cx, 2, (int64_t[]){3, 4}, 2, c, &n, out) && cx->status == TS_ERR_SHAPE);
  ts_clear_error(cx);
  int dim = -5;
  CHECK(ts_wrap_dim(cx, -1, 3, &dim) && dim == 2);
  CHECK(ts_wrap_dim(cx, 0, 0, &dim) && dim == 0);
  CHECK(!ts_wrap_dim(cx, 3, 3, &dim));
  CHECK(strstr(cx->message, "Dimension out of range (expected to be in range of [-3, 2], but got 3)") != NULL);
  ts_clear_error(cx);
  ts_cx_free(cx);
}

TEST(a_stale_handle_is_an_error_and_slots_are_reused) {
  ts_cx *cx = open_context();
  ts_tensor *t = ts_empty(cx, TS_FLOAT32, 0, NULL);
  uint32_t h = ts_handle_new(cx, t);
  CHECK(h > 0 && ts_handle_get(cx, h) == t && cx->live_handles == 1);
  CHECK(ts_handle_release(cx, h) && cx->live_handles == 0);
  CHECK(ts_handle_get(cx, h) == NULL && cx->status == TS_ERR_DISPOSED);
  ts_clear_error(cx);
  CHECK(!ts_handle_release(cx, h));
  uint32_t again = ts_handle_new(cx, t);
  CHECK(again != h && ts_handle_get(cx, again) == t);
  const double wrong[] = {0, -1, 0.5, 1e300, NAN, INFINITY, 4294967296.0, 2147483647.0};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    CHECK(ts_handle_get(cx, wrong[i]) == NULL);
    ts_clear_error(cx);
    CHECK(!ts_handle_release(cx, wrong[i]));
  }
  CHECK(ts_handle_release(cx, again));
  ts_cx_free(cx);
}

TEST(long_messages_are_cut_not_overrun) {
  ts_cx *cx = open_context();
  static char long_text[4 * TS_MESSAGE_SIZE];
  memset(long_text, 'x', sizeof long_text - 1);
  ts_fail(cx, TS_ERR_ARGUMENT, "%s", long_text);
  CHECK(strlen(cx->message) < TS_MESSAGE_SIZE);
  ts_clear_error(cx);
  static char long_name[4 * TS_MESSAGE_SIZE];
  memset(long_name, 'y', sizeof long_name - 1);
  cx->op = long_name;
  ts_fail(cx, TS_ERR_ARGUMENT, "%s", "text");
  CHECK(strlen(cx->message) < TS_MESSAGE_SIZE);
  cx->op = "torsh";
  ts_cx_free(cx);
}

static bool copies(ts_cx *cx, void *data) {
  (void)data;
  ts_kernels_init();
  int64_t sizes[] = {3, 5}, strides[] = {1, 3};
  ts_tensor *a = ts_full_zero(cx, TS_FLOAT32, 2, sizes);
  ts_tensor *b = a ? ts_empty_strided(cx, TS_FLOAT16, 2, sizes, strides) : NULL;
  if (!b || !ts_raw_copy(cx, b, a)) return false;
  ts_tensor *c = ts_raw_cast(cx, b, TS_INT64);
  ts_tensor *d = c ? ts_raw_contiguous(cx, c) : NULL;
  return d && ts_handle_new(cx, d) != 0;
}

TEST(each_allocation_of_a_copy_may_fail) {
  check_scenario s = {copies, NULL};
  CHECK(check_each_allocation(check_in_context, &s) > 3);
}

CHECK_MAIN

TEST(tokens_carry_tensors_between_contexts) {
  ts_cx *a = open_context(), *b = open_context();
  int64_t sizes[] = {2, 3}, turned[] = {1, 2};
  ts_tensor *t = ts_empty_strided(a, TS_INT32, 2, sizes, turned);
  ((int32_t *)ts_data(t))[5] = 7;
  int64_t token = ts_token_new(a, t), unused = ts_token_new(a, t), left = ts_token_new(a, t);
  CHECK(token > 0 && unused > token && left > unused);
  CHECK(atomic_load(&t->storage->refs) == 4);
  ts_tensor *u = ts_token_adopt(b, token);
  CHECK(u && u->cx == b && u->storage == t->storage && u->strides[1] == 2 && ((int32_t *)ts_data(u))[5] == 7);
  CHECK(ts_token_adopt(b, token) == NULL && b->status == TS_ERR_DISPOSED);
  ts_clear_error(b);
  CHECK(ts_token_adopt(b, -1) == NULL && ts_token_adopt(b, 0) == NULL);
  ts_clear_error(b);
  ts_token_drop(unused);
  ts_token_drop(unused);
  CHECK(atomic_load(&t->storage->refs) == 3);
  CHECK(!ts_storage_grow(a, t->storage, 1000) && a->status == TS_ERR_UNSUPPORTED);
  ts_clear_error(a);
  ts_cx_free(a);
  CHECK(atomic_load(&u->storage->refs) == 1);
  CHECK(ts_token_adopt(b, left) == NULL);
  ts_clear_error(b);
  CHECK(ts_storage_grow(b, u->storage, 1000) && ((int32_t *)ts_data(u))[5] == 7);
  ts_cx_free(b);
}
