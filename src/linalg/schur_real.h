/* QR iteration of a real Hessenberg matrix by double shifts, after Francis, to blocks of 1 and of 2 (complex pairs). */

/* Turns the block (a b; c d) by the rotation (cs, sn) so that it is upper triangular or has equal diagonal elements and
   b c < 0. */
static void standard_block(double *a, double *b, double *c, double *d, double *cs, double *sn) {
  *cs = 1;
  *sn = 0;
  if (*c == 0) return;
  if (*b == 0) {
    *cs = 0;
    *sn = 1;
    const double t = *d;
    *d = *a;
    *a = t;
    *b = -*c;
    *c = 0;
    return;
  }
  if (*a - *d == 0 && signbit(*b) != signbit(*c)) return;
  double t = *a - *d, p = t / 2;
  const double most = fmax(fabs(*b), fabs(*c)), least = copysign(fmin(fabs(*b), fabs(*c)), *b * copysign(1, *c));
  double scale = fmax(fabs(p), most), z = p / scale * p + most / scale * least;
  if (z >= 4 * DBL_EPSILON) { /* real eigenvalues: triangular */
    z = p + copysign(sqrt(scale) * sqrt(z), p);
    *a = *d + z;
    *d -= most / z * least;
    const double tau = hypot(*c, z);
    *cs = z / tau;
    *sn = *c / tau;
    *b -= *c;
    *c = 0;
    return;
  }
  /* A complex pair, or a real one that is nearly equal: equal diagonal elements. */
  const double sigma = *b + *c;
  double tau = hypot(sigma, t);
  *cs = sqrt((1 + fabs(sigma) / tau) / 2);
  *sn = -(t / 2 / (tau * *cs)) * copysign(1, sigma);
  const double aa = *a * *cs + *b * *sn, bb = *b * *cs - *a * *sn, cc = *c * *cs + *d * *sn, dd = *d * *cs - *c * *sn;
  *a = aa * *cs + cc * *sn;
  *b = bb * *cs + dd * *sn;
  *c = cc * *cs - aa * *sn;
  *d = dd * *cs - bb * *sn;
  t = (*a + *d) / 2;
  *a = *d = t;
  if (*c == 0) return;
  if (*b == 0) {
    *b = -*c;
    *c = 0;
    const double s = *cs;
    *cs = -*sn;
    *sn = s;
  } else if (signbit(*b) == signbit(*c)) { /* real after all */
    const double sb = sqrt(fabs(*b)), sc = sqrt(fabs(*c));
    p = copysign(sb * sc, *c);
    tau = 1 / sqrt(fabs(*b + *c));
    *a = t + p;
    *d = t - p;
    *b -= *c;
    *c = 0;
    const double c1 = sb * tau, s1 = sc * tau, s = *cs;
    *cs = s * c1 - *sn * s1;
    *sn = s * s1 + *sn * c1;
  }
}

#define H(i, j) h[(i) + (j) * ldh]

/* The last place in low+1..i whose subdiagonal element is negligible, else low. */
static int64_t split_real(const double *h, int64_t ldh, int64_t low, int64_t high, int64_t i) {
  const double ulp = DBL_EPSILON, least = DBL_MIN * (double)(high - low + 1) / ulp;
  for (int64_t k = i; k > low; k--) {
    const double sub = fabs(H(k, k - 1));
    if (sub <= least) return k;
    double around = fabs(H(k - 1, k - 1)) + fabs(H(k, k));
    if (around == 0) {
      if (k - 2 >= low) around += fabs(H(k - 1, k - 2));
      if (k + 1 <= high) around += fabs(H(k + 1, k));
    }
    if (sub > ulp * around) continue;
    const double up = fabs(H(k - 1, k)), ab = fmax(sub, up), ba = fmin(sub, up), apart = fabs(H(k - 1, k - 1) - H(k, k));
    const double aa = fmax(fabs(H(k, k)), apart), bb = fmin(fabs(H(k, k)), apart), s = aa + ab;
    if (ba * (ab / s) <= fmax(least, ulp * (bb * (aa / s)))) return k;
  }
  return low;
}

/* h, Hessenberg in low..high, becomes quasi-triangular (all of it when z is wanted, which takes the rotations); w its
   eigenvalues. */
static int64_t schur_d(int64_t n, int64_t low, int64_t high, double *h, int64_t ldh, double _Complex *w, double *z) {
  const double ulp = DBL_EPSILON;
  for (int64_t i = 0; i < n; i++)
    if (i < low || i > high) w[i] = H(i, i);
  const int64_t most = 30 * (high - low + 1 > 10 ? high - low + 1 : 10);
  for (int64_t i = high; i >= low;) {
    int64_t l = low;
    bool done = false;
    for (int64_t its = 0; its <= most; its++) {
      l = split_real(h, ldh, l, high, i);
      if (l > low) H(l, l - 1) = 0;
      if (l >= i - 1) {
        done = true;
        break;
      }
      const int64_t first = z ? 0 : l, last = z ? n - 1 : i;
      double h11, h12, h21, h22;
      if (its % 20 == 10) {
        const double s = fabs(H(l + 1, l)) + fabs(H(l + 2, l + 1));
        h11 = h22 = 0.75 * s + H(l, l);
        h12 = -0.4375 * s;
        h21 = s;
      } else if (its % 20 == 0 && its) {
        const double s = fabs(H(i, i - 1)) + fabs(H(i - 1, i - 2));
        h11 = h22 = 0.75 * s + H(i, i);
        h12 = -0.4375 * s;
        h21 = s;
      } else {
        h11 = H(i - 1, i - 1);
        h21 = H(i, i - 1);
        h12 = H(i - 1, i);
        h22 = H(i, i);
      }
      double r1 = 0, r2 = 0, im = 0; /* the shifts: r1 +- im i, or r1 and r2 */
      double s = fabs(h11) + fabs(h12) + fabs(h21) + fabs(h22);
      if (s != 0) {
        h11 /= s, h12 /= s, h21 /= s, h22 /= s;
        const double mid = (h11 + h22) / 2, det = (h11 - mid) * (h22 - mid) - h12 * h21, root = sqrt(fabs(det));
        if (det >= 0) {
          r1 = r2 = mid * s;
          im = root * s;
        } else {
          r1 = mid + root;
          r2 = mid - root;
          r1 = r2 = (fabs(r1 - h22) <= fabs(r2 - h22) ? r1 : r2) * s;
        }
      }
      double v[3];
      int64_t m = i - 2;
      for (;; m--) { /* start where two consecutive subdiagonal elements are small */
        double sub = fabs(H(m + 1, m));
        s = fabs(H(m, m) - r2) + fabs(im) + sub;
        sub = H(m + 1, m) / s;
        v[0] = sub * H(m, m + 1) + (H(m, m) - r1) * ((H(m, m) - r2) / s) + im * (im / s);
        v[1] = sub * (H(m, m) + H(m + 1, m + 1) - r1 - r2);
        v[2] = sub * H(m + 2, m + 1);
        s = fabs(v[0]) + fabs(v[1]) + fabs(v[2]);
        v[0] /= s, v[1] /= s, v[2] /= s;
        if (m == l) break;
        const double around = fabs(H(m - 1, m - 1)) + fabs(H(m, m)) + fabs(H(m + 1, m + 1));
        if (fabs(H(m, m - 1)) * (fabs(v[1]) + fabs(v[2])) <= ulp * fabs(v[0]) * around) break;
      }
      for (int64_t k = m; k < i; k++) {
        const int64_t count = i - k + 1 < 3 ? i - k + 1 : 3;
        if (k > m)
          for (int64_t e = 0; e < count; e++) v[e] = H(k + e, k - 1);
        const double t1 = reflector_d(count, v, v + 1);
        if (k > m) {
          H(k, k - 1) = v[0];
          H(k + 1, k - 1) = 0;
          if (k < i - 1) H(k + 2, k - 1) = 0;
        } else if (m > l) {
          H(k, k - 1) *= 1 - t1;
        }
        const double v2 = v[1], t2 = t1 * v2, v3 = count == 3 ? v[2] : 0, t3 = t1 * v3;
        if (count == 3) {
          for (int64_t j = k; j <= last; j++) {
            double *p = &H(k, j);
            const double sum = p[0] + v2 * p[1] + v3 * p[2];
            p[0] -= sum * t1, p[1] -= sum * t2, p[2] -= sum * t3;
          }
        } else {
          for (int64_t j = k; j <= last; j++) {
            double *p = &H(k, j);
            const double sum = p[0] + v2 * p[1];
            p[0] -= sum * t1, p[1] -= sum * t2;
          }
        }
        const int64_t reach = k + 3 < i ? k + 3 : i;
        for (int pass = 0; pass < (z ? 2 : 1); pass++) {
          double *restrict p = pass ? z + k * n : &H(first, k), *restrict q = p + (pass ? n : ldh), *restrict r = q + (pass ? n : ldh);
          const int64_t rows = pass ? n : reach - first + 1;
          if (count == 3) {
            for (int64_t j = 0; j < rows; j++) {
              const double sum = p[j] + v2 * q[j] + v3 * r[j];
              p[j] -= sum * t1, q[j] -= sum * t2, r[j] -= sum * t3;
            }
          } else {
            for (int64_t j = 0; j < rows; j++) {
              const double sum = p[j] + v2 * q[j];
              p[j] -= sum * t1, q[j] -= sum * t2;
            }
          }
        }
      }
    }
    if (!done) return i + 1;
    if (l == i) {
      w[i] = H(i, i);
    } else {
      double c, s, sub = H(i, i - 1);
      standard_block(&H(i - 1, i - 1), &H(i - 1, i), &sub, &H(i, i), &c, &s);
      H(i, i - 1) = sub;
      const double im = sub == 0 ? 0 : sqrt(fabs(H(i - 1, i))) * sqrt(fabs(sub));
      w[i - 1] = CMPLX(H(i - 1, i - 1), im);
      w[i] = CMPLX(H(i, i), -im);
      if (z) {
        for (int64_t j = i + 1; j < n; j++) {
          const double x = H(i - 1, j), y = H(i, j);
          H(i - 1, j) = c * x + s * y;
          H(i, j) = c * y - s * x;
        }
        rotate_d(i - 1, &H(0, i - 1), &H(0, i), c, s);
        rotate_d(n, z + (i - 1) * n, z + i * n, c, s);
      }
    }
    i = l - 1;
  }
  return 0;
}
#undef H
