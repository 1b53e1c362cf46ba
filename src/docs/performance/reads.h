/* What the programs share that read memory with two threads: huge pages, a CPU for each thread, times. Linux. */
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

#define HUGE_PAGE (2L << 20)

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Memory in huge pages, written to; a page more than asked for, as fetching ahead runs beyond the end. */
static char *huge_memory(long bytes) {
    char *all = mmap(NULL, (size_t)(bytes + 2 * HUGE_PAGE), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (all == MAP_FAILED) {
        perror("memory");
        exit(1);
    }
    char *memory = (char *)(((uintptr_t)all + HUGE_PAGE - 1) & -(uintptr_t)HUGE_PAGE);
    madvise(memory, (size_t)(bytes + HUGE_PAGE), MADV_HUGEPAGE);
    for (long i = 0; i < bytes + HUGE_PAGE; i += 4096)
        memory[i] = 1;
    return memory;
}

static void run_on_cpu(int number) {
    cpu_set_t own;
    CPU_ZERO(&own);
    CPU_SET(number, &own);
    sched_setaffinity(0, sizeof own, &own);
}

/* Runs the body on two threads, with 0 and 1. */
static void run_on_two(void *(*body)(void *)) {
    pthread_t other;
    if (pthread_create(&other, NULL, body, (void *)1)) {
        fprintf(stderr, "no second thread\n");
        exit(1);
    }
    body(NULL);
    pthread_join(other, NULL);
}

static int compared(const void *a, const void *b) {
    double difference = *(const double *)a - *(const double *)b;
    return (difference > 0) - (difference < 0);
}

/* Sorts the rounds and prints their tenth, median and ninetieth percentile. */
static void print_spread(const char *name, double *each, long rounds) {
    qsort(each, (size_t)rounds, sizeof *each, compared);
    printf("%-34s %5.1f %5.1f %5.1f GB/s\n", name, each[rounds / 10], each[rounds / 2], each[rounds * 9 / 10]);
}
