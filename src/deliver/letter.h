/* Knows what our mails say, in each language.  Pure. */
#ifndef PISTE_DELIVER_LETTER_H
#define PISTE_DELIVER_LETTER_H

#include <stddef.h>

#include "base/lang.h"
#include "base/str.h"

struct arena;

#define LETTER_BYTES_MAX (256 << 10)
#define LETTER_BUTTONS_MAX 8
#define LETTER_PARAGRAPHS_MAX 100	/* others are not shown */

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

struct letter_button {
	struct str label;
	struct str url;
};

/* From top to bottom; what is empty is left out. */
struct letter {
	struct str subject;
	struct str brand;
	struct str headline;
	const struct str *paragraph;
	size_t paragraphs;
	struct letter_button button[LETTER_BUTTONS_MAX];
	size_t buttons;
	struct str note;
	struct letter_button unsubscribe;
	struct letter_button preferences;
	/* Figures, as JSON, that HTML shows instead of paragraphs; or none. */
	struct str figures;
	enum lang lang;
};

/* One of ours. */
void letter_write(struct arena *a, const struct letter_facts *facts,
    struct letter *out);
/* text's paragraphs, which an empty line parts, become out's. */
void letter_paragraphs(struct arena *a, struct str text, struct letter *out);
/* The links by which somebody who agreed to be written to has their say. */
void letter_sign_off(struct letter *l, struct str unsubscribe_url,
    struct str preferences_url);
/* The same as plain text. */
struct str letter_text(struct arena *a, const struct letter *l);

#endif
