/*
 * Implements email.h.  Whether the domain takes mail is for the worker to ask;
 * here is syntax only.
 */
#include <idn2.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "form/normal.h"

#include "form/email.h"

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_alnum(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* RFC 5322 3.2.3, the ASCII part. */
static bool
is_atext(char c)
{
	return is_alnum(c) || (c && strchr("!#$%&'*+-/=?^_`{|}~", c));
}

static bool
is_dot_atom(struct str s)
{
	struct str atom, rest = s;
	bool has_more = true;

	if (s.n > EMAIL_LOCAL_BYTES_MAX)
		return false;
	while (has_more) {
		has_more = str_cut(rest, '.', &atom, &rest);
		if (!atom.n)
			return false;
		for (size_t i = 0; i < atom.n; i++)
			if (!is_atext(atom.p[i]))
				return false;
	}
	return true;
}

static bool
is_label(struct str s)
{
	if (!s.n || s.n > EMAIL_LABEL_BYTES_MAX || s.p[0] == '-' ||
	    s.p[s.n - 1] == '-')
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!is_alnum(s.p[i]) && s.p[i] != '-')
			return false;
	return true;
}

/*
 * Letters, digits and hyphens, asked of every domain: libidn2 lets "_" and
 * ".." pass, with and without its STD3 flag.
 */
static bool
is_host(struct str domain)
{
	struct str label, rest = domain;
	size_t labels = 0, digits = 0;
	bool has_more = true;

	while (has_more) {
		has_more = str_cut(rest, '.', &label, &rest);
		if (!is_label(label))
			return false;
		labels++;
	}
	while (digits < label.n && is_digit(label.p[digits]))
		digits++;
	return labels >= 2 && digits < label.n;
}

static struct str
lower(struct arena *a, struct str s)
{
	char *to = arena_take(a, s.n + 1);

	for (size_t i = 0; i < s.n; i++)
		to[i] = s.p[i] >= 'A' && s.p[i] <= 'Z' ?
		    (char)(s.p[i] + ('a' - 'A')) : s.p[i];
	return (struct str){ to, s.n };
}

static bool
needs_idn(struct str domain)
{
	for (size_t i = 0; i < domain.n; i++)
		if ((unsigned char)domain.p[i] >= 0x80)
			return true;
	return str_has_fold(domain, STR("xn--"));
}

/*
 * Plain ASCII does not go through libidn2, which refuses hyphens in the third
 * and fourth place although such hosts exist.
 */
static enum err
domain_parse(struct arena *a, struct str typed, struct str *domain)
{
	char z[EMAIL_DOMAIN_TYPED_BYTES_MAX + 1];
	char *ascii;

	if (str_z(typed, z, sizeof z))
		return ERR_INPUT;
	if (!needs_idn(typed)) {
		*domain = lower(a, typed);
	} else {
		if (idn2_to_ascii_8z(z, &ascii,
		    IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT) != IDN2_OK)
			return ERR_INPUT;
		*domain = lower(a, str_of(ascii));
		idn2_free(ascii);
	}
	return is_host(*domain) ? OK : ERR_INPUT;
}

enum err
email_parse(struct arena *a, struct str typed, struct str *address,
    struct str *key)
{
	struct str local, domain;
	struct buf b;

	if (!str_is_utf8(typed) ||
	    !str_cut(normal_bare(typed), '@', &local, &domain) ||
	    !is_dot_atom(local) || domain_parse(a, domain, &domain))
		return ERR_INPUT;
	buf_init(&b, a, EMAIL_BYTES_MAX);
	buf_add(&b, local);
	buf_byte(&b, '@');
	buf_add(&b, domain);
	if (b.full)
		return ERR_INPUT;
	*address = buf_str(&b);
	*key = lower(a, *address);
	return OK;
}
