/* Recordings of calls (torsh.compile). While one is made, every call of the host becomes a step: an op, a copy of its arguments,
   slots in place of tensors. The steps of a function are a program; a set holds those of one function for different inputs. A program
   is run only after two calls in a row have recorded the same, which finds out what the host computes anew each time. What is run is
   its plan (programs/plan.h): the steps, some of them fused or folded, and the buffers that they compute into. */
#ifndef TS_CAPTURE_H
#define TS_CAPTURE_H
#include "op.h"

enum { TS_MAX_STEPS = 100000, TS_MAX_PROGRAMS = 64, TS_MAX_CHANGES = 4, TS_REASON = 240 };

/* TS_SLOT_DERIVED: made of constants before a run, and kept until they change. */
typedef enum { TS_SLOT_INPUT, TS_SLOT_CONSTANT, TS_SLOT_MADE, TS_SLOT_DERIVED } ts_slot_kind;

/* What the host may have asked of a tensor, and decided by. */
typedef struct {
  uint8_t dtype, ndim;
  bool requires_grad, leaf, inference, view;
  int64_t *sizes; /* and strides, behind them */
} ts_look;

typedef struct {
  ts_slot_kind kind;
  uint32_t handle; /* of a constant: when the host has disposed it, the program is no longer what the host would do; 0: a number of its own */
  bool depends;    /* its shape depends on values */
  ts_look look;    /* of what is made: as it was when it was made, unless its shape depends on values */
  int32_t root;    /* the slot whose storage it shares, as far as is known: itself, if that is its own */
  int64_t bytes;   /* of that storage, where it is its own */
  uint64_t id;     /* of an input: which tensor it was */
  bool shared;     /* of what is made: something else may hold it too, as a parameter holds its gradient */
  bool had_grad, asks_grad; /* of a constant: whether it had a gradient when it was first seen, and whether the host has asked for that */
  bool zeroed;     /* of a constant: its gradient has been dropped since */
  bool free;       /* of an input: it has been seen to be any tensor, not one that the function also reaches by itself */
} ts_place;

typedef struct ts_step {
  const ts_op *op;    /* NULL: a copy of literal, or what `run` does */
  void *args;         /* tensors are to be filled in */
  int32_t *refs;      /* slots of the tensors among the arguments, in order; -1: none */
  int32_t n_refs, n_outs, n_dest;
  int32_t dest[TS_MAX_OUT]; /* slots of destinations */
  int32_t *outs;      /* slots of results; -1: not wanted */
  int32_t n_dying;    /* slots that nobody needs from here on: a part of the program's list */
  ts_tensor *literal;
  bool draws, writes; /* random numbers were drawn; arguments were changed on the way, as running statistics are */
  int32_t numbers, n_numbers; /* of an optimizer's step: its floats lie in the program, at `numbers` */
  uint64_t seen, drawn; /* while it is recorded: versions of the arguments, the generator's position */
  /* Of a plan: reads and fills live[]. */
  bool (*run)(ts_cx *cx, const struct ts_step *s, ts_tensor **live);
  void *data;
  void (*free_data)(void *data);
  bool borrows;       /* args belong to the step that it was made from */
  int32_t buffer;     /* what it makes goes into this buffer, if it can; -1: none */
  int64_t buffer_bytes;
} ts_step;

/* Steps, for each the slots that nobody needs after it, in one list, and the slots of the results. */
typedef struct { ts_step *const *steps; int32_t n_steps; const int32_t *dying, *results; } ts_script;
typedef struct ts_plan ts_plan;

/* What one run needs for itself: the tensors by slot, and buffers that stay from run to run. */
typedef struct ts_run {
  struct ts_run *next;
  ts_tensor **live;
  ts_storage **buffers;
  int32_t n_buffers;
} ts_run;

typedef struct ts_program {
  struct ts_program *next;
  uint64_t number, runs;
  bool ready, broken, running, doomed;
  int32_t jobs;           /* runs elsewhere that have not ended */
  uint8_t grad_mode, inference_mode, default_dtype, autocast;
  int changes;            /* times that a recording was not like the one before */
  char reason[TS_REASON]; /* of a broken one */
  ts_place *places;
  ts_tensor **live;       /* by slot: constants and what is derived of them */
  int32_t n_inputs, n_slots, cap_slots, cap_live;
  ts_step **steps;
  int32_t n_steps, cap_steps;
  int32_t *results, n_results, *dying;
  double *numbers;        /* floats of optimizers' steps, which the host may change from run to run */
  int32_t n_numbers, cap_numbers;
  char *layout;
  ts_script script;       /* what a run does */
  int64_t *buffer_sizes;
  int32_t n_buffers;
  ts_plan *plan;          /* NULL until the first run */
  bool (*prepare)(ts_cx *cx, struct ts_program *p); /* before each run: what is derived is made anew if it must be */
  void (*free_plan)(ts_plan *plan);
  ts_run *idle;
} ts_program;

typedef struct ts_programs { ts_program *first; int32_t n; } ts_programs;
typedef struct ts_capture ts_capture;

bool ts_capture_begin(ts_cx *cx, ts_programs *set, ts_list inputs);
/* The recording goes on, but its program will not be run. */
void ts_capture_break(ts_cx *cx, const char *format, ...) __attribute__((format(printf, 2, 3)));
void ts_capture_literal(ts_cx *cx, ts_tensor *t);
/* The next step of an optimizer may become one of the program: the host will say its numbers before each run. */
void ts_capture_optimizer(ts_cx *cx);
/* Ends it without a program. */
void ts_capture_drop(ts_cx *cx);
/* Adds what was recorded to its set. made[i]: whether result i is new at each run; replaced: the number of the program that it takes the place of. */
ts_program *ts_capture_end(ts_cx *cx, ts_list results, const char *layout, bool *made, uint64_t *replaced);

/* For the wall: around each call. A tensor was decoded from a handle; a call begins; it has ended. */
void ts_capture_handle(ts_cx *cx, const ts_tensor *t, double handle);
ts_step *ts_capture_before(ts_cx *cx, const ts_op *op, const void *args, const ts_out *out);
void ts_capture_after(ts_cx *cx, const ts_op *op, ts_step *step, const ts_out *out, bool ok);
static inline bool ts_captures(const ts_cx *cx);

/* The program for these inputs, or NULL. */
ts_program *ts_program_for(ts_cx *cx, ts_programs *set, ts_list inputs);
bool ts_program_run(ts_cx *cx, ts_program *p, ts_list inputs, ts_list *results);
/* After which step each slot is of no more use: sets n_dying of the steps; NULL without memory. */
int32_t *ts_lifetimes(const ts_program *p, ts_step *const *steps, int32_t n_steps, const int32_t *results);
/* A run of its own; NULL and an error without memory. ts_run_keep puts it back for the next one. */
ts_run *ts_run_take(ts_cx *cx, ts_program *p);
void ts_run_keep(ts_program *p, ts_run *run);
void ts_run_free(ts_run *run);
/* Runs the script over run->live, whose inputs and constants are there. What has been made stays in it. */
bool ts_script_run(ts_cx *cx, const ts_program *p, ts_run *run, const _Atomic bool *stop);
/* Releases what a run has made. */
void ts_run_clear(const ts_program *p, ts_run *run);
bool ts_same_look(const ts_look *look, ts_tensor *t);
/* Whether two recordings are the same program; if not, why goes into `reason`. */
bool ts_same_program(const ts_program *a, const ts_program *b, char *reason);
void ts_step_free(ts_step *s);
void ts_program_free(ts_program *p); /* once it has ended, if it runs */
void ts_programs_free(ts_programs *set);
void ts_programs_trim(ts_cx *cx); /* drops buffers that wait for the next run */
void ts_programs_end(ts_cx *cx); /* all that a context has */

struct ts_capture {
  ts_program *program;
  ts_programs *set;
  int depth;
  uint64_t first_id; /* of tensors made since */
  bool broken, live; /* live: ts_capture_optimizer has been called */
  uint64_t *ids;     /* slots by id of their tensor: a hash table of pairs */
  size_t n_ids, cap_ids;
  struct { const ts_tensor *t; uint32_t handle; } *handles; /* of the call under way */
  size_t n_handles, cap_handles;
};

static inline bool ts_captures(const ts_cx *cx) { return cx->capture && !cx->capture->broken && cx->depth == cx->capture->depth; }

#endif
