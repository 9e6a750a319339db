/* Implements sitestep.h. */
#include "base/arena.h"
#include "form/form.h"
#include "page/reader.h"
#include "page/site.h"
#include "page/sitestep.h"

#define DRAFT_DAYS_DEFAULT 30
#define STEPS_MIN 2	/* one step is a form without */

/* The index of the field of that name; f->fields when told of a mistake. */
static size_t
read_name(const struct reader_node *n, const struct form *f)
{
	struct str name = reader_string(n, READER_MUST, FIELD_NAME_BYTES_MAX);
	size_t at = form_field(f, name);

	if (at == f->fields && name.n)
		reader_complain(n, "there is no field %.*s in this form",
		    STR_ARG(reader_quote(n, name)));
	return at;
}

/* What is hidden stands in no step: nobody answers it. */
static size_t
next_visible(const struct form *f, size_t at)
{
	while (at < f->fields && f->field[at].kind == FIELD_HIDDEN)
		at++;
	return at;
}

/*
 * Steps ask in the order of the fields, so that a condition looks back to the
 * same step or an earlier one.  *at is the field that is due.
 */
static void
read_fields(const struct reader_node *n, const struct form *f,
    struct field *field, uint32_t step, size_t *at)
{
	size_t count = reader_list(n, READER_MUST, FORM_FIELDS_MAX);

	if (json_is_array(n->json) && !json_array_size(n->json))
		reader_complain(n, "a step needs a field");
	for (size_t i = 0; i < count; i++) {
		struct reader_node item = reader_element(n, i);
		size_t found = read_name(&item, f);

		*at = next_visible(f, *at);
		if (found == f->fields)
			continue;
		if (found != *at)
			reader_complain(&item, "%s",
			    f->field[found].kind == FIELD_HIDDEN ?
			    "nobody answers a hidden field" : "steps name"
			    " each field once, in the order of \"fields\"");
		if (found < *at)
			continue;
		field[found].step = step;
		*at = found + 1;
	}
}

static void
read_steps(const struct reader_node *n, unsigned langs, struct form *out,
    struct field *field)
{
	static const char *const known[] = { "key", "title", "fields", NULL };
	size_t count = reader_list(n, READER_MAY, FORM_STEPS_MAX), at = 0;
	struct form_step *step = arena_array(n->reader->arena, count,
	    sizeof *step);

	if (!n->json)
		return;
	if (json_is_array(n->json) && json_array_size(n->json) < STEPS_MIN)
		reader_complain(n, "has %zu steps, a form has at least %d or"
		    " none", json_array_size(n->json), STEPS_MIN);
	for (size_t i = 0; i < count; i++) {
		struct reader_node item = reader_element(n, i);
		struct reader_node key = reader_member(&item, "key");
		struct reader_node title = reader_member(&item, "title");
		struct reader_node fields = reader_member(&item, "fields");

		if (!reader_object(&item, READER_MUST, known))
			continue;
		step[i].key = reader_key(&key, READER_MUST);
		step[i].title = reader_text(&title, READER_MUST, langs,
		    SITE_TEXT_BYTES_MAX);
		read_fields(&fields, out, field, (uint32_t)i, &at);
	}
	reader_unique(n, "key");
	out->step = step;
	out->steps = count;
	at = next_visible(out, at);
	if (count && at < out->fields)
		reader_complain(n, "no step asks field %.*s",
		    STR_ARG(reader_quote(n, out->field[at].name)));
}

/* A file can't be carried from step to step, so only the last asks it. */
static void
judge_files(const struct reader_node *n, const struct form *f)
{
	for (size_t i = 0; i < f->fields; i++)
		if (f->field[i].kind == FIELD_FILE &&
		    f->field[i].step + 1 < f->steps)
			reader_complain(n, "field %.*s is a file: only the"
			    " last step may ask it", STR_ARG(reader_quote(n,
			    f->field[i].name)));
}

/* Does another field's condition look at this one? */
static bool
is_looked_at(const struct form *f, size_t at)
{
	for (size_t i = 0; i < f->fields; i++)
		if ((f->field[i].show_if.values &&
		    f->field[i].show_if.field == at) ||
		    (f->field[i].required_if.values &&
		    f->field[i].required_if.field == at))
			return true;
	return false;
}

static void
judge_stocked(const struct reader_node *n, const struct form *f, size_t at)
{
	const struct field *one = &f->field[at];

	if (one->kind == FIELD_EMAIL || one->kind == FIELD_HIDDEN ||
	    one->kind == FIELD_FILE)
		reader_complain(n, "a field of kind %s is asked of everybody",
		    field_traits(one->kind)->name);
	else if (is_looked_at(f, at))
		reader_complain(n, "another field's condition looks at it, so"
		    " it is asked of everybody");
}

static void
read_progressive(const struct reader_node *n, struct form *out)
{
	static const char *const known[] = { "ask", "stock", NULL };
	struct reader_node ask = reader_member(n, "ask");
	struct reader_node stock = reader_member(n, "stock");
	struct reader_range asked = { READER_MUST, 1, FORM_FIELDS_MAX, 1 };
	uint32_t *field;
	size_t count;

	if (!reader_object(n, READER_MAY, known) || !n->json)
		return;
	count = reader_list(&stock, READER_MUST, FORM_FIELDS_MAX);
	if (json_is_array(stock.json) && !json_array_size(stock.json))
		reader_complain(&stock, "a stock needs a field");
	if (count)
		asked.max = (double)count;
	out->ask = (uint32_t)reader_whole(&ask, &asked);
	field = arena_array(n->reader->arena, count, sizeof *field);
	for (size_t i = 0; i < count; i++) {
		struct reader_node item = reader_element(&stock, i);
		size_t at = read_name(&item, out);

		if (at == out->fields)
			continue;
		judge_stocked(&item, out, at);
		field[out->stocked++] = (uint32_t)at;
	}
	reader_unique(&stock, NULL);
	out->stock = field;
}

static void
read_draft(const struct reader_node *n, unsigned langs, struct form *out)
{
	static const char *const known[] = { "text", "days", NULL };
	static const struct reader_range ages = { READER_MAY, 1,
		FORM_DRAFT_DAYS_MAX, DRAFT_DAYS_DEFAULT };
	struct reader_node text = reader_member(n, "text");
	struct reader_node days = reader_member(n, "days");

	if (!reader_object(n, READER_MAY, known) || !n->json)
		return;
	if (!out->steps)
		reader_complain(n, "only a form with steps can be left half"
		    " filled in");
	out->draft = reader_text(&text, READER_MUST, langs,
	    SITE_TEXT_BYTES_MAX);
	out->draft_days = (uint32_t)reader_whole(&days, &ages);
}

void
sitestep_read(const struct reader_node *n, unsigned langs, struct form *out,
    struct field *field)
{
	struct reader_node steps = reader_member(n, "steps");
	struct reader_node progressive = reader_member(n, "progressive");
	struct reader_node draft = reader_member(n, "draft");

	read_steps(&steps, langs, out, field);
	judge_files(&steps, out);
	read_progressive(&progressive, out);
	read_draft(&draft, langs, out);
}
