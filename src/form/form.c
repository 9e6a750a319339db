/*
 * Implements form.h: which posted value belongs to which field, and what the
 * form says about a person.  How one value is judged is field's business.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "form/email.h"

#include "form/form.h"

/* A byte of text as JSON: at worst \u001f. */
#define JSON_BYTES_PER_BYTE 6
/* Around a member: quotes, colon, comma, prefix, a flag or number. */
#define JSON_MEMBER_BYTES 64
#define BETWEEN_ANSWERS STR(", ")

/* The pairs of a post. */
struct post {
	const struct str_pair *pair;
	size_t count;
};

/* How many values name has; *value is the first, empty when there is none. */
static size_t
find(struct post post, struct str name, struct str *value)
{
	size_t found = 0;

	*value = STR_EMPTY;
	for (size_t i = 0; i < post.count; i++)
		if (str_eq(post.pair[i].name, name) && !found++)
			*value = post.pair[i].value;
	return found;
}

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
	    str_has_prefix(name, STR(FORM_CONSENT_PREFIX));
}

void
form_blank(struct arena *a, const struct form *f, struct form_result *out)
{
	*out = (struct form_result){
		.value = arena_array(a, f->fields, sizeof *out->value),
		.granted = arena_array(a, f->consents, sizeof *out->granted),
		.consent_error = arena_array(a, f->consents,
		    sizeof *out->consent_error),
	};
}

/* All that was written for a field given several times. */
static struct str
join_answers(struct arena *a, struct post post, struct str name)
{
	struct str first;
	size_t most = 0;
	struct buf b;

	find(post, name, &first);
	for (size_t i = 0; i < post.count; i++)
		most += post.pair[i].value.n + BETWEEN_ANSWERS.n;
	buf_init(&b, a, most);
	buf_add(&b, first);
	for (size_t i = 0; i < post.count; i++) {
		struct str value = post.pair[i].value;

		if (!str_eq(post.pair[i].name, name) || !value.n ||
		    str_eq(value, first))
			continue;
		if (b.n)
			buf_add(&b, BETWEEN_ANSWERS);
		buf_add(&b, value);
	}
	return buf_str(&b);
}

static void
check_field(struct arena *a, const struct field *field, struct str country,
    struct post post, struct form_value *out)
{
	struct str typed;
	size_t found = find(post, field->name, &typed);

	if (found > 1)
		out->error = FIELD_REPEATED;
	else
		out->error = field_check(a, field, country, typed,
		    &out->normal);
	if (found > 1 && field_is_written(field))
		typed = join_answers(a, post, field->name);
	out->typed = field_shown(a, field, typed);
}

/* The country the visitor chose, if the form asks and the answer is one. */
static struct str
chosen_country(struct arena *a, const struct form *f, struct post post)
{
	for (size_t i = 0; i < f->fields; i++) {
		struct form_value v = { 0 };

		if (f->field[i].kind != FIELD_COUNTRY)
			continue;
		check_field(a, &f->field[i], f->country, post, &v);
		if (!v.error && v.normal.n)
			return v.normal;
	}
	return f->country;
}

static enum field_error
check_consent(struct arena *a, const struct form_consent *c, struct post post,
    bool *granted)
{
	struct str value;
	size_t found = find(post, consent_name(a, c), &value);

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

static struct str
fields_json(struct arena *a, const struct form *f,
    const struct form_result *r)
{
	struct buf b;

	buf_init(&b, a, json_bytes_max(f, r));
	buf_byte(&b, '{');
	for (size_t i = 0; i < f->fields; i++) {
		const char *name = arena_copy(a, f->field[i].name).p;
		struct str normal = r->value[i].normal;

		if (f->field[i].kind == FIELD_CONSENT)
			json_flag(&b, name, normal.n > 0);
		else if (normal.n)
			buf_json_pair(&b, name, normal);
	}
	for (size_t i = 0; i < f->consents; i++)
		json_flag(&b, arena_copy(a, consent_name(a,
		    &f->consent[i])).p, r->granted[i]);
	buf_byte(&b, '}');
	return buf_str(&b);
}

void
form_check(struct arena *a, const struct form *f, const struct str_pair *pair,
    size_t count, struct form_result *out)
{
	struct post post = { pair, count };
	struct str country = chosen_country(a, f, post), trap;

	form_blank(a, f, out);
	for (size_t i = 0; i < f->fields; i++) {
		check_field(a, &f->field[i], country, post, &out->value[i]);
		out->errors += out->value[i].error != FIELD_FINE;
	}
	for (size_t i = 0; i < f->consents; i++) {
		out->consent_error[i] = check_consent(a, &f->consent[i], post,
		    &out->granted[i]);
		out->errors += out->consent_error[i] != FIELD_FINE;
	}
	out->is_trapped = find(post, STR(FORM_TRAP), &trap) > 1 || trap.n;
	if (find(post, STR(FORM_TOKEN), &out->token) > 1)
		out->token = STR_EMPTY;
	gather_particulars(a, f, out);
	if (!out->errors)
		out->fields = fields_json(a, f, out);
}

void
form_blame(struct arena *a, const struct form *f, struct str name,
    enum field_error e, struct form_result *out)
{
	enum field_error *error = NULL;

	for (size_t i = 0; i < f->fields; i++) {
		if (str_eq(f->field[i].name, name)) {
			out->value[i].normal = STR_EMPTY;
			error = &out->value[i].error;
		}
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
