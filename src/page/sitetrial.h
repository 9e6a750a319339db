/* Knows the experiments of a site definition.  Pure. */
#ifndef PISTE_PAGE_SITETRIAL_H
#define PISTE_PAGE_SITETRIAL_H

#include <stddef.h>

struct reader_node;
struct site;
struct site_experiment;

#define SITETRIAL_SEED_BYTES_MAX 64
#define SITETRIAL_WINDOW_S_MAX (366 * 86400)
/* Planned total of a pair of arms when no visitors are planned. */
#define SITETRIAL_N_STAR 5000

/*
 * Read "experiments" of the document at root, whose pages site has already
 * (found by site_find), and what "state" says of them.  *out is in the
 * document's order.  Returns how many there are; each mistake is noted, also
 * those between experiments: two that run on a page without disjoint ranges
 * of one layer, and arms that ask for consents differently without saying so
 * under "tested".
 */
size_t sitetrial_read(const struct reader_node *root, const struct site *site,
    struct site_experiment **out);

#endif
