/* Knows what our mails say, in each language.  Pure. */
#ifndef PISTE_DELIVER_LETTER_H
#define PISTE_DELIVER_LETTER_H

#include "base/lang.h"
#include "base/str.h"

struct arena;

#define LETTER_BYTES_MAX (64 << 10)

enum letter_kind { LETTER_CONFIRM, LETTER_ASSET };

/*
 * What a letter is made of: a marketer's words, our links.  Nothing a visitor
 * typed is among them: whose address was typed may be a stranger.
 */
struct letter_facts {
	enum letter_kind kind;
	enum lang lang;
	struct str brand;		/* may be empty, as title */
	struct str title;		/* of the page */
	struct str url;			/* what the button opens */
	struct str unsubscribe_url;	/* or empty */
};

/* Paragraphs, from top to bottom; empty ones are left out. */
struct letter {
	struct str subject;
	struct str brand;
	struct str headline;
	struct str text;
	struct str button;
	struct str url;
	struct str note;
	struct str unsubscribe;		/* the words of that link */
	struct str unsubscribe_url;
	enum lang lang;
};

void letter_write(struct arena *a, const struct letter_facts *facts,
    struct letter *out);
/* The same as plain text. */
struct str letter_text(struct arena *a, const struct letter *l);

#endif
