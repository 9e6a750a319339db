/* Tests src/lead/nurturedry.c: what is told is what is sent. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "lead/nurturedry.h"
#include "store/pg.h"
#include "support/mailcase.h"

#define MAIL(key) "{\"key\": \"" key "\", \"do\": \"mail\", \"content\":" \
	" [{\"subject\": {\"fr\": \"" key "\"}, \"text\": {\"fr\": \"Un." \
	"\\\\n\\\\nDeux.\"}}]}"

static struct mailcase
case_new(const char *steps)
{
	struct mailcase c = mailcase_new("thanks");

	c.conf.nurture_mails_max = 1;
	c.conf.nurture_mails_days = 7;
	c.conf.nurture_from = 8;
	c.conf.nurture_to = 20;
	c.conf.nurture_zone = STR("Europe/Paris");
	sample_run(c.sample.conn, buf_fmt(suite_arena(), 8192, "INSERT INTO"
	    " piste.scenario (key, state, enters, position, definition)"
	    " VALUES ('s', 'paused', 'submission', 1, E'{\"key\": \"s\","
	    " \"name\": {\"fr\": \"a\"}, \"purpose\": \"newsletter\","
	    " \"enter\": {\"when\": \"submission\"}, \"steps\": [%s]}')%c",
	    steps, 0).p);
	return c;
}

static struct str
told(struct mailcase *c, const struct nurturedry *d, enum err want)
{
	char *text;
	size_t n;
	FILE *out = open_memstream(&text, &n);

	ck_assert_int_eq(nurturedry_run(c->db, &c->conf, d, out), want);
	fclose(out);
	return arena_copy(suite_arena(), (struct str){ text, n });
}

static const struct {
	const char *from, *country;
	int64_t days;
	const char *moments;	/* of two mails and the end, UTC */
} cases[] = {
	{ "2026-12-01", "FR", 60, "2026-12-01T07:00:00Z 2026-12-08T07:00:00Z"
	    " 2026-12-08T07:00:00Z" },
	/* Over the last Sunday of March. */
	{ "2026-03-25 06:00", "FR", 60, "2026-03-25T07:00:00Z"
	    " 2026-04-01T07:00:00Z 2026-04-01T07:00:00Z" },
	{ "2026-03-25 21:00", "FR", 60, "2026-03-26T07:00:00Z"
	    " 2026-04-02T07:00:00Z 2026-04-02T07:00:00Z" },
	{ "2026-07-01", "FR", 60, "2026-07-01T06:00:00Z 2026-07-08T06:00:00Z"
	    " 2026-07-08T06:00:00Z" },
	/* Hawaii's eight o'clock is the latest morning. */
	{ "2026-12-01 02:00", "US", 60, "2026-12-01T18:00:00Z"
	    " 2026-12-08T18:00:00Z 2026-12-08T18:00:00Z" },
	{ "2026-12-01", "XX", 60, "2026-12-01T07:00:00Z 2026-12-08T07:00:00Z"
	    " 2026-12-08T07:00:00Z" },
	{ "2026-12-01", "FR", 3, "2026-12-01T07:00:00Z" },
};

START_TEST(moments_are_told)
{
	struct mailcase c = case_new(MAIL("a") ", " MAIL("b"));
	struct nurturedry d = { .scenario = STR("s"), .is_json = true,
		.from = str_of(cases[_i].from), .days = cases[_i].days,
		.country = str_of(cases[_i].country), .lang = LANG_FR };
	struct str line, rest = told(&c, &d, OK);
	struct buf b;

	buf_init(&b, suite_arena(), 1000);
	while (rest.n) {
		(void)str_cut(rest, '\n', &line, &rest);
		buf_addf(&b, "%s%.20s", b.n ? " " : "", line.p + 7);
	}
	ck_assert_str_same(buf_str(&b), str_of(cases[_i].moments));
} END_TEST

START_TEST(messages_are_told_whole)
{
	struct mailcase c = case_new(MAIL("a") ", {\"key\": \"m\", \"do\":"
	    " \"stage\", \"to\": \"mql\"}");
	struct nurturedry d = { .scenario = STR("s"), .days = 9,
		.from = STR("2026-12-01"), .lang = LANG_FR };
	struct str text = told(&c, &d, OK);

	ck_assert_msg(strstr(text.p, "2026-12-01T07:00:00Z\tmail\ta\ta\n\n"
	    "Un.\n\nDeux.\n\n") != NULL, "%s", text.p);
	ck_assert_ptr_nonnull(strstr(text.p, "/preferences/…"));
	ck_assert_ptr_nonnull(strstr(text.p, "\tstage\tm\tmql\n"));
	ck_assert_ptr_nonnull(strstr(text.p, "\tend\t\tfinished\n"));
	/* And nothing is done. */
	ck_assert_str_same(mailcase_text(&c, "SELECT (SELECT count(*) FROM"
	    " piste.letter) + (SELECT count(*) FROM piste.journey)"),
	    STR("0"));
} END_TEST

START_TEST(a_lead_is_told_of)
{
	struct mailcase c = case_new(MAIL("a"));
	struct nurturedry d = { .scenario = STR("s"), .days = 9,
		.from = STR("2026-12-01"), .lang = LANG_EN,
		.lead = STR("1"), .is_json = true };

	mailcase_submit(&c, 1, "ana@c.fr");
	ck_assert_ptr_nonnull(strstr(told(&c, &d, OK).p, "\"mail\""));
	sample_run(c.sample.conn, "SELECT piste.consent_withdraw(1, NULL,"
	    " NULL, NULL, 'link')");
	ck_assert_ptr_nonnull(strstr(told(&c, &d, OK).p, "withdrawn"));
	d.lead = STR("99");
	told(&c, &d, ERR_ABSENT);
	d.lead = STR_EMPTY;
	d.scenario = STR("none");
	told(&c, &d, ERR_ABSENT);
	d.scenario = STR("s");
	d.from = STR("tomorrowish");
	told(&c, &d, ERR_INPUT);
} END_TEST

SUITE_APART(nurturedry)
{
	SUITE_LOOP(moments_are_told, COUNT(cases));
	SUITE_TEST(messages_are_told_whole);
	SUITE_TEST(a_lead_is_told_of);
}
