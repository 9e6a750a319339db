/*
 * Implements answers.h: which posted value belongs to which field, and whether
 * it is asked at all.  How one value is judged is field's business.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "form/attachment.h"
#include "form/choices.h"
#include "form/form.h"
#include "form/ticket.h"

#include "form/answers.h"

#define BETWEEN_ANSWERS STR(", ")

size_t
answers_find(const struct form_post *post, struct str name,
    struct str *value)
{
	size_t found = 0;

	*value = STR_EMPTY;
	for (size_t i = 0; i < post->count; i++)
		if (str_eq(post->pair[i].name, name) && !found++)
			*value = post->pair[i].value;
	return found;
}

/* A form being judged. */
struct judging {
	struct arena *arena;
	const struct form *form;
	const struct form_post *post;
	struct str country;
	struct form_result *out;
};

/* All that was written for a field given several times. */
static struct str
join_answers(struct arena *a, const struct form_post *post, struct str name)
{
	struct str first;
	size_t most = 0;
	struct buf b;

	answers_find(post, name, &first);
	for (size_t i = 0; i < post->count; i++)
		most += post->pair[i].value.n + BETWEEN_ANSWERS.n;
	buf_init(&b, a, most);
	buf_add(&b, first);
	for (size_t i = 0; i < post->count; i++) {
		struct str value = post->pair[i].value;

		if (!str_eq(post->pair[i].name, name) || !value.n ||
		    str_eq(value, first))
			continue;
		if (b.n)
			buf_add(&b, BETWEEN_ANSWERS);
		buf_add(&b, value);
	}
	return buf_str(&b);
}

static void
check_text(const struct judging *j, const struct field *field,
    struct form_value *out)
{
	struct str typed;
	size_t found = answers_find(j->post, field->name, &typed);

	if (found > 1)
		out->error = FIELD_REPEATED;
	else
		out->error = field_check(j->arena, field, j->country, typed,
		    &out->normal);
	if (found > 1 && field_is_written(field))
		typed = join_answers(j->arena, j->post, field->name);
	out->typed = field_shown(j->arena, field, typed);
}

static void
check_choices(const struct judging *j, const struct field *field,
    struct form_value *out)
{
	struct str *value = arena_array(j->arena, j->post->count,
	    sizeof *value);
	size_t count = 0;

	for (size_t i = 0; i < j->post->count; i++)
		if (str_eq(j->post->pair[i].name, field->name))
			value[count++] = j->post->pair[i].value;
	out->error = choices_check(j->arena, field, value, count, out->chosen,
	    &out->normal);
}

static void
check_file(const struct judging *j, const struct field *field,
    struct form_value *out)
{
	const struct form_post *post = j->post;
	struct attachment_file file = { STR_EMPTY, STR_EMPTY };
	struct attachment *kept = ARENA_NEW(j->arena, struct attachment);
	size_t found = 0;

	for (size_t i = 0; i < post->files; i++) {
		if (!str_eq(post->file_name[i], field->name) ||
		    (!post->file[i].name.n && !post->file[i].bytes.n))
			continue;
		found++;
		file = post->file[i];
	}
	if (!found) {
		check_text(j, field, out);
		return;
	}
	out->error = found > 1 ? FIELD_REPEATED :
	    attachment_check(j->arena, field, &file, kept);
	if (out->error)
		return;
	out->attachment = kept;
	out->normal = attachment_json(j->arena, kept);
}

static struct str
part_of_touch(const struct touch *t, enum field_from from)
{
	switch (from) {
	case FIELD_FROM_SOURCE:
		return t->source;
	case FIELD_FROM_MEDIUM:
		return t->medium;
	case FIELD_FROM_CAMPAIGN:
		return t->campaign;
	case FIELD_FROM_CLICK_ID:
		return t->click_id;
	case FIELD_FROM_POST:
		break;
	}
	return STR_EMPTY;
}

/* The visitor has no part in it: what does not fit is left out, not told. */
static void
fill_from_touch(const struct judging *j, const struct field *field,
    struct form_value *out)
{
	if (j->post->touch)
		(void)field_check(j->arena, field, j->country,
		    part_of_touch(j->post->touch, field->from), &out->normal);
}

static bool
holds(const struct judging *j, const struct field_condition *c)
{
	const struct field *on = &j->form->field[c->field];
	const struct form_value *v = &j->out->value[c->field];

	for (size_t i = 0; !v->error && i < c->values; i++) {
		size_t at = on->kind == FIELD_CHOICES ?
		    choices_find(j->arena, on, c->value[i]) : on->options;

		if (at < on->options ? v->is_shown && v->chosen[at] :
		    str_eq(v->normal, c->value[i]))
			return true;
	}
	return false;
}

static void
check_field(const struct judging *j, size_t i)
{
	struct field field = j->form->field[i];
	struct form_value *v = &j->out->value[i];

	v->is_shown = !(j->post->stage.unasked >> i & 1) &&
	    (!field.show_if.values || holds(j, &field.show_if));
	v->is_required = field.is_required || (field.required_if.values &&
	    holds(j, &field.required_if));
	field.is_required = v->is_required;
	if (field.from)
		fill_from_touch(j, &field, v);
	else if (field.kind == FIELD_CHOICES)
		check_choices(j, &field, v);
	else if (field.kind == FIELD_FILE)
		check_file(j, &field, v);
	else
		check_text(j, &field, v);
	if (v->is_shown)
		return;
	/* It comes back as it was typed, for who then changes the condition. */
	v->normal = STR_EMPTY;
	v->attachment = NULL;
	v->error = FIELD_FINE;
}

/* The country the visitor chose, if the form asks and the answer is one. */
static struct str
chosen_country(const struct form *f, const struct form_result *r)
{
	for (size_t i = 0; i < f->fields; i++)
		if (f->field[i].kind == FIELD_COUNTRY && r->value[i].normal.n)
			return r->value[i].normal;
	return f->country;
}

/*
 * What is chosen comes first: conditions are on that alone, each on a field
 * before its own, and how a number or postcode reads depends on the country.
 */
void
answers_check(struct arena *a, const struct form *f,
    const struct form_post *post, struct form_result *out)
{
	struct judging j = { a, f, post, f->country, out };

	for (size_t i = 0; i < f->fields; i++)
		if (!field_is_written(&f->field[i]))
			check_field(&j, i);
	j.country = chosen_country(f, out);
	for (size_t i = 0; i < f->fields; i++) {
		if (field_is_written(&f->field[i]))
			check_field(&j, i);
		out->errors += out->value[i].error != FIELD_FINE;
	}
}
