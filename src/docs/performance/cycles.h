/* Core cycles on x86-64: time stamps times a factor, found in between with instructions of a known latency. */
#include <stdint.h>
#include <x86intrin.h>

enum { CYCLES = 30000 };

static int64_t now(void) {
    unsigned cpu;
    return (int64_t)__rdtscp(&cpu);
}

static inline int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

/* Ticks of CYCLES cycles: multiplications that wait for each other, 3 cycles each, which a busy sibling hardly delays. */
static int64_t ticks_of_cycles(void) {
    int64_t value = 1, begun = now();
    for (int done = 0; done < CYCLES; done += 60)
        __asm__ volatile(".rept 20\n\timul %0, %0\n\t.endr" : "+r"(value));
    return now() - begun;
}
