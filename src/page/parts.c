/* Implements parts.h: names cut at their number, the numbers put in order. */
#include "base/arena.h"
#include "base/buf.h"
#include "page/parts.h"
#include "page/site.h"
#include "page/view.h"

#define NUMBER_MAX 99

/* A part of a list: "benefit_2_title". */
struct item {
	const char *section;
	uint32_t number;
	const char *marker;
	struct str text;
	struct view *level;
};

/* In capitals, with a NUL. */
static const char *
capitals(struct arena *a, struct str head, const char *tail)
{
	struct str end = str_of(tail);
	char *p = arena_take(a, head.n + end.n + 1);

	for (size_t i = 0; i < head.n; i++)
		p[i] = head.p[i] >= 'a' && head.p[i] <= 'z' ?
		    (char)(head.p[i] & ~0x20) : head.p[i];
	for (size_t i = 0; i < end.n; i++)
		p[head.n + i] = end.p[i];
	return p;
}

/* false when the name has no number of its own between underscores. */
static bool
parse_item(struct arena *a, struct str name, struct item *out)
{
	for (size_t at = 1; at < name.n; at++) {
		struct str digits, marker;

		if (name.p[at] != '_')
			continue;
		str_cut(str_slice(name, at + 1, name.n), '_', &digits, &marker);
		if (!str_u32(digits, 1, NUMBER_MAX, &out->number))
			continue;
		out->section = capitals(a, str_slice(name, 0, at), "");
		out->marker = marker.n ? capitals(a, marker, "") : "TEXT";
		return true;
	}
	return false;
}

/* By number; those of one number stay in the document's order. */
static void
insert(struct item *item, size_t *items, const struct item *new)
{
	size_t at = (*items)++;

	while (at > 0 && item[at - 1].number > new->number) {
		item[at] = item[at - 1];
		at--;
	}
	item[at] = *new;
}

static struct view *
find_level(const struct item *item, size_t before, const struct item *wanted)
{
	for (size_t i = 0; i < before; i++)
		if (item[i].number == wanted->number &&
		    str_eq(str_of(item[i].section), str_of(wanted->section)))
			return item[i].level;
	return NULL;
}

static void
show_items(struct arena *a, struct view *v, struct item *item, size_t items)
{
	for (size_t i = 0; i < items; i++) {
		item[i].level = find_level(item, i, &item[i]);
		if (!item[i].level) {
			item[i].level = view_add(v, item[i].section);
			view_set(v, capitals(a, str_of(item[i].section),
			    "_LIST"), STR("1"));
		}
		view_set(item[i].level, item[i].marker, item[i].text);
	}
}

void
parts_fill(struct arena *a, struct view *v, const struct site_part *part,
    size_t parts, enum lang l)
{
	struct item item[SITE_PARTS_MAX], new = { .number = 0 };
	size_t items = 0;

	for (size_t i = 0; i < parts; i++) {
		new.text = lang_text(&part[i].text, l);
		if (!new.text.n)
			continue;
		if (items < SITE_PARTS_MAX &&
		    parse_item(a, part[i].name, &new))
			insert(item, &items, &new);
		else
			view_set(v, capitals(a, part[i].name, ""), new.text);
	}
	show_items(a, v, item, items);
}
