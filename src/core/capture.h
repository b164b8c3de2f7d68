/* Recordings of calls (torsh.compile). While one is made, every call of the host becomes a step: an op, a copy of its arguments,
   slots in place of tensors. The steps of a function are a program; a set holds those of one function for different inputs. A program
   is run only after two calls in a row have recorded the same, which finds out what the host computes anew each time. */
#ifndef TS_CAPTURE_H
#define TS_CAPTURE_H
#include "op.h"

enum { TS_MAX_STEPS = 100000, TS_MAX_PROGRAMS = 64, TS_MAX_CHANGES = 4, TS_REASON = 240 };

typedef enum { TS_SLOT_INPUT, TS_SLOT_CONSTANT, TS_SLOT_MADE } ts_slot_kind;

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
  ts_look look;    /* of inputs and constants */
  uint64_t id;     /* of an input: which tensor it was */
  bool free;       /* of an input: it has been seen to be any tensor, not one that the function also reaches by itself */
} ts_place;

typedef struct {
  const ts_op *op;    /* NULL: a copy of literal */
  void *args;         /* tensors are to be filled in */
  int32_t *refs;      /* slots of the tensors among the arguments, in order; -1: none */
  int32_t n_refs, n_outs, n_dest;
  int32_t dest[TS_MAX_OUT]; /* slots of destinations */
  int32_t *outs;      /* slots of results; -1: not wanted */
  int32_t n_dying;    /* slots that nobody needs from here on: a part of the program's list */
  ts_tensor *literal;
} ts_step;

typedef struct ts_program {
  struct ts_program *next;
  uint64_t number, runs;
  bool ready, broken, running, doomed;
  uint8_t grad_mode, inference_mode, default_dtype, autocast;
  int changes;            /* times that a recording was not like the one before */
  char reason[TS_REASON]; /* of a broken one */
  ts_place *places;
  ts_tensor **live;       /* by slot: constants always, the others while it runs */
  int32_t n_inputs, n_slots, cap_slots, cap_live;
  ts_step **steps;
  int32_t n_steps, cap_steps;
  int32_t *results, n_results, *dying;
  char *layout;
} ts_program;

typedef struct ts_programs { ts_program *first; int32_t n; } ts_programs;
typedef struct ts_capture ts_capture;

bool ts_capture_begin(ts_cx *cx, ts_programs *set, ts_list inputs);
/* The recording goes on, but its program will not be run. */
void ts_capture_break(ts_cx *cx, const char *format, ...) __attribute__((format(printf, 2, 3)));
void ts_capture_literal(ts_cx *cx, ts_tensor *t);
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
bool ts_same_look(const ts_look *look, ts_tensor *t);
/* Whether two recordings are the same program; if not, why goes into `reason`. */
bool ts_same_program(const ts_program *a, const ts_program *b, char *reason);
void ts_step_free(ts_step *s);
void ts_program_free(ts_program *p); /* once it has ended, if it runs */
void ts_programs_free(ts_programs *set);
void ts_programs_end(ts_cx *cx); /* all that a context has */

struct ts_capture {
  ts_program *program;
  ts_programs *set;
  int depth;
  uint64_t first_id; /* of tensors made since */
  bool broken;
  uint64_t *ids;     /* slots by id of their tensor: a hash table of pairs */
  size_t n_ids, cap_ids;
  struct { const ts_tensor *t; uint32_t handle; } *handles; /* of the call under way */
  size_t n_handles, cap_handles;
};

static inline bool ts_captures(const ts_cx *cx) { return cx->capture && !cx->capture->broken && cx->depth == cx->capture->depth; }

#endif
