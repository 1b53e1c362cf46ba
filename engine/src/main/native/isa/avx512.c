/* AVX-512 F, BW, DQ, VL. Compiled with exactly these switched on. */
#if defined(__x86_64__)
#include <immintrin.h>
#define PERIGEE_ISA avx512
#define LANES 16
#define FUSED(a, b, c) ((vf)_mm512_fmadd_ps((__m512)(a), (__m512)(b), (__m512)(c)))
#include "../body/all.inc"
#endif
