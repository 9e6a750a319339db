/* Knows a form as a whole: which fields, and what a visitor's post means. */
#ifndef PISTE_FORM_FORM_H
#define PISTE_FORM_FORM_H

#include "base/str.h"
#include "form/field.h"

struct arena;

#define FORM_FIELDS_MAX 40
#define FORM_CONSENTS_MAX 16

/* The trap: a field people don't see and robots fill in. */
#define FORM_TRAP "website"
/* The token's hidden field. */
#define FORM_TOKEN "piste_token"
/*
 * A consent's box is posted as this prefix and the consent's key, value
 * FIELD_TICKED.  "0" and the empty text mean not ticked; anything else is
 * FIELD_NOT_CHOICE, since a consent is never guessed.
 */
#define FORM_CONSENT_PREFIX "consent."

enum form_duplicates {
	FORM_BY_EMAIL,		/* the phone only when no e-mail was typed */
	FORM_BY_EMAIL_OR_PHONE,
};

/* One consent a form asks for, at one version of its text. */
struct form_consent {
	struct str key;
	struct str purpose;
	struct str channel;
	struct str recipient;
	uint32_t version;
	bool is_required;
	struct text text;
};

struct form {
	struct str key;
	struct str country;
	enum form_duplicates duplicates;
	const struct field *field;
	size_t fields;
	const struct form_consent *consent;
	size_t consents;
};

/* A field's part of a post; same index as form->field. */
struct form_value {
	struct str typed;	/* to show again: see field_shown */
	struct str normal;	/* to store */
	enum field_error error;
};

struct form_result {
	struct form_value *value;	/* form->fields of them */
	bool *granted;			/* form->consents of them */
	enum field_error *consent_error;
	size_t errors;
	bool is_trapped;	/* the trap field was filled in */
	struct str token;	/* as posted; empty when given twice */
	/* The person's own particulars, normal form, empty when not asked. */
	struct str email;
	struct str email_key;	/* e-mail with its local part in lower case */
	struct str phone;
	struct str first_name;
	struct str last_name;
	struct str company;
	struct str postcode;
	struct str country;
	/*
	 * JSON object: the normal value of every field that has one, as text,
	 * and every box by its posted name, as a boolean.  Empty when errors.
	 */
	struct str fields;
};

/* Does the form itself use this name, so that no field may have it? */
bool form_name_is_reserved(struct str name);

/*
 * Judge a post.  Fields nobody defined are ignored and never stored; one
 * given twice is FIELD_REPEATED, and typed is all that was written for it.
 * Phones and postcodes are read as those of the country the visitor chose,
 * else of the form's.  Of two fields of a kind the first that was filled in
 * makes the person's particulars; name fields are told apart by being called
 * first_name and last_name, any other is a last name.  Pure: no clock, no
 * database.
 */
void form_check(struct arena *a, const struct form *f,
    const struct str_pair *post, size_t count, struct form_result *out);
/*
 * What arrived under that name, a field's or a box's, was not what was sent: e
 * takes the place of the judgement.  A name nobody defined is ignored.
 */
void form_blame(struct arena *a, const struct form *f, struct str name,
    enum field_error e, struct form_result *out);
/* The sentence beside a consent's box: as field_message. */
struct str form_consent_message(struct arena *a, enum field_error e,
    enum lang l);
/* A form as first shown: nothing typed, nothing ticked. */
void form_blank(struct arena *a, const struct form *f,
    struct form_result *out);

/*
 * The consent block's bytes in language l, as shown: what is hashed for proof.
 * A line each, a JSON array of the consent's key, version, purpose, channel,
 * recipient, required flag and text.  Empty for a form without consents.
 */
struct str form_consent_block(struct arena *a, const struct form *f,
    enum lang l);

#endif
