/* A module of its own, for engines that have relaxed SIMD: products by fused multiply-adds, which halve the work and leave registers for
   larger tiles. It works on the memory of dist/torsh.wasm, into which wasm/build.mjs puts it; lib/backend/wasm.ts starts it. */
#include "../src/gemm/gathered.h"
#include "../src/gemm/gemm_product.h"
#include "../src/gemm/gemm_vector.h"
#include "host.h"

IMPORT(torsh_alloc) void *ts_alloc(size_t bytes);
IMPORT(torsh_free) void ts_free(void *p);

/* wasm/build.mjs gives older compilers' instructions the numbers that they have had since. */
#if __has_builtin(__builtin_wasm_relaxed_madd_f32x4)
#define TS_MADD_F32(s, x, y) ((s) = __builtin_wasm_relaxed_madd_f32x4(x, y, s))
#define TS_MADD_F64(s, x, y) ((s) = __builtin_wasm_relaxed_madd_f64x2(x, y, s))
#else
#define TS_MADD_F32(s, x, y) ((s) = __builtin_wasm_fma_f32x4(x, y, s))
#define TS_MADD_F64(s, x, y) ((s) = __builtin_wasm_fma_f64x2(x, y, s))
#endif

#define TS_ISA relaxed
#define TS_TARGET
#define TS_VB 16
#define TS_SPLAT_F32(x) ((float4){x, x, x, x})
#define TS_SPLAT_F64(x) ((double2){x, x})
#define TS_MR 6 /* 12 accumulators, two vectors of b and one of a: all 15 registers that V8 has on x86-64 */
#define TS_EACH_ROW(X)
#define TS_DR 1
#define TS_EACH_DOT_ROW(X)
#define TS_KC 512
#define TS_GATHER_KC 576
#define TS_MC_F32 96
#define TS_NC_F32 1024
#define TS_WHOLE_TILES
#include "../src/gemm/gemm_types.h"

bool EXPORT(product_f32)(const ts_product *p) { return relaxed_f32_product(p); }
bool EXPORT(product_f64)(const ts_product *p) { return relaxed_f64_product(p); }

_Static_assert(relaxed_f32_GATHER_ROWS == TS_RELAXED_ROWS && relaxed_f32_GATHER_SUMS == TS_RELAXED_SUMS, "");
void EXPORT(gathered_f32)(const ts_gathered *g, float *sums) { relaxed_f32_gathered_whole(g, sums); }
void EXPORT(gathered_f64)(const ts_gathered *g, double *sums) { relaxed_f64_gathered_whole(g, sums); }
void EXPORT(gathered_pack_f32)(const ts_gathered *g) { relaxed_f32_pack_rows(g->m, g->k, g->a, g->lda, 1, g->c); }
void EXPORT(gathered_pack_f64)(const ts_gathered *g) { relaxed_f64_pack_rows(g->m, g->k, g->a, g->lda, 1, g->c); }
