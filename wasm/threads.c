/* The body of core/threads.h for WebAssembly with shared memory. Workers of the host instantiate the same module on the same
   memory and stay in torsh_worker. They come late, fail to come and leave when idle as they please: whoever is there takes
   pieces of a job, and the caller takes all that nobody has taken. */
#include "../src/core/threads.h"
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include "host.h"

enum { MAX_THREADS = 64, STACK = 1 << 20, SPINS = 1000, PIECES_PER_THREAD = 4 };
/* How long a worker stays without work. Starting anew costs 50 ms of working alone; where workers come late, all until the caller returns. */
static const int64_t IDLE_NS = 10000000000, IDLE_LATE_NS = 300000000000;
/* Milliseconds of work that could have been shared, before a worker is worth its start. */
static const double WORTH = 10;

IMPORT(now) double host_now(void);
/* Starts a worker that calls torsh_worker(slot) on the stack that ends at `stack`. */
IMPORT(worker) void host_worker(int32_t slot, char *stack);

static struct {
  _Alignas(64) _Atomic int32_t ticket; /* changes with each job: what idle workers wait for */
  _Atomic bool open;                   /* the job takes workers */
  _Atomic int32_t wanted;              /* threads, the caller among them: workers in slots below wanted - 1 take part */
  int64_t n, piece;
  void (*body)(void *, int64_t, int64_t);
  void *arg;
  _Alignas(64) _Atomic int64_t next;
  _Alignas(64) _Atomic int32_t inside; /* workers in the job: the caller stays until it is closed and this is 0 */
  _Atomic bool caller_waits;           /* for that, asleep */
  _Atomic int32_t asleep;              /* workers that wait for a ticket */
  _Atomic bool died;                   /* a worker trapped */
  _Atomic bool taken;                  /* a job runs */
  _Atomic bool used[MAX_THREADS];      /* slots with a worker, or given up */
  char *stacks[MAX_THREADS];           /* kept for the next worker of a slot */
  int usual, limit;                    /* threads by default, and as many as can be had */
  bool may_wait;                       /* pages may not block their thread */
  bool late;                           /* the host starts workers when the caller has returned to it: they are asked for early, and stay */
  double spent;                        /* milliseconds towards WORTH */
} pool = {.usual = 1, .limit = 1, .wanted = 1};

static void wake(_Atomic int32_t *word) { __builtin_wasm_memory_atomic_notify((int *)word, MAX_THREADS); }
/* False when it took too long. */
static bool wait_while(_Atomic int32_t *word, int32_t value, int64_t ns) {
  return __builtin_wasm_memory_atomic_wait32((int *)word, value, ns) != 2;
}

/* Looks for up to about 50 us whether the word becomes another because ops come in bursts. WebAssembly has no
   pause instruction: a chain of square roots takes its time without taking much of the core from a sibling thread. */
static bool changes(_Atomic int32_t *word, int32_t value, bool forever) {
  double x = 2;
  for (int i = 0; i < SPINS || forever; i++) {
    if (atomic_load(word) != value) return true;
    for (int k = 0; k < 8; k++) x = __builtin_sqrt(x + 1);
    if (x > 9) break; /* it does not */
  }
  return false;
}

/* ---- workers ---- */

static void take_pieces(void) {
  for (;;) {
    const int64_t begin = atomic_fetch_add(&pool.next, pool.piece), end = begin + pool.piece;
    if (begin >= pool.n) return;
    pool.body(pool.arg, begin, end < pool.n ? end : pool.n);
  }
}

static void leave_job(void) {
  if (atomic_fetch_sub(&pool.inside, 1) == 1 && atomic_load(&pool.caller_waits)) wake(&pool.inside);
}

/* Returns when there was nothing to do for long. */
void EXPORT(torsh_worker)(int32_t slot) {
  const int64_t idle = pool.late ? IDLE_LATE_NS : IDLE_NS;
  for (bool stay = true; stay;) {
    const int32_t wanted = atomic_load(&pool.wanted), seen = atomic_load(&pool.ticket);
    if (slot >= wanted - 1) {
      stay = wait_while(&pool.wanted, wanted, idle);
      continue;
    }
    /* Enters before it looks, as the caller closes before it counts: one of them sees the other. */
    atomic_fetch_add(&pool.inside, 1);
    if (atomic_load(&pool.open)) take_pieces();
    leave_job();
    if (changes(&pool.ticket, seen, false)) continue;
    atomic_fetch_add(&pool.asleep, 1);
    stay = wait_while(&pool.ticket, seen, idle);
    atomic_fetch_sub(&pool.asleep, 1);
  }
  atomic_store(&pool.used[slot], false);
}

/* The host's word that torsh_worker trapped, which it does in a piece or not at all. */
void EXPORT(torsh_worker_died)(void) {
  atomic_store(&pool.died, true);
  leave_job();
}

/* The host's word that no worker came to a slot: the pool ends before it. */
void EXPORT(torsh_worker_refused)(int32_t slot) {
  if (pool.limit > slot + 1) pool.limit = slot + 1;
  if (ts_num_threads() > pool.limit) ts_set_num_threads(pool.limit);
}

static bool lacks(int workers) {
  for (int slot = 0; slot < workers; slot++)
    if (!atomic_load(&pool.used[slot])) return true;
  return false;
}

static void start(int workers) {
  for (int slot = 0; slot < workers && slot < ts_num_threads() - 1; slot++) {
    if (atomic_load(&pool.used[slot])) continue;
    if (!pool.stacks[slot] && !(pool.stacks[slot] = aligned_alloc(64, STACK))) return;
    atomic_store(&pool.used[slot], true);
    host_worker(slot, pool.stacks[slot] + STACK);
  }
}

/* ---- the caller ---- */

/* usual: threads unless told otherwise. */
void EXPORT(torsh_threads)(int32_t usual, bool may_wait, bool late) {
  pool.limit = MAX_THREADS;
  pool.usual = usual;
  pool.may_wait = may_wait;
  pool.late = late;
  ts_set_num_threads(0);
}

int ts_num_threads(void) { return atomic_load(&pool.wanted); }

void ts_set_num_threads(int n) {
  const bool asked = n > 1;
  if (n <= 0) n = pool.usual;
  atomic_store(&pool.wanted, n < pool.limit ? n : pool.limit);
  wake(&pool.wanted);
  if (asked && pool.late) start(n - 1);
}

/* An instance has one caller. */
void ts_work_alone(bool alone) { ts_set_num_threads(alone ? 1 : 0); }

static void wait_for_workers(void) {
  for (int32_t n; (n = atomic_load(&pool.inside)) > 0;) {
    if (changes(&pool.inside, n, !pool.may_wait)) continue;
    atomic_store(&pool.caller_waits, true);
    wait_while(&pool.inside, n, -1);
    atomic_store(&pool.caller_waits, false);
  }
}

static void run(int64_t n, int64_t piece, void (*body)(void *, int64_t, int64_t), void *arg) {
  pool.n = n;
  pool.piece = piece;
  pool.body = body;
  pool.arg = arg;
  atomic_store(&pool.next, 0);
  atomic_store(&pool.open, true);
  atomic_fetch_add(&pool.ticket, 1);
  if (atomic_load(&pool.asleep) > 0) wake(&pool.ticket);
  take_pieces();
  atomic_store(&pool.open, false);
  if (atomic_load(&pool.inside) > 0) wait_for_workers();
  if (atomic_load(&pool.died)) __builtin_trap();
}

void ts_parallel_for(int64_t n, int64_t grain, void (*body)(void *arg, int64_t begin, int64_t end), void *arg) {
  if (n <= 0) return;
  if (grain < 1) grain = 1;
  const int threads = n < 2 * grain ? 1 : ts_num_threads();
  if (threads == 1 || atomic_exchange(&pool.taken, true)) { /* taken: called from within a job */
    body(arg, 0, n);
    return;
  }
  const int64_t piece = (n + threads * PIECES_PER_THREAD - 1) / (threads * PIECES_PER_THREAD);
  const bool alone = lacks(threads - 1);
  const double from = alone ? host_now() : 0;
  run(n, piece < grain ? grain : piece, body, arg);
  if (alone && (pool.spent += host_now() - from) >= WORTH) {
    pool.spent = 0;
    start(threads - 1);
  }
  atomic_store(&pool.taken, false);
}
