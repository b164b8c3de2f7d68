/* From a recorded program to what is run: convolutions and products take in the batch norms behind them (fold.c), elementwise calls
   become chains (fuse.c), and what is made and used up inside is given buffers that stay from run to run (plan.c). The recording
   itself stays as it is, for later ones to be compared with. */
#ifndef TS_PLAN_H
#define TS_PLAN_H
#include "../core/capture.h"
#include "../kernels/conv.h"

/* Tensors made of constants, and the state of those that they were made from: a norm folded into a weight, or the weight alone (then there
   are no mean and variance), in either case maybe packed. */
typedef struct {
  int32_t sources[6]; /* weight, bias, running mean, running variance, weight and bias of the norm; -1: none */
  int32_t weight, bias; /* what is made: slots. weight -1: a factor and a summand for each channel, in `factor` and `bias` */
  int32_t factor;
  int spatial;        /* dims behind the channels */
  double eps;
  bool made, packs;   /* packs: the weight in the order that `conv` reads it in */
  ts_conv_shape conv;
  const ts_storage *storages[6];
  const char *data[6];
  uint32_t versions[6];
} ts_derived;

struct ts_plan {
  ts_step **steps;
  int32_t n_steps, cap_steps;
  int32_t *results, *dying;
  int32_t n_recorded;   /* slots of the recording; those behind are the plan's own */
  ts_derived *derived;
  int32_t n_derived, cap_derived;
  bool derives;         /* no step changes what is derived from */
  int32_t n_folded, n_endings; /* batch norms, and chains, that went into the product before them */
  char *names;          /* of the chains: "add+relu mul+tanh" */
  size_t n_names, cap_names;
  const char *why;      /* nothing was changed: why not */
};

/* Makes the plan of a program that is ready; without memory it goes without. */
void ts_plan_make(ts_cx *cx, ts_program *p);
/* Why runs of the program may not be left to other threads, or NULL. */
const char *ts_plan_effect(const ts_program *p);

/* For the files of this folder. */
bool ts_plan_grow(void *array, int32_t *cap, int32_t need, size_t item);
int32_t ts_plan_slot(ts_program *p, ts_slot_kind kind, const ts_place *like); /* -1 without memory */
/* A step of the plan with room for refs and outs. */
ts_step *ts_plan_step(const ts_step *from, int32_t n_refs, int32_t n_outs);
bool ts_plan_fold(ts_cx *cx, ts_program *p, ts_plan *plan);
bool ts_plan_fuse(ts_cx *cx, ts_program *p, ts_plan *plan);
bool ts_plan_convolve(ts_program *p, ts_plan *plan);
/* A chain that does no more than add two tensors of its shape, or none, and clamp: a + b within [low, high]. */
typedef struct {
  int32_t a, b; /* slots; b -1: none */
  bool clamp;
  double low, high;
} ts_ending;
bool ts_plan_ending(const ts_program *p, const ts_step *s, ts_ending *ending);
/* Whether steps may not be moved past this one. */
bool ts_plan_is_barrier(const ts_step *s);
/* Sizes, strides and dtype. */
bool ts_plan_same_look(const ts_look *a, const ts_look *b);
/* How often a slot is taken, results included. */
int32_t ts_plan_uses(const ts_program *p, const ts_plan *plan, int32_t slot);
/* The factor and summand of a batch norm that is no part of a product. */
ts_derived *ts_plan_norm(ts_program *p, ts_plan *plan, const ts_step *norm);
bool ts_plan_is_norm(const ts_program *p, const ts_step *s);
/* What gives a weight that the step of a convolution of that shape reads packed; NULL: it is no constant, or there is no memory. */
ts_derived *ts_plan_pack(ts_program *p, ts_step *step, const ts_conv_shape *shape);
bool ts_plan_derive(ts_cx *cx, ts_program *p);
/* A chain's inputs whose memory an output takes over; entries may be set to -1. NULL: the step is no chain. */
int16_t *ts_plan_overwrites(const ts_step *s);
#endif
