/* AVX2 with FMA and F16C. Compiled with exactly these switched on. */
#if defined(__x86_64__)
#include <immintrin.h>
#include <stdint.h>
#define PERIGEE_ISA avx2
#define LANES 8
#define FUSED(a, b, c) ((vf)_mm256_fmadd_ps((__m256)(a), (__m256)(b), (__m256)(c)))
#define WIDEN_HALVES(from) ((vu)_mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)(from))))
#define WIDEN_F16(from) ((vf)_mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(from))))
#define WIDEN_BYTES(from) ((vi)_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(from))))
#define WIDEN_SIGNED_BYTES(from) ((vi)_mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)(from))))
#define STORE_BYTES(to, value) store_bytes8(to, (__m256i)(value))
static inline __attribute__((always_inline)) void store_bytes8(int8_t *to, __m256i value) {
    __m128i halves = _mm_packs_epi32(_mm256_castsi256_si128(value), _mm256_extracti128_si256(value, 1));
    _mm_storel_epi64((__m128i *)to, _mm_packs_epi16(halves, halves));
}
#define FOLD(value) (_mm256_castps256_ps128((__m256)(value)) + _mm256_extractf128_ps((__m256)(value), 1))
#define LARGEST(value) largest8((__m256i)(value))
static inline __attribute__((always_inline)) uint32_t largest8(__m256i value) {
    __m128i four = _mm_max_epu32(_mm256_castsi256_si128(value), _mm256_extracti128_si256(value, 1));
    __m128i two = _mm_max_epu32(four, _mm_shuffle_epi32(four, 0x4e));
    return (uint32_t)_mm_cvtsi128_si32(_mm_max_epu32(two, _mm_shuffle_epi32(two, 0xb1)));
}
#include "../body/all.inc"
#endif
