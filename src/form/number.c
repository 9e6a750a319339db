/*
 * Implements number.h.  A point or comma is always the decimal sign: "1,234"
 * with no decimals allowed is refused, since half of its readers mean 1234.
 */
#include "base/arena.h"
#include "base/buf.h"

#include "form/number.h"

#define TEXT_BYTES_MAX 40
#define GROUP_DIGITS 3
#define MINUS STR("\u2212")	/* the sign of typesetters */

/* The parts of a number, without blanks. */
struct parts {
	bool is_negative;
	struct str whole;
	struct str fraction;
};

int64_t
number_scale(uint32_t decimals)
{
	int64_t scale = 1;

	while (decimals--)
		scale *= 10;
	return scale;
}

static size_t
digits_at(struct str s)
{
	size_t n = 0;

	while (n < s.n && s.p[n] >= '0' && s.p[n] <= '9')
		n++;
	return n;
}

static struct str
take_sign(struct str s, bool *is_negative)
{
	*is_negative = str_has_prefix(s, STR("-")) || str_has_prefix(s, MINUS);
	if (str_has_prefix(s, MINUS))
		return str_slice(s, MINUS.n, s.n);
	return *is_negative || str_has_prefix(s, STR("+")) ?
	    str_slice(s, 1, s.n) : s;
}

/* Digits, in groups of three once there is a blank; *rest what follows. */
static bool
take_whole(struct arena *a, struct str s, struct str *whole, struct str *rest)
{
	char *to = arena_take(a, s.n + 1);
	size_t n = digits_at(s), total = n;

	for (size_t i = 0; i < n; i++)
		to[i] = s.p[i];
	s = str_slice(s, n, s.n);
	if (str_has_prefix(s, STR(" ")) && (!n || n > GROUP_DIGITS))
		return false;
	while (str_has_prefix(s, STR(" "))) {
		s = str_slice(s, 1, s.n);
		if (digits_at(s) != GROUP_DIGITS)
			return false;
		for (size_t i = 0; i < GROUP_DIGITS; i++)
			to[total++] = s.p[i];
		s = str_slice(s, GROUP_DIGITS, s.n);
	}
	*whole = (struct str){ to, total };
	*rest = s;
	return true;
}

static bool
cut(struct arena *a, struct str typed, struct parts *out)
{
	struct str s = take_sign(typed, &out->is_negative), rest;

	if (!take_whole(a, s, &out->whole, &rest))
		return false;
	out->fraction = STR_EMPTY;
	if (rest.n) {
		if (rest.p[0] != '.' && rest.p[0] != ',')
			return false;
		out->fraction = str_slice(rest, 1, rest.n);
		if (digits_at(out->fraction) != out->fraction.n)
			return false;
	}
	while (out->whole.n && out->whole.p[0] == '0' &&
	    (out->whole.n > 1 || out->fraction.n))
		out->whole = str_slice(out->whole, 1, out->whole.n);
	return out->whole.n || out->fraction.n;
}

static int64_t
scale_up(const struct parts *p, uint32_t decimals)
{
	int64_t v = 0;

	if (p->whole.n > NUMBER_DIGITS_MAX)
		return p->is_negative ? INT64_MIN : INT64_MAX;
	for (size_t i = 0; i < p->whole.n; i++)
		v = v * 10 + (p->whole.p[i] - '0');
	for (size_t i = 0; i < decimals; i++)
		v = v * 10 + (i < p->fraction.n ? p->fraction.p[i] - '0' : 0);
	return p->is_negative ? -v : v;
}

static bool
is_zero(struct str digits)
{
	for (size_t i = 0; i < digits.n; i++)
		if (digits.p[i] != '0')
			return false;
	return true;
}

enum err
number_parse(struct arena *a, struct str typed, uint32_t decimals,
    struct str *normal, int64_t *scaled)
{
	struct parts p;
	struct buf b;

	if (!cut(a, typed, &p))
		return ERR_INPUT;
	if (p.fraction.n > decimals)
		return ERR_LIMIT;
	buf_init(&b, a, typed.n + 2);
	if (p.is_negative && !(is_zero(p.whole) && is_zero(p.fraction)))
		buf_byte(&b, '-');
	buf_add(&b, p.whole.n ? p.whole : STR("0"));
	if (p.fraction.n)
		buf_byte(&b, '.');
	buf_add(&b, p.fraction);
	*normal = buf_str(&b);
	*scaled = scale_up(&p, decimals);
	return OK;
}

struct str
number_text(struct arena *a, int64_t scaled, uint32_t decimals, enum lang l)
{
	int64_t scale = number_scale(decimals);
	int64_t whole = scaled / scale, fraction = scaled % scale;
	struct buf b;

	buf_init(&b, a, TEXT_BYTES_MAX);
	if (scaled < 0)
		buf_byte(&b, '-');
	buf_u64(&b, (uint64_t)(whole < 0 ? -whole : whole));
	fraction = fraction < 0 ? -fraction : fraction;
	if (fraction)
		buf_byte(&b, l == LANG_FR ? ',' : '.');
	for (; fraction; fraction %= scale) {
		scale /= 10;
		buf_byte(&b, (char)('0' + fraction / scale));
	}
	return buf_str(&b);
}
