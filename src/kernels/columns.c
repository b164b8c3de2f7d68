/* Matrices of windows: what fold and unfold are. */
#include <string.h>
#include "../core/threads.h"
#include "columns.h"

#define T float
#define NAME(x) x##_f32
#include "columns_body.h"
#undef T
#undef NAME
#define T double
#define NAME(x) x##_f64
#include "columns_body.h"

typedef struct { const ts_window *w; const char *in; char *out; int64_t in_size, out_size; bool is_double; } planes_job;

static void unfold_some(void *arg, int64_t begin, int64_t end) {
  const planes_job *j = arg;
  for (int64_t p = begin; p < end; p++) {
    if (j->is_double) unfold_f64(j->w, 1, (const double *)j->in + p * j->in_size, 0, ts_volume(j->w->out), (double *)j->out + p * j->out_size);
    else unfold_f32(j->w, 1, (const float *)j->in + p * j->in_size, 0, ts_volume(j->w->out), (float *)j->out + p * j->out_size);
  }
}
static void fold_some(void *arg, int64_t begin, int64_t end) {
  const planes_job *j = arg;
  for (int64_t p = begin; p < end; p++) {
    if (j->is_double) fold_f64(j->w, 1, (const double *)j->in + p * j->in_size, 0, ts_volume(j->w->out), (double *)j->out + p * j->out_size);
    else fold_f32(j->w, 1, (const float *)j->in + p * j->in_size, 0, ts_volume(j->w->out), (float *)j->out + p * j->out_size);
  }
}

void ts_unfold_planes(const ts_window *w, bool is_double, int64_t planes, const void *in, void *columns) {
  planes_job j = {w, in, columns, ts_volume(w->in), ts_volume(w->kernel) * ts_volume(w->out), is_double};
  ts_parallel_for(planes, 32768 / (j.out_size + 1) + 1, unfold_some, &j);
}
void ts_fold_planes(const ts_window *w, bool is_double, int64_t planes, const void *columns, void *in) {
  planes_job j = {w, columns, in, ts_volume(w->kernel) * ts_volume(w->out), ts_volume(w->in), is_double};
  ts_parallel_for(planes, 32768 / (j.in_size + 1) + 1, fold_some, &j);
}
