/*
 * Knows a self-test's visitors: sends them to a page as browsers come, reads
 * from what they were served which arm they have, and posts for some of them.
 */
#ifndef PISTE_CAST_H
#define PISTE_CAST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "base/token.h"
#include "page/site.h"

#define CAST_VISITORS_MAX 200000
#define CAST_TRIES 50		/* visitors sent for one who takes part */
#define CAST_STRANGERS 20	/* of them come without a cookie */
#define CAST_FAILURES_MAX 100	/* then nobody else is sent */
#define CAST_REASON_BYTES 160
#define CAST_AWAY (-1)

struct conf;

/* Where they go. */
struct cast_stage {
	const struct conf *conf;
	struct token_key key;
	const struct site_page *page;
	const struct site_experiment *experiment;
	struct str domain;	/* of their e-mail addresses, with its @ */
	uint64_t seed;		/* what they do by chance follows from it */
	const volatile int *stop;
};

struct cast_visitor {
	char id[TOKEN_ID_CHARS + 1];
	int arm;		/* of the page's variants; CAST_AWAY: none */
	bool is_sent;		/* a form, and was thanked */
};

/* One visit of everybody, counted in one book. */
struct cast_act {
	uint64_t number;	/* what is drawn in another is drawn anew */
	struct str book;
	bool is_first;		/* who doesn't take part is another one */
	double sends[SITE_VARIANTS_MAX];	/* share of an arm's */
	double stays_away[SITE_VARIANTS_MAX];	/* likewise, known arms */
	/* What came of it. */
	size_t pages;		/* answers that were pages */
	size_t moved;		/* were served another arm than before */
	size_t cookies;		/* given to those without */
	size_t limited;		/* posts that were too fast for nginx */
	size_t failures;
	char reason[CAST_REASON_BYTES];	/* of the first failure */
};

/*
 * Play it; visitors' arms and posts are of this act afterwards.  ERR_AWAY
 * when nothing can be asked for, ERR_DENIED when it was stopped.  What goes
 * wrong with an answer is counted in failures.
 */
MUST_USE enum err cast_play(const struct cast_stage *stage,
    struct cast_act *act, struct cast_visitor *visitor, size_t visitors);

#endif
