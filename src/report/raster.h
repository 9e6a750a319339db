/*
 * Knows how a drawing becomes pixels, for who reads mail: SVG of ours to
 * PNG.  The only door to librsvg and cairo; nothing is fetched.
 */
#ifndef PISTE_REPORT_RASTER_H
#define PISTE_REPORT_RASTER_H

#include "base/str.h"

struct arena;

#define RASTER_PIXELS_MAX 4096	/* of either side */
#define RASTER_BYTES_MAX (1 << 20)

/*
 * svg, width pixels wide, as PNG in the arena.  ERR_INPUT: it is no SVG that
 * says how large it is; ERR_LIMIT: too large, as pixels or as PNG; ERR_AWAY:
 * no memory.
 */
MUST_USE enum err raster_png(struct arena *a, struct str svg, unsigned width,
    struct str *out);

#endif
