/*
 * Whether memory that was asked for in a burst has come: fetches some KiB that are in no cache, waits long enough for all of them, and reads them.
 *
 *   cc -O2 -march=native -pthread prefetch_bursts.c -o prefetch_bursts && ./prefetch_bursts
 *
 * One thread; medians of 200 times, a place of its own in 1 GiB of huge pages each. Linux.
 */
#define _GNU_SOURCE
#include "reads.h"

#define ALL (1L << 30)

enum { TIMES = 200 };

static const double WAITED = 60e-6; /* seconds: 256 KiB at 5 GB/s */

typedef void fetching(const char *from, long bytes);

static void nothing(const char *from, long bytes) {
    (void)from;
    (void)bytes;
}

static void prefetched(const char *from, long bytes) {
    for (long at = 0; at < bytes; at += 64)
        __builtin_prefetch(from + at, 0, 2);
}

/* The same with 24 cycles between two lines: multiplications that wait for each other. */
static void prefetched_slowly(const char *from, long bytes) {
    long value = 1;
    for (long at = 0; at < bytes; at += 64) {
        __builtin_prefetch(from + at, 0, 2);
        __asm__ volatile(".rept 8\n\timul %0, %0\n\t.endr" : "+r"(value));
    }
}

static void loaded(const char *from, long bytes) {
    for (long at = 0; at < bytes; at += 64)
        __asm__ volatile("" ::"r"(from[at]));
}

static double microseconds(fetching *how, const char *from, long bytes) {
    double begun = now();
    how(from, bytes);
    return (now() - begun) * 1e6;
}

int main(void) {
    static const struct {
        const char *name;
        fetching *fetch;
    } ways[] = {{"not at all", nothing}, {"prefetched", prefetched}, {"prefetched slowly", prefetched_slowly}, {"loaded", loaded}};
    char *memory = huge_memory(ALL);
    long at = 0;
    run_on_cpu(1);
    for (long bytes = 16 << 10; bytes <= 256 << 10; bytes *= 4)
        for (size_t way = 0; way < sizeof ways / sizeof ways[0]; way++) {
            double fetching_took[TIMES], reading_took[TIMES];
            for (int time = 0; time < TIMES; time++) {
                fetching_took[time] = microseconds(ways[way].fetch, memory + at, bytes);
                for (double begun = now(); now() - begun < WAITED;) {
                }
                reading_took[time] = microseconds(read_lines, memory + at, bytes);
                at = at + 2 * bytes + HUGE_PAGE <= ALL ? at + bytes + (512 << 10) : 0;
            }
            printf("%3ld KiB, %-17s in %5.2f us, then read in %5.2f us\n", bytes >> 10, ways[way].name, sorted_median(fetching_took, TIMES),
                   sorted_median(reading_took, TIMES));
        }
    return 0;
}
