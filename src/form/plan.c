/*
 * Implements plan.h: lengths and first digits only, not which blocks were
 * given out.
 */
#include <stdio.h>
#include <string.h>

#include "form/plan.h"

#define CODE_DIGITS_MAX 3
#define DIGITS_ROOM (PLAN_DIGITS_MAX + 2)	/* "00" and a number */

/* Behind the trunk prefix "0"; the first row that fits a number decides. */
static const struct {
	const char *region;
	const char *code;
	const char *first;	/* digits */
	size_t digits;
} plans[] = {
	{ "FR", "33", "", 9 },
	{ "BE", "32", "4", 9 },
	{ "BE", "32", "", 8 },
	{ "CH", "41", "", 9 },
};
#define PLANS (sizeof plans / sizeof *plans)

/*
 * The digits of s, without what people write between them and without the
 * "(0)" behind a country code; 0 when there is anything else.
 */
static size_t
take_digits(struct str s, char dst[DIGITS_ROOM])
{
	size_t n = 0, step;

	for (; s.n; s = str_slice(s, step, s.n)) {
		char c = s.p[0];

		step = 1;
		if (n && n <= CODE_DIGITS_MAX &&
		    str_has_prefix(s, STR("(0)")))
			step = 3;
		else if (c >= '0' && c <= '9' && n < DIGITS_ROOM)
			dst[n++] = c;
		else if (!c || !strchr(" .-/()", c))
			return 0;
	}
	return n;
}

static bool
write_e164(struct str code, struct str national, char *dst, size_t capacity)
{
	int n = snprintf(dst, capacity, "+%.*s%.*s", STR_ARG(code),
	    STR_ARG(national));

	return n > 0 && (size_t)n < capacity;
}

static bool
from_abroad(struct str digits, char *dst, size_t capacity)
{
	bool has_plan = false;

	if (digits.n < PLAN_DIGITS_MIN || digits.n > PLAN_DIGITS_MAX ||
	    digits.p[0] == '0')
		return false;
	for (size_t i = 0; i < PLANS; i++) {
		struct str code = str_of(plans[i].code), national;

		if (!str_has_prefix(digits, code))
			continue;
		has_plan = true;
		national = str_slice(digits, code.n, digits.n);
		if (str_has_prefix(national, str_of(plans[i].first)) &&
		    national.p[0] != '0')
			return national.n == plans[i].digits &&
			    write_e164(code, national, dst, capacity);
	}
	return !has_plan && write_e164(STR_EMPTY, digits, dst, capacity);
}

static bool
from_region(struct str digits, const char *region, char *dst, size_t capacity)
{
	struct str national = str_slice(digits, 1, digits.n);

	if (digits.n < 2 || digits.p[0] != '0' || national.p[0] == '0')
		return false;
	for (size_t i = 0; i < PLANS; i++)
		if (!strcmp(plans[i].region, region) &&
		    str_has_prefix(national, str_of(plans[i].first)))
			return national.n == plans[i].digits &&
			    write_e164(str_of(plans[i].code), national, dst,
			    capacity);
	return false;
}

bool
plan_e164(struct str number, const char *region, char *dst, size_t capacity)
{
	char digit[DIGITS_ROOM];
	bool is_abroad = str_has_prefix(number, STR("+"));
	struct str digits = { digit, 0 };

	digits.n = take_digits(is_abroad ? str_slice(number, 1, number.n) :
	    number, digit);
	if (!is_abroad && str_has_prefix(digits, STR("00"))) {
		is_abroad = true;
		digits = str_slice(digits, 2, digits.n);
	}
	return is_abroad ? from_abroad(digits, dst, capacity) :
	    from_region(digits, region, dst, capacity);
}
