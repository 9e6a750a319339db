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
#define FIELD_CHOICES_MAX 40		/* options that can all be ticked */
#define FIELD_CONDITION_VALUES_MAX 40

enum field_kind {
	FIELD_EMAIL, FIELD_PHONE, FIELD_NAME, FIELD_COMPANY, FIELD_JOB_TITLE,
	FIELD_TEXT, FIELD_CHOICE, FIELD_POSTCODE, FIELD_COUNTRY, FIELD_CONSENT,
	FIELD_HIDDEN, FIELD_LONG_TEXT, FIELD_NUMBER, FIELD_DATE, FIELD_CHOICES,
	FIELD_SIRET, FIELD_VAT, FIELD_FILE,
	FIELD_KINDS
};

struct field_option {
	struct str value;
	struct text label;
};

/*
 * Where an answer must lie: a number times 10^decimals, a date as date.h has
 * it, how many options are ticked.
 */
struct field_bounds {
	bool has_min;
	bool has_max;
	int64_t min;
	int64_t max;
	int64_t step;		/* from min, else from 0; 0: any */
	uint32_t decimals;	/* of a number */
};

/* Another field's answer is one of these; no values: no condition. */
struct field_condition {
	size_t field;		/* its index in the form, before this one */
	const struct str *value;
	size_t values;
};

/* Which part of the touch a hidden field is filled with, if any. */
enum field_from {
	FIELD_FROM_POST, FIELD_FROM_SOURCE, FIELD_FROM_MEDIUM,
	FIELD_FROM_CAMPAIGN, FIELD_FROM_CLICK_ID,
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
	struct field_bounds bounds;
	struct field_condition show_if;
	struct field_condition required_if;
	enum field_from from;
	bool is_promo;			/* a text: a code of some campaign's */
	uint32_t step;			/* of the form: the one that asks it */
	unsigned media;			/* bits 1 << enum media: accepted */
	uint32_t bytes_max;		/* of a file */
};

/* The table of kinds, by their name in a definition ("job_title"). */
struct field_traits {
	const char *name;
	/* of an input, such as "email"; or textarea, select */
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
	FIELD_NOT_COUNTRY, FIELD_NOT_CHOICE, FIELD_NOT_NUMBER,
	FIELD_NOT_WHOLE, FIELD_TOO_PRECISE, FIELD_TOO_SMALL, FIELD_TOO_LARGE,
	FIELD_OFF_STEP, FIELD_NOT_DATE, FIELD_TOO_EARLY, FIELD_TOO_LATE,
	FIELD_TOO_FEW, FIELD_TOO_MANY, FIELD_NOT_SIRET, FIELD_NOT_VAT,
	/* From here on it is not the answer, but the way it came. */
	FIELD_NOT_TEXT,		/* controls */
	FIELD_NOT_LINE,		/* line ends where one line is meant */
	FIELD_REPEATED,
	FIELD_DAMAGED, FIELD_IS_FILE,	/* by form_blame alone */
	FIELD_NOT_FILE,		/* text where a file is meant */
	FIELD_NOT_MEDIA,	/* a file of a kind that is not accepted */
	FIELD_TOO_BIG,
	FIELD_GONE,		/* a good file, of a form that comes back */
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
/* Does a visitor write the answer, rather than choose, tick or not see it? */
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
 * counts as empty.  A number is stored with a dot, else as it was typed; a
 * date as 2026-12-31; SIRET and VAT numbers as their headers say.  Choices
 * and files are judged by choices.h and attachment.h; here one value is a list
 * of one, and text is never a file.
 */
enum field_error field_check(struct arena *a, const struct field *f,
    struct str country, struct str typed, struct str *normal);

#endif
