/*
 * Implements outbox.h.  The rules (who gets what, whom not, how many) are in
 * src/sql/0009_mail.sql and 0028_letters.sql, where all workers meet.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/log.h"
#include "base/token.h"
#include "deliver/caught.h"
#include "deliver/letter.h"
#include "deliver/letterlink.h"
#include "deliver/link.h"
#include "deliver/mail.h"
#include "deliver/smtp.h"
#include "store/lease.h"
#include "store/pg.h"

#include "deliver/outbox.h"

#define TABLE "piste.outbox"
#define MAIL_COLUMNS 12

SQL(outbox_plan_rows, 1, "SELECT piste.outbox_plan($1::int)");
SQL(outbox_reclaim, 1, LEASE_RECLAIM(TABLE));
SQL(outbox_claim, 3, LEASE_CLAIM(TABLE,
    " AND kind IN ('mail.confirm', 'mail.asset', 'mail.letter')",
    "q.available_at",
    "available_at, id"));
SQL(outbox_renew, 2, LEASE_RENEW(TABLE));
SQL(outbox_fail, 5, LEASE_FAIL(TABLE));
SQL(outbox_count, 0, LEASE_COUNT(TABLE));
SQL(outbox_begin, 4,
    "SELECT refusal, mail_kind, mail_round, submission, page, lang,"
    " recipient, asset, brand, title, has_consents, asked_ms"
    " FROM piste.mail_begin($1::bigint, $2, $3::int, $4::int)");
SQL(outbox_letter, 2,
    "SELECT subject, brand, headline, body, buttons, person, seller, lead,"
    " submission, page, (SELECT r.content FROM piste.letter AS l"
    " JOIN piste.report AS r ON r.id = l.report_id"
    " WHERE l.outbox_id = $1::bigint) FROM piste.letter_read($1::bigint, $2)");
SQL(outbox_end, 5,
    "SELECT piste.mail_end($1::bigint, $2, $3::boolean, $4, $5)");

struct outbox {
	struct outbox_plan plan;
	struct smtp *smtp;		/* NULL: mails are caught */
	struct token_key key;
	bool has_key;
	int64_t pause_ms;		/* the next one's length */
	int64_t resume_ms;		/* by clock_mono_ms: no mail before */
};

/* What PostgreSQL says of a mail. */
struct due {
	struct str kind;
	struct mail_id id;
	struct link link;	/* all of it but its kind and time */
	struct str to;
	struct str brand;
	struct str title;
	bool has_consents;
	int64_t asked_ms;
};

static enum err send_row(void *context, struct lease_row *row);

static const struct lease_table outbox_table = {
	.name = "outbox",
	.reclaim = &outbox_reclaim,
	.claim = &outbox_claim,
	.renew = &outbox_renew,
	.fail = &outbox_fail,
	.attempts_max = OUTBOX_ATTEMPTS_MAX,
	.backoff_ms_min = OUTBOX_BACKOFF_MS_MIN,
	.backoff_ms_max = OUTBOX_BACKOFF_MS_MAX,
	/* While one is on its way the others are free for another worker. */
	.claim_max = 1,
	.work = send_row,
};

struct outbox *
outbox_new(const struct outbox_plan *plan)
{
	const struct conf *c = plan->conf;
	struct outbox *o = calloc(1, sizeof *o);

	if (!o)
		return NULL;
	o->plan = *plan;
	o->pause_ms = OUTBOX_PAUSE_MS_MIN;
	if (!c->smtp_url.n)
		return o;
	o->smtp = smtp_new(&(struct smtp_plan){ .url = c->smtp_url,
	    .needs_tls = c->smtp_starttls, .ca = c->smtp_ca,
	    .timeout_ms = c->smtp_timeout_ms, .stop_fd = plan->stop_fd });
	if (o->smtp)
		return o;
	free(o);
	return NULL;
}

void
outbox_free(struct outbox *o)
{
	if (!o)
		return;
	smtp_free(o->smtp);
	explicit_bzero(&o->key, sizeof o->key);
	free(o);
}

struct str
outbox_sender(struct arena *a, const struct conf *c)
{
	struct str scheme, host, rest;

	if (c->mail_from.n)
		return c->mail_from;
	str_cut(c->url, ':', &scheme, &host);
	host = str_slice(host, 2, host.n);
	str_cut(host, '/', &host, &rest);
	str_cut(host, ':', &host, &rest);
	/* An address has no bare name or number behind its @. */
	return buf_join(a, STR("no-reply@"), str_find(host, '.') > 0 &&
	    (host.p[host.n - 1] < '0' || host.p[host.n - 1] > '9') ? host :
	    STR("localhost.localdomain"));
}

/* The server makes the key: until then there is nothing to sign with. */
static bool
has_key(struct outbox *o)
{
	if (!o->has_key)
		o->has_key = !token_key_read(o->plan.conf->state, &o->key);
	return o->has_key;
}

static bool
is_stopping(const struct outbox *o)
{
	struct pollfd p = { .fd = o->plan.stop_fd, .events = POLLIN };

	return o->plan.stop_fd >= 0 && poll(&p, 1, 0) > 0;
}

/* No server, no room on disk: what comes next would fare no better. */
static void
pause_mails(struct outbox *o)
{
	o->resume_ms = clock_mono_ms() + token_jitter(o->pause_ms);
	o->pause_ms *= 2;
	if (o->pause_ms > OUTBOX_PAUSE_MS_MAX)
		o->pause_ms = OUTBOX_PAUSE_MS_MAX;
}

static enum err
read_due(struct lease_row *row, const struct pg_rows *rows, struct due *out)
{
	struct str v[MAIL_COLUMNS];

	/* The rows are gone with the next statement. */
	for (size_t i = 0; i < MAIL_COLUMNS; i++)
		v[i] = arena_copy(row->arena, pg_value(rows, 0, i));
	*out = (struct due){ .kind = v[1], .to = v[6], .brand = v[8],
		.title = v[9], .has_consents = str_eq(v[10], STR("t")),
		.id = { .submission = v[3] },
		.link = { .has_submission = true, .page = v[4] } };
	if (str_i64(str_of(row->id), 1, INT64_MAX, &out->id.row) &&
	    str_u32(v[2], 1, INT32_MAX, &out->id.round) &&
	    !token_uuid_parse(v[3], &out->link.submission) &&
	    !lang_parse(v[5], &out->link.lang) &&
	    str_i64(v[11], 0, INT64_MAX, &out->asked_ms))
		return OK;
	row->why = STR("what is to be sent can't be read");
	return ERR_INPUT;
}

/* A number that may be NULL. */
static int64_t
id_at(const struct pg_rows *rows, size_t column)
{
	int64_t id = 0;

	(void)!str_i64(pg_value(rows, 0, column), 1, INT64_MAX, &id);
	return id;
}

/* What somebody else wrote, with its links; url: how to take consent back. */
static enum err
read_letter(struct outbox *o, struct lease_row *row, const struct due *d,
    struct letter *out, struct str *url)
{
	const struct conf *c = o->plan.conf;
	struct arena *a = row->arena;
	struct letterlink l = { .key = &o->key, .url = c->url,
		.lang = d->link.lang, .now_ms = clock_now_ms(),
		.asset_age_ms = c->asset_max_age_ms,
		.report_age_ms = c->report_max_age_ms };
	struct link leave = { .kind = LINK_UNSUBSCRIBE, .lang = l.lang,
		.has_submission = true };
	struct link choose = leave;
	const struct pg_rows *rows;
	enum err e = pg_run(row->db, &outbox_letter, (struct str[]){
	    str_of(row->id), row->worker }, LEASE_WAIT_MS, &rows);

	if (e || !pg_count(rows))
		return e ? e : ERR_ABSENT;
	*out = (struct letter){ .lang = l.lang,
		.subject = arena_copy(a, pg_value(rows, 0, 0)),
		.brand = arena_copy(a, pg_value(rows, 0, 1)),
		.headline = arena_copy(a, pg_value(rows, 0, 2)),
		.figures = arena_copy(a, pg_value(rows, 0, 10)) };
	letter_paragraphs(a, arena_copy(a, pg_value(rows, 0, 3)), out);
	l.person = id_at(rows, 5);
	l.seller = id_at(rows, 6);
	l.lead = id_at(rows, 7);
	l.has_submission = !token_uuid_parse(pg_value(rows, 0, 8),
	    &l.submission);
	leave.submission = choose.submission = l.submission;
	leave.page = choose.page = arena_copy(a, pg_value(rows, 0, 9));
	choose.kind = LINK_PREFERENCES;
	/* Nobody is written to who could not take it back. */
	if (l.person && !l.has_submission)
		return ERR_INPUT;
	if (l.person) {
		*url = link_url(a, &o->key, c->url, &leave);
		letter_sign_off(out, *url, link_url(a, &o->key, c->url,
		    &choose));
	}
	return letterlink_read(a, &l, pg_value(rows, 0, 4), out);
}

/* What one of ours says, by the page it is about. */
static void
write_letter(struct outbox *o, struct arena *a, const struct due *d,
    struct letter *out, struct str *url)
{
	const struct conf *c = o->plan.conf;
	bool is_asset = str_eq(d->kind, STR("mail.asset"));
	struct link link = d->link, leave = d->link;
	struct letter_facts facts = { .lang = d->link.lang,
		.kind = is_asset ? LETTER_ASSET : LETTER_CONFIRM,
		.brand = d->brand, .title = d->title };

	link.kind = is_asset ? LINK_ASSET : LINK_CONFIRM;
	link.until_ms = clock_now_ms() + (is_asset ? c->asset_max_age_ms :
	    c->confirm_max_age_ms);
	facts.url = link_url(a, &o->key, c->url, &link);
	leave.kind = LINK_UNSUBSCRIBE;
	/* Who may be a stranger has nothing to withdraw yet. */
	if (is_asset && d->has_consents)
		*url = link_url(a, &o->key, c->url, &leave);
	facts.unsubscribe_url = *url;
	letter_write(a, &facts, out);
}

/* The whole message for a mail that is due. */
static enum err
compose(struct outbox *o, struct lease_row *row, const struct due *d,
    struct str from, struct str *message)
{
	struct arena *a = row->arena;
	struct str unsubscribe_url = STR_EMPTY;
	struct letter letter;
	struct mail m;
	enum err e = OK;

	if (str_eq(d->kind, STR("mail.letter")))
		e = read_letter(o, row, d, &letter, &unsubscribe_url);
	else
		write_letter(o, a, d, &letter, &unsubscribe_url);
	if (e)
		return e;
	m = (struct mail){
		.from = from,
		.from_name = o->plan.conf->mail_name,
		.to = d->to,
		.subject = letter.subject,
		.id = mail_id_text(a, &d->id, from),
		.date_ms = d->asked_ms,
		.lang = letter.lang,
		.text = letter_text(a, &letter),
		.unsubscribe_url = unsubscribe_url,
	};
	o->plan.html(o->plan.context, a, &letter, &m);
	return mail_compose(a, &m, message);
}

static void
hand_over(struct outbox *o, const struct due *d, struct str from,
    struct str message, struct smtp_answer *out)
{
	char name[STR_I64_BYTES * 2];

	if (o->smtp) {
		smtp_send(o->smtp, from, d->to, message, out);
		return;
	}
	snprintf(name, sizeof name, "%lld.%u", (long long)d->id.row,
	    d->id.round);
	*out = (struct smtp_answer){ .verdict = SMTP_TAKEN,
		.words = "caught" };
	if (!caught_write(o->plan.conf->mail_caught, str_of(name), message))
		return;
	*out = (struct smtp_answer){ .verdict = SMTP_AWAY,
		.words = "mail_caught can't be written" };
}

/* The row's end, by what the server said. */
static enum err
settle(struct outbox *o, struct lease_row *row,
    const struct smtp_answer *answer)
{
	bool is_taken = answer->verdict == SMTP_TAKEN;
	const struct pg_rows *rows;
	enum err e;

	if (answer->verdict == SMTP_AWAY)
		pause_mails(o);
	else
		o->pause_ms = OUTBOX_PAUSE_MS_MIN;
	if (answer->verdict == SMTP_AWAY || answer->verdict == SMTP_LATER) {
		row->why = arena_copy(row->arena, str_of(answer->words));
		return ERR_LIMIT;
	}
	e = pg_run(row->db, &outbox_end, (struct str[]){ str_of(row->id),
	    row->worker, PG_BOOL(is_taken),
	    answer->verdict == SMTP_BOUNCED ? str_of(answer->status) : PG_NULL,
	    str_of(answer->words) }, LEASE_WAIT_MS, &rows);
	if (e)
		return e;
	if (!str_eq(pg_value(rows, 0, 0), STR("t")))
		return lease_lost(&outbox_table, row);
	log_event(is_taken ? LOG_INFO : LOG_WARN, is_taken ? "mail.sent" :
	    "mail.refused", LOG_Z("row", row->id),
	    LOG_Z("status", answer->status));
	return OK;
}

static enum err
send_row(void *context, struct lease_row *row)
{
	struct outbox *o = context;
	const struct conf *c = o->plan.conf;
	struct arena *a = row->arena;
	char address_max[STR_I64_BYTES], network_max[STR_I64_BYTES];
	struct str message, from = outbox_sender(a, c);
	struct smtp_answer answer;
	const struct pg_rows *rows;
	struct due d;
	enum err e = pg_run(row->db, &outbox_begin, (struct str[]){
	    str_of(row->id), row->worker,
	    str_from_i64(address_max, c->mail_address_max),
	    str_from_i64(network_max, c->mail_network_max) }, LEASE_WAIT_MS,
	    &rows);

	if (e)
		return e;
	if (!pg_count(rows))
		return lease_lost(&outbox_table, row);
	if (!pg_is_null(rows, 0, 0)) {
		bool is_later = str_eq(pg_value(rows, 0, 0),
		    STR("quiet-hours"));

		log_event(is_later ? LOG_INFO : LOG_WARN, is_later ?
		    "mail.later" : "mail.dropped", LOG_Z("row", row->id),
		    LOG_STR("why", pg_value(rows, 0, 0)));
		return OK;
	}
	e = read_due(row, rows, &d);
	if (e)
		return e;
	e = compose(o, row, &d, from, &message);
	if (e == ERR_AWAY)
		return e;
	if (e) {
		row->why = STR("no mail can be made of it: see mail_from");
		return e;
	}
	hand_over(o, &d, from, message, &answer);
	return settle(o, row, &answer);
}

static enum err
plan(struct pg *db, int64_t *done)
{
	char max[STR_I64_BYTES];
	struct str params[] = { str_from_i64(max, OUTBOX_PLAN_MAX) };
	const struct pg_rows *rows;
	enum err e = pg_run(db, &outbox_plan_rows, params, LEASE_WAIT_MS,
	    &rows);

	if (!e && !str_i64(pg_value(rows, 0, 0), 0, INT64_MAX, done))
		e = ERR_INPUT;
	return e;
}

enum err
outbox_turn(struct outbox *o, struct pg *db, struct str worker,
    int64_t *done)
{
	const struct conf *c = o->plan.conf;
	int64_t lease_ms = c->smtp_timeout_ms + OUTBOX_LEASE_SPARE_MS;
	int64_t sent = 1;
	enum err e = plan(db, done);

	if (lease_ms < c->lease_ms)
		lease_ms = c->lease_ms;
	for (int i = 0; !e && sent && i < OUTBOX_MAILS_MAX; i++) {
		if (clock_mono_ms() < o->resume_ms || is_stopping(o) ||
		    !has_key(o))
			break;
		e = lease_turn(db, &outbox_table, worker, lease_ms, o, &sent);
		*done += sent;
	}
	return e;
}

enum err
outbox_depth(struct pg *db, struct lease_depth *out)
{
	return lease_depth(db, &outbox_count, out);
}
