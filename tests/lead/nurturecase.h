/* A database with scenarios, and the turns that go through them. */
#ifndef PISTE_TESTS_LEAD_NURTURECASE_H
#define PISTE_TESTS_LEAD_NURTURECASE_H

#include "base/buf.h"
#include "base/clock.h"
#include "lead/nurtureturn.h"
#include "support/mailcase.h"

#define HOUR INT64_C(3600000)
#define DAY (24 * HOUR)
#define WORDS "{\"fr\": \"a\", \"en\": \"b\"}"
#define MAIL(key) "{\"key\": \"" key "\", \"do\": \"mail\", \"content\":" \
	" [{\"subject\": {\"fr\": \"" key "\"}, \"text\": " WORDS "}]}"
#define WAIT(key, days) "{\"key\": \"" key "\", \"do\": \"wait\"," \
	" \"days\": " #days "}"
#define SUBJECTS "SELECT coalesce(string_agg(l.subject, ' ' ORDER BY" \
	" l.outbox_id), '') FROM piste.letter AS l"
#define JOURNEYS "SELECT string_agg(concat_ws(' ', scenario_key, state," \
	" outcome, CASE state WHEN 'running' THEN step END), ', '" \
	" ORDER BY id) FROM piste.journey"

static inline struct mailcase
nurturecase_new(void)
{
	struct mailcase c = mailcase_new("thanks");

	c.conf.nurture_mails_max = 100;
	c.conf.nurture_mails_days = 7;
	c.conf.nurture_to = 24;
	c.conf.nurture_zone = STR("UTC");
	return c;
}

/* Members beside key, name and purpose. */
static inline void
nurturecase_scenario(struct mailcase *c, const char *key, const char *enters,
    const char *members)
{
	sample_run(c->sample.conn, buf_fmt(suite_arena(), 8192, "INSERT INTO"
	    " piste.scenario (key, state, enters, position, definition)"
	    " VALUES ('%s', 'running', '%s', 1, '{\"key\": \"%s\", \"name\": "
	    WORDS ", \"purpose\": \"newsletter\", %s}')%c", key, enters, key,
	    members, 0).p);
}

#define ON_FORM "\"enter\": {\"when\": \"submission\"}"
#define TWO ON_FORM ", \"steps\": [" MAIL("m1") ", " WAIT("w", 3) ", " \
	MAIL("m2") "]"

/* All that is due so long after now. */
static inline void
nurturecase_run(struct mailcase *c, int64_t after_ms)
{
	int64_t now_ms = clock_now_ms() + 1000 + after_ms, done = 1;

	for (int i = 0; i < 1000 && done; i++)
		ck_assert_int_eq(nurtureturn_run(c->db, &c->conf, now_ms,
		    &done), OK);
	ck_assert_int_eq(done, 0);
}

#endif
