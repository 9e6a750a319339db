/*
 * Knows which visitors keep an arm that the hash would not give them now:
 * those who were counted before weights, coverage or arms changed, or would
 * come to other weights by coming from elsewhere.  Read from
 * PostgreSQL while pictures change, asked in memory while pages are shown;
 * whom PostgreSQL may not know yet is noted by who showed them an arm.
 */
#ifndef PISTE_RECALL_H
#define PISTE_RECALL_H

#include <stdbool.h>

#include "base/str.h"

struct assign_row;
struct recall;
struct site;

#define RECALL_ROWS_MAX 2000000		/* of all experiments; 16 bytes each */
#define RECALL_RECENT_MAX (1 << 16)	/* at most; of this process */
#define RECALL_LOAD_MS 20000		/* a new picture waits for so long */
#define RECALL_TURN_MS 1000		/* what is left then, at each turn */
#define RECALL_RETRY_MS 10000		/* after one that failed */
#define RECALL_AGAIN_MS 5000		/* and rows that come late are read */

struct recall *recall_new(struct str database);
void recall_free(struct recall *r);	/* NULL is accepted */

/*
 * Read what site's running experiments need, and put it in place of what was
 * known.  When there is more than RECALL_LOAD_MS can read, or PostgreSQL can't
 * tell, what was known stays beside what was read, and recall_again goes on.
 * Only ever called on one thread, as recall_again.
 */
void recall_load(struct recall *r, const struct site *site);
/*
 * With the site of the last load.  Goes on with one that is not at its end.
 * For RECALL_AGAIN_MS after a load: read again, since other processes went
 * on a little while by the picture before.  Later, each RECALL_AGAIN_MS, read
 * who is new where weights go by context.
 */
void recall_again(struct recall *r, const struct site *site);

/* Has PostgreSQL been asked to the end?  From any thread. */
bool recall_is_known(struct recall *r);

/* The visitor is shown that arm now; the first of a phase is what stays. */
void recall_note(struct recall *r, struct str experiment, struct str visitor,
    const struct assign_row *row);

/*
 * The visitor's row in the experiment of that key, when the hash may say
 * otherwise; an arm that is gone is ASSIGN_ARMS_MAX.  From any thread.
 */
bool recall_find(struct recall *r, struct str experiment, struct str visitor,
    struct assign_row *out);

#endif
