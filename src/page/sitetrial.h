/* Knows the experiments of a site definition.  Pure. */
#ifndef PISTE_PAGE_SITETRIAL_H
#define PISTE_PAGE_SITETRIAL_H

#include <stddef.h>

struct reader_node;
struct site;
struct site_experiment;

#define SITETRIAL_RANGES_MAX 64		/* in one filter */
#define SITETRIAL_SEED_BYTES_MAX 64
#define SITETRIAL_WINDOW_S_MAX (366 * 86400)

/*
 * Read "experiments" of the document at root, whose pages site has already
 * (found by site_find), and what "state" says of them.  *out is in the
 * document's order.  Returns how many there are; each mistake is noted.
 */
size_t sitetrial_read(const struct reader_node *root, const struct site *site,
    struct site_experiment **out);

#endif
