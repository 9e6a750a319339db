/*
 * Knows a submission that a program wrote as JSON: what it says in a form's
 * place, and what of it is no answer at all.  Pure.
 */
#ifndef PISTE_FORM_JSONPOST_H
#define PISTE_FORM_JSONPOST_H

#include <stdbool.h>

#include "base/str.h"
#include "form/ticket.h"

struct arena;
struct form;

/* A form that is posted has the same. */
#define JSONPOST_VALUES_MAX 100		/* those of a list count one by one */
#define JSONPOST_VALUE_BYTES_MAX (16 << 10)
#define JSONPOST_MISTAKES_MAX 40	/* told; more are not looked for */

/* A member that has no meaning, by its JSON pointer (RFC 6901). */
struct jsonpost_mistake {
	struct str at;
	bool is_unknown;	/* else it is of another kind than expected */
};

struct jsonpost {
	struct str_pair *pair;		/* as the form would post them */
	size_t count;
	struct str lang;		/* these three empty when not given */
	struct str consent_hash;
	struct touch touch;
	bool has_consent;		/* a consent is true */
	struct jsonpost_mistake *mistake;
	size_t mistakes;
	struct str why;			/* what is no JSON, and where */
};

/*
 * Read {"fields": {…}, "consents": {"KEY": true}, "consent_hash", "lang",
 * "touch": {"source", "medium", "campaign", "click_id", "content", "keyword",
 * "product", "affiliate", "click_kind", "code"}}.  An answer is a
 * text, a number, true (a ticked box), a list of these (choices), or null or
 * false for none.  ERR_INPUT: no JSON object, out->why tells; ERR_LIMIT: too
 * many values, or too long a one.  OK with mistakes: it says what f does not
 * ask, or says it in another way.  Names in f's form are not judged further.
 */
MUST_USE enum err jsonpost_parse(struct arena *a, const struct form *f,
    struct str bytes, struct jsonpost *out);

#endif
