/*
 * Multiply-adds a core cycle of absorbed attention: one token, 16 heads, latents of 576 elements of which 512 are values, in bfloat16, the fastest
 * of some runs on one thread. With one layer of few positions the latents lie in the cache; with many layers they come from memory.
 *
 *   cc -O2 attention_cycles.c -ldl -o attention_cycles
 *   ./attention_cycles engine/target/classes/META-INF/perigee/native/linux-x86_64/libperigee_kernels.so avx512 POSITIONS LAYERS RUNS
 *
 * x86-64, Linux.
 */
#define _GNU_SOURCE
#include "cycles.h"
#include "huge_memory.h"
#include "kernel_library.h"

enum { WIDTH = 576, VALUES = 512, HEADS = 16, PAGE_TOKENS = 64 };

int main(int count, char **arguments) {
    void *library = count != 6 ? NULL : dlopen(arguments[1], RTLD_NOW);
    if (library == NULL) {
        fprintf(stderr, "attention_cycles LIBRARY ISA POSITIONS LAYERS RUNS\n");
        return 2;
    }
    attend_spans *attend = (attend_spans *)found(library, arguments[2], "attend_spans_bf16");
    int positions = atoi(arguments[3]), layers = atoi(arguments[4]), runs = atoi(arguments[5]);
    int pages = (positions + PAGE_TOKENS - 1) / PAGE_TOKENS, spans = (positions + PERIGEE_ATTENTION_SPAN - 1) / PERIGEE_ATTENTION_SPAN;
    int64_t page = (int64_t)PAGE_TOKENS * WIDTH, elements = page * layers * pages, parts = (int64_t)spans * PERIGEE_ATTENDED_FLOATS(VALUES);
    uint16_t *cache = (uint16_t *)huge_memory(elements * (long)sizeof *cache);
    for (int64_t i = 0; i < elements; i++)
        cache[i] = (uint16_t)(0x3c00 + (rand() & 0x81ff)); /* about -0.03 to 0.03 */
    int32_t *order = malloc(sizeof(int32_t) * (size_t)pages);
    for (int i = 0; i < pages; i++)
        order[i] = i;
    float *query = malloc(sizeof(float) * HEADS * WIDTH), *made = aligned_alloc(64, sizeof(float) * (size_t)parts);
    for (int i = 0; i < HEADS * WIDTH; i++)
        query[i] = (float)rand() / (float)RAND_MAX - 0.5f;
    int64_t least = INT64_MAX, unit = INT64_MAX;
    int refused = 0;
    for (int run = 0; run < runs; run++) {
        unit = smaller(unit, ticks_of_cycles());
        int64_t begun = now();
        for (int layer = 0; layer < layers; layer++)
            refused |= attend(cache, elements, page * layers, page * layer, order, pages, PAGE_TOKENS, query, made, parts, HEADS, WIDTH, VALUES,
                              0.07f, 0, positions, 0, spans);
        least = smaller(least, now() - begun);
    }
    double products = (double)layers * positions * HEADS * (WIDTH + VALUES);
    printf("%d positions, %d layers: %.1f multiply-adds a cycle%s\n", positions, layers,
           products * (double)unit / ((double)least * CYCLES), refused ? ", REFUSED" : "");
    return 0;
}
