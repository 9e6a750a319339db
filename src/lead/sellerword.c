/* Implements sellerword.h; the words are in base/phrase. */
#include <time.h>

#include "base/buf.h"
#include "lead/allocate.h"

#include "lead/sellerword.h"

#define MOMENT_BYTES_MAX 120	/* with the name of its time zone */

struct str
sellerword_grade(struct str grade, enum lang l)
{
	static const struct { const char *grade; enum phrase word; } words[] = {
		{ "hot", PHRASE_SELLER_HOT }, { "warm", PHRASE_SELLER_WARM },
		{ "cold", PHRASE_SELLER_COLD },
	};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_eq(grade, str_of(words[i].grade)))
			return phrase_in(words[i].word, l);
	return phrase_in(PHRASE_SELLER_UNJUDGED, l);
}

struct str
sellerword_step(struct str step, enum lang l)
{
	return phrase_in(str_eq(step, STR("scored")) ? PHRASE_ALARM_SCORED :
	    str_eq(step, STR("allocated")) ? PHRASE_ALARM_ALLOCATED :
	    PHRASE_ALARM_CONTACTED, l);
}

enum phrase
sellerword_part(struct str part)
{
	return str_eq(part, STR("accept")) ? PHRASE_DIGEST_ACCEPT :
	    str_eq(part, STR("late")) ? PHRASE_DIGEST_LATE :
	    str_eq(part, STR("contact")) ? PHRASE_DIGEST_CONTACT :
	    PHRASE_DIGEST_ACTION;
}

struct str
sellerword_zone(const struct allocate_seller *s, struct str site)
{
	bool has_own = s && !str_eq(s->zone_name, STR("UTC"));

	return has_own ? s->zone_name : site.n ? site : STR("UTC");
}

struct str
sellerword_moment(struct arena *a, const struct allocate_seller *s,
    struct str site, int64_t at_ms)
{
	const struct shift_zone *z = s ? s->shift.zone : NULL;
	struct str zone = sellerword_zone(s, site);
	time_t at = (time_t)(at_ms / 1000);
	int32_t minutes = 0;
	struct tm tm;

	for (size_t i = 0; z && i < z->changes; i++)
		if (!i || z->change[i].from_ms <= at_ms)
			minutes = z->change[i].minutes;
	if (str_eq(zone, site))
		localtime_r(&at, &tm);
	else
		gmtime_r(&(time_t){ at + (time_t)minutes * 60 }, &tm);
	return buf_fmt(a, MOMENT_BYTES_MAX, "%04d-%02d-%02d %02d:%02d (%.*s)",
	    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
	    tm.tm_min, STR_ARG(zone));
}
