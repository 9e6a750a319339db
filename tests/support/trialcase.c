/* Implements trialcase.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "page/define.h"
#include "support/sitecase.h"
#include "support/suite.h"
#include "support/trialcase.h"

#define WAIT_MS 20000
#define DAY_MS INT64_C(86400000)
#define BYTES_MAX 4000

static struct str conninfo;

struct str
trialcase_conninfo(void)
{
	return conninfo;
}

struct pg *
trialcase_db(const char *members)
{
	json_t *site = sitecase_example(), *one, *more;
	struct pg *db;
	char text[BYTES_MAX];
	FILE *quiet = fopen("/dev/null", "w");

	(void)snprintf(text, sizeof text, "%s", members ? members : "{}");
	conninfo = suite_database();
	db = pg_new(conninfo, "piste-test");
	for (char *c = text; *c; c++)
		if (*c == '\'')
			*c = '"';
	more = json_loads(text, 0, NULL);
	ck_assert_ptr_nonnull(more);
	one = json_array_get(json_object_get(site, "experiments"), 0);
	json_object_update(one, more);
	ck_assert_int_eq(define_apply(db, suite_arena(), sitecase_text(site),
	    quiet, stderr), OK);
	fclose(quiet);
	json_decref(more);
	json_decref(site);
	return db;
}

void
trialcase_say(struct pg *db, const char *script)
{
	ck_assert_msg(pg_script(db, script, WAIT_MS) == OK, "%s",
	    pg_message(db));
}

/* A statement that is not known beforehand, as one that is. */
SQL(trialcase_question, 1,
    "SELECT coalesce((xpath('/row/*/text()', query_to_xml($1, false, true,"
    " '')))[1]::text, '')");

struct str
trialcase_ask(struct pg *db, const char *question)
{
	const struct str asked = str_of(question);
	const struct pg_rows *rows;

	ck_assert_msg(pg_run(db, &trialcase_question, &asked, WAIT_MS,
	    &rows) == OK, "%s", pg_message(db));
	return arena_copy(suite_arena(), pg_value(rows, 0, 0));
}

void
trialcase_began(struct pg *db, int days)
{
	trialcase_say(db, buf_fmt(suite_arena(), BYTES_MAX,
	    "UPDATE piste.experiment SET phase_started_at = now() -"
	    " interval '%d days'; UPDATE piste.epoch SET started_at = now() -"
	    " interval '%d days' WHERE number = 1", days, days).p);
}

/* The time of visitor i. */
#define SEEN "now() - interval '1 day' * (%d - (%d - %d) * (i - .5) / %d)"

/* The visitors' names begin with who. */
static void
send(struct pg *db, const struct trialcase_flow *f, const char *device,
    struct str who)
{
	int epoch = f->epoch ? f->epoch : 1;
	struct str exposures = buf_fmt(suite_arena(), BYTES_MAX,
	    "SELECT piste.exposure_take(array_agg('lb-headline'::text),"
	    " array_agg('%s' || i), array_agg('%s'::text),"
	    " array_agg(1::bigint), array_agg(%d), array_agg((extract(epoch"
	    " FROM " SEEN ") * 1000)::bigint), array_agg((ARRAY['FR', 'BE',"
	    " ''])[i %% 3 + 1]), array_agg('%s'::text),"
	    " array_agg('google'::text), array_agg('fr'::text),"
	    " array_agg(CASE WHEN i <= %d THEN (extract(epoch FROM " SEEN
	    ") * 1000)::bigint + 30000 END), array_agg(NULL::bigint))"
	    " FROM generate_series(1, %d) AS i", who.p, f->arm, epoch,
	    f->from_days, f->from_days, f->to_days, f->visitors, device,
	    f->leads, f->from_days, f->from_days, f->to_days, f->visitors,
	    f->visitors);

	trialcase_say(db, exposures.p);
	trialcase_say(db, buf_fmt(suite_arena(), BYTES_MAX,
	    "SELECT piste.conversion_take(array_agg('lb-headline'::text),"
	    " array_agg('%s' || i), array_agg(1::bigint),"
	    " array_agg(gen_random_uuid()), array_agg(NULL::bigint),"
	    " array_agg(" SEEN " + interval '1 minute'),"
	    " array_agg(i %% 2 = 0)) FROM generate_series(1, %d) AS i",
	    who.p, f->from_days, f->from_days, f->to_days, f->visitors,
	    f->leads).p);
}

void
trialcase_flow(struct pg *db, const struct trialcase_flow *f)
{
	send(db, f, "desktop", buf_fmt(suite_arena(), BYTES_MAX, "%s%d-",
	    f->arm, f->epoch ? f->epoch : 1));
}

void
trialcase_flow_on(struct pg *db, const struct trialcase_flow *f,
    const char *device)
{
	send(db, f, device, buf_fmt(suite_arena(), BYTES_MAX, "%s%d%s-",
	    f->arm, f->epoch ? f->epoch : 1, device));
}

struct results *
trialcase_results(struct pg *db)
{
	struct results *r = ARENA_NEW(suite_arena(), struct results);
	const struct results_wish now = { 0 };

	ck_assert_msg(results_read(db, suite_arena(), TRIALCASE_KEY, &now,
	    r) == OK, "%s", pg_message(db));
	return r;
}

struct results_cell *
trialcase_cell(struct results *r, size_t look, size_t epoch, size_t arm)
{
	struct results_change *c;

	if (look + 1 == r->looks)
		return &r->cell[epoch * r->arms + arm];
	if (!r->change)
		r->change = arena_array(suite_arena(), r->looks * r->epochs *
		    r->arms, sizeof *r->change);
	c = &r->change[r->changes++];
	*c = (struct results_change){ (uint32_t)look, (uint32_t)epoch,
		(uint32_t)arm, { { 0 }, 0, 0 } };
	return &c->cell;
}

struct results *
trialcase_made(const struct trialcase_counts *c)
{
	static const char *const keys[RESULTS_ARMS_MAX] = { "a", "b", "c",
		"d", "e", "f", "g", "h" };
	struct arena *a = suite_arena();
	struct results *r = ARENA_NEW(a, struct results);

	*r = (struct results){ .arena = a, .key = TRIALCASE_KEY,
		.page = STR("livre-blanc"), .state = STR("running"),
		.phase = 1, .bucket_version = 1, .goal_name = STR("lead"),
		.window_s = 86400, .alpha = .05, .n_star = c->n_star,
		.coverage = 1, .equivalence = .05,
		.started_ms = 1000 * DAY_MS, .as_of_ms = 1008 * DAY_MS,
		.arms = c->arms, .epochs = c->epochs, .looks = 1 };
	r->look_ms = arena_array(a, 1, sizeof *r->look_ms);
	r->look_ms[0] = r->as_of_ms;
	r->epoch = arena_array(a, c->epochs, sizeof *r->epoch);
	r->cell = arena_array(a, c->epochs * c->arms, sizeof *r->cell);
	for (size_t e = 0; e < c->epochs; e++) {
		r->epoch[e].number = (int64_t)e + 1;
		r->epoch[e].started_ms = r->started_ms + (int64_t)e * DAY_MS;
		r->epoch[e].coverage = 1;
		for (size_t k = 0; k < c->arms; k++) {
			struct results_cell *cell = trialcase_cell(r, 0, e, k);

			r->epoch[e].weight[k] = r->arm[k].weight =
			    c->weight[e][k];
			cell->n[RESULTS_VISITORS] = c->n[e][k];
			cell->n[RESULTS_MATURE_VISITORS] = c->n[e][k];
			cell->n[RESULTS_LEADS] = c->x[e][k];
			cell->n[RESULTS_MATURE_LEADS] = c->x[e][k];
		}
	}
	for (size_t k = 0; k < c->arms; k++)
		r->arm[k].key = str_of(keys[k]);
	return r;
}
