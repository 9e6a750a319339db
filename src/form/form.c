/*
 * Implements form.h: consents, what the form says about a person, and what is
 * stored.  Which posted value belongs to which field is answers' business.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "form/answers.h"
#include "form/attachment.h"
#include "form/email.h"
#include "form/work.h"

#include "form/form.h"

/* A byte of text as JSON: at worst \u001f. */
#define JSON_BYTES_PER_BYTE 6
/* Around a member: quotes, colon, comma, prefix, a flag or number. */
#define JSON_MEMBER_BYTES 64

static struct str
consent_name(struct arena *a, const struct form_consent *c)
{
	return buf_fmt(a, sizeof FORM_CONSENT_PREFIX + c->key.n,
	    FORM_CONSENT_PREFIX "%.*s", STR_ARG(c->key));
}

bool
form_name_is_reserved(struct str name)
{
	return str_eq(name, STR(FORM_TRAP)) ||
	    str_eq(name, STR(FORM_TOKEN)) ||
	    str_eq(name, STR(STAGE_NAME)) || str_eq(name, STR(STAGE_BACK)) ||
	    str_eq(name, STR(STAGE_KEEP)) || str_eq(name, STR(WORK_FIELD)) ||
	    str_has_prefix(name, STR(FORM_CONSENT_PREFIX));
}

size_t
form_field(const struct form *f, struct str name)
{
	size_t i = 0;

	while (i < f->fields && !str_eq(f->field[i].name, name))
		i++;
	return i;
}

bool
form_takes_files(const struct form *f)
{
	for (size_t i = 0; i < f->fields; i++)
		if (f->field[i].kind == FIELD_FILE)
			return true;
	return false;
}

/* What was posted under a name of ours. */
static struct str
find_own(const struct str_pair *pair, size_t count, struct str name)
{
	const struct form_post post = { .pair = pair, .count = count };
	struct str value;

	return answers_find(&post, name, &value) > 1 ? STR_EMPTY : value;
}

struct str
form_token(const struct str_pair *pair, size_t count)
{
	return find_own(pair, count, STR(FORM_TOKEN));
}

struct str
form_work(const struct str_pair *pair, size_t count)
{
	return find_own(pair, count, STR(WORK_FIELD));
}

void
form_blank(struct arena *a, const struct form *f, struct form_result *out)
{
	*out = (struct form_result){
		.value = arena_array(a, f->fields, sizeof *out->value),
		.granted = arena_array(a, f->consents, sizeof *out->granted),
		.consent_error = arena_array(a, f->consents,
		    sizeof *out->consent_error),
		.stage = stage_first(f, NULL, 0),
	};
	for (size_t i = 0; i < f->fields; i++)
		if (f->field[i].kind == FIELD_CHOICES)
			out->value[i].chosen = arena_array(a,
			    f->field[i].options, sizeof(bool));
}

static enum field_error
check_consent(struct arena *a, const struct form_consent *c,
    const struct form_post *post, bool *granted)
{
	struct str value;
	size_t found = answers_find(post, consent_name(a, c), &value);

	*granted = found == 1 && str_eq(value, FIELD_TICKED);
	if (found > 1)
		return FIELD_REPEATED;
	if (!*granted && value.n && !str_eq(value, STR("0")))
		return FIELD_NOT_CHOICE;
	return c->is_required && !*granted ? FIELD_MISSING : FIELD_FINE;
}

/* Where f's value belongs among the person's particulars, or NULL. */
static struct str *
particular(const struct field *f, struct form_result *r)
{
	switch (f->kind) {
	case FIELD_TEXT:
		return f->is_promo ? &r->promo : NULL;
	case FIELD_EMAIL:
		return &r->email;
	case FIELD_PHONE:
		return &r->phone;
	case FIELD_NAME:
		return str_eq(f->name, STR("first_name")) ? &r->first_name :
		    &r->last_name;
	case FIELD_COMPANY:
		return &r->company;
	case FIELD_POSTCODE:
		return &r->postcode;
	case FIELD_COUNTRY:
		return &r->country;
	default:
		return NULL;
	}
}

/* A field called last_name comes before other names, wherever it stands. */
static bool
is_preferred(const struct field *f)
{
	return f->kind == FIELD_NAME && str_eq(f->name, STR("last_name"));
}

static void
gather_particulars(struct arena *a, const struct form *f,
    struct form_result *r)
{
	struct str address;

	for (size_t i = 0; i < f->fields; i++) {
		struct str *place = particular(&f->field[i], r);
		struct str normal = r->value[i].normal;

		if (place && normal.n &&
		    (!place->n || is_preferred(&f->field[i])))
			*place = normal;
	}
	if (r->email.n && email_parse(a, r->email, &address, &r->email_key))
		r->email_key = STR_EMPTY;
}

static void
json_flag(struct buf *b, const char *name, bool flag)
{
	buf_json_name(b, name);
	buf_add(b, flag ? STR("true") : STR("false"));
}

/* Is what is stored of it JSON, and no text? */
static bool
is_json(enum field_kind k)
{
	return k == FIELD_CHOICES || k == FIELD_FILE;
}

static size_t
json_bytes_max(const struct form *f, const struct form_result *r)
{
	size_t n = JSON_MEMBER_BYTES, members = f->fields + f->consents;

	for (size_t i = 0; i < f->fields; i++)
		n += f->field[i].name.n + r->value[i].normal.n;
	for (size_t i = 0; i < f->consents; i++)
		n += f->consent[i].key.n;
	return JSON_BYTES_PER_BYTE * n + JSON_MEMBER_BYTES * members;
}

struct str
form_fields(struct arena *a, const struct form *f,
    const struct form_result *r)
{
	struct buf b;

	buf_init(&b, a, json_bytes_max(f, r));
	buf_byte(&b, '{');
	for (size_t i = 0; i < f->fields; i++) {
		const char *name = arena_copy(a, f->field[i].name).p;
		struct str normal = r->value[i].normal;

		if (f->field[i].kind == FIELD_CONSENT) {
			if (r->value[i].is_shown)
				json_flag(&b, name, normal.n > 0);
		} else if (normal.n && is_json(f->field[i].kind)) {
			buf_json_name(&b, name);
			buf_add(&b, normal);
		} else if (normal.n) {
			buf_json_pair(&b, name, normal);
		}
	}
	for (size_t i = 0; i < f->consents; i++)
		json_flag(&b, arena_copy(a, consent_name(a,
		    &f->consent[i])).p, r->granted[i]);
	buf_byte(&b, '}');
	return buf_str(&b);
}

void
form_check_post(struct arena *a, const struct form *f,
    const struct form_post *post, struct form_result *out)
{
	struct str trap, keep;
	size_t trapped = answers_find(post, STR(FORM_TRAP), &trap);

	form_blank(a, f, out);
	out->stage = post->stage;
	answers_check(a, f, post, out);
	for (size_t i = 0; i < f->consents; i++) {
		out->consent_error[i] = check_consent(a, &f->consent[i], post,
		    &out->granted[i]);
		out->errors += out->consent_error[i] != FIELD_FINE;
	}
	out->is_trapped = post->stage.is_trapped || trap.n > 0 ||
	    trapped > 1;
	out->token = form_token(post->pair, post->count);
	out->keeps_draft = answers_find(post, STR(STAGE_KEEP), &keep) == 1 &&
	    str_eq(keep, FIELD_TICKED);
	gather_particulars(a, f, out);
	if (!out->errors)
		out->fields = form_fields(a, f, out);
}

void
form_check(struct arena *a, const struct form *f, const struct str_pair *pair,
    size_t count, struct form_result *out)
{
	form_check_post(a, f, &(struct form_post){ .pair = pair,
	    .count = count }, out);
}

void
form_keep(struct arena *a, const struct form *f, size_t field, struct str id,
    struct form_result *out)
{
	struct form_value *v = &out->value[field];

	v->attachment->id = id;
	v->normal = attachment_json(a, v->attachment);
	if (!out->errors)
		out->fields = form_fields(a, f, out);
}

void
form_lose_files(struct arena *a, const struct form *f,
    struct form_result *out)
{
	for (size_t i = 0; i < f->fields; i++)
		if (out->value[i].attachment)
			form_blame(a, f, f->field[i].name, FIELD_GONE, out);
}

void
form_blame(struct arena *a, const struct form *f, struct str name,
    enum field_error e, struct form_result *out)
{
	enum field_error *error = NULL;
	size_t at = form_field(f, name);

	if (at < f->fields && out->value[at].is_shown && !f->field[at].from) {
		out->value[at].normal = STR_EMPTY;
		out->value[at].attachment = NULL;
		error = &out->value[at].error;
	}
	for (size_t i = 0; i < f->consents; i++) {
		if (str_eq(consent_name(a, &f->consent[i]), name)) {
			out->granted[i] = false;
			error = &out->consent_error[i];
		}
	}
	if (!error)
		return;
	out->errors += *error == FIELD_FINE;
	*error = e;
	out->fields = STR_EMPTY;
}

struct str
form_consent_message(struct arena *a, enum field_error e, enum lang l)
{
	const struct field box = { .kind = FIELD_CONSENT };

	return field_message(a, &box, e, l);
}

static void
consent_line(struct buf *b, const struct form_consent *c, enum lang l)
{
	const struct str word[] = { c->purpose, c->channel, c->recipient };

	buf_byte(b, '[');
	buf_json(b, c->key);
	buf_addf(b, ",%u", c->version);
	for (size_t i = 0; i < sizeof word / sizeof *word; i++) {
		buf_byte(b, ',');
		buf_json(b, word[i]);
	}
	buf_add(b, c->is_required ? STR(",true,") : STR(",false,"));
	buf_json(b, lang_text(&c->text, l));
	buf_add(b, STR("]\n"));
}

struct str
form_consent_block(struct arena *a, const struct form *f, enum lang l)
{
	size_t most = 0;
	struct buf b;

	for (size_t i = 0; i < f->consents; i++) {
		const struct form_consent *c = &f->consent[i];

		most += JSON_MEMBER_BYTES + JSON_BYTES_PER_BYTE *
		    (c->key.n + c->purpose.n + c->channel.n +
		    c->recipient.n + lang_text(&c->text, l).n);
	}
	buf_init(&b, a, most);
	for (size_t i = 0; i < f->consents; i++)
		consent_line(&b, &f->consent[i], l);
	return buf_str(&b);
}
