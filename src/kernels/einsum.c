/* einsum: an equation read, operands made factors of a contraction. */
#include <inttypes.h>
#include <string.h>
#include "../gen/ops.h"
#include "contract.h"

enum { LETTERS = 52, DOTS = 255, SYMBOLS = LETTERS + TS_MAX_DIM }; /* symbols: letters, then the dims of '...' from the last on */

typedef struct { int n, dots; uint8_t symbols[4 * TS_MAX_DIM]; } subscripts; /* dots: the place of '...', or -1 */

typedef struct {
  int64_t sizes[SYMBOLS]; /* 0 times seen: none */
  bool seen[SYMBOLS];
  int count[SYMBOLS], operands[SYMBOLS]; /* how often it stands there, and in how many operands */
  int ellipsis;           /* dims that '...' stands for at most */
} symbol_table;

static char letter_of(int s) { return (char)(s < 26 ? 'a' + s : 'A' + s - 26); }

/* Reads subscripts up to a comma, an arrow or the end. */
static bool read_subscripts(ts_cx *cx, const char *text, int64_t *at, const char *whose, int64_t operand, subscripts *s) {
  s->n = 0;
  s->dots = -1;
  for (;; ++*at) {
    char c = text[*at];
    if (c == 0 || c == ',' || c == '-') return true;
    if (c == ' ') continue;
    if (s->n >= 3 * TS_MAX_DIM) return ts_fail(cx, TS_ERR_SHAPE, "too many subscripts for %s", whose);
    if (c == '.') {
      const char *name = operand >= 0 ? "operand" : "output";
      if (s->dots >= 0) {
        if (operand >= 0) return ts_fail(cx, TS_ERR_ARGUMENT, "found '.' for operand %" PRId64 " for which an ellipsis was already found", operand);
        return ts_fail(cx, TS_ERR_ARGUMENT, "found '.' for output but an ellipsis (...) was already found");
      }
      if (text[*at + 1] != '.' || text[*at + 2] != '.') {
        if (operand >= 0) return ts_fail(cx, TS_ERR_ARGUMENT, "found '.' for %s %" PRId64 " that is not part of any ellipsis", name, operand);
        return ts_fail(cx, TS_ERR_ARGUMENT, "found '.' for output that is not part of any ellipsis (...)");
      }
      s->dots = s->n;
      *at += 2;
    } else if (c >= 'a' && c <= 'z') {
      s->symbols[s->n++] = (uint8_t)(c - 'a');
    } else if (c >= 'A' && c <= 'Z') {
      s->symbols[s->n++] = (uint8_t)(c - 'A' + 26);
    } else {
      return ts_fail(cx, TS_ERR_ARGUMENT, "invalid subscript given at index %" PRId64 " in the equation string, subscripts must be in [a-zA-Z]", *at);
    }
  }
}

/* The symbol of each dim of an operand; '...' covers what the letters leave. */
static bool name_dims(ts_cx *cx, const ts_tensor *t, const subscripts *s, int64_t operand, uint8_t *names, symbol_table *table) {
  if (s->dots < 0 ? t->ndim != s->n : t->ndim < s->n)
    return ts_fail(cx, TS_ERR_ARGUMENT, s->dots < 0
                     ? "the number of subscripts in the equation (%d) does not match the number of dimensions (%d) for operand %" PRId64 " and no ellipsis was given"
                     : "the number of subscripts in the equation (%d) is more than the number of dimensions (%d) for operand %" PRId64, s->n, t->ndim, operand);
  int covered = t->ndim - s->n, m = 0;
  if (s->dots >= 0 && covered > table->ellipsis) table->ellipsis = covered;
  for (int k = 0; k <= s->n; k++) {
    if (k == s->dots)
      for (int e = covered; e > 0; e--) names[m++] = (uint8_t)(LETTERS + e - 1);
    if (k < s->n) names[m++] = s->symbols[k];
  }
  for (int d = 0; d < t->ndim; d++) {
    int l = names[d];
    int64_t size = t->sizes[d];
    bool again = false;
    for (int e = 0; e < d; e++) again = again || names[e] == l;
    table->operands[l] += !again;
    for (int e = 0; e < d; e++)
      if (names[e] == l && t->sizes[e] != size)
        return ts_fail(cx, TS_ERR_SHAPE, "subscript %c is repeated for operand %" PRId64 " but the sizes don't match, %" PRId64 " != %" PRId64, letter_of(l), operand, size, t->sizes[e]);
    table->count[l]++;
    if (!table->seen[l] || table->sizes[l] == 1) {
      table->sizes[l] = size;
    } else if (size != 1 && size != table->sizes[l]) {
      if (l >= LETTERS)
        return ts_fail(cx, TS_ERR_SHAPE, "a dimension of '...' has size %" PRId64 " for operand %" PRId64 " which does not broadcast with previously seen size %" PRId64, size, operand, table->sizes[l]);
      return ts_fail(cx, TS_ERR_SHAPE, "subscript %c has size %" PRId64 " for operand %" PRId64 " which does not broadcast with previously seen size %" PRId64, letter_of(l), size, operand, table->sizes[l]);
    }
    table->seen[l] = true;
  }
  return true;
}

/* The symbols of the result: those behind the arrow, or '...' and the letters that occur once. */
static bool name_result(ts_cx *cx, const char *text, int64_t at, const symbol_table *table, uint8_t *names, int *n) {
  subscripts s = {0, -1, {0}};
  bool given = text[at] == '-';
  if (given) {
    if (text[at + 1] != '>') return ts_fail(cx, TS_ERR_ARGUMENT, "found '-' at index %" PRId64 " in the equation string that is not part of an arrow", at);
    at += 2;
    if (!read_subscripts(cx, text, &at, "the output", -1, &s)) return false;
    if (text[at]) return ts_fail(cx, TS_ERR_ARGUMENT, "invalid subscript given at index %" PRId64 " in the equation string, subscripts must be in [a-zA-Z]", at);
  } else {
    s.dots = 0;
    for (int k = 0; k < LETTERS; k++) { /* capitals first, as the alphabet of computers has them */
      int l = (k + 26) % LETTERS;
      if (table->count[l] == 1) s.symbols[s.n++] = (uint8_t)l;
    }
  }
  *n = 0;
  for (int k = 0; k <= s.n; k++) {
    if (k == s.dots)
      for (int e = table->ellipsis; e > 0; e--) names[(*n)++] = (uint8_t)(LETTERS + e - 1);
    if (k == s.n) break;
    int l = s.symbols[k];
    if (!table->seen[l]) return ts_fail(cx, TS_ERR_ARGUMENT, "output subscript %c does not appear in the equation for any input operand", letter_of(l));
    for (int e = 0; e < k; e++)
      if (s.symbols[e] == l) return ts_fail(cx, TS_ERR_ARGUMENT, "output subscript %c appears more than once in the output", letter_of(l));
    names[(*n)++] = (uint8_t)l;
  }
  if (*n > TS_MAX_DIM) return ts_fail(cx, TS_ERR_SHAPE, "a tensor has at most %d dimensions, got %d", TS_MAX_DIM, *n);
  return true;
}

/* Whether dims of one operand alone are summed: integers then add up in int64, as sum does. */
static bool sums_alone(const symbol_table *table, const uint8_t *out_names, int n_out) {
  for (int l = 0; l < SYMBOLS; l++)
    if (table->operands[l] == 1 && !memchr(out_names, l, (size_t)n_out)) return true;
  return false;
}

/* An operand with one dim for each symbol (diagonals of repeated ones), without those of size 1. */
static bool make_factor(ts_cx *cx, ts_tensor *t, uint8_t *names, const uint8_t *label_of, ts_factor *f) {
  for (int d = 0; t && d < t->ndim; d++) {
    for (int e = d + 1; t && e < t->ndim;) {
      if (names[e] != names[d]) {
        e++;
        continue;
      }
      t = ts_movedim(cx, ts_diagonal(cx, t, 0, d, e), TS_INTS(-1), TS_INTS(d));
      if (t) memmove(names + e, names + e + 1, (size_t)(t->ndim - e));
    }
  }
  if (!t) return false;
  int64_t sizes[TS_MAX_DIM];
  int n = 0;
  f->set = 0;
  for (int d = 0; d < t->ndim; d++) {
    if (t->sizes[d] == 1) continue;
    f->labels[n] = label_of[names[d]];
    f->set |= (uint64_t)1 << f->labels[n];
    sizes[n++] = t->sizes[d];
  }
  f->t = n == t->ndim ? t : ts_view(cx, t, (ts_ints){sizes, n});
  return f->t != NULL;
}

bool ts_einsum_impl(ts_cx *cx, const ts_einsum_args *a, ts_out *out) {
  const char *text = a->equation;
  ts_list in = a->operands;
  symbol_table table;
  subscripts s;
  int64_t at = 0, k = 0;
  int n_out = 0;
  uint8_t out_names[SYMBOLS + TS_MAX_DIM], label_of[SYMBOLS];
  if (in.n <= 0) return ts_fail(cx, TS_ERR_ARGUMENT, "must provide at least one operand");
  memset(&table, 0, sizeof table);
  uint8_t(*names)[TS_MAX_DIM] = ts_temp(cx, in.n * TS_MAX_DIM);
  ts_factor *factors = ts_temp(cx, in.n * (int64_t)sizeof *factors), result;
  if (!names || !factors) return false;
  for (;; at++, k++) {
    if (k == in.n) return ts_fail(cx, TS_ERR_ARGUMENT, "fewer operands were provided than specified in the equation");
    if (!read_subscripts(cx, text, &at, "an operand", k, &s) || !name_dims(cx, in.v[k], &s, k, names[k], &table)) return false;
    if (text[at] != ',') break;
  }
  if (k + 1 < in.n) return ts_fail(cx, TS_ERR_ARGUMENT, "more operands were provided than specified in the equation");
  if (!name_result(cx, text, at, &table, out_names, &n_out)) return false;
  /* Symbols of size 1 take part in nothing and come back at the end. */
  int64_t sizes[64], shape[TS_MAX_DIM], order[TS_MAX_DIM], summed[TS_MAX_DIM];
  int n_labels = 0, m = 0, n_summed = 0;
  uint64_t kept = 0;
  for (int l = 0; l < SYMBOLS; l++) {
    if (!table.seen[l] || table.sizes[l] == 1) continue;
    if (n_labels == 64) return ts_fail(cx, TS_ERR_SHAPE, "more than 64 different dimensions");
    sizes[n_labels] = table.sizes[l];
    label_of[l] = (uint8_t)n_labels++;
  }
  for (int i = 0; i < n_out; i++)
    if (table.sizes[out_names[i]] != 1) kept |= (uint64_t)1 << label_of[out_names[i]];
  const bool widens = sums_alone(&table, out_names, n_out);
  for (k = 0; k < in.n; k++) {
    ts_tensor *t = in.v[k];
    if (widens && t->dtype != TS_INT64 && ts_is_integral((ts_dtype)t->dtype, true)) t = ts__to_dtype(cx, t, TS_INT64);
    if (!make_factor(cx, t, names[k], label_of, &factors[k])) return false;
  }
  if (!ts_contract(cx, factors, (int)in.n, sizes, kept, &result)) return false;
  for (int i = 0; i < n_out; i++) {
    shape[i] = table.sizes[out_names[i]];
    if (shape[i] == 1) continue;
    int d = 0;
    while (result.labels[d] != label_of[out_names[i]]) d++;
    order[m++] = d;
  }
  for (int d = 0; d < result.t->ndim; d++)
    if (!(kept >> result.labels[d] & 1)) order[m + n_summed] = d, summed[n_summed] = m + n_summed, n_summed++;
  ts_tensor *t = ts_permute(cx, result.t, (ts_ints){order, result.t->ndim});
  if (n_summed) t = ts_sum(cx, t, (ts_ints){summed, n_summed}, false, TS_DTYPE_NONE);
  if (m < n_out) t = ts_reshape(cx, t, (ts_ints){shape, n_out});
  return (out->t[0] = t) != NULL;
}
