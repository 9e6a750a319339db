/* Implements merge.h. */
#include <assert.h>
#include <jansson.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "page/site.h"
#include "page/merge.h"

#define PRETTY_BYTES_MAX ((size_t)4 * SITE_JSON_BYTES_MAX)

static const char *const sections[] = { "offers", "campaigns", "consents",
	"forms", "pages", "experiments", "origins", "links", "reasons",
	"promises", "scenarios", "recycling", NULL };

static const char *
key_of(const json_t *item)
{
	return json_string_value(json_object_get(item, "key"));
}

/*
 * What list does not name is put behind it, so that an index into list means
 * the same before and after.
 */
static void
append_others(json_t *list, const json_t *others)
{
	json_t *named = json_object(), *item;
	size_t i;

	json_array_foreach(list, i, item)
		if (key_of(item))
			json_object_set_new(named, key_of(item), json_true());
	for (i = 0; i < json_array_size(others); i++) {
		item = json_array_get(others, i);
		if (!key_of(item) || !json_object_get(named, key_of(item)))
			json_array_append(list, item);
	}
	json_decref(named);
}

/* An experiment that names no state stays in the one it is kept in. */
static void
keep_states(json_t *list, const json_t *kept)
{
	json_t *item, *state;
	size_t i;

	json_array_foreach(list, i, item) {
		state = key_of(item) ? json_object_get(kept, key_of(item)) :
		    NULL;
		if (state && (!json_object_get(item, "state") ||
		    json_is_null(json_object_get(item, "state"))))
			json_object_set(item, "state", state);
	}
}

/* given with current behind it; a section that is no list stays wrong. */
static json_t *
merge(const json_t *given, const json_t *current, const json_t *kept)
{
	json_t *merged = json_deep_copy(given);

	keep_states(json_object_get(merged, "experiments"), kept);
	for (size_t i = 0; sections[i]; i++) {
		json_t *list = json_object_get(merged, sections[i]);
		const json_t *others = json_object_get(current, sections[i]);

		if (others && (!list || json_is_null(list))) {
			list = json_array();
			json_object_set_new(merged, sections[i], list);
		}
		if (json_is_array(list))
			append_others(list, others);
	}
	return merged;
}

/* The section and the place in it that path begins with: "$.pages[3]…". */
static const char *
place_of(struct str path, size_t *index, struct str *rest)
{
	struct str name, number;
	uint32_t at;

	for (size_t i = 0; sections[i]; i++) {
		if (!str_cut(path, '[', &name, &number) ||
		    !str_has_prefix(name, STR("$.")) ||
		    !str_eq(str_slice(name, 2, name.n), str_of(sections[i])))
			continue;
		if (!str_cut(number, ']', &number, rest) ||
		    !str_u32(number, 0, UINT32_MAX, &at))
			return NULL;
		*index = at;
		return sections[i];
	}
	return NULL;
}

static void
tell(const struct site_error *error, const json_t *given,
    const json_t *merged, FILE *complaints)
{
	size_t index = 0;
	struct str rest = STR_EMPTY;
	const char *section = place_of(error->path, &index, &rest);
	const char *key;

	if (!section || !merged || index < json_array_size(
	    json_object_get(given, section))) {
		fprintf(complaints, "%.*s: %.*s\n", STR_ARG(error->path),
		    STR_ARG(error->reason));
		return;
	}
	key = key_of(json_array_get(json_object_get(merged, section), index));
	fprintf(complaints, "$: can't be applied beside \"%s\", one of the"
	    " %s already there: %.*s: %.*s\n", key ? key : "", section,
	    STR_ARG(str_slice(rest, 1, rest.n)), STR_ARG(error->reason));
}

static json_t *
load(struct str json)
{
	return json_loadb(json.p, json.n, JSON_REJECT_DUPLICATES, NULL);
}

/* ERR_INPUT for what only the database may say. */
static enum err
refuse_state(json_t *given, FILE *complaints)
{
	if (!json_object_get(given, "state"))
		return OK;
	json_object_del(given, "state");
	fprintf(complaints, "$.state: is for the database to say\n");
	return ERR_INPUT;
}

static enum err
check_whole(struct arena *a, const struct merge *m, const json_t *given,
    const json_t *whole, const struct site **out, FILE *complaints)
{
	char *text = json_dumps(whole, JSON_COMPACT);
	struct site_error *error;
	size_t errors;
	enum err e;

	if (str_of(text).n > MERGE_BYTES_MAX) {
		fprintf(complaints, "$: the site would have %zu bytes, at most"
		    " %d are allowed\n", str_of(text).n, MERGE_BYTES_MAX);
		free(text);
		return ERR_INPUT;
	}
	e = site_parse(a, str_of(text), out, &error, &errors);
	for (size_t i = 0; i < errors; i++)
		tell(&error[i], given, whole, complaints);
	if (m->judge && m->judge(a, str_of(text), complaints))
		e = ERR_INPUT;
	free(text);
	return e;
}

/* What can't be merged has only mistakes of its own. */
static enum err
check_alone(struct arena *a, struct str given, FILE *complaints)
{
	struct site_error *error;
	const struct site *site;
	size_t errors;
	enum err e = site_parse(a, given, &site, &error, &errors);

	for (size_t i = 0; i < errors; i++)
		tell(&error[i], NULL, NULL, complaints);
	return e;
}

enum err
merge_check(struct arena *a, const struct merge *m, const struct site **out,
    FILE *complaints)
{
	json_t *mine = m->given.n > SITE_JSON_BYTES_MAX ? NULL :
	    load(m->given);
	json_t *theirs = load(m->current), *kept = load(m->kept), *both;
	enum err refused, e;

	if (!json_is_object(mine)) {
		e = check_alone(a, m->given, complaints);
		assert(e);
	} else {
		refused = refuse_state(mine, complaints);
		both = merge(mine, theirs, kept);
		e = check_whole(a, m, mine, both, out, complaints);
		e = e ? e : refused;
		json_decref(both);
	}
	json_decref(kept);
	json_decref(theirs);
	json_decref(mine);
	return e;
}

static void
break_line(struct buf *b, size_t depth)
{
	buf_byte(b, '\n');
	for (size_t i = 0; i < depth; i++)
		buf_add(b, STR("  "));
}

/* The bytes of the text that begins with the quote at json.p[0]. */
static struct str
quoted(struct str json)
{
	size_t i = 1;

	while (i < json.n && json.p[i] != '"')
		i += json.p[i] == '\\' ? 2 : 1;
	return str_slice(json, 0, i + 1);
}

/* What opens is followed by a new line, unless it closes at once. */
static void
open_line(struct buf *b, size_t depth)
{
	if (b->n && (b->p[b->n - 1] == '[' || b->p[b->n - 1] == '{'))
		break_line(b, depth);
}

/* One byte outside texts. */
static void
lay_out(struct buf *b, char c, size_t *depth)
{
	if (c == ']' || c == '}') {
		bool is_empty = b->n && (b->p[b->n - 1] == '[' ||
		    b->p[b->n - 1] == '{');

		--*depth;
		if (!is_empty)
			break_line(b, *depth);
	} else {
		open_line(b, *depth);
	}
	buf_byte(b, c);
	if (c == '[' || c == '{')
		++*depth;
	else if (c == ',')
		break_line(b, *depth);
	else if (c == ':')
		buf_byte(b, ' ');
}

/*
 * Not jansson's own printing: that would turn 0.05 into
 * 0.050000000000000003, and a second apply would find a change.
 */
struct str
merge_pretty(struct arena *a, struct str json)
{
	struct buf b;
	size_t depth = 0;

	buf_init(&b, a, PRETTY_BYTES_MAX);
	for (size_t i = 0; i < json.n; i++) {
		char c = json.p[i];

		if (c == '"') {
			struct str s = quoted(str_slice(json, i, json.n));

			open_line(&b, depth);
			buf_add(&b, s);
			i += s.n - 1;
		} else if (c != ' ' && c != '\n' && c != '\t' && c != '\r') {
			lay_out(&b, c, &depth);
		}
	}
	buf_byte(&b, '\n');
	return buf_str(&b);
}
