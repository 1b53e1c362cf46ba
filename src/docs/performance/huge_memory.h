/* Memory in huge pages. Linux; needs _GNU_SOURCE. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#define HUGE_PAGE (2L << 20)

/* Memory that is written to already; a page more than asked for, as fetching ahead runs beyond the end. */
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
