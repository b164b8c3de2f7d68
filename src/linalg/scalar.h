/* No guard: what a body for one element type needs. Included with TS_SCALAR 32 or 64 (real), -64 or -128 (complex). T is
   the element, R its real type, F(name) the function's name; products and quotients are macros, because C's own for
   complex numbers call a library at every step. */
#undef T
#undef R
#undef F
#undef MUL
#undef DIV
#undef CONJ
#undef MAG
#undef SCALE
#undef OWN_GEMM
#undef ROOT
#undef REAL_PART
#if TS_SCALAR == 32 || TS_SCALAR == 64
#define MUL(x, y) ((x) * (y))
#define DIV(x, y) ((x) / (y))
#define CONJ(x) (x)
#define SCALE(x, r) ((x) * (r))
#define REAL_PART(x) (x)
#endif
#if TS_SCALAR == 32
#define T float
#define R float
#define F(name) name##_f32
#define MAG(x) __builtin_fabsf(x)
#define ROOT(x) __builtin_sqrtf(x)
#define OWN_GEMM ts_sgemm
#elif TS_SCALAR == 64
#define T double
#define R double
#define F(name) name##_f64
#define MAG(x) __builtin_fabs(x)
#define ROOT(x) __builtin_sqrt(x)
#define OWN_GEMM ts_dgemm
#endif
