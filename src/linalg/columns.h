/* No guard: after scalar.h. c = alpha op(a) op(b) + beta c, column by column, alpha and beta real, by gemm.h; c (m,n). */
#if TS_SCALAR < 200
static inline void F(product)(ts_matrix_op oa, ts_matrix_op ob, int64_t m, int64_t n, int64_t k, R alpha, const T *a, int64_t lda, const T *b, int64_t ldb, R beta, T *c,
                              int64_t ldc) {
#if TS_SCALAR == 32
  ts_sgemm(ob & 1, oa & 1, n, m, k, alpha, b, ldb, a, lda, beta, c, ldc);
#else
  ts_dgemm(ob & 1, oa & 1, n, m, k, alpha, b, ldb, a, lda, beta, c, ldc);
#endif
}
#else
/* A conjugated copy of x (rows, cols) for an op that conjugates: space is used up. */
static const T *F(conjugated)(ts_matrix_op op, int64_t rows, int64_t cols, const T *x, int64_t *ld, T **space) {
  if (!(op & 2)) return x;
  const int64_t high = op & 1 ? cols : rows, wide = op & 1 ? rows : cols;
  T *copy = *space;
  for (int64_t j = 0; j < wide; j++)
    for (int64_t i = 0; i < high; i++) copy[i + j * high] = CONJ(x[i + j * *ld]);
  *ld = high;
  *space += high * wide;
  return copy;
}

/* gemm.h neither conjugates nor adds: copies do. Without memory for them, plain loops. */
static void F(product)(ts_matrix_op oa, ts_matrix_op ob, int64_t m, int64_t n, int64_t k, R alpha, const T *a, int64_t lda, const T *b, int64_t ldb, R beta, T *c, int64_t ldc) {
  if (!m || !n) return;
  const double work = (double)m * (double)n * (double)k;
  T *space = work < 512 ? NULL : ts_alloc((size_t)(m * n + (oa & 2 ? m * k : 0) + (ob & 2 ? k * n : 0)) * sizeof(T)), *free_space = space;
  if (!space) {
    for (int64_t j = 0; j < n; j++)
      for (int64_t i = 0; i < m; i++) {
        T sum = 0;
        for (int64_t q = 0; q < k; q++) {
          const T x = oa & 1 ? a[q + i * lda] : a[i + q * lda], y = ob & 1 ? b[j + q * ldb] : b[q + j * ldb];
          sum += MUL(oa & 2 ? CONJ(x) : x, ob & 2 ? CONJ(y) : y);
        }
        T *z = c + i + j * ldc;
        *z = sum * alpha + (beta == 0 ? 0 : *z * beta);
      }
    return;
  }
  T *r = free_space;
  free_space += m * n;
  a = F(conjugated)(oa, m, k, a, &lda, &free_space);
  b = F(conjugated)(ob, k, n, b, &ldb, &free_space);
#if TS_SCALAR == 232
  ts_cgemm(ob & 1, oa & 1, n, m, k, (const ts_c64 *)b, ldb, (const ts_c64 *)a, lda, (ts_c64 *)r, m);
#else
  ts_zgemm(ob & 1, oa & 1, n, m, k, (const ts_c128 *)b, ldb, (const ts_c128 *)a, lda, (ts_c128 *)r, m);
#endif
  for (int64_t j = 0; j < n; j++)
    for (int64_t i = 0; i < m; i++) {
      T *z = c + i + j * ldc;
      *z = r[i + j * m] * alpha + (beta == 0 ? 0 : *z * beta);
    }
  ts_free(space);
}
#endif
