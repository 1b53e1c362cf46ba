/* AVX-512 F, BW, DQ, VL, VNNI, BF16. Compiled with exactly these switched on. */
#if defined(__x86_64__)
#include <immintrin.h>
#define PERIGEE_ISA avx512
#define LANES 16
#define BF16_DOT
#define FUSED(a, b, c) ((vf)_mm512_fmadd_ps((__m512)(a), (__m512)(b), (__m512)(c)))
#define WIDEN_HALVES(from) ((vu)_mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)(from))))
#define WIDEN_F16(from) ((vf)_mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)(from))))
#define WIDEN_BYTES(from) ((vi)_mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)(from))))
#define WIDEN_SIGNED_BYTES(from) ((vi)_mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i *)(from))))
#define STORE_BYTES(to, value) _mm_storeu_si128((__m128i *)(to), _mm512_cvtepi32_epi8((__m512i)(value)))
#define FOLD(value) fold16((__m512)(value))
static inline __attribute__((always_inline)) __m128 fold16(__m512 value) {
    __m256 half = _mm512_castps512_ps256(value) + _mm512_extractf32x8_ps(value, 1);
    return _mm256_castps256_ps128(half) + _mm256_extractf128_ps(half, 1);
}
#define LARGEST(value) _mm512_reduce_max_epu32((__m512i)(value))
#include "../body/all.inc"
#endif
