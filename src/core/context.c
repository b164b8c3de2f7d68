#include "context.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "alloc.h"
#include "capture.h"
#include "graph.h"
#include "job.h"
#include "random.h"
#include "tensor.h"
#include "token.h"

/* Handles have 30 bits: pages keep such integers without a box. */
enum { SLOT_BITS = 22, SLOT_MASK = (1 << SLOT_BITS) - 1, GENERATIONS = 1 << (30 - SLOT_BITS) };

ts_cx *ts_cx_bare(void) {
  ts_cx *cx = ts_calloc(sizeof *cx);
  if (!cx) return NULL;
  cx->grad_mode = true;
  cx->default_dtype = TS_FLOAT32;
  cx->op = "torsh";
  cx->generator = ts_generator_new(5489u); /* PyTorch's default seed */
  cx->collect_bytes = (int64_t)64 << 20;
  cx->collect_handles = 20000;
  if (cx->generator) return cx;
  ts_cx_free(cx);
  return NULL;
}

ts_cx *ts_cx_new(void) {
  ts_cx *cx = ts_cx_bare();
  if (!cx || (cx->wall = cx->own_wall = ts_calloc(TS_WALL_SIZE * sizeof *cx->wall)) != NULL) return cx;
  ts_cx_free(cx);
  return NULL;
}

void ts_cx_free(ts_cx *cx) {
  if (!cx) return;
  ts_scope_end(cx, 0);
  ts_tokens_end(cx);
  ts_jobs_end(cx);
  ts_programs_end(cx);
  for (uint32_t i = 0; i < cx->n_slots; i++) {
    ts_tensor *t = cx->slots[i].tensor;
    cx->slots[i].tensor = NULL;
    ts_release(t);
  }
  ts_storage_release(cx->no_data);
  for (size_t i = 0; i < cx->n_generators; i++) ts_generator_free(cx->generators[i]);
  ts_free(cx->generators);
  ts_generator_free(cx->generator);
  ts_free(cx->slots);
  ts_free(cx->scope);
  ts_free(cx->dead);
  ts_free(cx->dropped);
  ts_free(cx->own_wall);
  ts_free(cx);
}

bool ts_fail(ts_cx *cx, ts_status code, const char *format, ...) {
  if (cx->status != TS_OK) return false;
  cx->status = code;
  int n = snprintf(cx->message, sizeof cx->message, "%.200s: ", cx->op);
  va_list list;
  va_start(list, format);
  vsnprintf(cx->message + n, sizeof cx->message - (size_t)n, format, list);
  va_end(list);
  return false;
}

void ts_clear_error(ts_cx *cx) {
  cx->status = TS_OK;
  cx->message[0] = 0;
}

static bool grow(void **array, size_t *cap, size_t need, size_t item) {
  if (need <= *cap) return true;
  size_t cap2 = *cap ? *cap * 2 : 64;
  while (cap2 < need) cap2 *= 2;
  void *fresh = ts_realloc(*array, *cap * item, cap2 * item);
  if (!fresh) return false;
  *array = fresh;
  *cap = cap2;
  return true;
}

void ts_scope_end(ts_cx *cx, size_t mark) {
  while (cx->n_scope > mark) ts_release(cx->scope[--cx->n_scope]);
}

ts_tensor *ts_scope_own(ts_cx *cx, ts_tensor *t) {
  if (!t) return NULL;
  if (!grow((void **)&cx->scope, &cx->cap_scope, cx->n_scope + 1, sizeof *cx->scope)) {
    ts_release(t);
    ts_fail(cx, TS_ERR_MEMORY, "out of memory");
    return NULL;
  }
  return cx->scope[cx->n_scope++] = t;
}

void *ts_temp(ts_cx *cx, int64_t size) {
  ts_tensor *t = ts_empty(cx, TS_UINT8, 1, &size);
  return t ? ts_data(t) : NULL;
}

uint32_t ts_handle_new(ts_cx *cx, ts_tensor *t) {
  if (!t) return 0;
  if (cx->host.collect && ++cx->handles_since_collect >= cx->collect_handles) cx->host.collect(cx, cx->host.data, false);
  if (!cx->free_slot) {
    size_t cap = cx->n_slots;
    if (cap >= SLOT_MASK) {
      ts_fail(cx, TS_ERR_MEMORY, "too many live tensors (%u)", cx->n_slots);
      return 0;
    }
    uint32_t fresh = cap ? (uint32_t)cap * 2 : 256;
    if (fresh > SLOT_MASK) fresh = SLOT_MASK;
    ts_slot *slots = ts_realloc(cx->slots, cap * sizeof *slots, fresh * sizeof *slots);
    if (!slots) {
      ts_fail(cx, TS_ERR_MEMORY, "out of memory");
      return 0;
    }
    memset(slots + cap, 0, (fresh - cap) * sizeof *slots);
    for (uint32_t i = fresh; i > cap; i--) {
      slots[i - 1].next = cx->free_slot;
      cx->free_slot = i; /* index + 1; 0 ends the list */
    }
    cx->slots = slots;
    cx->n_slots = fresh;
  }
  uint32_t number = cx->free_slot;
  ts_slot *s = &cx->slots[number - 1];
  cx->free_slot = s->next;
  s->tensor = ts_retain(t);
  s->ref = NULL;
  cx->live_handles++;
  return number | s->generation << SLOT_BITS;
}

uint32_t ts_handle_at(const ts_cx *cx, uint32_t slot) {
  const ts_slot *s = &cx->slots[slot];
  return s->tensor ? (slot + 1) | s->generation << SLOT_BITS : 0;
}

ts_slot *ts_handle_slot(ts_cx *cx, double handle) {
  if (!(handle >= 1 && handle <= 2147483647.0)) return NULL;
  uint32_t h = (uint32_t)handle, number = h & SLOT_MASK;
  if (number == 0 || number > cx->n_slots) return NULL;
  ts_slot *s = &cx->slots[number - 1];
  return s->tensor && s->generation == h >> SLOT_BITS ? s : NULL;
}

ts_tensor *ts_handle_get(ts_cx *cx, double handle) {
  ts_slot *s = ts_handle_slot(cx, handle);
  if (s) return s->tensor;
  ts_fail(cx, TS_ERR_DISPOSED, "the tensor has been disposed");
  return NULL;
}

bool ts_handle_release(ts_cx *cx, double handle) {
  ts_slot *s = ts_handle_slot(cx, handle);
  if (!s) return false;
  ts_tensor *t = s->tensor;
  s->tensor = NULL;
  s->ref = NULL;
  s->generation = (s->generation + 1) % GENERATIONS;
  s->next = cx->free_slot;
  cx->free_slot = (uint32_t)(s - cx->slots) + 1;
  cx->live_handles--;
  ts_release(t);
  return true;
}

/* A lost id only keeps a host function alive longer, so shortage of memory is no error here. */
void ts_drop_callback(ts_cx *cx, int64_t id) {
  if (grow((void **)&cx->dropped, &cx->cap_dropped, cx->n_dropped + 1, sizeof *cx->dropped)) cx->dropped[cx->n_dropped++] = id;
}

bool ts_bury(ts_cx *cx, ts_node *node) {
  if (!grow((void **)&cx->dead, &cx->cap_dead, cx->n_dead + 1, sizeof *cx->dead)) return false;
  cx->dead[cx->n_dead++] = node;
  return true;
}
