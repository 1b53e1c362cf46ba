/* The baseline of the platform: vectors of four that every CPU of it has, no fused multiply-add. */
#define PERIGEE_ISA scalar
#define LANES 4
#define FUSED(a, b, c) ((a) * (b) + (c))
#define WIDEN_HALVES(from) widen_four(from)
#define FOLD(value) (value)
#include "../body/all.inc"
