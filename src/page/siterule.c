/* Implements siterule.h. */
#include <math.h>

#include "base/arena.h"
#include "form/attachment.h"
#include "form/country.h"
#include "form/date.h"
#include "form/media.h"
#include "form/number.h"
#include "form/pattern.h"
#include "page/reader.h"
#include "page/site.h"
#include "page/siterule.h"

#define WORD_BYTES_MAX 200
#define DOUBLE_EXACT_MAX 9007199254740992.0	/* 2^53 */
#define ROUNDING_MAX 1e-3	/* of 0.1 times ten, and the like */

#define IS(kind) (1u << (kind))

void
siterule_members(const struct reader_node *n, const struct field *f)
{
	static const struct {
		const char *member;
		unsigned kinds;
		const char *who;
	} rules[] = {
		{ "options", IS(FIELD_CHOICE) | IS(FIELD_CHOICES),
		    "a choice or choices have options" },
		{ "decimals", IS(FIELD_NUMBER), "a number has decimals" },
		{ "step", IS(FIELD_NUMBER), "a number has a step" },
		{ "accept", IS(FIELD_FILE), "a file has kinds to accept" },
		{ "bytes_max", IS(FIELD_FILE), "a file has a size" },
		{ "from", IS(FIELD_HIDDEN),
		    "a hidden field is filled from the touch" },
		{ "promo", IS(FIELD_TEXT), "a text can be a code" },
		{ "pattern", ~(IS(FIELD_CHOICES) | IS(FIELD_FILE)),
		    "an answer that is a text has a pattern" },
		{ "min", ~IS(FIELD_FILE), "what is no file has bounds" },
		{ "max", ~IS(FIELD_FILE), "what is no file has bounds" },
	};

	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
		struct reader_node m = reader_member(n, rules[i].member);

		if (m.json && !(rules[i].kinds & IS(f->kind)))
			reader_complain(&m, "only %s", rules[i].who);
	}
}

static void
read_lengths(const struct reader_node *min, const struct reader_node *max,
    struct field *out)
{
	const struct reader_range longest = { READER_MAY, 1, FIELD_CHARS_MAX,
		field_traits(out->kind)->chars_max };
	const struct reader_range shortest = { READER_MAY, 0, FIELD_CHARS_MAX,
		0 };

	out->chars_max = (uint32_t)reader_whole(max, &longest);
	out->chars_min = (uint32_t)reader_whole(min, &shortest);
	if (out->chars_min > out->chars_max)
		reader_complain(min, "is more than the field can hold (%u)",
		    out->chars_max);
}

/* A number with no more decimals than that, times 10^decimals, exactly. */
static bool
read_scaled(const struct reader_node *n, uint32_t decimals, int64_t *out)
{
	const double most = (double)NUMBER_WHOLE_MAX;
	const struct reader_range range = { READER_MAY, -most, most, 0 };
	size_t before = n->reader->errors;
	double value = reader_number(n, &range), scaled;

	if (!n->json || n->reader->errors != before)
		return false;
	scaled = value * (double)number_scale(decimals);
	if (json_is_integer(n->json)) {
		*out = json_integer_value(n->json) * number_scale(decimals);
		return true;
	}
	if (fabs(scaled - round(scaled)) > ROUNDING_MAX ||
	    fabs(scaled) > DOUBLE_EXACT_MAX) {
		reader_complain(n, "has more digits than the field: %u"
		    " decimals", decimals);
		return false;
	}
	*out = llround(scaled);
	return true;
}

static void
read_numbers(const struct reader_node *n, const struct reader_node *min,
    const struct reader_node *max, struct field_bounds *out)
{
	const struct reader_range places = { READER_MAY, 0,
		NUMBER_DECIMALS_MAX, 0 };
	struct reader_node decimals = reader_member(n, "decimals");
	struct reader_node step = reader_member(n, "step");

	out->decimals = (uint32_t)reader_whole(&decimals, &places);
	out->has_min = read_scaled(min, out->decimals, &out->min);
	out->has_max = read_scaled(max, out->decimals, &out->max);
	if (read_scaled(&step, out->decimals, &out->step) && out->step <= 0)
		reader_complain(&step, "must be more than 0");
}

static bool
read_date(const struct reader_node *n, int64_t *out)
{
	struct str s = reader_string(n, READER_MAY, WORD_BYTES_MAX);

	if (!s.n)
		return false;
	if (!date_parse(s, out))
		return true;
	reader_complain(n, "%.*s is no date like 2026-12-31",
	    STR_ARG(reader_quote(n, s)));
	return false;
}

static bool
read_count(const struct reader_node *n, size_t options, int64_t *out)
{
	const struct reader_range range = { READER_MAY, 1,
		options ? (double)options : 1, 1 };

	*out = reader_whole(n, &range);
	return n->json;
}

static void
read_pattern(const struct reader_node *n, struct field *out)
{
	out->pattern = reader_string(n, READER_MAY, FIELD_PATTERN_BYTES_MAX);
	if (!str_is_empty(out->pattern) && !pattern_is_ok(out->pattern))
		reader_complain(n, "is no pattern we can use: a POSIX extended"
		    " regular expression, without \\d and \\1");
}

void
siterule_bounds(const struct reader_node *n, struct field *out)
{
	struct field_bounds *b = &out->bounds;
	struct reader_node min = reader_member(n, "min");
	struct reader_node max = reader_member(n, "max");
	struct reader_node pattern = reader_member(n, "pattern");

	read_pattern(&pattern, out);
	out->chars_max = field_traits(out->kind)->chars_max;
	switch (out->kind) {
	case FIELD_NUMBER:
		read_numbers(n, &min, &max, b);
		break;
	case FIELD_DATE:
		b->has_min = read_date(&min, &b->min);
		b->has_max = read_date(&max, &b->max);
		break;
	case FIELD_CHOICES:
		b->has_min = read_count(&min, out->options, &b->min);
		b->has_max = read_count(&max, out->options, &b->max);
		break;
	case FIELD_FILE:
		break;
	default:
		read_lengths(&min, &max, out);
	}
	if (b->has_min && b->has_max && b->min > b->max)
		reader_complain(&min, "is more than max");
}

static void
read_media(const struct reader_node *n, struct field *out)
{
	size_t count = reader_list(n, READER_MUST, MEDIA_KINDS);

	if (json_is_array(n->json) && !json_array_size(n->json))
		reader_complain(n, "a file needs a kind to accept");
	for (size_t i = 0; i < count; i++) {
		struct reader_node item = reader_element(n, i);
		struct str s = reader_string(&item, READER_MUST,
		    WORD_BYTES_MAX);
		enum media kind;

		if (s.n && media_parse(s, &kind))
			reader_complain(&item, "%.*s is no kind of file we"
			    " know: pdf, png, jpeg, docx, xlsx, odt",
			    STR_ARG(reader_quote(&item, s)));
		else if (s.n)
			out->media |= 1u << kind;
	}
	reader_unique(n, NULL);
}

void
siterule_source(const struct reader_node *n, struct field *out)
{
	/* In the order of enum field_from, behind its first. */
	static const char *const parts[] = { "source", "medium", "campaign",
		"click_id", NULL };
	const struct reader_range sizes = { READER_MAY, 1,
		ATTACHMENT_BYTES_MAX, ATTACHMENT_BYTES_DEFAULT };
	struct reader_node accept = reader_member(n, "accept");
	struct reader_node bytes = reader_member(n, "bytes_max");
	struct reader_node from = reader_member(n, "from");

	if (out->kind == FIELD_FILE) {
		read_media(&accept, out);
		out->bytes_max = (uint32_t)reader_whole(&bytes, &sizes);
	}
	if (from.json)
		out->from = (enum field_from)(FIELD_FROM_SOURCE +
		    reader_choice(&from, READER_MAY, parts));
	if (out->from && out->is_required)
		reader_complain(&from, "what the visitor has no part in can't"
		    " be required");
}

/* Can an answer of that field be this? */
static bool
is_answer(const struct field *on, struct str value)
{
	const struct country *c;
	bool is = false;

	switch (on->kind) {
	case FIELD_CHOICE:
	case FIELD_CHOICES:
		for (size_t i = 0; i < on->options && !is; i++)
			is = str_eq(on->option[i].value, value);
		return is;
	case FIELD_COUNTRY:
		c = country_find(value);
		return c && str_eq(value, str_of(c->code));
	case FIELD_CONSENT:
		return str_eq(value, FIELD_TICKED);
	default:
		return false;
	}
}

static void
read_values(const struct reader_node *n, const struct field *on,
    struct field_condition *out)
{
	size_t count = reader_list(n, READER_MUST, FIELD_CONDITION_VALUES_MAX);
	struct str *value = arena_array(n->reader->arena, count,
	    sizeof *value);

	if (json_is_array(n->json) && !json_array_size(n->json))
		reader_complain(n, "a condition needs a value");
	for (size_t i = 0; i < count; i++) {
		struct reader_node item = reader_element(n, i);

		value[i] = reader_string(&item, READER_MUST, WORD_BYTES_MAX);
		if (value[i].n && !is_answer(on, value[i]))
			reader_complain(&item, "%.*s is no answer of that"
			    " field", STR_ARG(reader_quote(&item, value[i])));
	}
	reader_unique(n, NULL);
	out->value = value;
	out->values = count;
}

static bool
can_be_asked(enum field_kind k)
{
	return k == FIELD_CHOICE || k == FIELD_CHOICES ||
	    k == FIELD_COUNTRY || k == FIELD_CONSENT;
}

static void
read_condition(const struct reader_node *n, const struct field *all,
    size_t at, struct field_condition *out)
{
	static const char *const known[] = { "field", "in", NULL };
	struct reader_node field = reader_member(n, "field");
	struct reader_node in = reader_member(n, "in");
	size_t i = 0;
	struct str name;

	if (!n->json || !reader_object(n, READER_MUST, known))
		return;
	name = reader_string(&field, READER_MUST, FIELD_NAME_BYTES_MAX);
	while (i < at && !str_eq(all[i].name, name))
		i++;
	if (name.n && i == at) {
		reader_complain(&field, "%.*s is no field that stands before"
		    " this one", STR_ARG(reader_quote(&field, name)));
	} else if (name.n && !can_be_asked(all[i].kind)) {
		reader_complain(&field, "a condition is on a choice, choices,"
		    " a country or a consent");
	} else if (name.n) {
		out->field = i;
		read_values(&in, &all[i], out);
	}
}

void
siterule_conditions(const struct reader_node *n, struct field *all, size_t at)
{
	struct reader_node show = reader_member(n, "show_if");
	struct reader_node need = reader_member(n, "required_if");

	read_condition(&show, all, at, &all[at].show_if);
	read_condition(&need, all, at, &all[at].required_if);
	if (need.json && all[at].is_required)
		reader_complain(&need, "is in vain: the field is required");
	if (need.json && all[at].from)
		reader_complain(&need, "what the visitor has no part in can't"
		    " be required");
}
