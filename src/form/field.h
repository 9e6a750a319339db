/*
 * Knows the kinds of form field: how each is judged, brought into its normal
 * form, and shown (autocomplete, inputmode, input type).  Pure.
 */
#ifndef PISTE_FORM_FIELD_H
#define PISTE_FORM_FIELD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/lang.h"
#include "base/str.h"

struct arena;

#define FIELD_NAME_BYTES_MAX 40
#define FIELD_OPTIONS_MAX 300
#define FIELD_CHARS_DEFAULT 200		/* when a field has no "max" */
#define FIELD_CHARS_MAX 4000		/* the most a "max" may say */
#define FIELD_PATTERN_BYTES_MAX 200	/* see form/pattern.h */

enum field_kind {
	FIELD_EMAIL, FIELD_PHONE, FIELD_NAME, FIELD_COMPANY, FIELD_JOB_TITLE,
	FIELD_TEXT, FIELD_CHOICE, FIELD_POSTCODE, FIELD_COUNTRY, FIELD_CONSENT,
	FIELD_HIDDEN,
	FIELD_KINDS
};

struct field_option {
	struct str value;
	struct text label;
};

/* A field as a marketer defined it; "pattern" is a POSIX extended regex. */
struct field {
	struct str name;
	enum field_kind kind;
	bool is_required;
	uint32_t chars_min;		/* 0: none */
	uint32_t chars_max;		/* 0: the kind's default */
	struct str pattern;		/* of the whole normal form */
	struct text label;
	struct text hint;
	struct text message;		/* in place of ours when it is wrong */
	const struct field_option *option;
	size_t options;
};

/* The table of kinds, by their name in a definition ("job_title"). */
struct field_traits {
	const char *name;
	/* email, tel, text, checkbox, hidden; or textarea, select */
	const char *input_type;
	const char *autocomplete;	/* WHATWG tokens; "" for none */
	const char *inputmode;		/* "" for none */
	uint32_t chars_max;		/* default */
};
const struct field_traits *field_traits(enum field_kind k);
MUST_USE enum err field_kind_parse(struct str name, enum field_kind *out);
/* f's own: a name field called first_name asks for a "given-name". */
const char *field_autocomplete(const struct field *f);

/* What is wrong with a value. */
enum field_error {
	FIELD_FINE,
	FIELD_MISSING, FIELD_TOO_SHORT, FIELD_TOO_LONG, FIELD_NO_MATCH,
	FIELD_NOT_EMAIL, FIELD_NOT_PHONE, FIELD_NOT_POSTCODE,
	FIELD_NOT_COUNTRY, FIELD_NOT_CHOICE,
	/* From here on it is not the answer, but the way it came. */
	FIELD_NOT_TEXT,		/* controls */
	FIELD_NOT_LINE,		/* line ends where one line is meant */
	FIELD_REPEATED,
	FIELD_DAMAGED, FIELD_IS_FILE,	/* by form_blame alone */
	FIELD_ERRORS
};
/* "not-email" and the like: in JSON verdicts and logs. */
const char *field_error_code(enum field_error e);
/*
 * A sentence for the visitor, naming the limit where there is one; the field's
 * own message where it has one and the answer is wrong, not the way it came.
 * Empty for FIELD_FINE.
 */
struct str field_message(struct arena *a, const struct field *f,
    enum field_error e, enum lang l);

/* typed for the form that comes back: see normal_shown. */
struct str field_shown(struct arena *a, const struct field *f,
    struct str typed);
/* Does a visitor write the answer, rather than choose or tick or not see? */
bool field_is_written(const struct field *f);

/* What a ticked box is posted as, and stored as. */
#define FIELD_TICKED STR("1")

/*
 * Judge one value as typed; country (ISO, two letters) is where phone numbers
 * and postcodes are from.
 * *normal gets what is stored: trimmed, NFC, e-mail with its domain as A-label
 * in lower case, phone in E.164, postcode without blanks in upper case, country
 * in capitals, a text's line ends as \n; empty unless FIELD_FINE.  An empty
 * value of an optional field is fine and normal is empty.  Nothing visible
 * counts as empty.
 */
enum field_error field_check(struct arena *a, const struct field *f,
    struct str country, struct str typed, struct str *normal);

#endif
