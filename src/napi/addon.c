/* The addon: one context per environment, calls by number, arguments on the wall. Tensors of collected JS objects are found
   by polling weak references while new memory is asked for, because finalizers do not run inside a synchronous loop. */
#define NAPI_VERSION 8
#include <node_api.h>
#include <string.h>
#include "../core/alloc.h"
#include "../core/job.h"
#include "../core/op.h"
#include "../kernels/kernels.h"
#include "budget.h"

typedef struct {
  ts_cx *cx;
  napi_env env;
  napi_ref callback, collect; /* JS functions; collect(major) runs a garbage collection */
  int64_t live_after_major;
  int64_t live_before; /* live bytes after the last collection, or the least since */
  bool collecting;
} environment;

#define OK(call) ((call) == napi_ok)

static environment *environment_of(napi_env env) {
  void *data = NULL;
  napi_get_instance_data(env, &data);
  return data;
}

static napi_value undefined(napi_env env) {
  napi_value v = NULL;
  napi_get_undefined(env, &v);
  return v;
}

static bool arguments(napi_env env, napi_callback_info info, size_t n, napi_value *argv) {
  size_t given = n;
  if (OK(napi_get_cb_info(env, info, &given, argv, NULL, NULL)) && given >= n) return true;
  napi_throw_type_error(env, NULL, "torsh: internal call with too few arguments");
  return false;
}

/* call(op, owner): owner, if an object, stands for the first result from here on. */
static napi_value call(napi_env env, napi_callback_info info) {
  napi_value argv[2];
  uint32_t op;
  if (!arguments(env, info, 2, argv)) return NULL;
  environment *e = environment_of(env);
  napi_get_value_uint32(env, argv[0], &op);
  ts_call(e->cx, op);
  if (e->cx->status == TS_OK && e->cx->wall[1] != 0) {
    ts_slot *slot;
    napi_ref ref;
    napi_valuetype type;
    if (OK(napi_typeof(env, argv[1], &type)) && type == napi_object && (slot = ts_handle_slot(e->cx, e->cx->wall[1])) != NULL &&
        OK(napi_create_reference(env, argv[1], 0, &ref)))
      slot->ref = ref;
  }
  return NULL;
}

static napi_value track(napi_env env, napi_callback_info info) {
  napi_value argv[2];
  double handle;
  napi_ref ref;
  if (!arguments(env, info, 2, argv)) return NULL;
  environment *e = environment_of(env);
  napi_get_value_double(env, argv[1], &handle);
  ts_slot *slot = ts_handle_slot(e->cx, handle);
  if (!slot || !OK(napi_create_reference(env, argv[0], 0, &ref))) return NULL;
  if (slot->ref) napi_delete_reference(env, slot->ref);
  slot->ref = ref;
  return NULL;
}

static napi_value release(napi_env env, napi_callback_info info) {
  napi_value argv[1], result;
  double handle;
  if (!arguments(env, info, 1, argv)) return NULL;
  environment *e = environment_of(env);
  napi_get_value_double(env, argv[0], &handle);
  ts_slot *slot = ts_handle_slot(e->cx, handle);
  if (slot && slot->ref) napi_delete_reference(env, slot->ref);
  napi_get_boolean(env, ts_handle_release(e->cx, handle), &result);
  return result;
}

/* Tensors to be released have not been touched for long: their lines, and those of their storages, are fetched while others are looked at. */
static inline __attribute__((always_inline)) void prefetch(const ts_cx *cx, uint32_t i) {
  enum { TENSOR = 16, STORAGE = 8 }; /* slots ahead */
  if (i + TENSOR >= cx->n_slots) return;
  const ts_tensor *t = cx->slots[i + TENSOR].tensor;
  if (t)
    for (int at = 0; at < 3; at++) __builtin_prefetch((const char *)t + 64 * at - 16, 1);
  t = cx->slots[i + STORAGE].tensor;
  if (t) __builtin_prefetch((const char *)t->storage - 16, 1);
}

/* Releases every handle whose JS object is gone. */
static void poll(environment *e) {
  ts_cx *cx = e->cx;
  enum { PIECE = 512 };
  for (uint32_t from = 0; from < cx->n_slots; from += PIECE) {
    napi_handle_scope scope;
    if (!OK(napi_open_handle_scope(e->env, &scope))) return;
    for (uint32_t i = from; i < cx->n_slots && i < from + PIECE; i++) {
      ts_slot *s = &cx->slots[i];
      napi_value object = NULL;
      prefetch(cx, i);
      if (!s->tensor || !s->ref || !OK(napi_get_reference_value(e->env, s->ref, &object)) || object) continue;
      napi_delete_reference(e->env, s->ref);
      ts_handle_release(cx, (double)((i + 1) | s->generation << 22));
    }
    napi_close_handle_scope(e->env, scope);
  }
}

static void run_gc(environment *e, bool major) {
  napi_handle_scope scope;
  napi_value fn, arg, global;
  if (!e->collect || !OK(napi_open_handle_scope(e->env, &scope))) return;
  if (OK(napi_get_reference_value(e->env, e->collect, &fn)) && fn && OK(napi_get_global(e->env, &global)) && OK(napi_get_boolean(e->env, major, &arg)))
    napi_call_function(e->env, global, fn, 1, &arg, NULL);
  napi_close_handle_scope(e->env, scope);
}

/* Whether memory has grown as much as went out: what was disposed again is not the collector's to find, and a collection costs as
   much as an op on a million numbers. If not, the growth is what counts from here on. */
static bool has_grown(environment *e) {
  ts_memory_stats m;
  ts_memory(&m);
  if (m.live_bytes < e->live_before) e->live_before = m.live_bytes;
  e->cx->bytes_since_collect = m.live_bytes - e->live_before;
  return e->cx->bytes_since_collect >= e->cx->collect_bytes;
}

/* A minor collection finds what died young; if that leaves much more than the last full one did, a full one follows. */
static void collect(ts_cx *cx, void *data, bool hard) {
  environment *e = data;
  ts_memory_stats m;
  if (e->collecting) return;
  bool bytes = cx->bytes_since_collect >= cx->collect_bytes;
  if (bytes && !hard && !has_grown(e)) return;
  e->collecting = true;
  if (hard) run_gc(e, true);
  else if (bytes) run_gc(e, false);
  poll(e);
  ts_memory(&m);
  if (!hard && bytes && m.live_bytes > 2 * e->live_after_major + ((int64_t)256 << 20)) {
    run_gc(e, true);
    poll(e);
    ts_memory(&m);
    hard = true;
  }
  if (hard) e->live_after_major = m.live_bytes;
  e->live_before = m.live_bytes;
  cx->bytes_since_collect = 0;
  cx->handles_since_collect = 0;
  cx->collect_bytes = m.live_bytes / 4 + ((int64_t)64 << 20);
  cx->collect_handles = cx->live_handles + 20000;
  e->collecting = false;
}

static napi_value collect_now(napi_env env, napi_callback_info info) {
  (void)info;
  environment *e = environment_of(env);
  collect(e->cx, e, true);
  return NULL;
}

static bool run_callback(ts_cx *cx, void *data, int64_t id) {
  (void)cx;
  environment *e = data;
  napi_handle_scope scope;
  napi_value fn, global, arg, result;
  bool ok = false;
  if (!OK(napi_open_handle_scope(e->env, &scope))) return false;
  if (e->callback && OK(napi_get_reference_value(e->env, e->callback, &fn)) && OK(napi_get_global(e->env, &global)) &&
      OK(napi_create_double(e->env, (double)id, &arg)) && OK(napi_call_function(e->env, global, fn, 1, &arg, &result)))
    napi_get_value_bool(e->env, result, &ok);
  napi_close_handle_scope(e->env, scope);
  return ok;
}

static napi_value message(napi_env env, napi_callback_info info) {
  (void)info;
  napi_value text;
  const char *m = environment_of(env)->cx->message;
  napi_create_string_utf8(env, m, NAPI_AUTO_LENGTH, &text);
  return text;
}

static napi_value table_hash(napi_env env, napi_callback_info info) {
  (void)info;
  napi_value text;
  napi_create_string_utf8(env, ts_table_hash, NAPI_AUTO_LENGTH, &text);
  return text;
}

/* Bytes of a contiguous tensor and of a Uint8Array, of one length. */
static bool both_sides(napi_env env, napi_callback_info info, void **tensor, void **bytes, size_t *n) {
  napi_value argv[2];
  double handle;
  napi_typedarray_type type;
  if (!arguments(env, info, 2, argv)) return false;
  napi_get_value_double(env, argv[0], &handle);
  ts_slot *slot = ts_handle_slot(environment_of(env)->cx, handle);
  if (!slot || !OK(napi_get_typedarray_info(env, argv[1], &type, n, bytes, NULL, NULL)) || type != napi_uint8_array ||
      !ts_is_contiguous(slot->tensor) || (int64_t)*n != slot->tensor->numel * ts_itemsize((ts_dtype)slot->tensor->dtype)) {
    napi_throw_type_error(env, NULL, "torsh: internal copy between unequal sizes");
    return false;
  }
  *tensor = ts_data(slot->tensor);
  return true;
}

static napi_value read_bytes(napi_env env, napi_callback_info info) {
  void *tensor, *bytes;
  size_t n;
  if (both_sides(env, info, &tensor, &bytes, &n) && n) memcpy(bytes, tensor, n);
  return NULL;
}

static napi_value write_bytes(napi_env env, napi_callback_info info) {
  void *tensor, *bytes;
  size_t n;
  if (both_sides(env, info, &tensor, &bytes, &n) && n) memcpy(tensor, bytes, n);
  return NULL;
}

/* ---- runs on the pool ---- */

typedef struct {
  napi_async_work work;
  napi_ref done;
  ts_job *job;
} launched;

static void execute(napi_env env, void *data) {
  (void)env;
  ts_job_run(((launched *)data)->job);
}

static void complete(napi_env env, napi_status status, void *data) {
  (void)status;
  launched *l = data;
  napi_handle_scope scope;
  napi_value fn, global;
  if (OK(napi_open_handle_scope(env, &scope))) {
    if (OK(napi_get_reference_value(env, l->done, &fn)) && OK(napi_get_global(env, &global))) napi_call_function(env, global, fn, 0, NULL, NULL);
    napi_close_handle_scope(env, scope);
  }
  napi_delete_reference(env, l->done);
  napi_delete_async_work(env, l->work);
  ts_free(l);
}

/* launch(job, done): the job runs on a thread of libuv's pool, then done() is called here. */
static napi_value launch(napi_env env, napi_callback_info info) {
  napi_value argv[2], name;
  double number = 0;
  if (!arguments(env, info, 2, argv)) return NULL;
  ts_cx *cx = environment_of(env)->cx;
  napi_get_value_double(env, argv[0], &number);
  ts_clear_error(cx);
  ts_job *job = ts_job_of(cx, (int64_t)number);
  launched *l = job && ts_job_start(cx, job) ? ts_calloc(sizeof *l) : NULL;
  if (l) {
    l->job = job;
    if (OK(napi_create_reference(env, argv[1], 1, &l->done)) && OK(napi_create_string_utf8(env, "torsh.runAsync", NAPI_AUTO_LENGTH, &name)) &&
        OK(napi_create_async_work(env, NULL, name, execute, complete, l, &l->work)) && OK(napi_queue_async_work(env, l->work)))
      return NULL;
    if (l->work) napi_delete_async_work(env, l->work);
    if (l->done) napi_delete_reference(env, l->done);
    ts_free(l);
  }
  napi_throw_error(env, NULL, "torsh: the run could not be started");
  return NULL;
}

/* setup(wall, callback, collect): the wall is a Float64Array that JS allocated and keeps. */
static napi_value setup(napi_env env, napi_callback_info info) {
  napi_value argv[3];
  napi_typedarray_type type;
  size_t length;
  void *data;
  if (!arguments(env, info, 3, argv)) return NULL;
  environment *e = environment_of(env);
  if (!OK(napi_get_typedarray_info(env, argv[0], &type, &length, &data, NULL, NULL)) || type != napi_float64_array || length != TS_WALL_SIZE) {
    napi_throw_type_error(env, NULL, "torsh: the wall has the wrong size");
    return NULL;
  }
  ts_free(e->cx->own_wall);
  e->cx->own_wall = NULL;
  e->cx->wall = data;
  napi_ref wall;
  napi_create_reference(env, argv[0], 1, &wall); /* for the life of the environment */
  napi_create_reference(env, argv[1], 1, &e->callback);
  napi_create_reference(env, argv[2], 1, &e->collect);
  e->cx->host = (ts_host){e, run_callback, collect};
  return undefined(env);
}

static void leave(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  environment *e = data;
  e->cx->host = (ts_host){0};
  ts_cx_free(e->cx);
  ts_free(e);
}

NAPI_MODULE_INIT() {
  ts_kernels_init();
  environment *e = ts_calloc(sizeof *e);
  if (e) e->cx = ts_cx_new();
  if (!e || !e->cx) {
    ts_free(e);
    napi_throw_error(env, NULL, "torsh: out of memory");
    return NULL;
  }
  e->env = env;
  ts_memory_stats m;
  ts_memory(&m);
  if (m.budget_bytes == 0) ts_set_budget(ts_default_budget());
  napi_set_instance_data(env, e, leave, NULL);
  static const struct { const char *name; napi_callback fn; } members[] = {
      {"call", call}, {"track", track}, {"release", release}, {"message", message}, {"tableHash", table_hash},
      {"read", read_bytes}, {"write", write_bytes}, {"setup", setup}, {"collect", collect_now}, {"launch", launch}};
  for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
    napi_value fn;
    if (!OK(napi_create_function(env, members[i].name, NAPI_AUTO_LENGTH, members[i].fn, NULL, &fn)) ||
        !OK(napi_set_named_property(env, exports, members[i].name, fn)))
      return NULL;
  }
  return exports;
}
