/*
 * Implements fill.h.  A value is put in as text and never read again, so it
 * can't hold a place; escaping is the template's.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "form/normal.h"
#include "page/site.h"

#include "page/fill.h"

bool
fill_cut(struct str text, struct fill_place *out)
{
	struct str inside;

	*out = (struct fill_place){ .name = STR_EMPTY };
	if (!str_cut(text, '{', &out->before, &text))
		return false;
	if (!str_cut(text, '}', &inside, &out->after))
		return true;
	out->has_otherwise = str_cut(inside, '|', &out->name,
	    &out->otherwise);
	return true;
}

/* Marks that order text or break its lines: U+200E, F, 2028 to E, 2066 to 9. */
static bool
is_mark(struct str c)
{
	unsigned char last;

	if (c.n != 3 || !str_has_prefix(c, STR("\xe2")))
		return false;
	last = (unsigned char)c.p[2];
	if (c.p[1] == '\x80')
		return (last >= 0x8e && last <= 0x8f) ||
		    (last >= 0xa8 && last <= 0xae);
	return c.p[1] == '\x81' && last >= 0xa6 && last <= 0xa9;
}

struct str
fill_clean(struct arena *a, struct str value, uint32_t chars_max)
{
	struct buf b;
	struct str clean;
	size_t step;

	if (!str_is_utf8(value))
		return STR_EMPTY;
	buf_init(&b, a, value.n);
	for (; value.n; value = str_slice(value, step, value.n)) {
		struct str c;

		step = str_utf8_step(value);
		c = str_slice(value, 0, step);
		if (!normal_has_control(c, false) && !is_mark(c))
			buf_add(&b, c);
	}
	clean = normal_bare(buf_str(&b));
	return str_chars(clean) > chars_max ? STR_EMPTY : clean;
}

static const struct site_filler *
find_filler(const struct site_page *pg, struct str name)
{
	for (size_t i = 0; i < pg->fillers; i++)
		if (str_eq(pg->filler[i].name, name))
			return &pg->filler[i];
	return NULL;
}

static struct str
value_of(const struct fill *who, struct str name)
{
	for (size_t i = 0; who && i < who->values; i++)
		if (str_eq(who->value[i].name, name))
			return who->value[i].value;
	return STR_EMPTY;
}

static bool
is_for(const struct site_rule *rule, const struct fill *who, enum lang l)
{
	if (rule->langs && !(rule->langs >> l & 1))
		return false;
	for (size_t i = 0; who && i < rule->countries.count; i++)
		if (str_eq(rule->countries.word[i], who->country))
			return true;
	return !rule->countries.count;
}

/* The part's own text, or the first rule's that is for the visitor. */
static struct str
text_of(const struct site_variant *v, const struct site_part *part,
    const struct fill *who, enum lang l)
{
	for (size_t i = 0; i < v->rules; i++)
		if (str_eq(v->rule[i].part, part->name) &&
		    is_for(&v->rule[i], who, l))
			return lang_text(&v->rule[i].text, l);
	return lang_text(&part->text, l);
}

static struct str
fill_text(struct arena *a, const struct site_page *pg, struct str text,
    const struct fill *who, enum lang l)
{
	struct fill_place place;
	struct buf b;

	buf_init(&b, a, SITE_FILLED_BYTES_MAX);
	while (fill_cut(text, &place)) {
		const struct site_filler *f = find_filler(pg, place.name);
		struct str value = value_of(who, place.name);

		if (!value.n && place.has_otherwise)
			value = place.otherwise;
		else if (!value.n && f)
			value = lang_text(&f->otherwise, l);
		buf_add(&b, place.before);
		buf_add(&b, value);
		text = place.after;
	}
	buf_add(&b, text);
	return buf_str(&b);
}

bool
fill_is_own(const struct site_page *pg, const struct site_variant *v,
    const struct fill *who, enum lang l)
{
	for (size_t i = 0; i < who->values; i++)
		if (who->value[i].value.n && find_filler(pg,
		    who->value[i].name))
			return true;
	for (size_t i = 0; i < v->parts; i++) {
		struct str own = text_of(v, &v->part[i], who, l);
		struct str all = text_of(v, &v->part[i], NULL, l);

		if (!str_eq(own, all))
			return true;
	}
	return false;
}

const struct site_part *
fill_parts(struct arena *a, const struct site_page *pg,
    const struct site_variant *v, const struct fill *who, enum lang l)
{
	struct site_part *out;

	if (!pg->fillers && !v->rules)
		return v->part;
	out = arena_array(a, v->parts, sizeof *out);
	for (size_t i = 0; i < v->parts; i++) {
		struct str text = text_of(v, &v->part[i], who, l);

		out[i].name = v->part[i].name;
		out[i].text.in[l] = pg->fillers ?
		    fill_text(a, pg, text, who, l) : text;
	}
	return out;
}
