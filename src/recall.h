/*
 * Knows which visitors keep an arm that the hash would not give them now:
 * those who were counted before weights, coverage or arms changed.  Read from
 * PostgreSQL while pictures change, asked in memory while pages are shown.
 */
#ifndef PISTE_RECALL_H
#define PISTE_RECALL_H

#include <stdbool.h>

#include "base/str.h"

struct assign_row;
struct recall;
struct site;

#define RECALL_ROWS_MAX 2000000		/* of all experiments; 16 bytes each */
#define RECALL_LOAD_MS 20000		/* a new picture waits for so long */
#define RECALL_RETRY_MS 10000		/* after one that failed */
#define RECALL_AGAIN_MS 5000		/* and rows that come late are read */

struct recall *recall_new(struct str database);
void recall_free(struct recall *r);	/* NULL is accepted */

/*
 * Read what site's running experiments need, and put it in place of what was
 * known.  When PostgreSQL can't tell, what was known stays, and recall_again
 * tries again.  Only ever called on one thread, as recall_again.
 */
void recall_load(struct recall *r, const struct site *site);
/*
 * For RECALL_AGAIN_MS after a load: read again, since other processes went
 * on a little while by the picture before.
 */
void recall_again(struct recall *r, const struct site *site);

/* Has PostgreSQL been asked with success?  From any thread. */
bool recall_is_known(struct recall *r);

/*
 * The visitor's row in the experiment of that key, when the hash says
 * otherwise; an arm that is gone is ASSIGN_ARMS_MAX.  From any thread.
 */
bool recall_find(struct recall *r, struct str experiment, struct str visitor,
    struct assign_row *out);

#endif
