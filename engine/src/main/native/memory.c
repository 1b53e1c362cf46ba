/* Memory for weights, and where threads run. Linux knows huge pages and affinity; elsewhere the plain forms do. */
#define _GNU_SOURCE
#include "include/kernels.h"

#include <sched.h>
#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

#define HUGE_PAGE ((uintptr_t)2 << 20)

#ifndef MAP_NORESERVE
#define MAP_NORESERVE 0
#endif

int64_t perigee_reserve(int64_t bytes) {
    if (bytes < 1 || bytes % (int64_t)HUGE_PAGE != 0)
        return 0;
    size_t whole = (size_t)bytes + HUGE_PAGE;
    char *mapped = mmap(NULL, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mapped == MAP_FAILED)
        return 0;
    char *aligned = (char *)(((uintptr_t)mapped + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE);
    if (aligned != mapped)
        munmap(mapped, (size_t)(aligned - mapped));
    size_t behind = (size_t)(mapped + whole - (aligned + bytes));
    if (behind > 0)
        munmap(aligned + bytes, behind);
#ifdef MADV_HUGEPAGE
    madvise(aligned, (size_t)bytes, MADV_HUGEPAGE);
#endif
    return (int64_t)(uintptr_t)aligned;
}

int32_t perigee_give_back(int64_t address, int64_t bytes) {
    return munmap((void *)(uintptr_t)address, (size_t)bytes) == 0 ? PERIGEE_OK : PERIGEE_BAD_EXTENT;
}

int32_t perigee_read_through(int64_t address, int64_t bytes) {
    if (address == 0 || bytes < 0)
        return PERIGEE_BAD_EXTENT;
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t first = ((uintptr_t)address + page - 1) / page * page;
    uintptr_t end = ((uintptr_t)address + (uintptr_t)bytes) / page * page;
    if (first < end)
        madvise((void *)first, end - first, MADV_DONTNEED);
    return PERIGEE_OK;
}

int32_t perigee_pin(int32_t number) {
#if defined(__linux__)
    cpu_set_t allowed, own;
    if (number < 0 || sched_getaffinity(0, sizeof allowed, &allowed) != 0)
        return PERIGEE_BAD_EXTENT;
    for (int cpu = 0, seen = 0; cpu < CPU_SETSIZE; cpu++) {
        if (!CPU_ISSET(cpu, &allowed) || seen++ != number)
            continue;
        CPU_ZERO(&own);
        CPU_SET(cpu, &own);
        return sched_setaffinity(0, sizeof own, &own) == 0 ? PERIGEE_OK : PERIGEE_BAD_EXTENT;
    }
    return PERIGEE_BAD_EXTENT;
#else
    (void)number;
    return PERIGEE_OK;
#endif
}
