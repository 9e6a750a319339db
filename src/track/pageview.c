/* Implements pageview.h. */
#include "track/pageview.h"

static bool
is_path(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~' || s.p[i] == '?' ||
		    s.p[i] == '#')
			return false;
	return s.n && s.p[0] == '/';
}

/* The one field of that name; false when it is there twice. */
static bool
find(const struct str_pair *field, size_t count, struct str name,
    struct str *out)
{
	size_t found = 0;

	*out = STR_EMPTY;
	for (size_t i = 0; i < count; i++)
		if (str_eq(field[i].name, name)) {
			*out = field[i].value;
			found++;
		}
	return found < 2;
}

enum err
pageview_read(const struct str_pair *field, size_t count, struct pageview *out)
{
	struct pageview v = { .is_linked = false };
	struct str id, link;

	if (!find(field, count, STR("id"), &id) ||
	    !find(field, count, STR("path"), &v.path) ||
	    !find(field, count, STR("who"), &v.who) ||
	    !find(field, count, STR("link"), &link))
		return ERR_INPUT;
	v.is_linked = str_eq(link, STR("1"));
	if (token_uuid_parse(id, &v.id) || (link.n && !v.is_linked) ||
	    (v.is_linked && !v.who.n) || v.who.n > TOKEN_TEXT_BYTES_MAX ||
	    v.path.n > PAGEVIEW_PATH_BYTES_MAX || !is_path(v.path))
		return ERR_INPUT;
	*out = v;
	return OK;
}
