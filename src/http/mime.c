/* Implements mime.h.  Comments of RFC 822, which no browser sends, are none. */
#include "http/mime.h"

bool
mime_is_token(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= 0x20 || s.p[i] >= 0x7f ||
		    str_find(STR("()<>@,;:\\\"/[]?={}"), s.p[i]) >= 0)
			return false;
	return s.n > 0;
}

bool
mime_is_utf8(struct str charset)
{
	return str_eq_fold(charset, STR("utf-8")) ||
	    str_eq_fold(charset, STR("utf8"));
}

void
mime_cut(struct str value, struct str *kind, struct str *rest)
{
	ptrdiff_t at = str_find(value, ';');
	size_t end = at < 0 ? value.n : (size_t)at;

	*kind = str_trim(str_slice(value, 0, end));
	*rest = str_slice(value, end, value.n);
}

bool
mime_cut_parameter(struct str *rest, struct str *name, struct str *value)
{
	struct str s = str_trim(*rest);

	if (!str_has_prefix(s, STR(";")))
		return false;
	s = str_trim(str_slice(s, 1, s.n));
	if (!str_cut(s, '=', name, &s) || !mime_is_token(*name))
		return false;
	if (str_has_prefix(s, STR("\""))) {
		if (!str_cut(str_slice(s, 1, s.n), '"', value, rest))
			return false;
		return str_find(*value, '\\') < 0;
	}
	str_cut(s, ';', value, rest);
	*rest = str_slice(s, value->n, s.n);
	*value = str_trim(*value);
	return mime_is_token(*value);
}
