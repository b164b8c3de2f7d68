/* Template, included by gemm_isa.c once for each instruction set: both element types, then the parameters' end. */
#define TS_T float
#define TS_FN(x) TS_NAME(TS_ISA, f32, x)
#define TS_SPLAT TS_SPLAT_F32
#define TS_MADD TS_MADD_F32
#define TS_SQUARE 4
#define TS_SIDE float4_mem
#define TS_TRANSPOSE transpose_f32
#define TS_SUM sum_f32
#define TS_SUM_4 sum_4_f32
#define TS_MC TS_MC_F32
#define TS_NC TS_NC_F32
#include "gemm_tile.h"
#include "gemm_gather.h"
#ifdef TS_WHOLE_TILES
#include "gemm_whole.h"
#else
#include "gemm_block.h"
#endif
#undef TS_T
#undef TS_FN
#undef TS_SPLAT
#undef TS_MADD
#undef TS_SQUARE
#undef TS_SIDE
#undef TS_TRANSPOSE
#undef TS_SUM
#undef TS_SUM_4
#undef TS_MC
#undef TS_NC
#undef TS_LANES
#undef TS_LINE
#undef TS_NR
#undef TS_INLINE
#undef TS_KERNEL

#define TS_T double
#define TS_FN(x) TS_NAME(TS_ISA, f64, x)
#define TS_SPLAT TS_SPLAT_F64
#define TS_MADD TS_MADD_F64
#define TS_SQUARE 2
#define TS_SIDE double2_mem
#define TS_TRANSPOSE transpose_f64
#define TS_SUM sum_f64
#define TS_SUM_4 sum_4_f64
#define TS_MC (TS_MC_F32 / 2)
#define TS_NC (TS_NC_F32 / 2)
#include "gemm_tile.h"
#include "gemm_gather.h"
#ifdef TS_WHOLE_TILES
#include "gemm_whole.h"
#else
#include "gemm_block.h"
#endif
#undef TS_T
#undef TS_FN
#undef TS_SPLAT
#undef TS_MADD
#undef TS_SQUARE
#undef TS_SIDE
#undef TS_TRANSPOSE
#undef TS_SUM
#undef TS_SUM_4
#undef TS_MC
#undef TS_NC
#undef TS_LANES
#undef TS_LINE
#undef TS_NR
#undef TS_INLINE
#undef TS_KERNEL

#undef TS_ISA
#undef TS_TARGET
#undef TS_VB
#undef TS_MR
#undef TS_EACH_ROW
#undef TS_DR
#undef TS_EACH_DOT_ROW
#undef TS_SPLAT_F32
#undef TS_SPLAT_F64
#undef TS_MADD_F32
#undef TS_MADD_F64
#undef TS_KC
#undef TS_GATHER_KC
#undef TS_PACK_ROWS_FROM
#undef TS_PACK_COLS_FROM
#undef TS_MC_F32
#undef TS_NC_F32
