/* Implements sitedate.h. */
#include "page/reader.h"
#include "page/sitedate.h"

#define TEXT_BYTES_MAX 64
#define DAY_BYTES 10		/* YYYY-MM-DD */
#define MOMENT_BYTES 20		/* YYYY-MM-DDThh:mm:ssZ */
#define YEAR_MIN 1900
#define DAYS_TO_1970 25567	/* from the first of YEAR_MIN */
#define YEAR_MAX 9999
#define DAY_S 86400

static bool
is_leap(uint32_t year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static uint32_t
days_in(uint32_t year, uint32_t month)
{
	static const uint32_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30,
		31, 30, 31 };

	return days[month - 1] + (month == 2 && is_leap(year));
}

/* The day as days since 1970. */
static bool
parse_day(struct str s, int64_t *out)
{
	uint32_t y, m, d;

	if (s.n != DAY_BYTES || s.p[4] != '-' || s.p[7] != '-' ||
	    !str_u32(str_slice(s, 0, 4), YEAR_MIN, YEAR_MAX, &y) ||
	    !str_u32(str_slice(s, 5, 2), 1, 12, &m) ||
	    !str_u32(str_slice(s, 8, 2), 1, days_in(y, m), &d))
		return false;
	*out = (int64_t)d - 1 - DAYS_TO_1970;
	for (uint32_t i = YEAR_MIN; i < y; i++)
		*out += 365 + is_leap(i);
	for (uint32_t i = 1; i < m; i++)
		*out += days_in(y, i);
	return true;
}

static bool
parse_ms(struct str s, int64_t *out)
{
	uint32_t hour, minute, second;
	int64_t days;

	if (s.n != MOMENT_BYTES || s.p[10] != 'T' || s.p[13] != ':' ||
	    s.p[16] != ':' || s.p[19] != 'Z' ||
	    !parse_day(str_slice(s, 0, DAY_BYTES), &days) ||
	    !str_u32(str_slice(s, 11, 2), 0, 23, &hour) ||
	    !str_u32(str_slice(s, 14, 2), 0, 59, &minute) ||
	    !str_u32(str_slice(s, 17, 2), 0, 59, &second))
		return false;
	*out = (days * DAY_S + hour * 3600 + minute * 60 + second) * 1000;
	return true;
}

struct str
sitedate_read(const struct reader_node *n)
{
	struct str s = reader_string(n, READER_MAY, TEXT_BYTES_MAX);
	int64_t days;

	if (!n->json || !json_is_string(n->json) || parse_day(s, &days))
		return s;
	reader_complain(n, "%.*s is no date: YYYY-MM-DD",
	    STR_ARG(reader_quote(n, s)));
	return STR_EMPTY;
}

int64_t
sitedate_read_ms(const struct reader_node *n, int64_t fallback)
{
	struct str s = reader_string(n, READER_MAY, TEXT_BYTES_MAX);
	int64_t ms;

	if (!n->json || !json_is_string(n->json))
		return fallback;
	if (parse_ms(s, &ms))
		return ms;
	reader_complain(n, "%.*s is no moment: YYYY-MM-DDThh:mm:ssZ",
	    STR_ARG(reader_quote(n, s)));
	return fallback;
}
