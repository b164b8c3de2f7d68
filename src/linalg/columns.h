/* No guard: included after scalar.h. Column-major products in terms of gemm.h. */
static inline void F(product)(ts_matrix_op oa, ts_matrix_op ob, int64_t m, int64_t n, int64_t k, R alpha, const T *a, int64_t lda,
                              const T *b, int64_t ldb, R beta, T *c, int64_t ldc) {
  OWN_GEMM(ob & 1, oa & 1, n, m, k, alpha, b, ldb, a, lda, beta, c, ldc);
}
