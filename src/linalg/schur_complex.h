/* QR iteration of a complex Hessenberg matrix by single shifts. */
#define H(i, j) h[(i) + (j) * ldh]

/* As schur_d; h becomes triangular. */
static int64_t schur_z(int64_t n, int64_t low, int64_t high, double _Complex *h, int64_t ldh, double _Complex *w, double _Complex *z) {
  const double ulp = DBL_EPSILON, least = DBL_MIN * (double)(high - low + 1) / ulp;
  const int64_t most = 30 * (high - low + 1 > 10 ? high - low + 1 : 10);
  for (int64_t i = high; i >= low; i--) {
    int64_t l = low;
    bool done = false;
    for (int64_t its = 0; its <= most; its++) {
      int64_t k = i;
      for (; k > l; k--) {
        const double sub = size_z(H(k, k - 1));
        if (sub <= least) break;
        double around = size_z(H(k - 1, k - 1)) + size_z(H(k, k));
        if (around == 0) {
          if (k - 2 >= low) around += size_z(H(k - 1, k - 2));
          if (k + 1 <= high) around += size_z(H(k + 1, k));
        }
        if (sub > ulp * around) continue;
        const double up = size_z(H(k - 1, k)), ab = fmax(sub, up), ba = fmin(sub, up), own = size_z(H(k, k));
        const double apart = size_z(H(k - 1, k - 1) - H(k, k)), aa = fmax(own, apart), bb = fmin(own, apart), s = aa + ab;
        if (ba * (ab / s) <= fmax(least, ulp * (bb * (aa / s)))) break;
      }
      l = k;
      if (l > low) H(l, l - 1) = 0;
      if (l >= i) {
        done = true;
        break;
      }
      const int64_t first = z ? 0 : l, last = z ? n - 1 : i;
      double _Complex shift;
      if (its % 20 == 10) {
        shift = 0.75 * cabs(H(l + 1, l)) + H(l, l);
      } else if (its % 20 == 0 && its) {
        shift = 0.75 * cabs(H(i, i - 1)) + H(i, i);
      } else { /* the eigenvalue of the last block that is nearer to its corner */
        shift = H(i, i);
        const double _Complex u = csqrt(H(i - 1, i)) * csqrt(H(i, i - 1));
        double s = size_z(u);
        if (s != 0) {
          const double _Complex x = 0.5 * (H(i - 1, i - 1) - shift);
          const double sx = size_z(x);
          s = fmax(s, sx);
          double _Complex y = s * csqrt((x / s) * (x / s) + (u / s) * (u / s));
          if (sx > 0 && creal(x / sx) * creal(y) + cimag(x / sx) * cimag(y) < 0) y = -y;
          shift -= u * (u / (x + y));
        }
      }
      int64_t m = i - 1;
      double _Complex v[2];
      for (;; m--) {
        const double _Complex from = H(m, m) - shift, sub = H(m + 1, m);
        const double s = size_z(from) + size_z(sub);
        v[0] = from / s;
        v[1] = sub / s;
        if (m == l) break;
        if (size_z(H(m, m - 1)) * size_z(v[1]) <= ulp * size_z(v[0]) * (size_z(H(m, m)) + size_z(H(m + 1, m + 1)))) break;
      }
      for (k = m; k < i; k++) {
        if (k > m) {
          v[0] = H(k, k - 1);
          v[1] = H(k + 1, k - 1);
        }
        const double _Complex t = reflector_z(2, v, v + 1), v2 = v[1];
        if (k > m) {
          H(k, k - 1) = v[0];
          H(k + 1, k - 1) = 0;
        } else if (m > l) {
          H(k, k - 1) *= 1 - conj(t);
        }
        for (int64_t j = k; j <= last; j++) { /* the adjoint from the left */
          const double _Complex sum = conj(t) * (H(k, j) + conj(v2) * H(k + 1, j));
          H(k, j) -= sum;
          H(k + 1, j) -= sum * v2;
        }
        const int64_t reach = k + 2 < i ? k + 2 : i;
        for (int pass = 0; pass < (z ? 2 : 1); pass++) {
          double _Complex *p = pass ? z + k * n : &H(first, k), *q = p + (pass ? n : ldh);
          for (int64_t j = 0; j < (pass ? n : reach - first + 1); j++) {
            const double _Complex sum = t * (p[j] + v2 * q[j]);
            p[j] -= sum;
            q[j] -= sum * conj(v2);
          }
        }
      }
    }
    if (!done) return i + 1;
  }
  for (int64_t i = 0; i < n; i++) w[i] = H(i, i);
  return 0;
}
#undef H
