/*
 * Core cycles that one instruction takes where many follow each other, alone and in turns with another: which of them wait for the same ports.
 *
 *     cc -O2 -mavx512f instruction_rates.c -o instruction_rates && ./instruction_rates
 *
 * Needs x86-64 with AVX-512 VNNI and BF16. Each figure is the median of 200 runs of about 25 µs.
 */
#include "cycles.h"
#include "sorted.h"

#include <stdio.h>

#define REPEATS 4000
#define RUNS 200

#define ALL "zmm0", "zmm1", "zmm2", "zmm3", "zmm4", "zmm5", "zmm6", "zmm7", "zmm8", "zmm9", "zmm10", "zmm11", "zmm12", "zmm13", "zmm14", "zmm15", \
            "zmm16", "zmm17", "zmm18", "zmm19", "zmm20", "zmm21", "zmm22", "zmm23", "memory"

/* Twelve of one into registers 0 to 11, each followed by one of the other into 12 to 23. */
#define IN_TURNS(a, b)                                                                                                                       \
    a(0) b(12) a(1) b(13) a(2) b(14) a(3) b(15) a(4) b(16) a(5) b(17) a(6) b(18) a(7) b(19) a(8) b(20) a(9) b(21) a(10) b(22) a(11) b(23)

#define MEASURE(name, a, b)                                                                                                                  \
    do {                                                                                                                                     \
        double each[RUNS];                                                                                                                   \
        for (int run = 0; run < RUNS; run++) {                                                                                               \
            double cycle = (double)ticks_of_cycles() / CYCLES;                                                                               \
            long left = REPEATS;                                                                                                             \
            int64_t begun = now();                                                                                                           \
            __asm__ volatile("1:\n" IN_TURNS(a, b) "dec %[left]\n jnz 1b" : [left] "+r"(left) : [from] "r"(bytes) : ALL);                     \
            each[run] = (double)(now() - begun) / cycle / (24.0 * REPEATS);                                                                  \
        }                                                                                                                                    \
        printf("%-44s %.2f cycles each\n", name, sorted_median(each, RUNS));                                                                 \
    } while (0)

#define OF_TWO(instruction, to) instruction " %%zmm30, %%zmm31, %%zmm" #to "\n"
#define DOT(to) OF_TWO("vpdpbusd", to)
#define DOT_LOADED(to) "vpdpbusd 4*" #to "(%[from])%{1to16%}, %%zmm31, %%zmm" #to "\n"
#define DOT_BF16(to) OF_TWO("vdpbf16ps", to)
#define MULTIPLY_BYTES(to) OF_TWO("vpmaddubsw", to)
#define MULTIPLY_WORDS(to) OF_TWO("vpmaddwd", to)
#define MULTIPLY(to) OF_TWO("vmulps", to)
#define FUSED(to) OF_TWO("vfmadd231ps", to)
#define ADD(to) OF_TWO("vaddps", to)
#define AND(to) OF_TWO("vpandd", to)
#define SHIFT(to) "vpsrld $4, %%zmm31, %%zmm" #to "\n"
#define CONVERT(to) "vcvtdq2ps %%zmm31, %%zmm" #to "\n"
#define LOAD(to) "vpbroadcastd 4*" #to "(%[from]), %%zmm" #to "\n"

int main(void) {
    static uint8_t bytes[256];
    MEASURE("vpdpbusd", DOT, DOT);
    MEASURE("vpdpbusd, an operand broadcast from memory", DOT_LOADED, DOT_LOADED);
    MEASURE("vdpbf16ps", DOT_BF16, DOT_BF16);
    MEASURE("vpbroadcastd from memory", LOAD, LOAD);
    MEASURE("vpdpbusd and vmulps", DOT, MULTIPLY);
    MEASURE("vpdpbusd and vfmadd231ps", DOT, FUSED);
    MEASURE("vpdpbusd and vpmaddubsw", DOT, MULTIPLY_BYTES);
    MEASURE("vpdpbusd and vpmaddwd", DOT, MULTIPLY_WORDS);
    MEASURE("vpdpbusd and vaddps", DOT, ADD);
    MEASURE("vpdpbusd and vpandd", DOT, AND);
    MEASURE("vpdpbusd and vpsrld", DOT, SHIFT);
    MEASURE("vpdpbusd and vcvtdq2ps", DOT, CONVERT);
    MEASURE("vpdpbusd and vpbroadcastd from memory", DOT, LOAD);
    return 0;
}
