/* Rows are written here by hand: submit_row has a test of its own. */
#include <stdlib.h>
#include <time.h>

#include "base/buf.h"
#include "base/clock.h"

#include "support/sample.h"

#define AWAIT_MS 10000
#define BATCH_BYTES_MAX ((size_t)1 << 20)

static const char site[] =
    "INSERT INTO piste.offer (key, name, position, definition)"
    " VALUES ('o1', '{}', 1, '{}'), ('o2', '{}', 2, '{}');"
    "INSERT INTO piste.campaign (key, name, channel, strategy, offer_key,"
    " position, definition)"
    " VALUES ('c1', 'c', 'sea', 'inbound', 'o1', 1, '{}');"
    "INSERT INTO piste.form (key, country, duplicates, position, definition)"
    " VALUES ('f1', 'FR', 'email', 1, '{}');"
    "INSERT INTO piste.page (key, campaign_key, form_key, languages,"
    " is_archived, revision, variants_revision, position, definition)"
    " SELECT key, 'c1', 'f1', '{fr}', false, 1, 1, 1, '{}'"
    " FROM unnest('{p1,p2}'::text[]) AS page (key);";

static PGresult *
ask(PGconn *conn, const char *sql)
{
	PGresult *r = PQexec(conn, sql);
	ExecStatusType status = PQresultStatus(r);

	ck_assert_msg(status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK,
	    "%s: %s", sql, PQerrorMessage(conn));
	return r;
}

void
sample_run(PGconn *conn, const char *sql)
{
	PQclear(ask(conn, sql));
}

struct str
sample_text(PGconn *conn, const char *sql)
{
	PGresult *r = ask(conn, sql);
	struct str text = STR_EMPTY;

	if (PQntuples(r) > 0)
		text = arena_copy(suite_arena(), str_of(PQgetvalue(r, 0, 0)));
	PQclear(r);
	return text;
}

bool
sample_await(PGconn *conn, const char *sql)
{
	const struct timespec step = { .tv_nsec = 2000000 };
	int64_t until = clock_mono_ms() + AWAIT_MS;

	while (!str_eq(sample_text(conn, sql), STR("t"))) {
		if (clock_mono_ms() > until)
			return false;
		nanosleep(&step, NULL);
	}
	return true;
}

struct sample
sample_new(void)
{
	struct sample c = { .conninfo = suite_database() };

	c.conn = PQconnectdb(arena_copy(suite_arena(), c.conninfo).p);
	ck_assert_msg(PQstatus(c.conn) == CONNECTION_OK, "%s",
	    PQerrorMessage(c.conn));
	sample_fill(c.conn);
	return c;
}

void
sample_fill(PGconn *conn)
{
	sample_run(conn, site);
}

static void
add(struct buf *b, const char *name, const char *value, const char *usual)
{
	const char *text = value ? value : usual;

	if (text && *text)
		buf_json_pair(b, name, str_of(text));
}

struct str
sample_row(const struct sample_row *r)
{
	struct buf b;

	buf_init(&b, suite_arena(), SAMPLE_ROW_BYTES_MAX);
	buf_addf(&b, "{\"id\":\"00000000-0000-7000-8000-%012d\"", r->id);
	add(&b, "page_key", r->page, "p1");
	add(&b, "offer_key", r->offer, "o1");
	add(&b, "duplicates", r->policy, "email");
	add(&b, "email", r->email, NULL);
	add(&b, "email_key", r->email, NULL);
	add(&b, "phone", r->phone, NULL);
	add(&b, "company", r->company, NULL);
	add(&b, "suspect", r->suspect, NULL);
	add(&b, "geo_country", r->country, "FR");
	buf_addf(&b, ",\"form_key\":\"f1\",\"lang\":\"fr\",\"via\":\"form\","
	    "\"variant_key\":\"a\",\"experiment_key\":\"x\",\"visitor\":"
	    "\"v%d\",\"bucket_version\":1,\"form_country\":\"FR\","
	    "\"consents\":[{\"key\":\"news\",\"purpose\":\"newsletter\","
	    "\"channel\":\"email\",\"recipient\":\"us\",\"version\":1,"
	    "\"text_hash\":\"%064d\"}],\"fields\":{", r->id, 0);
	add(&b, "email", r->email, NULL);
	add(&b, "phone", r->phone, NULL);
	add(&b, "company", r->company, NULL);
	add(&b, "text", r->text, "hello");
	buf_add(&b, STR("}}"));
	ck_assert(!b.full);
	return buf_str(&b);
}

struct str
sample_batch(const struct sample_row *row, size_t count)
{
	struct buf b;

	buf_init(&b, suite_arena(), BATCH_BYTES_MAX);
	buf_byte(&b, '[');
	for (size_t i = 0; i < count; i++) {
		if (i)
			buf_byte(&b, ',');
		buf_add(&b, sample_row(&row[i]));
	}
	buf_byte(&b, ']');
	ck_assert(!b.full);
	return arena_copy(suite_arena(), buf_str(&b));
}

struct str
sample_take(PGconn *conn, struct str batch)
{
	const char *values[] = { batch.p };
	PGresult *r = PQexecParams(conn, "SELECT string_agg(verdict, ' '"
	    " ORDER BY ord) FROM piste.submit_group($1::json)", 1, NULL,
	    values, NULL, NULL, 0);
	struct str verdicts;

	ck_assert_msg(PQresultStatus(r) == PGRES_TUPLES_OK, "%s",
	    PQerrorMessage(conn));
	verdicts = arena_copy(suite_arena(), str_of(PQgetvalue(r, 0, 0)));
	PQclear(r);
	return verdicts;
}
