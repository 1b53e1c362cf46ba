/* Which instruction sets this library and this CPU share, and what else depends on the CPU. */
#include "include/cpu.h"
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

int perigee_fetch_ahead = 0;

#if defined(__x86_64__)
#include <cpuid.h>

/* Family of an AMD processor, else 0 (AMD64 Architecture Programmer's Manual, CPUID function 1): 0x19 Zen 3 and 4, 0x1a Zen 5. */
static int amd_family(void) {
    unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
    __builtin_cpu_init();
    if (!__builtin_cpu_is("amd") || !__get_cpuid(1, &eax, &ebx, &ecx, &edx))
        return 0;
    int family = (int)(eax >> 8 & 15);
    return family == 15 ? family + (int)(eax >> 20 & 255) : family;
}

/* Zen 4 reads slower for it, Zen 5 faster (kernels.md); others are not measured. */
__attribute__((constructor)) static void choose_fetch_ahead(void) { perigee_fetch_ahead = amd_family() == 0x1a ? 3072 : 0; }
#endif
