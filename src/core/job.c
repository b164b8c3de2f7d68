#include "job.h"
#include <inttypes.h>
#include <string.h>
#include "alloc.h"

enum { SPARE = 8 };

/* What a job reads: the tensor's storage, the version that it had, the memory that is held. */
typedef struct {
  ts_storage *source, *held;
  const char *data;
  uint32_t version;
} reading;

struct ts_job {
  struct ts_job *next;
  int64_t number;
  ts_cx *cx;
  ts_program *program;
  ts_tensor **live; /* inputs and constants, until it is started */
  ts_run *run;
  reading *readings;
  int32_t n_readings;
  _Atomic bool stop, has_run;
  bool ok;
};

/* Contexts come with a random generator, so that they are kept. They have no wall. */
static ts_cx *take_context(ts_cx *cx) {
  if (!cx->n_spare) {
    ts_cx *fresh = ts_cx_bare();
    if (!fresh) ts_fail(cx, TS_ERR_MEMORY, "out of memory");
    return fresh;
  }
  return cx->spare[--cx->n_spare];
}

static void keep_context(ts_cx *cx, ts_cx *job) {
  ts_clear_error(job);
  if (!cx->spare) cx->spare = ts_calloc(SPARE * sizeof *cx->spare);
  if (cx->spare && cx->n_spare < SPARE) cx->spare[cx->n_spare++] = job;
  else ts_cx_free(job);
}

/* t over memory that stays as it is, as a tensor of the job. */
static bool hold(ts_cx *cx, ts_job *job, int32_t slot, const ts_tensor *t) {
  reading *r = &job->readings[job->n_readings];
  *r = (reading){ts_storage_retain(t->storage), NULL, t->storage->data, ts_version(t)};
  if (!(r->held = ts_storage_hold(cx, t->storage))) {
    ts_storage_release(r->source);
    return false;
  }
  job->n_readings++;
  ts_tensor *twin = ts_over_storage(job->cx, r->held, (ts_dtype)t->dtype, t->ndim, t->sizes, t->strides, t->offset);
  if (!twin) return ts_fail(cx, TS_ERR_MEMORY, "out of memory");
  twin->wrapped_number = t->wrapped_number;
  twin->inference = t->inference;
  job->live[slot] = ts_retain(twin);
  return true;
}

static bool hold_all(ts_cx *cx, ts_job *job, ts_list inputs) {
  const ts_program *p = job->program;
  bool *needed = ts_temp(cx, p->n_slots + 1);
  if (!needed) return false;
  memset(needed, 0, (size_t)p->n_slots);
  for (int32_t k = 0; k < p->script.n_steps; k++) {
    const ts_step *s = p->script.steps[k];
    for (int32_t i = 0; i < s->n_refs; i++)
      if (s->refs[i] >= 0) needed[s->refs[i]] = true;
  }
  job->live = ts_calloc(((size_t)p->n_slots + 1) * sizeof *job->live);
  job->readings = ts_calloc(((size_t)p->n_slots + 1) * sizeof *job->readings);
  if (!job->live || !job->readings) return ts_fail(cx, TS_ERR_MEMORY, "out of memory");
  for (int32_t i = 0; i < p->n_slots; i++) {
    const ts_tensor *t = i < p->n_inputs ? inputs.v[i] : p->live[i];
    if (needed[i] && t && p->places[i].kind != TS_SLOT_MADE && !hold(cx, job, i, t)) return false;
  }
  return true;
}

int64_t ts_job_new(ts_cx *cx, ts_program *p, ts_list inputs) {
  if (p->prepare && !p->prepare(cx, p)) return 0;
  ts_job *job = ts_calloc(sizeof *job);
  if (!job) {
    ts_fail(cx, TS_ERR_MEMORY, "out of memory");
    return 0;
  }
  job->next = cx->jobs;
  cx->jobs = job;
  job->number = ++cx->next_job;
  job->program = p;
  p->jobs++;
  const bool ok = (job->cx = take_context(cx)) != NULL && hold_all(cx, job, inputs);
  if (job->cx) {
    ts_scope_end(job->cx, 0);
    job->cx->grad_mode = p->grad_mode;
    job->cx->inference_mode = p->inference_mode;
    job->cx->default_dtype = p->default_dtype;
    job->cx->autocast = p->autocast;
  }
  if (ok) return job->number;
  ts_job_free(cx, job);
  return 0;
}

ts_job *ts_job_of(ts_cx *cx, int64_t number) {
  for (ts_job *job = cx->jobs; job; job = job->next)
    if (job->number == number) return job;
  ts_fail(cx, TS_ERR_DISPOSED, "no run has number %" PRId64, number);
  return NULL;
}

bool ts_job_start(ts_cx *cx, ts_job *job) {
  if (job->run) return ts_fail(cx, TS_ERR_ARGUMENT, "the run has been started before");
  if (!(job->run = ts_run_take(cx, job->program))) return false;
  memcpy(job->run->live, job->live, (size_t)job->program->n_slots * sizeof *job->live);
  return true;
}

void ts_job_run(ts_job *job) {
  ts_cx *cx = job->cx;
  cx->op = "runAsync";
  cx->n_calls = 0;
  job->ok = ts_script_run(cx, job->program, job->run, &job->stop);
  atomic_store_explicit(&job->has_run, true, memory_order_release);
}

bool ts_job_runs(const ts_job *job) { return job->run && !atomic_load_explicit(&job->has_run, memory_order_acquire); }

void ts_job_stop(ts_job *job) { atomic_store_explicit(&job->stop, true, memory_order_relaxed); }

static bool undisturbed(const ts_job *job) {
  for (int32_t i = 0; i < job->n_readings; i++) {
    const reading *r = &job->readings[i];
    if (r->source->data == r->data && atomic_load_explicit(&r->source->version, memory_order_acquire) != r->version) return false;
  }
  return true;
}

/* Results over memory that is held become copies, or each change of what they lie over would cost one. */
static ts_tensor *bring(ts_cx *cx, const ts_job *job, const ts_tensor *t) {
  bool held = false;
  for (int32_t i = 0; i < job->n_readings && !held; i++) held = job->readings[i].held == t->storage;
  if (!held) {
    ts_tensor *own = ts_over_storage(cx, t->storage, (ts_dtype)t->dtype, t->ndim, t->sizes, t->strides, t->offset);
    if (cx->host.collect && (cx->bytes_since_collect += t->storage->nbytes) >= cx->collect_bytes) cx->host.collect(cx, cx->host.data, false);
    return own;
  }
  ts_tensor *view = ts_over_storage(cx, t->storage, (ts_dtype)t->dtype, t->ndim, t->sizes, t->strides, t->offset);
  ts_tensor *copy = view ? ts_empty_like(cx, view, (ts_dtype)t->dtype) : NULL;
  return copy && ts_raw_copy(cx, copy, view) ? copy : NULL;
}

bool ts_job_take(ts_cx *cx, ts_job *job, ts_list *results) {
  const ts_program *p = job->program;
  results->n = p->n_results;
  results->v = ts_temp(cx, (int64_t)(p->n_results + 1) * (int64_t)sizeof *results->v);
  bool ok = results->v != NULL;
  if (ok && !atomic_load_explicit(&job->has_run, memory_order_acquire)) ok = ts_fail(cx, TS_ERR_UNSUPPORTED, "the run has not ended");
  if (ok && !job->ok) {
    cx->status = job->cx->status;
    memcpy(cx->message, job->cx->message, sizeof cx->message);
    ok = false;
  }
  if (ok && !undisturbed(job))
    ok = ts_fail(cx, TS_ERR_UNSUPPORTED, "a tensor that the run reads, shared with other threads, was changed in place before it had ended");
  for (int32_t i = 0; i < p->n_results && ok; i++) ok = (results->v[i] = bring(cx, job, job->run->live[p->script.results[i]])) != NULL;
  return ok;
}

void ts_job_free(ts_cx *cx, ts_job *job) {
  ts_job **at = &cx->jobs;
  while (*at && *at != job) at = &(*at)->next;
  if (*at) *at = job->next;
  ts_program *p = job->program;
  ts_tensor **live = job->run ? job->run->live : job->live;
  for (int32_t i = 0; live && i < p->n_slots; i++) {
    ts_release(live[i]);
    live[i] = NULL;
  }
  if (job->run) ts_run_keep(p, job->run);
  ts_free(job->live);
  for (int32_t i = 0; i < job->n_readings; i++) {
    ts_storage_release(job->readings[i].held);
    ts_storage_release(job->readings[i].source);
  }
  ts_free(job->readings);
  if (job->cx) keep_context(cx, job->cx);
  ts_free(job);
  if (--p->jobs == 0 && p->doomed) ts_program_free(p);
}

void ts_jobs_end(ts_cx *cx) {
  while (cx->jobs) ts_job_free(cx, cx->jobs);
  for (int i = 0; i < cx->n_spare; i++) ts_cx_free(cx->spare[i]);
  ts_free(cx->spare);
  cx->spare = NULL;
  cx->n_spare = 0;
}
