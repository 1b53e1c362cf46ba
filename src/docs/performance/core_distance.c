/*
 * How far two CPUs lie from each other and what they read of memory together: where a host runs them on one die they answer each other sooner, and
 * share that die's way to memory.
 *
 *     cc -O2 -march=native -pthread core_distance.c -o core_distance && ./core_distance ROUNDS
 *
 * Printed for every round, of about 10 ms, are the nanoseconds from one to the other and back, and GB/s of 256 MiB in huge pages, a half each. Linux,
 * two CPUs.
 */
#define _GNU_SOURCE
#include "reads.h"

#include <stdatomic.h>

#define READ (256L << 20)
#define TURNS 20000

static char *memory;
static long rounds;
static pthread_barrier_t together;
static _Alignas(128) atomic_int turn;

static void take_turns(int thread) {
    for (int i = 0; i < TURNS; i++) {
        while (atomic_load(&turn) != thread)
            ;
        atomic_store(&turn, 1 - thread);
    }
}

static void *measure(void *number) {
    int thread = (int)(intptr_t)number;
    run_on_cpu(thread);
    for (long round = 0; round < rounds; round++) {
        pthread_barrier_wait(&together);
        take_turns(thread); /* both are awake now */
        double begun = now();
        take_turns(thread);
        double turned = now();
        pthread_barrier_wait(&together);
        double reading = now();
        read_lines(memory + thread * (READ / 2), READ / 2);
        pthread_barrier_wait(&together);
        if (thread == 0)
            printf("%.0f ns there and back, %.1f GB/s\n", (turned - begun) * 1e9 / TURNS, (double)READ / (now() - reading) * 1e-9);
    }
    return NULL;
}

int main(int arguments, char **argument) {
    if (arguments != 2 || (rounds = atol(argument[1])) < 1) {
        fprintf(stderr, "usage: core_distance ROUNDS\n");
        return 2;
    }
    memory = huge_memory(READ);
    pthread_barrier_init(&together, NULL, 2);
    run_on_two(measure);
    return 0;
}
