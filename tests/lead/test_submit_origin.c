/* Tests of src/sql/0022: who sends for others is counted by name. */
#include <stdio.h>

#include "base/buf.h"
#include "base/conf.h"
#include "lead/flood.h"
#include "support/sample.h"

#define BATCH_BYTES_MAX 8000
#define ROWS_MAX 5
#define CRM "crm", "", ""
#define R(number, ...) { .id = (number) __VA_OPT__(,) __VA_ARGS__ }

static const struct conf conf = { .rate_network_max = 1,
	.rate_origin_max = 3, .rate_window_ms = 600000 };

struct fact {
	int id;
	const char *origin;
	const char *network;
	const char *suspect;
	const char *time;	/* of one day; NULL: 10:00 */
};

static const struct {
	const char *what;
	struct fact before[ROWS_MAX];	/* a batch of its own */
	struct fact batch[ROWS_MAX];
	const char *verdicts;
	const char *reasons;
} rates[] = {
	{ "three of an origin, and the fourth; another's are its own", {
	    { 0 } }, { R(1, CRM), R(2, CRM), R(3, CRM), R(4, CRM),
	    R(5, "erp", "", "") },
	    "new new new quarantined new", "too-many-origin" },
	{ "those stored count", { R(1, CRM), R(2, CRM), R(3, CRM) },
	    { R(4, CRM, "10:09:59.999") }, "quarantined", "too-many-origin" },
	{ "for ten minutes", { R(1, CRM), R(2, CRM), R(3, CRM) },
	    { R(4, CRM, "10:10:00.001") }, "new", "" },
	{ "one sent again is not another", { R(1, CRM) }, { R(1, CRM),
	    R(2, CRM), R(2, CRM), R(3, CRM) }, "replay new replay new", "" },
	{ "who has none is counted by network", { { 0 } }, {
	    R(1, "", "192.0.2.0/24", ""), R(2, "", "192.0.2.0/24", ""),
	    R(3, CRM) }, "new quarantined new", "too-many-network" },
	{ "what the server found comes first", { R(1, CRM), R(2, CRM),
	    R(3, CRM) }, { R(4, "crm", "", "trapped") },
	    "quarantined", "trapped" },
};

static struct str
batch_of(const struct fact *f)
{
	struct buf b;

	buf_init(&b, suite_arena(), BATCH_BYTES_MAX);
	for (size_t i = 0; i < ROWS_MAX && f[i].id; i++)
		buf_addf(&b, "%c{\"id\":\"00000000-0000-7000-8000-%012d\","
		    "\"page_key\":\"p1\",\"form_key\":\"f1\","
		    "\"offer_key\":\"o1\",\"duplicates\":\"email\","
		    "\"lang\":\"fr\",\"fields\":{\"n\":\"%d\"},"
		    "\"consents\":[],\"via\":\"api\",\"email\":\"p%d@x.fr\","
		    "\"ip_prefix\":\"%s\",\"origin_key\":\"%s\","
		    "\"suspect\":\"%s\",\"received_at\":\"2026-03-01T%sZ\"}",
		    i ? ',' : '[', f[i].id, f[i].id, f[i].id, f[i].network,
		    f[i].origin, f[i].suspect, f[i].time ? f[i].time :
		    "10:00:00");
	buf_byte(&b, ']');
	ck_assert(!b.full);
	return arena_copy(suite_arena(), buf_str(&b));
}

START_TEST(origins_are_counted)
{
	struct sample c = sample_new();
	char session[FLOOD_SESSION_BYTES];

	sample_run(c.conn, flood_session(&conf, session));
	if (rates[_i].before->id)
		sample_take(c.conn, batch_of(rates[_i].before));
	ck_assert_msg(str_eq(sample_take(c.conn, batch_of(rates[_i].batch)),
	    str_of(rates[_i].verdicts)), "%s", rates[_i].what);
	ck_assert_str_same(sample_text(c.conn, "SELECT string_agg(reason, ' '"
	    " ORDER BY seq) FROM piste.quarantine"),
	    str_of(rates[_i].reasons));
} END_TEST

/* Whoever sets no limit has none; and a release knows whose it was. */
START_TEST(an_origin_stays_with_its_submission)
{
	struct sample c = sample_new();

	ck_assert_str_same(sample_take(c.conn, batch_of(rates[0].batch)),
	    STR("new new new new new"));
	ck_assert_str_same(sample_text(c.conn, "SELECT string_agg(origin_key,"
	    " ' ' ORDER BY seq) FROM piste.submission"),
	    STR("crm crm crm crm erp"));
	ck_assert_str_same(sample_text(c.conn, "SELECT"
	    " (piste.quarantine_fact(s)).origin_key FROM piste.submission AS s"
	    " ORDER BY s.seq DESC LIMIT 1"), STR("erp"));
} END_TEST

/* Counting must not read the whole table. */
START_TEST(counting_uses_its_index)
{
	struct sample c = sample_new();
	char session[FLOOD_SESSION_BYTES];

	sample_run(c.conn, flood_session(&conf, session));
	sample_take(c.conn, batch_of(rates[0].batch));
	sample_run(c.conn, "SELECT pg_stat_force_next_flush()");
	ck_assert(sample_await(c.conn, "SELECT count(*) = 1 FROM"
	    " pg_stat_user_indexes WHERE idx_scan > 0 AND"
	    " indexrelname = 'submission_origin'"));
} END_TEST

SUITE_APART(submit_origin)
{
	SUITE_LOOP(origins_are_counted, COUNT(rates));
	SUITE_TEST(an_origin_stays_with_its_submission);
	SUITE_TEST(counting_uses_its_index);
}
