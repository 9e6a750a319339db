/*
 * Implements fetched.h.  No parser of HTML: what looks like an attribute or a
 * url() is taken for one, wherever it stands, so that nothing is missed.
 */
#include "page/fetched.h"

/* Attributes that fetch, with the sign behind them. */
static const struct { struct str name; bool is_of_link; } attributes[] = {
	{ { "src", 3 }, false }, { { "srcset", 6 }, false },
	{ { "poster", 6 }, false }, { { "data", 4 }, false },
	{ { "background", 10 }, false }, { { "action", 6 }, false },
	{ { "formaction", 10 }, false }, { { "href", 4 }, true },
};

void
fetched_begin(struct fetched *f, struct str text)
{
	*f = (struct fetched){ .text = text };
}

static bool
is_name_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '-' || c == '_';
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static struct str
skip_blanks(struct str s)
{
	while (s.n && is_blank(*s.p))
		s = str_slice(s, 1, s.n);
	return s;
}

/* The name s begins with; empty for none. */
static struct str
name_at(struct str s)
{
	size_t n = 0;

	while (n < s.n && is_name_byte(s.p[n]))
		n++;
	return str_slice(s, 0, n);
}

/* A value with or without quotes; what follows it stays in *s. */
static struct str
value_at(struct str *s, const char *ends)
{
	struct str v;
	size_t n = 0;
	char quote = s->n ? *s->p : 0;

	if (quote == '"' || quote == '\'') {
		*s = str_slice(*s, 1, s->n);
		while (n < s->n && s->p[n] != quote)
			n++;
	} else {
		while (n < s->n && !is_blank(s->p[n]) &&
		    str_find(str_of(ends), s->p[n]) < 0)
			n++;
	}
	v = str_slice(*s, 0, n);
	*s = str_slice(*s, n, s->n);
	return str_trim(v);
}

/* A tag begins: does a link in it only tell of another address? */
static void
enter(struct fetched *f, struct str tag)
{
	static const struct str told[] = { { "canonical", 9 },
		{ "alternate", 9 }, { "author", 6 }, { "license", 7 } };
	struct str end;

	f->element = name_at(tag);
	f->is_told_only = false;
	str_cut(tag, '>', &tag, &end);
	for (size_t i = 0; i < sizeof told / sizeof *told; i++)
		f->is_told_only = f->is_told_only ||
		    str_has_fold(tag, told[i]);
}

static bool
fetches(const struct fetched *f, struct str name)
{
	for (size_t i = 0; i < sizeof attributes / sizeof *attributes; i++)
		if (str_eq_fold(name, attributes[i].name))
			return !attributes[i].is_of_link ||
			    (str_eq_fold(f->element, STR("link")) &&
			    !f->is_told_only);
	return false;
}

/* "a.png 1x, b.png 2x": one of them, the others stay. */
static bool
next_of_set(struct fetched *f, struct str *url)
{
	struct str one, rest;

	while (f->pending.n) {
		str_cut(f->pending, ',', &one, &f->pending);
		one = str_trim(one);
		str_cut(one, ' ', url, &rest);
		if (url->n)
			return true;
	}
	return false;
}

/* What the name at the head of the text asks for, if it is one that does. */
static bool
take_name(struct fetched *f, struct str name, struct str *url)
{
	struct str rest = skip_blanks(str_slice(f->text, name.n, f->text.n));

	f->text = str_slice(f->text, name.n, f->text.n);
	if (!rest.n)
		return false;
	if (*rest.p == '(' && str_eq_fold(name, STR("url"))) {
		rest = skip_blanks(str_slice(rest, 1, rest.n));
		*url = value_at(&rest, ")");
		f->text = rest;
		return url->n > 0;
	}
	if (str_eq_fold(name, STR("import")) && (*rest.p == '"' ||
	    *rest.p == '\'')) {
		*url = value_at(&rest, ";");
		f->text = rest;
		return url->n > 0;
	}
	if (*rest.p != '=' || !fetches(f, name))
		return false;
	rest = skip_blanks(str_slice(rest, 1, rest.n));
	*url = value_at(&rest, ">");
	f->text = rest;
	if (!str_eq_fold(name, STR("srcset")))
		return url->n > 0;
	f->pending = *url;
	return next_of_set(f, url);
}

bool
fetched_next(struct fetched *f, struct str *url)
{
	struct str name;

	if (next_of_set(f, url))
		return true;
	while (f->text.n) {
		if (*f->text.p == '<')
			enter(f, str_slice(f->text, 1, f->text.n));
		name = name_at(f->text);
		if (!name.n)
			f->text = str_slice(f->text, 1, f->text.n);
		else if (take_name(f, name, url))
			return true;
	}
	return false;
}

bool
fetched_is_foreign(struct str url, struct str origin)
{
	struct str ours, our_host, scheme, host;

	str_cut(origin, ':', &ours, &our_host);
	if (str_has_prefix(url, STR("//"))) {
		scheme = ours;
		host = url;
	} else if (!str_cut(url, ':', &scheme, &host) ||
	    str_find(scheme, '/') >= 0 || str_find(scheme, '?') >= 0) {
		return false;
	}
	if (str_eq_fold(scheme, STR("data")))
		return false;
	return !str_eq_fold(scheme, ours) ||
	    !str_eq_fold(str_slice(host, 0, our_host.n), our_host) ||
	    (host.n > our_host.n &&
	    str_find(STR("/?#"), host.p[our_host.n]) < 0);
}

bool
fetched_ticked_box(struct str html, struct str *tag)
{
	struct str rest = html, head;

	while (str_cut(rest, '<', &head, &rest)) {
		str_cut(rest, '>', tag, &head);
		if (str_eq_fold(name_at(*tag), STR("input")) &&
		    (str_has_fold(*tag, STR("checkbox")) ||
		    str_has_fold(*tag, STR("radio"))) &&
		    (str_has_fold(*tag, STR(" checked")) ||
		    str_has_fold(*tag, STR("\nchecked"))))
			return true;
	}
	return false;
}
