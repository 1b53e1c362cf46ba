/* AVX2 with FMA and F16C. Compiled with exactly these switched on. */
#if defined(__x86_64__)
#include <immintrin.h>
#define PERIGEE_ISA avx2
#define LANES 8
#define FUSED(a, b, c) ((vf)_mm256_fmadd_ps((__m256)(a), (__m256)(b), (__m256)(c)))
#include "../body/all.inc"
#endif
