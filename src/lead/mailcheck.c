/*
 * Implements mailcheck.h.  What was found stands in piste.mail_domain, so that
 * a domain is asked about once for all who have an address there; a lead whose
 * domain gave no answer is qualified without, and again once there is one.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "lead/domain.h"
#include "lead/exchanger.h"
#include "store/pg.h"

#include "lead/mailcheck.h"

#define WAIT_MS 1500
#define NUMBER_BYTES 24
/* An array's text: names of letters, digits, hyphens and dots. */
#define LIST_BYTES_MAX \
	((size_t)EXCHANGER_ASKS_MAX * (DOMAIN_BYTES_MAX + 1) + 2)
#define ARENA_BYTES_MAX (16 * LIST_BYTES_MAX)

SQL(mailcheck_due, 1, "SELECT piste.mail_domains_due($1::int)");
SQL(mailcheck_take, 2,
    "SELECT piste.mail_domains_take($1::text[], $2::text[])");
SQL(mailcheck_settle, 1, "SELECT piste.mail_domains_settle($1::int)");

/* Could it be a domain's name?  It was made by a form, but who knows. */
static bool
is_plain(struct str domain)
{
	for (size_t i = 0; i < domain.n; i++) {
		char c = domain.p[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') &&
		    c != '-' && c != '.')
			return false;
	}
	return domain.n > 0 && domain.n <= DOMAIN_BYTES_MAX;
}

static enum err
find_due(struct pg *db, struct arena *a, struct exchanger_ask *ask,
    size_t *count)
{
	struct str most = buf_fmt(a, NUMBER_BYTES, "%d", EXCHANGER_ASKS_MAX);
	const struct pg_rows *rows;
	enum err e = pg_run(db, &mailcheck_due, &most, WAIT_MS, &rows);

	*count = 0;
	for (size_t i = 0; !e && i < pg_count(rows); i++) {
		struct str domain = pg_value(rows, i, 0);

		if (is_plain(domain) && *count < EXCHANGER_ASKS_MAX)
			ask[(*count)++].domain = arena_copy(a, domain).p;
	}
	return e;
}

static enum err
keep(struct pg *db, struct arena *a, const struct exchanger_ask *ask,
    size_t count)
{
	struct buf domains, mails;

	buf_init(&domains, a, LIST_BYTES_MAX);
	buf_init(&mails, a, LIST_BYTES_MAX);
	for (size_t i = 0; i < count; i++) {
		buf_byte(&domains, i ? ',' : '{');
		buf_add(&domains, str_of(ask[i].domain));
		buf_byte(&mails, i ? ',' : '{');
		buf_add(&mails, str_of(exchanger_name(ask[i].answer)));
	}
	buf_byte(&domains, '}');
	buf_byte(&mails, '}');
	return pg_run(db, &mailcheck_take, (struct str[]){ buf_str(&domains),
	    buf_str(&mails) }, WAIT_MS, NULL);
}

static enum err
turn(struct mailcheck *m, struct pg *db, struct arena *a, int stop_fd)
{
	struct exchanger_ask ask[EXCHANGER_ASKS_MAX];
	size_t count;
	enum err e = find_due(db, a, ask, &count), looked;

	if (e || !count)
		return e;
	looked = exchanger_look(m->server, ask, count, MAILCHECK_WAIT_MS,
	    stop_fd);
	if (looked) {
		log_event(LOG_WARN, "mailcheck.dns",
		    LOG_Z("why", err_name(looked)),
		    LOG_INT("domains", (int64_t)count));
		m->resume_ms = clock_mono_ms() + MAILCHECK_PAUSE_MS;
	}
	return keep(db, a, ask, count);
}

/* Who was qualified while the DNS was silent, and is answered for by now. */
static enum err
settle(struct pg *db)
{
	char most[STR_I64_BYTES];
	struct str param = str_from_i64(most, MAILCHECK_SETTLED_MAX);

	return pg_run(db, &mailcheck_settle, &param, WAIT_MS, NULL);
}

enum err
mailcheck_turn(struct mailcheck *m, struct pg *db, int stop_fd)
{
	struct arena *a;
	enum err e;

	if (!m->server.n || str_eq(m->server, MAILCHECK_OFF) ||
	    clock_mono_ms() < m->resume_ms)
		return OK;
	a = arena_new(ARENA_BYTES_MAX);
	e = turn(m, db, a, stop_fd);
	arena_free(a);
	return e ? e : settle(db);
}
