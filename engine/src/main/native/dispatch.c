/* Which instruction sets this library and this CPU share. */
#include "include/kernels.h"

int32_t perigee_abi_version(void) { return PERIGEE_ABI_VERSION; }

int32_t perigee_isa_mask(void) {
    int32_t mask = PERIGEE_ISA_SCALAR;
#if defined(__x86_64__)
    __builtin_cpu_init();
    int avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
    int avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                 __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
                 __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512bf16");
    mask |= avx2 ? PERIGEE_ISA_AVX2 : 0;
    mask |= avx2 && avx512 ? PERIGEE_ISA_AVX512 : 0;
#endif
    return mask;
}
