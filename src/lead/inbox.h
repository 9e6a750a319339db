/*
 * Knows the leads as an inbox: which filters there are, and the page of them
 * that lies before or behind another, for whoever may see them.
 */
#ifndef PISTE_LEAD_INBOX_H
#define PISTE_LEAD_INBOX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct arena;
struct pg;

#define INBOX_PAGE_ROWS 50
#define INBOX_ROWS_MAX 1000		/* read at once */
#define INBOX_TEXT_BYTES_MAX 200	/* of any filter */
#define INBOX_WORD_MIN 3		/* characters of a word of the text */

enum inbox_filter {
	INBOX_TEXT,		/* parts of name, company, address */
	INBOX_STAGE,
	INBOX_GRADE,		/* or none: not judged */
	INBOX_OWNER,		/* a seller's key, or none */
	INBOX_OFFER,
	INBOX_PAGE,		/* this and the next four: of one submission */
	INBOX_VARIANT,
	INBOX_CAMPAIGN,
	INBOX_COUNTRY,		/* as declared, else by the address */
	INBOX_OUTCOME,
	INBOX_FROM,		/* days in UTC, both included */
	INBOX_TO,
	INBOX_FILTERS
};
/* "q", "stage" and so on: in addresses, in wishes, behind -- in commands. */
const char *inbox_filter_name(enum inbox_filter f);

/* The words of which a stage, a grade or an outcome is one; NULL: any. */
const char *const *inbox_words(enum inbox_filter f);

struct inbox_wish {
	struct str value[INBOX_FILTERS];	/* empty: all pass */
	/* Empty: the latest.  Else those before that lead, or after it. */
	struct str edge;
	bool is_back;
	struct str session;	/* whose, by its hash; p NULL: a command's */
};

/*
 * The first filter that is none (a word that is not known, a day that there
 * is not, too long, a text without a word of INBOX_WORD_MIN
 * with a letter or digit in it), or
 * INBOX_FILTERS.  Days become 2026-12-31, in a, and
 * countries upper case.
 */
enum inbox_filter inbox_judge(struct arena *a, struct inbox_wish *w);

struct inbox_row {
	struct str id;
	struct str at;		/* 2026-12-31 08:30, in UTC */
	struct str offer;
	bool is_synthetic;
	struct str stage;
	struct str grade;	/* this and all that follow: empty for none */
	struct str score;
	struct str owner;	/* key */
	struct str owner_name;
	struct str person;	/* id */
	struct str first_name;
	struct str last_name;
	struct str company;
	struct str email;	/* masked for readers, as phone */
	struct str phone;
	/* Of the last submission. */
	struct str page;
	struct str variant;
	struct str campaign;
	struct str country;
	struct str outcome;
	struct str source;
	struct str medium;
};
/*
 * Rows in a, the latest first, at most rows_max; *is_more: there are others
 * that way.  Who sells gets their own leads alone.  As pg_run.
 */
struct inbox_rows {
	struct inbox_row *row;
	size_t count;
	bool is_more;
};
MUST_USE enum err inbox_read(struct pg *db, struct arena *a,
    const struct inbox_wish *w, size_t rows_max, struct inbox_rows *out);

/* As CSV: a head of INBOX_COLUMNS names, and a line of a row. */
struct buf;
void inbox_csv_head(struct buf *b);
void inbox_csv(struct buf *b, const struct inbox_row *row);
/* The same row as an object of JSON. */
void inbox_json(struct buf *b, const struct inbox_row *row);

/* What there is to choose from: keys in a, INBOX_CHOICES_MAX at most. */
#define INBOX_CHOICES_MAX 500
struct inbox_choice {
	struct str key;
	struct str name;	/* for people; or empty */
};
/* Of offer, page, campaign or owner.  As pg_run. */
MUST_USE enum err inbox_choices(struct pg *db, struct arena *a,
    enum inbox_filter f, struct inbox_choice **out, size_t *count);

#endif
