/* Workers wait on a condition variable and spin briefly first, because ops come in bursts. One job runs at a time; a caller
   that finds the pool busy (another JS thread, or a nested call) does its work alone. A job is open while there may be pieces left:
   its caller waits for the workers that have entered it, never for one that the machine has had no time to wake. */
#define _GNU_SOURCE
#include "threads.h"
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

enum { MAX_THREADS = 64, SPINS = 4000, PIECES_PER_THREAD = 4 };

static struct {
  pthread_mutex_t job_lock, wake_lock;
  pthread_cond_t wake;
  pthread_t threads[MAX_THREADS];
  int wanted, started;
  _Atomic uint64_t gate; /* the number of the current job, workers inside it, whether it is open */
  _Atomic int64_t next;
  int64_t n, piece;
  void (*body)(void *, int64_t, int64_t);
  void *arg;
} pool = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, {0}, 0, 0, 0, 0, 0, 0, NULL, NULL};
#define OPEN ((uint64_t)1)
#define WORKER ((uint64_t)2)
static uint32_t job_of(uint64_t gate) { return (uint32_t)(gate >> 32); }
static bool is_empty(uint64_t gate) { return (gate & 0xfffffffe) == 0; }

static inline void relax(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#endif
}

static void work(void) {
  for (;;) {
    int64_t begin = atomic_fetch_add(&pool.next, pool.piece);
    if (begin >= pool.n) return;
    int64_t end = begin + pool.piece;
    pool.body(pool.arg, begin, end < pool.n ? end : pool.n);
  }
}

static bool enter(uint32_t job) {
  uint64_t gate = atomic_load(&pool.gate);
  while ((gate & OPEN) && job_of(gate) == job)
    if (atomic_compare_exchange_weak(&pool.gate, &gate, gate + WORKER)) return true;
  return false;
}

static void *worker(void *seen_at_start) {
  uint32_t seen = (uint32_t)(uintptr_t)seen_at_start;
  for (;;) {
    for (int i = 0; i < SPINS && job_of(atomic_load(&pool.gate)) == seen; i++) relax();
    if (job_of(atomic_load(&pool.gate)) == seen) {
      pthread_mutex_lock(&pool.wake_lock);
      while (job_of(atomic_load(&pool.gate)) == seen) pthread_cond_wait(&pool.wake, &pool.wake_lock);
      pthread_mutex_unlock(&pool.wake_lock);
    }
    seen = job_of(atomic_load(&pool.gate));
    if (!enter(seen)) continue;
    work();
    atomic_fetch_sub(&pool.gate, WORKER);
  }
  return NULL;
}

static int machine_threads(void) {
#ifdef _WIN32
  const long n = pthread_num_processors_np(); /* of winpthreads */
#else
  const long n = sysconf(_SC_NPROCESSORS_ONLN);
#endif
  return n < 1 ? 1 : n > MAX_THREADS ? MAX_THREADS : (int)n;
}

static _Thread_local bool alone;

void ts_work_alone(bool yes) { alone = yes; }

int ts_num_threads(void) {
  if (alone) return 1;
  if (!pool.wanted) pool.wanted = machine_threads();
  return pool.wanted;
}

void ts_set_num_threads(int n) {
  pthread_mutex_lock(&pool.job_lock);
  pool.wanted = n <= 0 ? machine_threads() : n > MAX_THREADS ? MAX_THREADS : n;
  pthread_mutex_unlock(&pool.job_lock);
}

/* A forked child has the parent's state but none of its threads. */
static void after_fork(void) {
  pool.started = 0;
  atomic_store(&pool.gate, atomic_load(&pool.gate) >> 32 << 32);
  pthread_mutex_init(&pool.job_lock, NULL);
  pthread_mutex_init(&pool.wake_lock, NULL);
  pthread_cond_init(&pool.wake, NULL);
}

static void start_workers(int n) {
  static bool hooked;
  if (!hooked) hooked = pthread_atfork(NULL, NULL, after_fork) == 0;
  pthread_attr_t attr;
  pthread_attr_init(&attr);
  pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
  while (pool.started < n) {
    void *seen = (void *)(uintptr_t)job_of(atomic_load(&pool.gate));
    if (pthread_create(&pool.threads[pool.started], &attr, worker, seen) != 0) break;
    pool.started++;
  }
  pthread_attr_destroy(&attr);
}

void ts_parallel_for(int64_t n, int64_t grain, void (*body)(void *arg, int64_t begin, int64_t end), void *arg) {
  if (n <= 0) return;
  if (grain < 1) grain = 1;
  int threads = n < 2 * grain ? 1 : ts_num_threads();
  if (threads == 1 || pthread_mutex_trylock(&pool.job_lock) != 0) {
    body(arg, 0, n);
    return;
  }
  start_workers(threads - 1);
  /* More workers than wanted may exist after the number was lowered; then pieces go to whoever comes. */
  int64_t piece = (n + threads * PIECES_PER_THREAD - 1) / (threads * PIECES_PER_THREAD);
  pool.piece = piece < grain ? grain : piece;
  pool.n = n;
  pool.body = body;
  pool.arg = arg;
  atomic_store(&pool.next, 0);
  pthread_mutex_lock(&pool.wake_lock);
  atomic_store(&pool.gate, (uint64_t)(job_of(atomic_load(&pool.gate)) + 1) << 32 | OPEN);
  pthread_cond_broadcast(&pool.wake);
  pthread_mutex_unlock(&pool.wake_lock);
  work();
  atomic_fetch_and(&pool.gate, ~OPEN);
  for (int i = 0; !is_empty(atomic_load(&pool.gate)); i++) {
    if (i < SPINS) relax();
    else sched_yield();
  }
  pthread_mutex_unlock(&pool.job_lock);
}
