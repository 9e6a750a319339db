/* A database with visitors, leads and costs, at a moment of one's own. */
#ifndef PISTE_TESTS_REPORT_REPORTCASE_H
#define PISTE_TESTS_REPORT_REPORTCASE_H

#include "base/buf.h"
#include "base/clock.h"
#include "report/gather.h"
#include "store/pg.h"
#include "support/sample.h"

#define REPORTCASE_SQL_BYTES 2000
#define REPORTCASE_ZONE "Europe/Paris"

struct reportcase {
	struct sample sample;
	struct pg *db;
	struct gather_wish wish;
};

static inline struct reportcase
reportcase_new(void)
{
	struct reportcase c = { .sample = sample_new(), .wish = {
		.currency = STR("EUR"), .zone = STR(REPORTCASE_ZONE) } };

	c.db = pg_new(c.sample.conninfo, "test");
	return c;
}

/* It is that moment, "2026-11-23 06:30", by the site's clock. */
static inline void
reportcase_at(struct reportcase *c, const char *moment)
{
	struct str ms = sample_text(c->sample.conn, buf_fmt(suite_arena(),
	    REPORTCASE_SQL_BYTES, "SELECT (extract(epoch FROM '%s'::timestamp"
	    " AT TIME ZONE '" REPORTCASE_ZONE "') * 1000)::bigint%c", moment,
	    0).p);
	int64_t now;

	ck_assert(str_i64(ms, 0, INT64_MAX, &now));
	clock_pin(now);
}

/* So many visitors of a page and class a day, from one day to another. */
static inline void
reportcase_seen(struct reportcase *c, const char *page, const char *class,
    int visitors, const char *days)
{
	sample_run(c->sample.conn, buf_fmt(suite_arena(),
	    REPORTCASE_SQL_BYTES, "INSERT INTO piste.audience AS a (hour,"
	    " page_key, variant, class, campaign_key, channel, source, medium,"
	    " keyword, country, region, views, visitors, engaged)"
	    " SELECT d + interval '12 hours', '%s', 'a', '%s', 'c1', '', '',"
	    " '', '', '', '', %d, %d, 0 FROM generate_series(%s,"
	    " interval '1 day') AS d%c", page, class, visitors,
	    class[0] == 'h' ? visitors : 0, days, 0).p);
}

#endif
