/*
 * Implements formview.h.  Consents are shown by the very text that
 * form_consent_block hashes; a box is ticked only if the visitor ticked it.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "form/country.h"
#include "form/form.h"
#include "page/formview.h"
#include "page/view.h"

#define U32_DIGITS_MAX 10
/* No field's id is ever one of the page's own, or a consent's. */
#define FIELD_PREFIX "f-"
#define CONSENT_PREFIX "c-"
/* The form's own, as templates call it. */
#define FORM_ID "form"

#define SHOWN STR("1")

/* The kinds as templates tell them apart: one section each. */
static const char *const sections[FIELD_KINDS] = {
	[FIELD_EMAIL] = "INPUT", [FIELD_PHONE] = "INPUT",
	[FIELD_NAME] = "INPUT", [FIELD_COMPANY] = "INPUT",
	[FIELD_JOB_TITLE] = "INPUT", [FIELD_TEXT] = "TEXTAREA",
	[FIELD_CHOICE] = "SELECT", [FIELD_POSTCODE] = "INPUT",
	[FIELD_COUNTRY] = "SELECT", [FIELD_CONSENT] = "CHECKBOX",
};

/*
 * What ticks or chooses is set where it is not shown as well: else a part of
 * that name, which stands around the form, would do it for the visitor.
 */
static struct str
shown(bool is)
{
	return is ? SHOWN : STR_EMPTY;
}

static struct str
digits(struct arena *a, uint32_t n)
{
	struct buf b;

	buf_init(&b, a, U32_DIGITS_MAX);
	buf_u64(&b, n);
	return buf_str(&b);
}

static void
add_option(struct view *v, struct str value, struct str label,
    struct str chosen)
{
	struct view *option = view_add(v, "OPTION");

	view_set(option, "OPTION_VALUE", value);
	view_set(option, "OPTION_LABEL", label);
	view_set(option, "OPTION_CHOSEN", shown(str_eq(value, chosen)));
}

static void
add_options(struct view *v, const struct field *f, struct str chosen,
    enum lang l)
{
	for (size_t i = 0; i < f->options; i++)
		add_option(v, f->option[i].value,
		    lang_text(&f->option[i].label, l), chosen);
}

static void
add_countries(struct view *v, struct str chosen, enum lang l)
{
	const struct country *known = country_find(chosen);

	if (known)
		chosen = str_of(known->code);
	for (size_t i = 0; i < COUNTRY_COUNT; i++) {
		const struct country *c = country_at(l, i);

		add_option(v, str_of(c->code), str_of(c->name[l]), chosen);
	}
}

static void
set_kind(struct arena *a, struct view *v, const struct field *f,
    struct str typed, enum lang l)
{
	const struct field_traits *traits = field_traits(f->kind);

	view_set(v, "FIELD_KIND", str_of(traits->name));
	view_set(v, "FIELD_TYPE", str_of(traits->input_type));
	view_set(v, "FIELD_AUTOCOMPLETE", str_of(field_autocomplete(f)));
	view_set(v, "FIELD_INPUTMODE", str_of(traits->inputmode));
	view_set(v, "FIELD_MAX", digits(a, f->chars_max));
	/* A box is shown ticked by any value at all. */
	view_set(v, "FIELD_VALUE", f->kind != FIELD_CONSENT ||
	    str_eq(typed, FIELD_TICKED) ? typed : STR_EMPTY);
	view_set(v, sections[f->kind], SHOWN);
	if (f->kind == FIELD_CHOICE)
		add_options(v, f, typed, l);
	else if (f->kind == FIELD_COUNTRY)
		add_countries(v, typed, l);
}

/* The ids of the hint and the message, as the template builds them. */
static struct str
described_by(struct arena *a, struct str id, bool has_hint, bool has_error)
{
	struct buf b;

	if (!has_hint && !has_error)
		return STR_EMPTY;
	buf_init(&b, a, 2 * (id.n + sizeof "-error "));
	if (has_hint) {
		buf_add(&b, id);
		buf_add(&b, STR("-hint"));
	}
	if (has_hint && has_error)
		buf_byte(&b, ' ');
	if (has_error) {
		buf_add(&b, id);
		buf_add(&b, STR("-error"));
	}
	return buf_str(&b);
}

static void
add_error(struct view *v, struct str id, struct str label, struct str message)
{
	struct view *item = view_add(v, "ERROR");

	view_set(item, "ERROR_ID", id);
	view_set(item, "ERROR_LABEL", label);
	view_set(item, "ERROR_TEXT", message);
}

static void
add_field(struct arena *a, struct view *v, const struct field *f,
    const struct form_value *value, enum lang l)
{
	struct view *field = view_add(v, "FIELD");
	struct str id = buf_join(a, STR(FIELD_PREFIX), f->name);
	struct str label = lang_text(&f->label, l);
	struct str hint = lang_text(&f->hint, l);
	struct str message = STR_EMPTY;

	if (value->error) {
		message = field_message(a, f, value->error, l);
		add_error(v, id, label, message);
	}
	view_set(field, "FIELD_ID", id);
	view_set(field, "FIELD_NAME", f->name);
	view_set(field, "FIELD_LABEL", label);
	view_set(field, "FIELD_HINT", hint);
	view_set(field, "FIELD_ERROR", message);
	view_set(field, "FIELD_DESCRIBEDBY",
	    described_by(a, id, hint.n > 0, value->error != FIELD_FINE));
	view_set(field, f->is_required ? "FIELD_REQUIRED" : "FIELD_OPTIONAL",
	    SHOWN);
	set_kind(a, field, f, value->typed, l);
}

/*
 * What is wrong with it is said in the summary alone.  It comes back empty
 * then: who sends again can't correct it, and must not be refused for ever.
 */
static void
add_hidden(struct arena *a, struct view *v, const struct field *f,
    const struct form_value *value, enum lang l)
{
	struct view *hidden = view_add(v, "HIDDEN");
	struct str message = field_message(a, f, value->error, l);

	if (value->error)
		add_error(v, STR(FORM_ID), lang_text(&f->label, l), message);
	view_set(hidden, "HIDDEN_NAME", f->name);
	view_set(hidden, "HIDDEN_VALUE", value->error ? STR_EMPTY :
	    value->typed);
	view_set(hidden, "HIDDEN_ERROR", message);
}

struct consent_state {
	bool is_granted;
	enum field_error error;
};

static void
add_consent(struct arena *a, struct view *v, const struct form_consent *c,
    const struct consent_state *now, enum lang l)
{
	const struct field as_field = { .kind = FIELD_CONSENT };
	struct view *box = view_add(v, "CONSENT");
	struct str id = buf_join(a, STR(CONSENT_PREFIX), c->key);
	struct str label = lang_text(&c->text, l), message = STR_EMPTY;

	if (now->error) {
		message = field_message(a, &as_field, now->error, l);
		add_error(v, id, label, message);
	}
	view_set(box, "CONSENT_ID", id);
	view_set(box, "CONSENT_NAME",
	    buf_join(a, STR(FORM_CONSENT_PREFIX), c->key));
	view_set(box, "CONSENT_TEXT", label);
	view_set(box, "CONSENT_ERROR", message);
	view_set(box, c->is_required ? "CONSENT_REQUIRED" : "CONSENT_OPTIONAL",
	    SHOWN);
	view_set(box, "CONSENT_GRANTED", shown(now->is_granted));
}

void
formview_fill(struct arena *a, struct view *v, const struct form *f,
    const struct form_result *typed, enum lang l)
{
	view_set(v, "FORM", SHOWN);
	view_set(v, "TOKEN_NAME", STR(FORM_TOKEN));
	view_set(v, "TRAP_NAME", STR(FORM_TRAP));
	if (typed->errors)
		view_set(v, "ERRORS", SHOWN);
	if (f->consents)
		view_set(v, "CONSENTS", SHOWN);
	for (size_t i = 0; i < f->fields; i++) {
		if (f->field[i].kind == FIELD_HIDDEN)
			add_hidden(a, v, &f->field[i], &typed->value[i], l);
		else
			add_field(a, v, &f->field[i], &typed->value[i], l);
	}
	for (size_t i = 0; i < f->consents; i++)
		add_consent(a, v, &f->consent[i], &(struct consent_state){
		    typed->granted[i], typed->consent_error[i] }, l);
}
