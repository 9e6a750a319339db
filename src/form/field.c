/*
 * Implements field.h: the table of kinds, and the order in which a value is
 * judged.  What an address or a number is, the modules of that name know.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "form/attachment.h"
#include "form/bounds.h"
#include "form/choices.h"
#include "form/country.h"
#include "form/email.h"
#include "form/normal.h"
#include "form/pattern.h"
#include "form/phone.h"
#include "form/postcode.h"
#include "form/siret.h"
#include "form/vat.h"

#include "form/field.h"

/* A code point has at most four others canonically combined into it. */
#define BYTES_PER_CHAR_MAX 16
#define LIMIT_DIGITS_MAX 10

/* A value on its way: f and country are read, s is what it is so far. */
struct judged {
	const struct field *f;
	struct str country;
	struct str s;
};
typedef enum field_error judge(struct arena *a, struct judged *j);

static enum field_error
judge_email(struct arena *a, struct judged *j)
{
	struct str key;

	return email_parse(a, j->s, &j->s, &key) ? FIELD_NOT_EMAIL :
	    FIELD_FINE;
}

static enum field_error
judge_phone(struct arena *a, struct judged *j)
{
	return phone_parse(a, j->s, j->country, &j->s) ? FIELD_NOT_PHONE :
	    FIELD_FINE;
}

static enum field_error
judge_postcode(struct arena *a, struct judged *j)
{
	return postcode_parse(a, j->s, j->country, &j->s) ?
	    FIELD_NOT_POSTCODE : FIELD_FINE;
}

static enum field_error
judge_country(struct arena *a, struct judged *j)
{
	const struct country *c = country_find(j->s);

	(void)a;
	if (!c)
		return FIELD_NOT_COUNTRY;
	j->s = str_of(c->code);
	return FIELD_FINE;
}

static enum field_error
judge_choice(struct arena *a, struct judged *j)
{
	size_t at = choices_find(a, j->f, j->s);

	if (at == j->f->options)
		return FIELD_NOT_CHOICE;
	/* An option is stored as it was defined, NFC or not. */
	j->s = j->f->option[at].value;
	return FIELD_FINE;
}

static enum field_error
judge_choices(struct arena *a, struct judged *j)
{
	bool *chosen = arena_array(a, j->f->options, sizeof *chosen);

	return choices_check(a, j->f, &j->s, 1, chosen, &j->s);
}

static enum field_error
judge_number(struct arena *a, struct judged *j)
{
	return bounds_number(a, &j->f->bounds, j->s, &j->s);
}

static enum field_error
judge_date(struct arena *a, struct judged *j)
{
	return bounds_date(a, &j->f->bounds, j->s, &j->s);
}

static enum field_error
judge_siret(struct arena *a, struct judged *j)
{
	return siret_parse(a, j->s, &j->s) ? FIELD_NOT_SIRET : FIELD_FINE;
}

static enum field_error
judge_vat(struct arena *a, struct judged *j)
{
	return vat_parse(a, j->s, j->country, &j->s) ? FIELD_NOT_VAT :
	    FIELD_FINE;
}

/* The name of a file is none. */
static enum field_error
judge_file(struct arena *a, struct judged *j)
{
	(void)a;
	(void)j;
	return FIELD_NOT_FILE;
}

static enum field_error
judge_box(struct arena *a, struct judged *j)
{
	(void)a;
	return str_eq(j->s, FIELD_TICKED) ? FIELD_FINE : FIELD_NOT_CHOICE;
}

static const struct kind {
	struct field_traits traits;
	enum phrase missing;
	bool has_lines;
	bool squeezes;		/* inner runs of blanks */
	judge *judge;		/* or NULL: any text will do */
} kinds[FIELD_KINDS] = {
	[FIELD_EMAIL] = {
		{ "email", "email", "email", "email", EMAIL_BYTES_MAX },
		PHRASE_FIELD_MISSING_EMAIL, .judge = judge_email },
	[FIELD_PHONE] = {
		{ "phone", "tel", "tel", "tel", PHONE_TYPED_BYTES_MAX },
		PHRASE_FIELD_MISSING_PHONE, .judge = judge_phone },
	[FIELD_NAME] = {
		{ "name", "text", "name", "", 100 },
		PHRASE_FIELD_MISSING, .squeezes = true },
	[FIELD_COMPANY] = {
		{ "company", "text", "organization", "",
		    FIELD_CHARS_DEFAULT },
		PHRASE_FIELD_MISSING_COMPANY, .squeezes = true },
	[FIELD_JOB_TITLE] = {
		{ "job_title", "text", "organization-title", "",
		    FIELD_CHARS_DEFAULT },
		PHRASE_FIELD_MISSING_JOB_TITLE, .squeezes = true },
	[FIELD_TEXT] = {
		{ "text", "textarea", "", "", FIELD_CHARS_DEFAULT },
		PHRASE_FIELD_MISSING, .has_lines = true },
	[FIELD_CHOICE] = {
		{ "choice", "select", "", "", FIELD_CHARS_MAX },
		PHRASE_FIELD_MISSING_CHOICE, .judge = judge_choice },
	[FIELD_POSTCODE] = {
		{ "postcode", "text", "postal-code", "", 20 },
		PHRASE_FIELD_MISSING_POSTCODE, .judge = judge_postcode },
	[FIELD_COUNTRY] = {
		{ "country", "select", "country", "", FIELD_CHARS_MAX },
		PHRASE_FIELD_MISSING_COUNTRY, .judge = judge_country },
	[FIELD_CONSENT] = {
		{ "consent", "checkbox", "", "", FIELD_CHARS_MAX },
		PHRASE_FIELD_MISSING_CONSENT, .judge = judge_box },
	[FIELD_HIDDEN] = {
		{ "hidden", "hidden", "", "", FIELD_CHARS_DEFAULT },
		.missing = PHRASE_FIELD_MISSING_HIDDEN },
	[FIELD_LONG_TEXT] = {
		{ "long_text", "textarea", "", "", FIELD_CHARS_MAX },
		PHRASE_FIELD_MISSING, .has_lines = true },
	[FIELD_NUMBER] = {
		{ "number", "text", "", "decimal", 40 },
		PHRASE_FIELD_MISSING_NUMBER, .squeezes = true,
		.judge = judge_number },
	[FIELD_DATE] = {
		{ "date", "date", "", "", 40 },
		PHRASE_FIELD_MISSING_DATE, .judge = judge_date },
	[FIELD_CHOICES] = {
		{ "choices", "checkbox", "", "", FIELD_CHARS_MAX },
		PHRASE_FIELD_MISSING_CHOICES, .judge = judge_choices },
	[FIELD_SIRET] = {
		{ "siret", "text", "", "numeric", 40 },
		PHRASE_FIELD_MISSING_SIRET, .squeezes = true,
		.judge = judge_siret },
	[FIELD_VAT] = {
		{ "vat", "text", "", "", 40 },
		PHRASE_FIELD_MISSING_VAT, .squeezes = true,
		.judge = judge_vat },
	[FIELD_FILE] = {
		{ "file", "file", "", "", FIELD_CHARS_MAX },
		PHRASE_FIELD_MISSING_FILE, .judge = judge_file },
};

static const struct {
	const char *code;
	enum phrase phrase;
} errors[FIELD_ERRORS] = {
	[FIELD_FINE] = { "fine", PHRASE_COUNT },
	[FIELD_MISSING] = { "missing", PHRASE_FIELD_MISSING },
	[FIELD_TOO_SHORT] = { "too-short", PHRASE_FIELD_TOO_SHORT },
	[FIELD_TOO_LONG] = { "too-long", PHRASE_FIELD_TOO_LONG },
	[FIELD_NO_MATCH] = { "no-match", PHRASE_FIELD_NO_MATCH },
	[FIELD_NOT_EMAIL] = { "not-email", PHRASE_FIELD_NOT_EMAIL },
	[FIELD_NOT_PHONE] = { "not-phone", PHRASE_FIELD_NOT_PHONE },
	[FIELD_NOT_POSTCODE] = { "not-postcode", PHRASE_FIELD_NOT_POSTCODE },
	[FIELD_NOT_COUNTRY] = { "not-country", PHRASE_FIELD_NOT_COUNTRY },
	[FIELD_NOT_CHOICE] = { "not-choice", PHRASE_FIELD_NOT_CHOICE },
	[FIELD_NOT_NUMBER] = { "not-number", PHRASE_FIELD_NOT_NUMBER },
	[FIELD_NOT_WHOLE] = { "not-whole", PHRASE_FIELD_NOT_WHOLE },
	[FIELD_TOO_PRECISE] = { "too-precise", PHRASE_FIELD_TOO_PRECISE },
	[FIELD_TOO_SMALL] = { "too-small", PHRASE_FIELD_TOO_SMALL },
	[FIELD_TOO_LARGE] = { "too-large", PHRASE_FIELD_TOO_LARGE },
	[FIELD_OFF_STEP] = { "off-step", PHRASE_FIELD_OFF_STEP },
	[FIELD_NOT_DATE] = { "not-date", PHRASE_FIELD_NOT_DATE },
	[FIELD_TOO_EARLY] = { "too-early", PHRASE_FIELD_TOO_EARLY },
	[FIELD_TOO_LATE] = { "too-late", PHRASE_FIELD_TOO_LATE },
	[FIELD_TOO_FEW] = { "too-few", PHRASE_FIELD_TOO_FEW },
	[FIELD_TOO_MANY] = { "too-many", PHRASE_FIELD_TOO_MANY },
	[FIELD_NOT_SIRET] = { "not-siret", PHRASE_FIELD_NOT_SIRET },
	[FIELD_NOT_VAT] = { "not-vat", PHRASE_FIELD_NOT_VAT },
	[FIELD_NOT_TEXT] = { "not-text", PHRASE_FIELD_NOT_TEXT },
	[FIELD_NOT_LINE] = { "not-line", PHRASE_FIELD_NOT_LINE },
	[FIELD_REPEATED] = { "repeated", PHRASE_FIELD_REPEATED },
	[FIELD_DAMAGED] = { "damaged", PHRASE_FIELD_DAMAGED },
	[FIELD_IS_FILE] = { "is-file", PHRASE_FIELD_IS_FILE },
	[FIELD_NOT_FILE] = { "not-file", PHRASE_FIELD_NOT_FILE },
	[FIELD_NOT_MEDIA] = { "not-media", PHRASE_FIELD_NOT_MEDIA },
	[FIELD_TOO_BIG] = { "too-big", PHRASE_FIELD_TOO_BIG },
	[FIELD_GONE] = { "gone", PHRASE_FIELD_GONE },
};

const struct field_traits *
field_traits(enum field_kind k)
{
	return &kinds[k].traits;
}

enum err
field_kind_parse(struct str name, enum field_kind *out)
{
	for (size_t i = 0; i < FIELD_KINDS; i++) {
		if (str_eq(name, str_of(kinds[i].traits.name))) {
			*out = (enum field_kind)i;
			return OK;
		}
	}
	return ERR_INPUT;
}

const char *
field_autocomplete(const struct field *f)
{
	if (f->kind == FIELD_NAME && str_eq(f->name, STR("first_name")))
		return "given-name";
	if (f->kind == FIELD_NAME && str_eq(f->name, STR("last_name")))
		return "family-name";
	return kinds[f->kind].traits.autocomplete;
}

const char *
field_error_code(enum field_error e)
{
	return errors[e].code;
}

static uint32_t
most_chars(const struct field *f)
{
	return f->chars_max ? f->chars_max : kinds[f->kind].traits.chars_max;
}

/* What stands in the place of a phrase's {}. */
static struct str
limit_text(struct arena *a, const struct field *f, enum field_error e,
    enum lang l)
{
	switch (e) {
	case FIELD_TOO_SHORT:
		return buf_fmt(a, LIMIT_DIGITS_MAX, "%u", f->chars_min);
	case FIELD_TOO_LONG:
		return buf_fmt(a, LIMIT_DIGITS_MAX, "%u", most_chars(f));
	case FIELD_NOT_MEDIA:
		return attachment_titles(a, f);
	case FIELD_TOO_BIG:
		return attachment_limit(a, f, l);
	default:
		return bounds_text(a, &f->bounds, e, l);
	}
}

struct str
field_message(struct arena *a, const struct field *f, enum field_error e,
    enum lang l)
{
	struct str own = lang_text(&f->message, l);

	if (e == FIELD_FINE)
		return STR_EMPTY;
	if (own.n && e < FIELD_NOT_TEXT)
		return own;
	if (e == FIELD_MISSING)
		return phrase_in(kinds[f->kind].missing, l);
	/* Nobody can correct what they don't see. */
	if (f->kind == FIELD_HIDDEN)
		return phrase_in(PHRASE_FIELD_WRONG_HIDDEN, l);
	return phrase_fill(a, errors[e].phrase, l, limit_text(a, f, e, l));
}

struct str
field_shown(struct arena *a, const struct field *f, struct str typed)
{
	return normal_shown(a, typed, kinds[f->kind].has_lines);
}

bool
field_is_written(const struct field *f)
{
	switch (f->kind) {
	case FIELD_CHOICE:
	case FIELD_COUNTRY:
	case FIELD_CONSENT:
	case FIELD_HIDDEN:
	case FIELD_CHOICES:
	case FIELD_FILE:
		return false;
	default:
		return true;
	}
}

/* Browsers post CR LF, programs LF, and old ones CR. */
static struct str
unify_lines(struct arena *a, struct str s)
{
	char *to;
	size_t n = 0;

	if (str_find(s, '\r') < 0)
		return s;
	to = arena_take(a, s.n);
	for (size_t i = 0; i < s.n; i++) {
		bool is_pair = s.p[i] == '\r' && i + 1 < s.n &&
		    s.p[i + 1] == '\n';

		if (!is_pair)
			to[n++] = s.p[i] == '\r' ? '\n' : s.p[i];
	}
	return (struct str){ to, n };
}

static bool
has_line_end(struct str s)
{
	return str_find(s, '\n') >= 0 || str_find(s, '\r') >= 0;
}

static enum field_error
judge_length(const struct field *f, struct str s)
{
	size_t chars = str_chars(s);

	if (chars > most_chars(f))
		return FIELD_TOO_LONG;
	return chars < f->chars_min ? FIELD_TOO_SHORT : FIELD_FINE;
}

/* From typed, known to hold something visible, to j->s in its normal form. */
static enum field_error
judge_filled(struct arena *a, struct judged *j)
{
	const struct kind *k = &kinds[j->f->kind];
	enum field_error e;

	if (k->has_lines)
		j->s = unify_lines(a, j->s);
	/* The ends go first: a pasted line end there does no harm. */
	j->s = normal_trim(j->s);
	if (!k->has_lines && has_line_end(j->s))
		return FIELD_NOT_LINE;
	if (normal_has_control(j->s, k->has_lines))
		return FIELD_NOT_TEXT;
	if (j->s.n / BYTES_PER_CHAR_MAX > most_chars(j->f))
		return FIELD_TOO_LONG;
	j->s = normal_text(a, j->s, k->squeezes);
	e = judge_length(j->f, j->s);
	if (!e && k->judge)
		e = k->judge(a, j);
	if (!e && j->f->pattern.n && !pattern_matches(j->f->pattern, j->s))
		e = FIELD_NO_MATCH;
	return e;
}

enum field_error
field_check(struct arena *a, const struct field *f, struct str country,
    struct str typed, struct str *normal)
{
	struct judged j = { f, country, typed };
	enum field_error e;

	*normal = STR_EMPTY;
	if (!str_is_utf8(typed))
		return FIELD_NOT_TEXT;
	if (!normal_bare(typed).n)
		return f->is_required ? FIELD_MISSING : FIELD_FINE;
	e = judge_filled(a, &j);
	if (!e)
		*normal = j.s;
	return e;
}
