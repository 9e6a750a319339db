/* Knows a form as a whole: which fields, and what a visitor's post means. */
#ifndef PISTE_FORM_FORM_H
#define PISTE_FORM_FORM_H

#include "base/str.h"
#include "form/field.h"
#include "form/stage.h"

struct arena;
struct attachment;
struct attachment_file;
struct touch;

#define FORM_FIELDS_MAX 40
#define FORM_CONSENTS_MAX 16
/* What a post of it may hold: fields, options of choices, consents. */
#define FORM_ANSWERS_MAX 94
#define FORM_FILES_MAX 5
#define FORM_STEPS_MAX 10
#define FORM_DRAFT_DAYS_MAX 90
#define FORM_FILES_BYTES_MAX (5 << 20)	/* of all "bytes_max" together */

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
	FORM_ALWAYS_NEW,	/* each submission makes a person */
};

/* How the asset gets to who asked for it. */
enum form_delivery {
	FORM_ON_THANKS,		/* its link stands on the thank-you page */
	FORM_BY_MAIL,
	FORM_CONFIRMED,		/* once a mailed link has been followed */
};

/* One consent a form asks for, at one version of its text. */
struct form_consent {
	struct str key;
	struct str purpose;
	struct str channel;
	struct str recipient;
	uint32_t version;
	bool is_required;
	bool needs_confirm;	/* counts once confirmed by double opt-in */
	struct text text;
};

/* One page of a form's questions; which they are, the fields say. */
struct form_step {
	struct str key;
	struct text title;
};

struct form {
	struct str key;
	struct str country;
	enum form_duplicates duplicates;
	enum form_delivery delivery;
	const struct field *field;
	size_t fields;
	const struct form_consent *consent;
	size_t consents;
	const struct form_step *step;	/* none: all is asked at once */
	size_t steps;
	/* Questions of which each visitor is asked some, by their index. */
	const uint32_t *stock;
	size_t stocked;
	uint32_t ask;
	/* What agrees to keep a half-filled form; empty: none is kept. */
	struct text draft;
	uint32_t draft_days;
};

/*
 * What was posted.  Roads that have no files or no touch leave them out: then
 * file fields are empty, and so are hidden ones filled from the touch.
 */
struct form_post {
	const struct str_pair *pair;
	size_t count;
	const struct str *file_name;	/* the field's, of each file */
	const struct attachment_file *file;
	size_t files;
	const struct touch *touch;	/* or NULL */
	struct stage stage;		/* zero: all is asked at once */
};

/* A field's part of a post; same index as form->field. */
struct form_value {
	bool is_shown;		/* its condition holds: else nothing is kept */
	bool is_required;	/* now */
	struct str typed;	/* to show again: see field_shown */
	struct str normal;	/* to store; of choices and files, JSON */
	bool *chosen;		/* of choices: field->options of them */
	struct attachment *attachment;	/* a good file, or NULL */
	struct str advice;	/* by suggest_form: no error, to be seen */
	enum field_error error;
};

struct form_result {
	struct form_value *value;	/* form->fields of them */
	bool *granted;			/* form->consents of them */
	enum field_error *consent_error;
	size_t errors;
	bool is_trapped;	/* the trap field was filled in */
	struct stage stage;	/* which step is shown, what is asked at all */
	struct str sealed;	/* the stage's text, to be posted again */
	bool keeps_draft;	/* agreed to */
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
	struct str promo;	/* the code of a campaign, as typed */
	/*
	 * JSON object: the normal value of every field that has one, as text
	 * (choices: an array; a file: see attachment_json), and every box by
	 * its posted name, as a boolean.  Empty when errors.
	 */
	struct str fields;
};

/* Does the form itself use this name, so that no field may have it? */
bool form_name_is_reserved(struct str name);

/*
 * Judge a post.  Fields nobody defined are ignored and never stored; one
 * given twice is FIELD_REPEATED unless it has choices, and typed is all that
 * was written for it.  A field whose condition does not hold is not asked:
 * what came for it is neither judged nor kept.  A condition on a field that is
 * wrong or not asked does not hold.
 * Phones and postcodes are read as those of the country the visitor chose,
 * else of the form's.  Of two fields of a kind the first that was filled in
 * makes the person's particulars; name fields are told apart by being called
 * first_name and last_name, any other is a last name.  Pure: no clock, no
 * database.
 */
void form_check_post(struct arena *a, const struct form *f,
    const struct form_post *post, struct form_result *out);
/* The same for texts alone. */
void form_check(struct arena *a, const struct form *f,
    const struct str_pair *post, size_t count, struct form_result *out);
/* The token, or the solution of its work, that was posted; not if twice. */
struct str form_token(const struct str_pair *post, size_t count);
struct str form_work(const struct str_pair *post, size_t count);
/* The index of the field of that name; f->fields when there is none. */
size_t form_field(const struct form *f, struct str name);
bool form_takes_files(const struct form *f);
/*
 * The file of that field is kept under id, which has to live as long as out:
 * out->fields says so.
 */
void form_keep(struct arena *a, const struct form *f, size_t field,
    struct str id, struct form_result *out);
/* The form comes back: every good file has to be chosen again, FIELD_GONE. */
void form_lose_files(struct arena *a, const struct form *f,
    struct form_result *out);
/*
 * What arrived under that name, a field's or a box's, was not what was sent: e
 * takes the place of the judgement.  A name nobody defined is ignored.
 */
void form_blame(struct arena *a, const struct form *f, struct str name,
    enum field_error e, struct form_result *out);
/* The sentence beside a consent's box: as field_message. */
struct str form_consent_message(struct arena *a, enum field_error e,
    enum lang l);
/*
 * What is right so far, as out->fields has it when all is: of a form that is
 * kept before its end.
 */
struct str form_fields(struct arena *a, const struct form *f,
    const struct form_result *r);
/* A form as everybody is first shown it: nothing typed, nothing ticked. */
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
