/* The instruction sets that loops are built for on this platform, the best last: X(name, shown as, usable here). */
#ifndef TS_ISA_H
#define TS_ISA_H
#if defined(__x86_64__) && !defined(TS_ONE_ISA)
#define TS_ISAS(X)              \
  X(base, "sse2", true)         \
  X(avx2, "avx2", __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) \
  X(avx512, "avx512", __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && \
            __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
#elif defined(__wasm_simd128__)
#define TS_ISAS(X) X(base, "simd128", true)
#elif defined(__ARM_NEON)
#define TS_ISAS(X) X(base, "neon", true)
#else
#define TS_ISAS(X) X(base, "baseline", true)
#endif

/* Of a vector of the set that this file is compiled for. */
#if defined(__AVX512F__)
#define TS_VECTOR_BYTES 64
#elif defined(__AVX__)
#define TS_VECTOR_BYTES 32
#else
#define TS_VECTOR_BYTES 16
#endif

/* At the top of a file of loops that wait for memory: two loads and a store of 64 bytes at a time fill a core's queues, and vectors of 32
   bytes wait a little less. */
#if defined(__AVX512F__) && defined(__GNUC__) && !defined(__clang__)
#define TS_HALF_VECTORS _Pragma("GCC target(\"prefer-vector-width=256\")")
#else
#define TS_HALF_VECTORS
#endif
#endif
