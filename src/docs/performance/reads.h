/* What the programs share that read memory with two threads: a CPU for each thread, times, huge pages. Linux. */
#include "huge_memory.h"
#include "sorted.h"

#include <pthread.h>
#include <sched.h>
#include <time.h>

/* As wide as AVX2 has registers: wider ones would pass through memory there. */
typedef int64_t half_line __attribute__((vector_size(32)));

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void run_on_cpu(int number) {
    cpu_set_t own;
    CPU_ZERO(&own);
    CPU_SET(number, &own);
    sched_setaffinity(0, sizeof own, &own);
}

/* Runs the body on two threads, with 0 and 1. */
static inline void run_on_two(void *(*body)(void *)) {
    pthread_t other;
    if (pthread_create(&other, NULL, body, (void *)1)) {
        fprintf(stderr, "no second thread\n");
        exit(1);
    }
    body(NULL);
    pthread_join(other, NULL);
}

static inline half_line read_line(const char *from) { return ((const half_line *)from)[0] ^ ((const half_line *)from)[1]; }

/* So that what is read is used. */
static __thread half_line sink;

static inline void read_lines(const char *from, long bytes) {
    half_line sum = {0};
    for (long at = 0; at < bytes; at += 64)
        sum ^= read_line(from + at);
    sink ^= sum;
}

/* Sorts the rounds and prints their tenth, median and ninetieth percentile. */
static inline void print_spread(const char *name, double *each, long rounds) {
    double median = sorted_median(each, rounds);
    printf("%-34s %5.1f %5.1f %5.1f GB/s\n", name, each[rounds / 10], median, each[rounds * 9 / 10]);
}
