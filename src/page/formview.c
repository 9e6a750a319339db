/*
 * Implements formview.h.  Consents are shown by the very text that
 * form_consent_block hashes; a box is ticked only if the visitor ticked it.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/phrase.h"
#include "form/attachment.h"
#include "form/country.h"
#include "form/date.h"
#include "form/form.h"
#include "page/formview.h"
#include "page/site.h"
#include "page/view.h"

#define U32_DIGITS_MAX 10
/* Two conditions' texts, and sentences of ours. */
#define NOTE_BYTES_MAX \
	((size_t)(2 * FIELD_CONDITION_VALUES_MAX + 3) * SITE_TEXT_BYTES_MAX)
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
	[FIELD_LONG_TEXT] = "TEXTAREA", [FIELD_NUMBER] = "INPUT",
	[FIELD_DATE] = "INPUT", [FIELD_CHOICES] = "CHOICES",
	[FIELD_SIRET] = "INPUT", [FIELD_VAT] = "INPUT", [FIELD_FILE] = "FILE",
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
	return buf_fmt(a, U32_DIGITS_MAX, "%u", n);
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

/* The first has the field's own id, so that its message can lead there. */
static void
add_boxes(struct arena *a, struct view *v, const struct field *f,
    const bool *chosen, enum lang l)
{
	struct str id = buf_join(a, STR(FIELD_PREFIX), f->name);

	for (size_t i = 0; i < f->options; i++) {
		struct view *box = view_add(v, "OPTION");

		view_set(box, "OPTION_ID", !i ? id : buf_join(a,
		    buf_join(a, id, STR("-")), digits(a, (uint32_t)i)));
		view_set(box, "OPTION_VALUE", f->option[i].value);
		view_set(box, "OPTION_LABEL",
		    lang_text(&f->option[i].label, l));
		view_set(box, "OPTION_CHOSEN", shown(chosen[i]));
	}
}

/* Browsers show no text in a field for dates: then it is one for texts. */
static struct str
input_type(const struct field *f, struct str typed)
{
	int64_t day;

	if (f->kind == FIELD_DATE && typed.n &&
	    (date_parse(typed, &day) || str_find(typed, '-') != 4))
		return STR("text");
	return str_of(field_traits(f->kind)->input_type);
}

/* Keyboards for numbers have no sign. */
static struct str
input_mode(const struct field *f)
{
	const struct field_bounds *b = &f->bounds;

	if (f->kind == FIELD_NUMBER && b->has_min && b->min < 0)
		return STR_EMPTY;
	if (f->kind == FIELD_NUMBER && !b->decimals)
		return STR("numeric");
	return str_of(field_traits(f->kind)->inputmode);
}

static void
set_section(struct view *v, enum field_kind kind)
{
	for (size_t k = 0; k < FIELD_KINDS; k++)
		if (sections[k])
			view_set(v, sections[k], STR_EMPTY);
	view_set(v, sections[kind], SHOWN);
	/* A label is for one control. */
	view_set(v, "LABEL", shown(kind != FIELD_CHOICES));
}

static void
set_kind(struct arena *a, struct view *v, const struct field *f,
    const struct form_value *value, enum lang l)
{
	const struct field_traits *traits = field_traits(f->kind);
	const struct field_bounds *b = &f->bounds;
	bool is_date = f->kind == FIELD_DATE;
	struct str typed = value->typed;

	view_set(v, "FIELD_KIND", str_of(traits->name));
	view_set(v, "FIELD_TYPE", input_type(f, typed));
	view_set(v, "FIELD_AUTOCOMPLETE", str_of(field_autocomplete(f)));
	view_set(v, "FIELD_INPUTMODE", input_mode(f));
	view_set(v, "FIELD_MAX", is_date ? STR_EMPTY :
	    digits(a, f->chars_max));
	view_set(v, "FIELD_LOWEST", is_date && b->has_min ?
	    date_iso(a, b->min) : STR_EMPTY);
	view_set(v, "FIELD_HIGHEST", is_date && b->has_max ?
	    date_iso(a, b->max) : STR_EMPTY);
	view_set(v, "FIELD_ROWS", f->kind == FIELD_LONG_TEXT ? STR("8") :
	    STR("3"));
	view_set(v, "FIELD_ACCEPT", f->kind == FIELD_FILE ?
	    attachment_endings(a, f) : STR_EMPTY);
	/* A box is shown ticked by any value at all. */
	view_set(v, "FIELD_VALUE", f->kind != FIELD_CONSENT ||
	    str_eq(typed, FIELD_TICKED) ? typed : STR_EMPTY);
	set_section(v, f->kind);
	if (f->kind == FIELD_CHOICE)
		add_options(v, f, typed, l);
	else if (f->kind == FIELD_COUNTRY)
		add_countries(v, typed, l);
	else if (f->kind == FIELD_CHOICES)
		add_boxes(a, v, f, value->chosen, l);
}

/* An answer as the visitor reads it beside its question. */
static struct str
answer_text(const struct field *on, struct str value, enum lang l)
{
	if (on->kind == FIELD_COUNTRY)
		return str_of(country_find(value)->name[l]);
	for (size_t i = 0; i < on->options; i++)
		if (str_eq(on->option[i].value, value))
			return lang_text(&on->option[i].label, l);
	return value;
}

static void
add_sentence(struct buf *b, struct str sentence)
{
	if (b->n)
		buf_byte(b, ' ');
	buf_add(b, sentence);
}

/* "Only if …", where the other field's question and answers take "{}". */
static void
add_condition(struct buf *b, const struct form *f,
    const struct field_condition *c, enum phrase p, enum lang l)
{
	const struct field *on = &f->field[c->field];
	struct str before, after;

	if (!c->values)
		return;
	str_cut(phrase_in(p, l), '{', &before, &after);
	add_sentence(b, before);
	buf_add(b, lang_text(&on->label, l));
	for (size_t i = 0; on->kind != FIELD_CONSENT && i < c->values; i++) {
		buf_add(b, i ? STR(", ") : phrase_in(PHRASE_PAGE_COLON, l));
		buf_add(b, answer_text(on, c->value[i], l));
	}
	buf_add(b, str_slice(after, 1, after.n));
}

/* An earlier step has answered whether it is asked: it is, or is not shown. */
static bool
is_settled(const struct form *f, const struct field *field)
{
	return field->show_if.values &&
	    f->field[field->show_if.field].step < field->step;
}

/* What the definition says of the answer, in words of ours. */
static struct str
note_text(struct arena *a, const struct form *f, const struct field *field,
    enum lang l)
{
	const struct field_bounds *b = &field->bounds;
	struct buf note;

	buf_init(&note, a, NOTE_BYTES_MAX);
	if (!is_settled(f, field))
		add_condition(&note, f, &field->show_if,
		    PHRASE_FIELD_ONLY_IF, l);
	add_condition(&note, f, &field->required_if, PHRASE_FIELD_REQUIRED_IF,
	    l);
	if (field->kind == FIELD_CHOICES && b->has_min && b->min > 1)
		add_sentence(&note, field_message(a, &(struct field){
		    .bounds = *b }, FIELD_TOO_FEW, l));
	if (field->kind == FIELD_CHOICES && b->has_max &&
	    b->max < (int64_t)field->options)
		add_sentence(&note, field_message(a, &(struct field){
		    .bounds = *b }, FIELD_TOO_MANY, l));
	if (field->kind == FIELD_FILE)
		add_sentence(&note, phrase_fill_all(a, PHRASE_FIELD_FILE_NOTE,
		    l, (const struct str[]){ attachment_titles(a, field),
		    attachment_limit(a, field, l) }, 2));
	return buf_str(&note);
}

/* The ids of hint, note and message, as the template builds them. */
static struct str
described_by(struct arena *a, struct str id, const struct str *text)
{
	static const char *const endings[] = { "-hint", "-note", "-error" };
	struct buf b;

	buf_init(&b, a, 3 * (id.n + sizeof "-error "));
	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
		if (text[i].n)
			buf_addf(&b, "%s%.*s%s", b.n ? " " : "", STR_ARG(id),
			    endings[i]);
	return buf_str(&b);
}

/* Behind a question or a sentence no colon stands. */
static struct str
between(struct str label, enum lang l)
{
	return label.n && str_find(STR(".?!:"), label.p[label.n - 1]) >= 0 ?
	    STR(" ") : phrase_in(PHRASE_PAGE_COLON, l);
}

static void
add_error(struct view *v, struct str id, struct str label, struct str message,
    enum lang l)
{
	struct view *item = view_add(v, "ERROR");

	view_set(item, "ERROR_ID", id);
	view_set(item, "ERROR_LABEL", label);
	view_set(item, "ERROR_BETWEEN", between(label, l));
	view_set(item, "ERROR_TEXT", message);
}

/* What it takes to answer: required, optional, or by other answers. */
static void
set_need(struct view *v, const struct form *form, const struct field *f)
{
	bool is_open = (f->show_if.values && !is_settled(form, f)) ||
	    f->required_if.values;

	view_set(v, "FIELD_REQUIRED", shown(f->is_required && !is_open));
	view_set(v, "FIELD_OPTIONAL", shown(!f->is_required && !is_open));
	view_set(v, "FIELD_DEPENDS", shown(is_open));
}

static void
add_field(struct arena *a, struct view *v, const struct form *form, size_t at,
    const struct form_value *value, enum lang l)
{
	const struct field *f = &form->field[at];
	struct view *field = view_add(v, "FIELD");
	struct str id = buf_join(a, STR(FIELD_PREFIX), f->name);
	struct str label = lang_text(&f->label, l);
	/* As described_by has them. */
	struct str text[] = { lang_text(&f->hint, l),
		note_text(a, form, f, l), STR_EMPTY };

	if (value->advice.n)
		text[1] = buf_join(a, text[1].n ? buf_join(a, text[1],
		    STR(" ")) : STR_EMPTY, value->advice);
	if (value->error) {
		text[2] = field_message(a, f, value->error, l);
		add_error(v, id, label, text[2], l);
	}
	view_set(field, "FIELD_ID", id);
	view_set(field, "FIELD_NAME", f->name);
	view_set(field, "FIELD_LABEL", label);
	view_set(field, "FIELD_HINT", text[0]);
	view_set(field, "FIELD_NOTE", text[1]);
	view_set(field, "FIELD_DOUBT", shown(value->advice.n));
	view_set(field, "FIELD_ERROR", text[2]);
	view_set(field, "FIELD_DESCRIBEDBY", described_by(a, id, text));
	set_need(field, form, f);
	set_kind(a, field, f, value, l);
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
		add_error(v, STR(FORM_ID), lang_text(&f->label, l), message,
		    l);
	view_set(hidden, "HIDDEN_NAME", f->name);
	view_set(hidden, "HIDDEN_VALUE", value->error ? STR_EMPTY :
	    value->typed);
	view_set(hidden, "HIDDEN_ERROR", message);
}

static void
add_carried(struct view *v, struct str name, struct str value)
{
	struct view *hidden = view_add(v, "HIDDEN");

	view_set(hidden, "HIDDEN_NAME", name);
	view_set(hidden, "HIDDEN_VALUE", value);
	view_set(hidden, "HIDDEN_ERROR", STR_EMPTY);
}

/* An answer of another step, as it was typed: it comes again with this one. */
static void
carry(struct view *v, const struct field *f, const struct form_value *value)
{
	if (f->kind == FIELD_CHOICES) {
		for (size_t i = 0; i < f->options; i++)
			if (value->chosen[i])
				add_carried(v, f->name, f->option[i].value);
	} else if (value->typed.n) {
		add_carried(v, f->name, value->typed);
	}
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
		add_error(v, id, label, message, l);
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

static void
add_fields(struct arena *a, struct view *v, const struct form *f,
    const struct form_result *typed, enum lang l)
{
	for (size_t i = 0; i < f->fields; i++) {
		const struct field *one = &f->field[i];
		const struct form_value *value = &typed->value[i];

		if (one->kind == FIELD_HIDDEN && !one->from)
			add_hidden(a, v, one, value, l);
		if (one->kind == FIELD_HIDDEN ||
		    typed->stage.unasked >> i & 1)
			continue;
		if (stage_has(f, &typed->stage, i) &&
		    !stage_is_passed(f, typed, i))
			add_field(a, v, f, i, value, l);
		else
			carry(v, one, value);
	}
}

static void
add_consents(struct arena *a, struct view *v, const struct form *f,
    const struct form_result *typed, enum lang l)
{
	bool is_last = stage_is_last(f, &typed->stage);

	if (f->consents && is_last)
		view_set(v, "CONSENTS", SHOWN);
	for (size_t i = 0; i < f->consents; i++) {
		if (is_last)
			add_consent(a, v, &f->consent[i],
			    &(struct consent_state){ typed->granted[i],
			    typed->consent_error[i] }, l);
		else if (typed->granted[i])
			add_carried(v, buf_join(a, STR(FORM_CONSENT_PREFIX),
			    f->consent[i].key), FIELD_TICKED);
	}
}

struct str
formview_progress(struct arena *a, const struct form *f,
    const struct form_result *typed, enum lang l)
{
	const struct str number[] = { digits(a, typed->stage.step + 1),
		digits(a, (uint32_t)f->steps) };

	return f->steps ? phrase_fill_all(a, PHRASE_PAGE_STEP, l, number, 2) :
	    STR_EMPTY;
}

/* How far it is, in words, and the way back; the box that agrees to a draft. */
static void
set_stage(struct arena *a, struct view *v, const struct form *f,
    const struct form_result *typed, enum lang l)
{
	const struct stage *s = &typed->stage;
	bool is_last = stage_is_last(f, s);
	struct str draft = lang_text(&f->draft, l);

	view_set(v, "STAGE_NAME", STR(STAGE_NAME));
	view_set(v, "STAGE", typed->sealed);
	view_set(v, "STEP", formview_progress(a, f, typed, l));
	view_set(v, "STEP_TITLE", f->steps ?
	    lang_text(&f->step[s->step].title, l) : STR_EMPTY);
	view_set(v, "STEP_ENTERED", shown(s->has_begun && !typed->errors));
	view_set(v, "STEP_NEXT", is_last ? STR_EMPTY :
	    phrase_in(PHRASE_PAGE_STEP_NEXT, l));
	view_set(v, "STEP_SEND", shown(is_last));
	view_set(v, "STEP_BACK", s->step ?
	    phrase_in(PHRASE_PAGE_STEP_BACK, l) : STR_EMPTY);
	view_set(v, "STEP_BACK_NAME", STR(STAGE_BACK));
	view_set(v, "KEEP_NAME", STR(STAGE_KEEP));
	view_set(v, "KEEP_TEXT", is_last ? STR_EMPTY : draft);
	view_set(v, "KEEP_TICKED", shown(typed->keeps_draft));
	if (is_last && draft.n && typed->keeps_draft)
		add_carried(v, STR(STAGE_KEEP), FIELD_TICKED);
}

void
formview_fill(struct arena *a, struct view *v, const struct form *f,
    const struct form_result *typed, enum lang l)
{
	view_set(v, "FORM", SHOWN);
	view_set(v, "TOKEN_NAME", STR(FORM_TOKEN));
	view_set(v, "TRAP_NAME", STR(FORM_TRAP));
	view_set(v, "FILES", shown(form_takes_files(f)));
	if (typed->errors)
		view_set(v, "ERRORS", SHOWN);
	set_stage(a, v, f, typed, l);
	add_fields(a, v, f, typed, l);
	add_consents(a, v, f, typed, l);
}
