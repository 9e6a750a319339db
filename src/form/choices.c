/* Implements choices.h. */
#include "base/buf.h"
#include "form/normal.h"

#include "form/choices.h"

#define JSON_BYTES_PER_BYTE 6	/* at worst \u001f */

size_t
choices_find(struct arena *a, const struct field *f, struct str value)
{
	struct str sought = normal_text(a, value, false);

	for (size_t i = 0; i < f->options; i++)
		if (str_eq(normal_text(a, f->option[i].value, false), sought))
			return i;
	return f->options;
}

static struct str
as_json(struct arena *a, const struct field *f, const bool *chosen)
{
	size_t most = 2;
	bool is_first = true;
	struct buf b;

	for (size_t i = 0; i < f->options; i++)
		most += JSON_BYTES_PER_BYTE * f->option[i].value.n + 3;
	buf_init(&b, a, most);
	buf_byte(&b, '[');
	for (size_t i = 0; i < f->options; i++) {
		if (!chosen[i])
			continue;
		if (!is_first)
			buf_byte(&b, ',');
		is_first = false;
		buf_json(&b, f->option[i].value);
	}
	buf_byte(&b, ']');
	return buf_str(&b);
}

enum field_error
choices_check(struct arena *a, const struct field *f, const struct str *value,
    size_t count, bool *chosen, struct str *normal)
{
	int64_t ticked = 0;
	bool is_odd = false;

	*normal = STR_EMPTY;
	for (size_t i = 0; i < count; i++) {
		size_t at;

		if (!value[i].n)
			continue;
		at = choices_find(a, f, value[i]);
		if (at == f->options) {
			is_odd = true;
			continue;
		}
		ticked += !chosen[at];
		chosen[at] = true;
	}
	if (is_odd)
		return FIELD_NOT_CHOICE;
	if (!ticked)
		return f->is_required ? FIELD_MISSING : FIELD_FINE;
	if (f->bounds.has_min && ticked < f->bounds.min)
		return FIELD_TOO_FEW;
	if (f->bounds.has_max && ticked > f->bounds.max)
		return FIELD_TOO_MANY;
	*normal = as_json(a, f, chosen);
	return FIELD_FINE;
}
