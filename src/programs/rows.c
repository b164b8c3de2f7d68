/* Rows of recordings: what torsh.compile asks of core/capture.h. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "../core/alloc.h"
#include "../gen/ops.h"
#include "../core/job.h"
#include "plan.h"

static ts_programs *set_of(ts_cx *cx, int64_t number) {
  if (number >= 1 && (uint64_t)number <= cx->n_programs && cx->programs[number - 1]) return cx->programs[number - 1];
  ts_fail(cx, TS_ERR_DISPOSED, "the compiled function has been disposed");
  return NULL;
}

bool ts__programs_new_impl(ts_cx *cx, const ts__programs_new_args *a, ts_out *out) {
  (void)a;
  size_t at = 0;
  while (at < cx->n_programs && cx->programs[at]) at++;
  ts_programs *set = ts_calloc(sizeof *set);
  if (!set) return ts_fail(cx, TS_ERR_MEMORY, "out of memory");
  if (at == cx->n_programs) {
    ts_programs **all = ts_realloc(cx->programs, at * sizeof *all, (at + 1) * sizeof *all);
    if (!all) {
      ts_free(set);
      return ts_fail(cx, TS_ERR_MEMORY, "out of memory");
    }
    cx->programs = all;
    cx->n_programs = at + 1;
  }
  cx->programs[at] = set;
  out->scalar = ts_int((int64_t)at + 1);
  return true;
}

bool ts__programs_free_impl(ts_cx *cx, const ts__programs_free_args *a, ts_out *out) {
  (void)out;
  if (a->set < 1 || (uint64_t)a->set > cx->n_programs) return true;
  ts_programs *set = cx->programs[a->set - 1];
  if (!set) return true;
  if (cx->capture && cx->capture->set == set) return ts_fail(cx, TS_ERR_ARGUMENT, "a compiled function cannot be disposed while it is being recorded");
  cx->programs[a->set - 1] = NULL;
  ts_programs_free(set);
  return true;
}

bool ts__capture_begin_impl(ts_cx *cx, const ts__capture_begin_args *a, ts_out *out) {
  ts_programs *set = set_of(cx, a->set);
  if (!set) return false;
  out->scalar = ts_bool(ts_capture_begin(cx, set, a->inputs));
  return !ts_failed(cx);
}

bool ts__capture_break_impl(ts_cx *cx, const ts__capture_break_args *a, ts_out *out) {
  (void)out;
  if (ts_captures(cx)) ts_capture_break(cx, "%s", a->reason);
  return true;
}

bool ts__capture_literal_impl(ts_cx *cx, const ts__capture_literal_args *a, ts_out *out) {
  (void)out;
  if (ts_captures(cx)) ts_capture_literal(cx, a->self);
  return !ts_failed(cx);
}

bool ts__capture_optimizer_impl(ts_cx *cx, const ts__capture_optimizer_args *a, ts_out *out) {
  (void)a;
  (void)out;
  if (ts_captures(cx)) ts_capture_optimizer(cx);
  return true;
}

bool ts__program_numbers_impl(ts_cx *cx, const ts__program_numbers_args *a, ts_out *out) {
  (void)out;
  ts_programs *set = set_of(cx, a->set);
  if (!set) return false;
  for (ts_program *p = set->first; p; p = p->next) {
    if (p->number != (uint64_t)a->program || p->broken) continue;
    if (p->n_numbers != a->numbers.n) return ts_fail(cx, TS_ERR_ARGUMENT, "%" PRId64 " numbers where %d were recorded", a->numbers.n, p->n_numbers);
    if (p->n_numbers) memcpy(p->numbers, a->numbers.v, (size_t)p->n_numbers * sizeof *p->numbers);
  }
  return true;
}

bool ts__capture_end_impl(ts_cx *cx, const ts__capture_end_args *a, ts_out *out) {
  const int64_t n = a->results.n;
  if (!cx->capture || cx->capture->depth != cx->depth) return ts_fail(cx, TS_ERR_ARGUMENT, "nothing is being recorded");
  bool *made = ts_temp(cx, n + 1);
  int64_t *v = ts_temp(cx, (n + 3) * (int64_t)sizeof *v);
  if (!made || !v) return false;
  uint64_t replaced;
  const ts_program *p = ts_capture_end(cx, a->results, a->form, made, &replaced);
  v[0] = p->broken ? 0 : p->ready ? 2 : 1;
  v[1] = (int64_t)p->number;
  v[2] = (int64_t)replaced;
  for (int64_t i = 0; i < n; i++) v[3 + i] = made[i];
  out->ints = (ts_ints){v, n + 3};
  return true;
}

bool ts__capture_drop_impl(ts_cx *cx, const ts__capture_drop_args *a, ts_out *out) {
  (void)a;
  (void)out;
  if (cx->capture && cx->capture->depth == cx->depth) ts_capture_drop(cx);
  return true;
}

bool ts__replay_impl(ts_cx *cx, const ts__replay_args *a, ts_out *out) {
  ts_programs *set = set_of(cx, a->set);
  if (!set) return false;
  ts_program *p = cx->anomaly ? NULL : ts_program_for(cx, set, a->inputs);
  if (p && !p->broken && !p->plan) ts_plan_make(cx, p);
  if (p && !p->broken) return ts_program_run(cx, p, a->inputs, &out->list);
  out->list = (ts_list){NULL, p ? -2 : -1};
  return true;
}

/* ---- runs elsewhere ---- */

bool ts__job_new_impl(ts_cx *cx, const ts__job_new_args *a, ts_out *out) {
  ts_programs *set = set_of(cx, a->set);
  if (!set) return false;
  ts_program *p = cx->anomaly ? NULL : ts_program_for(cx, set, a->inputs);
  if (p && !p->broken && !p->plan) ts_plan_make(cx, p);
  out->scalar = ts_int(!p ? -1 : p->broken ? -2 : ts_plan_effect(p) ? -3 : ts_job_new(cx, p, a->inputs));
  if (out->scalar.i > 0) {
    p->runs++;
    cx->replayed = p->number;
  }
  return !ts_failed(cx);
}

bool ts__job_run_impl(ts_cx *cx, const ts__job_run_args *a, ts_out *out) {
  (void)out;
  ts_job *job = ts_job_of(cx, a->job);
  if (!job || !ts_job_start(cx, job)) return false;
  ts_job_run(job);
  return true;
}

bool ts__job_stop_impl(ts_cx *cx, const ts__job_stop_args *a, ts_out *out) {
  (void)out;
  ts_job *job = ts_job_of(cx, a->job);
  if (job) ts_job_stop(job);
  return job != NULL;
}

static ts_job *idle_job(ts_cx *cx, int64_t number) {
  ts_job *job = ts_job_of(cx, number);
  if (!job || !ts_job_runs(job)) return job;
  ts_fail(cx, TS_ERR_ARGUMENT, "the run has not ended");
  return NULL;
}

bool ts__job_take_impl(ts_cx *cx, const ts__job_take_args *a, ts_out *out) {
  ts_job *job = idle_job(cx, a->job);
  if (!job) return false;
  const bool ok = ts_job_take(cx, job, &out->list);
  ts_job_free(cx, job);
  return ok;
}

bool ts__job_free_impl(ts_cx *cx, const ts__job_free_args *a, ts_out *out) {
  (void)out;
  ts_job *job = idle_job(cx, a->job);
  if (job) ts_job_free(cx, job);
  return job != NULL;
}

bool ts__replayed_impl(ts_cx *cx, const ts__replayed_args *a, ts_out *out) {
  (void)a;
  out->scalar = ts_int((int64_t)cx->replayed);
  return true;
}

typedef struct { char *text; size_t n, size; } writer;

__attribute__((format(printf, 2, 3))) static void write_text(writer *w, const char *format, ...) {
  va_list list;
  va_start(list, format);
  int n = w->n < w->size ? vsnprintf(w->text + w->n, w->size - w->n, format, list) : 0;
  va_end(list);
  if (n > 0) w->n += (size_t)n;
}

bool ts__programs_report_impl(ts_cx *cx, const ts__programs_report_args *a, ts_out *out) {
  const ts_programs *set = set_of(cx, a->set);
  if (!set) return false;
  writer w = {ts_temp(cx, 32768), 0, 32768};
  if (!w.text) return false;
  w.text[0] = 0;
  for (ts_program *p = set->first; p; p = p->next) {
    if (p->ready && !p->plan) ts_plan_make(cx, p);
    int32_t constants = 0;
    for (int32_t i = p->n_inputs; i < p->n_slots; i++) constants += p->places[i].kind == TS_SLOT_CONSTANT && p->places[i].handle;
    write_text(&w, "%d\t%" PRIu64 "\t%" PRIu64 "\t", p->broken ? 0 : p->ready ? 2 : 1, p->number, p->runs);
    for (int32_t i = 0; i < p->n_inputs; i++) {
      const ts_look *look = &p->places[i].look;
      write_text(&w, "%s%s%s", i ? ";" : "", ts_dtype_name((ts_dtype)look->dtype), ts_sizes_text(look->ndim, look->sizes, (char[160]){0}, 160));
    }
    write_text(&w, "\t%d\t%d\t%s\t", p->n_steps, constants, p->reason);
    for (int32_t k = 0; k < p->n_steps && k < 500; k++) write_text(&w, "%s%s", k ? " " : "", p->steps[k]->op ? p->steps[k]->op->name : "tensor");
    const ts_plan *plan = p->plan;
    int64_t bytes = 0;
    for (int32_t b = 0; b < p->n_buffers; b++) bytes += p->buffer_sizes[b];
    const char *effect = p->ready ? ts_plan_effect(p) : NULL;
    write_text(&w, "\t%d\t%d\t%d\t%s\t%d\t%" PRId64 "\t%s\t%s\t%d%d%d\n", p->script.n_steps, plan ? plan->n_folded : 0, plan ? plan->n_endings : 0, plan && plan->names ? plan->names : "", p->n_buffers, bytes,
               plan && plan->why ? plan->why : "", effect ? effect : "", p->grad_mode, p->inference_mode, p->autocast != 0);
  }
  out->text = w.text;
  return true;
}
