/*
 * What two threads read of weights in tiles for one token, as decode does: chunks from one counter, a quarter of the rest at a time and at least 64 KiB,
 * 1 GiB of matrices one after the other. Builds of the library take turns with each other and with a plain read of the same memory.
 *
 *   cc -O2 -march=native -pthread tile_reads.c -ldl -o tile_reads
 *   ./tile_reads ISA FORMAT COLUMNS ROWS ROUNDS LIBRARY...
 *
 * FORMAT: as tile_cycles.c has it. LIBRARY: paths that differ, up to 15. Printed are the tenth, the median and the ninetieth percentile of the rounds.
 * Linux, x86-64, two CPUs.
 */
#define _GNU_SOURCE
#include "kernel_library.h"
#include "reads.h"

#include <stdatomic.h>
#include <string.h>

#define ALL (1L << 30)
#define LEAST (64L << 10)

enum { MOST = 16, THREADS = 2 };

static multiply *forms[MOST];
static const char *names[MOST];
static double *speeds[MOST];
static int count, format, columns, rows, tiles, matrices, rounds;
static char *weights;
static void *panel;
static float *products;
static atomic_int *taken;
static pthread_barrier_t together;

static void multiply_all(multiply *form) {
    long tile = tile_bytes(format, columns), matrix = tile * tiles;
    int least = LEAST / tile < 1 ? 1 : (int)(LEAST / tile);
    for (int m = 0; m < matrices; m++)
        for (int first = atomic_load(taken + m); first < tiles; first = atomic_load(taken + m)) {
            int chunk = (tiles - first) / (2 * THREADS) < least ? least : (tiles - first) / (2 * THREADS);
            int end = first + chunk < tiles ? first + chunk : tiles;
            if (atomic_compare_exchange_strong(taken + m, &first, end) &&
                form(format, weights + m * matrix, matrix, panel, (int64_t)columns * 3 / 2, 1, columns, rows, first, end, products, rows)) {
                fprintf(stderr, "tile_reads: the kernel refused its extents\n");
                exit(1);
            }
        }
}

static void *measure(void *number) {
    int thread = (int)(intptr_t)number;
    long bytes = tile_bytes(format, columns) * tiles * matrices;
    run_on_cpu(thread);
    for (int round = 0; round < rounds; round++)
        for (int form = 0; form < count; form++) {
            if (thread == 0)
                memset(taken, 0, sizeof *taken * (size_t)matrices);
            pthread_barrier_wait(&together);
            double begun = now();
            if (forms[form] == NULL)
                read_lines(weights + thread * (bytes / THREADS) / 64 * 64, bytes / THREADS);
            else
                multiply_all(forms[form]);
            pthread_barrier_wait(&together);
            if (thread == 0)
                speeds[form][round] = (double)bytes / (now() - begun) * 1e-9;
        }
    return NULL;
}

int main(int arguments, char **argument) {
    if (arguments < 7 || arguments - 6 >= MOST || (rounds = atoi(argument[5])) < 1) {
        fprintf(stderr, "usage: tile_reads ISA FORMAT COLUMNS ROWS ROUNDS LIBRARY...\n");
        return 2;
    }
    format = atoi(argument[2]);
    columns = atoi(argument[3]);
    rows = atoi(argument[4]);
    tiles = rows / TILE;
    if (tiles < 1 || columns < GROUP) {
        fprintf(stderr, "tile_reads: %d columns, %d rows: at least %d and %d\n", columns, rows, GROUP, TILE);
        return 2;
    }
    matrices = (int)(ALL / (tile_bytes(format, columns) * tiles));
    quantise *round_inputs = NULL;
    for (int i = 6; i < arguments; i++) {
        void *library = dlopen(argument[i], RTLD_NOW);
        if (library == NULL) {
            fprintf(stderr, "tile_reads: %s\n", dlerror());
            return 2;
        }
        round_inputs = (quantise *)found(library, argument[1], "quantise");
        names[count] = argument[i];
        forms[count++] = (multiply *)found(library, argument[1], "multiply_tiles");
    }
    names[count++] = "plain";
    weights = huge_memory(ALL);
    for (long i = 0; i < ALL; i++)
        weights[i] = (char)(rand() & 0x3b); /* scales stay finite */
    float *x = aligned_alloc(64, sizeof(float) * (size_t)columns);
    panel = aligned_alloc(64, (size_t)columns * 2);
    products = aligned_alloc(64, sizeof(float) * (size_t)(rows + TILE));
    taken = calloc((size_t)matrices, sizeof *taken);
    for (int i = 0; i < columns; i++)
        x[i] = (float)rand() / (float)RAND_MAX - 0.5f;
    if (round_inputs(x, columns, NULL, 1, columns, 0, 1, panel, (int64_t)columns * 3 / 2)) {
        fprintf(stderr, "tile_reads: inputs of %d columns cannot be rounded\n", columns);
        return 1;
    }
    for (int form = 0; form < count; form++)
        speeds[form] = calloc((size_t)rounds, sizeof **speeds);
    pthread_barrier_init(&together, NULL, THREADS);
    run_on_two(measure);
    for (int form = 0; form < count; form++)
        print_spread(names[form], speeds[form], rounds);
    return 0;
}
