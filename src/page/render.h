/*
 * Knows how pages look to templates: which markers and sections are set, as
 * listed in templates/landing/README.md.
 */
#ifndef PISTE_PAGE_RENDER_H
#define PISTE_PAGE_RENDER_H

#include <stdbool.h>

#include "base/lang.h"
#include "base/str.h"

struct arena;
struct fill;
struct form_result;
struct picture;
struct site_page;
struct site_variant;

/* Behind a page's path: where visitors refuse to be measured. */
#define RENDER_MEASURE_PATH "/measure"

#define RENDER_OWN_BYTES_MAX (512 << 10)	/* template, parts, labels */
#define RENDER_TYPED_BYTES_MAX (128 << 10)	/* a post, given back whole */
#define RENDER_ESCAPED_BYTES_MAX 6	/* what a byte becomes, as &quot; */
#define RENDER_BYTES_MAX (RENDER_OWN_BYTES_MAX + \
	RENDER_TYPED_BYTES_MAX * RENDER_ESCAPED_BYTES_MAX)

/* What a landing page is made of. */
struct render {
	const struct picture *picture;
	const struct site_page *page;
	const struct site_variant *variant;
	enum lang lang;
	struct str static_url;
	struct str url;			/* absolute, for canonical links */
	struct str action;		/* where the form is posted */
	struct str token;		/* token_seal's: none is escaped */
	struct str challenge;		/* of a proof of work; or empty */
	bool is_counted;	/* once its script sends the token */
	struct str query;		/* for links to other languages */
	const struct form_result *form;	/* blank, or as posted */
	struct str notice;		/* above the form, or empty */
	const struct fill *fill;	/* NULL: as anybody reads it */
	struct str further;		/* thanks: a link to go on, or empty */
	struct str observed;		/* thanks: a token for the script */
	struct str observed_at;		/* origins it may be handed to */
	int64_t kept_months;	/* a person's data, after their last word */
	/*
	 * The form alone, in a frame on pages of these origins, which its
	 * script tells how high it is.
	 */
	bool is_embedded;
	struct str origins;
};

/* The landing page with its form, its values and its messages. */
struct str render_page(struct arena *a, const struct render *r);
/*
 * The thank-you part; asset_url is empty when there is none to give, delivery
 * when no sentence need say what is mailed.
 */
struct str render_thanks(struct arena *a, const struct render *r,
    struct str asset_url, struct str delivery);

/* A box of a page with one button, ticked; or what has none. */
struct render_choice {
	struct str name;		/* posted as "shown", and "keep" */
	struct str text;
	bool is_open;			/* it has a box */
};

/* A page with one button, or what became of it. */
struct render_answer {
	const struct picture *picture;
	struct str static_url;
	enum lang lang;
	struct str brand;
	struct str headline;
	struct str text;
	struct str asset_url;		/* empty for none */
	struct str action;		/* where the button posts; or none */
	struct str button;		/* its words */
	struct str hidden;		/* a name it posts with "1"; or none */
	struct str check;		/* a box's name, not ticked; or none */
	struct str check_text;
	const struct render_choice *choice;
	size_t choices;
	struct str back;		/* the page's path; empty for no link */
};
struct str render_answer(struct arena *a, const struct render_answer *r);
/* What may be done about something, each by a form of its own. */
struct render_deed {
	const char *name;		/* posted as RENDER_DEED, an anchor */
	struct str title;
	struct str button;
	struct str label;		/* of what is typed; or empty */
	struct str typed;
	struct str error;
};
#define RENDER_DEED "deed"
#define RENDER_DEED_WORDS "words"
/* The page of r, its button left out, with these below. */
struct str render_desk(struct arena *a, const struct render_answer *r,
    const struct render_deed *deed, size_t deeds);

/*
 * A page of ours for a status (403, 404, 405, 410, 413, 415, 429, 503…), from
 * templates/landing/status.tpl or, with no picture, a minimal page of its own.
 */
struct str render_status(struct arena *a, const struct picture *picture,
    struct str static_url, int status, enum lang lang);

#endif
