/* Kernels of a built library by their names, as the library's own header declares them. */
#include "../../../engine/src/main/native/include/kernels.h"

#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

typedef int32_t quantise(PERIGEE_QUANTISE_PARAMETERS);
typedef int32_t multiply(PERIGEE_MULTIPLY_TILES_PARAMETERS);
typedef int32_t attend_spans(PERIGEE_ATTEND_SPANS_PARAMETERS);

enum { GROUP = 32, TILE = PERIGEE_TILE_ROWS, PANEL = PERIGEE_PANEL_TOKENS };

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

/* Bytes of a tile; ends the program where the format is none. */
static inline int64_t tile_bytes(int format, int columns) {
    if (format < 0 || format >= PERIGEE_TILE_FORMATS) {
        fprintf(stderr, "format is %d, 0 to %d\n", format, PERIGEE_TILE_FORMATS - 1);
        exit(2);
    }
    return PERIGEE_TILE_BYTES(format, columns);
}
