/* Runs of programs that another thread makes (runAsync): each has a context of its own, and holds the memory of everything that it
   reads as it was when the job was made. Everything but ts_job_run belongs to the thread of the context that made the job. */
#ifndef TS_JOB_H
#define TS_JOB_H
#include "capture.h"

typedef struct ts_job ts_job;

/* The number of a job that will run p with these inputs; 0 and an error without memory. p's results want no gradients, and it changes nothing that was there before. */
int64_t ts_job_new(ts_cx *cx, ts_program *p, ts_list inputs);
ts_job *ts_job_of(ts_cx *cx, int64_t number); /* NULL and an error when there is none */
/* Gives it the buffers of a run: it is about to be made. */
bool ts_job_start(ts_cx *cx, ts_job *job);
/* Once, after that, on any thread. */
void ts_job_run(ts_job *job);
/* It ends at the next step. */
void ts_job_stop(ts_job *job);
/* What a job that has run gave, as tensors of cx; false with its error, or when something that it read was changed under it. */
bool ts_job_take(ts_cx *cx, ts_job *job, ts_list *results);
/* Whether it has been started and has not ended. */
bool ts_job_runs(const ts_job *job);
/* Frees a job that does not run. */
void ts_job_free(ts_cx *cx, ts_job *job);
void ts_jobs_end(ts_cx *cx); /* all of a context, and its spare contexts */

#endif
