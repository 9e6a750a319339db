/*
 * Knows what a row of a file brought from elsewhere means: the same judgement
 * as a form's, a legal basis, and a submission that is the same each time the
 * row comes.  Pure.
 */
#ifndef PISTE_LEAD_IMPORT_H
#define PISTE_LEAD_IMPORT_H

#include "base/lang.h"
#include "base/str.h"
#include "form/ticket.h"

struct arena;
struct columns;
struct csv_record;
struct form;
struct form_consent;

/*
 * Read a legal basis, GDPR article 6(1): "consent" (a), "contract" (b),
 * "legal_obligation" (c), "vital_interests" (d), "public_task" (e),
 * "legitimate_interest" (f); hyphens stand for underscores.  ERR_INPUT for
 * anything else.
 */
MUST_USE enum err import_basis(struct str typed, struct str *out);
#define IMPORT_CONSENT STR("consent")
/* All of them, "consent, contract…", for a message. */
struct str import_bases(struct arena *a);

/*
 * f as a file answers it: it asks for these consents, each of which a row must
 * give, in place of f's own, which nobody has been shown.
 */
const struct form *import_form(struct arena *a, const struct form *f,
    const struct form_consent *consent, size_t consents);
/*
 * The same once the columns are known: a file, a box or a question of the
 * stock that has no column is not required.
 */
const struct form *import_relaxed(struct arena *a, const struct form *f,
    const struct columns *c);

/* Is there a telephone number that no row can be without? */
bool import_needs_phone(const struct form *f);

struct import_plan {
	const struct form *form;
	const struct columns *columns;
	struct str page;
	uint32_t revision;
	enum lang lang;
	struct str offer;
	struct touch touch;	/* of every row, but what its columns tell */
	struct str secret;	/* the database's */
	int64_t now_ms;
	int64_t day;		/* people were met on, as date.h has it; or 0 */
	bool needs_date;	/* of its own, or day */
};

struct import_wrong {
	struct str name;	/* a field's, a consent's, COLUMNS_DATE */
	struct str header;	/* of its column; empty when there is none */
	const char *code;
};

struct import_row {
	uint64_t line;
	uint64_t last_line;
	const char *code;	/* why the row as such is refused, or NULL */
	struct import_wrong *wrong;
	size_t wrongs;
	struct str fields;	/* JSON, as it would be stored */
	/*
	 * Of a good row: what submit_row makes of it, and its submission's
	 * id, which follows from campaign, source, page, form, the row's own
	 * day, the fields and what brought it, under the secret.
	 */
	struct str json;
	struct str id;
};

/*
 * Judge a record.  A consent without a column is given by every row.  Boxes
 * are ticked by oui, yes, true, vrai, x or 1, and not by non, no, false, faux,
 * 0 or nothing; options are named by value or label, several divided by |;
 * countries by code or name; a day may have a time behind it.
 */
void import_judge(struct arena *a, const struct import_plan *p,
    const struct csv_record *r, struct import_row *out);
bool import_is_refused(const struct import_row *r);

/*
 * {"line":7,"ok":false,…}: "error" with a code of the row as such ("columns",
 * csv_fault_code's, "too-long"), or "errors" with [{"field", "column",
 * "code"}]; "last_line" when the row has several.  A good row, in a preview,
 * has "value" instead.
 */
struct str import_line(struct arena *a, const struct import_row *r);

#endif
