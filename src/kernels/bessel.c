/* Bessel functions of orders 0 and 1, and Airy's function. */
#include "../core/vmath.h"
#include "scalar_math.h"
#include "special.h"

#define EULER 0x1.2788cfc6fb619p-1
#define PI 0x1.921fb54442d18p+1

/* The polynomial with the coefficients c, highest first: two chains, so that a step does not wait for the one before. */
static double polynomial(const double *c, int n, double z) {
  double w = z * z, even = n & 1 ? c[0] : 0, odd = 0;
  for (int i = n & 1; i < n; i += 2) {
    odd = odd * w + c[i];
    even = even * w + c[i + 1];
  }
  return even + odd * z;
}
#define POLYNOMIAL(c, z) polynomial(c, sizeof(c) / sizeof *(c), z)

/* ---- J and Y ---- */

typedef struct { double j, y; } bessel;

/* The rational approximations of Cephes, as PyTorch has them: their denominators lack the leading term, so that they are off by up
   to 1e-6 around 5. */
/* From 5 on: P and Q of Hankel's form, Q without its factor 5 / x. */
static void far_parts(int order, double x, double *p, double *q) {
  static const double pp[2][7] = {
     {0.00079693672929734706, 0.08283523921074408, 1.2395337164641429, 5.4472500305876874, 8.7471650019981695,
      5.3032403823539491, 1},
     {0.00076212561620817314, 0.073139705694091756, 1.1271960812968493, 5.1120795114680764, 8.424045901417724,
      5.2145159868236153, 1}};
  static const double pq[2][7] = {
     {0.00092440881055886367, 0.08562884743544745, 1.2535274390105895, 5.4709774033041709, 8.7619088323706951,
      5.3060528823539466, 1},
     {0.00057132312807254865, 0.068845590875449544, 1.105142326340617, 5.0738638612860152, 8.3998555432760416,
      5.2098284868236187, 1}};
  static const double qp[2][8] = {
     {-0.011366383889846916, -1.2825271867050931, -19.553954425773597, -93.206015212376826, -177.68116798048806,
      -147.07750515495118, -51.410532676659933, -6.0501435060072852},
     {0.051086259475017659, 4.9821387295123341, 75.823828413254532, 366.7796093601508, 710.85630499892613,
      597.48961240061362, 211.68875710057213, 25.207020585802372}};
  static const double qq[2][7] = {
     {64.317825611817796, 856.43002597698057, 3882.4018360540163, 7240.4677419565251, 5930.7270118731694,
      2062.0933166032783, 242.0057402402914},
     {74.237327703567516, 1056.4488603826283, 4986.4105833765361, 9562.3189240475622, 7997.0416044735066,
      2826.1927851763908, 336.0936078106983}};
  double z = 25 / (x * x);
  *p = POLYNOMIAL(pp[order], z) / POLYNOMIAL(pq[order], z);
  *q = POLYNOMIAL(qp[order], z) / POLYNOMIAL(qq[order], z);
}
static double near_j(int order, double x) {
  static const double zeros[2][2] = {{5.78318596294678452118, 30.4712623436620863991}, {14.6819706421238932572, 49.2184563216946036703}};
  static const double rp[2][4] = {
     {-4794432209.7820177, 1956174919465.5657, -249248344360967.72, 9708622510473064},
     {-899971225.70555937, 452228297998.19403, -72749424522181.828, 3682957328638529}};
  static const double rq[2][8] = {
     {499.56314715265103, 173785.40167637469, 48440965.833996207, 11185553704.535683, 2112775201154.8921,
      310518229857422.56, 31812195594320496, 1.7108629408104315e+18},
     {620.83647811805429, 256987.25675774884, 83514679.143194929, 22151159547.979252, 4749141220799.9141,
      784369607876235.88, 89522233618462736, 5.3227862033268009e+18}};
  double z = x * x;
  if (order == 0 && x < 1e-5) return 1 - 0.25 * z;
  return POLYNOMIAL(rp[order], z) / POLYNOMIAL(rq[order], z) * (z - zeros[order][0]) * (z - zeros[order][1]) * (order ? x : 1);
}
static double near_y(int order, double x) {
  static const double p0[] = {
      15592.436785523574, -14663929.590397161, 5435264770.5187654, -982136065717.9115, 87590639439536.703,
      -3466283033847297, 44273326857256984, -18495080043698668};
  static const double q0[] = {
      1041.2835366425984, 626107.330137135, 268919633.39381415, 86400248710.393494, 20297961275010.555,
      3171577528429750.5, 2.5059625617265306e+17};
  static const double p1[] = {
      1263204747.9017804, -647355876379.16028, 114509511541823.73, -8127702555013251, 2.0243947571359491e+17,
      -7.7887719626595008e+17};
  static const double q1[] = {
      594.30159234612825, 235564.09294306856, 73481194.445972174, 18760131610.870617, 3882312774962.3857,
      620557727146953.75, 68714108735530048, 3.9727060811656064e+18};
  double z = x * x;
  if (order == 0) return POLYNOMIAL(p0, z) / POLYNOMIAL(q0, z) + 2 / PI * ts_log_at(x) * near_j(0, x);
  return x * (POLYNOMIAL(p1, z) / POLYNOMIAL(q1, z)) + 2 / PI * (near_j(1, x) * ts_log_at(x) - 1 / x);
}

static double bessel_j(int order, double x) {
  double a = vm_abs(x), sign = order && x < 0 ? -1 : 1, p, q;
  if (a <= 5) return sign * near_j(order, a);
  double s = ts_sin_at(a), c = ts_cos_at(a), cosine = order ? s - c : c + s, sine = order ? -(c + s) : s - c; /* times sqrt(2) */
  far_parts(order, a, &p, &q);
  return sign * (p * cosine - 5 / a * q * sine) / sqrt(PI * a);
}
static double bessel_y(int order, double x) {
  double p, q;
  if (x <= 5) return x > 0 ? near_y(order, x) : x == 0 ? -INFINITY : NAN;
  double s = ts_sin_at(x), c = ts_cos_at(x), cosine = order ? s - c : c + s, sine = order ? -(c + s) : s - c;
  far_parts(order, x, &p, &q);
  return (p * sine + 5 / x * q * cosine) / sqrt(PI * x);
}
double ts_bessel_j0_at(double x) { return bessel_j(0, x); }
double ts_bessel_j1_at(double x) { return bessel_j(1, x); }
double ts_bessel_y0_at(double x) { return bessel_y(0, x); }
double ts_bessel_y1_at(double x) { return bessel_y(1, x); }

double ts_spherical_j0_at(double x) {
  if (x - x != 0) return x != x ? x : 0;
  double z = x * x;
  return vm_abs(x) < 0.5 ? VM_POLY6(z, 1.0, -1.0 / 6, 1.0 / 120, -1.0 / 5040, 1.0 / 362880, -1.0 / 39916800, 1.0 / 6227020800.0) : ts_sin_at(x) / x;
}

/* ---- modified ---- */

/* The series up to 8, in x^2 / 4, highest term first: 1 / k!^2, and 1 / (2 k! (k + 1)!). */
static const double series_i[2][26] = {
     {0x1.8e189760fbc74p-168, 0x1.e5f504c9e358cp-159, 0x1.1159d2b18fe1fp-149, 0x1.1a6d4e307528fp-140, 0x1.0afb53e9cec0bp-131,
      0x1.cbeaf38dc529fp-123, 0x1.674f8e46c208cp-114, 0x1.faaf2fa1c79e5p-106, 0x1.40a2dc2460523p-97, 0x1.69f7da8510bcdp-89,
      0x1.69f7da8510bcdp-81, 0x1.3e22d70ef3b5fp-73, 0x1.e725594ee52e9p-66, 0x1.4197a7f5154bcp-58, 0x1.69ca9cf3b7f54p-51,
      0x1.5601885e63e5dp-44, 0x1.0b313289be0b9p-37, 0x1.522a43f65486ap-31, 0x1.522a43f65486ap-25, 0x1.02e85c0898b71p-19,
      0x1.23456789abcdfp-14, 0x1.c71c71c71c71cp-10, 0x1.c71c71c71c71cp-6, 0x1.p-2, 0x1.p+0,
      0x1.p+0},
     {0x1.e9f6e1b270f54p-174, 0x1.37033643c4b3bp-164, 0x1.6c77c3976a829p-155, 0x1.88f11edf3ed4dp-146, 0x1.84564b82a1184p-137,
      0x1.5e69de22df5cep-128, 0x1.1f72d8389b3a3p-119, 0x1.aaae78f4066a7p-111, 0x1.1d028acb00491p-102, 0x1.54ad09e6a6575p-94,
      0x1.69f7da8510bcdp-86, 0x1.53585cdcbfb10p-78, 0x1.165e7c2d153f3p-70, 0x1.8bce58901a35ep-63, 0x1.e2637bef9ff1ap-56,
      0x1.f17697cf1cf13p-49, 0x1.ab81ea75fcdf4p-42, 0x1.2c9758daf5cd0p-35, 0x1.522a43f65486ap-29, 0x1.27e4fb7789f5cp-23,
      0x1.845c8a0ce5129p-18, 0x1.6c16c16c16c17p-13, 0x1.c71c71c71c71cp-9, 0x1.5555555555555p-5, 0x1.p-2,
      0x1.p-1}};

/* From 8 on own fits of I e^-x sqrt(x) in 16 / x - 1. */
static const double far_i[2][23] = {
     {0x1.9be1812d98421p-34, 0x1.3f3dd076041cdp-35, -0x1.6cab377ea12d0p-31, -0x1.343c3031962bcp-32, 0x1.2df0453a22419p-29,
      0x1.2fc164fcce3f9p-30, -0x1.3a6dfcb29fb62p-28, -0x1.aed1e7c4ecab2p-29, 0x1.c2cf2e6a86796p-28, 0x1.f81fb9f3d2aa5p-28,
      -0x1.5a374e8067293p-28, -0x1.c9e190e66a1efp-27, -0x1.d6aed4e999c8ap-28, 0x1.02e0e515d72f9p-27, 0x1.7281608082bb2p-26,
      0x1.51d526e7c305dp-25, 0x1.7d0d0cb6d579cp-24, 0x1.3f4995f2e66bep-22, 0x1.8e513c2fbb4d7p-20, 0x1.75e5ee7714cb2p-17,
      0x1.1daa72b5cffa0p-13, 0x1.b87969bb93a86p-9, 0x1.9bd428ad249a5p-2},
     {-0x1.acea3b2532277p-34, -0x1.2806c9c773320p-35, 0x1.7c45609d3fdd4p-31, 0x1.219eade6f6241p-32, -0x1.3bb2a62cd1582p-29,
      -0x1.23387a0da1fa7p-30, 0x1.4a94ecae55871p-28, 0x1.a8422bea1b481p-29, -0x1.dfed018844927p-28, -0x1.ff93ffdcd90fap-28,
      0x1.805f9b8194527p-28, 0x1.df9cb68b531c7p-27, 0x1.d60cff70f4ce9p-28, -0x1.20eff28d4a481p-27, -0x1.91e151ca6bf60p-26,
      -0x1.728031a19cd4fp-25, -0x1.ad8b35adc406dp-24, -0x1.76136f2224d58p-22, -0x1.ec8e123ea3305p-20, -0x1.f89c230b1cff7p-17,
      -0x1.cbc54df1d5adep-13, -0x1.3f796198ee5f2p-7, 0x1.8ebe783a84030p-2}};

static double bessel_i(double x, int order, bool scaled) {
  double a = vm_abs(x), z = 0.25 * x * x;
  if (x != x || (a == INFINITY && !scaled)) return NAN;
  if (a <= 8) {
    double sum = POLYNOMIAL(series_i[order], z) * (order ? x : 1);
    return scaled ? sum * ts_exp_at(-a) : sum;
  }
  double half = scaled ? 1 : ts_exp_at(0.5 * a);
  return vm_copysign(half * (half / sqrt(a)) * POLYNOMIAL(far_i[order], 16 / a - 1), order == 0 ? 1 : x);
}
double ts_bessel_i0_at(double x) { return bessel_i(x, 0, false); }
double ts_bessel_i1_at(double x) { return bessel_i(x, 1, false); }
double ts_bessel_i0e_at(double x) { return bessel_i(x, 0, true); }
double ts_bessel_i1e_at(double x) { return bessel_i(x, 1, true); }

/* Up to 1 a series, beyond own fits of K e^x sqrt(x) in (x - 3) / (x + 1). */
static double bessel_k(double x, int order, bool scaled) {
  static const double far[2][20] = {
     {7.3322424242434258e-11, 6.9249962570433674e-11, -1.6550041873543131e-11, -3.7017624835911949e-10,
      1.2585220646045952e-09, -2.0286035825888578e-09, 9.8801312812413572e-09, -2.7396070364609192e-08,
      1.0317900399040746e-07, -3.0996488125525537e-07, 1.1249322140262186e-06, -3.5911810251655281e-06,
      1.3010585018646833e-05, -4.3525604986795606e-05, 0.00016278282357051104, -0.00057462004102242436,
      0.0023443540383697521, -0.0090478543036903412, 0.051904142000699913, 1.2085585393824039},
     {-2.845386489661734e-10, 5.5335183084763032e-10, -8.8880357359513782e-10, 3.1908531736774455e-09,
      -1.2163178009691629e-08, 3.5513068287218229e-08, -1.1125115287864078e-07, 3.4120268666083029e-07,
      -1.0822030813576371e-06, 3.3585192918787225e-06, -1.067314793725312e-05, 3.3556275320696778e-05,
      -0.0001077177481146926, 0.00034412685630191343, -0.0011269348870262853, 0.0036928469283604285,
      -0.012635408079195895, 0.043650615637514927, -0.17753773382085031, 1.3970089271126294}};
  /* 1 / (k! (k + order)!), and that times the mean of the harmonic numbers */
  static const double whole[2][10] = {
     {7.5940584281266239e-12, 6.1511873267825652e-10, 3.9367598891408417e-08, 1.9290123456790124e-06,
      6.9444444444444444e-05, 0.001736111111111111, 0.027777777777777776, 0.25, 1, 1},
     {7.5940584281266231e-13, 6.8346525853139614e-11, 4.9209498614260522e-09, 2.7557319223985888e-07,
      1.1574074074074073e-05, 0.00034722222222222224, 0.0069444444444444441, 0.083333333333333329, 0.5, 1}};
  static const double harmonic[2][10] = {
     {2.1483350211950277e-11, 1.6718048413148328e-09, 1.0207455998272325e-07, 4.7260802469135802e-06,
      0.0001585648148148148, 0.0036168981481481482, 0.050925925925925923, 0.375, 1, 0},
     {2.1863053133356607e-12, 1.8955312269348919e-10, 1.3066879364179534e-08, 6.9483812043335858e-07,
      2.7391975308641977e-05, 0.00075810185185185182, 0.013599537037037037, 0.1388888888888889, 0.625, 0.5}};
  if (!(x >= 0)) return NAN;
  if (x == 0) return INFINITY;
  if (x == INFINITY) return 0;
  if (x > 1) return POLYNOMIAL(far[order], (x - 3) / (x + 1)) / sqrt(x) * (scaled ? 1 : ts_exp_at(-x));
  double z = 0.25 * x * x, l = ts_log_at(0.5 * x) + EULER;
  double v = POLYNOMIAL(harmonic[order], z) - l * POLYNOMIAL(whole[order], z);
  if (order) v = 1 / x - 0.5 * x * v;
  return scaled ? v * ts_exp_at(x) : v;
}
double ts_bessel_k0_at(double x) { return bessel_k(x, 0, false); }
double ts_bessel_k1_at(double x) { return bessel_k(x, 1, false); }
double ts_bessel_k0e_at(double x) { return bessel_k(x, 0, true); }
double ts_bessel_k1e_at(double x) { return bessel_k(x, 1, true); }

/* ---- Airy ---- */

/* Taylor's series of y'' = x y around the nearest even number; above 1 an own fit, below -9 the asymptotic series. */
double ts_airy_ai_at(double x) {
  static const double at[][2] = {{0x1.6b8c7962715b8p-2, -0x1.0907f42b70f8bp-2}, {0x1.d1bafc57f31d0p-3, 0x1.3c8c724515c8fp-1},
                                 {-0x1.1fcec060d9f19p-4, -0x1.94cd44c4fb752p-1}, {-0x1.510b6eb1815d2p-2, 0x1.623ce99198c5bp-2},
                                 {-0x1.afc28073abb84p-5, 0x1.df01d7e1f41fap-1}};
#define R(n) 1.0 / (((n) + 1) * ((n) + 2))
  static const double inverse[] = {R(0), R(1), R(2), R(3), R(4), R(5), R(6), R(7), R(8), R(9), R(10), R(11), R(12), R(13), R(14), R(15),
                                   R(16), R(17), R(18), R(19), R(20), R(21), R(22), R(23), R(24), R(25), R(26), R(27), R(28), R(29)};
#undef R
  /* Ai e^zeta x^(1/4) in (zeta - 2) / (zeta + 2/3) */
  static const double far[] = {
      2.8115053831619573e-10, 4.5050932506007737e-10, -8.1099966716178933e-10, -1.2783371614887829e-09,
      1.6626311050306776e-09, 2.6251828921976122e-09, -4.2306740112097688e-10, -1.0260902789727479e-09,
      5.0127558815415812e-09, 2.6637378570681188e-09, 2.6297459533938459e-08, -2.1978366703396568e-08,
      2.1839414280942606e-07, -4.0049873513886759e-07, 2.1953642676736795e-06, -5.5252461735862372e-06,
      2.5821028400543862e-05, -7.633577181967754e-05, 0.00036785989829532718, -0.0012283701611253051,
      0.0088944468073325986, 0.27411486848272676};
  if (x - x != 0) return NAN;
  if (x >= 1) {
    double r = sqrt(x), zeta = 2.0 / 3 * x * r;
    return POLYNOMIAL(far, (zeta - 2) / (zeta + 2.0 / 3)) * ts_exp_at(-zeta) / sqrt(r);
  }
  if (x >= -9) {
    double node = rint(-0.5 * x);
    if (node < 0) node = 0;
    double h = x + 2 * node, a = at[(int)node][0], b = at[(int)node][1], before = 0, sum = a + b * h, power = h;
    for (int n = 0; n < 30; n++) { /* a, b: coefficients n and n + 1; before: that of n - 1 */
      double next = (before - 2 * node * a) * inverse[n];
      power *= h;
      sum += next * power;
      before = a;
      a = b;
      b = next;
    }
    return sum;
  }
  double m = -x, zeta = 2.0 / 3 * m * sqrt(m), p = 1, q = 0, term = 1;
  for (int k = 1; k < 30 && vm_abs(term) > 0x1p-56; k++) {
    term *= (6.0 * k - 5) * (6 * k - 1) / (72 * k * zeta);
    if (k & 1) q += k & 2 ? -term : term;
    else p += k & 2 ? -term : term;
  }
  double s = ts_sin_at(zeta), c = ts_cos_at(zeta);
  return ((c + s) * p + (s - c) * q) / sqrt(2 * PI * sqrt(m));
}
