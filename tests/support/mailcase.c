/* Implements mailcase.h. */
#include <dirent.h>
#include <string.h>

#include "base/buf.h"
#include "base/token.h"
#include "deliver/letter.h"
#include "deliver/mail.h"
#include "deliver/outbox.h"
#include "store/pg.h"
#include "support/mailcase.h"

#define TURNS_MAX 1000

static void
html(void *context, struct arena *a, const struct letter *l,
    struct mail *out)
{
	(void)context;
	out->html = buf_join(a, STR("<p>"), l->figures.n ? l->figures :
	    l->paragraph[0]);
}

struct outbox *
mailcase_outbox(const struct mailcase *c)
{
	struct outbox *o = outbox_new(&(struct outbox_plan){
	    .conf = &c->conf, .stop_fd = -1, .html = html });

	ck_assert_ptr_nonnull(o);
	return o;
}

struct mailcase
mailcase_new(const char *delivery)
{
	struct mailcase c = { .sample = sample_new() };
	struct token_key key;

	c.conf = (struct conf){ .database = c.sample.conninfo,
		.url = STR("https://www.example.org"),
		.report_max_age_ms = 60000,
		.state = suite_directory(), .mail_caught = suite_directory(),
		.mail_name = STR("Us"), .lease_ms = 60000,
		.smtp_timeout_ms = 1000, .asset_max_age_ms = 60000,
		.confirm_max_age_ms = 60000, .mail_address_max = 5,
		.mail_network_max = 100 };
	ck_assert_int_eq(token_key_load(c.conf.state, &key), OK);
	sample_run(c.sample.conn, buf_fmt(suite_arena(), 500,
	    "UPDATE piste.form SET definition = '{\"asset_delivery\": \"%s\"}';"
	    "UPDATE piste.page SET definition = '{\"asset\": \"x.pdf\"}'%c",
	    delivery, 0).p);
	c.db = pg_new(c.sample.conninfo, "piste-test");
	return c;
}

void
mailcase_submit(struct mailcase *c, int id, const char *email)
{
	sample_take(c->sample.conn, sample_batch(&(struct sample_row){ id,
	    .email = email }, 1));
}

void
mailcase_agree(struct mailcase *c, int id, const char *email)
{
	static const char before[] = "\"version\":1,";
	struct str row = sample_batch(&(struct sample_row){ id,
	    .email = email }, 1);
	const char *at = memmem(row.p, row.n, before, sizeof before - 1);

	ck_assert_ptr_nonnull(at);
	sample_take(c->sample.conn, buf_fmt(suite_arena(),
	    SAMPLE_ROW_BYTES_MAX, "%.*s\"confirm\":true,%.*s",
	    (int)(at - row.p), row.p, (int)(row.p + row.n - at), at));
}

int64_t
mailcase_run(struct mailcase *c)
{
	int64_t done = 1, all = 0;

	if (!c->outbox)
		c->outbox = mailcase_outbox(c);
	for (int i = 0; i < TURNS_MAX && done; i++) {
		ck_assert_int_eq(outbox_turn(c->outbox, c->db, STR("w"),
		    &done), OK);
		all += done;
	}
	ck_assert_int_eq(done, 0);
	return all;
}

int
mailcase_caught(const struct mailcase *c)
{
	DIR *d = opendir(buf_fmt(suite_arena(), 300, "%.*s/new%c",
	    STR_ARG(c->conf.mail_caught), 0).p);
	int count = 0;

	for (struct dirent *e = d ? readdir(d) : NULL; e; e = readdir(d))
		count += e->d_name[0] != '.';
	if (d)
		closedir(d);
	return count;
}

struct str
mailcase_text(const struct mailcase *c, const char *sql)
{
	return sample_text(c->sample.conn, sql);
}
