/* The per-environment context (a JS realm, a worker, a C thread): error state, grad mode, handles, temporaries.
   A context is used by one thread at a time; storages may be shared between contexts. */
#ifndef TS_CONTEXT_H
#define TS_CONTEXT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
  TS_OK,
  TS_ERR_ARGUMENT, /* a value out of range, an unknown word */
  TS_ERR_SHAPE,
  TS_ERR_DTYPE,
  TS_ERR_INDEX,    /* a dim or an index out of range */
  TS_ERR_MEMORY,   /* the byte budget or the machine's memory is exhausted */
  TS_ERR_AUTOGRAD,
  TS_ERR_DISPOSED, /* a stale handle */
  TS_ERR_CALLBACK, /* host code called from C threw; the host keeps what it threw */
  TS_ERR_UNSUPPORTED,
  TS_ERR_IO,
  TS_ERR_NUMERIC,  /* singular matrices and the like */
  TS_ERR_COUNT
} ts_status;

typedef struct ts_tensor ts_tensor;
typedef struct ts_node ts_node;
typedef struct ts_cx ts_cx;
typedef struct ts_generator ts_generator;

/* The callback that is told of recorded ops in anomaly mode: the node's sequence number is in wall[0]. */
enum { TS_CALLBACK_TRACE = 0 };

/* What the host (JS or a C program) lends the core. Every member may be NULL. */
typedef struct {
  void *data;
  /* Runs host callback `id`; arguments and results are handles in cx->wall. Returns false when it threw. */
  bool (*callback)(ts_cx *cx, void *data, int64_t id);
  /* Finds handles whose host object is gone and releases them. hard asks for a full collection. */
  void (*collect)(ts_cx *cx, void *data, bool hard);
} ts_host;

typedef struct {
  ts_tensor *tensor; /* NULL: free slot, `next` continues the free list */
  void *ref;         /* the host's weak reference to its object */
  uint32_t next;
  uint32_t generation;
} ts_slot;

enum { TS_WALL_SIZE = 65536, TS_MESSAGE_SIZE = 1024 };

struct ts_cx {
  ts_status status; /* first error since ts_clear_error; while set, ops do nothing and return NULL */
  char message[TS_MESSAGE_SIZE];
  const char *op;   /* name of the op under way, as users know it: starts messages */
  int n_calls;      /* ops inside ops under way */

  bool grad_mode, inference_mode;
  uint8_t default_dtype; /* a ts_dtype: of what is made of numbers without saying which */
  uint8_t autocast;   /* the lower ts_dtype while autocast is on, else 0 */
  uint8_t anomaly;    /* bit 0: the host traces recorded ops; bit 1: gradients are searched for NaN */
  uint64_t anomalous; /* sequence of the node whose gradient had one */
  double *wall;     /* [TS_WALL_SIZE] arguments and results of calls, shared with the host */
  double *own_wall; /* the same, unless the host brought its own */

  ts_slot *slots;   /* handle = slot index + 1 | generation << 22 */
  uint32_t n_slots, free_slot, live_handles;
  int64_t bytes_since_collect, collect_bytes; /* host.collect runs when the first passes the second */
  uint32_t handles_since_collect, collect_handles;

  ts_tensor **scope; /* temporaries, released when their scope ends */
  size_t n_scope, cap_scope;

  ts_node **dead;    /* nodes to free: keeps the release of long graphs iterative */
  size_t n_dead, cap_dead;
  bool burying;

  int64_t *dropped;  /* ids of host callbacks that nothing refers to any more */
  size_t n_dropped, cap_dropped;

  uint64_t next_sequence; /* of graph nodes */
  uint64_t next_id;       /* of tensors */
  struct ts_storage *no_data; /* empty, of tensors that are only a shape */
  ts_generator *generator; /* the default one */
  ts_generator **generators; /* others, by number - 1; NULL where one was freed */
  size_t n_generators;
  int depth;                   /* calls of the host inside calls of the host */
  struct ts_capture *capture;  /* the recording under way */
  struct ts_programs **programs; /* sets, by number - 1; NULL where one was freed */
  size_t n_programs;
  struct ts_storage *offer;    /* a run's buffer: new memory of this many bytes is taken from it, if nobody else holds it */
  int64_t offer_bytes;
  struct ts_trace *trace;      /* elementwise calls are written down instead of made (kernels/chain.h) */
  struct ts_job *jobs;         /* runs of programs elsewhere (job.h) */
  struct ts_cx **spare;        /* contexts for them */
  int n_spare;
  int64_t next_job;
  uint64_t next_program, replayed; /* numbers of programs: the next one, the one that ran last */
  ts_host host;
};

ts_cx *ts_cx_new(void);   /* NULL when memory is short */
ts_cx *ts_cx_bare(void);  /* without a wall: no host can call it */
void ts_cx_free(ts_cx *cx);

/* Records the first error ("op: message", printf style) and returns false, so that callers can `return ts_fail(...)`. */
bool ts_fail(ts_cx *cx, ts_status code, const char *format, ...) __attribute__((format(printf, 3, 4)));
void ts_clear_error(ts_cx *cx);
static inline bool ts_failed(const ts_cx *cx) { return cx->status != TS_OK; }

/* Temporaries. Every op hands out its result owned by the innermost scope; ts_retain what must live longer. */
static inline size_t ts_scope_begin(const ts_cx *cx) { return cx->n_scope; }
void ts_scope_end(ts_cx *cx, size_t mark);
/* Gives one reference to the scope; on exhaustion releases it, fails, returns NULL. NULL passes through. */
ts_tensor *ts_scope_own(ts_cx *cx, ts_tensor *t);

/* Handles: positive 31-bit integers. */
uint32_t ts_handle_new(ts_cx *cx, ts_tensor *t); /* takes its own reference; 0 and an error when the table is full */
ts_tensor *ts_handle_get(ts_cx *cx, double handle); /* NULL and an error when stale */
bool ts_handle_release(ts_cx *cx, double handle);   /* false when stale (no error) */
ts_slot *ts_handle_slot(ts_cx *cx, double handle);  /* NULL when stale (no error) */
uint32_t ts_handle_at(const ts_cx *cx, uint32_t slot); /* the live handle of a slot below n_slots, or 0 */

void ts_drop_callback(ts_cx *cx, int64_t id);

/* Memory that lives as long as the innermost scope; NULL and an error when there is none. */
void *ts_temp(ts_cx *cx, int64_t size);

#endif
