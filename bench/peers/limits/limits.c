/* The machine without any library around it. As a peer (limits THREADS): cblas called directly, and c = a + b over memory; requests are those of
   ../protocol.mjs, of which only the fields used here are looked for. As a measure (limits THREADS machine): one line of JSON with the peak of
   multiplications and additions in vectors of 128, 256 and 512 bits, and the bandwidth of memory. Compiled with -O3 -march=native. */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#ifdef HAVE_CBLAS
#include <cblas.h>
#endif

enum { MOST_THREADS = 64, MOST_SAMPLES = 20000 };

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

/* Threads that wait between jobs, as those of every library do. */

typedef void (*part)(void *job, int index, int threads);
static struct { part f; void *job; int threads, generation, left; pthread_mutex_t lock; pthread_cond_t begin, end; } pool = {
  .threads = 1, .lock = PTHREAD_MUTEX_INITIALIZER, .begin = PTHREAD_COND_INITIALIZER, .end = PTHREAD_COND_INITIALIZER};

static void *worker(void *arg) {
  int index = (int)(intptr_t)arg, seen = 0;
  for (;;) {
    pthread_mutex_lock(&pool.lock);
    while (pool.generation == seen) pthread_cond_wait(&pool.begin, &pool.lock);
    seen = pool.generation;
    pthread_mutex_unlock(&pool.lock);
    pool.f(pool.job, index, pool.threads);
    pthread_mutex_lock(&pool.lock);
    if (--pool.left == 0) pthread_cond_signal(&pool.end);
    pthread_mutex_unlock(&pool.lock);
  }
  return NULL;
}

static void start_threads(int threads) {
  pool.threads = threads < 1 ? 1 : threads > MOST_THREADS ? MOST_THREADS : threads;
  for (int i = 1; i < pool.threads; i++) {
    pthread_t id;
    if (pthread_create(&id, NULL, worker, (void *)(intptr_t)i)) exit(1);
  }
}

static void everywhere(part f, void *job) {
  if (pool.threads == 1) {
    f(job, 0, 1);
    return;
  }
  pthread_mutex_lock(&pool.lock);
  pool.f = f;
  pool.job = job;
  pool.left = pool.threads - 1;
  pool.generation++;
  pthread_cond_broadcast(&pool.begin);
  pthread_mutex_unlock(&pool.lock);
  f(job, 0, pool.threads);
  pthread_mutex_lock(&pool.lock);
  while (pool.left > 0) pthread_cond_wait(&pool.end, &pool.lock);
  pthread_mutex_unlock(&pool.lock);
}

/* Peaks: twelve independent chains of vectors, as many as hide the latency of an FMA. */

#define PEAK(NAME, BYTES)                                                                         \
  typedef float NAME##_vector __attribute__((vector_size(BYTES)));                                \
  __attribute__((noinline)) static void NAME(void *job, int index, int threads) {                 \
    (void)threads;                                                                                \
    const long rounds = *(long *)job;                                                             \
    NAME##_vector a[12], x = {0}, y = {0};                                                        \
    x += 0.999999f;                                                                               \
    y += 1e-6f;                                                                                   \
    for (int i = 0; i < 12; i++) a[i] = x + (float)(i + index);                                   \
    for (long r = 0; r < rounds; r++) {                                                           \
      _Pragma("GCC unroll 12") for (int i = 0; i < 12; i++) a[i] = a[i] * x + y;                  \
    }                                                                                             \
    for (int i = 1; i < 12; i++) a[0] += a[i];                                                    \
    static volatile float sink;                                                                   \
    if (a[0][0] == 12345.f) sink = a[0][1];                                                       \
    (void)sink;                                                                                   \
  }
PEAK(peak128, 16)
#ifdef __AVX2__
PEAK(peak256, 32)
#endif
#ifdef __AVX512F__
PEAK(peak512, 64)
#endif

/* GFLOP/s: the best of many short runs. */
static double peak(part f, int bytes) {
  long rounds = 2000000;
  double best = 0;
  for (int i = 0; i < 30; i++) {
    double start = now();
    everywhere(f, &rounds);
    double rate = (double)rounds * 12 * 2 * (bytes / 4) * pool.threads / (now() - start) / 1e3;
    if (i > 0 && rate > best) best = rate;
  }
  return best;
}

typedef struct { long m, k, n; float *a, *b, *c; int ta, tb, twice; } job;

__attribute__((noinline)) static void triad_part(void *given, int index, int threads) {
  job *j = given;
  const long from = j->n * index / threads, to = j->n * (index + 1) / threads;
  float *restrict c = j->c;
  const float *a = j->a, *b = j->b;
  for (long i = from; i < to; i++) c[i] = a[i] + b[i];
}

static void triad(job *j) { everywhere(triad_part, j); }

#ifdef HAVE_CBLAS
static void gemm(job *j) {
  int m = (int)j->m, k = (int)j->k, n = (int)j->n, lda = j->ta ? m : k, ldb = j->tb ? k : n;
  enum CBLAS_TRANSPOSE ta = j->ta ? CblasTrans : CblasNoTrans, tb = j->tb ? CblasTrans : CblasNoTrans;
  if (j->twice) cblas_dgemm(CblasRowMajor, ta, tb, m, n, k, 1, (double *)j->a, lda, (double *)j->b, ldb, 0, (double *)j->c, n);
  else cblas_sgemm(CblasRowMajor, ta, tb, m, n, k, 1, j->a, lda, j->b, ldb, 0, j->c, n);
}
#endif

static int by_value(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double batch_time(void (*f)(job *), job *j, long batch) {
  double start = now();
  for (long i = 0; i < batch; i++) f(j);
  return now() - start;
}

static double measure(void (*f)(job *), job *j, double ms) {
  static double samples[MOST_SAMPLES];
  for (int i = 0; i < 3; i++) f(j);
  long batch = 1;
  while (batch < 1000000 && batch_time(f, j, batch) < 2e3) batch *= 2;
  double end = now() + ms * 1e3;
  int n = 0;
  while ((now() < end || n < 3) && n < MOST_SAMPLES) samples[n++] = batch_time(f, j, batch) / batch;
  qsort(samples, (size_t)n, sizeof *samples, by_value);
  return samples[n / 2];
}

static float *numbers(size_t n) {
  float *p = aligned_alloc(64, (n * sizeof *p + 63) / 64 * 64);
  if (!p) exit(1);
  for (size_t i = 0; i < n; i++) p[i] = (float)rand() / (float)RAND_MAX;
  return p;
}

/* GB/s of c = a + b over arrays of n floats, counting what is read and written. */
static double bandwidth(long n) {
  job j = {1, 1, n, numbers((size_t)n), numbers((size_t)n), numbers((size_t)n), 0, 0, 0};
  double us = measure(triad, &j, 300);
  free(j.a);
  free(j.b);
  free(j.c);
  return 12.0 * (double)n / us / 1e3;
}

static void machine(void) {
  printf("{\"threads\":%d,\"fma128\":%.4g", pool.threads, peak(peak128, 16));
#ifdef __AVX2__
  printf(",\"fma256\":%.4g", peak(peak256, 32));
#endif
#ifdef __AVX512F__
  printf(",\"fma512\":%.4g", peak(peak512, 64));
#endif
  printf(",\"triadMemory\":%.4g,\"triadCache\":%.4g}\n", bandwidth(10000000), bandwidth(10000 * pool.threads));
}

static double field(const char *line, const char *name) {
  char key[32];
  snprintf(key, sizeof key, "\"%s\":", name);
  const char *at = strstr(line, key);
  return at ? atof(at + strlen(key)) : 0;
}

int main(int argc, char **argv) {
  static char line[4096];
  start_threads(argc > 1 ? atoi(argv[1]) : 1);
  if (argc > 2 && strcmp(argv[2], "machine") == 0) {
    machine();
    return 0;
  }
  printf("{\"ready\":true}\n");
  fflush(stdout);
  while (fgets(line, sizeof line, stdin)) {
    job j = {.n = (long)field(line, "n")};
    int id = (int)field(line, "id");
    void (*f)(job *) = NULL;
    size_t a = 0, b = 0, c = 0;
    double share = 1;
    if (strstr(line, "\"op\":\"add\"")) {
      f = triad;
      a = b = c = (size_t)j.n;
    }
    if (strstr(line, "\"work\":\"optimizer\"")) {
      const double touched = field(line, "touched");
      f = triad;
      j.n = (long)((double)j.n * touched / 3);
      a = b = c = (size_t)j.n;
      share = field(line, "moved") / touched;
    }
#ifdef HAVE_CBLAS
    if (strstr(line, "\"work\":\"matmul\"") && !strstr(line, "\"batch\"")) {
      f = gemm;
      j.m = (long)field(line, "m");
      j.k = (long)field(line, "k");
      j.ta = strstr(line, "\"transposed\":\"a\"") != NULL;
      j.tb = strstr(line, "\"transposed\":\"b\"") != NULL;
      j.twice = strstr(line, "float64") != NULL;
      a = (size_t)(j.m * j.k) << j.twice;
      b = (size_t)(j.k * j.n) << j.twice;
      c = (size_t)(j.m * j.n) << j.twice;
    }
#endif
    if (!f) {
      printf("{\"id\":%d,\"missing\":true}\n", id);
    } else {
      j.a = numbers(a);
      j.b = numbers(b);
      j.c = numbers(c);
      printf("{\"id\":%d,\"us\":%.6g}\n", id, share * measure(f, &j, field(line, "ms")));
      free(j.a);
      free(j.b);
      free(j.c);
    }
    fflush(stdout);
  }
  return 0;
}
