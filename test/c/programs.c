/* Recorded programs through the wall, as the host drives them: plans, jobs on another thread, writes to what is held, and each allocation failing in turn. */
#include <pthread.h>
#include <stdarg.h>
#include "check.h"
#include "core/job.h"
#include "gen/ops.h"
#include "kernels/kernels.h"

/* A call with n numbers on the wall; its first result, 0 on error. */
static double call(ts_cx *cx, int op, int n, ...) {
  va_list list;
  va_start(list, n);
  for (int i = 0; i < n; i++) cx->wall[i] = va_arg(list, double);
  va_end(list);
  cx->wall[n] = 0; /* no destinations */
  ts_call(cx, (uint32_t)op);
  return cx->wall[0] == TS_OK ? cx->wall[1] : 0;
}

static double made(ts_cx *cx, int ndim, const int64_t *sizes, double first, double step) {
  const size_t mark = ts_scope_begin(cx);
  ts_tensor *t = ts_empty(cx, TS_FLOAT32, ndim, sizes);
  for (int64_t i = 0; t && i < t->numel; i++) ((float *)ts_data(t))[i] = (float)(first + step * (double)(i % 17));
  const double handle = t ? ts_handle_new(cx, t) : 0;
  ts_scope_end(cx, mark);
  return handle;
}

typedef struct { double x, weight, mean, variance, set, numbers; } scene;

static bool prepare(ts_cx *cx, scene *s) {
  ts_kernels_init();
  cx->grad_mode = false;
  s->x = made(cx, 4, (int64_t[]){2, 3, 6, 6}, -1, 0.2);
  s->weight = made(cx, 4, (int64_t[]){3, 3, 1, 1}, -0.5, 0.1);
  s->mean = made(cx, 1, (int64_t[]){3}, 0.1, 0.2);
  s->variance = made(cx, 1, (int64_t[]){3}, 0.5, 0.3);
  s->set = s->x && s->weight && s->mean && s->variance && call(cx, TS_OP__programs_new, 0) == 2 ? cx->wall[2] : 0;
  return s->set != 0;
}

/* relu_(norm(conv(x)) + x), then a chain with a plain number, then a sum of it: the handle. */
static double body(ts_cx *cx, const scene *s, double x) {
  double y = call(cx, TS_OP_conv2d, 10, x, s->weight, 0.0, 1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.0);
  y = y ? call(cx, TS_OP_batch_norm, 8, y, s->mean, s->variance, 0.0, 0.0, 0.0, 0.1, 1e-5) : 0;
  y = y ? call(cx, TS_OP_add, 6, 1.0, y, 1.0, x, 2.0, 1.0) : 0;
  if (!y || (call(cx, TS_OP_relu_, 1, y), cx->wall[0] != TS_OK)) return 0;
  double z = call(cx, TS_OP_mul, 4, 1.0, y, 3.0, 0.25);
  z = z ? call(cx, TS_OP_tanh, 1, z) : 0;
  z = z ? call(cx, TS_OP_add, 6, 1.0, z, 1.0, y, 2.0, 2.0) : 0;
  return z ? call(cx, TS_OP_sum, 4, z, -1.0, 0.0, 255.0) : 0;
}

static bool record(ts_cx *cx, const scene *s) {
  call(cx, TS_OP__capture_begin, 3, s->set, 1.0, s->x);
  if (cx->wall[0] != TS_OK) return false;
  const double result = body(cx, s, s->x);
  if (!result) {
    call(cx, TS_OP__capture_drop, 0);
    return false;
  }
  call(cx, TS_OP__capture_end, 4, 1.0, result, 1.0, (double)'t');
  return cx->wall[0] == TS_OK;
}

static double value(ts_cx *cx, double handle) {
  const ts_slot *slot = ts_handle_slot(cx, handle);
  return slot ? (double)*(const float *)ts_data(slot->tensor) : NAN;
}

static void *run_elsewhere(void *job) {
  ts_job_run(job);
  return NULL;
}

/* Records twice, replays, runs a job while the input changes; false as soon as a call fails, else *same says whether all results agree. */
static bool scenario(ts_cx *cx, bool *same) {
  scene s = {0};
  *same = true;
  if (!prepare(cx, &s)) return false;
  const double eager = body(cx, &s, s.x);
  if (!eager) return false;
  const double want = value(cx, eager);
  for (int i = 0; i < 2; i++)
    if (!record(cx, &s)) return false;
  for (int i = 0; i < 2; i++) {
    if (call(cx, TS_OP__replay, 3, s.set, 1.0, s.x) == 0) return false;
    if (cx->wall[1] != 1) return false; /* without memory to record it, there is none */
    *same &= fabs(value(cx, cx->wall[2]) - want) <= 1e-4 * fabs(want);
  }
  call(cx, TS_OP__job_new, 3, s.set, 1.0, s.x);
  if (cx->wall[0] != TS_OK || cx->wall[2] < 1) return false;
  const double number = cx->wall[2];
  ts_job *job = ts_job_of(cx, (int64_t)number);
  pthread_t thread;
  if (!job || !ts_job_start(cx, job) || pthread_create(&thread, NULL, run_elsewhere, job) != 0) return false;
  call(cx, TS_OP_zero_, 1, s.x); /* moves x away from what the job reads */
  const bool written = cx->wall[0] == TS_OK;
  call(cx, TS_OP_add_, 6, 1.0, s.mean, 2.0, 1.0, 2.0, 1.0);
  pthread_join(thread, NULL);
  if (!written || call(cx, TS_OP__job_take, 1, number) == 0) return false;
  *same &= fabs(value(cx, cx->wall[2]) - want) <= 1e-4 * fabs(want);
  const double now = body(cx, &s, s.x);
  if (!now) return false;
  const double changed = value(cx, now);
  if (call(cx, TS_OP__replay, 3, s.set, 1.0, s.x) != 1) return false;
  *same &= fabs(value(cx, cx->wall[2]) - changed) <= 1e-4 * fabs(changed) && fabs(changed - want) > 1e-3;
  call(cx, TS_OP__programs_free, 1, s.set);
  return true;
}

static bool in_context(bool *same) {
  ts_cx *cx = ts_cx_new();
  *same = true;
  if (!cx) return false;
  const bool ok = scenario(cx, same);
  ts_cx_free(cx);
  return ok;
}

TEST(plans_and_jobs_give_what_calls_give) {
  bool same;
  CHECK(in_context(&same));
  CHECK(same);
}

/* A plan that finds no memory is done without: a run may get through although an allocation has failed. */
TEST(each_allocation_may_fail) {
  ts_memory_stats before, after;
  bool same;
  in_context(&same); /* what stays in the pool */
  ts_memory(&before);
  int64_t n = 1;
  for (bool reached = true; reached && n < 5000; n++) {
    ts_fail_allocation(n);
    in_context(&same);
    CHECK(same);
    ts_memory(&after);
    reached = after.allocations - before.allocations + 1 >= (uint64_t)n;
    before.allocations = after.allocations;
    CHECK(after.blocks == before.blocks);
    if (check_problems) break;
  }
  ts_fail_allocation(0);
  CHECK(n > 200);
}

CHECK_MAIN
