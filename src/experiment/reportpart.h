/* Knows the parts of report.h's JSON that only some experiments have. */
#ifndef PISTE_EXPERIMENT_REPORTPART_H
#define PISTE_EXPERIMENT_REPORTPART_H

#include <jansson.h>

struct figures;
struct grid;
struct results;
struct slices;

/* New references, never NULL; a figure that can't be is null. */
json_t *reportpart_bandit(const struct results *r, const struct figures *f);
/* {"effects": […], "best": …}; null when the arms are not the combinations. */
json_t *reportpart_factors(const struct results *r, const struct grid *g);
/* {"country": {"ARM": [a segment…]}…}. */
json_t *reportpart_segments(const struct results *r, const struct slices *s);
/* For charts: of each look each treatment's counts, interval, running p. */
json_t *reportpart_looks(const struct results *r, const struct figures *f);

#endif
