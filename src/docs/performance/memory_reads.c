/*
 * What two threads read of memory, in ways that take turns, and whether it is the place or the moment that makes it fast.
 *
 *     cc -O2 -march=native -pthread memory_reads.c -lm -o memory_reads && ./memory_reads GIB ROUNDS
 *
 * Takes GIB of huge pages (at least 1). Every round reads 256 MiB in each way, half by each thread, further on in memory every time.
 * Printed are the tenth, the median and the ninetieth percentile of the rounds in GB/s. Then all of it is read four times in blocks of 32 MiB:
 * were some places faster than others, the blocks' speeds would be alike from one time to the next; printed is how they correlate. Needs
 * Linux and two CPUs.
 */
#define _GNU_SOURCE
#include "reads.h"

#include <math.h>

#define CHUNK (256L << 20)
#define BLOCK (32L << 20)
#define TIMES 4

typedef void reading(const char *from, long bytes);

static __thread int thread;

/* Reads `streams` parts side by side and fetches `ahead` bytes ahead (0: not at all); locality as __builtin_prefetch has it. */
#define READING(name, streams, ahead, locality)                                                                                              \
    static void name(const char *from, long bytes) {                                                                                         \
        half_line sum = {0};                                                                                                                 \
        long part = bytes / streams;                                                                                                         \
        for (long at = 0; at < part; at += 256)                                                                                              \
            for (int s = 0; s < streams; s++)                                                                                                \
                for (int i = 0; i < 256; i += 64) {                                                                                          \
                    const char *here = from + s * part + at + i;                                                                             \
                    if (ahead)                                                                                                               \
                        __builtin_prefetch(here + ahead, 0, locality);                                                                       \
                    sum ^= read_line(here);                                                                                                  \
                }                                                                                                                            \
        sink ^= sum;                                                                                                                         \
    }

READING(plain, 1, 0, 3)
READING(two_streams, 2, 0, 3)
READING(four_streams, 4, 0, 3)
READING(first_level_1k, 1, 1024, 3)
READING(first_level_4k, 1, 4096, 3)
READING(second_level_2k, 1, 2048, 2)
READING(passing_1k, 1, 1024, 0)
READING(passing_4k, 1, 4096, 0)
READING(two_streams_1k, 2, 1024, 3)
READING(four_streams_1k, 4, 1024, 3)

static const struct {
    const char *name;
    reading *read;
} ways[] = {{"plain", plain},
            {"2 streams", two_streams},
            {"4 streams", four_streams},
            {"fetched 1 KiB ahead", first_level_1k},
            {"fetched 4 KiB ahead", first_level_4k},
            {"fetched 2 KiB ahead, second level", second_level_2k},
            {"fetched 1 KiB ahead, not kept", passing_1k},
            {"fetched 4 KiB ahead, not kept", passing_4k},
            {"2 streams, 1 KiB ahead", two_streams_1k},
            {"4 streams, 1 KiB ahead", four_streams_1k}};
#define WAYS (int)(sizeof ways / sizeof ways[0])

static char *memory;
static long size, rounds, blocks;
static double *of_ways, *of_blocks;
static pthread_barrier_t together;

static double speed(reading *read, long from, long bytes) {
    pthread_barrier_wait(&together);
    double begun = now();
    read(memory + from + thread * (bytes / 2), bytes / 2);
    pthread_barrier_wait(&together);
    return bytes / (now() - begun) * 1e-9;
}

static void *measure(void *number) {
    thread = (int)(intptr_t)number;
    run_on_cpu(thread);
    long at = 0;
    for (long round = 0; round < rounds; round++)
        for (int way = 0; way < WAYS; way++) {
            double gives = speed(ways[way].read, at, CHUNK);
            at = at + 2 * CHUNK <= size ? at + CHUNK : 0;
            if (thread == 0)
                of_ways[way * rounds + round] = gives;
        }
    for (long number_of_block = 0; number_of_block < TIMES * blocks; number_of_block++) {
        double gives = speed(plain, number_of_block % blocks * BLOCK, BLOCK);
        if (thread == 0)
            of_blocks[number_of_block] = gives;
    }
    return NULL;
}

static double correlation(const double *a, const double *b, long count) {
    double sa = 0, sb = 0, saa = 0, sbb = 0, sab = 0;
    for (long i = 0; i < count; i++) {
        sa += a[i];
        sb += b[i];
        saa += a[i] * a[i];
        sbb += b[i] * b[i];
        sab += a[i] * b[i];
    }
    return (count * sab - sa * sb) / sqrt((count * saa - sa * sa) * (count * sbb - sb * sb));
}

int main(int count, char **arguments) {
    if (count != 3 || atol(arguments[1]) < 1 || atol(arguments[2]) < 1) {
        fprintf(stderr, "usage: memory_reads GIB ROUNDS, both at least 1\n");
        return 2;
    }
    size = atol(arguments[1]) << 30;
    rounds = atol(arguments[2]);
    blocks = size / BLOCK;
    memory = huge_memory(size);
    of_ways = calloc((size_t)(WAYS * rounds), sizeof *of_ways);
    of_blocks = calloc((size_t)(TIMES * blocks), sizeof *of_blocks);
    if (!of_ways || !of_blocks) {
        perror("memory_reads: memory");
        return 1;
    }
    pthread_barrier_init(&together, NULL, 2);
    run_on_two(measure);
    for (int way = 0; way < WAYS; way++)
        print_spread(ways[way].name, of_ways + way * rounds, rounds);
    printf("%ld blocks of %ld MiB, %d times, correlation with the time before:", blocks, BLOCK >> 20, TIMES);
    for (int time = 1; time < TIMES; time++)
        printf(" %.2f", correlation(of_blocks + (time - 1) * blocks, of_blocks + time * blocks, blocks));
    printf("\n");
    return 0;
}
