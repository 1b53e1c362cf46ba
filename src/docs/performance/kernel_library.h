/* Kernels of a built library by their names, and what those of tiles take (kernels.h). */
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

typedef int32_t quantise(const float *x, int64_t stride, const int32_t *rows, int32_t tokens, int32_t columns, int32_t first, int32_t end,
                         void *panels, int64_t bytes);
typedef int32_t multiply(int32_t format, const void *weight, int64_t weight_bytes, const void *panels, int64_t panel_bytes, int32_t tokens,
                         int32_t columns, int32_t rows, int32_t first, int32_t end, float *y, int64_t stride);

enum { GROUP = 32, TILE = 16, PANEL = 8 };

static void *found(void *library, const char *isa, const char *kernel) {
    char name[64];
    snprintf(name, sizeof name, "perigee_%s_%s", isa, kernel);
    void *function = dlsym(library, name);
    if (function == NULL) {
        fprintf(stderr, "no %s in the library\n", name);
        exit(2);
    }
    return function;
}

/* Bytes of a tile. */
static inline int64_t tile_bytes(int format, int columns) {
    static const int64_t OF_256_COLUMNS[] = {2304, 2304, 4352, 2368, 3360};
    return OF_256_COLUMNS[format] * columns / 256;
}
