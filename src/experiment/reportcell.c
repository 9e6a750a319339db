/* Implements reportcell.h. */
#include <math.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"

#include "experiment/reportcell.h"

#define CELL_BYTES_MAX 400
#define P_LEAST .0001
#define P_DIGITS 4
#define DAY_CHARS 10
#define MINUTE_CHARS 5

struct str
reportcell_whole(const struct reportcell *c, int64_t n)
{
	return buf_fmt(c->arena, CELL_BYTES_MAX, "%lld", (long long)n);
}

static struct str
write_number(const struct reportcell *c, double v, int digits, bool is_signed)
{
	struct str s, head, tail;

	if (!isfinite(v))
		return STR("-");
	s = buf_fmt(c->arena, CELL_BYTES_MAX, is_signed ? "%+.*f" : "%.*f",
	    digits, v);
	if (c->lang != LANG_FR || !str_cut(s, '.', &head, &tail))
		return s;
	return buf_fmt(c->arena, CELL_BYTES_MAX, "%.*s,%.*s", STR_ARG(head),
	    STR_ARG(tail));
}

static struct str
with_unit(const struct reportcell *c, double v, struct str s)
{
	return isfinite(v) ? buf_join(c->arena, s, STR("\u00a0%")) : s;
}

struct str
reportcell_number(const struct reportcell *c, double v, int digits)
{
	return write_number(c, v, digits, false);
}

struct str
reportcell_percent(const struct reportcell *c, double v, int digits)
{
	return with_unit(c, v, write_number(c, 100 * v, digits, false));
}

struct str
reportcell_lift(const struct reportcell *c, double v)
{
	return with_unit(c, v, write_number(c, 100 * v, 1, true));
}

struct str
reportcell_p(const struct reportcell *c, double p)
{
	bool is_least = p < P_LEAST;

	return buf_fmt(c->arena, CELL_BYTES_MAX, "p\u00a0%s\u00a0%.*s",
	    is_least ? "<" : "=", STR_ARG(write_number(c, is_least ? P_LEAST :
	    p, P_DIGITS, false)));
}

static struct str
write_range(const struct reportcell *c, struct str low, struct str high)
{
	return buf_fmt(c->arena, CELL_BYTES_MAX, "%.*s … %.*s", STR_ARG(low),
	    STR_ARG(high));
}

struct str
reportcell_percents(const struct reportcell *c, struct stats_interval i,
    bool is_lift)
{
	int digits = is_lift ? 1 : 2;

	return i.is_known ? with_unit(c, i.high, write_range(c,
	    write_number(c, 100 * i.low, digits, is_lift),
	    write_number(c, 100 * i.high, digits, is_lift))) : STR("-");
}

struct str
reportcell_numbers(const struct reportcell *c, struct stats_interval i,
    int digits)
{
	return i.is_known ? write_range(c, write_number(c, i.low, digits,
	    false), write_number(c, i.high, digits, false)) : STR("-");
}

struct str
reportcell_moment(const struct reportcell *c, int64_t ms)
{
	char iso[CLOCK_TEXT_BYTES];
	struct str s = clock_text(ms, iso);

	return buf_fmt(c->arena, CELL_BYTES_MAX,
	    "%.*s\u00a0%.*s\u00a0UTC", STR_ARG(str_slice(s, 0, DAY_CHARS)),
	    STR_ARG(str_slice(s, DAY_CHARS + 1, MINUTE_CHARS)));
}
