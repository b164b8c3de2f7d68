/* Sorting and selecting entries of type ENTRY; included once for entries of one word, once for wide ones. NAME(f) names the
   functions, LESS(a, b) compares (no two entries are alike), BITS(a, shift) gives the bits from shift on, of KEY_LOW to HIGH. */

static void NAME(insert)(ENTRY *a, int64_t n) {
  for (int64_t i = 1; i < n; i++) {
    const ENTRY x = a[i];
    int64_t j = i;
    for (; j > 0 && LESS(x, a[j - 1]); j--) a[j] = a[j - 1];
    a[j] = x;
  }
}

/* Runs of 8 by insertion, merged without branches on what is compared. */
static void NAME(merge)(ENTRY *a, ENTRY *aside, int64_t n) {
  for (int64_t i = 0; i < n; i += 8) NAME(insert)(a + i, n - i < 8 ? n - i : 8);
  ENTRY *from = a, *to = aside;
  for (int64_t run = 8; run < n; run *= 2) {
    for (int64_t i = 0; i < n; i += 2 * run) {
      const ENTRY *x = from + i, *y = from + (i + run < n ? i + run : n), *xe = y, *ye = from + (i + 2 * run < n ? i + 2 * run : n);
      ENTRY *z = to + i;
      while (x < xe && y < ye) {
        const bool second = LESS(*y, *x);
        *z++ = *(second ? y : x);
        y += second;
        x += !second;
      }
      while (x < xe) *z++ = *x++;
      while (y < ye) *z++ = *y++;
    }
    ENTRY *t = from;
    from = to;
    to = t;
  }
  if (from != a) memcpy(a, from, (size_t)n * sizeof *a);
}

/* By digits from the lowest, those that all keys share left out. Equal keys keep their order. */
static void NAME(radix)(ENTRY *a, ENTRY *aside, int64_t n) {
  const int width = n < 8192 ? 8 : 11;
  const unsigned mask = (1u << width) - 1;
  ENTRY *from = a, *to = aside;
  uint64_t seen = 0;
  for (int64_t i = 1; i < n; i++) seen |= BITS(a[i], 0) ^ BITS(a[0], 0);
  for (int shift = KEY_LOW; shift < HIGH; shift += width) {
    if ((seen >> shift & mask) == 0) continue;
    int64_t start[2048], sum = 0;
    memset(start, 0, (mask + 1) * sizeof *start);
    for (int64_t i = 0; i < n; i++) start[BITS(from[i], shift) & mask]++;
    for (unsigned d = 0; d <= mask; d++) {
      const int64_t count = start[d];
      start[d] = sum;
      sum += count;
    }
    for (int64_t i = 0; i < n; i++) to[start[BITS(from[i], shift) & mask]++] = from[i];
    ENTRY *t = from;
    from = to;
    to = t;
  }
  if (from != a) memcpy(a, from, (size_t)n * sizeof *a);
}

static void NAME(sort)(ENTRY *a, ENTRY *aside, int64_t n, bool loaded) {
  if (n <= 16) NAME(insert)(a, n);
  else if (loaded && n >= 256) NAME(radix)(a, aside, n);
  else NAME(merge)(a, aside, n);
}

/* By digits from the highest: only the entries with the digit that the k-th has go on, in the order they had. */
static ENTRY NAME(select)(ENTRY *a, int64_t n, int64_t k) {
  for (int high = HIGH; n > 32;) {
    uint64_t seen = 0;
    for (int64_t i = 1; i < n; i++) seen |= BITS(a[i], 0) ^ BITS(a[0], 0);
    while (high > KEY_LOW && !(seen >> (high - 1) & 1)) high--;
    if (high == KEY_LOW) return a[k];
    const int most = n < 2048 ? 8 : 11, width = high - KEY_LOW < most ? high - KEY_LOW : most;
    const unsigned mask = (1u << width) - 1;
    high -= width;
    int64_t count[2048], m = 0;
    memset(count, 0, (mask + 1) * sizeof *count);
    for (int64_t i = 0; i < n; i++) count[BITS(a[i], high) & mask]++;
    unsigned digit = 0;
    while (k >= count[digit]) k -= count[digit++];
    for (int64_t i = 0; i < n; i++) {
      const ENTRY x = a[i];
      a[m] = x;
      m += (BITS(x, high) & mask) == digit;
    }
    n = m;
  }
  NAME(insert)(a, n);
  return a[k];
}

/* The k first of what next gives in pieces of 64: a buffer takes what comes before the k-th so far. */
static void NAME(first)(const ts_rows *r, int64_t row, int64_t k, ENTRY *a, ENTRY *aside) {
  int64_t m = 0;
  ENTRY piece[64], bound = {0};
  bool bounded = false;
  for (int64_t from = 0; from < r->n; from += 64) {
    const int64_t n = r->n - from < 64 ? r->n - from : 64;
    ts_row_load(r, row, from, n, piece);
    if (!bounded) {
      memcpy(a + m, piece, (size_t)n * sizeof *a);
      m += n;
    } else {
      for (int64_t i = 0; i < n; i++) {
        a[m] = piece[i];
        m += LESS(piece[i], bound);
      }
    }
    if (m <= k || (m < 2 * k + 64 && from + 64 < r->n)) continue;
    memcpy(aside, a, (size_t)m * sizeof *a);
    bound = NAME(select)(aside, m, k - 1);
    bounded = true;
    int64_t kept = 0;
    for (int64_t i = 0; i < m; i++) {
      const ENTRY x = a[i];
      a[kept] = x;
      kept += !LESS(bound, x);
    }
    m = kept;
  }
  NAME(sort)(a, aside, m, true);
}
