/* One small pool of threads for the whole process. */
#ifndef TS_THREADS_H
#define TS_THREADS_H
#include <stdbool.h>
#include <stdint.h>

/* Calls body(arg, begin, end) over [0, n) in pieces of at least `grain`, on several threads when n >= 2 * grain and
   the pool is free, else in one piece here. Pieces do not overlap; body must not allocate tensors or fail. */
void ts_parallel_for(int64_t n, int64_t grain, void (*body)(void *arg, int64_t begin, int64_t end), void *arg);
int ts_num_threads(void);
void ts_set_num_threads(int n); /* 1..64; 0: the machine's */
/* The calling thread leaves the pool to others: one thread is all it has, also by ts_num_threads(). */
void ts_work_alone(bool alone);

#endif
