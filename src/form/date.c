/*
 * Implements date.h.  The day comes first in either language: who reads
 * 03/04 as March is told nothing wrong, for months are written out to them.
 */
#include "base/buf.h"

#include "form/date.h"

#define TEXT_BYTES_MAX 32
#define YEAR_MAX 9999
#define YEAR_DIGITS 4
#define YEAR_PLACE 10000
#define MONTH_PLACE 100

static bool
is_leap(uint32_t year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static uint32_t
days_in(uint32_t year, uint32_t month)
{
	static const uint32_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30,
		31, 30, 31 };

	return days[month - 1] + (month == 2 && is_leap(year));
}

/* One or two digits. */
static bool
short_number(struct str s, uint32_t max, uint32_t *out)
{
	return s.n <= 2 && str_u32(s, 1, max, out);
}

static bool
year_number(struct str s, uint32_t *out)
{
	return s.n == YEAR_DIGITS && str_u32(s, 1, YEAR_MAX, out);
}

enum err
date_parse(struct str typed, int64_t *day)
{
	static const char signs[] = { '-', '/', '.' };
	uint32_t y, m, d;

	for (size_t i = 0; i < sizeof signs; i++) {
		struct str first, second, third;
		bool is_read;

		if (!str_cut(typed, signs[i], &first, &second) ||
		    !str_cut(second, signs[i], &second, &third))
			continue;
		if (first.n == YEAR_DIGITS)
			is_read = signs[i] == '-' && second.n == 2 &&
			    third.n == 2 && year_number(first, &y) &&
			    short_number(third, 31, &d);
		else
			is_read = year_number(third, &y) &&
			    short_number(first, 31, &d);
		if (!is_read || !short_number(second, 12, &m) ||
		    d > days_in(y, m))
			return ERR_INPUT;
		*day = (int64_t)y * YEAR_PLACE + m * MONTH_PLACE + d;
		return OK;
	}
	return ERR_INPUT;
}

struct parts {
	int year, month, day;
};

static struct parts
parts_of(int64_t day)
{
	return (struct parts){
		(int)(day / YEAR_PLACE),
		(int)(day / MONTH_PLACE % 100),
		(int)(day % MONTH_PLACE),
	};
}

struct str
date_iso(struct arena *a, int64_t day)
{
	struct parts p = parts_of(day);

	return buf_fmt(a, TEXT_BYTES_MAX, "%04d-%02d-%02d", p.year, p.month,
	    p.day);
}

struct str
date_text(struct arena *a, int64_t day, enum lang l)
{
	static const char *const months[] = { "January", "February", "March",
		"April", "May", "June", "July", "August", "September",
		"October", "November", "December" };
	struct parts p = parts_of(day);

	return l == LANG_FR ? buf_fmt(a, TEXT_BYTES_MAX, "%02d/%02d/%04d",
	    p.day, p.month, p.year) : buf_fmt(a, TEXT_BYTES_MAX, "%d %s %d",
	    p.day, months[p.month - 1], p.year);
}
