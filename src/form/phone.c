/*
 * Implements phone.h: which region a number is read from.  What a valid number
 * is, libphonenumber says through phonelib, or plan where that was not built
 * in.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "form/normal.h"
#include "form/phonelib.h"
#include "form/plan.h"

#include "form/phone.h"

#define E164_BYTES 24	/* +, 15 digits, a NUL, and room for the library */
#define REGION_BYTES 3
#define NOWHERE STR("ZZ")	/* a region without numbers of its own */

/*
 * People dial 0690… in Guadeloupe as they dial 0612… in Paris, and type it
 * into any French form; to libphonenumber these are six regions.
 */
static const char *const french[] = { "FR", "GP", "RE", "MQ", "GF", "YT" };
#define FRENCH (sizeof french / sizeof *french)

/*
 * Area codes of the overseas regions, which read as if they were in mainland
 * France: fixed lines by libphonenumber, mobiles too by plan.
 */
static const struct {
	const char *read;
	const char *meant;
} moved[] = {
	{ "+33590", "+590590" },	{ "+33690", "+590690" },
	{ "+33691", "+590691" },	{ "+33594", "+594594" },
	{ "+33694", "+594694" },	{ "+33596", "+596596" },
	{ "+33696", "+596696" },	{ "+33697", "+596697" },
	{ "+33262", "+262262" },	{ "+33263", "+262263" },
	{ "+33692", "+262692" },	{ "+33693", "+262693" },
	{ "+33269", "+262269" },	{ "+33639", "+262639" },
};

static bool
is_valid(struct str number, struct str country, char e164[E164_BYTES])
{
	char region[REGION_BYTES];

	if (str_z(country, region, sizeof region))
		return false;
#ifdef HAVE_PHONENUMBER
	return phonelib_e164(number, region, e164, E164_BYTES);
#else
	return plan_e164(number, region, e164, E164_BYTES);
#endif
}

static bool
is_valid_in_family(struct str number, struct str country,
    char e164[E164_BYTES])
{
	bool is_french = false;

	if (is_valid(number, country, e164))
		return true;
	for (size_t i = 0; i < FRENCH; i++)
		is_french |= str_eq(str_of(french[i]), country);
	for (size_t i = 0; is_french && i < FRENCH; i++)
		if (is_valid(number, str_of(french[i]), e164))
			return true;
	return false;
}

/*
 * 00 is how most of the world dials abroad, but not the United States: there
 * the library would take it for digits.
 */
static bool
is_valid_abroad(struct arena *a, struct str number, char e164[E164_BYTES])
{
	struct str rest = str_slice(number, 2, number.n);

	if (!str_has_prefix(number, STR("00")))
		return false;
	number = buf_fmt(a, PHONE_TYPED_BYTES_MAX, "+%.*s", STR_ARG(rest));
	return is_valid(number, NOWHERE, e164);
}

/* Where a valid number really is; false when there is none by that number. */
static bool
relocate(struct arena *a, struct str number, struct str *e164)
{
	char text[E164_BYTES];

	*e164 = arena_copy(a, number);
	for (size_t i = 0; i < sizeof moved / sizeof *moved; i++) {
		struct str read = str_of(moved[i].read);

		if (!str_has_prefix(number, read))
			continue;
		*e164 = buf_fmt(a, E164_BYTES, "%s%.*s", moved[i].meant,
		    STR_ARG(str_slice(number, read.n, number.n)));
		return is_valid(*e164, NOWHERE, text);
	}
	return true;
}

enum err
phone_parse(struct arena *a, struct str typed, struct str country,
    struct str *e164)
{
	char text[E164_BYTES];
	struct str number, found;

	if (!str_is_utf8(typed))
		return ERR_INPUT;
	number = normal_bare(typed);
	if (!number.n || number.n > PHONE_TYPED_BYTES_MAX ||
	    normal_has_control(number, false))
		return ERR_INPUT;
	/* The library does not know every kind of blank. */
	number = normal_text(a, number, true);
	if (!is_valid_in_family(number, country, text) &&
	    !is_valid_abroad(a, number, text))
		return ERR_INPUT;
	if (!relocate(a, str_of(text), &found))
		return ERR_INPUT;
	*e164 = found;
	return OK;
}
