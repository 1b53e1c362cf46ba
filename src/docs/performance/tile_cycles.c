/*
 * Core cycles that the tile kernels take for a group (32 columns) of a tile (16 rows) and a token, of the fastest of many short runs, so that what
 * else the machine does hardly matters.
 *
 *   cc -O2 tile_cycles.c -ldl -o tile_cycles
 *   ./tile_cycles engine/target/classes/META-INF/perigee/native/linux-x86_64/libperigee_kernels.so avx512 FORMAT COLUMNS ROWS TOKENS...
 *
 * FORMAT: 0 Q4_0, 1 INT4, 2 Q8_0, 3 Q4_K, 4 Q6_K. x86-64.
 */
#include "cycles.h"
#include "kernel_library.h"

enum { RUNS = 300 };

int main(int count, char **arguments) {
    void *library = count < 7 ? NULL : dlopen(arguments[1], RTLD_NOW);
    if (library == NULL) {
        fprintf(stderr, "tile_cycles LIBRARY ISA FORMAT COLUMNS ROWS TOKENS...\n");
        return 2;
    }
    quantise *round_inputs = (quantise *)found(library, arguments[2], "quantise");
    multiply *product = (multiply *)found(library, arguments[2], "multiply_tiles");
    int format = atoi(arguments[3]), columns = atoi(arguments[4]), rows = atoi(arguments[5]);
    int64_t weight_bytes = tile_bytes(format, columns) * (rows / TILE);
    uint8_t *weight = aligned_alloc(64, (size_t)weight_bytes + 4096);
    for (int64_t i = 0; i < weight_bytes; i++)
        weight[i] = (uint8_t)(rand() & 0x3b); /* scales stay finite */
    for (int a = 6; a < count; a++) {
        int tokens = atoi(arguments[a]);
        float *x = aligned_alloc(64, sizeof(float) * (size_t)tokens * columns), *y = aligned_alloc(64, sizeof(float) * (size_t)tokens * rows);
        int64_t panel_bytes = (int64_t)tokens * columns * 3 / 2, least = INT64_MAX, unit = INT64_MAX;
        void *panels = aligned_alloc(64, (size_t)panel_bytes + 4096);
        for (int64_t i = 0; i < (int64_t)tokens * columns; i++)
            x[i] = (float)rand() / (float)RAND_MAX - 0.5f;
        int refused = round_inputs(x, columns, NULL, tokens, columns, 0, (tokens + PANEL - 1) / PANEL, panels, panel_bytes);
        for (int run = 0; run < RUNS; run++) {
            unit = smaller(unit, ticks_of_cycles());
            int64_t begun = now();
            refused |= product(format, weight, weight_bytes, panels, panel_bytes, tokens, columns, rows, 0, rows / TILE, y, rows);
            least = smaller(least, now() - begun);
        }
        printf("format %d, %d columns, %d tokens: %.2f cycles%s\n", format, columns, tokens,
               (double)least * CYCLES / (double)unit / ((double)tokens * (columns / GROUP) * (rows / TILE)), refused ? ", REFUSED" : "");
    }
    return 0;
}
