/* The machine without any library around it: cblas_sgemm called directly, and a triad. Requests are those of
   protocol.mjs; only the fields used here are looked for. Compiled by bench/main.mjs with -O3 -march=native. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#ifdef HAVE_CBLAS
#include <cblas.h>
#endif

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

typedef struct { long n; float *a, *b, *c; } job;

__attribute__((noinline)) static void triad(job *j) {
  float *restrict c = j->c;
  const float *a = j->a, *b = j->b;
  for (long i = 0; i < j->n; i++) c[i] = a[i] + b[i];
}

#ifdef HAVE_CBLAS
static void sgemm(job *j) {
  int n = (int)j->n;
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n, n, n, 1, j->a, n, j->b, n, 0, j->c, n);
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
  enum { MOST = 20000 };
  static double samples[MOST];
  for (int i = 0; i < 3; i++) f(j);
  long batch = 1;
  while (batch < 1000000 && batch_time(f, j, batch) < 5e3) batch *= 2;
  double end = now() + ms * 1e3;
  int n = 0;
  while ((now() < end || n < 3) && n < MOST) samples[n++] = batch_time(f, j, batch) / batch;
  qsort(samples, (size_t)n, sizeof *samples, by_value);
  return samples[n / 2];
}

static double field(const char *line, const char *name) {
  char key[32];
  snprintf(key, sizeof key, "\"%s\":", name);
  const char *at = strstr(line, key);
  return at ? atof(at + strlen(key)) : 0;
}

static float *numbers(size_t n) {
  float *p = aligned_alloc(64, (n * sizeof *p + 63) / 64 * 64);
  if (!p) exit(1);
  for (size_t i = 0; i < n; i++) p[i] = (float)rand() / (float)RAND_MAX;
  return p;
}

int main(void) {
  char line[1024];
  printf("{\"ready\":true}\n");
  fflush(stdout);
  while (fgets(line, sizeof line, stdin)) {
    long n = (long)field(line, "n");
    int id = (int)field(line, "id");
    void (*f)(job *) = NULL;
    size_t elements = (size_t)n;
    double share = 1;
    if (strstr(line, "\"add\"")) f = triad;
    if (strstr(line, "\"step\"")) {
      const double touched = field(line, "touched");
      f = triad;
      n = (long)(n * touched / 3);
      elements = (size_t)n;
      share = field(line, "moved") / touched;
    }
#ifdef HAVE_CBLAS
    if (strstr(line, "\"matmul\"")) {
      f = sgemm;
      elements = (size_t)n * (size_t)n;
    }
#endif
    if (!f) {
      printf("{\"id\":%d,\"missing\":true}\n", id);
    } else {
      job j = {n, numbers(elements), numbers(elements), numbers(elements)};
      printf("{\"id\":%d,\"us\":%.6g}\n", id, share * measure(f, &j, field(line, "ms")));
      free(j.a);
      free(j.b);
      free(j.c);
    }
    fflush(stdout);
  }
  return 0;
}
