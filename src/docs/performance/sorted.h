/* Figures of repeated runs, sorted. */
#include <stdlib.h>

static inline int compared(const void *a, const void *b) {
    double difference = *(const double *)a - *(const double *)b;
    return (difference > 0) - (difference < 0);
}

/* Sorts them in place, and gives their median. */
static inline double sorted_median(double *figures, long count) {
    qsort(figures, (size_t)count, sizeof *figures, compared);
    return figures[count / 2];
}
