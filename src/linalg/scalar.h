/* No guard: what a body for one element type needs. Included with TS_SCALAR 32 or 64 (bits of a real element), 232 or 264
   (complex, of two such). T is the element, DTYPE its name, R its real type, F(name) the function's name. Products and quotients are
   macros, because C's own of complex numbers call a library at every step. MAG is |re| + |im|, by which LAPACK pivots. */
#undef T
#undef DTYPE
#undef R
#undef F
#undef MUL
#undef DIV
#undef CONJ
#undef MAG
#undef ROOT
#undef REAL_PART
#if TS_SCALAR == 32 || TS_SCALAR == 64
#define MUL(x, y) ((x) * (y))
#define DIV(x, y) ((x) / (y))
#define CONJ(x) (x)
#define REAL_PART(x) (x)
#else
#define MUL(x, y) F(mul)(x, y)
#define DIV(x, y) F(div)(x, y)
#define CONJ(x) F(conj)(x)
#define REAL_PART(x) (__real__(x))
#endif
#if TS_SCALAR == 32
#define T float
#define DTYPE TS_FLOAT32
#define R float
#define F(name) name##_f32
#define MAG(x) __builtin_fabsf(x)
#define ROOT(x) __builtin_sqrtf(x)
#elif TS_SCALAR == 64
#define T double
#define DTYPE TS_FLOAT64
#define R double
#define F(name) name##_f64
#define MAG(x) __builtin_fabs(x)
#define ROOT(x) __builtin_sqrt(x)
#elif TS_SCALAR == 232
#define T float _Complex
#define DTYPE TS_COMPLEX64
#define R float
#define F(name) name##_c64
#define MAG(x) (__builtin_fabsf(__real__(x)) + __builtin_fabsf(__imag__(x)))
#define ROOT(x) __builtin_sqrtf(x)
#else
#define T double _Complex
#define DTYPE TS_COMPLEX128
#define R double
#define F(name) name##_c128
#define MAG(x) (__builtin_fabs(__real__(x)) + __builtin_fabs(__imag__(x)))
#define ROOT(x) __builtin_sqrt(x)
#endif

#if TS_SCALAR > 200
/* Inline also where code is built for size: a call for each product costs ten times the product. */
#define INLINE static inline __attribute__((always_inline))
INLINE T F(pair)(R re, R im) {
  T z;
  __real__ z = re;
  __imag__ z = im;
  return z;
}
INLINE T F(mul)(T x, T y) { return F(pair)(__real__ x * __real__ y - __imag__ x * __imag__ y, __real__ x * __imag__ y + __imag__ x * __real__ y); }
INLINE T F(conj)(T x) { return F(pair)(__real__ x, -__imag__ x); }
/* Smith's: no square of a part can overflow. */
static inline T F(div)(T x, T y) {
  const R c = __real__ y, d = __imag__ y;
  if ((c < 0 ? -c : c) >= (d < 0 ? -d : d)) {
    const R q = d / c, s = c + d * q;
    if (d == 0) return F(pair)(__real__ x / c, __imag__ x / c);
    return F(pair)((__real__ x + __imag__ x * q) / s, (__imag__ x - __real__ x * q) / s);
  }
  const R q = c / d, s = c * q + d;
  return F(pair)((__real__ x * q + __imag__ x) / s, (__imag__ x * q - __real__ x) / s);
}
#undef INLINE
#endif
