/*
 * Turns a judged form into the JSON row that the group, the spool and
 * piste.submit_group() share, and drains the spool.  What a submission does to
 * people, leads and the queue is decided in the database (src/sql), in one
 * transaction with the fact.
 */
#include <poll.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/token.h"
#include "form/form.h"
#include "form/ticket.h"
#include "geo/geo.h"
#include "store/group.h"
#include "store/pg.h"
#include "store/spool.h"

#include "lead/submit.h"

/* A group's rows, twice over for a buffer that grows by doubling. */
#define BATCH_BYTES_MAX ((size_t)GROUP_BATCH_MAX * (SPOOL_RECORD_BYTES_MAX + 1))
#define BATCH_ARENA_BYTES_MAX (4 * BATCH_BYTES_MAX)
#define BATCH_WAIT_MS 5000	/* nobody waits for an answer */

SQL(submit_take, 1,
    "SELECT ord, verdict FROM piste.submit_group($1::json)");
SQL(submit_take_spooled, 1,
    "SELECT ord, verdict FROM piste.submit_group($1::json, 'spool')");

const struct sql *
submit_statement(void)
{
	return &submit_take;
}

/* An empty text is left out: the database makes what is absent NULL. */
static void
add_text(struct buf *b, const char *name, struct str value)
{
	if (!str_is_empty(value))
		buf_json_pair(b, name, value);
}

static void
add_number(struct buf *b, const char *name, uint64_t value)
{
	buf_json_name(b, name);
	buf_u64(b, value);
}

static void
add_time(struct buf *b, const char *name, int64_t ms)
{
	char text[CLOCK_TEXT_BYTES];

	buf_json_pair(b, name, clock_text(ms, text));
}

/* Left out when it is not so, as the usual row says nothing of it. */
static void
add_flag(struct buf *b, const char *name, bool is_so)
{
	if (!is_so)
		return;
	buf_json_name(b, name);
	buf_add(b, STR("true"));
}

static void
add_ticket(struct buf *b, const struct ticket *t)
{
	char id[UUID_TEXT];

	buf_json_pair(b, "id", token_uuid_text(&t->id, id));
	buf_json_pair(b, "page_key", t->page);
	add_number(b, "page_revision", t->revision);
	add_text(b, "variant_key", t->variant);
	add_text(b, "experiment_key", t->experiment);
	buf_json_pair(b, "lang", lang_code(t->lang));
	add_text(b, "consent_hash", t->consent_hash);
	if (t->issued_ms)	/* not from a file: nothing was shown */
		add_time(b, "rendered_at", t->issued_ms);
	add_flag(b, "is_prefetched", t->is_prefetched);
	add_flag(b, "is_preview", t->is_preview);
}

static struct str
first_of(struct str a, struct str b)
{
	return str_is_empty(a) ? b : a;
}

static void
add_touch(struct buf *b, const struct submit *s)
{
	const struct touch *t = &s->ticket->touch;

	add_text(b, "source", t->source);
	add_text(b, "medium", t->medium);
	add_text(b, "campaign_key", first_of(s->promo_campaign,
	    first_of(t->campaign, s->campaign)));
	add_text(b, "click_id", t->click_id);
	add_text(b, "channel", first_of(s->promo_channel, t->channel));
	add_text(b, "content", t->content);
	add_text(b, "keyword", t->keyword);
	add_text(b, "product", t->product);
	add_text(b, "click_kind", t->click_kind);
	add_text(b, "code", t->code);
	add_text(b, "affiliate", t->affiliate);
	add_text(b, "promo", ticket_clean(s->result->promo));
}

static void
add_result(struct buf *b, const struct form *f, const struct form_result *r)
{
	static const struct str policies[] = {
		[FORM_BY_EMAIL] = STR("email"),
		[FORM_BY_EMAIL_OR_PHONE] = STR("email_or_phone"),
		[FORM_ALWAYS_NEW] = STR("new"),
	};
	struct str country = first_of(r->country, f->country);

	buf_json_pair(b, "form_key", f->key);
	buf_json_pair(b, "duplicates", policies[f->duplicates]);
	add_text(b, "email", r->email);
	add_text(b, "email_key", r->email_key);
	add_text(b, "phone", r->phone);
	add_text(b, "first_name", r->first_name);
	add_text(b, "last_name", r->last_name);
	add_text(b, "company", r->company);
	add_text(b, "declared_postcode", r->postcode);
	add_text(b, "form_country", country);
	buf_json_name(b, "fields");
	buf_add(b, r->fields);
}

static void
add_consent(struct buf *b, const struct form_consent *c, enum lang l)
{
	char hash[TOKEN_HASH_TEXT];

	buf_byte(b, '{');
	buf_json_pair(b, "key", c->key);
	buf_json_pair(b, "purpose", c->purpose);
	buf_json_pair(b, "channel", c->channel);
	buf_json_pair(b, "recipient", c->recipient);
	add_number(b, "version", c->version);
	buf_json_pair(b, "text_hash", token_hash(lang_text(&c->text, l), hash));
	add_flag(b, "confirm", c->needs_confirm);
	buf_byte(b, '}');
}

static void
add_consents(struct buf *b, const struct submit *s)
{
	bool is_first = true;

	buf_json_name(b, "consents");
	buf_byte(b, '[');
	for (size_t i = 0; i < s->form->consents; i++) {
		if (!s->result->granted[i])
			continue;
		if (!is_first)
			buf_byte(b, ',');
		is_first = false;
		add_consent(b, &s->form->consent[i], s->ticket->lang);
	}
	buf_byte(b, ']');
}

static void
add_place(struct buf *b, const struct place *p)
{
	add_text(b, "geo_country", p->country);
	add_text(b, "geo_region", p->region);
	add_text(b, "geo_city", p->city);
	if (p->radius_km >= 0)
		add_number(b, "geo_radius_km", (uint64_t)p->radius_km);
	add_text(b, "geo_build", p->build);
}

static struct str
suspect_name(enum submit_suspect s)
{
	switch (s) {
	case SUBMIT_CLEAN:
		break;
	case SUBMIT_TRAPPED:
		return STR("trapped");
	case SUBMIT_TOO_FAST:
		return STR("too-fast");
	case SUBMIT_NO_WORK:
		return STR("no-work");
	}
	return STR_EMPTY;
}

struct str
submit_row(struct arena *a, const struct submit *s)
{
	struct buf b;

	buf_init(&b, a, SPOOL_RECORD_BYTES_MAX);
	buf_byte(&b, '{');
	add_ticket(&b, s->ticket);
	add_touch(&b, s);
	add_result(&b, s->form, s->result);
	add_consents(&b, s);
	add_place(&b, s->place);
	buf_json_pair(&b, "offer_key", s->offer);
	add_text(&b, "ip_prefix", s->ip_prefix);
	add_text(&b, "origin_key", s->origin);
	add_text(&b, "request_id", s->request_id);
	add_text(&b, "visitor", s->visitor);
	add_number(&b, "bucket_version", s->ticket->bucket_version);
	add_text(&b, "suspect", suspect_name(s->suspect));
	buf_json_pair(&b, "via", s->via);
	add_time(&b, "received_at", s->received_ms);
	buf_byte(&b, '}');
	return buf_str(&b);
}

enum submit_verdict
submit_verdict(struct str word)
{
	static const struct str words[] = {
		[SUBMIT_NEW] = STR("new"),
		[SUBMIT_UPDATE] = STR("update"),
		[SUBMIT_REPEAT] = STR("repeat"),
		[SUBMIT_QUARANTINED] = STR("quarantined"),
		[SUBMIT_REPLAY] = STR("replay"),
		[SUBMIT_CONFLICT] = STR("conflict"),
	};

	for (int v = 0; v < SUBMIT_ODD; v++)
		if (str_eq(word, words[v]))
			return (enum submit_verdict)v;
	return SUBMIT_ODD;
}

struct drain {
	struct pg *db;
	struct arena *arena;
	int wake_fd;
	bool is_stopped;
};

static struct str
join_rows(struct arena *a, const struct str *row, size_t count)
{
	struct buf b;

	buf_init(&b, a, BATCH_BYTES_MAX);
	buf_byte(&b, '[');
	for (size_t i = 0; i < count; i++) {
		if (i)
			buf_byte(&b, ',');
		buf_add(&b, row[i]);
	}
	buf_byte(&b, ']');
	return buf_str(&b);
}

static bool
is_woken(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return fd >= 0 && poll(&p, 1, 0) > 0;
}

/*
 * Only what PostgreSQL says of the data itself (class 22, data; 23, a
 * constraint) puts a record aside.  Anything else, such as a schema that is
 * not migrated yet, says nothing about the record: it stays.
 */
static enum err
judge_refusal(const struct pg *db, enum err e, size_t count)
{
	const char *state = pg_state(db);
	bool is_data = !strncmp(state, "22", 2) || !strncmp(state, "23", 2);

	if (!e)
		return OK;
	log_event(LOG_WARN, "submit.drain", LOG_Z("error", err_name(e)),
	    LOG_Z("state", state), LOG_INT("rows", (int64_t)count));
	return e != ERR_AWAY && is_data ? ERR_INPUT : ERR_AWAY;
}

static enum err
take_rows(void *context, const struct str *row, size_t count)
{
	struct drain *d = context;
	struct str batch;
	enum err e;

	if (is_woken(d->wake_fd)) {
		d->is_stopped = true;
		return ERR_LIMIT;
	}
	arena_reset(d->arena);
	batch = join_rows(d->arena, row, count);
	e = pg_run(d->db, &submit_take_spooled, &batch, BATCH_WAIT_MS, NULL);
	return judge_refusal(d->db, e, count);
}

enum err
submit_drain(struct pg *db, struct str dir, int wake_fd, int64_t *drained)
{
	struct drain d = { .db = db, .wake_fd = wake_fd };
	enum err e;

	*drained = 0;
	d.arena = arena_new(BATCH_ARENA_BYTES_MAX);
	e = spool_drain(dir, GROUP_BATCH_MAX, take_rows, &d, drained);
	arena_free(d.arena);
	return d.is_stopped ? OK : e;
}
