/* The order in which factors are multiplied, and the product of two of them as one batched matrix product. */
#include "contract.h"
#include <string.h>
#include "../gen/ops.h"

enum { OPTIMAL = 8, GREEDY = 64 }; /* factors: up to the first all orders are weighed, up to the second pairs */

static double volume(uint64_t set, const int64_t *sizes) {
  double v = 1;
  for (; set; set &= set - 1) v *= (double)sizes[__builtin_ctzll(set)];
  return v;
}

/* ---- two factors ---- */

typedef struct { int n; uint8_t labels[TS_MAX_DIM]; int64_t size; } group;

static group group_of(const ts_factor *order, uint64_t set, const int64_t *sizes) {
  group g = {0, {0}, 1};
  for (int d = 0; d < order->t->ndim; d++) {
    if (!(set >> order->labels[d] & 1)) continue;
    g.labels[g.n++] = order->labels[d];
    g.size *= sizes[order->labels[d]];
  }
  return g;
}

static int place_of(const ts_factor *f, int label) {
  int d = 0;
  while (f->labels[d] != label) d++;
  return d;
}

/* f with its dims in the order of up to three groups. */
static ts_tensor *ordered(ts_cx *cx, const ts_factor *f, const group *const *groups, int n) {
  int64_t dims[TS_MAX_DIM];
  int m = 0;
  for (int k = 0; k < n; k++)
    for (int i = 0; i < groups[k]->n; i++) dims[m++] = place_of(f, groups[k]->labels[i]);
  return ts_permute(cx, f->t, (ts_ints){dims, m});
}

static bool sum_out(ts_cx *cx, ts_factor *f, uint64_t set) {
  int64_t dims[TS_MAX_DIM];
  int n = 0, m = 0;
  for (int d = 0; d < f->t->ndim; d++) {
    if (set >> f->labels[d] & 1) dims[n++] = d;
    else f->labels[m++] = f->labels[d];
  }
  f->set &= ~set;
  return n == 0 || (f->t = ts_sum(cx, f->t, (ts_ints){dims, n}, false, (ts_dtype)f->t->dtype)) != NULL;
}

/* f with the dims of `labels` alone, in that order, size 1 where it lacks one: ready to broadcast. */
static ts_tensor *spread(ts_cx *cx, const ts_factor *f, const uint8_t *labels, int n) {
  int64_t dims[TS_MAX_DIM];
  int m = 0;
  for (int k = 0; k < n; k++)
    if (f->set >> labels[k] & 1) dims[m++] = place_of(f, labels[k]);
  ts_tensor *t = ts_permute(cx, f->t, (ts_ints){dims, m});
  for (int k = 0; k < n && t; k++)
    if (!(f->set >> labels[k] & 1)) t = ts_unsqueeze(cx, t, k);
  return t;
}

/* a becomes the product of a and b, summed over what neither `kept` nor the other has. */
static bool multiply(ts_cx *cx, ts_factor *a, ts_factor *b, const int64_t *sizes, uint64_t kept) {
  if (!sum_out(cx, a, a->set & ~b->set & ~kept) || !sum_out(cx, b, b->set & ~a->set & ~kept)) return false;
  uint64_t shared = a->set & b->set;
  /* The larger one's order decides, so that the smaller one is what may have to be copied. */
  const ts_factor *large = a->t->numel >= b->t->numel ? a : b;
  group batch = group_of(large, shared & kept, sizes), summed = group_of(large, shared & ~kept, sizes);
  group rows = group_of(a, a->set & ~shared, sizes), cols = group_of(b, b->set & ~shared, sizes);
  uint8_t labels[TS_MAX_DIM];
  int n = 0;
  if (batch.n + rows.n + cols.n + summed.n > TS_MAX_DIM) return ts_fail(cx, TS_ERR_SHAPE, "a product would have more than %d dimensions", TS_MAX_DIM);
  const group *order[] = {&batch, &rows, &cols, &summed};
  for (int k = 0; k < 4; k++)
    for (int i = 0; i < order[k]->n; i++) labels[n++] = order[k]->labels[i];
  ts_tensor *x, *y, *t;
  if (summed.n == 0 || (rows.size == 1 && cols.size == 1 && batch.size > 1 && summed.size < 64)) {
    t = ts_mul(cx, spread(cx, a, labels, n), spread(cx, b, labels, n));
    int64_t dims[TS_MAX_DIM];
    for (int i = 0; i < summed.n; i++) dims[i] = n - summed.n + i;
    if (summed.n) t = ts_sum(cx, t, (ts_ints){dims, summed.n}, false, t ? (ts_dtype)t->dtype : TS_DTYPE_NONE);
  } else {
    x = ts_reshape(cx, ordered(cx, a, (const group *const[]){&batch, &rows, &summed}, 3), TS_INTS(batch.size, rows.size, summed.size));
    y = ts_reshape(cx, ordered(cx, b, (const group *const[]){&batch, &summed, &cols}, 3), TS_INTS(batch.size, summed.size, cols.size));
    int64_t whole[TS_MAX_DIM];
    for (int i = 0; i < n; i++) whole[i] = sizes[labels[i]];
    t = ts_reshape(cx, ts_bmm(cx, x, y), (ts_ints){whole, n - summed.n});
  }
  n -= summed.n;
  memcpy(a->labels, labels, (size_t)n);
  a->set = (a->set | b->set) & ~(shared & ~kept);
  return (a->t = t) != NULL;
}

/* ---- all of them ---- */

/* Of every set of factors the least work that it takes and the part that is multiplied last, by dynamic programming. */
static void best_splits(const ts_factor *f, int n, const int64_t *sizes, uint64_t kept, uint8_t *split) {
  double cost[1 << OPTIMAL];
  uint64_t sets[1 << OPTIMAL];
  int all = (1 << n) - 1;
  for (int s = 1; s <= all; s++) {
    uint64_t inside = 0, outside = kept;
    for (int k = 0; k < n; k++) {
      if (s >> k & 1) inside |= f[k].set;
      else outside |= f[k].set;
    }
    sets[s] = (s & (s - 1)) ? inside & outside : inside;
    cost[s] = 0;
    split[s] = 0;
    for (int a = (s - 1) & s; a > 0; a = (a - 1) & s) {
      int b = s ^ a;
      if (a < b) continue; /* each pair once */
      double c = cost[a] + cost[b] + volume(sets[a] | sets[b], sizes);
      if (split[s] == 0 || c < cost[s]) {
        cost[s] = c;
        split[s] = (uint8_t)b;
      }
    }
  }
}

static bool contract_set(ts_cx *cx, ts_factor *f, int n, const int64_t *sizes, uint64_t kept, const uint8_t *split, int s, int *at) {
  *at = __builtin_ctz((unsigned)s);
  if (!split[s]) return true;
  int a, b;
  if (!contract_set(cx, f, n, sizes, kept, split, split[s], &a) || !contract_set(cx, f, n, sizes, kept, split, s ^ split[s], &b)) return false;
  uint64_t outside = kept;
  for (int k = 0; k < n; k++)
    if (!(s >> k & 1)) outside |= f[k].set;
  /* f[k] of factors inside s that were multiplied into others are not looked at again. */
  *at = a;
  return multiply(cx, &f[a], &f[b], sizes, outside);
}

/* The pair whose product frees most memory. */
static void best_pair(const ts_factor *f, int n, const int64_t *sizes, uint64_t kept, int *x, int *y) {
  double best = 0;
  *x = 0;
  *y = 1;
  int uses[64] = {0};
  for (int k = 0; k < n; k++)
    for (uint64_t s = f[k].set; s; s &= s - 1) uses[__builtin_ctzll(s)]++;
  bool none = true;
  for (int a = 0; a < n && n <= GREEDY; a++) {
    for (int b = a + 1; b < n; b++) {
      uint64_t left = 0;
      for (uint64_t s = f[a].set | f[b].set; s; s &= s - 1) {
        int l = __builtin_ctzll(s);
        if (kept >> l & 1 || uses[l] > (int)(f[a].set >> l & 1) + (int)(f[b].set >> l & 1)) left |= (uint64_t)1 << l;
      }
      double c = volume(left, sizes) - volume(f[a].set, sizes) - volume(f[b].set, sizes);
      if (!none && c >= best) continue;
      none = false;
      best = c;
      *x = a;
      *y = b;
    }
  }
}

bool ts_contract(ts_cx *cx, ts_factor *f, int n, const int64_t *sizes, uint64_t kept, ts_factor *result) {
  while (n > OPTIMAL) {
    int a, b;
    best_pair(f, n, sizes, kept, &a, &b);
    uint64_t outside = kept;
    for (int k = 0; k < n; k++)
      if (k != a && k != b) outside |= f[k].set;
    if (!multiply(cx, &f[a], &f[b], sizes, outside)) return false;
    memmove(f + b, f + b + 1, (size_t)(n - b - 1) * sizeof *f);
    n--;
  }
  int at = 0;
  if (n > 1) {
    uint8_t split[1 << OPTIMAL];
    best_splits(f, n, sizes, kept, split);
    if (!contract_set(cx, f, n, sizes, kept, split, (1 << n) - 1, &at)) return false;
  }
  *result = f[at];
  return true;
}
