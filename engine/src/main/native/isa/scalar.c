/* The baseline of the platform: vectors of four that every CPU of it has, no fused multiply-add. */
#define PERIGEE_ISA scalar
#define LANES 4
#define FUSED(a, b, c) ((a) * (b) + (c))
#define WIDEN_HALVES(from) widen_four(from)
#define WIDEN_BYTES(from) widen_four_bytes(from)
#define WIDEN_SIGNED_BYTES(from) widen_four_signed_bytes(from)
#define STORE_BYTES(to, value) store_four_bytes(to, value)
#define FOLD(value) (value)
#define LARGEST(value) largest4(value)
#include <stdint.h>
typedef uint32_t four_words __attribute__((vector_size(16)));
static inline uint32_t largest4(four_words value) {
    uint32_t low = value[0] > value[1] ? value[0] : value[1], high = value[2] > value[3] ? value[2] : value[3];
    return low > high ? low : high;
}
#include "../body/all.inc"
