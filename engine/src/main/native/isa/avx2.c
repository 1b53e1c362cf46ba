/* AVX2 with FMA and F16C. Compiled with exactly these switched on. */
#if defined(__x86_64__)
#include <immintrin.h>
#define PERIGEE_ISA avx2
#define LANES 8
#define FUSED(a, b, c) ((vf)_mm256_fmadd_ps((__m256)(a), (__m256)(b), (__m256)(c)))
#define WIDEN_HALVES(from) ((vu)_mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)(from))))
#define WIDEN_F16(from) ((vf)_mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(from))))
#define FOLD(value) (_mm256_castps256_ps128((__m256)(value)) + _mm256_extractf128_ps((__m256)(value), 1))
#include "../body/all.inc"
#endif
