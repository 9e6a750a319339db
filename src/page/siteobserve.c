/* Implements siteobserve.h. */
#include "base/arena.h"
#include "page/reader.h"
#include "page/site.h"

#include "page/siteobserve.h"

static bool
is_asked(const struct reader_node *root, struct str purpose)
{
	struct reader_node list = reader_member(root, "consents");

	for (size_t i = 0; i < json_array_size(list.json); i++) {
		const char *text = json_string_value(json_object_get(
		    json_array_get(list.json, i), "purpose"));

		if (text && str_eq(str_of(text), purpose))
			return true;
	}
	return false;
}

static bool
is_pattern(struct str s)
{
	size_t stars = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] <= ' ' || s.p[i] > '~' || s.p[i] == '?' ||
		    s.p[i] == '#')
			return false;
		stars += s.p[i] == '*';
	}
	return s.n && s.p[0] == '/' && stars <= SITE_STARS_MAX;
}

static void
read_page(const struct reader_node *n, struct site_meaningful *out)
{
	static const char *const known[] = { "name", "path", NULL };
	struct reader_node name = reader_member(n, "name");
	struct reader_node path = reader_member(n, "path");

	if (!reader_object(n, READER_MUST, known))
		return;
	out->name = reader_key(&name, READER_MUST);
	out->pattern = reader_string(&path, READER_MUST,
	    SITE_PATTERN_BYTES_MAX);
	if (out->pattern.n && !is_pattern(out->pattern))
		reader_complain(&path, "%.*s is no path: /prices, /demo/*, with"
		    " at most %d *, without a query",
		    STR_ARG(reader_quote(&path, out->pattern)),
		    SITE_STARS_MAX);
}

const struct site_observe *
siteobserve_read(const struct reader_node *root, const struct reader_node *n)
{
	static const char *const known[] = { "purpose", "pages", NULL };
	struct reader_node purpose = reader_member(n, "purpose");
	struct reader_node pages = reader_member(n, "pages");
	struct site_meaningful *page;
	struct site_observe *o;

	if (!reader_object(n, READER_MAY, known) || !n->json)
		return NULL;
	o = ARENA_NEW(n->reader->arena, struct site_observe);
	o->purpose = reader_key(&purpose, READER_MUST);
	if (o->purpose.n && !is_asked(root, o->purpose))
		reader_complain(&purpose, "no consent has the purpose %.*s",
		    STR_ARG(reader_quote(&purpose, o->purpose)));
	o->pages = reader_list(&pages, READER_MAY, SITE_MEANINGFUL_MAX);
	page = arena_array(n->reader->arena, o->pages, sizeof *page);
	for (size_t i = 0; i < o->pages; i++) {
		struct reader_node item = reader_element(&pages, i);

		read_page(&item, &page[i]);
	}
	o->page = page;
	return o;
}

void
siteobserve_check(const struct reader_node *list,
    const struct site_origin *all, size_t count)
{
	const struct site_observe *first = NULL;

	for (size_t i = 0; i < count; i++) {
		const struct site_observe *o = all[i].observe;
		struct reader_node item = reader_element(list, i);

		if (!first)
			first = o;
		if (o && !str_eq(o->purpose, first->purpose))
			reader_complain(&item, "all origins that observe need"
			    " one purpose");
	}
}

const struct site_origin *
siteobserve_at(const struct site *s, struct str address)
{
	for (size_t i = 0; i < s->origins; i++) {
		const struct site_origin *o = &s->origin[i];

		if (o->observe && !o->is_revoked && o->address.n &&
		    str_eq(o->address, address))
			return o;
	}
	return NULL;
}

/* Only the last star need be tried again: pattern times path at most. */
static bool
is_match(struct str pattern, struct str path)
{
	size_t star = pattern.n, from = 0, i = 0, k = 0;

	while (k < path.n) {
		if (i < pattern.n && pattern.p[i] == '*') {
			star = i++;
			from = k;
		} else if (i < pattern.n && pattern.p[i] == path.p[k]) {
			i++;
			k++;
		} else if (star < pattern.n) {
			i = star + 1;
			k = ++from;
		} else {
			return false;
		}
	}
	while (i < pattern.n && pattern.p[i] == '*')
		i++;
	return i == pattern.n;
}

bool
siteobserve_matches(struct str pattern, struct str path)
{
	struct str bare = path.n > 1 && path.p[path.n - 1] == '/' ?
	    str_slice(path, 0, path.n - 1) : path;

	return is_match(pattern, path) || is_match(pattern, bare);
}

struct str
siteobserve_name(const struct site_observe *o, struct str path)
{
	for (size_t i = 0; i < o->pages; i++)
		if (siteobserve_matches(o->page[i].pattern, path))
			return o->page[i].name;
	return STR_EMPTY;
}

struct str
siteobserve_purpose(const struct site *s)
{
	for (size_t i = 0; i < s->origins; i++)
		if (s->origin[i].observe && !s->origin[i].is_revoked)
			return s->origin[i].observe->purpose;
	return STR_EMPTY;
}
